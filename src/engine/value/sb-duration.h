/* sb-duration.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "2 h", "-24 h", "3 d", "1 d 12 h", "30 min", "45 s", "2 weeks". Weeks and days are days of the
 * calendar, the rest is exact (RFC 5545 section 3.3.6). */
typedef struct
{
  gint64 days;
  gint64 us;
} SbDuration;

gboolean sb_duration_parse  (const char       *text,
                             SbDuration       *duration,
                             GError          **error);
gboolean sb_duration_add_to (const SbDuration *duration,
                             GTimeZone        *zone,
                             gint64           *time_us,
                             GError          **error);

G_END_DECLS
