/* sb-application.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-application.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-background.h"
#include "sb-compat.h"
#include "sb-paths.h"
#include "sb-shortcuts.h"
#include "sb-window.h"

struct _SbApplication
{
  AdwApplication parent_instance;
  char *folder;
  SbSession *session;
  GCancellable *cancellable; /* the question whether the program may stay without a window */
  gboolean background;       /* the first activation opens no window */
  gboolean held;             /* stays without a window */
  gboolean told;             /* the person knows that it stays */
  gboolean quitting;
};

G_DEFINE_FINAL_TYPE (SbApplication, sb_application, ADW_TYPE_APPLICATION)

/* --- without a window
 * -------------------------------------------------------------------------------------- */

static gboolean
is_any_flow_live (SbApplication *self)
{
  GListModel *flows = sb_session_get_flows (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (flows); i++)
    {
      g_autoptr (SbFlowItem) item = g_list_model_get_item (flows, i);

      if (g_strcmp0 (sb_flow_item_get_row (item)->state, "live") == 0)
        return TRUE;
    }
  return FALSE;
}

static void
hold (SbApplication *self)
{
  if (self->held)
    return;
  self->held = TRUE;
  g_application_hold (G_APPLICATION (self));
}

static void
release (SbApplication *self)
{
  if (!self->held)
    return;
  self->held = FALSE;
  g_application_release (G_APPLICATION (self));
}

static void
notify (SbApplication *self, gboolean allowed)
{
  g_autoptr (GNotification) notification = NULL;

  if (allowed)
    {
      notification = g_notification_new (_ ("Signalbox goes on listening"));
      g_notification_set_body (notification, _ ("Your live flows run with the window closed."));
    }
  else
    {
      notification = g_notification_new (_ ("Signalbox may not run in the background"));
      g_notification_set_body (
        notification,
        _ ("With the window closed, this computer may end it, and bells are not heard. "
           "Allow it in the system's settings, under Apps, or keep the window open."));
    }
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Show"), "app.show");
  g_notification_add_button (notification, _ ("Quit"), "app.quit");
  g_application_send_notification (G_APPLICATION (self), "background", notification);
}

static void
answered_cb (gboolean allowed, gboolean autostart, gpointer data)
{
  SbApplication *self = data;

  notify (self, allowed);
}

static void
window_removed_cb (SbApplication *self)
{
  if (gtk_application_get_windows (GTK_APPLICATION (self)) != NULL)
    return;
  if (self->quitting || strcmp (sb_session_get_mode (self->session), "live") != 0 ||
      !is_any_flow_live (self))
    {
      release (self);
      return;
    }
  hold (self);
  if (self->told)
    return;
  self->told = TRUE;
  if (g_application_get_dbus_connection (G_APPLICATION (self)) != NULL)
    sb_background_request (g_application_get_dbus_connection (G_APPLICATION (self)),
                           self->cancellable, answered_cb, self);
}

/* Started without a window and with nothing to listen for, there is no reason to stay. */
static void
flows_changed_cb (SbApplication *self)
{
  if (gtk_application_get_windows (GTK_APPLICATION (self)) == NULL && !is_any_flow_live (self))
    release (self);
}

/* Without a window to say it in, the person has to see it all the same. */
static void
failed_cb (SbApplication *self, const GError *error)
{
  if (gtk_application_get_windows (GTK_APPLICATION (self)) != NULL)
    return;
  g_printerr ("signalbox: %s\n", error->message);
  g_application_activate (G_APPLICATION (self));
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SbApplication *self = data;
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  self->quitting = TRUE;
  release (self);
  /* Closing lets a window save what is not saved yet. */
  while (windows != NULL)
    {
      GtkWindow *window = windows->data;

      windows = windows->next;
      gtk_window_close (window);
    }
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_activate (G_APPLICATION (data));
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
  { "show", show_cb },
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
  g_signal_connect (self, "window-removed", G_CALLBACK (window_removed_cb), NULL);
  g_signal_connect_object (self->session, "flows-changed", G_CALLBACK (flows_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  sb_session_start (self->session);
}

static void
sb_application_activate (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->background)
    {
      self->background = FALSE;
      hold (self);
      return;
    }
  self->quitting = FALSE;
  g_application_withdraw_notification (application, "background");
  if (window == NULL)
    window = GTK_WINDOW (sb_window_new (GTK_APPLICATION (self), self->session));
  release (self);
  gtk_window_present (window);
}

static void
sb_application_shutdown (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  g_cancellable_cancel (self->cancellable);
  G_APPLICATION_CLASS (sb_application_parent_class)->shutdown (application);
  sb_session_stop (self->session);
}

static void
sb_application_finalize (GObject *object)
{
  SbApplication *self = SB_APPLICATION (object);

  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
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
  self->cancellable = g_cancellable_new ();
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
sb_application_new (const char *folder, const char *mode, int port, gboolean background)
{
  g_autofree char *id = make_id (folder);
  SbApplication *self;

  self =
    g_object_new (SB_TYPE_APPLICATION, "application-id", id, "resource-base-path",
                  "/io/github/signalbox/Signalbox", "flags", G_APPLICATION_DEFAULT_FLAGS, NULL);
  g_set_prgname (APP_ID);
  g_set_application_name ("Signalbox");
  self->folder = g_strdup (folder);
  self->background = background;
  self->session = sb_session_new (folder, mode, port, 0);
  return self;
}

SbSession *
sb_application_get_session (SbApplication *self)
{
  return self->session;
}
