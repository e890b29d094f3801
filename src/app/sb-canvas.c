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

#include "sb-canvas-layout.h"
#include "sb-card.h"
#include "sb-compat.h"
#include "sb-flow-edit.h"
#include "sb-words.h"

#define DOT_PITCH  24
#define EDGE_WIDTH 2.0
#define ZOOM_STEP  1.2

struct _SbCanvas
{
  GtkWidget       parent_instance;

  SbFlowModel    *model;
  SbCanvasLayout *layout;
  SbCanvasMetrics metrics;
  GHashTable     *children; /* node id → GtkWidget */
  GPtrArray      *edges;    /* of GskRenderNode, at 100 % */
  GskRenderNode  *dots;
  int             dots_width;
  int             dots_height;
  double          zoom;
};

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

/* --- children --------------------------------------------------------------------------------------- */

static void
add_clicked_cb (GtkButton *button,
                SbCanvas  *self)
{
  const SbNode *node = sb_canvas_layout_find (self->layout, gtk_widget_get_name (GTK_WIDGET (button)));

  if (node != NULL)
    g_signal_emit (self, signals[ADD], 0, node->step, node->lane, node->index, button);
}

static void
head_clicked_cb (GtkButton *button,
                 SbCanvas  *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "canvas.choose", "s",
                              gtk_widget_get_name (GTK_WIDGET (button)));
}

static GtkWidget *
make_head (SbCanvas     *self,
           const SbNode *node)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new_from_icon_name (node->kind == SB_NODE_LOOP ? "sb-loop-symbolic"
                                                                            : "sb-branch-symbolic");
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
make_child (SbCanvas     *self,
            const SbNode *node)
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
      gtk_widget_set_tooltip_text (child, _("Add a step here"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _("Add a step here"), -1);
      g_signal_connect (child, "clicked", G_CALLBACK (add_clicked_cb), self);
      break;
    }
  gtk_widget_set_name (child, node->id);
  return child;
}

static const char *
tile_kind (SbConnectors *connectors,
           SbStep       *step)
{
  return step->connector != NULL ? sb_words_kind (connectors, step->connector)
                                 : sb_step_type_to_string (step->type);
}

static void
fill_head (SbCanvas     *self,
           const SbNode *node,
           GtkWidget    *child)
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
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
fill_child (SbCanvas     *self,
            const SbNode *node,
            GtkWidget    *child)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  g_autofree char *markup = NULL;

  if (node->kind == SB_NODE_LANE || node->kind == SB_NODE_LOOP)
    fill_head (self, node, child);
  else if (node->kind == SB_NODE_TRIGGER)
    {
      markup = sb_words_trigger_markup (flow, connectors);
      sb_card_set_sentence (SB_CARD (child), sb_words_kind (connectors, flow->trigger_connector), markup);
    }
  else if (node->kind == SB_NODE_STEP)
    {
      SbStep *step = sb_flow_model_find_step (self->model, node->step);

      markup = sb_words_step_markup (flow, connectors, step);
      sb_card_set_sentence (SB_CARD (child), tile_kind (connectors, step), markup);
    }
}

static GtkWidget *
body_of (GtkWidget *child)
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
      child = body_of (g_hash_table_lookup (self->children, node->id));
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

/* --- what the record comes to -------------------------------------------------------------------- */

static void
show_trigger_result (SbCanvas *self,
                     SbCard   *card)
{
  SbValue *record = sb_flow_model_get_record_at (self->model, sb_flow_model_get_record (self->model));
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
show_step_result (SbCanvas *self,
                  SbStep   *step,
                  SbCard   *card)
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
    sb_card_set_result (card, "sb-dash-symbolic", NULL, _("Not taken by this record"));
  else if (result->verdict == SB_PREVIEW_FAILED)
    sb_card_set_result (card, "sb-status-trouble-symbolic", "sb-held", result->message);
  else if (result->verdict == SB_PREVIEW_STOPPED)
    sb_card_set_result (card, "sb-status-paused-symbolic", "sb-held", _("This record goes no further"));
  else
    {
      words = sb_preview_done_words (preview, connectors, step);
      sb_card_set_result (card, "sb-done-symbolic", "sb-done", words != NULL ? words : _("Passed"));
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

/* --- geometry --------------------------------------------------------------------------------------- */

static void
drop_edges (SbCanvas *self)
{
  g_clear_pointer (&self->edges, g_ptr_array_unref);
  g_clear_pointer (&self->dots, gsk_render_node_unref);
}

static void
lay_out (SbCanvas *self)
{
  g_clear_pointer (&self->layout, sb_canvas_layout_free);
  drop_edges (self);
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

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, (int) wanted.card_width, &minimum, &natural,
                          NULL, NULL);
      if (SB_IS_CARD (child))
        wanted.card_height = MAX (wanted.card_height, natural);
      else if (gtk_widget_has_css_class (child, "sb-head"))
        wanted.head_height = MAX (wanted.head_height, natural);
    }
  if (wanted.card_height == self->metrics.card_height && wanted.head_height == self->metrics.head_height)
    return;
  self->metrics = wanted;
  lay_out (self);
}

static void
sb_canvas_measure (GtkWidget      *widget,
                   GtkOrientation  orientation,
                   int             for_size,
                   int            *minimum,
                   int            *natural,
                   int            *minimum_baseline,
                   int            *natural_baseline)
{
  SbCanvas *self = SB_CANVAS (widget);
  double length = 0;

  measure_cards (self);
  if (self->layout != NULL)
    length = orientation == GTK_ORIENTATION_HORIZONTAL ? sb_canvas_layout_get_width (self->layout)
                                                       : sb_canvas_layout_get_height (self->layout);
  *minimum = *natural = (int) ceil (length * self->zoom);
}

/* What is narrower than the room stands in its middle. */
static double
get_offset (SbCanvas *self)
{
  double width = sb_canvas_layout_get_width (self->layout) * self->zoom;

  return MAX (0, floor ((gtk_widget_get_width (GTK_WIDGET (self)) - width) / 2));
}

static void
sb_canvas_size_allocate (GtkWidget *widget,
                         int        width,
                         int        height,
                         int        baseline)
{
  SbCanvas *self = SB_CANVAS (widget);
  double offset;

  if (self->layout == NULL)
    return;
  offset = get_offset (self);
  for (guint i = 0; i < sb_canvas_layout_get_n_nodes (self->layout); i++)
    {
      const SbNode *node = sb_canvas_layout_get_node (self->layout, i);
      GtkWidget *child = g_hash_table_lookup (self->children, node->id);
      GskTransform *transform;
      graphene_point_t at;

      at = GRAPHENE_POINT_INIT ((float) (offset + node->x * self->zoom), (float) (node->y * self->zoom));
      transform = gsk_transform_translate (NULL, &at);
      if (self->zoom != 1.0)
        transform = gsk_transform_scale (transform, (float) self->zoom, (float) self->zoom);
      gtk_widget_allocate (child, (int) round (node->width), (int) round (node->height), -1, transform);
    }
}

/* --- drawing ---------------------------------------------------------------------------------------- */

static GskRenderNode *
draw_edge (const SbEdge  *edge,
           const GdkRGBA *color)
{
  double left = MIN (edge->x0, edge->x1) - EDGE_WIDTH;
  double width = fabs (edge->x1 - edge->x0) + 2 * EDGE_WIDTH;
  double middle = (edge->y0 + edge->y1) / 2;
  graphene_rect_t bounds;
  GskRenderNode *node;
  cairo_t *cr;

  graphene_rect_init (&bounds, (float) left, (float) (edge->y0 - EDGE_WIDTH), (float) width,
                      (float) (edge->y1 - edge->y0 + 2 * EDGE_WIDTH));
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
  self->edges = g_ptr_array_new_with_free_func ((GDestroyNotify) gsk_render_node_unref);
  for (guint i = 0; i < sb_canvas_layout_get_n_edges (self->layout); i++)
    g_ptr_array_add (self->edges, draw_edge (sb_canvas_layout_get_edge (self->layout, i), &color));
}

static void
draw_dots (SbCanvas *self,
           int       width,
           int       height)
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
  graphene_rect_init (&bounds, 0, 0, (float) width, (float) height);
  self->dots = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (self->dots);
  gdk_cairo_set_source_rgba (cr, &color);
  for (int y = DOT_PITCH / 2; y < height; y += DOT_PITCH)
    for (int x = DOT_PITCH / 2; x < width; x += DOT_PITCH)
      cairo_rectangle (cr, x, y, 1.5, 1.5);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
sb_canvas_snapshot (GtkWidget   *widget,
                    GtkSnapshot *snapshot)
{
  SbCanvas *self = SB_CANVAS (widget);
  graphene_point_t origin;
  GtkWidget *child;

  if (self->layout == NULL)
    return;
  draw_dots (self, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  gtk_snapshot_append_node (snapshot, self->dots);

  /* Frames lie under the lines, cards over them. */
  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_has_css_class (child, "sb-frame"))
      gtk_widget_snapshot_child (widget, child, snapshot);

  draw_edges (self);
  origin = GRAPHENE_POINT_INIT ((float) get_offset (self), 0);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &origin);
  gtk_snapshot_scale (snapshot, (float) self->zoom, (float) self->zoom);
  for (guint i = 0; i < self->edges->len; i++)
    gtk_snapshot_append_node (snapshot, g_ptr_array_index (self->edges, i));
  gtk_snapshot_restore (snapshot);

  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (!gtk_widget_has_css_class (child, "sb-frame"))
      gtk_widget_snapshot_child (widget, child, snapshot);
}

static void
sb_canvas_css_changed (GtkWidget         *widget,
                       GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sb_canvas_parent_class)->css_changed (widget, change);
  drop_edges (SB_CANVAS (widget));
}

/* --- actions ---------------------------------------------------------------------------------------- */

void
sb_canvas_focus_chosen (SbCanvas *self)
{
  GtkWidget *child = NULL;

  if (self->model != NULL)
    child = g_hash_table_lookup (self->children, sb_flow_model_get_chosen (self->model));
  if (child != NULL)
    gtk_widget_grab_focus (body_of (child));
}

static void
choose_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  SbCanvas *self = SB_CANVAS (widget);

  if (self->model != NULL)
    sb_flow_model_set_chosen (self->model, g_variant_get_string (parameter, NULL));
}

static void
move_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
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
        node = sb_canvas_layout_move (self->layout, sb_flow_model_get_chosen (self->model), (SbMove) i);
        sb_flow_model_set_chosen (self->model, node->id);
        sb_canvas_focus_chosen (self);
      }
}

/* "" stands for the chosen card; a lane or a loop's head stand for their step. */
static char *
step_of (SbCanvas   *self,
         const char *id)
{
  const SbNode *node;

  if (self->model == NULL || self->layout == NULL)
    return NULL;
  node = sb_canvas_layout_find (self->layout, *id != '\0' ? id : sb_flow_model_get_chosen (self->model));
  return node != NULL ? g_strdup (node->step) : NULL;
}

static void
remove_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
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
duplicate_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
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

double
sb_canvas_get_zoom (SbCanvas *self)
{
  return self->zoom;
}

void
sb_canvas_set_zoom (SbCanvas *self,
                    double    zoom)
{
  zoom = sb_canvas_clamp_zoom (zoom);
  if (fabs (zoom - 1.0) < 0.02)
    zoom = 1.0;
  if (zoom == self->zoom)
    return;
  self->zoom = zoom;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
}

static void
zoom_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
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
scroll_cb (SbCanvas                 *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if ((state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  sb_canvas_set_zoom (self, self->zoom * pow (ZOOM_STEP, -dy));
  return GDK_EVENT_STOP;
}

static void
pinch_cb (SbCanvas       *self,
          double          scale,
          GtkGestureZoom *gesture)
{
  double *start = g_object_get_data (G_OBJECT (gesture), "start");

  sb_canvas_set_zoom (self, *start * scale);
}

static void
pinch_begin_cb (SbCanvas         *self,
                GdkEventSequence *sequence,
                GtkGesture       *gesture)
{
  double *start = g_new (double, 1);

  *start = self->zoom;
  g_object_set_data_full (G_OBJECT (gesture), "start", start, g_free);
}

/* --- object ----------------------------------------------------------------------------------------- */

void
sb_canvas_set_model (SbCanvas    *self,
                     SbFlowModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    {
      g_signal_connect_object (model, "changed", G_CALLBACK (rebuild), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "previewed", G_CALLBACK (show_results), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "notify::chosen", G_CALLBACK (show_chosen), self,
                               G_CONNECT_SWAPPED);
    }
  rebuild (self);
}

static void
sb_canvas_dispose (GObject *object)
{
  SbCanvas *self = SB_CANVAS (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  g_hash_table_remove_all (self->children);
  g_clear_pointer (&self->layout, sb_canvas_layout_free);
  drop_edges (self);

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
sb_canvas_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
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
sb_canvas_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
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
install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint       key;
    const char *move;
  } arrows[] = {
    { GDK_KEY_Up, "up" },          { GDK_KEY_Down, "down" },       { GDK_KEY_Left, "left" },
    { GDK_KEY_Right, "right" },    { GDK_KEY_KP_Up, "up" },        { GDK_KEY_KP_Down, "down" },
    { GDK_KEY_KP_Left, "left" },   { GDK_KEY_KP_Right, "right" },
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
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, control, "canvas.duplicate", "s", "");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus, control, "canvas.zoom-in", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_equal, control, "canvas.zoom-in", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_minus, control, "canvas.zoom-out", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_0, control, "canvas.zoom-normal", NULL);
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

  properties[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, 0.1, 10, 1,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                                 G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ADD] = g_signal_new ("add", SB_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_INT, G_TYPE_INT, GTK_TYPE_WIDGET);

  gtk_widget_class_set_css_name (widget_class, "sbcanvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  install_actions (widget_class);
}

static void
sb_canvas_init (SbCanvas *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  self->zoom = 1.0;
  self->metrics = (SbCanvasMetrics) SB_CANVAS_METRICS_INIT;
  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unparent_child);

  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  g_signal_connect_object (pinch, "begin", G_CALLBACK (pinch_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (pinch_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Map of the flow"), -1);
}
