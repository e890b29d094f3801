/* sb-plan-links.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The telephone numbers, e-mail and web addresses in a text, as links in the order they stand there: "tel:",
 * "mailto:" and "https:", nothing else, for the text can come with a flow from elsewhere. Pure.
 * (transfer full) (element-type utf8) */
GPtrArray *sb_plan_find_links (const char *text);

G_END_DECLS
