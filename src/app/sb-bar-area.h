/* sb-bar-area.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SbBarArea:
 *
 * Bars side by side, each drawn in two parts, one upon the other, with words below some of them. Each is
 * a button. The area is one stop for the Tab key: Left, Right, Home and End go from bar to bar.
 *
 * ::chosen (guint index): a bar was pressed.
 * ::pointed (int index): a bar is under the pointer or has the focus; -1: none any more.
 */
#define SB_TYPE_BAR_AREA (sb_bar_area_get_type ())
G_DECLARE_FINAL_TYPE (SbBarArea, sb_bar_area, SB, BAR_AREA, GtkWidget)

/* Bars are told again from the first one to the last; those that were there keep the focus. */
void sb_bar_area_begin      (SbBarArea  *self);
/* @label (nullable) stands below the bar; @words are what it means: its accessible name. */
void sb_bar_area_add        (SbBarArea  *self,
                             double      lower,
                             double      upper,
                             const char *label,
                             const char *words);
/* The value at the top of the axis, and what stands there. */
void sb_bar_area_end        (SbBarArea  *self,
                             double      top,
                             const char *words);
/* The widgets whose CSS colours the two parts are drawn in; both outlive the area's last frame. */
void sb_bar_area_set_colors (SbBarArea  *self,
                             GtkWidget  *lower,
                             GtkWidget  *upper);

G_END_DECLS
