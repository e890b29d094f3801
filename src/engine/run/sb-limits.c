/* sb-limits.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-limits.h"

#include "sb-backoff.h"
#include "sb-clock.h"

/* More than this wait in the store instead, so that one slow vendor does not fill the memory that
 * is there for all runs. Of a quick one more may stand here, because they are gone in a moment: to
 * the store and back again costs more than the call. */
#define MAX_QUEUE       64
#define MAX_QUICK_QUEUE 1536
#define MOMENT_US       (G_USEC_PER_SEC)
/* A shorter pause than this is waited out in memory. */
#define SHORT_PAUSE_US (2 * G_USEC_PER_SEC)
/* What a connection without a limit a second is thought to manage, to spread those who come later.
 */
#define GUESSED_PER_SECOND 20.0
#define OUTAGE_FAILURES    5

typedef struct
{
  SbLimitsFunc func;
  gpointer data;
} Waiter;

typedef struct
{
  SbLimits *limits; /* borrowed */
  SbRate rate;
  guint inside;
  double tokens;
  /* Elapsed time, so that a wall clock that is set neither ends a pause nor makes it last a year.
   */
  gint64 filled_us; /* when @tokens was right */
  gint64 hold_us;   /* nobody goes before */
  gint64 later_us;  /* the last one sent away comes back then */
  gint64 left_us;   /* when one left last and others waited; 0: none did */
  gint64 pace_us;   /* from one leaving to the next while others wait, smoothed; 0: unknown */
  guint failures;
  guint outages;
  GQueue queue; /* of Waiter */
  GSource *wake;
} Gate;

struct _SbLimits
{
  GHashTable *gates; /* connection → Gate */
};

static void
gate_unschedule (Gate *gate)
{
  if (gate->wake == NULL)
    return;
  g_source_destroy (gate->wake);
  g_clear_pointer (&gate->wake, g_source_unref);
}

static void
gate_free (gpointer data)
{
  Gate *gate = data;

  gate_unschedule (gate);
  g_queue_clear_full (&gate->queue, g_free);
  g_free (gate);
}

SbLimits *
sb_limits_new (void)
{
  SbLimits *self = g_new0 (SbLimits, 1);

  self->gates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, gate_free);
  return self;
}

void
sb_limits_free (SbLimits *self)
{
  g_hash_table_unref (self->gates);
  g_free (self);
}

static Gate *
find_gate (SbLimits *self, const char *connection)
{
  Gate *gate = g_hash_table_lookup (self->gates, connection);

  if (gate == NULL)
    {
      gate = g_new0 (Gate, 1);
      gate->limits = self;
      gate->filled_us = sb_clock_elapsed_us ();
      gate->tokens = G_MAXDOUBLE;
      gate->rate.concurrent = 1;
      g_queue_init (&gate->queue);
      g_hash_table_insert (self->gates, g_strdup (connection), gate);
    }
  return gate;
}

static void
gate_fill (Gate *gate)
{
  gint64 now_us = sb_clock_elapsed_us ();

  if (gate->rate.per_second <= 0)
    return;
  gate->tokens += (double)(now_us - gate->filled_us) / G_USEC_PER_SEC * gate->rate.per_second;
  gate->tokens = MIN (gate->tokens, MAX (gate->rate.per_second, 1.0));
  gate->filled_us = now_us;
}

/* Returns: µs until one may go; 0: now; -1: when another leaves. */
static gint64
gate_wait_us (Gate *gate)
{
  gint64 hold_us = gate->hold_us - sb_clock_elapsed_us ();
  guint concurrent = gate->outages > 0 ? 1 : MAX (gate->rate.concurrent, 1);

  if (gate->inside >= concurrent)
    return -1;
  if (hold_us > 0)
    return hold_us;
  gate_fill (gate);
  if (gate->rate.per_second > 0 && gate->tokens < 1.0)
    return (gint64)((1.0 - gate->tokens) / gate->rate.per_second * G_USEC_PER_SEC) + 1;
  return 0;
}

static void
gate_take (Gate *gate)
{
  gate->inside++;
  if (gate->rate.per_second > 0)
    gate->tokens -= 1.0;
}

static void gate_schedule (Gate *gate);

static gboolean
wake_cb (gpointer data)
{
  Gate *gate = data;

  g_clear_pointer (&gate->wake, g_source_unref);
  while (!g_queue_is_empty (&gate->queue) && gate_wait_us (gate) == 0)
    {
      g_autofree Waiter *waiter = g_queue_pop_head (&gate->queue);

      gate_take (gate);
      waiter->func (waiter->data);
    }
  gate_schedule (gate);
  return G_SOURCE_REMOVE;
}

static void
gate_schedule (Gate *gate)
{
  gint64 wait_us = 0;

  if (gate->wake != NULL || g_queue_is_empty (&gate->queue))
    return;
  wait_us = gate_wait_us (gate);
  if (wait_us < 0)
    return;

  /* Not called from here: the caller may be in the middle of its own step. */
  gate->wake = wait_us == 0
                 ? g_idle_source_new ()
                 : g_timeout_source_new (MIN (wait_us, SB_CLOCK_LOOK_AGAIN_US) / 1000 + 1);
  g_source_set_priority (gate->wake, G_PRIORITY_DEFAULT);
  g_source_set_callback (gate->wake, wake_cb, gate, NULL);
  g_source_attach (gate->wake, g_main_context_get_thread_default ());
}

static void
gate_reschedule (Gate *gate)
{
  gate_unschedule (gate);
  gate_schedule (gate);
}

/* Calls a second that those who wait can count on, its limit or less. @seen: what was seen counts
 * so many times. */
static double
gate_get_rate (Gate *gate, double seen)
{
  double per_second = GUESSED_PER_SECOND;

  if (gate->pace_us > 0)
    per_second = seen * G_USEC_PER_SEC / (double)gate->pace_us;
  else if (gate->rate.per_second > 0)
    return gate->rate.per_second;
  return gate->rate.per_second > 0 ? MIN (gate->rate.per_second, per_second) : per_second;
}

/* A pause says nothing of how quick the vendor is otherwise: nothing counts for slower than half
 * the guess. */
static void
gate_measure (Gate *gate)
{
  gint64 now_us = sb_clock_elapsed_us ();
  gint64 pace_us =
    CLAMP (now_us - gate->left_us, 1, 2 * G_USEC_PER_SEC / (gint64)GUESSED_PER_SECOND);

  if (g_queue_is_empty (&gate->queue))
    {
      gate->left_us = 0;
      return;
    }
  if (gate->left_us != 0)
    gate->pace_us = gate->pace_us == 0 ? pace_us : (gate->pace_us * 15 + pace_us + 15) / 16;
  gate->left_us = now_us;
}

static gboolean
gate_is_full (Gate *gate)
{
  guint length = g_queue_get_length (&gate->queue);

  return length >= MAX_QUEUE && (gate->pace_us == 0 || length >= MAX_QUICK_QUEUE ||
                                 length * G_USEC_PER_SEC / gate_get_rate (gate, 1) > MOMENT_US);
}

static gint64
gate_send_away (Gate *gate, gint64 now_us)
{
  /* Too early costs another look at the store, too late lets the vendor stand idle. */
  double per_second = gate_get_rate (gate, 2);
  gint64 earliest_us = MAX (gate->hold_us, now_us + (gint64)(g_queue_get_length (&gate->queue) *
                                                             G_USEC_PER_SEC / per_second));

  gate->later_us = MAX (gate->later_us + (gint64)(G_USEC_PER_SEC / per_second), earliest_us);
  return gate->later_us;
}

SbTurn
sb_limits_enter (SbLimits *self,
                 const char *connection,
                 SbRate rate,
                 SbLimitsFunc func,
                 gpointer data,
                 gint64 *later_us)
{
  Gate *gate = find_gate (self, connection);
  gint64 now_us = sb_clock_elapsed_us ();
  Waiter *waiter = NULL;

  gate->rate = rate;
  if (g_queue_is_empty (&gate->queue) && gate_wait_us (gate) == 0)
    {
      gate_take (gate);
      return SB_TURN_NOW;
    }

  if (gate_is_full (gate) || gate->hold_us > now_us + SHORT_PAUSE_US)
    {
      *later_us = sb_clock_now_us () + gate_send_away (gate, now_us) - now_us;
      return SB_TURN_LATER;
    }

  waiter = g_new0 (Waiter, 1);
  waiter->func = func;
  waiter->data = data;
  g_queue_push_tail (&gate->queue, waiter);
  gate_schedule (gate);
  return SB_TURN_QUEUED;
}

void
sb_limits_leave (SbLimits *self, const char *connection)
{
  Gate *gate = find_gate (self, connection);

  g_return_if_fail (gate->inside > 0);

  gate->inside--;
  gate_measure (gate);
  gate_reschedule (gate);
}

void
sb_limits_cancel (SbLimits *self, const char *connection, gpointer data)
{
  Gate *gate = find_gate (self, connection);

  for (GList *l = gate->queue.head; l != NULL; l = l->next)
    {
      Waiter *waiter = l->data;

      if (waiter->data == data)
        {
          g_queue_delete_link (&gate->queue, l);
          g_free (waiter);
          return;
        }
    }
}

void
sb_limits_hold (SbLimits *self, const char *connection, gint64 pause_us)
{
  Gate *gate = find_gate (self, connection);

  gate->hold_us = MAX (gate->hold_us, sb_clock_elapsed_us () + pause_us);
  gate_reschedule (gate);
}

gboolean
sb_limits_report (
  SbLimits *self, const char *connection, gboolean reached, gint64 first_us, gint64 max_us)
{
  Gate *gate = find_gate (self, connection);
  gint64 pause_us = 0;

  if (reached)
    {
      gate->failures = 0;
      gate->outages = 0;
      gate_reschedule (gate);
      return FALSE;
    }

  /* While it is out, each try that fails makes the pause longer. Those that were under way when it
   * began say nothing new. */
  gate->failures++;
  if (gate->failures < OUTAGE_FAILURES || gate->hold_us > sb_clock_elapsed_us ())
    return FALSE;
  gate->outages++;
  pause_us = sb_backoff_pause (first_us, max_us, gate->outages, 0.0, 0);
  sb_limits_hold (self, connection, pause_us);
  return gate->outages == 1;
}
