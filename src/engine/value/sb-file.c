/* sb-file.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-error.h"

#define FIRST_CHUNK (64 * 1024)

/* Does not wait for the other end of a pipe, so that looking at one cannot hang. */
static int
open_ordinary (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat status;

  if (fd < 0 && errno != ELOOP)
    return -1;
  if (fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return fd;
  if (fd >= 0)
    close (fd);
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("%s is no ordinary file but a link, a pipe or a device, and is not read. Put the "
                  "file itself there."),
               path);
  return -1;
}

/* All of @fd into @text, or one byte more than @most. */
static gboolean
read_up_to (int fd, gsize most, GByteArray *text)
{
  gsize filled = 0;

  while (filled <= most)
    {
      gssize got;

      if (filled == text->len)
        g_byte_array_set_size (text, (guint)MIN (MAX (FIRST_CHUNK, filled * 2), most + 1));
      got = read (fd, text->data + filled, text->len - filled);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return FALSE;
      if (got == 0)
        break;
      filled += (gsize)got;
    }
  g_byte_array_set_size (text, (guint)filled);
  return TRUE;
}

/**
 * sb_file_load:
 * @most: bytes that are read at most
 * @text: (out) (transfer full): what stands in it, with a NUL behind it that does not count
 *
 * Reads a file. Blocks; any thread.
 *
 * Returns: FALSE with SB_ERROR_NOT_FOUND, SB_ERROR_FAILED, SB_ERROR_TOO_LARGE, or SB_ERROR_INVALID
 *   where it is not of the @kind; the message names the file
 */
gboolean
sb_file_load (
  const char *path, SbFileKind kind, gsize most, char **text, gsize *length, GError **error)
{
  g_autoptr (GByteArray) read = g_byte_array_new ();
  g_autoptr (GError) refused = NULL;
  gboolean done = FALSE;
  int problem = 0;
  int fd;

  g_return_val_if_fail (path != NULL && most < G_MAXUINT / 2, FALSE);

  fd =
    kind == SB_FILE_ORDINARY ? open_ordinary (path, &refused) : open (path, O_RDONLY | O_CLOEXEC);
  problem = errno;
  if (refused != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
  if (fd >= 0)
    {
      done = read_up_to (fd, most, read);
      problem = errno;
      close (fd);
    }
  if (!done)
    {
      g_set_error (error, SB_ERROR, problem == ENOENT ? SB_ERROR_NOT_FOUND : SB_ERROR_FAILED,
                   _ ("The file %s could not be read: %s"), path, g_strerror (problem));
      return FALSE;
    }
  if (read->len > most)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                   _ ("The file %s is larger than %u MiB, which is the most that is read."), path,
                   (guint)(most / (1024 * 1024)));
      return FALSE;
    }

  *length = read->len;
  g_byte_array_append (read, (const guint8 *)"", 1);
  *text = (char *)g_byte_array_free (g_steal_pointer (&read), FALSE);
  return TRUE;
}
