/* sb-run-row.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-run-item.h"

/* The parts of one row, made once and filled again as the list scrolls. */
typedef struct
{
  GtkWidget *stack; /* "heading", "run" or "bulk" */
  GtkWidget *bulk;
  GtkLabel *heading;
  GtkLabel *count;
  GtkImage *mark;
  GtkLabel *title;
  GtkLabel *detail;
  GtkLabel *time;
  char *style;
} Row;

static void
row_free (Row *row)
{
  g_free (row->style);
  g_free (row);
}

static GtkLabel *
make_label (const char *first_class, const char *second_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_xalign (label, 0);
  gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
  if (first_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), first_class);
  if (second_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), second_class);

  return label;
}

static GtkWidget *
make_heading (Row *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  row->heading = make_label ("heading", "sb-list-heading");
  row->count = make_label ("dim-label", "numeric");
  gtk_widget_set_hexpand (GTK_WIDGET (row->heading), TRUE);
  gtk_label_set_wrap (row->heading, TRUE);
  gtk_label_set_lines (row->heading, 2);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->heading));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->count));
  gtk_widget_set_margin_top (box, 8);

  return box;
}

static GtkWidget *
make_run (Row *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  row->mark = GTK_IMAGE (gtk_image_new ());
  gtk_widget_add_css_class (GTK_WIDGET (row->mark), "sb-mark");
  gtk_widget_set_valign (GTK_WIDGET (row->mark), GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->mark));

  row->title = make_label ("heading", NULL);
  row->detail = make_label ("caption", "dim-label");
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), GTK_WIDGET (row->title));
  gtk_box_append (GTK_BOX (words), GTK_WIDGET (row->detail));
  gtk_box_append (GTK_BOX (box), words);

  row->time = make_label ("dim-label", "numeric");
  gtk_widget_set_valign (GTK_WIDGET (row->time), GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->time));

  return box;
}

static GtkWidget *
make_bulk (Row *row)
{
  row->bulk = gtk_button_new ();
  gtk_widget_set_halign (row->bulk, GTK_ALIGN_START);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row->bulk), "s", "");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row->bulk), "inbox.retry-cause");

  return row->bulk;
}

static void
setup_cb (GtkListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  Row *row = g_new0 (Row, 1);

  row->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (row->stack), FALSE);
  gtk_stack_add_named (GTK_STACK (row->stack), make_heading (row), "heading");
  gtk_stack_add_named (GTK_STACK (row->stack), make_run (row), "run");
  gtk_stack_add_named (GTK_STACK (row->stack), make_bulk (row), "bulk");
  gtk_list_item_set_child (list_item, row->stack);
  g_object_set_data_full (G_OBJECT (list_item), "sb-row", row, (GDestroyNotify)row_free);
}

/* The time of today's runs, the day of older ones: what tells them apart. */
static char *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (g_date_time_difference (now, then) < 2 * G_TIME_SPAN_DAY)
    return g_date_time_format (then, "%H:%M");

  /* Translators: day and short month, like "18 Nov". */
  return g_date_time_format (then, _ ("%-d %b"));
}

static void
show_heading (Row *row, SbRunItem *item)
{
  g_autofree char *count = g_strdup_printf ("%u", sb_run_item_get_count (item));

  gtk_label_set_label (row->heading, sb_run_item_get_heading (item));
  gtk_label_set_label (row->count, count);
  gtk_stack_set_visible_child_name (GTK_STACK (row->stack), "heading");
}

static void
show_bulk (Row *row, SbRunItem *item)
{
  guint count = sb_run_item_get_count (item);
  g_autofree char *label =
    count == 2
      ? g_strdup (_ ("Try Both Again…"))
      : g_strdup_printf (ngettext ("Try All %u Again…", "Try All %u Again…", count), count);

  gtk_button_set_label (GTK_BUTTON (row->bulk), label);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row->bulk), "s",
                                    sb_run_item_get_heading (item));
  gtk_stack_set_visible_child_name (GTK_STACK (row->stack), "bulk");
}

static void
set_style (Row *row, const char *style)
{
  if (g_strcmp0 (row->style, style) == 0)
    return;
  if (row->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (row->mark), row->style);
  g_free (row->style);
  row->style = g_strdup (style);
  gtk_widget_add_css_class (GTK_WIDGET (row->mark), row->style);
}

/* Where a text is looked for, what it was found in stands in the place of the detail. */
static void
show_detail (Row *row, SbRunItem *item)
{
  g_autofree char *detail = sb_run_item_dup_detail (item);
  const char *hit = sb_run_item_get_hit (item);
  const char *value = hit != NULL ? strstr (hit, ": ") : NULL;

  if (value != NULL)
    {
      g_autofree char *name = g_strndup (hit, (gsize)(value - hit));
      g_autofree char *markup = g_markup_printf_escaped ("%s: <b>%s</b>", name, value + 2);

      gtk_label_set_markup (row->detail, markup);
    }
  else
    {
      gtk_label_set_text (row->detail, detail != NULL ? detail : "");
    }
}

/* What flies by while it is still being fetched keeps its room and says nothing. */
static void
show_run (Row *row, SbRunItem *item)
{
  SbRun *run = sb_run_item_get_run (item);
  g_autofree char *time = run != NULL ? format_time (run->started_us) : NULL;
  const char *label = run == NULL          ? ""
                      : run->label != NULL ? run->label
                                           : _ ("A run without a name");

  gtk_label_set_label (row->title, label);
  show_detail (row, item);
  gtk_label_set_label (row->time, time != NULL ? time : "");
  gtk_widget_set_opacity (GTK_WIDGET (row->mark), run != NULL ? 1 : 0);
  gtk_stack_set_visible_child_name (GTK_STACK (row->stack), "run");
  if (run == NULL)
    return;
  gtk_image_set_from_icon_name (row->mark, sb_run_item_get_icon (item));
  gtk_widget_set_tooltip_text (GTK_WIDGET (row->mark), sb_run_item_get_status (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->mark), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  sb_run_item_get_status (item), -1);
  set_style (row, sb_run_item_get_style (item));
}

static void
changed_cb (SbRunItem *item, Row *row)
{
  if (sb_run_item_is_bulk (item))
    show_bulk (row, item);
  else if (sb_run_item_get_heading (item) != NULL)
    show_heading (row, item);
  else
    show_run (row, item);
}

static void
bind_cb (GtkListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "sb-row");
  SbRunItem *item = gtk_list_item_get_item (list_item);
  gboolean is_run = sb_run_item_get_heading (item) == NULL;

  gtk_list_item_set_selectable (list_item, is_run);
  gtk_list_item_set_activatable (list_item, is_run);
  changed_cb (item, row);
  g_signal_connect (item, "changed", G_CALLBACK (changed_cb), row);
}

static void
unbind_cb (GtkListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "sb-row");

  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), changed_cb, row);
}

GtkListItemFactory *
sb_run_row_factory_new (void)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);

  return factory;
}
