/* sb-pattern.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Regular expressions of connector files. Each of them ends soon, however it was written: one that would
 * try for longer fits nothing. */
GRegex  *sb_pattern_new  (const char  *pattern,
                          GError     **error);
gboolean sb_pattern_fits (const char  *pattern,
                          const char  *text);

G_END_DECLS
