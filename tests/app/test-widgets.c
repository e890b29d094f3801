/* test-widgets.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>

#include "sb-adaptive.h"
#include "sb-canvas.h"
#include "sb-card.h"
#include "sb-choice-list.h"
#include "sb-compat.h"
#include "sb-condition-editor.h"
#include "sb-field-row.h"
#include "sb-flow-edit.h"
#include "sb-json.h"
#include "sb-map-page.h"
#include "sb-paths.h"
#include "sb-plan-page.h"
#include "sb-tile.h"
#include "sb-token-view.h"

/* Widgets one by one, on a display of their own (run-with-display.py); a warning of GTK is a
 * failure. */

#define NASTY "<b>A & B</i> <span color='red' &amp; <a href=\"file:///etc/passwd\">"

static SbConnectors *connectors;

static SbFlowModel *
make_model (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autofree char *path = NULL;
  g_autoptr (SbFlow) flow = NULL;
  SbFlowModel *model;

  path = g_build_filename (data_dir, "flows", "order-to-cash.json", NULL);
  flow = sb_flow_load_file (path, problems);
  g_assert_nonnull (flow);
  model = sb_flow_model_new (NULL, connectors, "order-to-cash", flow);
  while (sb_flow_model_get_n_records (model) < 10)
    g_main_context_iteration (NULL, TRUE);
  return model;
}

static void
settle (void)
{
  gint64 until = g_get_monotonic_time () + 300 * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
}

/* Shows @widget in a window, lets it be laid out and drawn, and takes it away again. */
static GtkWidget *
show_in_window (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  return window;
}

static void
destroy_window (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
}

static void
test_token_view (void)
{
  static const char *const templates[] = {
    "",
    "plain text",
    "{{trigger.name}}",
    "Order {{trigger.name}} for {{trigger.total_price | money: trigger.currency}}!",
    "two\nlines {{item.sku}}",
    "{{trigger.note | trim | default: \"none\"}}{{trigger.name}}",
    "half a {{ token",
  };
  SbFlowModel *model = make_model ();
  GtkWidget *view = sb_token_view_new (model);
  GtkWidget *window = show_in_window (view, 300, 200);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));

  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      g_autofree char *back = NULL;
      g_autofree char *shown = NULL;
      GtkTextIter start;
      GtkTextIter end;

      sb_token_view_set_template (SB_TOKEN_VIEW (view), templates[i]);
      back = sb_token_view_dup_template (SB_TOKEN_VIEW (view));
      g_assert_cmpstr (back, ==, templates[i]);
      gtk_text_buffer_get_bounds (buffer, &start, &end);
      shown = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
      if (i < G_N_ELEMENTS (templates) - 1)
        g_assert_null (strstr (shown, "{{"));
    }

  sb_token_view_set_template (SB_TOKEN_VIEW (view), "ab");
  {
    GtkTextIter at;
    g_autofree char *back = NULL;

    gtk_text_buffer_get_iter_at_offset (buffer, &at, 1);
    gtk_text_buffer_place_cursor (buffer, &at);
    sb_token_view_insert_token (SB_TOKEN_VIEW (view), "trigger.name");
    back = sb_token_view_dup_template (SB_TOKEN_VIEW (view));
    g_assert_cmpstr (back, ==, "a{{trigger.name}}b");
  }
  destroy_window (window);
  g_assert_finalize_object (model);
}

static void
edited_cb (SbFieldRow *row, SbValue *value, char **text)
{
  g_free (*text);
  *text = value != NULL ? sb_value_to_text (value) : g_strdup ("(nothing)");
}

static void
test_field_row (void)
{
  SbFlowModel *model = make_model ();
  g_autoptr (SbValue) allowed = sb_json_parse (
    "[{\"value\": \"a\", \"label\": \"A\"}, {\"value\": \"b\", \"label\": \"B\"}]", -1, NULL);
  g_autoptr (SbValue) token = sb_value_new_string ("{{trigger.name}}");
  g_autoptr (SbValue) choice = sb_value_new_string ("b");
  g_autoptr (SbValue) parts = sb_json_parse ("[{\"x\": \"{{trigger.name}}\"}]", -1, NULL);
  const SbFieldSpec spec = {
    .key = "fields.x", .label = "X", .type = "choice", .required = TRUE, .allowed = allowed
  };
  GtkWidget *row = sb_field_row_new (model, "packing", &spec);
  GtkWidget *window = show_in_window (row, 300, 200);
  g_autofree char *text = NULL;

  g_signal_connect (row, "edited", G_CALLBACK (edited_cb), &text);
  g_assert_true (sb_field_row_is_empty (SB_FIELD_ROW (row)));
  sb_field_row_refresh (SB_FIELD_ROW (row), NULL);
  settle ();

  /* A choice, data in its place, parts from a file, nothing again: each has its editor. */
  sb_field_row_set_value (SB_FIELD_ROW (row), choice);
  sb_field_row_refresh (SB_FIELD_ROW (row), NULL);
  settle ();
  sb_field_row_set_value (SB_FIELD_ROW (row), token);
  sb_field_row_refresh (SB_FIELD_ROW (row), "a problem");
  settle ();
  sb_field_row_set_value (SB_FIELD_ROW (row), parts);
  sb_field_row_refresh (SB_FIELD_ROW (row), NULL);
  settle ();
  sb_field_row_set_value (SB_FIELD_ROW (row), NULL);
  g_assert_true (sb_field_row_is_empty (SB_FIELD_ROW (row)));
  /* The program's own changes are not the person's. */
  g_assert_null (text);
  destroy_window (window);
  g_assert_finalize_object (model);
}

static void
condition_cb (SbConditionEditor *editor, SbValue *condition, char **text)
{
  g_free (*text);
  *text = sb_json_write (condition);
}

static GtkWidget *
find_by_type (GtkWidget *widget, GType type)
{
  GtkWidget *child;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_by_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_condition_editor (void)
{
  SbFlowModel *model = make_model ();
  GtkWidget *editor = sb_condition_editor_new (model, "goods-only");
  g_autoptr (SbValue) plain = sb_json_parse (
    "{\"value\": \"{{trigger.name}}\", \"is\": \"equals\", \"to\": \"x\"}", -1, NULL);
  g_autoptr (SbValue) two = sb_json_parse ("{\"any\": [{\"value\": \"a\", \"is\": \"empty\"}, "
                                           "{\"value\": \"b\", \"is\": \"less\", \"to\": 3}]}",
                                           -1, NULL);
  g_autoptr (SbValue) nested =
    sb_json_parse ("{\"all\": [{\"not\": {\"value\": \"a\", \"is\": \"empty\"}}]}", -1, NULL);
  GtkWidget *window = show_in_window (editor, 320, 500);
  g_autofree char *text = NULL;
  GtkWidget *view;

  g_signal_connect (editor, "edited", G_CALLBACK (condition_cb), &text);
  sb_condition_editor_set_condition (SB_CONDITION_EDITOR (editor), two);
  settle ();
  sb_condition_editor_set_condition (SB_CONDITION_EDITOR (editor), nested);
  settle ();
  sb_condition_editor_set_condition (SB_CONDITION_EDITOR (editor), plain);
  settle ();
  g_assert_null (text);

  view = find_by_type (editor, SB_TYPE_TOKEN_VIEW);
  g_assert_nonnull (view);
  gtk_text_buffer_insert_at_cursor (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "!", -1);
  g_assert_cmpstr (text, ==,
                   "{\"all\":[{\"value\":\"{{trigger.name}}!\",\"is\":\"equals\",\"to\":\"x\"}]}");
  destroy_window (window);
  g_assert_finalize_object (model);
}

static void
test_canvas (void)
{
  SbFlowModel *model = make_model ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *canvas = g_object_new (SB_TYPE_CANVAS, NULL);
  GtkWidget *window;

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), canvas);
  window = show_in_window (scroller, 700, 500);
  sb_canvas_set_model (SB_CANVAS (canvas), model);
  settle ();
  g_assert_nonnull (find_by_type (canvas, SB_TYPE_CARD));

  gtk_widget_activate_action (canvas, "canvas.choose", "s", "packing");
  g_assert_cmpstr (sb_flow_model_get_chosen (model), ==, "packing");
  gtk_widget_activate_action (canvas, "canvas.walk", "s", "up");
  g_assert_cmpstr (sb_flow_model_get_chosen (model), ==, "parcel");
  gtk_widget_activate_action (canvas, "canvas.duplicate", NULL);
  g_assert_cmpstr (sb_flow_model_get_chosen (model), ==, "parcel-2");
  gtk_widget_activate_action (canvas, "canvas.remove", NULL);
  g_assert_null (sb_flow_model_find_step (model, "parcel-2"));
  g_assert_nonnull (sb_flow_model_find_step (model, "parcel"));
  sb_flow_model_undo (model);
  sb_flow_model_undo (model);
  g_assert_false (sb_flow_model_can_undo (model));
  sb_canvas_set_zoom (SB_CANVAS (canvas), 0.5);
  settle ();
  gtk_widget_activate_action (canvas, "canvas.zoom-fit", NULL);
  settle ();
  g_assert_cmpfloat (sb_canvas_get_zoom (SB_CANVAS (canvas)), <, 0.5);

  destroy_window (window);
  g_assert_finalize_object (model);
}

static const SbNode *
node_of (GtkWidget *canvas, const char *id)
{
  return sb_canvas_layout_find (sb_canvas_get_layout (SB_CANVAS (canvas)), id);
}

static void
drag_over (GtkWidget *canvas, const char *id)
{
  const SbNode *node = node_of (canvas, id);
  double zoom = sb_canvas_get_zoom (SB_CANVAS (canvas));
  graphene_rect_t view;

  sb_canvas_center_on (SB_CANVAS (canvas), node->x, node->y);
  sb_canvas_get_view (SB_CANVAS (canvas), &view);
  sb_canvas_drag_to (SB_CANVAS (canvas), (node->x + 12 - view.origin.x) * zoom,
                     (node->y + 12 - view.origin.y) * zoom);
}

/* A step from elsewhere drops on the + it is held over, at any zoom, and nowhere else. */
static void
test_canvas_drop (void)
{
  const double zooms[] = { 1.0, 0.6, 1.7 };
  SbFlowModel *model = make_model ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *canvas = g_object_new (SB_TYPE_CANVAS, NULL);
  GtkWidget *window;

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), canvas);
  window = show_in_window (scroller, 700, 500);
  sb_canvas_set_model (SB_CANVAS (canvas), model);
  settle ();
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      SbValue *step =
        sb_json_parse ("{\"id\": \"pause\", \"type\": \"delay\", \"duration\": \"1 h\"}", -1, NULL);

      sb_canvas_set_zoom (SB_CANVAS (canvas), zooms[i]);
      settle ();
      sb_canvas_lift (SB_CANVAS (canvas), step, canvas, 0, 0);
      drag_over (canvas, "+/-1/1");
      settle ();
      g_assert_true (sb_canvas_drop (SB_CANVAS (canvas)));
      g_assert_cmpstr (((SbStep *)g_ptr_array_index (sb_flow_model_get_flow (model)->steps, 1))->id,
                       ==, "pause");
      g_assert_cmpstr (sb_flow_model_get_chosen (model), ==, "pause");
      sb_flow_model_undo (model);
      settle ();

      sb_canvas_lift (SB_CANVAS (canvas), sb_value_new_object (), canvas, 0, 0);
      sb_canvas_drag_to (SB_CANVAS (canvas), -300, 20);
      g_assert_false (sb_canvas_drop (SB_CANVAS (canvas)));
      g_assert_false (sb_flow_model_can_undo (model));
    }
  destroy_window (window);
  g_assert_finalize_object (model);
}

/* Moving keeps what refers to a step, and ways come and go. */
static void
test_canvas_edit (void)
{
  SbFlowModel *model = make_model ();
  GtkWidget *canvas = g_object_new (SB_TYPE_CANVAS, NULL);
  GtkWidget *window = show_in_window (canvas, 700, 500);
  SbFlow *flow;

  sb_canvas_set_model (SB_CANVAS (canvas), model);
  settle ();
  gtk_widget_activate_action (canvas, "canvas.choose", "s", "packing");
  gtk_widget_activate_action (canvas, "canvas.move-up", NULL);
  flow = sb_flow_model_get_flow (model);
  g_assert_cmpstr (((SbStep *)g_ptr_array_index (flow->steps, flow->steps->len - 1))->id, ==,
                   "parcel");
  g_assert_cmpstr (sb_flow_model_get_chosen (model), ==, "packing");
  g_assert_null (sb_flow_model_find_problem (model, "packing", NULL));
  gtk_widget_activate_action (canvas, "canvas.move-down", NULL);
  /* At the end there is nowhere further down. */
  gtk_widget_activate_action (canvas, "canvas.move-down", NULL);
  flow = sb_flow_model_get_flow (model);
  g_assert_cmpstr (((SbStep *)g_ptr_array_index (flow->steps, flow->steps->len - 1))->id, ==,
                   "packing");

  for (guint i = 0; i < flow->steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (flow->steps, i);
      g_autofree char *id = g_strdup (step->id);
      g_autofree char *head = g_strdup_printf ("%s/1", id);

      if (step->type != SB_STEP_BRANCH)
        continue;
      gtk_widget_activate_action (canvas, "canvas.choose", "s", head);
      gtk_widget_activate_action (canvas, "canvas.add-way", NULL);
      /* What was otherwise is still the last. */
      step = sb_flow_model_find_step (model, id);
      g_assert_cmpuint (step->lanes->len, ==, 3);
      g_assert_nonnull (((SbLane *)g_ptr_array_index (step->lanes, 1))->condition);
      g_assert_null (((SbLane *)g_ptr_array_index (step->lanes, 2))->condition);
      gtk_widget_activate_action (canvas, "canvas.way-left", NULL);
      g_assert_true (g_str_has_suffix (sb_flow_model_get_chosen (model), "/0"));
      gtk_widget_activate_action (canvas, "canvas.remove-way", NULL);
      step = sb_flow_model_find_step (model, id);
      g_assert_cmpuint (step->lanes->len, ==, 2);
      break;
    }
  destroy_window (window);
  g_assert_finalize_object (model);
}

static void
test_pages (void)
{
  const GType types[] = { SB_TYPE_MAP_PAGE, SB_TYPE_PLAN_PAGE };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      SbFlowModel *model = make_model ();
      GtkWidget *page = g_object_new (types[i], NULL);
      GtkWidget *window = show_in_window (page, 1000, 700);

      sb_page_set_model (SB_PAGE (page), model);
      settle ();
      sb_page_set_model (SB_PAGE (page), NULL);
      sb_page_set_model (SB_PAGE (page), model);
      sb_flow_model_set_record (model, 3);
      settle ();
      g_object_ref (page);
      destroy_window (window);
      g_assert_finalize_object (page);
      g_assert_finalize_object (model);
    }
}

/* Replaces every text that a person wrote by one that is markup, and broken markup at that. */
static void
spoil_texts (SbValue *value)
{
  static const char *const names[] = { "name", "label", "owner", "text", "runbook", "Tags", "to" };

  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      SbValue *item = sb_value_get_item (value, i);

      if (name != NULL && sb_value_get_type (item) == SB_VALUE_STRING &&
          g_strv_contains (names, name))
        sb_value_set_string (value, name, NASTY);
      else
        spoil_texts (item);
    }
}

/* Texts of others are shown as they are, never taken for Pango markup: a warning of GTK's, as
 * broken markup gives, ends this test. */
static void
test_markup (void)
{
  const GType types[] = { SB_TYPE_MAP_PAGE, SB_TYPE_PLAN_PAGE };
  g_autoptr (AdwToast) toast = g_object_ref_sink (sb_compat_toast_new (NASTY));
  PangoAttrList *attributes = NULL;
  g_autofree char *shown = NULL;

  g_assert_true (
    pango_parse_markup (adw_toast_get_title (toast), -1, 0, &attributes, &shown, NULL, NULL));
  g_assert_cmpstr (shown, ==, NASTY);
  pango_attr_list_unref (attributes);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *data_dir = sb_paths_get_data_dir ();
      g_autofree char *path = g_build_filename (data_dir, "flows", "order-to-cash.json", NULL);
      g_autoptr (SbValue) shipped = sb_json_load_file (path, NULL);
      g_autoptr (SbValue) document = sb_value_copy (shipped);
      g_autoptr (SbProblems) problems = sb_problems_new ();
      g_autoptr (SbFlow) flow = NULL;
      SbFlowModel *model = NULL;
      GtkWidget *page = g_object_new (types[i], NULL);
      GtkWidget *window = show_in_window (page, 1000, 700);

      spoil_texts (document);
      flow = sb_flow_parse (document, problems);
      g_assert_nonnull (flow);
      model = sb_flow_model_new (NULL, connectors, "order-to-cash", flow);
      sb_page_set_model (SB_PAGE (page), model);
      settle ();
      destroy_window (window);
      g_object_unref (model);
    }
}

static void
test_adaptive (void)
{
  GtkWidget *adaptive = g_object_new (SB_TYPE_ADAPTIVE, "threshold", 500, NULL);
  GtkWidget *child = gtk_label_new ("wide");
  GtkWidget *window;
  int minimum;

  gtk_widget_set_size_request (child, 900, 20);
  g_object_set (adaptive, "child", child, NULL);
  gtk_widget_measure (adaptive, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <, 500);
  window = show_in_window (adaptive, 400, 300);
  g_assert_true (sb_adaptive_is_narrow (SB_ADAPTIVE (adaptive)));
  destroy_window (window);
}

static void
chosen_cb (SbChoiceList *list, const char *id, char **chosen)
{
  g_free (*chosen);
  *chosen = g_strdup (id);
}

static void
test_choice_list (void)
{
  static const char *const recent[] = { "two", NULL };
  GtkWidget *list = sb_choice_list_new ("Search");
  g_autofree char *chosen = NULL;
  GtkWidget *window;
  GtkWidget *search;

  sb_choice_list_add (SB_CHOICE_LIST (list), "one", "shop", "Give the money back", "Shopify",
                      "refund", NULL);
  sb_choice_list_add (SB_CHOICE_LIST (list), "two", "chat", "Tell the channel", "Slack", NULL,
                      "A note into a channel");
  g_signal_connect (list, "chosen", G_CALLBACK (chosen_cb), &chosen);
  window = show_in_window (list, 300, 300);
  search = find_by_type (list, GTK_TYPE_SEARCH_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (search), "SLACK tell");
  settle ();
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpstr (chosen, ==, "two");
  gtk_editable_set_text (GTK_EDITABLE (search), "refund");
  settle ();
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpstr (chosen, ==, "one");
  /* Words of the help find, too, but a name is better. */
  gtk_editable_set_text (GTK_EDITABLE (search), "money");
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpstr (chosen, ==, "one");
  gtk_editable_set_text (GTK_EDITABLE (search), "note");
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpstr (chosen, ==, "two");
  g_clear_pointer (&chosen, g_free);
  gtk_editable_set_text (GTK_EDITABLE (search), "zebra");
  g_signal_emit_by_name (search, "activate");
  g_assert_null (chosen);
  /* What was used lately stands first. */
  gtk_editable_set_text (GTK_EDITABLE (search), "");
  sb_choice_list_set_recent (SB_CHOICE_LIST (list), recent);
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpstr (chosen, ==, "two");
  destroy_window (window);
}

int
main (int argc, char *argv[])
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  int status;

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  connectors = sb_connectors_new (data_dir, NULL, problems);
  g_test_add_func ("/widgets/token-view", test_token_view);
  g_test_add_func ("/widgets/field-row", test_field_row);
  g_test_add_func ("/widgets/condition-editor", test_condition_editor);
  g_test_add_func ("/widgets/canvas", test_canvas);
  g_test_add_func ("/widgets/canvas-drop", test_canvas_drop);
  g_test_add_func ("/widgets/canvas-edit", test_canvas_edit);
  g_test_add_func ("/widgets/pages", test_pages);
  g_test_add_func ("/widgets/markup", test_markup);
  g_test_add_func ("/widgets/adaptive", test_adaptive);
  g_test_add_func ("/widgets/choice-list", test_choice_list);
  status = g_test_run ();
  sb_connectors_unref (connectors);
  return status;
}
