/* test-guide.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-guide-memo.h"
#include "sb-json.h"
#include "sb-paths.h"

/* The guide follows the facts: from an empty map to live, one thing after the other. */

typedef struct
{
  SbConnectors *connectors;
  SbFlow *flow;
  SbProblems *problems;
  SbGuideFacts facts;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();

  fixture->problems = sb_problems_new ();
  fixture->connectors = sb_connectors_new (data_dir, NULL, fixture->problems);
  g_assert_cmpuint (sb_problems_get_count (fixture->problems), ==, 0);
  fixture->facts = (SbGuideFacts){
    .connectors = fixture->connectors,
    .connections = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_connection_unref),
    .tested = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .draft_changed = TRUE,
  };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->facts.connections);
  g_hash_table_unref (fixture->facts.tested);
  g_clear_pointer (&fixture->facts.gate, sb_value_unref);
  g_clear_pointer (&fixture->flow, sb_flow_unref);
  sb_problems_free (fixture->problems);
  sb_connectors_unref (fixture->connectors);
}

static void
take_flow (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (text, -1, &error);

  g_assert_no_error (error);
  g_clear_pointer (&fixture->flow, sb_flow_unref);
  sb_problems_free (fixture->problems);
  fixture->problems = sb_problems_new ();
  fixture->flow = sb_flow_parse_draft (document, fixture->problems);
  g_assert_nonnull (fixture->flow);
  sb_flow_check (fixture->flow, fixture->connectors, fixture->problems);
  fixture->facts.flow = fixture->flow;
  fixture->facts.problems = fixture->problems;
}

static SbConnection *
add_account (Fixture *fixture, const char *id, const char *connector)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  SbConnection *connection = sb_connection_new (id, connector, id, "production", settings);

  connection->secret_changed_us = 1000;
  g_ptr_array_add (fixture->facts.connections, connection);
  return connection;
}

static void
test_works (Fixture *fixture, const char *id, gint64 time_us)
{
  g_hash_table_replace (fixture->facts.tested, g_strdup (id), g_memdup2 (&time_us, sizeof time_us));
}

/* The next thing, and where its button goes. */
static void
assert_next (
  Fixture *fixture, SbGuideStage stage, const char *text, const char *action, const char *target)
{
  g_autoptr (GPtrArray) tasks = sb_guide_list_tasks (&fixture->facts);
  SbGuideTask *next = sb_guide_find_next (tasks);

  g_assert_nonnull (next);
  g_assert_cmpstr (next->text, ==, text);
  g_assert_cmpint (next->stage, ==, stage);
  g_assert_cmpstr (next->action, ==, action);
  g_assert_cmpstr (next->target, ==, target);
  g_assert_false (sb_guide_is_done (tasks, stage));
  for (guint i = 0; i < stage; i++)
    g_assert_true (sb_guide_is_done (tasks, i));
}

#define HEAD                                                                                       \
  "{\"format\": 1, \"name\": \"F\", \"trigger\": {\"type\": \"webhook\", \"connector\": "          \
  "\"shopify\", \"trigger\": \"order-paid\"}, \"steps\": ["
#define PLAN "], \"criteria\": [{\"kind\": \"nothing-unexpected\"}], \"plan\": {\"owner\": \"Anna\""
#define TELL(text)                                                                                 \
  "{\"id\": \"tell\", \"type\": \"action\", \"connector\": \"slack\", \"action\": "                \
  "\"post-message\", \"fields\": {\"channel\": \"#a\"" text "}}"

static void
test_map (Fixture *fixture, gconstpointer data)
{
  take_flow (fixture, HEAD "]}");
  assert_next (fixture, SB_GUIDE_MAP, "Add what is to be done: press + on the map", "win.show-view",
               "map");
  take_flow (fixture, HEAD TELL () "]}");
  assert_next (fixture, SB_GUIDE_MAP, "Say who owns this flow", "win.show-view", "plan");
  take_flow (fixture, HEAD TELL () "], \"plan\": {\"owner\": \"Anna\"}}");
  assert_next (fixture, SB_GUIDE_MAP, "Say how you will know it works", "win.show-view", "plan");
}

static void
test_connect (Fixture *fixture, gconstpointer data)
{
  SbConnection *slack;

  take_flow (fixture, HEAD TELL () PLAN "}}");
  assert_next (fixture, SB_GUIDE_CONNECT, "Add your account at Shopify", "win.add-connection",
               "shopify");
  add_account (fixture, "Shop", "shopify");
  assert_next (fixture, SB_GUIDE_CONNECT, "Test the account “Shop” at Shopify", "win.show-page",
               "connections");
  /* A test from before the secret was changed tells nothing. */
  test_works (fixture, "Shop", 999);
  assert_next (fixture, SB_GUIDE_CONNECT, "Test the account “Shop” at Shopify", "win.show-page",
               "connections");
  test_works (fixture, "Shop", 1001);
  slack = add_account (fixture, "Bench", "slack");
  test_works (fixture, "Bench", 1001);
  slack->trouble = g_strdup ("Slack turned the token away.");
  assert_next (fixture, SB_GUIDE_CONNECT, "Bench: Slack turned the token away.", "win.show-page",
               "connections");
  g_clear_pointer (&slack->trouble, g_free);

  /* With a second account the card has to say which one. */
  add_account (fixture, "Office", "slack");
  assert_next (fixture, SB_GUIDE_CONNECT, "Choose which account at Slack is used", "win.show-step",
               "tell");
  g_ptr_array_set_size (fixture->facts.connections, 2);
  assert_next (fixture, SB_GUIDE_CONNECT, sb_problems_get (fixture->problems, 0)->message,
               "win.show-step", "tell");

  /* In practice no account is asked for. */
  g_ptr_array_set_size (fixture->facts.connections, 0);
  fixture->facts.practice = TRUE;
  assert_next (fixture, SB_GUIDE_CONNECT, sb_problems_get (fixture->problems, 0)->message,
               "win.show-step", "tell");
}

static void
test_launch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) tasks = NULL;

  fixture->facts.practice = TRUE;
  take_flow (fixture, HEAD TELL (", \"text\": \"Hello\"") PLAN "}}");
  g_assert_cmpuint (sb_problems_get_count (fixture->problems), ==, 0);
  assert_next (fixture, SB_GUIDE_TRY, "See that ten records come out as expected", "win.show-view",
               "pilot");
  fixture->facts.gate = sb_json_parse ("[\"Run the pilot.\", \"And again.\"]", -1, NULL);
  assert_next (fixture, SB_GUIDE_TRY, "Run the pilot.", "win.show-view", "pilot");
  sb_value_unref (fixture->facts.gate);
  fixture->facts.gate = sb_value_new_array ();
  assert_next (fixture, SB_GUIDE_LAUNCH, "Write down what people do by hand when it is paused",
               "win.show-view", "plan");
  take_flow (fixture,
             HEAD TELL (", \"text\": \"Hello\"") PLAN ", \"fallback\": [\"Walk there.\"]}}");
  assert_next (fixture, SB_GUIDE_LAUNCH, "Put it to work", "win.show-gate", NULL);
  /* Live, and changed again: not done. */
  fixture->facts.live_version = 1;
  assert_next (fixture, SB_GUIDE_LAUNCH, "Put it to work", "win.show-gate", NULL);
  fixture->facts.draft_changed = FALSE;
  tasks = sb_guide_list_tasks (&fixture->facts);
  g_assert_null (sb_guide_find_next (tasks));
}

/* Only time in which something is done counts, for the stage it is done in. */
static void
test_time (void)
{
  g_autoptr (SbGuideMemo) memo = sb_guide_memo_new (NULL, "f");
  g_autoptr (SbValue) kept = NULL;
  gint64 now_us = G_TIME_SPAN_HOUR;

  sb_guide_memo_note (memo, SB_GUIDE_MAP, now_us);
  for (guint i = 0; i < 10; i++)
    sb_guide_memo_note (memo, SB_GUIDE_MAP, now_us += G_TIME_SPAN_MINUTE);
  g_assert_cmpuint (sb_guide_memo_get_minutes (memo, SB_GUIDE_MAP), ==, 10);
  /* Lunch. */
  sb_guide_memo_note (memo, SB_GUIDE_TRY, now_us += G_TIME_SPAN_HOUR);
  g_assert_cmpuint (sb_guide_memo_get_minutes (memo, SB_GUIDE_N_STAGES), ==, 10);
  sb_guide_memo_note (memo, SB_GUIDE_TRY, now_us += 90 * G_TIME_SPAN_SECOND);
  /* A clock that goes back adds nothing. */
  sb_guide_memo_note (memo, SB_GUIDE_TRY, now_us - G_TIME_SPAN_MINUTE);
  g_assert_cmpuint (sb_guide_memo_get_minutes (memo, SB_GUIDE_TRY), ==, 1);
  g_assert_cmpuint (sb_guide_memo_get_minutes (memo, SB_GUIDE_N_STAGES), ==, 11);

  g_assert_true (sb_guide_memo_is_away (memo, TRUE));
  g_assert_false (sb_guide_memo_is_away (memo, FALSE));
  sb_guide_memo_set_away (memo, FALSE);
  g_assert_false (sb_guide_memo_is_away (memo, TRUE));
  kept = sb_guide_memo_write (memo);
  g_assert_false (sb_value_get_boolean_or (kept, "away", TRUE));
  g_assert_cmpstr (
    sb_value_get_text (sb_value_get_item (sb_value_get_member (kept, "seconds"), SB_GUIDE_MAP)), ==,
    "600");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/guide/map", Fixture, NULL, set_up, test_map, tear_down);
  g_test_add ("/guide/connect", Fixture, NULL, set_up, test_connect, tear_down);
  g_test_add ("/guide/launch", Fixture, NULL, set_up, test_launch, tear_down);
  g_test_add_func ("/guide/time", test_time);
  return g_test_run ();
}
