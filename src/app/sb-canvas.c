/* sb-canvas.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-canvas.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "sb-canvas-private.h"
#include "sb-card.h"
#include "sb-words.h"

/* So that the zoom bar never hides the last +. */
#define BOTTOM_ROOM 48

enum
{
  PROP_ZOOM = 1,
  N_PROPS
};

enum
{
  ADD,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbCanvas, sb_canvas, GTK_TYPE_WIDGET)

/* --- children
 * --------------------------------------------------------------------------------------- */

static void
add_clicked_cb (GtkButton *button, SbCanvas *self)
{
  const SbNode *node =
    sb_canvas_layout_find (self->layout, gtk_widget_get_name (GTK_WIDGET (button)));

  if (node != NULL)
    g_signal_emit (self, signals[ADD], 0, node->step, node->lane, node->index, button);
}

static void
head_clicked_cb (GtkButton *button, SbCanvas *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "canvas.choose", "s",
                              gtk_widget_get_name (GTK_WIDGET (button)));
}

static GtkWidget *
make_head (SbCanvas *self, const SbNode *node)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new_from_icon_name (
    node->kind == SB_NODE_LOOP ? "sb-loop-symbolic" : "sb-branch-symbolic");
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 14);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "sb-head");
  g_signal_connect (button, "clicked", G_CALLBACK (head_clicked_cb), self);
  return button;
}

static GtkWidget *
make_child (SbCanvas *self, const SbNode *node)
{
  GtkWidget *child;

  switch (node->kind)
    {
    case SB_NODE_TRIGGER:
    case SB_NODE_STEP:
      child = sb_card_new (node->id, node->kind == SB_NODE_STEP);
      break;
    case SB_NODE_LANE:
    case SB_NODE_LOOP:
      child = make_head (self, node);
      break;
    case SB_NODE_FRAME:
      child = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      gtk_widget_add_css_class (child, "sb-frame");
      gtk_widget_set_can_target (child, FALSE);
      break;
    case SB_NODE_ADD:
    default:
      child = gtk_button_new_from_icon_name ("sb-add-symbolic");
      gtk_widget_add_css_class (child, "sb-add");
      gtk_widget_set_tooltip_text (child, _ ("Add a step here"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Add a step here"), -1);
      g_signal_connect (child, "clicked", G_CALLBACK (add_clicked_cb), self);
      break;
    }
  gtk_widget_set_name (child, node->id);
  return child;
}

static const char *
tile_kind (SbConnectors *connectors, SbStep *step)
{
  return step->connector != NULL ? sb_words_kind (connectors, step->connector)
                                 : sb_step_type_to_string (step->type);
}

static void
fill_head (SbCanvas *self, const SbNode *node, GtkWidget *child)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbStep *step = sb_flow_model_find_step (self->model, node->step);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_button_get_child (GTK_BUTTON (child)));
  GtkWidget *label = gtk_widget_get_next_sibling (icon);
  g_autofree char *markup = NULL;
  g_autofree char *spoken = NULL;

  if (step == NULL)
    return;
  markup = node->kind == SB_NODE_LANE ? sb_words_lane_markup (flow, connectors, step, node->lane)
                                      : sb_words_step_markup (flow, connectors, step);
  spoken = sb_words_plain (markup);
  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_widget_set_visible (icon, node->kind == SB_NODE_LOOP || node->lane == 0);
  gtk_widget_set_tooltip_text (child, spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  -1);
}

static void
fill_child (SbCanvas *self, const SbNode *node, GtkWidget *child)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  g_autofree char *markup = NULL;

  if (node->kind == SB_NODE_LANE || node->kind == SB_NODE_LOOP)
    fill_head (self, node, child);
  else if (node->kind == SB_NODE_TRIGGER)
    {
      markup = sb_words_trigger_markup (flow, connectors);
      sb_card_set_sentence (SB_CARD (child), sb_words_kind (connectors, flow->trigger_connector),
                            markup);
    }
  else if (node->kind == SB_NODE_STEP)
    {
      SbStep *step = sb_flow_model_find_step (self->model, node->step);

      markup = sb_words_step_markup (flow, connectors, step);
      sb_card_set_sentence (SB_CARD (child), tile_kind (connectors, step), markup);
    }
}

GtkWidget *
sb_canvas_body_of (GtkWidget *child)
{
  return SB_IS_CARD (child) ? sb_card_get_body (SB_CARD (child)) : child;
}

/* Lets a screen reader walk the flow from card to card. */
static void
relate (SbCanvas *self)
{
  GtkWidget *previous = NULL;

  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child;

      if (!sb_node_is_card (node))
        continue;
      child = sb_canvas_body_of (g_hash_table_lookup (self->children, node->id));
      if (previous != NULL)
        gtk_accessible_update_relation (GTK_ACCESSIBLE (previous), GTK_ACCESSIBLE_RELATION_FLOW_TO,
                                        child, NULL, -1);
      previous = child;
    }
}

static void
unparent_child (gpointer data)
{
  gtk_widget_unparent (data);
}

/* Children of nodes that stay are kept, with their focus; they are put in the order of the page. */
static void
take_children (SbCanvas *self)
{
  g_autoptr (GHashTable) old = g_steal_pointer (&self->children);

  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unparent_child);
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      gpointer key = NULL;
      gpointer child = NULL;

      if (!g_hash_table_steal_extended (old, node->id, &key, &child))
        {
          key = g_strdup (node->id);
          child = make_child (self, node);
        }
      gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
      g_hash_table_insert (self->children, key, child);
      fill_child (self, node, child);
    }
}

/* --- what the record comes to --------------------------------------------------------------------
 */

static void
show_trigger_result (SbCanvas *self, SbCard *card)
{
  SbValue *record =
    sb_flow_model_get_record_at (self->model, sb_flow_model_get_record (self->model));
  g_autofree char *title = NULL;
  const char *note = NULL;
  g_autofree char *text = NULL;

  if (record == NULL)
    {
      sb_card_set_result (card, "sb-bell-symbolic", NULL, "");
      return;
    }
  title = sb_preview_record_title (sb_flow_model_get_flow (self->model),
                                   sb_flow_model_get_connectors (self->model), record);
  if (sb_value_get_member (record, "body") != NULL)
    note = sb_value_get_string (record, "note");
  text = note != NULL && *note != '\0' ? g_strdup_printf ("%s, %s", title, note) : g_strdup (title);
  sb_card_set_result (card, "sb-bell-symbolic", NULL, text);
}

static void
show_step_result (SbCanvas *self, SbStep *step, SbCard *card)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbPreview *preview = sb_flow_model_get_preview (self->model);
  const SbProblem *problem = sb_flow_model_find_problem (self->model, step->id, NULL);
  const SbStepPreview *result = sb_preview_get (preview, step->id);
  g_autofree char *words = NULL;

  sb_card_set_taken (card, result != NULL || problem != NULL);
  if (problem != NULL)
    sb_card_set_result (card, "sb-status-trouble-symbolic", "sb-trouble", problem->message);
  else if (result == NULL)
    sb_card_set_result (card, "sb-dash-symbolic", NULL, _ ("Not taken by this record"));
  else if (result->verdict == SB_PREVIEW_FAILED)
    sb_card_set_result (card, "sb-status-trouble-symbolic", "sb-held", result->message);
  else if (result->verdict == SB_PREVIEW_STOPPED)
    sb_card_set_result (card, "sb-status-paused-symbolic", "sb-held",
                        _ ("This record goes no further"));
  else
    {
      words = sb_preview_done_words (preview, connectors, step);
      sb_card_set_result (card, "sb-done-symbolic", "sb-done",
                          words != NULL ? words : _ ("Passed"));
    }
}

static void
show_results (SbCanvas *self)
{
  for (guint i = 0; self->layout != NULL && i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child = g_hash_table_lookup (self->children, node->id);
      SbStep *step = sb_flow_model_find_step (self->model, node->step);

      if (node->kind == SB_NODE_TRIGGER)
        show_trigger_result (self, SB_CARD (child));
      else if (node->kind == SB_NODE_STEP && step != NULL)
        show_step_result (self, step, SB_CARD (child));
    }
}

static void reveal_chosen (SbCanvas *self);
static void show_chosen (SbCanvas *self);

static void
chosen_changed_cb (SbCanvas *self)
{
  show_chosen (self);
  reveal_chosen (self);
}

static void
show_chosen (SbCanvas *self)
{
  const char *chosen = sb_flow_model_get_chosen (self->model);
  GHashTableIter iter;
  gpointer id;
  gpointer child;

  g_hash_table_iter_init (&iter, self->children);
  while (g_hash_table_iter_next (&iter, &id, &child))
    {
      gboolean is_chosen = g_strcmp0 (id, chosen) == 0;

      if (SB_IS_CARD (child))
        sb_card_set_chosen (child, is_chosen);
      else if (is_chosen)
        gtk_widget_add_css_class (child, "chosen");
      else
        gtk_widget_remove_css_class (child, "chosen");
    }
}

/* --- geometry
 * --------------------------------------------------------------------------------------- */

static void
lay_out (SbCanvas *self)
{
  g_clear_pointer (&self->layout, sb_canvas_layout_free);
  sb_canvas_drop_nodes (self);
  if (self->model != NULL)
    self->layout = sb_canvas_layout_new (sb_flow_model_get_flow (self->model), &self->metrics);
}

static void
rebuild (SbCanvas *self)
{
  lay_out (self);
  if (self->layout == NULL)
    {
      g_hash_table_remove_all (self->children);
      return;
    }
  take_children (self);
  relate (self);
  show_results (self);
  show_chosen (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Cards grow with the user's font: all are as high as the highest needs to be. */
static void
measure_cards (SbCanvas *self)
{
  SbCanvasMetrics wanted = SB_CANVAS_METRICS_INIT;
  GHashTableIter iter;
  gpointer child;

  g_hash_table_iter_init (&iter, self->children);
  while (g_hash_table_iter_next (&iter, NULL, &child))
    {
      int minimum;
      int natural;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, (int)wanted.card_width, &minimum,
                          &natural, NULL, NULL);
      if (SB_IS_CARD (child))
        wanted.card_height = MAX (wanted.card_height, natural);
      else if (gtk_widget_has_css_class (child, "sb-head"))
        wanted.head_height = MAX (wanted.head_height, natural);
    }
  if (wanted.card_height == self->metrics.card_height &&
      wanted.head_height == self->metrics.head_height)
    return;
  self->metrics = wanted;
  lay_out (self);
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
  double length = 0;

  measure_cards (self);
  if (self->layout != NULL)
    length = orientation == GTK_ORIENTATION_HORIZONTAL ? sb_canvas_layout_get_width (self->layout)
                                                       : sb_canvas_layout_get_height (self->layout);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    length += BOTTOM_ROOM;
  *minimum = *natural = (int)ceil (length * self->zoom);
}

static void
reveal_range (GtkAdjustment *adjustment, double from, double to)
{
  double page = gtk_adjustment_get_page_size (adjustment);
  double value = gtk_adjustment_get_value (adjustment);

  if (from >= value && to <= value + page)
    return;
  /* What is larger than the view is shown from its middle. */
  gtk_adjustment_set_value (adjustment, (from + to - page) / 2);
}

static gboolean
reveal_cb (gpointer data)
{
  SbCanvas *self = data;
  GtkWidget *room = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  const SbNode *node = NULL;

  self->idle = 0;
  self->reveal = FALSE;
  if (self->model != NULL && self->layout != NULL)
    node = sb_canvas_layout_find (self->layout, sb_flow_model_get_chosen (self->model));
  if (node == NULL || room == NULL)
    return G_SOURCE_REMOVE;
  reveal_range (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (room)),
                sb_canvas_get_offset (self) + (node->x - SB_CANVAS_MARGIN) * self->zoom,
                sb_canvas_get_offset (self) +
                  (node->x + node->width + SB_CANVAS_MARGIN) * self->zoom);
  reveal_range (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (room)),
                (node->y - SB_CANVAS_MARGIN) * self->zoom,
                (node->y + node->height + SB_CANVAS_MARGIN) * self->zoom);
  return G_SOURCE_REMOVE;
}

static void
reveal_chosen (SbCanvas *self)
{
  self->reveal = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
sb_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbCanvas *self = SB_CANVAS (widget);
  double offset;

  if (self->layout == NULL)
    return;
  offset = sb_canvas_get_offset (self);
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child = g_hash_table_lookup (self->children, node->id);
      GskTransform *transform;
      graphene_point_t at;

      at =
        GRAPHENE_POINT_INIT ((float)(offset + node->x * self->zoom), (float)(node->y * self->zoom));
      transform = gsk_transform_translate (NULL, &at);
      if (self->zoom != 1.0)
        transform = gsk_transform_scale (transform, (float)self->zoom, (float)self->zoom);
      gtk_widget_allocate (child, (int)round (node->width), (int)round (node->height), -1,
                           transform);
    }
  if (self->reveal && self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 25, reveal_cb, self, NULL);
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

double
sb_canvas_get_zoom (SbCanvas *self)
{
  return self->zoom;
}

void
sb_canvas_set_zoom (SbCanvas *self, double zoom)
{
  zoom = sb_canvas_clamp_zoom (zoom);
  if (fabs (zoom - 1.0) < 0.02)
    zoom = 1.0;
  if (zoom == self->zoom)
    return;
  self->zoom = zoom;
  self->reveal = TRUE;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
}

/* --- object
 * ----------------------------------------------------------------------------------------- */

void
sb_canvas_set_model (SbCanvas *self, SbFlowModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    {
      g_signal_connect_object (model, "changed", G_CALLBACK (rebuild), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "previewed", G_CALLBACK (show_results), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "notify::chosen", G_CALLBACK (chosen_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  rebuild (self);
  reveal_chosen (self);
}

static void
sb_canvas_dispose (GObject *object)
{
  SbCanvas *self = SB_CANVAS (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_object (&self->model);
  g_hash_table_remove_all (self->children);
  g_clear_pointer (&self->layout, sb_canvas_layout_free);
  sb_canvas_drop_nodes (self);

  G_OBJECT_CLASS (sb_canvas_parent_class)->dispose (object);
}

static void
sb_canvas_finalize (GObject *object)
{
  SbCanvas *self = SB_CANVAS (object);

  g_hash_table_unref (self->children);

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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_canvas_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ZOOM:
      sb_canvas_set_zoom (SB_CANVAS (object), g_value_get_double (value));
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

  properties[PROP_ZOOM] =
    g_param_spec_double ("zoom", NULL, NULL, 0.1, 10, 1,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ADD] =
    g_signal_new ("add", SB_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                  G_TYPE_STRING, G_TYPE_INT, G_TYPE_INT, GTK_TYPE_WIDGET);

  gtk_widget_class_set_css_name (widget_class, "sbcanvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  sb_canvas_install_actions (widget_class);
}

static void
sb_canvas_init (SbCanvas *self)
{
  self->zoom = 1.0;
  self->metrics = (SbCanvasMetrics)SB_CANVAS_METRICS_INIT;
  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unparent_child);

  sb_canvas_add_gestures (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Map of the flow"), -1);
}
