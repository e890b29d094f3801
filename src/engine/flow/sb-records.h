/* sb-records.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

#define SB_RECORDS_MAX 10000

/* Reads records for a pilot from a JSON array, JSON lines or CSV (RFC 4180, header line; a header
 * "customer.id" or "line_items[0].sku" makes nested members) file. Returns: (transfer full): an
 * array. */
SbValue *sb_records_load_file (const char  *path,
                               GError     **error);
SbValue *sb_records_parse     (const char  *text,
                               gssize       length,
                               const char  *name,
                               GError     **error);

G_END_DECLS
