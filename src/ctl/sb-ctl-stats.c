/* sb-ctl-stats.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>

#include "sb-figures.h"

static void
print_total (SbCtl *self, SbValue *total, gint64 days)
{
  g_autofree char *runs = sb_figures_count (total, "runs");
  g_autofree char *done = sb_figures_count (total, "done");
  g_autofree char *needed = sb_figures_count (total, "to_inbox");
  g_autofree char *rate = sb_figures_rate_words (total);
  g_autofree char *median = sb_figures_took (total, "median_ms");
  g_autofree char *p95 = sb_figures_took (total, "p95_ms");
  g_autofree char *saved = sb_figures_saved (total);

  sb_ctl_print (self, "%-17s %" G_GINT64_FORMAT, _ ("Days:"), days);
  sb_ctl_print (self, _ ("%-17s %s, %s done to the end"), _ ("Runs:"), runs, done);
  sb_ctl_print (self, "%-17s %s (%s)", _ ("Needed a person:"), needed, rate);
  sb_ctl_print (self, _ ("%-17s usually %s, 19 of 20 under %s"), _ ("They took:"), median, p95);
  sb_ctl_print (self, _ ("%-17s %s, by what the plans say"), _ ("Time saved:"), saved);
  sb_ctl_print (self, "%s", "");
}

static void
add_row (SbTable *table, const char *name, SbValue *figures, gboolean saves)
{
  g_autofree char *runs = sb_figures_count (figures, "runs");
  g_autofree char *done = sb_figures_count (figures, "done");
  g_autofree char *needed = sb_figures_count (figures, "to_inbox");
  g_autofree char *median = sb_figures_took (figures, "median_ms");
  g_autofree char *p95 = sb_figures_took (figures, "p95_ms");
  g_autofree char *saved = sb_figures_saved (figures);

  sb_table_add (table, name, runs, done, needed, median, p95, saves ? saved : "–");
}

static void
print_days (SbCtl *self, SbValue *days)
{
  g_autoptr (SbTable) table =
    sb_table_new (_ ("DAY"), _ ("RUNS"), _ ("DONE"), _ ("NEEDED A PERSON"), _ ("USUALLY"),
                  _ ("19 OF 20 UNDER"), _ ("SAVED"), NULL);

  for (guint i = sb_value_get_length (days); i > 0; i--)
    {
      SbValue *day = sb_value_get_item (days, i - 1);
      g_autofree char *name = sb_figures_day (day, "%F");

      add_row (table, name, day, TRUE);
    }
  sb_table_print (table, self);
}

static void
print_flows (SbCtl *self, SbValue *flows)
{
  g_autoptr (SbTable) table =
    sb_table_new (_ ("FLOW"), _ ("RUNS"), _ ("DONE"), _ ("NEEDED A PERSON"), _ ("USUALLY"),
                  _ ("19 OF 20 UNDER"), _ ("SAVED"), NULL);

  for (guint i = 0; i < sb_value_get_length (flows); i++)
    {
      SbValue *flow = sb_value_get_item (flows, i);

      add_row (table, sb_value_get_string (flow, "id"), flow,
               sb_value_get_boolean_or (flow, "has_baseline", FALSE));
    }
  sb_table_print (table, self);
}

static int
show_stats (SbCtl *self)
{
  static const char *const texts[] = { "flow", "mode" };
  g_autoptr (SbValue) arguments = sb_value_new_object ();
  g_autoptr (SbValue) stats = NULL;
  const char *by = sb_ctl_get_option (self, "by");
  gint64 days = 30;
  int status = SB_CTL_DONE;

  if (!sb_ctl_get_number (self, "days", 1, 366, &days, &status))
    return status;
  sb_value_set_int (arguments, "days", days);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text = sb_ctl_get_option (self, texts[i]);

      if (text != NULL)
        sb_value_set_string (arguments, texts[i], text);
    }
  status = sb_ctl_run_plain (self, "stats", g_steal_pointer (&arguments),
                             sb_ctl_get_option (self, "flow"), &stats);
  if (stats == NULL)
    return status;
  print_total (self, sb_value_get_member (stats, "total"), days);
  if (g_strcmp0 (by, "day") == 0)
    print_days (self, sb_value_get_member (stats, "days"));
  else
    print_flows (self, sb_value_get_member (stats, "flows"));
  return status;
}

static const SbCtlOption stats_options[] = {
  { "days", "N", NULL, N_ ("the last N days, today among them; 30 where it is not given") },
  { "flow", "ID", NULL, N_ ("only of that flow") },
  { "by", "WHAT", "flow|day", N_ ("a row for each flow, or for each day, the newest first") },
  { "mode", "MODE", "live|practice|sandbox",
    N_ ("what ran in that mode, else in the one the folder is open in") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_stats_commands[] = {
  { "stats", "", 0, 0,
    N_ ("Say how many runs there were, how long they took, how often a person was needed, and what "
        "time they saved by what the flows’ plans say."),
    "stats --days 7 --by day", stats_options, show_stats },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
