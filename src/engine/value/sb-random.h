/* sb-random.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 256 bits from the system's generator in 43 characters that may stand in an address (RFC 4648, section 5,
 * without padding). (transfer full) (nullable) Any thread. */
char *sb_random_token (GError **error);

G_END_DECLS
