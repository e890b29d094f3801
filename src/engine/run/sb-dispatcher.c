/* sb-dispatcher.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-dispatcher.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "sb-clock.h"
#include "sb-fault.h"
#include "sb-run.h"

/* Claims are taken in handfuls, once as much room is there: a big one would make events wait for
 * its commit. */
#define HANDFUL 64
/* A wall clock that is brought into step, a little at a time, was not put back. */
#define PUT_BACK_US    (2 * (gint64)G_USEC_PER_SEC)
#define STORE_RETRY_US (2 * (gint64)G_USEC_PER_SEC)

struct _SbDispatcher
{
  SbCore *core;
  char *worker;
  GHashTable *active; /* run id → SbRunner */
  gsize bytes;        /* of the events of those */
  gboolean started;
  gboolean stopped;
  gboolean claiming;
  gboolean poked;   /* look again after the claim under way */
  gboolean backlog; /* more is ready in the store than there was room for */
  gboolean taking;  /* what the store was told about accepted runs */
  gboolean waking;  /* what waits by a clock that was put back since */
  gint64 due_us;    /* UTC; 0: none known */
  gint64 ahead_us;  /* of the wall clock before the elapsed time, when last looked at */
  GSource *timer;
};

static void claim (SbDispatcher *self);
static void schedule (SbDispatcher *self);

SbDispatcher *
sb_dispatcher_new (SbCore *core)
{
  SbDispatcher *self = g_new0 (SbDispatcher, 1);

  self->core = core;
  self->worker = g_strdup_printf ("%s:%d", g_get_host_name (), (int)getpid ());
  self->active = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

static void
unschedule (SbDispatcher *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
sb_dispatcher_free (SbDispatcher *self)
{
  g_return_if_fail (sb_dispatcher_is_idle (self));

  unschedule (self);
  g_hash_table_unref (self->active);
  g_free (self->worker);
  g_free (self);
}

guint
sb_dispatcher_get_active (SbDispatcher *self)
{
  return g_hash_table_size (self->active);
}

gboolean
sb_dispatcher_is_idle (SbDispatcher *self)
{
  return !self->claiming && !self->waking && g_hash_table_size (self->active) == 0;
}

static gboolean
has_room (SbDispatcher *self, guint runs)
{
  return g_hash_table_size (self->active) + runs <= SB_DISPATCHER_LIMIT &&
         self->bytes < SB_DISPATCHER_LIMIT_BYTES;
}

/* While older runs wait in the store for room, new ones stand behind them. */
static void
update_taking (SbDispatcher *self)
{
  gboolean taking = self->started && !self->stopped && !self->backlog && has_room (self, 1);

  if (taking == self->taking)
    return;
  self->taking = taking;
  sb_store_set_take_accepted (self->core->store, taking);
}

static void
ended_cb (SbRunner *runner, gint64 due_us, gpointer data)
{
  SbDispatcher *self = data;
  gint64 id = sb_runner_get_run (runner);

  SB_CRASH_POINT ("run-ended");
  g_hash_table_remove (self->active, &id);
  self->bytes -= sb_runner_get_size (runner);
  sb_runner_free (runner);

  if (due_us > 0 && (self->due_us == 0 || due_us < self->due_us))
    {
      self->due_us = due_us;
      schedule (self);
    }
  if (self->backlog && has_room (self, HANDFUL))
    claim (self);
  update_taking (self);
}

static void
take (SbDispatcher *self, SbClaim *claimed)
{
  gint64 id = claimed->run->id;
  SbRunner *runner;

  if (g_hash_table_contains (self->active, &id))
    return;
  runner = sb_runner_new (self->core, claimed, ended_cb, self);
  self->bytes += sb_runner_get_size (runner);
  g_hash_table_insert (self->active, g_memdup2 (&id, sizeof id), runner);
}

void
sb_dispatcher_take (SbDispatcher *self, SbEvent *event, SbAccepted *accepted)
{
  g_autoptr (SbClaim) claimed = NULL;

  if (accepted->run == 0 || accepted->repeated)
    return;
  if (!accepted->taken)
    {
      self->backlog = TRUE;
      if (has_room (self, HANDFUL))
        claim (self);
      update_taking (self);
      return;
    }

  SB_CRASH_POINT ("run-taken");
  claimed = sb_claim_new ();
  claimed->event = sb_event_ref (event);
  claimed->run = sb_run_new ();
  claimed->run->id = accepted->run;
  claimed->run->event = accepted->event;
  claimed->run->flow_id = g_strdup (event->flow_id);
  claimed->run->version = accepted->version;
  claimed->run->mode = g_strdup (self->core->mode);
  claimed->run->label = g_strdup (event->label);
  claimed->run->state = g_strdup ("running");
  claimed->run->started_us = accepted->started_us;
  take (self, claimed);
  update_taking (self);
}

static void
woken_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbDispatcher *self = data;
  g_autoptr (GError) error = NULL;
  gint woken = sb_store_wake_finish (SB_STORE (object), result, &error);

  self->waking = FALSE;
  if (error != NULL)
    g_warning ("Runs that wait by a clock that was put back could not be woken: %s",
               error->message);
  else if (woken > 0)
    g_info ("The clock was put back: %d runs that wait are looked at again", woken);
  claim (self);
}

static void
wake (SbDispatcher *self)
{
  if (self->waking)
    return;
  self->waking = TRUE;
  sb_store_wake_async (self->core->store, sb_clock_now_us (), NULL, woken_cb, self);
}

/* Returns: whether the wall clock was put back since it was looked at last. */
static gboolean
look_at_clock (SbDispatcher *self)
{
  gint64 ahead_us = sb_clock_now_us () - sb_clock_elapsed_us ();
  gboolean back = ahead_us < self->ahead_us - PUT_BACK_US;

  self->ahead_us = ahead_us;
  return back;
}

static gboolean
timer_cb (gpointer data)
{
  SbDispatcher *self = data;

  g_clear_pointer (&self->timer, g_source_unref);
  if (look_at_clock (self))
    wake (self);
  if (self->due_us != 0 && self->due_us <= sb_clock_now_us ())
    {
      self->due_us = 0;
      claim (self);
    }
  else
    schedule (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (SbDispatcher *self)
{
  gint64 wait_us = self->due_us - sb_clock_now_us ();

  unschedule (self);
  if (self->due_us == 0 || self->stopped)
    return;
  self->timer = g_timeout_source_new (CLAMP (wait_us, 0, SB_CLOCK_LOOK_AGAIN_US) / 1000 + 1);
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
claimed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbDispatcher *self = data;
  g_autoptr (GError) error = NULL;
  gint64 next_due_us = 0;
  gint64 now_us = sb_clock_now_us ();
  g_autoptr (GPtrArray) claims =
    sb_store_claim_runs_finish (SB_STORE (object), result, &next_due_us, &error);

  SB_CRASH_POINT ("run-claimed");
  self->claiming = FALSE;
  if (claims == NULL)
    {
      g_autofree char *alert = g_strdup_printf (_ ("Runs stand still: %s"), error->message);

      g_warning ("No runs could be taken: %s", error->message);
      if (!self->stopped)
        self->core->alert (alert, self->core->alert_data);
      self->due_us = now_us + STORE_RETRY_US;
    }
  else
    {
      for (guint i = 0; i < claims->len; i++)
        take (self, g_ptr_array_index (claims, i));
      self->backlog = next_due_us != 0 && next_due_us <= now_us;
      self->due_us = self->backlog ? 0 : next_due_us;
      self->poked = self->poked || (self->backlog && has_room (self, HANDFUL));
    }

  if (self->poked && !self->stopped)
    claim (self);
  else
    schedule (self);
  update_taking (self);
}

static void
claim (SbDispatcher *self)
{
  if (!self->started || self->stopped)
    return;
  if (self->claiming)
    {
      self->poked = TRUE;
      return;
    }
  if (!has_room (self, HANDFUL))
    {
      self->backlog = TRUE;
      update_taking (self);
      return;
    }

  self->poked = FALSE;
  self->claiming = TRUE;
  sb_store_claim_runs_async (self->core->store, self->worker, HANDFUL, sb_clock_now_us (), NULL,
                             claimed_cb, self);
}

void
sb_dispatcher_start (SbDispatcher *self)
{
  self->started = TRUE;
  look_at_clock (self);
  /* It may have been put back while nobody was looking. */
  wake (self);
  update_taking (self);
}

void
sb_dispatcher_poke (SbDispatcher *self)
{
  claim (self);
}

void
sb_dispatcher_stop (SbDispatcher *self)
{
  g_autoptr (GList) runners = g_hash_table_get_values (self->active);

  self->stopped = TRUE;
  unschedule (self);
  update_taking (self);
  for (GList *l = runners; l != NULL; l = l->next)
    sb_runner_stop (l->data);
}
