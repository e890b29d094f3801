/* sb-flow-move.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-move.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-flow-edit.h"
#include "sb-template.h"
#include "sb-words.h"

void
sb_place_clear (SbPlace *self)
{
  g_clear_pointer (&self->owner, g_free);
}

static gboolean
same_list (const SbPlace *a, const SbPlace *b)
{
  return a->lane == b->lane && g_strcmp0 (a->owner, b->owner) == 0;
}

/* --- places in reading order --------------------------------------------------------------------
 */

static void
place_free (gpointer data)
{
  sb_place_clear (data);
  g_free (data);
}

/* Every place of the flow in the order of the page; what is within @without is left out. */
static void
list_places (GPtrArray *places, GPtrArray *steps, const char *owner, int lane, const char *without)
{
  for (guint i = 0; i <= (steps != NULL ? steps->len : 0); i++)
    {
      SbStep *step = steps != NULL && i < steps->len ? g_ptr_array_index (steps, i) : NULL;
      SbPlace *place = g_new0 (SbPlace, 1);

      place->owner = g_strdup (owner);
      place->lane = lane;
      place->index = i;
      g_ptr_array_add (places, place);
      if (step == NULL || g_strcmp0 (step->id, without) == 0)
        continue;
      for (guint j = 0; step->lanes != NULL && j < step->lanes->len; j++)
        list_places (places, ((SbLane *)g_ptr_array_index (step->lanes, j))->steps, step->id,
                     (int)j, without);
      if (step->type == SB_STEP_FOR_EACH)
        list_places (places, step->steps, step->id, -1, without);
    }
}

static gboolean
find_in_list (GPtrArray *steps, const char *owner, int lane, const char *step_id, SbPlace *place)
{
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (strcmp (step->id, step_id) == 0)
        {
          *place = (SbPlace){ g_strdup (owner), lane, i };
          return TRUE;
        }
      for (guint j = 0; step->lanes != NULL && j < step->lanes->len; j++)
        if (find_in_list (((SbLane *)g_ptr_array_index (step->lanes, j))->steps, step->id, (int)j,
                          step_id, place))
          return TRUE;
      if (find_in_list (step->steps, step->id, -1, step_id, place))
        return TRUE;
    }
  return FALSE;
}

gboolean
sb_flow_move_find (SbFlow *flow, const char *step_id, SbPlace *place)
{
  return find_in_list (flow->steps, NULL, -1, step_id, place);
}

gboolean
sb_flow_move_is_within (SbFlow *flow, const char *id, const char *step_id)
{
  SbStep *step = sb_flow_find_step (flow, step_id);
  SbPlace place;
  gboolean found;

  if (g_strcmp0 (id, step_id) == 0)
    return TRUE;
  if (step == NULL || id == NULL)
    return FALSE;
  found = find_in_list (step->steps, NULL, -1, id, &place);
  for (guint i = 0; !found && step->lanes != NULL && i < step->lanes->len; i++)
    found =
      find_in_list (((SbLane *)g_ptr_array_index (step->lanes, i))->steps, NULL, -1, id, &place);
  if (found)
    sb_place_clear (&place);
  return found;
}

SbValue *
sb_flow_move (SbFlow *flow, const char *step_id, const SbPlace *to)
{
  g_auto (SbPlace) from = { NULL, -1, 0 };
  g_autoptr (SbValue) without = NULL;
  guint index = to->index;

  if (!sb_flow_move_find (flow, step_id, &from) ||
      sb_flow_move_is_within (flow, to->owner, step_id))
    return NULL;
  if (same_list (&from, to))
    {
      if (to->index == from.index || to->index == from.index + 1)
        return NULL;
      /* Taking it out moves up what stands behind it. */
      index -= to->index > from.index ? 1 : 0;
    }
  without = sb_flow_edit_remove (flow->document, step_id);
  return sb_flow_edit_insert (without, to->owner, to->lane, index,
                              sb_value_ref (sb_flow_edit_find_step (flow->document, step_id)));
}

gboolean
sb_flow_move_next (SbFlow *flow, const char *step_id, int by, SbPlace *place)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  g_auto (SbPlace) from = { NULL, -1, 0 };

  if (!sb_flow_move_find (flow, step_id, &from))
    return FALSE;
  list_places (places, flow->steps, NULL, -1, step_id);
  for (guint i = 0; i < places->len; i++)
    {
      SbPlace *at = g_ptr_array_index (places, i);
      int next;

      if (at->index != from.index || !same_list (at, &from))
        continue;
      /* Before and after itself are both where it is. */
      next = (int)i + (by < 0 ? -1 : 2);
      if (next < 0 || next >= (int)places->len)
        return FALSE;
      at = g_ptr_array_index (places, next);
      *place = (SbPlace){ g_strdup (at->owner), at->lane, at->index };
      return TRUE;
    }
  return FALSE;
}

gboolean
sb_flow_move_across (SbFlow *flow, const char *step_id, int by, SbPlace *place)
{
  g_auto (SbPlace) from = { NULL, -1, 0 };
  SbStep *branch;
  SbLane *lane;
  int next;

  if (!sb_flow_move_find (flow, step_id, &from) || from.lane < 0)
    return FALSE;
  branch = sb_flow_find_step (flow, from.owner);
  next = from.lane + by;
  if (branch == NULL || next < 0 || (guint)next >= branch->lanes->len)
    return FALSE;
  lane = g_ptr_array_index (branch->lanes, next);
  *place = (SbPlace){ g_strdup (from.owner), next, MIN (from.index, lane->steps->len) };
  return TRUE;
}

/* --- what no longer fits ------------------------------------------------------------------------
 */

typedef struct
{
  SbFlow *flow;
  const char *message; /* what the check says; it names the step that is meant */
  SbStep *used;
} Search;

static void
reference_cb (const char *root, const char *path, gboolean may_be_missing, gpointer data)
{
  Search *search = data;
  g_autofree char *quoted = g_strdup_printf ("“%s”", root);

  if (search->used == NULL && strstr (search->message, quoted) != NULL)
    search->used = sb_flow_find_step (search->flow, root);
}

static void
search_value (Search *search, SbValue *value)
{
  g_autoptr (SbTemplate) template = NULL;

  if (sb_value_get_type (value) == SB_VALUE_STRING)
    template = sb_template_new (sb_value_get_text (value), NULL);
  if (template != NULL)
    sb_template_foreach_reference (template, reference_cb, search);
  for (guint i = 0; i < sb_value_get_length (value); i++)
    search_value (search, sb_value_get_item (value, i));
}

static gboolean
has_problem (SbProblems *problems, const SbProblem *wanted)
{
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      if (g_strcmp0 (problem->step, wanted->step) == 0 &&
          g_strcmp0 (problem->field, wanted->field) == 0 &&
          strcmp (problem->message, wanted->message) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
comes_before (SbFlow *flow, SbStep *first, SbStep *second)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);
  guint a = 0;
  guint b = 0;

  g_ptr_array_find (steps, first, &a);
  g_ptr_array_find (steps, second, &b);
  return a < b;
}

char *
sb_flow_move_explain (SbFlow *before, SbFlow *after, SbConnectors *connectors)
{
  g_autoptr (SbProblems) old = sb_problems_new ();
  g_autoptr (SbProblems) new = sb_problems_new ();

  sb_flow_check_document (before->document, connectors, old);
  sb_flow_check_document (after->document, connectors, new);
  for (guint i = 0; i < sb_problems_get_length (new); i++)
    {
      const SbProblem *problem = sb_problems_get (new, i);
      SbStep *user = problem->step != NULL ? sb_flow_find_step (after, problem->step) : NULL;
      Search search = { after, problem->message, NULL };
      g_autofree char *user_title = NULL;
      g_autofree char *used_title = NULL;

      if (user == NULL || has_problem (old, problem))
        continue;
      search_value (&search, sb_flow_edit_find_step (after->document, user->id));
      user_title = sb_words_step_title (connectors, user);
      if (search.used == NULL)
        continue;
      used_title = sb_words_step_title (connectors, search.used);
      if (comes_before (after, user, search.used))
        /* Translators: both are titles of steps */
        return g_strdup_printf (_ ("“%s” needs what “%s” gives, and now comes before it"),
                                user_title, used_title);
      return g_strdup_printf (_ ("“%s” needs what “%s” gives, which is not always passed there"),
                              user_title, used_title);
    }
  return NULL;
}
