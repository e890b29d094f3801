/* test-power-cut.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "fault-vfs.h"
#include "sb-error.h"
#include "store-fixture.h"
#include "store-story.h"

/* The story of store-story.c is told once, and everything the disk was told is written down. Then
 * the power is cut at any moment of it, the disk keeps what it pleases of what was not synced, and
 * the store is opened on what is left. */

#define SHORT_CUTS 40

/* What the store itself does to its lock is not SQLite's: the linker leads it here (--wrap). */
static FaultDisk *recorded;

int __real_fsync (int fd);
int __real_ftruncate64 (int fd, off_t length);
ssize_t __real_pwrite64 (int fd, const void *data, size_t length, off_t offset);
int __wrap_fsync (int fd);
int __wrap_ftruncate64 (int fd, off_t length);
ssize_t __wrap_pwrite64 (int fd, const void *data, size_t length, off_t offset);

/* Returns: (nullable) (transfer full): its name in the recorded folder; "" for the folder itself */
static char *
find_name (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = recorded != NULL ? g_file_read_link (link, NULL) : NULL;
  const char *folder = recorded != NULL ? fault_disk_get_folder (recorded) : NULL;

  if (path == NULL || !g_str_has_prefix (path, folder))
    return NULL;
  if (path[strlen (folder)] == '\0')
    return g_strdup ("");
  return g_strdup (path + strlen (folder) + 1);
}

int
__wrap_fsync (int fd)
{
  g_autofree char *name = find_name (fd);

  if (name != NULL && *name == '\0')
    fault_disk_sync_folder (recorded);
  else if (name != NULL)
    {
      fault_disk_create (recorded, name);
      fault_disk_sync (recorded, name);
    }
  return __real_fsync (fd);
}

int
__wrap_ftruncate64 (int fd, off_t length)
{
  g_autofree char *name = find_name (fd);

  if (name != NULL)
    {
      fault_disk_create (recorded, name);
      fault_disk_truncate (recorded, name, length);
    }
  return __real_ftruncate64 (fd, length);
}

ssize_t
__wrap_pwrite64 (int fd, const void *data, size_t length, off_t offset)
{
  g_autofree char *name = find_name (fd);

  if (name != NULL)
    {
      fault_disk_create (recorded, name);
      fault_disk_write (recorded, name, offset, data, length);
    }
  return __real_pwrite64 (fd, data, length, offset);
}

/* --- telling and cutting ------------------------------------------------------------------------
 */

typedef struct
{
  Story *story;
  FaultDisk *disk;
  GRand *chance;
  guint opened; /* the moment at which the first store was open */
  guint closed; /* the moment at which it began to close */
} Recording;

static void
record (Recording *self, gboolean big)
{
  self->story = story_new ();
  self->disk = recorded = fault_disk_new (self->story->folder);
  self->story->disk = self->disk;
  self->story->big = big;
  self->chance = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  fault_vfs_record (self->disk);
  g_assert_true (story_open (self->story));
  self->opened = fault_disk_get_length (self->disk);
  story_tell (self->story);
  self->closed = fault_disk_get_length (self->disk);
  story_close (self->story);
  fault_vfs_record (NULL);
  recorded = NULL;
  g_assert_cmpuint (self->story->refusals, ==, 0);
}

static void
recording_clear (Recording *self)
{
  g_rand_free (self->chance);
  fault_disk_free (self->disk);
  self->story->disk = NULL;
  story_free (self->story);
}

static gboolean
was_left_behind (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "signalbox.lock", NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 && info.st_size > 0;
}

static void
cut (Recording *self, guint moment, FaultKeep keep)
{
  g_autofree char *folder = g_strdup_printf ("%s-cut", self->story->folder);
  g_autofree char *words = g_strdup_printf ("power cut before moment %u of %u, %s", moment,
                                            fault_disk_get_length (self->disk),
                                            keep == FAULT_KEEP_NONE   ? "nothing else kept"
                                            : keep == FAULT_KEEP_ALL  ? "all kept"
                                            : keep == FAULT_KEEP_TORN ? "the last write torn"
                                                                      : "anything kept");
  g_autoptr (GError) error = NULL;
  Story again = { .folder = folder };

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  fault_disk_cut (self->disk, moment, keep, self->chance, folder);
  /* The next start must know that nobody closed, to look the database through. */
  if (moment > self->opened && moment <= self->closed && !was_left_behind (folder))
    g_error ("%s: nothing says that the database was not closed", words);

  again.store = sb_store_open (folder, &error);
  if (again.store == NULL)
    g_error ("%s: %s", words, error->message);
  sb_store_close (again.store);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (again.store);
  story_verify (self->story, folder, moment, words);
  remove_folder (folder);
}

static void
test_cuts (gconstpointer data)
{
  gboolean is_long = g_strcmp0 (g_getenv ("SIGNALBOX_FAULTS"), "long") == 0;
  Recording recording = { NULL };
  guint length;
  guint cuts = 0;

  record (&recording, GPOINTER_TO_INT (data));
  length = fault_disk_get_length (recording.disk);
  g_assert_cmpuint (length, >, 300);
  for (guint moment = 0; moment <= length; moment++)
    {
      gboolean at_sync = moment < length && fault_disk_is_sync (recording.disk, moment);
      guint share = is_long ? (GPOINTER_TO_INT (data) ? 8 : 1) : length / SHORT_CUTS;

      /* Before a sync nearly all of a commit is unsynced; the moments between are drawn. */
      if (!(at_sync && share <= 8) && g_rand_int_range (recording.chance, 0, (gint)share) != 0)
        continue;
      for (FaultKeep keep = FAULT_KEEP_NONE; keep <= FAULT_KEEP_SOME; keep++, cuts++)
        cut (&recording, moment, keep);
      for (guint i = 0; is_long && i < 3; i++, cuts++)
        cut (&recording, moment, FAULT_KEEP_SOME);
    }
  g_test_message ("%u cuts at moments of %u", cuts, length);
  g_assert_cmpuint (cuts, >, 40);
  recording_clear (&recording);
}

/* A cut that no rule of disks allows must be noticed, or the cuts above prove nothing. */
static void
test_notices (void)
{
  Recording recording = { NULL };
  g_autofree char *database = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  FILE *file;

  record (&recording, TRUE);
  folder = g_strdup_printf ("%s-cut", recording.story->folder);
  database = g_build_filename (folder, "signalbox.db", NULL);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  fault_disk_cut (recording.disk, recording.closed, FAULT_KEEP_ALL, recording.chance, folder);

  /* Pages that were synced are gone. */
  file = g_fopen (database, "r+");
  g_assert_nonnull (file);
  for (glong page = 8; page < 200; page++)
    {
      g_assert_cmpint (fseek (file, page * 4096, SEEK_SET), ==, 0);
      fwrite ("garbage that is no page", 1, 23, file);
    }
  fclose (file);
  g_assert_true (was_left_behind (folder));
  g_assert_null (sb_store_open (folder, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "Put a copy back"));

  /* And no second try slips past the check. */
  g_clear_error (&error);
  g_assert_null (sb_store_open (folder, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  remove_folder (folder);
  recording_clear (&recording);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  fault_vfs_install ();
  g_test_add_data_func ("/faults/power-cut/story", GINT_TO_POINTER (FALSE), test_cuts);
  g_test_add_data_func ("/faults/power-cut/long-log", GINT_TO_POINTER (TRUE), test_cuts);
  g_test_add_func ("/faults/power-cut/notices", test_notices);
  return g_test_run ();
}
