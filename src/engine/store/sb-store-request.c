/* sb-store-request.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

SbStoreRequest *
sb_store_request_new (SbStore *store,
                      gpointer tag,
                      SbStoreWork work,
                      gpointer input,
                      GDestroyNotify free_input,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data)
{
  SbStoreRequest *self = g_slice_new0 (SbStoreRequest);

  self->work = work;
  self->input = input;
  self->free_input = free_input;
  if (callback != NULL)
    {
      self->task = g_task_new (store, cancellable, callback, data);
      (g_task_set_source_tag) (self->task, tag);
      /* The work looks at the cancellable itself: what was committed is not called cancelled. */
      g_task_set_check_cancellable (self->task, FALSE);
      self->context = g_task_get_context (self->task);
    }
  return self;
}

void
sb_store_request_free (SbStoreRequest *self)
{
  if (self->free_input != NULL && self->input != NULL)
    self->free_input (self->input);
  if (self->free_result != NULL && self->result != NULL)
    self->free_result (self->result);
  g_clear_error (&self->error);
  g_clear_object (&self->task);
  g_slice_free (SbStoreRequest, self);
}

/* Sets what the requester gets, instead of what was set before. */
void
sb_store_request_return (SbStoreRequest *self, gpointer result, GDestroyNotify free_result)
{
  if (self->free_result != NULL && self->result != NULL)
    self->free_result (self->result);
  self->result = result;
  self->free_result = free_result;
}

void
sb_store_request_return_int (SbStoreRequest *self, gint64 result)
{
  sb_store_request_return (self, g_memdup2 (&result, sizeof result), g_free);
}

GCancellable *
sb_store_request_get_cancellable (SbStoreRequest *self)
{
  return self->task != NULL ? g_task_get_cancellable (self->task) : NULL;
}

static void
answer (SbStoreRequest *self)
{
  if (self->task == NULL)
    {
      if (self->error != NULL)
        g_warning ("The store could not write: %s", self->error->message);
      return;
    }
  if (self->error != NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (self->task, g_steal_pointer (&self->result), self->free_result);
}

static void
free_list (gpointer data)
{
  SbStoreRequest **list = data;

  while (*list != NULL)
    {
      SbStoreRequest *request = *list;

      *list = request->next;
      sb_store_request_free (request);
    }
  g_free (list);
}

static gboolean
answer_cb (gpointer data)
{
  SbStoreRequest **list = data;

  /* The head moves on first: a callback may run the context again, or end it. */
  while (*list != NULL)
    {
      SbStoreRequest *request = *list;

      *list = request->next;
      answer (request);
      sb_store_request_free (request);
    }
  return G_SOURCE_REMOVE;
}

static void
deliver_to (GMainContext *context, SbStoreRequest *list)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  SbStoreRequest **box = g_new (SbStoreRequest *, 1);

  *box = list;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[signalbox] store answers");
  g_source_set_callback (source, answer_cb, box, free_list);
  g_source_attach (source, context);
}

/**
 * sb_store_requests_deliver:
 * @list: (transfer full): finished requests
 *
 * Wakes each context once, with all the answers that are meant for it in their order. GTask calls
 * back at once when it is returned from a source of its own context.
 */
void
sb_store_requests_deliver (SbStoreRequest *list)
{
  while (list != NULL)
    {
      GMainContext *context = list->context;
      SbStoreRequest *mine = NULL;
      SbStoreRequest **mine_tail = &mine;
      SbStoreRequest *others = NULL;
      SbStoreRequest **others_tail = &others;

      for (SbStoreRequest *request = list, *next; request != NULL; request = next)
        {
          SbStoreRequest ***tail = request->context == context ? &mine_tail : &others_tail;

          next = request->next;
          request->next = NULL;
          **tail = request;
          *tail = &request->next;
        }
      if (context != NULL)
        deliver_to (context, mine);
      else
        while (mine != NULL)
          {
            SbStoreRequest *request = mine;

            mine = request->next;
            answer (request);
            sb_store_request_free (request);
          }
      list = others;
    }
}
