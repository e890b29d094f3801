/* sb-event-fields.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-event-fields.h"

#include <string.h>

#include "sb-template.h"

/* More rows than that nobody reads through; the command line takes a whole document. */
#define MAX_FIELDS 400

static void
field_free (SbEventField *self)
{
  g_free (self->path);
  g_free (self->label);
  g_free (self->type);
  g_clear_pointer (&self->value, sb_value_unref);
  g_free (self);
}

/* --- what a step reads of the event -------------------------------------------------------------
 */

typedef struct
{
  SbFlow *flow;
  GHashTable *paths; /* set of char* */
} Reading;

static void read_value (Reading *reading, SbValue *value);

static void
reference_cb (const char *root, const char *path, gboolean may_be_missing, gpointer data)
{
  Reading *reading = data;
  SbStep *step;

  if (g_str_equal (root, "trigger") && g_str_has_prefix (path, "trigger."))
    {
      g_hash_table_add (reading->paths, g_strdup (path + strlen ("trigger.")));
      return;
    }
  /* A step refers to earlier ones only, so this comes to an end. */
  step = sb_flow_find_step (reading->flow, root);
  if (step != NULL && step->type == SB_STEP_SET_FIELDS)
    read_value (reading, step->fields);
}

static void
read_value (Reading *reading, SbValue *value)
{
  SbValueType type = sb_value_get_type (value);

  if (type == SB_VALUE_STRING)
    {
      g_autoptr (SbTemplate) template = sb_template_new (sb_value_get_text (value), NULL);

      if (template != NULL)
        sb_template_foreach_reference (template, reference_cb, reading);
    }
  else if (type == SB_VALUE_OBJECT || type == SB_VALUE_ARRAY)
    {
      for (guint i = 0; i < sb_value_get_length (value); i++)
        read_value (reading, sb_value_get_item (value, i));
    }
}

static GHashTable *
find_used (SbFlow *flow, const char *step_id)
{
  GHashTable *paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SbStep *step = step_id != NULL ? sb_flow_find_step (flow, step_id) : NULL;
  Reading reading = { flow, paths };

  if (step != NULL && step->fields != NULL)
    read_value (&reading, step->fields);
  return paths;
}

/* --- what there is ------------------------------------------------------------------------------
 */

typedef struct
{
  GPtrArray *outputs; /* (nullable): of SbField */
  GHashTable *used;
  GPtrArray *first;
  GPtrArray *rest;
} Listing;

static SbField *
find_output (GPtrArray *outputs, const char *path)
{
  for (guint i = 0; outputs != NULL && i < outputs->len; i++)
    {
      SbField *field = g_ptr_array_index (outputs, i);

      if (g_str_equal (field->key, path))
        return field;
    }
  return NULL;
}

static void
add_field (Listing *listing, const char *path, SbValue *value)
{
  SbField *output = find_output (listing->outputs, path);
  SbEventField *field;

  if (listing->first->len + listing->rest->len >= MAX_FIELDS)
    return;
  field = g_new0 (SbEventField, 1);
  field->path = g_strdup (path);
  field->label = g_strdup (output != NULL ? output->label : path);
  field->type = output != NULL ? g_strdup (output->type) : NULL;
  field->value = value != NULL ? sb_value_ref (value) : NULL;
  field->used = g_hash_table_contains (listing->used, path);
  g_ptr_array_add (field->used ? listing->first : listing->rest, field);
}

static char *
join_path (const char *path, const char *name)
{
  g_autoptr (GString) quoted = NULL;

  if (name[0] == '\0' || strpbrk (name, ".[\"\\") != NULL)
    {
      quoted = g_string_new (name);
      g_string_replace (quoted, "\\", "\\\\", 0);
      g_string_replace (quoted, "\"", "\\\"", 0);
      return g_strdup_printf ("%s[\"%s\"]", path, quoted->str);
    }
  return path[0] == '\0' ? g_strdup (name) : g_strconcat (path, ".", name, NULL);
}

static void
add_values (Listing *listing, const char *path, SbValue *value)
{
  SbValueType type = sb_value_get_type (value);

  if (type != SB_VALUE_OBJECT && type != SB_VALUE_ARRAY)
    {
      add_field (listing, path, value);
      return;
    }
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      g_autofree char *inner = type == SB_VALUE_OBJECT
                                 ? join_path (path, sb_value_get_member_name (value, i))
                                 : g_strdup_printf ("%s[%u]", path, i);

      add_values (listing, inner, sb_value_get_item (value, i));
    }
}

static gboolean
can_be_added (SbValue *body, const char *path)
{
  g_autoptr (SbValue) nothing = sb_value_new_string ("");
  g_autoptr (SbValue) fits = sb_value_with_path (body, path, nothing);

  return sb_value_get_path (body, path) == NULL && fits != NULL;
}

static void
add_missing (Listing *listing, SbValue *body)
{
  GHashTableIter iter;
  gpointer path;

  for (guint i = 0; listing->outputs != NULL && i < listing->outputs->len; i++)
    {
      SbField *field = g_ptr_array_index (listing->outputs, i);

      if (can_be_added (body, field->key))
        add_field (listing, field->key, NULL);
    }
  g_hash_table_iter_init (&iter, listing->used);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (find_output (listing->outputs, path) == NULL && can_be_added (body, path))
      add_field (listing, path, NULL);
}

GPtrArray *
sb_event_fields_list (SbValue *body, SbFlow *flow, SbConnectors *connectors, const char *step_id)
{
  SbConnector *connector = flow->trigger_connector != NULL
                             ? sb_connectors_find (connectors, flow->trigger_connector)
                             : NULL;
  SbTrigger *trigger = connector != NULL && flow->trigger != NULL
                         ? sb_connector_find_trigger (connector, flow->trigger)
                         : NULL;
  g_autoptr (GHashTable) used = find_used (flow, step_id);
  Listing listing = { trigger != NULL ? trigger->outputs : NULL, used, NULL, NULL };

  listing.first = g_ptr_array_new_with_free_func ((GDestroyNotify)field_free);
  listing.rest = g_ptr_array_new_with_free_func ((GDestroyNotify)field_free);
  add_values (&listing, "", body);
  add_missing (&listing, body);
  g_ptr_array_extend_and_steal (listing.first, listing.rest);
  return listing.first;
}

SbValue *
sb_event_field_read (SbEventField *self, const char *text)
{
  SbValueType was = sb_value_get_type (self->value);
  gboolean numeric =
    was == SB_VALUE_NUMBER || (was == SB_VALUE_NULL && g_strcmp0 (self->type, "number") == 0);
  SbValue *value = NULL;

  if (numeric)
    value = sb_value_new_number (text, NULL);
  else if ((was == SB_VALUE_BOOLEAN || g_strcmp0 (self->type, "boolean") == 0) &&
           (g_str_equal (text, "true") || g_str_equal (text, "false")))
    value = sb_value_new_boolean (g_str_equal (text, "true"));
  return value != NULL ? value : sb_value_new_string (text);
}
