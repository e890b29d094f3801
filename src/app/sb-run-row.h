/* sb-run-row.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Makes the rows of lists of runs: SbRunItem, headings and runs. (transfer full) */
GtkListItemFactory *sb_run_row_factory_new (void);

G_END_DECLS
