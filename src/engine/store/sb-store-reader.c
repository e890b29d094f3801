/* sb-store-reader.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <gio/gio.h>

#include "sb-error.h"

/* Each request reads from one snapshot, taken when its turn comes: later than every write that was
 * acknowledged before it was asked for. */
static void
read_one (SbStore *store, SbDb *db, SbStoreRequest *request)
{
  db->cancellable = sb_store_request_get_cancellable (request);
  db->deadline_us = 0;
  db->broken = FALSE;
  if (!g_cancellable_set_error_if_cancelled (db->cancellable, &request->error) &&
      sb_db_run (db, &request->error, "BEGIN", ""))
    {
      if (!request->work (db, request, &request->error) && request->error == NULL)
        sb_db_set_damaged (db, &request->error);
      /* The end of the snapshot must not be cut short. */
      db->cancellable = NULL;
      db->deadline_us = 0;
      if (!sqlite3_get_autocommit (db->handle) && !sb_db_run (db, NULL, "COMMIT", ""))
        sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
  db->cancellable = NULL;
  if (request->error == NULL)
    sb_store_report (store, SB_TROUBLE_READING, NULL);
  else if (db->broken)
    {
      sb_store_report (store, SB_TROUBLE_READING, request->error);
      if (g_error_matches (request->error, SB_ERROR, SB_ERROR_INVALID))
        sb_store_set_doubtful (store, TRUE);
    }
}

/* A reader's SbStoreQueueFunc: answers one by one, so that a slow read keeps no other's answer. */
void
sb_store_reader_work (SbStoreQueue *queue, SbDb *db, SbStoreRequest *list)
{
  while (list != NULL)
    {
      SbStoreRequest *request = list;

      list = g_steal_pointer (&request->next);
      read_one (sb_store_queue_get_store (queue), db, request);
      sb_store_requests_deliver (request);
    }
}
