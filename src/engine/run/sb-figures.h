/* sb-figures.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/* The figures of sb_store_stats_async() in words. @figures is its total, one of its days or its flows. Pure;
 * every string returned is (transfer full). */

/* 0 where there is none. */
gint64  sb_figures_get        (SbValue    *figures,
                               const char *name);
/* "12,480" */
char   *sb_figures_count      (SbValue    *figures,
                               const char *name);
/* "0.3 s", "2 min", "3 h"; a dash where nothing was done. @name: "median_ms", "p95_ms". */
char   *sb_figures_took       (SbValue    *figures,
                               const char *name);
/* "40 min", "6 h" */
char   *sb_figures_saved      (SbValue    *figures);
/* Of the runs that ended or stopped at a person, how many needed one: 0 to 1; -1: there were none. */
double  sb_figures_rate       (SbValue    *figures);
char   *sb_figures_rate_words (SbValue    *figures);
/* The day a day's figures are of, in the computer's time zone, as g_date_time_format() has it. */
char   *sb_figures_day        (SbValue    *figures,
                               const char *format);

G_END_DECLS
