/* sb-canvas-layout.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow.h"

G_BEGIN_DECLS

/**
 * SbCanvasLayout:
 *
 * Where everything of a flow stands on the map: pure geometry, no widget. Lengths are pixels at 100 %;
 * the origin is the top left corner of what is drawn, margin included. It borrows nothing: ids are
 * copies, so it may outlive the flow.
 */
typedef struct _SbCanvasLayout SbCanvasLayout;

typedef enum
{
  SB_NODE_TRIGGER, /* the card on top */
  SB_NODE_STEP,    /* a sentence card */
  SB_NODE_LANE,    /* the pill at the head of a lane, with its condition */
  SB_NODE_LOOP,    /* the pill at the head of a for-each's frame */
  SB_NODE_FRAME,   /* the frame around what is done for each */
  SB_NODE_ADD,     /* a round + where a step may be put in */
  SB_NODE_ADD_WAY, /* a round + between two lanes' heads, for another condition */
} SbNodeKind;

typedef struct
{
  SbNodeKind kind;
  char      *id;     /* unique: "trigger", "STEP", "STEP/0" (a lane), "STEP/frame", "+OWNER/LANE/INDEX", "STEP/0+" */
  char      *step;   /* (nullable): the step it belongs to; NULL for the trigger and top-level + */
  int        lane;   /* SB_NODE_LANE and SB_NODE_ADD: lane of @step, -1 where there is none */
  int        index;  /* SB_NODE_ADD: position in its list of steps */
  double     x;
  double     y;
  double     width;
  double     height;
} SbNode;

/* A line from one node down to another. Vertical, or a cubic with both handles at half the height. */
typedef struct
{
  double x0;
  double y0;
  double x1;
  double y1;
} SbEdge;

typedef struct
{
  double      card_width;
  double      card_height;
  double      head_height;
  GHashTable *heights; /* (nullable): id of a step or "trigger" → height of its card, GINT_TO_POINTER, where
                        * it needs more than the others */
} SbCanvasMetrics;

typedef enum
{
  SB_MOVE_UP,
  SB_MOVE_DOWN,
  SB_MOVE_LEFT,
  SB_MOVE_RIGHT,
} SbMove;

#define SB_CANVAS_METRICS_INIT { 300, 84, 36, NULL }
#define SB_CANVAS_MARGIN       12.0
#define SB_CANVAS_LANE_GAP     28.0
#define SB_CANVAS_ADD_SIZE     24.0

SbCanvasLayout *sb_canvas_layout_new         (SbFlow                *flow,
                                              const SbCanvasMetrics *metrics);
void            sb_canvas_layout_free        (SbCanvasLayout        *self);
double          sb_canvas_layout_get_width   (SbCanvasLayout        *self);
double          sb_canvas_layout_get_height  (SbCanvasLayout        *self);
guint           sb_canvas_layout_get_n_nodes (SbCanvasLayout        *self);
const SbNode   *sb_canvas_layout_get_node    (SbCanvasLayout        *self,
                                              guint                  index);
const SbNode   *sb_canvas_layout_find        (SbCanvasLayout        *self,
                                              const char            *id);
guint           sb_canvas_layout_get_n_edges (SbCanvasLayout        *self);
const SbEdge   *sb_canvas_layout_get_edge    (SbCanvasLayout        *self,
                                              guint                  index);
const SbNode   *sb_canvas_layout_move        (SbCanvasLayout        *self,
                                              const char            *from,
                                              SbMove                 move);

/* The + nearest to a point, at most @reach away; those that @leave_out (nullable) says TRUE of are not meant. */
const SbNode   *sb_canvas_layout_nearest_add (SbCanvasLayout     *self,
                                              double                 x,
                                              double                 y,
                                              double                 reach,
                                              gboolean             (*leave_out) (const SbNode *node,
                                                                                 gpointer      data),
                                              gpointer               data);

gboolean        sb_node_is_card              (const SbNode          *self);
double          sb_canvas_clamp_zoom         (double                 zoom);
double          sb_canvas_fit_zoom           (double                 width,
                                              double                 height,
                                              double                 room_width,
                                              double                 room_height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbCanvasLayout, sb_canvas_layout_free)

G_END_DECLS
