/* sb-compat.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-compat.h"

#include <glib/gi18n-lib.h>

/* GtkFileChooserNative, AdwMessageDialog and AdwAboutWindow are what the floor has; newer versions
 * keep them, so one way serves both until the floor rises. */

typedef struct
{
  SbAskFunc func;
  gpointer data;
} Question;

typedef struct
{
  SbFileFunc func;
  gpointer data;
} FileQuestion;

static GtkWindow *
window_of (GtkWidget *parent)
{
  GtkRoot *root = parent != NULL ? gtk_widget_get_root (parent) : NULL;

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
answered_cb (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  g_autofree Question *question = data;

  if (question->func != NULL)
    question->func (g_str_equal (response, "accept"), question->data);
}

void
sb_compat_ask (GtkWidget *parent,
               const char *heading,
               const char *body,
               const char *accept,
               gboolean destructive,
               GtkWidget *extra,
               SbAskFunc func,
               gpointer data)
{
  GtkWidget *dialog = adw_message_dialog_new (window_of (parent), heading, body);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  Question *question = g_new (Question, 1);

  *question = (Question){ func, data };
  adw_message_dialog_add_response (message, "cancel", _ ("_Cancel"));
  adw_message_dialog_add_response (message, "accept", accept);
  adw_message_dialog_set_response_appearance (
    message, "accept", destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, destructive ? "cancel" : "accept");
  adw_message_dialog_set_close_response (message, "cancel");
  if (extra != NULL)
    adw_message_dialog_set_extra_child (message, extra);
  g_signal_connect (dialog, "response", G_CALLBACK (answered_cb), question);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
sb_compat_tell (GtkWidget *parent, const char *heading, const char *body)
{
  GtkWidget *dialog = adw_message_dialog_new (window_of (parent), heading, body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autofree FileQuestion *question = data;
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  question->func (file, question->data);
  g_object_unref (dialog);
}

static void
show_chooser (GtkFileChooserNative *chooser, SbFileFunc func, gpointer data)
{
  FileQuestion *question = g_new (FileQuestion, 1);

  *question = (FileQuestion){ func, data };
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect (chooser, "response", G_CALLBACK (chosen_cb), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
sb_compat_open_file (GtkWidget *parent,
                     const char *title,
                     const char *kind,
                     const char *suffix,
                     SbFileFunc func,
                     gpointer data)
{
  GtkFileChooserNative *chooser;
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  g_auto (GStrv) suffixes = g_strsplit (suffix, ",", -1);

  chooser = gtk_file_chooser_native_new (title, window_of (parent), GTK_FILE_CHOOSER_ACTION_OPEN,
                                         _ ("_Open"), _ ("_Cancel"));
  gtk_file_filter_set_name (filter, kind);
  for (guint i = 0; suffixes[i] != NULL; i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  show_chooser (chooser, func, data);
}

void
sb_compat_save_file (
  GtkWidget *parent, const char *title, const char *name, SbFileFunc func, gpointer data)
{
  GtkFileChooserNative *chooser;

  chooser = gtk_file_chooser_native_new (title, window_of (parent), GTK_FILE_CHOOSER_ACTION_SAVE,
                                         _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  show_chooser (chooser, func, data);
}

void
sb_compat_show_about (GtkWidget *parent)
{
  adw_show_about_window (
    window_of (parent), "application-name", "Signalbox", "application-icon", APP_ID, "version",
    PACKAGE_VERSION, "developer-name", _ ("The Signalbox authors"), "license-type",
    GTK_LICENSE_GPL_3_0, "comments",
    _ ("Connect the systems your business runs on: every event is stored before it is "
       "answered, nothing is sent twice, nothing fails in silence."),
    NULL);
}

void
sb_compat_open_uri (GtkWidget *parent, const char *uri)
{
  GtkRoot *root = gtk_widget_get_root (parent);

  gtk_show_uri (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, uri, GDK_CURRENT_TIME);
}

void
sb_compat_get_color (GtkWidget *widget, GdkRGBA *color)
{
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), color);
}

AdwToast *
sb_compat_toast_new (const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  return adw_toast_new (markup);
}
