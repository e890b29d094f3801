/* sb-map-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/* The map of a flow with its inspector. */
#define SB_TYPE_MAP_PAGE (sb_map_page_get_type ())
G_DECLARE_FINAL_TYPE (SbMapPage, sb_map_page, SB, MAP_PAGE, AdwBin)

G_END_DECLS
