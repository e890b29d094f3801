/* sb-filters-date.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-duration.h"
#include "sb-error.h"
#include "sb-zone.h"

static const char *const month_names[] = { "January",   "February", "March",    "April",
                                           "May",       "June",     "July",     "August",
                                           "September", "October",  "November", "December" };
static const char *const day_names[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                         "Friday", "Saturday", "Sunday" };

#define FORMAT_LETTERS "YymdeHIMSpjuVGBbAaFTfzZs%"

/**
 * sb_date_format_check:
 *
 * Whether every % in @format is followed by a letter that the "date" filter knows.
 */
gboolean
sb_date_format_check (const char *format, GError **error)
{
  for (const char *at = strchr (format, '%'); at != NULL; at = strchr (at + 2, '%'))
    if (at[1] == '\0' || strchr (FORMAT_LETTERS, at[1]) == NULL)
      {
        g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                     _ ("“%.*s” is not known in a date format. %%d.%%m.%%Y %%H:%%M is a format."),
                     SB_FIT (at, 3));
        return FALSE;
      }
  return TRUE;
}

typedef struct
{
  SbCivil civil;
  gint64 time_us;
  gint64 offset_us;
  GTimeZone *zone;
} Moment;

static gboolean
read_moment (SbFilterCall *call, Moment *moment, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  gint64 time_us;

  if (!sb_zone_parse (*call->zone, text, &time_us, error))
    {
      g_prefix_error (error, _ ("Filter “%s”: "), call->filter->name);
      return FALSE;
    }
  moment->time_us = time_us;
  return TRUE;
}

/* Fills in what the clocks of the zone in force show. */
static gboolean
show_in_zone (SbFilterCall *call, Moment *moment, GError **error)
{
  moment->zone = *call->zone;
  moment->offset_us = sb_zone_get_offset (moment->zone, moment->time_us);
  if (sb_civil_from_us (moment->time_us + moment->offset_us, &moment->civil))
    return TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("Filter “%s”: the time lies outside the years 1 to 9999."), call->filter->name);
  return FALSE;
}

static char *
offset_text (const Moment *moment, gboolean colon)
{
  gint minutes = (gint)(ABS (moment->offset_us) / (60 * G_USEC_PER_SEC));

  return g_strdup_printf (colon ? "%c%02d:%02d" : "%c%02d%02d", moment->offset_us < 0 ? '-' : '+',
                          minutes / 60, minutes % 60);
}

static SbValue *
write_iso (SbFilterCall *call, Moment *moment, gboolean utc, GError **error)
{
  g_autofree char *offset = NULL;
  g_autofree char *text = NULL;
  g_autofree char *fraction = NULL;
  SbCivil *civil = &moment->civil;

  if (!show_in_zone (call, moment, error))
    return NULL;
  offset = utc ? g_strdup ("Z") : offset_text (moment, TRUE);
  fraction =
    civil->microsecond != 0 ? g_strdup_printf (".%06d", civil->microsecond) : g_strdup ("");
  text = g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d%s%s", civil->year, civil->month,
                          civil->day, civil->hour, civil->minute, civil->second, fraction, offset);
  return sb_value_new_string (text);
}

static void
append_week (GString *out, const Moment *moment, char letter)
{
  g_autoptr (GDateTime) date =
    g_date_time_new_utc (moment->civil.year, moment->civil.month, moment->civil.day, 0, 0, 0);

  if (letter == 'j')
    g_string_append_printf (out, "%03d", g_date_time_get_day_of_year (date));
  else if (letter == 'V')
    g_string_append_printf (out, "%02d", g_date_time_get_week_of_year (date));
  else if (letter == 'G')
    g_string_append_printf (out, "%04d", g_date_time_get_week_numbering_year (date));
  else if (letter == 'u')
    g_string_append_printf (out, "%d", g_date_time_get_day_of_week (date));
  else if (letter == 'A')
    g_string_append (out, day_names[g_date_time_get_day_of_week (date) - 1]);
  else
    g_string_append_len (out, day_names[g_date_time_get_day_of_week (date) - 1], 3);
}

static void
append_zone (GString *out, const Moment *moment, char letter)
{
  g_autofree char *offset = offset_text (moment, FALSE);
  gint interval = g_time_zone_find_interval (moment->zone, G_TIME_TYPE_UNIVERSAL,
                                             moment->time_us / G_USEC_PER_SEC);

  g_string_append (out, letter == 'z' || interval < 0
                          ? offset
                          : g_time_zone_get_abbreviation (moment->zone, interval));
}

static void
append_time (GString *out, const Moment *moment, char letter)
{
  const SbCivil *civil = &moment->civil;

  switch (letter)
    {
    case 'H':
      g_string_append_printf (out, "%02d", civil->hour);
      break;
    case 'I':
      g_string_append_printf (out, "%02d", (civil->hour + 11) % 12 + 1);
      break;
    case 'M':
      g_string_append_printf (out, "%02d", civil->minute);
      break;
    case 'S':
      g_string_append_printf (out, "%02d", civil->second);
      break;
    case 'f':
      g_string_append_printf (out, "%06d", civil->microsecond);
      break;
    case 'p':
      g_string_append (out, civil->hour < 12 ? "AM" : "PM");
      break;
    case 's':
      g_string_append_printf (out, "%" G_GINT64_FORMAT, moment->time_us / G_USEC_PER_SEC);
      break;
    case 'T':
    default:
      g_string_append_printf (out, "%02d:%02d:%02d", civil->hour, civil->minute, civil->second);
      break;
    }
}

static void
append_letter (GString *out, const Moment *moment, char letter)
{
  const SbCivil *civil = &moment->civil;

  switch (letter)
    {
    case 'Y':
      g_string_append_printf (out, "%04d", civil->year);
      break;
    case 'y':
      g_string_append_printf (out, "%02d", civil->year % 100);
      break;
    case 'm':
      g_string_append_printf (out, "%02d", civil->month);
      break;
    case 'd':
      g_string_append_printf (out, "%02d", civil->day);
      break;
    case 'e':
      g_string_append_printf (out, "%d", civil->day);
      break;
    case 'B':
      g_string_append (out, month_names[civil->month - 1]);
      break;
    case 'b':
      g_string_append_len (out, month_names[civil->month - 1], 3);
      break;
    case 'F':
      g_string_append_printf (out, "%04d-%02d-%02d", civil->year, civil->month, civil->day);
      break;
    case '%':
      g_string_append_c (out, '%');
      break;
    case 'z':
    case 'Z':
      append_zone (out, moment, letter);
      break;
    case 'j':
    case 'V':
    case 'G':
    case 'u':
    case 'A':
    case 'a':
      append_week (out, moment, letter);
      break;
    default:
      append_time (out, moment, letter);
      break;
    }
}

static SbValue *
filter_date (SbFilterCall *call, GError **error)
{
  g_autofree char *format = sb_filter_arg_text (call, 0);
  g_autoptr (GString) out = g_string_new (NULL);
  Moment moment;

  if (!sb_date_format_check (format, error) || !read_moment (call, &moment, error) ||
      !show_in_zone (call, &moment, error))
    return NULL;
  for (const char *at = format; *at != '\0'; at++)
    {
      if (*at == '%')
        append_letter (out, &moment, *++at);
      else
        g_string_append_c (out, *at);
    }
  return sb_value_new_string (out->str);
}

static void
set_zone (SbFilterCall *call, GTimeZone *zone)
{
  g_time_zone_unref (*call->zone);
  *call->zone = zone;
}

static SbValue *
filter_in_zone (SbFilterCall *call, GError **error)
{
  g_autofree char *name = sb_filter_arg_text (call, 0);
  GTimeZone *zone = sb_zone_new (name, error);
  Moment moment;

  if (zone == NULL)
    return NULL;
  /* A time without an offset is meant in the zone that was in force before. */
  if (!read_moment (call, &moment, error))
    {
      g_time_zone_unref (zone);
      return NULL;
    }
  set_zone (call, zone);
  return write_iso (call, &moment, FALSE, error);
}

static SbValue *
filter_utc (SbFilterCall *call, GError **error)
{
  Moment moment;

  if (!read_moment (call, &moment, error))
    return NULL;
  set_zone (call, g_time_zone_new_utc ());
  return write_iso (call, &moment, TRUE, error);
}

static SbValue *
filter_iso (SbFilterCall *call, GError **error)
{
  Moment moment;

  return read_moment (call, &moment, error) ? write_iso (call, &moment, FALSE, error) : NULL;
}

static SbValue *
filter_add (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_filter_arg_text (call, 0);
  SbDuration duration;
  Moment moment;

  if (!sb_duration_parse (text, &duration, error) || !read_moment (call, &moment, error) ||
      !sb_duration_add_to (&duration, *call->zone, &moment.time_us, error))
    return NULL;
  return write_iso (call, &moment, FALSE, error);
}

static SbValue *
filter_start_of_day (SbFilterCall *call, GError **error)
{
  Moment moment;
  SbCivil midnight = { 0 };

  if (!read_moment (call, &moment, error) || !show_in_zone (call, &moment, error))
    return NULL;
  midnight.year = moment.civil.year;
  midnight.month = moment.civil.month;
  midnight.day = moment.civil.day;
  moment.time_us = sb_zone_to_utc (moment.zone, sb_civil_to_us (&midnight));
  return write_iso (call, &moment, FALSE, error);
}

const SbFilter sb_filters_date[] = {
  { "date", "f", filter_date },
  { "in_zone", "z", filter_in_zone },
  { "add", "u", filter_add },
  { "utc", "", filter_utc },
  { "iso", "", filter_iso },
  { "start_of_day", "", filter_start_of_day },
  { NULL },
};
