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

char *
sb_folder_id_load (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "folder-id", NULL);
  g_autofree char *id = NULL;
  g_autoptr (GError) failure = NULL;

  if (g_file_get_contents (path, &id, NULL, NULL) && g_uuid_string_is_valid (g_strstrip (id)))
    return g_steal_pointer (&id);

  g_free (id);
  id = g_uuid_string_random ();
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
  SB_CRASH_POINT ("folder-id-written");
  return g_steal_pointer (&id);
}
