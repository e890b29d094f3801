/* fixture.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fixture.h"

#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"

static const char document_text[] = "{\"format\":1,\"id\":\"orders\",\"name\":\"Orders\","
                                    "\"trigger\":{\"type\":\"webhook\",\"connector\":\"shopify\","
                                    "\"trigger\":\"order-paid\"},\"steps\":[]}";

void
fixture_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FixtureWait *wait = data;

  wait->result = g_object_ref (result);
}

GAsyncResult *
fixture_wait (FixtureWait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return g_steal_pointer (&wait->result);
}

static gboolean
publish (Fixture *self, GError **error)
{
  g_autoptr (SbValue) document = sb_json_parse (document_text, -1, error);
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) published = NULL;
  FixtureWait wait = { NULL };

  sb_store_save_draft_async (self->store, NULL, "Orders", document, NULL, fixture_done_cb, &wait);
  saved = fixture_wait (&wait);
  self->flow_id = sb_store_save_draft_finish (self->store, saved, error);
  if (self->flow_id == NULL)
    return FALSE;
  sb_store_publish_async (self->store, self->flow_id, NULL, NULL, fixture_done_cb, &wait);
  published = fixture_wait (&wait);
  return sb_store_publish_finish (self->store, published, error) > 0;
}

static gboolean
make_bell (Fixture *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbFlowRow) row = NULL;
  FixtureWait wait = { NULL };
  SbConnector *connector = sb_connectors_find (self->connectors, "shopify");

  sb_store_load_flow_async (self->store, self->flow_id, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  row = sb_store_load_flow_finish (self->store, result, error);
  if (row == NULL)
    return FALSE;
  if (connector == NULL)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_NOT_FOUND, "There is no connector “shopify”.");
      return FALSE;
    }

  self->bell = sb_bell_new ();
  self->bell->token = g_strdup (row->trigger_token);
  self->bell->flow_id = g_strdup (self->flow_id);
  self->bell->connectors = sb_connectors_ref (self->connectors);
  self->bell->connector = connector;
  self->bell->trigger = sb_connector_find_trigger (connector, "order-paid");
  self->bell->connection = sb_connection_new_practice (connector, &self->bell->secrets);
  g_hash_table_replace (self->bell->secrets, g_strdup ("client_secret"), g_strdup (FIXTURE_SECRET));
  return TRUE;
}

gboolean
fixture_open (Fixture *self, const char *folder, GError **error)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();

  self->store = sb_store_open (folder, error);
  if (self->store == NULL)
    return FALSE;
  self->connectors = sb_connectors_new (data_dir, NULL, problems);
  return publish (self, error) && make_bell (self, error);
}

void
fixture_close (Fixture *self)
{
  g_clear_pointer (&self->bell, sb_bell_unref);
  g_clear_pointer (&self->flow_id, g_free);
  g_clear_pointer (&self->connectors, sb_connectors_unref);
  if (self->store != NULL)
    sb_store_close (self->store);
  g_clear_object (&self->store);
}
