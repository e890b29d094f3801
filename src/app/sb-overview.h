/* sb-overview.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-canvas.h"

G_BEGIN_DECLS

/* A small picture of the whole map with a frame around what is in view; a click or a drag goes there. Hidden as
 * long as all of it is in view. Property "canvas". */
#define SB_TYPE_OVERVIEW (sb_overview_get_type ())
G_DECLARE_FINAL_TYPE (SbOverview, sb_overview, SB, OVERVIEW, GtkWidget)

G_END_DECLS
