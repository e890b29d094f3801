/* sb-pilot-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/**
 * SbPilotPage:
 *
 * Ten records through the draft, filled in live; beside it what keeps Go Live closed and the success
 * criteria. The widget action "pilot.run" runs it in the chosen mode, "pilot.stop" ends it.
 */
#define SB_TYPE_PILOT_PAGE (sb_pilot_page_get_type ())
G_DECLARE_FINAL_TYPE (SbPilotPage, sb_pilot_page, SB, PILOT_PAGE, AdwBin)

G_END_DECLS
