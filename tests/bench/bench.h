/* bench.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-value.h"

G_BEGIN_DECLS

typedef struct
{
  GSubprocess *process;
  gint         port;
  char        *token;   /* of the bell */
} BenchServer;

GBytes  *bench_make_order    (const char  *token,
                              const char  *event_id,
                              guint        number);
SbValue *bench_make_number   (double       number,
                              guint        decimals);
void     bench_remove_folder (const char  *folder);
gboolean bench_write         (const char  *path,
                              SbValue     *figures,
                              GError     **error);
gboolean bench_server_start  (BenchServer *self,
                              const char  *program,
                              const char  *mode,
                              const char  *folder,
                              GError     **error);
void     bench_server_stop   (BenchServer *self);
/* Of doubles; sorts them. */
double   bench_median        (GArray      *numbers);

G_END_DECLS
