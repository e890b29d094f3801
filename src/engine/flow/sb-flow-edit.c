/* sb-flow-edit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow.h"

#include <string.h>

/* The step of that id in a document that is being edited. */
static SbValue *
find_step (SbValue *steps, const char *id)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");
      SbValue *found;

      if (g_strcmp0 (sb_value_get_string (step, "id"), id) == 0)
        return step;
      found = find_step (sb_value_get_member (step, "steps"), id);
      for (guint j = 0; found == NULL && j < sb_value_get_length (lanes); j++)
        found = find_step (sb_value_get_member (sb_value_get_item (lanes, j), "steps"), id);
      if (found != NULL)
        return found;
    }
  return NULL;
}

/* @step_id "trigger" stands for the trigger, which has a connection too. */
static SbValue *
find_part (SbValue *document, const char *step_id)
{
  if (strcmp (step_id, "trigger") == 0)
    return sb_value_get_member (document, "trigger");
  return find_step (sb_value_get_member (document, "steps"), step_id);
}

/**
 * sb_flow_with_field:
 * @value: (nullable) (transfer none): NULL takes the field out
 *
 * Returns: (transfer full) (nullable): a document with the field changed, to be read with
 *   sb_flow_parse(); NULL where there is no such step
 */
SbValue *
sb_flow_with_field (SbFlow *self, const char *step_id, const char *field, SbValue *value)
{
  g_autoptr (SbValue) document = sb_value_copy (self->document);
  SbValue *step = find_step (sb_value_get_member (document, "steps"), step_id);
  SbValue *fields;

  if (step == NULL)
    return NULL;
  fields = sb_value_get_member (step, "fields");
  if (sb_value_get_type (fields) != SB_VALUE_OBJECT)
    {
      fields = sb_value_new_object ();
      sb_value_set (step, "fields", fields);
    }
  if (value != NULL)
    sb_value_set (fields, field, sb_value_copy (value));
  else
    sb_value_remove (fields, field);
  return g_steal_pointer (&document);
}

/**
 * sb_flow_with_connection:
 * @step_id: id of a step, or "trigger"
 * @connection: (nullable): id of the connection; NULL leaves it open again
 *
 * Returns: (transfer full) (nullable): NULL where there is no such step
 */
SbValue *
sb_flow_with_connection (SbFlow *self, const char *step_id, const char *connection)
{
  g_autoptr (SbValue) document = sb_value_copy (self->document);
  SbValue *part = find_part (document, step_id);

  if (part == NULL)
    return NULL;
  sb_value_set_string (part, "connection", connection);
  return g_steal_pointer (&document);
}
