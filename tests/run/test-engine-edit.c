/* test-engine-edit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* A person puts the data of a run right, and it goes on where it stands. */

#include "config.h"

#include "engine-fixture.h"
#include "sb-error.h"

static void
edit (Fixture *self, gint64 run, const char *body, GError **error)
{
  g_autoptr (SbValue) value = fixture_parse (body);
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_edit_run_async (self->engine, run, value, NULL, got_cb, &result);
  sb_engine_edit_run_finish (self->engine, await (&result), error);
}

static SbEvent *
load_event (Fixture *self, gint64 id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbEvent *event = NULL;

  sb_store_load_event_async (self->store, id, NULL, got_cb, &result);
  event = sb_store_load_event_finish (self->store, await (&result), &error);
  g_assert_no_error (error);
  return event;
}

/* The second step is refused; the first one is done. */
static gint64
make_refused (Fixture *self, const char *steps, const char *path)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, path, FAULT_STATUS, 422, NULL, 1);
  fixture_publish (self, steps);
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  return claim->run->id;
}

static void
test_goes_on (Fixture *self, gconstpointer data)
{
  gint64 run =
    make_refused (self, "[" ACTION ("first", "once") ", " ACTION ("second", "keyed") "]", "/keyed");
  g_autoptr (SbClaim) before = fixture_load (self, run);
  g_autoptr (SbClaim) done = NULL;
  g_autoptr (SbEvent) original = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bodies = NULL;

  edit (self, run, "{'id': '1', 'name': '#2', 'ref': 'right'}", &error);
  g_assert_no_error (error);
  done = fixture_wait (self, run, "done");

  /* What was done is not done again; what follows has the new data, under a key of its own. */
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_keys (self->vendor, "/keyed"), ==, 2);
  bodies = fake_vendor_get_bodies (self->vendor, "/keyed");
  assert_says (bodies, "right");
  g_assert_cmpstr (done->run->label, ==, "Order #2");

  /* Beside the original, never instead of it. */
  g_assert_cmpstr (done->event->source, ==, "edited");
  g_assert_cmpint (done->event->original, ==, before->event->id);
  original = load_event (self, before->event->id);
  g_assert_true (g_bytes_equal (original->body, before->event->body));

  edit (self, run, RECORD, &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
}

/* Stopped right after the decision: it is kept, and goes on once, after the restart. */
static void
test_stopped_between (Fixture *self, gconstpointer data)
{
  gint64 run =
    make_refused (self, "[" ACTION ("first", "once") ", " ACTION ("second", "keyed") "]", "/keyed");
  g_autoptr (SbClaim) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bodies = NULL;

  edit (self, run, "{'id': '1', 'name': '#2', 'ref': 'right'}", &error);
  g_assert_no_error (error);
  fixture_stop (self, 0);
  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  done = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
  bodies = fake_vendor_get_bodies (self->vendor, "/keyed");
  assert_says (bodies, "right");
}

/* An answer that may have come too late keeps the key: with another it might be done twice. */
static void
test_keeps_key (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) done = NULL;
  g_autoptr (GError) error = NULL;
  gint64 run;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 500, NULL, 1);
  run = make_refused (self, "[" ACTION ("first", "keyed") "]", "/keyed");
  edit (self, run, "{'id': '1', 'name': '#1', 'ref': 'right'}", &error);
  g_assert_no_error (error);
  done = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_keys (self->vendor, "/keyed"), ==, 1);
}

/* A look-up with wrong data found nothing worth keeping. */
static void
test_looks_again (Fixture *self, gconstpointer data)
{
  gint64 run =
    make_refused (self,
                  "[{'id': 'note', 'type': 'lookup', 'connector': 'vendor', 'action': "
                  "'find', 'if_none': 'continue', 'fields': {'ref': '{{trigger.ref}}'}}, " ACTION (
                    "first", "once") "]",
                  "/once");
  g_autoptr (SbClaim) done = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/find"), ==, 1);
  edit (self, run, "{'id': '1', 'name': '#1', 'ref': 'right'}", &error);
  g_assert_no_error (error);
  done = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/find"), ==, 2);
  g_assert_cmpstr (nth_attempt (done, 0)->state, ==, "outdated");
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  gint64 run =
    make_refused (self,
                  "[{'id': 'way', 'type': 'branch', 'lanes': [{'name': 'A', 'condition': {'value': "
                  "'{{trigger.ref}}', 'is': 'equals', 'to': 'a'}, 'steps': [" ACTION (
                    "first", "once") "]}]}, " ACTION ("second", "keyed") "]",
                  "/keyed");
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GError) error = NULL;

  /* It would not come to what is done. */
  edit (self, run, "{'id': '1', 'name': '#1', 'ref': 'b'}", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  assert_says (error->message, "was done already");
  g_clear_error (&error);
  /* Nothing to put right. */
  edit (self, run, RECORD, &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);
  edit (self, run, "[1]", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&error);
  edit (self, 4711, RECORD, &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);

  claim = fixture_load (self, run);
  g_assert_cmpstr (claim->run->state, ==, "inbox");
  g_assert_cmpstr (claim->event->source, ==, "manual");
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GError) error = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_DROP_AFTER, 0, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  edit (self, claim->run->id, "{'id': '1', 'name': '#1', 'ref': 'b'}", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  assert_says (error->message, "not known");
  fixture_spin (200 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/edit/goes-on", test_goes_on);
  ADD ("/engine/edit/stopped-between", test_stopped_between);
  ADD ("/engine/edit/keeps-key", test_keeps_key);
  ADD ("/engine/edit/looks-again", test_looks_again);
  ADD ("/engine/edit/refusals", test_refusals);
  ADD ("/engine/edit/unknown", test_unknown);
  return g_test_run ();
}
