/* sb-run-outcome.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-private.h"

#include <glib/gi18n-lib.h>

#include "sb-backoff.h"
#include "sb-clock.h"
#include "sb-fault.h"
#include "sb-replay.h"

/* The place of the action itself, also while its check is under way. */
SbPlace *
sb_runner_own_place (SbRunner *self)
{
  return sb_places_find (self->places, self->need->place);
}

/* @attempt (transfer full): what became of the newest attempt at its place. */
static void
take_finished (SbRunner *self, SbAttempt *attempt)
{
  g_clear_pointer (&self->finished, sb_attempt_unref);
  self->finished = attempt;
  sb_place_count (sb_places_find (self->places, attempt->place), attempt);
}

/* @output (nullable): nothing was found, or the vendor says nothing but yes. */
static void
take_output (SbRunner *self, const char *place, SbValue *output)
{
  g_autoptr (SbValue) none = sb_value_new_null ();

  sb_journal_add_output (self->journal, place, output != NULL ? output : none);
}

/* @message (nullable) */
static void
ask_person (SbRunner *self, const char *message, gint64 started_us)
{
  SbAction *action = sb_connector_find_action (self->account->connector, self->need->step->action);

  sb_runner_to_inbox (
    self, sb_run_describe_unknown (self->account, action, self->run->label, message, started_us),
    TRUE);
}

static void
give_up (SbRunner *self, SbPlace *place, const char *message)
{
  g_autoptr (SbAttempt) last = self->finished != NULL ? sb_attempt_ref (self->finished) : NULL;

  /* A check that cannot be made leaves the question with a person. */
  if (self->checking || last == NULL || g_str_equal (last->state, "unknown"))
    {
      ask_person (self, message, place->first_us);
      return;
    }
  take_finished (self, sb_attempt_settle (last, "failed", last->message, NULL));
  sb_runner_to_inbox (
    self, sb_run_describe_give_up (self->account, self->action, place->number, message), FALSE);
}

static void
try_later (SbRunner *self, gint64 retry_after_us, const char *message)
{
  SbCore *core = self->core;
  g_autofree char *check = sb_place_to_check (self->need->place);
  SbPlace *place = sb_places_find (self->places, self->checking ? check : self->need->place);
  gint64 now_us = sb_clock_now_us ();
  gint64 pause_us = sb_backoff_pause (core->backoff_us, core->backoff_max_us, place->failures,
                                      g_random_double (), retry_after_us);

  if (sb_place_get_tried_us (place, now_us) + pause_us > core->give_up_us)
    give_up (self, place, message);
  else
    sb_runner_to_waiting (self, now_us + pause_us, g_strdup (message));
}

static gboolean
is_lookup (SbAction *action)
{
  return g_strcmp0 (action->kind, "lookup") == 0;
}

static gboolean
may_repeat (SbAction *action)
{
  return action->idempotency == SB_IDEMPOTENT_KEY || action->idempotency == SB_IDEMPOTENT_PUT ||
         is_lookup (action);
}

static SbAction *
find_check (SbConnector *connector, SbAction *action)
{
  SbValue *idempotency = sb_value_get_member (action->document, "idempotency");
  const char *id = idempotency != NULL ? sb_value_get_string (idempotency, "lookup") : NULL;

  if (action->idempotency != SB_IDEMPOTENT_LOOKUP || id == NULL)
    return NULL;
  return sb_connector_find_action (connector, id);
}

/* @attempt was sent and nobody knows what came of it. @message (nullable): what was heard; NULL: it
 * is looked at again, after a pause or a restart. */
void
sb_runner_settle_unknown (SbRunner *self, SbAttempt *attempt, const char *message)
{
  SbAction *check = find_check (self->account->connector, self->action);
  gint64 started_us = attempt->started_us;

  if (may_repeat (self->action) && message != NULL)
    {
      try_later (self, 0, message);
    }
  else if (may_repeat (self->action))
    {
      /* The same key again: that is safe, whatever became of the first. */
      if (g_str_equal (attempt->state, "sent"))
        take_finished (self, sb_attempt_settle (attempt, "retry",
                                                _ ("Signalbox was stopped before it heard the "
                                                   "answer; it asks again with the same key"),
                                                NULL));
      g_clear_pointer (&sb_runner_own_place (self)->open, sb_attempt_unref);
      sb_runner_wait_for_turn (self);
    }
  else if (check != NULL)
    {
      self->action = check;
      self->checking = TRUE;
      sb_runner_act (self);
    }
  else
    {
      if (g_str_equal (attempt->state, "sent"))
        take_finished (self, sb_attempt_settle (attempt, "unknown",
                                                _ ("Signalbox was stopped before it heard the "
                                                   "answer"),
                                                NULL));
      ask_person (self, message, started_us);
    }
}

/* The look-up has told whether the action happened. */
static void
take_check (SbRunner *self, const SbOutcome *outcome)
{
  SbPlace *place = sb_runner_own_place (self);
  g_autoptr (SbAttempt) open = place->open != NULL ? sb_attempt_ref (place->open) : NULL;
  g_autoptr (SbAttempt) checked = g_steal_pointer (&self->finished);
  SbRunChange *change = NULL;

  g_return_if_fail (open != NULL);

  if (outcome->found)
    {
      take_finished (self,
                     sb_attempt_settle (open, "done", _ ("It had been done: found by looking"),
                                        outcome->output));
      take_output (self, open->place, outcome->output);
    }
  else
    {
      take_finished (self, sb_attempt_settle (open, "retry", _ ("It had not been done"), NULL));
    }

  SB_CRASH_POINT ("check-before-commit");
  /* Two outcomes: the look-up's goes first, the action's with the next step. */
  change = sb_run_change_new ();
  change->run = self->run->id;
  change->state = "running";
  change->step = g_strdup (self->need->place);
  change->finished = g_steal_pointer (&checked);
  sb_runner_forget_action (self);
  sb_runner_apply (self, change, SB_NEXT_STEP);
}

static void
report_outage (SbRunner *self, const SbAnswer *answer)
{
  SbCore *core = self->core;
  SbConnection *connection = self->account->connection;
  gboolean reached =
    answer->status != 0 && answer->status != 502 && answer->status != 503 && answer->status != 504;
  g_autofree char *alert = NULL;

  if (!sb_limits_report (core->limits, connection->id, reached, core->backoff_us,
                         core->backoff_max_us))
    return;
  alert = g_strdup_printf (_ ("%s (%s) cannot be reached. Runs that need it wait and go on by "
                              "themselves"),
                           self->account->connector->name, connection->name);
  core->alert (alert, core->alert_data);
}

/* Tokens of a sign-in grow old. Returns: TRUE when that is all there is to it. */
static gboolean
wait_for_tokens (SbRunner *self)
{
  SbConnection *connection = self->account->connection;
  const char *name = self->account->connector->name;

  switch (sb_accounts_take_refusal (self->core->accounts, self->account))
    {
    case SB_REFUSAL_RENEWING:
      sb_runner_to_blocked (self, g_strdup (connection->id),
                            g_strdup_printf (_ ("Waiting for %s to renew the sign-in"), name));
      return TRUE;
    case SB_REFUSAL_RENEWED:
      sb_runner_to_waiting (self, sb_clock_now_us (),
                            g_strdup_printf (_ ("The sign-in at %s was renewed"), name));
      return TRUE;
    case SB_REFUSAL_STANDS:
    default:
      return FALSE;
    }
}

static void
take_trouble (SbRunner *self, const SbAnswer *answer, const SbOutcome *outcome)
{
  SbCore *core = self->core;
  SbConnection *connection = self->account->connection;
  g_autofree char *alert = NULL;

  /* What is forbidden stays so with newer tokens. */
  if (answer->status != 403 && wait_for_tokens (self))
    return;

  SB_CRASH_POINT ("trouble-heard");
  if (sb_accounts_set_trouble (core->accounts, connection->id, outcome->message))
    {
      alert =
        g_strdup_printf (_ ("%s (%s) is paused: %s. Runs that need it wait until it is mended "
                            "under Connections"),
                         self->account->connector->name, connection->name, outcome->message);
      core->alert (alert, core->alert_data);
    }
  sb_runner_to_blocked (self, g_strdup (connection->id), g_strdup (outcome->message));
}

static const char *
outcome_to_state (SbOutcomeKind kind)
{
  switch (kind)
    {
    case SB_OUTCOME_DONE:
      return "done";
    case SB_OUTCOME_RETRY:
      return "retry";
    case SB_OUTCOME_UNKNOWN:
      return "unknown";
    case SB_OUTCOME_TROUBLE:
      return "trouble";
    case SB_OUTCOME_FAILED:
    default:
      return "failed";
    }
}

void
sb_runner_take_outcome (SbRunner *self, const SbAnswer *answer, const SbOutcome *outcome)
{
  SbOutcomeKind kind = outcome->kind;
  SbAttempt *attempt = NULL;

  /* Asking is harmless: a look-up whose answer got lost is asked again. */
  if (kind == SB_OUTCOME_UNKNOWN && self->checking)
    kind = SB_OUTCOME_RETRY;
  attempt = sb_attempt_finish (self->begun, outcome_to_state (kind), answer, outcome,
                               self->account->secrets);
  if (is_lookup (self->action) && !outcome->found)
    g_clear_pointer (&attempt->output, sb_value_unref);
  take_finished (self, attempt);
  report_outage (self, answer);
  if (outcome->version_note != NULL)
    self->core->alert (outcome->version_note, self->core->alert_data);
  sb_runner_leave (self);

  switch (kind)
    {
    case SB_OUTCOME_DONE:
      if (self->checking)
        {
          take_check (self, outcome);
          break;
        }
      take_output (self, self->begun->place, self->finished->output);
      sb_runner_forget_action (self);
      sb_runner_step (self);
      break;

    case SB_OUTCOME_RETRY:
      if (outcome->retry_after_us > 0)
        sb_limits_hold (self->core->limits, self->account->connection->id, outcome->retry_after_us);
      try_later (self, outcome->retry_after_us, outcome->message);
      break;

    case SB_OUTCOME_UNKNOWN:
      sb_runner_settle_unknown (self, self->finished, outcome->message);
      break;

    case SB_OUTCOME_TROUBLE:
      take_trouble (self, answer, outcome);
      break;

    case SB_OUTCOME_FAILED:
    default:
      if (self->checking)
        ask_person (self, outcome->message, sb_runner_own_place (self)->first_us);
      else
        sb_runner_to_inbox (self, g_strdup (outcome->message), FALSE);
      break;
    }
}
