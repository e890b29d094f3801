/* test-store-retain.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "store-fixture.h"

#define DAY_US (24 * 3600 * (gint64)G_USEC_PER_SEC)

static gint64 days;

static gint64
read_clock (gpointer data)
{
  return 1800000000 * (gint64)G_USEC_PER_SEC + days * DAY_US;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  days = 0;
  sb_clock_set_source (read_clock, NULL);
  fixture_set_up (fixture, data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_tear_down (fixture, data);
  sb_clock_set_source (NULL, NULL);
}

static SbAccepted
take_in_number (SbStore *store, const char *flow, guint number)
{
  g_autofree char *id = g_strdup_printf ("e-%u", number);

  return take_in (store, flow, id);
}

static gboolean
event_exists (SbStore *store, gint64 id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbEvent) event = NULL;

  sb_store_load_event_async (store, id, NULL, got_cb, &result);
  event = sb_store_load_event_finish (store, await (&result), NULL);
  return event != NULL;
}

static gboolean
run_exists (SbStore *store, gint64 id)
{
  g_autoptr (SbClaim) run = load_run (store, id, NULL);

  return run != NULL;
}

static void
test_age (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  SbAccepted done;
  SbAccepted inbox;
  SbAccepted waiting;
  SbAccepted held;
  SbAccepted young;
  g_autoptr (SbValue) counts = NULL;

  make_live_flow (store, "orders");
  done = take_in_number (store, "orders", 1);
  move_run (store, done.run, "done");
  inbox = take_in_number (store, "orders", 2);
  move_run (store, inbox.run, "inbox");
  waiting = take_in_number (store, "orders", 3);
  move_run (store, waiting.run, "waiting");
  set_flow_state (store, "orders", "paused");
  held = take_in_number (store, "orders", 4);

  days = 100;
  make_live_flow (store, "other");
  young = take_in_number (store, "other", 5);
  move_run (store, young.run, "done");

  g_assert_cmpint (retain (store, 90 * DAY_US, 0), ==, 1);
  g_assert_false (run_exists (store, done.run));
  g_assert_false (event_exists (store, done.event));
  g_assert_true (run_exists (store, inbox.run));
  g_assert_true (event_exists (store, inbox.event));
  g_assert_true (run_exists (store, waiting.run));
  g_assert_true (event_exists (store, held.event));
  g_assert_true (run_exists (store, young.run));
  counts = summary (store);
  g_assert_cmpint (sb_value_get_int_or (sb_value_get_member (counts, "runs"), "done", 0), ==, 1);
  g_assert_cmpint (sb_value_get_int_or (counts, "held", 0), ==, 1);

  /* What was held can still be run. */
  set_flow_state (store, "orders", "live");
  {
    g_autoptr (GPtrArray) claims = claim (store, 10, sb_clock_now_us (), NULL);

    g_assert_cmpuint (claims->len, ==, 2);
  }
  g_assert_cmpint (retain (store, 90 * DAY_US, 0), ==, 0);
}

/* An event that was removed early must not run again when the vendor repeats the call. */
static void
test_repeat_after (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GPtrArray) events = NULL;
  SbEventQuery query = { .limit = 10 };
  SbAccepted accepted;
  SbAccepted again;

  make_live_flow (store, "orders");
  accepted = take_in_number (store, "orders", 1);
  move_run (store, accepted.run, "done");
  days = 3;
  g_assert_cmpint (retain (store, 1 * DAY_US, 0), ==, 1);
  g_assert_false (event_exists (store, accepted.event));
  sb_store_list_events_async (store, &query, NULL, got_cb, &listed);
  events = sb_store_list_events_finish (store, await (&listed), NULL);
  g_assert_cmpuint (events->len, ==, 0);

  again = take_in_number (store, "orders", 1);
  g_assert_true (again.repeated);
  g_assert_cmpint (again.run, ==, 0);

  days = 40;
  retain (store, 1 * DAY_US, 0);
  again = take_in_number (store, "orders", 1);
  g_assert_false (again.repeated);
  /* A number is never given twice: idempotency keys are made of it. */
  g_assert_cmpint (again.run, >, accepted.run);
}

static void
test_replayed (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  g_autoptr (GAsyncResult) result = NULL;
  SbAccepted accepted;
  gint64 run;

  make_live_flow (store, "orders");
  accepted = take_in_number (store, "orders", 1);
  move_run (store, accepted.run, "done");
  days = 50;
  sb_store_replay_event_async (store, accepted.event, NULL, got_cb, &result);
  run = sb_store_replay_event_finish (store, await (&result), NULL);
  days = 51;
  g_assert_cmpint (retain (store, 10 * DAY_US, 0), ==, 1);
  g_assert_false (run_exists (store, accepted.run));
  g_assert_true (run_exists (store, run));
  g_assert_true (event_exists (store, accepted.event));
}

static gint64
get_size (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "signalbox.db", NULL);
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_size;
}

static void
test_size (Fixture *fixture, gconstpointer data)
{
  const gint64 limit = 2 * 1024 * 1024;
  g_autofree char *body = g_strnfill (20000, 'x');
  SbStore *store = fixture->store;
  gint64 oldest = 0;
  gint64 newest = 0;
  gint64 kept = 0;
  gint64 removed;

  make_live_flow (store, "orders");
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *id = g_strdup_printf ("big-%u", i);
      g_autoptr (SbEvent) event = make_event ("orders", id, body);
      SbAccepted accepted;

      g_assert_true (accept_event (store, event, &accepted, NULL));
      if (i == 3)
        kept = accepted.run;
      else
        move_run (store, accepted.run, "done");
      if (i == 0)
        oldest = accepted.run;
      newest = accepted.run;
    }
  fixture_reopen (fixture);
  store = fixture->store;
  g_assert_cmpint (get_size (fixture), >, 2 * limit);

  removed = retain (store, 0, limit);
  g_assert_cmpint (removed, >, 100);
  g_assert_cmpint (removed, <, 299);
  g_assert_false (run_exists (store, oldest));
  g_assert_true (run_exists (store, kept));
  g_assert_true (run_exists (store, newest));
  fixture_reopen (fixture);
  g_assert_cmpint (get_size (fixture), <=, limit + limit / 10);
  g_assert_cmpint (retain (fixture->store, 0, limit), ==, 0);
}

/* Events go on being stored, and answered, while thousands of rows are removed. */
static void
test_slices (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbEvent) event = NULL;
  g_autoptr (GAsyncResult) accepted = NULL;
  GAsyncResult *pending[1000] = { NULL };

  make_live_flow (store, "orders");
  sb_store_set_take_accepted (store, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (pending); i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);
      g_autoptr (SbEvent) one = make_event ("orders", id, "{}");

      sb_store_accept_event_async (store, one, NULL, got_cb, &pending[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pending); i++)
    {
      SbAccepted one;

      g_assert_true (sb_store_accept_event_finish (store, await (&pending[i]), &one, NULL));
      g_clear_object (&pending[i]);
      move_run (store, one.run, "done");
    }
  days = 100;
  event = make_event ("orders", "meanwhile", "{}");
  sb_store_retain_async (store, DAY_US, 0, NULL, got_cb, &result);
  sb_store_accept_event_async (store, event, NULL, got_cb, &accepted);
  await (&accepted);
  g_assert_null (result);
  g_assert_cmpint (sb_store_retain_finish (store, await (&result), NULL), ==, 1000);
}

static void
test_pilots_and_flows (Fixture *fixture, gconstpointer data)
{
  SbStore *store = fixture->store;
  g_autoptr (GAsyncResult) removed = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GPtrArray) audit = NULL;
  g_autoptr (SbPilotRow) pilot = NULL;
  g_autoptr (SbValue) counts = NULL;
  SbAccepted accepted;

  make_live_flow (store, "orders");
  make_live_flow (store, "gone");
  accepted = take_in_number (store, "gone", 1);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SbPilotRow) row = sb_pilot_row_new ();
      g_autoptr (GAsyncResult) saved = NULL;

      row->flow_id = g_strdup ("orders");
      row->fingerprint = g_strdup_printf ("print-%u", i);
      row->mode = g_strdup ("practice");
      row->started_us = row->finished_us = sb_clock_now_us ();
      sb_store_save_pilot_async (store, row, NULL, got_cb, &saved);
      sb_store_save_pilot_finish (store, await (&saved), NULL);
    }
  sb_store_remove_flow_async (store, "gone", NULL, got_cb, &removed);
  g_assert_true (sb_store_remove_flow_finish (store, await (&removed), NULL));

  days = 200;
  g_assert_cmpint (retain (store, 90 * DAY_US, 0), ==, 1);
  g_assert_false (run_exists (store, accepted.run));
  sb_store_load_pilot_async (store, "orders", "practice", NULL, got_cb, &loaded);
  pilot = sb_store_load_pilot_finish (store, await (&loaded), NULL);
  g_assert_cmpstr (pilot->fingerprint, ==, "print-2");
  sb_store_list_audit_async (store, 10, NULL, got_cb, &listed);
  audit = sb_store_list_audit_finish (store, await (&listed), NULL);
  /* Two were published, one removed. */
  g_assert_cmpuint (audit->len, ==, 3);
  counts = summary (store);
  g_assert_cmpint (sb_value_get_int_or (sb_value_get_member (counts, "runs"), "dropped", 0), ==, 0);

  days = 1000;
  retain (store, 90 * DAY_US, 0);
  g_clear_object (&listed);
  g_ptr_array_unref (audit);
  sb_store_list_audit_async (store, 10, NULL, got_cb, &listed);
  audit = sb_store_list_audit_finish (store, await (&listed), NULL);
  g_assert_cmpuint (audit->len, ==, 0);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/retain/age", test_age);
  ADD ("/store/retain/repeat-after", test_repeat_after);
  ADD ("/store/retain/replayed", test_replayed);
  ADD ("/store/retain/size", test_size);
  ADD ("/store/retain/slices", test_slices);
  ADD ("/store/retain/pilots-and-flows", test_pilots_and_flows);
  return g_test_run ();
}
