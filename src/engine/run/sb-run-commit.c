/* sb-run-commit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-fault.h"

/* A store that cannot write (disk full) is asked again after this. */
#define STORE_RETRY_S 2

static void apply_cb (GObject *object, GAsyncResult *result, gpointer data);

/* A change with the outcome that is still owed to the store. @state is static. */
SbRunChange *
sb_runner_new_change (SbRunner *self, const char *state)
{
  SbRunChange *change = sb_run_change_new ();

  change->run = self->run->id;
  change->state = state;
  change->step = self->need != NULL ? g_strdup (self->need->place) : NULL;
  change->finished = g_steal_pointer (&self->finished);
  return change;
}

/* @change (transfer full) */
void
sb_runner_apply (SbRunner *self, SbRunChange *change, SbNext next)
{
  if (change->finished != NULL)
    SB_CRASH_POINT ("outcome-before-commit");
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

void
sb_runner_tell_stand_still (SbRunner *self, const GError *error)
{
  g_autofree char *alert = g_strdup_printf (_ ("Runs stand still: %s"), error->message);

  self->core->alert (alert, self->core->alert_data);
}

void
sb_runner_call_later (SbRunner *self, GSourceFunc func)
{
  self->again = g_timeout_source_new_seconds (STORE_RETRY_S);
  g_source_set_callback (self->again, func, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
}

static void
store_failed (SbRunner *self, GError *error)
{
  SbAttempt *finished = self->change->finished;

  if (g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND) ||
      g_error_matches (error, SB_ERROR, SB_ERROR_REFUSED))
    {
      g_info ("Run %" G_GINT64_FORMAT " goes no further: %s", self->run->id, error->message);
      sb_runner_end (self, 0);
    }
  else if (self->core->stopping)
    {
      if (finished != NULL)
        g_warning ("What came of step %s of run %" G_GINT64_FORMAT
                   " (%s) could not be stored before "
                   "the stop; the next start asks whether it was done: %s",
                   finished->place, self->run->id, finished->state, error->message);
      sb_runner_end (self, 0);
    }
  else
    {
      /* Nothing was sent that is not on record, and what came back is kept here until it can be. */
      sb_runner_tell_stand_still (self, error);
      sb_runner_call_later (self, apply_again_cb);
    }
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

  if (self->change->finished != NULL)
    SB_CRASH_POINT ("outcome-committed");
  if (self->change->finished != NULL && self->change->begun != NULL)
    SB_CRASH_POINT ("outcome-and-attempt-committed");
  if (self->change->timer != NULL)
    SB_CRASH_POINT ("delay-committed");
  if (g_str_equal (self->change->state, "waiting"))
    due_us = self->change->due_us;
  g_clear_pointer (&self->change, sb_run_change_unref);

  switch (self->next)
    {
    case SB_NEXT_STEP:
      sb_runner_step (self);
      break;
    case SB_NEXT_SEND:
      sb_runner_send (self);
      break;
    case SB_NEXT_TURN:
      if (self->inside)
        sb_runner_act (self);
      break;
    case SB_NEXT_END:
    default:
      sb_runner_end (self, due_us);
      break;
    }
}

/* --- ways to end
 * ---------------------------------------------------------------------------------- */

/* @problem (transfer full) */
void
sb_runner_to_inbox (SbRunner *self, char *problem, gboolean unknown)
{
  SbRunChange *change = sb_runner_new_change (self, "inbox");

  SB_CRASH_POINT ("inbox-before-commit");
  change->problem = problem;
  change->unknown = unknown;
  sb_runner_apply (self, change, SB_NEXT_END);
}

/* @problem (transfer full) (nullable) */
void
sb_runner_to_waiting (SbRunner *self, gint64 due_us, char *problem)
{
  SbRunChange *change = sb_runner_new_change (self, "waiting");

  SB_CRASH_POINT ("waiting-before-commit");
  change->due_us = due_us;
  change->problem = problem;
  sb_runner_apply (self, change, SB_NEXT_END);
}

/* @connection, @problem (transfer full) */
void
sb_runner_to_blocked (SbRunner *self, char *connection, char *problem)
{
  SbRunChange *change = sb_runner_new_change (self, "blocked");

  SB_CRASH_POINT ("blocked-before-commit");
  change->connection = connection;
  change->problem = problem;
  sb_runner_apply (self, change, SB_NEXT_END);
}

/* Back to the store, for the next start. */
void
sb_runner_park (SbRunner *self)
{
  SB_CRASH_POINT ("run-parking");
  sb_runner_apply (self, sb_runner_new_change (self, "ready"), SB_NEXT_END);
}
