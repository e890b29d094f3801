/* sb-duration.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-duration.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-zone.h"

/* A hundred years: further off is a slip of the keyboard. */
#define MAX_DAYS 36525

static const struct
{
  const char *name;
  gint64 days;
  gint64 seconds;
} units[] = {
  { "s", 0, 1 },     { "sec", 0, 1 },     { "second", 0, 1 },   { "seconds", 0, 1 },
  { "min", 0, 60 },  { "m", 0, 60 },      { "minute", 0, 60 },  { "minutes", 0, 60 },
  { "h", 0, 3600 },  { "hour", 0, 3600 }, { "hours", 0, 3600 }, { "d", 1, 0 },
  { "day", 1, 0 },   { "days", 1, 0 },    { "w", 7, 0 },        { "week", 7, 0 },
  { "weeks", 7, 0 },
};

static gboolean
add_part (SbDuration *sum, gint64 number, const char *unit, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      if (strlen (units[i].name) != length || strncmp (units[i].name, unit, length) != 0)
        continue;
      sum->days += number * units[i].days;
      sum->us += number * units[i].seconds * G_USEC_PER_SEC;
      return ABS (sum->days) <= MAX_DAYS &&
             ABS (sum->us) <= MAX_DAYS * (gint64)86400 * G_USEC_PER_SEC;
    }
  return FALSE;
}

/**
 * sb_duration_parse:
 * @text: whole numbers each with a unit; one sign in front counts for all of them
 *
 * Returns: FALSE with SB_ERROR_INVALID where it is no duration, or more than a hundred years
 */
gboolean
sb_duration_parse (const char *text, SbDuration *duration, GError **error)
{
  SbDuration sum = { 0 };
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  const char *at = stripped;
  gint64 sign = *at == '-' ? -1 : 1;
  guint parts = 0;

  at += *at == '-' || *at == '+';
  while (*at != '\0')
    {
      gint64 number = 0;
      gsize length;

      at += strspn (at, " ");
      if (!g_ascii_isdigit (*at))
        break;
      for (; g_ascii_isdigit (*at); at++)
        number = MIN (number * 10 + (*at - '0'), G_MAXINT32);
      at += strspn (at, " ");
      length = strspn (at, "abcdefghijklmnopqrstuvwxyz");
      if (!add_part (&sum, number, at, length))
        {
          parts = 0;
          break;
        }
      at += length;
      parts++;
    }
  if (parts == 0 || *at != '\0')
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%.*s” is not a length of time. Write it like 30 min, 2 h or -3 d."),
                   SB_FIT (text, 60));
      return FALSE;
    }
  duration->days = sum.days * sign;
  duration->us = sum.us * sign;
  return TRUE;
}

/**
 * sb_duration_add_to:
 * @time_us: (inout): UTC µs
 *
 * First the days, on the clocks of @zone (the time of day stays what it is, also where the clocks
 * change), then the exact rest.
 *
 * Returns: FALSE with SB_ERROR_INVALID where that is not within the years 1 to 9999
 */
gboolean
sb_duration_add_to (const SbDuration *duration, GTimeZone *zone, gint64 *time_us, GError **error)
{
  gint64 moved = *time_us;
  SbCivil civil;

  if (duration->days != 0)
    moved = sb_zone_to_utc (zone, sb_zone_to_wall (zone, moved) +
                                    duration->days * 86400 * (gint64)G_USEC_PER_SEC);
  moved += duration->us;
  if (!sb_civil_from_us (moved, &civil))
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("The time comes to lie outside the years 1 to 9999."));
      return FALSE;
    }
  *time_us = moved;
  return TRUE;
}
