/* sb-adaptive.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SbAdaptive:
 *
 * One child that may be given less room than it asks for; "narrow" tells it, so that what does not fit
 * can be put away. libadwaita 1.2 has no breakpoints, and without this a window could never be made
 * smaller than its widest arrangement. Properties: "child", "threshold" (px: narrow below it),
 * "narrow" (read-only).
 */
#define SB_TYPE_ADAPTIVE (sb_adaptive_get_type ())
G_DECLARE_FINAL_TYPE (SbAdaptive, sb_adaptive, SB, ADAPTIVE, GtkWidget)

gboolean sb_adaptive_is_narrow (SbAdaptive *self);

G_END_DECLS
