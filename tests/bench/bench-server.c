/* bench-server.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What bench-ingest measures, in a process of its own: "bare", a libsoup server that reads the body
 * and says 200, or "ingest FOLDER", the endpoint on a real store. Says its port and the bell's
 * token, ends with its standard input. */

#include "config.h"

#include <libsoup/soup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

static const char ok[] = "{\"status\":\"ok\"}\n";

static void
bare_cb (SoupServer *server,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer data)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, ok,
                                    strlen (ok));
}

static gboolean
ended_cb (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
run (gint port, const char *token)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (STDIN_FILENO);

  printf ("%d %s\n", port, token);
  fflush (stdout);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, ended_cb, loop);
  g_main_loop_run (loop);
}

static gboolean
serve_bare (GError **error)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  GSList *uris;

  soup_server_add_handler (server, NULL, bare_cb, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return FALSE;
  uris = soup_server_get_uris (server);
  run (g_uri_get_port (uris->data), "bare");
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  return TRUE;
}

static gboolean
serve_ingest (const char *folder, GError **error)
{
  Fixture fixture = { NULL };
  g_autoptr (SbEndpoint) endpoint = NULL;
  g_autoptr (GPtrArray) bells = g_ptr_array_new ();

  if (!fixture_open (&fixture, folder, error))
    return FALSE;
  endpoint = sb_endpoint_new (fixture.store, 0);
  g_ptr_array_add (bells, fixture.bell);
  sb_endpoint_set_bells (endpoint, bells);
  if (!sb_endpoint_listen (endpoint, 0, error))
    return FALSE;
  run (sb_endpoint_get_port (endpoint), fixture.bell->token);
  sb_endpoint_stop (endpoint);
  while (sb_endpoint_get_in_flight (endpoint) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&endpoint);
  fixture_close (&fixture);
  return TRUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (argc == 2 && strcmp (argv[1], "bare") == 0)
    done = serve_bare (&error);
  else if (argc == 3 && strcmp (argv[1], "ingest") == 0)
    done = serve_ingest (argv[2], &error);
  else
    return 2;
  if (!done)
    fprintf (stderr, "bench-server: %s\n", error->message);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
