/* sb-canvas-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-canvas-layout.h"
#include "sb-canvas.h"
#include "sb-flow-move.h"

G_BEGIN_DECLS

/* What is in the air: a step of the map, or one that comes from the list of what a step can be. */
typedef struct
{
  char          *step;    /* (nullable): id of the step that is moved */
  SbValue       *payload; /* (nullable): a step that is not in the flow yet */
  GskRenderNode *ghost;   /* of the card, at 100 % */
  GHashTable    *along;   /* ids of the steps that go along, its own too */
  double         width;   /* of the card, at 100 % */
  double         height;
  double         grab_x;  /* where in the card the pointer holds it, at 100 % */
  double         grab_y;
  double         x;       /* of the pointer, on the widget */
  double         y;
  char          *target;  /* (nullable): id of the + it would drop on */
  guint          tick;
  gint64         time_us;
  GtkEventController *keys; /* on the window, for Escape */
} SbCanvasDrag;

struct _SbCanvas
{
  GtkWidget       parent_instance;

  SbFlowModel    *model;
  SbCanvasLayout *layout;
  SbCanvasMetrics metrics;
  GHashTable     *children; /* node id → GtkWidget */
  SbMapStatus    *status;   /* (nullable): how the latest run went */

  GtkAdjustment  *hadjustment;
  GtkAdjustment  *vadjustment;
  double          zoom;
  gboolean        reveal;   /* the chosen card is to be brought into view once sizes are known */
  gboolean        opened;   /* a flow was opened: choose a zoom for it once sizes are known */

  GPtrArray      *edges;    /* of GskRenderNode, at 100 % */
  GskRenderNode  *dots;
  int             dots_width;
  int             dots_height;

  SbCanvasDrag   *drag;     /* (nullable): what is in the air */
  double          pointer_x;
  double          pointer_y;
  gboolean        panning;
  GtkWidget      *lift;     /* (nullable): the card under the pointer, if it is drawn along */
  gboolean        space;    /* the space bar is held: a drag moves the ground */
  double          start_x;  /* where a gesture began: of the adjustments, or the zoom */
  double          start_y;
};

/* --- sb-canvas.c --- */
double     sb_canvas_get_left       (SbCanvas   *self); /* of the map's origin, on the widget */
double     sb_canvas_get_top        (SbCanvas   *self);
void       sb_canvas_lay_out        (SbCanvas   *self);
void       sb_canvas_view_changed   (SbCanvas   *self);

/* --- sb-canvas-children.c --- */
void       sb_canvas_take_children  (SbCanvas   *self);
void       sb_canvas_show_results   (SbCanvas   *self);
void       sb_canvas_show_status    (SbCanvas   *self);
void       sb_canvas_show_chosen    (SbCanvas   *self);
/* What takes the focus and stands for a node to assistive technology. */
GtkWidget *sb_canvas_body_of        (GtkWidget  *child);
void       sb_canvas_forget_child   (gpointer    child);

/* --- sb-canvas-view.c --- */
void       sb_canvas_add_view       (SbCanvas   *self);
void       sb_canvas_set_zoom_at    (SbCanvas   *self,
                                     double      zoom,
                                     double      x,
                                     double      y);
void       sb_canvas_scroll_by      (SbCanvas   *self,
                                     double      dx,
                                     double      dy);
void       sb_canvas_reveal_node    (SbCanvas   *self,
                                     const SbNode *node);

/* --- sb-canvas-draw.c --- */
void       sb_canvas_draw           (SbCanvas   *self,
                                     GtkSnapshot *snapshot);
/* What is drawn is of another layout or another colour. */
void       sb_canvas_drop_nodes     (SbCanvas   *self);

/* --- sb-canvas-drag.c --- */
void       sb_canvas_add_drag       (SbCanvas   *self);
void       sb_canvas_draw_drag      (SbCanvas   *self,
                                     GtkSnapshot *snapshot);
gboolean   sb_canvas_is_lifted      (SbCanvas   *self,
                                     const SbNode *node);

/* --- sb-canvas-edit.c --- */
void       sb_canvas_install_edits  (GtkWidgetClass *widget_class);
void       sb_canvas_update_edits   (SbCanvas   *self);
/* Makes @document the draft, chooses @choose (nullable), says what no longer fits; else @done (nullable). */
gboolean   sb_canvas_apply          (SbCanvas   *self,
                                     SbValue    *document,
                                     const char *choose,
                                     const char *done);
/* What stands for a step on the map: its card, or the first of its ways. (transfer full) */
char      *sb_canvas_node_of_step   (SbValue    *step);

/* --- sb-canvas-actions.c --- */
void       sb_canvas_install_actions (GtkWidgetClass *widget_class);

G_END_DECLS
