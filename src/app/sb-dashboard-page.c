/* sb-dashboard-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-dashboard-page.h"

#include <glib/gi18n-lib.h>

#include "sb-bar-chart.h"
#include "sb-figures.h"

struct _SbDashboardPage
{
  AdwBin parent_instance;

  SbSession *session;
  SbValue *stats; /* (nullable) */
  guint days;
  gboolean asking;
  gboolean again; /* something changed while it was asked */
  guint timeout;
  GtkWidget *header_end;

  GtkStack *stack;
  GtkFlowBox *tiles;
  GtkWidget *charts;
  SbBarChart *runs_chart;
  SbBarChart *time_chart;
  SbBarChart *rate_chart;
  SbBarChart *saved_chart;
  GtkListBox *table;
  GtkListBox *flows;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbDashboardPage,
                               sb_dashboard_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

/* --- tiles
 * -------------------------------------------------------------------------------------------- */

static void
add_tile (SbDashboardPage *self, const char *title, const char *value, const char *detail)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  const char *const texts[] = { title, value, detail };
  const char *const styles[] = { "caption-heading", "title-2", "caption" };
  GtkWidget *child = gtk_flow_box_child_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GtkWidget *label = gtk_label_new (texts[i]);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), i == 2);
      gtk_label_set_max_width_chars (GTK_LABEL (label), i == 2 ? 12 : -1);
      gtk_widget_add_css_class (label, styles[i]);
      if (i != 1)
        gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "sb-chart");
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_append (self->tiles, child);
}

static char *
dup_saved_detail (SbDashboardPage *self)
{
  SbValue *flows = sb_value_get_member (self->stats, "flows");
  guint n_without = 0;

  for (guint i = 0; i < sb_value_get_length (flows); i++)
    {
      SbValue *flow = sb_value_get_item (flows, i);

      if (sb_figures_get (flow, "done") > 0 &&
          !sb_value_get_boolean_or (flow, "has_baseline", FALSE))
        n_without++;
    }
  if (n_without == 0)
    return g_strdup (_ ("by what your plans say"));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u flow is not counted: see below",
                                       "%u flows are not counted: see below", n_without),
                          n_without);
}

static gint64
count_open (SbDashboardPage *self)
{
  SbValue *flows = sb_value_get_member (self->stats, "flows");
  gint64 open = 0;

  for (guint i = 0; i < sb_value_get_length (flows); i++)
    open += sb_figures_get (sb_value_get_item (flows, i), "open");
  return open;
}

static void
show_tiles (SbDashboardPage *self)
{
  SbValue *total = sb_value_get_member (self->stats, "total");
  gint64 open = count_open (self);
  g_autofree char *runs = sb_figures_count (total, "runs");
  g_autofree char *n_done = sb_figures_count (total, "done");
  g_autofree char *n_needed = sb_figures_count (total, "to_inbox");
  g_autofree char *done = g_strdup_printf (_ ("%s done to the end"), n_done);
  g_autofree char *median = sb_figures_took (total, "median_ms");
  g_autofree char *p95 = sb_figures_took (total, "p95_ms");
  g_autofree char *under = g_strdup_printf (_ ("19 of 20 under %s"), p95);
  g_autofree char *rate = sb_figures_rate_words (total);
  g_autofree char *needed = g_strdup_printf (_ ("%s of the runs"), n_needed);
  g_autofree char *waiting = g_strdup_printf ("%'" G_GINT64_FORMAT, open);
  g_autofree char *saved = sb_figures_saved (total);
  g_autofree char *saved_detail = dup_saved_detail (self);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->tiles))) != NULL)
    gtk_flow_box_remove (self->tiles, child);
  add_tile (self, _ ("Runs"), runs, done);
  add_tile (self, _ ("Usually Took"), median, under);
  add_tile (self, _ ("Needed You"), rate, needed);
  add_tile (self, _ ("In the Inbox Now"), waiting,
            open > 0 ? _ ("wait for a decision") : _ ("nothing needs you"));
  add_tile (self, _ ("Time Saved"), saved, saved_detail);
}

/* --- charts
 * ------------------------------------------------------------------------------------------- */

/* Every bar of a week has its day below it; of more, every seventh or so. */
static char *
dup_bar_label (SbValue *day, guint index, guint n)
{
  guint pitch = n <= 7 ? 1 : n <= 31 ? 7 : 15;

  if ((n - 1 - index) % pitch != 0)
    return NULL;
  /* Translators: day and short month, like "18 Nov". */
  return sb_figures_day (day, n <= 7 ? "%a" : _ ("%-d %b"));
}

static void
add_bars (SbDashboardPage *self, SbValue *day, guint index, guint n)
{
  gint64 runs = sb_figures_get (day, "runs");
  gint64 inbox = sb_figures_get (day, "to_inbox");
  gint64 median = sb_figures_get (day, "median_ms");
  gint64 p95 = sb_figures_get (day, "p95_ms");
  g_autofree char *label = dup_bar_label (day, index, n);
  /* Translators: a day, like "Tue 24 November". */
  g_autofree char *name = sb_figures_day (day, _ ("%a %-d %B"));
  g_autofree char *n_runs = sb_figures_count (day, "runs");
  g_autofree char *n_inbox = sb_figures_count (day, "to_inbox");
  g_autofree char *middle = sb_figures_took (day, "median_ms");
  g_autofree char *under = sb_figures_took (day, "p95_ms");
  g_autofree char *rate = sb_figures_rate_words (day);
  g_autofree char *saved = sb_figures_saved (day);
  g_autofree char *runs_words =
    g_strdup_printf (_ ("%s: %s runs, %s needed you"), name, n_runs, n_inbox);
  g_autofree char *time_words =
    median > 0 ? g_strdup_printf (_ ("%s: usually %s, 19 of 20 under %s"), name, middle, under)
               : g_strdup_printf (_ ("%s: nothing was done"), name);
  g_autofree char *rate_words = g_strdup_printf (_ ("%s: %s of the runs"), name, rate);
  g_autofree char *saved_words = g_strdup_printf (_ ("%s: %s saved"), name, saved);

  sb_bar_chart_add (self->runs_chart, (double)MAX (runs - inbox, 0), (double)inbox, label,
                    runs_words);
  sb_bar_chart_add (self->time_chart, (double)median, (double)MAX (p95 - median, 0), label,
                    time_words);
  sb_bar_chart_add (self->rate_chart, 0, MAX (sb_figures_rate (day), 0), label, rate_words);
  sb_bar_chart_add (self->saved_chart, (double)sb_figures_get (day, "saved_minutes"), 0, label,
                    saved_words);
}

/* The day with the most of something; @figure as a number. */
static SbValue *
find_most (SbValue *days, const char *name, double *most)
{
  SbValue *found = NULL;

  *most = 0;
  for (guint i = 0; i < sb_value_get_length (days); i++)
    {
      SbValue *day = sb_value_get_item (days, i);
      double figure =
        name != NULL ? (double)sb_figures_get (day, name) : MAX (sb_figures_rate (day), 0);

      if (found == NULL || figure > *most)
        {
          *most = figure;
          found = day;
        }
    }
  return found;
}

static void
end_charts (SbDashboardPage *self, SbValue *days)
{
  SbValue *total = sb_value_get_member (self->stats, "total");
  double runs, inbox, p95, rate, saved;
  SbValue *busiest = find_most (days, "runs", &runs);
  SbValue *worst = find_most (days, "to_inbox", &inbox);
  g_autofree char *most =
    inbox > runs ? sb_figures_count (worst, "to_inbox") : sb_figures_count (busiest, "runs");
  g_autofree char *longest = sb_figures_took (find_most (days, "p95_ms", &p95), "p95_ms");
  g_autofree char *most_often = sb_figures_rate_words (find_most (days, NULL, &rate));
  g_autofree char *most_saved = sb_figures_saved (find_most (days, "saved_minutes", &saved));
  g_autofree char *n_days = g_strdup_printf (
    g_dngettext (GETTEXT_PACKAGE, "in %u day", "in %u days", self->days), self->days);
  g_autofree char *n_runs = sb_figures_count (total, "runs");
  g_autofree char *middle = sb_figures_took (total, "median_ms");
  g_autofree char *often = sb_figures_rate_words (total);
  g_autofree char *all_saved = sb_figures_saved (total);
  g_autofree char *runs_words = g_strdup_printf ("%s %s", n_runs, n_days);
  g_autofree char *time_words = g_strdup_printf (_ ("usually %s"), middle);
  g_autofree char *rate_words = g_strdup_printf (_ ("%s of the runs"), often);
  g_autofree char *saved_words = g_strdup_printf ("%s %s", all_saved, n_days);

  sb_bar_chart_end (self->runs_chart, MAX (runs, inbox), most, runs_words);
  sb_bar_chart_end (self->time_chart, p95, p95 > 0 ? longest : "", time_words);
  sb_bar_chart_end (self->rate_chart, rate, rate > 0 ? most_often : "", rate_words);
  sb_bar_chart_end (self->saved_chart, saved, saved > 0 ? most_saved : "", saved_words);
}

static void
show_charts (SbDashboardPage *self)
{
  SbBarChart *charts[] = { self->runs_chart, self->time_chart, self->rate_chart,
                           self->saved_chart };
  SbValue *days = sb_value_get_member (self->stats, "days");
  guint n = sb_value_get_length (days);

  for (guint i = 0; i < G_N_ELEMENTS (charts); i++)
    sb_bar_chart_begin (charts[i]);
  for (guint i = 0; i < n; i++)
    add_bars (self, sb_value_get_item (days, i), i, n);
  end_charts (self, days);
}

/* --- the table behind them, and the flows
 * ------------------------------------------------------------------------------- */

#define N_COLUMNS 7

/* Rows are made anew; the one with the focus gets it back by its place. */
static int
clear_rows (GtkListBox *list)
{
  GtkWidget *focused = gtk_widget_get_focus_child (GTK_WIDGET (list));
  int index =
    GTK_IS_LIST_BOX_ROW (focused) ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (focused)) : -1;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (list))) != NULL)
    gtk_list_box_remove (list, child);
  return index;
}

static void
restore_focus (GtkListBox *list, int index)
{
  GtkListBoxRow *row = index >= 0 ? gtk_list_box_get_row_at_index (list, index) : NULL;

  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static GtkWidget *
add_table_row (SbDashboardPage *self,
               GtkSizeGroup *const *groups,
               const char *const *cells,
               gboolean heading)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *row = gtk_list_box_row_new ();

  for (guint i = 0; i < N_COLUMNS; i++)
    {
      GtkWidget *label = gtk_label_new (cells[i]);

      gtk_label_set_xalign (GTK_LABEL (label), i == 0 ? 0 : 1);
      gtk_label_set_ellipsize (GTK_LABEL (label),
                               i == 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
      gtk_widget_set_hexpand (label, i == 0);
      if (heading)
        gtk_widget_add_css_class (label, "caption-heading");
      gtk_size_group_add_widget (groups[i], label);
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_widget_add_css_class (box, "sb-day");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), !heading);
  gtk_widget_set_focusable (row, !heading);
  gtk_list_box_append (self->table, row);
  return row;
}

/* For a screen reader a row is a sentence with the names of its columns. */
static void
name_row (GtkWidget *row, const char *const *titles, const char *const *cells)
{
  g_autoptr (GString) words = g_string_new (cells[0]);

  for (guint i = 1; i < N_COLUMNS; i++)
    g_string_append_printf (words, ", %s: %s", titles[i], cells[i]);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, words->str,
                                  -1);
}

static void
show_table (SbDashboardPage *self)
{
  SbValue *days = sb_value_get_member (self->stats, "days");
  const char *const titles[N_COLUMNS] = { _ ("Day"),          _ ("Runs"),
                                          _ ("Done"),         _ ("Needed You"),
                                          _ ("Usually Took"), _ ("19 of 20 Under"),
                                          _ ("Time Saved") };
  GtkSizeGroup *groups[N_COLUMNS];
  int focused = clear_rows (self->table);

  for (guint i = 0; i < N_COLUMNS; i++)
    groups[i] = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  add_table_row (self, groups, titles, TRUE);
  for (guint i = sb_value_get_length (days); i > 0; i--)
    {
      SbValue *day = sb_value_get_item (days, i - 1);
      g_autofree char *name = sb_figures_day (day, _ ("%a %-d %B"));
      g_autofree char *runs = sb_figures_count (day, "runs");
      g_autofree char *done = sb_figures_count (day, "done");
      g_autofree char *inbox = sb_figures_count (day, "to_inbox");
      g_autofree char *middle = sb_figures_took (day, "median_ms");
      g_autofree char *under = sb_figures_took (day, "p95_ms");
      g_autofree char *saved = sb_figures_saved (day);
      const char *const cells[N_COLUMNS] = { name, runs, done, inbox, middle, under, saved };

      name_row (add_table_row (self, groups, cells, FALSE), titles, cells);
    }
  for (guint i = 0; i < N_COLUMNS; i++)
    g_object_unref (groups[i]);
  restore_focus (self->table, focused);
}

static void
open_plan_cb (GtkWidget *button)
{
  gtk_widget_activate_action (button, "win.show-flow", "s", gtk_widget_get_name (button));
  gtk_widget_activate_action (button, "win.show-view", "s", "plan");
}

static void
show_flow (SbDashboardPage *self, SbValue *flow, gint64 most)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, (double)MAX (most, 1));
  const char *id = sb_value_get_string (flow, "id");
  g_autofree char *name = g_markup_escape_text (sb_value_get_string (flow, "name"), -1);
  g_autofree char *runs = sb_figures_count (flow, "runs");
  g_autofree char *middle = sb_figures_took (flow, "median_ms");
  g_autofree char *under = sb_figures_took (flow, "p95_ms");
  g_autofree char *rate = sb_figures_rate_words (flow);
  g_autofree char *saved = sb_figures_saved (flow);
  g_autofree char *open = sb_figures_count (flow, "open");
  gboolean baseline = sb_value_get_boolean_or (flow, "has_baseline", FALSE);
  g_autofree char *words = g_strdup_printf (
    _ ("%s runs · usually %s, 19 of 20 under %s · %s needed you, %s in the inbox%s%s"), runs,
    middle, under, rate, open, baseline ? " · " : "", baseline ? saved : "");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_widget_set_name (row, id);
  if (!baseline)
    {
      GtkWidget *button = gtk_button_new_with_label (_ ("Say What It Saves"));

      gtk_widget_set_tooltip_text (button,
                                   _ ("Minutes saved for each run stand on the flow’s plan"));
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_set_name (button, id);
      g_signal_connect (button, "clicked", G_CALLBACK (open_plan_cb), NULL);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW, 0);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), (double)sb_figures_get (flow, "runs"));
  gtk_widget_set_size_request (bar, 120, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Runs"),
                                  -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), bar);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("sb-next-symbolic"));
  gtk_list_box_append (self->flows, row);
}

static void
show_flows (SbDashboardPage *self)
{
  SbValue *flows = sb_value_get_member (self->stats, "flows");
  int focused = clear_rows (self->flows);
  gint64 most = 0;

  for (guint i = 0; i < sb_value_get_length (flows); i++)
    most = MAX (most, sb_figures_get (sb_value_get_item (flows, i), "runs"));
  for (guint i = 0; i < sb_value_get_length (flows); i++)
    show_flow (self, sb_value_get_item (flows, i), most);
  restore_focus (self->flows, focused);
}

static void
show_stats (SbDashboardPage *self)
{
  SbValue *total = sb_value_get_member (self->stats, "total");

  show_tiles (self);
  show_charts (self);
  if (gtk_widget_get_visible (GTK_WIDGET (self->table)))
    show_table (self);
  show_flows (self);
  gtk_stack_set_visible_child_name (
    self->stack,
    sb_figures_get (total, "runs") + sb_figures_get (total, "to_inbox") + count_open (self) > 0
      ? "figures"
      : "empty");
}

/* --- asking
 * ------------------------------------------------------------------------------------------- */

static void ask (SbDashboardPage *self);

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbDashboardPage) self = data;
  g_autoptr (GError) error = NULL;
  SbValue *stats = sb_store_stats_finish (SB_STORE (source), result, &error);

  self->asking = FALSE;
  if (stats == NULL)
    {
      g_warning ("%s", error->message);
      return;
    }
  g_clear_pointer (&self->stats, sb_value_unref);
  self->stats = stats;
  if (self->session != NULL)
    show_stats (self);
  if (self->again)
    ask (self);
}

static void
ask (SbDashboardPage *self)
{
  self->again = self->asking;
  if (self->asking || self->session == NULL || !sb_session_is_ready (self->session))
    return;
  self->asking = TRUE;
  sb_store_stats_async (sb_session_get_store (self->session), NULL,
                        sb_session_get_mode (self->session), self->days, NULL, asked_cb,
                        g_object_ref (self));
}

static gboolean
timeout_cb (gpointer data)
{
  SbDashboardPage *self = data;

  self->timeout = 0;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    ask (self);
  return G_SOURCE_REMOVE;
}

/* Once a second is enough for figures of days. */
static void
changed_cb (SbDashboardPage *self)
{
  if (self->timeout == 0)
    self->timeout = g_timeout_add_seconds (1, timeout_cb, self);
}

static void
show_runs (SbDashboardPage *self, const char *flow_id, gint64 from_us, gint64 to_us)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-runs", "(sxx)", flow_id, from_us, to_us);
}

static void
day_chosen_cb (SbDashboardPage *self, guint index)
{
  SbValue *day = sb_value_get_item (sb_value_get_member (self->stats, "days"), index);

  if (day != NULL)
    show_runs (self, "", sb_figures_get (day, "from_us"), sb_figures_get (day, "to_us"));
}

/* The newest day is the first row, below the heading. */
static void
row_activated_cb (SbDashboardPage *self, GtkListBoxRow *row)
{
  guint n = sb_value_get_length (sb_value_get_member (self->stats, "days"));
  int index = gtk_list_box_row_get_index (row);

  if (index > 0 && (guint)index <= n)
    day_chosen_cb (self, n - (guint)index);
}

static void
flow_activated_cb (SbDashboardPage *self, GtkListBoxRow *row)
{
  SbValue *days = sb_value_get_member (self->stats, "days");
  guint n = sb_value_get_length (days);

  if (n > 0)
    show_runs (self, gtk_widget_get_name (GTK_WIDGET (row)),
               sb_figures_get (sb_value_get_item (days, 0), "from_us"),
               sb_figures_get (sb_value_get_item (days, n - 1), "to_us"));
}

static void
range_cb (SbDashboardPage *self, GtkToggleButton *button)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->days = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "days"));
  ask (self);
}

static void
table_cb (SbDashboardPage *self, GtkToggleButton *button)
{
  gboolean table = gtk_toggle_button_get_active (button);

  gtk_widget_set_visible (GTK_WIDGET (self->table), table);
  gtk_widget_set_visible (self->charts, !table);
  if (table && self->stats != NULL)
    show_table (self);
}

static GtkWidget *
make_header_end (SbDashboardPage *self)
{
  static const guint ranges[] = { 7, 30, 90 };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *table = gtk_toggle_button_new_with_label (_ ("As a Table"));
  GtkWidget *first = NULL;

  gtk_widget_add_css_class (linked, "linked");
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autofree char *label =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u Day", "%u Days", ranges[i]), ranges[i]);
      GtkWidget *button = gtk_toggle_button_new_with_label (label);

      g_object_set_data (G_OBJECT (button), "days", GUINT_TO_POINTER (ranges[i]));
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (first));
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), ranges[i] == self->days);
      g_signal_connect_object (button, "toggled", G_CALLBACK (range_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (linked), button);
      first = first != NULL ? first : button;
    }
  g_signal_connect_object (table, "toggled", G_CALLBACK (table_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), linked);
  gtk_box_append (GTK_BOX (box), table);
  return box;
}

/* --- the page
 * ------------------------------------------------------------------------------------------ */

static void
set_session (SbPage *page, SbSession *session)
{
  SbDashboardPage *self = SB_DASHBOARD_PAGE (page);

  g_set_object (&self->session, session);
  g_signal_connect_object (session, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  ask (self);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Dashboard");
}

static char *
dup_subtitle (SbPage *page)
{
  return g_strdup (_ ("What your flows did, and what they saved"));
}

static GtkWidget *
get_header_end (SbPage *page)
{
  return SB_DASHBOARD_PAGE (page)->header_end;
}

static void
shown (SbPage *page)
{
  ask (SB_DASHBOARD_PAGE (page));
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->get_title = get_title;
  iface->dup_subtitle = dup_subtitle;
  iface->get_header_end = get_header_end;
  iface->shown = shown;
}

static void
sb_dashboard_page_dispose (GObject *object)
{
  SbDashboardPage *self = SB_DASHBOARD_PAGE (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->header_end);
  g_clear_pointer (&self->stats, sb_value_unref);

  G_OBJECT_CLASS (sb_dashboard_page_parent_class)->dispose (object);
}

static void
sb_dashboard_page_class_init (SbDashboardPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_dashboard_page_dispose;
  g_type_ensure (SB_TYPE_BAR_CHART);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/signalbox/Signalbox/sb-dashboard-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, tiles);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, charts);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, runs_chart);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, time_chart);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, rate_chart);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, saved_chart);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, table);
  gtk_widget_class_bind_template_child (widget_class, SbDashboardPage, flows);
  gtk_widget_class_bind_template_callback (widget_class, day_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, flow_activated_cb);
}

static void
sb_dashboard_page_init (SbDashboardPage *self)
{
  self->days = 30;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->header_end = g_object_ref_sink (make_header_end (self));
}
