/* test-store-stats.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The figures of the dashboard: what became of runs, by day and by flow, and what it saved.
 */

#include "config.h"

#include "sb-clock.h"
#include "store-fixture.h"

/* Read by the threads of the store, too. */
static _Atomic gint64 now_us = G_GINT64_CONSTANT (1795435200000000);

static gint64
get_now (gpointer data)
{
  return now_us;
}

static SbValue *
stats (SbStore *store, const char *flow, guint days)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbValue *answer;

  sb_store_stats_async (store, flow, "live", days, NULL, got_cb, &result);
  answer = sb_store_stats_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return answer;
}

static gint64
figure (SbValue *object, const char *name)
{
  return sb_value_get_int_or (object, name, -1);
}

/* A run that took @took_ms and came to @state. */
static gint64
make_run (Fixture *fixture, const char *flow, const char *event, gint64 took_ms, const char *state)
{
  gint64 next_us;
  SbAccepted accepted = take_in (fixture->store, flow, event);
  g_autoptr (GPtrArray) claims = claim (fixture->store, 10, now_us, &next_us);

  g_assert_cmpuint (claims->len, ==, 1);
  now_us += took_ms * 1000;
  move_run (fixture->store, accepted.run, state);
  return accepted.run;
}

static void
test_figures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) answer = NULL;
  SbValue *total, *flow, *days, *today;
  gint64 failed;

  make_live_flow (fixture->store, "orders");
  make_live_flow (fixture->store, "returns");
  for (guint i = 0; i < 19; i++)
    {
      g_autofree char *event = g_strdup_printf ("quick-%u", i);

      make_run (fixture, "orders", event, 100, "done");
    }
  make_run (fixture, "orders", "slow", 60000, "done");
  make_run (fixture, "orders", "filtered", 10, "stopped");
  failed = make_run (fixture, "returns", "failed", 500, "inbox");

  answer = stats (fixture->store, NULL, 7);
  total = sb_value_get_member (answer, "total");
  g_assert_cmpint (figure (total, "runs"), ==, 21);
  g_assert_cmpint (figure (total, "done"), ==, 20);
  g_assert_cmpint (figure (total, "to_inbox"), ==, 1);
  /* Exact to a fifth. */
  g_assert_cmpint (figure (total, "median_ms"), >=, 80);
  g_assert_cmpint (figure (total, "median_ms"), <=, 120);
  g_assert_cmpint (figure (total, "p95_ms"), <=, 120);
  days = sb_value_get_member (answer, "days");
  g_assert_cmpuint (sb_value_get_length (days), ==, 7);
  today = sb_value_get_item (days, 6);
  g_assert_cmpint (figure (today, "from_us"), <=, now_us);
  g_assert_cmpint (figure (today, "to_us"), >, now_us);
  g_assert_cmpint (figure (today, "done"), ==, 20);
  g_assert_cmpint (figure (sb_value_get_item (days, 5), "runs"), ==, 0);
  g_assert_null (sb_value_get_member (sb_value_get_item (days, 5), "median_ms"));

  flow = sb_value_get_item (sb_value_get_member (answer, "flows"), 1);
  g_assert_cmpstr (sb_value_get_string (flow, "id"), ==, "returns");
  g_assert_cmpint (figure (flow, "open"), ==, 1);
  g_assert_cmpint (figure (flow, "to_inbox"), ==, 1);

  /* The next day it is settled: that is counted then, and no second time as an exception. */
  now_us += 24 * G_TIME_SPAN_HOUR;
  move_run (fixture->store, failed, "done");
  g_clear_pointer (&answer, sb_value_unref);
  answer = stats (fixture->store, "returns", 2);
  days = sb_value_get_member (answer, "days");
  g_assert_cmpint (figure (sb_value_get_item (days, 0), "to_inbox"), ==, 1);
  g_assert_cmpint (figure (sb_value_get_item (days, 1), "done"), ==, 1);
  g_assert_cmpint (figure (sb_value_get_member (answer, "total"), "to_inbox"), ==, 1);
  g_assert_cmpuint (sb_value_get_length (sb_value_get_member (answer, "flows")), ==, 1);

  /* What retention takes away was there all the same. */
  g_assert_cmpint (retain (fixture->store, G_MAXINT64, 1), >, 0);
  g_clear_pointer (&answer, sb_value_unref);
  answer = stats (fixture->store, NULL, 7);
  g_assert_cmpint (figure (sb_value_get_member (answer, "total"), "done"), ==, 21);
}

static void
save_minutes (SbStore *store, const char *flow, const char *minutes)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("{\"plan\": {\"minutes_saved\": %s}}", minutes);
  g_autoptr (SbValue) document = json (text);
  g_autofree char *id = NULL;

  sb_store_save_draft_async (store, flow, flow, document, NULL, got_cb, &result);
  id = sb_store_save_draft_finish (store, await (&result), &error);
  g_assert_no_error (error);
}

static void
test_time_saved (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) answer = NULL;
  SbValue *flow;

  make_live_flow (fixture->store, "orders");
  make_run (fixture, "orders", "a", 100, "done");
  make_run (fixture, "orders", "b", 100, "done");
  make_run (fixture, "orders", "c", 100, "dropped");
  answer = stats (fixture->store, NULL, 7);
  flow = sb_value_get_item (sb_value_get_member (answer, "flows"), 0);
  g_assert_false (sb_value_get_boolean_or (flow, "has_baseline", TRUE));
  g_assert_cmpint (figure (flow, "saved_minutes"), ==, 0);

  save_minutes (fixture->store, "orders", "4.5");
  g_clear_pointer (&answer, sb_value_unref);
  answer = stats (fixture->store, NULL, 7);
  flow = sb_value_get_item (sb_value_get_member (answer, "flows"), 0);
  g_assert_true (sb_value_get_boolean_or (flow, "has_baseline", FALSE));
  g_assert_cmpint (figure (flow, "saved_minutes"), ==, 9);
  g_assert_cmpint (figure (sb_value_get_member (answer, "total"), "saved_minutes"), ==, 9);
  g_assert_cmpint (
    figure (sb_value_get_item (sb_value_get_member (answer, "days"), 6), "saved_minutes"), ==, 9);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  sb_clock_set_source (get_now, NULL);
  g_test_add ("/store/stats/figures", Fixture, NULL, fixture_set_up, test_figures,
              fixture_tear_down);
  g_test_add ("/store/stats/time-saved", Fixture, NULL, fixture_set_up, test_time_saved,
              fixture_tear_down);
  return g_test_run ();
}
