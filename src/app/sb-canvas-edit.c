/* sb-canvas-edit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-canvas-private.h"
#include "sb-flow-clip.h"
#include "sb-flow-edit.h"
#include "sb-step-defaults.h"

/* What changes the flow: clipboard, moving about, ways of a branch. All of it acts on the chosen
 * card, so that menus, keys and assistive technology share it. */

static const SbNode *
chosen_node (SbCanvas *self)
{
  if (self->model == NULL || self->layout == NULL)
    return NULL;
  return sb_canvas_layout_find (self->layout, sb_flow_model_get_chosen (self->model));
}

static SbValue *
document_of (SbCanvas *self)
{
  return sb_flow_model_get_flow (self->model)->document;
}

char *
sb_canvas_node_of_step (SbValue *step)
{
  const char *id = sb_value_get_string (step, "id");

  return sb_value_get_length (sb_value_get_member (step, "lanes")) > 0
           ? g_strdup_printf ("%s/0", id)
           : g_strdup (id);
}

gboolean
sb_canvas_apply (SbCanvas *self, SbValue *document, const char *choose, const char *done)
{
  g_autoptr (SbFlow) before = sb_flow_ref (sb_flow_model_get_flow (self->model));
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (!sb_flow_model_edit (self->model, document, NULL, &error))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      return FALSE;
    }
  if (choose != NULL)
    sb_flow_model_set_chosen (self->model, choose);
  words = sb_flow_move_explain (before, sb_flow_model_get_flow (self->model),
                                sb_flow_model_get_connectors (self->model));
  if (words != NULL || done != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.undo-toast", "s",
                                words != NULL ? words : done);
  return TRUE;
}

gboolean
sb_canvas_insert_step (SbCanvas *self, const char *owner, int lane, guint index, SbValue *step)
{
  const char *id = sb_value_get_string (step, "id");
  g_autofree char *node = sb_canvas_node_of_step (step);
  /* One undo takes back the step with what was filled in for it. */
  g_autofree char *merge = g_strdup_printf ("insert/%s", id);
  g_autoptr (SbValue) document =
    sb_flow_edit_insert (document_of (self), owner, lane, index, sb_value_ref (step));
  g_autoptr (SbValue) fields = NULL;
  g_autoptr (GError) error = NULL;

  if (!sb_flow_model_edit (self->model, document, merge, &error))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      return FALSE;
    }
  fields = sb_step_defaults_find (self->model, id);
  if (fields != NULL)
    {
      g_autoptr (SbValue) filled =
        sb_flow_edit_set (document, id, "fields", g_steal_pointer (&fields));

      sb_flow_model_edit (self->model, filled, merge, NULL);
    }
  sb_flow_model_break_undo (self->model);
  sb_flow_model_set_chosen (self->model, node);
  return TRUE;
}

/* The + under a node: what is added, pasted or inserted there comes next. */
static const SbNode *
place_below (SbCanvas *self, const SbNode *node)
{
  gboolean passed = FALSE;

  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *at = sb_canvas_layout_get_node (self->layout, i);

      if (at == node)
        passed = TRUE;
      if (passed && at->kind == SB_NODE_ADD)
        return at;
    }
  return NULL;
}

/* A + that has the focus is meant before the chosen card. */
static const SbNode *
chosen_place (SbCanvas *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));
  const SbNode *node = NULL;

  if (self->layout != NULL && focus != NULL)
    node = sb_canvas_layout_find (self->layout, gtk_widget_get_name (focus));
  if (node != NULL && node->kind == SB_NODE_ADD)
    return node;
  node = chosen_node (self);
  return node != NULL ? place_below (self, node) : NULL;
}

/* --- clipboard ----------------------------------------------------------------------------------
 */

static gboolean
copy_chosen (SbCanvas *self)
{
  const SbNode *node = chosen_node (self);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GdkContentProvider *both[2];
  g_autoptr (GdkContentProvider) all = NULL;

  if (node == NULL || node->step == NULL)
    return FALSE;
  text = sb_flow_clip_copy (document_of (self), node->step);
  bytes = g_bytes_new (text, strlen (text));
  both[0] = gdk_content_provider_new_for_bytes (SB_FLOW_CLIP_TYPE, bytes);
  both[1] = gdk_content_provider_new_typed (G_TYPE_STRING, text);
  all = gdk_content_provider_new_union (both, G_N_ELEMENTS (both));
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (self)), all);
  return TRUE;
}

static void
copy_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  copy_chosen (SB_CANVAS (widget));
}

static void
paste_text (SbCanvas *self, const char *text)
{
  const SbNode *place = chosen_place (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) steps = sb_flow_clip_read (text, &error);
  g_autoptr (SbValue) document = NULL;
  g_autofree char *first = NULL;
  g_autofree char *node = NULL;

  if (steps == NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      return;
    }
  if (place == NULL)
    return;
  document = sb_flow_clip_paste (document_of (self), steps, place->step, place->lane,
                                 (guint)place->index, &first);
  node = sb_canvas_node_of_step (sb_flow_edit_find_step (document, first));
  if (sb_canvas_apply (self, document, node, NULL))
    sb_canvas_focus_chosen (self);
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbCanvas) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->model != NULL)
    paste_text (self, text != NULL ? text : "");
}

static void
paste_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  /* The text is the same as what has the type of ours, and comes through every clipboard manager.
   */
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, pasted_cb,
                                 g_object_ref (widget));
}

static void
duplicate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  const SbNode *node = chosen_node (self);
  g_autoptr (SbValue) document = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *choose = NULL;

  if (node == NULL || node->step == NULL)
    return;
  document = sb_flow_edit_duplicate (document_of (self), node->step, &copy);
  choose = sb_canvas_node_of_step (sb_flow_edit_find_step (document, copy));
  if (sb_canvas_apply (self, document, choose, NULL))
    sb_canvas_focus_chosen (self);
}

/* What stands above a step is chosen when it goes. */
static char *
find_above (SbCanvas *self, const char *step_id)
{
  const char *above = "trigger";

  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);

      if (!sb_node_is_card (node))
        continue;
      if (g_strcmp0 (node->step, step_id) == 0)
        break;
      above = node->id;
    }
  return g_strdup (above);
}

static void
remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  const SbNode *node = chosen_node (self);
  g_autofree char *next = NULL;
  g_autofree char *step = NULL;
  g_autoptr (SbValue) document = NULL;

  if (node == NULL || node->step == NULL)
    return;
  if (strcmp (name, "canvas.cut") == 0 && !copy_chosen (self))
    return;
  step = g_strdup (node->step);
  next = find_above (self, step);
  document = sb_flow_edit_remove (document_of (self), step);
  sb_canvas_apply (self, document, next,
                   strcmp (name, "canvas.cut") == 0 ? _ ("Step cut out") : _ ("Step removed"));
  sb_canvas_focus_chosen (self);
}

static void
insert_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  const SbNode *place = chosen_place (self);

  if (place != NULL)
    g_signal_emit_by_name (self, "add", place->step, place->lane, place->index,
                           g_hash_table_lookup (self->children, place->id));
}

/* --- moving -------------------------------------------------------------------------------------
 */

static void
shift_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  const SbNode *node = chosen_node (self);
  SbFlow *flow = node != NULL ? sb_flow_model_get_flow (self->model) : NULL;
  g_auto (SbPlace) place = { NULL, -1, 0 };
  g_autofree char *chosen = NULL;
  g_autoptr (SbValue) document = NULL;
  int by = g_str_has_suffix (name, "-up") || g_str_has_suffix (name, "-left") ? -1 : 1;
  gboolean across = g_str_has_suffix (name, "-left") || g_str_has_suffix (name, "-right");

  if (node == NULL || node->step == NULL)
    return;
  if (!(across ? sb_flow_move_across (flow, node->step, by, &place)
               : sb_flow_move_next (flow, node->step, by, &place)))
    {
      gtk_widget_error_bell (widget);
      return;
    }
  chosen = g_strdup (node->id);
  document = sb_flow_move (flow, node->step, &place);
  if (document != NULL && sb_canvas_apply (self, document, chosen, NULL))
    {
      self->reveal = TRUE;
      sb_canvas_focus_chosen (self);
    }
}

/* --- ways of a branch ---------------------------------------------------------------------------
 */

static SbValue *
new_way (guint number)
{
  SbValue *way = sb_value_new_object ();
  SbValue *condition = sb_value_new_object ();
  SbValue *all = sb_value_new_array ();
  SbValue *comparison = sb_value_new_object ();
  g_autofree char *title = g_strdup_printf (_ ("Way %u"), number);

  sb_value_set_string (comparison, "value", "");
  sb_value_set_string (comparison, "is", "not-empty");
  sb_value_append (all, comparison);
  sb_value_set (condition, "all", all);
  sb_value_set_string (way, "name", title);
  sb_value_set (way, "condition", condition);
  sb_value_set (way, "steps", sb_value_new_array ());
  return way;
}

static void
way_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  const SbNode *node = chosen_node (self);
  SbStep *step = node != NULL && node->kind == SB_NODE_LANE
                   ? sb_flow_model_find_step (self->model, node->step)
                   : NULL;
  g_autoptr (SbValue) document = NULL;
  g_autofree char *choose = NULL;
  guint lane;
  guint to;

  if (step == NULL)
    return;
  lane = (guint)node->lane;
  to = lane;
  if (strcmp (name, "canvas.add-way") == 0)
    {
      /* Otherwise stays the last. */
      if (((SbLane *)g_ptr_array_index (step->lanes, lane))->condition != NULL)
        to = lane + 1;
      document =
        sb_flow_edit_insert_lane (document_of (self), step->id, to, new_way (step->lanes->len));
    }
  else if (strcmp (name, "canvas.remove-way") == 0)
    {
      document = sb_flow_edit_remove_lane (document_of (self), step->id, lane);
      to = lane > 0 ? lane - 1 : 0;
    }
  else
    {
      to = strcmp (name, "canvas.way-left") == 0 ? lane - 1 : lane + 1;
      document = sb_flow_edit_swap_lanes (document_of (self), step->id, lane, to);
    }
  choose = g_strdup_printf ("%s/%u", step->id, to);
  if (sb_canvas_apply (self, document, choose,
                       strcmp (name, "canvas.remove-way") == 0 ? _ ("Way removed") : NULL))
    sb_canvas_focus_chosen (self);
}

static gboolean
has_condition (SbStep *step, int lane)
{
  return lane >= 0 && (guint)lane < step->lanes->len &&
         ((SbLane *)g_ptr_array_index (step->lanes, lane))->condition != NULL;
}

/* Menus show what can be done to the chosen card. */
void
sb_canvas_update_edits (SbCanvas *self)
{
  static const char *const of_step[] = { "canvas.cut",       "canvas.copy",      "canvas.duplicate",
                                         "canvas.remove",    "canvas.move-up",   "canvas.move-down",
                                         "canvas.move-left", "canvas.move-right" };
  GtkWidget *widget = GTK_WIDGET (self);
  const SbNode *node = chosen_node (self);
  SbStep *branch = node != NULL && node->kind == SB_NODE_LANE
                     ? sb_flow_model_find_step (self->model, node->step)
                     : NULL;
  int lane = branch != NULL ? node->lane : -1;

  for (guint i = 0; i < G_N_ELEMENTS (of_step); i++)
    gtk_widget_action_set_enabled (widget, of_step[i], node != NULL && node->step != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.add-way", branch != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.remove-way",
                                 branch != NULL && branch->lanes->len > 1);
  gtk_widget_action_set_enabled (widget, "canvas.way-left",
                                 branch != NULL && has_condition (branch, lane) &&
                                   has_condition (branch, lane - 1));
  gtk_widget_action_set_enabled (widget, "canvas.way-right",
                                 branch != NULL && has_condition (branch, lane) &&
                                   has_condition (branch, lane + 1));
}

void
sb_canvas_install_edits (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc func;
    guint key;
    GdkModifierType modifiers;
  } edits[] = {
    { "canvas.copy", copy_cb, GDK_KEY_c, GDK_CONTROL_MASK },
    { "canvas.cut", remove_cb, GDK_KEY_x, GDK_CONTROL_MASK },
    { "canvas.paste", paste_cb, GDK_KEY_v, GDK_CONTROL_MASK },
    { "canvas.duplicate", duplicate_cb, GDK_KEY_d, GDK_CONTROL_MASK },
    { "canvas.remove", remove_cb, GDK_KEY_Delete, 0 },
    { "canvas.insert", insert_cb, GDK_KEY_Insert, 0 },
    { "canvas.move-up", shift_cb, GDK_KEY_Up, GDK_ALT_MASK },
    { "canvas.move-down", shift_cb, GDK_KEY_Down, GDK_ALT_MASK },
    /* Without Shift these two turn the records over. */
    { "canvas.move-left", shift_cb, GDK_KEY_Left, GDK_ALT_MASK | GDK_SHIFT_MASK },
    { "canvas.move-right", shift_cb, GDK_KEY_Right, GDK_ALT_MASK | GDK_SHIFT_MASK },
    { "canvas.add-way", way_cb, 0, 0 },
    { "canvas.remove-way", way_cb, 0, 0 },
    { "canvas.way-left", way_cb, 0, 0 },
    { "canvas.way-right", way_cb, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      gtk_widget_class_install_action (widget_class, edits[i].name, NULL, edits[i].func);
      if (edits[i].key != 0)
        gtk_widget_class_add_binding_action (widget_class, edits[i].key, edits[i].modifiers,
                                             edits[i].name, NULL);
    }
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Delete, 0, "canvas.remove", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus, 0, "canvas.insert", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Add, 0, "canvas.insert", NULL);
}
