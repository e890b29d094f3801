/* bench-ingest.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Durable ingest beside a bare libsoup server, in one run: rounds of the one and the other in turn,
 * so that whatever else the computer does disturbs both; the figures are medians of the rounds. */

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "load.h"

static gint count = 20000;
static gint rounds = 5;
static gint connections = 16;
static char *out;
static char *server;

static const GOptionEntry options[] = {
  { "count", 0, 0, G_OPTION_ARG_INT, &count, "Requests in a round", "N" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds of each", "N" },
  { "connections", 0, 0, G_OPTION_ARG_INT, &connections, "Kept connections", "N" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "JSON file to put the figures into", "FILE" },
  { "server", 0, 0, G_OPTION_ARG_FILENAME, &server, "The bench-server program", "FILE" },
  { NULL }
};

static gboolean
one_round (
  BenchServer *target, const char *what, guint number, GArray *rates, GArray *p99s, GError **error)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  LoadResult result;
  double rate, p99;
  gboolean done;

  for (gint i = 0; i < count; i++)
    {
      g_autofree char *event_id = g_strdup_printf ("%s-%u-%d", what, number, i);

      g_ptr_array_add (requests, bench_make_order (target->token, event_id, (guint)i + 1000));
    }
  done = load_run (target->port, (guint)connections, (GBytes **)requests->pdata, requests->len,
                   &result, error);
  if (done && result.not_ok > 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%u answers of %s were not 200",
                   result.not_ok, what);
      done = FALSE;
    }
  if (done)
    {
      rate = load_per_second (&result);
      p99 = load_percentile (&result, 99);
      g_array_append_val (rates, rate);
      if (p99s != NULL)
        g_array_append_val (p99s, p99);
      if (number > 0)
        printf ("round %u  %-7s %7.0f requests/s  p50 %5.2f ms  p99 %5.2f ms\n", number, what, rate,
                load_percentile (&result, 50), p99);
      fflush (stdout);
    }
  load_clear (&result);
  return done;
}

static gboolean
measure (BenchServer *bare, BenchServer *ingest, SbValue *figures, GError **error)
{
  g_autoptr (GArray) bare_rates = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) ingest_rates = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) p99s = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) warm = g_array_new (FALSE, FALSE, sizeof (double));

  if (!one_round (bare, "bare", 0, warm, NULL, error) ||
      !one_round (ingest, "ingest", 0, warm, NULL, error))
    return FALSE;
  for (gint i = 1; i <= rounds; i++)
    {
      double ratio;

      if (!one_round (bare, "bare", (guint)i, bare_rates, NULL, error) ||
          !one_round (ingest, "ingest", (guint)i, ingest_rates, p99s, error))
        return FALSE;
      ratio =
        g_array_index (ingest_rates, double, i - 1) / g_array_index (bare_rates, double, i - 1);
      g_array_append_val (ratios, ratio);
    }
  sb_value_set (figures, "bare_rps", bench_make_number (bench_median (bare_rates), 0));
  sb_value_set (figures, "ingest_rps", bench_make_number (bench_median (ingest_rates), 0));
  sb_value_set (figures, "ingest_ratio", bench_make_number (bench_median (ratios), 3));
  sb_value_set (figures, "ingest_p99_ms", bench_make_number (bench_median (p99s), 2));
  return TRUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context =
    g_option_context_new ("– durable ingest beside a bare libsoup server");
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) figures = sb_value_new_object ();
  g_autofree char *folder = NULL;
  BenchServer bare = { NULL }, ingest = { NULL };
  gboolean done;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || server == NULL)
    {
      fprintf (stderr, "bench-ingest: %s\n",
               error != NULL ? error->message : "--server is missing");
      return 2;
    }
  folder = g_dir_make_tmp ("sb-bench-XXXXXX", &error);
  done = folder != NULL && bench_server_start (&bare, server, "bare", NULL, &error) &&
         bench_server_start (&ingest, server, "ingest", folder, &error) &&
         measure (&bare, &ingest, figures, &error) && bench_write (out, figures, &error);
  bench_server_stop (&bare);
  bench_server_stop (&ingest);
  if (folder != NULL)
    bench_remove_folder (folder);
  if (!done)
    fprintf (stderr, "bench-ingest: %s\n", error->message);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
