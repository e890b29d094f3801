/* sb-pilot-panel.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-panel.h"

#include <glib/gi18n.h>

static GtkWidget *
make_line (const char *icon, const char *text, const char *style)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *mark = gtk_image_new_from_icon_name (icon);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_valign (mark, GTK_ALIGN_START);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (line), mark);
  gtk_box_append (GTK_BOX (line), label);

  return line;
}

void
sb_pilot_panel_fill_gate (GtkBox *box, GPtrArray *reasons)
{
  gboolean open = reasons->len == 0;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);

  gtk_widget_remove_css_class (GTK_WIDGET (box), open ? "closed" : "open");
  gtk_widget_add_css_class (GTK_WIDGET (box), open ? "open" : "closed");
  gtk_box_append (box,
                  make_line (open ? "sb-unlock-symbolic" : "sb-lock-symbolic",
                             open ? _ ("Go Live is open") : _ ("Go Live is closed"), "heading"));
  if (open)
    gtk_box_append (box,
                    make_line ("sb-done-symbolic",
                               _ ("The pilot passed, and nothing was changed since."), "body"));
  for (guint i = 0; i < reasons->len; i++)
    gtk_box_append (box, make_line ("sb-cross-symbolic", g_ptr_array_index (reasons, i), "body"));
}

void
sb_pilot_panel_fill_criteria (GtkListBox *list, GtkLabel *count, SbValue *criteria)
{
  g_autofree char *text = NULL;
  GtkWidget *child;
  guint n_met = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (list))) != NULL)
    gtk_list_box_remove (list, child);

  for (guint i = 0; criteria != NULL && i < sb_value_get_length (criteria); i++)
    {
      SbValue *criterion = sb_value_get_item (criteria, i);
      gboolean met = sb_value_get_boolean_or (criterion, "met", FALSE);
      const char *title = sb_value_get_string (criterion, "text");
      const char *detail = sb_value_get_string (criterion, "detail");
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *mark =
        gtk_image_new_from_icon_name (met ? "sb-done-symbolic" : "sb-cross-symbolic");

      gtk_widget_add_css_class (mark, met ? "success" : "error");
      gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      met ? _ ("Met") : _ ("Not met"), -1);
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title != NULL ? title : "");
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), detail != NULL ? detail : "");
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), mark);
      gtk_list_box_append (list, row);
      n_met += met ? 1 : 0;
    }

  gtk_widget_set_visible (GTK_WIDGET (list), criteria != NULL);
  if (criteria != NULL)
    text = g_strdup_printf (_ ("%u of %u met"), n_met, sb_value_get_length (criteria));
  else
    text = g_strdup (_ ("not tried yet"));
  gtk_label_set_label (count, text);
}
