/* sb-secrets.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-secrets-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/mman.h>

#include "sb-error.h"
#include "sb-folder-id.h"

/* The thread the backend lives on. It has its own references, because the last one to an SbSecrets
 * may be dropped on this very thread, by a task that has just been answered. */
typedef struct
{
  GMainContext *context;
  GMainLoop *loop;
  SbSecretsBackend *backend;
  GQueue waiting; /* of SbSecretsOp; this thread only */
  SbSecretsOp *current;
} SbSecretsWorker;

struct _SbSecrets
{
  GObject parent_instance;

  SbSecretsWorker *worker;
  GThread *thread;

  GMutex mutex;
  GHashTable *cache; /* connection id → (key → text); guarded by @mutex */
};

G_DEFINE_FINAL_TYPE (SbSecrets, sb_secrets, G_TYPE_OBJECT)

static void
secret_free (gpointer secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

GHashTable *
sb_secrets_table_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, secret_free);
}

/* Puts a copy of @secret in; @length in bytes, -1: up to the NUL. */
void
sb_secrets_table_set (GHashTable *table, const char *key, const char *secret, gssize length)
{
  gsize size = length < 0 ? strlen (secret) : (gsize)length;
  char *copy = g_strndup (secret, size);

  /* Best effort: the limit of locked memory may be zero. Never unlocked again, since the page may
   * hold another secret. */
  if (mlock (copy, size + 1) != 0)
    g_debug ("A secret could not be kept out of swap: %s", g_strerror (errno));
  g_hash_table_insert (table, g_strdup (key), copy);
}

static void
sb_secrets_op_free (SbSecretsOp *op)
{
  g_free (op->connection);
  g_free (op->key);
  secret_free (op->secret);
  g_clear_object (&op->task);
  g_free (op);
}

static void
worker_free (SbSecretsWorker *worker)
{
  worker->backend->free (worker->backend);
  g_queue_clear_full (&worker->waiting, (GDestroyNotify)sb_secrets_op_free);
  g_main_loop_unref (worker->loop);
  g_main_context_unref (worker->context);
  g_free (worker);
}

static gpointer
worker_main (gpointer data)
{
  SbSecretsWorker *worker = data;

  g_main_context_push_thread_default (worker->context);
  g_main_loop_run (worker->loop);
  g_main_context_pop_thread_default (worker->context);
  worker_free (worker);
  return NULL;
}

static void
worker_next (SbSecretsWorker *worker)
{
  if (worker->current != NULL)
    return;

  worker->current = g_queue_pop_head (&worker->waiting);
  if (worker->current != NULL)
    worker->backend->run (worker->backend, worker->current);
}

static gboolean
worker_next_cb (gpointer data)
{
  worker_next (data);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  SbSecretsWorker *worker;
  SbSecretsOp *op;
} Posted;

static gboolean
worker_take_cb (gpointer data)
{
  Posted *posted = data;

  g_queue_push_tail (&posted->worker->waiting, posted->op);
  worker_next (posted->worker);
  return G_SOURCE_REMOVE;
}

static gboolean
worker_quit_cb (gpointer data)
{
  g_main_loop_quit (((SbSecretsWorker *)data)->loop);
  return G_SOURCE_REMOVE;
}

static void
worker_post (SbSecretsWorker *worker, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, worker->context);
}

void
sb_secrets_op_done (SbSecretsOp *op, GHashTable *table, GError *error)
{
  SbSecrets *self = g_task_get_source_object (op->task);
  SbSecretsWorker *worker = self->worker;

  g_mutex_lock (&self->mutex);
  if (op->kind == SB_SECRETS_LOAD && table != NULL && !worker->backend->changes)
    g_hash_table_insert (self->cache, g_strdup (op->connection), g_hash_table_ref (table));
  else if (op->kind == SB_SECRETS_UNLOCK)
    g_hash_table_remove_all (self->cache);
  else
    g_hash_table_remove (self->cache, op->connection);
  g_mutex_unlock (&self->mutex);

  worker->current = NULL;
  worker_post (worker, worker_next_cb, worker, NULL);

  if (error != NULL)
    g_task_return_error (op->task, error);
  else if (op->kind == SB_SECRETS_LOAD)
    g_task_return_pointer (op->task, g_steal_pointer (&table), (GDestroyNotify)g_hash_table_unref);
  else
    g_task_return_boolean (op->task, TRUE);
  g_clear_pointer (&table, g_hash_table_unref);
  sb_secrets_op_free (op);
}

static void
sb_secrets_finalize (GObject *object)
{
  SbSecrets *self = SB_SECRETS (object);

  if (self->thread != NULL)
    {
      worker_post (self->worker, worker_quit_cb, self->worker, NULL);
      if (self->thread == g_thread_self ())
        g_thread_unref (self->thread);
      else
        g_thread_join (self->thread);
    }
  g_hash_table_unref (self->cache);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (sb_secrets_parent_class)->finalize (object);
}

static void
sb_secrets_class_init (SbSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_secrets_finalize;
}

static void
sb_secrets_init (SbSecrets *self)
{
  g_mutex_init (&self->mutex);
  self->cache =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
}

static SbSecrets *
sb_secrets_new_for_backend (SbSecretsBackend *backend)
{
  SbSecrets *self = g_object_new (SB_TYPE_SECRETS, NULL);

  self->worker = g_new0 (SbSecretsWorker, 1);
  self->worker->context = g_main_context_new ();
  self->worker->loop = g_main_loop_new (self->worker->context, FALSE);
  self->worker->backend = backend;
  self->thread = g_thread_new ("sb-secrets", worker_main, self->worker);
  return self;
}

SbSecrets *
sb_secrets_new (const char *folder, const char *credentials_dir, GError **error)
{
  g_autofree char *id = NULL;
  SbSecretsBackend *backend = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  if (credentials_dir != NULL)
    {
      backend = sb_secrets_folder_new (credentials_dir, error);
    }
  else
    {
      id = sb_folder_id_load (folder, error);
      if (id != NULL)
        backend = sb_secrets_keyring_new (id);
    }
  return backend != NULL ? sb_secrets_new_for_backend (backend) : NULL;
}

SbSecrets *
sb_secrets_new_in_memory (void)
{
  return sb_secrets_new_for_backend (sb_secrets_memory_new ());
}

/* Connections and keys become parts of file names and of attributes. */
static gboolean
is_name (const char *text)
{
  return text != NULL && text[0] != '\0' &&
         strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_") == strlen (text);
}

static void
run_op (SbSecrets *self,
        GTask *task,
        SbSecretsOpKind kind,
        const char *connection,
        const char *key,
        const char *secret)
{
  Posted *posted = NULL;
  SbSecretsOp *op = NULL;

  if ((kind != SB_SECRETS_UNLOCK && !is_name (connection)) ||
      (kind == SB_SECRETS_SAVE && !is_name (key)))
    {
      g_task_return_new_error (
        task, SB_ERROR, SB_ERROR_INVALID,
        _ ("“%s” cannot be the name of a connection or a secret: use letters, "
           "digits, “-” and “_”"),
        is_name (connection) ? key : connection);
      return;
    }

  op = g_new0 (SbSecretsOp, 1);
  op->kind = kind;
  op->connection = g_strdup (connection);
  op->key = g_strdup (key);
  op->secret = g_strdup (secret);
  op->task = g_object_ref (task);

  posted = g_new0 (Posted, 1);
  posted->worker = self->worker;
  posted->op = op;
  worker_post (self->worker, worker_take_cb, posted, g_free);
}

void
sb_secrets_load_async (SbSecrets *self,
                       const char *connection_id,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  GHashTable *table = NULL;

  g_task_set_source_tag (task, sb_secrets_load_async);

  g_mutex_lock (&self->mutex);
  table = connection_id != NULL ? g_hash_table_lookup (self->cache, connection_id) : NULL;
  if (table != NULL)
    g_hash_table_ref (table);
  g_mutex_unlock (&self->mutex);

  if (table != NULL)
    g_task_return_pointer (task, table, (GDestroyNotify)g_hash_table_unref);
  else
    run_op (self, task, SB_SECRETS_LOAD, connection_id, NULL, NULL);
}

GHashTable *
sb_secrets_load_finish (SbSecrets *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sb_secrets_save_async (SbSecrets *self,
                       const char *connection_id,
                       const char *key,
                       const char *secret,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sb_secrets_save_async);
  run_op (self, task, SB_SECRETS_SAVE, connection_id, key, secret);
}

gboolean
sb_secrets_save_finish (SbSecrets *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_secrets_remove_async (SbSecrets *self,
                         const char *connection_id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sb_secrets_remove_async);
  run_op (self, task, SB_SECRETS_REMOVE, connection_id, NULL, NULL);
}

gboolean
sb_secrets_remove_finish (SbSecrets *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_secrets_unlock_async (SbSecrets *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sb_secrets_unlock_async);
  run_op (self, task, SB_SECRETS_UNLOCK, NULL, NULL, NULL);
}

gboolean
sb_secrets_unlock_finish (SbSecrets *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_secrets_forget (SbSecrets *self, const char *connection_id)
{
  g_mutex_lock (&self->mutex);
  if (connection_id == NULL)
    g_hash_table_remove_all (self->cache);
  else
    g_hash_table_remove (self->cache, connection_id);
  g_mutex_unlock (&self->mutex);
}
