/* sb-store-lock.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-error.h"
#include "sb-fault.h"
#include "sb-paths.h"

/* Between taking the lock and signing it, and between wiping the name and giving the lock back, lie
 * some microseconds in which nobody can be named. */
#define SIGN_LOOKS    25
#define SIGN_PAUSE_US 20000

/* The lock is the kernel's, on the open file: it ends with the process however that ends. What
 * stands in the file only says who holds it; text left behind says that the last owner did not
 * close. */
struct _SbStoreLock
{
  int fd;
};

static gboolean
set_file_error (const char *path, int number, GError **error)
{
  switch (number)
    {
    case EACCES:
    case EPERM:
    case EROFS:
      g_set_error (
        error, SB_ERROR, SB_ERROR_READ_ONLY,
        _ ("The data folder cannot be written: %s: %s. Give this user the right to write "
           "there, or choose another folder."),
        path, g_strerror (number));
      break;
    case ENOSPC:
    case EDQUOT:
      g_set_error (error, SB_ERROR, SB_ERROR_FULL,
                   _ ("The disk is full: %s could not be made. Make room and start again."), path);
      break;
    default:
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The data folder cannot be used: %s: %s. Choose another folder."), path,
                   g_strerror (number));
      break;
    }
  return FALSE;
}

static gboolean
make_folder (const char *folder, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);

  if (g_mkdir_with_parents (parent, 0700) != 0)
    return set_file_error (parent, errno, error);
  if (g_mkdir (folder, 0700) == 0)
    {
      sb_paths_sync (parent);
      return TRUE;
    }
  return errno == EEXIST ? TRUE : set_file_error (folder, errno, error);
}

/* What others may not read is made so whatever the umask was; a folder that holds other people's
 * files too is left as it is, since each of our own files is closed to others. What the owner took
 * from himself is not given back. */
static void
close_to_others (const char *folder)
{
  g_autofree char *database = g_build_filename (folder, "signalbox.db", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GStatBuf info;

  if (dir == NULL || g_stat (folder, &info) != 0 || (info.st_mode & 077) == 0)
    return;
  if (g_file_test (database, G_FILE_TEST_EXISTS) || g_dir_read_name (dir) == NULL)
    (void)!g_chmod (folder, info.st_mode & 0700);
}

static char *
read_holder (int fd)
{
  char text[256];
  ssize_t length = pread (fd, text, sizeof text - 1, 0);

  if (length <= 0)
    return NULL;
  text[length] = '\0';
  g_strchomp (text);
  return g_utf8_make_valid (text, -1);
}

static gboolean
set_busy_error (const char *folder, const char *holder, GError **error)
{
  g_set_error (
    error, SB_ERROR, SB_ERROR_BUSY,
    _ ("The data folder %s is in use by %s. Close that program, or choose another folder."), folder,
    holder != NULL ? holder : _ ("another program"));
  return FALSE;
}

static gboolean
lock_file (int fd)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  return fcntl (fd, F_OFD_SETLK, &lock) == 0;
}

/* Whether @holder may be who has the lock now: one that died left its name, one that has just come
 * has not signed yet. */
static gboolean
is_signed (const char *holder)
{
  const char *number = holder != NULL ? strrchr (holder, ' ') : NULL;
  pid_t pid = number != NULL ? (pid_t)g_ascii_strtoll (number, NULL, 10) : 0;

  return holder != NULL && (pid <= 0 || kill (pid, 0) == 0 || errno != ESRCH);
}

static gboolean
lock_or_name_holder (const char *folder, const char *path, int fd, GError **error)
{
  for (guint look = 1; !lock_file (fd); look++)
    {
      int number = errno;
      g_autofree char *holder = NULL;

      if (number != EAGAIN && number != EACCES)
        return set_file_error (path, number, error);
      holder = read_holder (fd);
      if (is_signed (holder) || look == SIGN_LOOKS)
        return set_busy_error (folder, holder, error);
      g_usleep (SIGN_PAUSE_US);
    }
  return TRUE;
}

static gboolean
write_holder (int fd)
{
  const char *program = g_get_application_name ();
  g_autofree char *text = NULL;
  gsize length;

  text =
    g_strdup_printf ("%s (process %d)\n", program != NULL ? program : "signalbox", (int)getpid ());
  length = strlen (text);
  /* Written before it is cut: a crash in between must not look like a clean end. Synced before
   * anything else is written: after a power cut it must still say that nobody closed. */
  return pwrite (fd, text, length, 0) == (ssize_t)length && ftruncate (fd, (off_t)length) == 0 &&
         fsync (fd) == 0;
}

/**
 * sb_store_lock_take:
 * @folder: data folder; made, closed to others, where it is missing
 * @was_clean: (out): FALSE where the last owner went without closing (a crash, a power cut)
 *
 * Makes this process the owner of the data folder.
 *
 * Returns: (nullable) (transfer full): the lock; BUSY names the program that holds it
 */
SbStoreLock *
sb_store_lock_take (const char *folder, gboolean *was_clean, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "signalbox.lock", NULL);
  g_autofree char *left = NULL;
  SbStoreLock *self;
  int fd;

  if (!make_folder (folder, error))
    return NULL;
  close_to_others (folder);

  fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      set_file_error (path, errno, error);
      return NULL;
    }
  if (!lock_or_name_holder (folder, path, fd, error))
    {
      close (fd);
      return NULL;
    }

  SB_CRASH_POINT ("lock-taken");
  left = read_holder (fd);
  if (fchmod (fd, 0600) != 0 || !write_holder (fd))
    {
      set_file_error (path, errno, error);
      close (fd);
      return NULL;
    }
  sb_paths_sync (folder);
  SB_CRASH_POINT ("lock-signed");
  *was_clean = left == NULL;
  self = g_new0 (SbStoreLock, 1);
  self->fd = fd;
  return self;
}

/* Gives the folder back; call it once everything is written and closed. @clean: FALSE has the next
 * owner look the database through, as after a crash. */
void
sb_store_lock_release (SbStoreLock *self, gboolean clean)
{
  SB_CRASH_POINT ("lock-before-release");
  if (clean)
    (void)!ftruncate (self->fd, 0);
  close (self->fd);
  g_free (self);
}
