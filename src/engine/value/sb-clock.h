/* sb-clock.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Wall clock, UTC, microseconds since 1970. */
typedef gint64 (*SbClockFunc) (gpointer data);

gint64    sb_clock_now_us     (void);

/* Only tests call this: no option, setting or environment variable of the shipped programs does. */
void      sb_clock_set_source (SbClockFunc  func,
                               gpointer     data);

/* "2026-11-23T09:14:02.123456Z" */
char   *sb_clock_format_utc (gint64       time_us);
gboolean sb_clock_parse     (const char  *text,
                             const char  *time_zone,
                             gint64      *time_us,
                             GError     **error);

G_END_DECLS
