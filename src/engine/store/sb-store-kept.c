/* sb-store-kept.c
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

/* Pilots, the audit log and settings. */

typedef struct
{
  char *name;     /* setting's key, flow's id, what happened */
  char *other;    /* (nullable): mode, subject */
  SbValue *value; /* (nullable) */
  gint64 time_us;
} KeptInput;

static KeptInput *
kept_input_new (const char *name, const char *other, SbValue *value)
{
  KeptInput *self = g_new0 (KeptInput, 1);

  self->name = g_strdup (name);
  self->other = g_strdup (other);
  self->value = value != NULL ? sb_value_ref (value) : NULL;
  self->time_us = sb_clock_now_us ();
  return self;
}

static void
kept_input_free (gpointer data)
{
  KeptInput *self = data;

  g_free (self->name);
  g_free (self->other);
  g_clear_pointer (&self->value, sb_value_unref);
  g_free (self);
}

/* --- pilots
 * ------------------------------------------------------------------------------------------ */

static gboolean
save_pilot (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbPilotRow *pilot = request->input;
  gint64 flow;

  if (!sb_db_find_flow (db, pilot->flow_id, &flow, error) ||
      !sb_db_run (db, error,
                  "INSERT INTO pilots (flow, fingerprint, mode, passed, result, started_us,"
                  " finished_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  "ittivii", flow, pilot->fingerprint, pilot->mode, (gint64)pilot->passed,
                  pilot->result, pilot->started_us, pilot->finished_us))
    return FALSE;
  sb_db_note (db, "pilots", pilot->flow_id);
  sb_store_request_return_int (request, sqlite3_last_insert_rowid (db->handle));
  return TRUE;
}

void
sb_store_save_pilot_async (SbStore *self,
                           SbPilotRow *pilot,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_save_pilot_async, save_pilot,
                sb_pilot_row_ref (pilot), (GDestroyNotify)sb_pilot_row_unref, cancellable, callback,
                data);
}

gint64
sb_store_save_pilot_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, 0, error);
}

static gboolean
load_pilot (SbDb *db, SbStoreRequest *request, GError **error)
{
  KeptInput *input = request->input;
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  SbPilotRow *pilot;
  gint64 flow;

  if (!sb_db_find_flow (db, input->name, &flow, error))
    return FALSE;
  statement = sb_db_bind (db, error,
                          "SELECT id, fingerprint, mode, passed, result, started_us, finished_us"
                          " FROM pilots WHERE flow = ?1 AND (?2 IS NULL OR mode = ?2)"
                          " ORDER BY id DESC LIMIT 1",
                          "it", flow, input->other);
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
                 _ ("The flow “%s” has had no pilot yet. Run one first."), input->name);
  if (result != SB_STEP_ROW)
    return FALSE;

  pilot = sb_pilot_row_new ();
  pilot->id = sb_statement_get_int (statement, 0);
  pilot->flow_id = g_strdup (input->name);
  pilot->fingerprint = sb_statement_get_text (statement, 1);
  pilot->mode = sb_statement_get_text (statement, 2);
  pilot->passed = sb_statement_get_int (statement, 3) != 0;
  pilot->result = sb_statement_get_value (statement, 4);
  pilot->started_us = sb_statement_get_int (statement, 5);
  pilot->finished_us = sb_statement_get_int (statement, 6);
  sb_store_request_return (request, pilot, (GDestroyNotify)sb_pilot_row_unref);
  return TRUE;
}

void
sb_store_load_pilot_async (SbStore *self,
                           const char *flow_id,
                           const char *mode,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_load_pilot_async, load_pilot,
                kept_input_new (flow_id, mode, NULL), kept_input_free, cancellable, callback, data);
}

SbPilotRow *
sb_store_load_pilot_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- audit log
 * --------------------------------------------------------------------------------------- */

static gboolean
insert_audit (
  SbDb *db, gint64 time_us, const char *what, const char *subject, SbValue *detail, GError **error)
{
  return sb_db_run (db, error,
                    "INSERT INTO audit (time_us, what, subject, detail) VALUES (?, ?, ?, ?)",
                    "ittv", time_us, what, subject, detail);
}

/* What was done and that it was done are one transaction: neither is there without the other. */
gboolean
sb_db_audit (SbDb *db, const char *what, const char *subject, SbValue *detail, GError **error)
{
  return insert_audit (db, sb_clock_now_us (), what, subject, detail, error);
}

static gboolean
add_audit (SbDb *db, SbStoreRequest *request, GError **error)
{
  KeptInput *input = request->input;

  return insert_audit (db, input->time_us, input->name, input->other, input->value, error);
}

void
sb_store_audit (SbStore *self, const char *what, const char *subject, SbValue *detail)
{
  sb_store_tell (self, add_audit, kept_input_new (what, subject, detail), kept_input_free);
}

static SbAuditRow *
read_audit (SbStatement *statement)
{
  SbAuditRow *row = sb_audit_row_new ();

  row->id = sb_statement_get_int (statement, 0);
  row->time_us = sb_statement_get_int (statement, 1);
  row->what = sb_statement_get_text (statement, 2);
  row->subject = sb_statement_get_text (statement, 3);
  row->detail = sb_statement_get_value (statement, 4);
  return row;
}

static gboolean
list_audit (SbDb *db, SbStoreRequest *request, GError **error)
{
  return sb_db_return_rows (db, request,
                            sb_db_bind (db, error,
                                        "SELECT id, time_us, what, subject, detail FROM audit"
                                        " ORDER BY id DESC LIMIT ?",
                                        "i", *(gint64 *)request->input),
                            (SbReadRow)read_audit, (GDestroyNotify)sb_audit_row_unref, error);
}

void
sb_store_list_audit_async (SbStore *self,
                           guint limit,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  gint64 wide = limit;

  sb_store_ask (self, SB_LANE_READ, sb_store_list_audit_async, list_audit,
                g_memdup2 (&wide, sizeof wide), g_free, cancellable, callback, data);
}

GPtrArray *
sb_store_list_audit_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- settings
 * ------------------------------------------------------------------------------------------ */

static gboolean
get_setting (SbDb *db, SbStoreRequest *request, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  SbValue *value;

  statement =
    sb_db_bind (db, error, "SELECT value FROM settings WHERE key = ?", "t", request->input);
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("The setting “%s” is not set."),
                 (const char *)request->input);
  if (result != SB_STEP_ROW)
    return FALSE;
  value = sb_db_read_document (db, statement, 0, error);
  sb_store_request_return (request, value, (GDestroyNotify)sb_value_unref);
  return value != NULL;
}

void
sb_store_get_setting_async (SbStore *self,
                            const char *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_get_setting_async, get_setting, g_strdup (key), g_free,
                cancellable, callback, data);
}

SbValue *
sb_store_get_setting_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
set_setting (SbDb *db, SbStoreRequest *request, GError **error)
{
  KeptInput *input = request->input;
  gboolean memo = g_str_has_prefix (input->name, SB_MEMO);
  gboolean done = memo || sb_db_audit (db, "setting-changed", input->name, input->value, error);

  if (done)
    done =
      input->value != NULL
        ? sb_db_run (db, error,
                     "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
                     "tv", input->name, input->value)
        : sb_db_run (db, error, "DELETE FROM settings WHERE key = ?", "t", input->name);

  SB_CRASH_POINT ("setting-written");
  if (done && memo)
    sb_db_note (db, "memo", input->name);
  if (done)
    sb_store_request_return_int (request, TRUE);
  return done;
}

void
sb_store_set_setting_async (SbStore *self,
                            const char *key,
                            SbValue *value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_set_setting_async, set_setting,
                kept_input_new (key, NULL, value), kept_input_free, cancellable, callback, data);
}

gboolean
sb_store_set_setting_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}

/* --- records
 * ------------------------------------------------------------------------------------------- */

static gboolean
save_records (SbDb *db, SbStoreRequest *request, GError **error)
{
  KeptInput *input = request->input;
  g_autofree char *key = g_strconcat (SB_STORE_RECORDS, input->name, NULL);
  g_autoptr (SbValue) detail = sb_value_new_object ();
  gint64 flow;
  gboolean done;

  /* Only how many: the records may be customers' and the audit log is kept for years. */
  sb_value_set_int (detail, "records",
                    input->value != NULL ? (gint64)sb_value_get_length (input->value) : 0);
  done = sb_db_find_flow (db, input->name, &flow, error) &&
         sb_db_audit (db, "records-changed", input->name, detail, error);
  if (done)
    done =
      input->value != NULL
        ? sb_db_run (db, error,
                     "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
                     "tv", key, input->value)
        : sb_db_run (db, error, "DELETE FROM settings WHERE key = ?", "t", key);
  if (done)
    sb_store_request_return_int (request, TRUE);
  return done;
}

void
sb_store_save_records_async (SbStore *self,
                             const char *flow_id,
                             SbValue *records,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_save_records_async, save_records,
                kept_input_new (flow_id, NULL, records), kept_input_free, cancellable, callback,
                data);
}

gboolean
sb_store_save_records_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}

void
sb_store_load_records_async (SbStore *self,
                             const char *flow_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_load_records_async, get_setting,
                g_strconcat (SB_STORE_RECORDS, flow_id, NULL), g_free, cancellable, callback, data);
}

SbValue *
sb_store_load_records_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
