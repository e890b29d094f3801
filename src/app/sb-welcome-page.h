/* sb-welcome-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/* What an empty app offers, and New Flow: the ready-made flows, something else, a flow file, and the way
 * to live in 90 minutes. Activates win.new-from-template (s), win.new-empty and win.import. */
#define SB_TYPE_WELCOME_PAGE (sb_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (SbWelcomePage, sb_welcome_page, SB, WELCOME_PAGE, AdwBin)

G_END_DECLS
