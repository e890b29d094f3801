/* sb-text-dialog.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-text-dialog.h"

#include <glib/gi18n.h>

#include "sb-json.h"

/* JSON in its readable form; a member "body" that holds JSON text is opened up too. */
static char *
set_out (const char *text)
{
  g_autoptr (SbValue) value = NULL;
  g_autoptr (SbValue) copy = NULL;
  g_autoptr (SbValue) body = NULL;
  const char *inner;

  if (text == NULL || text[0] == '\0')
    return g_strdup (_ ("Nothing"));
  value = sb_json_parse (text, -1, NULL);
  if (value == NULL)
    return g_strdup (text);
  if (sb_value_get_type (value) != SB_VALUE_OBJECT)
    return sb_json_write_pretty (value);

  inner = sb_value_get_string (value, "body");
  body = inner != NULL ? sb_json_parse (inner, -1, NULL) : NULL;
  if (body == NULL)
    return sb_json_write_pretty (value);

  copy = sb_value_copy (value);
  sb_value_set (copy, "body", g_steal_pointer (&body));

  return sb_json_write_pretty (copy);
}

static void
add_text (GtkBox *box, const char *title, const char *text)
{
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  g_autofree char *shown = set_out (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (box, label);

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 10);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 10);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), shown, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_add_css_class (scroller, "card");
  gtk_box_append (box, scroller);
}

void
sb_text_dialog_present (GtkWidget *parent,
                        const char *title,
                        const char *first_title,
                        const char *first,
                        const char *second_title,
                        const char *second)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (window), 620, 560);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (gtk_widget_get_root (parent)));

  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys), gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Escape"),
                                                      gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);

  gtk_box_append (GTK_BOX (content), adw_header_bar_new ());
  gtk_widget_set_margin_top (texts, 12);
  gtk_widget_set_margin_bottom (texts, 18);
  gtk_widget_set_margin_start (texts, 18);
  gtk_widget_set_margin_end (texts, 18);
  add_text (GTK_BOX (texts), first_title, first);
  if (second_title != NULL)
    add_text (GTK_BOX (texts), second_title, second);
  gtk_box_append (GTK_BOX (content), texts);

  adw_window_set_content (ADW_WINDOW (window), content);
  gtk_window_present (GTK_WINDOW (window));
}
