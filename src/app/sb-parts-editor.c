/* sb-parts-editor.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-parts-editor.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-field-row.h"
#include "sb-words.h"

/* Where a row's value stands: its item (-1: the value is an object itself) and its member (NULL:
 * the item itself). */
typedef struct
{
  SbFieldRow *row;
  int item;
  char *member;
} Cell;

struct _SbPartsEditor
{
  GtkWidget parent_instance;

  GtkWidget *list;
  GtkWidget *add_box;
  GtkWidget *name; /* of a new member */
  GtkWidget *add;

  SbFlowModel *model;
  char *step_id;
  SbValue *columns; /* (nullable) */
  SbValue *value;
  GPtrArray *cells; /* of Cell */
  gboolean filling;
};

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbPartsEditor, sb_parts_editor, GTK_TYPE_WIDGET)

static void rebuild (SbPartsEditor *self);

static void
free_cell (gpointer data)
{
  Cell *cell = data;

  g_free (cell->member);
  g_free (cell);
}

static gboolean
is_list (SbPartsEditor *self)
{
  return sb_value_get_type (self->value) == SB_VALUE_ARRAY;
}

SbValue *
sb_parts_new_item (SbValue *columns, SbValue *like)
{
  SbValue *item;

  if (like != NULL && sb_value_get_type (like) != SB_VALUE_OBJECT)
    return sb_value_new_string ("");
  if (like == NULL && columns == NULL)
    return sb_value_new_string ("");
  item = sb_value_new_object ();
  for (guint i = 0; like != NULL && i < sb_value_get_length (like); i++)
    sb_value_set_string (item, sb_value_get_member_name (like, i), "");
  for (guint i = 0; like == NULL && i < sb_value_get_length (columns); i++)
    {
      SbValue *column = sb_value_get_item (columns, i);

      if (sb_value_get_member (column, "product") == NULL)
        sb_value_set_string (item, sb_value_get_string (column, "key"), "");
    }
  return item;
}

/* The column a member of an item is read into: by its key or by a name that shops use for it. */
static SbValue *
find_column (SbPartsEditor *self, const char *member)
{
  for (guint i = 0; i < sb_value_get_length (self->columns); i++)
    {
      SbValue *column = sb_value_get_item (self->columns, i);
      SbValue *from = sb_value_get_member (column, "from");

      if (g_strcmp0 (sb_value_get_string (column, "key"), member) == 0)
        return column;
      for (guint j = 0; j < sb_value_get_length (from); j++)
        if (g_strcmp0 (sb_value_get_text (sb_value_get_item (from, j)), member) == 0)
          return column;
    }
  return NULL;
}

/* --- edits
 * ------------------------------------------------------------------------------------------ */

/* Takes @value (transfer full). */
static void
put_value (SbPartsEditor *self, SbValue *value)
{
  sb_value_unref (self->value);
  self->value = value;
  g_signal_emit (self, signals[EDITED], 0, value);
}

static SbValue *
with_member (SbValue *object, const char *member, SbValue *value)
{
  SbValue *changed = sb_value_new_object ();
  gboolean found = FALSE;

  for (guint i = 0; i < sb_value_get_length (object); i++)
    {
      const char *name = sb_value_get_member_name (object, i);
      gboolean this = strcmp (name, member) == 0;

      found |= this;
      if (!this || value != NULL)
        sb_value_set (changed, name,
                      sb_value_ref (this ? value : sb_value_get_member (object, name)));
    }
  if (!found && value != NULL)
    sb_value_set (changed, member, sb_value_ref (value));
  return changed;
}

/* @value (transfer full) (nullable): NULL takes the item out */
static SbValue *
with_item (SbValue *array, guint index, SbValue *value)
{
  SbValue *changed = sb_value_new_array ();

  for (guint i = 0; i < sb_value_get_length (array); i++)
    {
      if (i != index)
        sb_value_append (changed, sb_value_ref (sb_value_get_item (array, i)));
      else if (value != NULL)
        sb_value_append (changed, value);
    }
  return changed;
}

static Cell *
find_cell (SbPartsEditor *self, SbFieldRow *row)
{
  for (guint i = 0; i < self->cells->len; i++)
    {
      Cell *cell = g_ptr_array_index (self->cells, i);

      if (cell->row == row)
        return cell;
    }
  return NULL;
}

static void
cell_edited_cb (SbFieldRow *row, SbValue *value, SbPartsEditor *self)
{
  Cell *cell = find_cell (self, row);
  g_autoptr (SbValue) kept = value != NULL ? sb_value_ref (value) : sb_value_new_string ("");
  SbValue *item;

  if (self->filling || cell == NULL)
    return;
  if (cell->item < 0)
    {
      put_value (self, with_member (self->value, cell->member, kept));
      return;
    }
  item = sb_value_get_item (self->value, (guint)cell->item);
  put_value (self, with_item (self->value, (guint)cell->item,
                              cell->member != NULL ? with_member (item, cell->member, kept)
                                                   : g_steal_pointer (&kept)));
}

static void
remove_clicked_cb (GtkWidget *button, SbPartsEditor *self)
{
  const char *member = g_object_get_data (G_OBJECT (button), "member");
  guint item = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "item"));

  put_value (self, member != NULL ? with_member (self->value, member, NULL)
                                  : with_item (self->value, item, NULL));
  rebuild (self);
}

static void
add_item (SbPartsEditor *self)
{
  guint length = sb_value_get_length (self->value);
  SbValue *last = length > 0 ? sb_value_get_item (self->value, length - 1) : NULL;
  SbValue *value = with_item (self->value, length, NULL);

  sb_value_append (value, sb_parts_new_item (self->columns, last));
  put_value (self, value);
  rebuild (self);
}

static void
add_member (SbPartsEditor *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_autoptr (SbValue) empty = sb_value_new_string ("");

  g_strstrip (name);
  if (*name == '\0' || sb_value_get_member (self->value, name) != NULL)
    {
      gtk_widget_add_css_class (self->name, "error");
      gtk_widget_grab_focus (self->name);
      return;
    }
  gtk_editable_set_text (GTK_EDITABLE (self->name), "");
  put_value (self, with_member (self->value, name, empty));
  rebuild (self);
}

static void
add_clicked_cb (SbPartsEditor *self)
{
  if (is_list (self))
    add_item (self);
  else
    add_member (self);
  /* What was added is what is typed into next. */
  if (self->cells->len > 0)
    {
      guint first = self->cells->len - 1;
      Cell *last = g_ptr_array_index (self->cells, first);

      while (first > 0 &&
             ((Cell *)g_ptr_array_index (self->cells, first - 1))->item == last->item &&
             last->item >= 0)
        first--;
      if (is_list (self) || !gtk_widget_has_css_class (self->name, "error"))
        gtk_widget_child_focus (GTK_WIDGET (((Cell *)g_ptr_array_index (self->cells, first))->row),
                                GTK_DIR_TAB_FORWARD);
    }
}

static void
name_changed_cb (SbPartsEditor *self)
{
  gtk_widget_remove_css_class (self->name, "error");
}

/* --- rows
 * ------------------------------------------------------------------------------------------- */

static SbValue *
value_of (SbPartsEditor *self, Cell *cell)
{
  SbValue *at = cell->item >= 0 ? sb_value_get_item (self->value, (guint)cell->item) : self->value;

  return cell->member != NULL ? sb_value_get_member (at, cell->member) : at;
}

static GtkWidget *
make_remove (SbPartsEditor *self, const char *name, int item, const char *member)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("sb-remove-symbolic");
  g_autofree char *label = g_strdup_printf (_ ("Remove %s"), name);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "sb-small");
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), "member", g_strdup (member), g_free);
  g_object_set_data (G_OBJECT (button), "item", GUINT_TO_POINTER ((guint)MAX (item, 0)));
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_clicked_cb), self, 0);
  return button;
}

static GtkWidget *
add_cell (SbPartsEditor *self, const SbFieldSpec *spec, int item, const char *member)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->item = item;
  cell->member = g_strdup (member);
  cell->row = SB_FIELD_ROW (sb_field_row_new (self->model, self->step_id, spec));
  gtk_widget_set_hexpand (GTK_WIDGET (cell->row), TRUE);
  g_ptr_array_add (self->cells, cell);
  sb_field_row_set_value (cell->row, value_of (self, cell));
  g_signal_connect_object (cell->row, "edited", G_CALLBACK (cell_edited_cb), self, 0);
  return GTK_WIDGET (cell->row);
}

/* The members of an item, and the columns it has nothing for yet. */
static void
add_cells_of_item (SbPartsEditor *self, GtkBox *box, int item)
{
  SbValue *value = sb_value_get_item (self->value, (guint)item);
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();

  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *member = sb_value_get_member_name (value, i);
      SbValue *column = find_column (self, member);
      g_autofree char *words = sb_words_capitalize (member);
      const char *label = column != NULL ? sb_value_get_string (column, "label") : NULL;
      const SbFieldSpec spec = { .key = member,
                                 .label = label != NULL ? label : words,
                                 .type = sb_value_get_string (column, "type"),
                                 .required = sb_value_get_boolean_or (column, "required", FALSE) };

      if (column != NULL)
        g_ptr_array_add (seen, column);
      gtk_box_append (box, add_cell (self, &spec, item, member));
    }
  for (guint i = 0; i < sb_value_get_length (self->columns); i++)
    {
      SbValue *column = sb_value_get_item (self->columns, i);
      const char *key = sb_value_get_string (column, "key");
      const char *label = sb_value_get_string (column, "label");
      const SbFieldSpec spec = { .key = key,
                                 .label = label != NULL ? label : key,
                                 .type = sb_value_get_string (column, "type"),
                                 .required = sb_value_get_boolean_or (column, "required", FALSE) };

      if (!g_ptr_array_find (seen, column, NULL) && sb_value_get_member (column, "product") == NULL)
        gtk_box_append (box, add_cell (self, &spec, item, key));
    }
}

static void
add_item_rows (SbPartsEditor *self, int item)
{
  SbValue *value = sb_value_get_item (self->value, (guint)item);
  g_autofree char *title = g_strdup_printf (_ ("Item %d"), item + 1);
  GtkWidget *remove = make_remove (self, title, item, NULL);
  GtkWidget *box;

  if (sb_value_get_type (value) == SB_VALUE_OBJECT)
    {
      GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      GtkWidget *label = gtk_label_new (title);

      box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_widget_add_css_class (label, "sb-heading");
      gtk_box_append (GTK_BOX (head), label);
      gtk_box_append (GTK_BOX (head), remove);
      gtk_box_append (GTK_BOX (box), head);
      gtk_widget_add_css_class (box, "sb-part");
      add_cells_of_item (self, GTK_BOX (box), item);
    }
  else
    {
      const SbFieldSpec spec = { .key = "item", .label = title };

      box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      gtk_box_append (GTK_BOX (box), add_cell (self, &spec, item, NULL));
      gtk_box_append (GTK_BOX (box), remove);
    }
  gtk_box_append (GTK_BOX (self->list), box);
}

static void
add_member_row (SbPartsEditor *self, const char *member)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  const SbFieldSpec spec = { .key = member, .label = member };

  gtk_box_append (GTK_BOX (box), add_cell (self, &spec, -1, member));
  gtk_box_append (GTK_BOX (box), make_remove (self, member, -1, member));
  gtk_box_append (GTK_BOX (self->list), box);
}

static void
rebuild (SbPartsEditor *self)
{
  guint length = sb_value_get_length (self->value);
  GtkWidget *child;

  self->filling = TRUE;
  g_ptr_array_set_size (self->cells, 0);
  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_box_remove (GTK_BOX (self->list), child);
  for (guint i = 0; i < length; i++)
    {
      if (is_list (self))
        add_item_rows (self, (int)i);
      else
        add_member_row (self, sb_value_get_member_name (self->value, i));
    }
  gtk_widget_set_visible (self->list, length > 0);
  gtk_widget_set_visible (self->name, !is_list (self));
  gtk_button_set_label (GTK_BUTTON (self->add), is_list (self) ? _ ("Add an Item") : _ ("Add"));
  self->filling = FALSE;
  sb_parts_editor_refresh (self);
}

/* Whether two values have their rows in common, so that the cursor can stay where it is. */
static gboolean
has_same_shape (SbValue *a, SbValue *b)
{
  if (sb_value_get_type (a) != sb_value_get_type (b) ||
      sb_value_get_length (a) != sb_value_get_length (b))
    return sb_value_get_length (a) == 0 && sb_value_get_length (b) == 0 &&
           sb_value_get_type (a) < SB_VALUE_ARRAY && sb_value_get_type (b) < SB_VALUE_ARRAY;
  for (guint i = 0; i < sb_value_get_length (a); i++)
    {
      const char *name = sb_value_get_member_name (a, i);

      if (name != NULL ? strcmp (name, sb_value_get_member_name (b, i)) != 0
                       : !has_same_shape (sb_value_get_item (a, i), sb_value_get_item (b, i)))
        return FALSE;
    }
  return TRUE;
}

void
sb_parts_editor_set_value (SbPartsEditor *self, SbValue *value)
{
  gboolean same = self->value != NULL && has_same_shape (self->value, value);

  if (self->value != NULL && sb_value_equal (self->value, value) && self->cells->len > 0)
    return;
  sb_value_ref (value);
  g_clear_pointer (&self->value, sb_value_unref);
  self->value = value;
  if (!same || self->cells->len == 0)
    {
      rebuild (self);
      return;
    }
  self->filling = TRUE;
  for (guint i = 0; i < self->cells->len; i++)
    {
      Cell *cell = g_ptr_array_index (self->cells, i);

      sb_field_row_set_value (cell->row, value_of (self, cell));
    }
  self->filling = FALSE;
}

void
sb_parts_editor_refresh (SbPartsEditor *self)
{
  for (guint i = 0; i < self->cells->len; i++)
    sb_field_row_refresh (((Cell *)g_ptr_array_index (self->cells, i))->row, NULL);
}

static void
sb_parts_editor_dispose (GObject *object)
{
  SbPartsEditor *self = SB_PARTS_EDITOR (object);
  GtkWidget *child;

  self->filling = TRUE;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->model);
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->columns, sb_value_unref);
  g_clear_pointer (&self->value, sb_value_unref);
  g_clear_pointer (&self->step_id, g_free);

  G_OBJECT_CLASS (sb_parts_editor_parent_class)->dispose (object);
}

static void
sb_parts_editor_class_init (SbPartsEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_parts_editor_dispose;
  signals[EDITED] = g_signal_new ("edited", SB_TYPE_PARTS_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
sb_parts_editor_init (SbPartsEditor *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 10);
  self->cells = g_ptr_array_new_with_free_func (free_cell);
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  self->add_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->name = gtk_entry_new ();
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->name), 8);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->name), _ ("Name of a new value"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->name), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name of a new value"), -1);
  self->add = gtk_button_new_with_label (_ ("Add"));
  gtk_box_append (GTK_BOX (self->add_box), self->name);
  gtk_box_append (GTK_BOX (self->add_box), self->add);
  gtk_widget_set_parent (self->list, GTK_WIDGET (self));
  gtk_widget_set_parent (self->add_box, GTK_WIDGET (self));
  g_signal_connect_object (self->name, "activate", G_CALLBACK (add_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->name, "changed", G_CALLBACK (name_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (add_clicked_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
sb_parts_editor_new (SbFlowModel *model, const char *step_id, SbValue *columns)
{
  SbPartsEditor *self = g_object_new (SB_TYPE_PARTS_EDITOR, NULL);

  self->model = g_object_ref (model);
  self->step_id = g_strdup (step_id);
  self->columns = columns != NULL ? sb_value_ref (columns) : NULL;
  self->value = sb_value_new_array ();
  return GTK_WIDGET (self);
}
