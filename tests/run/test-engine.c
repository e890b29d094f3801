/* test-engine.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "engine-fixture.h"
#include "sb-clock.h"
#include "sb-error.h"

#define ACTION(id, action)                                                                         \
  "{'id': '" id "', 'type': 'action', 'connector': 'vendor', 'action': '" action                   \
  "', 'fields': {'ref': '{{trigger.ref}}'}}"
#define RECORD "{'id': '1', 'name': '#1', 'ref': 'a'}"

static void
assert_says (const char *text, const char *words)
{
  if (text == NULL || strstr (text, words) == NULL)
    g_error ("“%s” does not say “%s”", text, words);
}

static SbAttempt *
attempt (SbClaim *claim, guint index)
{
  g_assert_cmpuint (claim->attempts->len, >, index);
  return g_ptr_array_index (claim->attempts, index);
}

/* --- the straight way
 * ----------------------------------------------------------------------------- */

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
  g_assert_cmpstr (attempt (claim, 0)->place, ==, "first");
  g_assert_cmpstr (attempt (claim, 0)->state, ==, "done");
  g_assert_cmpuint (attempt (claim, 0)->status, ==, 200);
  g_assert_cmpint (attempt (claim, 0)->ended_us, >=, attempt (claim, 0)->started_us);
  assert_says (attempt (claim, 0)->request, "/keyed");
  assert_says (attempt (claim, 1)->response, "\"id\"");

  /* The secret is in none of it. */
  g_assert_null (strstr (attempt (claim, 0)->request, "good"));
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
  g_assert_cmpstr (attempt (claim, 0)->key, !=, attempt (claim, 1)->key);
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

/* --- failures
 * ------------------------------------------------------------------------------------- */

static void
test_retry (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 500, NULL, 1);
  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 503, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "keyed") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  g_assert_cmpuint (claim->attempts->len, ==, 3);
  g_assert_cmpstr (attempt (claim, 2)->state, ==, "done");
  g_assert_cmpint (attempt (claim, 2)->number, ==, 3);
  g_assert_cmpstr (attempt (claim, 0)->key, ==, attempt (claim, 2)->key);
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
  g_assert_cmpstr (attempt (claim, 0)->state, ==, "retry");
  g_assert_cmpint (attempt (claim, 1)->started_us - attempt (claim, 0)->ended_us, >=,
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

/* --- outcome unknown
 * ------------------------------------------------------------------------------ */

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
  g_assert_cmpstr (attempt (claim, 0)->state, ==, "unknown");
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
  g_assert_cmpstr (attempt (claim, 0)->state, ==, "by-hand");
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
  g_assert_cmpstr (attempt (found, 0)->state, ==, "done");
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

/* --- connections
 * ---------------------------------------------------------------------------------- */

static void
test_trouble (Fixture *self, gconstpointer data)
{
  gint64 runs[20];
  guint requests = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 401, NULL, 4);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  runs[0] = fixture_submit (self, RECORD);
  sb_claim_unref (fixture_wait (self, runs[0], "blocked"));
  for (guint i = 1; i < G_N_ELEMENTS (runs); i++)
    runs[i] = fixture_submit (self, RECORD);
  for (guint i = 1; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (SbClaim) claim = fixture_wait (self, runs[i], "blocked");

      g_assert_cmpstr (claim->run->connection, ==, "vendor");
    }

  /* Twenty wait, one request was made, one alert said so. */
  requests = fake_vendor_get_requests (self->vendor, "/once");
  g_assert_cmpuint (requests, ==, 1);
  fixture_spin (50 * 1000);
  g_assert_cmpuint (self->alerts->len, ==, 1);
  assert_says (g_ptr_array_index (self->alerts, 0), "My vendor");
  {
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GPtrArray) connections = NULL;
    SbConnection *connection = NULL;

    sb_store_list_connections_async (self->store, NULL, got_cb, &result);
    connections = sb_store_list_connections_finish (self->store, await (&result), NULL);
    connection = g_ptr_array_index (connections, 0);
    g_assert_nonnull (connection->trouble);
  }

  /* A reload that changes nothing lets nothing through; a new secret does. */
  fixture_reload (self);
  fixture_spin (100 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  fake_vendor_add_fault (self->vendor, "/once", FAULT_NONE, 0, NULL, 0);
  for (guint i = 0; i < 3; i++)
    {
      fixture_set_secret (self, "vendor", "better");
      fixture_spin (100 * 1000);
    }
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

      while (TRUE)
        {
          g_autoptr (SbClaim) claim = fixture_load (self, runs[i]);

          if (g_str_equal (claim->run->state, "done"))
            break;
          g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
          /* The vendor says 401 three times more. */
          fixture_set_secret (self, "vendor", "better");
          fixture_spin (50 * 1000);
        }
    }
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, G_N_ELEMENTS (runs));
}

static void
test_connection_test (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) third = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  gint64 run = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 401, NULL, 1);
  fake_vendor_add_fault (self->vendor, "/whoami", FAULT_STATUS, 401, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  run = fixture_submit (self, RECORD);
  sb_claim_unref (fixture_wait (self, run, "blocked"));

  sb_engine_test_connection_async (self->engine, "vendor", NULL, got_cb, &first);
  g_assert_null (sb_engine_test_connection_finish (self->engine, await (&first), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_UNAUTHORIZED);
  g_clear_error (&error);
  sb_claim_unref (fixture_wait (self, run, "blocked"));

  /* It works again, and the runs that waited for it go on. */
  sb_engine_test_connection_async (self->engine, "vendor", NULL, got_cb, &second);
  sentence = sb_engine_test_connection_finish (self->engine, await (&second), &error);
  g_assert_no_error (error);
  assert_says (sentence, "works");
  sb_claim_unref (fixture_wait (self, run, "done"));

  sb_engine_test_connection_async (self->engine, "nobody", NULL, got_cb, &third);
  g_assert_null (sb_engine_test_connection_finish (self->engine, await (&third), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

/* A live engine never falls back on anything but the production connection. */
static void
test_live_only_production (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) none = NULL;
  g_autoptr (SbClaim) chosen = NULL;

  fixture_start (self);
  fixture_connect (self, "toy", "sandbox", "good");
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  none = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  assert_says (none->run->problem, "no production connection");

  fixture_publish (self,
                   "[{'id': 'first', 'type': 'action', 'connector': 'vendor', 'action': 'once', "
                   "'connection': 'toy', 'fields': {'ref': 'a'}}]");
  chosen = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  assert_says (chosen->run->problem, "sandbox connection");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

static void
test_sandbox_only_sandbox (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  self->options.mode = "sandbox";
  fixture_start (self);
  fixture_connect (self, "real", "production", "good");
  fixture_publish (self,
                   "[{'id': 'first', 'type': 'action', 'connector': 'vendor', 'action': 'once', "
                   "'connection': 'real', 'fields': {'ref': 'a'}}]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "inbox");
  assert_says (claim->run->problem, "no sandbox connection");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

/* The vendor of the connection is on loopback too, and still hears nothing. */
static void
test_practice (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autofree char *address = NULL;

  self->options.mode = "practice";
  self->options.practice_port = 0;
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
  fixture_publish (self, "[" ACTION ("first", "keyed") ", " ACTION ("second", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "done");
  address = g_strdup_printf ("http://127.0.0.1:%d/vendor/keyed",
                             sb_engine_get_practice_port (self->engine));
  assert_says (attempt (claim, 0)->request, address);
  g_assert_cmpstr (claim->run->mode, ==, "practice");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

/* A run that was begun on the practice ground does not go on for real. */
static void
test_modes_do_not_mix (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) blocked = NULL;
  g_autoptr (SbClaim) done = NULL;
  gint64 run = 0;

  self->options.mode = "practice";
  self->options.practice_port = 0;
  fixture_start (self);
  fixture_publish (
    self, "[{'id': 'pause', 'type': 'delay', 'duration': '1 s'}, " ACTION ("first", "once") "]");
  run = fixture_submit (self, RECORD);
  sb_claim_unref (fixture_wait (self, run, "waiting"));
  fixture_stop (self, 0);

  self->options.mode = "live";
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
  blocked = fixture_wait (self, run, "blocked");
  assert_says (blocked->run->problem, "practice");
  fixture_stop (self, 0);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);

  self->options.mode = "practice";
  fixture_start (self);
  done = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
}

static void
test_missing_secret (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;

  fixture_start (self);
  fixture_connect (self, "vendor", "production", NULL);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  claim = fixture_wait (self, fixture_submit (self, RECORD), "blocked");
  assert_says (claim->run->problem, "My vendor");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);
  fixture_set_secret (self, "vendor", "good");
  sb_claim_unref (fixture_wait (self, claim->run->id, "done"));
}

/* --- publishing, pausing, stopping
 * ------------------------------------------------------------------ */

static void
test_publish_gate (Fixture *self, gconstpointer data)
{
  g_autoptr (SbValue) broken = fixture_parse (
    "{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', 'connector': "
    "'vendor', "
    "'trigger': 'order'}, 'steps': [{'id': 'a', 'type': 'action', 'connector': 'vendor', 'action': "
    "'nothing', 'fields': {}}, {'id': 'b', 'type': 'action', 'connector': 'nobody', 'action': 'x', "
    "'fields': {}}]}");
  g_autoptr (SbValue) good =
    fixture_parse ("{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', "
                   "'connector': 'vendor', "
                   "'trigger': 'order'}, 'steps': [" ACTION ("first", "once") "]}");
  GAsyncResult *results[6] = { NULL };
  g_autoptr (GPtrArray) audit = NULL;
  char *ids[2] = { NULL };
  g_autoptr (GError) error = NULL;
  SbAuditRow *row = NULL;

  sb_store_save_draft_async (self->store, "flow", "Flow", broken, NULL, got_cb, &results[0]);
  ids[0] = sb_store_save_draft_finish (self->store, await (&results[0]), NULL);
  sb_engine_publish_async (self->engine, "flow", "I insist", NULL, got_cb, &results[1]);
  g_assert_cmpint (sb_engine_publish_finish (self->engine, await (&results[1]), &error), ==, 0);
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  assert_says (error->message, "nothing");
  assert_says (error->message, "nobody");
  g_clear_error (&error);

  sb_store_save_draft_async (self->store, "flow", "Flow", good, NULL, got_cb, &results[2]);
  ids[1] = sb_store_save_draft_finish (self->store, await (&results[2]), NULL);
  sb_engine_publish_async (self->engine, "flow", NULL, NULL, got_cb, &results[3]);
  g_assert_cmpint (sb_engine_publish_finish (self->engine, await (&results[3]), &error), ==, 0);
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);

  sb_engine_publish_async (self->engine, "flow", "I insist", NULL, got_cb, &results[4]);
  g_assert_cmpint (sb_engine_publish_finish (self->engine, await (&results[4]), &error), ==, 1);
  g_assert_no_error (error);
  sb_store_list_audit_async (self->store, 10, NULL, got_cb, &results[5]);
  audit = sb_store_list_audit_finish (self->store, await (&results[5]), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < audit->len && row == NULL; i++)
    if (g_str_equal (((SbAuditRow *)g_ptr_array_index (audit, i))->what, "gate-overridden"))
      row = g_ptr_array_index (audit, i);
  g_assert_nonnull (row);
  g_assert_cmpstr (row->subject, ==, "flow");
  g_assert_cmpstr (sb_value_get_string (row->detail, "reason"), ==, "I insist");

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    g_clear_object (&results[i]);
  g_clear_pointer (&ids[0], g_free);
  g_clear_pointer (&ids[1], g_free);
}

static void
test_pause (Fixture *self, gconstpointer data)
{
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  fixture_set_flow_state (self, "paused");
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (fixture_submit (self, RECORD), ==, 0);
  fixture_spin (100 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 0);

  fixture_set_flow_state (self, "live");
  for (guint i = 0; i < 400 && fake_vendor_get_done (self->vendor, "/once") < 5; i++)
    fixture_spin (50 * 1000);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), ==, 5);
}

static void
test_stop_in_flight (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  gint64 run = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_SLOW, 300, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") ", " ACTION ("second", "keyed") "]");
  run = fixture_submit (self, RECORD);
  while (fake_vendor_get_requests (self->vendor, "/once") == 0)
    fixture_spin (5000);

  /* What is under way is heard out and kept; the next step waits for the next start. */
  fixture_stop (self, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 0);
  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  claim = fixture_wait (self, run, "done");
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/keyed"), ==, 1);
}

static void
test_stop_cut_off (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  gint64 run = 0;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_SLOW, 450, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  run = fixture_submit (self, RECORD);
  while (fake_vendor_get_requests (self->vendor, "/once") == 0)
    fixture_spin (2000);
  fixture_stop (self, 0);
  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  claim = fixture_wait (self, run, "inbox");
  g_assert_true (claim->run->unknown);
  assert_says (claim->run->problem, "stopped before it heard");
  fixture_spin (100 * 1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), ==, 1);
}

/* --- kill -9
 * -------------------------------------------------------------------------------------- */

#define KILLED_STEPS "[" ACTION ("first", "keyed") ", " ACTION ("second", "once") "]"

/* The other process is an engine of its own; the vendor is in this one and sees both lives. */
static int
run_engine (char **argv)
{
  Fixture fixture = { 0 };

  fixture.folder = argv[2];
  fixture.vendor_port = strtoul (argv[3], NULL, 10);
  fixture_set_options (&fixture);
  fixture_start (&fixture);
  fixture_connect (&fixture, "vendor", "production", "good");
  fixture_publish (&fixture, KILLED_STEPS);
  fixture_set_flow_state (&fixture, "paused");
  for (guint i = 0; i < 10; i++)
    fixture_submit (&fixture, RECORD);
  fixture_set_flow_state (&fixture, "live");
  fixture_spin (60 * (gint64)G_USEC_PER_SEC);
  return 1;
}

static void
test_killed (Fixture *self, gconstpointer data)
{
  g_autofree char *port = g_strdup_printf ("%u", self->vendor_port);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  guint unknown = 0;
  guint done = 0;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_SLOW, 100, NULL, 2);
  fake_vendor_add_fault (self->vendor, "/once", FAULT_SLOW, 400, NULL, 3);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "/proc/self/exe", "--engine",
                            self->folder, port, NULL);
  g_assert_no_error (error);
  for (guint i = 0; i < 30000 && fake_vendor_get_requests (self->vendor, "/once") == 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (fake_vendor_get_requests (self->vendor, "/once"), >, 0);
  g_usleep (20 * 1000);
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);

  fixture_start (self);
  fixture_set_secret (self, "vendor", "good");
  for (gint64 run = 1; run <= 10; run++)
    {
      gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

      while (TRUE)
        {
          g_autoptr (SbClaim) claim = fixture_load (self, run);
          gboolean is_done = g_str_equal (claim->run->state, "done");

          if (is_done || (g_str_equal (claim->run->state, "inbox") && claim->run->unknown))
            {
              done += is_done;
              unknown += !is_done;
              break;
            }
          g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
          fixture_spin (5000);
        }
    }
  g_assert_cmpuint (done + unknown, ==, 10);
  g_assert_cmpuint (unknown, >=, 1);

  /* The keyed step once for each order; the other once for each that is done, and for those nobody
   * is sure of at most once. */
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/keyed"), ==, 10);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), >=, done);
  g_assert_cmpuint (fake_vendor_get_done (self->vendor, "/once"), <=, 10);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
/* The test starts the engine itself. */
#define ADD_BARE(path, func)                                                                       \
  g_test_add (path, Fixture, "bare", fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--engine"))
    return run_engine (argv);

  g_test_init (&argc, &argv, NULL);
  ADD_BARE ("/engine/killed", test_killed);
  ADD ("/engine/happy", test_happy);
  ADD ("/engine/many", test_many);
  ADD ("/engine/filter", test_filter);
  ADD ("/engine/for-each", test_for_each);
  ADD ("/engine/delay", test_delay);
  ADD_BARE ("/engine/delay/short", test_short_delay);
  ADD ("/engine/missing-field", test_missing_field);
  ADD ("/engine/retry", test_retry);
  ADD ("/engine/retry/after", test_retry_after);
  ADD_BARE ("/engine/retry/give-up", test_give_up);
  ADD ("/engine/refused", test_refused);
  ADD ("/engine/redirect", test_redirect);
  ADD ("/engine/retry/at-once", test_retry_at_once);
  ADD ("/engine/unknown/done", test_unknown_done);
  ADD ("/engine/unknown/not-done", test_unknown_not_done);
  ADD ("/engine/unknown/drop", test_unknown_drop);
  ADD ("/engine/unknown/keyed", test_unknown_keyed);
  ADD ("/engine/unknown/looked", test_unknown_looked);
  ADD ("/engine/unknown/not-found", test_unknown_not_found);
  ADD ("/engine/trouble", test_trouble);
  ADD ("/engine/connection-test", test_connection_test);
  ADD_BARE ("/engine/live-only-production", test_live_only_production);
  ADD_BARE ("/engine/sandbox-only-sandbox", test_sandbox_only_sandbox);
  ADD_BARE ("/engine/practice", test_practice);
  ADD_BARE ("/engine/modes-do-not-mix", test_modes_do_not_mix);
  ADD_BARE ("/engine/missing-secret", test_missing_secret);
  ADD ("/engine/publish-gate", test_publish_gate);
  ADD ("/engine/pause", test_pause);
  ADD ("/engine/stop/in-flight", test_stop_in_flight);
  ADD ("/engine/stop/cut-off", test_stop_cut_off);
  return g_test_run ();
}
