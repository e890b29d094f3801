/* sb-story.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-story.h"

#include <glib/gi18n-lib.h>

#include "sb-condition.h"
#include "sb-replay.h"

typedef struct
{
  SbClaim *claim;
  SbConnectors *connectors;
  GPtrArray *chapters;
  gint64 time_us; /* of the last thing that has one: what follows without one came right after */
} Telling;

static void
chapter_free (SbChapter *chapter)
{
  g_free (chapter->place);
  g_free (chapter->tile);
  g_free (chapter->title);
  g_free (chapter->detail);
  g_ptr_array_unref (chapter->attempts);
  g_free (chapter);
}

static char *
capitalize (const char *text)
{
  g_autofree char *first = g_utf8_strup (text, g_utf8_next_char (text) - text);

  return g_strconcat (first, g_utf8_next_char (text), NULL);
}

static SbChapter *
add_chapter (Telling *telling,
             SbChapterKind kind,
             const char *place,
             const char *tile,
             char *title,
             const char *detail)
{
  SbChapter *chapter = g_new0 (SbChapter, 1);

  chapter->kind = kind;
  chapter->place = g_strdup (place);
  chapter->tile = g_strdup (tile);
  chapter->title = title;
  chapter->detail = g_strdup (detail);
  chapter->time_us = telling->time_us;
  chapter->attempts = g_ptr_array_new ();
  g_ptr_array_add (telling->chapters, chapter);

  return chapter;
}

static SbAction *
find_action (SbStep *step, SbConnectors *connectors)
{
  SbConnector *connector =
    step->connector != NULL ? sb_connectors_find (connectors, step->connector) : NULL;

  return connector != NULL && step->action != NULL
           ? sb_connector_find_action (connector, step->action)
           : NULL;
}

char *
sb_story_step_title (SbStep *step, SbConnectors *connectors)
{
  SbAction *action = find_action (step, connectors);

  if (step->name != NULL && step->name[0] != '\0')
    return capitalize (step->name);
  if (action != NULL)
    return capitalize (action->label);
  if (step->condition != NULL)
    {
      g_autofree char *words = sb_condition_describe (step->condition);

      return capitalize (words);
    }

  switch (step->type)
    {
    case SB_STEP_BRANCH:
      return g_strdup (_ ("Which way it takes"));
    case SB_STEP_FOR_EACH:
      return g_strdup (_ ("For each item"));
    case SB_STEP_DELAY:
      return g_strdup (_ ("Wait"));
    case SB_STEP_SET_FIELDS:
      return g_strdup (_ ("Set fields"));
    case SB_STEP_ACTION:
    case SB_STEP_LOOKUP:
    case SB_STEP_FILTER:
    default:
      return capitalize (step->id);
    }
}

static const char *
get_tile (Telling *telling, SbStep *step)
{
  SbConnector *connector =
    step->connector != NULL ? sb_connectors_find (telling->connectors, step->connector) : NULL;

  if (connector != NULL)
    return connector->kind;

  return sb_step_type_to_string (step->type);
}

/* Gives a chapter the attempts made at its place, and the time and words of the last of them. */
static void
add_attempts (Telling *telling, SbChapter *chapter, SbStep *step)
{
  SbAction *action = find_action (step, telling->connectors);

  chapter->keyed = action != NULL && action->idempotency == SB_IDEMPOTENT_KEY;
  for (guint i = 0; i < telling->claim->attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (telling->claim->attempts, i);

      if (!g_str_equal (attempt->place, chapter->place))
        continue;
      if (chapter->attempts->len == 0)
        chapter->time_us = attempt->started_us;
      telling->time_us = attempt->ended_us > 0 ? attempt->ended_us : attempt->started_us;
      g_ptr_array_add (chapter->attempts, attempt);
    }

  if (chapter->attempts->len > 0)
    {
      SbAttempt *last = g_ptr_array_index (chapter->attempts, chapter->attempts->len - 1);

      if (last->message != NULL)
        {
          g_free (chapter->detail);
          chapter->detail = g_strdup (last->message);
        }
    }
}

static void
visited_cb (SbStep *step,
            const char *place,
            const char *verdict,
            const char *detail,
            SbValue *output,
            gpointer data)
{
  Telling *telling = data;
  SbChapterKind kind = SB_CHAPTER_PASSED;
  SbChapter *chapter;

  if (g_str_equal (verdict, "done"))
    kind = SB_CHAPTER_DONE;
  else if (g_str_equal (verdict, "skipped"))
    kind = SB_CHAPTER_SKIPPED;
  else if (g_str_equal (verdict, "stopped"))
    kind = SB_CHAPTER_STOPPED;

  /* A name of the owner's says what is asked; what remains to be told is the answer. */
  if (step->type == SB_STEP_FILTER && step->name != NULL)
    detail = kind == SB_CHAPTER_STOPPED ? _ ("So it goes no further") : _ ("So it goes on");
  chapter = add_chapter (telling, kind, place, get_tile (telling, step),
                         sb_story_step_title (step, telling->connectors), detail);
  add_attempts (telling, chapter, step);
}

static void
tell_event (Telling *telling, SbFlow *flow)
{
  SbEvent *event = telling->claim->event;
  SbConnector *connector = flow != NULL && flow->trigger_connector != NULL
                             ? sb_connectors_find (telling->connectors, flow->trigger_connector)
                             : NULL;
  SbTrigger *trigger = connector != NULL && flow->trigger != NULL
                         ? sb_connector_find_trigger (connector, flow->trigger)
                         : NULL;
  const char *detail = _ ("Stored, then answered");

  if (g_strcmp0 (event->source, "manual") == 0)
    detail = _ ("Started by hand");
  else if (g_strcmp0 (event->source, "edited") == 0)
    detail = _ ("Data edited by you; what came in first is kept");
  else if (g_strcmp0 (event->source, "webhook") == 0)
    detail = _ ("Signature right, stored, then answered");

  telling->time_us = event->received_us;
  add_chapter (telling, SB_CHAPTER_DONE, NULL, connector != NULL ? connector->kind : "web",
               trigger != NULL ? capitalize (trigger->label) : g_strdup (_ ("An event came in")),
               detail);
}

/* What stands at the end of the time line: where the run is now. */
static void
tell_end (Telling *telling)
{
  SbRun *run = telling->claim->run;
  SbChapter *end = NULL;

  if (g_str_equal (run->state, "done"))
    {
      g_autofree char *took =
        g_strdup_printf (_ ("%.1f seconds from start to end"),
                         (double)MAX (0, run->finished_us - run->started_us) / G_USEC_PER_SEC);

      end = add_chapter (telling, SB_CHAPTER_DONE, NULL, "end", g_strdup (_ ("Done")), took);
    }
  else if (g_str_equal (run->state, "stopped"))
    end =
      add_chapter (telling, SB_CHAPTER_STOPPED, NULL, "end", g_strdup (_ ("Stopped by a filter")),
                   _ ("Nothing more was to be done for this one"));
  else if (g_str_equal (run->state, "dropped"))
    end =
      add_chapter (telling, SB_CHAPTER_DROPPED, NULL, "end", g_strdup (_ ("Dropped by you")), NULL);
  else if (g_str_equal (run->state, "inbox"))
    end = add_chapter (
      telling, run->unknown ? SB_CHAPTER_UNKNOWN : SB_CHAPTER_FAILED, NULL, "end",
      g_strdup (run->unknown ? _ ("Waits for you: outcome unknown") : _ ("Waits for you")),
      run->problem);
  else if (g_str_equal (run->state, "waiting") || g_str_equal (run->state, "blocked"))
    {
      g_autoptr (GDateTime) due = g_date_time_new_from_unix_local (run->due_us / G_USEC_PER_SEC);
      g_autofree char *until =
        due != NULL && run->due_us > 0 ? g_date_time_format (due, "%x %X") : NULL;
      g_autofree char *title = until != NULL ? g_strdup_printf (_ ("Waits until %s"), until)
                                             : g_strdup (_ ("Waits for the connection"));

      end = add_chapter (telling, SB_CHAPTER_WAITING, NULL, "end", g_steal_pointer (&title),
                         run->problem);
    }
  else
    end = add_chapter (telling, SB_CHAPTER_WAITING, NULL, "end", g_strdup (_ ("On its way")),
                       run->problem);

  end->time_us = run->finished_us > 0 ? run->finished_us : run->changed_us;
}

/* A step that was tried but is not done: the walk stops before it, so it is told from its attempts.
 */
static void
tell_current (Telling *telling, SbNeed *need)
{
  SbRun *run = telling->claim->run;
  SbChapterKind kind = SB_CHAPTER_WAITING;
  SbChapter *chapter;

  if (need->step == NULL || need->kind == SB_WALK_DONE || need->kind == SB_WALK_STOPPED)
    return;

  if (g_str_equal (run->state, "inbox"))
    kind = run->unknown ? SB_CHAPTER_UNKNOWN : SB_CHAPTER_FAILED;
  else if (g_str_equal (run->state, "dropped"))
    kind = SB_CHAPTER_DROPPED;

  chapter = add_chapter (telling, kind, need->place, get_tile (telling, need->step),
                         sb_story_step_title (need->step, telling->connectors),
                         need->error != NULL ? need->error->message : NULL);
  if (chapter->place != NULL)
    add_attempts (telling, chapter, need->step);
}

GPtrArray *
sb_story_tell (SbClaim *claim, SbConnectors *connectors)
{
  Telling telling = {
    .claim = claim,
    .connectors = connectors,
    .chapters = g_ptr_array_new_with_free_func ((GDestroyNotify)chapter_free),
  };
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow =
    claim->document != NULL ? sb_flow_parse (claim->document, problems) : NULL;
  g_autoptr (SbValue) body = NULL;

  tell_event (&telling, flow);

  if (flow != NULL)
    body = sb_replay_body (connectors, flow, NULL, claim->event, NULL);
  if (body != NULL)
    {
      g_autoptr (SbScope) scope = sb_replay_scope (flow->time_zone, claim->run->id,
                                                   claim->run->started_us, claim->run->label, body);
      g_autoptr (SbJournal) journal =
        sb_replay_journal (claim->attempts, claim->timers, claim->skipped);
      g_autoptr (SbNeed) need = NULL;

      need = sb_walk_next (flow, scope, journal, claim->run->changed_us, visited_cb, &telling);
      tell_current (&telling, need);
    }
  tell_end (&telling);

  return telling.chapters;
}
