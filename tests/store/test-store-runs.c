/* test-store-runs.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-clock.h"
#include "sb-error.h"
#include "store-fixture.h"

static SbAttempt *
make_attempt (const char *place, gint number, const char *state)
{
  SbAttempt *attempt = sb_attempt_new ();

  attempt->place = g_strdup (place);
  attempt->number = number;
  attempt->key = g_strdup_printf ("key-%s", place);
  attempt->request = g_strdup ("{\"method\":\"POST\"}");
  attempt->state = g_strdup (state);
  attempt->started_us = sb_clock_now_us ();
  return attempt;
}

static SbRunChange *
make_change (gint64 run, const char *state)
{
  SbRunChange *change = sb_run_change_new ();

  change->run = run;
  change->state = state;
  return change;
}

static SbRun *
get_run (GPtrArray *rows, guint index)
{
  return g_ptr_array_index (rows, index);
}

static void
test_journal (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbRunChange) begin = NULL;
  g_autoptr (SbRunChange) next = NULL;
  g_autoptr (SbRunChange) wait = NULL;
  g_autoptr (SbClaim) run = NULL;
  g_autoptr (GError) error = NULL;
  SbAttempt *attempt;
  SbAccepted accepted;
  gint64 number;

  make_live_flow (fixture->store, "orders");
  accepted = take_in (fixture->store, "orders", "one");

  begin = make_change (accepted.run, "running");
  begin->step = g_strdup ("invoice");
  begin->begun = make_attempt ("invoice", 1, "sent");
  g_assert_true (apply (fixture->store, begin, &error));
  g_assert_no_error (error);

  next = make_change (accepted.run, "running");
  next->finished = make_attempt ("invoice", 1, "done");
  g_clear_pointer (&next->finished->request, g_free);
  next->finished->status = 201;
  next->finished->ended_us = sb_clock_now_us ();
  next->finished->response = g_strdup ("{\"body\":\"ok\"}");
  next->finished->output = json ("{\"id\": 12345678901234567890.10}");
  next->begun = make_attempt ("label", 1, "sent");
  g_assert_true (apply (fixture->store, next, &error));
  g_assert_no_error (error);

  wait = make_change (accepted.run, "waiting");
  wait->timer = sb_timer_new ();
  wait->timer->place = g_strdup ("pause");
  wait->timer->until_us = 123456789;
  wait->due_us = 123456789;
  wait->skipped = g_strdup ("chat");
  g_assert_true (apply (fixture->store, wait, &error));
  g_assert_no_error (error);

  fixture_reopen (fixture);
  run = load_run (fixture->store, accepted.run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (run->run->state, ==, "waiting");
  g_assert_cmpint (run->run->due_us, ==, 123456789);
  g_assert_cmpuint (run->run->actions, ==, 1);
  g_assert_cmpint (run->run->finished_us, ==, 0);
  g_assert_nonnull (run->document);
  g_assert_cmpuint (run->attempts->len, ==, 2);
  attempt = g_ptr_array_index (run->attempts, 0);
  g_assert_cmpstr (attempt->state, ==, "done");
  g_assert_cmpuint (attempt->status, ==, 201);
  g_assert_cmpstr (attempt->request, ==, "{\"method\":\"POST\"}");
  g_assert_cmpstr (attempt->key, ==, "key-invoice");
  g_assert_cmpstr (sb_value_get_text (sb_value_get_member (attempt->output, "id")), ==,
                   "12345678901234567890.10");
  attempt = g_ptr_array_index (run->attempts, 1);
  g_assert_cmpstr (attempt->state, ==, "sent");
  g_assert_cmpint (attempt->ended_us, ==, 0);
  g_assert_false (sb_value_get_int (attempt->output, &number));
  g_assert_cmpuint (run->timers->len, ==, 1);
  g_assert_cmpint (((SbTimer *)g_ptr_array_index (run->timers, 0))->until_us, ==, 123456789);
  g_assert_cmpuint (run->skipped->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (run->skipped, 0), ==, "chat");
}

/* An answer that is the output as a whole is kept once, and comes back as both. */
static void
test_output_is_body (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *response;
    const char *output;
  } answers[] = {
    { "{\"headers\":{},\"body\":{\"id\":1.50,\"a\":[1]}}", "{\"id\":1.50,\"a\":[1]}" },
    { "{\"body\":{\"card\":\"•••• 4242\"}}", "{\"card\":\"4242424242424242\"}" },
    { "{\"body\":{\"body\":5}}", "5" },
    { "{\"body\":\"text\"}", "\"text\"" },
    { "{\"headers\":{}}", "{\"id\":1}" },
    { "{\"body\":{\"id\":1}}", "\"=\"" },
  };
  SbAccepted accepted;

  make_live_flow (fixture->store, "orders");
  accepted = take_in (fixture->store, "orders", "one");
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *place = g_strdup_printf ("step-%u", i);
      g_autoptr (SbRunChange) begin = make_change (accepted.run, "running");
      g_autoptr (SbRunChange) end = make_change (accepted.run, "running");
      g_autoptr (SbValue) expected = json (answers[i].output);
      g_autoptr (SbClaim) run = NULL;
      SbAttempt *attempt;

      begin->begun = make_attempt (place, 1, "sent");
      g_assert_true (apply (fixture->store, begin, NULL));
      end->finished = make_attempt (place, 1, "done");
      end->finished->response = g_strdup (answers[i].response);
      end->finished->output = json (answers[i].output);
      g_assert_true (apply (fixture->store, end, NULL));
      run = load_run (fixture->store, accepted.run, NULL);
      attempt = g_ptr_array_index (run->attempts, i);
      g_assert_cmpstr (attempt->response, ==, answers[i].response);
      g_assert_true (sb_value_equal (attempt->output, expected));
    }
}

/* What fails half-way leaves nothing behind, and spoils nothing for those in the same commit. */
static void
test_all_or_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbRunChange) first = NULL;
  g_autoptr (SbRunChange) again = NULL;
  g_autoptr (SbRunChange) other = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) event_result = NULL;
  g_autoptr (SbEvent) event = make_event ("orders", "beside", "{}");
  g_autoptr (SbClaim) run = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted one;
  SbAccepted two;
  SbAccepted beside = { 0 };

  make_live_flow (fixture->store, "orders");
  one = take_in (fixture->store, "orders", "one");
  two = take_in (fixture->store, "orders", "two");
  first = make_change (one.run, "running");
  first->begun = make_attempt ("invoice", 1, "sent");
  g_assert_true (apply (fixture->store, first, &error));

  /* The outcome is written, then the attempt that is there already fails it. */
  again = make_change (one.run, "waiting");
  again->finished = make_attempt ("invoice", 1, "done");
  again->begun = make_attempt ("invoice", 1, "sent");
  other = make_change (two.run, "done");
  sb_store_accept_event_async (fixture->store, event, NULL, got_cb, &event_result);
  sb_store_apply_async (fixture->store, again, NULL, got_cb, &bad);
  sb_store_apply_async (fixture->store, other, NULL, got_cb, &good);
  g_assert_false (sb_store_apply_finish (fixture->store, await (&bad), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (sb_store_apply_finish (fixture->store, await (&good), &error));
  g_assert_no_error (error);
  g_assert_true (
    sb_store_accept_event_finish (fixture->store, await (&event_result), &beside, &error));
  g_assert_no_error (error);

  run = load_run (fixture->store, one.run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (run->run->state, ==, "running");
  g_assert_cmpuint (run->run->actions, ==, 0);
  g_assert_cmpstr (((SbAttempt *)g_ptr_array_index (run->attempts, 0))->state, ==, "sent");
  g_clear_pointer (&run, sb_claim_unref);
  run = load_run (fixture->store, two.run, &error);
  g_assert_cmpstr (run->run->state, ==, "done");
  g_assert_cmpint (run->run->finished_us, >, 0);
  g_clear_pointer (&run, sb_claim_unref);
  run = load_run (fixture->store, beside.run, &error);
  g_assert_no_error (error);
}

static void
test_finished_stays (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbRunChange) begin = NULL;
  g_autoptr (SbRunChange) late = NULL;
  g_autoptr (SbClaim) run = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;

  make_live_flow (fixture->store, "orders");
  accepted = take_in (fixture->store, "orders", "one");
  begin = make_change (accepted.run, "running");
  begin->begun = make_attempt ("invoice", 1, "sent");
  g_assert_true (apply (fixture->store, begin, &error));
  move_run (fixture->store, accepted.run, "dropped");

  /* The request was on its way: what came of it is kept, but the run goes no further. */
  late = make_change (accepted.run, "running");
  late->finished = make_attempt ("invoice", 1, "done");
  late->begun = make_attempt ("label", 1, "sent");
  g_assert_false (apply (fixture->store, late, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_clear_error (&error);

  run = load_run (fixture->store, accepted.run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (run->run->state, ==, "dropped");
  g_assert_cmpuint (run->attempts->len, ==, 1);
  g_assert_cmpstr (((SbAttempt *)g_ptr_array_index (run->attempts, 0))->state, ==, "done");
}

static void
test_missing_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbRunChange) change = make_change (77, "done");
  g_autoptr (GError) error = NULL;

  g_assert_false (apply (fixture->store, change, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (load_run (fixture->store, 77, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

static void
test_claim (Fixture *fixture, gconstpointer data)
{
  gint64 now_us = sb_clock_now_us ();
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) third = NULL;
  g_autoptr (SbRunChange) due = NULL;
  g_autoptr (SbRunChange) later = NULL;
  gint64 runs[6];
  gint64 next_us = -1;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);

      runs[i] = take_in (fixture->store, "orders", id).run;
    }
  due = make_change (runs[1], "waiting");
  due->due_us = now_us - 5;
  later = make_change (runs[2], "waiting");
  later->due_us = now_us + 5000000;
  g_assert_true (apply (fixture->store, due, NULL));
  g_assert_true (apply (fixture->store, later, NULL));
  move_run (fixture->store, runs[3], "inbox");

  first = claim (fixture->store, 2, now_us, &next_us);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (first, 0))->run->id, ==, runs[0]);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (first, 1))->run->id, ==, runs[1]);
  g_assert_cmpstr (((SbClaim *)g_ptr_array_index (first, 1))->run->state, ==, "running");
  g_assert_cmpint (next_us, ==, now_us);

  second = claim (fixture->store, 10, now_us, &next_us);
  g_assert_cmpuint (second->len, ==, 2);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (second, 0))->run->id, ==, runs[4]);
  g_assert_cmpint (next_us, ==, later->due_us);

  third = claim (fixture->store, 10, later->due_us, &next_us);
  g_assert_cmpuint (third->len, ==, 1);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (third, 0))->run->id, ==, runs[2]);
  g_assert_cmpint (next_us, ==, 0);
}

static void
test_recover (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) claims = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  gint64 run;

  make_live_flow (fixture->store, "orders");
  run = take_in (fixture->store, "orders", "one").run;
  claims = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (claims->len, ==, 1);

  fixture_reopen (fixture);
  sb_store_recover_async (fixture->store, NULL, got_cb, &result);
  g_assert_cmpint (sb_store_recover_finish (fixture->store, await (&result), NULL), ==, 1);
  again = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (again->len, ==, 1);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (again, 0))->run->id, ==, run);
}

/* After an outage there are more than go in one slice. */
static void
test_release_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbValue) counts = NULL;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 2100; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);
      g_autoptr (SbRunChange) change = NULL;

      change = make_change (take_in (fixture->store, "orders", id).run, "blocked");
      change->connection = g_strdup (i % 21 == 0 ? "shop" : "books");
      g_assert_true (apply (fixture->store, change, NULL));
    }
  sb_store_release_async (fixture->store, "books", NULL, got_cb, &result);
  g_assert_cmpint (sb_store_release_finish (fixture->store, await (&result), NULL), ==, 2000);
  counts = summary (fixture->store);
  g_assert_cmpint (sb_value_get_int_or (counts, "blocked", -1), ==, 100);
  g_assert_cmpint (sb_value_get_int_or (sb_value_get_member (counts, "runs"), "ready", -1), ==,
                   2000);
}

static void
test_release (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) claims = NULL;
  g_autoptr (SbValue) counts = NULL;
  static const char *const connections[] = { "books", "shop", "books" };
  gint64 runs[3];

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);
      g_autoptr (SbRunChange) change = NULL;

      runs[i] = take_in (fixture->store, "orders", id).run;
      change = make_change (runs[i], "blocked");
      change->connection = g_strdup (connections[i]);
      change->problem = g_strdup ("The keyring is locked.");
      g_assert_true (apply (fixture->store, change, NULL));
    }
  counts = summary (fixture->store);
  g_assert_cmpint (sb_value_get_int_or (counts, "blocked", -1), ==, 3);
  sb_store_release_async (fixture->store, "books", NULL, got_cb, &result);
  g_assert_cmpint (sb_store_release_finish (fixture->store, await (&result), NULL), ==, 2);
  claims = claim (fixture->store, 10, sb_clock_now_us (), NULL);
  g_assert_cmpuint (claims->len, ==, 2);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (claims, 0))->run->id, ==, runs[0]);
  g_assert_null (((SbClaim *)g_ptr_array_index (claims, 0))->run->problem);
  g_assert_cmpint (((SbClaim *)g_ptr_array_index (claims, 1))->run->id, ==, runs[2]);
}

/* Every state, every filter and their combination, against what a plain walk would give. */
static void
test_lists (Fixture *fixture, gconstpointer data)
{
  static const char *const states[] = { "ready", "running", "waiting", "blocked", "inbox",
                                        "done",  "stopped", "dropped", NULL,      "open" };
  const char *of_run[32];
  gint64 ids[32];

  make_live_flow (fixture->store, "orders");
  make_live_flow (fixture->store, "refunds");
  for (guint i = 0; i < 32; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%02u", i);

      ids[i] = take_in (fixture->store, i % 3 == 0 ? "refunds" : "orders", id).run;
      of_run[i] = states[i % 8];
      if (i % 8 != 0)
        move_run (fixture->store, ids[i], of_run[i]);
    }
  for (guint s = 0; s < G_N_ELEMENTS (states); s++)
    for (guint with_flow = 0; with_flow < 2; with_flow++)
      for (guint with_text = 0; with_text < 2; with_text++)
        {
          SbRunQuery query = { .flow_id = with_flow ? (char *)"refunds" : NULL,
                               .state = (char *)states[s],
                               .text = with_text ? (char *)"ORDER E-1" : NULL,
                               .limit = 3 };
          guint expected = 0;
          guint seen = 0;

          for (guint i = 0; i < 32; i++)
            {
              gboolean open = i % 8 < 5;

              if (with_flow && i % 3 != 0)
                continue;
              if (with_text && i / 10 != 1)
                continue;
              expected += states[s] == NULL || g_str_equal (states[s], of_run[i]) ||
                          (g_str_equal (states[s], "open") && open);
            }
          for (;;)
            {
              g_autoptr (GPtrArray) page = list_runs (fixture->store, &query);

              for (guint i = 0; i < page->len; i++)
                {
                  g_assert_true (query.before_id == 0 || get_run (page, i)->id < query.before_id);
                  query.before_id = get_run (page, i)->id;
                  g_assert_cmpstr (get_run (page, i)->label, !=, NULL);
                }
              seen += page->len;
              if (page->len < 3)
                break;
            }
          g_assert_cmpuint (seen, ==, expected);
        }
}

static void
test_since (Fixture *fixture, gconstpointer data)
{
  SbRunQuery query = { .limit = 10 };
  g_autoptr (GPtrArray) rows = NULL;
  gint64 run;

  make_live_flow (fixture->store, "orders");
  take_in (fixture->store, "orders", "old");
  g_usleep (2000);
  query.since_us = sb_clock_now_us ();
  run = take_in (fixture->store, "orders", "new").run;
  rows = list_runs (fixture->store, &query);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpint (get_run (rows, 0)->id, ==, run);
}

static guint
count_found (SbStore *store, const char *text)
{
  SbRunQuery query = { .text = (char *)text, .limit = 10 };
  g_autoptr (GPtrArray) rows = list_runs (store, &query);

  return rows->len;
}

static void
test_search (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbEvent) event = make_event (
    "orders", "WebHook-77", "{\"customer\": \"Chloé Östergård\", \"note\": \"100% _wool_\"}");
  g_autoptr (SbRunChange) change = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;

  make_live_flow (fixture->store, "orders");
  accept_event (fixture->store, event, &accepted, &error);
  g_assert_no_error (error);
  take_in (fixture->store, "orders", "other");
  change = make_change (accepted.run, "inbox");
  change->problem = g_strdup ("QuickBooks said no.");
  g_assert_true (apply (fixture->store, change, &error));

  g_assert_cmpuint (count_found (fixture->store, "webhook-77"), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "quickbooks SAID"), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "östergård"), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "CHLOÉ ÖSTERGÅRD"), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "100% _WOOL_"), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "%"), ==, 0);
  g_assert_cmpuint (count_found (fixture->store, "order"), ==, 2);
  g_assert_cmpuint (count_found (fixture->store, "nothing like it"), ==, 0);
  g_assert_cmpuint (count_found (fixture->store, "' OR 1=1 --"), ==, 0);
  g_assert_cmpuint (count_found (fixture->store, ""), ==, 2);
}

static void
test_search_cancelled (Fixture *fixture, gconstpointer data)
{
  SbRunQuery query = { .text = (char *)"x", .limit = 10 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  make_live_flow (fixture->store, "orders");
  g_cancellable_cancel (cancellable);
  sb_store_list_runs_async (fixture->store, &query, cancellable, got_cb, &result);
  g_assert_null (sb_store_list_runs_finish (fixture->store, await (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_bad_query (Fixture *fixture, gconstpointer data)
{
  SbRunQuery query = { .state = (char *)"flying", .limit = 10 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sb_store_list_runs_async (fixture->store, &query, NULL, got_cb, &result);
  g_assert_null (sb_store_list_runs_finish (fixture->store, await (&result), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

static void
test_summary (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) counts = NULL;
  g_autoptr (SbFlowRow) flow = NULL;
  SbValue *runs;
  SbAccepted accepted[4];

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("e-%u", i);

      accepted[i] = take_in (fixture->store, "orders", id);
    }
  move_run (fixture->store, accepted[0].run, "running");
  move_run (fixture->store, accepted[0].run, "done");
  move_run (fixture->store, accepted[1].run, "inbox");
  move_run (fixture->store, accepted[2].run, "inbox");
  move_run (fixture->store, accepted[2].run, "ready");

  counts = summary (fixture->store);
  runs = sb_value_get_member (counts, "runs");
  g_assert_cmpint (sb_value_get_int_or (runs, "done", 0), ==, 1);
  g_assert_cmpint (sb_value_get_int_or (runs, "ready", 0), ==, 2);
  g_assert_cmpint (sb_value_get_int_or (runs, "running", 0), ==, 0);
  g_assert_cmpint (sb_value_get_int_or (counts, "inbox", 0), ==, 1);
  g_assert_cmpint (sb_value_get_int_or (counts, "events_today", 0), ==, 4);
  g_assert_cmpint (sb_value_get_int_or (counts, "last_event_us", 0), >, 0);
  flow = load_flow (fixture->store, "orders", NULL);
  g_assert_cmpuint (flow->inbox, ==, 1);
  g_assert_cmpint (flow->last_event_us, ==, sb_value_get_int_or (counts, "last_event_us", 0));
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/runs/journal", test_journal);
  ADD ("/store/runs/all-or-nothing", test_all_or_nothing);
  ADD ("/store/runs/output-is-body", test_output_is_body);
  ADD ("/store/runs/finished-stays", test_finished_stays);
  ADD ("/store/runs/missing", test_missing_run);
  ADD ("/store/runs/claim", test_claim);
  ADD ("/store/runs/recover", test_recover);
  ADD ("/store/runs/release", test_release);
  ADD ("/store/runs/release-many", test_release_many);
  ADD ("/store/runs/lists", test_lists);
  ADD ("/store/runs/since", test_since);
  ADD ("/store/runs/search", test_search);
  ADD ("/store/runs/search-cancelled", test_search_cancelled);
  ADD ("/store/runs/bad-query", test_bad_query);
  ADD ("/store/runs/summary", test_summary);
  return g_test_run ();
}
