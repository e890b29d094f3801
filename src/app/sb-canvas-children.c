/* sb-canvas-children.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-canvas-private.h"
#include "sb-card.h"
#include "sb-words.h"

/* The widgets on the map: one for each node of the layout, kept as long as the node stays. */

static void
add_clicked_cb (GtkButton *button, SbCanvas *self)
{
  const SbNode *node =
    sb_canvas_layout_find (self->layout, gtk_widget_get_name (GTK_WIDGET (button)));

  if (node != NULL)
    g_signal_emit_by_name (self, "add", node->step, node->lane, node->index, button);
}

static void
way_clicked_cb (GtkButton *button, SbCanvas *self)
{
  const SbNode *node =
    sb_canvas_layout_find (self->layout, gtk_widget_get_name (GTK_WIDGET (button)));
  g_autofree char *head = NULL;

  if (node == NULL)
    return;
  head = g_strdup_printf ("%s/%d", node->step, node->lane);
  gtk_widget_activate_action (GTK_WIDGET (self), "canvas.choose", "s", head);
  gtk_widget_activate_action (GTK_WIDGET (self), "canvas.add-way", NULL);
}

static GtkWidget *
make_add (SbCanvas *self, const char *words, GCallback clicked_cb)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("sb-add-symbolic");

  gtk_widget_add_css_class (button, "sb-add");
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect (button, "clicked", clicked_cb, self);
  return button;
}

static GtkWidget *
make_child (SbCanvas *self, const SbNode *node)
{
  GtkWidget *child;

  switch (node->kind)
    {
    case SB_NODE_TRIGGER:
      child = sb_card_new (node->id, SB_CARD_TRIGGER);
      break;
    case SB_NODE_STEP:
      child = sb_card_new (node->id, SB_CARD_STEP);
      break;
    case SB_NODE_LANE:
      child = sb_card_new (node->id, SB_CARD_LANE);
      break;
    case SB_NODE_LOOP:
      child = sb_card_new (node->id, SB_CARD_LOOP);
      break;
    case SB_NODE_FRAME:
      child = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      gtk_widget_add_css_class (child, "sb-frame");
      gtk_widget_set_can_target (child, FALSE);
      break;
    case SB_NODE_ADD_WAY:
      child = make_add (self, _ ("Add another condition"), G_CALLBACK (way_clicked_cb));
      gtk_widget_add_css_class (child, "sb-add-way");
      break;
    case SB_NODE_ADD:
    default:
      child = make_add (self, _ ("Add a step here"), G_CALLBACK (add_clicked_cb));
      break;
    }
  gtk_widget_set_name (child, node->id);
  return child;
}

static void
fill_card (SbCanvas *self, const SbNode *node, SbCard *card)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbStep *step = sb_flow_model_find_step (self->model, node->step);
  g_autofree char *markup = NULL;
  const char *tile = NULL;

  if (node->kind == SB_NODE_TRIGGER)
    {
      markup = sb_words_trigger_markup (flow, connectors);
      tile = sb_words_kind (connectors, flow->trigger_connector);
    }
  else if (step == NULL)
    return;
  else if (node->kind == SB_NODE_LANE)
    {
      markup = sb_words_lane_markup (flow, connectors, step, node->lane);
      tile = node->lane == 0 ? "sb-branch-symbolic" : NULL;
    }
  else
    {
      markup = sb_words_step_markup (flow, connectors, step);
      if (node->kind == SB_NODE_LOOP)
        tile = "sb-loop-symbolic";
      else
        tile = step->connector != NULL ? sb_words_kind (connectors, step->connector)
                                       : sb_step_type_to_string (step->type);
    }
  sb_card_set_sentence (card, tile, markup);
}

GtkWidget *
sb_canvas_body_of (GtkWidget *child)
{
  return SB_IS_CARD (child) ? sb_card_get_body (SB_CARD (child)) : child;
}

/* --- the way through the flow, for assistive technology -----------------------------------------
 */

static GtkWidget *
body_of_id (SbCanvas *self, const char *id)
{
  GtkWidget *child = g_hash_table_lookup (self->children, id);

  return child != NULL ? sb_canvas_body_of (child) : NULL;
}

static void
flow_to (GtkWidget *from, GList *to)
{
  GtkAccessibleRelation relation = GTK_ACCESSIBLE_RELATION_FLOW_TO;
  GValue value = G_VALUE_INIT;

  if (to == NULL)
    {
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (from), relation);
      return;
    }
  gtk_accessible_relation_init_value (relation, &value);
  g_value_set_pointer (&value, g_list_copy (to));
  gtk_accessible_update_relation_value (GTK_ACCESSIBLE (from), 1, &relation, &value);
  g_value_unset (&value);
}

/* Where the list @steps begins: one card, or each way of a branch. @next stands for what comes
 * after it. */
static GList *
relate_steps (SbCanvas *self, GPtrArray *steps, GList *next)
{
  GList *ahead = g_list_copy (next);

  for (guint i = steps != NULL ? steps->len : 0; i > 0; i--)
    {
      SbStep *step = g_ptr_array_index (steps, i - 1);
      GList *heads = NULL;

      for (guint j = 0; step->lanes != NULL && j < step->lanes->len; j++)
        {
          SbLane *lane = g_ptr_array_index (step->lanes, j);
          g_autofree char *id = g_strdup_printf ("%s/%u", step->id, j);
          GtkWidget *head = body_of_id (self, id);
          GList *first = relate_steps (self, lane->steps, ahead);

          if (head != NULL)
            {
              flow_to (head, first);
              heads = g_list_append (heads, head);
            }
          g_list_free (first);
        }
      if (heads == NULL)
        {
          GtkWidget *card = body_of_id (self, step->id);
          GList *first = relate_steps (self, step->steps, ahead);

          if (card != NULL)
            {
              flow_to (card, first);
              heads = g_list_append (heads, card);
            }
          g_list_free (first);
        }
      g_list_free (ahead);
      ahead = heads;
    }
  return ahead;
}

static void
relate (SbCanvas *self)
{
  GtkWidget *trigger = body_of_id (self, "trigger");
  GList *first = relate_steps (self, sb_flow_model_get_flow (self->model)->steps, NULL);

  flow_to (trigger, first);
  g_list_free (first);
}

/* --- keeping them -------------------------------------------------------------------------------
 */

void
sb_canvas_forget_child (gpointer child)
{
  gtk_widget_unparent (child);
}

/* Children of nodes that stay are kept, with their focus; they are put in the order of the page. */
void
sb_canvas_take_children (SbCanvas *self)
{
  g_autoptr (GHashTable) old = g_steal_pointer (&self->children);
  GtkWidget *previous = NULL;

  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sb_canvas_forget_child);
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      gpointer key = NULL;
      gpointer child = NULL;

      if (!g_hash_table_steal_extended (old, node->id, &key, &child))
        {
          key = g_strdup (node->id);
          child = make_child (self, node);
        }
      if (gtk_widget_get_parent (child) == NULL || gtk_widget_get_prev_sibling (child) != previous)
        gtk_widget_insert_after (child, GTK_WIDGET (self), previous);
      g_hash_table_insert (self->children, key, child);
      if (SB_IS_CARD (child))
        fill_card (self, node, child);
      previous = child;
    }
  /* What is gone must not stand between the others when they are related. */
  g_hash_table_remove_all (old);
  relate (self);
}

/* --- what the record comes to -------------------------------------------------------------------
 */

static void
show_trigger_result (SbCanvas *self, SbCard *card)
{
  SbValue *record =
    sb_flow_model_get_record_at (self->model, sb_flow_model_get_record (self->model));
  g_autofree char *title = NULL;
  const char *note = NULL;
  g_autofree char *text = NULL;

  if (record == NULL)
    {
      sb_card_set_result (card, "sb-bell-symbolic", NULL, "");
      return;
    }
  title = sb_preview_record_title (sb_flow_model_get_flow (self->model),
                                   sb_flow_model_get_connectors (self->model), record);
  if (sb_value_get_member (record, "body") != NULL)
    note = sb_value_get_string (record, "note");
  text = note != NULL && *note != '\0' ? g_strdup_printf ("%s, %s", title, note) : g_strdup (title);
  sb_card_set_result (card, "sb-bell-symbolic", NULL, text);
}

static void
show_step_result (SbCanvas *self, SbStep *step, SbCard *card)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbPreview *preview = sb_flow_model_get_preview (self->model);
  const SbProblem *problem = sb_flow_model_find_problem (self->model, step->id, NULL);
  const SbStepPreview *result = sb_preview_get (preview, step->id);
  g_autofree char *words = NULL;

  sb_card_set_taken (card, result != NULL || problem != NULL);
  if (problem != NULL)
    sb_card_set_result (card, "sb-status-trouble-symbolic", "sb-trouble", problem->message);
  else if (result == NULL)
    sb_card_set_result (card, "sb-dash-symbolic", NULL, _ ("Not taken by this record"));
  else if (result->verdict == SB_PREVIEW_FAILED)
    sb_card_set_result (card, "sb-status-trouble-symbolic", "sb-held", result->message);
  else if (result->verdict == SB_PREVIEW_STOPPED)
    sb_card_set_result (card, "sb-status-paused-symbolic", "sb-held",
                        _ ("This record goes no further"));
  else
    {
      words = sb_preview_done_words (preview, connectors, step);
      sb_card_set_result (card, "sb-done-symbolic", "sb-done",
                          words != NULL ? words : _ ("Passed"));
    }
}

void
sb_canvas_show_results (SbCanvas *self)
{
  for (guint i = 0; self->layout != NULL && i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child = g_hash_table_lookup (self->children, node->id);
      SbStep *step = sb_flow_model_find_step (self->model, node->step);

      if (node->kind == SB_NODE_TRIGGER)
        show_trigger_result (self, SB_CARD (child));
      else if (node->kind == SB_NODE_STEP && step != NULL)
        show_step_result (self, step, SB_CARD (child));
    }
}

void
sb_canvas_show_status (SbCanvas *self)
{
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child = g_hash_table_lookup (self->children, node->id);
      g_autofree char *words = NULL;

      if (node->kind != SB_NODE_STEP)
        continue;
      if (self->status != NULL)
        words = sb_map_status_describe (self->status, node->step);
      sb_card_set_status (SB_CARD (child), sb_map_status_get (self->status, node->step), words);
    }
}

void
sb_canvas_show_chosen (SbCanvas *self)
{
  const char *chosen = self->model != NULL ? sb_flow_model_get_chosen (self->model) : NULL;
  GHashTableIter iter;
  gpointer id;
  gpointer child;

  g_hash_table_iter_init (&iter, self->children);
  while (g_hash_table_iter_next (&iter, &id, &child))
    if (SB_IS_CARD (child))
      sb_card_set_chosen (child, g_strcmp0 (id, chosen) == 0);
}
