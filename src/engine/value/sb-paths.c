/* sb-paths.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-paths.h"

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
