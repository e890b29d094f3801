/* sb-pilot-cells.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-replay.h"

/* What the walk told of one column. */
typedef struct
{
  guint passes;
  guint skipped; /* left out by a person */
  gboolean stopped;
  char *detail;
} Passed;

typedef struct
{
  SbPilotWork *work;
  Passed *passed; /* one a column */
} Walked;

char *
sb_pilot_format_ms (gint64 ms)
{
  if (ms < 0)
    return g_strdup ("");
  if (ms < 100)
    return g_strdup_printf (_ ("%d ms"), (int)ms);
  if (ms < 9950)
    return g_strdup_printf (_ ("%d.%d s"), (int)((ms + 50) / 1000), (int)((ms + 50) % 1000 / 100));
  if (ms < 120000)
    return g_strdup_printf (_ ("%d s"), (int)((ms + 500) / 1000));
  return g_strdup_printf (_ ("%d min %d s"), (int)(ms / 60000), (int)(ms % 60000 / 1000));
}

/* The step that stands at @place: the last part of it. */
static const char *
place_step (const char *place)
{
  const char *slash = strrchr (place, '/');

  return slash != NULL ? slash + 1 : place;
}

static gint
find_column (SbPilotWork *work, const char *step_id)
{
  for (guint i = 0; i < work->columns->len; i++)
    {
      SbPilotColumn *column = g_ptr_array_index (work->columns, i);

      if (column->step != NULL && g_str_equal (column->place, step_id))
        return (gint)i;
    }
  return -1;
}

/* Branches and loops have no column; what goes wrong there shows at the first column within. */
static gint
find_column_within (SbPilotWork *work, GPtrArray *steps)
{
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);
      gint found = find_column (work, step->id);

      if (found < 0)
        found = find_column_within (work, step->steps);
      for (guint j = 0; found < 0 && step->lanes != NULL && j < step->lanes->len; j++)
        found = find_column_within (work, ((SbLane *)g_ptr_array_index (step->lanes, j))->steps);
      if (found >= 0)
        return found;
    }
  return -1;
}

static gint
column_of_need (SbPilotWork *work, SbNeed *need)
{
  const char *id = need->step != NULL    ? need->step->id
                   : need->place != NULL ? place_step (need->place)
                                         : NULL;
  gint found = id != NULL ? find_column (work, id) : -1;

  if (found < 0 && need->step != NULL)
    {
      g_autoptr (GPtrArray) alone = g_ptr_array_new ();

      g_ptr_array_add (alone, need->step);
      found = find_column_within (work, alone);
    }
  return found >= 0 ? found : (gint)work->columns->len - 1;
}

static void
walked_cb (SbStep *step,
           const char *place,
           const char *verdict,
           const char *detail,
           SbValue *output,
           gpointer data)
{
  Walked *walked = data;
  gint index = find_column (walked->work, step->id);
  Passed *passed;

  if (index < 0)
    return;
  passed = &walked->passed[index];
  passed->passes++;
  if (g_strcmp0 (verdict, "skipped") == 0)
    passed->skipped++;
  if (g_strcmp0 (verdict, "stopped") == 0)
    passed->stopped = TRUE;
  if (detail != NULL)
    {
      g_free (passed->detail);
      passed->detail = g_strdup (detail);
    }
}

static gboolean
is_done (SbAttempt *attempt)
{
  return g_strcmp0 (attempt->state, "done") == 0;
}

/* A pilot does not sit out delays: the walk's clock is past all that were set. */
static gint64
latest_timer (const SbPilotStand *stand)
{
  gint64 now_us = sb_clock_now_us ();

  for (guint i = 0; stand->timers != NULL && i < stand->timers->len; i++)
    now_us = MAX (now_us, ((SbTimer *)g_ptr_array_index (stand->timers, i))->until_us);
  return now_us;
}

static char *
words_of_failure (SbAttempt *attempt, const SbPilotStand *stand)
{
  if (stand->unknown || (attempt != NULL && (g_strcmp0 (attempt->state, "unknown") == 0 ||
                                             g_strcmp0 (attempt->state, "sent") == 0)))
    return g_strdup (_ ("outcome unknown"));
  if (attempt == NULL)
    return g_strdup (_ ("nothing sent"));
  if (attempt->status >= 300)
    return g_strdup_printf (_ ("refused, %u"), attempt->status);
  if (attempt->status != 0)
    return g_strdup (_ ("refused"));
  return g_strdup (_ ("no answer"));
}

/* The first attempt at the place of @attempt. */
static SbAttempt *
first_at_place (const SbPilotStand *stand, SbAttempt *attempt)
{
  for (guint i = 0; i < stand->attempts->len; i++)
    {
      SbAttempt *other = g_ptr_array_index (stand->attempts, i);

      if (g_str_equal (other->place, attempt->place))
        return other;
    }
  return attempt;
}

static guint
count_places (const SbPilotStand *stand, const char *step_id)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < stand->attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (stand->attempts, i);

      if (g_str_equal (place_step (attempt->place), step_id))
        g_hash_table_add (places, attempt->place);
    }
  return g_hash_table_size (places);
}

/* Tries, time with the waiting between them, request and response of a column. */
static SbAttempt *
add_attempts (SbPilotCell *cell, const SbPilotStand *stand, const char *step_id)
{
  g_autoptr (GHashTable) times = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  SbAttempt *last = NULL;
  GHashTableIter iter;
  gpointer time;
  gint64 us = 0;

  cell->tries = 0;
  for (guint i = 0; i < stand->attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (stand->attempts, i);

      if (!g_str_equal (place_step (attempt->place), step_id))
        continue;
      cell->tries++;
      last = attempt;
      if (attempt->ended_us > 0)
        {
          gint64 *taken = g_new (gint64, 1);

          *taken = attempt->ended_us - first_at_place (stand, attempt)->started_us;
          g_hash_table_replace (times, attempt->place, taken);
        }
    }
  if (last == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, times);
  while (g_hash_table_iter_next (&iter, NULL, &time))
    us += MAX (0, *(gint64 *)time);
  cell->ms = (us + 500) / 1000;
  cell->times = count_places (stand, step_id);
  cell->since_start_ms = MAX (0, last->ended_us - stand->started_us) / 1000;
  g_free (cell->request);
  cell->request = g_strdup (last->request);
  g_free (cell->response);
  cell->response = g_strdup (last->response);
  return last;
}

static char *
words_when_done (SbPilotWork *work, SbStep *step, SbPilotCell *cell, Passed *passed)
{
  guint places = cell->times;
  g_autofree char *time = sb_pilot_format_ms (cell->ms);

  if (passed->skipped == passed->passes)
    return g_strdup (_ ("by hand"));
  if (passed->stopped)
    return g_strdup (_ ("goes no further"));
  if (step->type == SB_STEP_FILTER)
    return g_strdup (_ ("goes on"));
  if (step->type == SB_STEP_DELAY)
    return g_strdup (_ ("not sat out"));
  if (cell->tries == 0)
    return g_strdup (passed->detail != NULL ? passed->detail : "");
  if (g_str_equal (work->mode, "preview"))
    return places > 1 ? g_strdup_printf (_ ("%u built, not sent"), places)
                      : g_strdup (_ ("built, not sent"));
  if (cell->tries > places)
    return places > 1 ? g_strdup_printf (_ ("%u times, %u tries"), places, cell->tries)
                      : g_strdup_printf (_ ("%u tries, %s"), cell->tries, time);
  if (places > 1)
    return g_strdup_printf (_ ("%u times, %s"), places, time);
  return g_steal_pointer (&time);
}

/* Columns of another lane of a branch that goes another way are skipped, not held back. */
static gboolean
in_other_lane (SbPilotColumn *column, SbPilotColumn *failed)
{
  for (guint i = 0; i < column->lanes->len; i++)
    for (guint j = 0; j < failed->lanes->len; j++)
      {
        SbPilotLane *a = &g_array_index (column->lanes, SbPilotLane, i);
        SbPilotLane *b = &g_array_index (failed->lanes, SbPilotLane, j);

        if (a->branch == b->branch && a->lane != b->lane)
          return TRUE;
      }
  return FALSE;
}

static void
set_cell (SbPilotCell *cell, SbCellState state, char *detail, const char *message)
{
  cell->state = state;
  g_free (cell->detail);
  cell->detail = detail;
  g_free (cell->message);
  cell->message = g_strdup (message);
}

static void
set_done (
  SbPilotWork *work, SbPilotCell *cell, const SbPilotStand *stand, guint index, Passed *passed)
{
  SbPilotColumn *column = g_ptr_array_index (work->columns, index);
  SbAttempt *last = add_attempts (cell, stand, column->place);

  set_cell (cell, SB_CELL_DONE, words_when_done (work, column->step, cell, passed),
            last != NULL && last->message != NULL ? last->message : passed->detail);
}

/**
 * sb_pilot_fill_cells:
 *
 * Walks the run at @stand from the start and sets every cell of @record but the first.
 */
void
sb_pilot_fill_cells (SbPilotWork *work, SbPilotRecord *record, const SbPilotStand *stand)
{
  g_autoptr (SbScope) scope = sb_replay_scope (work->flow->time_zone, stand->run, stand->started_us,
                                               stand->label, stand->body);
  g_autoptr (SbJournal) journal = sb_replay_journal (stand->attempts, stand->timers, NULL);
  g_autofree Passed *passed = g_new0 (Passed, work->columns->len);
  Walked walked = { work, passed };
  g_autoptr (SbNeed) need =
    sb_walk_next (work->flow, scope, journal, latest_timer (stand), walked_cb, &walked);
  gboolean good_end = need->kind == SB_WALK_DONE || need->kind == SB_WALK_STOPPED;
  gboolean failed = need->kind == SB_WALK_FAILED || g_strcmp0 (stand->state, "inbox") == 0 ||
                    g_strcmp0 (stand->state, "blocked") == 0 ||
                    g_strcmp0 (stand->state, "dropped") == 0;
  gint at = good_end ? -1 : column_of_need (work, need);

  for (guint i = 1; i < work->columns->len; i++)
    {
      SbPilotColumn *column = g_ptr_array_index (work->columns, i);
      SbPilotCell *cell = &record->cells[i];

      if ((gint)i == at)
        {
          SbAttempt *last = add_attempts (cell, stand, column->place);
          const char *message = stand->problem                  ? stand->problem
                                : need->error != NULL           ? need->error->message
                                : last != NULL && last->message ? last->message
                                                                : NULL;

          /* In a loop the last attempt may be one that went well, an item before. */
          if (last != NULL && is_done (last))
            last = NULL;
          if (failed)
            set_cell (cell, SB_CELL_FAILED, words_of_failure (last, stand), message);
          else
            set_cell (cell, SB_CELL_OPEN, NULL, message);
        }
      else if (passed[i].passes > 0)
        set_done (work, cell, stand, i, &passed[i]);
      else if (at < 0 || (gint)i < at ||
               in_other_lane (column, g_ptr_array_index (work->columns, at)))
        set_cell (cell, SB_CELL_SKIPPED, NULL, NULL);
      else if (failed)
        set_cell (cell, SB_CELL_HELD, g_strdup (_ ("waits for you")), NULL);
      else
        set_cell (cell, SB_CELL_OPEN, NULL, NULL);
    }
  for (guint i = 0; i < work->columns->len; i++)
    g_free (passed[i].detail);
}

void
sb_pilot_set_received (SbPilotRecord *record,
                       SbCellState state,
                       const char *detail,
                       const char *message)
{
  set_cell (&record->cells[0], state, g_strdup (detail), message);
}

void
sb_pilot_skip_rest (SbPilotWork *work, SbPilotRecord *record)
{
  for (guint i = 1; i < work->columns->len; i++)
    if (record->cells[i].state == SB_CELL_OPEN)
      set_cell (&record->cells[i], SB_CELL_SKIPPED, NULL, NULL);
}
