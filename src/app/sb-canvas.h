/* sb-canvas.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/**
 * SbCanvas:
 *
 * The map of one flow: real child widgets as cards, laid out by SbCanvasLayout, and cached render nodes
 * as the lines between them. Actions: canvas.choose (s: node id), canvas.move (s: "up" …),
 * canvas.remove (s: step id, "" the chosen one), canvas.duplicate (s), canvas.zoom-in, canvas.zoom-out,
 * canvas.zoom-normal, canvas.zoom-fit.
 *
 * ::add (const char *owner, int lane, int index, GtkWidget *button): a + was pressed. Property "zoom".
 */
#define SB_TYPE_CANVAS (sb_canvas_get_type ())
G_DECLARE_FINAL_TYPE (SbCanvas, sb_canvas, SB, CANVAS, GtkWidget)

void   sb_canvas_set_model   (SbCanvas    *self,
                              SbFlowModel *model);
double sb_canvas_get_zoom    (SbCanvas    *self);
void   sb_canvas_set_zoom    (SbCanvas    *self,
                              double       zoom);
void   sb_canvas_focus_chosen (SbCanvas   *self);

G_END_DECLS
