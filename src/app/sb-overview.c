/* sb-overview.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-overview.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "sb-compat.h"

#define WIDTH  104
#define HEIGHT 144

/* Long flows would come out as a thread: what does not fit is shown as the part around the view. */
#define MIN_SCALE 0.02

struct _SbOverview
{
  GtkWidget parent_instance;
  SbCanvas *canvas; /* (nullable) */
};

enum
{
  PROP_CANVAS = 1,
};

G_DEFINE_FINAL_TYPE (SbOverview, sb_overview, GTK_TYPE_WIDGET)

static double
get_scale (SbOverview *self)
{
  SbCanvasLayout *layout = self->canvas != NULL ? sb_canvas_get_layout (self->canvas) : NULL;

  if (layout == NULL)
    return 0;
  return MAX (MIN_SCALE, MIN (WIDTH / sb_canvas_layout_get_width (layout),
                              HEIGHT / sb_canvas_layout_get_height (layout)));
}

/* What stands at the top of the picture, in pixels of the map. */
static double
get_top (SbOverview *self, double scale)
{
  double whole = sb_canvas_layout_get_height (sb_canvas_get_layout (self->canvas));
  double room = HEIGHT / scale;
  graphene_rect_t view;
  double share;

  if (whole <= room)
    return 0;
  sb_canvas_get_view (self->canvas, &view);
  share = view.origin.y / MAX (1.0, whole - view.size.height);
  return CLAMP (share, 0, 1) * (whole - room);
}

/* A small map stands in the middle. */
static double
get_left (SbOverview *self, double scale)
{
  return (WIDTH - sb_canvas_layout_get_width (sb_canvas_get_layout (self->canvas)) * scale) / 2;
}

static void
sb_overview_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
draw_node (GtkSnapshot *snapshot, const SbNode *node, double scale, double top, GdkRGBA color)
{
  GskRoundedRect outline;
  graphene_rect_t rect;
  double height = MAX (1.5, node->height * scale);

  color.alpha *= node->kind == SB_NODE_FRAME ? 0.15f : 0.55f;
  graphene_rect_init (&rect, (float)(node->x * scale), (float)((node->y - top) * scale),
                      (float)(node->width * scale), (float)height);
  gsk_rounded_rect_init_from_rect (&outline, &rect, 1.5f);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &color, &rect);
  gtk_snapshot_pop (snapshot);
}

static void
draw_view (SbOverview *self, GtkSnapshot *snapshot, double scale, double top)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA accent = { 0.21f, 0.52f, 0.89f, 1 };
  const float widths[] = { 1.5f, 1.5f, 1.5f, 1.5f };
  graphene_rect_t whole;
  graphene_rect_t view;
  GskRoundedRect outline;

  gtk_style_context_lookup_color (style, "accent_bg_color", &accent);
  graphene_rect_init (&whole, -(float)get_left (self, scale), 0, WIDTH, HEIGHT);
  sb_canvas_get_view (self->canvas, &view);
  graphene_rect_offset (&view, 0, -(float)top);
  graphene_rect_scale (&view, (float)scale, (float)scale, &view);
  if (!graphene_rect_intersection (&view, &whole, &view))
    return;
  gsk_rounded_rect_init_from_rect (&outline, &view, 3);
  gtk_snapshot_append_border (snapshot, &outline, widths,
                              (const GdkRGBA[]){ accent, accent, accent, accent });
  accent.alpha = 0.12f;
  gtk_snapshot_append_color (snapshot, &accent, &view);
}

static void
sb_overview_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbOverview *self = SB_OVERVIEW (widget);
  double scale = get_scale (self);
  SbCanvasLayout *layout;
  GdkRGBA color;
  double top;

  if (scale == 0)
    return;
  layout = sb_canvas_get_layout (self->canvas);
  top = get_top (self, scale);
  sb_compat_get_color (widget, &color);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)get_left (self, scale), 0));
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (layout, i);

      if (node->kind != SB_NODE_ADD && node->kind != SB_NODE_ADD_WAY)
        draw_node (snapshot, node, scale, top, color);
    }
  draw_view (self, snapshot, scale, top);
}

static void
view_changed_cb (SbOverview *self)
{
  SbCanvasLayout *layout = sb_canvas_get_layout (self->canvas);
  gboolean needed = FALSE;
  graphene_rect_t view;

  if (layout != NULL)
    {
      sb_canvas_get_view (self->canvas, &view);
      needed = sb_canvas_layout_get_width (layout) > view.size.width + 1 ||
               sb_canvas_layout_get_height (layout) > view.size.height + 1;
    }
  /* This is told while the canvas is laid out, when no new layout may be asked for. */
  gtk_widget_set_child_visible (GTK_WIDGET (self), needed);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
go_to (SbOverview *self, double x, double y)
{
  double scale = get_scale (self);

  if (scale > 0)
    sb_canvas_center_on (self->canvas, (x - get_left (self, scale)) / scale,
                         y / scale + get_top (self, scale));
}

static void
begin_cb (SbOverview *self, double x, double y, GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  go_to (self, x, y);
}

static void
update_cb (SbOverview *self, double dx, double dy, GtkGesture *gesture)
{
  double x = 0;
  double y = 0;

  gtk_gesture_drag_get_start_point (GTK_GESTURE_DRAG (gesture), &x, &y);
  go_to (self, x + dx, y + dy);
}

static void
sb_overview_dispose (GObject *object)
{
  SbOverview *self = SB_OVERVIEW (object);

  g_clear_object (&self->canvas);

  G_OBJECT_CLASS (sb_overview_parent_class)->dispose (object);
}

static void
sb_overview_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SbOverview *self = SB_OVERVIEW (object);

  switch (prop_id)
    {
    case PROP_CANVAS:
      g_set_object (&self->canvas, g_value_get_object (value));
      if (self->canvas != NULL)
        g_signal_connect_object (self->canvas, "view-changed", G_CALLBACK (view_changed_cb), self,
                                 G_CONNECT_SWAPPED);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_overview_class_init (SbOverviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_overview_dispose;
  object_class->set_property = sb_overview_set_property;
  widget_class->measure = sb_overview_measure;
  widget_class->snapshot = sb_overview_snapshot;
  g_object_class_install_property (object_class, PROP_CANVAS,
                                   g_param_spec_object ("canvas", NULL, NULL, SB_TYPE_CANVAS,
                                                        G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_css_name (widget_class, "sboverview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_overview_init (SbOverview *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The whole map, and which part of it is in view"), -1);
}
