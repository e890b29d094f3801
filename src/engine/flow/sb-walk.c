/* sb-walk.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-walk.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-condition.h"
#include "sb-duration.h"
#include "sb-error.h"
#include "sb-filters.h"
#include "sb-flow-private.h"
#include "sb-journal-private.h"
#include "sb-zone.h"

typedef struct
{
  SbFlow *flow;
  SbScope *scope;
  SbJournal *journal;
  gint64 now_us;
  SbWalkFunc func;
  gpointer data;
  gboolean short_cuts; /* nobody is told, so what was walked before need not be walked again */
  SbNeed *need;
} Walk;

typedef enum
{
  PASSED,
  STOPPED, /* a filter did not hold: ends the run, or only this round of a for-each */
  ENDED,   /* the walk goes no further now: walk->need says why */
} Passage;

static Passage walk_steps (Walk *walk, GPtrArray *steps, const char *prefix, SbValue **last);

void
sb_need_free (SbNeed *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_free (self->detail);
  g_clear_pointer (&self->fields, sb_value_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void
set_need (Walk *walk, SbWalkKind kind, SbStep *step, const char *place)
{
  g_clear_pointer (&walk->need, sb_need_free);
  walk->need = g_new0 (SbNeed, 1);
  walk->need->kind = kind;
  walk->need->step = step;
  walk->need->place = g_strdup (place);
}

/* @error: (transfer full) */
static Passage
fail (Walk *walk, SbStep *step, const char *place, GError *error)
{
  set_need (walk, SB_WALK_FAILED, step, place);
  walk->need->error = error;
  return ENDED;
}

static void
tell (Walk *walk,
      SbStep *step,
      const char *place,
      const char *verdict,
      const char *detail,
      SbValue *output)
{
  if (walk->func != NULL)
    walk->func (step, place, verdict, detail, output, walk->data);
}

/* What a run ends at is remembered; a for-each around it forgets it again. */
static Passage
stop (Walk *walk, SbStep *step, const char *place, const char *detail)
{
  tell (walk, step, place, "stopped", detail, NULL);
  set_need (walk, SB_WALK_STOPPED, step, place);
  walk->need->detail = g_strdup (detail);
  return STOPPED;
}

static const char *
name_of (SbStep *step)
{
  return step->name != NULL && step->name[0] != '\0' ? step->name : step->id;
}

/* A missing value names itself; any other trouble is told with the field it is in. */
static SbValue *
render_fields (SbStep *step, SbScope *scope, GError **error)
{
  g_autoptr (SbValue) rendered = sb_value_new_object ();

  for (guint i = 0; i < sb_value_get_length (step->fields); i++)
    {
      const char *key = sb_value_get_member_name (step->fields, i);
      g_autoptr (GError) local_error = NULL;
      SbValue *value = sb_render_value (sb_value_get_item (step->fields, i), scope, &local_error);

      if (value == NULL)
        {
          if (!g_error_matches (local_error, SB_ERROR, SB_ERROR_MISSING_VALUE))
            g_prefix_error (&local_error, _ ("Field %s: "), key);
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      sb_value_set (rendered, key, value);
    }
  return g_steal_pointer (&rendered);
}

static Passage
pass_lookup_without_find (Walk *walk, SbStep *step, const char *place)
{
  if (strcmp (step->if_none, "stop") == 0)
    return stop (walk, step, place, _ ("nothing was found"));
  if (strcmp (step->if_none, "continue") == 0)
    {
      tell (walk, step, place, "done", _ ("nothing was found"), NULL);
      return PASSED;
    }
  return fail (
    walk, step, place,
    g_error_new (SB_ERROR, SB_ERROR_NOT_FOUND, _ ("“%s” found nothing"), name_of (step)));
}

static Passage
walk_action (Walk *walk, SbStep *step, const char *place, const SbEntry *entry, SbValue **output)
{
  GError *error = NULL;
  SbValue *fields;

  if (entry != NULL && entry->output != NULL)
    {
      if (step->type == SB_STEP_LOOKUP && sb_value_get_type (entry->output) == SB_VALUE_NULL)
        return pass_lookup_without_find (walk, step, place);
      *output = sb_value_ref (entry->output);
      tell (walk, step, place, "done", NULL, *output);
      return PASSED;
    }
  fields = render_fields (step, walk->scope, &error);
  if (fields == NULL)
    return fail (walk, step, place, error);
  set_need (walk, SB_WALK_ACT, step, place);
  walk->need->fields = fields;
  return ENDED;
}

static Passage
walk_filter (Walk *walk, SbStep *step, const char *place)
{
  gboolean holds;
  GError *error = NULL;
  g_autofree char *words = NULL;

  if (!sb_condition_evaluate (step->condition, walk->scope, &holds, &error))
    return fail (walk, step, place, error);
  words = sb_condition_describe (step->condition);
  if (!holds)
    {
      g_autofree char *detail = g_strdup_printf (_ ("does not hold: %s"), words);

      return stop (walk, step, place, detail);
    }
  tell (walk, step, place, "passed", words, NULL);
  return PASSED;
}

static Passage
walk_branch (Walk *walk, SbStep *step, const char *place, const char *prefix, SbValue **output)
{
  for (guint i = 0; i < step->lanes->len; i++)
    {
      SbLane *lane = g_ptr_array_index (step->lanes, i);
      gboolean holds = TRUE;
      GError *error = NULL;

      if (lane->condition != NULL &&
          !sb_condition_evaluate (lane->condition, walk->scope, &holds, &error))
        return fail (walk, step, place, error);
      if (!holds)
        continue;
      tell (walk, step, place, "taken", lane->name, NULL);
      return walk_steps (walk, lane->steps, prefix, output);
    }
  tell (walk, step, place, "passed", _ ("no lane was taken"), NULL);
  return PASSED;
}

static SbValue *
render_list (Walk *walk, SbStep *step, GError **error)
{
  g_autoptr (SbTemplate) template = sb_template_new (step->list, error);
  g_autoptr (SbValue) list = NULL;

  if (template == NULL)
    return NULL;
  list = sb_template_render (template, walk->scope, error);
  if (list == NULL)
    return NULL;
  if (sb_value_get_type (list) != SB_VALUE_ARRAY)
    {
      g_autofree char *text = sb_value_to_text (list);

      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("“%s” needs a list, and “%.*s” is none"),
                   name_of (step), SB_FIT (text, 60));
      return NULL;
    }
  if (sb_value_get_length (list) > SB_FLOW_MAX_ITEMS)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                   _ ("“%s” has a list of %u items, and at most %d are gone through. Use the slice "
                      "filter, or a flow for each part."),
                   name_of (step), sb_value_get_length (list), SB_FLOW_MAX_ITEMS);
      return NULL;
    }
  return g_steal_pointer (&list);
}

static void
forget_steps (SbScope *scope, GPtrArray *steps)
{
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      sb_scope_set (scope, step->id, NULL);
      for (guint j = 0; step->lanes != NULL && j < step->lanes->len; j++)
        forget_steps (scope, ((SbLane *)g_ptr_array_index (step->lanes, j))->steps);
      if (step->steps != NULL)
        forget_steps (scope, step->steps);
    }
}

static void
forget_inner_rounds (Walk *walk, GPtrArray *steps, const char *prefix)
{
  for (guint i = 0; walk->short_cuts && i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (step->type == SB_STEP_FOR_EACH)
        {
          g_autofree char *place = g_strconcat (prefix, step->id, NULL);

          sb_journal_forget_rounds (walk->journal, place);
        }
      for (guint j = 0; step->lanes != NULL && j < step->lanes->len; j++)
        forget_inner_rounds (walk, ((SbLane *)g_ptr_array_index (step->lanes, j))->steps, prefix);
    }
}

/* One round for each item. The walk may end within one; it comes back here by walking again, and
 * goes on at the round it ended in. What is within a round that is over is of no use any more. */
static Passage
walk_rounds (Walk *walk, SbStep *step, const char *place, SbValue *list, SbRounds *rounds)
{
  for (guint i = rounds->n_done; i < sb_value_get_length (list); i++)
    {
      g_autofree char *prefix = g_strdup_printf ("%s[%u]/", place, i);
      SbValue *last = NULL;
      Passage passage;

      forget_steps (walk->scope, step->steps);
      sb_scope_set (walk->scope, "item", sb_value_get_item (list, i));
      passage = walk_steps (walk, step->steps, prefix, &last);
      if (passage == ENDED)
        {
          g_clear_pointer (&last, sb_value_unref);
          return ENDED;
        }
      if (passage == STOPPED)
        {
          g_clear_pointer (&walk->need, sb_need_free);
          g_clear_pointer (&last, sb_value_unref);
        }
      sb_value_append (rounds->outputs, last);
      rounds->n_done = i + 1;
      forget_inner_rounds (walk, step->steps, prefix);
    }
  return PASSED;
}

static Passage
walk_for_each (Walk *walk, SbStep *step, const char *place, SbValue **output)
{
  GError *error = NULL;
  SbRounds *rounds = walk->short_cuts ? sb_journal_find_rounds (walk->journal, place) : NULL;
  g_autoptr (SbValue) list =
    rounds != NULL ? sb_value_ref (rounds->list) : render_list (walk, step, &error);
  g_autoptr (SbValue) outer = NULL;
  g_autofree char *detail = NULL;
  SbValue *item = sb_scope_get (walk->scope, "item");
  SbRounds fresh = { 0 };
  Passage passage;

  if (list == NULL)
    return fail (walk, step, place, error);
  outer = item != NULL ? sb_value_ref (item) : NULL;
  if (rounds == NULL && walk->short_cuts)
    rounds = sb_journal_add_rounds (walk->journal, place, list);
  if (rounds == NULL)
    {
      rounds = &fresh;
      fresh.outputs = sb_value_new_array ();
    }
  passage = walk_rounds (walk, step, place, list, rounds);
  *output = passage == PASSED ? sb_value_ref (rounds->outputs) : NULL;
  g_clear_pointer (&fresh.outputs, sb_value_unref);
  if (passage == ENDED)
    return ENDED;
  forget_steps (walk->scope, step->steps);
  sb_scope_set (walk->scope, "item", outer);
  detail = g_strdup_printf (
    g_dngettext (GETTEXT_PACKAGE, "%u item", "%u items", sb_value_get_length (list)),
    sb_value_get_length (list));
  tell (walk, step, place, "done", detail, *output);
  return PASSED;
}

static gboolean
add_duration (Walk *walk, const char *template, gint64 *time_us, GError **error)
{
  GTimeZone *zone = sb_scope_get_zone (walk->scope, error);
  g_autofree char *text = zone != NULL ? sb_render_text (template, walk->scope, error) : NULL;
  SbDuration duration;

  return text != NULL && sb_duration_parse (text, &duration, error) &&
         sb_duration_add_to (&duration, zone, time_us, error);
}

static gboolean
find_end (Walk *walk, SbStep *step, gint64 *until_us, GError **error)
{
  g_autofree char *text = NULL;
  GTimeZone *zone;

  if (step->duration != NULL)
    {
      *until_us = walk->now_us;
      return add_duration (walk, step->duration, until_us, error);
    }
  zone = sb_scope_get_zone (walk->scope, error);
  text = zone != NULL ? sb_render_text (step->until, walk->scope, error) : NULL;
  if (text == NULL || !sb_zone_parse (zone, text, until_us, error))
    return FALSE;
  return step->offset == NULL || add_duration (walk, step->offset, until_us, error);
}

static Passage
walk_delay (Walk *walk, SbStep *step, const char *place, const SbEntry *entry)
{
  gboolean is_set = entry != NULL && entry->has_timer;
  gint64 until_us = is_set ? entry->until_us : 0;
  gint64 afresh_us = 0;
  GError *error = NULL;
  g_autofree char *until = NULL;
  g_autofree char *detail = NULL;

  if (!is_set && !find_end (walk, step, &until_us, &error))
    return fail (walk, step, place, error);
  /* More is left than the whole of it: the clock was ahead when it was set, and was put right. */
  if (is_set && until_us > walk->now_us && step->duration != NULL &&
      find_end (walk, step, &afresh_us, NULL))
    until_us = MIN (until_us, afresh_us);
  if (until_us > walk->now_us)
    {
      set_need (walk, SB_WALK_WAIT, step, place);
      walk->need->until_us = until_us;
      return ENDED;
    }
  until = sb_clock_format_utc (until_us);
  detail = g_strdup_printf (is_set ? _ ("until %s") : _ ("not at all: %s was past"), until);
  tell (walk, step, place, "waited", detail, NULL);
  return PASSED;
}

static Passage
walk_set_fields (Walk *walk, SbStep *step, const char *place, SbValue **output)
{
  GError *error = NULL;

  *output = render_fields (step, walk->scope, &error);
  if (*output == NULL)
    return fail (walk, step, place, error);
  tell (walk, step, place, "set", NULL, *output);
  return PASSED;
}

/* @output gets what the step gave: (transfer full), NULL where it gave nothing. */
static Passage
walk_step (Walk *walk, SbStep *step, const char *place, const char *prefix, SbValue **output)
{
  const SbEntry *entry = sb_journal_find (walk->journal, place);

  if (entry != NULL && entry->skipped && entry->output == NULL)
    {
      tell (walk, step, place, "skipped", NULL, NULL);
      return PASSED;
    }
  switch (step->type)
    {
    case SB_STEP_ACTION:
    case SB_STEP_LOOKUP:
      return walk_action (walk, step, place, entry, output);
    case SB_STEP_FILTER:
      return walk_filter (walk, step, place);
    case SB_STEP_BRANCH:
      return walk_branch (walk, step, place, prefix, output);
    case SB_STEP_FOR_EACH:
      return walk_for_each (walk, step, place, output);
    case SB_STEP_DELAY:
      return walk_delay (walk, step, place, entry);
    case SB_STEP_SET_FIELDS:
    default:
      return walk_set_fields (walk, step, place, output);
    }
}

/* @last gets what the last step that gave anything gave. */
static Passage
walk_steps (Walk *walk, GPtrArray *steps, const char *prefix, SbValue **last)
{
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);
      g_autofree char *place = g_strconcat (prefix, step->id, NULL);
      g_autoptr (SbValue) output = NULL;
      Passage passage = walk_step (walk, step, place, prefix, &output);

      if (passage != PASSED)
        return passage;
      if (step->type != SB_STEP_BRANCH)
        sb_scope_set (walk->scope, step->id, output);
      if (output != NULL)
        {
          g_clear_pointer (last, sb_value_unref);
          *last = g_steal_pointer (&output);
        }
    }
  return PASSED;
}

static void
prepare_scope (SbFlow *flow, SbScope *scope)
{
  forget_steps (scope, flow->steps);
  sb_scope_set (scope, "item", NULL);
  for (guint i = 0; i < sb_value_get_length (flow->tables); i++)
    sb_scope_set_table (scope, sb_value_get_member_name (flow->tables, i),
                        sb_value_get_item (flow->tables, i));
}

/**
 * sb_walk_next:
 * @scope: of the flow's zone, with "trigger", "run" and a label
 * @now_us: UTC µs
 * @func: (nullable): told of every place that is passed
 *
 * Walks from the first step as far as @journal carries and says what is needed next. The same flow,
 * scope, journal and time always give the same answer. Where nobody is told, @journal remembers the
 * rounds of a for-each that are over, so that the thousandth costs no more than the first.
 *
 * Returns: (transfer full)
 */
SbNeed *
sb_walk_next (
  SbFlow *flow, SbScope *scope, SbJournal *journal, gint64 now_us, SbWalkFunc func, gpointer data)
{
  Walk walk = {
    .flow = flow,
    .scope = scope,
    .journal = journal,
    .now_us = now_us,
    .func = func,
    .data = data,
    .short_cuts = func == NULL,
  };
  SbValue *last = NULL;

  if (walk.short_cuts)
    sb_journal_begin_trail (journal, flow, scope, now_us);
  prepare_scope (flow, scope);
  if (walk_steps (&walk, flow->steps, "", &last) == PASSED)
    set_need (&walk, SB_WALK_DONE, NULL, NULL);
  g_clear_pointer (&last, sb_value_unref);
  if (walk.short_cuts)
    sb_journal_end_trail (journal, walk.need->place);
  return g_steal_pointer (&walk.need);
}
