/* sb-store-index.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include "sb-store-words.h"

/* Nobody waits for the search index, so it is filled by the writer when it has nothing else to do,
 * and stops as soon as someone asks for something. Only when much has come in without a pause does
 * a little of it go along with commits, so that what is not in it yet stays quick to read through:
 * for a tenth of the time, which keeps up with a thousand runs a second, and for as much as it
 * takes when a storm has left very much behind. */

#define RUNS_A_STEP     64
#define RUNS_ALONG      16
#define SLICE_US        (10 * 1000)
#define MAX_BEHIND      4000
#define MAX_FAR_BEHIND  40000
#define PAUSE_FOR_SLICE 9 /* times as long as the slice took */
#define PAUSE_US        (20 * 1000)
/* More than a slice: a disk that is full or ails is not pestered. */
#define RETRY_US (10 * (gint64)G_USEC_PER_SEC)

/* Runs that stand between "done" and the newest. */
static gboolean
find_place (SbDb *db, gint64 *done, gint64 *newest, GError **error)
{
  *done = *newest = 0;
  return sb_db_get_int (db, done, error, "SELECT done FROM search_state", "") != SB_STEP_ERROR &&
         sb_db_get_int (db, newest, error, "SELECT coalesce (max (id), 0) FROM runs", "") !=
           SB_STEP_ERROR;
}

/* The next @n runs after @done. */
static gboolean
add_runs (SbDb *db, gint64 *done, gint64 newest, guint n, GError **error)
{
  gint64 end = newest;

  if (sb_db_get_int (db, &end, error,
                     "SELECT id FROM runs WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", "ii", *done,
                     (gint64)n - 1) == SB_STEP_ERROR ||
      !sb_db_run (db, error,
                  "INSERT INTO search (rowid, words)"
                  " SELECT runs.id, sb_words (runs.flow, runs.label, body)"
                  " FROM runs NOT INDEXED CROSS JOIN events ON events.id = event"
                  " WHERE runs.id > ? AND runs.id <= ? ORDER BY runs.id",
                  "ii", *done, end))
    return FALSE;
  *done = end;
  return TRUE;
}

static gboolean
keep_place (SbDb *db, gint64 done, gint64 newest, GError **error)
{
  db->indexed = done;
  db->unindexed = newest - done;
  return sb_db_run (db, error, "UPDATE search_state SET done = ?", "i", done);
}

/* At the opening: where the index stands, and that it was written by the rules of today. */
gboolean
sb_db_prepare_index (SbDb *db, GError **error)
{
  gint64 words = 0;
  gint64 done;
  gint64 newest;

  if (sb_db_get_int (db, &words, error, "SELECT words FROM search_state", "") == SB_STEP_ERROR)
    return FALSE;
  if (words != SB_WORDS_VERSION &&
      (!sb_db_exec (
        db,
        "BEGIN IMMEDIATE; INSERT INTO search (search) VALUES ('delete-all');"
        "UPDATE search_state SET done = 0, words = " G_STRINGIFY (SB_WORDS_VERSION) ";"
                                                                                    "COMMIT",
        error)))
    {
      sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
      return FALSE;
    }
  if (!find_place (db, &done, &newest, error))
    return FALSE;
  db->indexed = done;
  db->unindexed = newest - done;
  return TRUE;
}

static gboolean
index_slice (SbStoreQueue *queue, SbDb *db, gboolean idle, GError **error)
{
  gint64 until_us = g_get_monotonic_time () + SLICE_US;
  guint n = idle || db->unindexed >= MAX_FAR_BEHIND ? RUNS_A_STEP : RUNS_ALONG;
  gint64 done;
  gint64 newest;

  if (!find_place (db, &done, &newest, error))
    return FALSE;
  do
    if (!add_runs (db, &done, newest, n, error))
      return FALSE;
  while (idle && done < newest && !sb_store_queue_has_work (queue) &&
         g_get_monotonic_time () < until_us);
  return keep_place (db, done, newest, error);
}

/* An index that contradicts itself is made anew; nothing is lost with it. */
static gboolean
forget_index (SbDb *db, GError **error)
{
  db->index_damaged = FALSE;
  g_info ("The search index of %s is damaged and is made anew", db->path);
  if (sb_db_exec (db, "INSERT INTO search (search) VALUES ('delete-all')", NULL))
    return sb_db_exec (db, "UPDATE search_state SET done = 0", error);
  /* Where not even the list of its parts can be read, FTS5 gives it no name to be called by; this
   * is what it writes for an empty index (its "structure" and "averages" records). */
  db->broken = FALSE;
  return sb_db_exec (db,
                     "DELETE FROM search_idx; DELETE FROM search_data;"
                     "INSERT INTO search_data VALUES (1, x''), (10, x'00000000000000');"
                     "UPDATE search_state SET done = 0",
                     error);
}

static gboolean
is_damaged (SbDb *db)
{
  return sqlite3_extended_errcode (db->handle) == SQLITE_CORRUPT_VTAB;
}

static gboolean
do_slice (SbStoreQueue *queue, SbDb *db, gboolean idle, GError **error)
{
  db->broken = FALSE;
  if (sb_db_run (db, error, "BEGIN IMMEDIATE", "") &&
      (!db->index_damaged || forget_index (db, error)) && index_slice (queue, db, idle, error) &&
      sb_db_run (db, error, "COMMIT", ""))
    return TRUE;
  db->index_damaged = is_damaged (db);
  if (!sqlite3_get_autocommit (db->handle))
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* Whether some of it is done now, although others wait. */
static gboolean
is_due (SbDb *db)
{
  return db->index_damaged || db->unindexed >= MAX_FAR_BEHIND ||
         (db->unindexed >= MAX_BEHIND && g_get_monotonic_time () >= db->index_us);
}

/* On the writer's thread, after everyone was told: goes on with the index while nobody asks for
 * anything, and sees to it that it is called again while there is more to do. A transaction of its
 * own: trouble with the index is nobody's trouble. */
void
sb_store_index_work (SbStoreQueue *queue, SbDb *db, gboolean idle)
{
  g_autoptr (GError) error = NULL;
  gint64 newest = 0;
  gint64 began_us;

  if (db->failing || sb_store_queue_is_stopping (queue) ||
      sb_db_get_int (db, &newest, NULL, "SELECT coalesce (max (id), 0) FROM runs", "") ==
        SB_STEP_ERROR)
    return;
  db->unindexed = newest - db->indexed;
  if ((idle && db->unindexed > 0) || is_due (db))
    {
      began_us = g_get_monotonic_time ();
      if (!do_slice (queue, db, idle, &error))
        g_debug ("The search index has to wait: %s", error->message);
      db->index_us =
        g_get_monotonic_time () + PAUSE_FOR_SLICE * (g_get_monotonic_time () - began_us);
    }
  if (db->unindexed > 0)
    sb_store_queue_nudge (queue, error != NULL ? RETRY_US : idle ? 0 : PAUSE_US);
}

/* Within a transaction: trouble with the index is nobody's trouble, it is made anew later. */
static gboolean
forgive_damage (SbDb *db, GError **own, GError **error)
{
  if (is_damaged (db) && !sqlite3_get_autocommit (db->handle))
    {
      db->broken = FALSE;
      db->index_damaged = TRUE;
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (own));
  return FALSE;
}

/* Before the run goes, with its event. */
gboolean
sb_db_unindex_run (SbDb *db, gint64 run, GError **error)
{
  g_autoptr (GError) own = NULL;

  if (sb_db_run (db, &own,
                 "INSERT INTO search (search, rowid, words)"
                 " SELECT 'delete', runs.id, sb_words (runs.flow, runs.label, body)"
                 " FROM runs NOT INDEXED CROSS JOIN events ON events.id = event"
                 " WHERE runs.id = ? AND runs.id <= (SELECT done FROM search_state)",
                 "i", run))
    return TRUE;
  return forgive_damage (db, &own, error);
}

gboolean
sb_db_reindex_run (SbDb *db, gint64 run, GError **error)
{
  g_autoptr (GError) own = NULL;

  if (sb_db_run (db, &own,
                 "INSERT INTO search (rowid, words)"
                 " SELECT runs.id, sb_words (runs.flow, runs.label, body)"
                 " FROM runs NOT INDEXED CROSS JOIN events ON events.id = event"
                 " WHERE runs.id = ? AND runs.id <= (SELECT done FROM search_state)",
                 "i", run))
    return TRUE;
  return forgive_damage (db, &own, error);
}
