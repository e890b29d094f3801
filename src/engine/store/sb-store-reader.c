/* sb-store-reader.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <gio/gio.h>

/* Each request reads from one snapshot, taken when its turn comes: later than every write that was
 * acknowledged before it was asked for. */
static void
read_one (SbDb *db, SbStoreRequest *request)
{
  db->cancellable = sb_store_request_get_cancellable (request);
  db->deadline_us = 0;
  if (!g_cancellable_set_error_if_cancelled (db->cancellable, &request->error) &&
      sb_db_run (db, &request->error, "BEGIN", ""))
    {
      request->work (db, request, &request->error);
      /* The end of the snapshot must not be cut short. */
      db->cancellable = NULL;
      db->deadline_us = 0;
      sb_db_run (db, NULL, "COMMIT", "");
    }
  db->cancellable = NULL;
}

/* A reader's SbStoreQueueFunc: answers one by one, so that a slow read keeps no other's answer. */
void
sb_store_reader_work (SbStoreQueue *queue, SbDb *db, SbStoreRequest *list)
{
  while (list != NULL)
    {
      SbStoreRequest *request = list;

      list = g_steal_pointer (&request->next);
      read_one (db, request);
      sb_store_requests_deliver (request);
    }
}
