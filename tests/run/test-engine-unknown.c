/* test-engine-unknown.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Nobody knows whether it was done: never again by itself, but where a key or a look makes it safe.
 */

#include "config.h"

#include "engine-fixture.h"
#include "sb-error.h"

static gint64
make_unknown (Fixture *self)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_DROP_AFTER, 0, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") ", " ACTION ("second", "keyed") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  g_assert_true (claim->run->unknown);
  g_assert_cmpstr (claim->run->step, ==, "first");
  assert_says (claim->run->problem,
               "Signalbox asked Vendor (own file) to buy a label for Order #1");
  g_assert_cmpstr (nth_attempt (claim, 0)->state, ==, "unknown");
  fixture_spin (300 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  return claim->run->id;
}

static void
test_unknown_done (Fixture *self, gconstpointer data)
{
  gint64 run = make_unknown (self);
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GError) error = NULL;

  fixture_resolve (self, run, "retry", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);
  fixture_resolve (self, run, "nonsense", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&error);

  fixture_resolve (self, run, "done", &error);
  g_assert_no_error (error);
  claim = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
  g_assert_cmpstr (nth_attempt (claim, 0)->state, ==, "by-hand");
}

static void
test_unknown_not_done (Fixture *self, gconstpointer data)
{
  gint64 run = make_unknown (self);
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GError) error = NULL;

  fixture_resolve (self, run, "not-done", &error);
  g_assert_no_error (error);
  claim = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 2);
}

static void
test_unknown_drop (Fixture *self, gconstpointer data)
{
  gint64 run = make_unknown (self);
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GError) error = NULL;

  fixture_resolve (self, run, "drop", &error);
  g_assert_no_error (error);
  claim = fixture_wait (self, run, "dropped");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
  fixture_resolve (self, run, "retry", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
}

/* A drop that is taken back leaves the question as it was. */
static void
test_unknown_restore (Fixture *self, gconstpointer data)
{
  gint64 run = make_unknown (self);
  g_autoptr (SbClaim) before = fixture_load (self, run);
  g_autoptr (SbClaim) dropped = NULL;
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbClaim) done = NULL;
  g_autoptr (GError) error = NULL;

  fixture_resolve (self, run, "restore", &error);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);
  fixture_resolve (self, run, "drop", &error);
  g_assert_no_error (error);
  dropped = fixture_wait (self, run, "dropped");
  fixture_resolve (self, run, "restore", &error);
  g_assert_no_error (error);
  claim = fixture_wait (self, run, "inbox");
  g_assert_true (claim->run->unknown);
  g_assert_cmpint (claim->run->finished_us, ==, 0);
  g_assert_cmpstr (claim->run->problem, ==, before->run->problem);
  fixture_spin (200 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);

  fixture_resolve (self, run, "done", &error);
  g_assert_no_error (error);
  done = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
}

static void
test_unknown_keyed (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_DROP_AFTER, 0, NULL, 1);
  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_SLOW, 1500, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "keyed") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (claim->attempts->len, ==, 3);
  g_assert_cmpuint (fake_vendor_get_keys (self->vendor, "/keyed"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
}

static void
test_unknown_looked (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) found = NULL;

  /* Done, but not heard: looking tells. */
  fake_vendor_add_fault (self->vendor, "/looked", FAULT_DROP_AFTER, 0, NULL, 1);
  fixture_publish (
    self,
    "[" ACTION (
      "first",
      "looked") ", {'id': 'second', 'type': 'action', "
                "'connector': 'vendor', 'action': 'once', 'fields': {'ref': '{{first.id}}'}}]");
  found = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/looked"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/find"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 1);
  g_assert_cmpstr (nth_attempt (found, 0)->state, ==, "done");
}

static void
test_unknown_not_found (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  /* A gateway's 504: nobody knows, and looking says that it was not done. */
  fake_vendor_add_fault (self->vendor, "/looked", FAULT_STATUS, 504, NULL, 1);
  fake_vendor_add_fault (self->vendor, "/find", FAULT_STATUS, 500, NULL, 0);
  fixture_publish (self, "[" ACTION ("first", "looked") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/looked"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/looked"), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/unknown/done", test_unknown_done);
  ADD ("/engine/unknown/not-done", test_unknown_not_done);
  ADD ("/engine/unknown/drop", test_unknown_drop);
  ADD ("/engine/unknown/restore", test_unknown_restore);
  ADD ("/engine/unknown/keyed", test_unknown_keyed);
  ADD ("/engine/unknown/looked", test_unknown_looked);
  ADD ("/engine/unknown/not-found", test_unknown_not_found);
  return g_test_run ();
}
