/* sb-store-connections.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"

static SbConnection *
read_connection (SbStatement *statement)
{
  g_autoptr (SbValue) settings = sb_statement_get_value (statement, 4);
  SbConnection *connection =
    sb_connection_new ((const char *)sqlite3_column_text (statement, 0),
                       (const char *)sqlite3_column_text (statement, 1),
                       (const char *)sqlite3_column_text (statement, 2),
                       (const char *)sqlite3_column_text (statement, 3), settings);

  connection->trouble = sb_statement_get_text (statement, 5);
  connection->created_us = sb_statement_get_int (statement, 6);
  connection->secret_changed_us = sb_statement_get_int (statement, 7);
  return connection;
}

static gboolean
list_connections (SbDb *db, SbStoreRequest *request, GError **error)
{
  return sb_db_return_rows (
    db, request,
    sb_db_bind (db, error,
                "SELECT id, connector, name, environment, settings, trouble,"
                " created_us, secret_changed_us FROM connections"
                " ORDER BY created_us, id",
                ""),
    (SbReadRow)read_connection, (GDestroyNotify)sb_connection_unref, error);
}

void
sb_store_list_connections_async (SbStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_list_connections_async, list_connections, NULL, NULL,
                cancellable, callback, data);
}

GPtrArray *
sb_store_list_connections_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What the engine itself keeps with it (its trouble, when
 * its keys changed) is nobody's deed. */
static gboolean
audit_connection (SbDb *db, SbConnection *connection, const char *id, GError **error)
{
  gint64 same = 0;

  switch (
    sb_db_get_int (db, &same, error,
                   "SELECT connector = ?2 AND name = ?3 AND environment = ?4 AND settings = ?5"
                   " FROM connections WHERE id = ?1",
                   "ttttv", id, connection->connector, connection->name, connection->environment,
                   connection->settings))
    {
    case SB_STEP_ROW:
      return same != 0 || sb_db_audit (db, "connection-changed", id, NULL, error);
    case SB_STEP_DONE:
      return sb_db_audit (db, "connection-added", id, NULL, error);
    case SB_STEP_ERROR:
    default:
      return FALSE;
    }
}

static gboolean
save_connection (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbConnection *connection = request->input;
  g_autofree char *id = g_strdup (connection->id);

  if (id == NULL)
    id = sb_db_make_id (db, connection->name, connection->connector,
                        "SELECT 1 FROM connections WHERE id = ?", error);
  if (id == NULL || !audit_connection (db, connection, id, error) ||
      !sb_db_run (db, error,
                  "INSERT INTO connections (id, connector, name, environment, settings, trouble,"
                  " created_us, secret_changed_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                  " ON CONFLICT (id) DO UPDATE SET connector = ?2, name = ?3, environment = ?4,"
                  " settings = ?5, trouble = ?6, secret_changed_us = ?8",
                  "ttttvtii", id, connection->connector, connection->name, connection->environment,
                  connection->settings, connection->trouble,
                  connection->created_us != 0 ? connection->created_us : sb_clock_now_us (),
                  connection->secret_changed_us))
    return FALSE;
  SB_CRASH_POINT ("connection-written");
  sb_db_note (db, "connections", id);
  sb_store_request_return (request, g_steal_pointer (&id), g_free);
  return TRUE;
}

void
sb_store_save_connection_async (SbStore *self,
                                SbConnection *connection,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_save_connection_async, save_connection,
                sb_connection_ref (connection), (GDestroyNotify)sb_connection_unref, cancellable,
                callback, data);
}

char *
sb_store_save_connection_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
remove_connection (SbDb *db, SbStoreRequest *request, GError **error)
{
  if (!sb_db_run (db, error, "DELETE FROM connections WHERE id = ?", "t", request->input))
    return FALSE;
  if (sqlite3_changes (db->handle) == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no connection “%s”."),
                   (const char *)request->input);
      return FALSE;
    }
  if (!sb_db_audit (db, "connection-removed", request->input, NULL, error))
    return FALSE;
  SB_CRASH_POINT ("connection-removed-written");
  sb_db_note (db, "connections", request->input);
  sb_store_request_return_int (request, TRUE);
  return TRUE;
}

void
sb_store_remove_connection_async (SbStore *self,
                                  const char *id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_remove_connection_async, remove_connection,
                g_strdup (id), g_free, cancellable, callback, data);
}

gboolean
sb_store_remove_connection_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}
