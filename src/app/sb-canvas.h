/* sb-canvas.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-canvas-layout.h"
#include "sb-flow-model.h"
#include "sb-map-status.h"

G_BEGIN_DECLS

/**
 * SbCanvas:
 *
 * The map of one flow: real child widgets as cards, laid out by SbCanvasLayout, and cached render nodes
 * as the lines between them. It scrolls by itself (GtkScrollable), so that only what is in view is drawn.
 *
 * Actions, all on the chosen card: canvas.cut, canvas.copy, canvas.paste (below it), canvas.duplicate,
 * canvas.remove, canvas.insert, canvas.move-up, -down, -left, -right (into the lane beside it), canvas.menu; on
 * the chosen way: canvas.add-way, canvas.remove-way, canvas.way-left, -right. Others: canvas.choose (s: node
 * id), canvas.walk (s: "up" …), canvas.zoom-in, canvas.zoom-out, canvas.zoom-normal, canvas.zoom-fit.
 *
 * ::add (const char *owner, int lane, int index, GtkWidget *button): a + was pressed
 * ::view-changed: another part of the map is in view, or the map is another one
 * Properties: "zoom", and those of GtkScrollable.
 */
#define SB_TYPE_CANVAS (sb_canvas_get_type ())
G_DECLARE_FINAL_TYPE (SbCanvas, sb_canvas, SB, CANVAS, GtkWidget)

void            sb_canvas_set_model    (SbCanvas        *self,
                                        SbFlowModel     *model);
/* How the latest run went, on each card; (transfer full) (nullable). */
void            sb_canvas_set_status   (SbCanvas        *self,
                                        SbMapStatus     *status);
double          sb_canvas_get_zoom     (SbCanvas        *self);
/* About the middle of the view. */
void            sb_canvas_set_zoom     (SbCanvas        *self,
                                        double           zoom);
void            sb_canvas_focus_chosen (SbCanvas        *self);

/* (transfer none) (nullable): until the next change of the document */
SbCanvasLayout *sb_canvas_get_layout   (SbCanvas        *self);
/* The part of the map in view, in pixels at 100 %. */
void            sb_canvas_get_view     (SbCanvas        *self,
                                        graphene_rect_t *view);
/* Brings a point of the map (pixels at 100 %) to the middle of the view. */
void            sb_canvas_center_on    (SbCanvas        *self,
                                        double           x,
                                        double           y);
/* Puts @step in at a place of the map and chooses it. */
gboolean        sb_canvas_insert_step  (SbCanvas        *self,
                                        const char      *owner,
                                        int              lane,
                                        guint            index,
                                        SbValue         *step);

/* A drag from elsewhere: @step (transfer full) follows the pointer under the looks of @widget, and is put in
 * where it is let go, on a +. Points are on the canvas; sb_canvas_drop () tells whether it was put in. */
void            sb_canvas_lift         (SbCanvas        *self,
                                        SbValue         *step,
                                        GtkWidget       *widget,
                                        double           x,
                                        double           y);
void            sb_canvas_drag_to      (SbCanvas        *self,
                                        double           x,
                                        double           y);
gboolean        sb_canvas_drop         (SbCanvas        *self);
void            sb_canvas_cancel       (SbCanvas        *self);

G_END_DECLS
