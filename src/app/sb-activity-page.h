/* sb-activity-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/**
 * SbActivityPage:
 *
 * Runs on the left, with search and filters; the chosen one as a time line on the right. With a model it
 * shows that flow's runs, without one those of all flows.
 */
#define SB_TYPE_ACTIVITY_PAGE (sb_activity_page_get_type ())
G_DECLARE_FINAL_TYPE (SbActivityPage, sb_activity_page, SB, ACTIVITY_PAGE, AdwBin)

/* Narrows the list to one flow (NULL: any), one state, as SbRunQuery has it (NULL: any), and the days of
 * a time, UTC µs (0, 0: any). */
void sb_activity_page_filter (SbActivityPage *self,
                              const char     *flow_id,
                              const char     *state,
                              gint64          since_us,
                              gint64          until_us);

G_END_DECLS
