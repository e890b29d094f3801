/* test-store-search.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-store-words.h"
#include "store-fixture.h"

#define DAY_US (24 * 3600 * (gint64)G_USEC_PER_SEC)

static const char order[] =
  "{\"name\":\"#1001\",\"email\":\"zoe.garcia@example.com\",\"customer\":{\"first_name\":\"Zoë\","
  "\"last_name\":\"GARCÍA\"},\"total\":66.90,\"token\":\"tok-verysecret\",\"card\":\"4111 1111 "
  "1111 "
  "1111\",\"created_at\":\"2026-11-20T09:14:02+01:00\",\"phone\":\"+358 40 1234567\","
  "\"city\":\"\\u0141\\u00f3d\\u017a\",\"paid\":true,\"note\":null}";

/* --- the database, from outside
 * --------------------------------------------------------------------- */

static gint64
look (Fixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->folder, "signalbox.db", NULL);
  sqlite3 *handle = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 number = -1;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 5000);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  if (sqlite3_step (statement) == SQLITE_ROW)
    number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);
  return number;
}

static void
wait_for_index (Fixture *fixture)
{
  gint64 end_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (look (fixture, "SELECT done FROM search_state") !=
         look (fixture, "SELECT coalesce (max (id), 0) FROM runs"))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      g_usleep (5000);
    }
}

static SbAccepted
take_in_body (Fixture *fixture, const char *flow, const char *id, const char *body)
{
  g_autoptr (SbEvent) event = make_event (flow, id, body);
  g_autoptr (GError) error = NULL;
  SbAccepted accepted;

  accept_event (fixture->store, event, &accepted, &error);
  g_assert_no_error (error);
  return accepted;
}

static guint
count (Fixture *fixture, const char *text)
{
  SbRunQuery query = { .text = (char *)text, .limit = 100 };
  g_autoptr (GPtrArray) rows = list_runs (fixture->store, &query);

  return rows->len;
}

/* --- words
 * ---------------------------------------------------------------------------------------- */

static void
assert_words (const char *body, const char *words)
{
  g_autofree char *found = sb_words_read (7, NULL, body, strlen (body));

  g_assert_true (g_str_has_prefix (found, " \xee\x80\x80"
                                          "7"));
  g_assert_cmpstr (found + 5, ==, words);
}

static void
test_words (void)
{
  assert_words ("{\"a\":\"Zoë GARCÍA\",\"b\":[\"x-1\",2.50,true,null]}", " zoe garcia x 1 2 50");
  assert_words ("{\"a\":\"same\",\"b\":\"same\"}", " same");
  assert_words ("{\"password\":\"p\",\"Api_Key\":\"k\",\"client_secret\":{\"v\":\"s\"},\"z\":1}",
                " 1");
  assert_words ("{\"card\":\"4111 1111 1111 1111\"}", " 1111");
  assert_words ("{\"card\":4111111111111111}", " 1111");
  assert_words ("{\"auth\":\"Bearer abcdefgh12345678\"}", " bearer");
  assert_words ("{\"at\":\"2026-11-20T09:14:02+01:00\"}", " 2026 11 20");
  assert_words ("text=Anna+M%C3%BCller&token=hush&n=5", " anna muller 5");
  assert_words ("plain words, <b>too</b>", " plain words b too b");
  assert_words ("", "");
  assert_words ("   ", "");
  assert_words ("{\"broken\":", " broken");
  assert_words ("\xff\xfe", "");
}

/* Whatever the bytes are, the words are UTF-8 and bounded. */
static void
test_words_bounded (void)
{
  g_autoptr (GString) body = g_string_new ("{");
  g_autofree char *words = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (body, "%s\"k%u\":\"value %u\"", i > 0 ? "," : "", i, i);
  g_string_append_c (body, '}');
  words = sb_words_read (1, "label", body->str, body->len);
  g_assert_true (g_utf8_validate (words, -1, NULL));
  g_assert_cmpuint (strlen (words), <, 80 * 1024);
}

/* --- searches
 * ------------------------------------------------------------------------------------------ */

static void
assert_found (Fixture *fixture)
{
  static const char *const yes[] = {
    "#1001",
    "1001",
    "ORDER",
    "e-1",
    "zoe",
    "Zoë",
    "garcía",
    "garc",
    "GARCIA zoe",
    "zoe.garcia@example.com",
    "example.com",
    "66.90",
    "+358 40 1234567",
    "2026-11-20",
    "1111",
    "zoe g",
    "lod",
    "Łódź",
  };
  static const char *const no[] = {
    "first_name", "verysecret",       "4111",      "last",       "garcia.zoe@example.com", "true",
    "\"",         "NEAR(zoe garcia)", "words:zoe", "zoe nobody",
  };

  for (guint i = 0; i < G_N_ELEMENTS (yes); i++)
    if (count (fixture, yes[i]) < 1)
      g_error ("“%s” was not found", yes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (no); i++)
    if (count (fixture, no[i]) != 0)
      g_error ("“%s” was found", no[i]);
  g_assert_cmpuint (count (fixture, "zoe"), ==, 1);
  g_assert_cmpuint (count (fixture, "order"), ==, 2);
}

/* The same whether it is in the index yet or not. */
static void
test_found (Fixture *fixture, gconstpointer data)
{
  make_live_flow (fixture->store, "orders");
  take_in_body (fixture, "orders", "e-1", order);
  take_in (fixture->store, "orders", "other");
  assert_found (fixture);
  wait_for_index (fixture);
  g_assert_cmpint (look (fixture, "SELECT done FROM search_state"), ==, 2);
  assert_found (fixture);
  fixture_reopen (fixture);
  assert_found (fixture);
}

/* Page by page through the index and what is newer, with every filter. */
static void
test_pages (Fixture *fixture, gconstpointer data)
{
  static const char *const states[] = { NULL, "inbox", "done", "open" };

  make_live_flow (fixture->store, "orders");
  make_live_flow (fixture->store, "refunds");
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *id = g_strdup_printf ("n-%u", i);
      SbAccepted accepted =
        take_in_body (fixture, i % 3 == 0 ? "refunds" : "orders", id,
                      i % 2 == 0 ? "{\"who\":\"Anna Keller\"}" : "{\"who\":\"Ben\"}");

      if (i % 5 != 0)
        move_run (fixture->store, accepted.run, i % 5 == 1 ? "inbox" : "done");
      if (i == 250)
        wait_for_index (fixture);
    }
  for (guint s = 0; s < G_N_ELEMENTS (states); s++)
    for (guint with_flow = 0; with_flow < 2; with_flow++)
      {
        SbRunQuery query = { .flow_id = with_flow ? (char *)"refunds" : NULL,
                             .state = (char *)states[s],
                             .text = (char *)"kell anna",
                             .limit = 7 };
        guint expected = 0;
        guint seen = 0;

        for (guint i = 0; i < 300; i += 2)
          if ((!with_flow || i % 3 == 0) &&
              (s == 0 || (s == 1 && i % 5 == 1) || (s == 2 && i % 5 > 1) || (s == 3 && i % 5 < 2)))
            expected++;
        for (;;)
          {
            g_autoptr (GPtrArray) page = list_runs (fixture->store, &query);

            for (guint i = 0; i < page->len; i++)
              {
                SbRun *run = g_ptr_array_index (page, i);

                g_assert_true (query.before_id == 0 || run->id < query.before_id);
                query.before_id = run->id;
              }
            seen += page->len;
            if (page->len < 7)
              break;
          }
        g_assert_cmpuint (seen, ==, expected);
      }
}

/* By the vendor's name of the event, or its beginning. */
static void
test_event_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbEvent) event = make_event ("orders", "b54557e4-bdd9-4b37-8a5f", "{}");
  SbAccepted accepted;

  g_free (event->label);
  event->label = g_strdup ("Order #1");
  make_live_flow (fixture->store, "orders");
  g_assert_true (accept_event (fixture->store, event, &accepted, NULL));
  take_in_body (fixture, "orders", "other", "{}");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (count (fixture, "b54557e4-bdd9-4b37-8a5f"), ==, 1);
      g_assert_cmpuint (count (fixture, "b54557e4"), ==, 1);
      g_assert_cmpuint (count (fixture, "b54557e5"), ==, 0);
      wait_for_index (fixture);
    }
}

/* What stands within a word is found where nothing begins with it. */
static void
test_within (Fixture *fixture, gconstpointer data)
{
  make_live_flow (fixture->store, "orders");
  take_in_body (fixture, "orders", "a", "{\"who\":\"Satamakatu\"}");
  wait_for_index (fixture);
  g_assert_cmpuint (count (fixture, "amakat"), ==, 1);
  take_in_body (fixture, "orders", "b", "{\"who\":\"amakatsu\"}");
  g_assert_cmpuint (count (fixture, "amakat"), ==, 1);
}

static void
test_times (Fixture *fixture, gconstpointer data)
{
  SbRunQuery query = { .text = (char *)"anna", .limit = 10 };
  g_autoptr (GPtrArray) rows = NULL;
  gint64 first;

  make_live_flow (fixture->store, "orders");
  first = take_in_body (fixture, "orders", "a", "{\"who\":\"Anna\"}").run;
  g_usleep (2000);
  query.until_us = sb_clock_now_us ();
  take_in_body (fixture, "orders", "b", "{\"who\":\"Anna\"}");
  wait_for_index (fixture);
  rows = list_runs (fixture->store, &query);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpint (((SbRun *)g_ptr_array_index (rows, 0))->id, ==, first);
}

/* --- what goes, and what goes wrong
 * ------------------------------------------------------------------- */

static gint64 days;

static gint64
read_clock (gpointer data)
{
  return 1800000000 * (gint64)G_USEC_PER_SEC + days * DAY_US;
}

static void
test_retained (Fixture *fixture, gconstpointer data)
{
  SbAccepted accepted;

  days = 0;
  sb_clock_set_source (read_clock, NULL);
  make_live_flow (fixture->store, "orders");
  accepted = take_in_body (fixture, "orders", "a", order);
  move_run (fixture->store, accepted.run, "done");
  wait_for_index (fixture);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM search WHERE search MATCH 'garcia'"), ==,
                   1);
  days = 100;
  take_in_body (fixture, "orders", "b", "{\"who\":\"Ben\"}");
  g_assert_cmpint (retain (fixture->store, 50 * DAY_US, 0), ==, 1);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM search WHERE search MATCH 'garcia'"), ==,
                   0);
  g_assert_cmpuint (count (fixture, "garcia"), ==, 0);
  wait_for_index (fixture);
  g_assert_cmpuint (count (fixture, "ben"), ==, 1);
  sb_clock_set_source (NULL, NULL);
}

/* An index that was written by other rules is made anew, with each run in it once. */
static void
test_other_rules (Fixture *fixture, gconstpointer data)
{
  make_live_flow (fixture->store, "orders");
  take_in_body (fixture, "orders", "a", order);
  wait_for_index (fixture);
  sb_store_close (fixture->store);
  look (fixture, "UPDATE search_state SET words = 0");
  fixture_reopen (fixture);
  wait_for_index (fixture);
  g_assert_cmpint (look (fixture, "SELECT words FROM search_state"), ==, SB_WORDS_VERSION);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM search WHERE search MATCH 'garcia'"), ==,
                   1);
}

/* A damaged index costs nobody an event, nor a search its answer; it is made anew. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  make_live_flow (fixture->store, "orders");
  take_in_body (fixture, "orders", "a", order);
  wait_for_index (fixture);
  sb_store_close (fixture->store);
  look (fixture, "UPDATE search_data SET block = x'00ff00ff00ff' WHERE id <> 1");
  look (fixture, "UPDATE search_data SET block = x'ffffffffffffffff' WHERE id = 10");
  fixture_reopen (fixture);
  g_assert_cmpuint (count (fixture, "garcia"), ==, 1);
  take_in_body (fixture, "orders", "b", "{\"who\":\"Ben\"}");
  wait_for_index (fixture);
  g_assert_cmpuint (count (fixture, "garcia"), ==, 1);
  g_assert_cmpuint (count (fixture, "ben"), ==, 1);
  g_assert_cmpint (look (fixture, "SELECT count (*) FROM search WHERE search MATCH 'garcia'"), ==,
                   1);
}

/* --- lists by position
 * --------------------------------------------------------------------------------- */

static GArray *
list_ids (SbStore *store, SbRunQuery *query)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *ids;

  sb_store_list_run_ids_async (store, query, NULL, got_cb, &result);
  ids = sb_store_list_run_ids_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return ids;
}

static void
test_ids (Fixture *fixture, gconstpointer data)
{
  SbRunQuery query = { 0 };
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GArray) newer = NULL;
  g_autoptr (GArray) found = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  gint64 wanted[3];

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("n-%u", i);

      take_in (fixture->store, "orders", id);
    }
  ids = list_ids (fixture->store, &query);
  g_assert_cmpuint (ids->len, ==, 20);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (g_array_index (ids, gint64, i), ==, 20 - i);

  query.after_id = 15;
  newer = list_ids (fixture->store, &query);
  g_assert_cmpuint (newer->len, ==, 5);
  query.after_id = 0;
  query.text = (char *)"n-1";
  found = list_ids (fixture->store, &query);
  g_assert_cmpuint (found->len, ==, 11);

  wanted[0] = 7;
  wanted[1] = 4711;
  wanted[2] = 19;
  sb_store_load_runs_async (fixture->store, wanted, 3, NULL, got_cb, &result);
  runs = sb_store_load_runs_finish (fixture->store, await (&result), NULL);
  g_assert_cmpuint (runs->len, ==, 2);
  g_assert_cmpint (((SbRun *)g_ptr_array_index (runs, 0))->id, ==, 7);
  g_assert_cmpint (((SbRun *)g_ptr_array_index (runs, 1))->id, ==, 19);
}

/* Days of many runs, of one, of none between them. */
static void
test_days (Fixture *fixture, gconstpointer data)
{
  static const guint n_runs[] = { 1, 200, 0, 3, 1, 90 };
  SbRunQuery query = { 0 };
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) starts = NULL;
  g_autoptr (GArray) no_starts = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) empty = NULL;
  static const guint expected[] = { 0, 90, 91, 94, 294 };

  sb_clock_set_source (read_clock, NULL);
  make_live_flow (fixture->store, "orders");
  for (days = 0; days < (gint64)G_N_ELEMENTS (n_runs); days++)
    for (guint i = 0; i < n_runs[days]; i++)
      {
        g_autofree char *id = g_strdup_printf ("%u-%u", (guint)days, i);

        take_in (fixture->store, "orders", id);
      }
  ids = list_ids (fixture->store, &query);
  sb_store_find_days_async (fixture->store, ids, NULL, got_cb, &result);
  starts = sb_store_find_days_finish (fixture->store, await (&result), NULL);
  g_assert_cmpuint (starts->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < starts->len; i++)
    g_assert_cmpuint (g_array_index (starts, guint, i), ==, expected[i]);
  sb_store_find_days_async (fixture->store, none, NULL, got_cb, &empty);
  no_starts = sb_store_find_days_finish (fixture->store, await (&empty), NULL);
  g_assert_cmpuint (no_starts->len, ==, 0);
  sb_clock_set_source (NULL, NULL);
}

/* --- where it stands
 * ----------------------------------------------------------------------------------- */

static char *
hit (Fixture *fixture, gint64 run, const char *text)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = NULL;

  g_array_append_val (ids, run);
  sb_store_find_hits_async (fixture->store, text, ids, NULL, got_cb, &result);
  hits = sb_store_find_hits_finish (fixture->store, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 1);
  return g_strdup (g_ptr_array_index (hits, 0));
}

static void
assert_hit (Fixture *fixture, gint64 run, const char *text, const char *expected)
{
  g_autofree char *found = hit (fixture, run, text);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_hits (Fixture *fixture, gconstpointer data)
{
  gint64 run;

  make_live_flow (fixture->store, "orders");
  run = take_in_body (fixture, "orders", "a", order).run;
  assert_hit (fixture, run, "garcia", "email: zoe.garcia@example.com");
  assert_hit (fixture, run, "lodz", "city: Łódź");
  assert_hit (fixture, run, "66.90", "total: 66.90");
  /* The value that has most of the words, not the first that has one. */
  assert_hit (fixture, run, "358 40 zoe", "phone: +358 40 1234567");
  /* What may not be kept is not shown either. */
  assert_hit (fixture, run, "verysecret", NULL);
  {
    g_autofree char *card = hit (fixture, run, "1111");

    g_assert_nonnull (card);
    g_assert_true (g_str_has_prefix (card, "card: "));
    g_assert_null (strstr (card, "4111"));
  }
  assert_hit (fixture, run, "elsewhere", NULL);
  assert_hit (fixture, run + 1, "garcia", NULL);
  run = take_in_body (fixture, "orders", "b", "no json at all").run;
  assert_hit (fixture, run, "json", NULL);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/search/words", test_words);
  g_test_add_func ("/store/search/words-bounded", test_words_bounded);
  ADD ("/store/search/found", test_found);
  ADD ("/store/search/pages", test_pages);
  ADD ("/store/search/event-id", test_event_id);
  ADD ("/store/search/within", test_within);
  ADD ("/store/search/times", test_times);
  ADD ("/store/search/retained", test_retained);
  ADD ("/store/search/other-rules", test_other_rules);
  ADD ("/store/search/damaged", test_damaged);
  ADD ("/store/search/ids", test_ids);
  ADD ("/store/search/days", test_days);
  ADD ("/store/search/hits", test_hits);
  return g_test_run ();
}
