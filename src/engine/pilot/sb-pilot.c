/* sb-pilot.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"

/* A record that has not ended this long after the last one did is given up. */
#define PATIENCE_US         (120 * G_TIME_SPAN_SECOND)
#define SANDBOX_PATIENCE_US (600 * G_TIME_SPAN_SECOND)

struct _SbPilot
{
  GObject parent_instance;

  SbEngine *home;
  SbConnectors *connectors;
  SbFlow *flow;
  SbValue *records;
  char *mode;
};

G_DEFINE_FINAL_TYPE (SbPilot, sb_pilot, G_TYPE_OBJECT)

enum
{
  SIGNAL_CELL,
  SIGNAL_RECORD,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Something to tell on the caller's context. */
typedef struct
{
  SbPilot *pilot;
  GTask *task;
  guint signal;
  guint record;
  guint column;
  SbValue *value;
} News;

static void
sb_pilot_finalize (GObject *object)
{
  SbPilot *self = SB_PILOT (object);

  g_clear_object (&self->home);
  sb_connectors_unref (self->connectors);
  sb_flow_unref (self->flow);
  g_clear_pointer (&self->records, sb_value_unref);
  g_free (self->mode);
  G_OBJECT_CLASS (sb_pilot_parent_class)->finalize (object);
}

static void
sb_pilot_class_init (SbPilotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_pilot_finalize;

  /**
   * SbPilot::cell:
   * @record: index
   * @column: index
   * @cell: (type gpointer): an SbValue as in the result; its verdict may still change
   */
  signals[SIGNAL_CELL] =
    g_signal_new ("cell", SB_TYPE_PILOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                  G_TYPE_UINT, G_TYPE_UINT, G_TYPE_POINTER);
  /**
   * SbPilot::record:
   * @record: index
   * @value: (type gpointer): an SbValue as in the result
   */
  signals[SIGNAL_RECORD] = g_signal_new ("record", SB_TYPE_PILOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_POINTER);
}

static void
sb_pilot_init (SbPilot *self)
{
}

/**
 * sb_pilot_new:
 * @home: (nullable): whose accounts a sandbox pilot uses
 * @records: array of records or of plain bodies
 * @mode: "preview", "practice" or "sandbox"
 *
 * Returns: (transfer full)
 */
SbPilot *
sb_pilot_new (
  SbEngine *home, SbConnectors *connectors, SbFlow *flow, SbValue *records, const char *mode)
{
  SbPilot *self = g_object_new (SB_TYPE_PILOT, NULL);

  g_set_object (&self->home, home);
  self->connectors = sb_connectors_ref (connectors);
  self->flow = sb_flow_ref (flow);
  self->records = records != NULL ? sb_value_ref (records) : sb_value_new_array ();
  self->mode = g_strdup (mode);
  return self;
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_object_unref (news->task);
  g_object_unref (news->pilot);
  sb_value_unref (news->value);
  g_free (news);
}

static gboolean
news_cb (gpointer data)
{
  News *news = data;

  if (news->signal == SIGNAL_CELL)
    g_signal_emit (news->pilot, signals[SIGNAL_CELL], 0, news->record, news->column, news->value);
  else
    g_signal_emit (news->pilot, signals[SIGNAL_RECORD], 0, news->record, news->value);
  return G_SOURCE_REMOVE;
}

static void
pass_on (GTask *task, guint signal, guint record, guint column, SbValue *value)
{
  News *news = g_new0 (News, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  news->task = g_object_ref (task);
  news->pilot = g_object_ref (g_task_get_source_object (task));
  news->signal = signal;
  news->record = record;
  news->column = column;
  news->value = sb_value_ref (value);
  /* The same priority as the task's own return, so that all news comes before the result. */
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, news_cb, news, news_free);
  g_source_attach (source, g_task_get_context (task));
}

static void
tell_cell (guint record, guint column, SbValue *cell, gpointer data)
{
  pass_on (data, SIGNAL_CELL, record, column, cell);
}

static void
tell_record (guint record, SbValue *value, gpointer data)
{
  pass_on (data, SIGNAL_RECORD, record, 0, value);
}

static void
work_clear (SbPilotWork *work)
{
  g_clear_pointer (&work->columns, g_ptr_array_unref);
  g_clear_pointer (&work->records, g_ptr_array_unref);
  g_clear_pointer (&work->problems, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbPilotWork, work_clear)

static SbValue *
run (SbPilot *self, SbPilotWork *work, GError **error)
{
  SbFlow *flow = self->flow;
  gboolean good;

  if (!g_str_equal (self->mode, "preview") && !g_str_equal (self->mode, "practice") &&
      !g_str_equal (self->mode, "sandbox"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("There is no pilot mode “%s”. Use preview, practice or sandbox."),
                   self->mode);
      return NULL;
    }
  work->trigger_connector = flow->trigger_connector != NULL
                              ? sb_connectors_find (self->connectors, flow->trigger_connector)
                              : NULL;
  if (work->trigger_connector == NULL && g_strcmp0 (flow->trigger_type, "webhook") == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The flow's trigger uses “%s”, which Signalbox does not know. Choose another "
                      "one."),
                   flow->trigger_connector != NULL ? flow->trigger_connector : "");
      return NULL;
    }
  if (work->trigger_connector != NULL && flow->trigger != NULL)
    work->trigger = sb_connector_find_trigger (work->trigger_connector, flow->trigger);
  work->columns = sb_pilot_list_columns (flow, self->connectors);
  work->records =
    sb_pilot_read_records (self->records, work->trigger, work->columns->len, self->mode, error);
  if (work->records == NULL)
    return NULL;
  good = g_str_equal (self->mode, "preview") ? sb_pilot_preview (work, error)
                                             : sb_pilot_run_engine (work, error);
  return good ? sb_pilot_judge (work) : NULL;
}

static gpointer
thread_func (gpointer data)
{
  g_autoptr (GTask) task = data;
  SbPilot *self = g_task_get_source_object (task);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  SbValue *result;

  g_main_context_push_thread_default (context);
  {
    g_auto (SbPilotWork) work = {
      .home = self->home,
      .connectors = self->connectors,
      .flow = self->flow,
      .mode = self->mode,
      .problems = g_ptr_array_new_with_free_func (g_free),
      .started_us = sb_clock_now_us (),
      .patience_us = g_str_equal (self->mode, "sandbox") ? SANDBOX_PATIENCE_US : PATIENCE_US,
      .cancellable = g_task_get_cancellable (task),
      .context = context,
      .tell_cell = tell_cell,
      .tell_record = tell_record,
      .tell_data = task,
    };

    work.deadline_us = g_get_monotonic_time () + work.patience_us;
    result = run (self, &work, &error);
  }
  /* What was still on its way to this thread has nobody to hear it. */
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify)sb_value_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
  return NULL;
}

/**
 * sb_pilot_run_async:
 *
 * Runs all records. It ends by itself within two minutes (ten in sandbox) and then says which
 * record did not; a cancelled one ends at once and leaves nothing behind. Signals and callback come
 * on the caller's thread-default context.
 */
void
sb_pilot_run_async (SbPilot *self,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sb_pilot_run_async);
  /* A thread of its own: it opens an engine, which blocks, and the caller may be a window. */
  g_thread_unref (g_thread_new ("signalbox-pilot", thread_func, g_steal_pointer (&task)));
}

/**
 * sb_pilot_run_finish:
 *
 * Returns: (transfer full): the result, see the head of sb-pilot.h; NULL where it could not be run
 * at all or was cancelled
 */
SbValue *
sb_pilot_run_finish (SbPilot *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
