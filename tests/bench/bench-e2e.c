/* bench-e2e.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* From a signed order to its last recorded outcome: orders ring a real engine, each starts a flow
 * of two HTTP actions, which go to a sink on loopback. Timed from the first request to the moment
 * the store has the last run as done. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "fixture.h"
#include "load.h"
#include "sb-engine.h"
#include "sink.h"
#include "world.h"

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
  while (world_count (store, "done") < wanted && g_get_monotonic_time () < end_us)
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
  done = world_count (sb_engine_get_store (engine), "done");
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
  Sink *sink = sink_new (error);
  gboolean done;

  if (sink == NULL || !world_write_connector (folder, error))
    return FALSE;
  engine = sb_engine_new (&engine_options, error);
  done = engine != NULL &&
         (flow = world_set_up (sb_engine_get_store (engine), sb_engine_get_secrets (engine),
                               sink_get_port (sink), error)) != NULL &&
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
