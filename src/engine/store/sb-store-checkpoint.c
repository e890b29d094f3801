/* sb-store-checkpoint.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include "sb-fault.h"

/* What was committed stands in the log and has to be moved into the database now and then. Done by
 * the writer this would make everyone who waits for a commit wait for twenty or thirty milliseconds
 * more; done by a thread of its own nobody waits, but the log is only begun anew at a moment when
 * none of it is left to move. So this thread moves nearly all, and the writer what has come since.
 */

/* 8 MiB of log. */
#define START_PAGES 2000
#define FEW_PAGES   200
#define MAX_ROUNDS  6

static int
committed_cb (gpointer data, sqlite3 *handle, const char *name, int pages)
{
  SbDb *self = data;

  self->log_pages = pages;
  return SQLITE_OK;
}

/* The writer's connection counts its log instead of moving it by itself. */
void
sb_db_watch_log (SbDb *self)
{
  sqlite3_wal_hook (self->handle, committed_cb, self);
}

/* On the writer's thread, when everyone was told of the last commit. */
void
sb_store_checkpoint_step (SbStoreCheckpoint *self, SbDb *db)
{
  if (db->want_checkpoint || g_atomic_int_get (&self->state) == SB_CHECKPOINT_NEARLY)
    {
      SB_CRASH_POINT ("checkpoint-before");
      db->want_checkpoint = FALSE;
      sqlite3_wal_checkpoint_v2 (db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
      g_atomic_int_compare_and_exchange (&self->state, SB_CHECKPOINT_NEARLY, SB_CHECKPOINT_IDLE);
      db->log_pages = 0;
      SB_CRASH_POINT ("checkpoint-after");
    }
  else if (db->log_pages >= START_PAGES &&
           g_atomic_int_compare_and_exchange (&self->state, SB_CHECKPOINT_IDLE,
                                              SB_CHECKPOINT_MOVING))
    sb_store_queue_push (self->queue,
                         sb_store_request_new (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
}

/* The checkpoint thread's SbStoreQueueFunc. What was not moved is moved the next time, and nobody
 * waits; but where it never is, the log fills the disk. */
void
sb_store_checkpoint_work (SbStoreQueue *queue, SbDb *db, SbStoreRequest *list)
{
  SbStoreCheckpoint *self = sb_store_get_checkpoint (sb_store_queue_get_store (queue));
  int moved = 0;

  if (list == NULL)
    return;
  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      int before = moved;
      int all = 0;
      int code =
        sqlite3_wal_checkpoint_v2 (db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &moved);
      g_autoptr (GError) error = NULL;

      if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED)
        sb_db_set_error (db, &error);
      if (code == SQLITE_OK || error != NULL)
        sb_store_report (sb_store_queue_get_store (queue), SB_TROUBLE_MOVING, error);
      if (code != SQLITE_OK || moved - before < FEW_PAGES)
        break;
    }
  SB_CRASH_POINT ("checkpoint-moved");
  g_atomic_int_set (&self->state, SB_CHECKPOINT_NEARLY);
  sb_store_requests_deliver (list);
}
