/* sb-run.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-replay.h"

void
sb_runner_leave (SbRunner *self)
{
  if (self->inside)
    sb_limits_leave (self->core->limits, self->account->connection->id);
  if (self->queued)
    sb_limits_cancel (self->core->limits, self->account->connection->id, self);
  self->inside = FALSE;
  self->queued = FALSE;
}

void
sb_runner_forget_action (SbRunner *self)
{
  sb_runner_leave (self);
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
  sb_runner_forget_action (self);
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

gsize
sb_runner_get_size (SbRunner *self)
{
  return self->event->body != NULL ? g_bytes_get_size (self->event->body) : 0;
}

void
sb_runner_end (SbRunner *self, gint64 due_us)
{
  sb_runner_forget_action (self);
  self->func (self, due_us, self->data);
}

/* --- walking
 * -------------------------------------------------------------------------------------- */

static void
take_wait (SbRunner *self)
{
  SbRunChange *change = NULL;
  gboolean shorten = self->core->shorten_delays;

  change = sb_runner_new_change (self, shorten ? "running" : "waiting");
  SB_CRASH_POINT ("delay-before-commit");
  change->timer = sb_timer_new ();
  change->timer->place = g_strdup (self->need->place);
  change->timer->until_us = self->need->until_us;
  change->due_us = shorten ? 0 : self->need->until_us;
  if (shorten)
    {
      self->pretend_us = MAX (self->pretend_us, self->need->until_us);
      sb_journal_add_timer (self->journal, self->need->place, self->need->until_us);
    }
  sb_runner_apply (self, change, shorten ? SB_NEXT_STEP : SB_NEXT_END);
}

void
sb_runner_step (SbRunner *self)
{
  g_autoptr (SbScope) scope = NULL;
  SbRunChange *change = NULL;

  sb_runner_forget_action (self);
  if (self->core->stopping)
    {
      sb_runner_park (self);
      return;
    }

  scope = sb_replay_scope (self->flow->time_zone, self->run->id, self->run->started_us,
                           self->run->label, self->trigger);
  self->need = sb_walk_next (self->flow, scope, self->journal,
                             MAX (sb_clock_now_us (), self->pretend_us), NULL, NULL);
  switch (self->need->kind)
    {
    case SB_WALK_ACT:
      sb_runner_act (self);
      break;
    case SB_WALK_WAIT:
      take_wait (self);
      break;
    case SB_WALK_STOPPED:
      change = sb_runner_new_change (self, "stopped");
      change->problem = g_steal_pointer (&self->need->detail);
      sb_runner_apply (self, change, SB_NEXT_END);
      break;
    case SB_WALK_FAILED:
      sb_runner_to_inbox (self, g_strdup (self->need->error->message), FALSE);
      break;
    case SB_WALK_DONE:
    default:
      SB_CRASH_POINT ("run-before-done");
      sb_runner_apply (self, sb_runner_new_change (self, "done"), SB_NEXT_END);
      break;
    }
}

/* --- starting
 * ------------------------------------------------------------------------------------- */

static void flow_cb (SbFlow *flow, const GError *error, gpointer data);

static void
start (SbRunner *self)
{
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (self->run->mode, self->core->mode))
    {
      /* What was begun on the practice ground never goes on for real, nor the reverse. */
      sb_runner_to_blocked (
        self, g_strdup_printf ("mode:%s", self->run->mode),
        g_strdup_printf (_ ("This run was begun in the mode “%s” and goes on only there"),
                         self->run->mode));
      return;
    }
  self->trigger = sb_run_read_event (self->core, self->flow, self->event, &error);
  if (self->trigger == NULL)
    sb_runner_to_inbox (self, g_strdup (error->message), FALSE);
  else
    sb_runner_step (self);
}

static gboolean
load_again_cb (gpointer data)
{
  SbRunner *self = data;

  g_clear_pointer (&self->again, g_source_unref);
  if (self->core->stopping)
    sb_runner_park (self);
  else
    sb_flow_cache_load (self->core->flows, self->run->flow_id, self->run->version, flow_cb, self);
  return G_SOURCE_REMOVE;
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
  else if (g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND) ||
           g_error_matches (error, SB_ERROR, SB_ERROR_INVALID))
    sb_runner_to_inbox (self, g_strdup (error->message), FALSE);
  else
    {
      /* A disk that cannot be read for a moment is no question for a person. */
      sb_runner_tell_stand_still (self, error);
      sb_runner_call_later (self, load_again_cb);
    }
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
  sb_runner_leave (self);
  if (self->change != NULL)
    self->next = SB_NEXT_STEP; /* which parks */
  else
    sb_runner_park (self);
}
