/* sb-canvas-view.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "sb-canvas-private.h"

/* Which part of the map is in view, and how large: by wheel, pinch, drag and focus. */

#define ZOOM_STEP 1.2

/* What is brought into view keeps this from the border, and as much of what is beside it. */
#define REVEAL_MARGIN 24.0

static void
set_value (GtkAdjustment *adjustment, double value)
{
  if (adjustment != NULL)
    gtk_adjustment_set_value (adjustment, value);
}

void
sb_canvas_scroll_by (SbCanvas *self, double dx, double dy)
{
  if (self->hadjustment != NULL)
    set_value (self->hadjustment, gtk_adjustment_get_value (self->hadjustment) + dx);
  if (self->vadjustment != NULL)
    set_value (self->vadjustment, gtk_adjustment_get_value (self->vadjustment) + dy);
}

/**
 * sb_canvas_set_zoom_at:
 *
 * Zooms so that what is under a point of the widget stays there.
 */
void
sb_canvas_set_zoom_at (SbCanvas *self, double zoom, double x, double y)
{
  double map_x = (x - sb_canvas_get_left (self)) / self->zoom;
  double map_y = (y - sb_canvas_get_top (self)) / self->zoom;

  zoom = sb_canvas_clamp_zoom (zoom);
  if (fabs (zoom - 1.0) < 0.02)
    zoom = 1.0;
  if (zoom == self->zoom)
    return;
  self->zoom = zoom;
  self->opened = FALSE;
  sb_canvas_view_changed (self);
  set_value (self->hadjustment, map_x * zoom - x);
  set_value (self->vadjustment, map_y * zoom - y);
  g_object_notify (G_OBJECT (self), "zoom");
}

void
sb_canvas_set_zoom (SbCanvas *self, double zoom)
{
  sb_canvas_set_zoom_at (self, zoom, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                         gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

void
sb_canvas_center_on (SbCanvas *self, double x, double y)
{
  set_value (self->hadjustment, x * self->zoom - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0);
  set_value (self->vadjustment, y * self->zoom - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

static void
reveal_range (GtkAdjustment *adjustment, double from, double to)
{
  double page;
  double value;

  if (adjustment == NULL)
    return;
  page = gtk_adjustment_get_page_size (adjustment);
  value = gtk_adjustment_get_value (adjustment);
  if (to - from > page)
    gtk_adjustment_set_value (adjustment, (from + to - page) / 2);
  else if (from < value)
    gtk_adjustment_set_value (adjustment, from);
  else if (to > value + page)
    gtk_adjustment_set_value (adjustment, to - page);
}

void
sb_canvas_reveal_node (SbCanvas *self, const SbNode *node)
{
  double left;
  double top;

  if (node == NULL || gtk_widget_get_height (GTK_WIDGET (self)) == 0)
    return;
  left = node->x * self->zoom;
  top = node->y * self->zoom;
  reveal_range (self->hadjustment, left - SB_CANVAS_MARGIN,
                left + node->width * self->zoom + SB_CANVAS_MARGIN);
  /* From the bottom the zoom bar hides a strip. */
  reveal_range (self->vadjustment, top - REVEAL_MARGIN,
                top + node->height * self->zoom + 3 * REVEAL_MARGIN);
}

/* --- wheel and pinch ----------------------------------------------------------------------------
 */

static void
motion_cb (SbCanvas *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
}

static gboolean
scroll_cb (SbCanvas *self, double dx, double dy, GtkEventControllerScroll *controller)
{
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if ((state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  sb_canvas_set_zoom_at (self, self->zoom * pow (ZOOM_STEP, -dy), self->pointer_x, self->pointer_y);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (SbCanvas *self)
{
  self->start_x = self->zoom;
}

static void
pinch_cb (SbCanvas *self, double scale, GtkGesture *gesture)
{
  double x = self->pointer_x;
  double y = self->pointer_y;

  gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  sb_canvas_set_zoom_at (self, self->start_x * scale, x, y);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static gboolean
key_cb (SbCanvas *self, guint key)
{
  if (key == GDK_KEY_space)
    self->space = TRUE;
  return GDK_EVENT_PROPAGATE;
}

static void
key_released_cb (SbCanvas *self, guint key)
{
  if (key == GDK_KEY_space)
    self->space = FALSE;
}

static void
focus_left_cb (SbCanvas *self)
{
  self->space = FALSE;
}

void
sb_canvas_add_view (SbCanvas *self)
{
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkWidget *widget = GTK_WIDGET (self);

  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, scroll);
  gtk_event_controller_set_propagation_phase (motion, GTK_PHASE_CAPTURE);
  g_signal_connect_object (motion, "enter", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, motion);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-released", G_CALLBACK (key_released_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, keys);
  g_signal_connect_object (focus, "leave", G_CALLBACK (focus_left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, focus);
  g_signal_connect_object (pinch, "begin", G_CALLBACK (pinch_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (pinch_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
}
