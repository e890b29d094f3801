/* sb-canvas.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-canvas.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "sb-canvas-private.h"
#include "sb-card.h"

/* So that the zoom bar never hides the last +. */
#define BOTTOM_ROOM 56.0

/* A wide flow opens so that all its lanes are seen, while they can still be read. */
#define OPENING_ZOOM 0.7

enum
{
  PROP_ZOOM = 1,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

enum
{
  ADD,
  VIEW_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (SbCanvas,
                               sb_canvas,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* --- geometry -----------------------------------------------------------------------------------
 */

static double
content_width (SbCanvas *self)
{
  return self->layout != NULL ? sb_canvas_layout_get_width (self->layout) * self->zoom : 0;
}

static double
content_height (SbCanvas *self)
{
  return self->layout != NULL
           ? sb_canvas_layout_get_height (self->layout) * self->zoom + BOTTOM_ROOM
           : 0;
}

double
sb_canvas_get_left (SbCanvas *self)
{
  double room = gtk_widget_get_width (GTK_WIDGET (self)) - content_width (self);

  if (room >= 0 || self->hadjustment == NULL)
    return MAX (0, floor (room / 2));
  return -floor (gtk_adjustment_get_value (self->hadjustment));
}

double
sb_canvas_get_top (SbCanvas *self)
{
  return self->vadjustment != NULL ? -floor (gtk_adjustment_get_value (self->vadjustment)) : 0;
}

void
sb_canvas_get_view (SbCanvas *self, graphene_rect_t *view)
{
  graphene_rect_init (view, (float)(-sb_canvas_get_left (self) / self->zoom),
                      (float)(-sb_canvas_get_top (self) / self->zoom),
                      (float)(gtk_widget_get_width (GTK_WIDGET (self)) / self->zoom),
                      (float)(gtk_widget_get_height (GTK_WIDGET (self)) / self->zoom));
}

static void
configure (GtkAdjustment *adjustment, double content, double page)
{
  double value;

  if (adjustment == NULL)
    return;
  value = CLAMP (gtk_adjustment_get_value (adjustment), 0, MAX (0, content - page));
  gtk_adjustment_configure (adjustment, value, 0, MAX (content, page), page * 0.1, page * 0.9,
                            page);
}

void
sb_canvas_view_changed (SbCanvas *self)
{
  configure (self->hadjustment, content_width (self), gtk_widget_get_width (GTK_WIDGET (self)));
  configure (self->vadjustment, content_height (self), gtk_widget_get_height (GTK_WIDGET (self)));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

void
sb_canvas_lay_out (SbCanvas *self)
{
  g_clear_pointer (&self->layout, sb_canvas_layout_free);
  sb_canvas_drop_nodes (self);
  if (self->model != NULL)
    self->layout = sb_canvas_layout_new (sb_flow_model_get_flow (self->model), &self->metrics);
}

/* Cards grow with the user's font and with long sentences. */
static gboolean
measure_cards (SbCanvas *self)
{
  SbCanvasMetrics wanted = SB_CANVAS_METRICS_INIT;
  gboolean changed = FALSE;
  GHashTableIter iter;
  gpointer id;
  gpointer child;

  wanted.heights = self->metrics.heights;
  g_hash_table_iter_init (&iter, self->children);
  while (g_hash_table_iter_next (&iter, &id, &child))
    {
      gpointer before = g_hash_table_lookup (wanted.heights, id);
      int minimum;
      int natural;

      if (!SB_IS_CARD (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, (int)wanted.card_width, &minimum,
                          &natural, NULL, NULL);
      if (sb_card_is_head (child))
        wanted.head_height = MAX (wanted.head_height, natural);
      else if (GPOINTER_TO_INT (before) != natural)
        {
          g_hash_table_insert (wanted.heights, g_strdup (id), GINT_TO_POINTER (natural));
          changed = TRUE;
        }
    }
  changed |= wanted.head_height != self->metrics.head_height;
  self->metrics = wanted;
  return changed;
}

static void
sb_canvas_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  SbCanvas *self = SB_CANVAS (widget);

  if (measure_cards (self))
    sb_canvas_lay_out (self);
  *minimum = 0;
  *natural = (int)ceil (orientation == GTK_ORIENTATION_HORIZONTAL ? content_width (self)
                                                                  : content_height (self));
}

static void
allocate_children (SbCanvas *self)
{
  double left = sb_canvas_get_left (self);
  double top = sb_canvas_get_top (self);

  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child = g_hash_table_lookup (self->children, node->id);
      GskTransform *transform;
      graphene_point_t at;

      at = GRAPHENE_POINT_INIT ((float)(left + node->x * self->zoom),
                                (float)(top + node->y * self->zoom));
      transform = gsk_transform_translate (NULL, &at);
      if (self->zoom != 1.0)
        transform = gsk_transform_scale (transform, (float)self->zoom, (float)self->zoom);
      gtk_widget_allocate (child, (int)round (node->width), (int)round (node->height), -1,
                           transform);
    }
}

static void
sb_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbCanvas *self = SB_CANVAS (widget);

  if (self->layout == NULL)
    return;
  if (self->opened)
    {
      double fit = width / sb_canvas_layout_get_width (self->layout);

      self->opened = FALSE;
      self->zoom = fit < 1.0 ? MAX (fit, OPENING_ZOOM) : 1.0;
      g_object_notify (G_OBJECT (self), "zoom");
    }
  configure (self->hadjustment, content_width (self), width);
  configure (self->vadjustment, content_height (self), height);
  if (self->reveal)
    {
      self->reveal = FALSE;
      sb_canvas_reveal_node (
        self, sb_canvas_layout_find (self->layout, sb_flow_model_get_chosen (self->model)));
    }
  allocate_children (self);
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

static void
sb_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbCanvas *self = SB_CANVAS (widget);

  if (self->layout != NULL)
    sb_canvas_draw (self, snapshot);
}

static void
sb_canvas_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sb_canvas_parent_class)->css_changed (widget, change);
  sb_canvas_drop_nodes (SB_CANVAS (widget));
}

/* The focus is never out of view; what was clicked is in view and stays where it is. */
static void
sb_canvas_set_focus_child (GtkWidget *widget, GtkWidget *child)
{
  SbCanvas *self = SB_CANVAS (widget);
  const SbNode *node;

  GTK_WIDGET_CLASS (sb_canvas_parent_class)->set_focus_child (widget, child);
  if (child == NULL || self->layout == NULL || self->drag != NULL || self->panning)
    return;
  node = sb_canvas_layout_find (self->layout, gtk_widget_get_name (child));
  sb_canvas_reveal_node (self, node);
  /* What has the focus is what keys are about. */
  if (node != NULL && sb_node_is_card (node) && g_hash_table_contains (self->children, node->id))
    sb_flow_model_set_chosen (self->model, node->id);
}

/* --- what is shown ------------------------------------------------------------------------------
 */

static void
rebuild (SbCanvas *self)
{
  sb_canvas_cancel (self);
  sb_canvas_lay_out (self);
  if (self->layout == NULL)
    {
      g_hash_table_remove_all (self->children);
      return;
    }
  sb_canvas_take_children (self);
  sb_canvas_show_results (self);
  sb_canvas_show_status (self);
  sb_canvas_show_chosen (self);
  sb_canvas_update_edits (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
chosen_changed_cb (SbCanvas *self)
{
  sb_canvas_show_chosen (self);
  sb_canvas_update_edits (self);
  self->reveal = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
sb_canvas_set_model (SbCanvas *self, SbFlowModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  sb_canvas_set_status (self, NULL);
  if (model != NULL)
    {
      g_signal_connect_object (model, "changed", G_CALLBACK (rebuild), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "previewed", G_CALLBACK (sb_canvas_show_results), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "notify::chosen", G_CALLBACK (chosen_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  self->opened = TRUE;
  self->reveal = TRUE;
  if (self->vadjustment != NULL)
    gtk_adjustment_set_value (self->vadjustment, 0);
  rebuild (self);
}

void
sb_canvas_set_status (SbCanvas *self, SbMapStatus *status)
{
  g_clear_pointer (&self->status, sb_map_status_free);
  self->status = status;
  if (self->layout != NULL)
    sb_canvas_show_status (self);
}

SbCanvasLayout *
sb_canvas_get_layout (SbCanvas *self)
{
  return self->layout;
}

double
sb_canvas_get_zoom (SbCanvas *self)
{
  return self->zoom;
}

/* --- object -------------------------------------------------------------------------------------
 */

static void
scrolled_cb (SbCanvas *self)
{
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
set_adjustment (SbCanvas *self, GtkAdjustment **slot, GtkAdjustment *adjustment)
{
  if (*slot == adjustment)
    return;
  if (*slot != NULL)
    g_signal_handlers_disconnect_by_data (*slot, self);
  g_set_object (slot, adjustment);
  if (adjustment != NULL)
    g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self,
                             G_CONNECT_SWAPPED);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
sb_canvas_dispose (GObject *object)
{
  SbCanvas *self = SB_CANVAS (object);

  sb_canvas_cancel (self);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  g_hash_table_remove_all (self->children);
  g_clear_pointer (&self->layout, sb_canvas_layout_free);
  g_clear_pointer (&self->status, sb_map_status_free);
  sb_canvas_drop_nodes (self);
  set_adjustment (self, &self->hadjustment, NULL);
  set_adjustment (self, &self->vadjustment, NULL);

  G_OBJECT_CLASS (sb_canvas_parent_class)->dispose (object);
}

static void
sb_canvas_finalize (GObject *object)
{
  SbCanvas *self = SB_CANVAS (object);

  g_hash_table_unref (self->children);
  g_hash_table_unref (self->metrics.heights);

  G_OBJECT_CLASS (sb_canvas_parent_class)->finalize (object);
}

static void
sb_canvas_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbCanvas *self = SB_CANVAS (object);

  switch (prop_id)
    {
    case PROP_ZOOM:
      g_value_set_double (value, self->zoom);
      break;
    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->hadjustment);
      break;
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->vadjustment);
      break;
    case PROP_HSCROLL_POLICY:
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, GTK_SCROLL_MINIMUM);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_canvas_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SbCanvas *self = SB_CANVAS (object);

  switch (prop_id)
    {
    case PROP_ZOOM:
      sb_canvas_set_zoom (self, g_value_get_double (value));
      break;
    case PROP_HADJUSTMENT:
      set_adjustment (self, &self->hadjustment, g_value_get_object (value));
      break;
    case PROP_VADJUSTMENT:
      set_adjustment (self, &self->vadjustment, g_value_get_object (value));
      break;
    case PROP_HSCROLL_POLICY:
    case PROP_VSCROLL_POLICY:
      /* It can always be smaller than what it shows. */
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_canvas_class_init (SbCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_canvas_dispose;
  object_class->finalize = sb_canvas_finalize;
  object_class->get_property = sb_canvas_get_property;
  object_class->set_property = sb_canvas_set_property;
  widget_class->measure = sb_canvas_measure;
  widget_class->size_allocate = sb_canvas_size_allocate;
  widget_class->snapshot = sb_canvas_snapshot;
  widget_class->css_changed = sb_canvas_css_changed;
  widget_class->set_focus_child = sb_canvas_set_focus_child;

  g_object_class_install_property (
    object_class, PROP_ZOOM,
    g_param_spec_double ("zoom", NULL, NULL, 0.1, 10, 1,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
  signals[ADD] =
    g_signal_new ("add", SB_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                  G_TYPE_STRING, G_TYPE_INT, G_TYPE_INT, GTK_TYPE_WIDGET);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", SB_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "sbcanvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  sb_canvas_install_actions (widget_class);
  sb_canvas_install_edits (widget_class);
}

static void
sb_canvas_init (SbCanvas *self)
{
  self->zoom = 1.0;
  self->metrics = (SbCanvasMetrics)SB_CANVAS_METRICS_INIT;
  self->metrics.heights = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sb_canvas_forget_child);

  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  sb_canvas_add_view (self);
  sb_canvas_add_drag (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Map of the flow"), -1);
}
