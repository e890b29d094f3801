/* test-walk.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-journal-private.h"
#include "sb-walk.h"

#define START 1772366400000000 /* 2026-03-01T12:00:00Z */

/* A flow in the making: what the walk told, and what it asked for. */
typedef struct
{
  SbFlow *flow;
  SbScope *scope;
  SbJournal *journal;
  GString *told;
  gint64 now_us;
} Run;

static void
told_cb (SbStep *step,
         const char *place,
         const char *verdict,
         const char *detail,
         SbValue *output,
         gpointer data)
{
  Run *run = data;

  g_string_append_printf (run->told, "%s %s%s%s\n", place, verdict, detail != NULL ? ": " : "",
                          detail != NULL ? detail : "");
}

static void
run_init (Run *run, const char *steps, const char *event)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *json = g_strdup_printf ("{\"format\":1,\"name\":\"n\",\"time_zone\":\"Europe/"
                                           "Berlin\",\"trigger\":{\"type\":\"manual\"},"
                                           "\"tables\":{\"tax\":{\"DE\":\"19\"}},\"steps\":[%s]}",
                                           steps);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (json, -1, &error);
  g_autoptr (SbValue) trigger = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  run->flow = sb_flow_parse (document, problems);
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (text, ==, "");
  trigger = sb_json_parse (event, -1, &error);
  g_assert_no_error (error);
  run->scope = sb_scope_new (run->flow->time_zone, START);
  sb_scope_set (run->scope, "trigger", trigger);
  sb_scope_set_label (run->scope, "Order #1004");
  run->journal = sb_journal_new ();
  run->told = g_string_new (NULL);
  run->now_us = START;
}

static void
run_clear (Run *run)
{
  sb_flow_unref (run->flow);
  sb_scope_free (run->scope);
  sb_journal_free (run->journal);
  g_string_free (run->told, TRUE);
}

static SbNeed *
walk (Run *run)
{
  g_string_truncate (run->told, 0);
  return sb_walk_next (run->flow, run->scope, run->journal, run->now_us, told_cb, run);
}

static void
assert_act (Run *run, const char *place, const char *fields)
{
  g_autoptr (SbNeed) need = walk (run);
  g_autofree char *json = NULL;

  if (need->kind == SB_WALK_FAILED)
    g_error ("%s", need->error->message);
  g_assert_cmpint (need->kind, ==, SB_WALK_ACT);
  g_assert_cmpstr (need->place, ==, place);
  g_assert_true (g_str_has_suffix (place, need->step->id));
  json = sb_json_write (need->fields);
  g_assert_cmpstr (json, ==, fields);
}

static void
give (Run *run, const char *place, const char *output)
{
  g_autoptr (SbValue) value = sb_json_parse (output, -1, NULL);

  sb_journal_add_output (run->journal, place, value);
}

static void
assert_end (Run *run, SbWalkKind kind, const char *place)
{
  g_autoptr (SbNeed) need = walk (run);

  if (need->kind == SB_WALK_FAILED && kind != SB_WALK_FAILED)
    g_error ("%s", need->error->message);
  g_assert_cmpint (need->kind, ==, kind);
  g_assert_cmpstr (need->place, ==, place);
}

static void
assert_failed (Run *run, const char *place, gint code, const char *says)
{
  g_autoptr (SbNeed) need = walk (run);

  g_assert_cmpint (need->kind, ==, SB_WALK_FAILED);
  g_assert_cmpstr (need->place, ==, place);
  g_assert_error (need->error, SB_ERROR, code);
  g_assert_nonnull (strstr (need->error->message, says));
}

static void
assert_wait (Run *run, const char *place, const char *until)
{
  g_autoptr (SbNeed) need = walk (run);
  g_autofree char *text = NULL;

  if (need->kind == SB_WALK_FAILED)
    g_error ("%s", need->error->message);
  g_assert_cmpint (need->kind, ==, SB_WALK_WAIT);
  g_assert_cmpstr (need->place, ==, place);
  text = sb_clock_format_utc (need->until_us);
  g_assert_cmpstr (text, ==, until);
}

#define ACTION(id, fields)                                                                         \
  "{\"id\":\"" id                                                                                  \
  "\",\"type\":\"action\",\"connector\":\"c\",\"action\":\"a\",\"fields\":{" fields "}}"
#define LOOKUP(id, more)                                                                           \
  "{\"id\":\"" id "\",\"type\":\"lookup\",\"connector\":\"c\",\"action\":\"a\"" more "}"
#define FILTER(id, value, to)                                                                      \
  "{\"id\":\"" id "\",\"type\":\"filter\",\"condition\":{\"value\":\"" value                       \
  "\",\"is\":\"equals\",\"to\":" to "}}"

static void
test_actions (void)
{
  Run run;

  run_init (
    &run,
    ACTION ("invoice",
            "\"total\":\"{{trigger.total | "
            "number}}\",\"raw\":\"{{trigger.id}}\"") "," ACTION ("tell",
                                                                 "\"text\":\"Invoice "
                                                                 "{{invoice.Id}} at {{now}}\""),
    "{\"total\":\"199.00\",\"id\":820982911946154508}");
  assert_act (&run, "invoice", "{\"total\":199.00,\"raw\":820982911946154508}");
  assert_act (&run, "invoice", "{\"total\":199.00,\"raw\":820982911946154508}");
  give (&run, "invoice", "{\"Id\":145}");
  assert_act (&run, "tell", "{\"text\":\"Invoice 145 at 2026-03-01T12:00:00.000000Z\"}");
  run.now_us += 1000000;
  assert_act (&run, "tell", "{\"text\":\"Invoice 145 at 2026-03-01T12:00:00.000000Z\"}");
  give (&run, "tell", "{}");
  assert_end (&run, SB_WALK_DONE, NULL);
  g_assert_cmpstr (run.told->str, ==, "invoice done\ntell done\n");
  run_clear (&run);
}

static void
test_missing (void)
{
  Run run;

  run_init (&run, ACTION ("a", "\"to\":\"{{trigger.customer.email}}\""), "{\"customer\":{}}");
  assert_failed (&run, "a", SB_ERROR_MISSING_VALUE, "Order #1004 has no customer.email");
  run_clear (&run);

  run_init (&run, ACTION ("a", "\"n\":\"{{trigger.x | number}}\""), "{\"x\":\"one\"}");
  assert_failed (&run, "a", SB_ERROR_INVALID, "Field n: Filter “number”: “one” is not a number");
  run_clear (&run);
}

static void
test_skipped (void)
{
  Run run;

  run_init (&run, ACTION ("a", "\"x\":\"{{trigger.none}}\"") "," ACTION ("b", "\"x\":\"{{a.Id}}\""),
            "{}");
  sb_journal_add_skipped (run.journal, "a");
  assert_failed (&run, "b", SB_ERROR_MISSING_VALUE, "Step a gave no Id");
  g_assert_cmpstr (run.told->str, ==, "a skipped\n");
  sb_journal_add_skipped (run.journal, "b");
  assert_end (&run, SB_WALK_DONE, NULL);
  run_clear (&run);
}

static void
test_filter (void)
{
  Run run;

  run_init (&run, FILTER ("paid", "{{trigger.status}}", "\"paid\"") "," ACTION ("a", ""),
            "{\"status\":\"open\"}");
  assert_end (&run, SB_WALK_STOPPED, "paid");
  g_assert_cmpstr (run.told->str, ==, "paid stopped: does not hold: status is paid\n");
  run_clear (&run);

  run_init (&run, FILTER ("paid", "{{trigger.status}}", "\"paid\"") "," ACTION ("a", ""),
            "{\"status\":\"paid\"}");
  assert_act (&run, "a", "{}");
  g_assert_cmpstr (run.told->str, ==, "paid passed: status is paid\n");
  run_clear (&run);

  run_init (&run, FILTER ("paid", "{{trigger.status}}", "\"paid\""), "{}");
  assert_end (&run, SB_WALK_STOPPED, "paid");
  run_clear (&run);
}

#define LANE(name, to, steps)                                                                      \
  "{\"name\":\"" name                                                                              \
  "\",\"condition\":{\"value\":\"{{trigger.kind}}\",\"is\":\"equals\",\"to\":\"" to                \
  "\"},\"steps\":[" steps "]}"

static void
test_branch (void)
{
  static const char steps[] = "{\"id\":\"split\",\"type\":\"branch\",\"lanes\":[" LANE (
    "Sell", "sell",
    ACTION ("sold", "")) "," LANE ("Scrap", "scrap",
                                   ACTION ("scrapped",
                                           "")) ",{\"name\":\"Otherwise\",\"steps\":[]}]}"
                                                "," ACTION ("tell", "\"sold\":\"{{sold.Id | "
                                                                    "default: \\\"no\\\"}}\"");
  Run run;

  run_init (&run, steps, "{\"kind\":\"sell\"}");
  assert_act (&run, "sold", "{}");
  give (&run, "sold", "{\"Id\":1}");
  assert_act (&run, "tell", "{\"sold\":1}");
  g_assert_cmpstr (run.told->str, ==, "split taken: Sell\nsold done\n");
  run_clear (&run);

  run_init (&run, steps, "{\"kind\":\"scrap\"}");
  assert_act (&run, "scrapped", "{}");
  run_clear (&run);

  run_init (&run, steps, "{}");
  assert_act (&run, "tell", "{\"sold\":\"no\"}");
  g_assert_cmpstr (run.told->str, ==, "split taken: Otherwise\n");
  run_clear (&run);

  run_init (
    &run, "{\"id\":\"split\",\"type\":\"branch\",\"lanes\":[" LANE ("Sell", "sell", "") "]}", "{}");
  assert_end (&run, SB_WALK_DONE, NULL);
  g_assert_cmpstr (run.told->str, ==, "split passed: no lane was taken\n");
  run_clear (&run);
}

static void
test_for_each (void)
{
  Run run;
  g_autofree char *json = NULL;

  run_init (
    &run,
    "{\"id\":\"each\",\"type\":\"for-each\",\"list\":\"{{trigger.items}}\",\"steps\":"
    "[" FILTER ("real", "{{item.real}}", "true") "," ACTION (
      "stock",
      "\"sku\":\"{{item."
      "sku}}\"") "," ACTION ("note",
                             "\"id\":\"{{stock.Id}}\"") "]}," ACTION ("tell",
                                                                      "\"all\":\"{{each}}\",\"n\":"
                                                                      "\"{{each | count}}\""),
    "{\"items\":[{\"sku\":\"A\",\"real\":true},{\"sku\":\"B\"},{\"sku\":\"C\",\"real\":"
    "true}]}");
  assert_act (&run, "each[0]/stock", "{\"sku\":\"A\"}");
  give (&run, "each[0]/stock", "{\"Id\":1}");
  assert_act (&run, "each[0]/note", "{\"id\":1}");
  give (&run, "each[0]/note", "\"n1\"");
  assert_act (&run, "each[2]/stock", "{\"sku\":\"C\"}");
  give (&run, "each[2]/stock", "{\"Id\":3}");
  assert_act (&run, "each[2]/note", "{\"id\":3}");
  give (&run, "each[2]/note", "\"n3\"");
  assert_act (&run, "tell", "{\"all\":[\"n1\",null,\"n3\"],\"n\":3}");
  json = sb_json_write (sb_scope_get (run.scope, "each"));
  g_assert_cmpstr (json, ==, "[\"n1\",null,\"n3\"]");
  g_assert_null (sb_scope_get (run.scope, "item"));
  g_assert_null (sb_scope_get (run.scope, "stock"));
  g_assert_cmpstr (run.told->str, ==,
                   "each[0]/real passed: real is true\neach[0]/stock done\neach[0]/note done\n"
                   "each[1]/real stopped: does not hold: real is true\n"
                   "each[2]/real passed: real is true\neach[2]/stock done\neach[2]/note done\n"
                   "each done: 3 items\n");
  run_clear (&run);
}

static void
test_nested_for_each (void)
{
  Run run;

  run_init (
    &run,
    "{\"id\":\"outer\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":["
    "{\"id\":\"inner\",\"type\":\"for-each\",\"list\":\"{{item}}\",\"steps\":[" ACTION (
      "a", "\"x\":\"{{item}}\"") "]}," ACTION ("b", "\"x\":\"{{item}}\",\"y\":\"{{inner}}\"") "]}",
    "{\"l\":[[1,2],[]]}");
  assert_act (&run, "outer[0]/inner[0]/a", "{\"x\":1}");
  give (&run, "outer[0]/inner[0]/a", "10");
  assert_act (&run, "outer[0]/inner[1]/a", "{\"x\":2}");
  give (&run, "outer[0]/inner[1]/a", "20");
  assert_act (&run, "outer[0]/b", "{\"x\":[1,2],\"y\":[10,20]}");
  give (&run, "outer[0]/b", "{}");
  assert_act (&run, "outer[1]/b", "{\"x\":[],\"y\":[]}");
  run_clear (&run);
}

static void
test_for_each_limits (void)
{
  g_autoptr (GString) event = g_string_new ("{\"l\":[0");
  Run run;
  static const char steps[] =
    "{\"id\":\"each\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":[]}";

  for (guint i = 1; i < 1000; i++)
    g_string_append_printf (event, ",%u", i);
  {
    g_autofree char *enough = g_strconcat (event->str, "]}", NULL);
    g_autofree char *more = g_strconcat (event->str, ",1000]}", NULL);

    run_init (&run, steps, enough);
    assert_end (&run, SB_WALK_DONE, NULL);
    run_clear (&run);
    run_init (&run, steps, more);
    assert_failed (&run, "each", SB_ERROR_TOO_LARGE, "1001 items, and at most 1000");
    run_clear (&run);
  }
  run_init (&run, steps, "{\"l\":{\"a\":1}}");
  assert_failed (&run, "each", SB_ERROR_INVALID, "needs a list");
  run_clear (&run);
  run_init (&run, steps, "{}");
  assert_failed (&run, "each", SB_ERROR_MISSING_VALUE, "Order #1004 has no l");
  run_clear (&run);
}

static void
test_lookup (void)
{
  Run run;

  run_init (&run, LOOKUP ("find", "") "," ACTION ("a", "\"x\":\"{{find.Id}}\""), "{}");
  assert_act (&run, "find", "{}");
  give (&run, "find", "{\"Id\":5}");
  assert_act (&run, "a", "{\"x\":5}");
  sb_journal_add_output (run.journal, "find", NULL);
  assert_failed (&run, "find", SB_ERROR_NOT_FOUND, "“find” found nothing");
  run_clear (&run);

  run_init (&run, LOOKUP ("find", ",\"if_none\":\"stop\"") "," ACTION ("a", ""), "{}");
  sb_journal_add_output (run.journal, "find", NULL);
  assert_end (&run, SB_WALK_STOPPED, "find");
  run_clear (&run);

  run_init (&run,
            LOOKUP ("find", ",\"if_none\":\"continue\"") "," ACTION (
              "a", "\"x\":\"{{find.Id | default: 0}}\""),
            "{}");
  sb_journal_add_output (run.journal, "find", NULL);
  assert_act (&run, "a", "{\"x\":0}");
  run_clear (&run);
}

static void
test_set_fields (void)
{
  Run run;

  run_init (
    &run,
    "{\"id\":\"names\",\"type\":\"set-fields\",\"fields\":{\"tax\":\"{{trigger.c | lookup: "
    "\\\"tax\\\" | number}}\",\"list\":[\"{{trigger.c}}\"]}}," ACTION ("a", "\"x\":\"{{names}}\""),
    "{\"c\":\"DE\"}");
  assert_act (&run, "a", "{\"x\":{\"tax\":19,\"list\":[\"DE\"]}}");
  g_assert_cmpstr (run.told->str, ==, "names set\n");
  run_clear (&run);
}

#define UNTIL(offset)                                                                              \
  "{\"id\":\"wait\",\"type\":\"delay\",\"until\":\"{{trigger.at}}\",\"offset\":\"" offset "\"}"

/* What is "24 h before" and "a day before" on the nights the clocks change in Berlin. */
static void
test_until (void)
{
  static const struct
  {
    const char *steps;
    const char *event;
    const char *until;
  } cases[] = {
    { UNTIL ("-24 h"), "{\"at\":\"2026-03-29T10:00:00\"}", "2026-03-28T08:00:00.000000Z" },
    { UNTIL ("-1 d"), "{\"at\":\"2026-03-29T10:00:00\"}", "2026-03-28T09:00:00.000000Z" },
    { UNTIL ("-24 h"), "{\"at\":\"2026-10-25T10:00:00\"}", "2026-10-24T09:00:00.000000Z" },
    { UNTIL ("-1 d"), "{\"at\":\"2026-10-25T10:00:00\"}", "2026-10-24T08:00:00.000000Z" },
    { UNTIL ("-24 h"), "{\"at\":\"2026-10-25T10:00:00+01:00\"}", "2026-10-24T09:00:00.000000Z" },
    { UNTIL ("-24 h"), "{\"at\":\"2026-06-15T08:00:00Z\"}", "2026-06-14T08:00:00.000000Z" },
    { UNTIL ("1 w"), "{\"at\":\"2026-03-26\"}", "2026-04-01T22:00:00.000000Z" },
    /* the day before has no 02:30 */
    { UNTIL ("-1 d"), "{\"at\":\"2026-03-30T02:30:00\"}", "2026-03-29T01:30:00.000000Z" },
    { UNTIL ("-1 d"), "{\"at\":\"2026-10-26T02:30:00\"}", "2026-10-25T00:30:00.000000Z" },
    { UNTIL ("{{trigger.lead}}"), "{\"at\":\"2026-06-15T08:00:00Z\",\"lead\":\"-2 h\"}",
      "2026-06-15T06:00:00.000000Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Run run;

      g_test_message ("%s", cases[i].event);
      run_init (&run, cases[i].steps, cases[i].event);
      assert_wait (&run, "wait", cases[i].until);
      run_clear (&run);
    }
}

static void
test_delay (void)
{
  Run run;
  g_autoptr (SbNeed) need = NULL;

  run_init (
    &run, "{\"id\":\"pause\",\"type\":\"delay\",\"duration\":\"{{trigger.d}}\"}," ACTION ("a", ""),
    "{\"d\":\"2 h\"}");
  assert_wait (&run, "pause", "2026-03-01T14:00:00.000000Z");
  need = walk (&run);
  sb_journal_add_timer (run.journal, "pause", need->until_us);
  run.now_us += 3600 * (gint64)G_USEC_PER_SEC;
  assert_wait (&run, "pause", "2026-03-01T14:00:00.000000Z");
  run.now_us = need->until_us;
  assert_act (&run, "a", "{}");
  g_assert_cmpstr (run.told->str, ==, "pause waited: until 2026-03-01T14:00:00.000000Z\n");
  run_clear (&run);

  /* a time that is past does not hold anything up */
  run_init (&run, UNTIL ("-24 h") "," ACTION ("a", ""), "{\"at\":\"2026-03-01T20:00:00Z\"}");
  assert_act (&run, "a", "{}");
  run_clear (&run);

  run_init (&run, UNTIL ("-24 h"), "{\"at\":\"tomorrow\"}");
  assert_failed (&run, "wait", SB_ERROR_INVALID, "“tomorrow” is not a date");
  run_clear (&run);
  run_init (&run, UNTIL ("-24 h"), "{}");
  assert_failed (&run, "wait", SB_ERROR_MISSING_VALUE, "Order #1004 has no at");
  run_clear (&run);
  run_init (&run, UNTIL ("{{trigger.at}}"), "{\"at\":\"2026-03-01\"}");
  assert_failed (&run, "wait", SB_ERROR_INVALID, "not a length of time");
  run_clear (&run);
}

/* However often a walk is begun again, with a fresh scope or a used one, it says the same. */
static void
test_deterministic (void)
{
  static const char steps[] =
    "{\"id\":\"each\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":[" ACTION (
      "a", "\"x\":\"{{item}}\",\"now\":\"{{now}}\"") "]}," ACTION ("b", "\"y\":\"{{each}}\"");
  Run used, fresh;

  run_init (&used, steps, "{\"l\":[1,2,3]}");
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (SbNeed) first = NULL;
      g_autoptr (SbNeed) second = NULL;
      g_autofree char *place = g_strdup_printf ("each[%u]/a", i);

      run_init (&fresh, steps, "{\"l\":[1,2,3]}");
      for (guint j = 0; j < i; j++)
        {
          g_autofree char *done = g_strdup_printf ("each[%u]/a", j);

          give (&fresh, done, "{\"ok\":true}");
        }
      first = walk (&used);
      second = walk (&fresh);
      g_assert_cmpstr (first->place, ==, second->place);
      g_assert_true (sb_value_equal (first->fields, second->fields));
      give (&used, place, "{\"ok\":true}");
      run_clear (&fresh);
    }
  run_clear (&used);
}

/* Goes on from what the walk before came past (nobody is told), and says what a walk from the start
 * says: through rounds within rounds, lanes, filters, delays, and after what happened elsewhere
 * meanwhile. */
static void
assert_short_cut (Run *run, SbWalkKind kind, const char *place)
{
  g_autoptr (SbNeed) quick =
    sb_walk_next (run->flow, run->scope, run->journal, run->now_us, NULL, NULL);
  g_autofree char *each = NULL;
  SbValue *value = sb_scope_get (run->scope, "each");
  g_autofree char *json = value != NULL ? sb_json_write (value) : NULL;
  g_autoptr (SbNeed) whole = walk (run);

  value = sb_scope_get (run->scope, "each");
  each = value != NULL ? sb_json_write (value) : NULL;
  g_assert_cmpint (quick->kind, ==, whole->kind);
  g_assert_cmpint (quick->kind, ==, kind);
  g_assert_cmpstr (quick->place, ==, whole->place);
  g_assert_cmpstr (quick->place, ==, place);
  g_assert_cmpint (quick->until_us, ==, whole->until_us);
  g_assert_true ((quick->fields == NULL) == (whole->fields == NULL));
  g_assert_true (quick->fields == NULL || sb_value_equal (quick->fields, whole->fields));
  g_assert_cmpstr (json, ==, each);
}

static void
test_short_cuts (void)
{
  static const char steps[] =
    "{\"id\":\"each\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":[" FILTER (
      "some", "{{item.n}}",
      "true") ","
              "{\"id\":\"inner\",\"type\":\"for-each\",\"list\":\"{{item.m}}\",\"steps\":[" ACTION (
                "a",
                "\"x\":\"{{item}}\"") "]},"
                                      "{\"id\":\"rest\",\"type\":\"delay\",\"duration\":\"1 "
                                      "h\"}," ACTION ("b", "\"y\":\"{{inner}}\"") "]}," ACTION (
                                        "c", "\"z\":\"{{each}}\"");
  Run run;

  run_init (&run, steps,
            "{\"l\":[{\"n\":true,\"m\":[1,2]},{\"n\":false,\"m\":[3]},{\"n\":true,\"m\":[4]}]}");
  assert_short_cut (&run, SB_WALK_ACT, "each[0]/inner[0]/a");
  give (&run, "each[0]/inner[0]/a", "10");
  assert_short_cut (&run, SB_WALK_ACT, "each[0]/inner[1]/a");
  give (&run, "each[0]/inner[1]/a", "20");
  assert_short_cut (&run, SB_WALK_WAIT, "each[0]/rest");
  sb_journal_add_timer (run.journal, "each[0]/rest", START + 5);
  assert_short_cut (&run, SB_WALK_WAIT, "each[0]/rest");
  run.now_us = START + 10;
  assert_short_cut (&run, SB_WALK_ACT, "each[0]/b");
  give (&run, "each[0]/b", "{\"ok\":1}");
  assert_short_cut (&run, SB_WALK_ACT, "each[2]/inner[0]/a");

  /* The clock is set back before the end of the delay that was over. */
  run.now_us = START;
  assert_short_cut (&run, SB_WALK_WAIT, "each[0]/rest");
  run.now_us = START + 10;
  assert_short_cut (&run, SB_WALK_ACT, "each[2]/inner[0]/a");

  /* Someone says of a place that was passed that it is to be left out. */
  sb_journal_add_skipped (run.journal, "each[1]/some");
  assert_short_cut (&run, SB_WALK_ACT, "each[1]/inner[0]/a");
  give (&run, "each[1]/inner[0]/a", "30");
  sb_journal_add_skipped (run.journal, "each[1]/rest");
  assert_short_cut (&run, SB_WALK_ACT, "each[1]/b");
  give (&run, "each[1]/b", "{\"ok\":2}");
  assert_short_cut (&run, SB_WALK_ACT, "each[2]/inner[0]/a");
  give (&run, "each[2]/inner[0]/a", "40");
  sb_journal_add_skipped (run.journal, "each[2]/rest");
  assert_short_cut (&run, SB_WALK_ACT, "each[2]/b");
  give (&run, "each[2]/b", "{\"ok\":3}");
  assert_short_cut (&run, SB_WALK_ACT, "c");
  give (&run, "c", "{}");
  assert_short_cut (&run, SB_WALK_DONE, NULL);
  run_clear (&run);
}

/* A walk of a thousand rounds looks at each a few times, not at all of them a thousand times:
 * counted by what the walks look up, not by the clock. */
static void
test_many_rounds (void)
{
  static const char steps[] =
    "{\"id\":\"each\",\"type\":\"for-each\",\"list\":\"{{trigger.l}}\",\"steps\":[" ACTION (
      "a", "\"x\":\"{{item}}\"") "]}";
  g_autoptr (GString) event = g_string_new ("{\"l\":[0");
  guint64 looks;
  Run run;

  for (guint i = 1; i < 1000; i++)
    g_string_append_printf (event, ",%u", i);
  g_string_append (event, "]}");
  run_init (&run, steps, event->str);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *place = g_strdup_printf ("each[%u]/a", i);
      g_autoptr (SbNeed) need =
        sb_walk_next (run.flow, run.scope, run.journal, run.now_us, NULL, NULL);

      g_assert_cmpstr (need->place, ==, place);
      give (&run, place, "{}");
    }
  looks = sb_journal_get_n_looks (run.journal);
  g_assert_cmpuint (looks, >, 1000);
  g_assert_cmpuint (looks, <, 10000);
  run_clear (&run);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk/actions", test_actions);
  g_test_add_func ("/walk/missing", test_missing);
  g_test_add_func ("/walk/skipped", test_skipped);
  g_test_add_func ("/walk/filter", test_filter);
  g_test_add_func ("/walk/branch", test_branch);
  g_test_add_func ("/walk/for-each", test_for_each);
  g_test_add_func ("/walk/nested-for-each", test_nested_for_each);
  g_test_add_func ("/walk/short-cuts", test_short_cuts);
  g_test_add_func ("/walk/many-rounds", test_many_rounds);
  g_test_add_func ("/walk/for-each-limits", test_for_each_limits);
  g_test_add_func ("/walk/lookup", test_lookup);
  g_test_add_func ("/walk/set-fields", test_set_fields);
  g_test_add_func ("/walk/until", test_until);
  g_test_add_func ("/walk/delay", test_delay);
  g_test_add_func ("/walk/deterministic", test_deterministic);
  return g_test_run ();
}
