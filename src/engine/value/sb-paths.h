/* sb-paths.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sb_paths_get_default_folder (void);
char *sb_paths_get_data_dir       (void);
void  sb_paths_sync               (const char *folder);

G_END_DECLS
