/* sb-bar-area.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-bar-area.h"

#include "sb-compat.h"

#define BAR_HEIGHT    110
#define NATURAL_WIDTH 280
#define AXIS_GAP      4

/* --- one bar
 * ------------------------------------------------------------------------------------------ */

#define SB_TYPE_BAR (sb_bar_get_type ())
G_DECLARE_FINAL_TYPE (SbBar, sb_bar, SB, BAR, GtkButton)

struct _SbBar
{
  GtkButton parent_instance;

  double lower;
  double upper;
  PangoLayout *label; /* (nullable) */
};

struct _SbBarArea
{
  GtkWidget parent_instance;

  GPtrArray *bars; /* of SbBar, owned as children */
  guint n_filled;  /* of them, since sb_bar_area_begin() */
  guint current;   /* where Tab goes */
  double top;
  PangoLayout *top_label;
  GtkWidget *lower_color; /* borrowed */
  GtkWidget *upper_color;
};

enum
{
  CHOSEN,
  POINTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbBar, sb_bar, GTK_TYPE_BUTTON)
G_DEFINE_FINAL_TYPE (SbBarArea, sb_bar_area, GTK_TYPE_WIDGET)

static void
draw_part (SbBar *self, GtkSnapshot *snapshot, GtkWidget *colored, double from, double to)
{
  SbBarArea *area = SB_BAR_AREA (gtk_widget_get_parent (GTK_WIDGET (self)));
  float width = (float)gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float)gtk_widget_get_height (GTK_WIDGET (self));
  float gap = width > 8 ? 2 : width > 4 ? 1 : 0;
  float y0 = height - (float)(to / area->top) * height;
  float y1 = height - (float)(from / area->top) * height;
  graphene_rect_t rect;
  GskRoundedRect rounded;
  GdkRGBA color;

  if (to <= from || colored == NULL)
    return;
  /* Something is never nothing: a single run among thousands is still a line. */
  if (y1 - y0 < 2)
    y0 = y1 - 2;
  sb_compat_get_color (colored, &color);
  graphene_rect_init (&rect, gap, y0, MAX (width - 2 * gap, 1), y1 - y0);
  gsk_rounded_rect_init_from_rect (&rounded, &rect, MIN (2, width / 4));
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, &color, &rect);
  gtk_snapshot_pop (snapshot);
}

static void
sb_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbBar *self = SB_BAR (widget);
  SbBarArea *area = SB_BAR_AREA (gtk_widget_get_parent (widget));

  if (area->top <= 0)
    return;
  draw_part (self, snapshot, area->lower_color, 0, self->lower);
  draw_part (self, snapshot, area->upper_color, self->lower, self->lower + self->upper);
}

static int
find_bar (SbBarArea *area, GtkWidget *bar)
{
  guint index = 0;

  return g_ptr_array_find (area->bars, bar, &index) ? (int)index : -1;
}

static void
sb_bar_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GtkWidget *area = gtk_widget_get_parent (widget);
  /* Not GTK_STATE_FLAG_FOCUS_VISIBLE, which GTK takes away again after three seconds. */
  GtkStateFlags pointed = GTK_STATE_FLAG_PRELIGHT | GTK_STATE_FLAG_FOCUSED;
  GtkStateFlags now = gtk_widget_get_state_flags (widget);

  GTK_WIDGET_CLASS (sb_bar_parent_class)->state_flags_changed (widget, before);
  if (area == NULL || (before & pointed) == (now & pointed))
    return;
  g_signal_emit (area, signals[POINTED], 0,
                 (now & pointed) != 0 ? find_bar (SB_BAR_AREA (area), widget) : -1);
}

static void
sb_bar_finalize (GObject *object)
{
  g_clear_object (&SB_BAR (object)->label);

  G_OBJECT_CLASS (sb_bar_parent_class)->finalize (object);
}

static void
sb_bar_class_init (SbBarClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = sb_bar_snapshot;
  GTK_WIDGET_CLASS (klass)->state_flags_changed = sb_bar_state_flags_changed;
  G_OBJECT_CLASS (klass)->finalize = sb_bar_finalize;
}

static void
sb_bar_init (SbBar *self)
{
}

/* --- bars
 * --------------------------------------------------------------------------------------------- */

static void
clicked_cb (SbBarArea *self, GtkWidget *bar)
{
  int index = find_bar (self, bar);

  if (index < 0)
    return;
  self->current = (guint)index;
  g_signal_emit (self, signals[CHOSEN], 0, (guint)index);
}

void
sb_bar_area_begin (SbBarArea *self)
{
  self->n_filled = 0;
}

static SbBar *
make_bar (SbBarArea *self)
{
  SbBar *bar = g_object_new (SB_TYPE_BAR, NULL);

  gtk_widget_add_css_class (GTK_WIDGET (bar), "flat");
  gtk_widget_add_css_class (GTK_WIDGET (bar), "sb-bar");
  g_signal_connect_object (bar, "clicked", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (GTK_WIDGET (bar), GTK_WIDGET (self));
  g_ptr_array_add (self->bars, bar);
  self->current = self->bars->len - 1;
  return bar;
}

void
sb_bar_area_add (SbBarArea *self, double lower, double upper, const char *label, const char *words)
{
  SbBar *bar = self->n_filled < self->bars->len ? g_ptr_array_index (self->bars, self->n_filled)
                                                : make_bar (self);

  self->n_filled++;
  bar->lower = lower;
  bar->upper = upper;
  g_clear_object (&bar->label);
  if (label != NULL)
    bar->label = gtk_widget_create_pango_layout (GTK_WIDGET (self), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (bar));
}

static void
drop_bars (SbBarArea *self, guint n)
{
  while (self->bars->len > n)
    gtk_widget_unparent (g_ptr_array_steal_index (self->bars, self->bars->len - 1));
  self->current = MIN (self->current, MAX (n, 1) - 1);
}

void
sb_bar_area_end (SbBarArea *self, double top, const char *words)
{
  drop_bars (self, self->n_filled);
  self->top = top;
  g_clear_object (&self->top_label);
  self->top_label = gtk_widget_create_pango_layout (GTK_WIDGET (self), words);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
sb_bar_area_set_colors (SbBarArea *self, GtkWidget *lower, GtkWidget *upper)
{
  self->lower_color = lower;
  self->upper_color = upper;
}

/* --- geometry
 * ------------------------------------------------------------------------------------------ */

static int
get_line_height (SbBarArea *self)
{
  int height = 0;

  if (self->top_label != NULL)
    pango_layout_get_pixel_size (self->top_label, NULL, &height);
  return height;
}

static void
sb_bar_area_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  SbBarArea *self = SB_BAR_AREA (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = BAR_HEIGHT + 2 * (get_line_height (self) + AXIS_GAP);
  else
    {
      *minimum = (int)self->bars->len;
      *natural = MAX (*minimum, NATURAL_WIDTH);
    }
}

static void
sb_bar_area_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbBarArea *self = SB_BAR_AREA (widget);
  int line = get_line_height (self) + AXIS_GAP;
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  guint n = self->bars->len;

  for (guint i = 0; i < n; i++)
    {
      guint place = rtl ? n - 1 - i : i;
      int x0 = (int)(place * (guint)width / n);
      int x1 = (int)((place + 1) * (guint)width / n);
      GtkAllocation box = { x0, line, MAX (x1 - x0, 1), MAX (height - 2 * line, 1) };

      gtk_widget_size_allocate (g_ptr_array_index (self->bars, i), &box, -1);
    }
}

static void
draw_line (SbBarArea *self, GtkSnapshot *snapshot, float y)
{
  GdkRGBA color;

  sb_compat_get_color (GTK_WIDGET (self), &color);
  color.alpha *= 0.2f;
  gtk_snapshot_append_color (
    snapshot, &color,
    &GRAPHENE_RECT_INIT (0, y, (float)gtk_widget_get_width (GTK_WIDGET (self)), 1));
}

static void
draw_text (SbBarArea *self, GtkSnapshot *snapshot, PangoLayout *layout, float x, float y)
{
  GdkRGBA color;

  sb_compat_get_color (GTK_WIDGET (self), &color);
  color.alpha *= 0.68f;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

/* Below the middle of the bar, but not over the edge. */
static void
draw_bar_label (SbBarArea *self, GtkSnapshot *snapshot, SbBar *bar)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  graphene_rect_t box;
  int text_width = 0;
  int x;

  if (bar->label == NULL || !gtk_widget_compute_bounds (GTK_WIDGET (bar), GTK_WIDGET (self), &box))
    return;
  pango_layout_get_pixel_size (bar->label, &text_width, NULL);
  x = (int)(box.origin.x + box.size.width / 2) - text_width / 2;
  draw_text (self, snapshot, bar->label, (float)CLAMP (x, 0, MAX (width - text_width, 0)),
             (float)(height - get_line_height (self)));
}

static void
sb_bar_area_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbBarArea *self = SB_BAR_AREA (widget);
  int line = get_line_height (self) + AXIS_GAP;
  int height = gtk_widget_get_height (widget);

  if (self->top_label != NULL)
    {
      int text_width = 0;

      pango_layout_get_pixel_size (self->top_label, &text_width, NULL);
      draw_text (self, snapshot, self->top_label,
                 gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL
                   ? (float)(gtk_widget_get_width (widget) - text_width)
                   : 0,
                 0);
    }
  draw_line (self, snapshot, (float)(line - 1));
  for (guint i = 0; i < self->bars->len; i++)
    {
      gtk_widget_snapshot_child (widget, g_ptr_array_index (self->bars, i), snapshot);
      draw_bar_label (self, snapshot, g_ptr_array_index (self->bars, i));
    }
  draw_line (self, snapshot, (float)(height - line));
}

/* --- keys
 * --------------------------------------------------------------------------------------------- */

static gboolean
focus_bar (SbBarArea *self, int index)
{
  if (index < 0 || index >= (int)self->bars->len)
    return FALSE;
  self->current = (guint)index;
  return gtk_widget_grab_focus (g_ptr_array_index (self->bars, (guint)index));
}

static gboolean
sb_bar_area_focus (GtkWidget *widget, GtkDirectionType direction)
{
  SbBarArea *self = SB_BAR_AREA (widget);
  int ahead = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? -1 : 1;

  if (gtk_widget_get_focus_child (widget) == NULL)
    return focus_bar (self, (int)self->current);
  if (direction == GTK_DIR_RIGHT)
    return focus_bar (self, (int)self->current + ahead);
  if (direction == GTK_DIR_LEFT)
    return focus_bar (self, (int)self->current - ahead);
  return FALSE;
}

static gboolean
end_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  SbBarArea *self = SB_BAR_AREA (widget);

  return focus_bar (self, g_variant_get_boolean (args) ? (int)self->bars->len - 1 : 0);
}

static void
sb_bar_area_dispose (GObject *object)
{
  SbBarArea *self = SB_BAR_AREA (object);

  drop_bars (self, 0);
  g_clear_object (&self->top_label);

  G_OBJECT_CLASS (sb_bar_area_parent_class)->dispose (object);
}

static void
sb_bar_area_finalize (GObject *object)
{
  g_ptr_array_unref (SB_BAR_AREA (object)->bars);

  G_OBJECT_CLASS (sb_bar_area_parent_class)->finalize (object);
}

static void
sb_bar_area_class_init (SbBarAreaClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_bar_area_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_bar_area_finalize;
  widget_class->measure = sb_bar_area_measure;
  widget_class->size_allocate = sb_bar_area_size_allocate;
  widget_class->snapshot = sb_bar_area_snapshot;
  widget_class->focus = sb_bar_area_focus;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, end_cb, "b", FALSE);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, end_cb, "b", TRUE);
  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_BAR_AREA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[POINTED] = g_signal_new ("pointed", SB_TYPE_BAR_AREA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
sb_bar_area_init (SbBarArea *self)
{
  self->bars = g_ptr_array_new ();
}
