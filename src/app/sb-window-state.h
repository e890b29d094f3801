/* sb-window-state.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How large the window was and which page it showed, kept in GSettings. Without the schema (an
 * uninstalled program that was not told where it is) nothing is remembered. GTK thread. */

void  sb_window_state_restore  (GtkWindow  *window);
void  sb_window_state_save     (GtkWindow  *window,
                                const char *page,
                                const char *flow);
/* @page: "flow" or a page of all flows; @flow: the id of the flow that was open last. Both (transfer
 * full), empty where nothing is remembered. */
void  sb_window_state_get_last (char      **page,
                                char      **flow);

G_END_DECLS
