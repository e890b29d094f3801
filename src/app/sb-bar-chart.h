/* sb-bar-chart.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SbBarChart:
 *
 * Bars under a title, with what their two colours mean, and the words of the bar that is pointed at.
 *
 * Properties: title; lower-name, upper-name: what the parts are, none where there is one part only.
 *
 * ::chosen (guint index): a bar was pressed.
 */
#define SB_TYPE_BAR_CHART (sb_bar_chart_get_type ())
G_DECLARE_FINAL_TYPE (SbBarChart, sb_bar_chart, SB, BAR_CHART, GtkWidget)

/* Bars are told again from the first one to the last. */
void sb_bar_chart_begin (SbBarChart *self);
/* @label (nullable) stands below the bar; @words are what it means. */
void sb_bar_chart_add   (SbBarChart *self,
                         double      lower,
                         double      upper,
                         const char *label,
                         const char *words);
/* What the axis ends with, in words, and what is said while no bar is pointed at. */
void sb_bar_chart_end   (SbBarChart *self,
                         double      top,
                         const char *words,
                         const char *summary);

G_END_DECLS
