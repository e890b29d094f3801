/* sb-zone.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-zone.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"

#define HOUR_US (3600 * (gint64)G_USEC_PER_SEC)
#define DAY_US  (24 * HOUR_US)

gint
sb_civil_days_in (gint year, gint month)
{
  return g_date_get_days_in_month ((GDateMonth)month, (GDateYear)year);
}

/* Days since 1970-01-01. The year is counted from March, so that the leap day comes last. */
static gint64
days_from_civil (gint year, gint month, gint day)
{
  gint64 y = month <= 2 ? year - 1 : year;
  gint64 era = (y >= 0 ? y : y - 399) / 400;
  gint64 year_of_era = y - era * 400;
  gint64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return era * 146097 + day_of_era - 719468;
}

/**
 * sb_civil_to_us:
 *
 * Returns: microseconds from 1970-01-01 00:00 on the same wall to @civil
 */
gint64
sb_civil_to_us (const SbCivil *civil)
{
  gint64 seconds = days_from_civil (civil->year, civil->month, civil->day) * 86400 +
                   civil->hour * 3600 + civil->minute * 60 + civil->second;

  return seconds * G_USEC_PER_SEC + civil->microsecond;
}

/**
 * sb_civil_from_us:
 *
 * Returns: FALSE where @wall_us is not within the years 1 to 9999
 */
gboolean
sb_civil_from_us (gint64 wall_us, SbCivil *civil)
{
  gint64 days = wall_us / DAY_US;
  gint64 rest = wall_us % DAY_US;
  gint64 era, day_of_era, year_of_era, day_of_year, month, year;

  if (rest < 0)
    {
      rest += DAY_US;
      days--;
    }
  days += 719468;
  era = (days >= 0 ? days : days - 146096) / 146097;
  day_of_era = days - era * 146097;
  year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  month = (5 * day_of_year + 2) / 153;
  year = year_of_era + era * 400 + (month >= 10 ? 1 : 0);
  if (year < 1 || year > 9999)
    return FALSE;

  civil->year = (gint)year;
  civil->month = (gint)(month < 10 ? month + 3 : month - 9);
  civil->day = (gint)(day_of_year - (153 * month + 2) / 5 + 1);
  civil->hour = (gint)(rest / HOUR_US);
  civil->minute = (gint)(rest / (HOUR_US / 60) % 60);
  civil->second = (gint)(rest / G_USEC_PER_SEC % 60);
  civil->microsecond = (gint)(rest % G_USEC_PER_SEC);
  return TRUE;
}

/**
 * sb_zone_new:
 * @name: (nullable): name in the IANA time zone database; NULL is the computer's
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_INVALID for an unknown name
 */
GTimeZone *
sb_zone_new (const char *name, GError **error)
{
  GTimeZone *zone;

  if (name == NULL || name[0] == '\0')
    return g_time_zone_new_local ();

  zone = g_time_zone_new_identifier (name);
  if (zone == NULL)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 _ ("There is no time zone “%.*s”. Write it like Europe/Berlin."),
                 SB_FIT (name, 80));
  return zone;
}

/**
 * sb_zone_get_offset:
 *
 * Returns: microseconds that the clocks of @zone are ahead of UTC at @time_us
 */
gint64
sb_zone_get_offset (GTimeZone *zone, gint64 time_us)
{
  gint64 seconds = time_us / G_USEC_PER_SEC - (time_us % G_USEC_PER_SEC < 0 ? 1 : 0);
  gint interval = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, seconds);

  return interval < 0 ? 0 : (gint64)g_time_zone_get_offset (zone, interval) * G_USEC_PER_SEC;
}

/**
 * sb_zone_to_utc:
 * @wall_us: as sb_civil_to_us() gives it
 *
 * When the clocks of @zone show @wall_us. A time that occurs twice (clocks put back) is the first
 * of the two; one that is skipped (clocks put forward) moves forward by as much as was skipped, as
 * in RFC 5545 section 3.3.5.
 *
 * Returns: UTC µs
 */
gint64
sb_zone_to_utc (GTimeZone *zone, gint64 wall_us)
{
  gint64 before = sb_zone_get_offset (zone, wall_us - DAY_US);
  gint64 after = sb_zone_get_offset (zone, wall_us + DAY_US);

  if (sb_zone_get_offset (zone, wall_us - before) == before)
    return wall_us - before;
  if (sb_zone_get_offset (zone, wall_us - after) == after)
    return wall_us - after;
  return wall_us - before;
}

gint64
sb_zone_to_wall (GTimeZone *zone, gint64 time_us)
{
  return time_us + sb_zone_get_offset (zone, time_us);
}
