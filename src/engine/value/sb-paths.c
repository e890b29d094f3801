/* sb-paths.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-paths.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/**
 * sb_paths_get_default_folder:
 *
 * The data folder the window and "signalboxctl" use when none is named: "signalbox" in the user's
 * data directory (XDG Base Directory Specification). It need not exist. Any thread.
 *
 * Returns: (transfer full): an absolute path
 */
char *
sb_paths_get_default_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "signalbox", NULL);
}

/**
 * sb_paths_get_data_dir:
 *
 * Where the connectors and ready-made flows that come with Signalbox are: $SIGNALBOX_DATA_DIR,
 * which runs from a build tree set, else where it was installed. Any thread.
 *
 * Returns: (transfer full): a path
 */
char *
sb_paths_get_data_dir (void)
{
  const char *from_environment = g_getenv ("SIGNALBOX_DATA_DIR");

  if (from_environment != NULL && *from_environment != '\0')
    return g_strdup (from_environment);
  return g_strdup (SB_DATA_DIR);
}

/**
 * sb_paths_sync:
 * @folder: a folder in which a file was made, renamed or removed
 *
 * Makes the names in @folder outlast a power cut, as fsync () does the contents of a file. Where a
 * folder cannot be synced, the file system has no need of it. Any thread; waits for the disk.
 */
void
sb_paths_sync (const char *folder)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  (void)!fsync (fd);
  close (fd);
}
