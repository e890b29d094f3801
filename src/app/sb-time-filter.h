/* sb-time-filter.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SbTimeFilter:
 *
 * A button that says which time is asked for, and opens the choice: any time, the last 24 hours, 7 or
 * 30 days, or from one day to another by the calendar. Days are those of the computer's time zone.
 *
 * ::changed: another time was chosen, by a person or by sb_time_filter_set_range().
 */
#define SB_TYPE_TIME_FILTER (sb_time_filter_get_type ())
G_DECLARE_FINAL_TYPE (SbTimeFilter, sb_time_filter, SB, TIME_FILTER, AdwBin)

gboolean sb_time_filter_is_set    (SbTimeFilter *self);
/* UTC µs as SbRunQuery has them: @since_us is within the time, @until_us after it; 0: without end. */
void     sb_time_filter_get_range (SbTimeFilter *self,
                                   gint64       *since_us,
                                   gint64       *until_us);
/* From the day of @since_us to the day before @until_us is over; 0 and 0: any time. */
void     sb_time_filter_set_range (SbTimeFilter *self,
                                   gint64        since_us,
                                   gint64        until_us);

G_END_DECLS
