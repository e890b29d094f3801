/* bench.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

GBytes  *bench_make_order    (const char  *token,
                              const char  *event_id,
                              guint        number);
SbValue *bench_make_number   (double       number,
                              guint        decimals);
void     bench_remove_folder (const char  *folder);
gboolean bench_write         (const char  *path,
                              SbValue     *figures,
                              GError     **error);

G_END_DECLS
