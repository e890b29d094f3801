/* test-pilot.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-pilot.h"

typedef struct
{
  SbConnectors *connectors;
  SbFlow *flow;
  SbValue *records;
} Fixture;

static SbFlow *
parse_flow (SbValue *document)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbFlow *flow = sb_flow_parse (document, problems);
  g_autofree char *text = sb_problems_to_text (problems);

  g_assert_cmpstr (text, ==, "");
  return flow;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *shipped = sb_paths_get_data_dir ();
  g_autofree char *path = g_build_filename (shipped, "flows", "order-to-cash.json", NULL);
  g_autofree char *text = NULL;

  fixture->connectors = sb_connectors_new (shipped, NULL, problems);
  fixture->flow = sb_flow_load_file (path, problems);
  if (fixture->flow != NULL)
    sb_flow_check (fixture->flow, fixture->connectors, problems);
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (text, ==, "");
  fixture->records = sb_pilot_find_records (fixture->connectors, fixture->flow);
  g_assert_cmpuint (sb_value_get_length (fixture->records), ==, 10);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sb_value_unref (fixture->records);
  sb_flow_unref (fixture->flow);
  sb_connectors_unref (fixture->connectors);
}

typedef struct
{
  SbValue *result;
  GError *error;
  gboolean done;
  guint cells;
  guint records;
} Heard;

static void
cell_cb (SbPilot *pilot, guint record, guint column, SbValue *cell, gpointer data)
{
  Heard *heard = data;

  g_assert_false (heard->done);
  g_assert_nonnull (sb_value_get_string (cell, "verdict"));
  heard->cells++;
}

static void
record_cb (SbPilot *pilot, guint record, SbValue *value, gpointer data)
{
  Heard *heard = data;

  g_assert_false (heard->done);
  g_assert_cmpint (sb_value_get_int_or (value, "number", 0), ==, record + 1);
  heard->records++;
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Heard *heard = data;

  heard->result = sb_pilot_run_finish (SB_PILOT (source), result, &heard->error);
  heard->done = TRUE;
}

static SbValue *
run_pilot (Fixture *fixture, SbFlow *flow, SbValue *records, const char *mode, Heard *heard)
{
  g_autoptr (SbPilot) pilot = sb_pilot_new (NULL, fixture->connectors, flow, records, mode);

  g_signal_connect (pilot, "cell", G_CALLBACK (cell_cb), heard);
  g_signal_connect (pilot, "record", G_CALLBACK (record_cb), heard);
  sb_pilot_run_async (pilot, NULL, done_cb, heard);
  while (!heard->done)
    g_main_context_iteration (NULL, TRUE);
  return heard->result;
}

/* What a developer wants to see when the grid is not as it should be. */
static void
print_grid (SbValue *result)
{
  g_autofree char *text = sb_report_write_text (result, 120, FALSE);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_test_message ("%s", lines[i]);
}

static SbValue *
get_cell (SbValue *result, guint record, const char *place)
{
  SbValue *cells = sb_value_get_member (
    sb_value_get_item (sb_value_get_member (result, "records"), record - 1), "cells");

  for (guint i = 0; i < sb_value_get_length (cells); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (cells, i), "place"), place) == 0)
      return sb_value_get_item (cells, i);
  return NULL;
}

static void
assert_cell (SbValue *result, guint record, const char *place, const char *verdict)
{
  SbValue *cell = get_cell (result, record, place);

  if (g_strcmp0 (sb_value_get_string (cell, "verdict"), verdict) != 0)
    {
      g_autofree char *text = cell != NULL ? sb_json_write (cell) : NULL;

      g_error ("record %u, %s: expected %s, is %s", record, place, verdict, text);
    }
}

static SbValue *
get_criterion (SbValue *result, const char *kind)
{
  SbValue *criteria = sb_value_get_member (result, "criteria");

  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (criteria, i), "kind"), kind) == 0)
      return sb_value_get_item (criteria, i);
  return NULL;
}

static void
test_preview (Fixture *fixture, gconstpointer data)
{
  Heard heard = { 0 };
  g_autoptr (SbValue) result =
    run_pilot (fixture, fixture->flow, fixture->records, "preview", &heard);

  g_assert_no_error (heard.error);
  print_grid (result);
  g_assert_true (sb_value_get_boolean_or (result, "passed", FALSE));
  g_assert_cmpuint (heard.records, ==, 10);
  assert_cell (result, 1, "trigger", "done");
  assert_cell (result, 1, "invoice", "done");
  assert_cell (result, 4, "trigger", "held");
  assert_cell (result, 5, "customer", "expected-failure");
  assert_cell (result, 6, "trigger", "expected-failure");
  assert_cell (result, 10, "packing", "skipped");
  g_assert_nonnull (
    strstr (sb_value_get_string (get_cell (result, 1, "invoice"), "request"), "Enamel mug, blue"));
  /* The address that production would be called at, and no secret. */
  g_assert_nonnull (
    strstr (sb_value_get_string (get_cell (result, 1, "invoice"), "request"), "intuit.com"));
  g_assert_null (strstr (sb_value_get_string (get_cell (result, 1, "invoice"), "request"),
                         "practice-access-token"));
}

static void
test_practice (Fixture *fixture, gconstpointer data)
{
  Heard heard = { 0 };
  g_autoptr (SbValue) result =
    run_pilot (fixture, fixture->flow, fixture->records, "practice", &heard);
  SbValue *criteria;

  g_assert_no_error (heard.error);
  print_grid (result);
  g_assert_true (sb_value_get_boolean_or (result, "passed", FALSE));
  g_assert_cmpuint (heard.records, ==, 10);
  g_assert_cmpuint (heard.cells, >=, 10 * 10);
  criteria = sb_value_get_member (result, "criteria");
  g_assert_cmpuint (sb_value_get_length (criteria), ==, 5);
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    g_assert_true (sb_value_get_boolean_or (sb_value_get_item (criteria, i), "met", FALSE));

  assert_cell (result, 1, "packing", "done");
  assert_cell (result, 2, "new-customer", "done");
  assert_cell (result, 3, "new-customer", "skipped");
  assert_cell (result, 4, "trigger", "held");
  assert_cell (result, 4, "invoice", "skipped");
  assert_cell (result, 5, "customer", "expected-failure");
  assert_cell (result, 5, "invoice", "held");
  assert_cell (result, 6, "trigger", "expected-failure");
  g_assert_nonnull (
    strstr (sb_value_get_string (get_cell (result, 6, "trigger"), "detail"), "401"));
  assert_cell (result, 7, "invoice", "done");
  /* At least: on a busy machine a kept connection may be closed between two tries, which is one
   * more. */
  g_assert_cmpint (sb_value_get_int_or (get_cell (result, 7, "invoice"), "tries", 0), >=, 2);
  assert_cell (result, 8, "parcel", "expected-failure");
  assert_cell (result, 8, "packing", "held");
  assert_cell (result, 9, "invoice-total", "done");
  assert_cell (result, 9, "invoice", "skipped");
  g_assert_cmpint (sb_value_get_int_or (get_cell (result, 9, "stock"), "tries", 0), >=, 3);
  assert_cell (result, 10, "goods-only", "done");
  assert_cell (result, 10, "customer", "skipped");
  /* In words, before anything was sent. */
  g_assert_nonnull (
    strstr (sb_value_get_string (get_cell (result, 5, "customer"), "message"), "email"));
  g_assert_cmpint (sb_value_get_int_or (get_cell (result, 5, "customer"), "tries", -1), ==, 0);
}

/* A mapping that points at nothing: every record that gets there is unexpected, and the gate shut.
 */
static void
test_broken_mapping (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) value = sb_value_new_string ("{{trigger.no_such_number}}");
  g_autoptr (SbValue) document = sb_flow_with_field (fixture->flow, "parcel", "orderNumber", value);
  g_autoptr (SbFlow) broken = parse_flow (document);
  g_autoptr (SbPilotRow) row = sb_pilot_row_new ();
  g_autoptr (GPtrArray) reasons = NULL;
  Heard heard = { 0 };
  g_autoptr (SbValue) result = run_pilot (fixture, broken, fixture->records, "practice", &heard);
  g_autofree char *fingerprint = sb_pilot_fingerprint (broken, fixture->connectors, NULL);

  g_assert_no_error (heard.error);
  g_assert_false (sb_value_get_boolean_or (result, "passed", TRUE));
  assert_cell (result, 1, "parcel", "unexpected");
  assert_cell (result, 1, "packing", "held");
  assert_cell (result, 1, "stock", "done");
  g_assert_false (
    sb_value_get_boolean_or (get_criterion (result, "nothing-unexpected"), "met", TRUE));
  /* It failed, but not in silence. */
  g_assert_true (
    sb_value_get_boolean_or (get_criterion (result, "failures-reach-inbox"), "met", FALSE));

  row->mode = g_strdup ("practice");
  row->fingerprint = g_strdup (fingerprint);
  row->passed = FALSE;
  row->result = sb_value_ref (result);
  row->finished_us = sb_clock_now_us ();
  reasons = sb_gate_list_reasons (broken, fingerprint, row, NULL, sb_clock_now_us ());
  g_assert_cmpuint (reasons->len, >=, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (reasons, 0), "Record 1"));
  g_assert_nonnull (strstr (g_ptr_array_index (reasons, 0), "no_such_number"));
}

/* A success where a failure was expected is as unexpected as the reverse. */
static void
test_expectations (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) records = sb_value_new_array ();
  g_autoptr (GError) error = NULL;
  SbValue *first = sb_value_copy (sb_value_get_item (fixture->records, 0));
  SbValue *second = sb_value_copy (sb_value_get_item (fixture->records, 1));
  Heard heard = { 0 };
  g_autoptr (SbValue) result = NULL;

  sb_value_set (
    first, "expect",
    sb_json_parse ("{\"outcome\": \"inbox\", \"steps\": {\"parcel\": \"failed\"}}", -1, &error));
  g_assert_no_error (error);
  sb_value_append (records, first);
  sb_value_set (second, "expect", sb_json_parse ("{\"tries\": {\"invoice\": 9}}", -1, &error));
  sb_value_append (records, second);
  /* A plain body without anything around it, and one that lacks what the flow needs. */
  sb_value_append (
    records, sb_value_copy (sb_value_get_member (sb_value_get_item (fixture->records, 2), "body")));
  sb_value_append (records, sb_json_parse ("{\"name\": \"#7\", \"line_items\": [{}]}", -1, &error));
  g_assert_no_error (error);

  result = run_pilot (fixture, fixture->flow, records, "practice", &heard);
  g_assert_no_error (heard.error);
  g_assert_false (sb_value_get_boolean_or (result, "passed", TRUE));
  assert_cell (result, 1, "parcel", "unexpected");
  assert_cell (result, 2, "invoice", "unexpected");
  assert_cell (result, 3, "packing", "done");
  assert_cell (result, 4, "customer", "unexpected");
}

static void
test_no_records (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) none = sb_value_new_array ();
  g_autoptr (SbValue) wrong = sb_value_new_array ();
  Heard heard = { 0 }, other = { 0 }, third = { 0 };
  SbValue *record = sb_value_new_object ();

  g_assert_null (run_pilot (fixture, fixture->flow, none, "practice", &heard));
  g_assert_error (heard.error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&heard.error);

  sb_value_set_int (record, "repeat_of", 3);
  sb_value_append (wrong, record);
  g_assert_null (run_pilot (fixture, fixture->flow, wrong, "practice", &other));
  g_assert_error (other.error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&other.error);

  /* Without a data folder there are no accounts to use. */
  g_assert_null (run_pilot (fixture, fixture->flow, fixture->records, "sandbox", &third));
  g_assert_error (third.error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&third.error);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbPilot) pilot =
    sb_pilot_new (NULL, fixture->connectors, fixture->flow, fixture->records, "practice");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Heard heard = { 0 };
  guint rounds = 0;

  sb_pilot_run_async (pilot, cancellable, done_cb, &heard);
  while (!heard.done)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
      if (++rounds == 100)
        g_cancellable_cancel (cancellable);
    }
  g_assert_error (heard.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&heard.error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define add(path, function) g_test_add ("/pilot/" path, Fixture, NULL, set_up, function, tear_down)
  add ("preview", test_preview);
  add ("practice", test_practice);
  add ("broken-mapping", test_broken_mapping);
  add ("expectations", test_expectations);
  add ("no-records", test_no_records);
  add ("cancel", test_cancel);
#undef add
  return g_test_run ();
}
