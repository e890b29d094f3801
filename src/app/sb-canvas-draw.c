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

void
sb_canvas_drop_nodes (SbCanvas *self)
{
  g_clear_pointer (&self->edges, g_ptr_array_unref);
  g_clear_pointer (&self->dots, gsk_render_node_unref);
}

double
sb_canvas_get_offset (SbCanvas *self)
{
  double width = sb_canvas_layout_get_width (self->layout) * self->zoom;

  return MAX (0, floor ((gtk_widget_get_width (GTK_WIDGET (self)) - width) / 2));
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
draw_edges (SbCanvas *self)
{
  GdkRGBA color;

  if (self->edges != NULL)
    return;
  sb_compat_get_color (GTK_WIDGET (self), &color);
  self->edges = g_ptr_array_new_with_free_func ((GDestroyNotify)gsk_render_node_unref);
  for (guint i = 0; i < sb_canvas_layout_get_n_edges (self->layout); i++)
    g_ptr_array_add (self->edges, draw_edge (sb_canvas_layout_get_edge (self->layout, i), &color));
}

static void
draw_dots (SbCanvas *self, int width, int height)
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
  graphene_rect_init (&bounds, 0, 0, (float)width, (float)height);
  self->dots = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (self->dots);
  gdk_cairo_set_source_rgba (cr, &color);
  for (int y = DOT_PITCH / 2; y < height; y += DOT_PITCH)
    for (int x = DOT_PITCH / 2; x < width; x += DOT_PITCH)
      cairo_rectangle (cr, x, y, 1.5, 1.5);
  cairo_fill (cr);
  cairo_destroy (cr);
}

void
sb_canvas_draw (SbCanvas *self, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  graphene_point_t origin;
  GtkWidget *child;

  draw_dots (self, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  gtk_snapshot_append_node (snapshot, self->dots);

  /* Frames lie under the lines, cards over them. */
  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_has_css_class (child, "sb-frame"))
      gtk_widget_snapshot_child (widget, child, snapshot);

  draw_edges (self);
  origin = GRAPHENE_POINT_INIT ((float)sb_canvas_get_offset (self), 0);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &origin);
  gtk_snapshot_scale (snapshot, (float)self->zoom, (float)self->zoom);
  for (guint i = 0; i < self->edges->len; i++)
    gtk_snapshot_append_node (snapshot, g_ptr_array_index (self->edges, i));
  gtk_snapshot_restore (snapshot);

  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (!gtk_widget_has_css_class (child, "sb-frame"))
      gtk_widget_snapshot_child (widget, child, snapshot);
}
