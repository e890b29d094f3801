/* sb-application.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-application.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-compat.h"
#include "sb-paths.h"
#include "sb-shortcuts.h"
#include "sb-window.h"

struct _SbApplication
{
  AdwApplication parent_instance;
  char *folder;
  SbSession *session;
};

G_DEFINE_FINAL_TYPE (SbApplication, sb_application, ADW_TYPE_APPLICATION)

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SbApplication *self = data;
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  /* Closing lets a window save what is not saved yet. */
  while (windows != NULL)
    {
      GtkWindow *window = windows->data;

      windows = windows->next;
      gtk_window_close (window);
    }
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  sb_compat_show_about (GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (data))));
}

static void
shortcuts_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  sb_shortcuts_present (gtk_application_get_active_window (GTK_APPLICATION (data)));
}

static const GActionEntry actions[] = {
  { "quit", quit_cb },
  { "about", about_cb },
  { "shortcuts", shortcuts_cb },
};

static void
sb_application_startup (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  G_APPLICATION_CLASS (sb_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (APP_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  sb_shortcuts_install (GTK_APPLICATION (self));
  sb_session_start (self->session);
}

static void
sb_application_activate (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = GTK_WINDOW (sb_window_new (GTK_APPLICATION (self), self->session));
  gtk_window_present (window);
}

static void
sb_application_shutdown (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  G_APPLICATION_CLASS (sb_application_parent_class)->shutdown (application);
  sb_session_stop (self->session);
}

static void
sb_application_finalize (GObject *object)
{
  SbApplication *self = SB_APPLICATION (object);

  g_clear_object (&self->session);
  g_free (self->folder);

  G_OBJECT_CLASS (sb_application_parent_class)->finalize (object);
}

static void
sb_application_class_init (SbApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_application_finalize;
  application_class->startup = sb_application_startup;
  application_class->activate = sb_application_activate;
  application_class->shutdown = sb_application_shutdown;
}

static void
sb_application_init (SbApplication *self)
{
}

/* The bus name is what makes an instance single; a folder of its own gets a name of its own. */
static char *
make_id (const char *folder)
{
  g_autofree char *usual = sb_paths_get_default_folder ();
  g_autofree char *sum = NULL;

  if (strcmp (folder, usual) == 0)
    return g_strdup (APP_ID);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folder, -1);
  sum[16] = '\0';
  return g_strdup_printf (APP_ID ".Folder_%s", sum);
}

SbApplication *
sb_application_new (const char *folder, const char *mode, int port)
{
  g_autofree char *id = make_id (folder);
  SbApplication *self;

  self =
    g_object_new (SB_TYPE_APPLICATION, "application-id", id, "resource-base-path",
                  "/io/github/signalbox/Signalbox", "flags", G_APPLICATION_DEFAULT_FLAGS, NULL);
  g_set_prgname (APP_ID);
  g_set_application_name ("Signalbox");
  self->folder = g_strdup (folder);
  self->session = sb_session_new (folder, mode, port, 0);
  return self;
}

SbSession *
sb_application_get_session (SbApplication *self)
{
  return self->session;
}
