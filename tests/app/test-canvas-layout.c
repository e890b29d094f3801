/* test-canvas-layout.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "sb-canvas-layout.h"
#include "sb-json.h"

static const SbCanvasMetrics metrics = SB_CANVAS_METRICS_INIT;

static const char branch_flow[] =
  "{\"format\": 1, \"name\": \"Returns\","
  " \"trigger\": {\"type\": \"webhook\", \"connector\": \"shopify\", \"trigger\": \"order-paid\"},"
  " \"steps\": ["
  "  {\"id\": \"way\", \"type\": \"branch\", \"lanes\": ["
  "   {\"name\": \"sellable\", \"condition\": {\"value\": \"{{trigger.tags}}\", \"is\": \"equals\","
  "    \"to\": \"a\"}, \"steps\": ["
  "     {\"id\": \"stock\", \"type\": \"delay\", \"duration\": \"1 h\"},"
  "     {\"id\": \"more\", \"type\": \"delay\", \"duration\": \"1 h\"}]},"
  "   {\"name\": \"Otherwise\", \"steps\": [{\"id\": \"tell\", \"type\": \"delay\","
  "    \"duration\": \"1 h\"}]}]},"
  "  {\"id\": \"each\", \"type\": \"for-each\", \"list\": \"{{trigger.line_items}}\", \"steps\": ["
  "    {\"id\": \"inner\", \"type\": \"delay\", \"duration\": \"1 h\"}]},"
  "  {\"id\": \"last\", \"type\": \"delay\", \"duration\": \"1 h\"}]}";

static SbFlow *
parse (const char *text)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (text, -1, &error);
  SbFlow *flow;

  g_assert_no_error (error);
  flow = sb_flow_parse (document, problems);
  if (flow == NULL)
    g_error ("%s", sb_problems_to_text (problems));
  return flow;
}

static void
assert_inside (const SbNode *inner, const SbNode *outer)
{
  g_assert_cmpfloat (inner->x, >=, outer->x);
  g_assert_cmpfloat (inner->y, >=, outer->y);
  g_assert_cmpfloat (inner->x + inner->width, <=, outer->x + outer->width);
  g_assert_cmpfloat (inner->y + inner->height, <=, outer->y + outer->height);
}

static gboolean
overlap (const SbNode *a, const SbNode *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
         b->y < a->y + a->height;
}

static double
middle_x (const SbNode *node)
{
  return node->x + node->width / 2;
}

static void
test_straight (void)
{
  g_autoptr (SbFlow) flow =
    parse ("{\"format\": 1, \"name\": \"Two\", \"trigger\": {\"type\": \"webhook\", \"connector\": "
           "\"shopify\","
           " \"trigger\": \"order-paid\"}, \"steps\": [{\"id\": \"a\", \"type\": \"delay\", "
           "\"duration\": \"1 h\"},"
           " {\"id\": \"b\", \"type\": \"delay\", \"duration\": \"1 h\"}]}");
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);
  const SbNode *trigger = sb_canvas_layout_find (layout, "trigger");
  const SbNode *a = sb_canvas_layout_find (layout, "a");
  const SbNode *b = sb_canvas_layout_find (layout, "b");
  const SbNode *plus = sb_canvas_layout_find (layout, "+/-1/1");

  g_assert_nonnull (trigger);
  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpint (trigger->kind, ==, SB_NODE_TRIGGER);
  g_assert_cmpfloat (trigger->width, ==, 300);
  g_assert_cmpfloat (trigger->height, ==, 84);
  g_assert_cmpfloat (a->x, ==, trigger->x);

  /* 40 to 48 between cards, with a + of 24 in the middle of it. */
  g_assert_cmpfloat (b->y - a->y - a->height, >=, 40);
  g_assert_cmpfloat (b->y - a->y - a->height, <=, 48);
  g_assert_nonnull (plus);
  g_assert_cmpint (plus->index, ==, 1);
  g_assert_cmpfloat (plus->y + plus->height / 2, ==, (a->y + a->height + b->y) / 2);
  /* One before each step and one at the end. */
  g_assert_nonnull (sb_canvas_layout_find (layout, "+/-1/0"));
  g_assert_nonnull (sb_canvas_layout_find (layout, "+/-1/2"));
  g_assert_null (sb_canvas_layout_find (layout, "+/-1/3"));
  g_assert_cmpfloat (sb_canvas_layout_get_width (layout), ==, 300 + 2 * SB_CANVAS_MARGIN);
}

static void
test_branch (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);
  const SbNode *left = sb_canvas_layout_find (layout, "way/0");
  const SbNode *right = sb_canvas_layout_find (layout, "way/1");
  const SbNode *stock = sb_canvas_layout_find (layout, "stock");
  const SbNode *tell = sb_canvas_layout_find (layout, "tell");
  const SbNode *join = sb_canvas_layout_find (layout, "+/-1/1");
  const SbNode *end_left = sb_canvas_layout_find (layout, "+way/0/2");
  const SbNode *trigger = sb_canvas_layout_find (layout, "trigger");

  g_assert_nonnull (left);
  g_assert_nonnull (right);
  g_assert_cmpint (left->kind, ==, SB_NODE_LANE);
  g_assert_cmpint (right->lane, ==, 1);
  g_assert_cmpfloat (left->y, ==, right->y);
  g_assert_cmpfloat (right->x - left->x - left->width, ==, SB_CANVAS_LANE_GAP);
  g_assert_cmpfloat (stock->x, ==, left->x);
  g_assert_cmpfloat (stock->y, ==, tell->y);
  /* The branch itself is no card: its lanes are. */
  g_assert_null (sb_canvas_layout_find (layout, "way"));
  /* Where the lanes meet stands below the longest of them, in the middle. */
  g_assert_nonnull (end_left);
  g_assert_cmpfloat (join->y, >, end_left->y + end_left->height);
  g_assert_cmpfloat (fabs (middle_x (join) - middle_x (trigger)), <, 0.5);
  g_assert_cmpfloat (fabs (middle_x (left) + middle_x (right) - 2 * middle_x (trigger)), <, 0.5);
}

static void
test_frame (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);
  const SbNode *frame = sb_canvas_layout_find (layout, "each/frame");
  const SbNode *last = sb_canvas_layout_find (layout, "last");

  g_assert_nonnull (frame);
  g_assert_cmpint (sb_canvas_layout_find (layout, "each")->kind, ==, SB_NODE_LOOP);
  assert_inside (sb_canvas_layout_find (layout, "each"), frame);
  assert_inside (sb_canvas_layout_find (layout, "inner"), frame);
  assert_inside (sb_canvas_layout_find (layout, "+each/-1/1"), frame);
  g_assert_cmpfloat (last->y, >, frame->y + frame->height);
}

/* Nothing that can be pressed lies on anything else, and all of it lies on the canvas. */
static void
test_apart (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);
  guint n_nodes = sb_canvas_layout_get_n_nodes (layout);
  const SbNode whole = { .width = sb_canvas_layout_get_width (layout),
                         .height = sb_canvas_layout_get_height (layout) };

  for (guint i = 0; i < n_nodes; i++)
    {
      const SbNode *a = sb_canvas_layout_get_node (layout, i);

      assert_inside (a, &whole);
      for (guint j = i + 1; j < n_nodes; j++)
        {
          const SbNode *b = sb_canvas_layout_get_node (layout, j);

          if (a->kind != SB_NODE_FRAME && b->kind != SB_NODE_FRAME)
            g_assert_false (overlap (a, b));
        }
    }
}

static void
test_edges (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);

  g_assert_cmpuint (sb_canvas_layout_get_n_edges (layout), >, 10);
  for (guint i = 0; i < sb_canvas_layout_get_n_edges (layout); i++)
    {
      const SbEdge *edge = sb_canvas_layout_get_edge (layout, i);

      g_assert_cmpfloat (edge->y1, >, edge->y0);
    }
}

static void
test_move (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);

  g_assert_cmpstr (sb_canvas_layout_move (layout, NULL, SB_MOVE_DOWN)->id, ==, "trigger");
  g_assert_cmpstr (sb_canvas_layout_move (layout, "trigger", SB_MOVE_UP)->id, ==, "trigger");
  g_assert_cmpstr (sb_canvas_layout_move (layout, "way/0", SB_MOVE_RIGHT)->id, ==, "way/1");
  g_assert_cmpstr (sb_canvas_layout_move (layout, "way/0", SB_MOVE_DOWN)->id, ==, "stock");
  g_assert_cmpstr (sb_canvas_layout_move (layout, "tell", SB_MOVE_LEFT)->id, ==, "stock");
  g_assert_cmpstr (sb_canvas_layout_move (layout, "inner", SB_MOVE_DOWN)->id, ==, "last");
  g_assert_cmpstr (sb_canvas_layout_move (layout, "last", SB_MOVE_DOWN)->id, ==, "last");
}

static void
test_zoom (void)
{
  g_assert_cmpfloat (sb_canvas_clamp_zoom (0.01), ==, 0.25);
  g_assert_cmpfloat (sb_canvas_clamp_zoom (9), ==, 2.0);
  g_assert_cmpfloat (sb_canvas_fit_zoom (1000, 500, 500, 500), ==, 0.5);
  g_assert_cmpfloat (sb_canvas_fit_zoom (100, 100, 500, 500), ==, 1.0);
  g_assert_cmpfloat (sb_canvas_fit_zoom (0, 0, 500, 500), ==, 1.0);
}

static gboolean
leave_out_cb (const SbNode *node, gpointer data)
{
  return g_strcmp0 (node->id, data) == 0;
}

/* Where a card that is let go would drop. */
static void
test_nearest (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (SbCanvasLayout) layout = sb_canvas_layout_new (flow, &metrics);
  const SbNode *plus = sb_canvas_layout_find (layout, "+way/1/0");
  const SbNode *found;
  double x = middle_x (plus) + 10;
  double y = plus->y + 20;

  found = sb_canvas_layout_nearest_add (layout, x, y, 100, NULL, NULL);
  g_assert_true (found == plus);
  found = sb_canvas_layout_nearest_add (layout, x, y, 5, NULL, NULL);
  g_assert_null (found);
  found = sb_canvas_layout_nearest_add (layout, x, y, 1000, leave_out_cb, (gpointer) "+way/1/0");
  g_assert_nonnull (found);
  g_assert_true (found != plus);
  g_assert_cmpint (found->kind, ==, SB_NODE_ADD);
  g_assert_null (sb_canvas_layout_nearest_add (layout, -5000, 0, 1000, NULL, NULL));
}

/* Another condition goes between two heads; a long sentence makes its own card higher and no other.
 */
static void
test_ways_and_heights (void)
{
  g_autoptr (SbFlow) flow = parse (branch_flow);
  g_autoptr (GHashTable) heights = g_hash_table_new (g_str_hash, g_str_equal);
  SbCanvasMetrics tall = metrics;
  g_autoptr (SbCanvasLayout) plain = sb_canvas_layout_new (flow, &metrics);
  g_autoptr (SbCanvasLayout) layout = NULL;
  const SbNode *way = sb_canvas_layout_find (plain, "way/0+");

  g_assert_nonnull (way);
  g_assert_cmpint (way->kind, ==, SB_NODE_ADD_WAY);
  g_assert_cmpint (way->lane, ==, 0);
  g_assert_false (sb_node_is_card (way));
  g_assert_null (sb_canvas_layout_find (plain, "way/1+"));

  g_hash_table_insert (heights, (gpointer) "stock", GINT_TO_POINTER (110));
  g_hash_table_insert (heights, (gpointer) "last", GINT_TO_POINTER (20));
  tall.heights = heights;
  layout = sb_canvas_layout_new (flow, &tall);
  g_assert_cmpfloat (sb_canvas_layout_find (layout, "stock")->height, ==, 110);
  g_assert_cmpfloat (sb_canvas_layout_find (layout, "tell")->height, ==, 84);
  g_assert_cmpfloat (sb_canvas_layout_find (layout, "last")->height, ==, 84);
  g_assert_cmpfloat (sb_canvas_layout_find (layout, "last")->y, ==,
                     sb_canvas_layout_find (plain, "last")->y + 26);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas-layout/straight", test_straight);
  g_test_add_func ("/canvas-layout/branch", test_branch);
  g_test_add_func ("/canvas-layout/frame", test_frame);
  g_test_add_func ("/canvas-layout/apart", test_apart);
  g_test_add_func ("/canvas-layout/edges", test_edges);
  g_test_add_func ("/canvas-layout/move", test_move);
  g_test_add_func ("/canvas-layout/zoom", test_zoom);
  g_test_add_func ("/canvas-layout/nearest", test_nearest);
  g_test_add_func ("/canvas-layout/ways-and-heights", test_ways_and_heights);
  return g_test_run ();
}
