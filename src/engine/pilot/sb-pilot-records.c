/* sb-pilot-records.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-story.h"

static void
column_free (SbPilotColumn *column)
{
  g_free (column->place);
  g_free (column->title);
  g_free (column->system);
  g_clear_pointer (&column->lanes, g_array_unref);
  g_free (column);
}

static SbPilotColumn *
column_new (SbStep *step, GArray *lanes)
{
  SbPilotColumn *column = g_new0 (SbPilotColumn, 1);

  column->step = step;
  column->lanes = g_array_new (FALSE, FALSE, sizeof (SbPilotLane));
  if (lanes->len > 0)
    g_array_append_vals (column->lanes, lanes->data, lanes->len);
  return column;
}

static void
add_columns (GPtrArray *columns, GPtrArray *steps, SbConnectors *connectors, GArray *lanes)
{
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);
      SbConnector *connector =
        step->connector != NULL ? sb_connectors_find (connectors, step->connector) : NULL;
      SbPilotColumn *column;

      if (step->type == SB_STEP_BRANCH)
        {
          for (guint j = 0; j < step->lanes->len; j++)
            {
              SbLane *lane = g_ptr_array_index (step->lanes, j);
              SbPilotLane around = { step, j };

              g_array_append_val (lanes, around);
              add_columns (columns, lane->steps, connectors, lanes);
              g_array_set_size (lanes, lanes->len - 1);
            }
          continue;
        }
      if (step->type == SB_STEP_FOR_EACH)
        {
          add_columns (columns, step->steps, connectors, lanes);
          continue;
        }
      column = column_new (step, lanes);
      column->place = g_strdup (step->id);
      column->title = sb_story_step_title (step, connectors);
      column->system = g_strdup (connector != NULL ? connector->name : "");
      g_ptr_array_add (columns, column);
    }
}

GPtrArray *
sb_pilot_list_columns (SbFlow *flow, SbConnectors *connectors)
{
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify)column_free);
  g_autoptr (GArray) lanes = g_array_new (FALSE, FALSE, sizeof (SbPilotLane));
  SbPilotColumn *received = column_new (NULL, lanes);
  SbConnector *connector = flow->trigger_connector != NULL
                             ? sb_connectors_find (connectors, flow->trigger_connector)
                             : NULL;

  received->place = g_strdup (SB_PILOT_RECEIVED);
  received->title = g_strdup (_ ("Received"));
  received->system = g_strdup (connector != NULL ? connector->name : "");
  g_ptr_array_add (columns, received);
  add_columns (columns, flow->steps, connectors, lanes);
  return columns;
}

void
sb_pilot_cell_clear (SbPilotCell *self)
{
  g_free (self->detail);
  g_free (self->message);
  g_free (self->request);
  g_free (self->response);
  *self = (SbPilotCell){ .ms = -1 };
}

static void
record_free (SbPilotRecord *record)
{
  for (guint i = 0; i < record->n_cells; i++)
    sb_pilot_cell_clear (&record->cells[i]);
  g_free (record->cells);
  g_free (record->title);
  g_free (record->note);
  g_clear_pointer (&record->body, sb_value_unref);
  g_clear_pointer (&record->bytes, g_bytes_unref);
  g_clear_pointer (&record->headers, sb_value_unref);
  g_free (record->event_id);
  g_clear_pointer (&record->faults, sb_value_unref);
  g_clear_pointer (&record->expect, sb_value_unref);
  g_free (record->outcome);
  g_free (record->problem);
  g_clear_pointer (&record->shown, g_ptr_array_unref);
  g_free (record);
}

/* A record with a note and expectations, not a body that stands alone. */
static gboolean
is_wrapped (SbValue *value)
{
  static const char *const members[] = { "title", "expect", "event_id", "repeat_of", "headers" };

  if (sb_value_get_member (value, "repeat_of") != NULL)
    return TRUE;
  if (sb_value_get_member (value, "body") == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (sb_value_get_member (value, members[i]) != NULL)
      return TRUE;
  return sb_value_get_length (value) == 1;
}

static char *
default_title (SbTrigger *trigger, SbValue *body, guint index)
{
  g_autoptr (SbScope) scope = sb_scope_new (NULL, sb_clock_now_us ());
  char *title = NULL;

  sb_scope_set (scope, "trigger", body);
  if (trigger != NULL && trigger->record != NULL)
    title = sb_render_text (trigger->record, scope, NULL);
  return title != NULL ? title : g_strdup_printf (_ ("Record %u"), index + 1);
}

static gint
find_original (GPtrArray *records, SbValue *repeat_of)
{
  gint64 number;

  if (repeat_of == NULL)
    return -1;
  if (sb_value_get_int (repeat_of, &number))
    return number >= 1 && number <= records->len ? (gint)number - 1 : -2;
  for (guint i = 0; i < records->len; i++)
    {
      SbPilotRecord *other = g_ptr_array_index (records, i);
      const char *text = sb_value_get_text (repeat_of);

      if (g_strcmp0 (text, other->event_id) == 0 || g_strcmp0 (text, other->title) == 0)
        return (gint)i;
    }
  return -2;
}

/* What rings the bell, for whoever opens the first cell. */
static void
show_event (SbPilotRecord *record)
{
  g_autoptr (SbValue) shown = sb_value_new_object ();

  sb_value_set_string (shown, "method", "POST");
  if (record->headers != NULL)
    sb_value_set (shown, "headers", sb_value_ref (record->headers));
  sb_value_set (shown, "body", sb_value_ref (record->body));
  record->cells[0].request = sb_json_write (shown);
}

static SbPilotRecord *
read_record (
  GPtrArray *records, SbValue *value, SbTrigger *trigger, guint n_columns, GError **error)
{
  guint index = records->len;
  gboolean wrapped = is_wrapped (value);
  gint original = wrapped ? find_original (records, sb_value_get_member (value, "repeat_of")) : -1;
  SbPilotRecord *source = original >= 0 ? g_ptr_array_index (records, original) : NULL;
  SbValue *body = wrapped ? sb_value_get_member (value, "body") : value;
  SbValue *member;
  SbPilotRecord *record;
  const char *title, *event_id;
  char *text;

  if (body == NULL && source != NULL)
    body = source->body;
  if (original == -2 || body == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   original == -2
                     ? _ ("Record %u repeats a record that does not stand before it. Give its "
                          "number in “repeat_of”.")
                     : _ ("Record %u has no “body”. Put the data of the event there."),
                   index + 1);
      return NULL;
    }

  record = g_new0 (SbPilotRecord, 1);
  record->n_cells = n_columns;
  record->index = index;
  record->repeat_of = original;
  record->body = sb_value_ref (body);
  text = sb_json_write (body);
  record->bytes = g_bytes_new_take (text, strlen (text));
  record->cells = g_new0 (SbPilotCell, n_columns);
  for (guint i = 0; i < n_columns; i++)
    record->cells[i].ms = -1;
  record->shown = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_set_size (record->shown, (gint)n_columns);
  if (wrapped)
    {
      record->note = g_strdup (sb_value_get_string (value, "note"));
      record->bad_signature = g_strcmp0 (sb_value_get_string (value, "signature"), "bad") == 0;
      if ((member = sb_value_get_member (value, "headers")) != NULL)
        record->headers = sb_value_ref (member);
      if ((member = sb_value_get_member (value, "faults")) != NULL)
        record->faults = sb_value_ref (member);
      if ((member = sb_value_get_member (value, "expect")) != NULL)
        record->expect = sb_value_ref (member);
    }
  title = wrapped ? sb_value_get_string (value, "title") : NULL;
  event_id = wrapped ? sb_value_get_string (value, "event_id") : NULL;
  show_event (record);
  record->title = title != NULL ? g_strdup (title) : default_title (trigger, body, index);
  if (event_id == NULL && source != NULL)
    event_id = source->event_id;
  record->event_id =
    event_id != NULL ? g_strdup (event_id) : g_strdup_printf ("pilot-%u", index + 1);
  return record;
}

GPtrArray *
sb_pilot_read_records (
  SbValue *records, SbTrigger *trigger, guint n_columns, const char *mode, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify)record_free);

  if (sb_value_get_type (records) != SB_VALUE_ARRAY || sb_value_get_length (records) == 0)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("There are no records to run. Choose a file with records, or the "
                              "ready-made ten."));
      return NULL;
    }
  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbPilotRecord *record =
        read_record (list, sb_value_get_item (records, i), trigger, n_columns, error);

      if (record == NULL)
        return NULL;
      /* What only a vendor that is asked can do does not happen where none is asked. */
      if (!g_str_equal (mode, "practice") && record->faults != NULL)
        {
          g_clear_pointer (&record->faults, sb_value_unref);
          g_clear_pointer (&record->expect, sb_value_unref);
        }
      g_ptr_array_add (list, record);
    }
  return g_steal_pointer (&list);
}

const char *
sb_pilot_expected (SbPilotRecord *record, SbPilotColumn *column)
{
  SbValue *steps = sb_value_get_member (record->expect, "steps");
  const char *outcome = sb_value_get_string (record->expect, "outcome");
  const char *expected = sb_value_get_string (steps, column->place);

  if (expected != NULL || column->step != NULL)
    {
      if (expected == NULL && column->step != NULL &&
          (g_strcmp0 (outcome, "held") == 0 || g_strcmp0 (outcome, "refused") == 0))
        return "skipped";
      return expected;
    }
  expected = sb_value_get_string (steps, "received");
  if (expected != NULL)
    return expected;
  if (g_strcmp0 (outcome, "refused") == 0)
    return "failed";
  if (g_strcmp0 (outcome, "held") == 0 || (record->expect == NULL && record->repeat_of >= 0))
    return "held";
  return "done";
}

static SbValue *
load_template_records (const char *id)
{
  g_autofree char *data = sb_paths_get_data_dir ();
  g_autofree char *name = g_strconcat (id, ".records.json", NULL);
  g_autofree char *path = g_build_filename (data, "flows", name, NULL);
  g_autoptr (GError) error = NULL;
  SbValue *records;

  /* An id is a name, never a way to other files. */
  if (strpbrk (id, "/\\") != NULL || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  records = sb_json_load_file (path, &error);
  if (records == NULL)
    g_warning ("The ready-made records cannot be read: %s", error->message);
  return records;
}

/**
 * sb_pilot_find_records:
 *
 * The ready-made records: those of the template that @flow was made from, else the sample events of
 * its trigger.
 *
 * Returns: (transfer full) (nullable): an array; NULL where there are none
 */
SbValue *
sb_pilot_find_records (SbConnectors *connectors, SbFlow *flow)
{
  SbValue *records = NULL;
  SbConnector *connector;
  SbTrigger *trigger = NULL;

  if (flow->id != NULL)
    records = load_template_records (flow->id);
  if (records == NULL && flow->id != NULL)
    {
      /* A second flow of a template is called "order-to-cash-2". */
      g_autofree char *first = g_strdup (flow->id);
      char *dash = strrchr (first, '-');

      if (dash != NULL && dash[1] != '\0' && strspn (dash + 1, "0123456789") == strlen (dash + 1))
        {
          *dash = '\0';
          records = load_template_records (first);
        }
    }
  if (records != NULL)
    return records;

  connector = flow->trigger_connector != NULL
                ? sb_connectors_find (connectors, flow->trigger_connector)
                : NULL;
  if (connector != NULL && flow->trigger != NULL)
    trigger = sb_connector_find_trigger (connector, flow->trigger);
  if (trigger == NULL || sb_value_get_length (trigger->samples) == 0)
    return NULL;
  records = sb_value_new_array ();
  for (guint i = 0; i < sb_value_get_length (trigger->samples); i++)
    {
      SbValue *record = sb_value_new_object ();

      sb_value_set_string (record, "note", _ ("Sample event"));
      sb_value_set (record, "body", sb_value_ref (sb_value_get_item (trigger->samples, i)));
      sb_value_set (record, "headers", sb_value_new_object ());
      sb_value_append (records, record);
    }
  return records;
}

/* What became of a record, as an expectation. (transfer full) */
static SbValue *
expectation_of (SbValue *seen)
{
  SbValue *cells = sb_value_get_member (seen, "cells");
  SbValue *expect = sb_value_new_object ();
  SbValue *steps = sb_value_new_object ();

  sb_value_set_string (expect, "outcome", sb_value_get_string (seen, "outcome"));
  /* The first cell is the bell; the outcome says what is expected of it. */
  for (guint i = 1; i < sb_value_get_length (cells); i++)
    {
      SbValue *cell = sb_value_get_item (cells, i);
      const char *state = sb_value_get_string (cell, "state");

      if (state != NULL && !g_str_equal (state, "open"))
        sb_value_set_string (steps, sb_value_get_string (cell, "place"), state);
    }
  sb_value_set (expect, "steps", steps);
  return expect;
}

SbValue *
sb_pilot_expect_seen (SbValue *records, SbValue *result, guint *n_changed)
{
  SbValue *all = sb_value_get_member (result, "records");
  SbValue *changed = sb_value_new_array ();

  *n_changed = 0;
  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *record = sb_value_get_item (records, i);
      SbValue *seen = sb_value_get_item (all, i);
      const char *outcome = seen != NULL ? sb_value_get_string (seen, "outcome") : NULL;
      SbValue *other;

      /* What has not ended has come out as nothing. */
      if (outcome == NULL || *outcome == '\0' ||
          g_strcmp0 (sb_value_get_string (seen, "verdict"), "unexpected") != 0)
        {
          sb_value_append (changed, sb_value_ref (record));
          continue;
        }
      other = sb_value_new_object ();
      if (!is_wrapped (record))
        sb_value_set (other, "body", sb_value_ref (record));
      for (guint j = 0; is_wrapped (record) && j < sb_value_get_length (record); j++)
        {
          const char *name = sb_value_get_member_name (record, j);

          sb_value_set (other, name, sb_value_ref (sb_value_get_member (record, name)));
        }
      sb_value_set (other, "expect", expectation_of (seen));
      sb_value_append (changed, other);
      *n_changed += 1;
    }
  return changed;
}

SbValue *
sb_pilot_columns_to_value (GPtrArray *columns)
{
  SbValue *array = sb_value_new_array ();

  for (guint i = 0; i < columns->len; i++)
    {
      SbPilotColumn *column = g_ptr_array_index (columns, i);
      SbValue *value = sb_value_new_object ();

      sb_value_set_string (value, "place", column->place);
      sb_value_set_string (value, "title", column->title);
      sb_value_set_string (value, "system", column->system);
      sb_value_append (array, value);
    }
  return array;
}

/**
 * sb_pilot_describe_columns:
 *
 * The columns a pilot of @flow has, before it is run: [{"place", "title", "system"}…].
 *
 * Returns: (transfer full)
 */
SbValue *
sb_pilot_describe_columns (SbFlow *flow, SbConnectors *connectors)
{
  g_autoptr (GPtrArray) columns = sb_pilot_list_columns (flow, connectors);

  return sb_pilot_columns_to_value (columns);
}
