/* sb-engine-start.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include "sb-bells.h"
#include "sb-clock.h"
#include "sb-dispatcher.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-settings.h"

#define FIRST_RETENTION_S 60

static void
bells_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbEngine *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) bells = sb_bells_list_finish (result, &error);

  self->ringing = FALSE;
  if (self->endpoint == NULL)
    return;
  if (bells != NULL)
    sb_endpoint_set_bells (self->endpoint, bells);
  else
    g_warning ("The triggers could not be read: %s", error->message);
  if (self->ring_again)
    sb_engine_ring (self);
}

void
sb_engine_ring (SbEngine *self)
{
  if (self->endpoint == NULL || self->core.stopping)
    return;
  self->ring_again = self->ringing;
  if (self->ringing)
    return;
  self->ringing = TRUE;
  sb_bells_list_async (&self->core, bells_cb, self);
}

static void
refreshed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) bells = sb_bells_list_finish (result, &error);

  if (bells == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (self->endpoint != NULL)
    sb_endpoint_set_bells (self->endpoint, bells);
  sb_dispatcher_poke (self->core.dispatcher);
  sb_engine_emit_changed (self, "engine", NULL);
  g_task_return_boolean (task, TRUE);
}

static void
accounts_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!sb_accounts_reload_finish (self->core.accounts, result, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self->loaded = TRUE;
  sb_bells_list_async (&self->core, refreshed_cb, task);
}

void
sb_engine_refresh (SbEngine *self, GTask *task)
{
  sb_accounts_reload_async (self->core.accounts, accounts_read_cb, g_object_ref (task));
}

typedef struct
{
  SbEngineFunc func;
  GTask *task;
} Needing;

static void
with_accounts_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Needing *needing = data;
  g_autoptr (GTask) task = needing->task;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (sb_accounts_reload_finish (self->core.accounts, result, &error))
    {
      self->loaded = TRUE;
      needing->func (self, task);
    }
  else
    g_task_return_error (task, error);
}

void
sb_engine_with_accounts (SbEngine *self, SbEngineFunc func, GTask *task)
{
  Needing *needing = NULL;

  if (self->loaded)
    {
      func (self, task);
      return;
    }
  needing = g_new0 (Needing, 1);
  needing->func = func;
  needing->task = g_object_ref (task);
  sb_accounts_reload_async (self->core.accounts, with_accounts_cb, needing);
}

/* --- starting
 * ------------------------------------------------------------------------------------- */

static void
accepted_cb (SbEndpoint *endpoint, SbEvent *event, SbAccepted *accepted, gpointer data)
{
  SbEngine *self = data;

  sb_dispatcher_take (self->core.dispatcher, event, accepted);
}

static gboolean
start_practice (SbEngine *self, GError **error)
{
  SbCore *core = &self->core;
  gboolean needed = g_str_equal (self->mode, "practice");

  if (self->practice_url != NULL)
    {
      g_free (core->practice_base);
      core->practice_base = g_strdup (self->practice_url);
    }
  else if (self->practice == NULL && (needed || self->wanted_practice_port >= 0))
    {
      g_autofree char *path =
        g_build_filename (sb_store_get_folder (self->store), "practice.jsonl", NULL);

      self->practice = sb_practice_new (self->connectors);
      /* A vendor knows what it did after this process was killed; so must its stand-in. */
      if (!sb_practice_keep_in (self->practice, path, error) ||
          !sb_practice_listen (self->practice, MAX (self->wanted_practice_port, 0), error))
        {
          g_clear_object (&self->practice);
          return FALSE;
        }
      g_atomic_int_set (&self->practice_port, sb_practice_get_port (self->practice));
      core->practice_base =
        g_strdup_printf ("http://127.0.0.1:%d", sb_practice_get_port (self->practice));
    }
  if (needed)
    sb_accounts_set_practice_base (core->accounts, core->practice_base);
  return TRUE;
}

static void
listen_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) bells = sb_bells_list_finish (result, &error);
  g_autofree char *trouble = sb_store_get_trouble (self->store);

  if (bells == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->wanted_port >= 0)
    {
      self->endpoint = sb_endpoint_new (self->store, self->body_limit);
      g_signal_connect (self->endpoint, "accepted", G_CALLBACK (accepted_cb), self);
      sb_endpoint_set_bells (self->endpoint, bells);
      if (!sb_endpoint_listen (self->endpoint, self->wanted_port, &error))
        {
          g_task_return_error (task, error);
          return;
        }
      g_atomic_int_set (&self->port, sb_endpoint_get_port (self->endpoint));
    }
  SB_CRASH_POINT ("engine-listening");
  self->begun = TRUE;
  if (trouble != NULL)
    sb_engine_alert (self, trouble);
  sb_dispatcher_start (self->core.dispatcher);
  self->retention_ahead_us = sb_clock_now_us () - sb_clock_elapsed_us ();
  sb_engine_plan_retention (self, FIRST_RETENTION_S);
  sb_engine_emit_changed (self, "engine", NULL);
  g_task_return_boolean (task, TRUE);
}

static void
start_accounts_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!sb_accounts_reload_finish (self->core.accounts, result, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self->loaded = TRUE;
  sb_bells_list_async (&self->core, listen_cb, task);
}

static void
start_released_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  sb_store_release_finish (SB_STORE (object), result, &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  sb_accounts_reload_async (self->core.accounts, start_accounts_cb, task);
}

static void
recovered_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  g_autofree char *mode = g_strdup_printf ("mode:%s", self->mode);
  GError *error = NULL;
  gint recovered = sb_store_recover_finish (SB_STORE (object), result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  SB_CRASH_POINT ("engine-recovered");
  if (recovered > 0)
    g_info ("Going on with %d runs that were cut off", recovered);
  sb_store_release_async (self->store, mode, NULL, start_released_cb, task);
}

/* @value (out) (nullable): NULL where it was never set. FALSE: it could not be read, which is no
 * reason to listen at another port than the owner set; @task is answered and let go. */
static gboolean
take_setting (GAsyncResult *result, GTask *task, SbValue **value)
{
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  *value = sb_store_get_setting_finish (self->store, result, &error);
  if (*value == NULL && !g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return FALSE;
    }
  g_clear_error (&error);
  return TRUE;
}

static void
body_limit_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  g_autoptr (SbValue) value = NULL;

  if (!take_setting (result, task, &value))
    return;
  if (self->body_limit == 0)
    self->body_limit = (gsize)sb_settings_read (SB_SETTING_BODY_LIMIT, value);
  sb_store_recover_async (self->store, NULL, recovered_cb, task);
}

static void
port_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  g_autoptr (SbValue) value = NULL;

  if (!take_setting (result, task, &value))
    return;
  if (self->wanted_port == SB_PORT_FROM_SETTINGS)
    self->wanted_port = (gint)sb_settings_read (SB_SETTING_PORT, value);
  sb_store_get_setting_async (self->store, SB_SETTING_BODY_LIMIT, NULL, body_limit_cb, task);
}

void
sb_engine_begin (SbEngine *self, GTask *task)
{
  GError *error = NULL;

  if (self->begun)
    g_task_return_boolean (task, TRUE);
  else if (!start_practice (self, &error))
    g_task_return_error (task, error);
  else
    sb_store_get_setting_async (self->store, SB_SETTING_PORT, NULL, port_cb, g_object_ref (task));
}
