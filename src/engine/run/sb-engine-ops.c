/* sb-engine-ops.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-dispatcher.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-json.h"
#include "sb-run-private.h"
#include "sb-settings.h"
#include "sb-template.h"

#define DAY_S        (24 * 3600)
#define CLOCK_SET_US (3600 * (gint64)G_USEC_PER_SEC)

/* --- reload
 * --------------------------------------------------------------------------------------- */

void
sb_engine_reload_async (SbEngine *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sb_engine_reload_async);
  sb_engine_invoke (self, sb_engine_refresh, task);
}

gboolean
sb_engine_reload_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- submit
 * --------------------------------------------------------------------------------------- */

typedef struct
{
  char *flow_id;
  SbValue *record;
  SbEvent *event;
} Submission;

static void
submission_free (Submission *submission)
{
  g_free (submission->flow_id);
  sb_value_unref (submission->record);
  g_clear_pointer (&submission->event, sb_event_unref);
  g_free (submission);
}

static void
submitted_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  Submission *submission = g_task_get_task_data (task);
  SbAccepted accepted = { 0 };
  GError *error = NULL;

  if (!sb_store_accept_event_finish (SB_STORE (object), result, &accepted, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (accepted.run == 0 && !accepted.held)
    {
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_REFUSED,
                               _ ("The flow “%s” is not live yet: publish it first"),
                               submission->flow_id);
      return;
    }
  sb_dispatcher_take (self->core.dispatcher, submission->event, &accepted);
  g_task_return_pointer (task, g_memdup2 (&accepted, sizeof accepted), g_free);
}

/* The same name a webhook would have given it; a record without the field that names it has none.
 */
char *
sb_engine_make_label (SbEngine *self, SbValue *document, SbValue *record)
{
  SbValue *trigger = sb_value_get_member (document, "trigger");
  const char *connector_id = trigger != NULL ? sb_value_get_string (trigger, "connector") : NULL;
  const char *trigger_id = trigger != NULL ? sb_value_get_string (trigger, "trigger") : NULL;
  SbConnector *connector =
    connector_id != NULL ? sb_connectors_find (self->connectors, connector_id) : NULL;
  SbTrigger *known = connector != NULL && trigger_id != NULL
                       ? sb_connector_find_trigger (connector, trigger_id)
                       : NULL;
  g_autoptr (SbScope) scope = NULL;

  if (known == NULL || known->record == NULL)
    return NULL;
  scope = sb_scope_new (NULL, sb_clock_now_us ());
  sb_scope_set (scope, "trigger", record);
  return sb_render_text (known->record, scope, NULL);
}

static void
submit_flow_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Submission *submission = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (SbFlowRow) row = sb_store_load_flow_finish (SB_STORE (object), result, &error);
  g_autofree char *uuid = NULL;
  char *body = NULL;
  SbEvent *event = NULL;

  if (row == NULL || row->live_version == 0)
    {
      if (row != NULL)
        error = g_error_new (SB_ERROR, SB_ERROR_REFUSED,
                             _ ("The flow “%s” is not live yet: publish it first"), row->name);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  uuid = g_uuid_string_random ();
  body = sb_json_write (submission->record);
  event = sb_event_new ();
  event->flow_id = g_strdup (submission->flow_id);
  event->event_id = g_strconcat ("manual-", uuid, NULL);
  event->source = g_strdup ("manual");
  event->headers = g_strdup ("{\"content-type\":\"application/json\"}");
  event->label = sb_engine_make_label (self, row->draft, submission->record);
  if (event->label == NULL)
    event->label = g_strdup (_ ("Record entered by hand"));
  event->body = g_bytes_new_take (body, strlen (body));
  event->received_us = sb_clock_now_us ();
  event->parsed = sb_value_ref (submission->record);
  submission->event = event;
  sb_store_accept_event_async (self->store, event, NULL, submitted_cb, task);
}

static void
submit (SbEngine *self, GTask *task)
{
  Submission *submission = g_task_get_task_data (task);

  sb_store_load_flow_async (self->store, submission->flow_id, NULL, submit_flow_cb,
                            g_object_ref (task));
}

void
sb_engine_submit_async (SbEngine *self,
                        const char *flow_id,
                        SbValue *record,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Submission *submission = g_new0 (Submission, 1);

  submission->flow_id = g_strdup (flow_id);
  submission->record = sb_value_ref (record);
  g_task_set_source_tag (task, sb_engine_submit_async);
  g_task_set_task_data (task, submission, (GDestroyNotify)submission_free);
  sb_engine_invoke (self, submit, task);
}

gboolean
sb_engine_submit_finish (SbEngine *self, GAsyncResult *result, SbAccepted *accepted, GError **error)
{
  g_autofree SbAccepted *got = g_task_propagate_pointer (G_TASK (result), error);

  if (got == NULL)
    return FALSE;
  if (accepted != NULL)
    *accepted = *got;
  return TRUE;
}

/* --- resolve
 * -------------------------------------------------------------------------------------- */

typedef struct
{
  gint64 run;
  char *decision;
} Resolution;

static void
resolution_free (Resolution *resolution)
{
  g_free (resolution->decision);
  g_free (resolution);
}

static void
resolved_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!sb_store_apply_finish (SB_STORE (object), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  SB_CRASH_POINT ("resolve-committed");
  sb_dispatcher_poke (self->core.dispatcher);
  g_task_return_boolean (task, TRUE);
}

static SbAttempt *
find_newest (SbClaim *claim)
{
  SbAttempt *newest = NULL;

  for (guint i = 0; i < claim->attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (claim->attempts, i);

      if (g_strcmp0 (attempt->place, claim->run->step) == 0)
        newest = attempt;
    }
  return newest;
}

static gboolean
check_decision (SbRun *run, const char *decision, GError **error)
{
  static const char *const known[] = { "retry", "done", "not-done", "drop", "restore", NULL };

  if (!g_strv_contains (known, decision))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” is not a decision: say retry, done, not-done, drop or restore"),
                   decision);
      return FALSE;
    }
  if (g_str_equal (decision, "drop") && run->finished_us == 0 &&
      !g_str_equal (run->state, "running"))
    return TRUE;
  if (g_str_equal (decision, "restore") && g_str_equal (run->state, "dropped"))
    return TRUE;
  if (g_str_equal (decision, "restore"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("Run %" G_GINT64_FORMAT " was not dropped (it is %s): there is nothing to "
                      "take back"),
                   run->id, run->state);
      return FALSE;
    }
  /* Trying at once what would be tried later does no harm. */
  if (g_str_equal (decision, "retry") &&
      (g_str_equal (run->state, "blocked") || g_str_equal (run->state, "waiting")))
    return TRUE;
  if (!g_str_equal (run->state, "inbox"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("Run %" G_GINT64_FORMAT
                      " is not in the inbox (it is %s): there is nothing to "
                      "decide"),
                   run->id, run->state);
      return FALSE;
    }
  if (run->unknown && g_str_equal (decision, "retry"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("It is not known whether the step of run %" G_GINT64_FORMAT
                      " was done, and a "
                      "repeat may do it twice. Look, then say done or not-done"),
                   run->id);
      return FALSE;
    }
  return TRUE;
}

static SbRunChange *
make_change (SbClaim *claim, const char *decision)
{
  SbAttempt *newest = find_newest (claim);
  SbRunChange *change = sb_run_change_new ();

  change->run = claim->run->id;
  change->step = g_strdup (claim->run->step);
  if (g_str_equal (decision, "drop"))
    {
      change->state = "dropped";
      change->problem = g_strdup (claim->run->problem);
      change->unknown = claim->run->unknown;
      return change;
    }
  if (g_str_equal (decision, "restore"))
    {
      change->state = "inbox";
      change->restored = TRUE;
      change->problem = g_strdup (claim->run->problem);
      /* Dropped while its request was on the way: what came of it is kept with the attempt. */
      change->unknown =
        claim->run->unknown || (newest != NULL && (g_str_equal (newest->state, "unknown") ||
                                                   g_str_equal (newest->state, "sent")));
      return change;
    }

  change->state = "ready";
  if (g_str_equal (decision, "done") && claim->run->step != NULL)
    {
      change->skipped = g_strdup (claim->run->step);
      if (newest != NULL)
        change->finished =
          sb_attempt_settle (newest, "by-hand", _ ("A person said that it was done"), NULL);
    }
  else if (newest != NULL &&
           (g_str_equal (newest->state, "unknown") || g_str_equal (newest->state, "sent")))
    {
      change->finished =
        sb_attempt_settle (newest, "failed", _ ("A person said that it was not done"), NULL);
    }
  return change;
}

static void
resolve_run_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Resolution *resolution = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (SbClaim) claim = sb_store_load_run_finish (SB_STORE (object), result, &error);
  g_autoptr (SbRunChange) change = NULL;
  g_autoptr (SbValue) detail = NULL;

  if (claim == NULL || !check_decision (claim->run, resolution->decision, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  detail = sb_value_new_object ();
  sb_value_set_string (detail, "decision", resolution->decision);
  if (claim->run->label != NULL)
    sb_value_set_string (detail, "label", claim->run->label);
  if (claim->run->step != NULL)
    sb_value_set_string (detail, "step", claim->run->step);
  if (claim->run->problem != NULL)
    sb_value_set_string (detail, "problem", claim->run->problem);
  SB_CRASH_POINT ("resolve-before-commit");
  change = make_change (claim, resolution->decision);
  change->decision = g_steal_pointer (&detail);
  sb_store_apply_async (self->store, change, NULL, resolved_cb, task);
}

static void
resolve (SbEngine *self, GTask *task)
{
  Resolution *resolution = g_task_get_task_data (task);

  sb_store_load_run_async (self->store, resolution->run, NULL, resolve_run_cb, g_object_ref (task));
}

void
sb_engine_resolve_async (SbEngine *self,
                         gint64 run,
                         const char *decision,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Resolution *resolution = g_new0 (Resolution, 1);

  resolution->run = run;
  resolution->decision = g_strdup (decision);
  g_task_set_source_tag (task, sb_engine_resolve_async);
  g_task_set_task_data (task, resolution, (GDestroyNotify)resolution_free);
  sb_engine_invoke (self, resolve, task);
}

gboolean
sb_engine_resolve_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- retention
 * ------------------------------------------------------------------------------------ */

static void
retained_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 removed = sb_store_retain_finish (SB_STORE (object), result, &error);

  if (error != NULL)
    g_warning ("Old runs could not be removed: %s", error->message);
  else if (removed > 0)
    g_info ("Removed %" G_GINT64_FORMAT " old runs", removed);
}

/* -1: it could not be read, and nothing is removed by a limit that the owner may not have set. */
static gint64
take_setting (GObject *object, GAsyncResult *result, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = sb_store_get_setting_finish (SB_STORE (object), result, &error);

  if (value != NULL || g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND))
    return sb_settings_read (key, value);
  g_warning ("No old runs are removed today: %s", error->message);
  return -1;
}

static void
bytes_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree gint64 *days = data;
  gint64 bytes = take_setting (object, result, SB_SETTING_RETENTION_BYTES);

  if (bytes < 0)
    return;
  sb_store_retain_async (SB_STORE (object), *days * DAY_S * G_USEC_PER_SEC, bytes, NULL,
                         retained_cb, NULL);
}

static void
days_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  gint64 days = take_setting (object, result, SB_SETTING_RETENTION_DAYS);

  if (days < 0)
    return;
  sb_store_get_setting_async (SB_STORE (object), SB_SETTING_RETENTION_BYTES, NULL, bytes_cb,
                              g_memdup2 (&days, sizeof days));
}

static gboolean
retention_cb (gpointer data)
{
  SbEngine *self = data;
  gint64 ahead_us = sb_clock_now_us () - sb_clock_elapsed_us ();

  g_clear_pointer (&self->retention, g_source_unref);
  /* A clock that was just set to next year would make all of the history old: a day passes first,
   * in which whoever set it can see that and put it right. */
  if (ahead_us - self->retention_ahead_us > CLOCK_SET_US)
    g_warning ("The clock was put forward, so nothing is removed for its age today");
  else
    sb_store_get_setting_async (self->store, SB_SETTING_RETENTION_DAYS, NULL, days_cb, NULL);
  self->retention_ahead_us = ahead_us;
  sb_engine_plan_retention (self, DAY_S);
  return G_SOURCE_REMOVE;
}

void
sb_engine_plan_retention (SbEngine *self, guint seconds)
{
  self->retention = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (self->retention, retention_cb, self, NULL);
  g_source_attach (self->retention, self->context);
}
