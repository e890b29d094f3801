/* sb-store-stats.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <math.h>

#include "sb-clock.h"

/* What became of runs, counted when it happens: for each quarter of an hour, flow, mode and
 * outcome, and by how long they took, in classes that grow by a fifth. A question about ninety days
 * reads these counts and never the runs, of which there may be a million, or which retention has
 * removed. */

#define CLASSES_AN_OCTAVE 4
#define N_CLASSES         160

typedef struct
{
  char *mode;
  char *flow_id; /* (nullable) */
  guint days;
  gint64 now_us;
} StatsInput;

typedef struct
{
  gint64 runs;
  gint64 done;
  gint64 inbox;
  gint64 took[N_CLASSES];
} Tally;

static gint64
class_of (gint64 duration_us)
{
  double ms = (double)duration_us / 1000;

  return ms < 1 ? 0 : MIN (1 + (gint64)(CLASSES_AN_OCTAVE * log2 (ms)), N_CLASSES - 1);
}

/* sb_duration_class (microseconds): for the migration, which counts what was there before. */
static void
class_cb (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  sqlite3_result_int64 (context, class_of (sqlite3_value_int64 (values[0])));
}

gboolean
sb_db_add_stats (SbDb *self, GError **error)
{
  if (sqlite3_create_function_v2 (self->handle, "sb_duration_class", 1,
                                  SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, class_cb, NULL, NULL,
                                  NULL) != SQLITE_OK)
    return sb_db_set_error (self, error);
  return TRUE;
}

gboolean
sb_db_count_outcome (SbDb *self, gint64 run, const char *state, gint64 now_us, GError **error)
{
  return sb_db_run (self, error,
                    "INSERT INTO outcomes SELECT ?2 / 900000000, flow, mode, ?3,"
                    "  sb_duration_class (max (0, ?2 - started_us)), 1 FROM runs WHERE id = ?1"
                    "  ON CONFLICT DO UPDATE SET n = n + 1",
                    "iit", run, now_us, state);
}

gboolean
sb_db_uncount_outcome (SbDb *self, gint64 run, const char *state, GError **error)
{
  return sb_db_run (self, error,
                    "UPDATE outcomes SET n = n - 1 FROM runs WHERE runs.id = ?1 AND n > 0"
                    "  AND outcomes.quarter = runs.finished_us / 900000000"
                    "  AND outcomes.flow = runs.flow AND outcomes.mode = runs.mode"
                    "  AND outcomes.what = ?2 AND outcomes.took ="
                    "  sb_duration_class (max (0, runs.finished_us - runs.started_us))",
                    "it", run, state);
}

/* --- asking
 * ---------------------------------------------------------------------------------------------- */

/* Milliseconds under which @part of them stayed; within a class they are taken as spread evenly.
 * -1: none. */
static gint64
quantile (const Tally *tally, double part)
{
  double wanted;
  gint64 before = 0;
  gint64 n = 0;

  for (guint i = 0; i < N_CLASSES; i++)
    n += tally->took[i];
  if (n == 0)
    return -1;
  wanted = part * (double)n;
  for (guint i = 0; i < N_CLASSES; i++)
    {
      if ((double)(before + tally->took[i]) >= wanted && tally->took[i] > 0)
        {
          double within = (wanted - (double)before) / (double)tally->took[i];

          return i == 0
                   ? 1
                   : (gint64)ceil (exp2 ((i - 1 + CLAMP (within, 0.0, 1.0)) / CLASSES_AN_OCTAVE));
        }
      before += tally->took[i];
    }
  return -1;
}

static void
tally_add (Tally *tally, const char *what, gint64 took, gint64 n)
{
  if (strcmp (what, "inbox") == 0)
    {
      tally->inbox += n;
      return;
    }
  tally->runs += n;
  if (strcmp (what, "done") != 0)
    return;
  tally->done += n;
  tally->took[CLAMP (took, 0, N_CLASSES - 1)] += n;
}

static SbValue *
write_tally (const Tally *tally, double minutes)
{
  SbValue *object = sb_value_new_object ();
  gint64 median = quantile (tally, 0.5);
  gint64 p95 = quantile (tally, 0.95);

  sb_value_set_int (object, "runs", tally->runs);
  sb_value_set_int (object, "done", tally->done);
  sb_value_set_int (object, "to_inbox", tally->inbox);
  if (median >= 0)
    {
      sb_value_set_int (object, "median_ms", median);
      sb_value_set_int (object, "p95_ms", p95);
    }
  sb_value_set_int (object, "saved_minutes", (gint64)llround (minutes * (double)tally->done));
  return object;
}

/* 0 where the plan does not say. */
static double
read_plan_minutes (SbStatement *statement, int column)
{
  g_autoptr (SbValue) document = sb_statement_get_value (statement, column);
  SbValue *value = sb_value_get_member (sb_value_get_member (document, "plan"), "minutes_saved");
  g_autofree char *text = value != NULL ? sb_value_to_text (value) : NULL;
  double minutes = text != NULL ? g_ascii_strtod (text, NULL) : 0;

  return minutes > 0 && minutes <= 10000 ? minutes : 0;
}

/* Midnights of the owner's days, oldest first; one more than @days, the last is tomorrow's. */
static gint64 *
list_midnights (guint days, gint64 now_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);
  gint64 *midnights = g_new (gint64, days + 1);

  for (guint i = 0; i <= days; i++)
    {
      g_autoptr (GDateTime) day = g_date_time_add_days (now, (int)i + 1 - (int)days);
      g_autoptr (GDateTime) midnight =
        g_date_time_new_local (g_date_time_get_year (day), g_date_time_get_month (day),
                               g_date_time_get_day_of_month (day), 0, 0, 0);

      midnights[i] = g_date_time_to_unix (midnight) * G_USEC_PER_SEC;
    }
  return midnights;
}

typedef struct
{
  const StatsInput *input;
  gint64 *midnights;
  Tally *days;         /* of all flows */
  double *day_minutes; /* saved in them */
  Tally all;
  double minutes;
} Asked;

/* One flow's counts; the result is what the answer says of it, NULL with an error. */
static SbValue *
ask_flow (SbDb *db, Asked *asked, gint64 key, double minutes, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  g_autofree Tally *tally = g_new0 (Tally, 1);
  SbStepResult result;
  guint day = 0;

  statement = sb_db_bind (db, error,
                          "SELECT quarter, what, took, n FROM outcomes"
                          " WHERE flow = ?1 AND mode = ?2 AND quarter >= ?3 ORDER BY quarter",
                          "iti", key, asked->input->mode, asked->midnights[0] / QUARTER_US);
  if (statement == NULL)
    return NULL;
  while ((result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
    {
      gint64 at_us = sb_statement_get_int (statement, 0) * QUARTER_US;
      const char *what = (const char *)sqlite3_column_text (statement, 1);
      gint64 took = sb_statement_get_int (statement, 2);
      gint64 n = sb_statement_get_int (statement, 3);

      while (day + 1 < asked->input->days && at_us >= asked->midnights[day + 1])
        day++;
      tally_add (tally, what, took, n);
      tally_add (&asked->days[day], what, took, n);
      tally_add (&asked->all, what, took, n);
      if (strcmp (what, "done") == 0)
        {
          asked->day_minutes[day] += minutes * (double)n;
          asked->minutes += minutes * (double)n;
        }
    }
  return result != SB_STEP_ERROR ? write_tally (tally, minutes) : NULL;
}

static SbValue *
write_days (Asked *asked)
{
  SbValue *days = sb_value_new_array ();

  for (guint i = 0; i < asked->input->days; i++)
    {
      SbValue *day = write_tally (&asked->days[i], 0);

      sb_value_set_int (day, "from_us", asked->midnights[i]);
      sb_value_set_int (day, "to_us", asked->midnights[i + 1]);
      sb_value_set_int (day, "saved_minutes", (gint64)llround (asked->day_minutes[i]));
      sb_value_append (days, day);
    }
  return days;
}

static gboolean
ask_flows (SbDb *db, Asked *asked, SbValue *flows, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;

  statement = sb_db_bind (db, error,
                          "SELECT flows.key, id, name, draft, coalesce (n, 0) FROM flows"
                          " LEFT JOIN counts ON counts.flow = flows.key AND what = 'inbox'"
                          " WHERE removed_us = 0 AND (?1 IS NULL OR id = ?1) ORDER BY name",
                          "t", asked->input->flow_id);
  if (statement == NULL)
    return FALSE;
  while ((result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
    {
      g_autofree char *id = sb_statement_get_text (statement, 1);
      g_autofree char *name = sb_statement_get_text (statement, 2);
      double minutes = read_plan_minutes (statement, 3);
      SbValue *flow = ask_flow (db, asked, sb_statement_get_int (statement, 0), minutes, error);

      if (flow == NULL)
        return FALSE;
      sb_value_set_string (flow, "id", id);
      sb_value_set_string (flow, "name", name);
      sb_value_set_int (flow, "open", sb_statement_get_int (statement, 4));
      sb_value_set (flow, "has_baseline", sb_value_new_boolean (minutes > 0));
      sb_value_append (flows, flow);
    }
  return result != SB_STEP_ERROR;
}

static gboolean
ask (SbDb *db, SbStoreRequest *request, GError **error)
{
  StatsInput *input = request->input;
  g_autoptr (SbValue) answer = sb_value_new_object ();
  g_autofree gint64 *midnights = list_midnights (input->days, input->now_us);
  g_autofree Tally *days = g_new0 (Tally, input->days);
  g_autofree double *day_minutes = g_new0 (double, input->days);
  g_autofree Asked *asked = g_new0 (Asked, 1);
  SbValue *flows = sb_value_new_array ();
  SbValue *total;

  asked->input = input;
  asked->midnights = midnights;
  asked->days = days;
  asked->day_minutes = day_minutes;
  sb_value_set (answer, "flows", flows);
  if (!ask_flows (db, asked, flows, error))
    return FALSE;
  total = write_tally (&asked->all, 0);
  sb_value_set_int (total, "saved_minutes", (gint64)llround (asked->minutes));
  sb_value_set (answer, "total", total);
  sb_value_set (answer, "days", write_days (asked));
  sb_store_request_return (request, g_steal_pointer (&answer), (GDestroyNotify)sb_value_unref);
  return TRUE;
}

static void
stats_input_free (gpointer data)
{
  StatsInput *self = data;

  g_free (self->mode);
  g_free (self->flow_id);
  g_free (self);
}

void
sb_store_stats_async (SbStore *self,
                      const char *flow_id,
                      const char *mode,
                      guint days,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data)
{
  StatsInput *input = g_new0 (StatsInput, 1);

  input->mode = g_strdup (mode);
  input->flow_id = g_strdup (flow_id);
  input->days = CLAMP (days, 1, SB_STATS_MAX_DAYS);
  input->now_us = sb_clock_now_us ();
  sb_store_ask (self, SB_LANE_READ, sb_store_stats_async, ask, input, stats_input_free, cancellable,
                callback, data);
}

SbValue *
sb_store_stats_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
