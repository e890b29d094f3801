/* sb-pilot-keep.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-keep.h"

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"

/* What both need while they ask the store for one thing after the other. */
typedef struct
{
  SbConnectors *connectors;
  SbFlow *flow;
  char *flow_id;
  char *fingerprint;
  SbPilotRow *row;      /* keep: what is to be stored */
  SbPilotRow *practice; /* gate: the newest of each mode */
} Asking;

static void
asking_free (Asking *asking)
{
  sb_connectors_unref (asking->connectors);
  sb_flow_unref (asking->flow);
  g_free (asking->flow_id);
  g_free (asking->fingerprint);
  g_clear_pointer (&asking->row, sb_pilot_row_unref);
  g_clear_pointer (&asking->practice, sb_pilot_row_unref);
  g_free (asking);
}

static GTask *
ask (SbStore *store,
     SbConnectors *connectors,
     const char *flow_id,
     SbFlow *flow,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer data)
{
  GTask *task = g_task_new (store, cancellable, callback, data);
  Asking *asking = g_new0 (Asking, 1);

  asking->connectors = sb_connectors_ref (connectors);
  asking->flow = sb_flow_ref (flow);
  asking->flow_id = g_strdup (flow_id);
  g_task_set_task_data (task, asking, (GDestroyNotify)asking_free);

  return task;
}

static gboolean
take_connections (GTask *task, SbStore *store, GAsyncResult *result)
{
  Asking *asking = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) connections = sb_store_list_connections_finish (store, result, &error);

  if (connections == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return FALSE;
    }
  asking->fingerprint = sb_pilot_fingerprint (asking->flow, asking->connectors, connections);

  return TRUE;
}

static void
pilot_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  SB_CRASH_POINT ("pilot-kept");
  if (sb_store_save_pilot_finish (SB_STORE (source), result, &error) > 0)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
keep_connections_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Asking *asking = g_task_get_task_data (task);

  if (!take_connections (task, SB_STORE (source), result))
    return;
  SB_CRASH_POINT ("pilot-before-keep");
  asking->row->fingerprint = g_strdup (asking->fingerprint);
  sb_store_save_pilot_async (SB_STORE (source), asking->row, g_task_get_cancellable (task),
                             pilot_saved_cb, g_object_ref (task));
}

void
sb_pilot_keep_async (SbStore *store,
                     SbConnectors *connectors,
                     const char *flow_id,
                     SbFlow *flow,
                     const char *mode,
                     SbValue *result,
                     gint64 started_us,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer data)
{
  GTask *task = ask (store, connectors, flow_id, flow, cancellable, callback, data);
  Asking *asking = g_task_get_task_data (task);

  g_task_set_source_tag (task, sb_pilot_keep_async);
  asking->row = sb_pilot_row_new ();
  asking->row->flow_id = g_strdup (flow_id);
  asking->row->mode = g_strdup (mode);
  asking->row->passed = sb_value_get_boolean_or (result, "passed", FALSE);
  asking->row->result = sb_value_ref (result);
  asking->row->started_us = started_us;
  asking->row->finished_us = sb_clock_now_us ();
  sb_store_list_connections_async (store, cancellable, keep_connections_cb, task);
}

gboolean
sb_pilot_keep_finish (SbStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A flow that was never tried in a mode has no pilot of it: that is an answer, not a failure. */
static gboolean
take_pilot (GTask *task, SbStore *store, GAsyncResult *result, SbPilotRow **row)
{
  g_autoptr (GError) error = NULL;

  *row = sb_store_load_pilot_finish (store, result, &error);
  if (*row != NULL || g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND))
    return TRUE;
  g_task_return_error (task, g_steal_pointer (&error));

  return FALSE;
}

static void
sandbox_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Asking *asking = g_task_get_task_data (task);
  g_autoptr (SbPilotRow) sandbox = NULL;

  if (take_pilot (task, SB_STORE (source), result, &sandbox))
    g_task_return_pointer (task,
                           sb_gate_list_reasons (asking->flow, asking->fingerprint,
                                                 asking->practice, sandbox, sb_clock_now_us ()),
                           (GDestroyNotify)g_ptr_array_unref);
}

static void
practice_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Asking *asking = g_task_get_task_data (task);

  if (take_pilot (task, SB_STORE (source), result, &asking->practice))
    sb_store_load_pilot_async (SB_STORE (source), asking->flow_id, "sandbox",
                               g_task_get_cancellable (task), sandbox_loaded_cb,
                               g_object_ref (task));
}

static void
gate_connections_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Asking *asking = g_task_get_task_data (task);

  if (take_connections (task, SB_STORE (source), result))
    sb_store_load_pilot_async (SB_STORE (source), asking->flow_id, "practice",
                               g_task_get_cancellable (task), practice_loaded_cb,
                               g_object_ref (task));
}

void
sb_gate_check_async (SbStore *store,
                     SbConnectors *connectors,
                     const char *flow_id,
                     SbFlow *flow,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer data)
{
  GTask *task = ask (store, connectors, flow_id, flow, cancellable, callback, data);

  g_task_set_source_tag (task, sb_gate_check_async);
  sb_store_list_connections_async (store, cancellable, gate_connections_cb, task);
}

GPtrArray *
sb_gate_check_finish (SbStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
