/* sb-canvas-draw.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "sb-canvas-private.h"
#include "sb-compat.h"

#define DOT_PITCH  24
#define EDGE_WIDTH 2.0

/* Shadows and outlines reach this far beyond what casts them. */
#define BLEED 12.0f

void
sb_canvas_drop_nodes (SbCanvas *self)
{
  g_clear_pointer (&self->edges, g_ptr_array_unref);
  g_clear_pointer (&self->dots, gsk_render_node_unref);
}

static GskRenderNode *
draw_edge (const SbEdge *edge, const GdkRGBA *color)
{
  double left = MIN (edge->x0, edge->x1) - EDGE_WIDTH;
  double width = fabs (edge->x1 - edge->x0) + 2 * EDGE_WIDTH;
  double middle = (edge->y0 + edge->y1) / 2;
  graphene_rect_t bounds;
  GskRenderNode *node;
  cairo_t *cr;

  if (edge->x0 == edge->x1)
    {
      graphene_rect_init (&bounds, (float)(edge->x0 - EDGE_WIDTH / 2), (float)edge->y0,
                          (float)EDGE_WIDTH, (float)(edge->y1 - edge->y0));
      return gsk_color_node_new (color, &bounds);
    }
  graphene_rect_init (&bounds, (float)left, (float)(edge->y0 - EDGE_WIDTH), (float)width,
                      (float)(edge->y1 - edge->y0 + 2 * EDGE_WIDTH));
  node = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (node);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, EDGE_WIDTH);
  cairo_move_to (cr, edge->x0, edge->y0);
  cairo_curve_to (cr, edge->x0, middle, edge->x1, middle, edge->x1, edge->y1);
  cairo_stroke (cr);
  cairo_destroy (cr);
  return node;
}

static void
make_edges (SbCanvas *self)
{
  GdkRGBA color;

  if (self->edges != NULL)
    return;
  sb_compat_get_color (GTK_WIDGET (self), &color);
  self->edges = g_ptr_array_new_with_free_func ((GDestroyNotify)gsk_render_node_unref);
  for (guint i = 0; i < sb_canvas_layout_get_n_edges (self->layout); i++)
    g_ptr_array_add (self->edges, draw_edge (sb_canvas_layout_get_edge (self->layout, i), &color));
}

/* One pitch larger than the view, so that it can be moved along with the map. */
static void
make_dots (SbCanvas *self, int width, int height)
{
  graphene_rect_t bounds;
  GdkRGBA color;
  cairo_t *cr;

  if (self->dots != NULL && self->dots_width == width && self->dots_height == height)
    return;
  g_clear_pointer (&self->dots, gsk_render_node_unref);
  self->dots_width = width;
  self->dots_height = height;
  sb_compat_get_color (GTK_WIDGET (self), &color);
  color.alpha *= 0.3f;
  graphene_rect_init (&bounds, 0, 0, (float)(width + DOT_PITCH), (float)(height + DOT_PITCH));
  self->dots = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (self->dots);
  gdk_cairo_set_source_rgba (cr, &color);
  for (int y = DOT_PITCH / 2; y < height + DOT_PITCH; y += DOT_PITCH)
    for (int x = DOT_PITCH / 2; x < width + DOT_PITCH; x += DOT_PITCH)
      cairo_rectangle (cr, x, y, 1.5, 1.5);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
draw_dots (SbCanvas *self, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double x = fmod (sb_canvas_get_left (self), DOT_PITCH);
  double y = fmod (sb_canvas_get_top (self), DOT_PITCH);

  make_dots (self, width, height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)(x > 0 ? x - DOT_PITCH : x),
                                                          (float)(y > 0 ? y - DOT_PITCH : y)));
  gtk_snapshot_append_node (snapshot, self->dots);
  gtk_snapshot_restore (snapshot);
}

static void
draw_edges (SbCanvas *self, GtkSnapshot *snapshot, const graphene_rect_t *view)
{
  make_edges (self);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)sb_canvas_get_left (self),
                                                          (float)sb_canvas_get_top (self)));
  gtk_snapshot_scale (snapshot, (float)self->zoom, (float)self->zoom);
  for (guint i = 0; i < self->edges->len; i++)
    {
      GskRenderNode *node = g_ptr_array_index (self->edges, i);
      graphene_rect_t bounds;

      gsk_render_node_get_bounds (node, &bounds);
      if (graphene_rect_intersection (&bounds, view, NULL))
        gtk_snapshot_append_node (snapshot, node);
    }
  gtk_snapshot_restore (snapshot);
}

/* Only what is in view: drawing in software is paid for by the card. */
static void
draw_children (SbCanvas *self, GtkSnapshot *snapshot, const graphene_rect_t *view, gboolean frames)
{
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      graphene_rect_t bounds;
      gboolean lifted;

      if ((node->kind == SB_NODE_FRAME) != frames)
        continue;
      graphene_rect_init (&bounds, (float)node->x, (float)node->y, (float)node->width,
                          (float)node->height);
      graphene_rect_inset (&bounds, -BLEED, -BLEED);
      if (!graphene_rect_intersection (&bounds, view, NULL))
        continue;
      lifted = sb_canvas_is_lifted (self, node);
      if (lifted)
        gtk_snapshot_push_opacity (snapshot, 0.35);
      gtk_widget_snapshot_child (GTK_WIDGET (self), g_hash_table_lookup (self->children, node->id),
                                 snapshot);
      if (lifted)
        gtk_snapshot_pop (snapshot);
    }
}

void
sb_canvas_draw (SbCanvas *self, GtkSnapshot *snapshot)
{
  graphene_rect_t view;

  sb_canvas_get_view (self, &view);
  draw_dots (self, snapshot);
  /* Frames lie under the lines, cards over them. */
  draw_children (self, snapshot, &view, TRUE);
  draw_edges (self, snapshot, &view);
  draw_children (self, snapshot, &view, FALSE);
  if (self->drag != NULL)
    sb_canvas_draw_drag (self, snapshot);
}
