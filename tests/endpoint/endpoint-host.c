/* endpoint-host.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* The endpoint on a real store, for test-endpoint.py: says where it listens, then takes orders by
 * lines on standard input and answers each with a line of JSON. */

#include "config.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "sb-clock.h"
#include "sb-endpoint-private.h"
#include "sb-json.h"

typedef struct
{
  Fixture fixture;
  SbEndpoint *endpoint;
  GMainLoop *loop;
  guint accepted;
  guint repeated;
} Host;

static _Atomic gint64 frozen_us;

static gint64
frozen_clock (gpointer data)
{
  return frozen_us;
}

static void
accepted_cb (SbEndpoint *endpoint, SbEvent *event, SbAccepted *accepted, gpointer data)
{
  Host *host = data;

  g_assert_nonnull (event->parsed);
  if (accepted->repeated)
    host->repeated++;
  else
    host->accepted++;
}

static void
set_bell (Host *host, const char *unready)
{
  g_autoptr (GPtrArray) bells = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_bell_unref);
  SbBell *old = host->fixture.bell, *bell = sb_bell_new ();

  bell->token = g_strdup (old->token);
  bell->flow_id = g_strdup (old->flow_id);
  bell->connectors = sb_connectors_ref (old->connectors);
  bell->connector = old->connector;
  bell->trigger = old->trigger;
  bell->connection = sb_connection_ref (old->connection);
  bell->secrets = g_hash_table_ref (old->secrets);
  bell->public_address = g_strdup (old->public_address);
  bell->unready = g_strdup (unready);
  g_ptr_array_add (bells, bell);
  sb_endpoint_set_bells (host->endpoint, bells);
}

/* Another bell at the same address: {"connector", "trigger", "secrets", "settings",
 * "public_address", "now"}. */
static void
replace_bell (Host *host, const char *text)
{
  g_autoptr (SbValue) wanted = sb_json_parse (text, -1, NULL);
  SbBell *old = host->fixture.bell, *bell = sb_bell_new ();
  SbValue *secrets = sb_value_get_member (wanted, "secrets");

  bell->token = g_strdup (old->token);
  bell->flow_id = g_strdup (old->flow_id);
  bell->connectors = sb_connectors_ref (old->connectors);
  bell->connector =
    sb_connectors_find (bell->connectors, sb_value_get_string (wanted, "connector"));
  g_assert_nonnull (bell->connector);
  bell->trigger =
    sb_connector_find_trigger (bell->connector, sb_value_get_string (wanted, "trigger"));
  g_assert_nonnull (bell->trigger);
  bell->connection = sb_connection_new ("c", bell->connector->id, "C", "production",
                                        sb_value_get_member (wanted, "settings"));
  bell->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < sb_value_get_length (secrets); i++)
    g_hash_table_replace (bell->secrets, g_strdup (sb_value_get_member_name (secrets, i)),
                          sb_value_to_text (sb_value_get_item (secrets, i)));
  bell->public_address = g_strdup (sb_value_get_string (wanted, "public_address"));
  frozen_us = sb_value_get_int_or (wanted, "now", 0) * G_USEC_PER_SEC;
  sb_clock_set_source (frozen_us != 0 ? frozen_clock : NULL, NULL);
  sb_bell_unref (old);
  host->fixture.bell = bell;
  set_bell (host, NULL);
}

static void
say (SbValue *answer)
{
  g_autofree char *text = sb_json_write (answer);

  puts (text);
  fflush (stdout);
}

static void
say_stats (Host *host)
{
  g_autoptr (SbValue) answer = sb_value_new_object ();
  g_autoptr (GAsyncResult) events = NULL, runs = NULL, flow = NULL;
  g_autoptr (GPtrArray) event_list = NULL, run_list = NULL;
  g_autoptr (SbFlowRow) row = NULL;
  SbEventQuery event_query = { .limit = 5000 };
  SbRunQuery run_query = { .limit = 5000 };
  SbStore *store = host->fixture.store;
  FixtureWait wait = { NULL };

  sb_store_list_events_async (store, &event_query, NULL, fixture_done_cb, &wait);
  events = fixture_wait (&wait);
  event_list = sb_store_list_events_finish (store, events, NULL);
  sb_store_list_runs_async (store, &run_query, NULL, fixture_done_cb, &wait);
  runs = fixture_wait (&wait);
  run_list = sb_store_list_runs_finish (store, runs, NULL);
  sb_store_load_flow_async (store, host->fixture.flow_id, NULL, fixture_done_cb, &wait);
  flow = fixture_wait (&wait);
  row = sb_store_load_flow_finish (store, flow, NULL);

  sb_value_set_int (answer, "connections", sb_endpoint_get_n_connections (host->endpoint));
  sb_value_set_int (answer, "in_flight", sb_endpoint_get_in_flight (host->endpoint));
  sb_value_set_int (answer, "accepted", host->accepted);
  sb_value_set_int (answer, "repeated", host->repeated);
  sb_value_set_int (answer, "events", event_list != NULL ? (gint64)event_list->len : -1);
  sb_value_set_int (answer, "runs", run_list != NULL ? (gint64)run_list->len : -1);
  sb_value_set_int (answer, "refused", row != NULL ? (gint64)row->refused : -1);
  if (event_list != NULL && event_list->len > 0)
    {
      SbEvent *first = g_ptr_array_index (event_list, 0);

      sb_value_set_string (answer, "event_id", first->event_id);
      sb_value_set_string (answer, "label", first->label != NULL ? first->label : "");
      sb_value_set_string (answer, "headers", first->headers != NULL ? first->headers : "");
    }
  say (answer);
}

static void
obey (Host *host, const char *order)
{
  g_autoptr (SbValue) done = sb_value_new_object ();

  if (strcmp (order, "stats") == 0)
    {
      say_stats (host);
      return;
    }
  if (strcmp (order, "unready") == 0)
    set_bell (host, "The keyring is locked.");
  else if (strcmp (order, "ready") == 0)
    set_bell (host, NULL);
  else if (g_str_has_prefix (order, "bell "))
    replace_bell (host, order + strlen ("bell "));
  else if (strcmp (order, "forget") == 0)
    sb_endpoint_set_bells (host->endpoint, NULL);
  else if (strcmp (order, "stop") == 0)
    sb_endpoint_stop (host->endpoint);
  else
    g_error ("no such order: %s", order);
  sb_value_set_boolean (done, "done", TRUE);
  say (done);
}

static gboolean
order_cb (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Host *host = data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (host->loop);
      return G_SOURCE_REMOVE;
    }
  obey (host, g_strchomp (line));
  return G_SOURCE_CONTINUE;
}

static gboolean
start (Host *host, char **arguments, GError **error)
{
  SbTransportLimits limits;
  g_autoptr (SbValue) ready = sb_value_new_object ();
  const char *folder = NULL;
  gint64 body_limit = 0;
  gint port = 0;

  host->endpoint = NULL;
  for (guint i = 1; arguments[i] != NULL; i++)
    {
      if (g_str_has_prefix (arguments[i], "folder="))
        folder = arguments[i] + strlen ("folder=");
      if (g_str_has_prefix (arguments[i], "body="))
        body_limit = atoll (arguments[i] + strlen ("body="));
    }
  if (!fixture_open (&host->fixture, folder, error))
    return FALSE;
  host->endpoint = sb_endpoint_new (host->fixture.store, (gsize)body_limit);
  sb_endpoint_get_limits (host->endpoint, &limits);
  for (guint i = 1; arguments[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (arguments[i], "=", 2);
      gint64 number = pair[1] != NULL ? atoll (pair[1]) : 0;

      if (strcmp (pair[0], "idle") == 0)
        limits.idle_us = number * 1000;
      else if (strcmp (pair[0], "head") == 0)
        limits.head_us = number * 1000;
      else if (strcmp (pair[0], "request") == 0)
        limits.request_us = number * 1000;
      else if (strcmp (pair[0], "linger") == 0)
        limits.linger_us = number * 1000;
      else if (strcmp (pair[0], "connections") == 0)
        limits.max_connections = (guint)number;
      else if (strcmp (pair[0], "held") == 0)
        limits.held_limit = (gsize)number;
      else if (strcmp (pair[0], "port") == 0)
        port = (gint)number;
    }
  sb_endpoint_set_limits (host->endpoint, &limits);
  g_signal_connect (host->endpoint, "accepted", G_CALLBACK (accepted_cb), host);
  set_bell (host, NULL);
  if (!sb_endpoint_listen (host->endpoint, port, error))
    return FALSE;

  sb_value_set_int (ready, "port", sb_endpoint_get_port (host->endpoint));
  sb_value_set_string (ready, "token", host->fixture.bell->token);
  sb_value_set_string (ready, "secret", FIXTURE_SECRET);
  say (ready);
  return TRUE;
}

int
main (int argc, char *argv[])
{
  Host host = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (STDIN_FILENO);
  int status = EXIT_SUCCESS;

  host.loop = g_main_loop_new (NULL, FALSE);
  if (start (&host, argv, &error))
    {
      g_io_add_watch (channel, G_IO_IN | G_IO_HUP, order_cb, &host);
      g_main_loop_run (host.loop);
      sb_endpoint_stop (host.endpoint);
      while (sb_endpoint_get_in_flight (host.endpoint) > 0)
        g_main_context_iteration (NULL, TRUE);
    }
  else
    {
      fprintf (stderr, "%s\n", error->message);
      status = EXIT_FAILURE;
    }
  g_clear_object (&host.endpoint);
  fixture_close (&host.fixture);
  g_main_loop_unref (host.loop);
  return status;
}
