/* bench-commits.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What SQLite and the disk can do on this computer with nothing around them: rows of 1 KB into one
 * table with a rowid, in write-ahead mode with synchronous=FULL, one row a commit and a batch of
 * them a commit. It is the floor under every figure of durable ingest. */

#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define ROW_BYTES 1024

static gint duration_ms = 1500;
static gint batch = 8;
static char *out;

static const GOptionEntry options[] = {
  { "duration", 0, 0, G_OPTION_ARG_INT, &duration_ms, "Milliseconds for each of the two", "MS" },
  { "batch", 0, 0, G_OPTION_ARG_INT, &batch, "Rows a commit in the second", "N" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "JSON file to put the figures into", "FILE" },
  { NULL }
};

static gboolean
fail (sqlite3 *db, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "SQLite: %s", sqlite3_errmsg (db));
  return FALSE;
}

static gboolean
commit_rows (sqlite3 *db, sqlite3_stmt *insert, gint rows)
{
  static char body[ROW_BYTES];

  if (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
    return FALSE;
  for (gint i = 0; i < rows; i++)
    {
      sqlite3_bind_blob (insert, 1, body, sizeof body, SQLITE_STATIC);
      if (sqlite3_step (insert) != SQLITE_DONE || sqlite3_reset (insert) != SQLITE_OK)
        return FALSE;
    }
  return sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

/* @rate: (out): commits a second */
static gboolean
measure (sqlite3 *db, gint rows, double *rate, GError **error)
{
  sqlite3_stmt *insert = NULL;
  gint64 began_us, took_us;
  guint commits = 0;
  gboolean done;

  if (sqlite3_prepare_v2 (db, "INSERT INTO rows (body) VALUES (?)", -1, &insert, NULL) != SQLITE_OK)
    return fail (db, error);
  began_us = g_get_monotonic_time ();
  do
    {
      done = commit_rows (db, insert, rows);
      commits++;
      took_us = g_get_monotonic_time () - began_us;
    }
  while (done && took_us < duration_ms * G_TIME_SPAN_MILLISECOND);
  *rate = commits * 1e6 / (double)took_us;
  if (!done)
    fail (db, error);
  sqlite3_finalize (insert);
  return done;
}

static gboolean
run (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "rows.db", NULL);
  g_autoptr (SbValue) figures = sb_value_new_object ();
  sqlite3 *db = NULL;
  double single = 0, batched = 0;
  gboolean done;

  done = sqlite3_open (path, &db) == SQLITE_OK &&
         sqlite3_exec (db,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)",
                       NULL, NULL, NULL) == SQLITE_OK;
  if (!done)
    fail (db, error);
  done = done && measure (db, 1, &single, error) && measure (db, batch, &batched, error);
  sqlite3_close (db);
  if (!done)
    return FALSE;
  sb_value_set (figures, "sqlite_commits_per_s", bench_make_number (single, 0));
  sb_value_set (figures, "sqlite_batched_rows_per_s", bench_make_number (batched * batch, 0));
  return bench_write (out, figures, error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("– SQLite's own commit rate");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  gboolean done;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "bench-commits: %s\n", error->message);
      return 2;
    }
  folder = g_dir_make_tmp ("sb-bench-XXXXXX", &error);
  done = folder != NULL && run (folder, &error);
  if (folder != NULL)
    bench_remove_folder (folder);
  if (!done)
    fprintf (stderr, "bench-commits: %s\n", error->message);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
