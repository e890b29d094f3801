/* sb-format-popover.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-format-popover.h"

#include <glib/gi18n-lib.h>

#include "sb-filter-chain.h"
#include "sb-formats.h"
#include "sb-words.h"

#define WIDTH      400
#define MAX_HEIGHT 320

struct _SbFormatPopover
{
  GtkPopover parent_instance;

  GtkLabel *result;
  GtkBox *applied;
  GtkListBox *list;

  SbFlowModel *model;
  char *step_id;
  char *path;
  char *filters;      /* (nullable) */
  GPtrArray *formats; /* of SbFormat, as the rows of the list */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GQuark entry_quark;
static GQuark result_quark;

G_DEFINE_FINAL_TYPE (SbFormatPopover, sb_format_popover, GTK_TYPE_POPOVER)

static void show_all (SbFormatPopover *self);

static void
put_filters (SbFormatPopover *self, char *filters)
{
  g_free (self->filters);
  self->filters = filters;
  g_signal_emit (self, signals[CHANGED], 0, filters);
  show_all (self);
}

static const char *
typed_in (GtkListBoxRow *row)
{
  GtkWidget *entry = g_object_get_qdata (G_OBJECT (row), entry_quark);

  return entry != NULL ? gtk_editable_get_text (GTK_EDITABLE (entry)) : NULL;
}

static void
show_result (SbFormatPopover *self, GtkListBoxRow *row)
{
  const SbFormat *format =
    g_ptr_array_index (self->formats, (guint)gtk_list_box_row_get_index (row));
  GtkLabel *label = g_object_get_qdata (G_OBJECT (row), result_quark);
  g_autofree char *filters = sb_formats_apply (format, typed_in (row), self->filters);
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
    sb_formats_render (self->model, self->step_id, self->path, filters, &error);

  gtk_label_set_label (label, text != NULL ? text : _ ("not for this record"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), text != NULL ? text : error->message);
  if (text != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (label), "dim-label");
  else
    gtk_widget_add_css_class (GTK_WIDGET (label), "dim-label");
}

static void
take (SbFormatPopover *self, GtkListBoxRow *row)
{
  int index = gtk_list_box_row_get_index (row);
  const SbFormat *format = g_ptr_array_index (self->formats, (guint)index);
  GtkListBoxRow *again;

  put_filters (self, sb_formats_apply (format, typed_in (row), self->filters));
  /* The rows are others now; the keyboard stays where it was. */
  again = gtk_list_box_get_row_at_index (self->list, index);
  if (again != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (again));
}

static void
row_activated_cb (SbFormatPopover *self, GtkListBoxRow *row)
{
  take (self, row);
}

static void
entry_activate_cb (GtkWidget *entry, SbFormatPopover *self)
{
  take (self, GTK_LIST_BOX_ROW (gtk_widget_get_ancestor (entry, GTK_TYPE_LIST_BOX_ROW)));
}

static void
entry_changed_cb (GtkWidget *entry, SbFormatPopover *self)
{
  show_result (self, GTK_LIST_BOX_ROW (gtk_widget_get_ancestor (entry, GTK_TYPE_LIST_BOX_ROW)));
}

static void
remove_clicked_cb (GtkWidget *button, SbFormatPopover *self)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "index"));

  put_filters (self, sb_formats_remove (self->filters, index));
}

static void
add_applied (SbFormatPopover *self, const char *filter, guint index)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label;
  GtkWidget *button = gtk_button_new_from_icon_name ("sb-remove-symbolic");
  g_autofree char *words = sb_filter_words (filter);
  g_autofree char *name = g_strdup_printf (_ ("Remove “%s”"), words);

  label = gtk_label_new (words);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, filter);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "sb-insert");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "index", GUINT_TO_POINTER (index));
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_clicked_cb), self, 0);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  gtk_widget_add_css_class (box, "sb-format-on");
  gtk_box_append (self->applied, box);
}

static void
add_row (SbFormatPopover *self, const SbFormat *format)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *mark = gtk_image_new_from_icon_name ("sb-done-symbolic");
  GtkWidget *label = gtk_label_new (format->label);
  GtkWidget *result = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (result), 1);
  gtk_label_set_ellipsize (GTK_LABEL (result), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (result), 22);
  gtk_widget_add_css_class (result, "caption");
  gtk_widget_set_opacity (mark, sb_formats_is_on (format, NULL, self->filters) ? 1 : 0);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), label);
  if (format->param != NULL)
    {
      GtkWidget *entry = gtk_entry_new ();

      gtk_editable_set_text (GTK_EDITABLE (entry), format->param);
      gtk_editable_set_width_chars (GTK_EDITABLE (entry),
                                    CLAMP ((int)g_utf8_strlen (format->param, -1), 4, 14));
      gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 14);
      gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      format->label, -1);
      g_signal_connect_object (entry, "activate", G_CALLBACK (entry_activate_cb), self, 0);
      g_signal_connect_object (entry, "changed", G_CALLBACK (entry_changed_cb), self, 0);
      g_object_set_qdata (G_OBJECT (row), entry_quark, entry);
      gtk_box_append (GTK_BOX (box), entry);
    }
  gtk_box_append (GTK_BOX (box), result);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_qdata (G_OBJECT (row), result_quark, result);
  gtk_list_box_append (self->list, row);
  show_result (self, GTK_LIST_BOX_ROW (row));
  {
    g_autofree char *name =
      g_strdup_printf ("%s: %s", format->label, gtk_label_get_label (GTK_LABEL (result)));

    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  }
}

static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  SbFormatPopover *self = data;
  const SbFormat *format =
    g_ptr_array_index (self->formats, (guint)gtk_list_box_row_get_index (row));
  GtkWidget *label;

  if (format->heading == NULL)
    return;
  label = gtk_label_new (format->heading);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "sb-heading");
  gtk_widget_set_margin_start (label, 8);
  gtk_widget_set_margin_top (label, 8);
  gtk_list_box_row_set_header (row, label);
}

static void
show_all (SbFormatPopover *self)
{
  g_autoptr (GPtrArray) chain = sb_filter_chain_split (self->filters);
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
    sb_formats_render (self->model, self->step_id, self->path, self->filters, &error);
  GtkWidget *child;

  gtk_label_set_label (self->result, text != NULL ? text : error->message);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->applied))) != NULL)
    gtk_box_remove (self->applied, child);
  for (guint i = 0; i < chain->len; i++)
    add_applied (self, g_ptr_array_index (chain, i), i);
  gtk_widget_set_visible (GTK_WIDGET (self->applied), chain->len > 0);

  while ((child = GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, 0))) != NULL)
    gtk_list_box_remove (self->list, child);
  g_clear_pointer (&self->formats, g_ptr_array_unref);
  self->formats = sb_formats_list (self->model, self->step_id, self->path, self->filters);
  for (guint i = 0; i < self->formats->len; i++)
    add_row (self, g_ptr_array_index (self->formats, i));
}

static void
sb_format_popover_dispose (GObject *object)
{
  SbFormatPopover *self = SB_FORMAT_POPOVER (object);

  if (self->list != NULL)
    gtk_list_box_set_header_func (self->list, NULL, NULL, NULL);
  self->list = NULL;
  g_clear_pointer (&self->formats, g_ptr_array_unref);
  g_clear_pointer (&self->step_id, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->filters, g_free);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_format_popover_parent_class)->dispose (object);
}

static void
sb_format_popover_class_init (SbFormatPopoverClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_format_popover_dispose;
  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_FORMAT_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  entry_quark = g_quark_from_static_string ("sb-format-entry");
  result_quark = g_quark_from_static_string ("sb-format-result");
}

static void
sb_format_popover_init (SbFormatPopover *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->result = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->result, 0);
  gtk_label_set_wrap (self->result, TRUE);
  gtk_label_set_wrap_mode (self->result, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (self->result, 3);
  gtk_label_set_ellipsize (self->result, PANGO_ELLIPSIZE_END);
  self->applied = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 2));
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_list_box_set_header_func (self->list, header_cb, self, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "sb-formats");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("How to write it"), -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (row_activated_cb), self,
                           G_CONNECT_SWAPPED);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), MAX_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_widget_set_size_request (box, WIDTH, -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->result));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), scroller);
  /* Below the list, which therefore stays where it is under the pointer. */
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->applied));
  gtk_popover_set_child (GTK_POPOVER (self), box);
  gtk_popover_set_has_arrow (GTK_POPOVER (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "sb-format-menu");
}

GtkWidget *
sb_format_popover_new (SbFlowModel *model,
                       const char *step_id,
                       const char *path,
                       const char *filters)
{
  SbFormatPopover *self = g_object_new (SB_TYPE_FORMAT_POPOVER, NULL);
  g_autofree char *name = NULL;
  g_autofree char *label = NULL;
  GtkWidget *title;

  self->model = g_object_ref (model);
  self->step_id = g_strdup (step_id);
  self->path = g_strdup (path);
  self->filters = g_strdup (filters);
  name = sb_words_token (sb_flow_model_get_flow (model), sb_flow_model_get_connectors (model), path,
                         NULL);
  title = gtk_label_new (name);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (title, "heading");
  gtk_box_prepend (GTK_BOX (gtk_popover_get_child (GTK_POPOVER (self))), title);
  label = g_strdup_printf (_ ("How to write %s"), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  show_all (self);
  return GTK_WIDGET (self);
}
