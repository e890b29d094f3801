/* test-engine.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* A run from the event to its end, when nothing goes wrong but what an owner wrote. */

#include "config.h"

#include <string.h>

#include "engine-fixture.h"
#include "sb-clock.h"

static void
test_happy (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  gint64 run = 0;

  fixture_publish (
    self, "[" ACTION ("first", "keyed") ", {'id': 'second', 'type': 'action', "
                                        "'connector': 'vendor', 'action': 'once', 'fields': "
                                        "{'ref': '{{first.id}}-{{trigger.ref}}'}}]");
  run = fixture_submit (self, RECORD);
  claim = fixture_wait (self, run, "done");
  g_assert_cmpuint (claim->run->actions, ==, 2);
  g_assert_cmpstr (claim->run->label, ==, "Order #1");
  g_assert_cmpuint (claim->attempts->len, ==, 2);
  g_assert_cmpstr (nth_attempt (claim, 0)->place, ==, "first");
  g_assert_cmpstr (nth_attempt (claim, 0)->state, ==, "done");
  g_assert_cmpuint (nth_attempt (claim, 0)->status, ==, 200);
  g_assert_cmpint (nth_attempt (claim, 0)->ended_us, >=, nth_attempt (claim, 0)->started_us);
  assert_says (nth_attempt (claim, 0)->request, "/keyed");
  assert_says (nth_attempt (claim, 1)->response, "\"id\"");

  /* The secret is in none of it. */
  g_assert_null (strstr (nth_attempt (claim, 0)->request, "good"));
  {
    g_autofree char *bodies = fake_vendor_get_bodies (self->vendor, "/once");

    g_assert_cmpstr (bodies, ==, "{\"ref\":\"1-a\"}\n");
  }
}

static void
test_many (Fixture *self, gconstpointer data)
{
  gint64 runs[400];

  fixture_publish (self, "[" ACTION ("first", "keyed") ", " ACTION ("second", "keyed") "]");
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    runs[i] = fixture_submit (self, RECORD);
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (SbClaim) claim = fixture_wait (self, runs[i], "done");

      g_assert_cmpuint (claim->attempts->len, ==, 2);
    }
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 800);
  /* The connector says four at a time. */
  g_assert_cmpuint (fake_vendor_get_busiest (self->vendor), <=, 4);
}

static void
test_filter (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) stopped = NULL;
  g_autoptr (SbClaim) done = NULL;

  fixture_publish (
    self, "[{'id': 'paid', 'type': 'filter', 'condition': {'all': [{'value': "
          "'{{trigger.ref}}', 'is': 'equals', 'to': 'a'}]}}, " ACTION ("first", "keyed") "]");
  stopped = fixture_wait (self, fixture_submit (self, "{'name': '#2', 'ref': 'b'}"), "stopped");
  g_assert_cmpuint (stopped->attempts->len, ==, 0);
  done = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
}

static void
test_for_each (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autofree char *bodies = NULL;

  fixture_publish (self,
                   "[{'id': 'each', 'type': 'for-each', 'list': '{{trigger.items}}', 'steps': "
                   "[{'id': 'take', 'type': 'action', 'connector': 'vendor', 'action': 'once', "
                   "'fields': {'ref': '{{item.sku}}'}}]}]");
  claim = fixture_wait (
    self,
    fixture_submit (self, "{'name': '#3', 'items': [{'sku': 'x'}, {'sku': 'y'}, {'sku': 'z'}]}"),
    "done");
  bodies = fake_vendor_get_bodies (self->vendor, "/once");
  g_assert_cmpstr (bodies, ==, "{\"ref\":\"x\"}\n{\"ref\":\"y\"}\n{\"ref\":\"z\"}\n");
  g_assert_cmpuint (claim->attempts->len, ==, 3);
  g_assert_cmpstr (nth_attempt (claim, 0)->key, !=, nth_attempt (claim, 1)->key);
}

static void
test_delay (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) waiting = NULL;
  g_autoptr (SbClaim) done = NULL;
  gint64 before_us = sb_clock_now_us ();
  gint64 run = 0;

  fixture_publish (self,
                   "[" ACTION ("first", "keyed") ", {'id': 'pause', 'type': 'delay', 'duration': "
                                                 "'1 s'}, " ACTION ("second", "once") "]");
  run = fixture_submit (self, RECORD);
  waiting = fixture_wait (self, run, "waiting");
  g_assert_cmpint (waiting->run->due_us, >=, before_us + G_USEC_PER_SEC);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 0);
  done = fixture_wait (self, run, "done");
  g_assert_cmpint (sb_clock_now_us (), >=, before_us + G_USEC_PER_SEC);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 1);
}

static void
test_short_delay (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) done = NULL;
  SbTimer *timer = NULL;
  gint64 before_us = sb_clock_now_us ();

  self->options.shorten_delays = TRUE;
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
  fixture_publish (
    self, "[{'id': 'pause', 'type': 'delay', 'duration': '3 d'}, " ACTION ("second", "once") "]");
  done = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 1);
  timer = g_ptr_array_index (done->timers, 0);
  g_assert_cmpint (timer->until_us, >, before_us + 71 * 3600 * (gint64)G_USEC_PER_SEC);
}

static void
test_missing_field (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fixture_publish (self, "[" ACTION ("first", "keyed") "]");
  claim = fixture_wait (self, fixture_submit (self, "{'name': '#4'}"), "inbox");
  assert_says (claim->run->problem, "Order #4");
  assert_says (claim->run->problem, "ref");
  g_assert_false (claim->run->unknown);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/happy", test_happy);
  ADD ("/engine/many", test_many);
  ADD ("/engine/filter", test_filter);
  ADD ("/engine/for-each", test_for_each);
  ADD ("/engine/delay", test_delay);
  ADD_BARE ("/engine/delay/short", test_short_delay);
  ADD ("/engine/missing-field", test_missing_field);
  return g_test_run ();
}
