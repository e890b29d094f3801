/* sb-session.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-session.h"

#include <string.h>

#include "sb-control.h"
#include "sb-control-client.h"

#define STOP_GRACE_US (5 * G_USEC_PER_SEC)

struct _SbSession
{
  GObject parent_instance;

  char *folder;
  char *mode;
  gint port;
  gint practice_port;

  SbEngine *engine;   /* (nullable): not before ::ready */
  SbControl *control; /* (nullable): lets "signalboxctl" work while the window is open */
  GError *error;
  gboolean ready;
  GCancellable *cancellable;

  GListStore *flows;
  GPtrArray *connections;
  guint n_inbox;
  gint64 last_event_us;
  char *trouble; /* (nullable) */

  gboolean loading_flows;
  gboolean flows_stale;
};

enum
{
  READY,
  FAILED,
  CHANGED,
  FLOWS_CHANGED,
  CONNECTIONS_CHANGED,
  SUMMARY_CHANGED,
  ALERT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbSession, sb_session, G_TYPE_OBJECT)

static void load_flows (SbSession *self);

static gboolean
steps_use (SbValue *steps, const char *connection_id)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");

      if (g_strcmp0 (sb_value_get_string (step, "connection"), connection_id) == 0 ||
          steps_use (sb_value_get_member (step, "steps"), connection_id))
        return TRUE;
      for (guint j = 0; j < sb_value_get_length (lanes); j++)
        if (steps_use (sb_value_get_member (sb_value_get_item (lanes, j), "steps"), connection_id))
          return TRUE;
    }
  return FALSE;
}

static gboolean
flow_uses (SbFlowRow *row, const char *connection_id)
{
  SbValue *trigger = sb_value_get_member (row->draft, "trigger");

  return g_strcmp0 (sb_value_get_string (trigger, "connection"), connection_id) == 0 ||
         steps_use (sb_value_get_member (row->draft, "steps"), connection_id);
}

static const char *
find_trouble (SbSession *self, SbFlowRow *row)
{
  for (guint i = 0; i < self->connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (self->connections, i);

      if (connection->trouble != NULL && flow_uses (row, connection->id))
        return connection->trouble;
    }
  return NULL;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const SbFlowRow *first = *(const SbFlowRow *const *)a;
  const SbFlowRow *second = *(const SbFlowRow *const *)b;
  int order = g_utf8_collate (first->name, second->name);

  return order != 0 ? order : strcmp (first->id, second->id);
}

static gboolean
same_order (SbSession *self, GPtrArray *rows)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->flows)) != rows->len)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (SbFlowItem) item = g_list_model_get_item (G_LIST_MODEL (self->flows), i);
      SbFlowRow *row = g_ptr_array_index (rows, i);

      if (g_strcmp0 (sb_flow_item_get_id (item), row->id) != 0)
        return FALSE;
    }
  return TRUE;
}

static void
take_rows (SbSession *self, GPtrArray *rows)
{
  g_ptr_array_sort (rows, compare_rows);
  if (!same_order (self, rows))
    {
      g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < rows->len; i++)
        {
          SbFlowRow *row = g_ptr_array_index (rows, i);
          SbFlowItem *item = sb_session_find_flow (self, row->id);

          g_ptr_array_add (items, item != NULL ? g_object_ref (item) : sb_flow_item_new (row));
        }
      g_list_store_splice (self->flows, 0, g_list_model_get_n_items (G_LIST_MODEL (self->flows)),
                           items->pdata, items->len);
    }
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (SbFlowItem) item = g_list_model_get_item (G_LIST_MODEL (self->flows), i);
      SbFlowRow *row = g_ptr_array_index (rows, i);

      sb_flow_item_set_row (item, row, find_trouble (self, row));
    }
}

static void
listed_flows_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbSession) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  rows = sb_store_list_flows_finish (SB_STORE (source), result, &error);
  self->loading_flows = FALSE;
  if (rows == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("The flows could not be listed: %s", error->message);
      return;
    }
  take_rows (self, rows);
  g_signal_emit (self, signals[FLOWS_CHANGED], 0);
  if (self->flows_stale)
    load_flows (self);
}

static void
load_flows (SbSession *self)
{
  self->flows_stale = self->loading_flows;
  if (self->loading_flows)
    return;
  self->loading_flows = TRUE;
  sb_store_list_flows_async (sb_engine_get_store (self->engine), self->cancellable, listed_flows_cb,
                             g_object_ref (self));
}

static void
listed_connections_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbSession) self = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *connections = sb_store_list_connections_finish (SB_STORE (source), result, &error);

  if (connections == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("The connections could not be listed: %s", error->message);
      return;
    }
  g_ptr_array_unref (self->connections);
  self->connections = connections;
  g_signal_emit (self, signals[CONNECTIONS_CHANGED], 0);
  load_flows (self);
}

static void
summary_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbSession) self = data;
  g_autoptr (SbValue) summary = sb_store_summary_finish (SB_STORE (source), result, NULL);

  if (summary == NULL)
    return;
  self->n_inbox = (guint)sb_value_get_int_or (summary, "inbox", 0);
  self->last_event_us = sb_value_get_int_or (summary, "last_event_us", 0);
  g_signal_emit (self, signals[SUMMARY_CHANGED], 0);
}

static void
load_summary (SbSession *self)
{
  sb_store_summary_async (sb_engine_get_store (self->engine), self->cancellable, summary_cb,
                          g_object_ref (self));
}

/* Not by way of the summary, which may be what cannot be read. */
static void
take_trouble (SbSession *self)
{
  g_free (self->trouble);
  self->trouble = sb_store_get_trouble (sb_engine_get_store (self->engine));
  g_signal_emit (self, signals[SUMMARY_CHANGED], 0);
}

static void
load_connections (SbSession *self)
{
  sb_store_list_connections_async (sb_engine_get_store (self->engine), self->cancellable,
                                   listed_connections_cb, g_object_ref (self));
}

static void
engine_changed_cb (SbSession *self, const char *what, const char *id)
{
  if (strcmp (what, "connections") == 0 || strcmp (what, "engine") == 0)
    load_connections (self);
  else if (strcmp (what, "flows") == 0)
    load_flows (self);
  else if (strcmp (what, "trouble") == 0)
    take_trouble (self);
  if (strcmp (what, "runs") == 0 || strcmp (what, "events") == 0 || strcmp (what, "inbox") == 0)
    load_summary (self);
  g_signal_emit (self, signals[CHANGED], 0, what, id);
}

static void
engine_alert_cb (SbSession *self, const char *message)
{
  g_signal_emit (self, signals[ALERT], 0, message);
}

static void
start_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SbSession *self = source;
  SbEngineOptions options = {
    .folder = self->folder,
    .mode = self->mode,
    .port = self->port,
    .practice_port = self->practice_port,
  };
  GError *error = NULL;
  g_autoptr (SbEngine) engine = sb_control_open_engine (&options, &error);

  if (engine == NULL || !sb_engine_start (engine, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&engine), g_object_unref);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SbSession *self = SB_SESSION (source);
  g_autoptr (GError) control_error = NULL;
  SbEngine *engine = g_task_propagate_pointer (G_TASK (result), &self->error);

  if (engine == NULL)
    {
      g_signal_emit (self, signals[FAILED], 0, self->error);
      return;
    }
  self->engine = engine;
  self->control = sb_control_new (engine, &control_error);
  if (self->control == NULL)
    g_warning ("%s", control_error->message);
  self->ready = TRUE;
  g_signal_connect_object (engine, "changed", G_CALLBACK (engine_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "alert", G_CALLBACK (engine_alert_cb), self, G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[READY], 0);
  load_connections (self);
  load_summary (self);
  take_trouble (self);
}

static void
sb_session_dispose (GObject *object)
{
  SbSession *self = SB_SESSION (object);

  sb_session_stop (self);

  G_OBJECT_CLASS (sb_session_parent_class)->dispose (object);
}

static void
sb_session_finalize (GObject *object)
{
  SbSession *self = SB_SESSION (object);

  g_free (self->folder);
  g_free (self->mode);
  g_free (self->trouble);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->flows);
  g_clear_pointer (&self->connections, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_session_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, guint n_params, GType first, GType second)
{
  return g_signal_new (name, SB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, first, second);
}

static void
sb_session_class_init (SbSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_session_dispose;
  object_class->finalize = sb_session_finalize;

  signals[READY] = new_signal ("ready", 0, 0, 0);
  signals[FAILED] = new_signal ("failed", 1, G_TYPE_ERROR, 0);
  signals[CHANGED] = new_signal ("changed", 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[FLOWS_CHANGED] = new_signal ("flows-changed", 0, 0, 0);
  signals[CONNECTIONS_CHANGED] = new_signal ("connections-changed", 0, 0, 0);
  signals[SUMMARY_CHANGED] = new_signal ("summary-changed", 0, 0, 0);
  signals[ALERT] = new_signal ("alert", 1, G_TYPE_STRING, 0);
}

static void
sb_session_init (SbSession *self)
{
  self->flows = g_list_store_new (SB_TYPE_FLOW_ITEM);
  self->connections = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_connection_unref);
  self->cancellable = g_cancellable_new ();
}

SbSession *
sb_session_new (const char *folder, const char *mode, gint port, gint practice_port)
{
  SbSession *self = g_object_new (SB_TYPE_SESSION, NULL);

  self->folder = g_strdup (folder);
  self->mode = g_strdup (mode);
  self->port = port;
  self->practice_port = practice_port;
  return self;
}

/**
 * sb_session_start:
 *
 * Opens and starts the engine on a thread; ::ready or ::failed follows. After ::failed it may be
 * called again.
 */
void
sb_session_start (SbSession *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, started_cb, NULL);

  g_clear_error (&self->error);
  g_task_set_source_tag (task, sb_session_start);
  g_task_run_in_thread (task, start_thread);
}

void
sb_session_stop (SbSession *self)
{
  g_cancellable_cancel (self->cancellable);
  self->ready = FALSE;
  g_clear_pointer (&self->control, sb_control_free);
  if (self->engine != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->engine, self);
      sb_engine_stop (self->engine, STOP_GRACE_US);
    }
  g_clear_object (&self->engine);
}

gboolean
sb_session_is_ready (SbSession *self)
{
  return self->ready;
}

const GError *
sb_session_get_error (SbSession *self)
{
  return self->error;
}

const char *
sb_session_get_folder (SbSession *self)
{
  return self->folder;
}

const char *
sb_session_get_mode (SbSession *self)
{
  return self->mode;
}

/**
 * sb_session_get_engine:
 *
 * Returns: (transfer none) (nullable): NULL before ::ready
 */
SbEngine *
sb_session_get_engine (SbSession *self)
{
  return self->engine;
}

SbStore *
sb_session_get_store (SbSession *self)
{
  return self->engine != NULL ? sb_engine_get_store (self->engine) : NULL;
}

SbConnectors *
sb_session_get_connectors (SbSession *self)
{
  return self->engine != NULL ? sb_engine_get_connectors (self->engine) : NULL;
}

GListModel *
sb_session_get_flows (SbSession *self)
{
  return G_LIST_MODEL (self->flows);
}

/**
 * sb_session_find_flow:
 *
 * Returns: (transfer none) (nullable)
 */
SbFlowItem *
sb_session_find_flow (SbSession *self, const char *id)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->flows));

  for (guint i = 0; i < n_items; i++)
    {
      /* The list keeps its own reference. */
      g_autoptr (SbFlowItem) item = g_list_model_get_item (G_LIST_MODEL (self->flows), i);

      if (g_strcmp0 (sb_flow_item_get_id (item), id) == 0)
        return item;
    }
  return NULL;
}

GPtrArray *
sb_session_get_connections (SbSession *self)
{
  return self->connections;
}

/**
 * sb_session_find_connection:
 *
 * Returns: (transfer none) (nullable)
 */
SbConnection *
sb_session_find_connection (SbSession *self, const char *id)
{
  for (guint i = 0; id != NULL && i < self->connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (self->connections, i);

      if (strcmp (connection->id, id) == 0)
        return connection;
    }
  return NULL;
}

GPtrArray *
sb_session_list_users (SbSession *self, const char *connection_id)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->flows));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SbFlowItem) item = g_list_model_get_item (G_LIST_MODEL (self->flows), i);

      if (flow_uses (sb_flow_item_get_row (item), connection_id))
        g_ptr_array_add (names, g_strdup (sb_flow_item_get_name (item)));
    }
  return names;
}

guint
sb_session_get_n_inbox (SbSession *self)
{
  return self->n_inbox;
}

const char *
sb_session_get_trouble (SbSession *self)
{
  return self->trouble;
}

gint64
sb_session_get_last_event_us (SbSession *self)
{
  return self->last_event_us;
}

/**
 * sb_session_is_listening:
 *
 * Whether a bell would be heard: the endpoint is open and a flow has been put live.
 */
gboolean
sb_session_is_listening (SbSession *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->flows));

  if (!self->ready || sb_engine_get_port (self->engine) <= 0)
    return FALSE;
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SbFlowItem) item = g_list_model_get_item (G_LIST_MODEL (self->flows), i);

      if (sb_flow_item_get_row (item)->live_version > 0)
        return TRUE;
    }
  return FALSE;
}
