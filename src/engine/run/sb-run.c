/* sb-run.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-backoff.h"
#include "sb-clock.h"
#include "sb-error.h"
#include "sb-replay.h"

/* A store that cannot write (disk full) is asked again after this. */
#define STORE_RETRY_S 2

typedef enum
{
  NEXT_END,  /* the run is out of our hands */
  NEXT_STEP, /* walk on */
  NEXT_SEND, /* the begun attempt may be sent */
  NEXT_TURN, /* wait for the turn */
} Next;

struct _SbRunner
{
  SbCore *core;
  SbRunnerFunc func;
  gpointer data;

  SbRun *run;
  SbEvent *event;
  SbFlow *flow;
  SbValue *trigger;
  SbJournal *journal;
  GHashTable *places;
  gint64 pretend_us; /* shortened delays: the walk's clock is at least this */

  SbAttempt *finished; /* (nullable): an outcome the store does not have yet */
  SbRunChange *change; /* (nullable): on its way to the store */
  Next next;           /* once it is there */
  GSource *again;      /* (nullable) */

  /* The action that is next or under way. */
  SbNeed *need;
  SbAccount *account;
  SbAction *action; /* borrowed; of a check the look-up */
  gboolean checking;
  gboolean queued; /* waits for its turn */
  gboolean inside; /* has it */
  SbAttempt *begun;
  SbRequest *request;
};

static void runner_step (SbRunner *self);
static void runner_act (SbRunner *self);
static void wait_for_turn (SbRunner *self);
static void runner_send (SbRunner *self);
static void apply_cb (GObject *object, GAsyncResult *result, gpointer data);

static void
leave (SbRunner *self)
{
  if (self->inside)
    sb_limits_leave (self->core->limits, self->account->connection->id);
  if (self->queued)
    sb_limits_cancel (self->core->limits, self->account->connection->id, self);
  self->inside = FALSE;
  self->queued = FALSE;
}

static void
forget_action (SbRunner *self)
{
  leave (self);
  g_clear_pointer (&self->need, sb_need_free);
  g_clear_pointer (&self->account, sb_account_unref);
  g_clear_pointer (&self->begun, sb_attempt_unref);
  g_clear_pointer (&self->request, sb_request_free);
  self->action = NULL;
  self->checking = FALSE;
}

void
sb_runner_free (SbRunner *self)
{
  forget_action (self);
  if (self->again != NULL)
    {
      g_source_destroy (self->again);
      g_source_unref (self->again);
    }
  g_clear_pointer (&self->run, sb_run_unref);
  g_clear_pointer (&self->event, sb_event_unref);
  g_clear_pointer (&self->flow, sb_flow_unref);
  g_clear_pointer (&self->trigger, sb_value_unref);
  g_clear_pointer (&self->journal, sb_journal_free);
  g_clear_pointer (&self->places, g_hash_table_unref);
  g_clear_pointer (&self->finished, sb_attempt_unref);
  g_clear_pointer (&self->change, sb_run_change_unref);
  g_free (self);
}

gint64
sb_runner_get_run (SbRunner *self)
{
  return self->run->id;
}

static void
end (SbRunner *self, gint64 due_us)
{
  forget_action (self);
  self->func (self, due_us, self->data);
}

/* --- committing
 * ----------------------------------------------------------------------------------- */

/* A change with the outcome that is still owed to the store. @state is static. */
static SbRunChange *
new_change (SbRunner *self, const char *state)
{
  SbRunChange *change = sb_run_change_new ();

  change->run = self->run->id;
  change->state = state;
  change->step = self->need != NULL ? g_strdup (self->need->place) : NULL;
  change->finished = g_steal_pointer (&self->finished);
  return change;
}

/* @change (transfer full) */
static void
apply (SbRunner *self, SbRunChange *change, Next next)
{
  self->change = change;
  self->next = next;
  sb_store_apply_async (self->core->store, change, NULL, apply_cb, self);
}

static gboolean
apply_again_cb (gpointer data)
{
  SbRunner *self = data;

  g_clear_pointer (&self->again, g_source_unref);
  sb_store_apply_async (self->core->store, self->change, NULL, apply_cb, self);
  return G_SOURCE_REMOVE;
}

static void
store_failed (SbRunner *self, GError *error)
{
  g_autofree char *alert = NULL;

  if (g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND) ||
      g_error_matches (error, SB_ERROR, SB_ERROR_REFUSED) || self->core->stopping)
    {
      g_info ("Run %" G_GINT64_FORMAT " goes no further: %s", self->run->id, error->message);
      end (self, 0);
      return;
    }

  /* Nothing was sent that is not on record, and what came back is kept here until it can be. */
  alert = g_strdup_printf (_ ("Runs stand still: %s"), error->message);
  self->core->alert (alert, self->core->alert_data);
  self->again = g_timeout_source_new_seconds (STORE_RETRY_S);
  g_source_set_callback (self->again, apply_again_cb, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
}

static void
apply_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbRunner *self = data;
  g_autoptr (GError) error = NULL;
  gint64 due_us = 0;

  if (!sb_store_apply_finish (SB_STORE (object), result, &error))
    {
      store_failed (self, error);
      return;
    }

  if (g_str_equal (self->change->state, "waiting"))
    due_us = self->change->due_us;
  g_clear_pointer (&self->change, sb_run_change_unref);

  switch (self->next)
    {
    case NEXT_STEP:
      runner_step (self);
      break;
    case NEXT_SEND:
      runner_send (self);
      break;
    case NEXT_TURN:
      if (self->inside)
        runner_act (self);
      break;
    case NEXT_END:
    default:
      end (self, due_us);
      break;
    }
}

/* --- ways to end
 * ---------------------------------------------------------------------------------- */

/* @problem (transfer full) */
static void
to_inbox (SbRunner *self, char *problem, gboolean unknown)
{
  SbRunChange *change = new_change (self, "inbox");

  change->problem = problem;
  change->unknown = unknown;
  apply (self, change, NEXT_END);
}

/* @problem (transfer full) (nullable) */
static void
to_waiting (SbRunner *self, gint64 due_us, char *problem)
{
  SbRunChange *change = new_change (self, "waiting");

  change->due_us = due_us;
  change->problem = problem;
  apply (self, change, NEXT_END);
}

/* @connection, @problem (transfer full) */
static void
to_blocked (SbRunner *self, char *connection, char *problem)
{
  SbRunChange *change = new_change (self, "blocked");

  change->connection = connection;
  change->problem = problem;
  apply (self, change, NEXT_END);
}

/* Back to the store, for the next start. */
static void
park (SbRunner *self)
{
  apply (self, new_change (self, "ready"), NEXT_END);
}

/* --- outcomes
 * ------------------------------------------------------------------------------------- */

/* The place of the action itself, also while its check is under way. */
static SbPlace *
own_place (SbRunner *self)
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

  to_inbox (self,
            sb_run_describe_unknown (self->account, action, self->run->label, message, started_us),
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
  to_inbox (self, sb_run_describe_give_up (self->account, self->action, place->number, message),
            FALSE);
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

  if (now_us + pause_us > place->first_us + core->give_up_us)
    give_up (self, place, message);
  else
    to_waiting (self, now_us + pause_us, g_strdup (message));
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
static void
settle_unknown (SbRunner *self, SbAttempt *attempt, const char *message)
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
      g_clear_pointer (&own_place (self)->open, sb_attempt_unref);
      wait_for_turn (self);
    }
  else if (check != NULL)
    {
      self->action = check;
      self->checking = TRUE;
      runner_act (self);
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
  SbPlace *place = own_place (self);
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

  /* Two outcomes: the look-up's goes first, the action's with the next step. */
  change = sb_run_change_new ();
  change->run = self->run->id;
  change->state = "running";
  change->step = g_strdup (self->need->place);
  change->finished = g_steal_pointer (&checked);
  forget_action (self);
  apply (self, change, NEXT_STEP);
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

static void
take_trouble (SbRunner *self, const SbOutcome *outcome)
{
  SbCore *core = self->core;
  SbConnection *connection = self->account->connection;
  g_autofree char *alert = NULL;

  if (sb_accounts_set_trouble (core->accounts, connection->id, outcome->message))
    {
      alert =
        g_strdup_printf (_ ("%s (%s) is paused: %s. Runs that need it wait until it is mended "
                            "under Connections"),
                         self->account->connector->name, connection->name, outcome->message);
      core->alert (alert, core->alert_data);
    }
  to_blocked (self, g_strdup (connection->id), g_strdup (outcome->message));
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

static void
take_outcome (SbRunner *self, const SbAnswer *answer, const SbOutcome *outcome)
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
  leave (self);

  switch (kind)
    {
    case SB_OUTCOME_DONE:
      if (self->checking)
        {
          take_check (self, outcome);
          break;
        }
      take_output (self, self->begun->place, self->finished->output);
      forget_action (self);
      runner_step (self);
      break;

    case SB_OUTCOME_RETRY:
      if (outcome->retry_after_us > 0)
        sb_limits_hold (self->core->limits, self->account->connection->id,
                        sb_clock_now_us () + outcome->retry_after_us);
      try_later (self, outcome->retry_after_us, outcome->message);
      break;

    case SB_OUTCOME_UNKNOWN:
      settle_unknown (self, self->finished, outcome->message);
      break;

    case SB_OUTCOME_TROUBLE:
      take_trouble (self, outcome);
      break;

    case SB_OUTCOME_FAILED:
    default:
      if (self->checking)
        ask_person (self, outcome->message, own_place (self)->first_us);
      else
        to_inbox (self, g_strdup (outcome->message), FALSE);
      break;
    }
}

/* --- acting
 * --------------------------------------------------------------------------------------- */

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbRunner *self = data;
  g_autoptr (SbOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;
  SbAnswer answer = { 0 };

  if (!sb_http_send_finish (SB_HTTP (object), result, &answer, &error))
    {
      /* The time for stopping is over. The attempt has no outcome, which the next start sees. */
      end (self, 0);
      return;
    }
  g_clear_pointer (&self->request, sb_request_free);
  if (self->need->fields != NULL)
    answer.fields = sb_value_ref (self->need->fields);
  outcome = sb_answer_judge (self->account->connector, self->action, &answer, sb_clock_now_us ());
  take_outcome (self, &answer, outcome);
  sb_answer_clear (&answer);
}

static void
runner_send (SbRunner *self)
{
  sb_http_send_async (self->core->http, self->request, self->core->cancellable, answered_cb, self);
}

/* The turn has come: build, commit, send. */
static void
begin (SbRunner *self)
{
  SbCore *core = self->core;
  g_autofree char *place =
    self->checking ? sb_place_to_check (self->need->place) : g_strdup (self->need->place);
  g_autofree char *key = sb_run_make_key (core->folder_id, self->run->id, self->need->place);
  SbPlace *known = sb_places_find (self->places, place);
  g_autoptr (GError) error = NULL;
  SbRunChange *change = NULL;

  self->request =
    sb_request_build (self->account->connector, self->action, self->account->connection,
                      self->account->secrets, self->need->fields, key, self->account->base, &error);
  if (self->request == NULL || !sb_run_may_send (core, self->account, self->request, &error))
    {
      leave (self);
      to_inbox (self, g_strdup (error->message), FALSE);
      return;
    }

  g_clear_pointer (&self->begun, sb_attempt_unref);
  self->begun = sb_attempt_new ();
  self->begun->run = self->run->id;
  self->begun->place = g_steal_pointer (&place);
  self->begun->number = known->number + 1;
  self->begun->key = g_steal_pointer (&key);
  self->begun->request = g_strdup (self->request->shown);
  self->begun->state = g_strdup ("sent");
  self->begun->started_us = sb_clock_now_us ();
  sb_place_count (known, self->begun);

  change = new_change (self, "running");
  change->begun = sb_attempt_ref (self->begun);
  apply (self, change, NEXT_SEND);
}

static void
turn_cb (gpointer data)
{
  SbRunner *self = data;

  self->queued = FALSE;
  self->inside = TRUE;
  if (self->change == NULL)
    runner_act (self);
}

static void
wait_for_turn (SbRunner *self)
{
  gint64 later_us = 0;
  SbTurn turn = sb_limits_enter (self->core->limits, self->account->connection->id,
                                 sb_run_get_rate (self->core, self->account->connector), turn_cb,
                                 self, &later_us);

  if (turn == SB_TURN_NOW)
    {
      self->inside = TRUE;
      begin (self);
    }
  else if (turn == SB_TURN_LATER)
    {
      to_waiting (
        self, later_us,
        g_strdup_printf (_ ("Waiting for its turn at %s"), self->account->connector->name));
    }
  else
    {
      self->queued = TRUE;
      if (self->finished != NULL)
        apply (self, new_change (self, "running"), NEXT_TURN);
    }
}

/* Returns: FALSE when the run ends here. */
static gboolean
find_account (SbRunner *self)
{
  SbStep *step = self->need->step;
  g_autofree char *connection = NULL;
  g_autofree char *words = NULL;

  switch (sb_accounts_find (self->core->accounts, step->connector, step->connection, &self->account,
                            &connection, &words))
    {
    case SB_ACCOUNT_BLOCKED:
      to_blocked (self, g_steal_pointer (&connection), g_steal_pointer (&words));
      return FALSE;
    case SB_ACCOUNT_MISSING:
      to_inbox (self, g_steal_pointer (&words), FALSE);
      return FALSE;
    case SB_ACCOUNT_READY:
    default:
      break;
    }

  self->action = sb_connector_find_action (self->account->connector, step->action);
  if (self->action == NULL)
    {
      to_inbox (
        self,
        g_strdup_printf (_ ("%s has no action “%s” any more. Choose another one in the flow, "
                            "publish it, and run this again"),
                         self->account->connector->name, step->action),
        FALSE);
      return FALSE;
    }
  return TRUE;
}

/* Goes on with the action that is next, from wherever it stands. */
static void
runner_act (SbRunner *self)
{
  SbAttempt *open = NULL;

  if (self->core->stopping)
    {
      leave (self);
      park (self);
      return;
    }
  if (self->inside)
    {
      begin (self);
      return;
    }
  if (self->account == NULL && !find_account (self))
    return;

  open = own_place (self)->open;
  if (open != NULL && !self->checking)
    settle_unknown (self, open, NULL);
  else
    wait_for_turn (self);
}

/* --- walking
 * -------------------------------------------------------------------------------------- */

static void
verdict_cb (SbStep *step,
            const char *place,
            const char *verdict,
            const char *detail,
            SbValue *output,
            gpointer data)
{
  char **stopped = data;

  if (g_str_equal (verdict, "stopped"))
    {
      g_free (*stopped);
      *stopped = g_strdup (detail);
    }
}

static void
take_wait (SbRunner *self)
{
  SbRunChange *change = NULL;
  gboolean shorten = self->core->shorten_delays;

  change = new_change (self, shorten ? "running" : "waiting");
  change->timer = sb_timer_new ();
  change->timer->place = g_strdup (self->need->place);
  change->timer->until_us = self->need->until_us;
  change->due_us = shorten ? 0 : self->need->until_us;
  if (shorten)
    {
      self->pretend_us = MAX (self->pretend_us, self->need->until_us);
      sb_journal_add_timer (self->journal, self->need->place, self->need->until_us);
    }
  apply (self, change, shorten ? NEXT_STEP : NEXT_END);
}

static void
runner_step (SbRunner *self)
{
  g_autoptr (SbScope) scope = NULL;
  g_autofree char *stopped = NULL;
  SbRunChange *change = NULL;

  forget_action (self);
  if (self->core->stopping)
    {
      park (self);
      return;
    }

  scope = sb_replay_scope (self->flow->time_zone, self->run->id, self->run->started_us,
                           self->run->label, self->trigger);
  self->need = sb_walk_next (self->flow, scope, self->journal,
                             MAX (sb_clock_now_us (), self->pretend_us), verdict_cb, &stopped);
  switch (self->need->kind)
    {
    case SB_WALK_ACT:
      runner_act (self);
      break;
    case SB_WALK_WAIT:
      take_wait (self);
      break;
    case SB_WALK_STOPPED:
      change = new_change (self, "stopped");
      change->problem = g_steal_pointer (&stopped);
      apply (self, change, NEXT_END);
      break;
    case SB_WALK_FAILED:
      to_inbox (self, g_strdup (self->need->error->message), FALSE);
      break;
    case SB_WALK_DONE:
    default:
      apply (self, new_change (self, "done"), NEXT_END);
      break;
    }
}

/* --- starting
 * ------------------------------------------------------------------------------------- */

static void
start (SbRunner *self)
{
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (self->run->mode, self->core->mode))
    {
      /* What was begun on the practice ground never goes on for real, nor the reverse. */
      to_blocked (self, g_strdup_printf ("mode:%s", self->run->mode),
                  g_strdup_printf (_ ("This run was begun in the mode “%s” and goes on only there"),
                                   self->run->mode));
      return;
    }
  self->trigger = sb_run_read_event (self->core, self->flow, self->event, &error);
  if (self->trigger == NULL)
    to_inbox (self, g_strdup (error->message), FALSE);
  else
    runner_step (self);
}

static void
flow_cb (SbFlow *flow, const GError *error, gpointer data)
{
  SbRunner *self = data;

  if (flow != NULL)
    {
      self->flow = sb_flow_ref (flow);
      start (self);
    }
  else
    to_inbox (self, g_strdup (error->message), FALSE);
}

static gboolean
start_cb (gpointer data)
{
  SbRunner *self = data;

  g_clear_pointer (&self->again, g_source_unref);
  start (self);
  return G_SOURCE_REMOVE;
}

SbRunner *
sb_runner_new (SbCore *core, SbClaim *claim, SbRunnerFunc func, gpointer data)
{
  SbRunner *self = g_new0 (SbRunner, 1);
  SbFlow *flow = sb_flow_cache_peek (core->flows, claim->run->flow_id, claim->run->version);

  self->core = core;
  self->func = func;
  self->data = data;
  self->run = sb_run_ref (claim->run);
  self->event = sb_event_ref (claim->event);
  self->journal = sb_replay_journal (claim->attempts, claim->timers, claim->skipped);
  self->places = sb_places_new (claim->attempts);
  for (guint i = 0; core->shorten_delays && claim->timers != NULL && i < claim->timers->len; i++)
    {
      SbTimer *timer = g_ptr_array_index (claim->timers, i);

      self->pretend_us = MAX (self->pretend_us, timer->until_us);
    }

  if (flow == NULL)
    {
      sb_flow_cache_load (core->flows, claim->run->flow_id, claim->run->version, flow_cb, self);
      return self;
    }
  self->flow = sb_flow_ref (flow);
  self->again = g_idle_source_new ();
  g_source_set_priority (self->again, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->again, start_cb, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
  return self;
}

void
sb_runner_stop (SbRunner *self)
{
  if (!self->queued)
    return;
  leave (self);
  if (self->change != NULL)
    self->next = NEXT_STEP; /* which parks */
  else
    park (self);
}
