/* sb-canvas-layout.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-canvas-layout.h"

#include <math.h>

/* Half of the room between two cards, where the + sits. */
#define HALF_GAP 21.0
/* From the + above a branch down to the heads of its lanes. */
#define SPLIT_DROP 40.0
/* From the last + of the longest lane down to the + where the lanes meet. */
#define JOIN_DROP     50.0
#define FRAME_PADDING 16.0

#define MIN_ZOOM 0.25
#define MAX_ZOOM 2.0

struct _SbCanvasLayout
{
  GPtrArray *nodes;
  GArray *edges;
  GHashTable *by_id; /* id → SbNode */
  SbCanvasMetrics metrics;
  double width;
  double height;
};

/* Where the line that goes on downwards starts. */
typedef struct
{
  double x;
  double y;
} Tail;

static void
node_free (gpointer data)
{
  SbNode *node = data;

  g_free (node->id);
  g_free (node->step);
  g_free (node);
}

static SbNode *
add_node (SbCanvasLayout *self,
          SbNodeKind kind,
          char *id,
          const char *step,
          double x,
          double y,
          double width,
          double height)
{
  SbNode *node = g_new0 (SbNode, 1);

  node->kind = kind;
  node->id = id;
  node->step = g_strdup (step);
  node->lane = -1;
  node->x = x;
  node->y = y;
  node->width = width;
  node->height = height;
  g_ptr_array_add (self->nodes, node);
  g_hash_table_insert (self->by_id, node->id, node);
  return node;
}

static void
add_edge (SbCanvasLayout *self, Tail from, double x, double y)
{
  SbEdge edge = { from.x, from.y, x, y };

  g_array_append_val (self->edges, edge);
}

/* The + is drawn over the line, so lines run through it. */
static void
add_plus (
  SbCanvasLayout *self, const char *owner, int lane, guint index, double center_x, double center_y)
{
  SbNode *node;

  node = add_node (self, SB_NODE_ADD,
                   g_strdup_printf ("+%s/%d/%u", owner != NULL ? owner : "", lane, index), owner,
                   center_x - SB_CANVAS_ADD_SIZE / 2, center_y - SB_CANVAS_ADD_SIZE / 2,
                   SB_CANVAS_ADD_SIZE, SB_CANVAS_ADD_SIZE);
  node->lane = lane;
  node->index = (int)index;
}

/* Between the heads of a lane and the next one. */
static void
add_way (SbCanvasLayout *self, const SbNode *left, const SbNode *right)
{
  double x = (left->x + left->width + right->x - SB_CANVAS_ADD_SIZE) / 2;
  double y = left->y + (left->height - SB_CANVAS_ADD_SIZE) / 2;
  SbNode *node = add_node (self, SB_NODE_ADD_WAY, g_strdup_printf ("%s+", left->id), left->step, x,
                           y, SB_CANVAS_ADD_SIZE, SB_CANVAS_ADD_SIZE);

  node->lane = left->lane;
}

static double
height_of (SbCanvasLayout *self, const char *id)
{
  gpointer height = NULL;

  if (self->metrics.heights != NULL)
    height = g_hash_table_lookup (self->metrics.heights, id);
  return MAX (self->metrics.card_height, GPOINTER_TO_INT (height));
}

static double measure_steps (SbCanvasLayout *self, GPtrArray *steps);

static double
measure_step (SbCanvasLayout *self, SbStep *step)
{
  double width = 0;

  if (step->type == SB_STEP_FOR_EACH)
    return measure_steps (self, step->steps) + 2 * FRAME_PADDING;
  if (step->type != SB_STEP_BRANCH || step->lanes == NULL || step->lanes->len == 0)
    return self->metrics.card_width;

  for (guint i = 0; i < step->lanes->len; i++)
    {
      SbLane *lane = g_ptr_array_index (step->lanes, i);

      width += measure_steps (self, lane->steps) + (i > 0 ? SB_CANVAS_LANE_GAP : 0);
    }
  return width;
}

static double
measure_steps (SbCanvasLayout *self, GPtrArray *steps)
{
  double width = self->metrics.card_width;

  for (guint i = 0; steps != NULL && i < steps->len; i++)
    width = MAX (width, measure_step (self, g_ptr_array_index (steps, i)));
  return width;
}

static Tail place_steps (SbCanvasLayout *self,
                         GPtrArray *steps,
                         const char *owner,
                         int lane,
                         Tail tail,
                         gboolean after_join);

static Tail
place_card (SbCanvasLayout *self, SbStep *step, Tail tail)
{
  double width = self->metrics.card_width;
  double height = height_of (self, step->id);
  double y = tail.y + HALF_GAP;

  add_edge (self, tail, tail.x, y);
  add_node (self, SB_NODE_STEP, g_strdup (step->id), step->id, tail.x - width / 2, y, width,
            height);
  return (Tail){ tail.x, y + height };
}

/* @tail is the middle of the + above; the result is the middle of the + where the lanes meet. */
static Tail
place_branch (SbCanvasLayout *self, SbStep *step, Tail tail)
{
  double left = tail.x - measure_step (self, step) / 2;
  double top = tail.y + SPLIT_DROP;
  double lowest = top;
  SbNode *beside = NULL;
  g_autofree Tail *ends = g_new0 (Tail, step->lanes->len);
  Tail join;

  for (guint i = 0; i < step->lanes->len; i++)
    {
      SbLane *lane = g_ptr_array_index (step->lanes, i);
      double lane_width = measure_steps (self, lane->steps);
      double x = left + lane_width / 2;
      SbNode *head;

      add_edge (self, tail, x, top);
      head = add_node (self, SB_NODE_LANE, g_strdup_printf ("%s/%u", step->id, i), step->id,
                       x - self->metrics.card_width / 2, top, self->metrics.card_width,
                       self->metrics.head_height);
      head->lane = (int)i;
      if (beside != NULL)
        add_way (self, beside, head);
      beside = head;
      ends[i] = place_steps (self, lane->steps, step->id, (int)i,
                             (Tail){ x, top + self->metrics.head_height }, FALSE);
      lowest = MAX (lowest, ends[i].y);
      left += lane_width + SB_CANVAS_LANE_GAP;
    }

  join = (Tail){ tail.x, lowest + JOIN_DROP };
  for (guint i = 0; i < step->lanes->len; i++)
    {
      Tail down = { ends[i].x, lowest };

      /* A short lane first runs straight down to where the longest ends, so that all bend alike. */
      if (ends[i].y < lowest)
        add_edge (self, ends[i], ends[i].x, lowest);
      add_edge (self, down, join.x, join.y);
    }
  return join;
}

static Tail
place_loop (SbCanvasLayout *self, SbStep *step, Tail tail)
{
  double width = measure_step (self, step);
  double top = tail.y + HALF_GAP;
  double head_y = top + FRAME_PADDING;
  double card_width = self->metrics.card_width;
  SbNode *frame;
  Tail end;

  add_edge (self, tail, tail.x, head_y);
  frame = add_node (self, SB_NODE_FRAME, g_strdup_printf ("%s/frame", step->id), step->id,
                    tail.x - width / 2, top, width, 0);
  add_node (self, SB_NODE_LOOP, g_strdup (step->id), step->id, tail.x - card_width / 2, head_y,
            card_width, self->metrics.head_height);
  end = place_steps (self, step->steps, step->id, -1,
                     (Tail){ tail.x, head_y + self->metrics.head_height }, FALSE);
  frame->height = end.y + SB_CANVAS_ADD_SIZE / 2 + FRAME_PADDING - top;
  return (Tail){ tail.x, top + frame->height };
}

/* @tail is the bottom of what stands above, or with @after_join the middle of a + that is there
 * already (where lanes meet). The result is the middle of the + at the end. */
static Tail
place_steps (SbCanvasLayout *self,
             GPtrArray *steps,
             const char *owner,
             int lane,
             Tail tail,
             gboolean after_join)
{
  guint n_steps = steps != NULL ? steps->len : 0;

  for (guint i = 0; i <= n_steps; i++)
    {
      SbStep *step = i < n_steps ? g_ptr_array_index (steps, i) : NULL;
      Tail plus = tail;

      if (!after_join)
        {
          plus.y += step != NULL && step->type == SB_STEP_BRANCH ? SB_CANVAS_ADD_SIZE : HALF_GAP;
          add_edge (self, tail, plus.x, plus.y);
        }
      add_plus (self, owner, lane, i, plus.x, plus.y);
      after_join = FALSE;
      tail = plus;
      if (step == NULL)
        break;

      if (step->type == SB_STEP_BRANCH && step->lanes != NULL && step->lanes->len > 0)
        {
          tail = place_branch (self, step, plus);
          after_join = TRUE;
        }
      else if (step->type == SB_STEP_FOR_EACH)
        tail = place_loop (self, step, plus);
      else
        tail = place_card (self, step, plus);
    }
  return tail;
}

/**
 * sb_canvas_layout_new:
 *
 * Lays out @flow from top to bottom: lanes of a branch side by side, each as wide as its widest
 * part, what is done for each item within a frame, a + on every line.
 *
 * Returns: (transfer full)
 */
SbCanvasLayout *
sb_canvas_layout_new (SbFlow *flow, const SbCanvasMetrics *metrics)
{
  SbCanvasLayout *self = g_new0 (SbCanvasLayout, 1);
  double inner;
  double middle;
  double height;
  Tail tail;

  self->nodes = g_ptr_array_new_with_free_func (node_free);
  self->edges = g_array_new (FALSE, FALSE, sizeof (SbEdge));
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->metrics = *metrics;

  inner = measure_steps (self, flow->steps);
  middle = SB_CANVAS_MARGIN + inner / 2;
  height = height_of (self, "trigger");
  add_node (self, SB_NODE_TRIGGER, g_strdup ("trigger"), NULL, middle - metrics->card_width / 2,
            SB_CANVAS_MARGIN, metrics->card_width, height);
  tail =
    place_steps (self, flow->steps, NULL, -1, (Tail){ middle, SB_CANVAS_MARGIN + height }, FALSE);

  self->width = inner + 2 * SB_CANVAS_MARGIN;
  self->height = tail.y + SB_CANVAS_ADD_SIZE / 2 + SB_CANVAS_MARGIN;
  self->metrics.heights = NULL;
  return self;
}

void
sb_canvas_layout_free (SbCanvasLayout *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->nodes);
  g_array_unref (self->edges);
  g_free (self);
}

double
sb_canvas_layout_get_width (SbCanvasLayout *self)
{
  return self->width;
}

double
sb_canvas_layout_get_height (SbCanvasLayout *self)
{
  return self->height;
}

guint
sb_canvas_layout_get_n_nodes (SbCanvasLayout *self)
{
  return self->nodes->len;
}

/**
 * sb_canvas_layout_get_node:
 *
 * Nodes come in the order of the page: what is read first is first, a frame before what it holds.
 *
 * Returns: (transfer none)
 */
const SbNode *
sb_canvas_layout_get_node (SbCanvasLayout *self, guint index)
{
  g_return_val_if_fail (index < self->nodes->len, NULL);

  return g_ptr_array_index (self->nodes, index);
}

const SbNode *
sb_canvas_layout_find (SbCanvasLayout *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

guint
sb_canvas_layout_get_n_edges (SbCanvasLayout *self)
{
  return self->edges->len;
}

const SbEdge *
sb_canvas_layout_get_edge (SbCanvasLayout *self, guint index)
{
  g_return_val_if_fail (index < self->edges->len, NULL);

  return &g_array_index (self->edges, SbEdge, index);
}

/**
 * sb_node_is_card:
 *
 * Whether a node can be chosen: cards and the pills of lanes and loops.
 */
gboolean
sb_node_is_card (const SbNode *self)
{
  return self->kind != SB_NODE_ADD && self->kind != SB_NODE_ADD_WAY && self->kind != SB_NODE_FRAME;
}

/* How far @to lies in the direction of @move, sideways drift counting double; negative: not there.
 */
static double
distance (const SbNode *from, const SbNode *to, SbMove move)
{
  double dx = to->x + to->width / 2 - from->x - from->width / 2;
  double dy = to->y + to->height / 2 - from->y - from->height / 2;

  switch (move)
    {
    case SB_MOVE_UP:
      return dy < -1 ? -dy + 2 * fabs (dx) : -1;
    case SB_MOVE_DOWN:
      return dy > 1 ? dy + 2 * fabs (dx) : -1;
    case SB_MOVE_LEFT:
      return dx < -1 ? -dx + 2 * fabs (dy) : -1;
    case SB_MOVE_RIGHT:
      return dx > 1 ? dx + 2 * fabs (dy) : -1;
    default:
      return -1;
    }
}

/**
 * sb_canvas_layout_move:
 * @from: (nullable): id of the node to start at; NULL gives the trigger
 *
 * The card an arrow key goes to.
 *
 * Returns: (transfer none): @from's own node where nothing lies in that direction
 */
const SbNode *
sb_canvas_layout_move (SbCanvasLayout *self, const char *from, SbMove move)
{
  const SbNode *start = sb_canvas_layout_find (self, from);
  const SbNode *best = NULL;
  double best_distance = 0;

  if (start == NULL)
    return g_ptr_array_index (self->nodes, 0);

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SbNode *node = g_ptr_array_index (self->nodes, i);
      double away;

      if (node == start || !sb_node_is_card (node))
        continue;
      away = distance (start, node, move);
      if (away >= 0 && (best == NULL || away < best_distance))
        {
          best = node;
          best_distance = away;
        }
    }
  return best != NULL ? best : start;
}

const SbNode *
sb_canvas_layout_nearest_add (SbCanvasLayout *self,
                              double x,
                              double y,
                              double reach,
                              gboolean (*leave_out) (const SbNode *node, gpointer data),
                              gpointer data)
{
  const SbNode *best = NULL;
  double best_distance = reach;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SbNode *node = g_ptr_array_index (self->nodes, i);
      double away;

      if (node->kind != SB_NODE_ADD)
        continue;
      away = hypot (node->x + node->width / 2 - x, node->y + node->height / 2 - y);
      if (away <= best_distance && (leave_out == NULL || !leave_out (node, data)))
        {
          best = node;
          best_distance = away;
        }
    }
  return best;
}

double
sb_canvas_clamp_zoom (double zoom)
{
  return CLAMP (zoom, MIN_ZOOM, MAX_ZOOM);
}

/**
 * sb_canvas_fit_zoom:
 *
 * The zoom at which the whole map is seen, never larger than 100 %.
 */
double
sb_canvas_fit_zoom (double width, double height, double room_width, double room_height)
{
  if (width <= 0 || height <= 0 || room_width <= 0 || room_height <= 0)
    return 1.0;
  return sb_canvas_clamp_zoom (MIN (1.0, MIN (room_width / width, room_height / height)));
}
