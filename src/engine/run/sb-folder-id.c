/* sb-folder-id.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-folder-id.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "sb-error.h"
#include "sb-fault.h"
#include "sb-paths.h"

static char *
make_id (const char *folder, const char *path, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (GError) failure = NULL;

  SB_CRASH_POINT ("folder-id-before-write");
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (path, id, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failure))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_READ_ONLY,
                   _ ("The data folder %s cannot be written: %s. Give Signalbox a folder it may "
                      "write to"),
                   folder, failure->message);
      return NULL;
    }
  sb_paths_sync (folder);
  SB_CRASH_POINT ("folder-id-written");
  return g_steal_pointer (&id);
}

/* Only where there is none a new one is made. Idempotency keys and the secrets' places are made of
 * it: with another one, what was sent before a crash would be sent again as something new. */
char *
sb_folder_id_load (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "folder-id", NULL);
  g_autofree char *id = NULL;
  g_autoptr (GError) failure = NULL;

  if (!g_file_get_contents (path, &id, NULL, &failure))
    {
      if (g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return make_id (folder, path, error);
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The name of the data folder cannot be read: %s. Without it Signalbox could "
                      "do twice what it did already, so it does not start. Make the file readable"),
                   failure->message);
      return NULL;
    }
  if (g_uuid_string_is_valid (g_strstrip (id)))
    return g_steal_pointer (&id);
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("The file %s does not hold the name that Signalbox gave this data folder. With "
                  "another name it could do twice what it did already, so it does not start. Put "
                  "the file back from a copy of the folder; where no run is open, it may be "
                  "removed instead, and the keys of all accounts entered again"),
               path);
  return NULL;
}
