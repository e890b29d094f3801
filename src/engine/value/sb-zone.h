/* sb-zone.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A date and a time of day as a calendar and a clock on the wall show them, in no zone. Proleptic
 * Gregorian; years 1 to 9999. */
typedef struct
{
  gint year;
  gint month;       /* 1 to 12 */
  gint day;         /* 1 to 31 */
  gint hour;
  gint minute;
  gint second;
  gint microsecond;
} SbCivil;

gint64     sb_civil_to_us       (const SbCivil *civil);
gboolean   sb_civil_from_us     (gint64         wall_us,
                                 SbCivil       *civil);
gint       sb_civil_days_in     (gint           year,
                                 gint           month);

/* The zone of that name, or the computer's for NULL and "". */
GTimeZone *sb_zone_new          (const char    *name,
                                 GError       **error);
gint64     sb_zone_get_offset   (GTimeZone     *zone,
                                 gint64         time_us);
gint64     sb_zone_to_utc       (GTimeZone     *zone,
                                 gint64         wall_us);
gint64     sb_zone_to_wall      (GTimeZone     *zone,
                                 gint64         time_us);
gboolean   sb_zone_parse        (GTimeZone     *zone,
                                 const char    *text,
                                 gint64        *time_us,
                                 GError       **error);

G_END_DECLS
