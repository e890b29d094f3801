/* test-map-status.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-json.h"
#include "sb-map-status.h"
#include "sb-paths.h"

static void
test_pilot (void)
{
  g_autoptr (SbValue) result = sb_json_parse (
    "{\"records\": ["
    "{\"cells\": [{\"place\": \"a\", \"verdict\": \"done\"}, {\"place\": \"each/b\", \"verdict\": "
    "\"held\"}]},"
    "{\"cells\": [{\"place\": \"a\", \"verdict\": \"done\"}, {\"place\": \"each/b\", \"verdict\": "
    "\"unexpected\"}, {\"verdict\": \"done\"}]},"
    "{\"cells\": [{\"place\": \"a\", \"verdict\": \"expected-failure\"}, {\"place\": \"each/b\", "
    "\"verdict\": \"skipped\"}]}]}",
    -1, NULL);
  g_autoptr (SbMapStatus) status = sb_map_status_new_pilot (result);
  const SbStepStatus *a = sb_map_status_get (status, "a");
  const SbStepStatus *b = sb_map_status_get (status, "b");
  g_autofree char *words = sb_map_status_describe (status, "a");
  g_autofree char *none = sb_map_status_describe (status, "c");

  g_assert_cmpuint (a->done, ==, 2);
  g_assert_cmpuint (a->failed, ==, 1);
  g_assert_cmpuint (b->waiting, ==, 1);
  g_assert_cmpuint (b->failed, ==, 1);
  g_assert_cmpuint (b->skipped, ==, 1);
  g_assert_null (sb_map_status_get (status, "c"));
  g_assert_cmpstr (words, ==, "Latest pilot: done 2 times, failed once");
  g_assert_cmpstr (none, ==, "Latest pilot: not taken");
}

/* A run that did one thing for two items and then met a refusal. */
static void
test_run (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbConnectors) connectors = sb_connectors_new (data_dir, NULL, problems);
  g_autoptr (SbClaim) claim = sb_claim_new ();
  g_autoptr (SbMapStatus) status = NULL;
  g_autofree char *words = NULL;
  const char *body = "{\"name\": \"#1\", \"items\": [1, 2]}";
  const char *places[] = { "each[0]/tell", "each[1]/tell", "last" };

  claim->run = sb_run_new ();
  claim->run->label = g_strdup ("Order #1");
  claim->run->state = g_strdup ("inbox");
  claim->run->step = g_strdup ("last");
  claim->run->problem = g_strdup ("Slack refused.");
  claim->event = sb_event_new ();
  claim->event->source = g_strdup ("manual");
  claim->event->body = g_bytes_new (body, strlen (body));
  claim->document = sb_json_parse (
    "{\"format\": 1, \"name\": \"F\", \"trigger\": {\"type\": \"manual\"}, \"steps\": ["
    "{\"id\": \"each\", \"type\": \"for-each\", \"list\": \"{{trigger.items}}\", \"steps\": ["
    "{\"id\": \"tell\", \"type\": \"action\", \"connector\": \"slack\", \"action\": "
    "\"post-message\", "
    "\"fields\": {\"channel\": \"#a\", \"text\": \"b\"}}]},"
    "{\"id\": \"last\", \"type\": \"action\", \"connector\": \"slack\", \"action\": "
    "\"post-message\", "
    "\"fields\": {\"channel\": \"#a\", \"text\": \"b\"}},"
    "{\"id\": \"never\", \"type\": \"delay\", \"duration\": \"1 h\"}]}",
    -1, NULL);
  claim->attempts = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_attempt_unref);
  claim->timers = g_ptr_array_new ();
  claim->skipped = g_ptr_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      SbAttempt *attempt = sb_attempt_new ();

      attempt->place = g_strdup (places[i]);
      attempt->number = 1;
      attempt->state = g_strdup (i < 2 ? "done" : "failed");
      attempt->status = i < 2 ? 200 : 400;
      attempt->output = sb_value_new_object ();
      attempt->started_us = attempt->ended_us = 1000 + i;
      g_ptr_array_add (claim->attempts, attempt);
    }

  status = sb_map_status_new_run (claim, connectors);
  g_assert_cmpuint (sb_map_status_get (status, "tell")->done, ==, 2);
  g_assert_cmpuint (sb_map_status_get (status, "last")->failed, ==, 1);
  g_assert_null (sb_map_status_get (status, "never"));
  words = sb_map_status_describe (status, "last");
  g_assert_cmpstr (words, ==, "Latest run, Order #1: failed once");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/map-status/pilot", test_pilot);
  g_test_add_func ("/map-status/run", test_run);
  return g_test_run ();
}
