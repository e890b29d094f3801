/* sb-condition-editor.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-condition-editor.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-condition-node.h"
#include "sb-condition.h"
#include "sb-words.h"

/* Deeper than this nobody reads a condition. */
#define MAX_DEPTH 4

struct _SbConditionEditor
{
  GtkWidget parent_instance;

  GtkWidget *list;
  GtkLabel *sentence;
  GtkWidget *verdict_box;
  GtkImage *verdict_icon;
  GtkLabel *verdict;

  SbFlowModel *model;
  char *step_id;
  SbConditionNode *root;
  SbValue *condition;
  gboolean filling;
};

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GQuark node_quark;

G_DEFINE_FINAL_TYPE (SbConditionEditor, sb_condition_editor, GTK_TYPE_WIDGET)

static void rebuild (SbConditionEditor *self);

static SbConditionNode *
node_of (GtkWidget *widget)
{
  return g_object_get_qdata (G_OBJECT (widget), node_quark);
}

static void
emit_edited (SbConditionEditor *self)
{
  g_clear_pointer (&self->condition, sb_value_unref);
  self->condition = sb_condition_node_write (self->root);
  g_signal_emit (self, signals[EDITED], 0, self->condition);
}

/* --- edits
 * ------------------------------------------------------------------------------------------ */

static gboolean
is_of_dates (SbConditionEditor *self, SbConditionNode *node)
{
  const char *text = node->value != NULL ? sb_value_get_text (node->value) : NULL;
  g_autoptr (SbTemplate) template = text != NULL ? sb_template_new (text, NULL) : NULL;
  const SbSegment *segment;
  const char *type = NULL;
  g_autofree char *name = NULL;

  if (template == NULL || sb_template_get_n_segments (template) != 1)
    return FALSE;
  segment = sb_template_get_segment (template, 0);
  if (segment->path == NULL)
    return FALSE;
  name = sb_words_token (sb_flow_model_get_flow (self->model),
                         sb_flow_model_get_connectors (self->model), segment->path, &type);
  return strcmp (segment->path, "now") == 0 || g_strcmp0 (type, "date") == 0;
}

/* The comparisons under the names they have for what is compared: a date is after, not more. */
static void
fill_comparisons (SbConditionNode *node)
{
  const char *const *comparisons = sb_words_comparisons ();
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  for (guint i = 0; comparisons[i] != NULL; i += 2)
    {
      gtk_string_list_append (names, sb_words_comparison_for (comparisons[i], node->of_dates));
      if (strcmp (comparisons[i], node->is) == 0)
        selected = i / 2;
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (node->is_drop_down), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (node->is_drop_down), selected);
}

static void
show_comparison (SbConditionEditor *self, SbConditionNode *node)
{
  const char *const *comparisons = sb_words_comparisons ();
  g_autoptr (SbValue) to = sb_condition_node_show_to (node);
  gboolean of_dates = is_of_dates (self, node);

  sb_field_row_set_value (node->value_row, node->value);
  sb_field_row_set_value (node->to_row, to);
  if (of_dates != node->of_dates)
    {
      node->of_dates = of_dates;
      fill_comparisons (node);
    }
  for (guint i = 0; comparisons[i] != NULL; i += 2)
    if (strcmp (comparisons[i], node->is) == 0)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (node->is_drop_down), i / 2);
  gtk_widget_set_visible (GTK_WIDGET (node->to_row), !sb_words_comparison_is_unary (node->is));
}

static void
value_edited_cb (SbFieldRow *row, SbValue *value, SbConditionEditor *self)
{
  SbConditionNode *node = node_of (GTK_WIDGET (row));

  if (self->filling)
    return;
  if (value != NULL)
    sb_value_ref (value);
  g_clear_pointer (&node->value, sb_value_unref);
  node->value = value;
  if (is_of_dates (self, node) != node->of_dates)
    {
      self->filling = TRUE;
      node->of_dates = !node->of_dates;
      fill_comparisons (node);
      self->filling = FALSE;
    }
  emit_edited (self);
}

static void
to_edited_cb (SbFieldRow *row, SbValue *value, SbConditionEditor *self)
{
  if (self->filling)
    return;
  sb_condition_node_read_to (node_of (GTK_WIDGET (row)), value);
  emit_edited (self);
}

static void
is_selected_cb (GtkWidget *drop_down, GParamSpec *pspec, SbConditionEditor *self)
{
  SbConditionNode *node = node_of (drop_down);
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (drop_down));

  if (self->filling || selected == GTK_INVALID_LIST_POSITION)
    return;
  sb_condition_node_set_is (node, sb_words_comparisons ()[2 * selected]);
  self->filling = TRUE;
  show_comparison (self, node);
  self->filling = FALSE;
  emit_edited (self);
}

static void
join_selected_cb (GtkWidget *drop_down, GParamSpec *pspec, SbConditionEditor *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (drop_down));

  if (self->filling || selected == GTK_INVALID_LIST_POSITION)
    return;
  node_of (drop_down)->join = (SbJoin)selected;
  emit_edited (self);
}

static void
remove_clicked_cb (GtkWidget *button, SbConditionEditor *self)
{
  sb_condition_node_remove (node_of (button));
  rebuild (self);
  emit_edited (self);
  gtk_widget_child_focus (self->list, GTK_DIR_TAB_FORWARD);
}

static void
add (SbConditionEditor *self, GtkWidget *button, SbNodeKind kind)
{
  SbConditionNode *added = sb_condition_node_add (node_of (button), kind);

  rebuild (self);
  emit_edited (self);
  if (kind == SB_NODE_GROUP)
    added = g_ptr_array_index (added->children, 0);
  gtk_widget_child_focus (GTK_WIDGET (added->value_row), GTK_DIR_TAB_FORWARD);
}

static void
add_clicked_cb (GtkWidget *button, SbConditionEditor *self)
{
  add (self, button, SB_NODE_COMPARISON);
}

static void
add_group_clicked_cb (GtkWidget *button, SbConditionEditor *self)
{
  add (self, button, SB_NODE_GROUP);
}

/* --- rows
 * ------------------------------------------------------------------------------------------- */

static GtkWidget *
make_remove (SbConditionEditor *self, SbConditionNode *node, const char *label)
{
  GtkWidget *remove = gtk_button_new_from_icon_name ("sb-remove-symbolic");

  gtk_widget_set_tooltip_text (remove, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_add_css_class (remove, "flat");
  g_object_set_qdata (G_OBJECT (remove), node_quark, node);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_clicked_cb), self, 0);
  return remove;
}

static SbFieldRow *
add_field (SbConditionEditor *self, SbConditionNode *node, const SbFieldSpec *spec)
{
  GtkWidget *row = sb_field_row_new (self->model, self->step_id, spec);

  g_object_set_qdata (G_OBJECT (row), node_quark, node);
  gtk_box_append (GTK_BOX (node->box), row);
  return SB_FIELD_ROW (row);
}

static void
build_comparison (SbConditionEditor *self, SbConditionNode *node)
{
  const SbFieldSpec value = { .key = "value", .label = _ ("If"), .required = TRUE };
  const SbFieldSpec to = { .key = "to", .label = _ ("Compare with") };
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_set_spacing (GTK_BOX (node->box), 8);
  node->value_row = add_field (self, node, &value);
  node->of_dates = is_of_dates (self, node);
  node->is_drop_down = gtk_drop_down_new (NULL, NULL);
  g_object_set_qdata (G_OBJECT (node->is_drop_down), node_quark, node);
  gtk_widget_set_hexpand (node->is_drop_down, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (node->is_drop_down),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Comparison"), -1);
  fill_comparisons (node);
  gtk_box_append (GTK_BOX (middle), node->is_drop_down);
  if (node->parent->children->len > 1 || node->parent->parent != NULL)
    gtk_box_append (GTK_BOX (middle), make_remove (self, node, _ ("Remove this condition")));
  gtk_box_append (GTK_BOX (node->box), middle);
  node->to_row = add_field (self, node, &to);
  show_comparison (self, node);

  g_signal_connect_object (node->value_row, "edited", G_CALLBACK (value_edited_cb), self, 0);
  g_signal_connect_object (node->to_row, "edited", G_CALLBACK (to_edited_cb), self, 0);
  g_signal_connect_object (node->is_drop_down, "notify::selected", G_CALLBACK (is_selected_cb),
                           self, 0);
}

static GtkWidget *
make_button (SbConditionEditor *self, SbConditionNode *node, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_object_set_qdata (G_OBJECT (button), node_quark, node);
  g_signal_connect_object (button, "clicked", callback, self, 0);
  return button;
}

static GtkWidget *build_node (SbConditionEditor *self, SbConditionNode *node, guint depth);

static void
build_group (SbConditionEditor *self, SbConditionNode *node, guint depth)
{
  const char *const joins[] = { _ ("All of these"), _ ("Any of these"), _ ("None of these"),
                                _ ("Not all of these"), NULL };
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_set_spacing (GTK_BOX (node->box), 16);
  node->join_drop_down = gtk_drop_down_new_from_strings (joins);
  g_object_set_qdata (G_OBJECT (node->join_drop_down), node_quark, node);
  gtk_widget_set_hexpand (node->join_drop_down, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (node->join_drop_down),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("How the conditions are joined"), -1);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (node->join_drop_down), node->join);
  g_signal_connect_object (node->join_drop_down, "notify::selected", G_CALLBACK (join_selected_cb),
                           self, 0);
  gtk_box_append (GTK_BOX (head), node->join_drop_down);
  if (node->parent != NULL)
    {
      gtk_box_append (GTK_BOX (head), make_remove (self, node, _ ("Remove this group")));
      gtk_widget_add_css_class (node->box, "sb-part");
    }
  gtk_widget_set_visible (head, node->parent != NULL || node->children->len > 1 ||
                                  node->join == SB_JOIN_NONE || node->join == SB_JOIN_NOT_ALL);
  gtk_box_append (GTK_BOX (node->box), head);
  for (guint i = 0; i < node->children->len; i++)
    gtk_box_append (GTK_BOX (node->box),
                    build_node (self, g_ptr_array_index (node->children, i), depth + 1));
  gtk_box_append (GTK_BOX (foot),
                  make_button (self, node, _ ("Add a Condition"), G_CALLBACK (add_clicked_cb)));
  if (depth < MAX_DEPTH)
    gtk_box_append (GTK_BOX (foot),
                    make_button (self, node, _ ("Add a Group"), G_CALLBACK (add_group_clicked_cb)));
  gtk_box_append (GTK_BOX (node->box), foot);
}

static void
build_other (SbConditionEditor *self, SbConditionNode *node)
{
  GtkWidget *label = gtk_label_new (_ ("Put together in the flow file; it is kept as it is."));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (node->box), label);
}

static GtkWidget *
build_node (SbConditionEditor *self, SbConditionNode *node, guint depth)
{
  node->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  if (node->kind == SB_NODE_GROUP)
    build_group (self, node, depth);
  else if (node->kind == SB_NODE_COMPARISON)
    build_comparison (self, node);
  else
    build_other (self, node);
  return node->box;
}

static void
rebuild (SbConditionEditor *self)
{
  GtkWidget *child;

  self->filling = TRUE;
  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_box_remove (GTK_BOX (self->list), child);
  gtk_box_append (GTK_BOX (self->list), build_node (self, self->root, 0));
  self->filling = FALSE;
}

static void
show_node (SbConditionEditor *self, SbConditionNode *node)
{
  if (node->kind == SB_NODE_COMPARISON)
    show_comparison (self, node);
  if (node->kind == SB_NODE_GROUP)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (node->join_drop_down), node->join);
  for (guint i = 0; node->kind == SB_NODE_GROUP && i < node->children->len; i++)
    show_node (self, g_ptr_array_index (node->children, i));
}

void
sb_condition_editor_set_condition (SbConditionEditor *self, SbValue *condition)
{
  g_autoptr (SbConditionNode) root = NULL;

  if (self->condition != NULL && condition != NULL && sb_value_equal (self->condition, condition))
    return;
  root = sb_condition_node_new (condition);
  g_clear_pointer (&self->condition, sb_value_unref);
  self->condition = condition != NULL ? sb_value_ref (condition) : sb_condition_node_write (root);
  if (self->root != NULL && sb_condition_node_take (self->root, root))
    {
      self->filling = TRUE;
      show_node (self, self->root);
      self->filling = FALSE;
    }
  else
    {
      SbConditionNode *old = self->root;

      self->root = g_steal_pointer (&root);
      rebuild (self);
      sb_condition_node_free (old);
    }
  sb_condition_editor_refresh (self);
}

/* --- what it comes to
 * ------------------------------------------------------------------------------- */

static void
refresh_node (SbConditionNode *node)
{
  if (node->kind == SB_NODE_COMPARISON)
    {
      sb_field_row_refresh (node->value_row, NULL);
      sb_field_row_refresh (node->to_row, NULL);
    }
  for (guint i = 0; node->kind == SB_NODE_GROUP && i < node->children->len; i++)
    refresh_node (g_ptr_array_index (node->children, i));
}

/* A comparison of nothing yet: what it says of a record would only puzzle. */
static gboolean
is_begun (SbConditionNode *node)
{
  if (node->kind != SB_NODE_GROUP)
    return node->value_row != NULL && sb_field_row_is_empty (node->value_row);
  for (guint i = 0; i < node->children->len; i++)
    if (is_begun (g_ptr_array_index (node->children, i)))
      return TRUE;
  return FALSE;
}

static void
show_verdict (SbConditionEditor *self)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbCondition) condition = sb_condition_parse (self->condition, "$", NULL, problems);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) step = g_strsplit (self->step_id, "/", 2);
  gboolean holds = FALSE;
  const char *words;

  if (condition != NULL && is_begun (self->root))
    g_clear_pointer (&condition, sb_condition_free);
  gtk_widget_set_visible (self->verdict_box, condition != NULL);
  if (condition == NULL)
    return;
  if (!sb_condition_evaluate (
        condition, sb_preview_get_scope (sb_flow_model_get_preview (self->model), step[0]), &holds,
        &error))
    words = error->message;
  else
    words = holds ? _ ("Holds for this record") : _ ("Does not hold for this record");
  gtk_label_set_label (self->verdict, words);
  gtk_image_set_from_icon_name (self->verdict_icon, error != NULL ? "sb-status-trouble-symbolic"
                                                    : holds       ? "sb-done-symbolic"
                                                                  : "sb-dash-symbolic");
}

void
sb_condition_editor_refresh (SbConditionEditor *self)
{
  g_autofree char *markup = NULL;
  g_autofree char *sentence = NULL;

  if (self->root == NULL)
    return;
  refresh_node (self->root);
  markup = sb_words_condition_markup (sb_flow_model_get_flow (self->model),
                                      sb_flow_model_get_connectors (self->model), self->condition);
  if (markup != NULL)
    {
      /* Translators: %s is "Payment status is paid" */
      sentence = g_strdup_printf (_ ("<span alpha='68%%'>If</span> %s"), markup);
      gtk_label_set_markup (self->sentence, sentence);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->sentence), markup != NULL);
  show_verdict (self);
}

static void
sb_condition_editor_dispose (GObject *object)
{
  SbConditionEditor *self = SB_CONDITION_EDITOR (object);
  GtkWidget *child;

  self->filling = TRUE;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->model);
  g_clear_pointer (&self->root, sb_condition_node_free);
  g_clear_pointer (&self->condition, sb_value_unref);
  g_clear_pointer (&self->step_id, g_free);

  G_OBJECT_CLASS (sb_condition_editor_parent_class)->dispose (object);
}

static void
sb_condition_editor_class_init (SbConditionEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_condition_editor_dispose;
  signals[EDITED] = g_signal_new ("edited", SB_TYPE_CONDITION_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
  node_quark = g_quark_from_static_string ("sb-condition-node");
}

static void
sb_condition_editor_init (SbConditionEditor *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 14);
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->sentence = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->sentence, TRUE);
  gtk_label_set_wrap_mode (self->sentence, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->sentence, 0);
  self->verdict_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->verdict_icon = GTK_IMAGE (gtk_image_new ());
  self->verdict = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->verdict, TRUE);
  gtk_label_set_xalign (self->verdict, 0);
  gtk_widget_add_css_class (self->verdict_box, "sb-preview");
  gtk_box_append (GTK_BOX (self->verdict_box), GTK_WIDGET (self->verdict_icon));
  gtk_box_append (GTK_BOX (self->verdict_box), GTK_WIDGET (self->verdict));
  gtk_widget_set_parent (self->list, GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->sentence), GTK_WIDGET (self));
  gtk_widget_set_parent (self->verdict_box, GTK_WIDGET (self));
}

GtkWidget *
sb_condition_editor_new (SbFlowModel *model, const char *step_id)
{
  SbConditionEditor *self = g_object_new (SB_TYPE_CONDITION_EDITOR, NULL);

  self->model = g_object_ref (model);
  self->step_id = g_strdup (step_id);
  return GTK_WIDGET (self);
}
