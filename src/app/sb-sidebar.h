/* sb-sidebar.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-session.h"

G_BEGIN_DECLS

/* The flows with their status, the pages of all flows, and whether bells are heard. Choosing a row
 * activates win.show-flow or win.show-page. */
#define SB_TYPE_SIDEBAR (sb_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (SbSidebar, sb_sidebar, SB, SIDEBAR, AdwBin)

void sb_sidebar_set_session (SbSidebar  *self,
                             SbSession  *session);
/* Shows what is open; both nullable. */
void sb_sidebar_select      (SbSidebar  *self,
                             const char *flow_id,
                             const char *page);

G_END_DECLS
