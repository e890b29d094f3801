/* sb-clock.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Microseconds. */
typedef gint64 (*SbClockFunc) (gpointer data);

/* Wall clock, UTC since 1970. It may be set, forwards and backwards, at any time. */
gint64    sb_clock_now_us             (void);
/* Since some moment, also while the computer sleeps; nobody can set it. For pauses held in memory. */
gint64    sb_clock_elapsed_us         (void);

/* A timer of GLib stands still while the computer sleeps and knows nothing of a wall clock that is set:
 * who waits for either clock arms it for no longer than this, and looks again. */
#define SB_CLOCK_LOOK_AGAIN_US (20 * (gint64) G_USEC_PER_SEC)

/* Only tests call these: no option, setting or environment variable of the shipped programs does. */
void      sb_clock_set_source         (SbClockFunc  func,
                                       gpointer     data);
void      sb_clock_set_elapsed_source (SbClockFunc  func,
                                       gpointer     data);

/* "2026-11-23T09:14:02.123456Z" */
char   *sb_clock_format_utc (gint64       time_us);
gboolean sb_clock_parse     (const char  *text,
                             const char  *time_zone,
                             gint64      *time_us,
                             GError     **error);

G_END_DECLS
