/* sb-token-drag.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a widget stands for: "trigger.total_price". (transfer full) (nullable): NULL for nothing */
typedef char *(*SbTokenDragFunc) (GtkWidget *widget);

/* Lets @widget be dragged into a field, where it is a pill. */
void sb_token_drag_add (GtkWidget       *widget,
                        SbTokenDragFunc  func);

G_END_DECLS
