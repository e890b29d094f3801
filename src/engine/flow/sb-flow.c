/* sb-flow.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow.h"

#include <string.h>

#include "sb-condition.h"
#include "sb-flow-private.h"
#include "sb-json.h"

static const char *const type_names[] = { "action",   "lookup", "filter",    "branch",
                                          "for-each", "delay",  "set-fields" };

/**
 * sb_step_type_to_string:
 *
 * Returns: (transfer none): "for-each", as in the document
 */
const char *
sb_step_type_to_string (SbStepType type)
{
  g_return_val_if_fail (type < G_N_ELEMENTS (type_names), NULL);

  return type_names[type];
}

static void
lane_free (SbLane *lane)
{
  g_free (lane->name);
  sb_condition_free (lane->condition);
  g_ptr_array_unref (lane->steps);
  g_free (lane);
}

SbLane *
sb_lane_new (void)
{
  SbLane *lane = g_new0 (SbLane, 1);

  lane->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_step_free);
  return lane;
}

SbStep *
sb_step_new (SbStepType type)
{
  SbStep *self = g_new0 (SbStep, 1);

  self->type = type;
  if (type == SB_STEP_BRANCH)
    self->lanes = g_ptr_array_new_with_free_func ((GDestroyNotify)lane_free);
  if (type == SB_STEP_FOR_EACH)
    self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_step_free);
  return self;
}

void
sb_step_free (SbStep *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->path);
  g_free (self->name);
  g_free (self->connector);
  g_free (self->action);
  g_free (self->connection);
  g_clear_pointer (&self->fields, sb_value_unref);
  g_clear_pointer (&self->condition, sb_condition_free);
  g_clear_pointer (&self->lanes, g_ptr_array_unref);
  g_free (self->list);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self->duration);
  g_free (self->until);
  g_free (self->offset);
  g_free (self->if_none);
  g_free (self);
}

SbFlow *
sb_flow_ref (SbFlow *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
sb_flow_unref (SbFlow *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->document, sb_value_unref);
  g_free (self->id);
  g_free (self->name);
  g_free (self->description);
  g_free (self->time_zone);
  g_free (self->trigger_type);
  g_free (self->trigger_connector);
  g_free (self->trigger);
  g_free (self->trigger_connection);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_clear_pointer (&self->tables, sb_value_unref);
  g_clear_pointer (&self->criteria, sb_value_unref);
  g_clear_pointer (&self->plan, sb_value_unref);
  g_free (self);
}

static void
list_steps (GPtrArray *steps, GPtrArray *list)
{
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      g_ptr_array_add (list, step);
      for (guint j = 0; step->lanes != NULL && j < step->lanes->len; j++)
        list_steps (((SbLane *)g_ptr_array_index (step->lanes, j))->steps, list);
      if (step->steps != NULL)
        list_steps (step->steps, list);
    }
}

GPtrArray *
sb_flow_list_steps (SbFlow *self)
{
  GPtrArray *list = g_ptr_array_new ();

  list_steps (self->steps, list);
  return list;
}

/**
 * sb_flow_find_step:
 *
 * Returns: (transfer none) (nullable): the step, also one within a lane or a for-each
 */
SbStep *
sb_flow_find_step (SbFlow *self, const char *id)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (self);

  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (strcmp (step->id, id) == 0)
        return step;
    }
  return NULL;
}

/**
 * sb_flow_write:
 *
 * Returns: (transfer full): the document as indented JSON
 */
char *
sb_flow_write (SbFlow *self)
{
  return sb_json_write_pretty (self->document);
}
