/* sb-control-protocol.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-json.h"

G_BEGIN_DECLS

/* The control socket, "control.sock" (mode 0600) in the data folder: one request a line,
 * {"command", "arguments"}, answered by any number of lines {"progress"} and then one {"result"} or
 * {"error": {"code", "message"}}. Every line is one JSON value in UTF-8 with "\n" after it, at most
 * SB_CONTROL_MAX_LINE bytes. */
#define SB_CONTROL_SOCKET   "control.sock"
#define SB_CONTROL_MAX_LINE SB_JSON_MAX_BYTES

GSocketAddress *sb_control_address_new (const char   *folder,
                                        int          *folder_fd,
                                        GError      **error);
char           *sb_control_write_line  (const char   *name,
                                        SbValue      *value);
char           *sb_control_write_error (const GError *error);
void            sb_control_read_error  (SbValue      *object,
                                        GError      **error);

G_END_DECLS
