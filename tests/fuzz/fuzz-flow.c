/* fuzz-flow.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Flow documents: the whole input is one.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "sb-json.h"
#include "sb-walk.h"

#define MAX_PASSES 300

static void
check_problems (SbProblems *problems)
{
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      fuzz_check (problem->path != NULL && problem->message != NULL && problem->message[0] != '\0');
      fuzz_check_words (problem->path);
      fuzz_check_words (problem->message);
    }
}

static SbScope *
new_scope (SbFlow *flow)
{
  static SbValue *trigger, *run;
  SbScope *scope = sb_scope_new (flow->time_zone, FUZZ_NOW_US);

  if (trigger == NULL)
    {
      SbTrigger *paid =
        sb_connector_find_trigger (fuzz_find_vendor ("shopify")->connector, "order-paid");

      trigger = sb_value_ref (sb_value_get_item (paid->samples, 0));
      run = sb_json_parse (
        "{\"id\":\"r1\",\"started\":\"2026-11-23T09:14:02Z\",\"label\":\"Order #1004\"}", -1, NULL);
    }
  sb_scope_set (scope, "trigger", trigger);
  sb_scope_set (scope, "run", run);
  return scope;
}

static SbNeed *
walk (SbFlow *flow, SbJournal *journal, gint64 now_us)
{
  g_autoptr (SbScope) scope = new_scope (flow);

  return sb_walk_next (flow, scope, journal, now_us, NULL, NULL);
}

/* Runs @flow as the engine would, with every action done at once: it comes to an end, and a walk
 * says the same when it is asked again. */
static void
check_walk (SbFlow *flow)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();
  g_autoptr (SbValue) output = sb_json_parse ("{\"Id\":\"1\",\"list\":[1,2]}", -1, NULL);
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gint64 now_us = FUZZ_NOW_US;

  for (guint i = 0; i < MAX_PASSES; i++)
    {
      g_autoptr (SbNeed) need = walk (flow, journal, now_us);
      g_autoptr (SbNeed) again = walk (flow, journal, now_us);

      fuzz_check (need->kind == again->kind && g_strcmp0 (need->place, again->place) == 0);
      fuzz_check (need->until_us == again->until_us);
      switch (need->kind)
        {
        case SB_WALK_ACT:
          fuzz_check (need->step != NULL && need->place != NULL && need->fields != NULL);
          fuzz_check (sb_value_equal (need->fields, again->fields));
          fuzz_check (g_hash_table_add (places, g_strdup (need->place)));
          sb_journal_add_output (journal, need->place, output);
          break;
        case SB_WALK_WAIT:
          fuzz_check (need->place != NULL && need->until_us > now_us);
          sb_journal_add_timer (journal, need->place, need->until_us);
          now_us = need->until_us;
          break;
        case SB_WALK_FAILED:
          fuzz_check_error (FALSE, &need->error);
          return;
        case SB_WALK_DONE:
        case SB_WALK_STOPPED:
        default:
          return;
        }
    }
}

static void
check_flow (SbFlow *flow, SbValue *document)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *text = sb_flow_write (flow);
  g_autoptr (SbValue) read = sb_json_parse (text, -1, NULL);
  g_autoptr (SbFlow) again = NULL;
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);
  g_autofree char *text_again = NULL;

  fuzz_check (read != NULL && sb_value_equal (read, document));
  again = sb_flow_parse (read, problems);
  check_problems (problems);
  fuzz_check (again != NULL && sb_problems_get_length (problems) == 0);
  text_again = sb_flow_write (again);
  fuzz_check (strcmp (text, text_again) == 0);

  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      fuzz_check (step->id != NULL && sb_flow_find_step (flow, step->id) == step);
    }
  sb_flow_check (flow, fuzz_connectors (), problems);
  check_problems (problems);
  check_walk (flow);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (SbValue) document = sb_json_parse ((const char *)data, (gssize)size, NULL);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbProblems) all = sb_problems_new ();
  g_autoptr (SbFlow) flow = NULL;

  if (document == NULL)
    return 0;
  flow = sb_flow_parse (document, problems);
  check_problems (problems);
  fuzz_check ((flow == NULL) == (sb_problems_get_length (problems) > 0));

  sb_flow_check_document (document, fuzz_connectors (), all);
  check_problems (all);
  fuzz_check (flow != NULL || sb_problems_get_length (all) > 0);
  if (flow != NULL)
    check_flow (flow, document);
  return 0;
}
