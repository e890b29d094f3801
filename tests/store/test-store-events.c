/* test-store-events.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sqlite3.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "store-fixture.h"

static SbEvent *
load_event (SbStore *store, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_load_event_async (store, id, NULL, got_cb, &result);
  return sb_store_load_event_finish (store, await (&result), error);
}

static GPtrArray *
list_events (SbStore *store, const char *flow, gint64 before, guint limit)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbEventQuery query = { (char *)flow, before, limit };
  GPtrArray *rows;

  sb_store_list_events_async (store, &query, NULL, got_cb, &result);
  rows = sb_store_list_events_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return rows;
}

static void
test_accept (Fixture *fixture, gconstpointer data)
{
  static const char body[] = "{\"name\": \"#1004\", \"total\": 10.10}";
  g_autoptr (SbEvent) event = make_event ("orders", "evt-1", body);
  g_autoptr (SbEvent) loaded = NULL;
  g_autoptr (SbClaim) run = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { 0 };

  make_live_flow (fixture->store, "orders");
  sb_store_set_mode (fixture->store, "practice");
  accept_event (fixture->store, event, &accepted, &error);
  g_assert_no_error (error);
  g_assert_cmpint (accepted.event, >, 0);
  g_assert_cmpint (accepted.run, >, 0);
  g_assert_cmpint (accepted.version, ==, 1);
  g_assert_false (accepted.repeated);
  g_assert_false (accepted.held);
  g_assert_false (accepted.taken);

  fixture_reopen (fixture);
  loaded = load_event (fixture->store, accepted.event, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (loaded->flow_id, ==, "orders");
  g_assert_cmpstr (loaded->event_id, ==, "evt-1");
  g_assert_cmpstr (loaded->topic, ==, "orders/paid");
  g_assert_cmpstr (loaded->headers, ==, event->headers);
  g_assert_cmpint (loaded->received_us, ==, event->received_us);
  g_assert_cmpmem (g_bytes_get_data (loaded->body, NULL), g_bytes_get_size (loaded->body), body,
                   strlen (body));

  run = load_run (fixture->store, accepted.run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (run->run->state, ==, "ready");
  g_assert_cmpstr (run->run->mode, ==, "practice");
  g_assert_cmpstr (run->run->label, ==, "Order evt-1");
  g_assert_cmpstr (run->run->flow_name, ==, "Orders");
}

static void
test_bytes (Fixture *fixture, gconstpointer data)
{
  static const guint8 raw[] = { 0x7b, 0x00, 0xff, 0xfe, 0x27, 0x22, 0x00 };
  g_autoptr (SbEvent) event = make_event ("orders", "raw", "");
  g_autoptr (SbEvent) empty = make_event ("orders", "'); DROP TABLE events; --", "");
  g_autoptr (SbEvent) loaded = NULL;
  g_autoptr (SbEvent) loaded_empty = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { 0 };

  make_live_flow (fixture->store, "orders");
  g_bytes_unref (event->body);
  event->body = g_bytes_new (raw, sizeof raw);
  accept_event (fixture->store, event, &accepted, &error);
  g_assert_no_error (error);
  loaded = load_event (fixture->store, accepted.event, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (loaded->body, event->body));

  accept_event (fixture->store, empty, &accepted, &error);
  g_assert_no_error (error);
  loaded_empty = load_event (fixture->store, accepted.event, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (loaded_empty->event_id, ==, empty->event_id);
  g_assert_cmpuint (g_bytes_get_size (loaded_empty->body), ==, 0);
}

static void
test_repeated (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) events = NULL;
  SbRunQuery query = { .limit = 10 };
  g_autoptr (GPtrArray) runs = NULL;
  SbAccepted first;
  SbAccepted again;
  SbAccepted other;

  make_live_flow (fixture->store, "orders");
  make_live_flow (fixture->store, "refunds");
  first = take_in (fixture->store, "orders", "same");
  again = take_in (fixture->store, "orders", "same");
  other = take_in (fixture->store, "refunds", "same");

  g_assert_true (again.repeated);
  g_assert_cmpint (again.run, ==, 0);
  g_assert_cmpint (again.event, ==, first.event);
  g_assert_false (other.repeated);
  g_assert_cmpint (other.run, >, 0);

  events = list_events (fixture->store, NULL, 0, 10);
  g_assert_cmpuint (events->len, ==, 2);
  runs = list_runs (fixture->store, &query);
  g_assert_cmpuint (runs->len, ==, 2);
}

/* Sixteen of the same in one commit must still make one run. */
static void
test_repeated_in_one_commit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbEvent) event = make_event ("orders", "burst", "{}");
  GAsyncResult *results[16] = { NULL };
  guint runs = 0;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    sb_store_accept_event_async (fixture->store, event, NULL, got_cb, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      SbAccepted accepted = { 0 };

      g_assert_true (
        sb_store_accept_event_finish (fixture->store, await (&results[i]), &accepted, NULL));
      runs += accepted.run != 0;
      g_assert_cmpint (accepted.repeated, ==, accepted.run == 0);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (runs, ==, 1);
}

static void
test_hold (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbFlowRow) paused = NULL;
  g_autoptr (SbFlowRow) live = NULL;
  g_autoptr (GPtrArray) claims = NULL;
  g_autoptr (SbValue) counts = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted[3];

  make_live_flow (fixture->store, "orders");
  set_flow_state (fixture->store, "orders", "paused");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("held-%u", i);

      accepted[i] = take_in (fixture->store, "orders", id);
      g_assert_true (accepted[i].held);
      g_assert_cmpint (accepted[i].run, ==, 0);
    }
  g_assert_true (take_in (fixture->store, "orders", "held-1").repeated);

  fixture_reopen (fixture);
  paused = load_flow (fixture->store, "orders", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (paused->state, ==, "paused");
  g_assert_cmpuint (paused->held, ==, 3);
  counts = summary (fixture->store);
  g_assert_cmpint (sb_value_get_int_or (counts, "held", -1), ==, 3);

  set_flow_state (fixture->store, "orders", "live");
  live = load_flow (fixture->store, "orders", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (live->held, ==, 0);
  claims = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (claims->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      SbClaim *got = g_ptr_array_index (claims, i);

      g_assert_cmpint (got->event->id, ==, accepted[i].event);
      g_assert_nonnull (got->event->body);
    }

  /* A second "live" must not run them twice. */
  set_flow_state (fixture->store, "orders", "live");
  g_ptr_array_unref (claims);
  claims = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (claims->len, ==, 0);
}

static void
run_sql (Fixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->folder, "signalbox.db", NULL);
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

/* A number in the database, from outside. */
static gint64
look (Fixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->folder, "signalbox.db", NULL);
  sqlite3 *handle = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 number;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 5000);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);
  return number;
}

static void
hold_many (Fixture *fixture, guint n)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new ();

  make_live_flow (fixture->store, "orders");
  set_flow_state (fixture->store, "orders", "paused");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("held-%u", i);
      g_autoptr (SbEvent) event = make_event ("orders", id, "{}");
      GAsyncResult **slot = g_new0 (GAsyncResult *, 1);

      sb_store_accept_event_async (fixture->store, event, NULL, got_cb, slot);
      g_ptr_array_add (results, slot);
    }
  for (guint i = 0; i < n; i++)
    {
      GAsyncResult **slot = g_ptr_array_index (results, i);
      SbAccepted accepted;

      g_assert_true (sb_store_accept_event_finish (fixture->store, await (slot), &accepted, NULL));
      g_assert_true (accepted.held);
      g_object_unref (*slot);
      g_free (slot);
    }
}

/* More than one slice: each has its run, in the order they came, and what rings meanwhile is not
 * kept waiting until all are through. */
static void
test_hold_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) live = NULL;
  g_autoptr (GAsyncResult) accepted = NULL;
  g_autoptr (SbEvent) event = make_event ("orders", "meanwhile", "{}");
  SbAccepted meanwhile;

  hold_many (fixture, 2300);
  sb_store_set_flow_state_async (fixture->store, "orders", "live", NULL, got_cb, &live);
  sb_store_accept_event_async (fixture->store, event, NULL, got_cb, &accepted);
  g_assert_true (
    sb_store_accept_event_finish (fixture->store, await (&accepted), &meanwhile, NULL));
  g_assert_cmpint (meanwhile.run, >, 0);
  g_assert_cmpint (meanwhile.run, <, 2301);
  g_assert_true (sb_store_set_flow_state_finish (fixture->store, await (&live), NULL));
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM runs"), ==, 2301);
  g_assert_cmpint (look (fixture, "SELECT count (DISTINCT event) FROM runs"), ==, 2301);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM events WHERE held = 1"), ==, 0);
  g_assert_cmpint (look (fixture,
                         "SELECT count (*) FROM runs a JOIN runs b ON b.id > a.id"
                         " AND b.event < a.event AND a.event <> (SELECT max (id) FROM events)"),
                   ==, 0);
}

/* The engine went away between two slices: the rest follows at the next start; a pause keeps the
 * rest. */
static void
test_hold_interrupted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) recovered = NULL;
  g_autoptr (GAsyncResult) again = NULL;

  hold_many (fixture, 1200);
  sb_store_close (fixture->store);
  run_sql (fixture, "UPDATE flows SET state = 'live'");
  fixture_reopen (fixture);
  sb_store_recover_async (fixture->store, NULL, got_cb, &recovered);
  g_assert_cmpint (sb_store_recover_finish (fixture->store, await (&recovered), NULL), ==, 0);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM runs"), ==, 1200);
  sb_store_recover_async (fixture->store, NULL, got_cb, &again);
  g_assert_cmpint (sb_store_recover_finish (fixture->store, await (&again), NULL), ==, 0);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM runs"), ==, 1200);
}

static void
test_draft_flow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) document = json ("{}");
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) refused = NULL;
  g_autoptr (GAsyncResult) published = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) claims = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;

  sb_store_save_draft_async (fixture->store, "new", "New", document, NULL, got_cb, &saved);
  g_free (sb_store_save_draft_finish (fixture->store, await (&saved), &error));
  g_assert_no_error (error);
  accepted = take_in (fixture->store, "new", "tryout");
  g_assert_cmpint (accepted.event, >, 0);
  g_assert_cmpint (accepted.run, ==, 0);
  g_assert_false (accepted.held);

  sb_store_replay_event_async (fixture->store, accepted.event, NULL, got_cb, &refused);
  g_assert_cmpint (sb_store_replay_event_finish (fixture->store, await (&refused), &error), ==, 0);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);

  /* What was captured for a pilot does not run when the flow goes live. */
  sb_store_publish_async (fixture->store, "new", NULL, NULL, got_cb, &published);
  g_assert_cmpint (sb_store_publish_finish (fixture->store, await (&published), &error), ==, 1);
  claims = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (claims->len, ==, 0);
  events = list_events (fixture->store, "new", 0, 10);
  g_assert_cmpuint (events->len, ==, 1);
}

static void
test_unknown_flow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbEvent) event = make_event ("nowhere", "1", "{}");
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { .run = 42 };

  g_assert_false (accept_event (fixture->store, event, &accepted, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_assert_cmpint (accepted.run, ==, 42);
}

/* One bad request among good ones in the same commit fails alone. */
static void
test_bad_among_good (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *results[9] = { NULL };

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);
      g_autoptr (SbEvent) event = make_event (i == 4 ? "nowhere" : "orders", id, "{}");

      sb_store_accept_event_async (fixture->store, event, NULL, got_cb, &results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      SbAccepted accepted = { 0 };

      g_assert_cmpint (
        sb_store_accept_event_finish (fixture->store, await (&results[i]), &accepted, NULL), ==,
        i != 4);
      g_object_unref (results[i]);
    }
}

static void
test_list_events (Fixture *fixture, gconstpointer data)
{
  gint64 before = 0;
  guint seen = 0;

  make_live_flow (fixture->store, "orders");
  make_live_flow (fixture->store, "refunds");
  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%02u", i);

      take_in (fixture->store, i % 5 == 0 ? "refunds" : "orders", id);
    }
  for (;;)
    {
      g_autoptr (GPtrArray) page = list_events (fixture->store, "orders", before, 7);

      if (page->len == 0)
        break;
      for (guint i = 0; i < page->len; i++)
        {
          SbEvent *event = g_ptr_array_index (page, i);

          g_assert_true (before == 0 || event->id < before);
          g_assert_cmpstr (event->flow_id, ==, "orders");
          g_assert_null (event->body);
          before = event->id;
          seen++;
        }
    }
  g_assert_cmpuint (seen, ==, 20);
}

static void
test_replay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) missing = NULL;
  g_autoptr (SbClaim) run = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;
  gint64 id;

  make_live_flow (fixture->store, "orders");
  accepted = take_in (fixture->store, "orders", "once");
  move_run (fixture->store, accepted.run, "done");
  make_live_flow (fixture->store, "orders");

  sb_store_replay_event_async (fixture->store, accepted.event, NULL, got_cb, &result);
  id = sb_store_replay_event_finish (fixture->store, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, accepted.run);
  run = load_run (fixture->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (run->event->id, ==, accepted.event);
  g_assert_cmpint (run->run->version, ==, 2);
  g_assert_cmpstr (run->run->state, ==, "ready");

  sb_store_replay_event_async (fixture->store, 9999, NULL, got_cb, &missing);
  g_assert_cmpint (sb_store_replay_event_finish (fixture->store, await (&missing), &error), ==, 0);
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

static void
test_take_accepted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) claims = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  SbAccepted taken;
  SbAccepted left;

  make_live_flow (fixture->store, "orders");
  sb_store_set_take_accepted (fixture->store, TRUE);
  taken = take_in (fixture->store, "orders", "one");
  sb_store_set_take_accepted (fixture->store, FALSE);
  left = take_in (fixture->store, "orders", "two");
  g_assert_true (taken.taken);
  g_assert_false (left.taken);

  claims = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (claims->len, ==, 1);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (claims, 0))->run->id, ==, left.run);

  fixture_reopen (fixture);
  sb_store_recover_async (fixture->store, NULL, got_cb, &result);
  g_assert_cmpint (sb_store_recover_finish (fixture->store, await (&result), NULL), ==, 2);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbFlowRow) flow = NULL;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 5; i++)
    sb_store_count_refused (fixture->store, "orders", i % 2 == 0 ? "signature" : "stale");
  sb_store_count_refused (fixture->store, "nowhere", "signature");
  /* They are written with what comes next. */
  take_in (fixture->store, "orders", "good");
  flow = load_flow (fixture->store, "orders", NULL);
  g_assert_cmpuint (flow->refused, ==, 5);

  sb_store_count_refused (fixture->store, "orders", "signature");
  fixture_reopen (fixture);
  g_clear_pointer (&flow, sb_flow_row_unref);
  flow = load_flow (fixture->store, "orders", NULL);
  g_assert_cmpuint (flow->refused, ==, 6);
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbEvent) event = make_event ("orders", "late", "{}");
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;

  make_live_flow (fixture->store, "orders");
  sb_store_close (fixture->store);
  g_assert_false (accept_event (fixture->store, event, &accepted, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_UNAVAILABLE);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/events/accept", test_accept);
  ADD ("/store/events/bytes", test_bytes);
  ADD ("/store/events/repeated", test_repeated);
  ADD ("/store/events/repeated-in-one-commit", test_repeated_in_one_commit);
  ADD ("/store/events/hold", test_hold);
  ADD ("/store/events/hold-many", test_hold_many);
  ADD ("/store/events/hold-interrupted", test_hold_interrupted);
  ADD ("/store/events/draft-flow", test_draft_flow);
  ADD ("/store/events/unknown-flow", test_unknown_flow);
  ADD ("/store/events/bad-among-good", test_bad_among_good);
  ADD ("/store/events/list", test_list_events);
  ADD ("/store/events/replay", test_replay);
  ADD ("/store/events/take-accepted", test_take_accepted);
  ADD ("/store/events/refused", test_refused);
  ADD ("/store/events/closed", test_closed);
  return g_test_run ();
}
