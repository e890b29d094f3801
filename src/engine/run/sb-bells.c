/* sb-bells.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-bells.h"

#include "sb-endpoint.h"

typedef struct
{
  SbCore *core;
  GPtrArray *bells;
  guint pending; /* flows that are being loaded */
} Listing;

typedef struct
{
  GTask *task;
  SbFlowRow *row;
} Wanted;

static void
listing_free (Listing *listing)
{
  g_ptr_array_unref (listing->bells);
  g_free (listing);
}

static void
add_bell (Listing *listing, SbFlowRow *row, SbFlow *flow, gboolean trial)
{
  SbCore *core = listing->core;
  SbConnector *connector = NULL;
  SbTrigger *trigger = NULL;
  g_autoptr (SbAccount) account = NULL;
  SbBell *bell = NULL;

  if (g_strcmp0 (flow->trigger_type, "webhook") != 0 || flow->trigger_connector == NULL)
    return;
  connector = sb_connectors_find (core->connectors, flow->trigger_connector);
  trigger = connector != NULL ? sb_connector_find_trigger (connector, flow->trigger) : NULL;
  if (trigger == NULL)
    {
      g_warning ("The flow %s cannot be started: its trigger “%s” of “%s” is not known any more",
                 row->id, flow->trigger, flow->trigger_connector);
      return;
    }

  bell = sb_bell_new ();
  bell->token = g_strdup (row->trigger_token);
  bell->flow_id = g_strdup (row->id);
  bell->connectors = sb_connectors_ref (core->connectors);
  bell->connector = connector;
  bell->trigger = trigger;
  bell->trial = trial;
  if (sb_accounts_find_trigger (core->accounts, connector->id, flow->trigger_connection, &account,
                                &bell->unready) == SB_ACCOUNT_READY)
    {
      bell->connection = sb_connection_ref (account->connection);
      bell->secrets = g_hash_table_ref (account->secrets);
      bell->public_address =
        g_strdup (sb_value_get_string (account->connection->settings, "public_address"));
    }
  g_ptr_array_add (listing->bells, bell);
}

static void
loaded (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);

  if (--listing->pending == 0)
    g_task_return_pointer (task, g_ptr_array_ref (listing->bells),
                           (GDestroyNotify)g_ptr_array_unref);
}

static void
flow_cb (SbFlow *flow, const GError *error, gpointer data)
{
  Wanted *wanted = data;

  if (flow != NULL)
    add_bell (g_task_get_task_data (wanted->task), wanted->row, flow, FALSE);
  else
    g_warning ("The flow %s cannot be started: %s", wanted->row->id, error->message);
  loaded (wanted->task);
  sb_flow_row_unref (wanted->row);
  g_object_unref (wanted->task);
  g_free (wanted);
}

static void
want_flow (GTask *task, SbFlowRow *row)
{
  Listing *listing = g_task_get_task_data (task);
  SbFlow *flow = sb_flow_cache_peek (listing->core->flows, row->id, row->live_version);
  Wanted *wanted = NULL;

  if (flow != NULL)
    {
      add_bell (listing, row, flow, FALSE);
      return;
    }
  wanted = g_new0 (Wanted, 1);
  wanted->task = g_object_ref (task);
  wanted->row = sb_flow_row_ref (row);
  listing->pending++;
  sb_flow_cache_load (listing->core->flows, row->id, row->live_version, flow_cb, wanted);
}

static void
flows_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = sb_store_list_flows_finish (SB_STORE (object), result, &error);
  Listing *listing = g_task_get_task_data (task);

  if (rows == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      SbFlowRow *row = g_ptr_array_index (rows, i);

      if (row->live_version > 0 && !g_str_equal (row->state, "draft"))
        want_flow (task, row);
      else if (listing->core->trials != NULL &&
               g_hash_table_contains (listing->core->trials, row->id))
        add_bell (listing, row, g_hash_table_lookup (listing->core->trials, row->id), TRUE);
    }
  loaded (task);
}

void
sb_bells_list_async (SbCore *core, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  Listing *listing = g_new0 (Listing, 1);

  listing->core = core;
  listing->bells = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_bell_unref);
  listing->pending = 1;
  g_task_set_source_tag (task, sb_bells_list_async);
  g_task_set_task_data (task, listing, (GDestroyNotify)listing_free);
  sb_store_list_flows_async (core->store, NULL, flows_cb, task);
}

GPtrArray *
sb_bells_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
