/* sb-pilot-preview.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-practice.h"
#include "sb-replay.h"
#include "sb-signature.h"

/* Steps of one record; far more than any real one takes, so that nothing goes on for ever. */
#define MAX_ACTIONS 2000

/* The body as the connector reads it, judged as the endpoint would; NULL: turned away. */
static SbValue *
hear (SbPilotWork *work, SbPilotRecord *record, SbVerdict **verdict, GError **error)
{
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection =
    sb_connection_new_practice (work->trigger_connector, &secrets);
  g_autoptr (GHashTable) headers = NULL;
  g_autoptr (GHashTable) lower = NULL;
  const char *address = "https://practice.invalid/in/preview";
  SbIncoming incoming = { "POST", "/in/preview", NULL, record->bytes };
  GHashTableIter iter;
  gpointer name, value;

  headers = sb_pilot_sign (work, record, connection, secrets, address, error);
  if (headers == NULL)
    return NULL;
  lower = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (lower, g_ascii_strdown (name, -1), g_strdup (value));
  incoming.headers = lower;
  *verdict = sb_signature_judge (work->trigger_connector, work->flow->trigger, connection, secrets,
                                 &incoming, address, sb_clock_now_us ());
  if ((*verdict)->kind == SB_VERDICT_ACCEPTED && (*verdict)->body != NULL)
    return sb_value_ref ((*verdict)->body);
  return sb_value_ref (record->body);
}

static SbAttempt *
build_attempt (SbPilotWork *work, SbNeed *need)
{
  SbConnector *connector = sb_connectors_find (work->connectors, need->step->connector);
  SbAction *action =
    connector != NULL ? sb_connector_find_action (connector, need->step->action) : NULL;
  SbAttempt *attempt = sb_attempt_new ();
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (SbRequest) request = NULL;
  g_autoptr (SbOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;
  SbAnswer answer = { 0 };

  attempt->place = g_strdup (need->place);
  attempt->number = 1;
  attempt->key = g_strdup ("preview");
  if (action == NULL)
    {
      attempt->state = g_strdup ("failed");
      attempt->message =
        g_strdup_printf (_ ("There is no action “%s” of “%s”. Choose another one."),
                         need->step->action, need->step->connector);
      return attempt;
    }
  connection = sb_connection_new_practice (connector, &secrets);
  request = sb_request_build (connector, action, connection, secrets, need->fields, "preview", NULL,
                              &error);
  if (request == NULL)
    {
      attempt->state = g_strdup ("failed");
      attempt->message = g_strdup (error->message);
      return attempt;
    }
  attempt->request = g_strdup (request->shown);
  sb_practice_sample (connector, action, need->fields, "preview", &answer);
  outcome = sb_answer_judge (connector, action, &answer, sb_clock_now_us ());
  attempt->status = 0;
  if (outcome->kind == SB_OUTCOME_DONE)
    {
      attempt->state = g_strdup ("done");
      attempt->output =
        outcome->output != NULL && (outcome->found || !g_str_equal (action->kind, "lookup"))
          ? sb_value_ref (outcome->output)
          : NULL;
      attempt->message =
        g_strdup (_ ("The request was built and not sent; the steps after it see the "
                     "connector's sample answer."));
    }
  else
    {
      attempt->state = g_strdup ("failed");
      attempt->message =
        g_strdup_printf (_ ("The sample answer in the connector file of %s does not fit: %s"),
                         connector->name, outcome->message != NULL ? outcome->message : "");
    }
  sb_answer_clear (&answer);
  return attempt;
}

static char *
label_of (SbPilotWork *work, SbValue *body)
{
  g_autoptr (SbScope) scope = sb_scope_new (work->flow->time_zone, sb_clock_now_us ());

  sb_scope_set (scope, "trigger", body);
  return work->trigger != NULL && work->trigger->record != NULL
           ? sb_render_text (work->trigger->record, scope, NULL)
           : NULL;
}

static void
walk_record (SbPilotWork *work, SbPilotRecord *record, SbValue *body)
{
  g_autoptr (GPtrArray) attempts =
    g_ptr_array_new_with_free_func ((GDestroyNotify)sb_attempt_unref);
  g_autoptr (GPtrArray) timers = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_timer_unref);
  g_autofree char *label = label_of (work, body);
  g_autofree char *problem = NULL;
  SbPilotStand stand = {
    .body = body,
    .run = (gint64)record->index + 1,
    .started_us = sb_clock_now_us (),
    .label = label,
    .state = "running",
    .attempts = attempts,
    .timers = timers,
  };

  for (guint i = 0; i < MAX_ACTIONS; i++)
    {
      g_autoptr (SbScope) scope = sb_replay_scope (work->flow->time_zone, stand.run,
                                                   stand.started_us, stand.label, stand.body);
      g_autoptr (SbJournal) journal = sb_replay_journal (stand.attempts, stand.timers, NULL);
      g_autoptr (SbNeed) need =
        sb_walk_next (work->flow, scope, journal, stand.started_us, NULL, NULL);

      if (need->kind == SB_WALK_ACT)
        {
          SbAttempt *attempt = build_attempt (work, need);

          g_ptr_array_add (attempts, attempt);
          if (!g_str_equal (attempt->state, "failed"))
            continue;
          problem = g_strdup (attempt->message);
          stand.state = "inbox";
          break;
        }
      if (need->kind == SB_WALK_WAIT)
        {
          SbTimer *timer = sb_timer_new ();

          timer->place = g_strdup (need->place);
          timer->until_us = MIN (need->until_us, stand.started_us);
          g_ptr_array_add (timers, timer);
          continue;
        }
      stand.state = need->kind == SB_WALK_DONE      ? "done"
                    : need->kind == SB_WALK_STOPPED ? "stopped"
                                                    : "inbox";
      if (need->kind == SB_WALK_FAILED)
        problem = g_strdup (need->error->message);
      break;
    }
  stand.problem = problem;
  sb_pilot_fill_cells (work, record, &stand);
  record->run = stand.run;
  record->outcome = g_strdup (stand.state);
  record->problem = g_steal_pointer (&problem);
}

static void
preview_record (SbPilotWork *work, SbPilotRecord *record)
{
  g_autoptr (SbVerdict) verdict = NULL;
  g_autoptr (SbValue) body = NULL;
  g_autoptr (GError) error = NULL;
  gboolean webhook =
    work->trigger_connector != NULL && g_strcmp0 (work->flow->trigger_type, "webhook") == 0;

  body = webhook ? hear (work, record, &verdict, &error) : sb_value_ref (record->body);
  if (error != NULL)
    {
      sb_pilot_set_received (record, SB_CELL_FAILED, _ ("not signed"), error->message);
      record->problem = g_strdup (error->message);
    }
  else if (verdict != NULL && verdict->kind != SB_VERDICT_ACCEPTED)
    {
      g_autofree char *words = g_strdup_printf (_ ("refused, %u"), verdict->status);

      sb_pilot_set_received (record, SB_CELL_FAILED, words, verdict->reason);
      record->outcome = g_strdup ("refused");
    }
  else if (record->repeat_of >= 0)
    {
      sb_pilot_set_received (record, SB_CELL_HELD, _ ("no second run"), NULL);
      record->outcome = g_strdup ("held");
    }
  else
    {
      sb_pilot_set_received (record, SB_CELL_DONE, _ ("not stored"), NULL);
      walk_record (work, record, body);
    }
  sb_pilot_skip_rest (work, record);
  record->ended = TRUE;
}

/**
 * sb_pilot_preview:
 *
 * Walks every record with the connectors' sample answers; sends nothing anywhere.
 */
gboolean
sb_pilot_preview (SbPilotWork *work, GError **error)
{
  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);

      if (g_cancellable_set_error_if_cancelled (work->cancellable, error))
        return FALSE;
      preview_record (work, record);
      sb_pilot_tell (work, record);
    }
  return TRUE;
}
