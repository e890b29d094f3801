/* test-flow.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-flow.h"
#include "sb-json.h"

#define HEAD                                                                                       \
  "\"format\":1,\"name\":\"Paid "                                                                  \
  "orders\",\"trigger\":{\"type\":\"webhook\",\"connector\":\"shopify\","                          \
  "\"trigger\":\"order-paid\"}"
#define STEPS(steps) "{" HEAD ",\"steps\":[" steps "]}"
#define ACTION(id, fields)                                                                         \
  "{\"id\":\"" id                                                                                  \
  "\",\"type\":\"action\",\"connector\":\"c\",\"action\":\"a\",\"fields\":{" fields "}}"

static const char whole[] =
  "{" HEAD ",\"id\":\"order-to-cash\",\"description\":\"d\",\"time_zone\":\"Europe/Berlin\","
  "\"tables\":{\"tax\":{\"DE\":\"19\"}},"
  "\"criteria\":[{\"kind\":\"records\",\"at_least\":10},{\"kind\":\"nothing-unexpected\"},"
  "{\"kind\":\"no-duplicates\"},{\"kind\":\"failures-reach-inbox\"},{\"kind\":\"within\","
  "\"seconds\":300},{\"kind\":\"sandbox-passed\"}],"
  "\"plan\":{\"owner\":\"Ada\",\"fallback\":[\"Write it down\"],\"runbook\":{\"call\":\"1\","
  "\"look\":\"2\",\"reprocess\":\"3\"},\"minutes_saved\":4.5},"
  "\"steps\":["
  "{\"id\":\"find\",\"type\":\"lookup\",\"connector\":\"c\",\"action\":\"f\",\"if_none\":"
  "\"continue\"},"
  "{\"id\":\"paid\",\"type\":\"filter\",\"condition\":{\"value\":\"{{trigger.paid}}\",\"is\":"
  "\"true\"}},"
  "{\"id\":\"split\",\"type\":\"branch\",\"lanes\":["
  "{\"name\":\"Big\",\"condition\":{\"value\":\"{{trigger.total}}\",\"is\":\"greater\",\"to\":100},"
  "\"steps\":[" ACTION (
    "gift",
    "\"x\":\"{{find.Id | default: 1}}\"") "]},"
                                          "{\"name\":\"Otherwise\",\"steps\":[]}]},"
                                          "{\"id\":\"each\",\"type\":\"for-each\",\"list\":\"{{"
                                          "trigger.items}}\",\"steps\":[" ACTION (
                                            "stock",
                                            "\"sku\":\"{{item.sku}}\",\"gift\":\"{{gift.Id | "
                                            "default: null}}\"") "]},"
                                                                 "{\"id\":\"wait\",\"type\":"
                                                                 "\"delay\",\"until\":\"{{trigger."
                                                                 "booking}}\",\"offset\":\"-24 "
                                                                 "h\"},"
                                                                 "{\"id\":\"pause\",\"type\":"
                                                                 "\"delay\",\"duration\":\"30 "
                                                                 "min\"},"
                                                                 "{\"id\":\"names\",\"type\":\"set-"
                                                                 "fields\",\"fields\":{\"n\":\"{{"
                                                                 "each | "
                                                                 "count}}\",\"t\":\"{{trigger.c | "
                                                                 "lookup: \\\"tax\\\"}}\"}},"
                                                                 "{\"id\":\"tell\",\"type\":"
                                                                 "\"action\",\"name\":\"Tell\","
                                                                 "\"connector\":\"slack\","
                                                                 "\"action\":\"post\","
                                                                 "\"connection\":\"c1\",\"fields\":"
                                                                 "{\"text\":\"{{names.n}} {{now}} "
                                                                 "{{run.id}}\"}}"
                                                                 "]}";

static SbFlow *
parse (const char *json, SbProblems *problems)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (json, -1, &error);

  g_assert_no_error (error);
  return sb_flow_parse (document, problems);
}

static void
test_whole (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = parse (whole, problems);
  g_autofree char *text = sb_problems_to_text (problems);
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *written = NULL;
  g_autoptr (SbValue) before = sb_json_parse (whole, -1, NULL);
  g_autoptr (SbValue) after = NULL;
  SbStep *gift;

  g_assert_cmpstr (text, ==, "");
  g_assert_nonnull (flow);
  steps = sb_flow_list_steps (flow);
  g_assert_cmpuint (steps->len, ==, 10);
  g_assert_cmpstr (flow->id, ==, "order-to-cash");
  g_assert_cmpstr (flow->trigger, ==, "order-paid");
  gift = sb_flow_find_step (flow, "gift");
  g_assert_cmpstr (gift->path, ==, "$.steps[2].lanes[0].steps[0]");
  g_assert_cmpint (sb_flow_find_step (flow, "each")->type, ==, SB_STEP_FOR_EACH);
  g_assert_cmpstr (sb_flow_find_step (flow, "find")->if_none, ==, "continue");
  g_assert_null (sb_flow_find_step (flow, "nothing"));

  written = sb_flow_write (flow);
  after = sb_json_parse (written, -1, NULL);
  g_assert_true (sb_value_equal (before, after));
}

/* The JSON of a flow, and what has to be said about it, by path and part of the sentence. */
static const struct
{
  const char *json;
  const char *path;
  const char *says;
} broken[] = {
  { "[]", "$", "not a flow" },
  { "{}", "$.format", "not a flow of Signalbox" },
  { "{\"format\":2}", "$.format", "newer Signalbox" },
  { "{\"format\":\"1\"}", "$.format", "missing or wrong" },
  { "{\"format\":1,\"steps\":[]}", "$.name", "“name” is missing" },
  { "{\"format\":1,\"steps\":[]}", "$.trigger", "What starts the flow" },
  { "{" HEAD "}", "$.steps", "list of steps" },
  { "{" HEAD ",\"steps\":[],\"stepz\":1}", "$.stepz", "Did you mean “steps”" },
  { "{" HEAD ",\"steps\":[],\"id\":\"Not Good\"}", "$.id", "small letters" },
  { "{" HEAD ",\"steps\":[],\"id\":7}", "$.id", "text is expected" },
  { "{" HEAD ",\"steps\":[],\"time_zone\":\"Berlin\"}", "$.time_zone", "no time zone “Berlin”" },
  { "{\"format\":1,\"name\":\"n\",\"trigger\":{\"type\":\"cron\"},\"steps\":[]}", "$.trigger.type",
    "“webhook” or “manual”" },
  { "{\"format\":1,\"name\":\"n\",\"trigger\":{\"type\":\"webhook\"},\"steps\":[]}",
    "$.trigger.connector", "is missing" },
  { "{\"format\":1,\"name\":\"n\",\"trigger\":{\"type\":\"manual\",\"url\":1},\"steps\":[]}",
    "$.trigger.url", "not known here" },
  { STEPS ("1"), "$.steps[0]", "step is expected" },
  { STEPS ("{}"), "$.steps[0].id", "“id” is missing" },
  { STEPS ("{}"), "$.steps[0].type", "“type” is missing" },
  { STEPS ("{\"id\":\"a\",\"type\":\"acton\"}"), "$.steps[0].type", "Did you mean “action”" },
  { STEPS ("{\"id\":\"A\",\"type\":\"delay\",\"duration\":\"1 h\"}"), "$.steps[0].id",
    "cannot be an id" },
  { STEPS ("{\"id\":\"item\",\"type\":\"delay\",\"duration\":\"1 h\"}"), "$.steps[0].id",
    "meaning of its own" },
  { STEPS (ACTION ("a", "") "," ACTION ("a", "")), "$.steps[1].id", "there twice" },
  { STEPS ("{\"id\":\"a\",\"type\":\"action\",\"action\":\"x\"}"), "$.steps[0].connector",
    "is missing" },
  { STEPS ("{\"id\":\"a\",\"type\":\"action\",\"connector\":\"x\",\"action\":\"\"}"),
    "$.steps[0].action", "is missing" },
  { STEPS ("{\"id\":\"a\",\"type\":\"action\",\"connector\":\"x\",\"action\":\"y\",\"fields\":[]}"),
    "$.steps[0].fields", "object of fields" },
  { STEPS ("{\"id\":\"a\",\"type\":\"action\",\"connector\":\"x\",\"action\":\"y\",\"if_none\":"
           "\"stop\"}"),
    "$.steps[0].if_none", "not known here" },
  { STEPS ("{\"id\":\"a\",\"type\":\"lookup\",\"connector\":\"x\",\"action\":\"y\",\"if_none\":"
           "\"wait\"}"),
    "$.steps[0].if_none", "“stop”, “continue” or “fail”" },
  { STEPS (ACTION ("a", "\"x\":\"{{trigger.y | uper}}\"")), "$.steps[0].fields.x",
    "Did you mean “upper”" },
  { STEPS (ACTION ("a", "\"x y\":{\"z\":[1,\"{{\"]}")), "$.steps[0].fields[\"x y\"].z[1]",
    "a field was expected" },
  { STEPS (ACTION ("a", "\"x\":\"{{trigerr.y}}\"")), "$.steps[0].fields.x",
    "Did you mean “trigger”" },
  { STEPS (ACTION ("a", "\"x\":\"{{a.y}}\"")), "$.steps[0].fields.x", "refers to itself" },
  { STEPS (ACTION ("a", "\"x\":\"{{b.y}}\"") "," ACTION ("b", "")), "$.steps[0].fields.x",
    "not passed on the way" },
  { STEPS (ACTION ("a", "\"x\":\"{{item.y}}\"")), "$.steps[0].fields.x", "only within a for-each" },
  { STEPS (ACTION ("a", "\"x\":\"{{1 | plus: invoce.y}}\"")), "$.steps[0].fields.x",
    "no step “invoce”" },
  { STEPS (
      "{\"id\":\"w\",\"type\":\"delay\",\"duration\":\"1 h\"}," ACTION ("a", "\"x\":\"{{w}}\"")),
    "$.steps[1].fields.x", "gives nothing that could" },
  { STEPS (ACTION ("a", "\"x\":\"{{trigger.y | lookup: \\\"tax\\\"}}\"")), "$.steps[0].fields.x",
    "no table “tax”" },
  { STEPS ("{\"id\":\"e\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":[" ACTION (
      "a", "") "]}," ACTION ("b", "\"x\":\"{{a.y}}\"")),
    "$.steps[1].fields.x", "not passed on the way" },
  { STEPS ("{\"id\":\"e\",\"type\":\"for-each\",\"list\":\"{{item}}\",\"steps\":[]}"),
    "$.steps[0].list", "only within a for-each" },
  { STEPS ("{\"id\":\"e\",\"type\":\"for-each\",\"steps\":[]}"), "$.steps[0].list", "is missing" },
  { STEPS ("{\"id\":\"e\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\"}"), "$.steps[0].steps",
    "list of steps" },
  { STEPS ("{\"id\":\"b\",\"type\":\"branch\",\"lanes\":[]}"), "$.steps[0].lanes",
    "at least one lane" },
  { STEPS (
      "{\"id\":\"b\",\"type\":\"branch\",\"lanes\":[{\"name\":\"x\",\"steps\":[]},{\"name\":\"y\","
      "\"steps\":[]}]}"),
    "$.steps[0].lanes[0].condition", "Only the last lane" },
  { STEPS (
      "{\"id\":\"b\",\"type\":\"branch\",\"lanes\":[{\"name\":\"x\",\"condition\":{\"value\":1,"
      "\"is\":\"empty\"},\"steps\":[" ACTION ("l1", "") "]},{\"name\":\"y\",\"steps\":[" ACTION (
        "l2", "\"x\":\"{{l1.y}}\"") "]}]}"),
    "$.steps[0].lanes[1].steps[0].fields.x", "not passed on the way" },
  { STEPS ("{\"id\":\"f\",\"type\":\"filter\"}"), "$.steps[0].condition", "condition is expected" },
  { STEPS (
      "{\"id\":\"f\",\"type\":\"filter\",\"condition\":{\"value\":1,\"is\":\"equal\",\"to\":1}}"),
    "$.steps[0].condition.is", "Did you mean “equals”" },
  { STEPS ("{\"id\":\"f\",\"type\":\"filter\",\"condition\":{\"value\":1,\"is\":\"equals\"}}"),
    "$.steps[0].condition.to", "What to compare with" },
  { STEPS (
      "{\"id\":\"f\",\"type\":\"filter\",\"condition\":{\"value\":1,\"is\":\"empty\",\"to\":1}}"),
    "$.steps[0].condition.to", "no second value" },
  { STEPS ("{\"id\":\"f\",\"type\":\"filter\",\"condition\":{\"all\":[]}}"),
    "$.steps[0].condition.all", "at least one condition" },
  { STEPS (
      "{\"id\":\"f\",\"type\":\"filter\",\"condition\":{\"any\":[{\"not\":{\"is\":\"empty\"}}]}}"),
    "$.steps[0].condition.any[0].not.value", "field to look at" },
  { STEPS (
      "{\"id\":\"f\",\"type\":\"filter\",\"condition\":{\"value\":\"{{zz.a}}\",\"is\":\"empty\"}}"),
    "$.steps[0].condition.value", "no step “zz”" },
  { STEPS ("{\"id\":\"d\",\"type\":\"delay\"}"), "$.steps[0].duration", "either a “duration”" },
  { STEPS ("{\"id\":\"d\",\"type\":\"delay\",\"duration\":\"1 h\",\"until\":\"{{now}}\"}"),
    "$.steps[0].duration", "either a “duration”" },
  { STEPS ("{\"id\":\"d\",\"type\":\"delay\",\"duration\":\"soon\"}"), "$.steps[0].duration",
    "not a length of time" },
  { STEPS ("{\"id\":\"d\",\"type\":\"delay\",\"duration\":\"-1 h\"}"), "$.steps[0].duration",
    "cannot be negative" },
  { STEPS ("{\"id\":\"d\",\"type\":\"delay\",\"duration\":\"1 h\",\"offset\":\"1 h\"}"),
    "$.steps[0].offset", "goes with “until” only" },
  { "{" HEAD ",\"steps\":[],\"tables\":{\"t\":[]}}", "$.tables.t", "table is expected" },
  { "{" HEAD ",\"steps\":[],\"criteria\":{}}", "$.criteria", "list of success criteria" },
  { "{" HEAD ",\"steps\":[],\"criteria\":[{\"kind\":\"record\"}]}", "$.criteria[0].kind",
    "Did you mean “records”" },
  { "{" HEAD ",\"steps\":[],\"criteria\":[{\"kind\":\"records\"}]}", "$.criteria[0].at_least",
    "above 0" },
  { "{" HEAD ",\"steps\":[],\"criteria\":[{\"kind\":\"no-duplicates\",\"x\":1}]}",
    "$.criteria[0].x", "not known here" },
  { "{" HEAD ",\"steps\":[],\"plan\":{\"minutes_saved\":-1}}", "$.plan.minutes_saved",
    "number of minutes" },
  { "{" HEAD ",\"steps\":[],\"plan\":{\"fallback\":[1]}}", "$.plan.fallback[0]",
    "text is expected" },
  { "{" HEAD ",\"steps\":[],\"plan\":{\"runbook\":{\"cal\":\"\"}}}", "$.plan.runbook.cal",
    "Did you mean “call”" },
};

static gboolean
is_said (SbProblems *problems, const char *path, const char *says)
{
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      if (strcmp (problem->path, path) == 0 && strstr (problem->message, says) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (SbProblems) problems = sb_problems_new ();
      SbFlow *flow = parse (broken[i].json, problems);
      g_autofree char *text = sb_problems_to_text (problems);

      g_assert_null (flow);
      if (!is_said (problems, broken[i].path, broken[i].says))
        g_error ("%s\nneither says “%s” at %s:\n%s", broken[i].json, broken[i].says, broken[i].path,
                 text);
    }
}

static void
test_all_at_once (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  const SbProblem *problem;

  g_assert_null (
    parse ("{\"format\":1,\"trigger\":{\"type\":\"webhook\"},\"extra\":1,\"steps\":["
           "{\"id\":\"Bad\",\"type\":\"delay\",\"duration\":\"x\"}," ACTION (
             "invoice", "\"TotalAmt\":\"{{nope.x}}\",\"Due\":\"{{trigger.d | dat}}\"") "]}",
           problems));
  g_assert_cmpuint (sb_problems_get_length (problems), ==, 8);
  problem = sb_problems_get (problems, 6);
  g_assert_cmpstr (problem->path, ==, "$.steps[1].fields.TotalAmt");
  g_assert_cmpstr (problem->step, ==, "invoice");
  g_assert_cmpstr (problem->field, ==, "TotalAmt");
}

static char *
nest (guint depth)
{
  GString *steps = g_string_new (ACTION ("inner", ""));

  for (guint i = 0; i < depth; i++)
    {
      g_autofree char *id = g_strdup_printf (
        "{\"id\":\"e%u\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":[", i);

      g_string_prepend (steps, id);
      g_string_append (steps, "]}");
    }
  g_string_prepend (steps, "{" HEAD ",\"steps\":[");
  g_string_append (steps, "]}");
  return g_string_free (steps, FALSE);
}

static void
test_limits (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *good = nest (8);
  g_autofree char *deep = nest (9);
  g_autoptr (SbFlow) flow = parse (good, problems);
  g_autoptr (SbFlow) many = NULL;
  g_autoptr (GString) steps = g_string_new ("{" HEAD ",\"steps\":[");

  g_assert_nonnull (flow);
  g_assert_null (parse (deep, problems));
  g_assert_nonnull (strstr (sb_problems_get (problems, 0)->message, "nested more than 8"));

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (steps, "%s{\"id\":\"s%u\",\"type\":\"delay\",\"duration\":\"1 s\"}",
                            i > 0 ? "," : "", i);
  {
    g_autofree char *enough = g_strconcat (steps->str, "]}", NULL);
    g_autofree char *more =
      g_strconcat (steps->str, ",{\"id\":\"x\",\"type\":\"delay\",\"duration\":\"1 s\"}]}", NULL);
    g_autoptr (SbProblems) fresh = sb_problems_new ();

    many = parse (enough, fresh);
    g_assert_nonnull (many);
    g_assert_null (parse (more, fresh));
    g_assert_cmpuint (sb_problems_get_length (fresh), ==, 1);
    g_assert_nonnull (strstr (sb_problems_get (fresh, 0)->message, "at most 500 steps"));
  }
}

/* Each member of the sample turned into each type in turn: words or a flow, never a crash. */
static void
spoil (SbValue *root, SbValue *node)
{
  static const char *const others[] = {
    "null", "7", "\"x\"", "\"{{\"", "[]", "{}", "[{}]", "true"
  };

  for (guint i = 0; i < sb_value_get_length (node); i++)
    {
      const char *name = sb_value_get_member_name (node, i);
      SbValue *child = sb_value_get_item (node, i);

      spoil (root, child);
      if (name == NULL)
        continue;
      for (guint j = 0; j < G_N_ELEMENTS (others); j++)
        {
          g_autoptr (SbValue) kept = sb_value_copy (sb_value_get_member (node, name));
          g_autoptr (SbProblems) problems = sb_problems_new ();
          g_autoptr (SbValue) copy = NULL;
          g_autoptr (SbFlow) flow = NULL;

          sb_value_set (node, name, sb_json_parse (others[j], -1, NULL));
          copy = sb_value_copy (root);
          flow = sb_flow_parse (copy, problems);
          g_assert_true ((flow == NULL) == (sb_problems_get_length (problems) > 0));
          sb_value_set (node, name, g_steal_pointer (&kept));
        }
    }
}

static void
test_spoiled (void)
{
  g_autoptr (SbValue) parsed = sb_json_parse (whole, -1, NULL);
  g_autoptr (SbValue) document = sb_value_copy (parsed);

  spoil (document, document);
  g_assert_true (sb_value_equal (parsed, document));
}

static void
test_edit (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = parse (whole, problems);
  g_autoptr (SbValue) value = sb_value_new_string ("{{trigger.name}}");
  g_autoptr (SbValue) changed = sb_flow_with_field (flow, "gift", "note", value);
  g_autoptr (SbFlow) edited = sb_flow_parse (changed, problems);
  g_autoptr (SbValue) without = sb_flow_with_field (edited, "gift", "note", NULL);
  g_autoptr (SbValue) connected = sb_flow_with_connection (flow, "tell", "c2");
  g_autoptr (SbValue) started = sb_flow_with_connection (flow, "trigger", "shop");
  g_autoptr (SbValue) looked = sb_flow_with_field (flow, "find", "q", value);

  g_assert_cmpstr (sb_value_get_string (sb_flow_find_step (edited, "gift")->fields, "note"), ==,
                   "{{trigger.name}}");
  g_assert_null (sb_value_get_member (sb_flow_find_step (flow, "gift")->fields, "note"));
  g_assert_true (sb_value_equal (without, flow->document));
  g_assert_cmpstr (sb_value_get_string (sb_value_get_path (connected, "steps[7]"), "connection"),
                   ==, "c2");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_path (started, "trigger"), "connection"), ==,
                   "shop");
  g_assert_nonnull (sb_value_get_path (looked, "steps[0].fields.q"));
  g_assert_null (sb_flow_with_field (flow, "nothing", "x", value));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/whole", test_whole);
  g_test_add_func ("/flow/broken", test_broken);
  g_test_add_func ("/flow/all-at-once", test_all_at_once);
  g_test_add_func ("/flow/limits", test_limits);
  g_test_add_func ("/flow/spoiled", test_spoiled);
  g_test_add_func ("/flow/edit", test_edit);
  return g_test_run ();
}
