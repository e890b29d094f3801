/* sb-choices-button.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-choices-button.h"

#include <glib/gi18n-lib.h>

#include "sb-choice-list.h"

/* So long an answer is as good as a new one. */
#define FRESH_US (60 * G_USEC_PER_SEC)

struct _SbChoicesButton
{
  GtkWidget parent_instance;

  SbSession *session;
  SbConnector *connector; /* borrowed from the session's */
  char *connection;       /* (nullable) */
  SbValue *choices;
  char *title;
  SbValue *known;  /* (nullable): the last answer */
  gint64 known_us; /* monotonic */
  gboolean asking;

  GtkWidget *button;
  GtkWidget *popover;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbChoicesButton, sb_choices_button, GTK_TYPE_WIDGET)

static void
show_child (SbChoicesButton *self, GtkWidget *child)
{
  gtk_widget_set_size_request (child, 260, -1);
  gtk_popover_set_child (GTK_POPOVER (self->popover), child);
}

static void
show_words (SbChoicesButton *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  show_child (self, label);
}

static void
chosen_cb (SbChoiceList *list, const char *id, SbChoicesButton *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  g_signal_emit (self, signals[CHOSEN], 0, id);
}

static void
show_choices (SbChoicesButton *self)
{
  GtkWidget *list = NULL;

  if (sb_value_get_length (self->known) == 0)
    {
      g_autofree char *text = g_strdup_printf (
        _ ("%s knows none yet. Make one there, or type a value"), self->connector->name);

      show_words (self, text);
      return;
    }
  list = sb_choice_list_new (self->title);
  for (guint i = 0; i < sb_value_get_length (self->known); i++)
    {
      SbValue *choice = sb_value_get_item (self->known, i);

      sb_choice_list_add (SB_CHOICE_LIST (list), sb_value_get_string (choice, "value"),
                          self->connector->kind, sb_value_get_string (choice, "label"),
                          sb_value_get_string (choice, "value"), NULL, NULL);
    }
  gtk_widget_set_size_request (list, 260, 300);
  g_signal_connect_object (list, "chosen", G_CALLBACK (chosen_cb), self, 0);
  gtk_popover_set_child (GTK_POPOVER (self->popover), list);
  sb_choice_list_focus (SB_CHOICE_LIST (list));
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbChoicesButton) self = data;
  g_autoptr (GError) error = NULL;
  SbValue *known = sb_engine_list_choices_finish (SB_ENGINE (source), result, &error);

  self->asking = FALSE;
  if (self->popover == NULL)
    {
      g_clear_pointer (&known, sb_value_unref);
      return;
    }
  if (known == NULL)
    {
      g_autofree char *text =
        g_strdup_printf (_ ("%s. You can type a value instead"), error->message);

      show_words (self, text);
      return;
    }
  g_clear_pointer (&self->known, sb_value_unref);
  self->known = known;
  self->known_us = g_get_monotonic_time ();
  show_choices (self);
}

static void
opened_cb (SbChoicesButton *self)
{
  GtkWidget *spinner = NULL;

  if (!gtk_widget_get_visible (self->popover) || self->asking)
    return;
  if (self->known != NULL && g_get_monotonic_time () - self->known_us < FRESH_US)
    {
      show_choices (self);
      return;
    }
  spinner = gtk_spinner_new ();
  gtk_spinner_start (GTK_SPINNER (spinner));
  show_child (self, spinner);
  self->asking = TRUE;
  sb_engine_list_choices_async (sb_session_get_engine (self->session), self->connector->id,
                                self->connection, self->choices, NULL, listed_cb,
                                g_object_ref (self));
}

static void
sb_choices_button_dispose (GObject *object)
{
  SbChoicesButton *self = SB_CHOICES_BUTTON (object);

  g_clear_pointer (&self->button, gtk_widget_unparent);
  self->popover = NULL;
  g_clear_object (&self->session);
  g_clear_pointer (&self->known, sb_value_unref);
  g_clear_pointer (&self->choices, sb_value_unref);

  G_OBJECT_CLASS (sb_choices_button_parent_class)->dispose (object);
}

static void
sb_choices_button_finalize (GObject *object)
{
  SbChoicesButton *self = SB_CHOICES_BUTTON (object);

  g_free (self->connection);
  g_free (self->title);

  G_OBJECT_CLASS (sb_choices_button_parent_class)->finalize (object);
}

static void
sb_choices_button_class_init (SbChoicesButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_choices_button_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_choices_button_finalize;

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
sb_choices_button_init (SbChoicesButton *self)
{
  self->button = gtk_menu_button_new ();
  self->popover = gtk_popover_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->button), _ ("Choose…"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), self->popover);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->button, "sb-small");
  g_signal_connect_swapped (self->popover, "notify::visible", G_CALLBACK (opened_cb), self);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
}

GtkWidget *
sb_choices_button_new (SbSession *session,
                       SbConnector *connector,
                       const char *connection,
                       SbValue *choices,
                       const char *label)
{
  SbChoicesButton *self = g_object_new (SB_TYPE_CHOICES_BUTTON, NULL);
  g_autofree char *name = g_strdup_printf (_ ("Choose: %s"), label);

  self->session = g_object_ref (session);
  self->connector = connector;
  self->connection = g_strdup (connection);
  self->choices = sb_value_ref (choices);
  self->title = g_strdup (label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  return GTK_WIDGET (self);
}
