/* sb-file.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files that others wrote. Never more of one is read than was asked for, whatever it turns out to be. */
typedef enum
{
  SB_FILE_ANY,      /* one the owner named: a pipe will do */
  SB_FILE_ORDINARY, /* one that was found in a folder: no link, pipe or device */
} SbFileKind;

gboolean sb_file_load (const char  *path,
                       SbFileKind   kind,
                       gsize        most,
                       char       **text,
                       gsize       *length,
                       GError     **error);

G_END_DECLS
