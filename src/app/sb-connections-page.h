/* sb-connections-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/**
 * SbConnectionsPage:
 *
 * The accounts at vendors: production and sandbox apart, each with what is wrong with it, which flows use
 * it and how old its keys are; add, change, test, remove.
 */
#define SB_TYPE_CONNECTIONS_PAGE (sb_connections_page_get_type ())
G_DECLARE_FINAL_TYPE (SbConnectionsPage, sb_connections_page, SB, CONNECTIONS_PAGE, AdwBin)

G_END_DECLS
