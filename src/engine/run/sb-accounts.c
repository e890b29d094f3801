/* sb-accounts.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-accounts-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-fault.h"

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

SbAccount *
sb_account_new (SbConnector *connector,
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

void
sb_held_free (gpointer data)
{
  SbHeld *held = data;

  sb_account_unref (held->account);
  g_free (held->words);
  g_free (held->problem);
  g_clear_pointer (&held->grant, sb_grant_free);
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
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sb_held_free);
  self->stand_ins =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_account_unref);
  self->troubles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->reloads = g_ptr_array_new_with_free_func (g_object_unref);
  self->renewals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sb_renewal_unref);
  self->refusals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

static void
really_free (SbAccounts *self)
{
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->stand_ins);
  g_hash_table_unref (self->troubles);
  g_ptr_array_unref (self->reloads);
  g_hash_table_unref (self->renewals);
  g_hash_table_unref (self->refusals);
  g_clear_object (&self->http);
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
  sb_accounts_finish_reloads (self);
  sb_accounts_end_renewals (self);
  self->freed = TRUE;
  if (self->pending == 0)
    really_free (self);
}

/* Returns: FALSE when @self is gone. */
gboolean
sb_accounts_came_back (SbAccounts *self)
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

  if (!sb_accounts_came_back (self))
    return;
  if (error != NULL)
    g_warning ("Runs that wait could not be released: %s", error->message);
  else if (released > 0)
    self->func (self->data);
}

void
sb_accounts_release (SbAccounts *self, const char *connection_id)
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
  sb_accounts_came_back (data);
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
  sb_accounts_came_back (self);
}

/* Keeps @words (NULL: all is well) with the connection in the store. */
void
sb_accounts_save_trouble (SbAccounts *self, const char *id, const char *words)
{
  Note *note = g_new0 (Note, 1);

  note->accounts = self;
  note->id = g_strdup (id);
  note->words = g_strdup (words);
  SB_CRASH_POINT ("trouble-before-save");
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
    sb_accounts_save_trouble (self, connection_id, words);
  return TRUE;
}

void
sb_accounts_clear_trouble (SbAccounts *self, const char *connection_id)
{
  g_hash_table_remove (self->troubles, connection_id);
  if (g_hash_table_contains (self->held, connection_id))
    sb_accounts_save_trouble (self, connection_id, NULL);
  sb_accounts_release (self, connection_id);
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
  account = sb_account_new (connector, connection, secrets, base);
  g_hash_table_insert (self->stand_ins, g_strdup (connector->id), account);
  return account;
}

void
sb_accounts_set_practice_base (SbAccounts *self, const char *practice_base)
{
  g_free (self->practice_base);
  self->practice_base = g_strdup (practice_base);
  g_hash_table_remove_all (self->stand_ins);

  /* What a fault of an earlier practice ground signed out. */
  for (guint i = 0; i < sb_connectors_get_length (self->connectors); i++)
    sb_accounts_release (
      self, find_stand_in (self, sb_connectors_get (self->connectors, i))->connection->id);
}

static gboolean
fits (SbAccount *account, const char *connector_id, const char *environment)
{
  return g_str_equal (account->connector->id, connector_id) &&
         g_str_equal (account->connection->environment, environment);
}

/* The only connection of @connector_id in @environment; NULL: none or more than one. */
static SbHeld *
find_only (SbAccounts *self, const char *connector_id, const char *environment, guint *count)
{
  SbHeld *found = NULL;
  GHashTableIter iter;
  gpointer value;

  *count = 0;
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (fits (((SbHeld *)value)->account, connector_id, environment))
      {
        found = value;
        (*count)++;
      }
  return *count == 1 ? found : NULL;
}

static SbHeld *
find_held (SbAccounts *self, SbConnector *connector, const char *wanted, char **words)
{
  gboolean live = g_str_equal (self->mode, "live");
  const char *environment = live ? "production" : "sandbox";
  SbHeld *held = wanted != NULL ? g_hash_table_lookup (self->held, wanted) : NULL;
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
  SbHeld *held = NULL;

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
  if (held != NULL && !sb_held_is_fresh (held, words))
    {
      *connection = g_strdup (found->connection->id);
      return SB_ACCOUNT_BLOCKED;
    }
  *account = sb_account_ref (found);
  return SB_ACCOUNT_READY;
}

SbAccountState
sb_accounts_find_trigger (
  SbAccounts *self, const char *connector_id, const char *wanted, SbAccount **account, char **words)
{
  SbConnector *connector = sb_connectors_find (self->connectors, connector_id);
  gboolean practice = g_str_equal (self->mode, "practice");
  SbHeld *held = NULL;

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
  SbHeld *held = g_hash_table_lookup (self->held, connection_id);
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

SbAccountState
sb_accounts_find_to_ask (SbAccounts *self,
                         const char *connector_id,
                         SbAccount **account,
                         char **words)
{
  SbConnector *connector = sb_connectors_find (self->connectors, connector_id);

  if (connector == NULL || !g_str_equal (self->mode, "practice") || self->practice_base == NULL)
    {
      *words = g_strdup_printf (_ ("Choose a connection first; then %s can be asked"),
                                connector != NULL ? connector->name : connector_id);
      return SB_ACCOUNT_MISSING;
    }
  *account = sb_account_ref (find_stand_in (self, connector));
  return SB_ACCOUNT_READY;
}
