/* sb-canvas-actions.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-canvas-private.h"
#include "sb-card.h"

/* Going about the map, by menu, key, pointer and assistive technology alike. What changes the flow
 * is in sb-canvas-edit.c. */

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
walk_cb (GtkWidget *widget, const char *name, GVariant *parameter)
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

static void
zoom_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);

  if (strcmp (name, "canvas.zoom-in") == 0)
    sb_canvas_set_zoom (self, self->zoom * ZOOM_STEP);
  else if (strcmp (name, "canvas.zoom-out") == 0)
    sb_canvas_set_zoom (self, self->zoom / ZOOM_STEP);
  else if (strcmp (name, "canvas.zoom-normal") == 0)
    sb_canvas_set_zoom (self, 1.0);
  else if (self->layout != NULL)
    sb_canvas_set_zoom (self, sb_canvas_fit_zoom (sb_canvas_layout_get_width (self->layout),
                                                  sb_canvas_layout_get_height (self->layout),
                                                  gtk_widget_get_width (widget),
                                                  gtk_widget_get_height (widget)));
}

static void
menu_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);
  GtkWidget *child = NULL;

  if (self->model != NULL)
    child = g_hash_table_lookup (self->children, sb_flow_model_get_chosen (self->model));
  if (SB_IS_CARD (child))
    sb_card_open_menu (SB_CARD (child));
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
  static const struct
  {
    guint key;
    GdkModifierType modifiers;
    const char *action;
  } keys[] = {
    { GDK_KEY_plus, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_equal, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_KP_Add, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_minus, GDK_CONTROL_MASK, "canvas.zoom-out" },
    { GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "canvas.zoom-out" },
    { GDK_KEY_0, GDK_CONTROL_MASK, "canvas.zoom-normal" },
    { GDK_KEY_9, GDK_CONTROL_MASK, "canvas.zoom-fit" },
    { GDK_KEY_Menu, 0, "canvas.menu" },
    { GDK_KEY_F10, GDK_SHIFT_MASK, "canvas.menu" },
  };

  gtk_widget_class_install_action (widget_class, "canvas.choose", "s", choose_cb);
  gtk_widget_class_install_action (widget_class, "canvas.walk", "s", walk_cb);
  gtk_widget_class_install_action (widget_class, "canvas.menu", NULL, menu_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-in", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-out", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-normal", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-fit", NULL, zoom_cb);

  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    gtk_widget_class_add_binding_action (widget_class, arrows[i].key, 0, "canvas.walk", "s",
                                         arrows[i].move);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers,
                                         keys[i].action, NULL);
}
