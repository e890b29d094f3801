/* sb-pilot-panel.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-value.h"

G_BEGIN_DECLS

/* What stands beside the grid of a pilot. */

/* @reasons: (element-type utf8): why Go Live is closed; empty: it is open. Replaces what @box held. */
void sb_pilot_panel_fill_gate     (GtkBox     *box,
                                   GPtrArray  *reasons);
/* @criteria (nullable): array of {"text", "met", "detail"} of a result; NULL: nothing was tried yet. */
void sb_pilot_panel_fill_criteria (GtkListBox *list,
                                   GtkLabel   *count,
                                   SbValue    *criteria);

G_END_DECLS
