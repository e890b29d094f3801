/* sb-secrets-memory.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-secrets-private.h"

typedef struct
{
  SbSecretsBackend parent;
  GHashTable *connections; /* id → (key → text) */
} SbSecretsMemory;

static GHashTable *
copy_table (GHashTable *table)
{
  GHashTable *copy = sb_secrets_table_new ();
  GHashTableIter iter;
  gpointer key;
  gpointer secret;

  if (table == NULL)
    return copy;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, &secret))
    sb_secrets_table_set (copy, key, secret, -1);
  return copy;
}

static void
sb_secrets_memory_run (SbSecretsBackend *backend, SbSecretsOp *op)
{
  SbSecretsMemory *self = (SbSecretsMemory *)backend;
  GHashTable *table = NULL;
  GHashTable *found = NULL;

  if (op->connection != NULL)
    table = g_hash_table_lookup (self->connections, op->connection);

  switch (op->kind)
    {
    case SB_SECRETS_LOAD:
      found = copy_table (table);
      break;

    case SB_SECRETS_SAVE:
      if (table == NULL)
        {
          table = sb_secrets_table_new ();
          g_hash_table_insert (self->connections, g_strdup (op->connection), table);
        }
      if (op->secret != NULL)
        sb_secrets_table_set (table, op->key, op->secret, -1);
      else
        g_hash_table_remove (table, op->key);
      break;

    case SB_SECRETS_REMOVE:
      g_hash_table_remove (self->connections, op->connection);
      break;

    case SB_SECRETS_UNLOCK:
    default:
      break;
    }
  sb_secrets_op_done (op, found, NULL);
}

static void
sb_secrets_memory_free (SbSecretsBackend *backend)
{
  SbSecretsMemory *self = (SbSecretsMemory *)backend;

  g_hash_table_unref (self->connections);
  g_free (self);
}

SbSecretsBackend *
sb_secrets_memory_new (void)
{
  SbSecretsMemory *self = g_new0 (SbSecretsMemory, 1);

  self->parent.run = sb_secrets_memory_run;
  self->parent.free = sb_secrets_memory_free;
  self->connections =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  return &self->parent;
}
