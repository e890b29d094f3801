/* bench-map.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <math.h>

#include "bench.h"
#include "sb-canvas.h"
#include "sb-flow-edit.h"
#include "sb-paths.h"

/* How long a frame of the real map takes with 200 cards on it, drawn in software: while a card is
 * drawn about, while the wheel zooms, while the map is scrolled from end to end. */

#define N_CARDS  200
#define N_FRAMES 240

typedef struct
{
  SbCanvas *canvas;
  GtkAdjustment *vadjustment;
  GArray *costs; /* of double, ms */
  const char *name;
  guint frame;
  gint64 begun_us;
  gint64 first_us;
  gint64 last_us;
  gboolean done;
} Bench;

/* --- a flow of 200 cards ------------------------------------------------------------------------
 */

static SbValue *
make_action (guint number)
{
  SbValue *step = sb_value_new_object ();
  SbValue *fields = sb_value_new_object ();
  g_autofree char *id = g_strdup_printf ("tell-%u", number);

  sb_value_set_string (fields, "channel", "#packing");
  sb_value_set_string (fields, "text", "Order {{trigger.name}} for {{trigger.email}}");
  sb_value_set_string (step, "id", id);
  sb_value_set_string (step, "type", "action");
  sb_value_set_string (step, "connector", "slack");
  sb_value_set_string (step, "action", "post-message");
  sb_value_set (step, "fields", fields);
  return step;
}

static SbValue *
make_actions (guint *number, guint count)
{
  SbValue *steps = sb_value_new_array ();

  for (guint i = 0; i < count; i++)
    sb_value_append (steps, make_action ((*number)++));
  return steps;
}

static SbValue *
make_branch (guint *number)
{
  SbValue *step = sb_value_new_object ();
  SbValue *lanes = sb_value_new_array ();
  g_autofree char *id = g_strdup_printf ("way-%u", *number);

  for (guint i = 0; i < 2; i++)
    {
      SbValue *lane = sb_value_new_object ();
      SbValue *condition = sb_value_new_object ();

      sb_value_set_string (lane, "name", i == 0 ? "Paid" : "Otherwise");
      sb_value_set_string (condition, "value", "{{trigger.financial_status}}");
      sb_value_set_string (condition, "is", "equals");
      sb_value_set_string (condition, "to", "paid");
      if (i == 0)
        sb_value_set (lane, "condition", condition);
      else
        sb_value_unref (condition);
      sb_value_set (lane, "steps", make_actions (number, 2));
      sb_value_append (lanes, lane);
    }
  sb_value_set_string (step, "id", id);
  sb_value_set_string (step, "type", "branch");
  sb_value_set (step, "lanes", lanes);
  return step;
}

static SbValue *
make_loop (guint *number)
{
  SbValue *step = sb_value_new_object ();
  g_autofree char *id = g_strdup_printf ("each-%u", *number);

  sb_value_set_string (step, "id", id);
  sb_value_set_string (step, "type", "for-each");
  sb_value_set_string (step, "list", "{{trigger.line_items}}");
  sb_value_set (step, "steps", make_actions (number, 3));
  return step;
}

static SbFlow *
make_flow (GError **error)
{
  g_autoptr (SbValue) document = sb_flow_edit_new ("Two hundred", "shopify", "order-paid");
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbValue *steps = sb_value_new_array ();
  guint number = 0;
  SbFlow *flow;

  while (number + 10 <= N_CARDS)
    {
      sb_value_append (steps, make_action (number++));
      sb_value_append (steps, make_branch (&number));
      sb_value_append (steps, make_action (number++));
      sb_value_append (steps, make_loop (&number));
      sb_value_append (steps, make_action (number++));
    }
  while (number < N_CARDS)
    sb_value_append (steps, make_action (number++));
  sb_value_set (document, "steps", steps);
  flow = sb_flow_parse (document, problems);
  if (flow == NULL)
    sb_problems_to_error (problems, "The flow of the bench", error);
  return flow;
}

/* --- what is done on each frame -----------------------------------------------------------------
 */

static void
drag_frame (Bench *bench)
{
  double width = gtk_widget_get_width (GTK_WIDGET (bench->canvas));
  double height = gtk_widget_get_height (GTK_WIDGET (bench->canvas));
  double turn = 2 * G_PI * bench->frame / 60;

  if (bench->frame == 0)
    sb_canvas_lift (bench->canvas, make_action (10 * N_CARDS), GTK_WIDGET (bench->canvas), 0, 0);
  /* A circle that reaches into the border, where the map comes along. */
  sb_canvas_drag_to (bench->canvas, width / 2 + cos (turn) * width / 3,
                     height * 0.55 + sin (turn) * height * 0.42);
  if (bench->frame == N_FRAMES - 1)
    sb_canvas_cancel (bench->canvas);
}

static void
zoom_frame (Bench *bench)
{
  sb_canvas_set_zoom (bench->canvas, 0.7 + 0.5 * sin (2 * G_PI * bench->frame / 120));
}

static void
scroll_frame (Bench *bench)
{
  double upper = gtk_adjustment_get_upper (bench->vadjustment) -
                 gtk_adjustment_get_page_size (bench->vadjustment);

  gtk_adjustment_set_value (bench->vadjustment, upper * bench->frame / N_FRAMES);
}

/* --- measuring ----------------------------------------------------------------------------------
 */

static void
before_cb (GdkFrameClock *clock, Bench *bench)
{
  bench->begun_us = g_get_monotonic_time ();
}

static void
after_cb (GdkFrameClock *clock, Bench *bench)
{
  gint64 now = g_get_monotonic_time ();
  double cost = (double)(now - bench->begun_us) / 1000;

  if (bench->frame == 0 || bench->done)
    return;
  if (bench->costs->len == 0)
    bench->first_us = bench->begun_us;
  bench->last_us = now;
  g_array_append_val (bench->costs, cost);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Bench *bench = data;

  if (bench->frame == N_FRAMES)
    {
      bench->done = TRUE;
      return G_SOURCE_REMOVE;
    }
  if (bench->name[0] == 'd')
    drag_frame (bench);
  else if (bench->name[0] == 'z')
    zoom_frame (bench);
  else
    scroll_frame (bench);
  bench->frame += 1;
  return G_SOURCE_CONTINUE;
}

static int
compare_cb (gconstpointer a, gconstpointer b)
{
  const double *first = a;
  const double *second = b;

  return *first < *second ? -1 : *first > *second;
}

static void
add_figure (SbValue *figures, const char *name, const char *what, double number)
{
  g_autofree char *key = g_strdup_printf ("map_%s_%s", name, what);

  sb_value_set (figures, key, bench_make_number (number, 1));
}

static void
run (Bench *bench, const char *name, SbValue *figures)
{
  double median;
  double p95;
  double longest;
  double fps;

  bench->name = name;
  bench->frame = 0;
  bench->done = FALSE;
  g_array_set_size (bench->costs, 0);
  gtk_widget_add_tick_callback (GTK_WIDGET (bench->canvas), tick_cb, bench, NULL);
  while (!bench->done)
    g_main_context_iteration (NULL, TRUE);

  fps = bench->costs->len * 1e6 / (double)MAX (1, bench->last_us - bench->first_us);
  g_array_sort (bench->costs, compare_cb);
  median = g_array_index (bench->costs, double, bench->costs->len / 2);
  p95 = g_array_index (bench->costs, double, bench->costs->len * 95 / 100);
  longest = g_array_index (bench->costs, double, bench->costs->len - 1);
  g_print (
    "  %-7s %5.1f ms a frame, 95 of 100 within %5.1f ms, the longest %5.1f ms; %4.1f frames/s\n",
    name, median, p95, longest, fps);
  add_figure (figures, name, "frame_ms", median);
  add_figure (figures, name, "frame_p95_ms", p95);
  add_figure (figures, name, "frame_max_ms", longest);
  add_figure (figures, name, "fps", fps);
}

static void
settle (void)
{
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC;

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
}

static void
measure (SbFlow *flow, SbConnectors *connectors, SbValue *figures)
{
  g_autoptr (SbFlowModel) model = sb_flow_model_new (NULL, connectors, "bench", flow);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  Bench bench = { .canvas = g_object_new (SB_TYPE_CANVAS, NULL) };
  GdkFrameClock *clock;

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (bench.canvas));
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 1200, 780);
  sb_canvas_set_model (bench.canvas, model);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  g_print ("  %u parts on the map\n",
           sb_canvas_layout_get_n_nodes (sb_canvas_get_layout (bench.canvas)));

  bench.costs = g_array_new (FALSE, FALSE, sizeof (double));
  bench.vadjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (bench.canvas));
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), &bench);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), &bench);
  run (&bench, "drag", figures);
  settle ();
  run (&bench, "zoom", figures);
  sb_canvas_set_zoom (bench.canvas, 1.0);
  settle ();
  run (&bench, "scroll", figures);
  g_signal_handlers_disconnect_by_data (clock, &bench);
  g_array_unref (bench.costs);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char *argv[])
{
  g_autoptr (GtkCssProvider) style = NULL;
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnectors) connectors = NULL;
  g_autoptr (SbValue) figures = sb_value_new_object ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbFlow) flow = make_flow (&error);

  if (flow == NULL || argc != 2)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "usage: bench-map FIGURES.json");
      return 2;
    }
  if (!gtk_init_check ())
    {
      g_printerr ("bench-map: there is no display\n");
      return 77;
    }
  adw_init ();
  style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/io/github/signalbox/Signalbox/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/signalbox/Signalbox/icons");
  connectors = sb_connectors_new (data_dir, NULL, problems);
  measure (flow, connectors, figures);
  if (!bench_write (argv[1], figures, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
