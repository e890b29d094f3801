/* sb-engine-edit.c
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
#include "sb-json.h"
#include "sb-replay.h"
#include "sb-run-private.h"
#include "sb-story.h"

typedef struct
{
  gint64 run;
  SbValue *body;
} Edit;

static void
edit_free (Edit *edit)
{
  sb_value_unref (edit->body);
  g_free (edit);
}

static SbStep *
find_step (SbFlow *flow, const char *place)
{
  const char *last = strrchr (place, '/');

  return sb_flow_find_step (flow, last != NULL ? last + 1 : place);
}

static gboolean
is_done (SbAttempt *attempt)
{
  return (g_str_equal (attempt->state, "done") || g_str_equal (attempt->state, "by-hand")) &&
         !sb_place_is_check (attempt->place);
}

static gboolean
is_lookup (SbFlow *flow, SbAttempt *attempt)
{
  SbStep *step = find_step (flow, attempt->place);

  return step != NULL && step->type == SB_STEP_LOOKUP;
}

/* Look-ups since the last action: what they found follows from the data, and nothing was done with
 * it. (transfer full) (element-type char*) */
static GPtrArray *
list_outdated (SbFlow *flow, GPtrArray *attempts)
{
  GPtrArray *outdated = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (attempts, i);

      if (!is_done (attempt))
        continue;
      if (!is_lookup (flow, attempt))
        g_ptr_array_set_size (outdated, 0);
      else if (g_str_equal (attempt->state, "done"))
        g_ptr_array_add (outdated, g_strdup (attempt->place));
    }
  return outdated;
}

/* (transfer container): the attempts without those of @outdated places. */
static GPtrArray *
leave_out (GPtrArray *attempts, GPtrArray *outdated)
{
  GPtrArray *left = g_ptr_array_new ();

  for (guint i = 0; i < attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (attempts, i);

      if (!g_ptr_array_find_with_equal_func (outdated, attempt->place, g_str_equal, NULL))
        g_ptr_array_add (left, attempt);
    }
  return left;
}

/* --- does it still come to what is done?
 * ------------------------------------------------------------- */

typedef struct
{
  SbScope *scope;
  GHashTable *items; /* place → the item of its round, JSON null where it is in none */
} Passing;

static void
passed_cb (SbStep *step,
           const char *place,
           const char *verdict,
           const char *detail,
           SbValue *output,
           gpointer data)
{
  Passing *passing = data;
  SbValue *item = sb_scope_get (passing->scope, "item");

  g_hash_table_insert (passing->items, g_strdup (place),
                       item != NULL ? sb_value_ref (item) : sb_value_new_null ());
}

/* (transfer full): every place that a walk with @body passes. */
static GHashTable *
walk_through (SbFlow *flow, SbClaim *claim, GPtrArray *attempts, SbValue *body, SbNeed **need)
{
  g_autoptr (SbScope) scope = sb_replay_scope (flow->time_zone, claim->run->id,
                                               claim->run->started_us, claim->run->label, body);
  g_autoptr (SbJournal) journal = sb_replay_journal (attempts, claim->timers, claim->skipped);
  Passing passing = { scope, NULL };

  passing.items =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_value_unref);
  *need = sb_walk_next (flow, scope, journal, sb_clock_now_us (), passed_cb, &passing);
  return passing.items;
}

static gboolean
check_done (SbEngine *self,
            SbFlow *flow,
            GPtrArray *attempts,
            GHashTable *before,
            GHashTable *after,
            GError **error)
{
  for (guint i = 0; i < attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (attempts, i);
      SbValue *was = g_hash_table_lookup (before, attempt->place);
      SbValue *is = g_hash_table_lookup (after, attempt->place);
      SbStep *step = find_step (flow, attempt->place);
      g_autofree char *title = NULL;

      if (!is_done (attempt) || step == NULL || was == NULL ||
          (is != NULL && sb_value_equal (was, is)))
        continue;
      title = sb_story_step_title (step, self->connectors);
      if (is == NULL)
        g_set_error (
          error, SB_ERROR, SB_ERROR_REFUSED,
          _ ("“%s” was done already, and with this data the flow would take a way that does "
             "not come to it. Leave what decides the way as it was, or drop the run and "
             "finish it by hand"),
          title);
      else
        g_set_error (
          error, SB_ERROR, SB_ERROR_REFUSED,
          _ ("“%s” was done already for some items, and in this data they are others. Leave "
             "those items as they were"),
          title);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_body (
  SbEngine *self, SbFlow *flow, SbClaim *claim, Edit *edit, GPtrArray *outdated, GError **error)
{
  g_autoptr (SbValue) old_body = sb_run_read_event (&self->core, flow, claim->event, NULL);
  g_autoptr (GPtrArray) attempts = leave_out (claim->attempts, outdated);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (SbNeed) old_need = NULL;
  g_autoptr (SbNeed) need = NULL;

  if (sb_value_get_type (edit->body) != SB_VALUE_OBJECT)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The data of an event is an object with fields: {\"name\": …}"));
      return FALSE;
    }
  if (old_body != NULL && sb_value_equal (old_body, edit->body))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("Nothing was changed. To do the same once more, try the run again"));
      return FALSE;
    }
  if (old_body != NULL)
    {
      before = walk_through (flow, claim, attempts, old_body, &old_need);
      after = walk_through (flow, claim, attempts, edit->body, &need);
      if (!check_done (self, flow, attempts, before, after, error))
        return FALSE;
    }
  else
    {
      after = walk_through (flow, claim, attempts, edit->body, &need);
    }
  if (need->kind == SB_WALK_FAILED)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("With this data it would stop again: %s"),
                   need->error->message);
      return FALSE;
    }
  return TRUE;
}

/* --- the edit
 * --------------------------------------------------------------------------------------- */

static void
edited_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!sb_store_apply_finish (SB_STORE (object), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  sb_dispatcher_poke (self->core.dispatcher);
  g_task_return_boolean (task, TRUE);
}

static SbEvent *
make_event (SbEngine *self, SbClaim *claim, SbValue *body)
{
  g_autofree char *uuid = g_uuid_string_random ();
  char *text = sb_json_write (body);
  SbEvent *event = sb_event_new ();

  event->flow_id = g_strdup (claim->run->flow_id);
  event->event_id = g_strconcat ("edited-", uuid, NULL);
  event->source = g_strdup ("edited");
  event->topic = g_strdup (claim->event->topic);
  event->headers = g_strdup ("{\"content-type\":\"application/json\"}");
  event->label = sb_engine_make_label (self, claim->document, body);
  if (event->label == NULL)
    event->label = g_strdup (claim->run->label);
  event->body = g_bytes_new_take (text, strlen (text));
  event->received_us = sb_clock_now_us ();
  event->original = claim->event->id;
  return event;
}

static SbRunChange *
make_change (SbEngine *self, SbClaim *claim, SbValue *body)
{
  SbRunChange *change = sb_run_change_new ();
  SbValue *detail = sb_value_new_object ();

  sb_value_set_string (detail, "decision", "edit");
  sb_value_set_int (detail, "original", claim->event->id);
  if (claim->run->label != NULL)
    sb_value_set_string (detail, "label", claim->run->label);
  if (claim->run->step != NULL)
    sb_value_set_string (detail, "step", claim->run->step);
  if (claim->run->problem != NULL)
    sb_value_set_string (detail, "problem", claim->run->problem);

  change->run = claim->run->id;
  change->state = "ready";
  change->step = g_strdup (claim->run->step);
  change->edited = make_event (self, claim, body);
  sb_value_set_string (detail, "event_id", change->edited->event_id);
  change->decision = detail;
  return change;
}

static gboolean
check_run (SbRun *run, GError **error)
{
  if (!g_str_equal (run->state, "inbox"))
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_REFUSED,
        _ ("Run %" G_GINT64_FORMAT " is not in the inbox (it is %s): its data cannot be edited"),
        run->id, run->state);
      return FALSE;
    }
  if (run->unknown)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("It is not known whether the step of run %" G_GINT64_FORMAT
                      " was done, and with other data it may be done twice. Look, then say done or "
                      "not-done"),
                   run->id);
      return FALSE;
    }
  return TRUE;
}

static void
run_loaded_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  Edit *edit = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (SbClaim) claim = sb_store_load_run_finish (SB_STORE (object), result, &error);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = claim != NULL ? sb_flow_parse (claim->document, problems) : NULL;
  g_autoptr (SbRunChange) change = NULL;
  g_autoptr (GPtrArray) outdated = NULL;

  if (claim != NULL && flow == NULL)
    error =
      g_error_new (SB_ERROR, SB_ERROR_INVALID, _ ("Version %d of the flow “%s” cannot be read"),
                   claim->run->version, claim->run->flow_id);
  if (flow != NULL && check_run (claim->run, &error))
    {
      outdated = list_outdated (flow, claim->attempts);
      check_body (self, flow, claim, edit, outdated, &error);
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  change = make_change (self, claim, edit->body);
  change->outdated = g_steal_pointer (&outdated);
  sb_store_apply_async (self->store, change, NULL, edited_cb, g_steal_pointer (&task));
}

static void
edit_run (SbEngine *self, GTask *task)
{
  Edit *edit = g_task_get_task_data (task);

  sb_store_load_run_async (self->store, edit->run, NULL, run_loaded_cb, g_object_ref (task));
}

void
sb_engine_edit_run_async (SbEngine *self,
                          gint64 run,
                          SbValue *body,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Edit *edit = g_new0 (Edit, 1);

  edit->run = run;
  edit->body = sb_value_ref (body);
  g_task_set_source_tag (task, sb_engine_edit_run_async);
  g_task_set_task_data (task, edit, (GDestroyNotify)edit_free);
  sb_engine_invoke (self, edit_run, task);
}

gboolean
sb_engine_edit_run_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
