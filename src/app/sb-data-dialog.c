/* sb-data-dialog.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-data-dialog.h"

#include <glib/gi18n.h>

struct _SbDataDialog
{
  gint ref_count;
  GtkWidget *window; /* (nullable): NULL once it went */
  SbValue *body;
  GPtrArray *fields; /* of SbEventField */
  GPtrArray *rows;   /* of AdwEntryRow, borrowed; the same order as @fields */
  GtkLabel *problem;
  GtkWidget *accept;
  SbDataFunc func;
  gpointer data;
  GDestroyNotify destroy;
};

SbDataDialog *
sb_data_dialog_ref (SbDataDialog *self)
{
  self->ref_count++;
  return self;
}

void
sb_data_dialog_unref (SbDataDialog *self)
{
  if (--self->ref_count > 0)
    return;
  if (self->destroy != NULL)
    self->destroy (self->data);
  sb_value_unref (self->body);
  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

static void
window_gone_cb (SbDataDialog *self)
{
  self->window = NULL;
  sb_data_dialog_unref (self);
}

static gboolean
is_changed (SbDataDialog *self, guint index)
{
  SbEventField *field = g_ptr_array_index (self->fields, index);
  g_autofree char *was = sb_value_to_text (field->value);

  return !g_str_equal (was, gtk_editable_get_text (g_ptr_array_index (self->rows, index)));
}

static void
changed_cb (SbDataDialog *self)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < self->rows->len && !changed; i++)
    changed = is_changed (self, i);
  gtk_widget_set_sensitive (self->accept, changed);
}

static SbValue *
read_body (SbDataDialog *self)
{
  SbValue *body = sb_value_ref (self->body);

  for (guint i = 0; i < self->rows->len; i++)
    {
      SbEventField *field = g_ptr_array_index (self->fields, i);
      g_autoptr (SbValue) value = NULL;
      SbValue *changed;

      if (!is_changed (self, i))
        continue;
      value =
        sb_event_field_read (field, gtk_editable_get_text (g_ptr_array_index (self->rows, i)));
      changed = sb_value_with_path (body, field->path, value);
      if (changed != NULL)
        {
          sb_value_unref (body);
          body = changed;
        }
    }
  return body;
}

static void
accept_cb (SbDataDialog *self)
{
  g_autoptr (SbValue) body = read_body (self);

  sb_data_dialog_ref (self);
  gtk_widget_set_sensitive (self->accept, FALSE);
  self->func (self, body, self->data);
  sb_data_dialog_unref (self);
}

void
sb_data_dialog_accept (SbDataDialog *self)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
}

void
sb_data_dialog_refuse (SbDataDialog *self, const char *reason)
{
  if (self->window == NULL)
    return;
  gtk_label_set_label (self->problem, reason);
  gtk_widget_set_visible (GTK_WIDGET (self->problem), TRUE);
  gtk_widget_set_sensitive (self->accept, TRUE);
}

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_header (SbDataDialog *self, const SbDataWords *words)
{
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));

  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (cancel), "window.close");
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  self->accept = gtk_button_new_with_label (words->accept);
  gtk_widget_add_css_class (self->accept, "suggested-action");
  gtk_widget_set_sensitive (self->accept, FALSE);
  g_signal_connect_swapped (self->accept, "clicked", G_CALLBACK (accept_cb), self);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->accept);
  return header;
}

/* (transfer full): a row; what is empty and used is said, in a colour and in words. */
static GtkWidget *
make_row (SbDataDialog *self, SbEventField *field)
{
  GtkWidget *row = adw_entry_row_new ();
  g_autofree char *text = sb_value_to_text (field->value);
  g_autofree char *label = NULL;

  if (field->value == NULL)
    label = g_strdup_printf (_ ("%s (missing)"), field->label);
  else if (text[0] == '\0' && field->used)
    label = g_strdup_printf (_ ("%s (empty)"), field->label);
  else
    label = g_strdup (field->label);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), label);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  gtk_widget_set_tooltip_text (row, field->path);
  if (field->used && text[0] == '\0')
    gtk_widget_add_css_class (row, "error");
  g_signal_connect_swapped (row, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (row, "entry-activated", G_CALLBACK (gtk_widget_activate_default), row);
  return row;
}

static GtkListBox *
add_list (GtkBox *column, const char *heading)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_box_append (column, make_label (heading, "heading"));
  gtk_box_append (column, list);
  return GTK_LIST_BOX (list);
}

static void
add_rows (SbDataDialog *self, GtkBox *column, const SbDataWords *words)
{
  GtkListBox *list = NULL;
  GtkWidget *wanting = NULL;
  gboolean used = FALSE;

  for (guint i = 0; i < self->fields->len; i++)
    {
      SbEventField *field = g_ptr_array_index (self->fields, i);
      GtkWidget *row = make_row (self, field);

      if (list == NULL || field->used != used)
        list = add_list (column, field->used    ? words->used
                                 : list == NULL ? _ ("What came in")
                                                : _ ("Everything else that came in"));
      used = field->used;
      gtk_list_box_append (list, row);
      g_ptr_array_add (self->rows, row);
      if (wanting == NULL && gtk_widget_has_css_class (row, "error"))
        wanting = row;
    }
  if (wanting == NULL && self->rows->len > 0)
    wanting = g_ptr_array_index (self->rows, 0);
  if (wanting != NULL)
    gtk_window_set_focus (GTK_WINDOW (self->window), wanting);
}

static GtkWidget *
make_column (SbDataDialog *self, const SbDataWords *words)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_widget_set_margin_top (column, 14);
  gtk_widget_set_margin_bottom (column, 18);
  gtk_widget_set_margin_start (column, 18);
  gtk_widget_set_margin_end (column, 18);
  self->problem = GTK_LABEL (make_label (words->problem, "heading"));
  gtk_widget_add_css_class (GTK_WIDGET (self->problem), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), words->problem != NULL);
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (self->problem));
  gtk_box_append (GTK_BOX (column), make_label (words->note, "dim-label"));
  return column;
}

void
sb_data_dialog_present (GtkWidget *parent,
                        const SbDataWords *words,
                        SbValue *body,
                        GPtrArray *fields,
                        SbDataFunc func,
                        gpointer data,
                        GDestroyNotify destroy)
{
  SbDataDialog *self = g_new0 (SbDataDialog, 1);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkWidget *column;

  self->ref_count = 1;
  self->body = sb_value_ref (body);
  self->fields = g_ptr_array_ref (fields);
  self->rows = g_ptr_array_new ();
  self->func = func;
  self->data = data;
  self->destroy = destroy;

  self->window = adw_window_new ();
  g_object_set_data_full (G_OBJECT (self->window), "sb-dialog", self,
                          (GDestroyNotify)window_gone_cb);
  gtk_window_set_title (GTK_WINDOW (self->window), words->title);
  gtk_window_set_modal (GTK_WINDOW (self->window), TRUE);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (self->window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self->window), 560, 600);
  gtk_window_set_transient_for (GTK_WINDOW (self->window),
                                GTK_WINDOW (gtk_widget_get_root (parent)));
  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys), gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Escape"),
                                                      gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (self->window, keys);

  gtk_box_append (GTK_BOX (content), make_header (self, words));
  column = make_column (self, words);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), column);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (content), scroller);
  adw_window_set_content (ADW_WINDOW (self->window), content);
  gtk_window_set_default_widget (GTK_WINDOW (self->window), self->accept);
  add_rows (self, GTK_BOX (column), words);
  gtk_window_present (GTK_WINDOW (self->window));
}
