/* test-engine-stop.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* The gate; pausing a flow; stopping the engine, in order and by kill -9. */

#include "config.h"

#include <string.h>

#include "engine-fixture.h"
#include "sb-error.h"

static void
test_publish_gate (Fixture *self, gconstpointer data)
{
  g_autoptr (SbValue) broken = fixture_parse (
    "{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', 'connector': "
    "'vendor', "
    "'trigger': 'order'}, 'steps': [{'id': 'a', 'type': 'action', 'connector': 'vendor', 'action': "
    "'nothing', 'fields': {}}, {'id': 'b', 'type': 'action', 'connector': 'nobody', 'action': 'x', "
    "'fields': {}}]}");
  g_autoptr (SbValue) good =
    fixture_parse ("{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', "
                   "'connector': 'vendor', "
                   "'trigger': 'order'}, 'steps': [" ACTION ("first", "once") "]}");
  GAsyncResult *results[6] = { NULL };
  g_autoptr (GPtrArray) audit = NULL;
  char *ids[2] = { NULL };
  g_autoptr (GError) error = NULL;
  SbAuditRow *row = NULL;

  sb_store_save_draft_async (self->store, "flow", "Flow", broken, NULL, got_cb, &results[0]);
  ids[0] = sb_store_save_draft_finish (self->store, await (&results[0]), NULL);
  sb_engine_publish_async (self->engine, "flow", "I insist", NULL, got_cb, &results[1]);
  g_assert_cmpint (sb_engine_publish_finish (self->engine, await (&results[1]), &error), ==, 0);
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  assert_says (error->message, "nothing");
  assert_says (error->message, "nobody");
  g_clear_error (&error);

  sb_store_save_draft_async (self->store, "flow", "Flow", good, NULL, got_cb, &results[2]);
  ids[1] = sb_store_save_draft_finish (self->store, await (&results[2]), NULL);
  sb_engine_publish_async (self->engine, "flow", NULL, NULL, got_cb, &results[3]);
  g_assert_cmpint (sb_engine_publish_finish (self->engine, await (&results[3]), &error), ==, 0);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);

  sb_engine_publish_async (self->engine, "flow", "I insist", NULL, got_cb, &results[4]);
  g_assert_cmpint (sb_engine_publish_finish (self->engine, await (&results[4]), &error), ==, 1);
  g_assert_no_error (error);
  sb_store_list_audit_async (self->store, 10, NULL, got_cb, &results[5]);
  audit = sb_store_list_audit_finish (self->store, await (&results[5]), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < audit->len && row == NULL; i++)
    if (g_str_equal (((SbAuditRow *)g_ptr_array_index (audit, i))->what, "gate-overridden"))
      row = g_ptr_array_index (audit, i);
  g_assert_nonnull (row);
  g_assert_cmpstr (row->subject, ==, "flow");
  g_assert_cmpstr (sb_value_get_string (row->detail, "reason"), ==, "I insist");

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    g_clear_object (&results[i]);
  g_clear_pointer (&ids[0], g_free);
  g_clear_pointer (&ids[1], g_free);
}

static void
test_pause (Fixture *self, gconstpointer data)
{
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  fixture_set_flow_state (self, "paused");
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (fixture_submit (self, RECORD), ==, 0);
  fixture_spin (100 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);

  fixture_set_flow_state (self, "live");
  for (guint i = 0; i < 400 && fake_vendor_get_done (self->vendor, "/once") < 5; i++)
    fixture_spin (50 * 1000);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 5);
}

static void
test_stop_in_flight (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  gint64 run = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_SLOW, 300, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") ", " ACTION ("second", "keyed") "]");
  run = fixture_submit (self, RECORD);
  while (fake_vendor_get_requests (self->vendor, "/once") == 0)
    fixture_spin (5000);

  /* What is under way is heard out and kept; the next step waits for the next start. */
  fixture_stop (self, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  claim = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 1);
}

static void
test_stop_cut_off (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  gint64 run = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_SLOW, 450, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  run = fixture_submit (self, RECORD);
  while (fake_vendor_get_requests (self->vendor, "/once") == 0)
    fixture_spin (2000);
  fixture_stop (self, 0);
  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  claim = fixture_wait (self, run, "inbox");
  g_assert_true (claim->run->unknown);
  assert_says (claim->run->problem, "stopped before it heard");
  fixture_spin (100 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
}

#define KILLED_STEPS "[" ACTION ("first", "keyed") ", " ACTION ("second", "once") "]"

/* The other process is an engine of its own; the vendor is in this one and sees both lives. */
static int
run_engine (char **argv)
{
  Fixture fixture = { 0 };

  fixture.folder = argv[2];
  fixture.vendor_port = strtoul (argv[3], NULL, 10);
  fixture_set_options (&fixture);
  fixture_start (&fixture);
  fixture_connect (&fixture, "vendor", "production", "good");
  fixture_publish (&fixture, KILLED_STEPS);
  fixture_set_flow_state (&fixture, "paused");
  for (guint i = 0; i < 10; i++)
    fixture_submit (&fixture, RECORD);
  fixture_set_flow_state (&fixture, "live");
  fixture_spin (60 * (gint64)G_USEC_PER_SEC);
  return 1;
}

static void
test_killed (Fixture *self, gconstpointer data)
{
  g_autofree char *port = g_strdup_printf ("%u", self->vendor_port);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  guint unknown = 0;
  guint done = 0;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_SLOW, 100, NULL, 2);
  fake_vendor_add_fault (self->vendor, "/once", FAULT_SLOW, 400, NULL, 3);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "/proc/self/exe", "--engine",
                            self->folder, port, NULL);
  g_assert_no_error (error);
  for (guint i = 0; i < 30000 && fake_vendor_get_requests (self->vendor, "/once") == 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), >, 0);
  g_usleep (20 * 1000);
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);

  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  for (gint64 run = 1; run <= 10; run++)
    {
      gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

      while (TRUE)
        {
          g_autoptr (SbClaim) claim = fixture_load (self, run);
          gboolean is_done = g_str_equal (claim->run->state, "done");

          if (is_done || (g_str_equal (claim->run->state, "inbox") && claim->run->unknown))
            {
              done += is_done;
              unknown += !is_done;
              break;
            }
          g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
          fixture_spin (5000);
        }
    }
  g_assert_cmpuint (done + unknown, ==, 10);
  g_assert_cmpuint (unknown, >=, 1);

  /* The keyed step once for each order; the other once for each that is done, and for those nobody
   * is sure of at most once. */
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 10);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), >=, done);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), <=, 10);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--engine"))
    return run_engine (argv);

  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/publish-gate", test_publish_gate);
  ADD ("/engine/pause", test_pause);
  ADD ("/engine/stop/in-flight", test_stop_in_flight);
  ADD ("/engine/stop/cut-off", test_stop_cut_off);
  ADD_BARE ("/engine/killed", test_killed);
  return g_test_run ();
}
