/* test-store-io.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

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
  return g_test_run ();
}
