/* sb-store-reads.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"

SbRun *
sb_db_read_run (SbStatement *statement)
{
  SbRun *run = sb_run_new ();

  run->id = sb_statement_get_int (statement, 0);
  run->event = sb_statement_get_int (statement, 1);
  run->flow_id = sb_statement_get_text (statement, 2);
  run->flow_name = sb_statement_get_text (statement, 3);
  run->version = sb_statement_get_int (statement, 4);
  run->mode = sb_statement_get_text (statement, 5);
  run->label = sb_statement_get_text (statement, 6);
  run->state = sb_statement_get_text (statement, 7);
  run->step = sb_statement_get_text (statement, 8);
  run->problem = sb_statement_get_text (statement, 9);
  run->unknown = sb_statement_get_int (statement, 10) != 0;
  run->due_us = sb_statement_get_int (statement, 11);
  run->connection = sb_statement_get_text (statement, 12);
  run->started_us = sb_statement_get_int (statement, 13);
  run->changed_us = sb_statement_get_int (statement, 14);
  run->finished_us = sb_statement_get_int (statement, 15);
  run->actions = sb_statement_get_int (statement, 16);
  return run;
}

/* --- one run
 * ---------------------------------------------------------------------------------------- */

static SbValue *
read_output (SbStatement *statement, const char *response)
{
  const char *text = (const char *)sqlite3_column_text (statement, 12);
  g_autoptr (SbValue) whole = NULL;
  SbValue *body;

  if (g_strcmp0 (text, SB_OUTPUT_IS_BODY) != 0)
    return sb_statement_get_value (statement, 12);
  whole = response != NULL ? sb_json_parse (response, -1, NULL) : NULL;
  body = whole != NULL ? sb_value_get_member (whole, "body") : NULL;
  return body != NULL ? sb_value_ref (body) : NULL;
}

static SbAttempt *
read_attempt (SbStatement *statement)
{
  SbAttempt *attempt = sb_attempt_new ();

  attempt->id = sb_statement_get_int (statement, 0);
  attempt->run = sb_statement_get_int (statement, 1);
  attempt->place = sb_statement_get_text (statement, 2);
  attempt->number = sb_statement_get_int (statement, 3);
  attempt->key = sb_statement_get_text (statement, 4);
  attempt->state = sb_statement_get_text (statement, 5);
  attempt->status = sb_statement_get_int (statement, 6);
  attempt->started_us = sb_statement_get_int (statement, 7);
  attempt->ended_us = sb_statement_get_int (statement, 8);
  attempt->message = sb_statement_get_text (statement, 9);
  attempt->request = sb_statement_get_text (statement, 10);
  attempt->response = sb_statement_get_text (statement, 11);
  attempt->output = read_output (statement, attempt->response);
  return attempt;
}

static SbTimer *
read_timer (SbStatement *statement)
{
  SbTimer *timer = sb_timer_new ();

  timer->place = sb_statement_get_text (statement, 0);
  timer->until_us = sb_statement_get_int (statement, 1);
  return timer;
}

static char *
read_place (SbStatement *statement)
{
  return sb_statement_get_text (statement, 0);
}

static GPtrArray *
collect (SbDb *db, SbStatement *owned, SbReadRow read, GDestroyNotify unref, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (unref);
  g_autoptr (SbStatement) statement = owned;
  SbStepResult result;

  if (statement == NULL)
    return NULL;
  while ((result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
    g_ptr_array_add (rows, read (statement));
  return result == SB_STEP_DONE ? g_steal_pointer (&rows) : NULL;
}

SbClaim *
sb_db_load_claim (SbDb *db, gint64 id, GError **error)
{
  g_autoptr (SbClaim) claim = sb_claim_new ();
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;

  statement = sb_db_bind (
    db, error, SB_RUN_COLUMNS " FROM runs CROSS JOIN flows ON key = flow WHERE runs.id = ?", "i",
    id);
  if (statement == NULL)
    return NULL;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no run %" G_GINT64_FORMAT "."),
                 id);
  if (result != SB_STEP_ROW)
    return NULL;
  claim->run = sb_db_read_run (statement);

  claim->event = sb_db_load_event (db, claim->run->event, error);
  if (claim->event == NULL)
    return NULL;
  claim->attempts =
    collect (db,
             sb_db_bind (db, error,
                         "SELECT id, run, place, number, key, state, status, started_us, ended_us,"
                         " message, request, response, output FROM attempts WHERE run = ?"
                         " ORDER BY id",
                         "i", id),
             (SbReadRow)read_attempt, (GDestroyNotify)sb_attempt_unref, error);
  if (claim->attempts == NULL)
    return NULL;
  claim->timers = collect (
    db, sb_db_bind (db, error, "SELECT place, until_us FROM timers WHERE run = ?", "i", id),
    (SbReadRow)read_timer, (GDestroyNotify)sb_timer_unref, error);
  if (claim->timers == NULL)
    return NULL;
  claim->skipped =
    collect (db, sb_db_bind (db, error, "SELECT place FROM skipped WHERE run = ?", "i", id),
             (SbReadRow)read_place, g_free, error);
  return claim->skipped != NULL ? g_steal_pointer (&claim) : NULL;
}

static gboolean
load_run (SbDb *db, SbStoreRequest *request, GError **error)
{
  g_autoptr (SbClaim) claim = sb_db_load_claim (db, *(gint64 *)request->input, error);
  g_autoptr (SbStatement) statement = NULL;

  if (claim == NULL)
    return FALSE;
  statement = sb_db_bind (db, error,
                          "SELECT document FROM versions CROSS JOIN runs"
                          " ON runs.flow = versions.flow AND runs.version = versions.version"
                          " WHERE runs.id = ?",
                          "i", claim->run->id);
  if (statement == NULL || sb_db_step (db, statement, error) == SB_STEP_ERROR)
    return FALSE;
  claim->document = sb_db_read_document (db, statement, 0, error);
  if (claim->document == NULL)
    return FALSE;
  sb_store_request_return (request, g_steal_pointer (&claim), (GDestroyNotify)sb_claim_unref);
  return TRUE;
}

void
sb_store_load_run_async (
  SbStore *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_load_run_async, load_run, g_memdup2 (&id, sizeof id),
                g_free, cancellable, callback, data);
}

SbClaim *
sb_store_load_run_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- counts
 * ------------------------------------------------------------------------------------------- */

/* The owner's today: since midnight where this computer is. */
static gint64
get_midnight_us (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (sb_clock_now_us () / G_USEC_PER_SEC);
  g_autoptr (GDateTime) midnight =
    g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                           g_date_time_get_day_of_month (now), 0, 0, 0);

  return g_date_time_to_unix (midnight) * G_USEC_PER_SEC;
}

static gboolean
summary (SbDb *db, SbStoreRequest *request, GError **error)
{
  g_autoptr (SbValue) answer = sb_value_new_object ();
  g_autoptr (SbStatement) statement = NULL;
  SbValue *runs = sb_value_new_object ();
  gint64 events = 0;
  gint64 last_us = 0;
  gint64 held = 0;
  SbStepResult result;

  sb_value_set (answer, "runs", runs);
  statement = sb_db_bind (
    db, error, "SELECT what, sum (n), max (n) FROM counts GROUP BY what ORDER BY what", "");
  if (statement == NULL)
    return FALSE;
  while ((result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
    {
      const char *what = (const char *)sqlite3_column_text (statement, 0);

      if (strcmp (what, "last-event") == 0)
        last_us = sb_statement_get_int (statement, 2);
      else if (strcmp (what, "held") == 0)
        held = sb_statement_get_int (statement, 1);
      else
        sb_value_set_int (runs, what, sb_statement_get_int (statement, 1));
    }
  if (result == SB_STEP_ERROR ||
      sb_db_get_int (db, &events, error,
                     "SELECT coalesce (sum (n), 0) FROM event_counts WHERE quarter >= ?", "i",
                     get_midnight_us () / QUARTER_US) == SB_STEP_ERROR)
    return FALSE;

  sb_value_set_int (answer, "inbox", sb_value_get_int_or (runs, "inbox", 0));
  sb_value_set_int (answer, "waiting", sb_value_get_int_or (runs, "waiting", 0));
  sb_value_set_int (answer, "blocked", sb_value_get_int_or (runs, "blocked", 0));
  sb_value_set_int (answer, "held", held);
  sb_value_set_int (answer, "events_today", events);
  sb_value_set_int (answer, "last_event_us", last_us);
  sb_store_request_return (request, g_steal_pointer (&answer), (GDestroyNotify)sb_value_unref);
  return TRUE;
}

void
sb_store_summary_async (SbStore *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  sb_store_ask (self, SB_LANE_READ, sb_store_summary_async, summary, NULL, NULL, cancellable,
                callback, data);
}

SbValue *
sb_store_summary_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  SbValue *summary = g_task_propagate_pointer (G_TASK (result), error);
  g_autofree char *trouble = sb_store_get_trouble (self);

  if (summary != NULL && trouble != NULL)
    sb_value_set_string (summary, "trouble", trouble);
  return summary;
}
