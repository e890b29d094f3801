/* bench-e2e.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* From a signed order to its last recorded outcome: orders ring a real engine, each starts a flow
 * of two HTTP actions, which go to a sink on loopback. Timed from the first request to the moment
 * the store has the last run as done. */

#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "fixture.h"
#include "load.h"
#include "sb-engine.h"
#include "sb-json.h"
#include "sink.h"

#define PATIENCE_US (40 * (gint64)G_USEC_PER_SEC)

static gint orders = 2000;
static gint connections = 16;
static char *out;

static const GOptionEntry options[] = {
  { "orders", 0, 0, G_OPTION_ARG_INT, &orders, "How many", "N" },
  { "connections", 0, 0, G_OPTION_ARG_INT, &connections, "Kept connections", "N" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "JSON file to put the figures into", "FILE" },
  { NULL }
};

/* A vendor without a rate limit: that of the real ones would be all that is measured. */
static const char connector_text[] =
  "{\"format\":1,\"id\":\"sink\",\"name\":\"Sink\",\"kind\":\"web\",\"about\":\"Takes what it is "
  "sent.\","
  "\"environments\":{\"production\":{\"base_url\":\"http://127.0.0.1:{{settings.port}}\"},"
  "\"sandbox\":{\"base_url\":\"http://127.0.0.1:{{settings.port}}\"}},"
  "\"settings\":[{\"key\":\"port\",\"label\":\"Port\",\"type\":\"text\",\"required\":true,"
  "\"help\":\"Where it "
  "listens.\",\"example\":\"8080\",\"sample\":\"8080\",\"pattern\":\"^[0-9]{1,5}$\"}],"
  "\"auth\":{\"scheme\":\"none\"},\"rate_limit\":{\"per_second\":100000,\"concurrent\":32},"
  "\"actions\":[{\"id\":\"put-order\",\"label\":\"note an "
  "order\",\"kind\":\"action\",\"help\":\"Notes it.\","
  "\"done\":\"Noted\",\"fields\":["
  "{\"key\":\"order\",\"label\":\"Order\",\"type\":\"text\",\"required\":true,\"help\":\"Its "
  "name.\","
  "\"example\":\"#1001\",\"sample\":\"#1001\"},"
  "{\"key\":\"total\",\"label\":\"Total\",\"type\":\"money\",\"required\":true,\"help\":\"Its "
  "sum.\","
  "\"example\":\"66.90\",\"sample\":\"66.90\"}],"
  "\"request\":{\"method\":\"POST\",\"path\":\"/orders\",\"encoding\":\"json\","
  "\"body\":{\"order\":\"{{fields.order}}\",\"total\":\"{{fields.total}}\"}},"
  "\"idempotency\":{\"kind\":\"key\",\"in\":\"header\",\"name\":\"Idempotency-Key\",\"max\":255},"
  "\"answer\":{\"ok\":[200],\"sample\":{\"ok\":true,\"id\":\"s1\"}}}]}";

static const char flow_text[] =
  "{\"format\":1,\"id\":\"two-calls\",\"name\":\"Two calls\",\"trigger\":{\"type\":\"webhook\","
  "\"connector\":\"shopify\",\"trigger\":\"order-paid\",\"connection\":\"shop\"},\"steps\":["
  "{\"id\":\"first\",\"type\":\"action\",\"connector\":\"sink\",\"action\":\"put-order\","
  "\"connection\":\"sink\","
  "\"fields\":{\"order\":\"{{trigger.name}}\",\"total\":\"{{trigger.total_price}}\"}},"
  "{\"id\":\"second\",\"type\":\"action\",\"connector\":\"sink\",\"action\":\"put-order\","
  "\"connection\":\"sink\","
  "\"fields\":{\"order\":\"{{trigger.name}} again\",\"total\":\"{{trigger.total_price}}\"}}]}";

static gboolean
write_connector (const char *folder, GError **error)
{
  g_autofree char *directory = g_build_filename (folder, "connectors", NULL);
  g_autofree char *path = g_build_filename (directory, "sink.json", NULL);

  g_mkdir_with_parents (directory, 0700);
  return g_file_set_contents (path, connector_text, -1, error);
}

static gboolean
save_connection (SbStore *store,
                 const char *id,
                 const char *connector,
                 const char *setting,
                 const char *value,
                 GError **error)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *saved = NULL;
  FixtureWait wait = { NULL };

  sb_value_set_string (settings, setting, value);
  connection = sb_connection_new (id, connector, id, "production", settings);
  sb_store_save_connection_async (store, connection, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  saved = sb_store_save_connection_finish (store, result, error);
  return saved != NULL;
}

static gboolean
save_secret (
  SbSecrets *secrets, const char *connection, const char *key, const char *secret, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  FixtureWait wait = { NULL };

  sb_secrets_save_async (secrets, connection, key, secret, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  return sb_secrets_save_finish (secrets, result, error);
}

static SbFlowRow *
publish (SbStore *store, GError **error)
{
  g_autoptr (SbValue) document = sb_json_parse (flow_text, -1, error);
  g_autoptr (GAsyncResult) saved = NULL, published = NULL, loaded = NULL;
  g_autofree char *id = NULL;
  FixtureWait wait = { NULL };

  sb_store_save_draft_async (store, NULL, "Two calls", document, NULL, fixture_done_cb, &wait);
  saved = fixture_wait (&wait);
  id = sb_store_save_draft_finish (store, saved, error);
  if (id == NULL)
    return NULL;
  sb_store_publish_async (store, id, NULL, NULL, fixture_done_cb, &wait);
  published = fixture_wait (&wait);
  if (sb_store_publish_finish (store, published, error) == 0)
    return NULL;
  sb_store_load_flow_async (store, id, NULL, fixture_done_cb, &wait);
  loaded = fixture_wait (&wait);
  return sb_store_load_flow_finish (store, loaded, error);
}

static guint
count_done (SbStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbValue) summary = NULL;
  FixtureWait wait = { NULL };

  sb_store_summary_async (store, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  summary = sb_store_summary_finish (store, result, NULL);
  return summary != NULL
           ? (guint)sb_value_get_int_or (sb_value_get_member (summary, "runs"), "done", 0)
           : 0;
}

/* The store is not asked before the sink has everything: asking costs time, too. */
static gboolean
wait_for_runs (SbStore *store, Sink *sink, guint wanted, GError **error)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  while (sink_get_count (sink) < 2 * wanted && g_get_monotonic_time () < end_us)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
  while (count_done (store) < wanted && g_get_monotonic_time () < end_us)
    g_usleep (1000);
  if (g_get_monotonic_time () < end_us)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "After 40 s the sink had %u requests of %u",
               sink_get_count (sink), 2 * wanted);
  return FALSE;
}

static gboolean
measure (SbEngine *engine, Sink *sink, SbFlowRow *flow, GError **error)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (SbValue) figures = sb_value_new_object ();
  LoadResult result;
  gint64 took_us;
  guint done;
  gboolean loaded;

  for (gint i = 0; i < orders; i++)
    {
      g_autofree char *event_id = g_strdup_printf ("e2e-%d", i);

      g_ptr_array_add (requests, bench_make_order (flow->trigger_token, event_id, (guint)i + 1000));
    }
  took_us = -g_get_monotonic_time ();
  loaded = load_run (sb_engine_get_port (engine), (guint)connections, (GBytes **)requests->pdata,
                     requests->len, &result, error);
  if (!loaded || !wait_for_runs (sb_engine_get_store (engine), sink, requests->len, error))
    {
      load_clear (&result);
      return FALSE;
    }
  took_us += g_get_monotonic_time ();
  done = count_done (sb_engine_get_store (engine));
  printf ("%d orders in %.2f s, all taken in after %.2f s; %u runs done, %u requests at the sink\n",
          orders, (double)took_us / 1e6, (double)result.took_us / 1e6, done, sink_get_count (sink));
  if (result.not_ok > 0 || done != requests->len || sink_get_count (sink) != 2 * requests->len)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "That is not what was wanted: %u answers were not 200", result.not_ok);
      load_clear (&result);
      return FALSE;
    }
  load_clear (&result);
  sb_value_set (figures, "e2e_flows_per_s", bench_make_number (orders * 1e6 / (double)took_us, 0));
  return bench_write (out, figures, error);
}

static gboolean
run (const char *folder, GError **error)
{
  SbEngineOptions engine_options = {
    .folder = folder, .mode = "live", .practice_port = -1, .in_memory_secrets = TRUE
  };
  g_autoptr (SbEngine) engine = NULL;
  g_autoptr (SbFlowRow) flow = NULL;
  g_autofree char *port = NULL;
  Sink *sink = sink_new (error);
  gboolean done;

  if (sink == NULL || !write_connector (folder, error))
    return FALSE;
  port = g_strdup_printf ("%d", sink_get_port (sink));
  engine = sb_engine_new (&engine_options, error);
  done =
    engine != NULL &&
    save_connection (sb_engine_get_store (engine), "shop", "shopify", "shop", "harbour-goods",
                     error) &&
    save_connection (sb_engine_get_store (engine), "sink", "sink", "port", port, error) &&
    save_secret (sb_engine_get_secrets (engine), "shop", "client_secret", FIXTURE_SECRET, error) &&
    save_secret (sb_engine_get_secrets (engine), "shop", "access_token", "shpat_bench", error) &&
    (flow = publish (sb_engine_get_store (engine), error)) != NULL &&
    sb_engine_start (engine, error) && measure (engine, sink, flow, error);
  if (engine != NULL)
    sb_engine_stop (engine, G_USEC_PER_SEC);
  sink_free (sink);
  return done;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context =
    g_option_context_new ("– orders through a flow of two HTTP actions");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  gboolean done;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "bench-e2e: %s\n", error->message);
      return 2;
    }
  folder = g_dir_make_tmp ("sb-bench-XXXXXX", &error);
  done = folder != NULL && run (folder, &error);
  if (folder != NULL)
    bench_remove_folder (folder);
  if (!done)
    fprintf (stderr, "bench-e2e: %s\n", error->message);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
