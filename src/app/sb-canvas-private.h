/* sb-canvas-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-canvas-layout.h"
#include "sb-canvas.h"

G_BEGIN_DECLS

struct _SbCanvas
{
  GtkWidget       parent_instance;

  SbFlowModel    *model;
  SbCanvasLayout *layout;
  SbCanvasMetrics metrics;
  GHashTable     *children; /* node id → GtkWidget */
  GPtrArray      *edges;    /* of GskRenderNode, at 100 % */
  GskRenderNode  *dots;
  int             dots_width;
  int             dots_height;
  double          zoom;
  gboolean        reveal;   /* the chosen card is to be brought into view once sizes are known */
  guint           idle;
};

/* Drawing: dots, lines and children. */
void   sb_canvas_draw       (SbCanvas    *self,
                             GtkSnapshot *snapshot);
/* What is drawn is of another layout or another colour. */
void   sb_canvas_drop_nodes (SbCanvas    *self);
/* Left edge of what is narrower than its room. */
double sb_canvas_get_offset (SbCanvas    *self);

/* Actions and gestures. */
void   sb_canvas_install_actions (GtkWidgetClass *widget_class);
void   sb_canvas_add_gestures    (SbCanvas       *self);
GtkWidget *sb_canvas_body_of     (GtkWidget      *child);

G_END_DECLS
