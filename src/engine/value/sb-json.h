/* sb-json.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

#define SB_JSON_MAX_DEPTH 64
#define SB_JSON_MAX_BYTES (10 * 1024 * 1024)

/* The one place where untrusted text becomes an SbValue (RFC 8259, strict). */
SbValue *sb_json_parse      (const char  *text,
                             gssize       length,
                             GError     **error);
SbValue *sb_json_load_file  (const char  *path,
                             GError     **error);
SbValue *sb_json_load_found (const char  *path,
                             GError     **error);
char    *sb_json_write      (SbValue     *value);
char    *sb_json_write_pretty (SbValue   *value);

G_END_DECLS
