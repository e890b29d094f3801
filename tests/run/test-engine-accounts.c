/* test-engine-accounts.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Which account a step uses in which mode, and what happens without one that works. */

#include "config.h"

#include "engine-fixture.h"
#include "sb-error.h"

static void
test_trouble (Fixture *self, gconstpointer data)
{
  gint64 runs[20];
  guint requests = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 401, NULL, 4);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  runs[0] = fixture_submit (self, RECORD);
  sb_claim_unref (fixture_wait (self, runs[0], "blocked"));
  for (guint i = 1; i < G_N_ELEMENTS (runs); i++)
    runs[i] = fixture_submit (self, RECORD);
  for (guint i = 1; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (SbClaim) claim = fixture_wait (self, runs[i], "blocked");

      g_assert_cmpstr (claim->run->connection, ==, "vendor");
    }

  /* Twenty wait, one request was made, one alert said so. */
  requests = fake_vendor_get_requests (self->vendor, "/once");
  g_assert_cmpuint (requests, ==, 1);
  fixture_spin (50 * 1000);
  g_assert_cmpuint (self->alerts->len, ==, 1);
  assert_says (g_ptr_array_index (self->alerts, 0), "My vendor");
  {
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GPtrArray) connections = NULL;
    SbConnection *connection = NULL;

    sb_store_list_connections_async (self->store, NULL, got_cb, &result);
    connections = sb_store_list_connections_finish (self->store, await (&result), NULL);
    connection = g_ptr_array_index (connections, 0);
    g_assert_nonnull (connection->trouble);
  }

  /* A reload that changes nothing lets nothing through; a new secret does. */
  fixture_reload (self);
  fixture_spin (100 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  fake_vendor_add_fault (self->vendor, "/once", FAULT_NONE, 0, NULL, 0);
  for (guint i = 0; i < 3; i++)
    {
      fixture_set_secret (self, "vendor", "better");
      fixture_spin (100 * 1000);
    }
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

      while (TRUE)
        {
          g_autoptr (SbClaim) claim = fixture_load (self, runs[i]);

          if (g_str_equal (claim->run->state, "done"))
            break;
          g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
          /* The vendor says 401 three times more. */
          fixture_set_secret (self, "vendor", "better");
          fixture_spin (50 * 1000);
        }
    }
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, G_N_ELEMENTS (runs));
}

static void
test_connection_test (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) third = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  gint64 run = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 401, NULL, 1);
  fake_vendor_add_fault (self->vendor, "/whoami", FAULT_STATUS, 401, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  run = fixture_submit (self, RECORD);
  sb_claim_unref (fixture_wait (self, run, "blocked"));

  sb_engine_test_connection_async (self->engine, "vendor", NULL, got_cb, &first);
  g_assert_null (sb_engine_test_connection_finish (self->engine, await (&first), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_UNAUTHORIZED);
  g_clear_error (&error);
  sb_claim_unref (fixture_wait (self, run, "blocked"));

  /* It works again, and the runs that waited for it go on. */
  sb_engine_test_connection_async (self->engine, "vendor", NULL, got_cb, &second);
  sentence = sb_engine_test_connection_finish (self->engine, await (&second), &error);
  g_assert_no_error (error);
  assert_says (sentence, "works");
  sb_claim_unref (fixture_wait (self, run, "done"));

  sb_engine_test_connection_async (self->engine, "nobody", NULL, got_cb, &third);
  g_assert_null (sb_engine_test_connection_finish (self->engine, await (&third), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

/* A live engine never falls back on anything but the production connection. */
static void
test_live_only_production (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) none = NULL;
  g_autoptr (SbClaim) chosen = NULL;

  fixture_start (self);
  fixture_connect (self, "toy", "sandbox", "good");
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  none = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  assert_says (none->run->problem, "no production connection");

  fixture_publish (self,
                   "[{'id': 'first', 'type': 'action', 'connector': 'vendor', 'action': 'once', "
                   "'connection': 'toy', 'fields': {'ref': 'a'}}]");
  chosen = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  assert_says (chosen->run->problem, "sandbox connection");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

static void
test_sandbox_only_sandbox (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  self->options.mode = "sandbox";
  fixture_start (self);
  fixture_connect (self, "real", "production", "good");
  fixture_publish (self,
                   "[{'id': 'first', 'type': 'action', 'connector': 'vendor', 'action': 'once', "
                   "'connection': 'real', 'fields': {'ref': 'a'}}]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  assert_says (claim->run->problem, "no sandbox connection");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

/* The vendor of the connection is on loopback too, and still hears nothing. */
static void
test_practice (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autofree char *address = NULL;

  self->options.mode = "practice";
  self->options.practice_port = 0;
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
  fixture_publish (self, "[" ACTION ("first", "keyed") ", " ACTION ("second", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  address = g_strdup_printf ("http://127.0.0.1:%d/vendor/keyed",
                             sb_engine_get_practice_port (self->engine));
  assert_says (nth_attempt (claim, 0)->request, address);
  g_assert_cmpstr (claim->run->mode, ==, "practice");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

/* A run that was begun on the practice ground does not go on for real. */
static void
test_modes_do_not_mix (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) blocked = NULL;
  g_autoptr (SbClaim) done = NULL;
  gint64 run = 0;

  self->options.mode = "practice";
  self->options.practice_port = 0;
  fixture_start (self);
  fixture_publish (
    self, "[{'id': 'pause', 'type': 'delay', 'duration': '1 s'}, " ACTION ("first", "once") "]");
  run = fixture_submit (self, RECORD);
  sb_claim_unref (fixture_wait (self, run, "waiting"));
  fixture_stop (self, 0);

  self->options.mode = "live";
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
  blocked = fixture_wait (self, run, "blocked");
  assert_says (blocked->run->problem, "practice");
  fixture_stop (self, 0);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);

  self->options.mode = "practice";
  fixture_start (self);
  done = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

static void
test_missing_secret (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fixture_start (self);
  fixture_connect (self, "vendor", "production", NULL);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "blocked");
  assert_says (claim->run->problem, "My vendor");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
  fixture_set_secret (self, "vendor", "good");
  sb_claim_unref (fixture_wait (self, claim->run->id, "done"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/trouble", test_trouble);
  ADD ("/engine/connection-test", test_connection_test);
  ADD_BARE ("/engine/live-only-production", test_live_only_production);
  ADD_BARE ("/engine/sandbox-only-sandbox", test_sandbox_only_sandbox);
  ADD_BARE ("/engine/practice", test_practice);
  ADD_BARE ("/engine/modes-do-not-mix", test_modes_do_not_mix);
  ADD_BARE ("/engine/missing-secret", test_missing_secret);
  return g_test_run ();
}
