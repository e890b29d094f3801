/* sb-store-retain.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include "sb-clock.h"
#include "sb-fault.h"

/* A slice is small enough that an event that comes meanwhile waits some milliseconds at most. */
#define RUNS_A_SLICE  200
#define SCAN_A_SLICE  2000
#define PAGES_A_SLICE 256

#define DAY_US (24 * 3600 * (gint64)G_USEC_PER_SEC)
/* The id of a removed event is remembered this long: no vendor repeats a call later, and one that
 * does must not start a second run. */
#define REMEMBER_US (35 * DAY_US)
#define AUDIT_US    (2 * 366 * DAY_US)
#define COUNTS_US   (400 * DAY_US)

typedef enum
{
  STAGE_RUNS,
  STAGE_EVENTS,
  STAGE_FORGET,
  STAGE_REST,
  STAGE_VACUUM,
  STAGE_DONE,
} Stage;

typedef struct
{
  Stage stage;
  gint64 cursor; /* ids up to here were looked at */
  gint64 removed;
} Progress;

typedef struct
{
  gint64 now_us;
  gint64 cutoff_us; /* 0: no limit of age */
  gint64 max_bytes; /* 0: no limit of size */
  Progress kept;    /* what is committed */
  Progress next;    /* what will be, with the transaction under way */
  guint slices;     /* commits that @kept stands for */
} Retention;

static gboolean
is_too_big (SbDb *db, Retention *self, gboolean *too_big, GError **error)
{
  gint64 pages = 0;
  gint64 unused = 0;

  *too_big = FALSE;
  if (self->max_bytes <= 0)
    return TRUE;
  if (sb_db_get_int (db, &pages, error, "PRAGMA page_count", "") == SB_STEP_ERROR ||
      sb_db_get_int (db, &unused, error, "PRAGMA freelist_count", "") == SB_STEP_ERROR)
    return FALSE;
  *too_big = (pages - unused) * SB_DB_PAGE_BYTES > self->max_bytes;
  return TRUE;
}

static void
go_to_stage (Retention *self, Stage stage)
{
  self->next.stage = stage;
  self->next.cursor = 0;
}

/* An event goes with its last run, unless a pause holds it or an edited one was made from it. A
 * young one leaves its id behind. */
static gboolean
remove_event (SbDb *db, Retention *self, gint64 event, GError **error)
{
  if (!sb_db_run (db, error,
                  "DELETE FROM events WHERE id = ?1 AND held = 0 AND received_us < ?2"
                  " AND NOT EXISTS (SELECT 1 FROM runs WHERE event = ?1)"
                  " AND NOT EXISTS (SELECT 1 FROM events WHERE original = ?1 AND original <> 0)",
                  "ii", event, self->now_us - REMEMBER_US))
    return FALSE;
  return sqlite3_changes (db->handle) > 0 ||
         sb_db_run (db, error,
                    "UPDATE events SET gone = 1, topic = NULL, label = NULL, headers = NULL,"
                    " body = NULL, original = 0 WHERE id = ?1 AND held = 0 AND gone = 0"
                    " AND NOT EXISTS (SELECT 1 FROM runs WHERE event = ?1)"
                    " AND NOT EXISTS (SELECT 1 FROM events WHERE original = ?1 AND original <> 0)",
                    "i", event);
}

static gboolean
remove_run (SbDb *db, Retention *self, gint64 run, gint64 event, GError **error)
{
  self->next.removed++;
  return sb_db_unindex_run (db, run, error) &&
         sb_db_run (db, error, "DELETE FROM attempts WHERE run = ?", "i", run) &&
         sb_db_run (db, error, "DELETE FROM timers WHERE run = ?", "i", run) &&
         sb_db_run (db, error, "DELETE FROM skipped WHERE run = ?", "i", run) &&
         sb_db_run (db, error, "DELETE FROM runs WHERE id = ?", "i", run) &&
         remove_event (db, self, event, error);
}

/* Reads the oldest that may go, as pairs of run and event: a table is not changed under a scan. Ids
 * grow with time, so the first that is too young ends it. */
static gboolean
find_runs (
  SbDb *db, Retention *self, gboolean too_big, GArray *found, gboolean *at_end, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  guint seen = 0;

  statement = sb_db_bind (db, error,
                          "SELECT id, event, finished_us, started_us FROM runs NOT INDEXED"
                          " WHERE id > ? ORDER BY id LIMIT ?",
                          "ii", self->next.cursor, (gint64)SCAN_A_SLICE);
  if (statement == NULL)
    return FALSE;
  while (found->len < 2 * RUNS_A_SLICE)
    {
      gint64 pair[2];
      gint64 finished_us;

      switch (sb_db_step (db, statement, error))
        {
        case SB_STEP_ERROR:
          return FALSE;
        case SB_STEP_DONE:
          *at_end = seen < SCAN_A_SLICE;
          return TRUE;
        case SB_STEP_ROW:
        default:
          break;
        }
      if (!too_big && sb_statement_get_int (statement, 3) >= self->cutoff_us)
        {
          *at_end = TRUE;
          return TRUE;
        }
      seen++;
      pair[0] = self->next.cursor = sb_statement_get_int (statement, 0);
      pair[1] = sb_statement_get_int (statement, 1);
      finished_us = sb_statement_get_int (statement, 2);
      if (finished_us != 0 && (too_big || finished_us < self->cutoff_us))
        g_array_append_vals (found, pair, 2);
    }
  return TRUE;
}

/* Every few rows, whether it is small enough by now. If so the cursor goes back before @id: what
 * follows is looked at again, for its age alone. */
static gboolean
look_again (SbDb *db, Retention *self, guint n, gint64 id, gboolean *too_big, GError **error)
{
  if (n % 8 != 0)
    return TRUE;
  if (!is_too_big (db, self, too_big, error))
    return FALSE;
  if (!*too_big)
    self->next.cursor = id - 1;
  return TRUE;
}

static gboolean
retain_runs (SbDb *db, Retention *self, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean at_end = FALSE;
  gboolean too_big;

  if (!is_too_big (db, self, &too_big, error))
    return FALSE;
  if (!find_runs (db, self, too_big, found, &at_end, error))
    return FALSE;
  for (guint i = 0; i < found->len; i += 2)
    {
      gint64 run = g_array_index (found, gint64, i);

      if (too_big && !look_again (db, self, i / 2, run, &too_big, error))
        return FALSE;
      if (self->next.cursor < run)
        return TRUE;
      if (!remove_run (db, self, run, g_array_index (found, gint64, i + 1), error))
        return FALSE;
    }
  if (at_end)
    go_to_stage (self, STAGE_EVENTS);
  return TRUE;
}

/* Reads the next of those that may go. Ids grow with time, so the first that is too young ends it.
 */
static gboolean
find_events (
  SbDb *db, Retention *self, gboolean too_big, GArray *found, gboolean *at_end, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result = SB_STEP_DONE;
  guint seen = 0;

  statement =
    sb_db_bind (db, error,
                "SELECT id, received_us, held = 0 AND gone = 0 AND"
                " NOT EXISTS (SELECT 1 FROM runs WHERE event = events.id) AND"
                " NOT EXISTS (SELECT 1 FROM events edited WHERE edited.original = events.id"
                " AND edited.original <> 0)"
                " FROM events NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?",
                "ii", self->next.cursor, (gint64)SCAN_A_SLICE);
  if (statement == NULL)
    return FALSE;
  while (found->len < RUNS_A_SLICE && (result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
    {
      if (!too_big && sb_statement_get_int (statement, 1) >= self->cutoff_us)
        {
          *at_end = TRUE;
          return TRUE;
        }
      seen++;
      self->next.cursor = sb_statement_get_int (statement, 0);
      if (sb_statement_get_int (statement, 2) != 0)
        g_array_append_val (found, self->next.cursor);
    }
  *at_end = found->len < RUNS_A_SLICE && seen < SCAN_A_SLICE;
  return found->len >= RUNS_A_SLICE || result != SB_STEP_ERROR;
}

/* Events that never had a run: kept for a pilot of a flow that was not live yet. */
static gboolean
retain_events (SbDb *db, Retention *self, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean at_end = FALSE;
  gboolean too_big;

  if (!is_too_big (db, self, &too_big, error) ||
      !find_events (db, self, too_big, found, &at_end, error))
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      gint64 event = g_array_index (found, gint64, i);

      if (too_big && !look_again (db, self, i, event, &too_big, error))
        return FALSE;
      if (self->next.cursor < event)
        return TRUE;
      if (!remove_event (db, self, event, error))
        return FALSE;
    }
  if (at_end)
    go_to_stage (self, STAGE_FORGET);
  return TRUE;
}

static gboolean
forget_events (SbDb *db, Retention *self, GError **error)
{
  if (!sb_db_run (db, error,
                  "DELETE FROM events WHERE id IN (SELECT id FROM events INDEXED BY events_gone"
                  " WHERE gone = 1 AND received_us < ? ORDER BY id LIMIT ?)",
                  "ii", self->now_us - REMEMBER_US, (gint64)SCAN_A_SLICE))
    return FALSE;
  if (sqlite3_changes (db->handle) < SCAN_A_SLICE)
    go_to_stage (self, STAGE_REST);
  return TRUE;
}

/* The newest pilot of each kind vouches for what is live, so it stays; the audit log has a term of
 * its own. A removed flow goes with the last of its history. */
static gboolean
retain_rest (SbDb *db, Retention *self, GError **error)
{
  if (!sb_db_run (db, error,
                  "DELETE FROM pilots WHERE finished_us < ? AND id NOT IN"
                  " (SELECT max (id) FROM pilots GROUP BY flow, mode)",
                  "i", self->cutoff_us) ||
      !sb_db_run (db, error, "DELETE FROM audit WHERE time_us < ?", "i", self->now_us - AUDIT_US) ||
      !sb_db_run (db, error, "DELETE FROM event_counts WHERE quarter < ?", "i",
                  (self->now_us - COUNTS_US) / (15 * 60 * (gint64)G_USEC_PER_SEC)) ||
      !sb_db_run (db, error,
                  "DELETE FROM flows WHERE removed_us <> 0"
                  " AND NOT EXISTS (SELECT 1 FROM runs WHERE flow = key)"
                  " AND NOT EXISTS (SELECT 1 FROM events WHERE flow = key)",
                  ""))
    return FALSE;
  if (sqlite3_changes (db->handle) > 0 &&
      (!sb_db_run (db, error, "DELETE FROM versions WHERE flow NOT IN (SELECT key FROM flows)",
                   "") ||
       !sb_db_run (db, error, "DELETE FROM pilots WHERE flow NOT IN (SELECT key FROM flows)", "") ||
       !sb_db_run (db, error, "DELETE FROM refused WHERE flow NOT IN (SELECT key FROM flows)",
                   "") ||
       !sb_db_run (db, error, "DELETE FROM counts WHERE flow NOT IN (SELECT key FROM flows)", "")))
    return FALSE;
  go_to_stage (self, STAGE_VACUUM);
  return TRUE;
}

static gboolean
give_back (SbDb *db, Retention *self, GError **error)
{
  /* SQLite takes no parameter here. */
  static const char sql[] = "PRAGMA incremental_vacuum (" G_STRINGIFY (PAGES_A_SLICE) ")";
  gint64 unused = 0;

  if (!sb_db_run (db, error, sql, "") ||
      sb_db_get_int (db, &unused, error, "PRAGMA freelist_count", "") == SB_STEP_ERROR)
    return FALSE;
  if (unused == 0)
    {
      db->want_checkpoint = TRUE;
      go_to_stage (self, STAGE_DONE);
    }
  return TRUE;
}

static gboolean
do_stage (SbDb *db, Retention *self, GError **error)
{
  switch (self->next.stage)
    {
    case STAGE_RUNS:
      return retain_runs (db, self, error);
    case STAGE_EVENTS:
      return retain_events (db, self, error);
    case STAGE_FORGET:
      return forget_events (db, self, error);
    case STAGE_REST:
      return retain_rest (db, self, error);
    case STAGE_VACUUM:
      return give_back (db, self, error);
    case STAGE_DONE:
    default:
      return TRUE;
    }
}

static gboolean
retain (SbDb *db, SbStoreRequest *request, GError **error)
{
  Retention *self = request->input;

  if (request->slices > self->slices)
    {
      self->kept = self->next;
      self->slices = request->slices;
    }
  self->next = self->kept;

  if (!do_stage (db, self, error))
    return FALSE;
  SB_CRASH_POINT ("retention-slice");
  if (self->next.removed != self->kept.removed)
    sb_db_note (db, "runs", NULL);
  request->again = self->next.stage != STAGE_DONE;
  sb_store_request_return_int (request, self->next.removed);
  return TRUE;
}

void
sb_store_retain_async (SbStore *self,
                       gint64 max_age_us,
                       gint64 max_bytes,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  Retention *retention = g_new0 (Retention, 1);

  retention->now_us = sb_clock_now_us ();
  retention->cutoff_us = max_age_us > 0 ? retention->now_us - max_age_us : 0;
  retention->max_bytes = max_bytes;
  sb_store_ask (self, SB_LANE_WRITE, sb_store_retain_async, retain, retention, g_free, cancellable,
                callback, data);
}

gint64
sb_store_retain_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, -1, error);
}
