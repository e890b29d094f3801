/* sb-store-events.c
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

static gint64 *
new_id (gint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

/* --- taking an event in -------------------------------------------------------------------------
 */

static void
count_event (SbDb *db, gint64 flow, gint64 received_us)
{
  SbTally fresh = { flow, received_us / QUARTER_US, 1, received_us };

  for (guint i = 0; i < db->tallies->len; i++)
    {
      SbTally *tally = &g_array_index (db->tallies, SbTally, i);

      if (tally->flow == flow && tally->quarter == fresh.quarter)
        {
          tally->events++;
          tally->last_us = MAX (tally->last_us, received_us);
          return;
        }
    }
  g_array_append_val (db->tallies, fresh);
}

gboolean
sb_db_write_tallies (SbDb *db, GError **error)
{
  for (guint i = 0; i < db->tallies->len; i++)
    {
      SbTally *tally = &g_array_index (db->tallies, SbTally, i);

      if (!sb_db_run (db, error,
                      "INSERT INTO counts VALUES (?, 'last-event', ?)"
                      " ON CONFLICT DO UPDATE SET n = max (n, excluded.n)",
                      "ii", tally->flow, tally->last_us) ||
          !sb_db_run (db, error,
                      "INSERT INTO event_counts VALUES (?, ?, ?)"
                      " ON CONFLICT DO UPDATE SET n = n + excluded.n",
                      "iii", tally->quarter, tally->flow, tally->events))
        return FALSE;
    }
  return TRUE;
}

/* It was known already: the answer is what came of it then. */
static gboolean
find_repeated (SbDb *db, gint64 flow, const char *event_id, SbAccepted *accepted, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;

  statement = sb_db_bind (db, error, "SELECT id, held FROM events WHERE flow = ? AND event_id = ?",
                          "it", flow, event_id);
  if (statement == NULL || sb_db_step (db, statement, error) != SB_STEP_ROW)
    return FALSE;
  accepted->event = sb_statement_get_int (statement, 0);
  accepted->held = sb_statement_get_int (statement, 1) != 0;
  accepted->repeated = TRUE;
  return TRUE;
}

gint64
sb_db_open_run (SbDb *db,
                gint64 flow,
                const char *flow_id,
                gint version,
                gint64 event,
                const char *label,
                gboolean taken,
                gint64 started_us,
                GError **error)
{
  if (!sb_db_run (
        db, error,
        "INSERT INTO runs (event, flow, version, mode, label, state, started_us, changed_us)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        "iiittti", event, flow, (gint64)version, db->mode, label, taken ? "running" : "ready",
        started_us))
    return 0;
  sb_db_note (db, "runs", flow_id);
  return sqlite3_last_insert_rowid (db->handle);
}

gboolean
sb_db_insert_event (
  SbDb *db, SbEvent *event, gint64 flow, gboolean held, gboolean *repeated, GError **error)
{
  if (!sb_db_run (db, error,
                  "INSERT INTO events (flow, event_id, source, topic, label, headers, body,"
                  " received_us, held, original) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                  " ON CONFLICT (flow, event_id) DO NOTHING",
                  "itttttbiii", flow, event->event_id,
                  event->source != NULL ? event->source : "webhook", event->topic, event->label,
                  event->headers, event->body, event->received_us, (gint64)held, event->original))
    return FALSE;
  *repeated = sqlite3_changes (db->handle) == 0;
  return TRUE;
}

static gboolean
accept_event (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbEvent *event = request->input;
  g_autofree SbAccepted *accepted = g_new0 (SbAccepted, 1);
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  gint64 flow;
  gboolean live;

  statement = sb_db_bind (db, error,
                          "SELECT key, live_version, state FROM flows"
                          " WHERE id = ? AND removed_us = 0",
                          "t", event->flow_id);
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no flow “%s”."), event->flow_id);
  if (result != SB_STEP_ROW)
    return FALSE;
  flow = sb_statement_get_int (statement, 0);
  accepted->version = sb_statement_get_int (statement, 1);
  live = strcmp ((const char *)sqlite3_column_text (statement, 2), "live") == 0;
  accepted->held = strcmp ((const char *)sqlite3_column_text (statement, 2), "paused") == 0;

  SB_CRASH_POINT ("event-before-insert");
  if (!sb_db_insert_event (db, event, flow, accepted->held, &accepted->repeated, error))
    return FALSE;
  if (accepted->repeated)
    {
      accepted->version = 0;
      if (!find_repeated (db, flow, event->event_id, accepted, error))
        return FALSE;
      sb_store_request_return (request, g_steal_pointer (&accepted), g_free);
      return TRUE;
    }

  SB_CRASH_POINT ("event-inserted");
  accepted->event = sqlite3_last_insert_rowid (db->handle);
  if (live)
    {
      accepted->taken = db->take_accepted;
      accepted->started_us = sb_clock_now_us ();
      accepted->run = sb_db_open_run (db, flow, event->flow_id, accepted->version, accepted->event,
                                      event->label, accepted->taken, accepted->started_us, error);
      if (accepted->run == 0)
        return FALSE;
    }
  SB_CRASH_POINT ("event-run-opened");
  /* Counted last: what fails before it leaves no count behind. */
  count_event (db, flow, event->received_us);
  sb_db_note (db, "events", event->flow_id);
  sb_db_note (db, "flows", event->flow_id);
  sb_store_request_return (request, g_steal_pointer (&accepted), g_free);
  return TRUE;
}

void
sb_store_accept_event_async (SbStore *self,
                             SbEvent *event,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_return_if_fail (event->flow_id != NULL && event->event_id != NULL);

  sb_store_ask (self, SB_LANE_WRITE, sb_store_accept_event_async, accept_event,
                sb_event_ref (event), (GDestroyNotify)sb_event_unref, cancellable, callback, data);
}

gboolean
sb_store_accept_event_finish (SbStore *self,
                              GAsyncResult *result,
                              SbAccepted *accepted,
                              GError **error)
{
  g_autofree SbAccepted *answer = g_task_propagate_pointer (G_TASK (result), error);

  if (answer == NULL)
    return FALSE;
  if (accepted != NULL)
    *accepted = *answer;
  return TRUE;
}

/* --- replay
 * ----------------------------------------------------------------------------------------- */

static gboolean
audit_replay (SbDb *db, gint64 event, gint64 run, GError **error)
{
  g_autoptr (SbValue) detail = sb_value_new_object ();
  g_autofree char *subject = g_strdup_printf ("%" G_GINT64_FORMAT, event);

  sb_value_set_int (detail, "event", event);
  sb_value_set_int (detail, "run", run);
  return sb_db_audit (db, "event-replayed", subject, detail, error);
}

static gboolean
replay (SbDb *db, SbStoreRequest *request, GError **error)
{
  gint64 id = *(gint64 *)request->input;
  g_autoptr (SbStatement) statement = NULL;
  g_autofree char *flow_id = NULL;
  SbStepResult result;
  gint64 version;
  gint64 run;

  statement = sb_db_bind (db, error,
                          "SELECT flow, flows.id, live_version, label FROM events"
                          " JOIN flows ON key = flow"
                          " WHERE events.id = ? AND gone = 0 AND removed_us = 0",
                          "i", id);
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
                 _ ("There is no event %" G_GINT64_FORMAT " of a flow that is still there."), id);
  if (result != SB_STEP_ROW)
    return FALSE;

  flow_id = sb_statement_get_text (statement, 1);
  version = sb_statement_get_int (statement, 2);
  if (version == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("The flow “%s” has no published version yet. Publish it first."), flow_id);
      return FALSE;
    }
  run = sb_db_open_run (db, sb_statement_get_int (statement, 0), flow_id, version, id,
                        (const char *)sqlite3_column_text (statement, 3), FALSE, sb_clock_now_us (),
                        error);
  if (run == 0 || !audit_replay (db, id, run, error))
    return FALSE;
  SB_CRASH_POINT ("replay-run-opened");
  sb_store_request_return_int (request, run);
  return TRUE;
}

void
sb_store_replay_event_async (
  SbStore *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_replay_event_async, replay, new_id (id), g_free,
                cancellable, callback, data);
}

gint64
sb_store_replay_event_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, 0, error);
}

/* --- reading
 * ----------------------------------------------------------------------------------------- */

#define EVENT_COLUMNS                                                                              \
  "SELECT events.id, flows.id, event_id, source, topic, label, headers, received_us,"              \
  " original"

static SbEvent *
read_event (SbStatement *statement)
{
  SbEvent *event = sb_event_new ();

  event->id = sb_statement_get_int (statement, 0);
  event->flow_id = sb_statement_get_text (statement, 1);
  event->event_id = sb_statement_get_text (statement, 2);
  event->source = sb_statement_get_text (statement, 3);
  event->topic = sb_statement_get_text (statement, 4);
  event->label = sb_statement_get_text (statement, 5);
  event->headers = sb_statement_get_text (statement, 6);
  event->received_us = sb_statement_get_int (statement, 7);
  event->original = sb_statement_get_int (statement, 8);
  return event;
}

SbEvent *
sb_db_load_event (SbDb *db, gint64 id, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  SbEvent *event;

  statement = sb_db_bind (db, error,
                          EVENT_COLUMNS ", body FROM events JOIN flows ON key = flow"
                                        " WHERE events.id = ? AND gone = 0",
                          "i", id);
  if (statement == NULL)
    return NULL;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no event %" G_GINT64_FORMAT "."),
                 id);
  if (result != SB_STEP_ROW)
    return NULL;
  event = read_event (statement);
  event->body = sb_statement_get_bytes (statement, 9);
  return event;
}

static gboolean
load_event (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbEvent *event = sb_db_load_event (db, *(gint64 *)request->input, error);

  sb_store_request_return (request, event, (GDestroyNotify)sb_event_unref);
  return event != NULL;
}

void
sb_store_load_event_async (
  SbStore *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_load_event_async, load_event, new_id (id), g_free,
                cancellable, callback, data);
}

SbEvent *
sb_store_load_event_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
event_query_free (gpointer data)
{
  SbEventQuery *query = data;

  g_free (query->flow_id);
  g_free (query);
}

static gboolean
list_events (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbEventQuery *query = request->input;
  gint64 before = query->before_id > 0 ? query->before_id : G_MAXINT64;
  SbStatement *statement;
  gint64 flow;

  if (query->flow_id == NULL)
    statement = sb_db_bind (db, error,
                            EVENT_COLUMNS " FROM events NOT INDEXED CROSS JOIN flows ON key = flow"
                                          " WHERE events.id < ? AND gone = 0"
                                          " ORDER BY events.id DESC LIMIT ?",
                            "ii", before, (gint64)query->limit);
  else if (sb_db_find_flow (db, query->flow_id, &flow, error))
    statement = sb_db_bind (db, error,
                            EVENT_COLUMNS
                            " FROM events INDEXED BY events_by_flow CROSS JOIN flows ON key = flow"
                            " WHERE flow = ? AND events.id < ? AND gone = 0"
                            " ORDER BY events.id DESC LIMIT ?",
                            "iii", flow, before, (gint64)query->limit);
  else
    return FALSE;
  return sb_db_return_rows (db, request, statement, (SbReadRow)read_event,
                            (GDestroyNotify)sb_event_unref, error);
}

void
sb_store_list_events_async (SbStore *self,
                            const SbEventQuery *query,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  SbEventQuery *copy = g_memdup2 (query, sizeof *query);

  copy->flow_id = g_strdup (query->flow_id);
  sb_store_ask (self, SB_LANE_READ, sb_store_list_events_async, list_events, copy, event_query_free,
                cancellable, callback, data);
}

GPtrArray *
sb_store_list_events_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
