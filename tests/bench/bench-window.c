/* bench-window.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* The real window, watched: a heartbeat on its thread tells how long it was ever held up, its frame
 * clock how long a frame took. Opens Activity, waits until nothing is on its way in the data folder
 * any more (or for some seconds), scrolls if asked to, and prints what it saw as JSON. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "sb-application.h"
#include "sb-json.h"

#define BEAT_MS 4
/* The first second belongs to the start. */
#define START_US (2 * (gint64)G_USEC_PER_SEC)

static double seconds = 5;
static double scroll_seconds;
static gboolean drain;

static const GOptionEntry options[] = { { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds,
                                          "How long at least, or at most with --drain", "S" },
                                        { "drain", 0, 0, G_OPTION_ARG_NONE, &drain,
                                          "Until no run is on its way", NULL },
                                        { "scroll", 0, 0, G_OPTION_ARG_DOUBLE, &scroll_seconds,
                                          "Scroll through Activity afterwards", "S" },
                                        { NULL } };

typedef struct
{
  SbApplication *application;
  gint64 start_us;
  gint64 listed_us; /* when Activity had its first rows */
  gint64 first_frame_us;
  gint64 beat_us;
  GArray *gaps; /* of gint64 µs, between two beats */
  gint64 drained_us;
  gboolean asking;
  gint64 frame_us;
  gint64 scroll_us;
  guint way;          /* 0: by the wheel, 1: by the scroll bar */
  gint64 painting_us; /* when the frame that is being made was begun */
  GArray *frames[2];  /* of gint64 µs, between two frames while scrolling, each way */
  GArray *costs[2];   /* of gint64 µs, from a frame's first phase to its last */
} Watch;

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a;
  gint64 other = *(const gint64 *)b;

  return one < other ? -1 : one > other;
}

static double
get_percentile (GArray *times, double percent)
{
  if (times->len == 0)
    return 0;
  g_array_sort (times, compare_times);
  return (double)g_array_index (times, gint64, (guint)((times->len - 1) * percent / 100)) / 1000;
}

static gint64
read_rss_kib (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, "VmRSS:");
  return line != NULL ? g_ascii_strtoll (line + strlen ("VmRSS:"), NULL, 10) : 0;
}

static void
add_times (SbValue *seen, const char *way, const char *what, GArray *times)
{
  static const struct
  {
    const char *name;
    double percent;
  } shares[] = { { "median", 50 }, { "p95", 95 }, { "longest", 100 } };

  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s_%s_%s_ms", way, what, shares[i].name);

      sb_value_set (seen, name, bench_make_number (get_percentile (times, shares[i].percent), 1));
    }
}

static const char *const ways[] = { "wheel", "jump" };

static void
finish (Watch *self)
{
  g_autoptr (SbValue) seen = sb_value_new_object ();
  g_autofree char *text = NULL;

  sb_value_set (seen, "longest_gap_ms", bench_make_number (get_percentile (self->gaps, 100), 1));
  sb_value_set (seen, "p99_gap_ms", bench_make_number (get_percentile (self->gaps, 99), 1));
  sb_value_set_int (seen, "rss_kib", read_rss_kib ());
  sb_value_set (seen, "first_frame_ms",
                bench_make_number ((double)(self->first_frame_us - self->start_us) / 1000, 0));
  sb_value_set (seen, "first_rows_ms",
                bench_make_number ((double)(self->listed_us - self->start_us) / 1000, 0));
  if (self->drained_us > 0)
    sb_value_set (seen, "drained_s",
                  bench_make_number ((double)(self->drained_us - self->start_us) / 1e6, 2));
  if (scroll_seconds > 0)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        add_times (seen, ways[way], "between", self->frames[way]);
        add_times (seen, ways[way], "cost", self->costs[way]);
      }
  text = sb_json_write (seen);
  printf ("%s\n", text);
  fflush (stdout);
  g_application_quit (G_APPLICATION (self->application));
}

/* --- scrolling -----------------------------------------------------------------------------------
 */

static GtkWidget *
find_list (GtkWidget *widget)
{
  if (GTK_IS_LIST_VIEW (widget) && gtk_widget_get_mapped (widget) &&
      g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (widget)))) >
        20)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_list (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_activity (Watch *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self->application));

  return window != NULL ? find_list (GTK_WIDGET (window)) : NULL;
}

/* Half of the time as a wheel that is spun (80 pixels a frame), half as a scroll bar that is
 * dragged from end to end. */
static gboolean
scroll_cb (GtkWidget *list, GdkFrameClock *clock, gpointer data)
{
  Watch *self = data;
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  gint64 now_us = g_get_monotonic_time ();
  double share;

  if (self->scroll_us == 0)
    self->scroll_us = now_us;
  else if (now_us - self->scroll_us > G_USEC_PER_SEC / 4)
    {
      gint64 frame_us = now_us - self->frame_us;

      g_array_append_val (self->frames[self->way], frame_us);
    }
  self->frame_us = now_us;
  share = (double)(now_us - self->scroll_us) / (scroll_seconds * 1e6);
  if (share >= 1)
    {
      finish (self);
      return G_SOURCE_REMOVE;
    }
  self->way = share < 0.5 ? 0 : 1;
  if (self->way == 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + 80);
  else
    gtk_adjustment_set_value (adjustment,
                              (share - 0.5) * 2 * gtk_adjustment_get_upper (adjustment));
  return G_SOURCE_CONTINUE;
}

static void
before_paint_cb (GdkFrameClock *clock, Watch *self)
{
  self->painting_us = g_get_monotonic_time ();
}

static void
after_paint_cb (GdkFrameClock *clock, Watch *self)
{
  gint64 cost_us = g_get_monotonic_time () - self->painting_us;

  if (self->scroll_us != 0)
    g_array_append_val (self->costs[self->way], cost_us);
}

static void
finish_or_scroll (Watch *self)
{
  GtkWidget *list = scroll_seconds > 0 ? find_activity (self) : NULL;

  if (list != NULL)
    {
      GdkFrameClock *clock = gtk_widget_get_frame_clock (list);

      g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), self);
      g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), self);
      gtk_widget_add_tick_callback (list, scroll_cb, self, NULL);
    }
  else
    finish (self);
}

/* --- watching
 * ------------------------------------------------------------------------------------- */

static gboolean
beat_cb (gpointer data)
{
  Watch *self = data;
  gint64 now_us = g_get_monotonic_time ();
  gint64 gap_us = now_us - self->beat_us;

  if (now_us - self->start_us > START_US && self->scroll_us == 0)
    g_array_append_val (self->gaps, gap_us);
  self->beat_us = now_us;
  return G_SOURCE_CONTINUE;
}

static gint64
count_on_their_way (SbValue *summary)
{
  static const char *const states[] = { "ready", "running", "waiting", "blocked" };
  SbValue *runs = sb_value_get_member (summary, "runs");
  gint64 n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    n += sb_value_get_int_or (runs, states[i], 0);
  return n;
}

static void
summary_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *self = data;
  g_autoptr (SbValue) summary = sb_store_summary_finish (SB_STORE (source), result, NULL);

  self->asking = FALSE;
  if (self->drained_us == 0 && summary != NULL && count_on_their_way (summary) == 0)
    self->drained_us = g_get_monotonic_time ();
}

static gboolean
look_cb (gpointer data)
{
  Watch *self = data;
  SbSession *session = sb_application_get_session (self->application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self->application));
  gint64 passed_us = g_get_monotonic_time () - self->start_us;

  if (window == NULL || session == NULL || !sb_session_is_ready (session))
    return G_SOURCE_CONTINUE;
  if (self->listed_us == 0)
    {
      if (find_activity (self) != NULL)
        self->listed_us = g_get_monotonic_time ();
      else
        gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", "activity");
    }
  if (drain && !self->asking && self->drained_us == 0)
    {
      self->asking = TRUE;
      sb_store_summary_async (sb_session_get_store (session), NULL, summary_cb, self);
    }
  if (passed_us > seconds * 1e6 || (drain && self->drained_us > 0))
    {
      finish_or_scroll (self);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
first_frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Watch *self = data;

  if (self->first_frame_us == 0)
    self->first_frame_us = g_get_monotonic_time ();
  return G_SOURCE_REMOVE;
}

static void
activated_cb (Watch *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self->application));

  if (window != NULL)
    gtk_widget_add_tick_callback (GTK_WIDGET (window), first_frame_cb, self, NULL);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER – the window, watched");
  g_autoptr (SbApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  Watch watch = { .start_us = g_get_monotonic_time () };

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      fprintf (stderr, "bench-window: %s\n", error != NULL ? error->message : "which folder?");
      return 2;
    }
  application = sb_application_new (argv[1], "live", 0, FALSE);
  watch.application = application;
  watch.gaps = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      watch.frames[way] = g_array_new (FALSE, FALSE, sizeof (gint64));
      watch.costs[way] = g_array_new (FALSE, FALSE, sizeof (gint64));
    }
  watch.beat_us = watch.start_us;
  g_timeout_add_full (G_PRIORITY_HIGH, BEAT_MS, beat_cb, &watch, NULL);
  g_timeout_add (100, look_cb, &watch);
  g_signal_connect_data (application, "activate", G_CALLBACK (activated_cb), &watch, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
