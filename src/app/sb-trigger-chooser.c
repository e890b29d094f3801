/* sb-trigger-chooser.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-trigger-chooser.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "sb-choice-list.h"
#include "sb-words.h"

typedef struct
{
  SbConnectors *connectors;
  SbTriggerFunc func;
  gpointer data;
  GtkWidget *window;
} Chooser;

static void
chooser_free (gpointer data, GClosure *closure)
{
  Chooser *chooser = data;

  sb_connectors_unref (chooser->connectors);
  g_free (chooser);
}

static void
chosen_cb (SbChoiceList *list, const char *id, Chooser *chooser)
{
  g_auto (GStrv) parts = g_strsplit (id, "/", 2);
  SbConnector *connector = sb_connectors_find (chooser->connectors, parts[0]);
  SbTrigger *trigger = NULL;
  g_autofree char *label = NULL;

  if (connector != NULL && parts[1] != NULL)
    trigger = sb_connector_find_trigger (connector, parts[1]);
  label = trigger != NULL ? sb_words_capitalize (trigger->label) : g_strdup (_ ("New flow"));
  chooser->func (trigger != NULL ? connector->id : NULL, trigger != NULL ? trigger->id : NULL,
                 label, chooser->data);
  gtk_window_close (GTK_WINDOW (chooser->window));
}

static void
fill (SbChoiceList *list, SbConnectors *connectors)
{
  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);

      for (guint j = 0; j < connector->triggers->len; j++)
        {
          SbTrigger *trigger = g_ptr_array_index (connector->triggers, j);
          g_autofree char *id = g_strdup_printf ("%s/%s", connector->id, trigger->id);
          g_autofree char *title = g_strdup_printf (_ ("When %s"), trigger->label);

          sb_choice_list_add (list, id, connector->kind, title, connector->name, trigger->words,
                              NULL);
        }
    }
  sb_choice_list_add (list, "manual/", "tasks", _ ("When I start it"), _ ("By hand, with a record"),
                      _ ("manual button"), NULL);
}

void
sb_trigger_chooser_present (GtkWidget *parent,
                            SbConnectors *connectors,
                            SbTriggerFunc func,
                            gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *list = sb_choice_list_new (_ ("What starts it?"));
  GtkEventController *keys = gtk_shortcut_controller_new ();
  Chooser *chooser = g_new (Chooser, 1);

  *chooser = (Chooser){ sb_connectors_ref (connectors), func, data, window };
  gtk_window_set_title (GTK_WINDOW (window), _ ("What Starts the Flow?"));
  gtk_window_set_default_size (GTK_WINDOW (window), 420, 560);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));

  gtk_widget_set_margin_start (list, 12);
  gtk_widget_set_margin_end (list, 12);
  gtk_widget_set_margin_top (list, 12);
  gtk_widget_set_vexpand (list, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), list);
  adw_window_set_content (ADW_WINDOW (window), box);
  fill (SB_CHOICE_LIST (list), connectors);
  g_signal_connect_data (list, "chosen", G_CALLBACK (chosen_cb), chooser, chooser_free, 0);

  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys), gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                      gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);
  gtk_window_present (GTK_WINDOW (window));
  sb_choice_list_focus (SB_CHOICE_LIST (list));
}
