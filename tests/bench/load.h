/* load.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64  took_us;
  GArray *latencies; /* of gint64, µs, sorted */
  guint   not_ok;    /* answers other than 200 */
} LoadResult;

gboolean load_run        (gint         port,
                          guint        connections,
                          GBytes     **requests,
                          guint        n_requests,
                          LoadResult  *result,
                          GError     **error);
double   load_per_second (LoadResult  *result);
double   load_percentile (LoadResult  *result,
                          double       percent);
void     load_clear      (LoadResult  *result);

G_END_DECLS
