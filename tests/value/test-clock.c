/* test-clock.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-zone.h"

static gint64
fixed_clock (gpointer data)
{
  return *(gint64 *)data;
}

static void
test_source (void)
{
  gint64 fixed = 1774746000000000;
  gint64 real = g_get_real_time ();

  sb_clock_set_source (fixed_clock, &fixed);
  g_assert_cmpint (sb_clock_now_us (), ==, fixed);
  sb_clock_set_source (NULL, NULL);
  g_assert_cmpint (sb_clock_now_us (), >=, real);
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    const char *zone;
    const char *utc; /* NULL: refused */
  } cases[] = {
    { "2026-11-23T09:14:02.123456Z", NULL, "2026-11-23T09:14:02.123456Z" },
    { "2026-11-23T09:14:02Z", "Europe/Berlin", "2026-11-23T09:14:02.000000Z" },
    { "2026-11-23 10:14+01:00", NULL, "2026-11-23T09:14:00.000000Z" },
    { "2026-11-23T04:14:02.5-0500", NULL, "2026-11-23T09:14:02.500000Z" },
    { "2026-11-23T10:14:02 +01", NULL, "2026-11-23T09:14:02.000000Z" },
    { " 20261123T091402Z ", NULL, "2026-11-23T09:14:02.000000Z" },
    { "1795425242", "Europe/Berlin", "2026-11-23T09:14:02.000000Z" },
    { "1795425242123", NULL, "2026-11-23T09:14:02.123000Z" },
    { "2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00.000000Z" },
    { "2026-07-01", "UTC", "2026-07-01T00:00:00.000000Z" },
    { "2024-02-29T12:00", "America/New_York", "2024-02-29T17:00:00.000000Z" },
    { "2016-12-31T23:59:60Z", NULL, "2016-12-31T23:59:59.000000Z" },
    { "0001-01-01T00:00:00Z", NULL, "0001-01-01T00:00:00.000000Z" },
    { "9999-12-31T23:59:59.999999999Z", NULL, "9999-12-31T23:59:59.999999Z" },
    /* clocks put forward at 02:00: 02:30 moves to 03:30 summer time */
    { "2026-03-29T01:59:59", "Europe/Berlin", "2026-03-29T00:59:59.000000Z" },
    { "2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00.000000Z" },
    { "2026-03-29T03:00:00", "Europe/Berlin", "2026-03-29T01:00:00.000000Z" },
    { "2026-03-08T02:15:00", "America/New_York", "2026-03-08T07:15:00.000000Z" },
    /* clocks put back at 03:00: 02:30 is the first, summer time */
    { "2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00.000000Z" },
    { "2026-10-25T03:00:00", "Europe/Berlin", "2026-10-25T02:00:00.000000Z" },
    { "2026-11-01T01:30:00", "America/New_York", "2026-11-01T05:30:00.000000Z" },
    { "2026-11-01T02:00:00", "America/New_York", "2026-11-01T07:00:00.000000Z" },
    /* by half an hour, in the south */
    { "2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:45:00.000000Z" },
    { "2026-10-04T09:00:00", "Australia/Lord_Howe", "2026-10-03T22:00:00.000000Z" },
    { "2026-04-05T01:45:00", "Australia/Lord_Howe", "2026-04-04T14:45:00.000000Z" },
    { "2026-04-05T09:00:00", "Australia/Lord_Howe", "2026-04-04T22:30:00.000000Z" },
    { "2026-03-29T09:00:00", "Asia/Kathmandu", "2026-03-29T03:15:00.000000Z" },
    { "", NULL, NULL },
    { "yesterday", NULL, NULL },
    { "2026-02-29", NULL, NULL },
    { "2026-13-01", NULL, NULL },
    { "2026-1-1", NULL, NULL },
    { "2026-11-23T24:00", NULL, NULL },
    { "2026-11-23T10:60", NULL, NULL },
    { "2026-11-23T10:00Zx", NULL, NULL },
    { "2026-11-23T10:00+1", NULL, NULL },
    { "2026-11-23T", NULL, NULL },
    { "0000-01-01", NULL, NULL },
    { "12345678901234567", NULL, NULL },
    { "2026-11-23", "Europe/Atlantis", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *utc = NULL;
      gint64 time_us = 42;

      g_test_message ("%s", cases[i].text);
      if (cases[i].utc == NULL)
        {
          g_assert_false (sb_clock_parse (cases[i].text, cases[i].zone, &time_us, &error));
          g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
          g_assert_cmpint (time_us, ==, 42);
          continue;
        }
      g_assert_true (sb_clock_parse (cases[i].text, cases[i].zone, &time_us, &error));
      utc = sb_clock_format_utc (time_us);
      g_assert_cmpstr (utc, ==, cases[i].utc);
    }
}

/* Own calendar arithmetic against GLib's, over every era and with time before 1970. */
static void
test_civil (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      gint64 seconds = -62135596800 + (gint64)(g_test_rand_double () * 315537897599.0);
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
      SbCivil civil;

      g_assert_true (sb_civil_from_us (seconds * G_USEC_PER_SEC + 7, &civil));
      g_assert_cmpint (civil.year, ==, g_date_time_get_year (date));
      g_assert_cmpint (civil.month, ==, g_date_time_get_month (date));
      g_assert_cmpint (civil.day, ==, g_date_time_get_day_of_month (date));
      g_assert_cmpint (civil.hour, ==, g_date_time_get_hour (date));
      g_assert_cmpint (civil.minute, ==, g_date_time_get_minute (date));
      g_assert_cmpint (civil.second, ==, g_date_time_get_second (date));
      g_assert_cmpint (civil.microsecond, ==, 7);
      g_assert_cmpint (sb_civil_to_us (&civil), ==, seconds * G_USEC_PER_SEC + 7);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/source", test_source);
  g_test_add_func ("/clock/parse", test_parse);
  g_test_add_func ("/clock/civil", test_civil);
  return g_test_run ();
}
