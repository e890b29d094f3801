/* test-store-flows.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-clock.h"
#include "sb-error.h"
#include "store-fixture.h"

static char *
save_draft (SbStore *store, const char *id, const char *name, const char *document)
{
  g_autoptr (SbValue) value = json (document);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *made;

  sb_store_save_draft_async (store, id, name, value, NULL, got_cb, &result);
  made = sb_store_save_draft_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return made;
}

static gint
publish (SbStore *store, const char *id, const char *note)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint version;

  sb_store_publish_async (store, id, note, NULL, got_cb, &result);
  version = sb_store_publish_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return version;
}

static SbValue *
load_version (SbStore *store, const char *id, gint version, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_load_version_async (store, id, version, NULL, got_cb, &result);
  return sb_store_load_version_finish (store, await (&result), error);
}

static void
assert_document (SbStore *store, const char *id, gint version, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = load_version (store, id, version, &error);
  g_autoptr (SbValue) wanted = json (expected);

  g_assert_no_error (error);
  g_assert_true (sb_value_equal (document, wanted));
}

static void
test_versions (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  g_autofree char *id = save_draft (store, NULL, "Order to cash!", "{\"n\": 1.10}");
  g_autoptr (SbFlowRow) draft = load_flow (store, id, NULL);
  g_autoptr (SbFlowRow) live = NULL;
  g_autoptr (SbFlowRow) edited = NULL;
  g_autoptr (SbFlowRow) back = NULL;
  g_autoptr (GAsyncResult) rolled = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) missing = NULL;
  g_autoptr (GPtrArray) versions = NULL;
  g_autoptr (GError) error = NULL;
  SbVersionRow *newest;

  g_assert_cmpstr (id, ==, "order-to-cash");
  g_assert_cmpstr (draft->state, ==, "draft");
  g_assert_cmpint (draft->live_version, ==, 0);
  g_assert_cmpuint (strlen (draft->trigger_token), ==, 43);

  g_assert_cmpint (publish (store, id, "first"), ==, 1);
  live = load_flow (store, id, NULL);
  g_assert_cmpstr (live->state, ==, "live");
  g_assert_false (live->draft_changed);
  g_assert_cmpstr (live->trigger_token, ==, draft->trigger_token);

  g_free (save_draft (store, id, NULL, "{\"n\": 2}"));
  edited = load_flow (store, id, NULL);
  g_assert_true (edited->draft_changed);
  g_assert_cmpstr (edited->name, ==, "Order to cash!");
  assert_document (store, id, 0, "{\"n\": 2}");
  assert_document (store, id, 1, "{\"n\": 1.10}");
  g_assert_cmpint (publish (store, id, "second"), ==, 2);

  sb_store_rollback_async (store, id, 1, NULL, got_cb, &rolled);
  g_assert_true (sb_store_rollback_finish (store, await (&rolled), &error));
  g_assert_no_error (error);
  back = load_flow (store, id, NULL);
  g_assert_cmpint (back->live_version, ==, 1);
  g_assert_cmpstr (back->state, ==, "live");
  g_assert_false (back->draft_changed);
  assert_document (store, id, 0, "{\"n\": 1.10}");
  /* The next one gets a new number: a version is what it was. */
  g_assert_cmpint (publish (store, id, NULL), ==, 3);

  sb_store_list_versions_async (store, id, NULL, got_cb, &listed);
  versions = sb_store_list_versions_finish (store, await (&listed), &error);
  g_assert_cmpuint (versions->len, ==, 3);
  newest = g_ptr_array_index (versions, 0);
  g_assert_cmpint (newest->version, ==, 3);
  g_assert_cmpstr (((SbVersionRow *)g_ptr_array_index (versions, 1))->note, ==, "second");

  sb_store_rollback_async (store, id, 9, NULL, got_cb, &missing);
  g_assert_false (sb_store_rollback_finish (store, await (&missing), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (load_version (store, id, 9, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

static void
test_ids (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = save_draft (fixture->store, NULL, "Größe & Maß", "{}");
  g_autofree char *second = save_draft (fixture->store, NULL, "Größe & Maß", "{}");
  g_autofree char *signs = save_draft (fixture->store, NULL, "!!!", "{}");
  g_autofree char *given = save_draft (fixture->store, "my-own", "Mine", "{}");
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GPtrArray) flows = NULL;
  g_autoptr (GHashTable) tokens = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_cmpstr (first, !=, second);
  g_assert_cmpstr (signs, ==, "flow");
  g_assert_cmpstr (given, ==, "my-own");
  sb_store_list_flows_async (fixture->store, NULL, got_cb, &listed);
  flows = sb_store_list_flows_finish (fixture->store, await (&listed), NULL);
  g_assert_cmpuint (flows->len, ==, 4);
  for (guint i = 0; i < flows->len; i++)
    {
      SbFlowRow *flow = g_ptr_array_index (flows, i);

      g_assert_true (g_hash_table_add (tokens, flow->trigger_token));
      for (const char *p = flow->trigger_token; *p != '\0'; p++)
        g_assert_true (g_ascii_isalnum (*p) || *p == '-' || *p == '_');
    }
}

static void
test_state (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = save_draft (fixture->store, NULL, "New", "{}");
  g_autoptr (GAsyncResult) refused = NULL;
  g_autoptr (GAsyncResult) invalid = NULL;
  g_autoptr (GAsyncResult) rolled = NULL;
  g_autoptr (SbFlowRow) flow = NULL;
  g_autoptr (GError) error = NULL;

  sb_store_set_flow_state_async (fixture->store, id, "live", NULL, got_cb, &refused);
  g_assert_false (sb_store_set_flow_state_finish (fixture->store, await (&refused), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);
  sb_store_set_flow_state_async (fixture->store, id, "flying", NULL, got_cb, &invalid);
  g_assert_false (sb_store_set_flow_state_finish (fixture->store, await (&invalid), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&error);

  publish (fixture->store, id, NULL);
  set_flow_state (fixture->store, id, "paused");
  sb_store_rollback_async (fixture->store, id, 1, NULL, got_cb, &rolled);
  g_assert_true (sb_store_rollback_finish (fixture->store, await (&rolled), &error));
  flow = load_flow (fixture->store, id, NULL);
  g_assert_cmpstr (flow->state, ==, "paused");
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  g_autoptr (GAsyncResult) removed = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (SbClaim) run = NULL;
  g_autoptr (SbFlowRow) fresh = NULL;
  g_autoptr (SbFlowRow) old = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;

  make_live_flow (store, "orders");
  old = load_flow (store, "orders", NULL);
  accepted = take_in (store, "orders", "same");
  sb_store_remove_flow_async (store, "orders", NULL, got_cb, &removed);
  g_assert_true (sb_store_remove_flow_finish (store, await (&removed), &error));
  g_assert_null (load_flow (store, "orders", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  sb_store_remove_flow_async (store, "orders", NULL, got_cb, &again);
  g_assert_false (sb_store_remove_flow_finish (store, await (&again), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_clear_error (&error);

  run = load_run (store, accepted.run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (run->run->state, ==, "dropped");
  g_assert_cmpstr (run->run->problem, !=, NULL);

  /* The id is free again, for another flow with another address and no memory. */
  make_live_flow (store, "orders");
  fresh = load_flow (store, "orders", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fresh->trigger_token, !=, old->trigger_token);
  g_assert_false (take_in (store, "orders", "same").repeated);
}

static void
test_connections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) settings = json ("{\"shop\": \"harbour-goods\"}");
  g_autoptr (SbConnection) connection =
    sb_connection_new (NULL, "shopify", "Harbour Goods", "production", settings);
  g_autoptr (SbConnection) changed = NULL;
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) saved_again = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) removed = NULL;
  g_autoptr (GAsyncResult) missing = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *same = NULL;
  SbConnection *row;

  sb_store_save_connection_async (fixture->store, connection, NULL, got_cb, &saved);
  id = sb_store_save_connection_finish (fixture->store, await (&saved), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, "harbour-goods");

  changed = sb_connection_new (id, "shopify", "Harbour", "production", settings);
  changed->trouble = g_strdup ("The key was refused.");
  changed->secret_changed_us = 99;
  sb_store_save_connection_async (fixture->store, changed, NULL, got_cb, &saved_again);
  same = sb_store_save_connection_finish (fixture->store, await (&saved_again), &error);
  g_assert_cmpstr (same, ==, id);

  fixture_reopen (fixture);
  sb_store_list_connections_async (fixture->store, NULL, got_cb, &listed);
  rows = sb_store_list_connections_finish (fixture->store, await (&listed), &error);
  g_assert_cmpuint (rows->len, ==, 1);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->name, ==, "Harbour");
  g_assert_cmpstr (row->trouble, ==, "The key was refused.");
  g_assert_cmpint (row->created_us, >, 0);
  g_assert_cmpint (row->secret_changed_us, ==, 99);
  g_assert_cmpstr (sb_value_get_string (row->settings, "shop"), ==, "harbour-goods");

  sb_store_remove_connection_async (fixture->store, id, NULL, got_cb, &removed);
  g_assert_true (sb_store_remove_connection_finish (fixture->store, await (&removed), &error));
  sb_store_remove_connection_async (fixture->store, id, NULL, got_cb, &missing);
  g_assert_false (sb_store_remove_connection_finish (fixture->store, await (&missing), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

static SbPilotRow *
load_pilot (SbStore *store, const char *mode, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_load_pilot_async (store, "orders", mode, NULL, got_cb, &result);
  return sb_store_load_pilot_finish (store, await (&result), error);
}

static void
test_pilots (Fixture *fixture, gconstpointer data)
{
  static const char *const modes[] = { "practice", "sandbox", "practice", "preview" };
  g_autoptr (SbPilotRow) any = NULL;
  g_autoptr (SbPilotRow) practice = NULL;
  g_autoptr (GError) error = NULL;

  make_live_flow (fixture->store, "orders");
  g_assert_null (load_pilot (fixture->store, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_clear_error (&error);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (SbPilotRow) pilot = sb_pilot_row_new ();
      g_autoptr (GAsyncResult) saved = NULL;

      pilot->flow_id = g_strdup ("orders");
      pilot->fingerprint = g_strdup_printf ("print-%u", i);
      pilot->mode = g_strdup (modes[i]);
      pilot->passed = i == 2;
      pilot->result = json ("{\"records\": [1, 2]}");
      pilot->started_us = 1;
      pilot->finished_us = 2;
      sb_store_save_pilot_async (fixture->store, pilot, NULL, got_cb, &saved);
      g_assert_cmpint (sb_store_save_pilot_finish (fixture->store, await (&saved), &error), >, 0);
    }
  practice = load_pilot (fixture->store, "practice", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (practice->fingerprint, ==, "print-2");
  g_assert_true (practice->passed);
  g_assert_cmpuint (sb_value_get_length (sb_value_get_member (practice->result, "records")), ==, 2);
  any = load_pilot (fixture->store, NULL, &error);
  g_assert_cmpstr (any->mode, ==, "preview");
}

static SbValue *
get_setting (SbStore *store, const char *key, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_get_setting_async (store, key, NULL, got_cb, &result);
  return sb_store_get_setting_finish (store, await (&result), error);
}

static void
set_setting (SbStore *store, const char *key, SbValue *value)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_set_setting_async (store, key, value, NULL, got_cb, &result);
  g_assert_true (sb_store_set_setting_finish (store, await (&result), NULL));
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) port = sb_value_new_int (8787);
  g_autoptr (SbValue) text = sb_value_new_string ("x");
  g_autoptr (SbValue) got = NULL;
  g_autoptr (SbValue) installation = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (get_setting (fixture->store, "port", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  set_setting (fixture->store, "port", text);
  set_setting (fixture->store, "port", port);
  fixture_reopen (fixture);
  got = get_setting (fixture->store, "port", &error);
  g_assert_true (sb_value_equal (got, port));
  set_setting (fixture->store, "port", NULL);
  g_assert_null (get_setting (fixture->store, "port", NULL));
  installation = get_setting (fixture->store, "installation", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (sb_value_get_text (installation)), ==, 32);
}

static void
test_audit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) detail = json ("{\"reason\": \"Friday\"}");
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  SbAuditRow *row;

  sb_store_audit (fixture->store, "flow-published", "orders", NULL);
  sb_store_audit (fixture->store, "gate-overridden", "orders", detail);
  fixture_reopen (fixture);
  sb_store_list_audit_async (fixture->store, 10, NULL, got_cb, &listed);
  rows = sb_store_list_audit_finish (fixture->store, await (&listed), NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->what, ==, "gate-overridden");
  g_assert_cmpstr (sb_value_get_string (row->detail, "reason"), ==, "Friday");
  g_assert_cmpint (row->time_us, >, 0);
}

/* What the store does for a person is on record by itself; what the engine notes is not. */
static void
test_audit_of_changes (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "connection-removed", "connection-changed",
                                          "connection-added",   "flow-removed",
                                          "flow-paused",        "flow-published" };
  SbStore *store = fixture->store;
  g_autoptr (SbValue) settings = json ("{\"shop\": \"one\"}");
  g_autoptr (SbConnection) connection =
    sb_connection_new ("shop", "shopify", "Shop", "sandbox", settings);
  g_autoptr (SbConnection) renamed =
    sb_connection_new ("shop", "shopify", "Store", "sandbox", settings);
  GAsyncResult *results[7] = { NULL };
  g_autoptr (GPtrArray) rows = NULL;

  make_live_flow (store, "orders");
  sb_store_set_flow_state_async (store, "orders", "paused", NULL, got_cb, &results[0]);
  sb_store_remove_flow_async (store, "orders", NULL, got_cb, &results[1]);
  sb_store_save_connection_async (store, connection, NULL, got_cb, &results[2]);
  connection->trouble = g_strdup ("401");
  sb_store_save_connection_async (store, connection, NULL, got_cb, &results[3]);
  sb_store_save_connection_async (store, renamed, NULL, got_cb, &results[4]);
  sb_store_remove_connection_async (store, "shop", NULL, got_cb, &results[5]);
  await (&results[5]);

  sb_store_list_audit_async (store, 10, NULL, got_cb, &results[6]);
  rows = sb_store_list_audit_finish (store, await (&results[6]), NULL);
  g_assert_cmpuint (rows->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpstr (((SbAuditRow *)g_ptr_array_index (rows, i))->what, ==, expected[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    g_clear_object (&results[i]);
}

typedef struct
{
  guint runs;
  guint inbox;
  guint events;
} Seen;

static void
changed_cb (SbStore *store, const char *what, const char *id, gpointer data)
{
  Seen *seen = data;

  g_assert_cmpstr (id, ==, "orders");
  seen->runs += g_str_equal (what, "runs");
  seen->inbox += g_str_equal (what, "inbox");
  seen->events += g_str_equal (what, "events");
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  Seen seen = { 0 };
  gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  gint64 run = 0;

  make_live_flow (fixture->store, "orders");
  g_signal_connect (fixture->store, "changed", G_CALLBACK (changed_cb), &seen);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);

      run = take_in (fixture->store, "orders", id).run;
    }
  move_run (fixture->store, run, "inbox");
  while (seen.inbox == 0 && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen.inbox, ==, 1);
  g_assert_cmpuint (seen.runs, >, 0);
  g_assert_cmpuint (seen.events, >, 0);
  /* Two hundred commits are not two hundred signals. */
  g_assert_cmpuint (seen.runs, <, 100);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

/* Nobody guesses an address: 43 characters, each of which takes all of its 64 values over some
 * hundred tokens, and none that two tokens share more than chance would have it. */
static void
test_tokens (Fixture *fixture, gconstpointer data)
{
  enum
  {
    FLOWS = 600,
    LENGTH = 43
  };
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GPtrArray) flows = NULL;
  g_autoptr (GHashTable) starts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < FLOWS; i++)
    g_free (save_draft (fixture->store, NULL, "Orders", "{}"));
  sb_store_list_flows_async (fixture->store, NULL, got_cb, &listed);
  flows = sb_store_list_flows_finish (fixture->store, await (&listed), NULL);
  g_assert_cmpuint (flows->len, ==, FLOWS);
  for (guint at = 0; at < LENGTH; at++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

      for (guint i = 0; i < FLOWS; i++)
        {
          SbFlowRow *flow = g_ptr_array_index (flows, i);

          g_assert_cmpuint (strlen (flow->trigger_token), ==, LENGTH);
          g_hash_table_add (seen, GINT_TO_POINTER ((int)flow->trigger_token[at]));
        }
      /* The last character stands for four bits only. Less than 40 of 64 in 600 draws: never. */
      g_assert_cmpuint (g_hash_table_size (seen), >=, at + 1 < LENGTH ? 40 : 14);
    }
  for (guint i = 0; i < FLOWS; i++)
    g_assert_true (g_hash_table_add (
      starts, g_strndup (((SbFlowRow *)g_ptr_array_index (flows, i))->trigger_token, 8)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/flows/versions", test_versions);
  ADD ("/store/flows/ids", test_ids);
  ADD ("/store/flows/tokens", test_tokens);
  ADD ("/store/flows/state", test_state);
  ADD ("/store/flows/remove", test_remove);
  ADD ("/store/connections", test_connections);
  ADD ("/store/pilots", test_pilots);
  ADD ("/store/settings", test_settings);
  ADD ("/store/audit", test_audit);
  ADD ("/store/audit-of-changes", test_audit_of_changes);
  ADD ("/store/changed", test_changed);
  return g_test_run ();
}
