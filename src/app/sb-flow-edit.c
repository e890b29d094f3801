/* sb-flow-edit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-edit.h"

#include <string.h>

#include "sb-flow-clip.h"

/* One change to the tree of steps; what is NULL is not done. */
typedef struct
{
  gboolean insert;
  const char *owner; /* insert: whose list; NULL is the flow's own */
  int lane;
  guint index;
  SbValue *step; /* insert: (owned until used) */

  const char *id; /* remove, duplicate, set: which step */
  gboolean remove;
  char **copy;       /* duplicate: where the id of the copy goes */
  SbValue *document; /* duplicate: in which ids are unique */
  int at_lane;       /* set: member of this lane, -1 for the step itself */
  const char *member;
  SbValue *value; /* set: (owned until used) (nullable): NULL removes the member */
} Edit;

static SbValue *
clone_object (SbValue *object)
{
  SbValue *clone = sb_value_new_object ();

  for (guint i = 0; i < sb_value_get_length (object); i++)
    {
      const char *name = sb_value_get_member_name (object, i);

      sb_value_set (clone, name, sb_value_ref (sb_value_get_member (object, name)));
    }
  return clone;
}

static void
set_or_remove (SbValue *object, const char *member, SbValue *value)
{
  if (value != NULL)
    sb_value_set (object, member, value);
  else
    sb_value_remove (object, member);
}

static SbValue *edit_steps (SbValue *steps, const char *owner, int lane, Edit *edit);

static SbValue *
edit_lanes (SbValue *lanes, const char *owner, Edit *edit)
{
  SbValue *edited = sb_value_new_array ();
  gboolean here = edit->member != NULL && edit->at_lane >= 0 && g_strcmp0 (owner, edit->id) == 0;

  for (guint i = 0; i < sb_value_get_length (lanes); i++)
    {
      g_autoptr (SbValue) lane = clone_object (sb_value_get_item (lanes, i));

      sb_value_set (lane, "steps",
                    edit_steps (sb_value_get_member (lane, "steps"), owner, (int)i, edit));
      if (here && edit->at_lane == (int)i)
        set_or_remove (lane, edit->member, g_steal_pointer (&edit->value));
      sb_value_append (edited, g_steal_pointer (&lane));
    }
  return edited;
}

static SbValue *
edit_step (SbValue *step, Edit *edit)
{
  const char *id = sb_value_get_string (step, "id");
  SbValue *lanes = sb_value_get_member (step, "lanes");
  SbValue *inner = sb_value_get_member (step, "steps");
  SbValue *edited = clone_object (step);

  if (lanes != NULL)
    sb_value_set (edited, "lanes", edit_lanes (lanes, id, edit));
  if (inner != NULL)
    sb_value_set (edited, "steps", edit_steps (inner, id, -1, edit));
  if (edit->member != NULL && edit->at_lane < 0 && g_strcmp0 (id, edit->id) == 0)
    set_or_remove (edited, edit->member, g_steal_pointer (&edit->value));
  return edited;
}

static SbValue *
edit_steps (SbValue *steps, const char *owner, int lane, Edit *edit)
{
  SbValue *edited = sb_value_new_array ();
  guint length = sb_value_get_length (steps);
  gboolean here = edit->insert && edit->lane == lane && g_strcmp0 (edit->owner, owner) == 0;

  for (guint i = 0; i <= length; i++)
    {
      SbValue *step = i < length ? sb_value_get_item (steps, i) : NULL;

      if (here && edit->step != NULL && (i == edit->index || i == length))
        sb_value_append (edited, g_steal_pointer (&edit->step));
      if (step == NULL)
        break;
      if (edit->remove && g_strcmp0 (sb_value_get_string (step, "id"), edit->id) == 0)
        continue;
      sb_value_append (edited, edit_step (step, edit));
      if (edit->copy != NULL && g_strcmp0 (sb_value_get_string (step, "id"), edit->id) == 0)
        {
          g_autoptr (SbValue) one = sb_value_new_array ();
          g_autoptr (SbValue) copies = NULL;
          SbValue *copy;

          sb_value_append (one, sb_value_ref (step));
          copies = sb_flow_clip_renew (edit->document, one);
          copy = sb_value_get_item (copies, 0);
          *edit->copy = g_strdup (sb_value_get_string (copy, "id"));
          sb_value_append (edited, sb_value_ref (copy));
        }
    }
  return edited;
}

static SbValue *
apply (SbValue *document, Edit *edit)
{
  SbValue *edited = clone_object (document);

  sb_value_set (edited, "steps",
                edit_steps (sb_value_get_member (document, "steps"), NULL, -1, edit));
  g_clear_pointer (&edit->step, sb_value_unref);
  g_clear_pointer (&edit->value, sb_value_unref);
  return edited;
}

/**
 * sb_flow_edit_new:
 *
 * A flow with a trigger and nothing to do yet.
 */
SbValue *
sb_flow_edit_new (const char *name, const char *connector, const char *trigger)
{
  SbValue *document = sb_value_new_object ();
  SbValue *start = sb_value_new_object ();

  sb_value_set_string (start, "type", connector != NULL ? "webhook" : "manual");
  if (connector != NULL)
    sb_value_set_string (start, "connector", connector);
  if (trigger != NULL)
    sb_value_set_string (start, "trigger", trigger);

  sb_value_set_int (document, "format", 1);
  sb_value_set_string (document, "name", name);
  sb_value_set (document, "trigger", start);
  sb_value_set (document, "steps", sb_value_new_array ());
  return document;
}

SbValue *
sb_flow_edit_insert (SbValue *document, const char *owner, int lane, guint index, SbValue *step)
{
  Edit edit = { .insert = TRUE, .owner = owner, .lane = lane, .index = index, .step = step };

  edit.at_lane = -1;
  return apply (document, &edit);
}

SbValue *
sb_flow_edit_remove (SbValue *document, const char *step_id)
{
  Edit edit = { .id = step_id, .remove = TRUE, .at_lane = -1 };

  return apply (document, &edit);
}

SbValue *
sb_flow_edit_duplicate (SbValue *document, const char *step_id, char **copy)
{
  Edit edit = { .id = step_id, .copy = copy, .document = document, .at_lane = -1 };

  return apply (document, &edit);
}

SbValue *
sb_flow_edit_set (SbValue *document, const char *step_id, const char *member, SbValue *value)
{
  Edit edit = { .id = step_id, .at_lane = -1, .member = member, .value = value };

  if (step_id == NULL || strcmp (step_id, "trigger") == 0)
    {
      SbValue *edited = clone_object (document);

      if (step_id == NULL)
        set_or_remove (edited, member, value);
      else
        {
          SbValue *trigger = clone_object (sb_value_get_member (document, "trigger"));

          set_or_remove (trigger, member, value);
          sb_value_set (edited, "trigger", trigger);
        }
      return edited;
    }
  return apply (document, &edit);
}

SbValue *
sb_flow_edit_set_lane (
  SbValue *document, const char *step_id, int lane, const char *member, SbValue *value)
{
  Edit edit = { .id = step_id, .at_lane = lane, .member = member, .value = value };

  return apply (document, &edit);
}

/* The ways of a branch, to be changed. (transfer full) (nullable) */
static SbValue *
copy_lanes (SbValue *document, const char *step_id)
{
  SbValue *lanes = sb_value_get_member (sb_flow_edit_find_step (document, step_id), "lanes");
  SbValue *copy = lanes != NULL ? sb_value_new_array () : NULL;

  for (guint i = 0; i < sb_value_get_length (lanes); i++)
    sb_value_append (copy, sb_value_ref (sb_value_get_item (lanes, i)));
  return copy;
}

SbValue *
sb_flow_edit_insert_lane (SbValue *document, const char *step_id, guint index, SbValue *lane)
{
  g_autoptr (SbValue) old = copy_lanes (document, step_id);
  SbValue *lanes = sb_value_new_array ();

  for (guint i = 0; i <= sb_value_get_length (old); i++)
    {
      if (i == index || (i == sb_value_get_length (old) && index > i))
        sb_value_append (lanes, sb_value_ref (lane));
      if (i < sb_value_get_length (old))
        sb_value_append (lanes, sb_value_ref (sb_value_get_item (old, i)));
    }
  sb_value_unref (lane);
  return sb_flow_edit_set (document, step_id, "lanes", lanes);
}

SbValue *
sb_flow_edit_remove_lane (SbValue *document, const char *step_id, guint index)
{
  g_autoptr (SbValue) old = copy_lanes (document, step_id);
  SbValue *lanes = sb_value_new_array ();

  for (guint i = 0; i < sb_value_get_length (old); i++)
    if (i != index)
      sb_value_append (lanes, sb_value_ref (sb_value_get_item (old, i)));
  return sb_flow_edit_set (document, step_id, "lanes", lanes);
}

SbValue *
sb_flow_edit_swap_lanes (SbValue *document, const char *step_id, guint first, guint second)
{
  g_autoptr (SbValue) old = copy_lanes (document, step_id);
  SbValue *lanes = sb_value_new_array ();

  for (guint i = 0; i < sb_value_get_length (old); i++)
    {
      guint from = i == first ? second : i == second ? first : i;

      sb_value_append (lanes, sb_value_ref (sb_value_get_item (old, from)));
    }
  return sb_flow_edit_set (document, step_id, "lanes", lanes);
}

static SbValue *
find_in_steps (SbValue *steps, const char *id)
{
  SbValue *found = NULL;

  for (guint i = 0; found == NULL && i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");

      if (g_strcmp0 (sb_value_get_string (step, "id"), id) == 0)
        return step;
      found = find_in_steps (sb_value_get_member (step, "steps"), id);
      for (guint j = 0; found == NULL && j < sb_value_get_length (lanes); j++)
        found = find_in_steps (sb_value_get_member (sb_value_get_item (lanes, j), "steps"), id);
    }
  return found;
}

SbValue *
sb_flow_edit_find_step (SbValue *document, const char *step_id)
{
  return find_in_steps (sb_value_get_member (document, "steps"), step_id);
}

gboolean
sb_flow_edit_has_step (SbValue *document, const char *step_id)
{
  return sb_flow_edit_find_step (document, step_id) != NULL;
}

char *
sb_flow_edit_make_id (SbValue *document, const char *wanted)
{
  /* These are roots of tokens already: a step of that name could not be referred to. */
  static const char *const taken[] = { "trigger",  "item",    "run",   "now",     "fields",
                                       "settings", "secrets", "key",   "version", "output",
                                       "body",     "true",    "false", "null",    NULL };
  g_autofree char *id = g_strdup (wanted);

  for (guint n = 2; g_strv_contains (taken, id) || sb_flow_edit_has_step (document, id); n++)
    {
      g_free (id);
      id = g_strdup_printf ("%s-%u", wanted, n);
    }
  return g_steal_pointer (&id);
}
