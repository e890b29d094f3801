/* sb-pilot-watch.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-ground.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-replay.h"

#define BLOCKED_FOR_GOOD_US (3 * G_TIME_SPAN_SECOND)
#define RUNS_READ           10000

/* What the store holds now. */
void
sb_pilot_take_snapshot (SbPilotGround *ground)
{
  SbPilotWork *work = ground->work;
  SbEventQuery events_query = { .flow_id = ground->flow_id, .limit = RUNS_READ };
  SbRunQuery runs_query = { .flow_id = ground->flow_id, .limit = RUNS_READ };
  g_autoptr (GAsyncResult) events = NULL, runs = NULL;

  g_clear_pointer (&ground->events, g_ptr_array_unref);
  g_clear_pointer (&ground->runs, g_ptr_array_unref);
  sb_store_list_events_async (ground->store, &events_query, NULL, sb_pilot_keep_result_cb, &events);
  ground->events =
    sb_store_list_events_finish (ground->store, sb_pilot_wait_for (work, &events), NULL);
  sb_store_list_runs_async (ground->store, &runs_query, NULL, sb_pilot_keep_result_cb, &runs);
  ground->runs = sb_store_list_runs_finish (ground->store, sb_pilot_wait_for (work, &runs), NULL);
}

/* The newest run that was opened for the event; @known: the store has the event; @count: of runs.
 */
static SbRun *
find_run (SbPilotGround *ground, const char *event_id, gboolean *known, guint *count)
{
  SbRun *found = NULL;
  gint64 event = 0;

  *count = 0;
  for (guint i = 0; ground->events != NULL && i < ground->events->len && event == 0; i++)
    {
      SbEvent *row = g_ptr_array_index (ground->events, i);

      if (g_strcmp0 (row->event_id, event_id) == 0)
        event = row->id;
    }
  *known = event != 0;
  for (guint i = 0; ground->runs != NULL && i < ground->runs->len && event != 0; i++)
    {
      SbRun *run = g_ptr_array_index (ground->runs, i);

      if (run->event != event)
        continue;
      (*count)++;
      found = run;
    }
  return found;
}

void
sb_pilot_end_record (SbPilotGround *ground,
                     SbPilotRecord *record,
                     const char *outcome,
                     const char *problem)
{
  g_free (record->outcome);
  record->outcome = g_strdup (outcome);
  if (problem != NULL && record->problem == NULL)
    record->problem = g_strdup (problem);
  record->ended = TRUE;
  ground->work->deadline_us = g_get_monotonic_time () + ground->work->patience_us;
  sb_pilot_skip_rest (ground->work, record);
  sb_pilot_tell (ground->work, record);
}

static void
note_sent (SbPilotGround *ground, SbClaim *claim)
{
  for (guint i = 0; i < claim->attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (claim->attempts, i);
      const char *slash = strrchr (attempt->place, '/');
      SbStep *step =
        sb_flow_find_step (ground->work->flow, slash != NULL ? slash + 1 : attempt->place);
      g_autofree char *name = NULL;
      GHashTable *places;

      if (step == NULL || step->type != SB_STEP_ACTION)
        continue;
      name = g_strdup_printf ("%s/%s", step->connector, step->action);
      places = g_hash_table_lookup (ground->sent, name);
      if (places == NULL)
        {
          places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
          g_hash_table_insert (ground->sent, g_steal_pointer (&name), places);
        }
      g_hash_table_add (
        places, g_strdup_printf ("%" G_GINT64_FORMAT " %s", claim->run->id, attempt->place));
    }
}

static gboolean
has_ended (SbRun *run)
{
  static const char *const ends[] = { "done", "stopped", "inbox", "dropped", NULL };

  if (g_strv_contains (ends, run->state))
    return TRUE;
  /* A connection that is turned away for a moment comes back by itself; one that does not, waits
   * for its owner, which a pilot does not. */
  return g_str_equal (run->state, "blocked") &&
         sb_clock_now_us () - run->changed_us > BLOCKED_FOR_GOOD_US;
}

static void
look_at_run (SbPilotGround *ground, SbPilotRecord *record, gint64 run)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbValue) body = NULL;
  SbPilotStand stand = { 0 };

  sb_store_load_run_async (ground->store, run, NULL, sb_pilot_keep_result_cb, &result);
  claim = sb_store_load_run_finish (ground->store, sb_pilot_wait_for (work, &result), NULL);
  if (claim == NULL)
    return;

  body = sb_replay_body (work->connectors, work->flow, ground->bell, claim->event, NULL);
  if (body == NULL)
    body = sb_value_ref (record->body);
  stand.body = body;
  stand.run = claim->run->id;
  stand.started_us = claim->run->started_us;
  stand.label = claim->run->label;
  stand.state = claim->run->state;
  stand.problem = claim->run->problem;
  stand.unknown = claim->run->unknown;
  stand.attempts = claim->attempts;
  stand.timers = claim->timers;
  sb_pilot_fill_cells (work, record, &stand);
  if (!has_ended (claim->run))
    {
      sb_pilot_tell (work, record);
      return;
    }
  note_sent (ground, claim);
  sb_pilot_end_record (ground, record, claim->run->state,
                       g_str_equal (claim->run->state, "inbox") ||
                           g_str_equal (claim->run->state, "blocked")
                         ? claim->run->problem
                         : NULL);
}

static void
look_at_repeat (SbPilotGround *ground, SbPilotRecord *record, gboolean known)
{
  if (!known || record->runs != 1)
    {
      sb_pilot_end_record (ground, record, "done", NULL);
      return;
    }
  sb_pilot_set_received (
    record, SB_CELL_HELD, _ ("no second run"),
    _ ("The event was known already: it was answered as the first time, and no "
       "second run was opened."));
  sb_pilot_end_record (ground, record, "held", NULL);
}

void
sb_pilot_look_at_record (SbPilotGround *ground, SbPilotRecord *record)
{
  SbRun *run = NULL;
  gboolean known = FALSE;

  if (record->ended || record->status != 200)
    return;
  if (ground->bell != NULL)
    run = find_run (ground, record->event_id, &known, &record->runs);
  for (guint i = 0; run == NULL && record->run != 0 && i < ground->runs->len; i++)
    if (((SbRun *)g_ptr_array_index (ground->runs, i))->id == record->run)
      run = g_ptr_array_index (ground->runs, i);

  if (record->repeat_of >= 0 && ground->bell != NULL)
    look_at_repeat (ground, record, known);
  else if (ground->bell != NULL && !known)
    {
      sb_pilot_set_received (record, SB_CELL_FAILED, _ ("not ours"),
                             _ ("The flow's trigger does not listen to this event; it was answered "
                                "and not stored."));
      sb_pilot_end_record (ground, record, "refused", NULL);
    }
  else if (run != NULL &&
           (run->changed_us != record->seen_us || g_str_equal (run->state, "blocked")))
    {
      record->run = run->id;
      record->seen_us = run->changed_us;
      look_at_run (ground, record, run->id);
    }
}
