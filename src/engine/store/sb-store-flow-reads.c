/* sb-store-flow-reads.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"

#define FLOW_COLUMNS                                                                               \
  "SELECT id, name, state, token, live_version, draft_changed, draft, changed_us,"                 \
  " (SELECT n FROM counts WHERE flow = key AND what = 'last-event'),"                              \
  " (SELECT n FROM counts WHERE flow = key AND what = 'held'),"                                    \
  " (SELECT sum (n) FROM refused WHERE flow = key),"                                               \
  " (SELECT n FROM counts WHERE flow = key AND what = 'inbox')"                                    \
  " FROM flows WHERE removed_us = 0"

static SbFlowRow *
read_flow (SbStatement *statement)
{
  SbFlowRow *row = sb_flow_row_new ();

  row->id = sb_statement_get_text (statement, 0);
  row->name = sb_statement_get_text (statement, 1);
  row->state = sb_statement_get_text (statement, 2);
  row->trigger_token = sb_statement_get_text (statement, 3);
  row->live_version = sb_statement_get_int (statement, 4);
  row->draft_changed = sb_statement_get_int (statement, 5) != 0;
  row->draft = sb_statement_get_value (statement, 6);
  row->changed_us = sb_statement_get_int (statement, 7);
  row->last_event_us = sb_statement_get_int (statement, 8);
  row->held = sb_statement_get_int (statement, 9);
  row->refused = sb_statement_get_int (statement, 10);
  row->inbox = sb_statement_get_int (statement, 11);
  return row;
}

static gboolean
list_flows (SbDb *db, SbStoreRequest *request, GError **error)
{
  return sb_db_return_rows (db, request, sb_db_bind (db, error, FLOW_COLUMNS " ORDER BY key", ""),
                            (SbReadRow)read_flow, (GDestroyNotify)sb_flow_row_unref, error);
}

void
sb_store_list_flows_async (SbStore *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_list_flows_async, list_flows, NULL, NULL, cancellable,
                callback, data);
}

GPtrArray *
sb_store_list_flows_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
load_flow (SbDb *db, SbStoreRequest *request, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  gint64 key;

  if (!sb_db_find_flow (db, request->input, &key, error))
    return FALSE;
  statement = sb_db_bind (db, error, FLOW_COLUMNS " AND key = ?", "i", key);
  if (statement == NULL || sb_db_step (db, statement, error) != SB_STEP_ROW)
    return FALSE;
  sb_store_request_return (request, read_flow (statement), (GDestroyNotify)sb_flow_row_unref);
  return TRUE;
}

void
sb_store_load_flow_async (SbStore *self,
                          const char *id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_load_flow_async, load_flow, g_strdup (id), g_free,
                cancellable, callback, data);
}

SbFlowRow *
sb_store_load_flow_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
load_version (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  SbValue *document;
  gint64 key;

  if (!sb_db_find_flow (db, input->id, &key, error))
    return FALSE;
  statement =
    input->version == 0
      ? sb_db_bind (db, error, "SELECT draft FROM flows WHERE key = ?", "i", key)
      : sb_db_bind (db, error, "SELECT document FROM versions WHERE flow = ? AND version = ?", "ii",
                    key, (gint64)input->version);
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("The flow “%s” has no version %d."),
                 input->id, input->version);
  if (result != SB_STEP_ROW)
    return FALSE;
  document = sb_db_read_document (db, statement, 0, error);
  if (document == NULL)
    return FALSE;
  sb_store_request_return (request, document, (GDestroyNotify)sb_value_unref);
  return TRUE;
}

void
sb_store_load_version_async (SbStore *self,
                             const char *id,
                             gint version,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  SbFlowInput *input = sb_store_flow_input_new (id, NULL);

  input->version = version;
  sb_store_ask (self, SB_LANE_READ, sb_store_load_version_async, load_version, input,
                sb_store_flow_input_free, cancellable, callback, data);
}

SbValue *
sb_store_load_version_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static SbVersionRow *
read_version (SbStatement *statement)
{
  SbVersionRow *row = sb_version_row_new ();

  row->version = sb_statement_get_int (statement, 0);
  row->published_us = sb_statement_get_int (statement, 1);
  row->note = sb_statement_get_text (statement, 2);
  return row;
}

static gboolean
list_versions (SbDb *db, SbStoreRequest *request, GError **error)
{
  gint64 key;

  if (!sb_db_find_flow (db, request->input, &key, error))
    return FALSE;
  return sb_db_return_rows (db, request,
                            sb_db_bind (db, error,
                                        "SELECT version, published_us, note FROM versions"
                                        " WHERE flow = ? ORDER BY version DESC",
                                        "i", key),
                            (SbReadRow)read_version, (GDestroyNotify)sb_version_row_unref, error);
}

void
sb_store_list_versions_async (SbStore *self,
                              const char *id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_list_versions_async, list_versions, g_strdup (id),
                g_free, cancellable, callback, data);
}

GPtrArray *
sb_store_list_versions_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static SbValue *
read_refused (SbStatement *statement)
{
  SbValue *row = sb_value_new_object ();
  g_autofree char *reason = sb_statement_get_text (statement, 0);

  sb_value_set_string (row, "reason", reason);
  sb_value_set_int (row, "count", sb_statement_get_int (statement, 1));
  sb_value_set_int (row, "last_us", sb_statement_get_int (statement, 2));
  return row;
}

static gboolean
list_refused (SbDb *db, SbStoreRequest *request, GError **error)
{
  gint64 key;

  if (!sb_db_find_flow (db, request->input, &key, error))
    return FALSE;
  return sb_db_return_rows (db, request,
                            sb_db_bind (db, error,
                                        "SELECT reason, n, last_us FROM refused WHERE flow = ?"
                                        " ORDER BY last_us DESC LIMIT 10",
                                        "i", key),
                            (SbReadRow)read_refused, (GDestroyNotify)sb_value_unref, error);
}

void
sb_store_list_refused_async (SbStore *self,
                             const char *flow_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_list_refused_async, list_refused, g_strdup (flow_id),
                g_free, cancellable, callback, data);
}

GPtrArray *
sb_store_list_refused_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
