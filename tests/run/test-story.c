/* test-story.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What an owner reads of a run: real runs, told. */

#include "config.h"

#include <string.h>

#include "engine-fixture.h"
#include "sb-clock.h"
#include "sb-story.h"

#define PAID                                                                                       \
  "{'id': 'paid', 'type': 'filter', 'condition': {'all': [{'value': '{{trigger.ref}}', "           \
  "'is': 'equals', 'to': 'a'}]}}"

/* The run as it stands when it is in @state; the claim must outlive the story. */
static GPtrArray *
tell (Fixture *self, gint64 run, const char *state, SbClaim **claim)
{
  *claim = fixture_wait (self, run, state);
  return sb_story_tell (*claim, sb_engine_get_connectors (self->engine));
}

static SbChapter *
nth (GPtrArray *story, int index)
{
  guint at = index < 0 ? story->len - (guint)-index : (guint)index;

  g_assert_cmpuint (at, <, story->len);
  return g_ptr_array_index (story, at);
}

/* The event comes first; times never go back; only an action has attempts. */
static void
assert_ordered (GPtrArray *story)
{
  gint64 before_us = 0;

  assert_says (nth (story, 0)->title, "An order comes in");
  g_assert_null (nth (story, 0)->place);
  for (guint i = 0; i < story->len; i++)
    {
      SbChapter *chapter = nth (story, (int)i);

      g_assert_cmpint (chapter->time_us, >=, before_us);
      before_us = chapter->time_us;
      if (chapter->place == NULL)
        g_assert_cmpuint (chapter->attempts->len, ==, 0);
    }
}

static void
test_done (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GPtrArray) story = NULL;

  fake_vendor_add_fault (self->vendor, "/keyed", FAULT_STATUS, 500, NULL, 1);
  fixture_publish (self,
                   "[" PAID ", {'id': 'lane', 'type': 'branch', 'lanes': [{'name': "
                   "'Big orders', 'condition': {'all': [{'value': '{{trigger.id}}', 'is': "
                   "'equals', 'to': '1'}]}, 'steps': [" ACTION (
                     "first", "keyed") "]}]}, {'id': 'second', 'name': 'send a parcel', 'type': "
                                       "'action', 'connector': 'vendor', 'action': 'once', "
                                       "'fields': {'ref': '{{trigger.ref}}'}}]");
  story = tell (self, fixture_submit (self, RECORD), "done", &claim);
  assert_ordered (story);
  g_assert_cmpuint (story->len, ==, 6);
  g_assert_cmpstr (nth (story, 0)->detail, ==, "Started by hand");
  g_assert_cmpstr (nth (story, 0)->tile, ==, "web");
  g_assert_cmpstr (nth (story, 1)->place, ==, "paid");
  g_assert_cmpint (nth (story, 1)->kind, ==, SB_CHAPTER_PASSED);
  g_assert_cmpstr (nth (story, 2)->tile, ==, "branch");
  g_assert_cmpstr (nth (story, 2)->detail, ==, "Big orders");

  /* The vendor was down once; the second attempt carried the same key. */
  g_assert_cmpstr (nth (story, 3)->title, ==, "Make an invoice");
  g_assert_cmpint (nth (story, 3)->kind, ==, SB_CHAPTER_DONE);
  g_assert_cmpuint (nth (story, 3)->attempts->len, ==, 2);
  g_assert_true (nth (story, 3)->keyed);

  g_assert_cmpstr (nth (story, 4)->title, ==, "Send a parcel");
  g_assert_cmpuint (nth (story, 4)->attempts->len, ==, 1);
  g_assert_false (nth (story, 4)->keyed);
  g_assert_cmpstr (nth (story, 5)->title, ==, "Done");
  assert_says (nth (story, 5)->detail, "seconds from start to end");
}

static void
test_stopped (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GPtrArray) story = NULL;

  fixture_publish (self, "[" PAID ", " ACTION ("first", "keyed") "]");
  story = tell (self, fixture_submit (self, "{'name': '#2', 'ref': 'b'}"), "stopped", &claim);
  assert_ordered (story);
  g_assert_cmpuint (story->len, ==, 3);
  g_assert_cmpint (nth (story, 1)->kind, ==, SB_CHAPTER_STOPPED);
  g_assert_cmpint (nth (story, -1)->kind, ==, SB_CHAPTER_STOPPED);
  g_assert_cmpstr (nth (story, -1)->title, ==, "Stopped by a filter");
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbClaim) later = NULL;
  g_autoptr (GPtrArray) story = NULL;
  g_autoptr (GPtrArray) dropped = NULL;
  g_autoptr (GError) error = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_STATUS, 422, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  story = tell (self, fixture_submit (self, RECORD), "inbox", &claim);
  assert_ordered (story);
  g_assert_cmpint (nth (story, 1)->kind, ==, SB_CHAPTER_FAILED);
  assert_says (nth (story, 1)->detail, "the vendor says no");
  g_assert_cmpint (nth (story, -1)->kind, ==, SB_CHAPTER_FAILED);
  g_assert_cmpstr (nth (story, -1)->title, ==, "Waits for you");
  g_assert_cmpstr (nth (story, -1)->detail, ==, claim->run->problem);

  fixture_resolve (self, claim->run->id, "drop", &error);
  g_assert_no_error (error);
  dropped = tell (self, claim->run->id, "dropped", &later);
  g_assert_cmpint (nth (dropped, 1)->kind, ==, SB_CHAPTER_DROPPED);
  g_assert_cmpstr (nth (dropped, -1)->title, ==, "Dropped by you");
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbClaim) later = NULL;
  g_autoptr (GPtrArray) story = NULL;
  g_autoptr (GPtrArray) by_hand = NULL;
  g_autoptr (GError) error = NULL;

  fake_vendor_add_fault (self->vendor, "/once", FAULT_DROP_AFTER, 0, NULL, 1);
  fixture_publish (self, "[" ACTION ("first", "once") ", " ACTION ("second", "keyed") "]");
  story = tell (self, fixture_submit (self, RECORD), "inbox", &claim);
  g_assert_cmpint (nth (story, 1)->kind, ==, SB_CHAPTER_UNKNOWN);
  g_assert_cmpint (nth (story, -1)->kind, ==, SB_CHAPTER_UNKNOWN);
  assert_says (nth (story, -1)->title, "outcome unknown");

  fixture_resolve (self, claim->run->id, "done", &error);
  g_assert_no_error (error);
  by_hand = tell (self, claim->run->id, "done", &later);
  assert_ordered (by_hand);
  g_assert_cmpstr (nth (by_hand, 1)->title, ==, "Buy a label");
  g_assert_cmpint (nth (by_hand, 1)->kind, ==, SB_CHAPTER_SKIPPED);
  g_assert_cmpint (nth (by_hand, 2)->kind, ==, SB_CHAPTER_DONE);
}

static void
test_waiting (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GPtrArray) story = NULL;

  fixture_publish (
    self, "[{'id': 'pause', 'type': 'delay', 'duration': '2 h'}, " ACTION ("first", "once") "]");
  story = tell (self, fixture_submit (self, RECORD), "waiting", &claim);
  g_assert_cmpstr (nth (story, 1)->title, ==, "Wait");
  g_assert_cmpint (nth (story, 1)->kind, ==, SB_CHAPTER_WAITING);
  g_assert_cmpint (nth (story, -1)->kind, ==, SB_CHAPTER_WAITING);
  assert_says (nth (story, -1)->title, "Waits until");
}

static void
test_blocked (Fixture *self, gconstpointer data)
{
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (GPtrArray) story = NULL;

  fixture_start (self);
  fixture_connect (self, "vendor", "production", NULL);
  fixture_publish (self, "[" ACTION ("first", "once") "]");
  story = tell (self, fixture_submit (self, RECORD), "blocked", &claim);
  g_assert_cmpint (nth (story, -1)->kind, ==, SB_CHAPTER_WAITING);
  assert_says (nth (story, -1)->detail, "My vendor");
}

/* An owner has not named the step: its words come from what it does. */
static void
test_titles (Fixture *self, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = fixture_parse (
    "{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', 'connector': "
    "'vendor', 'trigger': 'order'}, 'steps': ["
    "{'id': 'each', 'type': 'for-each', 'list': '{{trigger.items}}', 'steps': [" ACTION (
      "in", "once") "]},"
                    "{'id': 'pause', 'type': 'delay', 'duration': '2 h'},"
                    "{'id': 'set', 'type': 'set-fields', 'fields': {'a': 'b'}},"
                    "{'id': 'lane', 'type': 'branch', 'lanes': [{'name': 'Other', 'steps': []}]},"
                    "{'id': 'gone', 'type': 'action', 'connector': 'nobody', 'action': 'x', "
                    "'fields': {}}, " PAID "]}");
  g_autoptr (SbFlow) flow = sb_flow_parse (document, problems);
  g_autofree char *text = sb_problems_to_text (problems);
  const char *words[] = { "For each item", "Wait", "Set fields", "Which way it takes", "Gone" };

  g_assert_cmpstr (text, ==, "");
  g_assert_nonnull (flow);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *title = sb_story_step_title (g_ptr_array_index (flow->steps, i),
                                                    sb_engine_get_connectors (self->engine));

      g_assert_cmpstr (title, ==, words[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/story/done", test_done);
  ADD ("/story/stopped", test_stopped);
  ADD ("/story/refused", test_refused);
  ADD ("/story/unknown", test_unknown);
  ADD ("/story/waiting", test_waiting);
  ADD_BARE ("/story/blocked", test_blocked);
  ADD ("/story/titles", test_titles);
  return g_test_run ();
}
