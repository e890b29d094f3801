/* sb-canvas-drag.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "sb-canvas-private.h"
#include "sb-card.h"
#include "sb-flow-edit.h"

/* Dragging: a card to another place, or the ground to another part of the map. Nothing is laid out
 * anew while something is in the air: its picture is drawn over the map, and the places it may go
 * to are marked. */

/* How far from a + it still drops there, in pixels at 100 %. */
#define REACH 130.0

/* Within this of the border the map comes along, by at most so much a second. */
#define BORDER      48.0
#define SCROLL_RATE 900.0

/* --- places -------------------------------------------------------------------------------------
 */

/* Nothing goes into itself, or to where it is. */
static gboolean
leave_out (const SbNode *node, gpointer data)
{
  SbCanvas *self = data;
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  g_auto (SbPlace) place = { NULL, -1, 0 };

  if (self->drag->step == NULL)
    return FALSE;
  if (node->step != NULL && sb_flow_move_is_within (flow, node->step, self->drag->step))
    return TRUE;
  if (!sb_flow_move_find (flow, self->drag->step, &place))
    return TRUE;
  return node->lane == place.lane && g_strcmp0 (node->step, place.owner) == 0 &&
         (node->index == (int)place.index || node->index == (int)place.index + 1);
}

gboolean
sb_canvas_is_lifted (SbCanvas *self, const SbNode *node)
{
  return self->drag != NULL && self->drag->step != NULL && node->step != NULL &&
         g_hash_table_contains (self->drag->along, node->step) &&
         (node->kind != SB_NODE_ADD || leave_out (node, self));
}

static void
find_target (SbCanvas *self)
{
  SbCanvasDrag *drag = self->drag;
  double x = (drag->x - sb_canvas_get_left (self)) / self->zoom;
  double y = (drag->y - sb_canvas_get_top (self)) / self->zoom;
  const SbNode *node = NULL;

  /* Outside the map it goes back to where it came from. */
  if (gtk_widget_contains (GTK_WIDGET (self), drag->x, drag->y))
    node = sb_canvas_layout_nearest_add (self->layout, x, y, REACH, leave_out, self);
  g_free (drag->target);
  drag->target = node != NULL ? g_strdup (node->id) : NULL;
}

/* --- in the air ---------------------------------------------------------------------------------
 */

static void
drag_free (SbCanvas *self)
{
  SbCanvasDrag *drag = g_steal_pointer (&self->drag);

  if (drag->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), drag->tick);
  if (drag->keys != NULL)
    gtk_widget_remove_controller (gtk_event_controller_get_widget (drag->keys), drag->keys);
  g_clear_pointer (&drag->ghost, gsk_render_node_unref);
  g_clear_pointer (&drag->payload, sb_value_unref);
  g_clear_pointer (&drag->along, g_hash_table_unref);
  g_free (drag->step);
  g_free (drag->target);
  g_free (drag);
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_canvas_cancel (SbCanvas *self)
{
  if (self->drag != NULL)
    drag_free (self);
}

static gboolean
escape_cb (SbCanvas *self, guint key)
{
  if (key != GDK_KEY_Escape || self->drag == NULL)
    return GDK_EVENT_PROPAGATE;
  sb_canvas_cancel (self);
  return GDK_EVENT_STOP;
}

static double
pull (double at, double length)
{
  if (at < BORDER)
    return -MIN (1.0, (BORDER - at) / BORDER);
  if (at > length - BORDER)
    return MIN (1.0, (at - length + BORDER) / BORDER);
  return 0;
}

static gboolean
scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  SbCanvas *self = SB_CANVAS (widget);
  SbCanvasDrag *drag = self->drag;
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  double seconds = MIN (0.1, (double)(now - drag->time_us) / G_USEC_PER_SEC);
  double x = pull (drag->x, gtk_widget_get_width (widget));
  double y = pull (drag->y, gtk_widget_get_height (widget));

  drag->time_us = now;
  if (x == 0 && y == 0)
    return G_SOURCE_CONTINUE;
  sb_canvas_scroll_by (self, x * SCROLL_RATE * seconds, y * SCROLL_RATE * seconds);
  find_target (self);
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static GskRenderNode *
picture_of (GtkWidget *widget, double *width, double *height)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  g_autoptr (GdkPaintable) still = gdk_paintable_get_current_image (paintable);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  *width = gtk_widget_get_width (widget);
  *height = gtk_widget_get_height (widget);
  gdk_paintable_snapshot (still, GDK_SNAPSHOT (snapshot), *width, *height);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
collect_along (GHashTable *along, SbStep *step)
{
  g_hash_table_add (along, g_strdup (step->id));
  for (guint i = 0; step->steps != NULL && i < step->steps->len; i++)
    collect_along (along, g_ptr_array_index (step->steps, i));
  for (guint i = 0; step->lanes != NULL && i < step->lanes->len; i++)
    {
      SbLane *lane = g_ptr_array_index (step->lanes, i);

      for (guint j = 0; j < lane->steps->len; j++)
        collect_along (along, g_ptr_array_index (lane->steps, j));
    }
}

static void
begin (SbCanvas *self, GtkWidget *widget, const char *step_id, SbValue *payload)
{
  SbCanvasDrag *drag = g_new0 (SbCanvasDrag, 1);
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  SbStep *step = step_id != NULL ? sb_flow_model_find_step (self->model, step_id) : NULL;

  sb_canvas_cancel (self);
  self->drag = drag;
  drag->step = g_strdup (step_id);
  drag->payload = payload;
  drag->along = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (step != NULL)
    collect_along (drag->along, step);
  drag->ghost = picture_of (widget, &drag->width, &drag->height);
  drag->time_us = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (self)));
  drag->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_cb, NULL, NULL);
  drag->keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (drag->keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (drag->keys, "key-pressed", G_CALLBACK (escape_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (root, drag->keys);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
}

void
sb_canvas_drag_to (SbCanvas *self, double x, double y)
{
  if (self->drag == NULL)
    return;
  self->drag->x = x;
  self->drag->y = y;
  find_target (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_canvas_lift (SbCanvas *self, SbValue *step, GtkWidget *widget, double x, double y)
{
  if (self->layout == NULL)
    {
      sb_value_unref (step);
      return;
    }
  begin (self, widget, NULL, step);
  self->drag->grab_x = 24;
  self->drag->grab_y = self->drag->height / 2;
  sb_canvas_drag_to (self, x, y);
}

gboolean
sb_canvas_drop (SbCanvas *self)
{
  const SbNode *node = NULL;
  g_autofree char *step = NULL;
  g_autoptr (SbValue) payload = NULL;
  g_autoptr (SbValue) document = NULL;
  g_autofree char *choose = NULL;
  SbPlace place;

  if (self->drag == NULL)
    return FALSE;
  node = sb_canvas_layout_find (self->layout, self->drag->target);
  step = g_steal_pointer (&self->drag->step);
  payload = g_steal_pointer (&self->drag->payload);
  sb_canvas_cancel (self);
  if (node == NULL)
    return FALSE;

  if (payload != NULL)
    return sb_canvas_insert_step (self, node->step, node->lane, (guint)node->index, payload);
  place = (SbPlace){ node->step, node->lane, (guint)node->index };
  document = sb_flow_move (sb_flow_model_get_flow (self->model), step, &place);
  if (document == NULL)
    return FALSE;
  choose = sb_canvas_node_of_step (sb_flow_edit_find_step (document, step));
  return sb_canvas_apply (self, document, choose, NULL);
}

/* --- drawing ------------------------------------------------------------------------------------
 */

static void
draw_ring (GtkSnapshot *snapshot, double x, double y, double size, double width, GdkRGBA color)
{
  const float widths[] = { (float)width, (float)width, (float)width, (float)width };
  const GdkRGBA colors[] = { color, color, color, color };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (
    &outline,
    &GRAPHENE_RECT_INIT ((float)(x - size / 2), (float)(y - size / 2), (float)size, (float)size),
    (float)(size / 2));
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
}

static void
draw_bar (GtkSnapshot *snapshot, double x, double y, double width, double height)
{
  const GdkRGBA white = { 1, 1, 1, 1 };

  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT ((float)(x - width / 2), (float)(y - height / 2),
                                                  (float)width, (float)height));
}

static void
draw_place (SbCanvas *self, GtkSnapshot *snapshot, const SbNode *node, GdkRGBA accent)
{
  gboolean target = g_strcmp0 (node->id, self->drag->target) == 0;
  double x = sb_canvas_get_left (self) + (node->x + node->width / 2) * self->zoom;
  double y = sb_canvas_get_top (self) + (node->y + node->height / 2) * self->zoom;
  double size = SB_CANVAS_ADD_SIZE * self->zoom;

  draw_ring (snapshot, x, y, size, 2, accent);
  if (!target)
    return;
  /* A filled ring, as thick as it is wide, and a halo around it. */
  draw_ring (snapshot, x, y, size + 4, size / 2 + 2, accent);
  accent.alpha = 0.25f;
  draw_ring (snapshot, x, y, size + 20, 8, accent);
  draw_bar (snapshot, x, y, size / 2, 2);
  draw_bar (snapshot, x, y, 2, size / 2);
}

static void
draw_ghost (SbCanvas *self, GtkSnapshot *snapshot, GdkRGBA accent)
{
  SbCanvasDrag *drag = self->drag;
  GskRoundedRect outline;
  graphene_rect_t bounds;
  const float widths[] = { 2, 2, 2, 2 };
  const GdkRGBA colors[] = { accent, accent, accent, accent };

  graphene_rect_init (&bounds, 0, 0, (float)drag->width, (float)drag->height);
  gsk_rounded_rect_init_from_rect (&outline, &bounds, 12);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float)round (drag->x), (float)round (drag->y)));
  gtk_snapshot_scale (snapshot, (float)self->zoom, (float)self->zoom);
  gtk_snapshot_translate (
    snapshot, &GRAPHENE_POINT_INIT (-(float)round (drag->grab_x), -(float)round (drag->grab_y)));
  if (drag->ghost != NULL)
    gtk_snapshot_append_node (snapshot, drag->ghost);
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
  gtk_snapshot_restore (snapshot);
}

void
sb_canvas_draw_drag (SbCanvas *self, GtkSnapshot *snapshot)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA accent = { 0.21f, 0.52f, 0.89f, 1 };
  graphene_rect_t view;

  gtk_style_context_lookup_color (style, "accent_bg_color", &accent);
  sb_canvas_get_view (self, &view);
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);

      if (node->kind == SB_NODE_ADD &&
          graphene_rect_contains_point (&view,
                                        &GRAPHENE_POINT_INIT ((float)node->x, (float)node->y)) &&
          !leave_out (node, self))
        draw_place (self, snapshot, node, accent);
    }
  draw_ghost (self, snapshot, accent);
}

/* --- gestures -----------------------------------------------------------------------------------
 */

/* The child of the canvas under a point; NULL for the ground. */
static GtkWidget *
pick_child (SbCanvas *self, double x, double y, GtkWidget **picked)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  *picked = widget;
  while (widget != NULL && gtk_widget_get_parent (widget) != GTK_WIDGET (self))
    widget = gtk_widget_get_parent (widget);
  return widget != NULL && !gtk_widget_has_css_class (widget, "sb-frame") ? widget : NULL;
}

static void
begin_pan (SbCanvas *self)
{
  self->panning = TRUE;
  self->start_x = self->hadjustment != NULL ? gtk_adjustment_get_value (self->hadjustment) : 0;
  self->start_y = self->vadjustment != NULL ? gtk_adjustment_get_value (self->vadjustment) : 0;
}

static void
drag_begin_cb (SbCanvas *self, double x, double y, GtkGesture *gesture)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  GtkWidget *picked = NULL;
  GtkWidget *child = self->layout != NULL ? pick_child (self, x, y, &picked) : NULL;

  self->panning = FALSE;
  self->lift = NULL;
  if (self->layout == NULL || (button != GDK_BUTTON_PRIMARY && button != GDK_BUTTON_MIDDLE))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  if (button == GDK_BUTTON_MIDDLE || self->space)
    {
      begin_pan (self);
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
    }
  else if (child == NULL)
    begin_pan (self);
  else if (SB_IS_CARD (child) && !sb_card_is_on_menu (SB_CARD (child), picked) &&
           g_strcmp0 (gtk_widget_get_name (child), "trigger") != 0)
    self->lift = child;
  else
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
}

static void
lift (SbCanvas *self, GtkGesture *gesture, double x, double y)
{
  GtkWidget *child = g_steal_pointer (&self->lift);
  const SbNode *node = sb_canvas_layout_find (self->layout, gtk_widget_get_name (child));

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (node == NULL || node->step == NULL)
    return;
  begin (self, child, node->step, NULL);
  self->drag->grab_x = (x - sb_canvas_get_left (self)) / self->zoom - node->x;
  self->drag->grab_y = (y - sb_canvas_get_top (self)) / self->zoom - node->y;
}

static void
drag_update_cb (SbCanvas *self, double dx, double dy, GtkGesture *gesture)
{
  double x = 0;
  double y = 0;

  gtk_gesture_drag_get_start_point (GTK_GESTURE_DRAG (gesture), &x, &y);
  if (self->panning)
    {
      if (gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int)dx, (int)dy))
        gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
      if (self->hadjustment != NULL)
        gtk_adjustment_set_value (self->hadjustment, self->start_x - dx);
      if (self->vadjustment != NULL)
        gtk_adjustment_set_value (self->vadjustment, self->start_y - dy);
      return;
    }
  if (self->lift != NULL && gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int)dx, (int)dy))
    lift (self, gesture, x, y);
  sb_canvas_drag_to (self, x + dx, y + dy);
}

static void
drag_end_cb (SbCanvas *self)
{
  self->panning = FALSE;
  self->lift = NULL;
  if (sb_canvas_drop (self))
    sb_canvas_focus_chosen (self);
}

static void
drag_cancel_cb (SbCanvas *self)
{
  self->panning = FALSE;
  self->lift = NULL;
  sb_canvas_cancel (self);
}

void
sb_canvas_add_drag (SbCanvas *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  /* Before the buttons of the cards; it takes the pointer from them once it is drawn along. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "cancel", G_CALLBACK (drag_cancel_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
