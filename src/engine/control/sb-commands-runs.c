/* sb-commands-runs.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-replay.h"

#define DEFAULT_LIMIT 50
#define MAX_LIMIT     1000

/**
 * sb_call_write_run:
 *
 * Returns: (transfer full): the run as an object, as lists show it
 */
SbValue *
sb_call_write_run (SbRun *run)
{
  SbValue *object = sb_value_new_object ();

  sb_value_set_int (object, "id", run->id);
  sb_value_set_int (object, "event", run->event);
  sb_call_set_text (object, "flow", run->flow_id);
  sb_call_set_text (object, "flow_name", run->flow_name);
  sb_value_set_int (object, "version", run->version);
  sb_call_set_text (object, "mode", run->mode);
  sb_call_set_text (object, "label", run->label);
  sb_call_set_text (object, "state", run->state);
  sb_call_set_text (object, "step", run->step);
  sb_call_set_text (object, "problem", run->problem);
  sb_value_set_boolean (object, "unknown", run->unknown);
  sb_call_set_time (object, "due", run->due_us);
  sb_call_set_text (object, "connection", run->connection);
  sb_call_set_time (object, "started", run->started_us);
  sb_call_set_time (object, "changed", run->changed_us);
  sb_call_set_time (object, "finished", run->finished_us);
  sb_value_set_int (object, "actions", run->actions);
  return object;
}

static gboolean
check_state (const char *state, GError **error)
{
  static const char *const states[] = { "open",  "ready", "running", "waiting", "blocked",
                                        "inbox", "done",  "stopped", "dropped", NULL };

  if (state == NULL || g_strv_contains (states, state))
    return TRUE;
  g_set_error (
    error, SB_ERROR, SB_ERROR_INVALID,
    _ ("“%s” is no state of a run. States are: open, ready, running, waiting, blocked, inbox, "
       "done, stopped, dropped."),
    state);
  return FALSE;
}

static SbValue *
list_runs (SbCall *call, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;
  SbRunQuery query = { 0 };
  SbValue *array = NULL;

  query.flow_id = (char *)sb_value_get_string (call->arguments, "flow");
  query.state = (char *)sb_value_get_string (call->arguments, "state");
  query.text = (char *)sb_value_get_string (call->arguments, "text");
  query.since_us = sb_value_get_int_or (call->arguments, "since_us", 0);
  query.before_id = sb_value_get_int_or (call->arguments, "before", 0);
  query.limit =
    (guint)CLAMP (sb_value_get_int_or (call->arguments, "limit", DEFAULT_LIMIT), 1, MAX_LIMIT);
  if (!check_state (query.state, error))
    return NULL;

  sb_store_list_runs_async (call->store, &query, call->cancellable, sb_call_ready_cb, call);
  runs = sb_store_list_runs_finish (call->store, sb_call_wait (call), error);
  if (runs == NULL)
    return NULL;

  array = sb_value_new_array ();
  for (guint i = 0; i < runs->len; i++)
    sb_value_append (array, sb_call_write_run (g_ptr_array_index (runs, i)));
  return array;
}

static SbValue *
write_attempt (SbAttempt *attempt)
{
  SbValue *object = sb_value_new_object ();

  sb_call_set_text (object, "place", attempt->place);
  sb_value_set_int (object, "number", attempt->number);
  sb_call_set_text (object, "key", attempt->key);
  sb_call_set_text (object, "state", attempt->state);
  sb_value_set_int (object, "status", attempt->status);
  sb_call_set_text (object, "message", attempt->message);
  sb_call_set_json (object, "request", attempt->request);
  sb_call_set_json (object, "response", attempt->response);
  if (attempt->output != NULL)
    sb_value_set (object, "output", sb_value_ref (attempt->output));
  sb_call_set_time (object, "started", attempt->started_us);
  sb_call_set_time (object, "ended", attempt->ended_us);
  return object;
}

static SbValue *
write_claim (SbClaim *claim)
{
  SbValue *object = sb_call_write_run (claim->run);
  SbValue *attempts = sb_value_new_array ();
  SbValue *timers = sb_value_new_array ();

  for (guint i = 0; claim->attempts != NULL && i < claim->attempts->len; i++)
    sb_value_append (attempts, write_attempt (g_ptr_array_index (claim->attempts, i)));
  for (guint i = 0; claim->timers != NULL && i < claim->timers->len; i++)
    {
      SbTimer *timer = g_ptr_array_index (claim->timers, i);
      SbValue *item = sb_value_new_object ();

      sb_call_set_text (item, "place", timer->place);
      sb_call_set_time (item, "until", timer->until_us);
      sb_value_append (timers, item);
    }
  sb_value_set (object, "attempts", attempts);
  sb_value_set (object, "timers", timers);
  return object;
}

static SbValue *
show_run (SbCall *call, GError **error)
{
  gint64 id = sb_call_get_id (call, error);
  g_autoptr (SbClaim) claim = NULL;

  if (id == 0)
    return NULL;
  sb_store_load_run_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  claim = sb_store_load_run_finish (call->store, sb_call_wait (call), error);
  return claim != NULL ? write_claim (claim) : NULL;
}

static SbValue *
decide (SbCall *call, const char *decision, GError **error)
{
  gint64 id = sb_call_get_id (call, error);

  if (id == 0)
    return NULL;
  sb_engine_resolve_async (call->engine, id, decision, call->cancellable, sb_call_ready_cb, call);
  if (!sb_engine_resolve_finish (call->engine, sb_call_wait (call), error))
    return NULL;
  return show_run (call, error);
}

static SbValue *
retry_run (SbCall *call, GError **error)
{
  return decide (call, "retry", error);
}

static SbValue *
resolve_run (SbCall *call, GError **error)
{
  static const char *const decisions[] = { "done", "not-done", "drop", "restore", NULL };
  const char *decision = sb_call_get_string (call, "as", error);

  if (decision == NULL)
    return NULL;
  if (!g_strv_contains (decisions, decision))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” is no decision. It is “done”, “not-done”, “drop” or “restore”."),
                   decision);
      return NULL;
    }
  return decide (call, decision, error);
}

/* What the run goes by now, as its trigger sees it. */
static SbValue *
load_body (SbCall *call, gint64 id, GError **error)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = NULL;

  sb_store_load_run_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  claim = sb_store_load_run_finish (call->store, sb_call_wait (call), error);
  if (claim == NULL)
    return NULL;
  flow = sb_flow_parse (claim->document, problems);
  if (flow == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("Version %d of the flow “%s” cannot be read."), claim->run->version,
                   claim->run->flow_id);
      return NULL;
    }
  return sb_replay_body (call->connectors, flow, NULL, claim->event, error);
}

/* "set": [{"path": "customer.email", "value": …}, …] */
static SbValue *
change_body (SbCall *call, gint64 id, SbValue *changes, GError **error)
{
  g_autoptr (SbValue) body = load_body (call, id, error);

  for (guint i = 0; body != NULL && i < sb_value_get_length (changes); i++)
    {
      SbValue *change = sb_value_get_item (changes, i);
      const char *path = sb_value_get_string (change, "path");
      SbValue *value = sb_value_get_member (change, "value");
      SbValue *changed = path != NULL && path[0] != '\0' && value != NULL
                           ? sb_value_with_path (body, path, value)
                           : NULL;

      if (changed == NULL)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                       _ ("“%s” is no place in the data of run %" G_GINT64_FORMAT "."),
                       path != NULL ? path : "", id);
          return NULL;
        }
      sb_value_unref (body);
      body = changed;
    }
  return g_steal_pointer (&body);
}

static SbValue *
edit_run (SbCall *call, GError **error)
{
  gint64 id = sb_call_get_id (call, error);
  SbValue *whole = sb_value_get_member (call->arguments, "body");
  SbValue *changes = sb_value_get_member (call->arguments, "set");
  g_autoptr (SbValue) body = NULL;

  if (id == 0)
    return NULL;
  if (whole == NULL && sb_value_get_length (changes) == 0)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("“set” is missing: what in the data is to be changed. Or “body”: all of it."));
      return NULL;
    }
  body = whole != NULL ? sb_value_ref (whole) : change_body (call, id, changes, error);
  if (body == NULL)
    return NULL;
  sb_engine_edit_run_async (call->engine, id, body, call->cancellable, sb_call_ready_cb, call);
  if (!sb_engine_edit_run_finish (call->engine, sb_call_wait (call), error))
    return NULL;
  return show_run (call, error);
}

static SbValue *
summarize (SbCall *call, GError **error)
{
  g_autoptr (SbValue) summary = NULL;
  SbValue *object = NULL;

  sb_store_summary_async (call->store, call->cancellable, sb_call_ready_cb, call);
  summary = sb_store_summary_finish (call->store, sb_call_wait (call), error);
  if (summary == NULL)
    return NULL;

  object = sb_value_copy (summary);
  sb_value_remove (object, "last_event_us");
  sb_call_set_time (object, "last_event", sb_value_get_int_or (summary, "last_event_us", 0));
  sb_value_set_string (object, "mode", sb_engine_get_mode (call->engine));
  sb_value_set_string (object, "folder", sb_store_get_folder (call->store));
  return object;
}

/* days (30), flow (all), mode (the engine's) */
static SbValue *
show_stats (SbCall *call, GError **error)
{
  gint64 days = sb_value_get_int_or (call->arguments, "days", 30);
  const char *mode = sb_value_get_string (call->arguments, "mode");
  const char *flow = sb_value_get_string (call->arguments, "flow");
  g_autoptr (SbValue) stats = NULL;

  if (days < 1 || days > SB_STATS_MAX_DAYS)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("There are figures for 1 to %d days, not for %" G_GINT64_FORMAT "."),
                   SB_STATS_MAX_DAYS, days);
      return NULL;
    }
  sb_store_stats_async (call->store, flow, mode != NULL ? mode : sb_engine_get_mode (call->engine),
                        (guint)days, call->cancellable, sb_call_ready_cb, call);
  stats = sb_store_stats_finish (call->store, sb_call_wait (call), error);
  if (stats != NULL && flow != NULL &&
      sb_value_get_length (sb_value_get_member (stats, "flows")) == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no flow “%s”."), flow);
      return NULL;
    }
  return g_steal_pointer (&stats);
}

const SbCommandEntry sb_commands_runs[] = {
  { "stats", show_stats },         { "runs.list", list_runs },
  { "runs.show", show_run },       { "runs.retry", retry_run },
  { "runs.resolve", resolve_run }, { "runs.edit", edit_run },
  { "status", summarize },         { NULL, NULL },
};
