/* sb-engine.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-backoff.h"
#include "sb-clock.h"
#include "sb-dispatcher.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-folder-id.h"
#include "sb-paths.h"
#include "sb-settings.h"

#define DEFAULT_TIMEOUT_US (30 * (gint64)G_USEC_PER_SEC)
#define MAX_BODY_LIMIT     (10 * 1024 * 1024)
#define FIRST_RETENTION_S  60
/* All runs of a connection wait for its renewal, so that is tried again sooner than a call. */
#define RENEW_FIRST_US (2 * (gint64)G_USEC_PER_SEC)
/* The same sentence is not said again within this. */
#define ALERT_SILENCE_US (10 * 60 * (gint64)G_USEC_PER_SEC)
#define MAX_ALERTS       256
/* Changes in the store are looked into at most this often. */
#define POKE_MS 250
/* What was let go of at a stop has this long to come back. */
#define CANCEL_GRACE_US (2 * (gint64)G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (SbEngine, sb_engine, G_TYPE_OBJECT)

enum
{
  CHANGED,
  ALERT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- signals
 * -------------------------------------------------------------------------------------- */

typedef struct
{
  GWeakRef engine;
  guint signal;
  char *first;
  char *second;
} Emission;

static void
emission_free (gpointer data)
{
  Emission *emission = data;

  g_weak_ref_clear (&emission->engine);
  g_free (emission->first);
  g_free (emission->second);
  g_free (emission);
}

static gboolean
emit_cb (gpointer data)
{
  Emission *emission = data;
  g_autoptr (SbEngine) self = g_weak_ref_get (&emission->engine);

  if (self != NULL && emission->signal == CHANGED)
    g_signal_emit (self, signals[CHANGED], 0, emission->first, emission->second);
  else if (self != NULL)
    g_signal_emit (self, signals[ALERT], 0, emission->first);
  return G_SOURCE_REMOVE;
}

static void
emit_at_home (SbEngine *self, guint signal, const char *first, const char *second)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Emission *emission = g_new0 (Emission, 1);

  g_weak_ref_init (&emission->engine, self);
  emission->signal = signal;
  emission->first = g_strdup (first);
  emission->second = g_strdup (second);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_cb, emission, emission_free);
  g_source_attach (source, self->home);
}

void
sb_engine_emit_changed (SbEngine *self, const char *what, const char *id)
{
  emit_at_home (self, CHANGED, what, id);
}

void
sb_engine_alert (SbEngine *self, const char *message)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 *said_us = g_hash_table_lookup (self->alerts, message);

  if (said_us != NULL && now_us - *said_us < ALERT_SILENCE_US)
    return;
  if (g_hash_table_size (self->alerts) >= MAX_ALERTS)
    g_hash_table_remove_all (self->alerts);
  g_hash_table_insert (self->alerts, g_strdup (message), g_memdup2 (&now_us, sizeof now_us));
  g_info ("%s", message);
  emit_at_home (self, ALERT, message, NULL);
  sb_engine_emit_changed (self, "engine", NULL);
}

static void
alert_cb (const char *message, gpointer data)
{
  sb_engine_alert (data, message);
}

/* --- the engine's thread
 * ---------------------------------------------------------------------------- */

typedef struct
{
  SbEngine *engine; /* kept by the task */
  SbEngineFunc func;
  GTask *task;
} Call;

static gboolean
call_cb (gpointer data)
{
  Call *call = data;

  call->func (call->engine, call->task);
  return G_SOURCE_REMOVE;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->task);
  g_free (call);
}

static void
post (SbEngine *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, self->context);
}

void
sb_engine_invoke (SbEngine *self, SbEngineFunc func, GTask *task)
{
  Call *call = NULL;

  if (g_atomic_int_get (&self->stopped))
    {
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAVAILABLE, _ ("The engine was stopped"));
      return;
    }
  call = g_new0 (Call, 1);
  call->engine = self;
  call->func = func;
  call->task = g_object_ref (task);
  post (self, call_cb, call, call_free);
}

static void
accounts_cb (gpointer data)
{
  SbEngine *self = data;

  if (!self->begun || self->core.stopping)
    return;
  sb_engine_ring (self);
  sb_dispatcher_poke (self->core.dispatcher);
  sb_engine_emit_changed (self, "engine", NULL);
}

static void
open_core (SbEngine *self)
{
  SbCore *core = &self->core;

  core->store = self->store;
  core->connectors = self->connectors;
  core->mode = self->mode;
  core->folder_id = self->folder_id;
  core->backoff_us = self->backoff_us;
  core->backoff_max_us = self->backoff_max_us;
  core->give_up_us = self->give_up_us;
  core->shorten_delays = self->shorten_delays;
  core->alert = alert_cb;
  core->alert_data = self;
  core->cancellable = g_cancellable_new ();
  core->accounts =
    sb_accounts_new (self->store, self->connectors, self->secrets, self->mode, accounts_cb, self);
  core->limits = sb_limits_new ();
  core->http = sb_http_new (self->timeout_us);
  sb_accounts_set_renewing (core->accounts, core->http, MIN (core->backoff_us, RENEW_FIRST_US),
                            alert_cb, self);
  core->flows = sb_flow_cache_new (self->store);
  core->dispatcher = sb_dispatcher_new (core);
  self->alerts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
close_core (SbEngine *self)
{
  SbCore *core = &self->core;

  clear_source (&self->retention);
  clear_source (&self->poke);
  g_clear_pointer (&self->sign_ins, g_hash_table_unref);
  g_clear_pointer (&self->listens, g_ptr_array_unref);
  g_clear_pointer (&core->trials, g_hash_table_unref);
  g_clear_object (&self->endpoint);
  if (self->practice != NULL)
    sb_practice_stop (self->practice);
  g_clear_object (&self->practice);
  g_clear_pointer (&core->dispatcher, sb_dispatcher_free);
  g_clear_pointer (&core->flows, sb_flow_cache_free);
  g_clear_object (&core->http);
  g_clear_pointer (&core->limits, sb_limits_free);
  g_clear_pointer (&core->accounts, sb_accounts_free);
  g_clear_object (&core->cancellable);
  g_clear_pointer (&core->practice_base, g_free);
  g_clear_pointer (&self->alerts, g_hash_table_unref);
}

static gpointer
thread_main (gpointer data)
{
  SbEngine *self = data;

  g_main_context_push_thread_default (self->context);
  open_core (self);
  g_main_loop_run (self->loop);
  close_core (self);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* --- starting
 * ------------------------------------------------------------------------------------- */

static void
sync_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

/* Blocks, but lets nothing else of the caller's context run meanwhile. */
static gboolean
invoke_and_wait (SbEngine *self, SbEngineFunc func, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = NULL;

  g_main_context_push_thread_default (context);
  task = g_task_new (self, NULL, sync_cb, &result);
  g_task_set_source_tag (task, invoke_and_wait);
  sb_engine_invoke (self, func, task);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
sb_engine_start (SbEngine *self, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), FALSE);

  return invoke_and_wait (self, sb_engine_begin, error);
}

/* --- stopping
 * ------------------------------------------------------------------------------------- */

typedef struct
{
  gint64 until_us; /* monotonic */
} Stopping;

static gboolean
stopping_cb (gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Stopping *stopping = g_task_get_task_data (task);
  gint64 now_us = g_get_monotonic_time ();
  guint in_flight = self->endpoint != NULL ? sb_endpoint_get_in_flight (self->endpoint) : 0;

  if (in_flight == 0 && !self->ringing && !sb_accounts_is_renewing (self->core.accounts) &&
      (self->sign_ins == NULL || g_hash_table_size (self->sign_ins) == 0) &&
      sb_dispatcher_is_idle (self->core.dispatcher))
    {
      g_task_return_boolean (task, TRUE);
      return G_SOURCE_REMOVE;
    }
  if (now_us > stopping->until_us)
    g_cancellable_cancel (self->core.cancellable);
  if (now_us > stopping->until_us + CANCEL_GRACE_US &&
      sb_dispatcher_is_idle (self->core.dispatcher))
    {
      g_task_return_boolean (task, TRUE);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static void
stop (SbEngine *self, GTask *task)
{
  g_autoptr (GSource) source = g_timeout_source_new (5);

  SB_CRASH_POINT ("engine-stopping");
  self->core.stopping = TRUE;
  sb_engine_end_sign_ins (self);
  sb_engine_end_listens (self);
  if (self->endpoint != NULL)
    sb_endpoint_stop (self->endpoint);
  sb_dispatcher_stop (self->core.dispatcher);
  g_source_set_callback (source, stopping_cb, g_object_ref (task), g_object_unref);
  g_source_attach (source, self->context);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (((SbEngine *)data)->loop);
  return G_SOURCE_REMOVE;
}

void
sb_engine_stop (SbEngine *self, gint64 grace_us)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = NULL;
  Stopping *stopping = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));

  if (self->thread == NULL)
    return;

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  task = g_task_new (self, NULL, sync_cb, &result);
  stopping = g_new0 (Stopping, 1);
  stopping->until_us = g_get_monotonic_time () + grace_us;
  g_task_set_task_data (task, stopping, g_free);
  sb_engine_invoke (self, stop, task);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  g_atomic_int_set (&self->stopped, TRUE);
  post (self, quit_cb, self, NULL);
  g_thread_join (g_steal_pointer (&self->thread));
  SB_CRASH_POINT ("engine-stopped");
  sb_store_close (self->store);
}

/* --- making
 * --------------------------------------------------------------------------------------- */

static gboolean
poke_cb (gpointer data)
{
  SbEngine *self = data;

  g_clear_pointer (&self->poke, g_source_unref);
  if (self->begun && !self->core.stopping)
    sb_dispatcher_poke (self->core.dispatcher);
  return G_SOURCE_REMOVE;
}

static gboolean
plan_poke_cb (gpointer data)
{
  SbEngine *self = data;

  if (self->poke != NULL || self->core.stopping || self->core.dispatcher == NULL)
    return G_SOURCE_REMOVE;
  self->poke = g_timeout_source_new (POKE_MS);
  g_source_set_callback (self->poke, poke_cb, self, NULL);
  g_source_attach (self->poke, self->context);
  return G_SOURCE_REMOVE;
}

static gboolean
trouble_cb (gpointer data)
{
  SbEngine *self = data;
  g_autofree char *words = sb_store_get_trouble (self->store);

  if (words != NULL && self->alerts != NULL)
    sb_engine_alert (self, words);
  return G_SOURCE_REMOVE;
}

static void
store_changed_cb (SbStore *store, const char *what, const char *id, gpointer data)
{
  SbEngine *self = data;

  if (g_str_equal (what, "trouble") && !g_atomic_int_get (&self->stopped))
    post (self, trouble_cb, self, NULL);

  /* A run may have been opened past the engine: a replay, a release. */
  if (g_str_equal (what, "runs") && !g_atomic_int_get (&self->stopped))
    post (self, plan_poke_cb, self, NULL);
  g_signal_emit (self, signals[CHANGED], 0, what, id);
}

static gpointer
end_main (gpointer data)
{
  g_autoptr (SbEngine) self = data;

  sb_engine_stop (self, 0);
  return NULL;
}

static void
sb_engine_dispose (GObject *object)
{
  SbEngine *self = SB_ENGINE (object);

  /* The last reference may have been that of a call which was just answered: a thread cannot wait
   * for its own end. */
  if (self->thread == g_thread_self ())
    g_thread_unref (g_thread_new ("sb-engine-end", end_main, g_object_ref (self)));
  else if (self->thread != NULL)
    sb_engine_stop (self, 0);

  G_OBJECT_CLASS (sb_engine_parent_class)->dispose (object);
}

static void
sb_engine_finalize (GObject *object)
{
  SbEngine *self = SB_ENGINE (object);

  if (self->store != NULL)
    sb_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_pointer (&self->connectors, sb_connectors_unref);
  g_clear_object (&self->secrets);
  g_free (self->folder_id);
  g_free (self->mode);
  g_free (self->practice_url);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->home, g_main_context_unref);

  G_OBJECT_CLASS (sb_engine_parent_class)->finalize (object);
}

static void
sb_engine_class_init (SbEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_engine_dispose;
  object_class->finalize = sb_engine_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[ALERT] = g_signal_new ("alert", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_engine_init (SbEngine *self)
{
  self->home = g_main_context_ref_thread_default ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
}

static void
load_connectors (SbEngine *self, const char *folder)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *text = NULL;

  self->connectors = sb_connectors_new (data_dir, folder, problems);
  if (sb_problems_get_length (problems) == 0)
    return;
  text = sb_problems_to_text (problems);
  g_warning ("Some connector files were left out:\n%s", text);
}

static gboolean
take_options (SbEngine *self, const SbEngineOptions *options, GError **error)
{
  const char *mode = options->mode != NULL ? options->mode : "live";

  if (!g_str_equal (mode, "live") && !g_str_equal (mode, "practice") &&
      !g_str_equal (mode, "sandbox"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("There is no mode “%s”: use live, practice or sandbox"), mode);
      return FALSE;
    }
  if (options->practice_url != NULL &&
      !g_str_has_prefix (options->practice_url, "http://127.0.0.1:"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The practice ground is on this computer: “%s” is not an address like "
                      "http://127.0.0.1:8788"),
                   options->practice_url);
      return FALSE;
    }
  self->mode = g_strdup (mode);
  self->practice_url = g_strdup (options->practice_url);
  if (self->practice_url != NULL && g_str_has_suffix (self->practice_url, "/"))
    self->practice_url[strlen (self->practice_url) - 1] = '\0';
  self->wanted_port = options->port;
  self->wanted_practice_port = options->practice_port;
  self->practice_port = -1;
  self->port = -1;
  self->backoff_us = options->backoff_us > 0 ? options->backoff_us : SB_BACKOFF_FIRST_US;
  self->backoff_max_us = options->backoff_max_us > 0 ? options->backoff_max_us : SB_BACKOFF_MAX_US;
  self->give_up_us = options->give_up_us > 0 ? options->give_up_us : SB_BACKOFF_GIVE_UP_US;
  self->timeout_us = options->timeout_us > 0 ? options->timeout_us : DEFAULT_TIMEOUT_US;
  self->body_limit = MIN (options->body_limit, MAX_BODY_LIMIT);
  self->shorten_delays = options->shorten_delays;
  return TRUE;
}

SbEngine *
sb_engine_new (const SbEngineOptions *options, GError **error)
{
  g_autoptr (SbEngine) self = NULL;

  g_return_val_if_fail (options != NULL && options->folder != NULL, NULL);

  self = g_object_new (SB_TYPE_ENGINE, NULL);
  if (!take_options (self, options, error))
    return NULL;

  /* First the lock of the folder, then anything that writes to it. */
  self->store = sb_store_open (options->folder, error);
  if (self->store == NULL)
    return NULL;
  sb_store_set_mode (self->store, self->mode);
  self->folder_id = sb_folder_id_load (options->folder, error);
  if (self->folder_id == NULL)
    return NULL;
  if (options->in_memory_secrets)
    self->secrets = sb_secrets_new_in_memory ();
  else
    self->secrets = sb_secrets_new (options->folder, options->credentials_dir, error);
  if (self->secrets == NULL)
    return NULL;
  load_connectors (self, options->folder);

  g_signal_connect_object (self->store, "changed", G_CALLBACK (store_changed_cb), self, 0);
  self->thread = g_thread_new ("sb-engine", thread_main, self);
  return g_steal_pointer (&self);
}

/* --- what it is
 * ------------------------------------------------------------------------------------ */

SbStore *
sb_engine_get_store (SbEngine *self)
{
  return self->store;
}

SbConnectors *
sb_engine_get_connectors (SbEngine *self)
{
  return self->connectors;
}

SbSecrets *
sb_engine_get_secrets (SbEngine *self)
{
  return self->secrets;
}

const char *
sb_engine_get_mode (SbEngine *self)
{
  return self->mode;
}

gint
sb_engine_get_port (SbEngine *self)
{
  return g_atomic_int_get (&self->port);
}

gint
sb_engine_get_practice_port (SbEngine *self)
{
  return g_atomic_int_get (&self->practice_port);
}

char *
sb_engine_get_trigger_url (SbEngine *self, SbFlowRow *flow)
{
  gint port = sb_engine_get_port (self);

  if (port <= 0)
    port =
      self->wanted_port > 0 ? self->wanted_port : (gint)sb_settings_read (SB_SETTING_PORT, NULL);
  return g_strdup_printf ("http://127.0.0.1:%d/in/%s", port, flow->trigger_token);
}
