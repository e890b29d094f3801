/* test-engine-failures.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Vendors that refuse, are busy or away: what is tried again, when, and for how long. */

#include "config.h"

#include "engine-fixture.h"
#include "sb-clock.h"

static void
test_retry (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 500, NULL, 1);
  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 503, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "keyed") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (claim->attempts->len, ==, 3);
  g_assert_cmpstr (nth_attempt (claim, 2)->state, ==, "done");
  g_assert_cmpint (nth_attempt (claim, 2)->number, ==, 3);
  g_assert_cmpstr (nth_attempt (claim, 0)->key, ==, nth_attempt (claim, 2)->key);
  g_assert_cmpuint (fake_vendor_get_keys (self->vendor, "/keyed"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
}

static void
test_retry_after (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 429, "Retry-After: 1\r\n", 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpstr (nth_attempt (claim, 0)->state, ==, "retry");
  g_assert_cmpint (nth_attempt (claim, 1)->started_us - nth_attempt (claim, 0)->ended_us, >=,
                   G_USEC_PER_SEC * 9 / 10);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 1);
}

static void
test_give_up (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  gint64 run = 0;

  self->options.give_up_us = 400 * 1000;
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 500, NULL, 100);
  fixture_publish (self, "[" ACTION ("first", "keyed") "]");
  run = fixture_submit (self, RECORD);
  claim = fixture_wait (self, run, "inbox");
  assert_says (claim->run->problem, "stopped trying");
  g_assert_cmpuint (claim->attempts->len, >=, 2);
  g_assert_cmpuint (fake_vendor_get_keys (self->vendor, "/keyed"), ==, 1);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbClaim) done = NULL;
  g_autoptr (GError) error = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 422, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  g_assert_false (claim->run->unknown);
  assert_says (claim->run->problem, "the vendor says no");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);

  /* Mended at the vendor, a person has it tried again. */
  fixture_resolve (self, claim->run->id, "retry", &error);
  g_assert_no_error (error);
  done = fixture_wait (self, claim->run->id, "done");
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 1);
}

/* An address that moved is not followed with credentials. */
static void
test_redirect (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 302, "Location: /keyed\r\n", 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  g_assert_false (claim->run->unknown);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
}

/* An owner who knows that the vendor is back need not wait for the pause to end. */
static void
test_retry_at_once (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) waiting = NULL;
  g_autoptr (GError) error = NULL;

  fixture_publish (self, "[" ACTION ("first", "once") "]");
  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 429, NULL, 1);
  self->options.backoff_us = 3600 * (gint64)G_USEC_PER_SEC;
  self->options.backoff_max_us = self->options.backoff_us;
  fixture_stop (self, 0);
  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  waiting = fixture_wait (self, fixture_submit (self, RECORD), "waiting");
  g_assert_cmpint (waiting->run->due_us, >, sb_clock_now_us () + 1000 * (gint64)G_USEC_PER_SEC);
  fixture_resolve (self, waiting->run->id, "retry", &error);
  g_assert_no_error (error);
  sb_claim_unref (fixture_wait (self, waiting->run->id, "done"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/retry", test_retry);
  ADD ("/engine/retry/after", test_retry_after);
  ADD_BARE ("/engine/retry/give-up", test_give_up);
  ADD ("/engine/refused", test_refused);
  ADD ("/engine/redirect", test_redirect);
  ADD ("/engine/retry/at-once", test_retry_at_once);
  return g_test_run ();
}
