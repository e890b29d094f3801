/* sb-store-writer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <gio/gio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "sb-error.h"

#include "sb-fault.h"

/* Group commit: all that is queued goes into one transaction, and nobody hears of success before
 * the commit is on the disk. Either all of the batch is, or everyone in it is told the error. */

#define REST_US (3 * (gint64)G_USEC_PER_SEC)

typedef enum
{
  BATCH_DONE,
  BATCH_FAILED,  /* rolled back; the error is everyone's */
  BATCH_SPOILED, /* rolled back: one request failed half-way; take them again, fenced off */
} BatchResult;

/* So much is kept for a disk that works again. */
#define MAX_OWED 1000

static void
roll_back (SbDb *db)
{
  /* SQLite has rolled back by itself after some errors. */
  if (!sqlite3_get_autocommit (db->handle))
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
}

static void
forget_results (SbStoreRequest *list)
{
  for (SbStoreRequest *request = list; request != NULL; request = request->next)
    {
      sb_store_request_return (request, NULL, NULL);
      g_clear_error (&request->error);
      request->again = FALSE;
    }
}

static gboolean
begin (SbStore *store, SbDb *db, GError **error)
{
  db->broken = FALSE;
  g_array_set_size (db->notes, 0);
  g_array_set_size (db->tallies, 0);
  sb_store_fill_db (store, db);
  return sb_db_run (db, error, "BEGIN IMMEDIATE", "");
}

/* One request of the batch. @fenced: what it wrote before it failed is taken back alone. */
static BatchResult
do_request (SbDb *db, SbStoreRequest *request, gboolean fenced, GError **error)
{
  int before = sqlite3_total_changes (db->handle);
  GError *own = NULL;

  if (g_cancellable_set_error_if_cancelled (sb_store_request_get_cancellable (request),
                                            &request->error))
    return BATCH_DONE;
  if (fenced && !sb_db_run (db, error, "SAVEPOINT request", ""))
    return BATCH_FAILED;

  if (!request->work (db, request, &own))
    {
      sb_store_request_return (request, NULL, NULL);
      if (own == NULL)
        sb_db_set_damaged (db, &own);
      if (db->broken || sqlite3_get_autocommit (db->handle))
        {
          g_propagate_error (error, own);
          return BATCH_FAILED;
        }
      if (!fenced && sqlite3_total_changes (db->handle) != before)
        {
          g_error_free (own);
          return BATCH_SPOILED;
        }
      request->error = own;
      if (fenced && !sb_db_run (db, error, "ROLLBACK TO request", ""))
        return BATCH_FAILED;
    }
  if (fenced && !sb_db_run (db, error, "RELEASE request", ""))
    return BATCH_FAILED;
  return BATCH_DONE;
}

/* A commit of nothing succeeds on a full disk, too. */
static gboolean
probe (SbDb *db, GError **error)
{
  return sb_db_run (db, error, "UPDATE settings SET value = value WHERE key = 'installation'", "");
}

static BatchResult
do_batch (SbStore *store, SbDb *db, SbStoreRequest *list, gboolean fenced, GError **error)
{
  BatchResult result = BATCH_DONE;

  if (!begin (store, db, error) || (db->failing && !probe (db, error)))
    result = BATCH_FAILED;
  for (SbStoreRequest *request = list; request != NULL && result == BATCH_DONE;
       request = request->next)
    result = do_request (db, request, fenced, error);
  SB_CRASH_POINT ("writer-before-commit");
  if (result == BATCH_DONE &&
      (!sb_db_write_tallies (db, error) || !sb_store_write_refused (store, db, error) ||
       !sb_db_run (db, error, "COMMIT", "")))
    result = BATCH_FAILED;
  SB_CRASH_POINT ("writer-after-commit");
  if (result != BATCH_DONE)
    roll_back (db);
  return result;
}

/* Takes out of @list what nobody waits for, the audit log above all: nobody would ask for it again.
 */
static void
keep_owed (SbDb *db, SbStoreRequest **list)
{
  SbStoreRequest **tail = &db->owed;

  while (*tail != NULL)
    tail = &(*tail)->next;
  while (*list != NULL)
    {
      SbStoreRequest *request = *list;

      if (request->task != NULL || db->n_owed >= MAX_OWED)
        {
          list = &request->next;
          continue;
        }
      *list = g_steal_pointer (&request->next);
      *tail = request;
      tail = &request->next;
      db->n_owed++;
    }
}

/* What is owed goes first: it came first. */
static void
take_owed (SbDb *db, SbStoreRequest **list)
{
  SbStoreRequest *owed = g_steal_pointer (&db->owed);
  SbStoreRequest **tail = &owed;

  while (*tail != NULL)
    tail = &(*tail)->next;
  *tail = *list;
  *list = owed;
  db->n_owed = 0;
}

static void
fail_all (SbStoreRequest *list, const GError *error)
{
  for (SbStoreRequest *request = list; request != NULL; request = request->next)
    request->error = g_error_copy (error);
}

/* Takes out of @list what has more slices to do. */
static SbStoreRequest *
take_unfinished (SbStoreRequest **list)
{
  SbStoreRequest *unfinished = NULL;
  SbStoreRequest **tail = &unfinished;

  while (*list != NULL)
    {
      SbStoreRequest *request = *list;

      if (!request->again || request->error != NULL)
        {
          list = &request->next;
          continue;
        }
      *list = g_steal_pointer (&request->next);
      request->again = FALSE;
      request->slices++;
      *tail = request;
      tail = &request->next;
    }
  return unfinished;
}

/* After a while with nothing to do, what was kept at hand for the work is given back: a program
 * that runs for months is judged by what it takes while it waits. */
static void
rest (SbStoreQueue *queue, SbDb *db, gboolean idle)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!idle || db->unindexed > 0)
    db->busy_us = now_us;
  if (db->busy_us == 0 || sb_store_queue_is_stopping (queue))
    return;
  if (now_us - db->busy_us < REST_US)
    {
      sb_store_queue_nudge (queue, db->busy_us + REST_US - now_us);
      return;
    }
  db->busy_us = 0;
  sqlite3_db_release_memory (db->handle);
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

/* The writer's SbStoreQueueFunc; @list is NULL when there is nothing but refused requests to count,
 * and time for the search index. */
void
sb_store_writer_work (SbStoreQueue *queue, SbDb *db, SbStoreRequest *list)
{
  SbStore *store = sb_store_queue_get_store (queue);
  g_autoptr (GError) error = NULL;
  gboolean idle = list == NULL;
  BatchResult result;

  take_owed (db, &list);
  result = do_batch (store, db, list, FALSE, &error);
  if (result == BATCH_SPOILED)
    {
      forget_results (list);
      result = do_batch (store, db, list, TRUE, &error);
    }

  if (result == BATCH_DONE)
    {
      if (db->failing)
        sb_store_report (store, SB_TROUBLE_WRITING, NULL);
      db->failing = FALSE;
      sb_store_forget_refused (store);
      sb_store_tell_notes (store, db);
      if (!sb_store_queue_is_stopping (queue))
        sb_store_queue_push_again (queue, take_unfinished (&list));
    }
  else
    {
      db->failing = TRUE;
      sb_store_report (store, SB_TROUBLE_WRITING, error);
      if (g_error_matches (error, SB_ERROR, SB_ERROR_INVALID))
        sb_store_set_doubtful (store, TRUE);
      forget_results (list);
      if (!sb_store_queue_is_stopping (queue))
        {
          keep_owed (db, &list);
          sb_store_queue_nudge (queue, SB_STORE_NUDGE_US);
        }
      fail_all (list, error);
    }
  sb_store_requests_deliver (list);

  sb_store_index_work (queue, db, idle);
  rest (queue, db, idle);
  sb_store_checkpoint_step (sb_store_get_checkpoint (store), db);
}
