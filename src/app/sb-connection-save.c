/* sb-connection-save.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection-save.h"

#include "sb-clock.h"

typedef struct
{
  SbEngine *engine;
  SbConnection *connection;
  char *id; /* (nullable): not stored yet */
  GHashTable *secrets;
  GHashTableIter iter;
} Saving;

static void
saving_free (Saving *saving)
{
  g_object_unref (saving->engine);
  sb_connection_unref (saving->connection);
  g_free (saving->id);
  g_hash_table_unref (saving->secrets);
  g_free (saving);
}

static void
reloaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_reload_finish (SB_ENGINE (source), result, &error))
    g_info ("reloading after a connection was saved: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
dated_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Saving *saving = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sb_store_save_connection_finish (SB_STORE (source), result, &error);

  sb_store_audit (SB_STORE (source), "secret-set", saving->id, NULL);
  if (id == NULL)
    g_warning ("The age of a key could not be kept: %s", error->message);
  sb_engine_reload_async (saving->engine, NULL, reloaded_cb, task);
}

/* When its keys changed is kept with the connection: by that the engine knows that it must read
 * them again, and the owner how old they are. It is written once the keyring has them. */
static void
date_secrets (GTask *task)
{
  Saving *saving = g_task_get_task_data (task);
  SbConnection *read = saving->connection;
  g_autoptr (SbConnection) dated =
    sb_connection_new (saving->id, read->connector, read->name, read->environment, read->settings);

  dated->secret_changed_us = sb_clock_now_us ();
  sb_store_save_connection_async (sb_engine_get_store (saving->engine), dated, NULL, dated_cb,
                                  task);
}

static void save_next_secret (GTask *task);

static void
secret_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;

  if (sb_secrets_save_finish (SB_SECRETS (source), result, &error))
    {
      save_next_secret (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
save_next_secret (GTask *task)
{
  Saving *saving = g_task_get_task_data (task);
  gpointer key;
  gpointer secret;

  if (g_hash_table_iter_next (&saving->iter, &key, &secret))
    sb_secrets_save_async (sb_engine_get_secrets (saving->engine), saving->id, key, secret, NULL,
                           secret_saved_cb, task);
  else if (g_hash_table_size (saving->secrets) > 0)
    date_secrets (task);
  else
    sb_engine_reload_async (saving->engine, NULL, reloaded_cb, task);
}

static void
connection_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Saving *saving = g_task_get_task_data (task);
  GError *error = NULL;

  saving->id = sb_store_save_connection_finish (SB_STORE (source), result, &error);
  if (saving->id != NULL)
    {
      g_hash_table_iter_init (&saving->iter, saving->secrets);
      save_next_secret (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
sb_connection_save_async (SbEngine *engine,
                          SbConnection *connection,
                          GHashTable *secrets,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  Saving *saving = g_new0 (Saving, 1);

  saving->engine = g_object_ref (engine);
  saving->connection = sb_connection_ref (connection);
  saving->secrets = g_hash_table_ref (secrets);
  g_task_set_source_tag (task, sb_connection_save_async);
  g_task_set_task_data (task, saving, (GDestroyNotify)saving_free);
  sb_store_save_connection_async (sb_engine_get_store (engine), connection, NULL,
                                  connection_saved_cb, task);
}

gboolean
sb_connection_save_finish (GAsyncResult *result, char **id, GError **error)
{
  Saving *saving = g_task_get_task_data (G_TASK (result));

  *id = g_strdup (saving->id);
  return g_task_propagate_boolean (G_TASK (result), error);
}
