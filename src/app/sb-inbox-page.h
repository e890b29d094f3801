/* sb-inbox-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-page.h"

G_BEGIN_DECLS

/**
 * SbInboxPage:
 *
 * The runs that need a person, grouped by cause; for the chosen one the question to decide, what was done
 * and what not, whom to call, and the decisions.
 */
#define SB_TYPE_INBOX_PAGE (sb_inbox_page_get_type ())
G_DECLARE_FINAL_TYPE (SbInboxPage, sb_inbox_page, SB, INBOX_PAGE, AdwBin)

G_END_DECLS
