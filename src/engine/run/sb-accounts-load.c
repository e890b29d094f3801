/* sb-accounts-load.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-accounts-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"

/* How often a keyring that is locked is asked again. */
#define RETRY_S 4
/* A start or a reload waits no longer than this for the keyring. */
#define PATIENCE_S 5

static gboolean
retry_cb (gpointer data)
{
  SbAccounts *self = data;
  GHashTableIter iter;
  gpointer held;

  g_clear_pointer (&self->retry, g_source_unref);
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &held))
    if (((SbHeld *)held)->words != NULL)
      sb_held_load (held);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (SbAccounts *self)
{
  if (self->retry != NULL)
    return;
  self->retry = g_timeout_source_new_seconds (RETRY_S);
  g_source_set_callback (self->retry, retry_cb, self, NULL);
  g_source_attach (self->retry, g_main_context_get_thread_default ());
}

static gboolean
is_loading (SbAccounts *self)
{
  GHashTableIter iter;
  gpointer held;

  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &held))
    if (((SbHeld *)held)->loading)
      return TRUE;
  return FALSE;
}

void
sb_accounts_finish_reloads (SbAccounts *self)
{
  g_autoptr (GPtrArray) reloads = g_steal_pointer (&self->reloads);

  self->reloads = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < reloads->len; i++)
    g_task_return_boolean (g_ptr_array_index (reloads, i), TRUE);
}

/* A secret that is not there yet, a key of the other environment: known before the vendor is asked.
 */
static void
held_check (SbHeld *held)
{
  SbAccount *account = held->account;
  g_autoptr (SbProblems) problems = sb_problems_new ();

  g_clear_pointer (&held->problem, g_free);
  if (account->secrets == NULL)
    return;
  sb_connection_check (account->connection, account->connector, account->secrets, problems);
  if (sb_problems_get_length (problems) > 0)
    held->problem =
      g_strdup_printf (_ ("The connection “%s” to %s is not ready: %s"), account->connection->name,
                       account->connector->name, sb_problems_get (problems, 0)->message);
}

static void
held_take_secrets (SbHeld *held, GHashTable *secrets)
{
  SbAccounts *self = held->accounts;
  SbAccount *old = held->account;
  gboolean was_away = held->words != NULL;
  g_autoptr (GHashTable) usable = NULL;

  g_clear_pointer (&held->grant, sb_grant_free);
  usable = sb_accounts_read_secrets (old->connector, old->connection, secrets, &held->grant);
  held->account = sb_account_new (old->connector, old->connection, usable, NULL);
  sb_account_unref (old);
  held_check (held);
  g_clear_pointer (&held->words, g_free);
  held->no_keyring = FALSE;
  if (held->release)
    sb_accounts_release (self, held->account->connection->id);
  held->release = FALSE;
  sb_held_freshened (held);
  if (was_away)
    self->func (self->data);
}

typedef struct
{
  SbAccounts *accounts;
  char *id;
} Loading;

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Loading *loading = data;
  g_autofree char *id = loading->id;
  SbAccounts *self = loading->accounts;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) secrets = sb_secrets_load_finish (SB_SECRETS (object), result, &error);
  SbHeld *held = NULL;

  if (!sb_accounts_came_back (self))
    return;

  held = g_hash_table_lookup (self->held, id);
  if (held != NULL)
    {
      held->loading = FALSE;
      if (held->again)
        {
          held->again = FALSE;
          sb_held_load (held);
        }
      else if (secrets != NULL)
        {
          held_take_secrets (held, secrets);
        }
      else
        {
          g_free (held->words);
          held->words = g_strdup (error->message);
          held->no_keyring = g_error_matches (error, SB_ERROR, SB_ERROR_UNAVAILABLE);
          held->release = TRUE;
          schedule_retry (self);
        }
    }
  if (!is_loading (self))
    sb_accounts_finish_reloads (self);
}

static gboolean
has_secrets (SbAccount *account)
{
  GPtrArray *settings = account->connector->settings;

  if (sb_oauth_get (account->connector, account->connection->settings) != NULL)
    return TRUE;
  for (guint i = 0; i < settings->len; i++)
    {
      SbField *setting = g_ptr_array_index (settings, i);

      if (setting->secret &&
          sb_connector_needs_setting (account->connector, setting, account->connection->settings))
        return TRUE;
    }
  return FALSE;
}

void
sb_held_load (SbHeld *held)
{
  SbAccounts *self = held->accounts;
  Loading *loading = NULL;

  if (held->loading)
    {
      held->again = TRUE;
      return;
    }
  /* Its bell is heard also while the keyring is locked, slow or gone. */
  if (!has_secrets (held->account))
    {
      g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);

      held_take_secrets (held, none);
      return;
    }
  loading = g_new0 (Loading, 1);
  loading->accounts = self;
  loading->id = g_strdup (held->account->connection->id);
  held->loading = TRUE;
  self->pending++;
  sb_secrets_load_async (self->secrets, loading->id, NULL, loaded_cb, loading);
}

static gboolean
was_changed (SbConnection *before, SbConnection *now)
{
  return before->secret_changed_us != now->secret_changed_us ||
         g_strcmp0 (before->environment, now->environment) != 0 ||
         !sb_value_equal (before->settings, now->settings);
}

/* Takes a row of the store. The secrets that are known stay until the new ones are there. */
static void
take_connection (SbAccounts *self, GHashTable *next, SbConnection *connection)
{
  SbConnector *connector = sb_connectors_find (self->connectors, connection->connector);
  SbHeld *before = g_hash_table_lookup (self->held, connection->id);
  SbHeld *held = NULL;

  if (connector == NULL)
    return;

  held = g_new0 (SbHeld, 1);
  held->accounts = self;
  held->account =
    sb_account_new (connector, connection, before != NULL ? before->account->secrets : NULL, NULL);
  if (before == NULL)
    {
      /* The first look after a start: what was in trouble is tried once more. */
      held->release = TRUE;
      held->words = g_strdup (_ ("Waiting for the keyring"));
      if (connection->trouble != NULL)
        sb_accounts_save_trouble (self, connection->id, NULL);
    }
  else
    {
      gboolean in_trouble = g_hash_table_contains (self->troubles, connection->id);

      held->loading = before->loading;
      held->again = before->loading;
      held->words = g_strdup (before->words);
      held->no_keyring = before->no_keyring;
      held->grant = before->grant != NULL ? sb_grant_copy (before->grant) : NULL;
      held->release = before->release;
      if (was_changed (before->account->connection, connection))
        held->release = TRUE;
      if (in_trouble && (connection->trouble == NULL || held->release))
        {
          held->release = TRUE;
          g_hash_table_remove (self->troubles, connection->id);
          if (connection->trouble != NULL)
            sb_accounts_save_trouble (self, connection->id, NULL);
        }
    }
  held_check (held);
  g_hash_table_insert (next, g_strdup (connection->id), held);
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbAccounts *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) connections =
    sb_store_list_connections_finish (SB_STORE (object), result, &error);
  GHashTable *next = NULL;
  GHashTableIter iter;
  gpointer value;

  if (!sb_accounts_came_back (self))
    return;
  if (connections == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  next = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sb_held_free);
  for (guint i = 0; i < connections->len; i++)
    take_connection (self, next, g_ptr_array_index (connections, i));
  g_hash_table_unref (self->held);
  self->held = next;

  g_ptr_array_add (self->reloads, g_object_ref (task));
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    sb_held_load (value);
  if (!is_loading (self))
    sb_accounts_finish_reloads (self);
}

static gboolean
patience_cb (gpointer data)
{
  GTask *task = data;
  SbAccounts *self = g_task_get_task_data (task);
  guint index = 0;

  if (!g_task_get_completed (task) && g_ptr_array_find (self->reloads, task, &index))
    {
      g_task_return_boolean (task, TRUE);
      g_ptr_array_remove_index_fast (self->reloads, index);
    }
  return G_SOURCE_REMOVE;
}

/* Stand-ins that a fault on the practice ground signed out work again. */
static void
release_stand_ins (SbAccounts *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->stand_ins);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const char *id = ((SbAccount *)value)->connection->id;

      if (g_hash_table_remove (self->troubles, id))
        sb_accounts_release (self, id);
    }
}

void
sb_accounts_reload_async (SbAccounts *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  g_autoptr (GSource) patience = g_timeout_source_new_seconds (PATIENCE_S);

  g_task_set_source_tag (task, sb_accounts_reload_async);
  g_task_set_task_data (task, self, NULL);
  release_stand_ins (self);

  g_source_set_callback (patience, patience_cb, g_object_ref (task), g_object_unref);
  g_source_attach (patience, g_main_context_get_thread_default ());
  self->pending++;
  sb_store_list_connections_async (self->store, NULL, listed_cb, task);
}

gboolean
sb_accounts_reload_finish (SbAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
