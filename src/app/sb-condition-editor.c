/* sb-condition-editor.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-condition-editor.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-field-row.h"
#include "sb-words.h"

/* One comparison on screen. */
typedef struct
{
  GtkWidget *box;
  SbFieldRow *value;
  GtkWidget *is;
  SbFieldRow *to;
} Line;

struct _SbConditionEditor
{
  GtkWidget parent_instance;

  GtkWidget *joined; /* all or any */
  GtkWidget *list;
  GtkWidget *add;
  GtkWidget *complex; /* shown for what is nested */

  SbFlowModel *model;
  char *step_id;
  GPtrArray *lines; /* of Line */
  SbValue *condition;
  gboolean filling;
};

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbConditionEditor, sb_condition_editor, GTK_TYPE_WIDGET)

static const char *
get_comparison (GtkWidget *drop_down)
{
  return sb_words_comparisons ()[2 * gtk_drop_down_get_selected (GTK_DROP_DOWN (drop_down))];
}

/* The comparisons of a condition, where it is a plain one or a list of plain ones. */
static SbValue *
list_of (SbValue *condition, gboolean *any)
{
  SbValue *list = sb_value_get_member (condition, "all");

  *any = list == NULL && sb_value_get_member (condition, "any") != NULL;
  if (*any)
    list = sb_value_get_member (condition, "any");
  return list;
}

static gboolean
is_comparison (SbValue *condition)
{
  return sb_value_get_string (condition, "is") != NULL;
}

static gboolean
is_editable (SbValue *condition)
{
  gboolean any;
  SbValue *list = list_of (condition, &any);

  if (list == NULL)
    return is_comparison (condition);
  for (guint i = 0; i < sb_value_get_length (list); i++)
    if (!is_comparison (sb_value_get_item (list, i)))
      return FALSE;
  return TRUE;
}

static SbValue *
new_comparison (void)
{
  SbValue *comparison = sb_value_new_object ();

  sb_value_set_string (comparison, "value", "");
  sb_value_set_string (comparison, "is", "equals");
  sb_value_set_string (comparison, "to", "");
  return comparison;
}

static SbValue *
comparison_at (SbConditionEditor *self, guint index)
{
  gboolean any;
  SbValue *list = list_of (self->condition, &any);

  return list != NULL ? sb_value_get_item (list, index) : self->condition;
}

static guint
n_comparisons (SbConditionEditor *self)
{
  gboolean any;
  SbValue *list = list_of (self->condition, &any);

  return list != NULL ? sb_value_get_length (list) : 1;
}

static void show (SbConditionEditor *self);

/* Takes @list as the new comparisons (transfer full). */
static void
put_list (SbConditionEditor *self, SbValue *list)
{
  gboolean any = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->joined)) == 1;
  SbValue *condition = sb_value_new_object ();

  sb_value_set (condition, any ? "any" : "all", list);
  g_clear_pointer (&self->condition, sb_value_unref);
  self->condition = condition;
  g_signal_emit (self, signals[EDITED], 0, condition);
}

static void
replace_member (SbConditionEditor *self, Line *line, const char *member, SbValue *value)
{
  SbValue *list = sb_value_new_array ();
  guint index = 0;

  g_ptr_array_find (self->lines, line, &index);
  for (guint i = 0; i < n_comparisons (self); i++)
    {
      SbValue *old = comparison_at (self, i);
      SbValue *comparison;

      if (i != index)
        {
          sb_value_append (list, sb_value_ref (old));
          continue;
        }
      comparison = sb_value_new_object ();
      for (guint j = 0; j < sb_value_get_length (old); j++)
        {
          const char *name = sb_value_get_member_name (old, j);

          sb_value_set (comparison, name, sb_value_ref (sb_value_get_member (old, name)));
        }
      sb_value_set (comparison, member,
                    value != NULL ? sb_value_ref (value) : sb_value_new_string (""));
      if (sb_words_comparison_is_unary (sb_value_get_string (comparison, "is")))
        sb_value_remove (comparison, "to");
      else if (sb_value_get_member (comparison, "to") == NULL)
        sb_value_set_string (comparison, "to", "");
      sb_value_append (list, comparison);
    }
  put_list (self, list);
}

static Line *
line_of (SbConditionEditor *self, GtkWidget *widget)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = g_ptr_array_index (self->lines, i);

      if (gtk_widget_is_ancestor (widget, line->box))
        return line;
    }
  return NULL;
}

static void
field_edited_cb (SbFieldRow *row, SbValue *value, SbConditionEditor *self)
{
  Line *line = line_of (self, GTK_WIDGET (row));

  if (line != NULL && !self->filling)
    replace_member (self, line, sb_field_row_get_key (row), value);
}

static void
is_selected_cb (GtkWidget *drop_down, GParamSpec *pspec, SbConditionEditor *self)
{
  Line *line = line_of (self, drop_down);
  g_autoptr (SbValue) is = NULL;

  if (line == NULL || self->filling)
    return;
  is = sb_value_new_string (get_comparison (drop_down));
  gtk_widget_set_visible (GTK_WIDGET (line->to),
                          !sb_words_comparison_is_unary (sb_value_get_text (is)));
  replace_member (self, line, "is", is);
}

static void
remove_clicked_cb (GtkWidget *button, SbConditionEditor *self)
{
  Line *line = line_of (self, button);
  SbValue *list = sb_value_new_array ();

  for (guint i = 0; i < self->lines->len; i++)
    if (g_ptr_array_index (self->lines, i) != line)
      sb_value_append (list, sb_value_ref (comparison_at (self, i)));
  put_list (self, list);
  show (self);
}

static void
add_clicked_cb (SbConditionEditor *self)
{
  SbValue *list = sb_value_new_array ();

  for (guint i = 0; i < n_comparisons (self); i++)
    sb_value_append (list, sb_value_ref (comparison_at (self, i)));
  sb_value_append (list, new_comparison ());
  put_list (self, list);
  show (self);
}

static void
joined_selected_cb (SbConditionEditor *self)
{
  SbValue *list;

  if (self->filling)
    return;
  list = sb_value_new_array ();
  for (guint i = 0; i < n_comparisons (self); i++)
    sb_value_append (list, sb_value_ref (comparison_at (self, i)));
  put_list (self, list);
}

static GtkWidget *
make_is (void)
{
  const char *const *comparisons = sb_words_comparisons ();
  GtkStringList *names = gtk_string_list_new (NULL);

  for (guint i = 0; comparisons[i] != NULL; i += 2)
    gtk_string_list_append (names, g_dgettext (GETTEXT_PACKAGE, comparisons[i + 1]));
  return gtk_drop_down_new (G_LIST_MODEL (names), NULL);
}

static void
add_line (SbConditionEditor *self)
{
  const SbFieldSpec value = { .key = "value", .label = _ ("If"), .required = TRUE };
  const SbFieldSpec to = { .key = "to", .label = _ ("Compare with") };
  Line *line = g_new0 (Line, 1);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *remove = gtk_button_new_from_icon_name ("sb-remove-symbolic");

  line->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  line->value = SB_FIELD_ROW (sb_field_row_new (self->model, self->step_id, &value));
  line->is = make_is ();
  line->to = SB_FIELD_ROW (sb_field_row_new (self->model, self->step_id, &to));
  gtk_widget_set_hexpand (line->is, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (line->is), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Comparison"), -1);
  gtk_widget_set_tooltip_text (remove, _ ("Remove this condition"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Remove this condition"), -1);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_visible (remove, n_comparisons (self) > 1);
  gtk_box_append (GTK_BOX (middle), line->is);
  gtk_box_append (GTK_BOX (middle), remove);
  gtk_box_append (GTK_BOX (line->box), GTK_WIDGET (line->value));
  gtk_box_append (GTK_BOX (line->box), middle);
  gtk_box_append (GTK_BOX (line->box), GTK_WIDGET (line->to));
  gtk_box_append (GTK_BOX (self->list), line->box);
  g_ptr_array_add (self->lines, line);

  g_signal_connect_object (line->value, "edited", G_CALLBACK (field_edited_cb), self, 0);
  g_signal_connect_object (line->to, "edited", G_CALLBACK (field_edited_cb), self, 0);
  g_signal_connect_object (line->is, "notify::selected", G_CALLBACK (is_selected_cb), self, 0);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_clicked_cb), self, 0);
}

static void
fill_line (SbConditionEditor *self, Line *line, SbValue *comparison)
{
  const char *const *comparisons = sb_words_comparisons ();
  const char *is = sb_value_get_string (comparison, "is");

  sb_field_row_set_value (line->value, sb_value_get_member (comparison, "value"));
  sb_field_row_set_value (line->to, sb_value_get_member (comparison, "to"));
  for (guint i = 0; comparisons[i] != NULL; i += 2)
    if (g_strcmp0 (comparisons[i], is) == 0)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (line->is), i / 2);
  gtk_widget_set_visible (GTK_WIDGET (line->to), !sb_words_comparison_is_unary (is));
}

static void
show (SbConditionEditor *self)
{
  gboolean editable = is_editable (self->condition);
  guint n = editable ? n_comparisons (self) : 0;
  gboolean any;

  self->filling = TRUE;
  list_of (self->condition, &any);
  if (self->lines->len != n)
    {
      GtkWidget *child;

      g_ptr_array_set_size (self->lines, 0);
      while ((child = gtk_widget_get_first_child (self->list)) != NULL)
        gtk_box_remove (GTK_BOX (self->list), child);
      for (guint i = 0; i < n; i++)
        add_line (self);
    }
  for (guint i = 0; i < n; i++)
    fill_line (self, g_ptr_array_index (self->lines, i), comparison_at (self, i));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->joined), any ? 1 : 0);
  gtk_widget_set_visible (self->joined, n > 1);
  gtk_widget_set_visible (self->add, editable);
  gtk_widget_set_visible (self->complex, !editable);
  self->filling = FALSE;
  sb_condition_editor_refresh (self);
}

void
sb_condition_editor_set_condition (SbConditionEditor *self, SbValue *condition)
{
  if (self->condition != NULL && condition != NULL && sb_value_equal (self->condition, condition))
    return;
  g_clear_pointer (&self->condition, sb_value_unref);
  self->condition = condition != NULL ? sb_value_ref (condition) : new_comparison ();
  show (self);
}

void
sb_condition_editor_refresh (SbConditionEditor *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = g_ptr_array_index (self->lines, i);

      sb_field_row_refresh (line->value, NULL);
      sb_field_row_refresh (line->to, NULL);
    }
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
  g_clear_pointer (&self->lines, g_ptr_array_unref);
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
}

static void
sb_condition_editor_init (SbConditionEditor *self)
{
  const char *const joined[] = { _ ("All of these"), _ ("Any of these"), NULL };
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 14);
  self->lines = g_ptr_array_new_with_free_func (g_free);

  self->joined = gtk_drop_down_new_from_strings (joined);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->joined), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("How the conditions are joined"), -1);
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  self->add = gtk_button_new_with_label (_ ("Add a Condition"));
  gtk_widget_set_halign (self->add, GTK_ALIGN_START);
  self->complex =
    gtk_label_new (_ ("This condition was put together in the flow file; it is kept as it is."));
  gtk_label_set_wrap (GTK_LABEL (self->complex), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->complex), 0);
  gtk_widget_add_css_class (self->complex, "dim-label");
  gtk_widget_set_parent (self->joined, GTK_WIDGET (self));
  gtk_widget_set_parent (self->list, GTK_WIDGET (self));
  gtk_widget_set_parent (self->add, GTK_WIDGET (self));
  gtk_widget_set_parent (self->complex, GTK_WIDGET (self));
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (add_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->joined, "notify::selected", G_CALLBACK (joined_selected_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
sb_condition_editor_new (SbFlowModel *model, const char *step_id)
{
  SbConditionEditor *self = g_object_new (SB_TYPE_CONDITION_EDITOR, NULL);

  self->model = g_object_ref (model);
  self->step_id = g_strdup (step_id);
  return GTK_WIDGET (self);
}
