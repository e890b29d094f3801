/* sb-flow-cache.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-cache.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"

/* Far more than are live at a time; then all are forgotten and those in use come back. */
#define MAX_FLOWS 512

typedef struct
{
  SbFlowCacheFunc func;
  gpointer data;
} Waiter;

typedef struct
{
  SbFlowCache *cache; /* (nullable): freed meanwhile */
  char *key;
  GArray *waiters;
} Loading;

struct _SbFlowCache
{
  SbStore *store;
  GHashTable *flows;   /* "ID/VERSION" → SbFlow */
  GHashTable *loading; /* "ID/VERSION" → Loading, owned by its call */
};

SbFlowCache *
sb_flow_cache_new (SbStore *store)
{
  SbFlowCache *self = g_new0 (SbFlowCache, 1);

  self->store = g_object_ref (store);
  self->flows =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_flow_unref);
  self->loading = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
sb_flow_cache_free (SbFlowCache *self)
{
  GHashTableIter iter;
  gpointer loading;

  g_hash_table_iter_init (&iter, self->loading);
  while (g_hash_table_iter_next (&iter, NULL, &loading))
    ((Loading *)loading)->cache = NULL;
  g_hash_table_unref (self->loading);
  g_hash_table_unref (self->flows);
  g_object_unref (self->store);
  g_free (self);
}

static char *
make_key (const char *flow_id, gint version)
{
  return g_strdup_printf ("%s/%d", flow_id, version);
}

SbFlow *
sb_flow_cache_peek (SbFlowCache *self, const char *flow_id, gint version)
{
  g_autofree char *key = make_key (flow_id, version);

  return g_hash_table_lookup (self->flows, key);
}

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Loading *loading = data;
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_store_load_version_finish (SB_STORE (object), result, &error);

  if (document != NULL)
    {
      flow = sb_flow_parse (document, problems);
      if (flow == NULL)
        sb_problems_to_error (problems, _ ("The published flow cannot be read"), &error);
    }

  if (loading->cache != NULL)
    {
      g_hash_table_remove (loading->cache->loading, loading->key);
      if (g_hash_table_size (loading->cache->flows) >= MAX_FLOWS)
        g_hash_table_remove_all (loading->cache->flows);
      if (flow != NULL)
        g_hash_table_insert (loading->cache->flows, g_strdup (loading->key), sb_flow_ref (flow));
    }
  for (guint i = 0; i < loading->waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (loading->waiters, Waiter, i);

      waiter->func (flow, error, waiter->data);
    }

  g_array_unref (loading->waiters);
  g_free (loading->key);
  g_free (loading);
}

void
sb_flow_cache_load (
  SbFlowCache *self, const char *flow_id, gint version, SbFlowCacheFunc func, gpointer data)
{
  g_autofree char *key = make_key (flow_id, version);
  Loading *loading = g_hash_table_lookup (self->loading, key);
  Waiter waiter = { func, data };

  if (loading == NULL)
    {
      loading = g_new0 (Loading, 1);
      loading->cache = self;
      loading->key = g_steal_pointer (&key);
      loading->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
      g_hash_table_insert (self->loading, loading->key, loading);
      sb_store_load_version_async (self->store, flow_id, version, NULL, loaded_cb, loading);
    }
  g_array_append_val (loading->waiters, waiter);
}
