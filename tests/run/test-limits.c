/* test-limits.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-backoff.h"
#include "sb-clock.h"
#include "sb-limits.h"
#include "sb-run.h"

static void
test_backoff_grows (void)
{
  gint64 first_us = 15 * G_USEC_PER_SEC;
  gint64 max_us = SB_BACKOFF_MAX_US;

  g_assert_cmpint (sb_backoff_pause (first_us, max_us, 1, 0.0, 0), ==, first_us);
  g_assert_cmpint (sb_backoff_pause (first_us, max_us, 2, 0.0, 0), ==, 2 * first_us);
  g_assert_cmpint (sb_backoff_pause (first_us, max_us, 5, 0.0, 0), ==, 16 * first_us);
  g_assert_cmpint (sb_backoff_pause (first_us, max_us, 30, 0.0, 0), ==, max_us);
  g_assert_cmpint (sb_backoff_pause (first_us, max_us, G_MAXUINT, 0.0, 0), ==, max_us);
  g_assert_cmpint (sb_backoff_pause (2 * max_us, max_us, 1, 0.0, 0), ==, max_us);
}

static void
test_backoff_jitter (void)
{
  gint64 first_us = 10 * G_USEC_PER_SEC;

  g_assert_cmpint (sb_backoff_pause (first_us, SB_BACKOFF_MAX_US, 1, 1.0, 0), ==, first_us / 2);
  for (double jitter = 0.0; jitter <= 1.0; jitter += 0.1)
    {
      gint64 pause_us = sb_backoff_pause (first_us, SB_BACKOFF_MAX_US, 3, jitter, 0);

      g_assert_cmpint (pause_us, >=, 2 * first_us);
      g_assert_cmpint (pause_us, <=, 4 * first_us);
    }
}

static void
test_backoff_retry_after (void)
{
  /* What the vendor asks for counts, also past our own longest pause. */
  g_assert_cmpint (sb_backoff_pause (10, 100, 1, 0.5, 5000), ==, 5000);
  g_assert_cmpint (sb_backoff_pause (1000, 10000, 1, 0.0, 1), ==, 1000);
}

static void
test_key (void)
{
  g_autofree char *key = sb_run_make_key ("folder", 7, "invoice");
  g_autofree char *same = sb_run_make_key ("folder", 7, "invoice");
  g_autofree char *other_run = sb_run_make_key ("folder", 8, "invoice");
  g_autofree char *other_place = sb_run_make_key ("folder", 7, "invoice[1]");
  g_autofree char *other_folder = sb_run_make_key ("copy", 7, "invoice");

  g_assert_true (g_uuid_string_is_valid (key));
  g_assert_cmpstr (key, ==, same);
  g_assert_cmpstr (key, !=, other_run);
  g_assert_cmpstr (key, !=, other_place);
  g_assert_cmpstr (key, !=, other_folder);
}

/* --- limits
 * --------------------------------------------------------------------------------------- */

static void
count_cb (gpointer data)
{
  (*(guint *)data)++;
}

static void
spin_until (const guint *count, guint wanted)
{
  gint64 deadline_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (*count < wanted)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

static void
spin_for (gint64 time_us)
{
  gint64 until_us = g_get_monotonic_time () + time_us;

  while (g_get_monotonic_time () < until_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

static void
test_concurrent (void)
{
  g_autoptr (SbLimits) limits = sb_limits_new ();
  SbRate rate = { 0.0, 2 };
  guint turns = 0;
  guint other = 0;
  gint64 later_us = 0;

  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_NOW);
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_NOW);
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_QUEUED);
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &other, &later_us), ==,
                   SB_TURN_QUEUED);

  /* Another connection has nothing to do with it. */
  g_assert_cmpint (sb_limits_enter (limits, "b", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_NOW);
  spin_for (20 * 1000);
  g_assert_cmpuint (turns, ==, 0);

  sb_limits_leave (limits, "a");
  spin_until (&turns, 1);
  g_assert_cmpuint (other, ==, 0);

  /* Who went away is not called. */
  sb_limits_cancel (limits, "a", &other);
  sb_limits_leave (limits, "a");
  sb_limits_leave (limits, "a");
  spin_for (20 * 1000);
  g_assert_cmpuint (other, ==, 0);
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_NOW);
}

static void
test_per_second (void)
{
  g_autoptr (SbLimits) limits = sb_limits_new ();
  SbRate rate = { 20.0, 1000 };
  gint64 later_us = 0;
  gint64 start_us = g_get_monotonic_time ();
  guint turns = 0;
  guint now = 0;

  /* Twenty go at once, the second's worth; the rest one every 50 ms. */
  for (guint i = 0; i < 30; i++)
    now += sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us) == SB_TURN_NOW;
  g_assert_cmpuint (now, >=, 20);
  g_assert_cmpuint (now, <, 30);
  spin_until (&turns, 30 - now);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 450 * 1000);
}

static void
test_full_queue (void)
{
  g_autoptr (SbLimits) limits = sb_limits_new ();
  SbRate rate = { 2.0, 1 };
  guint turns = 0;
  gint64 later_us = 0;
  gint64 before_us = 0;
  guint sent_away = 0;

  for (guint i = 0; i < 200; i++)
    if (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us) == SB_TURN_LATER)
      {
        /* Each comes back in its own time. */
        g_assert_cmpint (later_us, >, before_us);
        before_us = later_us;
        sent_away++;
      }
  g_assert_cmpuint (sent_away, >, 100);
  g_assert_cmpint (later_us, >, sb_clock_now_us () + 50 * G_USEC_PER_SEC);
}

static void
test_hold (void)
{
  g_autoptr (SbLimits) limits = sb_limits_new ();
  SbRate rate = { 0.0, 8 };
  gint64 until_us = sb_clock_now_us () + 300 * 1000;
  gint64 later_us = 0;
  guint turns = 0;

  sb_limits_hold (limits, "a", 300 * 1000);
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_QUEUED);
  spin_until (&turns, 1);
  g_assert_cmpint (sb_clock_now_us (), >=, until_us);

  until_us = sb_clock_now_us () + 60 * G_USEC_PER_SEC;
  sb_limits_hold (limits, "a", 60 * G_USEC_PER_SEC);
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_LATER);
  g_assert_cmpint (later_us, >=, until_us);
}

static gint64
read_cb (gpointer data)
{
  return *(gint64 *)data;
}

/* Thirty calls, one every @pace_us, while others wait; then as many as may stand in the queue.
 * Returns: their number, at most 4,000. */
static guint
fill_queue (gint64 pace_us)
{
  gint64 elapsed_us = 7 * (gint64)G_USEC_PER_SEC;
  SbLimits *limits;
  SbRate rate = { 0.0, 4 };
  gint64 later_us = 0;
  guint turns = 0;
  guint queued = 0;

  sb_clock_set_elapsed_source (read_cb, &elapsed_us);
  limits = sb_limits_new ();
  for (guint i = 0; i < 4 + 60; i++)
    g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), !=,
                     SB_TURN_LATER);
  for (guint i = 1; i <= 30; i++)
    {
      elapsed_us += pace_us;
      sb_limits_leave (limits, "a");
      spin_until (&turns, i);
    }
  while (queued < 4000 &&
         sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us) == SB_TURN_QUEUED)
    queued++;
  sb_limits_free (limits);
  sb_clock_set_elapsed_source (NULL, NULL);
  return queued + 30;
}

/* Of a quick vendor more may wait in memory, but never all that there is room for. */
static void
test_quick_queue (void)
{
  guint quick = fill_queue (1000);

  g_assert_cmpuint (quick, >, 500);
  g_assert_cmpuint (quick, <, 2000);
  g_assert_cmpuint (fill_queue (100 * 1000), ==, 64);
}

/* A wall clock that is set, either way, neither ends a pause nor makes it longer. */
static void
test_hold_by_elapsed_time (void)
{
  gint64 wall_us = 1795425242 * (gint64)G_USEC_PER_SEC;
  gint64 elapsed_us = 7 * (gint64)G_USEC_PER_SEC;
  gint64 year_us = 365 * 24 * 3600 * (gint64)G_USEC_PER_SEC;
  SbLimits *limits = NULL;
  SbRate rate = { 0.0, 8 };
  gint64 later_us = 0;
  guint turns = 0;

  sb_clock_set_source (read_cb, &wall_us);
  sb_clock_set_elapsed_source (read_cb, &elapsed_us);
  limits = sb_limits_new ();

  sb_limits_hold (limits, "a", 60 * G_USEC_PER_SEC);
  wall_us += year_us;
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_LATER);
  wall_us -= 2 * year_us;
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_LATER);
  g_assert_cmpint (later_us, >=, wall_us + 60 * G_USEC_PER_SEC);
  g_assert_cmpint (later_us, <, wall_us + 70 * G_USEC_PER_SEC);
  elapsed_us += 61 * G_USEC_PER_SEC;
  g_assert_cmpint (sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us), ==,
                   SB_TURN_NOW);

  sb_limits_free (limits);
  sb_clock_set_source (NULL, NULL);
  sb_clock_set_elapsed_source (NULL, NULL);
}

static void
test_outage (void)
{
  g_autoptr (SbLimits) limits = sb_limits_new ();
  SbRate rate = { 0.0, 8 };
  gint64 first_us = 100 * 1000;
  gint64 later_us = 0;
  guint turns = 0;
  guint news = 0;

  for (guint i = 0; i < 20; i++)
    {
      sb_limits_enter (limits, "a", rate, count_cb, &turns, &later_us);
      news += sb_limits_report (limits, "a", FALSE, first_us, 10 * first_us);
      if (sb_limits_enter (limits, "b", rate, count_cb, &turns, &later_us) == SB_TURN_NOW)
        sb_limits_leave (limits, "b");
    }
  /* One alert for twenty failures. */
  g_assert_cmpuint (news, ==, 1);

  /* Reached again: as before. */
  sb_limits_report (limits, "a", TRUE, first_us, 10 * first_us);
  for (guint i = 0; i < 4; i++)
    g_assert_false (sb_limits_report (limits, "a", FALSE, first_us, 10 * first_us));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/grows", test_backoff_grows);
  g_test_add_func ("/backoff/jitter", test_backoff_jitter);
  g_test_add_func ("/backoff/retry-after", test_backoff_retry_after);
  g_test_add_func ("/run/key", test_key);
  g_test_add_func ("/limits/concurrent", test_concurrent);
  g_test_add_func ("/limits/per-second", test_per_second);
  g_test_add_func ("/limits/full-queue", test_full_queue);
  g_test_add_func ("/limits/quick-queue", test_quick_queue);
  g_test_add_func ("/limits/hold", test_hold);
  g_test_add_func ("/limits/hold-by-elapsed-time", test_hold_by_elapsed_time);
  g_test_add_func ("/limits/outage", test_outage);
  return g_test_run ();
}
