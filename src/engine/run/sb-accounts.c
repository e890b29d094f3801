/* sb-accounts.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-accounts.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"

/* How often a keyring that is locked is asked again. */
#define RETRY_S 4
/* A start or a reload waits no longer than this for the keyring. */
#define PATIENCE_S 5

typedef struct
{
  SbAccounts *accounts; /* borrowed */
  SbAccount *account;   /* its secrets are NULL until they were loaded */
  char *words;          /* (nullable): why the secrets are not there */
  gboolean loading;
  gboolean again;      /* something changed while it was loading */
  gboolean release;    /* runs may be waiting for it */
  gboolean no_keyring; /* there is none to ask, locked or not */
  char *problem;       /* (nullable): what is missing or wrong in it, for calls */
} Held;

struct _SbAccounts
{
  SbStore *store;
  SbConnectors *connectors;
  SbSecrets *secrets;
  char *mode;
  char *practice_base;
  SbAccountsFunc func;
  gpointer data;

  GHashTable *held;      /* connection id → Held */
  GHashTable *stand_ins; /* connector id → SbAccount */
  GHashTable *troubles;  /* connection id → words */
  GPtrArray *reloads;    /* of GTask: waiting for secrets */
  GSource *retry;
  guint pending; /* calls that will come back here */
  gboolean freed;
};

static void load_secrets (Held *held);
static void finish_reloads (SbAccounts *self);

static void
account_clear (gpointer data)
{
  SbAccount *self = data;

  g_clear_pointer (&self->connection, sb_connection_unref);
  g_clear_pointer (&self->secrets, g_hash_table_unref);
  g_free (self->base);
}

SbAccount *
sb_account_ref (SbAccount *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
sb_account_unref (SbAccount *self)
{
  g_atomic_rc_box_release_full (self, account_clear);
}

static SbAccount *
account_new (SbConnector *connector,
             SbConnection *connection,
             GHashTable *secrets,
             const char *base)
{
  SbAccount *self = g_atomic_rc_box_new0 (SbAccount);

  self->connector = connector;
  self->connection = sb_connection_ref (connection);
  self->secrets = secrets != NULL ? g_hash_table_ref (secrets) : NULL;
  self->base = g_strdup (base);
  return self;
}

static void
held_free (gpointer data)
{
  Held *held = data;

  sb_account_unref (held->account);
  g_free (held->words);
  g_free (held->problem);
  g_free (held);
}

SbAccounts *
sb_accounts_new (SbStore *store,
                 SbConnectors *connectors,
                 SbSecrets *secrets,
                 const char *mode,
                 SbAccountsFunc func,
                 gpointer data)
{
  SbAccounts *self = g_new0 (SbAccounts, 1);

  self->store = g_object_ref (store);
  self->connectors = sb_connectors_ref (connectors);
  self->secrets = g_object_ref (secrets);
  self->mode = g_strdup (mode);
  self->func = func;
  self->data = data;
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, held_free);
  self->stand_ins =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_account_unref);
  self->troubles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->reloads = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
sb_accounts_set_practice_base (SbAccounts *self, const char *practice_base)
{
  g_free (self->practice_base);
  self->practice_base = g_strdup (practice_base);
  g_hash_table_remove_all (self->stand_ins);
}

static void
really_free (SbAccounts *self)
{
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->stand_ins);
  g_hash_table_unref (self->troubles);
  g_ptr_array_unref (self->reloads);
  g_object_unref (self->store);
  g_object_unref (self->secrets);
  sb_connectors_unref (self->connectors);
  g_free (self->mode);
  g_free (self->practice_base);
  g_free (self);
}

/* A call to the keyring cannot be cancelled, so the memory goes with the last that comes back. */
void
sb_accounts_free (SbAccounts *self)
{
  if (self->retry != NULL)
    {
      g_source_destroy (self->retry);
      g_clear_pointer (&self->retry, g_source_unref);
    }
  finish_reloads (self);
  self->freed = TRUE;
  if (self->pending == 0)
    really_free (self);
}

/* Returns: FALSE when @self is gone. */
static gboolean
came_back (SbAccounts *self)
{
  self->pending--;
  if (!self->freed)
    return TRUE;
  if (self->pending == 0)
    really_free (self);
  return FALSE;
}

/* --- writing
 * -------------------------------------------------------------------------------------- */

static void
release_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbAccounts *self = data;
  g_autoptr (GError) error = NULL;
  gint released = sb_store_release_finish (SB_STORE (object), result, &error);

  if (!came_back (self))
    return;
  if (error != NULL)
    g_warning ("Runs that wait could not be released: %s", error->message);
  else if (released > 0)
    self->func (self->data);
}

static void
release (SbAccounts *self, const char *connection_id)
{
  self->pending++;
  sb_store_release_async (self->store, connection_id, NULL, release_cb, self);
}

typedef struct
{
  SbAccounts *accounts;
  char *id;
  char *words;
} Note;

static void
note_free (Note *note)
{
  g_free (note->id);
  g_free (note->words);
  g_free (note);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sb_store_save_connection_finish (SB_STORE (object), result, &error);

  if (id == NULL)
    g_warning ("The state of a connection could not be saved: %s", error->message);
  came_back (data);
}

static void
note_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Note *note = data;
  SbAccounts *self = note->accounts;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) connections =
    sb_store_list_connections_finish (SB_STORE (object), result, &error);

  /* Read afresh, so that what the owner has just changed is not written over. */
  for (guint i = 0; connections != NULL && i < connections->len; i++)
    {
      SbConnection *now = g_ptr_array_index (connections, i);
      g_autoptr (SbConnection) copy = NULL;

      if (!g_str_equal (now->id, note->id) || g_strcmp0 (now->trouble, note->words) == 0)
        continue;
      copy =
        sb_connection_new (now->id, now->connector, now->name, now->environment, now->settings);
      copy->created_us = now->created_us;
      copy->secret_changed_us = now->secret_changed_us;
      copy->trouble = g_strdup (note->words);
      self->pending++;
      sb_store_save_connection_async (self->store, copy, NULL, saved_cb, self);
    }
  note_free (note);
  came_back (self);
}

/* Keeps @words (NULL: all is well) with the connection in the store. */
static void
save_trouble (SbAccounts *self, const char *id, const char *words)
{
  Note *note = g_new0 (Note, 1);

  note->accounts = self;
  note->id = g_strdup (id);
  note->words = g_strdup (words);
  self->pending++;
  sb_store_list_connections_async (self->store, NULL, note_cb, note);
}

gboolean
sb_accounts_set_trouble (SbAccounts *self, const char *connection_id, const char *words)
{
  if (g_hash_table_contains (self->troubles, connection_id))
    return FALSE;

  g_hash_table_insert (self->troubles, g_strdup (connection_id), g_strdup (words));
  if (g_hash_table_contains (self->held, connection_id))
    save_trouble (self, connection_id, words);
  return TRUE;
}

void
sb_accounts_clear_trouble (SbAccounts *self, const char *connection_id)
{
  g_hash_table_remove (self->troubles, connection_id);
  if (g_hash_table_contains (self->held, connection_id))
    save_trouble (self, connection_id, NULL);
  release (self, connection_id);
}

/* --- reading
 * -------------------------------------------------------------------------------------- */

static gboolean
retry_cb (gpointer data)
{
  SbAccounts *self = data;
  GHashTableIter iter;
  gpointer held;

  g_clear_pointer (&self->retry, g_source_unref);
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &held))
    if (((Held *)held)->words != NULL)
      load_secrets (held);
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
    if (((Held *)held)->loading)
      return TRUE;
  return FALSE;
}

static void
finish_reloads (SbAccounts *self)
{
  g_autoptr (GPtrArray) reloads = g_steal_pointer (&self->reloads);

  self->reloads = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < reloads->len; i++)
    g_task_return_boolean (g_ptr_array_index (reloads, i), TRUE);
}

/* A secret that is not there yet, a key of the other environment: known before the vendor is asked.
 */
static void
held_check (Held *held)
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
held_take_secrets (Held *held, GHashTable *secrets)
{
  SbAccounts *self = held->accounts;
  SbAccount *old = held->account;
  gboolean was_away = held->words != NULL;

  held->account = account_new (old->connector, old->connection, secrets, NULL);
  sb_account_unref (old);
  held_check (held);
  g_clear_pointer (&held->words, g_free);
  held->no_keyring = FALSE;
  if (held->release)
    release (self, held->account->connection->id);
  held->release = FALSE;
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
  Held *held = NULL;

  if (!came_back (self))
    return;

  held = g_hash_table_lookup (self->held, id);
  if (held != NULL)
    {
      held->loading = FALSE;
      if (held->again)
        {
          held->again = FALSE;
          load_secrets (held);
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
    finish_reloads (self);
}

static void
load_secrets (Held *held)
{
  SbAccounts *self = held->accounts;
  Loading *loading = NULL;

  if (held->loading)
    {
      held->again = TRUE;
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
  Held *before = g_hash_table_lookup (self->held, connection->id);
  Held *held = NULL;

  if (connector == NULL)
    return;

  held = g_new0 (Held, 1);
  held->accounts = self;
  held->account =
    account_new (connector, connection, before != NULL ? before->account->secrets : NULL, NULL);
  if (before == NULL)
    {
      /* The first look after a start: what was in trouble is tried once more. */
      held->release = TRUE;
      held->words = g_strdup (_ ("Waiting for the keyring"));
      if (connection->trouble != NULL)
        save_trouble (self, connection->id, NULL);
    }
  else
    {
      gboolean in_trouble = g_hash_table_contains (self->troubles, connection->id);

      held->loading = before->loading;
      held->again = before->loading;
      held->words = g_strdup (before->words);
      held->no_keyring = before->no_keyring;
      held->release = before->release;
      if (was_changed (before->account->connection, connection))
        held->release = TRUE;
      if (in_trouble && (connection->trouble == NULL || held->release))
        {
          held->release = TRUE;
          g_hash_table_remove (self->troubles, connection->id);
          if (connection->trouble != NULL)
            save_trouble (self, connection->id, NULL);
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

  if (!came_back (self))
    return;
  if (connections == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  next = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, held_free);
  for (guint i = 0; i < connections->len; i++)
    take_connection (self, next, g_ptr_array_index (connections, i));
  g_hash_table_unref (self->held);
  self->held = next;

  g_ptr_array_add (self->reloads, g_object_ref (task));
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    load_secrets (value);
  if (!is_loading (self))
    finish_reloads (self);
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
        release (self, id);
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

/* --- finding
 * -------------------------------------------------------------------------------------- */

static SbAccount *
find_stand_in (SbAccounts *self, SbConnector *connector)
{
  SbAccount *account = g_hash_table_lookup (self->stand_ins, connector->id);
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (GHashTable) secrets = NULL;
  g_autofree char *base = NULL;

  if (account != NULL)
    return account;

  connection = sb_connection_new_practice (connector, &secrets);
  base = g_strdup_printf ("%s/%s", self->practice_base, connector->id);
  account = account_new (connector, connection, secrets, base);
  g_hash_table_insert (self->stand_ins, g_strdup (connector->id), account);
  return account;
}

static gboolean
fits (SbAccount *account, const char *connector_id, const char *environment)
{
  return g_str_equal (account->connector->id, connector_id) &&
         g_str_equal (account->connection->environment, environment);
}

/* The only connection of @connector_id in @environment; NULL: none or more than one. */
static Held *
find_only (SbAccounts *self, const char *connector_id, const char *environment, guint *count)
{
  Held *found = NULL;
  GHashTableIter iter;
  gpointer value;

  *count = 0;
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (fits (((Held *)value)->account, connector_id, environment))
      {
        found = value;
        (*count)++;
      }
  return *count == 1 ? found : NULL;
}

static Held *
find_held (SbAccounts *self, SbConnector *connector, const char *wanted, char **words)
{
  gboolean live = g_str_equal (self->mode, "live");
  const char *environment = live ? "production" : "sandbox";
  Held *held = wanted != NULL ? g_hash_table_lookup (self->held, wanted) : NULL;
  guint count = 0;

  if (held != NULL && fits (held->account, connector->id, environment))
    return held;

  /* In live the owner's choice is never replaced by another account. */
  if (live && held != NULL)
    {
      *words = g_strdup_printf (g_str_equal (held->account->connector->id, connector->id)
                                  ? _ ("“%s” is a sandbox connection, and a live flow only calls "
                                       "production systems. Choose a "
                                       "production connection to %s")
                                  : _ ("“%s” is not a connection to %s. Choose one that is"),
                                held->account->connection->name, connector->name);
      return NULL;
    }
  if (live && wanted != NULL)
    {
      *words = g_strdup_printf (_ ("The connection “%s” is not there any more. Choose another "
                                   "connection to %s"),
                                wanted, connector->name);
      return NULL;
    }

  held = find_only (self, connector->id, environment, &count);
  if (held == NULL)
    *words = g_strdup_printf (
      count == 0 ? (live ? _ ("There is no production connection to %s. Add one under "
                              "Connections")
                         : _ ("There is no sandbox connection to %s. Add one under "
                              "Connections"))
                 : _ ("There is more than one connection to %s. Choose the one this "
                      "step uses"),
      connector->name);
  return held;
}

static SbAccountState
check_trouble (SbAccounts *self, SbAccount *account, char **connection, char **words)
{
  SbConnection *row = account->connection;
  const char *trouble = g_hash_table_lookup (self->troubles, row->id);

  if (trouble == NULL)
    return SB_ACCOUNT_READY;
  *connection = g_strdup (row->id);
  *words = g_strdup (trouble);
  return SB_ACCOUNT_BLOCKED;
}

SbAccountState
sb_accounts_find (SbAccounts *self,
                  const char *connector_id,
                  const char *wanted,
                  SbAccount **account,
                  char **connection,
                  char **words)
{
  SbConnector *connector = sb_connectors_find (self->connectors, connector_id);
  SbAccount *found = NULL;
  Held *held = NULL;

  if (connector == NULL)
    {
      *words = g_strdup_printf (_ ("Signalbox does not know the system “%s”. Put its file into the "
                                   "connectors folder"),
                                connector_id);
      return SB_ACCOUNT_MISSING;
    }

  if (g_str_equal (self->mode, "practice") && self->practice_base == NULL)
    {
      *words = g_strdup (_ ("The practice ground is not running"));
      return SB_ACCOUNT_MISSING;
    }
  if (g_str_equal (self->mode, "practice"))
    {
      found = find_stand_in (self, connector);
    }
  else
    {
      held = find_held (self, connector, wanted, words);
      if (held == NULL)
        return SB_ACCOUNT_MISSING;
      if (held->account->secrets == NULL)
        {
          *connection = g_strdup (held->account->connection->id);
          *words = g_strdup (held->words);
          return SB_ACCOUNT_BLOCKED;
        }
      if (held->problem != NULL)
        {
          *connection = g_strdup (held->account->connection->id);
          *words = g_strdup (held->problem);
          return SB_ACCOUNT_BLOCKED;
        }
      found = held->account;
    }

  if (check_trouble (self, found, connection, words) != SB_ACCOUNT_READY)
    return SB_ACCOUNT_BLOCKED;
  *account = sb_account_ref (found);
  return SB_ACCOUNT_READY;
}

SbAccountState
sb_accounts_find_trigger (
  SbAccounts *self, const char *connector_id, const char *wanted, SbAccount **account, char **words)
{
  SbConnector *connector = sb_connectors_find (self->connectors, connector_id);
  gboolean practice = g_str_equal (self->mode, "practice");
  Held *held = NULL;

  g_return_val_if_fail (connector != NULL, SB_ACCOUNT_MISSING);

  if (practice)
    {
      held = wanted != NULL ? g_hash_table_lookup (self->held, wanted) : NULL;
      if (held == NULL || !g_str_equal (held->account->connector->id, connector_id) ||
          held->no_keyring ||
          (held->account->secrets != NULL && g_hash_table_size (held->account->secrets) == 0))
        {
          *account = sb_account_ref (find_stand_in (self, connector));
          return SB_ACCOUNT_READY;
        }
    }
  else
    {
      held = find_held (self, connector, wanted, words);
      if (held == NULL)
        return SB_ACCOUNT_MISSING;
    }

  if (held->account->secrets == NULL)
    {
      *words = g_strdup (held->words);
      return SB_ACCOUNT_BLOCKED;
    }
  *account = sb_account_ref (held->account);
  return SB_ACCOUNT_READY;
}

SbAccountState
sb_accounts_find_to_test (SbAccounts *self,
                          const char *connection_id,
                          SbAccount **account,
                          char **words)
{
  Held *held = g_hash_table_lookup (self->held, connection_id);
  SbConnection *row = held != NULL ? held->account->connection : NULL;

  if (held == NULL)
    {
      *words = g_strdup_printf (_ ("There is no connection “%s”"), connection_id);
      return SB_ACCOUNT_MISSING;
    }
  if (g_str_equal (self->mode, "sandbox") && !g_str_equal (row->environment, "sandbox"))
    {
      *words = g_strdup_printf (_ ("“%s” is a production connection, and this engine only calls "
                                   "sandboxes"),
                                row->name);
      return SB_ACCOUNT_MISSING;
    }
  if (g_str_equal (self->mode, "practice") && self->practice_base == NULL)
    {
      *words = g_strdup (_ ("The practice ground is not running"));
      return SB_ACCOUNT_MISSING;
    }
  if (held->account->secrets == NULL)
    {
      *words = g_strdup (held->words);
      return SB_ACCOUNT_BLOCKED;
    }

  if (g_str_equal (self->mode, "practice"))
    *account = sb_account_ref (find_stand_in (self, held->account->connector));
  else
    *account = sb_account_ref (held->account);
  return SB_ACCOUNT_READY;
}
