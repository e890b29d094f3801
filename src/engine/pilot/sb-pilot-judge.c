/* sb-pilot-judge.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-json.h"

static gboolean
is_failed_upstream (SbPilotRecord *record, guint column)
{
  for (guint i = 0; i < column; i++)
    if (record->cells[i].state == SB_CELL_FAILED)
      return TRUE;
  return FALSE;
}

/* The verdict on one cell; @why (out) (nullable): how it differs from what was expected. */
static const char *
judge_cell (SbPilotWork *work, SbPilotRecord *record, guint index, const char **why)
{
  SbPilotCell *cell = &record->cells[index];
  const char *expected = sb_pilot_expected (record, g_ptr_array_index (work->columns, index));

  *why = NULL;
  switch (cell->state)
    {
    case SB_CELL_FAILED:
      return g_strcmp0 (expected, "failed") == 0 ? "expected-failure" : "unexpected";

    case SB_CELL_DONE:
      if (expected == NULL || g_str_equal (expected, "done"))
        return "done";
      *why = g_str_equal (expected, "failed")    ? _ ("Was done, but was expected to fail")
             : g_str_equal (expected, "skipped") ? _ ("Was done, but was expected to be skipped")
                                                 : _ ("Was done, but was expected to be held back");
      return "unexpected";

    case SB_CELL_HELD:
      if (index > 0 || g_strcmp0 (expected, "held") == 0)
        return "held";
      *why = _ ("Was taken for a repeat, but was not expected to be one");
      return "unexpected";

    case SB_CELL_SKIPPED:
      /* What follows from a failure is not judged again. */
      if (expected == NULL || g_str_equal (expected, "skipped") || g_str_equal (expected, "held") ||
          is_failed_upstream (record, index))
        return "skipped";
      *why = g_str_equal (expected, "failed") ? _ ("Was skipped, but was expected to fail")
                                              : _ ("Was skipped, but was expected to be done");
      return "unexpected";

    case SB_CELL_OPEN:
    default:
      return record->ended ? "unexpected" : "open";
    }
}

/* Tries that an expectation asks for, so that a fault that was meant to happen is known to have. */
static gboolean
too_few_tries (SbPilotRecord *record, SbPilotColumn *column, SbPilotCell *cell)
{
  SbValue *tries = sb_value_get_member (record->expect, "tries");

  return cell->state == SB_CELL_DONE && cell->tries < sb_value_get_int_or (tries, column->place, 0);
}

SbValue *
sb_pilot_cell_to_value (SbPilotWork *work, SbPilotRecord *record, guint index)
{
  SbPilotColumn *column = g_ptr_array_index (work->columns, index);
  SbPilotCell *cell = &record->cells[index];
  const char *why = NULL;
  const char *verdict = judge_cell (work, record, index, &why);
  const char *expected = sb_pilot_expected (record, column);
  SbValue *value = sb_value_new_object ();
  static const char *const states[] = { "open", "done", "skipped", "failed", "held" };
  const char *message;

  if (g_str_equal (verdict, "done") && too_few_tries (record, column, cell))
    {
      verdict = "unexpected";
      why = _ ("Went through at once, but was expected to need more tries");
    }
  message = why != NULL ? why : cell->message;
  sb_value_set_string (value, "place", column->place);
  sb_value_set_string (value, "verdict", verdict);
  sb_value_set_string (value, "state", states[cell->state]);
  sb_value_set_string (value, "detail", cell->detail != NULL ? cell->detail : "");
  if (message != NULL)
    sb_value_set_string (value, "message", message);
  sb_value_set_int (value, "tries", cell->tries);
  if (cell->times > 1)
    sb_value_set_int (value, "times", cell->times);
  if (cell->ms >= 0)
    sb_value_set_int (value, "ms", cell->ms);
  if (expected != NULL)
    sb_value_set_string (value, "expected", expected);
  if (cell->request != NULL)
    sb_value_set_string (value, "request", cell->request);
  if (cell->response != NULL)
    sb_value_set_string (value, "response", cell->response);
  return value;
}

static SbValue *
list_cells (SbPilotWork *work, SbPilotRecord *record, gint *unexpected)
{
  SbValue *cells = sb_value_new_array ();

  *unexpected = -1;
  for (guint i = 0; i < work->columns->len; i++)
    {
      SbValue *cell = sb_pilot_cell_to_value (work, record, i);

      if (*unexpected < 0 && g_str_equal (sb_value_get_string (cell, "verdict"), "unexpected"))
        *unexpected = (gint)i;
      sb_value_append (cells, cell);
    }
  return cells;
}

/* Why @record as a whole is not as expected, though none of its cells says so; NULL: it is. */
static char *
odd_outcome (SbPilotRecord *record)
{
  const char *expected = sb_value_get_string (record->expect, "outcome");
  const char *actual = record->outcome;

  if (record->problem != NULL && actual == NULL)
    return g_strdup (record->problem);
  if (record->runs > 1)
    return g_strdup_printf (_ ("%u runs were opened for it, one would be right"), record->runs);
  if (expected == NULL || actual == NULL || g_str_equal (expected, actual))
    return NULL;
  return g_strdup_printf (_ ("It ended as “%s”, but was expected to end as “%s”"), actual,
                          expected);
}

SbValue *
sb_pilot_record_to_value (SbPilotWork *work, SbPilotRecord *record)
{
  gint unexpected;
  SbValue *cells = list_cells (work, record, &unexpected);
  g_autofree char *odd = odd_outcome (record);
  SbValue *value = sb_value_new_object ();
  SbValue *expected = sb_value_get_member (record->expect, "outcome");
  const char *outcome = record->outcome != NULL ? record->outcome : "";
  const char *verdict;

  if (unexpected >= 0 || odd != NULL || !record->ended)
    verdict = "unexpected";
  else if (g_str_equal (outcome, "held"))
    verdict = "held";
  else if (g_str_equal (outcome, "refused") || g_str_equal (outcome, "inbox"))
    verdict = "expected-failure";
  else
    verdict = "done";

  sb_value_set_int (value, "number", (gint64)record->index + 1);
  sb_value_set_string (value, "title", record->title);
  sb_value_set_string (value, "note", record->note != NULL ? record->note : "");
  if (expected != NULL)
    sb_value_set (value, "expected", sb_value_ref (expected));
  sb_value_set_string (value, "outcome", outcome);
  sb_value_set_string (value, "verdict", verdict);
  if (odd != NULL)
    sb_value_set_string (value, "problem", odd);
  else if (record->problem != NULL)
    sb_value_set_string (value, "problem", record->problem);
  sb_value_set (value, "cells", cells);
  return value;
}

void
sb_pilot_tell (SbPilotWork *work, SbPilotRecord *record)
{
  for (guint i = 0; i < work->columns->len; i++)
    {
      g_autoptr (SbValue) cell = NULL;
      g_autofree char *text = NULL;

      if (record->cells[i].state == SB_CELL_OPEN)
        continue;
      cell = sb_pilot_cell_to_value (work, record, i);
      text = sb_json_write (cell);
      if (g_strcmp0 (text, g_ptr_array_index (record->shown, i)) == 0)
        continue;
      g_free (g_ptr_array_index (record->shown, i));
      g_ptr_array_index (record->shown, i) = g_steal_pointer (&text);
      work->tell_cell (record->index, i, cell, work->tell_data);
    }
  if (record->ended)
    {
      g_autoptr (SbValue) value = sb_pilot_record_to_value (work, record);

      work->tell_record (record->index, value, work->tell_data);
    }
}

/* --- criteria ----------------------------------------------------------------------------------
 */

typedef struct
{
  guint ended;
  guint repeats;
  guint repeats_held;
  guint failures;
  guint failures_in_inbox;
  guint odd_cells;
  guint odd_record; /* number of the first; 0: none */
} Tally;

static Tally
count (SbPilotWork *work, SbValue *records)
{
  Tally tally = { 0 };

  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);
      SbValue *value = sb_value_get_item (records, i);
      SbValue *cells = sb_value_get_member (value, "cells");
      guint odd = 0;

      tally.ended += record->ended;
      if (record->repeat_of >= 0)
        {
          tally.repeats++;
          tally.repeats_held += g_strcmp0 (record->outcome, "held") == 0;
        }
      for (guint j = 0; j < sb_value_get_length (cells); j++)
        odd +=
          g_str_equal (sb_value_get_string (sb_value_get_item (cells, j), "verdict"), "unexpected");
      for (guint j = 1; j < work->columns->len; j++)
        if (record->cells[j].state == SB_CELL_FAILED)
          {
            tally.failures++;
            tally.failures_in_inbox += g_strcmp0 (record->outcome, "inbox") == 0;
            break;
          }
      if (odd == 0 && g_str_equal (sb_value_get_string (value, "verdict"), "unexpected"))
        odd = 1;
      tally.odd_cells += odd;
      if (odd > 0 && tally.odd_record == 0)
        tally.odd_record = i + 1;
    }
  return tally;
}

/* The longest that a record took from its start until it was past the column; NULL: past all. */
static gint64
slowest (SbPilotWork *work, const char *place)
{
  gint64 worst = -1;

  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);

      for (guint j = 1; j < work->columns->len; j++)
        {
          SbPilotColumn *column = g_ptr_array_index (work->columns, j);
          SbPilotCell *cell = &record->cells[j];

          if (cell->state == SB_CELL_DONE && cell->ms >= 0 &&
              (place == NULL || g_str_equal (column->place, place)))
            worst = MAX (worst, cell->since_start_ms);
        }
    }
  return worst;
}

static void
add_criterion (SbValue *criteria, const char *kind, const char *text, gboolean met, char *detail)
{
  SbValue *value = sb_value_new_object ();

  sb_value_set_string (value, "kind", kind);
  sb_value_set_string (value, "text", text);
  sb_value_set_boolean (value, "met", met);
  sb_value_set_string (value, "detail", detail);
  sb_value_append (criteria, value);
  g_free (detail);
}

static char *
say_twice (SbPilotWork *work, const Tally *tally)
{
  if (work->twice > 0)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u thing was done twice",
                                         "%u things were done twice", work->twice),
                            work->twice);
  if (tally->repeats == 0)
    return g_strdup (_ ("no repeat among the records"));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u repeat, %u held back",
                                       "%u repeats, %u held back", tally->repeats),
                          tally->repeats, tally->repeats_held);
}

static void
judge_one (SbPilotWork *work, SbValue *criterion, const Tally *tally, SbValue *criteria)
{
  const char *kind = sb_value_get_string (criterion, "kind");
  const char *text = sb_value_get_string (criterion, "text");
  guint n = work->records->len;

  if (g_strcmp0 (kind, "records") == 0)
    {
      guint wanted = (guint)sb_value_get_int_or (criterion, "at_least", 1);
      g_autofree char *fallback =
        wanted == 10 ? g_strdup (_ ("Ten records went through"))
                     : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u record went through",
                                                     "%u records went through", wanted),
                                        wanted);

      add_criterion (criteria, kind, text != NULL ? text : fallback,
                     tally->ended == n && n >= wanted,
                     g_strdup_printf (_ ("%u of %u"), tally->ended, MAX (n, wanted)));
    }
  else if (g_strcmp0 (kind, "nothing-unexpected") == 0)
    add_criterion (
      criteria, kind, text != NULL ? text : _ ("Nothing unexpected"), tally->odd_cells == 0,
      tally->odd_cells == 0
        ? g_strdup (_ ("every cell as expected"))
        : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u cell, record %u",
                                        "%u cells, first in record %u", tally->odd_cells),
                           tally->odd_cells, tally->odd_record));
  else if (g_strcmp0 (kind, "no-duplicates") == 0)
    add_criterion (criteria, kind, text != NULL ? text : _ ("Nothing was done twice"),
                   work->twice == 0 && tally->repeats == tally->repeats_held,
                   say_twice (work, tally));
  else if (g_strcmp0 (kind, "failures-reach-inbox") == 0)
    add_criterion (criteria, kind, text != NULL ? text : _ ("Failures reach the inbox"),
                   tally->failures == tally->failures_in_inbox,
                   g_strdup_printf (_ ("%u of %u"), tally->failures_in_inbox, tally->failures));
  else if (g_strcmp0 (kind, "within") == 0)
    {
      gint64 worst = slowest (work, sb_value_get_string (criterion, "place"));
      gint64 limit = sb_value_get_int_or (criterion, "seconds", 60) * 1000;
      g_autofree char *limit_text = sb_pilot_format_ms (limit);
      g_autofree char *worst_text = sb_pilot_format_ms (worst);
      g_autofree char *fallback = g_strdup_printf (_ ("Done within %s"), limit_text);

      add_criterion (criteria, kind, text != NULL ? text : fallback, worst <= limit,
                     worst < 0 ? g_strdup (_ ("no record got there"))
                               : g_strdup_printf (_ ("slowest %s"), worst_text));
    }
  else if (g_strcmp0 (kind, "sandbox-passed") == 0)
    add_criterion (
      criteria, kind, text != NULL ? text : _ ("Passed in Sandbox"),
      g_str_equal (work->mode, "sandbox") && tally->odd_cells == 0 && tally->ended == n,
      g_strdup (g_str_equal (work->mode, "sandbox") ? _ ("this pilot") : _ ("not by this pilot")));
  else
    add_criterion (criteria, kind != NULL ? kind : "",
                   text != NULL ? text : _ ("Unknown criterion"), FALSE,
                   g_strdup (_ ("this version of Signalbox does not know it")));
}

static SbValue *
judge_criteria (SbPilotWork *work, SbValue *records, gboolean *passed)
{
  static const char *const usual[] = { "records", "nothing-unexpected", "no-duplicates",
                                       "failures-reach-inbox" };
  SbValue *criteria = sb_value_new_array ();
  Tally tally = count (work, records);
  guint n = sb_value_get_length (work->flow->criteria);

  for (guint i = 0; i < n; i++)
    judge_one (work, sb_value_get_item (work->flow->criteria, i), &tally, criteria);
  for (guint i = 0; n == 0 && i < G_N_ELEMENTS (usual); i++)
    {
      g_autoptr (SbValue) criterion = sb_value_new_object ();

      sb_value_set_string (criterion, "kind", usual[i]);
      judge_one (work, criterion, &tally, criteria);
    }

  *passed = tally.odd_cells == 0 && tally.ended == work->records->len;
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      SbValue *criterion = sb_value_get_item (criteria, i);

      /* Whether Sandbox was passed is for the gate to ask, not for a pilot of another kind. */
      if (!g_str_equal (sb_value_get_string (criterion, "kind"), "sandbox-passed") ||
          g_str_equal (work->mode, "sandbox"))
        *passed = *passed && sb_value_get_boolean_or (criterion, "met", FALSE);
    }
  return criteria;
}

SbValue *
sb_pilot_judge (SbPilotWork *work)
{
  SbValue *result = sb_value_new_object ();
  SbValue *columns = sb_pilot_columns_to_value (work->columns);
  SbValue *records = sb_value_new_array ();
  SbValue *problems = sb_value_new_array ();
  SbValue *criteria;
  g_autofree char *started = sb_clock_format_utc (work->started_us);
  g_autofree char *finished = sb_clock_format_utc (sb_clock_now_us ());
  gboolean passed;

  for (guint i = 0; i < work->records->len; i++)
    sb_value_append (records,
                     sb_pilot_record_to_value (work, g_ptr_array_index (work->records, i)));
  for (guint i = 0; i < work->problems->len; i++)
    sb_value_append (problems, sb_value_new_string (g_ptr_array_index (work->problems, i)));
  criteria = judge_criteria (work, records, &passed);

  sb_value_set_string (result, "flow", work->flow->name);
  if (work->flow->id != NULL)
    sb_value_set_string (result, "flow_id", work->flow->id);
  sb_value_set_string (result, "mode", work->mode);
  sb_value_set_string (result, "started", started);
  sb_value_set_string (result, "finished", finished);
  sb_value_set_boolean (result, "passed", passed && work->problems->len == 0);
  sb_value_set (result, "columns", columns);
  sb_value_set (result, "records", records);
  sb_value_set (result, "criteria", criteria);
  sb_value_set (result, "problems", problems);
  sb_value_set (result, "steps", sb_pilot_hash_steps (work->flow));
  return result;
}
