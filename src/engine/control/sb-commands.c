/* sb-commands.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"

static const SbCommandEntry *const tables[] = {
  sb_commands_flows, sb_commands_drafts, sb_commands_connections, sb_commands_events,
  sb_commands_runs,  sb_commands_pilot,  sb_commands_settings,
};

static const SbCommandEntry *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      for (const SbCommandEntry *entry = tables[i]; entry->name != NULL; entry++)
        {
          if (g_str_equal (entry->name, name))
            return entry;
        }
    }
  return NULL;
}

/* Main contexts that no command uses now. They are never freed: a thread that has just handed a
 * result over (GTask, up to GLib 2.74 at least) still lets go of its source, under a lock that is
 * the context's, when the result may long have been taken. There are as many as commands ever ran
 * at the same time. */
static GMutex spare_lock;
static GQueue spare_contexts = G_QUEUE_INIT;

static GMainContext *
take_context (void)
{
  GMainContext *context = NULL;

  g_mutex_lock (&spare_lock);
  context = g_queue_pop_head (&spare_contexts);
  g_mutex_unlock (&spare_lock);
  return context != NULL ? context : g_main_context_new ();
}

static void
give_context_back (GMainContext *context)
{
  g_mutex_lock (&spare_lock);
  g_queue_push_tail (&spare_contexts, context);
  g_mutex_unlock (&spare_lock);
}

static void
call_free (SbCall *call)
{
  g_clear_object (&call->result);
  g_clear_object (&call->arrived);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->arguments, sb_value_unref);
  give_context_back (call->context);
  g_clear_pointer (&call->home, g_main_context_unref);
  g_clear_object (&call->engine);
  g_free (call);
}

/* --- waiting, for the command's thread ----------------------------------------------------------
 */

/**
 * sb_call_ready_cb:
 *
 * The callback every asynchronous call of a command is given, with the #SbCall as its data.
 */
void
sb_call_ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SbCall *call = data;

  g_set_object (&call->arrived, result);
}

/**
 * sb_call_wait:
 *
 * Runs the command's own main context until sb_call_ready_cb() was called.
 *
 * Returns: (transfer none): the result, valid until the next call is waited for
 */
GAsyncResult *
sb_call_wait (SbCall *call)
{
  while (call->arrived == NULL)
    g_main_context_iteration (call->context, TRUE);
  g_set_object (&call->result, call->arrived);
  g_clear_object (&call->arrived);
  return call->result;
}

typedef struct
{
  SbCommandProgress func;
  gpointer data;
  SbValue *progress;
} Telling;

static gboolean
tell_cb (gpointer data)
{
  Telling *telling = data;

  telling->func (telling->progress, telling->data);
  return G_SOURCE_REMOVE;
}

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  sb_value_unref (telling->progress);
  g_free (telling);
}

/**
 * sb_call_tell:
 * @progress: (transfer none): not changed any more after this
 *
 * Tells the caller, on its own context, how far the command is. Told before the result, always.
 */
void
sb_call_tell (SbCall *call, SbValue *progress)
{
  g_autoptr (GSource) source = NULL;
  Telling *telling = NULL;

  if (call->progress == NULL)
    return;

  telling = g_new0 (Telling, 1);
  telling->func = call->progress;
  telling->data = call->progress_data;
  telling->progress = sb_value_ref (progress);
  source = g_idle_source_new ();
  /* As a GTask's result has: then sources run in the order they were attached. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, telling, telling_free);
  g_source_attach (source, call->home);
}

/* --- arguments
 * ------------------------------------------------------------------------------------ */

/**
 * sb_call_get_string:
 *
 * Returns: (transfer none) (nullable): the argument, or NULL and %SB_ERROR_INVALID where it is
 * missing or not a text
 */
const char *
sb_call_get_string (SbCall *call, const char *name, GError **error)
{
  const char *text = sb_value_get_string (call->arguments, name);

  if (text == NULL || *text == '\0')
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The command needs “%s”. Name it and try again."), name);
      return NULL;
    }
  return text;
}

/**
 * sb_call_get_id:
 *
 * Returns: the number of an event or a run from the argument "id", or 0 and an error
 */
gint64
sb_call_get_id (SbCall *call, GError **error)
{
  gint64 id = sb_value_get_int_or (call->arguments, "id", 0);

  if (id <= 0)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 _ ("The command needs a number as “id”. The list shows the numbers."));
  return MAX (id, 0);
}

/**
 * sb_call_reload:
 *
 * Has the engine take up what was changed in the store.
 */
gboolean
sb_call_reload (SbCall *call, GError **error)
{
  sb_engine_reload_async (call->engine, call->cancellable, sb_call_ready_cb, call);
  return sb_engine_reload_finish (call->engine, sb_call_wait (call), error);
}

/* --- results
 * -------------------------------------------------------------------------------------- */

/**
 * sb_call_set_time:
 * @time_us: UTC µs; 0 is written as null
 */
void
sb_call_set_time (SbValue *object, const char *name, gint64 time_us)
{
  g_autofree char *text = NULL;

  if (time_us != 0)
    text = sb_clock_format_utc (time_us);
  sb_call_set_text (object, name, text);
}

/**
 * sb_call_set_text:
 * @text: (nullable): NULL is written as null
 */
void
sb_call_set_text (SbValue *object, const char *name, const char *text)
{
  if (text != NULL)
    sb_value_set_string (object, name, text);
  else
    sb_value_set (object, name, sb_value_new_null ());
}

/**
 * sb_call_set_json:
 * @json: (nullable): JSON as the store keeps it; text that is not JSON is written as a text
 */
void
sb_call_set_json (SbValue *object, const char *name, const char *json)
{
  SbValue *value = NULL;

  if (json != NULL)
    value = sb_json_parse (json, -1, NULL);
  if (value != NULL)
    sb_value_set (object, name, value);
  else
    sb_call_set_text (object, name, json);
}

/**
 * sb_call_write_problems:
 *
 * Returns: (transfer full): array of {"path", "step", "field", "message"}
 */
SbValue *
sb_call_write_problems (SbProblems *problems)
{
  SbValue *array = sb_value_new_array ();

  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);
      SbValue *object = sb_value_new_object ();

      sb_call_set_text (object, "path", problem->path);
      sb_call_set_text (object, "step", problem->step);
      sb_call_set_text (object, "field", problem->field);
      sb_call_set_text (object, "message", problem->message);
      sb_value_append (array, object);
    }
  return array;
}

/* --- running
 * -------------------------------------------------------------------------------------- */

static gpointer
command_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  SbCall *call = g_task_get_task_data (task);
  const SbCommandEntry *entry = g_object_get_data (G_OBJECT (task), "sb-command");
  g_autoptr (GError) error = NULL;
  SbValue *result = NULL;

  g_main_context_push_thread_default (call->context);
  result = entry->func (call, &error);
  /* What the last callbacks left behind belongs to this context and ends with it. */
  while (g_main_context_iteration (call->context, FALSE))
    ;
  g_main_context_pop_thread_default (call->context);

  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify)sb_value_unref);
  else if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, SB_ERROR, SB_ERROR_FAILED, _ ("The command gave no answer."));
  return NULL;
}

/**
 * sb_commands_run_with_progress_async:
 * @arguments: (nullable) (transfer none): a JSON object
 * @progress: (nullable) (scope notified): told how far it is, on the caller's thread-default
 * context, always before @callback
 *
 * Runs one command against @engine in a thread of its own. May be called from any thread; @callback
 * comes on the caller's thread-default context.
 */
void
sb_commands_run_with_progress_async (SbEngine *engine,
                                     const char *command,
                                     SbValue *arguments,
                                     SbCommandProgress progress,
                                     gpointer progress_data,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  const SbCommandEntry *entry = find_command (command);
  GThread *thread = NULL;
  SbCall *call = NULL;

  g_task_set_source_tag (task, sb_commands_run_with_progress_async);
  if (entry == NULL)
    {
      g_task_return_new_error (
        task, SB_ERROR, SB_ERROR_NOT_FOUND,
        _ ("There is no command “%s”. The window or server may be of another "
           "version than this program."),
        command);
      return;
    }

  call = g_new0 (SbCall, 1);
  call->engine = g_object_ref (engine);
  call->store = sb_engine_get_store (engine);
  call->connectors = sb_engine_get_connectors (engine);
  call->arguments = arguments != NULL ? sb_value_ref (arguments) : sb_value_new_object ();
  call->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  call->context = take_context ();
  call->home = g_main_context_ref_thread_default ();
  call->progress = progress;
  call->progress_data = progress_data;
  g_task_set_task_data (task, call, (GDestroyNotify)call_free);
  g_object_set_data (G_OBJECT (task), "sb-command", (gpointer)entry);

  thread = g_thread_new ("command", command_thread, g_steal_pointer (&task));
  g_thread_unref (thread);
}

/**
 * sb_commands_run_async:
 * @arguments: (nullable) (transfer none): a JSON object
 *
 * Runs one command against @engine in a thread of its own. May be called from any thread; @callback
 * comes on the caller's thread-default context.
 */
void
sb_commands_run_async (SbEngine *engine,
                       const char *command,
                       SbValue *arguments,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  sb_commands_run_with_progress_async (engine, command, arguments, NULL, NULL, cancellable,
                                       callback, data);
}

/**
 * sb_commands_run_finish:
 *
 * Returns: (transfer full): what the command gave, or NULL and an error
 */
SbValue *
sb_commands_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
