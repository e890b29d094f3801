/* sb-token-view.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-token-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-template.h"
#include "sb-words.h"

/* What stands in the buffer's text for a child anchor. */
#define ANCHOR_CHAR    0xFFFC
#define MAX_PILL_CHARS 26
#define PILL_OVERHANG  6 /* as in style.css */

struct _SbTokenView
{
  GtkTextView parent_instance;
  SbFlowModel *model;
  gboolean filling; /* changes come from the program */
  int height;       /* of all lines, as last measured */
  guint idle;
};

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GQuark token_quark;

G_DEFINE_FINAL_TYPE (SbTokenView, sb_token_view, GTK_TYPE_TEXT_VIEW)

/* What a filter does, in words; %s is what stands after its colon. Those without words are shown by
 * their name. */
static char *
describe_filter (const char *filter)
{
  static const char *const words[][2] = {
    { "money", N_ ("as money") },
    { "date", N_ ("as a date") },
    { "number", N_ ("as a number") },
    { "upper", N_ ("in capitals") },
    { "lower", N_ ("in small letters") },
    { "text", N_ ("as text") },
    { "count", N_ ("counted") },
    { "join", N_ ("joined") },
    { "first", N_ ("the first") },
    { "last", N_ ("the last") },
    { "lookup", N_ ("looked up") },
    { "round", N_ ("rounded") },
    { "trim", N_ ("trimmed") },
    { "sum", N_ ("added up") },
    { "utc", N_ ("in UTC") },
    { "required", N_ ("required") },
    { "where", N_ ("some of them") },
    { "replace", N_ ("changed") },
  };
  const char *colon = strchr (filter, ':');
  g_autofree char *name =
    colon != NULL ? g_strndup (filter, (gsize)(colon - filter)) : g_strdup (filter);
  g_autofree char *argument = g_strdup (colon != NULL ? colon + 1 : "");

  g_strstrip (name);
  g_strstrip (argument);
  g_strdelimit (argument, "\"'", ' ');
  g_strstrip (argument);
  if (strcmp (name, "map") == 0)
    return g_steal_pointer (&argument);
  if (strcmp (name, "default") == 0)
    return strcmp (argument, "null") == 0 || *argument == '\0'
             ? g_strdup (_ ("or nothing"))
             : g_strdup_printf (_ ("or %s"), argument);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i][0], name) == 0)
      return g_strdup (g_dgettext (GETTEXT_PACKAGE, words[i][1]));
  return g_steal_pointer (&name);
}

static char *
describe_filters (const char *filters)
{
  g_auto (GStrv) parts = g_strsplit (filters, "|", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *words = describe_filter (parts[i]);

      g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", words);
    }
  return g_string_free (out, FALSE);
}

static GtkWidget *
make_pill (SbTokenView *self, const char *path, const char *filters)
{
  GtkWidget *pill = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon;
  GtkWidget *label;
  const char *type = NULL;
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *comes_to = NULL;
  g_autofree char *token = g_strdup_printf ("{{%s}}", path);
  g_autoptr (SbValue) value = sb_value_new_string (token);

  name = sb_words_token (sb_flow_model_get_flow (self->model),
                         sb_flow_model_get_connectors (self->model), path, &type);
  if (filters != NULL)
    {
      g_autofree char *words = describe_filters (filters);

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
  gtk_widget_set_cursor_from_name (pill, "default");

  comes_to = sb_preview_render (sb_flow_model_get_preview (self->model), NULL, value, NULL);
  if (comes_to != NULL && *comes_to != '\0')
    gtk_widget_set_tooltip_text (pill, comes_to);
  return pill;
}

static void
insert_pill (SbTokenView *self, GtkTextIter *at, const char *path, const char *filters)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextChildAnchor *anchor = gtk_text_buffer_create_child_anchor (buffer, at);
  char *token = filters != NULL ? g_strdup_printf ("{{%s | %s}}", path, filters)
                                : g_strdup_printf ("{{%s}}", path);

  g_object_set_qdata_full (G_OBJECT (anchor), token_quark, token, g_free);
  gtk_text_view_add_child_at_anchor (GTK_TEXT_VIEW (self), make_pill (self, path, filters), anchor);
}

/**
 * sb_token_view_dup_template:
 *
 * Returns: (transfer full)
 */
char *
sb_token_view_dup_template (SbTokenView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GString *out = g_string_new (NULL);
  GtkTextIter at;

  gtk_text_buffer_get_start_iter (buffer, &at);
  while (!gtk_text_iter_is_end (&at))
    {
      gunichar c = gtk_text_iter_get_char (&at);
      GtkTextChildAnchor *anchor = gtk_text_iter_get_child_anchor (&at);
      const char *token =
        anchor != NULL ? g_object_get_qdata (G_OBJECT (anchor), token_quark) : NULL;

      if (token != NULL)
        g_string_append (out, token);
      else if (c != ANCHOR_CHAR)
        g_string_append_unichar (out, c);
      gtk_text_iter_forward_char (&at);
    }
  return g_string_free (out, FALSE);
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
  g_autoptr (SbTemplate) template = NULL;
  g_autofree char *present = sb_token_view_dup_template (self);
  GtkTextIter at;

  if (g_strcmp0 (present, text) == 0)
    return;
  self->filling = TRUE;
  gtk_text_buffer_set_text (buffer, "", -1);
  template = sb_template_new (text, NULL);
  if (template == NULL)
    gtk_text_buffer_set_text (buffer, text, -1);
  for (guint i = 0; template != NULL && i < sb_template_get_n_segments (template); i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);

      gtk_text_buffer_get_end_iter (buffer, &at);
      if (segment->path != NULL)
        insert_pill (self, &at, segment->path, segment->filters);
      else if (segment->text != NULL)
        gtk_text_buffer_insert (buffer, &at, segment->text, -1);
    }
  self->filling = FALSE;
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
  check_height (SB_TOKEN_VIEW (widget));
}

/* Pills get their size when they are first drawn, and may move what follows to the next line. */
static void
sb_token_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GTK_WIDGET_CLASS (sb_token_view_parent_class)->snapshot (widget, snapshot);
  check_height (SB_TOKEN_VIEW (widget));
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
  signals[EDITED] = g_signal_new ("edited", SB_TYPE_TOKEN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  token_quark = g_quark_from_static_string ("sb-token");
}

static void
sb_token_view_init (SbTokenView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);

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
}

GtkWidget *
sb_token_view_new (SbFlowModel *model)
{
  SbTokenView *self = g_object_new (SB_TYPE_TOKEN_VIEW, "hexpand", TRUE, NULL);

  self->model = g_object_ref (model);
  return GTK_WIDGET (self);
}
