/* sb-token-transfer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-token-drag.h"
#include "sb-token-view-private.h"

/* Pills between fields: the clipboard and what is dragged. Both carry the template's text, so that
 * a pill stays one wherever it goes within the window, and is text elsewhere. */

typedef char SbTokenText;

static SbTokenText *
copy_text (SbTokenText *text)
{
  return g_strdup (text);
}

G_DEFINE_BOXED_TYPE (SbTokenText, sb_token_text, copy_text, g_free)

/* The field a drag began in: GTK does not tell a drop of its own selections whose they were. */
static GWeakRef drag_source;

/* --- clipboard
 * ------------------------------------------------------------------------------------ */

static gboolean
copy_selection (SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *text = NULL;
  GtkTextIter start;
  GtkTextIter end;

  if (!gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    return FALSE;
  text = sb_token_view_dup_range (self, &start, &end);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  return TRUE;
}

static void
copy_clipboard (GtkTextView *view)
{
  copy_selection (SB_TOKEN_VIEW (view));
}

static void
cut_clipboard (GtkTextView *view)
{
  if (copy_selection (SB_TOKEN_VIEW (view)))
    gtk_text_buffer_delete_selection (gtk_text_view_get_buffer (view), TRUE, TRUE);
}

static void
put_at_cursor (SbTokenView *self, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter at;

  self->filling = TRUE;
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
  sb_token_view_insert_template (self, &at, text);
  self->filling = FALSE;
  sb_token_view_emit_edited (self);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self), gtk_text_buffer_get_insert (buffer));
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbTokenView) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  /* The field may have gone meanwhile. */
  if (text != NULL && gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    put_at_cursor (self, text);
}

static void
paste_clipboard (GtkTextView *view)
{
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (view)), NULL, pasted_cb,
                                 g_object_ref (view));
}

void
sb_token_view_class_init_transfer (GtkTextViewClass *klass)
{
  klass->copy_clipboard = copy_clipboard;
  klass->cut_clipboard = cut_clipboard;
  klass->paste_clipboard = paste_clipboard;
}

/* --- drag
 * ----------------------------------------------------------------------------------------- */

static void
get_iter_at (SbTokenView *self, double x, double y, GtkTextIter *at)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  int buffer_x;
  int buffer_y;
  int trailing = 0;

  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_WIDGET, (int)x, (int)y, &buffer_x,
                                         &buffer_y);
  gtk_text_view_get_iter_at_position (view, at, &trailing, buffer_x, buffer_y);
  gtk_text_iter_forward_chars (at, trailing);
}

static GdkContentProvider *
make_content (const char *text)
{
  GValue value = G_VALUE_INIT;
  GdkContentProvider *content;

  g_value_init (&value, SB_TYPE_TOKEN_TEXT);
  g_value_set_boxed (&value, text);
  content = gdk_content_provider_new_for_value (&value);
  g_value_unset (&value);
  return content;
}

static void
set_drag_icon (GtkDragSource *source, GtkWidget *widget)
{
  g_autoptr (GdkPaintable) icon = gtk_widget_paintable_new (widget);
  g_autoptr (GdkPaintable) still = gdk_paintable_get_current_image (icon);

  gtk_drag_source_set_icon (source, still, 0, 0);
}

static GdkContentProvider *
pill_prepare_cb (GtkDragSource *source, double x, double y, GtkTextChildAnchor *anchor)
{
  GtkWidget *pill = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  GtkWidget *view = gtk_widget_get_ancestor (pill, SB_TYPE_TOKEN_VIEW);
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *text = NULL;

  if (view == NULL || gtk_text_child_anchor_get_deleted (anchor))
    return NULL;
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_get_iter_at_child_anchor (buffer, &start, anchor);
  end = start;
  gtk_text_iter_forward_char (&end);
  text = sb_token_view_dup_range (SB_TOKEN_VIEW (view), &start, &end);
  sb_token_view_select_anchor (SB_TOKEN_VIEW (view), anchor);
  g_weak_ref_set (&drag_source, view);
  set_drag_icon (source, pill);
  return make_content (text);
}

void
sb_token_view_add_drag (GtkWidget *pill, GtkTextChildAnchor *anchor, GtkGesture *click)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE | GDK_ACTION_COPY);
  g_signal_connect_object (source, "prepare", G_CALLBACK (pill_prepare_cb), anchor, 0);
  gtk_widget_add_controller (pill, GTK_EVENT_CONTROLLER (source));
  /* A press may become either. */
  gtk_gesture_group (GTK_GESTURE (source), click);
}

/* A selection is dragged with its pills; GTK's own way would leave them behind. */
static GdkContentProvider *
selection_prepare_cb (GtkDragSource *source, double x, double y, SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *text = NULL;
  GtkTextIter start;
  GtkTextIter end;
  GtkTextIter at;

  get_iter_at (self, x, y, &at);
  if (!gtk_text_buffer_get_selection_bounds (buffer, &start, &end) ||
      !gtk_text_iter_in_range (&at, &start, &end))
    return NULL;
  gtk_gesture_set_state (GTK_GESTURE (source), GTK_EVENT_SEQUENCE_CLAIMED);
  text = sb_token_view_dup_range (self, &start, &end);
  g_weak_ref_set (&drag_source, self);
  return make_content (text);
}

static GdkContentProvider *
text_prepare_cb (GtkDragSource *source, double x, double y, gpointer data)
{
  SbTokenDragFunc func = (SbTokenDragFunc)g_object_get_data (G_OBJECT (source), "sb-text");
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  g_autofree char *path = func (widget);
  g_autofree char *text = NULL;

  if (path == NULL)
    return NULL;
  text = g_strdup_printf ("{{%s}}", path);
  g_weak_ref_set (&drag_source, NULL);
  set_drag_icon (source, widget);
  return make_content (text);
}

void
sb_token_drag_add (GtkWidget *widget, SbTokenDragFunc func)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_object_set_data (G_OBJECT (source), "sb-text", (gpointer)func);
  g_signal_connect (source, "prepare", G_CALLBACK (text_prepare_cb), NULL);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (source));
}

/* --- drop
 * ----------------------------------------------------------------------------------------- */

static void
clear_drop (SbTokenView *self)
{
  if (self->drop == NULL)
    return;
  gtk_text_buffer_delete_mark (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), self->drop);
  self->drop = NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static GdkDragAction
drop_motion_cb (GtkDropTarget *target, double x, double y, SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GdkDrop *drop = gtk_drop_target_get_current_drop (target);
  g_autoptr (SbTokenView) source = g_weak_ref_get (&drag_source);
  GtkTextIter at;

  get_iter_at (self, x, y, &at);
  if (self->drop == NULL)
    self->drop = gtk_text_buffer_create_mark (buffer, NULL, &at, TRUE);
  else
    gtk_text_buffer_move_mark (buffer, self->drop, &at);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return source != NULL && drop != NULL && (gdk_drop_get_actions (drop) & GDK_ACTION_MOVE) != 0
           ? GDK_ACTION_MOVE
           : GDK_ACTION_COPY;
}

/* What was moved goes where it came from. */
static void
take_away (SbTokenView *source)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (source));
  GtkTextIter start;
  GtkTextIter end;

  if (gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    gtk_text_buffer_delete (buffer, &start, &end);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GdkDrop *drop = gtk_drop_target_get_current_drop (target);
  g_autoptr (SbTokenView) source = g_weak_ref_get (&drag_source);
  gboolean moves =
    source != NULL && drop != NULL && (gdk_drop_get_actions (drop) & GDK_ACTION_MOVE) != 0;
  const char *text = g_value_get_boxed (value);
  GtkTextMark *place;
  GtkTextIter at;
  GtkTextIter start;
  GtkTextIter end;

  get_iter_at (self, x, y, &at);
  clear_drop (self);
  /* Let go where it is: nothing moves. */
  if (moves && source == self && gtk_text_buffer_get_selection_bounds (buffer, &start, &end) &&
      gtk_text_iter_compare (&at, &start) >= 0 && gtk_text_iter_compare (&at, &end) <= 0)
    return TRUE;

  place = gtk_text_buffer_create_mark (buffer, NULL, &at, TRUE);
  self->filling = TRUE;
  if (moves && source == self)
    take_away (self);
  gtk_text_buffer_get_iter_at_mark (buffer, &at, place);
  gtk_text_buffer_delete_mark (buffer, place);
  sb_token_view_insert_template (self, &at, text);
  gtk_text_buffer_place_cursor (buffer, &at);
  self->filling = FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  sb_token_view_emit_edited (self);
  if (moves && source != self)
    take_away (source);
  g_weak_ref_set (&drag_source, NULL);
  return TRUE;
}

static void
drop_leave_cb (GtkDropTarget *target, SbTokenView *self)
{
  clear_drop (self);
}

void
sb_token_view_init_transfer (SbTokenView *self)
{
  GtkDropTarget *target =
    gtk_drop_target_new (SB_TYPE_TOKEN_TEXT, GDK_ACTION_COPY | GDK_ACTION_MOVE);
  GtkDragSource *source = gtk_drag_source_new ();

  /* Before the view's own, which knows of text only. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect_object (target, "enter", G_CALLBACK (drop_motion_cb), self, 0);
  g_signal_connect_object (target, "motion", G_CALLBACK (drop_motion_cb), self, 0);
  g_signal_connect_object (target, "leave", G_CALLBACK (drop_leave_cb), self, 0);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE | GDK_ACTION_COPY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (source), GTK_PHASE_CAPTURE);
  g_signal_connect_object (source, "prepare", G_CALLBACK (selection_prepare_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
}
