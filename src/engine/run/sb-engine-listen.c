/* sb-engine-listen.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-template.h"

/* Somebody who forgot that they listen does not listen for ever. */
#define MAX_LISTEN_S 3600

/* Somebody who waits for a test, the data of their task. */
typedef struct
{
  char *flow_id;
  SbFlow *flow;
  SbListenFunc func;
  gpointer func_data;
  GMainContext *home; /* where @func is called */
  GCancellable *told; /* cancelled when nothing may be told any more */
  GSource *cancelled;
  GSource *ending;
} Listen;

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
listen_free (Listen *listen)
{
  clear_source (&listen->cancelled);
  clear_source (&listen->ending);
  g_free (listen->flow_id);
  sb_flow_unref (listen->flow);
  g_main_context_unref (listen->home);
  g_object_unref (listen->told);
  g_free (listen);
}

/* --- telling
 * -------------------------------------------------------------------------------------------- */

typedef struct
{
  GCancellable *told;
  SbListenFunc func;
  gpointer data;
  SbHeard heard;
} Telling;

static gboolean
tell_cb (gpointer data)
{
  Telling *telling = data;

  if (!g_cancellable_is_cancelled (telling->told))
    telling->func (&telling->heard, telling->data);
  return G_SOURCE_REMOVE;
}

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  g_object_unref (telling->told);
  g_free (telling->heard.words);
  g_free (telling->heard.label);
  g_clear_pointer (&telling->heard.body, sb_value_unref);
  g_free (telling);
}

/* (transfer full) (nullable): "Order #1004" */
static char *
make_label (SbTrigger *trigger, SbValue *body)
{
  g_autoptr (SbScope) scope = sb_scope_new (NULL, sb_clock_now_us ());

  sb_scope_set (scope, "trigger", body);
  return trigger->record != NULL ? sb_render_text (trigger->record, scope, NULL) : NULL;
}

static gboolean
is_signed (SbBell *bell)
{
  SbValue *settings = bell->connection != NULL ? bell->connection->settings : NULL;
  SbValue *webhook = sb_connector_get_webhook (bell->connector, settings);

  return g_strcmp0 (sb_value_get_string (webhook, "scheme"), "secret-path") != 0;
}

/* (transfer full) */
static char *
describe (SbBell *bell, SbVerdict *verdict)
{
  const char *name = bell->connector->name;
  const char *reason = verdict != NULL ? verdict->reason : bell->unready;

  if (verdict != NULL && verdict->kind == SB_VERDICT_ACCEPTED && is_signed (bell))
    return g_strdup_printf (_ ("It came from %s: the signature is right"), name);
  if (verdict != NULL && verdict->kind == SB_VERDICT_ACCEPTED)
    return g_strdup (_ ("It came to the right address; it is not signed"));
  if (verdict != NULL && verdict->kind == SB_VERDICT_HANDSHAKE && verdict->topic != NULL)
    return g_strdup_printf (_ ("%s sent “%s”, which does not start this flow. Choose another event "
                               "there, or another trigger here"),
                            name, verdict->topic);
  if (verdict != NULL && verdict->kind == SB_VERDICT_HANDSHAKE)
    return g_strdup_printf (_ ("%s asked whether somebody is at home, and was answered. Now send a "
                               "test"),
                            name);
  if (verdict == NULL)
    return g_strdup_printf (_ ("Something came, but cannot be judged: %s"), reason);
  return g_strdup_printf (_ ("Something came and was refused: %s"),
                          reason != NULL ? reason : _ ("it is not what this vendor sends"));
}

static void
tell (Listen *listen, SbBell *bell, SbVerdict *verdict)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Telling *telling = g_new0 (Telling, 1);

  telling->told = g_object_ref (listen->told);
  telling->func = listen->func;
  telling->data = listen->func_data;
  telling->heard.at_us = sb_clock_now_us ();
  telling->heard.words = describe (bell, verdict);
  if (verdict != NULL && verdict->kind == SB_VERDICT_ACCEPTED)
    {
      telling->heard.good = TRUE;
      /* The event's own goes on to the engine; what is shown is nobody else's. */
      telling->heard.body = sb_value_copy (verdict->body);
      telling->heard.label = make_label (bell->trigger, verdict->body);
    }
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, telling, telling_free);
  g_source_attach (source, listen->home);
}

static void
heard_cb (SbBell *bell, SbVerdict *verdict, gpointer data)
{
  SbEngine *self = data;

  for (guint i = 0; i < self->listens->len; i++)
    {
      Listen *listen = g_task_get_task_data (g_ptr_array_index (self->listens, i));

      if (g_str_equal (listen->flow_id, bell->flow_id))
        tell (listen, bell, verdict);
    }
}

/* --- beginning and ending
 * -------------------------------------------------------------------------------- */

/* Which drafts are heard follows from who listens. */
static void
update (SbEngine *self)
{
  SbCore *core = &self->core;

  g_clear_pointer (&core->trials, g_hash_table_unref);
  for (guint i = 0; i < self->listens->len; i++)
    {
      Listen *listen = g_task_get_task_data (g_ptr_array_index (self->listens, i));

      if (core->trials == NULL)
        core->trials =
          g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_flow_unref);
      g_hash_table_replace (core->trials, g_strdup (listen->flow_id), sb_flow_ref (listen->flow));
    }
  if (self->endpoint != NULL)
    sb_endpoint_set_heard (self->endpoint, self->listens->len > 0 ? heard_cb : NULL, self);
  sb_engine_ring (self);
}

/* (transfer full): who listens no more. */
static GTask *
take (SbEngine *self, GTask *task)
{
  Listen *listen = g_task_get_task_data (task);
  GTask *taken = g_object_ref (task);

  clear_source (&listen->cancelled);
  clear_source (&listen->ending);
  g_cancellable_cancel (listen->told);
  g_ptr_array_remove (self->listens, task);
  update (self);
  return taken;
}

static gboolean
ending_cb (gpointer data)
{
  g_autoptr (GTask) task = take (g_task_get_source_object (data), data);

  g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAVAILABLE,
                           _ ("Nothing came within an hour. Listen again when you send a test"));
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GTask) task = take (g_task_get_source_object (data), data);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Nobody listens any more"));
  return G_SOURCE_REMOVE;
}

static void
begin (SbEngine *self, GTask *task)
{
  Listen *listen = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (self->endpoint == NULL || self->core.stopping)
    {
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAVAILABLE,
                               _ ("Signalbox does not hear bells now"));
      return;
    }
  if (self->listens == NULL)
    self->listens = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->listens, g_object_ref (task));
  listen->ending = g_timeout_source_new_seconds (MAX_LISTEN_S);
  g_source_set_callback (listen->ending, ending_cb, task, NULL);
  g_source_attach (listen->ending, self->context);
  if (cancellable != NULL)
    {
      listen->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (listen->cancelled, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (listen->cancelled, self->context);
    }
  update (self);
}

void
sb_engine_end_listens (SbEngine *self)
{
  while (self->listens != NULL && self->listens->len > 0)
    {
      g_autoptr (GTask) task = take (self, g_ptr_array_index (self->listens, 0));

      g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAVAILABLE, _ ("The engine was stopped"));
    }
}

void
sb_engine_listen_async (SbEngine *self,
                        const char *flow_id,
                        SbFlow *flow,
                        SbListenFunc func,
                        gpointer func_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Listen *listen = g_new0 (Listen, 1);

  listen->flow_id = g_strdup (flow_id);
  listen->flow = sb_flow_ref (flow);
  listen->func = func;
  listen->func_data = func_data;
  listen->home = g_main_context_ref_thread_default ();
  listen->told = g_cancellable_new ();
  g_task_set_source_tag (task, sb_engine_listen_async);
  g_task_set_task_data (task, listen, (GDestroyNotify)listen_free);
  sb_engine_invoke (self, begin, task);
}

gboolean
sb_engine_listen_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
