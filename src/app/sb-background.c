/* sb-background.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-background.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PORTAL  "org.freedesktop.portal.Desktop"
#define REQUEST "org.freedesktop.portal.Request"

typedef struct
{
  GDBusConnection *connection;
  GCancellable *cancellable; /* (nullable) */
  guint subscription;
  SbBackgroundFunc func;
  gpointer data;
} Request;

static void
request_free (Request *request)
{
  if (request->subscription != 0)
    g_dbus_connection_signal_unsubscribe (request->connection, request->subscription);
  g_clear_object (&request->connection);
  g_clear_object (&request->cancellable);
  g_free (request);
}

static void
finish (Request *request, gboolean allowed, gboolean autostart)
{
  if (!g_cancellable_is_cancelled (request->cancellable))
    request->func (allowed, autostart, request->data);
  request_free (request);
}

static void
response_cb (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer data)
{
  g_autoptr (GVariant) results = NULL;
  guint32 response = 2;
  gboolean background = FALSE;
  gboolean autostart = FALSE;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    {
      g_variant_get (parameters, "(u@a{sv})", &response, &results);
      g_variant_lookup (results, "background", "b", &background);
      g_variant_lookup (results, "autostart", "b", &autostart);
    }
  finish (data, response == 0 && background, response == 0 && autostart);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    return;
  /* No portal: nothing on this desktop ends a program without a window. */
  g_debug ("Background portal: %s", error->message);
  finish (data, TRUE, FALSE);
}

void
sb_background_request (GDBusConnection *connection,
                       GCancellable *cancellable,
                       SbBackgroundFunc func,
                       gpointer data)
{
  static const char *const command[] = { "signalbox", "--background", NULL };
  g_autofree char *token = g_strdup_printf ("signalbox%u", g_random_int ());
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (connection) + 1);
  g_autofree char *path = NULL;
  Request *request = g_new0 (Request, 1);
  GVariantBuilder options;

  /* The answer may come before the call returns, so its path is worked out as the portal does. */
  g_strdelimit (sender, ".", '_');
  path = g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s", sender, token);
  request->connection = g_object_ref (connection);
  request->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  request->func = func;
  request->data = data;
  request->subscription =
    g_dbus_connection_signal_subscribe (connection, PORTAL, REQUEST, "Response", path, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, response_cb, request, NULL);

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (
    &options, "{sv}", "reason",
    g_variant_new_string (_ ("Your flows go on when the window is closed and the computer was "
                             "started anew.")));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (TRUE));
  g_variant_builder_add (&options, "{sv}", "commandline", g_variant_new_strv (command, -1));
  g_dbus_connection_call (
    connection, PORTAL, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Background",
    "RequestBackground", g_variant_new ("(s@a{sv})", "", g_variant_builder_end (&options)),
    G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, called_cb, request);
}
