/* sb-canvas-actions.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "sb-canvas-private.h"
#include "sb-flow-edit.h"

/* What can be done on the map, by menu, key, pointer and assistive technology alike. */

#define ZOOM_STEP 1.2

void
sb_canvas_focus_chosen (SbCanvas *self)
{
  GtkWidget *child = NULL;

  if (self->model != NULL)
    child = g_hash_table_lookup (self->children, sb_flow_model_get_chosen (self->model));
  if (child != NULL)
    gtk_widget_grab_focus (sb_canvas_body_of (child));
}

static void
choose_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);

  if (self->model != NULL)
    sb_flow_model_set_chosen (self->model, g_variant_get_string (parameter, NULL));
}

static void
move_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const moves[] = { "up", "down", "left", "right", NULL };
  SbCanvas *self = SB_CANVAS (widget);
  const char *wanted = g_variant_get_string (parameter, NULL);
  const SbNode *node;

  if (self->layout == NULL)
    return;
  for (guint i = 0; moves[i] != NULL; i++)
    if (strcmp (moves[i], wanted) == 0)
      {
        node =
          sb_canvas_layout_move (self->layout, sb_flow_model_get_chosen (self->model), (SbMove)i);
        sb_flow_model_set_chosen (self->model, node->id);
        sb_canvas_focus_chosen (self);
      }
}

/* "" stands for the chosen card; a lane or a loop's head stand for their step. */
static char *
step_of (SbCanvas *self, const char *id)
{
  const SbNode *node;

  if (self->model == NULL || self->layout == NULL)
    return NULL;
  node =
    sb_canvas_layout_find (self->layout, *id != '\0' ? id : sb_flow_model_get_chosen (self->model));
  return node != NULL ? g_strdup (node->step) : NULL;
}

static void
remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  g_autofree char *id = step_of (self, g_variant_get_string (parameter, NULL));
  g_autoptr (SbValue) document = NULL;
  g_autoptr (GError) error = NULL;

  if (id == NULL)
    return;
  document = sb_flow_edit_remove (sb_flow_model_get_flow (self->model)->document, id);
  if (!sb_flow_model_edit (self->model, document, NULL, &error))
    gtk_widget_activate_action (widget, "win.toast", "s", error->message);
  else
    gtk_widget_activate_action (widget, "map.removed", NULL);
  sb_canvas_focus_chosen (self);
}

static void
duplicate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  g_autofree char *id = step_of (self, g_variant_get_string (parameter, NULL));
  SbValue *old = self->model != NULL ? sb_flow_model_get_flow (self->model)->document : NULL;
  g_autoptr (SbValue) document = NULL;
  g_autofree char *copy = NULL;
  g_autoptr (GError) error = NULL;

  if (id == NULL)
    return;
  document = sb_flow_edit_duplicate (old, id, &copy);
  if (!sb_flow_model_edit (self->model, document, NULL, &error))
    gtk_widget_activate_action (widget, "win.toast", "s", error->message);
  else
    sb_flow_model_set_chosen (self->model, copy);
}

static void
zoom_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  GtkWidget *room = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);

  if (strcmp (name, "canvas.zoom-in") == 0)
    sb_canvas_set_zoom (self, self->zoom * ZOOM_STEP);
  else if (strcmp (name, "canvas.zoom-out") == 0)
    sb_canvas_set_zoom (self, self->zoom / ZOOM_STEP);
  else if (strcmp (name, "canvas.zoom-normal") == 0)
    sb_canvas_set_zoom (self, 1.0);
  else if (self->layout != NULL && room != NULL)
    sb_canvas_set_zoom (self, sb_canvas_fit_zoom (sb_canvas_layout_get_width (self->layout),
                                                  sb_canvas_layout_get_height (self->layout),
                                                  gtk_widget_get_width (room),
                                                  gtk_widget_get_height (room)));
}

static gboolean
scroll_cb (SbCanvas *self, double dx, double dy, GtkEventControllerScroll *controller)
{
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if ((state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  sb_canvas_set_zoom (self, self->zoom * pow (ZOOM_STEP, -dy));
  return GDK_EVENT_STOP;
}

static void
pinch_cb (SbCanvas *self, double scale, GtkGestureZoom *gesture)
{
  double *start = g_object_get_data (G_OBJECT (gesture), "start");

  sb_canvas_set_zoom (self, *start * scale);
}

static void
pinch_begin_cb (SbCanvas *self, GdkEventSequence *sequence, GtkGesture *gesture)
{
  double *start = g_new (double, 1);

  *start = self->zoom;
  g_object_set_data_full (G_OBJECT (gesture), "start", start, g_free);
}

void
sb_canvas_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint key;
    const char *move;
  } arrows[] = {
    { GDK_KEY_Up, "up" },        { GDK_KEY_Down, "down" },      { GDK_KEY_Left, "left" },
    { GDK_KEY_Right, "right" },  { GDK_KEY_KP_Up, "up" },       { GDK_KEY_KP_Down, "down" },
    { GDK_KEY_KP_Left, "left" }, { GDK_KEY_KP_Right, "right" },
  };
  const GdkModifierType control = GDK_CONTROL_MASK;

  gtk_widget_class_install_action (widget_class, "canvas.choose", "s", choose_cb);
  gtk_widget_class_install_action (widget_class, "canvas.move", "s", move_cb);
  gtk_widget_class_install_action (widget_class, "canvas.remove", "s", remove_cb);
  gtk_widget_class_install_action (widget_class, "canvas.duplicate", "s", duplicate_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-in", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-out", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-normal", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-fit", NULL, zoom_cb);

  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    gtk_widget_class_add_binding_action (widget_class, arrows[i].key, 0, "canvas.move", "s",
                                         arrows[i].move);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "canvas.remove", "s", "");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, control, "canvas.duplicate", "s",
                                       "");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus, control, "canvas.zoom-in", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_equal, control, "canvas.zoom-in",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_minus, control, "canvas.zoom-out",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_0, control, "canvas.zoom-normal",
                                       NULL);
}

void
sb_canvas_add_gestures (SbCanvas *self)
{
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  g_signal_connect_object (pinch, "begin", G_CALLBACK (pinch_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (pinch_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
}
