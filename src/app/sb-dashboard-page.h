/* sb-dashboard-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/**
 * SbDashboardPage:
 *
 * What became of runs, how long they took, how often a person was needed and what time was saved, by day
 * and by flow. A bar or a flow opens those runs in Activity. Time saved is what the owner's own plans
 * say, or nothing.
 */
#define SB_TYPE_DASHBOARD_PAGE (sb_dashboard_page_get_type ())
G_DECLARE_FINAL_TYPE (SbDashboardPage, sb_dashboard_page, SB, DASHBOARD_PAGE, AdwBin)

G_END_DECLS
