/* sb-run-act.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-fault.h"
#include "sb-replay.h"

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
      sb_runner_end (self, 0);
      return;
    }
  g_clear_pointer (&self->request, sb_request_free);
  if (self->need->fields != NULL)
    answer.fields = sb_value_ref (self->need->fields);
  SB_CRASH_POINT ("answer-read");
  outcome = sb_answer_judge (self->account->connector, self->action, &answer, sb_clock_now_us ());
  sb_outcome_redact (outcome, self->account->secrets);
  sb_runner_take_outcome (self, &answer, outcome);
  sb_answer_clear (&answer);
}

void
sb_runner_send (SbRunner *self)
{
  SB_CRASH_POINT ("attempt-committed");
  sb_http_send_async (self->core->http, self->request, self->core->cancellable, answered_cb, self);
}

/* A vendor remembers a key with what was asked under it, and takes other data under the same key
 * for a mistake. So what a person edited goes out under a key of its own, but only where nothing
 * under the old one can have been done: else the old key is what keeps it from being done twice. */
static char *
make_key (SbRunner *self)
{
  SbPlace *known = sb_places_find (self->places, self->need->place);
  g_autofree char *edited_place = NULL;
  g_autofree char *edited_key = NULL;

  if (g_strcmp0 (self->event->source, "edited") != 0 || known->key == NULL)
    return sb_run_make_key (self->core->folder_id, self->run->id, self->need->place);

  edited_place = g_strdup_printf ("%s#%" G_GINT64_FORMAT, self->need->place, self->event->id);
  edited_key = sb_run_make_key (self->core->folder_id, self->run->id, edited_place);
  if (g_str_equal (known->key, edited_key) || (!known->unsure && known->open == NULL))
    return g_steal_pointer (&edited_key);
  return g_strdup (known->key);
}

/* The turn has come: build, commit, send. */
static void
begin (SbRunner *self)
{
  SbCore *core = self->core;
  g_autofree char *place =
    self->checking ? sb_place_to_check (self->need->place) : g_strdup (self->need->place);
  g_autofree char *key = make_key (self);
  SbPlace *known = sb_places_find (self->places, place);
  g_autoptr (GError) error = NULL;
  SbRunChange *change = NULL;

  self->request =
    sb_request_build (self->account->connector, self->action, self->account->connection,
                      self->account->secrets, self->need->fields, key, self->account->base, &error);
  if (self->request == NULL || !sb_run_may_send (core, self->account, self->request, &error))
    {
      sb_runner_leave (self);
      sb_runner_to_inbox (self, g_strdup (error->message), FALSE);
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

  SB_CRASH_POINT ("attempt-before-commit");
  change = sb_runner_new_change (self, "running");
  change->begun = sb_attempt_ref (self->begun);
  sb_runner_apply (self, change, SB_NEXT_SEND);
}

static void
turn_cb (gpointer data)
{
  SbRunner *self = data;

  self->queued = FALSE;
  self->inside = TRUE;
  if (self->change == NULL)
    sb_runner_act (self);
}

void
sb_runner_wait_for_turn (SbRunner *self)
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
      sb_runner_to_waiting (
        self, later_us,
        g_strdup_printf (_ ("Waiting for its turn at %s"), self->account->connector->name));
    }
  else
    {
      self->queued = TRUE;
      if (self->finished != NULL)
        sb_runner_apply (self, sb_runner_new_change (self, "running"), SB_NEXT_TURN);
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
      sb_runner_to_blocked (self, g_steal_pointer (&connection), g_steal_pointer (&words));
      return FALSE;
    case SB_ACCOUNT_MISSING:
      sb_runner_to_inbox (self, g_steal_pointer (&words), FALSE);
      return FALSE;
    case SB_ACCOUNT_READY:
    default:
      break;
    }

  self->action = sb_connector_find_action (self->account->connector, step->action);
  if (self->action == NULL)
    {
      sb_runner_to_inbox (
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
void
sb_runner_act (SbRunner *self)
{
  SbAttempt *open = NULL;

  if (self->core->stopping)
    {
      sb_runner_leave (self);
      sb_runner_park (self);
      return;
    }
  if (self->inside)
    {
      begin (self);
      return;
    }
  if (self->account == NULL && !find_account (self))
    return;

  open = sb_runner_own_place (self)->open;
  if (open != NULL && !self->checking)
    sb_runner_settle_unknown (self, open, NULL);
  else
    sb_runner_wait_for_turn (self);
}
