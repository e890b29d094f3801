/* sb-secrets-keyring.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-secrets-private.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>
#include <string.h>

#include "sb-error.h"

static const SecretSchema schema = {
  APP_ID,
  SECRET_SCHEMA_NONE,
  {
    { "folder", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "connection", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "key", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

typedef struct
{
  SbSecretsBackend parent;
  char *folder_id;
  SbSecretsOp *op;   /* (nullable): under way */
  GList *items;      /* of SecretRetrievable: those of @op still to be read */
  GHashTable *table; /* what was read so far */
} SbSecretsKeyring;

static void retrieve_next (SbSecretsKeyring *self);

static GError *
new_locked_error (void)
{
  return g_error_new_literal (SB_ERROR, SB_ERROR_LOCKED,
                              _ ("The keyring is locked; unlock it and the runs go on"));
}

static GError *
translate_error (GError *error)
{
  GError *translated = NULL;

  /* A dismissed dialog comes as cancelled: nothing was unlocked. */
  if (g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    translated = new_locked_error ();
  else
    translated = g_error_new (SB_ERROR, SB_ERROR_UNAVAILABLE,
                              _ ("The system keyring cannot be reached (%s). Log in to a desktop "
                                 "session with a keyring, or on a server start Signalbox with "
                                 "--credentials DIR"),
                              error->message);
  g_error_free (error);
  return translated;
}

static void
finish (SbSecretsKeyring *self, GHashTable *table, GError *error)
{
  SbSecretsOp *op = g_steal_pointer (&self->op);

  g_clear_list (&self->items, g_object_unref);
  if (error != NULL && error->domain != SB_ERROR)
    {
      error = translate_error (error);
      /* The keyring may have gone and come back: the next call makes a fresh session. */
      secret_service_disconnect ();
    }
  sb_secrets_op_done (op, table, error);
}

static void
take_item (SbSecretsKeyring *self, SecretRetrievable *item, SecretValue *value)
{
  g_autoptr (GHashTable) attributes = secret_retrievable_get_attributes (item);
  const char *key = g_hash_table_lookup (attributes, "key");
  gsize length = 0;
  const char *text = secret_value_get (value, &length);

  /* What is no text was not put there by us; the connection then lacks it, which the owner is told.
   */
  if (key != NULL && text != NULL && g_utf8_validate_len (text, length, NULL))
    sb_secrets_table_set (self->table, key, text, (gssize)length);
}

static void
retrieve_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbSecretsKeyring *self = data;
  SecretRetrievable *item = SECRET_RETRIEVABLE (object);
  GError *error = NULL;
  SecretValue *value = secret_retrievable_retrieve_secret_finish (item, result, &error);

  if (value == NULL)
    {
      g_clear_pointer (&self->table, g_hash_table_unref);
      finish (self, NULL, error != NULL ? error : new_locked_error ());
      return;
    }
  take_item (self, item, value);
  secret_value_unref (value);
  retrieve_next (self);
}

static void
retrieve_next (SbSecretsKeyring *self)
{
  while (self->items != NULL)
    {
      g_autoptr (SecretRetrievable) item = self->items->data;
      SecretValue *value = NULL;

      self->items = g_list_delete_link (self->items, self->items);
      if (SECRET_IS_ITEM (item))
        {
          if (secret_item_get_locked (SECRET_ITEM (item)))
            {
              g_clear_pointer (&self->table, g_hash_table_unref);
              finish (self, NULL, new_locked_error ());
              return;
            }
          value = secret_item_get_secret (SECRET_ITEM (item));
        }
      if (value == NULL)
        {
          secret_retrievable_retrieve_secret (item, NULL, retrieve_cb, self);
          return;
        }
      take_item (self, item, value);
      secret_value_unref (value);
    }
  finish (self, g_steal_pointer (&self->table), NULL);
}

static void
search_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbSecretsKeyring *self = data;
  GError *error = NULL;

  self->items = secret_password_search_finish (result, &error);
  if (error != NULL)
    {
      finish (self, NULL, error);
    }
  else if (self->op->kind == SB_SECRETS_LOAD)
    {
      self->table = sb_secrets_table_new ();
      retrieve_next (self);
    }
  else
    {
      for (GList *l = self->items; l != NULL && error == NULL; l = l->next)
        if (SECRET_IS_ITEM (l->data) && secret_item_get_locked (l->data))
          error = new_locked_error ();
      finish (self, NULL, error);
    }
}

static void
store_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  if (!secret_password_store_finish (result, &error) && error == NULL)
    error = new_locked_error ();
  finish (data, NULL, error);
}

static void
clear_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  /* FALSE without an error: there was none to remove. */
  secret_password_clear_finish (result, &error);
  finish (data, NULL, error);
}

static void
sb_secrets_keyring_run (SbSecretsBackend *backend, SbSecretsOp *op)
{
  SbSecretsKeyring *self = (SbSecretsKeyring *)backend;
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *label = NULL;

  self->op = op;
  g_hash_table_insert (attributes, (gpointer) "folder", self->folder_id);
  if (op->connection != NULL)
    g_hash_table_insert (attributes, (gpointer) "connection", op->connection);
  if (op->key != NULL)
    g_hash_table_insert (attributes, (gpointer) "key", op->key);

  switch (op->kind)
    {
    case SB_SECRETS_SAVE:
      if (op->secret != NULL)
        {
          label = g_strdup_printf ("Signalbox: %s, %s", op->connection, op->key);
          secret_password_storev (&schema, attributes, SECRET_COLLECTION_DEFAULT, label, op->secret,
                                  NULL, store_cb, self);
          break;
        }
      secret_password_clearv (&schema, attributes, NULL, clear_cb, self);
      break;

    case SB_SECRETS_REMOVE:
      secret_password_clearv (&schema, attributes, NULL, clear_cb, self);
      break;

    case SB_SECRETS_UNLOCK:
      secret_password_searchv (&schema, attributes, SECRET_SEARCH_ALL | SECRET_SEARCH_UNLOCK, NULL,
                               search_cb, self);
      break;

    case SB_SECRETS_LOAD:
    default:
      /* Not SECRET_SEARCH_UNLOCK: a run that needs a secret at night must not open a dialog. */
      secret_password_searchv (&schema, attributes, SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS,
                               NULL, search_cb, self);
      break;
    }
}

static void
sb_secrets_keyring_free (SbSecretsBackend *backend)
{
  SbSecretsKeyring *self = (SbSecretsKeyring *)backend;

  g_clear_list (&self->items, g_object_unref);
  g_clear_pointer (&self->table, g_hash_table_unref);
  g_free (self->folder_id);
  g_free (self);
}

SbSecretsBackend *
sb_secrets_keyring_new (const char *folder_id)
{
  SbSecretsKeyring *self = g_new0 (SbSecretsKeyring, 1);

  self->parent.run = sb_secrets_keyring_run;
  self->parent.free = sb_secrets_keyring_free;
  self->folder_id = g_strdup (folder_id);
  return &self->parent;
}
