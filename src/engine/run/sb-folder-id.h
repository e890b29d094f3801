/* sb-folder-id.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The name a data folder keeps when it is moved or copied back from a backup: a UUID in its "folder-id"
 * file, made with the folder (mode 0700) where there is none. It stands in the attributes of secrets and
 * in idempotency keys. Error: READ_ONLY. */
char *sb_folder_id_load (const char  *folder,
                         GError     **error);

G_END_DECLS
