/* sb-token-view.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-token-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-filter-chain.h"
#include "sb-format-popover.h"
#include "sb-formats.h"
#include "sb-template.h"
#include "sb-token-view-private.h"
#include "sb-words.h"

/* What stands in the buffer's text for a child anchor. */
#define ANCHOR_CHAR    0xFFFC
#define MAX_PILL_CHARS 26
#define PILL_OVERHANG  6 /* as in style.css */

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GQuark token_quark;

G_DEFINE_FINAL_TYPE (SbTokenView, sb_token_view, GTK_TYPE_TEXT_VIEW)

static void insert_pill (SbTokenView *self, GtkTextIter *at, const char *path, const char *filters);

static const char *
get_token (GtkTextIter *at)
{
  GtkTextChildAnchor *anchor = gtk_text_iter_get_child_anchor (at);

  return anchor != NULL ? g_object_get_qdata (G_OBJECT (anchor), token_quark) : NULL;
}

void
sb_token_view_select_anchor (SbTokenView *self, GtkTextChildAnchor *anchor)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_iter_at_child_anchor (buffer, &start, anchor);
  end = start;
  gtk_text_iter_forward_char (&end);
  gtk_text_buffer_select_range (buffer, &end, &start);
}

/* --- format menu
 * ---------------------------------------------------------------------------------- */

static gboolean
drop_popover_cb (gpointer data)
{
  GtkWidget *popover = data;

  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

static void
popover_closed_cb (SbTokenView *self)
{
  GtkWidget *popover = g_steal_pointer (&self->popover);

  if (popover == NULL)
    return;
  /* Not while it is being closed. */
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, drop_popover_cb, g_object_ref (popover),
                   g_object_unref);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* The chosen pill, with other filters: it is made anew in its place and stays chosen. */
static void
format_changed_cb (SbTokenView *self, const char *filters)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *path = NULL;
  GtkTextIter start;
  GtkTextIter end;

  if (!gtk_text_buffer_get_selection_bounds (buffer, &start, &end) || get_token (&start) == NULL)
    return;
  path = g_strdup (g_object_get_data (G_OBJECT (self->popover), "path"));
  self->filling = TRUE;
  gtk_text_buffer_delete (buffer, &start, &end);
  insert_pill (self, &start, path, filters);
  end = start;
  gtk_text_iter_backward_char (&start);
  gtk_text_buffer_select_range (buffer, &end, &start);
  self->filling = FALSE;
  sb_token_view_emit_edited (self);
}

static void
open_format (SbTokenView *self, GtkTextChildAnchor *anchor)
{
  const char *token = g_object_get_qdata (G_OBJECT (anchor), token_quark);
  g_autoptr (SbTemplate) template = token != NULL ? sb_template_new (token, NULL) : NULL;
  const SbSegment *segment = template != NULL ? sb_template_get_segment (template, 0) : NULL;
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextIter at;
  GdkRectangle place;

  if (segment == NULL || segment->path == NULL || self->popover != NULL)
    return;
  sb_token_view_select_anchor (self, anchor);
  gtk_text_buffer_get_iter_at_child_anchor (gtk_text_view_get_buffer (view), &at, anchor);
  gtk_text_view_get_iter_location (view, &at, &place);
  gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, place.x, place.y, &place.x,
                                         &place.y);
  self->popover =
    sb_format_popover_new (self->model, self->step_id, segment->path, segment->filters);
  g_object_set_data_full (G_OBJECT (self->popover), "path", g_strdup (segment->path), g_free);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &place);
  g_signal_connect_object (self->popover, "changed", G_CALLBACK (format_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->popover, "closed", G_CALLBACK (popover_closed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

/**
 * sb_token_view_format:
 * @near: whether a pill beside the cursor will do, not only one that is chosen
 *
 * Opens the format menu of the pill at the cursor.
 *
 * Returns: FALSE where there is none
 */
gboolean
sb_token_view_format (SbTokenView *self, gboolean near)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;

  if (gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    {
      if (gtk_text_iter_get_offset (&end) - gtk_text_iter_get_offset (&start) != 1)
        return FALSE;
    }
  else if (!near || (get_token (&start) == NULL && !gtk_text_iter_backward_char (&start)))
    return FALSE;
  if (get_token (&start) == NULL)
    return FALSE;
  open_format (self, gtk_text_iter_get_child_anchor (&start));
  return TRUE;
}

static void
pill_pressed_cb (GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
pill_released_cb (GtkGesture *gesture, int n, double x, double y, GtkTextChildAnchor *anchor)
{
  GtkWidget *pill = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  GtkWidget *view = gtk_widget_get_ancestor (pill, SB_TYPE_TOKEN_VIEW);

  if (view == NULL || gtk_text_child_anchor_get_deleted (anchor))
    return;
  gtk_widget_grab_focus (view);
  open_format (SB_TOKEN_VIEW (view), anchor);
}

/* --- pills
 * ---------------------------------------------------------------------------------------- */

static GtkWidget *
make_pill (SbTokenView *self, const char *path, const char *filters)
{
  GtkWidget *pill =
    g_object_new (GTK_TYPE_BOX, "spacing", 6, "accessible-role", GTK_ACCESSIBLE_ROLE_BUTTON, NULL);
  GtkWidget *icon;
  GtkWidget *label;
  const char *type = NULL;
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *comes_to = NULL;

  name = sb_words_token (sb_flow_model_get_flow (self->model),
                         sb_flow_model_get_connectors (self->model), path, &type);
  if (filters != NULL)
    {
      g_autofree char *words = sb_filter_chain_words (filters);

      /* Translators: a value and what is done with it: "Total, as money" */
      shown = g_strdup_printf (_ ("%s, %s"), name, words);
    }
  icon = gtk_image_new_from_icon_name (sb_words_type_icon (type));
  label = gtk_label_new (shown != NULL ? shown : name);
  /* A text view gives its children their smallest size, so only long names may be cut. */
  if (g_utf8_strlen (gtk_label_get_label (GTK_LABEL (label)), -1) > MAX_PILL_CHARS)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label), MAX_PILL_CHARS - 4);
      gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_PILL_CHARS - 4);
    }
  gtk_box_append (GTK_BOX (pill), icon);
  gtk_box_append (GTK_BOX (pill), label);
  gtk_widget_add_css_class (pill, "sb-pill");
  gtk_widget_set_cursor_from_name (pill, "pointer");
  gtk_accessible_update_property (GTK_ACCESSIBLE (pill), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_label (GTK_LABEL (label)), -1);

  comes_to = sb_formats_render (self->model, self->step_id, path, filters, NULL);
  if (comes_to != NULL && *comes_to != '\0')
    {
      g_autofree char *tooltip =
        g_strdup_printf (_ ("%s\n%s\nClick to choose how it is written"),
                         gtk_label_get_label (GTK_LABEL (label)), comes_to);

      gtk_widget_set_tooltip_text (pill, tooltip);
    }
  return pill;
}

static void
insert_pill (SbTokenView *self, GtkTextIter *at, const char *path, const char *filters)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextChildAnchor *anchor = gtk_text_buffer_create_child_anchor (buffer, at);
  char *token = filters != NULL ? g_strdup_printf ("{{%s | %s}}", path, filters)
                                : g_strdup_printf ("{{%s}}", path);
  GtkWidget *pill = make_pill (self, path, filters);
  GtkGesture *click = gtk_gesture_click_new ();

  g_object_set_qdata_full (G_OBJECT (anchor), token_quark, token, g_free);
  g_signal_connect (click, "pressed", G_CALLBACK (pill_pressed_cb), NULL);
  g_signal_connect_object (click, "released", G_CALLBACK (pill_released_cb), anchor, 0);
  gtk_widget_add_controller (pill, GTK_EVENT_CONTROLLER (click));
  sb_token_view_add_drag (pill, anchor, click);
  gtk_text_view_add_child_at_anchor (GTK_TEXT_VIEW (self), pill, anchor);
}

char *
sb_token_view_dup_range (SbTokenView *self, GtkTextIter *start, GtkTextIter *end)
{
  GString *out = g_string_new (NULL);
  GtkTextIter at = *start;

  while (gtk_text_iter_compare (&at, end) < 0)
    {
      gunichar c = gtk_text_iter_get_char (&at);
      const char *token = get_token (&at);

      if (token != NULL)
        g_string_append (out, token);
      else if (c != ANCHOR_CHAR)
        g_string_append_unichar (out, c);
      gtk_text_iter_forward_char (&at);
    }
  return g_string_free (out, FALSE);
}

void
sb_token_view_insert_template (SbTokenView *self, GtkTextIter *at, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autoptr (SbTemplate) template = sb_template_new (text, NULL);

  if (template == NULL)
    gtk_text_buffer_insert (buffer, at, text, -1);
  for (guint i = 0; template != NULL && i < sb_template_get_n_segments (template); i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);

      if (segment->path != NULL)
        insert_pill (self, at, segment->path, segment->filters);
      else if (segment->text != NULL)
        gtk_text_buffer_insert (buffer, at, segment->text, -1);
    }
}

void
sb_token_view_emit_edited (SbTokenView *self)
{
  g_signal_emit (self, signals[EDITED], 0);
}

/**
 * sb_token_view_dup_template:
 *
 * Returns: (transfer full)
 */
char *
sb_token_view_dup_template (SbTokenView *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), &start, &end);
  return sb_token_view_dup_range (self, &start, &end);
}

/**
 * sb_token_view_set_template:
 *
 * Shows @text; what is no template (a brace typed by hand is half of one) is shown as it is.
 */
void
sb_token_view_set_template (SbTokenView *self, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *present = sb_token_view_dup_template (self);
  GtkTextIter at;

  if (g_strcmp0 (present, text) == 0)
    return;
  if (self->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->popover));
  self->filling = TRUE;
  gtk_text_buffer_set_text (buffer, "", -1);
  gtk_text_buffer_get_end_iter (buffer, &at);
  sb_token_view_insert_template (self, &at, text);
  self->filling = FALSE;
}

/**
 * sb_token_view_set_step:
 *
 * What pills show is what they come to where @step_id stands, which is what "item" depends on.
 */
void
sb_token_view_set_step (SbTokenView *self, const char *step_id)
{
  g_free (self->step_id);
  self->step_id = g_strdup (step_id);
}

void
sb_token_view_insert_token (SbTokenView *self, const char *path)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter at;

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
  self->filling = TRUE;
  insert_pill (self, &at, path, NULL);
  self->filling = FALSE;
  gtk_text_buffer_end_user_action (buffer);
  g_signal_emit (self, signals[EDITED], 0);
}

/* The height of every line at the present width. A GtkTextView finds out about it bit by bit while
 * it is shown, too late for the field to be as high as its text. */
static int
measure_lines (SbTokenView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  int height = gtk_text_view_get_top_margin (view) + gtk_text_view_get_bottom_margin (view);
  int n_lines = gtk_text_buffer_get_line_count (buffer);

  for (int i = 0; i < n_lines; i++)
    {
      GdkRectangle first;
      GdkRectangle last;
      GtkTextIter at;
      int y;
      int range;

      gtk_text_buffer_get_iter_at_line (buffer, &at, i);
      gtk_text_view_get_iter_location (view, &at, &first);
      if (!gtk_text_iter_ends_line (&at))
        gtk_text_iter_forward_to_line_end (&at);
      gtk_text_view_get_iter_location (view, &at, &last);
      /* Where a line ends in a pill, the cursor after it is lower than the pill; where it was not
       * laid out yet, the range is that of before. */
      gtk_text_view_get_line_yrange (view, &at, &y, &range);
      height += MAX (last.y + last.height - first.y, range);
    }
  return height;
}

/* Pills hang a little below the line they stand on, to be level with its text. */
static int
measure_overhang (SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter at;

  gtk_text_buffer_get_end_iter (buffer, &at);
  while (gtk_text_iter_backward_char (&at))
    if (gtk_text_iter_get_child_anchor (&at) != NULL)
      return PILL_OVERHANG;
  return 0;
}

static gboolean
resize_cb (gpointer data)
{
  SbTokenView *self = data;

  self->idle = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
sb_token_view_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  SbTokenView *self = SB_TOKEN_VIEW (widget);

  GTK_WIDGET_CLASS (sb_token_view_parent_class)
    ->measure (widget, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  if (orientation != GTK_ORIENTATION_VERTICAL)
    return;
  if (gtk_widget_get_width (widget) > 0)
    self->height = measure_lines (self) + measure_overhang (self);
  if (self->height > 0)
    *minimum = *natural = self->height;
}

static void
check_height (SbTokenView *self)
{
  if (self->idle == 0 && measure_lines (self) + measure_overhang (self) != self->height)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, resize_cb, self, NULL);
}

static void
sb_token_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (sb_token_view_parent_class)->size_allocate (widget, width, height, baseline);
  if (SB_TOKEN_VIEW (widget)->popover != NULL)
    gtk_popover_present (GTK_POPOVER (SB_TOKEN_VIEW (widget)->popover));
  check_height (SB_TOKEN_VIEW (widget));
}

/* Pills get their size when they are first drawn, and may move what follows to the next line. */
static void
sb_token_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GTK_WIDGET_CLASS (sb_token_view_parent_class)->snapshot (widget, snapshot);
  check_height (SB_TOKEN_VIEW (widget));
}

/* Where what is dragged would go. */
static void
sb_token_view_snapshot_layer (GtkTextView *view, GtkTextViewLayer layer, GtkSnapshot *snapshot)
{
  SbTokenView *self = SB_TOKEN_VIEW (view);
  GtkTextIter at;
  GdkRectangle place;
  GdkRGBA color;

  if (layer != GTK_TEXT_VIEW_LAYER_ABOVE_TEXT || self->drop == NULL)
    return;
  gtk_text_buffer_get_iter_at_mark (gtk_text_view_get_buffer (view), &at, self->drop);
  gtk_text_view_get_iter_location (view, &at, &place);
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  gtk_snapshot_append_color (
    snapshot, &color,
    &GRAPHENE_RECT_INIT ((float)place.x - 1, (float)place.y, 2, (float)MAX (place.height, 16)));
}

/* A chosen pill shows that it is. */
static void
show_selection (SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;
  GtkTextIter at;

  gtk_text_buffer_get_selection_bounds (buffer, &start, &end);
  gtk_text_buffer_get_start_iter (buffer, &at);
  do
    {
      GtkTextChildAnchor *anchor = gtk_text_iter_get_child_anchor (&at);
      guint n = 0;
      GtkWidget **pills = anchor != NULL ? gtk_text_child_anchor_get_widgets (anchor, &n) : NULL;

      if (n > 0 && gtk_text_iter_in_range (&at, &start, &end))
        gtk_widget_add_css_class (pills[0], "chosen");
      else if (n > 0)
        gtk_widget_remove_css_class (pills[0], "chosen");
      g_free (pills);
    }
  while (gtk_text_iter_forward_char (&at));
}

static void
mark_set_cb (SbTokenView *self, GtkTextIter *at, GtkTextMark *mark, GtkTextBuffer *buffer)
{
  if (mark == gtk_text_buffer_get_insert (buffer) ||
      mark == gtk_text_buffer_get_selection_bound (buffer))
    show_selection (self);
}

/* Left and right choose a pill on the way, so that Enter can open its menu and Delete take it out;
 * the next press goes past it. */
static gboolean
move_by_pill (SbTokenView *self, gboolean back)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;
  GtkTextIter at;

  if (gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    {
      if (get_token (&start) == NULL ||
          gtk_text_iter_get_offset (&end) - gtk_text_iter_get_offset (&start) != 1)
        return FALSE;
      gtk_text_buffer_place_cursor (buffer, back ? &start : &end);
      return TRUE;
    }
  at = start;
  if (back && !gtk_text_iter_backward_char (&at))
    return FALSE;
  if (get_token (&at) == NULL)
    return FALSE;
  sb_token_view_select_anchor (self, gtk_text_iter_get_child_anchor (&at));
  return TRUE;
}

static gboolean
key_cb (SbTokenView *self, guint key, guint code, GdkModifierType state)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  gboolean plain =
    (state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) == 0;

  if (plain && (key == GDK_KEY_Left || key == GDK_KEY_KP_Left))
    return move_by_pill (self, !rtl);
  if (plain && (key == GDK_KEY_Right || key == GDK_KEY_KP_Right))
    return move_by_pill (self, rtl);
  if ((plain && key == GDK_KEY_Menu) || (key == GDK_KEY_F10 && (state & GDK_SHIFT_MASK) != 0))
    return sb_token_view_format (self, TRUE);
  if (plain && (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter))
    return sb_token_view_format (self, FALSE);
  return GDK_EVENT_PROPAGATE;
}

static void
changed_cb (SbTokenView *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  if (!self->filling)
    g_signal_emit (self, signals[EDITED], 0);
}

static void
sb_token_view_dispose (GObject *object)
{
  SbTokenView *self = SB_TOKEN_VIEW (object);

  self->filling = TRUE;
  g_clear_handle_id (&self->idle, g_source_remove);
  if (self->popover != NULL)
    gtk_widget_unparent (g_steal_pointer (&self->popover));
  g_clear_pointer (&self->step_id, g_free);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_token_view_parent_class)->dispose (object);
}

static void
sb_token_view_class_init (SbTokenViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_token_view_dispose;
  widget_class->measure = sb_token_view_measure;
  widget_class->size_allocate = sb_token_view_size_allocate;
  widget_class->snapshot = sb_token_view_snapshot;
  GTK_TEXT_VIEW_CLASS (klass)->snapshot_layer = sb_token_view_snapshot_layer;
  sb_token_view_class_init_transfer (GTK_TEXT_VIEW_CLASS (klass));
  signals[EDITED] = g_signal_new ("edited", SB_TYPE_TOKEN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  token_quark = g_quark_from_static_string ("sb-token");
}

static void
sb_token_view_init (SbTokenView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_left_margin (view, 8);
  gtk_text_view_set_right_margin (view, 4);
  gtk_text_view_set_top_margin (view, 8);
  gtk_text_view_set_bottom_margin (view, 8);
  gtk_text_view_set_pixels_inside_wrap (view, 4);
  /* Undo is the flow's: one history for fields and cards. */
  gtk_text_buffer_set_enable_undo (buffer, FALSE);
  g_signal_connect_object (buffer, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "mark-set", G_CALLBACK (mark_set_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  sb_token_view_init_transfer (self);
}

GtkWidget *
sb_token_view_new (SbFlowModel *model)
{
  SbTokenView *self = g_object_new (SB_TYPE_TOKEN_VIEW, "hexpand", TRUE, NULL);

  self->model = g_object_ref (model);
  return GTK_WIDGET (self);
}
