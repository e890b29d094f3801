/* test-flow-model.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-data-node.h"
#include "sb-flow-edit.h"
#include "sb-flow-model.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-words.h"

typedef struct
{
  SbConnectors *connectors;
  SbFlow *flow;
  SbFlowModel *model;
} Fixture;

static void
wait_for_records (SbFlowModel *model)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (sb_flow_model_get_n_records (model) < 10 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (sb_flow_model_get_n_records (model), ==, 10);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autofree char *path = NULL;

  fixture->connectors = sb_connectors_new (data_dir, NULL, problems);
  path = g_build_filename (data_dir, "flows", "order-to-cash.json", NULL);
  fixture->flow = sb_flow_load_file (path, problems);
  if (fixture->flow == NULL)
    g_error ("%s", sb_problems_to_text (problems));
  fixture->model = sb_flow_model_new (NULL, fixture->connectors, "order-to-cash", fixture->flow);
  wait_for_records (fixture->model);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->model);
  sb_flow_unref (fixture->flow);
  sb_connectors_unref (fixture->connectors);
}

static void
set_text (Fixture *fixture, const char *step, const char *field, const char *text)
{
  g_autoptr (SbValue) value = sb_value_new_string (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (sb_flow_model_set_field (fixture->model, step, field, value, &error));
  g_assert_no_error (error);
}

static const char *
get_text (Fixture *fixture, const char *step, const char *field)
{
  return sb_value_get_string (sb_flow_model_find_step (fixture->model, step)->fields, field);
}

static void
count_cb (SbFlowModel *model, guint *count)
{
  *count += 1;
}

static void
test_undo (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = sb_json_write (sb_flow_model_get_flow (fixture->model)->document);
  g_autofree char *after = NULL;
  guint changed = 0;

  g_signal_connect (fixture->model, "changed", G_CALLBACK (count_cb), &changed);
  g_assert_false (sb_flow_model_can_undo (fixture->model));

  /* Typing in one field is one undo, the next field is another. */
  set_text (fixture, "packing", "channel", "#a");
  set_text (fixture, "packing", "channel", "#ab");
  set_text (fixture, "packing", "channel", "#abc");
  set_text (fixture, "packing", "text", "Hello");
  g_assert_cmpuint (changed, ==, 4);

  sb_flow_model_undo (fixture->model);
  g_assert_cmpstr (get_text (fixture, "packing", "channel"), ==, "#abc");
  sb_flow_model_undo (fixture->model);
  after = sb_json_write (sb_flow_model_get_flow (fixture->model)->document);
  g_assert_cmpstr (after, ==, before);
  g_assert_false (sb_flow_model_can_undo (fixture->model));

  sb_flow_model_redo (fixture->model);
  sb_flow_model_redo (fixture->model);
  g_assert_false (sb_flow_model_can_redo (fixture->model));
  g_assert_cmpstr (get_text (fixture, "packing", "text"), ==, "Hello");

  /* A new edit after an undo is where redo ends. */
  sb_flow_model_undo (fixture->model);
  set_text (fixture, "packing", "channel", "#z");
  g_assert_false (sb_flow_model_can_redo (fixture->model));
  sb_flow_model_undo (fixture->model);
  g_assert_cmpstr (get_text (fixture, "packing", "channel"), ==, "#abc");
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  SbValue *document = sb_flow_model_get_flow (fixture->model)->document;
  g_autoptr (SbValue) broken =
    sb_flow_edit_set (document, "packing", "type", sb_value_new_string ("teleport"));
  g_autoptr (GError) error = NULL;

  g_assert_false (sb_flow_model_edit (fixture->model, broken, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "teleport"));
  g_assert_true (sb_flow_model_get_flow (fixture->model)->document == document);
  g_assert_false (sb_flow_model_can_undo (fixture->model));
}

static void
test_chosen (Fixture *fixture, gconstpointer data)
{
  SbValue *document = sb_flow_model_get_flow (fixture->model)->document;
  g_autoptr (SbValue) without = sb_flow_edit_remove (document, "packing");

  sb_flow_model_set_chosen (fixture->model, "packing");
  g_assert_true (sb_flow_model_edit (fixture->model, without, NULL, NULL));
  g_assert_cmpstr (sb_flow_model_get_chosen (fixture->model), ==, "trigger");
  sb_flow_model_undo (fixture->model);
  g_assert_nonnull (sb_flow_model_find_step (fixture->model, "packing"));
}

static int
lane_with (SbStep *branch, const char *id)
{
  for (guint i = 0; i < branch->lanes->len; i++)
    {
      SbLane *lane = g_ptr_array_index (branch->lanes, i);

      for (guint j = 0; j < lane->steps->len; j++)
        if (g_strcmp0 (((SbStep *)g_ptr_array_index (lane->steps, j))->id, id) == 0)
          return (int)i;
    }
  return -1;
}

static void
test_preview (Fixture *fixture, gconstpointer data)
{
  SbPreview *preview = sb_flow_model_get_preview (fixture->model);
  g_autoptr (SbValue) field =
    sb_value_new_string ("{{trigger.name}}: {{trigger.total_price | money: "
                         "trigger.currency}}");
  g_autoptr (SbValue) missing = sb_value_new_string ("{{trigger.no_such_thing}}");
  g_autofree char *first = sb_preview_render (preview, "packing", field, NULL);
  g_autofree char *second = NULL;
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (first, ==, "#1001: €66.90");
  g_assert_null (sb_preview_render (preview, "packing", missing, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "no_such_thing"));

  /* What earlier steps give is the connectors' sample answers. */
  words = sb_preview_done_words (preview, fixture->connectors,
                                 sb_flow_model_find_step (fixture->model, "packing"));
  g_assert_cmpstr (words, ==, "Posted to #packing");
  g_assert_nonnull (sb_preview_get (preview, "invoice"));
  g_assert_null (sb_preview_get (preview, "invoice-total"));
  g_assert_cmpint (sb_preview_get_lane (preview, "price"), ==,
                   lane_with (sb_flow_model_find_step (fixture->model, "price"), "invoice"));

  sb_flow_model_set_record (fixture->model, 1);
  preview = sb_flow_model_get_preview (fixture->model);
  second = sb_preview_render (preview, "packing", field, NULL);
  g_assert_cmpstr (second, ==, "#1002: £70.95");

  /* There is no eleventh. */
  sb_flow_model_set_record (fixture->model, 10);
  g_assert_cmpuint (sb_flow_model_get_record (fixture->model), ==, 1);
}

static void
test_problems (Fixture *fixture, gconstpointer data)
{
  const SbProblem *problem;

  g_assert_null (sb_flow_model_find_problem (fixture->model, "packing", NULL));
  g_assert_true (sb_flow_model_set_field (fixture->model, "packing", "channel", NULL, NULL));
  problem = sb_flow_model_find_problem (fixture->model, "packing", "channel");
  g_assert_nonnull (problem);
  g_assert_null (sb_flow_model_find_problem (fixture->model, "packing", "text"));
  sb_flow_model_undo (fixture->model);
  g_assert_null (sb_flow_model_find_problem (fixture->model, "packing", NULL));
}

/* A step that others refer to can be taken out; what then refers to nothing is said where it
 * stands. */
static void
test_dangling (Fixture *fixture, gconstpointer data)
{
  SbValue *document = sb_flow_model_get_flow (fixture->model)->document;
  g_autoptr (SbValue) without = sb_flow_edit_remove (document, "find-item");
  g_autoptr (GError) error = NULL;

  g_assert_true (sb_flow_model_edit (fixture->model, without, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (sb_flow_model_find_problem (fixture->model, "stock", "catalog_object_id"));
  sb_flow_model_undo (fixture->model);
  g_assert_null (sb_flow_model_find_problem (fixture->model, "stock", NULL));
}

static void
test_words (Fixture *fixture, gconstpointer data)
{
  SbFlow *flow = sb_flow_model_get_flow (fixture->model);
  SbStep *packing = sb_flow_model_find_step (fixture->model, "packing");
  SbStep *price = sb_flow_model_find_step (fixture->model, "price");
  g_autofree char *trigger = sb_words_trigger_markup (flow, fixture->connectors);
  g_autofree char *trigger_plain = sb_words_plain (trigger);
  g_autofree char *card = sb_words_step_markup (flow, fixture->connectors, packing);
  g_autofree char *card_plain = sb_words_plain (card);
  g_autofree char *otherwise =
    sb_words_lane_markup (flow, fixture->connectors, price, (int)price->lanes->len - 1);
  g_autofree char *otherwise_plain = sb_words_plain (otherwise);
  g_autofree char *escaped = sb_words_plain ("<b>Tom &amp; Jerry&lt;x&gt;</b>");
  const char *type = NULL;
  g_autofree char *name = sb_words_token (flow, fixture->connectors, "trigger.total_price", &type);

  g_assert_cmpstr (trigger_plain, ==, "When an order is paid in Shopify");
  g_assert_true (g_str_has_suffix (card_plain, "in Slack"));
  g_assert_cmpstr (otherwise_plain, ==, "Otherwise");
  g_assert_cmpstr (escaped, ==, "Tom & Jerry<x>");
  g_assert_cmpstr (name, ==, "Total");
  g_assert_cmpstr (type, ==, "money");
}

static SbDataNode *
find_node (GListModel *nodes, const char *path)
{
  for (guint i = 0; nodes != NULL && i < g_list_model_get_n_items (nodes); i++)
    {
      g_autoptr (SbDataNode) node = g_list_model_get_item (nodes, i);
      SbDataNode *below = find_node (sb_data_node_get_children (node), path);

      if (g_strcmp0 (sb_data_node_get_path (node), path) == 0)
        return node;
      if (below != NULL)
        return below;
    }
  return NULL;
}

static void
test_data (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GListModel) tree = sb_data_nodes_new (fixture->model, "parcel");
  g_autoptr (GListModel) inside = sb_data_nodes_new (fixture->model, "stock");
  g_autoptr (GListModel) found = sb_data_nodes_search (tree, "order NAME");
  g_autoptr (GListModel) none = sb_data_nodes_search (tree, "xyzzy");
  g_autoptr (SbDataNode) first = g_list_model_get_item (found, 0);
  SbDataNode *name = find_node (tree, "trigger.name");

  g_assert_nonnull (name);
  g_assert_cmpstr (sb_data_node_get_name (name), ==, "Order name");
  g_assert_cmpstr (sb_data_node_get_sample (name), ==, "#1001");
  /* What comes after a step, or only within a loop, cannot be referred to. */
  g_assert_null (find_node (tree, "packing.ts"));
  g_assert_null (find_node (tree, "item.sku"));
  g_assert_nonnull (find_node (inside, "item.sku"));
  g_assert_nonnull (find_node (inside, "find-item.id"));
  g_assert_cmpstr (sb_data_node_get_path (first), ==, "trigger.name");
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/flow-model/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("undo", test_undo);
  ADD ("refused", test_refused);
  ADD ("chosen", test_chosen);
  ADD ("preview", test_preview);
  ADD ("problems", test_problems);
  ADD ("dangling", test_dangling);
  ADD ("words", test_words);
  ADD ("data", test_data);
  return g_test_run ();
}
