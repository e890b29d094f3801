/* sb-plan-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/* Who owns a flow, how one knows it works, what is done by hand when it does not, and whom to call. It is
 * part of the document: edits are saved and undone like those of the map. */
#define SB_TYPE_PLAN_PAGE (sb_plan_page_get_type ())
G_DECLARE_FINAL_TYPE (SbPlanPage, sb_plan_page, SB, PLAN_PAGE, AdwBin)

G_END_DECLS
