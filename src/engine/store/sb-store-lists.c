/* sb-store-lists.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"

#define MAX_LIMIT 1000
/* Of a search: nobody scrolls further. */
#define MAX_FOUND 10000
/* A clock that is set back makes runs that are older than those before them. */
#define CLOCK_US (24 * 3600 * (gint64)G_USEC_PER_SEC)

/* --- queries ------------------------------------------------------------------------------------
 */

static void
run_query_free (gpointer data)
{
  SbRunQuery *query = data;

  g_free (query->flow_id);
  g_free (query->state);
  g_free (query->text);
  g_free (query);
}

static SbRunQuery *
run_query_copy (const SbRunQuery *query)
{
  SbRunQuery *copy = g_memdup2 (query, sizeof *query);

  copy->flow_id = g_strdup (query->flow_id);
  copy->state = g_strdup (query->state);
  copy->text = query->text != NULL && *query->text != '\0' ? g_strdup (query->text) : NULL;
  return copy;
}

/* The index by which a state is found, and the condition that makes SQLite accept it: both are
 * spelt out so that a page never costs a walk through all that is finished. */
static const struct
{
  const char *state;
  const char *index;
  const char *condition;
} by_state[] = {
  { "open", "INDEXED BY runs_open", "finished_us = 0" },
  { "running", "INDEXED BY runs_open", "finished_us = 0 AND runs.state = 'running'" },
  { "waiting", "INDEXED BY runs_open", "finished_us = 0 AND runs.state = 'waiting'" },
  { "blocked", "INDEXED BY runs_open", "finished_us = 0 AND runs.state = 'blocked'" },
  { "ready", "INDEXED BY runs_ready", "runs.state = 'ready'" },
  { "inbox", "INDEXED BY runs_inbox", "runs.state = 'inbox'" },
  { "stopped", "INDEXED BY runs_stopped", "runs.state = 'stopped'" },
  { "dropped", "INDEXED BY runs_dropped", "runs.state = 'dropped'" },
  { "done", NULL, "runs.state = 'done'" },
};

static gboolean
choose_index (SbRunRange *self, GError **error)
{
  const char *state = self->query->state;

  self->condition = "1";
  for (guint i = 0; state != NULL && i < G_N_ELEMENTS (by_state); i++)
    if (strcmp (by_state[i].state, state) == 0)
      {
        self->index = by_state[i].index;
        self->condition = by_state[i].condition;
        state = NULL;
      }
  if (state != NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("“%s” is not a state of a run."), state);
      return FALSE;
    }
  if (self->index == NULL)
    self->index = self->flow != 0 ? "INDEXED BY runs_by_flow" : "NOT INDEXED";
  return TRUE;
}

/* Ids grow with time, so that what was opened before @time_us stands at or below the id this finds,
 * give or take a few hundred: halving takes twenty looks at a million runs. */
static gboolean
find_by_time (SbDb *db, gint64 time_us, gint64 *older, gint64 *newer, GError **error)
{
  *older = 0;
  *newer = 0;
  if (sb_db_get_int (db, newer, error, "SELECT coalesce (max (id), 0) + 1 FROM runs", "") ==
      SB_STEP_ERROR)
    return FALSE;
  while (*newer - *older > 256)
    {
      gint64 middle = *older + (*newer - *older) / 2;
      gint64 started_us = G_MAXINT64;

      if (sb_db_get_int (
            db, &started_us, error,
            "SELECT started_us FROM runs NOT INDEXED WHERE id >= ? ORDER BY id LIMIT 1", "i",
            middle) == SB_STEP_ERROR)
        return FALSE;
      *(started_us < time_us ? older : newer) = middle;
    }
  return TRUE;
}

static gboolean
range_init (SbRunRange *self, SbDb *db, const SbRunQuery *query, GError **error)
{
  gint64 older;
  gint64 newer;

  memset (self, 0, sizeof *self);
  self->query = query;
  self->above = query->after_id;
  self->below = query->before_id > 0 ? query->before_id : G_MAXINT64;
  self->since_us = query->since_us;
  self->until_us = query->until_us > 0 ? query->until_us : G_MAXINT64;
  if (query->flow_id != NULL && !sb_db_find_flow (db, query->flow_id, &self->flow, error))
    return FALSE;
  if (query->since_us > 0)
    {
      if (!find_by_time (db, query->since_us - CLOCK_US, &older, &newer, error))
        return FALSE;
      /* The run at "older" itself is older than that. */
      self->above = MAX (self->above, older - 1);
    }
  if (query->until_us > 0)
    {
      if (!find_by_time (db, query->until_us + CLOCK_US, &older, &newer, error))
        return FALSE;
      self->below = MIN (self->below, newer + 1);
    }
  return choose_index (self, error);
}

/* @columns up to FROM runs; @rest: joined tables. */
static SbStatement *
select_runs (SbDb *db,
             const SbRunRange *range,
             const char *columns,
             const char *rest,
             gint64 limit,
             GError **error)
{
  g_autofree char *sql =
    g_strdup_printf ("%s FROM runs %s%s WHERE runs.id < ?1 AND runs.id > ?2%s AND %s%s ORDER BY "
                     "runs.id DESC LIMIT ?3",
                     columns, range->index, rest,
                     range->since_us > 0 || range->until_us < G_MAXINT64
                       ? " AND runs.started_us >= ?5 AND runs.started_us < ?6"
                       : "",
                     range->condition, range->flow != 0 ? " AND runs.flow = ?4" : "");

  if (range->since_us > 0 || range->until_us < G_MAXINT64)
    return sb_db_bind (db, error, sql, "iiiiii", range->below, range->above, limit, range->flow,
                       range->since_us, range->until_us);
  if (range->flow != 0)
    return sb_db_bind (db, error, sql, "iiii", range->below, range->above, limit, range->flow);
  return sb_db_bind (db, error, sql, "iii", range->below, range->above, limit);
}

/* --- runs by their ids
 * -----------------------------------------------------------------------------
 */

static gboolean
read_runs (SbDb *db, GArray *ids, GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (SbStatement) statement = NULL;

      statement = sb_db_bind (
        db, error,
        SB_RUN_COLUMNS " FROM runs NOT INDEXED CROSS JOIN flows ON key = flow WHERE runs.id = ?",
        "i", g_array_index (ids, gint64, i));
      if (statement == NULL)
        return FALSE;
      switch (sb_db_step (db, statement, error))
        {
        case SB_STEP_ROW:
          g_ptr_array_add (rows, sb_db_read_run (statement));
          break;
        case SB_STEP_DONE:
          break;
        case SB_STEP_ERROR:
        default:
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
load_runs (SbDb *db, SbStoreRequest *request, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_run_unref);

  if (!read_runs (db, request->input, rows, error))
    return FALSE;
  sb_store_request_return (request, g_steal_pointer (&rows), (GDestroyNotify)g_ptr_array_unref);
  return TRUE;
}

void
sb_store_load_runs_async (SbStore *self,
                          const gint64 *ids,
                          guint n_ids,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  GArray *copy = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_ids);

  g_array_append_vals (copy, ids, n_ids);
  sb_store_ask (self, SB_LANE_READ, sb_store_load_runs_async, load_runs, copy,
                (GDestroyNotify)g_array_unref, cancellable, callback, data);
}

GPtrArray *
sb_store_load_runs_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- pages
 * -------------------------------------------------------------------------------------------
 */

static gboolean
list_runs (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbRunQuery *query = request->input;
  guint limit = CLAMP (query->limit, 1, MAX_LIMIT);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GArray) ids = NULL;
  SbRunRange range;

  if (!range_init (&range, db, query, error))
    return FALSE;
  if (query->text == NULL)
    return sb_db_return_rows (db, request,
                              select_runs (db, &range, SB_RUN_COLUMNS,
                                           " CROSS JOIN flows ON flows.key = runs.flow", limit,
                                           error),
                              (SbReadRow)sb_db_read_run, (GDestroyNotify)sb_run_unref, error);

  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  rows = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_run_unref);
  if (!sb_db_find_runs (db, &range, limit, ids, error) || !read_runs (db, ids, rows, error))
    return FALSE;
  sb_store_request_return (request, g_steal_pointer (&rows), (GDestroyNotify)g_ptr_array_unref);
  return TRUE;
}

void
sb_store_list_runs_async (SbStore *self,
                          const SbRunQuery *query,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  SbRunQuery *copy = run_query_copy (query);

  sb_store_ask (self, copy->text != NULL ? SB_LANE_SEARCH : SB_LANE_READ, sb_store_list_runs_async,
                list_runs, copy, run_query_free, cancellable, callback, data);
}

GPtrArray *
sb_store_list_runs_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the order of all
 * -----------------------------------------------------------------------------------
 */

static gboolean
list_ids (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbRunQuery *query = request->input;
  gint64 limit = query->limit > 0 ? query->limit : G_MAXINT64;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result = SB_STEP_DONE;
  SbRunRange range;

  if (!range_init (&range, db, query, error))
    return FALSE;
  if (query->text != NULL)
    {
      if (!sb_db_find_runs (db, &range, (guint)MIN (limit, MAX_FOUND), ids, error))
        return FALSE;
    }
  else
    {
      statement = select_runs (db, &range, "SELECT runs.id", "", limit, error);
      if (statement == NULL)
        return FALSE;
      while ((result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
        {
          gint64 id = sb_statement_get_int (statement, 0);

          g_array_append_val (ids, id);
        }
    }
  if (result == SB_STEP_ERROR)
    return FALSE;
  sb_store_request_return (request, g_steal_pointer (&ids), (GDestroyNotify)g_array_unref);
  return TRUE;
}

void
sb_store_list_run_ids_async (SbStore *self,
                             const SbRunQuery *query,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  sb_store_ask (self, SB_LANE_SEARCH, sb_store_list_run_ids_async, list_ids, run_query_copy (query),
                run_query_free, cancellable, callback, data);
}

GArray *
sb_store_list_run_ids_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- days
 * ------------------------------------------------------------------------------------------------
 */

/* Of the run, or of the one before it where it is gone. */
static gboolean
get_day (SbDb *db, GArray *ids, guint index, gint *day, GError **error)
{
  g_autoptr (GDateTime) time = NULL;
  gint64 started_us = 0;
  gint year;
  gint month;
  gint day_of_month;

  if (sb_db_get_int (
        db, &started_us, error,
        "SELECT started_us FROM runs NOT INDEXED WHERE id <= ? ORDER BY id DESC LIMIT 1", "i",
        g_array_index (ids, gint64, index)) == SB_STEP_ERROR)
    return FALSE;
  time = g_date_time_new_from_unix_local (started_us / G_USEC_PER_SEC);
  g_date_time_get_ymd (time, &year, &month, &day_of_month);
  *day = (year * 12 + month) * 31 + day_of_month;
  return TRUE;
}

/* From the start of one day to the start of the next by halving: twenty looks for each day of a
 * million runs. */
static gboolean
find_days (SbDb *db, SbStoreRequest *request, GError **error)
{
  GArray *ids = request->input;
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (guint));
  guint start = 0;

  while (start < ids->len)
    {
      guint same = start;
      guint other = ids->len;
      guint step = 64;
      gint day;

      g_array_append_val (days, start);
      if (!get_day (db, ids, start, &day, error))
        return FALSE;
      while (other - same > 1)
        {
          /* In strides that double until one is too long, then by halves. */
          guint middle =
            other == ids->len ? MIN (same + step, other - 1) : same + (other - same) / 2;
          gint that;

          if (!get_day (db, ids, middle, &that, error))
            return FALSE;
          if (that == day)
            same = middle;
          else
            other = middle;
          step *= 2;
        }
      start = other;
    }
  sb_store_request_return (request, g_steal_pointer (&days), (GDestroyNotify)g_array_unref);
  return TRUE;
}

void
sb_store_find_days_async (SbStore *self,
                          GArray *ids,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  sb_store_ask (self, SB_LANE_SEARCH, sb_store_find_days_async, find_days, g_array_ref (ids),
                (GDestroyNotify)g_array_unref, cancellable, callback, data);
}

GArray *
sb_store_find_days_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
