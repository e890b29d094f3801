/* test-store-io.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fault-vfs.h"
#include "sb-error.h"
#include "store-fixture.h"
#include "store-story.h"

/* The story of store-story.c with one call to the disk failing, or all from one on: each in turn in
 * the long form (SIGNALBOX_FAULTS=long), some of them in the short one. */

#define SHORT_POSITIONS 25

static gboolean
is_long (void)
{
  return g_strcmp0 (g_getenv ("SIGNALBOX_FAULTS"), "long") == 0;
}

typedef struct
{
  FaultKind kind;
  guint calls;
  gboolean for_ever;
} Plan;

/* How many calls there are to fail. */
static guint64
count_calls (guint calls)
{
  g_autoptr (Story) story = story_new ();
  guint64 made;

  fault_vfs_arm (FAULT_NONE, calls, 0, FALSE);
  g_assert_true (story_open (story));
  story_tell (story);
  story_close (story);
  made = fault_vfs_get_made ();
  g_assert_cmpuint (story->refusals, ==, 0);
  story_verify (story, story->folder, G_MAXUINT, "without a fault");
  return made;
}

/* Returns: whether the fault was met. */
static gboolean
tell_with_fault (const Plan *plan, guint64 at)
{
  g_autoptr (Story) story = story_new ();
  g_autofree char *what = NULL;
  g_autofree char *words = NULL;
  gboolean met;

  fault_vfs_arm (plan->kind, plan->calls, at, plan->for_ever);
  if (!story_open (story))
    {
      /* Nothing was broken by it: the next start is as good as the first. */
      if (plan->for_ever)
        fault_vfs_disarm ();
      g_assert_true (story_open (story));
    }
  story_tell (story);

  /* Every other time it is still so when the store is closed. */
  if (at % 2 == 0)
    {
      fault_vfs_disarm ();
      story_go_on (story, "after");
    }
  story_close (story);
  met = fault_vfs_get_hits () > 0;
  what = fault_vfs_describe ();
  fault_vfs_disarm ();

  words = g_strdup_printf ("%s %s", what, plan->for_ever ? "and all that follow" : "once");
  g_test_message ("%s: %u refusals", words, story->refusals);
  g_assert_true (story_open (story));
  story_go_on (story, "reopened");
  story_close (story);
  story_verify (story, story->folder, G_MAXUINT, words);
  return met;
}

static void
test_each (gconstpointer data)
{
  const Plan *plan = data;
  guint64 calls = count_calls (plan->calls);
  guint64 step = is_long () ? 1 : MAX (1, calls / SHORT_POSITIONS);
  guint64 tried = 0;
  guint64 met = 0;

  g_assert_cmpuint (calls, >, 20);
  /* A spread that is another one each time. */
  for (guint64 at = is_long () ? 1 : (guint64)g_test_rand_int_range (1, (gint)step + 1);
       at <= calls; at += step, tried++)
    met += tell_with_fault (plan, at) ? 1 : 0;
  g_test_message ("%" G_GUINT64_FORMAT " positions of %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                  " met",
                  tried, calls, met);
  /* Threads share their work differently each time, so the last positions may not come. */
  g_assert_cmpuint (met * 10, >=, tried * 8);
}

/* A disk that is full after so many bytes, and has room again. */
static void
test_full_after (void)
{
  gint64 step = is_long () ? 4096 : 65536;

  for (gint64 room = 0; room < 600 * 1024; room += step)
    {
      g_autoptr (Story) story = story_new ();
      g_autofree char *words = g_strdup_printf ("full after %" G_GINT64_FORMAT " bytes", room);

      fault_vfs_arm (FAULT_NONE, 0, 0, FALSE);
      fault_vfs_set_room (room);
      if (!story_open (story))
        {
          fault_vfs_disarm ();
          g_assert_true (story_open (story));
        }
      story_tell (story);
      fault_vfs_set_room (-1);
      story_go_on (story, "room-again");
      story_close (story);
      story_verify (story, story->folder, G_MAXUINT, words);
    }
}

/* The log is moved into the database by a thread of its own, about which nobody hears. */
static void
test_log_mover (void)
{
  for (guint kind = FAULT_ERROR; kind <= FAULT_FULL; kind++)
    {
      g_autoptr (Story) story = story_new ();
      guint64 calls;

      story->big = TRUE;
      fault_vfs_arm (FAULT_NONE, FAULT_CALL_WRITE | FAULT_CALL_SYNC, 0, FALSE);
      g_assert_true (story_open (story));
      story_tell (story);
      story_close (story);
      calls = fault_vfs_get_made ();

      for (guint64 at = calls - 40; at < calls; at += is_long () ? 1 : 13)
        {
          g_autoptr (Story) again = story_new ();

          again->big = TRUE;
          g_assert_true (story_open (again));
          fault_vfs_arm (kind, FAULT_CALL_WRITE | FAULT_CALL_SYNC, at, TRUE);
          story_tell (again);
          story_close (again);
          fault_vfs_disarm ();
          g_assert_true (story_open (again));
          story_go_on (again, "moved");
          story_close (again);
          story_verify (again, again->folder, G_MAXUINT, "the log could not be moved");
        }
    }
}

static void
assert_trouble (Story *story, const char *part)
{
  g_autoptr (SbValue) counts = summary (story->store);
  g_autofree char *trouble = sb_store_get_trouble (story->store);

  g_assert_cmpstr (sb_value_get_string (counts, "trouble"), ==, trouble);
  if (part == NULL)
    g_assert_cmpstr (trouble, ==, NULL);
  else if (trouble == NULL || strstr (trouble, part) == NULL)
    g_error ("“%s” does not say “%s”", trouble, part);
}

/* Polls: the store looks by itself whether the disk works again. */
static void
await_trouble (Story *story, gboolean wanted)
{
  for (;;)
    {
      g_autofree char *trouble = sb_store_get_trouble (story->store);

      if ((trouble != NULL) == wanted)
        return;
      g_usleep (10000);
    }
}

/* What is wrong is said until it is mended, and what nobody waits for is not lost meanwhile. */
static void
test_trouble (void)
{
  g_autoptr (Story) story = story_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  SbAuditRow *row = NULL;

  g_assert_true (story_open (story));
  story_go_on (story, "before");
  assert_trouble (story, NULL);

  fault_vfs_arm (FAULT_FULL, FAULT_CALL_WRITE, 1, TRUE);
  sb_store_audit (story->store, "kept-for-later", "story", NULL);
  await_trouble (story, TRUE);
  assert_trouble (story, "Make room");
  /* Looking again and again whether there is room changes nothing as long as there is none. */
  g_usleep (G_USEC_PER_SEC);
  assert_trouble (story, "Make room");

  fault_vfs_disarm ();
  await_trouble (story, FALSE);
  assert_trouble (story, NULL);
  sb_store_list_audit_async (story->store, 1, NULL, got_cb, &result);
  rows = sb_store_list_audit_finish (story->store, await (&result), NULL);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->what, ==, "kept-for-later");
  story_go_on (story, "after");
}

/* A large database is looked through while it is used: what that finds is said, now and after each
 * start. */
static void
test_damaged_large (void)
{
  g_autoptr (Story) story = story_new ();
  g_autofree char *database = g_build_filename (story->folder, "signalbox.db", NULL);
  g_autofree char *lock = g_build_filename (story->folder, "signalbox.lock", NULL);
  g_autofree char *body = g_strnfill (8000000, 'x');
  FILE *file = NULL;

  g_assert_true (story_open (story));
  story_go_on (story, "before");
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("large-%u", i);
      g_autoptr (SbEvent) event = make_event ("story", id, body);
      g_autoptr (GError) error = NULL;

      accept_event (story->store, event, NULL, &error);
      g_assert_no_error (error);
    }
  story_close (story);

  file = g_fopen (database, "r+");
  g_assert_nonnull (file);
  for (glong page = 12000; page < 12100; page++)
    {
      g_assert_cmpint (fseek (file, page * 4096, SEEK_SET), ==, 0);
      fwrite ("garbage that is no page", 1, 23, file);
    }
  fclose (file);
  g_assert_true (g_file_set_contents (lock, "signalbox (process 1)\n", -1, NULL));

  for (guint start = 0; start < 2; start++)
    {
      g_assert_true (story_open (story));
      await_trouble (story, TRUE);
      assert_trouble (story, "damaged");
      story_go_on (story, start == 0 ? "one" : "two");
      assert_trouble (story, "Put a copy back");
      story_close (story);
    }
}

static const Plan plans[] = {
  { FAULT_ERROR, FAULT_CALL_ANY, FALSE },
  { FAULT_ERROR, FAULT_CALL_ANY, TRUE },
  { FAULT_ERROR, FAULT_CALL_WRITE | FAULT_CALL_SYNC | FAULT_CALL_TRUNCATE, FALSE },
  { FAULT_ERROR, FAULT_CALL_WRITE | FAULT_CALL_SYNC | FAULT_CALL_TRUNCATE, TRUE },
  { FAULT_ERROR, FAULT_CALL_READ | FAULT_CALL_SIZE | FAULT_CALL_SHM, FALSE },
  { FAULT_SHORT, FAULT_CALL_WRITE, FALSE },
  { FAULT_SHORT, FAULT_CALL_WRITE, TRUE },
  { FAULT_FULL, FAULT_CALL_WRITE, FALSE },
  { FAULT_FULL, FAULT_CALL_WRITE, TRUE },
};

int
main (int argc, char **argv)
{
  static const char *const names[] = {
    "any-once",   "any-for-ever",   "write-once", "write-for-ever", "read-once",
    "short-once", "short-for-ever", "full-once",  "full-for-ever",
  };

  g_test_init (&argc, &argv, NULL);
  /* The store warns of what nobody waits for, as it should. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  fault_vfs_install ();
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_autofree char *path = g_strconcat ("/faults/store-io/", names[i], NULL);

      g_test_add_data_func (path, &plans[i], test_each);
    }
  g_test_add_func ("/faults/store-io/full-after", test_full_after);
  g_test_add_func ("/faults/store-io/log-mover", test_log_mover);
  g_test_add_func ("/faults/store-io/trouble", test_trouble);
  g_test_add_func ("/faults/store-io/damaged-large", test_damaged_large);
  return g_test_run ();
}
