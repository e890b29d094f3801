/* bench-store.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What a long history costs: searches, lists, counts, and taking one more order through, on a data
 * folder that bench-history made. With --prefix the figures' names tell folders apart. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "fixture.h"
#include "history.h"
#include "sb-clock.h"

static char *out;
static char *prefix;
static gint more = 2000;

static const GOptionEntry options[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "JSON file to put the figures into", "FILE" },
  { "prefix", 0, 0, G_OPTION_ARG_STRING, &prefix, "Before the names of the figures", "TEXT" },
  { "more", 0, 0, G_OPTION_ARG_INT, &more, "Orders to take through on top", "N" },
  { NULL }
};

static void
add_figure (SbValue *figures, const char *name, double number, guint decimals)
{
  g_autofree char *whole = g_strconcat (prefix != NULL ? prefix : "", name, NULL);

  sb_value_set (figures, whole, bench_make_number (number, decimals));
}

/* --- asking --------------------------------------------------------------------------------------
 */

/* Milliseconds; @n_found gets the length of the answer. */
static double
ask (SbStore *store, const SbRunQuery *query, gboolean ids, guint *n_found)
{
  g_autoptr (GAsyncResult) result = NULL;
  FixtureWait wait = { NULL };
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GArray) list = NULL;

  if (ids)
    sb_store_list_run_ids_async (store, query, NULL, fixture_done_cb, &wait);
  else
    sb_store_list_runs_async (store, query, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  if (ids)
    list = sb_store_list_run_ids_finish (store, result, NULL);
  else
    rows = sb_store_list_runs_finish (store, result, NULL);
  *n_found = list != NULL ? list->len : rows != NULL ? rows->len : 0;
  return (double)(g_get_monotonic_time () - start_us) / 1000;
}

static double
ask_summary (SbStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbValue) counts = NULL;
  FixtureWait wait = { NULL };
  gint64 start_us = g_get_monotonic_time ();

  sb_store_summary_async (store, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  counts = sb_store_summary_finish (store, result, NULL);
  return (double)(g_get_monotonic_time () - start_us) / 1000;
}

/* The best of three: what the disk and the other programs do is not what is asked. */
static double
ask_often (SbStore *store, const SbRunQuery *query, gboolean ids, guint *n_found)
{
  double best = ask (store, query, ids, n_found);

  for (guint i = 0; i < 2; i++)
    best = MIN (best, ask (store, query, ids, n_found));
  return best;
}

static void
measure_searches (SbStore *store, SbValue *figures, gint64 newest)
{
  g_autofree char *number = g_strdup_printf ("#%" G_GINT64_FORMAT, newest / 2 + 1);
  const SbRunQuery queries[] = {
    { .text = number },                             /* one order */
    { .text = (char *)"customer4711@example.com" }, /* one customer, some orders */
    { .text = (char *)"salm" },                     /* the beginning of a name */
    { .text = (char *)"zoe garcia" },               /* two names, without accents */
    { .text = (char *)"boathouse" },                /* in every order */
    { .text = (char *)"customer" },                 /* the beginning of every address */
    { .text = (char *)"oona s" },                   /* as it is typed */
    { .text = (char *)"57" },                       /* too short for the index */
    { .text = (char *)"no-such-thing-anywhere" },
    { .text = (char *)"boathouse", .state = (char *)"inbox" },
    { .text = (char *)"boathouse", .state = (char *)"stopped" },
    { .text = (char *)"novak", .flow_id = (char *)"returns" },
    { .text = (char *)"weber", .since_us = 1, .until_us = sb_clock_now_us () },
  };
  double slowest = 0;

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      SbRunQuery query = queries[i];
      guint n_found;
      double took;

      query.limit = 100;
      took = ask_often (store, &query, FALSE, &n_found);
      printf ("  %-26s %-8s %4u found  %7.2f ms\n", query.text,
              query.state != NULL     ? query.state
              : query.flow_id != NULL ? query.flow_id
                                      : "",
              n_found, took);
      slowest = MAX (slowest, took);
    }
  add_figure (figures, "search_slowest_ms", slowest, 1);
}

static void
measure_lists (SbStore *store, SbValue *figures, gint64 newest)
{
  const struct
  {
    const char *name;
    SbRunQuery query;
    gboolean ids;
  } lists[] = {
    { "page_first_ms", { .limit = 100 }, FALSE },
    { "page_middle_ms", { .limit = 100, .before_id = newest / 2 }, FALSE },
    { "page_flow_ms",
      { .limit = 100, .flow_id = (char *)"returns", .before_id = newest / 2 },
      FALSE },
    { "page_inbox_ms", { .limit = 100, .state = (char *)"inbox" }, FALSE },
    { "order_of_all_ms", { .limit = 0 }, TRUE },
    { "order_of_flow_ms", { .limit = 0, .flow_id = (char *)"orders" }, TRUE },
    { "order_of_done_ms", { .limit = 0, .state = (char *)"done" }, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      guint n_found;
      double took = ask_often (store, &lists[i].query, lists[i].ids, &n_found);

      add_figure (figures, lists[i].name, took, 2);
    }
  add_figure (figures, "summary_ms", ask_summary (store), 2);
}

/* --- one more
 * -------------------------------------------------------------------------------------- */

static double
measure_claim (SbStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) claims = NULL;
  FixtureWait wait = { NULL };
  gint64 next_us;
  gint64 start_us = g_get_monotonic_time ();

  sb_store_claim_runs_async (store, "bench", 256, sb_clock_now_us (), NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  claims = sb_store_claim_runs_finish (store, result, &next_us, NULL);
  return (double)(g_get_monotonic_time () - start_us) / 1000;
}

/* A slice of retention that finds nothing old enough. */
static double
measure_retention (SbStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  FixtureWait wait = { NULL };
  gint64 start_us = g_get_monotonic_time ();

  sb_store_retain_async (store, 90 * 86400 * (gint64)G_USEC_PER_SEC, 0, NULL, fixture_done_cb,
                         &wait);
  result = fixture_wait (&wait);
  sb_store_retain_finish (store, result, NULL);
  return (double)(g_get_monotonic_time () - start_us) / 1000;
}

static gboolean
measure_more (SbStore *store, SbValue *figures, gint64 newest, GError **error)
{
  double best = 0;

  for (guint round = 0; round < 3; round++)
    {
      gint64 start_us = g_get_monotonic_time ();
      double took;

      if (!history_add (store, (guint)newest + (round + 1) * (guint)more, 1000, "mixed", error))
        return FALSE;
      took = (double)(g_get_monotonic_time () - start_us) / more;
      best = round == 0 ? took : MIN (best, took);
    }
  add_figure (figures, "one_more_us", best, 1);
  add_figure (figures, "claim_ms", measure_claim (store), 2);
  add_figure (figures, "retention_ms", measure_retention (store), 2);
  return TRUE;
}

static gboolean
measure (SbStore *store, const char *folder, GError **error)
{
  g_autoptr (SbValue) figures = sb_value_new_object ();
  gint64 behind = history_look (folder, "SELECT max (runs.id) - done FROM runs, search_state");
  gint64 start_us = g_get_monotonic_time ();
  gint64 newest;

  if (!history_wait_for_index (store, error))
    return FALSE;
  if (behind > 10000)
    add_figure (figures, "index_us_each",
                (double)(g_get_monotonic_time () - start_us) / (double)behind, 1);
  newest = history_look (folder, "SELECT max (id) FROM runs");
  measure_lists (store, figures, newest);
  measure_searches (store, figures, newest);
  if (!measure_more (store, figures, newest, error))
    return FALSE;
  add_figure (figures, "index_bytes_a_run",
              (double)history_look (folder, "SELECT sum (length (block)) FROM search_data") /
                (double)newest,
              0);
  return bench_write (out, figures, error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER – what a long history costs");
  g_autoptr (SbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      fprintf (stderr, "bench-store: %s\n", error != NULL ? error->message : "which folder?");
      return 2;
    }
  store = sb_store_open (argv[1], &error);
  done = store != NULL && measure (store, argv[1], &error);
  if (store != NULL)
    sb_store_close (store);
  if (!done)
    fprintf (stderr, "bench-store: %s\n", error->message);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
