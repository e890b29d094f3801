/* sb-commands-pilot.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-pilot-keep.h"
#include "sb-pilot.h"

typedef struct
{
  SbCall *call;
  guint of;
} Progress;

static void
record_cb (SbPilot *pilot, guint record, SbValue *judged, gpointer data)
{
  Progress *progress = data;
  g_autoptr (SbValue) object = sb_value_new_object ();

  sb_value_set_int (object, "record", (gint64)record + 1);
  sb_value_set_int (object, "of", progress->of);
  sb_call_set_text (object, "title", sb_value_get_string (judged, "title"));
  sb_call_set_text (object, "verdict", sb_value_get_string (judged, "verdict"));
  sb_call_tell (progress->call, object);
}

static SbValue *
run_pilot (SbCall *call, SbFlow *flow, SbValue *records, const char *mode, GError **error)
{
  g_autoptr (SbPilot) pilot = NULL;
  Progress progress = { call, sb_value_get_length (records) };
  SbValue *result = NULL;

  pilot = sb_pilot_new (call->engine, call->connectors, flow, records, mode);
  g_signal_connect (pilot, "record", G_CALLBACK (record_cb), &progress);
  sb_pilot_run_async (pilot, call->cancellable, sb_call_ready_cb, call);
  result = sb_pilot_run_finish (pilot, sb_call_wait (call), error);
  g_signal_handlers_disconnect_by_data (pilot, &progress);
  return result;
}

/* Keeps the result with the flow: the gate opens by it. */
static gboolean
keep_result (SbCall *call,
             SbFlowRow *row,
             SbFlow *flow,
             const char *mode,
             SbValue *result,
             gint64 started_us,
             GError **error)
{
  sb_pilot_keep_async (call->store, call->connectors, row->id, flow, mode, result, started_us,
                       call->cancellable, sb_call_ready_cb, call);
  return sb_pilot_keep_finish (call->store, sb_call_wait (call), error);
}

static gboolean
check_mode (const char *mode, GError **error)
{
  static const char *const modes[] = { "preview", "practice", "sandbox", NULL };

  if (g_strv_contains (modes, mode))
    return TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("“%s” is no mode of a pilot. It is “preview”, “practice” or “sandbox”."), mode);
  return FALSE;
}

/* (transfer full): the flow's draft, or the document that was given. */
static SbFlow *
find_flow (SbCall *call, SbFlowRow **row, GError **error)
{
  SbValue *document = sb_value_get_member (call->arguments, "document");

  if (document != NULL)
    return sb_call_parse_flow (document, _ ("The flow"), error);
  *row = sb_call_load_flow (call, error);
  return *row != NULL ? sb_call_parse_flow ((*row)->draft, (*row)->name, error) : NULL;
}

static SbValue *
pilot_flow (SbCall *call, GError **error)
{
  const char *mode = sb_value_get_string (call->arguments, "mode");
  SbValue *given = sb_value_get_member (call->arguments, "records");
  g_autoptr (SbFlowRow) row = NULL;
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) records = NULL;
  g_autoptr (SbValue) result = NULL;
  gint64 started_us = sb_clock_now_us ();

  if (mode == NULL)
    mode = "practice";
  if (!check_mode (mode, error))
    return NULL;
  flow = find_flow (call, &row, error);
  if (flow == NULL)
    return NULL;
  sb_flow_check (flow, call->connectors, problems);
  if (!sb_problems_to_error (problems, flow->name, error))
    return NULL;

  if (given != NULL)
    records = sb_value_ref (given);
  if (records == NULL && row != NULL)
    {
      sb_store_load_records_async (call->store, row->id, call->cancellable, sb_call_ready_cb, call);
      records = sb_store_load_records_finish (call->store, sb_call_wait (call), NULL);
    }
  if (records == NULL)
    records = sb_pilot_find_records (call->connectors, flow);
  if (records == NULL)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_NOT_FOUND,
        _ ("There are no ready-made records for “%s”. Give a file of records with --records."),
        flow->name);
      return NULL;
    }
  result = run_pilot (call, flow, records, mode, error);
  if (result == NULL ||
      (row != NULL && !keep_result (call, row, flow, mode, result, started_us, error)))
    return NULL;
  return g_steal_pointer (&result);
}

/* The newest result that was kept, for its report. */
static SbValue *
show_pilot (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);
  g_autoptr (SbPilotRow) row = NULL;

  if (id == NULL)
    return NULL;
  sb_store_load_pilot_async (call->store, id, sb_value_get_string (call->arguments, "mode"),
                             call->cancellable, sb_call_ready_cb, call);
  row = sb_store_load_pilot_finish (call->store, sb_call_wait (call), error);
  return row != NULL ? sb_value_ref (row->result) : NULL;
}

const SbCommandEntry sb_commands_pilot[] = {
  { "pilot.run", pilot_flow },
  { "pilot.show", show_pilot },
  { NULL, NULL },
};
