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

static gint orders = 4000;
static gint rounds = 3;
static gint connections = 16;
static char *out;
static char *server;

static const GOptionEntry options[] = {
  { "orders", 0, 0, G_OPTION_ARG_INT, &orders, "How many in a round", "N" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds", "N" },
  { "connections", 0, 0, G_OPTION_ARG_INT, &connections, "Kept connections", "N" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "JSON file to put the figures into", "FILE" },
  { "server", 0, 0, G_OPTION_ARG_FILENAME, &server, "The bench-server program", "FILE" },
  { NULL }
};

typedef struct
{
  SbEngine *engine;
  Sink *sink;
  SbFlowRow *flow;
  BenchServer bare;
  guint sent; /* orders of all rounds so far */
} Bench;

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

/* @rate: (out): requests that the bare server answers, a second */
static gboolean
bare_round (Bench *bench, double *rate, GError **error)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  LoadResult result;
  gboolean done;

  for (gint i = 0; i < 4 * orders; i++)
    g_ptr_array_add (requests, bench_make_order ("bare", "same", (guint)i + 1000));
  done = load_run (bench->bare.port, (guint)connections, (GBytes **)requests->pdata, requests->len,
                   &result, error);
  *rate = load_per_second (&result);
  load_clear (&result);
  return done;
}

/* @rate: (out): flows a second */
static gboolean
flow_round (Bench *bench, double *rate, GError **error)
{
  SbStore *store = sb_engine_get_store (bench->engine);
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  LoadResult result;
  gint64 took_us;
  guint not_ok;

  for (gint i = 0; i < orders; i++)
    {
      g_autofree char *event_id = g_strdup_printf ("e2e-%u", bench->sent++);

      g_ptr_array_add (requests,
                       bench_make_order (bench->flow->trigger_token, event_id, (guint)i + 1000));
    }
  took_us = -g_get_monotonic_time ();
  if (!load_run (sb_engine_get_port (bench->engine), (guint)connections, (GBytes **)requests->pdata,
                 requests->len, &result, error) ||
      !wait_for_runs (store, bench->sink, bench->sent, error))
    {
      load_clear (&result);
      return FALSE;
    }
  took_us += g_get_monotonic_time ();
  not_ok = result.not_ok;
  *rate = orders * 1e6 / (double)took_us;
  printf ("%d orders in %.2f s, all taken in after %.2f s\n", orders, (double)took_us / 1e6,
          (double)result.took_us / 1e6);
  fflush (stdout);
  load_clear (&result);
  if (not_ok == 0 && world_count (store, "done") == bench->sent &&
      sink_get_count (bench->sink) == 2 * bench->sent)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "That is not what was wanted: %u answers were not 200, %u requests at the sink for "
               "%u orders",
               not_ok, sink_get_count (bench->sink), bench->sent);
  return FALSE;
}

static gboolean
measure (Bench *bench, GError **error)
{
  g_autoptr (SbValue) figures = sb_value_new_object ();
  g_autoptr (GArray) rates = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));

  for (gint i = 0; i <= rounds; i++)
    {
      double bare, rate, ratio;

      if (!bare_round (bench, &bare, error) || !flow_round (bench, &rate, error))
        return FALSE;
      ratio = rate / bare;
      /* The first round warms up. */
      if (i > 0 || rounds == 0)
        {
          printf ("round %d  bare %7.0f requests/s  %6.0f flows/s  ratio %.3f\n", i, bare, rate,
                  ratio);
          g_array_append_val (rates, rate);
          g_array_append_val (ratios, ratio);
        }
    }
  sb_value_set (figures, "e2e_flows_per_s", bench_make_number (bench_median (rates), 0));
  sb_value_set (figures, "e2e_ratio", bench_make_number (bench_median (ratios), 3));
  return bench_write (out, figures, error);
}

static gboolean
run (const char *folder, GError **error)
{
  SbEngineOptions engine_options = {
    .folder = folder, .mode = "live", .practice_port = -1, .in_memory_secrets = TRUE
  };
  Bench bench = { .sink = sink_new (error) };
  gboolean done;

  if (bench.sink == NULL || !world_write_connector (folder, error))
    return FALSE;
  bench.engine = sb_engine_new (&engine_options, error);
  done = bench.engine != NULL &&
         (bench.flow =
            world_set_up (sb_engine_get_store (bench.engine), sb_engine_get_secrets (bench.engine),
                          sink_get_port (bench.sink), error)) != NULL &&
         bench_server_start (&bench.bare, server, "bare", NULL, error) &&
         sb_engine_start (bench.engine, error) && measure (&bench, error);
  bench_server_stop (&bench.bare);
  if (bench.engine != NULL)
    sb_engine_stop (bench.engine, G_USEC_PER_SEC);
  g_clear_pointer (&bench.flow, sb_flow_row_unref);
  g_clear_object (&bench.engine);
  sink_free (bench.sink);
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
  if (!g_option_context_parse (context, &argc, &argv, &error) || server == NULL)
    {
      fprintf (stderr, "bench-e2e: %s\n", error != NULL ? error->message : "--server is missing");
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
