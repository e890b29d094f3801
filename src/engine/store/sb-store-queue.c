/* sb-store-queue.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

/* How long a thread that was woken waits for the rest of a burst: less than a commit takes. Where
 * the disk is slow, a quarter of what the last one took, so that it is synced for as many as can
 * be. */
#define BURST_US     100
#define SLOW_US      2000
#define MAX_BURST_US 5000

/* A thread that owns one connection. The list is first in, first out; the thread takes up to @batch
 * requests at a time, so that a burst shares one commit without making the first of it wait for
 * ever. */
struct _SbStoreQueue
{
  GMutex mutex;
  GCond cond;
  SbStoreRequest *head;
  SbStoreRequest **tail;
  guint length;
  guint last_length; /* of the batch before */
  gint64 took_us;    /* that one */
  guint wanted;      /* while it waits for a burst: how many are enough to wake it */
  gboolean sleeping;
  gboolean stopping;
  gint64 nudge_us; /* monotonic; 0: none */
  guint batch;
  SbStore *store; /* borrowed: it stops the queue before it goes */
  SbDb *db;
  SbStoreQueueFunc func;
  GThread *thread;
};

static void
append (SbStoreQueue *self, SbStoreRequest *request)
{
  request->next = NULL;
  *self->tail = request;
  self->tail = &request->next;
  self->length++;
}

static SbStoreRequest *
take_batch (SbStoreQueue *self)
{
  SbStoreRequest *list = self->head;
  SbStoreRequest *last = list;
  guint n = 1;

  if (list == NULL)
    return NULL;
  for (; n < self->batch && last->next != NULL; n++)
    last = last->next;
  self->head = g_steal_pointer (&last->next);
  if (self->head == NULL)
    self->tail = &self->head;
  self->length -= n;
  self->last_length = n;
  return list;
}

/* Those who were answered together ask again together, and the first of them wakes this thread:
 * without a moment's patience it would commit that one alone and let all the others wait for a
 * second commit. @others: those who asked while the last batch was under way; on a slow disk it is
 * worth to have all in one commit instead of one half after the other. */
static void
await_burst (SbStoreQueue *self, guint others)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->took_us < SLOW_US)
    {
      gint64 until_us = now_us + BURST_US;

      while (self->length > 0 && self->length < self->last_length && !self->stopping &&
             g_get_monotonic_time () < until_us)
        {
          g_mutex_unlock (&self->mutex);
          g_thread_yield ();
          g_mutex_lock (&self->mutex);
        }
    }
  else
    {
      gint64 until_us = now_us + MIN (self->took_us / 4, MAX_BURST_US);

      self->wanted = MIN (self->last_length + others, self->batch);
      while (self->length > 0 && self->length < self->wanted && !self->stopping &&
             g_cond_wait_until (&self->cond, &self->mutex, until_us))
        ;
      self->wanted = 0;
    }
}

/* Waits for work. FALSE: stopping, and all is done. @list may be NULL: a nudge. */
static gboolean
wait_for_batch (SbStoreQueue *self, SbStoreRequest **list)
{
  gboolean alive = TRUE;
  guint others;

  g_mutex_lock (&self->mutex);
  others = self->length;
  while (self->head == NULL && !self->stopping)
    {
      self->sleeping = TRUE;
      if (self->nudge_us == 0)
        g_cond_wait (&self->cond, &self->mutex);
      else if (!g_cond_wait_until (&self->cond, &self->mutex, self->nudge_us))
        break;
    }
  self->sleeping = FALSE;
  self->nudge_us = 0;
  await_burst (self, others);
  *list = take_batch (self);
  alive = *list != NULL || !self->stopping;
  g_mutex_unlock (&self->mutex);
  return alive;
}

static gpointer
run_thread (gpointer data)
{
  SbStoreQueue *self = data;
  SbStoreRequest *list;

  while (wait_for_batch (self, &list))
    {
      gint64 began_us = g_get_monotonic_time ();

      self->func (self, self->db, list);
      self->took_us = g_get_monotonic_time () - began_us;
    }
  self->func (self, self->db, NULL);
  g_clear_pointer (&self->db, sb_db_close);
  return NULL;
}

/**
 * sb_store_queue_new:
 * @db: (transfer full): the connection the thread will own
 * @func: called on the thread with each batch; it owns the list
 */
SbStoreQueue *
sb_store_queue_new (const char *name, SbStore *store, SbDb *db, guint batch, SbStoreQueueFunc func)
{
  SbStoreQueue *self = g_new0 (SbStoreQueue, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->tail = &self->head;
  self->batch = batch;
  self->store = store;
  self->db = db;
  self->func = func;
  self->thread = g_thread_new (name, run_thread, self);
  return self;
}

gboolean
sb_store_queue_push (SbStoreQueue *self, SbStoreRequest *request)
{
  gboolean taken;
  gboolean wake;

  g_mutex_lock (&self->mutex);
  taken = !self->stopping;
  wake = taken && self->sleeping && self->head == NULL;
  if (taken)
    append (self, request);
  wake = wake || (self->wanted > 0 && self->length >= self->wanted);
  if (wake)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  return taken;
}

/* From the queue's own thread: work that goes on in slices lines up again behind what has come
 * since. */
void
sb_store_queue_push_again (SbStoreQueue *self, SbStoreRequest *list)
{
  g_mutex_lock (&self->mutex);
  while (list != NULL)
    {
      SbStoreRequest *request = list;

      list = request->next;
      append (self, request);
    }
  g_mutex_unlock (&self->mutex);
}

void
sb_store_queue_nudge (SbStoreQueue *self, gint64 wait_us)
{
  gint64 nudge_us = g_get_monotonic_time () + wait_us;

  g_mutex_lock (&self->mutex);
  if (self->nudge_us == 0 || nudge_us < self->nudge_us)
    {
      self->nudge_us = nudge_us;
      if (self->sleeping)
        g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);
}

gboolean
sb_store_queue_has_work (SbStoreQueue *self)
{
  gboolean has_work;

  g_mutex_lock (&self->mutex);
  has_work = self->head != NULL || self->stopping;
  g_mutex_unlock (&self->mutex);
  return has_work;
}

SbStore *
sb_store_queue_get_store (SbStoreQueue *self)
{
  return self->store;
}

gboolean
sb_store_queue_is_stopping (SbStoreQueue *self)
{
  gboolean stopping;

  g_mutex_lock (&self->mutex);
  stopping = self->stopping;
  g_mutex_unlock (&self->mutex);
  return stopping;
}

void
sb_store_queue_stop (SbStoreQueue *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
