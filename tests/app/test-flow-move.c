/* test-flow-move.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-flow-edit.h"
#include "sb-flow-move.h"
#include "sb-json.h"
#include "sb-paths.h"

/* a, b (a branch: c | nothing), each (a loop: d), e. */
static const char document_text[] =
  "{\"format\": 1, \"name\": \"F\", \"trigger\": {\"type\": \"manual\"}, \"steps\": ["
  "{\"id\": \"a\", \"type\": \"set-fields\", \"name\": \"Totals\", \"fields\": {\"sum\": \"1\"}},"
  "{\"id\": \"b\", \"type\": \"branch\", \"lanes\": ["
  " {\"name\": \"x\", \"condition\": {\"value\": \"1\", \"is\": \"not-empty\"}, \"steps\": ["
  "  {\"id\": \"c\", \"type\": \"delay\", \"duration\": \"1 h\"}]},"
  " {\"name\": \"y\", \"steps\": []}]},"
  "{\"id\": \"each\", \"type\": \"for-each\", \"list\": \"{{trigger.items}}\", \"steps\": ["
  " {\"id\": \"d\", \"type\": \"delay\", \"duration\": \"1 h\"}]},"
  "{\"id\": \"e\", \"type\": \"set-fields\", \"name\": \"Note\", \"fields\": {\"text\": "
  "\"{{a.sum}}\"}}]}";

static SbFlow *
parse_value (SbValue *document)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbFlow *flow = sb_flow_parse_draft (document, problems);

  if (flow == NULL)
    g_error ("%s", sb_problems_to_text (problems));
  return flow;
}

static SbFlow *
make_flow (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (document_text, -1, &error);

  g_assert_no_error (error);
  return parse_value (document);
}

/* The order of the page: "a b(c|)each(d)e". */
static void
outline (GString *out, SbValue *steps)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");

      g_string_append_printf (out, "%s ", sb_value_get_string (step, "id"));
      if (sb_value_get_member (step, "steps") != NULL || lanes != NULL)
        g_string_append (out, "( ");
      outline (out, sb_value_get_member (step, "steps"));
      for (guint j = 0; j < sb_value_get_length (lanes); j++)
        {
          g_string_append (out, j > 0 ? "| " : "");
          outline (out, sb_value_get_member (sb_value_get_item (lanes, j), "steps"));
        }
      if (sb_value_get_member (step, "steps") != NULL || lanes != NULL)
        g_string_append (out, ") ");
    }
}

static void
assert_outline (SbValue *document, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  outline (out, sb_value_get_member (document, "steps"));
  g_assert_cmpstr (out->str, ==, expected);
}

static SbValue *
move (SbFlow *flow, const char *id, const char *owner, int lane, guint index)
{
  SbPlace place = { (char *)owner, lane, index };

  return sb_flow_move (flow, id, &place);
}

static void
test_move (void)
{
  g_autoptr (SbFlow) flow = make_flow ();
  g_autoptr (SbValue) down = move (flow, "a", NULL, -1, 2);
  g_autoptr (SbValue) up = move (flow, "e", NULL, -1, 0);
  g_autoptr (SbValue) into_lane = move (flow, "a", "b", 1, 0);
  g_autoptr (SbValue) out_of_lane = move (flow, "c", NULL, -1, 4);
  g_autoptr (SbValue) into_frame = move (flow, "b", "each", -1, 1);
  g_autoptr (SbValue) out_of_frame = move (flow, "each", "b", 0, 0);

  assert_outline (flow->document, "a b ( c | ) each ( d ) e ");
  assert_outline (down, "b ( c | ) a each ( d ) e ");
  assert_outline (up, "e a b ( c | ) each ( d ) ");
  assert_outline (into_lane, "b ( c | a ) each ( d ) e ");
  assert_outline (out_of_lane, "a b ( | ) each ( d ) e c ");
  assert_outline (into_frame, "a each ( d b ( c | ) ) e ");
  assert_outline (out_of_frame, "a b ( each ( d ) c | ) e ");
}

static void
test_nowhere (void)
{
  g_autoptr (SbFlow) flow = make_flow ();

  /* Where it stands already, and into itself. */
  g_assert_null (move (flow, "b", NULL, -1, 1));
  g_assert_null (move (flow, "b", NULL, -1, 2));
  g_assert_null (move (flow, "b", "b", 0, 0));
  g_assert_null (move (flow, "each", "each", -1, 1));
  g_assert_null (move (flow, "gone", NULL, -1, 0));
  g_assert_true (sb_flow_move_is_within (flow, "c", "b"));
  g_assert_false (sb_flow_move_is_within (flow, "b", "c"));
}

/* One step down after the other leads through every place there is, and back up again. */
static void
test_walk (void)
{
  static const char *const down[] = {
    "b ( a c | ) each ( d ) e ", "b ( c a | ) each ( d ) e ", "b ( c | a ) each ( d ) e ",
    "b ( c | ) a each ( d ) e ", "b ( c | ) each ( a d ) e ", "b ( c | ) each ( d a ) e ",
    "b ( c | ) each ( d ) a e ", "b ( c | ) each ( d ) e a ",
  };
  g_autoptr (SbFlow) flow = make_flow ();

  for (guint i = 0; i < G_N_ELEMENTS (down); i++)
    {
      g_auto (SbPlace) place = { NULL, -1, 0 };
      g_autoptr (SbValue) moved = NULL;

      g_assert_true (sb_flow_move_next (flow, "a", 1, &place));
      moved = sb_flow_move (flow, "a", &place);
      assert_outline (moved, down[i]);
      sb_flow_unref (flow);
      flow = parse_value (moved);
    }
  for (int i = G_N_ELEMENTS (down) - 2; i >= 0; i--)
    {
      g_auto (SbPlace) place = { NULL, -1, 0 };
      g_autoptr (SbValue) moved = NULL;

      g_assert_true (sb_flow_move_next (flow, "a", -1, &place));
      moved = sb_flow_move (flow, "a", &place);
      assert_outline (moved, down[i]);
      sb_flow_unref (flow);
      flow = parse_value (moved);
    }
}

static void
test_across (void)
{
  g_autoptr (SbFlow) flow = make_flow ();
  g_auto (SbPlace) place = { NULL, -1, 0 };
  g_autoptr (SbValue) moved = NULL;

  g_assert_true (sb_flow_move_across (flow, "c", 1, &place));
  moved = sb_flow_move (flow, "c", &place);
  assert_outline (moved, "a b ( | c ) each ( d ) e ");
  g_assert_false (sb_flow_move_across (flow, "c", -1, &place));
  g_assert_false (sb_flow_move_across (flow, "a", 1, &place));
}

static void
test_explain (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  SbConnectors *connectors = sb_connectors_new (data_dir, NULL, problems);
  g_autoptr (SbFlow) flow = make_flow ();
  g_autoptr (SbValue) later = move (flow, "a", NULL, -1, 4);
  g_autoptr (SbValue) aside = move (flow, "a", "each", -1, 0);
  g_autoptr (SbValue) fine = move (flow, "b", NULL, -1, 0);
  g_autoptr (SbFlow) later_flow = parse_value (later);
  g_autoptr (SbFlow) aside_flow = parse_value (aside);
  g_autoptr (SbFlow) fine_flow = parse_value (fine);
  g_autofree char *words = sb_flow_move_explain (flow, later_flow, connectors);
  g_autofree char *other = sb_flow_move_explain (flow, aside_flow, connectors);

  g_assert_cmpstr (words, ==, "“Note” needs what “Totals” gives, and now comes before it");
  g_assert_cmpstr (other, ==, "“Note” needs what “Totals” gives, which is not always passed there");
  g_assert_null (sb_flow_move_explain (flow, fine_flow, connectors));
  /* What was wrong before is no news. */
  g_assert_null (sb_flow_move_explain (later_flow, later_flow, connectors));
  sb_connectors_unref (connectors);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow-move/move", test_move);
  g_test_add_func ("/flow-move/nowhere", test_nowhere);
  g_test_add_func ("/flow-move/walk", test_walk);
  g_test_add_func ("/flow-move/across", test_across);
  g_test_add_func ("/flow-move/explain", test_explain);
  return g_test_run ();
}
