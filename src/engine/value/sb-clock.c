/* sb-clock.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-clock.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <time.h>

#include "sb-error.h"
#include "sb-zone.h"

static SbClockFunc source_func;
static gpointer source_data;
static SbClockFunc elapsed_func;
static gpointer elapsed_data;

/**
 * sb_clock_now_us:
 *
 * Returns: the time now in UTC µs; from any thread
 */
gint64
sb_clock_now_us (void)
{
  SbClockFunc func = g_atomic_pointer_get (&source_func);

  return func != NULL ? func (g_atomic_pointer_get (&source_data)) : g_get_real_time ();
}

/**
 * sb_clock_set_source:
 * @func: (nullable): NULL goes back to the real clock
 *
 * For tests: puts another clock in place. Call it before other threads run.
 */
void
sb_clock_set_source (SbClockFunc func, gpointer data)
{
  g_atomic_pointer_set (&source_func, NULL);
  g_atomic_pointer_set (&source_data, data);
  g_atomic_pointer_set (&source_func, func);
}

/**
 * sb_clock_elapsed_us:
 *
 * CLOCK_BOOTTIME: unlike g_get_monotonic_time (), it goes on while the computer sleeps.
 *
 * Returns: µs since some moment, never less than before; from any thread
 */
gint64
sb_clock_elapsed_us (void)
{
  SbClockFunc func = g_atomic_pointer_get (&elapsed_func);
  struct timespec time;

  if (func != NULL)
    return func (g_atomic_pointer_get (&elapsed_data));
  if (clock_gettime (CLOCK_BOOTTIME, &time) != 0)
    return g_get_monotonic_time ();
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/**
 * sb_clock_set_elapsed_source:
 * @func: (nullable): NULL goes back to the real clock
 *
 * For tests, as sb_clock_set_source ().
 */
void
sb_clock_set_elapsed_source (SbClockFunc func, gpointer data)
{
  g_atomic_pointer_set (&elapsed_func, NULL);
  g_atomic_pointer_set (&elapsed_data, data);
  g_atomic_pointer_set (&elapsed_func, func);
}

/**
 * sb_clock_format_utc:
 *
 * RFC 3339 with microseconds, "2026-11-23T09:14:02.123456Z"; texts sort as times do.
 *
 * Returns: (transfer full)
 */
char *
sb_clock_format_utc (gint64 time_us)
{
  SbCivil civil;

  if (!sb_civil_from_us (time_us, &civil))
    return g_strdup (time_us < 0 ? "0001-01-01T00:00:00.000000Z" : "9999-12-31T23:59:59.999999Z");
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", civil.year, civil.month, civil.day,
                          civil.hour, civil.minute, civil.second, civil.microsecond);
}

static gboolean
read_digits (const char **at, guint n, gint *number)
{
  gint value = 0;

  for (guint i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit ((*at)[i]))
        return FALSE;
      value = value * 10 + ((*at)[i] - '0');
    }
  *at += n;
  *number = value;
  return TRUE;
}

static gboolean
read_date (const char **at, SbCivil *civil)
{
  gboolean dashes;

  if (!read_digits (at, 4, &civil->year))
    return FALSE;
  dashes = **at == '-';
  *at += dashes;
  if (!read_digits (at, 2, &civil->month) || (dashes && *(*at)++ != '-') ||
      !read_digits (at, 2, &civil->day))
    return FALSE;
  return civil->year >= 1 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
         civil->day <= sb_civil_days_in (civil->year, civil->month);
}

/* A leap second is taken for the second before it: UTC microseconds know none. */
static gboolean
read_time (const char **at, SbCivil *civil)
{
  if (!read_digits (at, 2, &civil->hour) || civil->hour > 23)
    return FALSE;
  *at += **at == ':';
  if (!read_digits (at, 2, &civil->minute) || civil->minute > 59)
    return FALSE;
  if (**at == ':')
    (*at)++;
  else if (!g_ascii_isdigit (**at))
    return TRUE;
  if (!read_digits (at, 2, &civil->second) || civil->second > 60)
    return FALSE;
  civil->second = MIN (civil->second, 59);
  if ((**at == '.' || **at == ',') && g_ascii_isdigit ((*at)[1]))
    {
      gint unit = 100000;

      for ((*at)++; g_ascii_isdigit (**at); (*at)++, unit /= 10)
        civil->microsecond += (**at - '0') * unit;
    }
  return TRUE;
}

/* "Z", "+02:00", "+0200", "+02". Returns FALSE where there is something else. */
static gboolean
read_offset (const char **at, gint64 *offset_us)
{
  gint hours, minutes = 0;
  gboolean west = **at == '-';

  if (**at == 'Z' || **at == 'z')
    {
      (*at)++;
      *offset_us = 0;
      return TRUE;
    }
  if (**at != '+' && **at != '-')
    return FALSE;
  (*at)++;
  if (!read_digits (at, 2, &hours) || hours > 23)
    return FALSE;
  *at += **at == ':';
  if (**at != '\0' && (!read_digits (at, 2, &minutes) || minutes > 59))
    return FALSE;
  *offset_us = (gint64)(hours * 60 + minutes) * (west ? -60 : 60) * G_USEC_PER_SEC;
  return TRUE;
}

/* 1774771200 and 1774771200123: seconds and milliseconds since 1970, as many vendors write times.
 */
static gboolean
read_unix (const char *text, gint64 *time_us)
{
  gsize length = strlen (text);
  guint64 number;

  if (length < 9 || length > 14 || strspn (text, "0123456789") != length)
    return FALSE;
  number = g_ascii_strtoull (text, NULL, 10);
  *time_us = (gint64)number * (length <= 11 ? G_USEC_PER_SEC : G_USEC_PER_SEC / 1000);
  return TRUE;
}

static gboolean
parse_iso (
  const char *text, const char *zone_name, GTimeZone *given, gint64 *time_us, GError **error)
{
  SbCivil civil = { 0 };
  const char *at = text;
  gint64 offset = 0;
  g_autoptr (GTimeZone) zone = NULL;

  if (!read_date (&at, &civil))
    goto malformed;
  if (*at == 'T' || *at == 't' || *at == ' ')
    {
      at++;
      if (!read_time (&at, &civil))
        goto malformed;
      at += *at == ' ';
    }
  if (*at != '\0')
    {
      if (!read_offset (&at, &offset) || *at != '\0')
        goto malformed;
      *time_us = sb_civil_to_us (&civil) - offset;
      return TRUE;
    }

  zone = given != NULL ? g_time_zone_ref (given) : sb_zone_new (zone_name, error);
  if (zone == NULL)
    return FALSE;
  *time_us = sb_zone_to_utc (zone, sb_civil_to_us (&civil));
  return TRUE;

malformed:
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("“%.*s” is not a date or time. Write it like 2026-03-29 or 2026-03-29T14:30."),
               SB_FIT (text, 80));
  return FALSE;
}

static gboolean
parse (const char *text, const char *zone_name, GTimeZone *zone, gint64 *time_us, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  return read_unix (stripped, time_us) || parse_iso (stripped, zone_name, zone, time_us, error);
}

/**
 * sb_clock_parse:
 * @text: ISO 8601 (RFC 3339, or a date, or without seconds or offset), or seconds or milliseconds
 *   since 1970 (9 to 11, 12 to 14 digits)
 * @time_zone: (nullable): where a time without an offset is meant; NULL is the computer's zone
 * @time_us: (out): UTC µs
 *
 * How a time that the clocks skip or show twice is taken: sb_zone_to_utc().
 */
gboolean
sb_clock_parse (const char *text, const char *time_zone, gint64 *time_us, GError **error)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return parse (text, time_zone, NULL, time_us, error);
}

/**
 * sb_zone_parse:
 *
 * As sb_clock_parse(), for a zone that is at hand.
 */
gboolean
sb_zone_parse (GTimeZone *zone, const char *text, gint64 *time_us, GError **error)
{
  return parse (text, NULL, zone, time_us, error);
}
