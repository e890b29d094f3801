/* sb-data-panel.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* What earlier steps give, as a searchable tree under the field that has the focus. It does not take the
 * keyboard by itself, so that typing goes on. ::chosen (const char *path) */
#define SB_TYPE_DATA_PANEL (sb_data_panel_get_type ())
G_DECLARE_FINAL_TYPE (SbDataPanel, sb_data_panel, SB, DATA_PANEL, GtkPopover)

GtkWidget *sb_data_panel_new    (SbFlowModel *model,
                                 const char  *step_id);
void       sb_data_panel_focus_search (SbDataPanel *self);

G_END_DECLS
