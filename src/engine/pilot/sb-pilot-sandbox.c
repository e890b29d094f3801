/* sb-pilot-sandbox.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-sandbox.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"

#define BELL "pilot-bell"

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (SbPilotWork *work, GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (work->context, TRUE);
  return *slot;
}

static gboolean
save_secrets (
  SbPilotWork *work, SbSecrets *target, const char *id, GHashTable *secrets, GError **error)
{
  GHashTableIter iter;
  gpointer key, secret;

  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &secret))
    {
      g_autoptr (GAsyncResult) result = NULL;

      sb_secrets_save_async (target, id, key, secret, NULL, keep_result_cb, &result);
      if (!sb_secrets_save_finish (target, wait_for (work, &result), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
lend (SbPilotWork *work, SbEngine *engine, SbConnection *connection, GError **error)
{
  SbSecrets *source = sb_engine_get_secrets (work->home);
  g_autoptr (GAsyncResult) loaded = NULL, saved = NULL;
  g_autoptr (GHashTable) secrets = NULL;
  g_autofree char *id = NULL;

  sb_secrets_load_async (source, connection->id, work->cancellable, keep_result_cb, &loaded);
  secrets = sb_secrets_load_finish (source, wait_for (work, &loaded), error);
  if (secrets == NULL)
    return FALSE;
  sb_store_save_connection_async (sb_engine_get_store (engine), connection, NULL, keep_result_cb,
                                  &saved);
  id =
    sb_store_save_connection_finish (sb_engine_get_store (engine), wait_for (work, &saved), error);
  return id != NULL && save_secrets (work, sb_engine_get_secrets (engine), id, secrets, error);
}

static SbConnection *
find_connection (GPtrArray *connections, const char *id)
{
  for (guint i = 0; id != NULL && i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      if (g_str_equal (connection->id, id))
        return connection;
    }
  return NULL;
}

static gboolean
lend_step (SbPilotWork *work,
           SbEngine *engine,
           GPtrArray *connections,
           SbStep *step,
           GHashTable *lent,
           GError **error)
{
  SbConnection *connection = find_connection (connections, step->connection);
  const char *title = step->name != NULL ? step->name : step->id;

  if (connection == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("“%s” has no account chosen. Choose a sandbox account for it."), title);
      return FALSE;
    }
  /* The one rule that may never bend: a pilot reaches no production system. */
  if (g_strcmp0 (connection->environment, "sandbox") != 0)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_REFUSED,
        _ ("“%s” uses the production account %s. Choose a sandbox account for it; the pilot "
           "sends nothing to production."),
        title, connection->name);
      return FALSE;
    }
  if (!g_hash_table_add (lent, connection->id))
    return TRUE;
  return lend (work, engine, connection, error);
}

static SbValue *
with_bell (SbPilotWork *work)
{
  SbValue *document = sb_value_copy (work->flow->document);
  SbValue *trigger = sb_value_get_member (document, "trigger");

  if (sb_value_get_type (trigger) == SB_VALUE_OBJECT)
    sb_value_set_string (trigger, "connection", BELL);
  return document;
}

SbValue *
sb_pilot_lend_accounts (
  SbPilotWork *work, SbEngine *engine, SbConnection **bell, GHashTable **secrets, GError **error)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (work->flow);
  g_autoptr (GHashTable) lent = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GAsyncResult) listed = NULL, saved = NULL;
  g_autoptr (GPtrArray) connections = NULL;
  g_autoptr (SbConnection) sample = NULL, stand_in = NULL;
  g_autoptr (GHashTable) samples = NULL;
  g_autofree char *id = NULL;
  SbStore *store;

  if (work->home == NULL)
    {
      g_set_error_literal (
        error, SB_ERROR, SB_ERROR_REFUSED,
        _ ("A pilot in Sandbox needs the accounts of a data folder. Run it there."));
      return NULL;
    }
  store = sb_engine_get_store (work->home);
  sb_store_list_connections_async (store, NULL, keep_result_cb, &listed);
  connections = sb_store_list_connections_finish (store, wait_for (work, &listed), error);
  if (connections == NULL)
    return NULL;
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if ((step->type == SB_STEP_ACTION || step->type == SB_STEP_LOOKUP) &&
          !lend_step (work, engine, connections, step, lent, error))
        return NULL;
    }
  if (work->trigger_connector == NULL || g_strcmp0 (work->flow->trigger_type, "webhook") != 0)
    return sb_value_ref (work->flow->document);

  /* The bell is rung by the pilot alone, so its secret need not be the shop's. */
  sample = sb_connection_new_practice (work->trigger_connector, &samples);
  stand_in =
    sb_connection_new (BELL, work->trigger_connector->id, BELL, "sandbox", sample->settings);
  sb_store_save_connection_async (sb_engine_get_store (engine), stand_in, NULL, keep_result_cb,
                                  &saved);
  id =
    sb_store_save_connection_finish (sb_engine_get_store (engine), wait_for (work, &saved), error);
  if (id == NULL || !save_secrets (work, sb_engine_get_secrets (engine), BELL, samples, error))
    return NULL;
  *bell = g_steal_pointer (&stand_in);
  *secrets = g_steal_pointer (&samples);
  return with_bell (work);
}
