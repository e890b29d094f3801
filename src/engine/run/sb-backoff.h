/* sb-backoff.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_BACKOFF_FIRST_US (15 * G_USEC_PER_SEC)
#define SB_BACKOFF_MAX_US   (4 * 3600 * (gint64) G_USEC_PER_SEC)
#define SB_BACKOFF_GIVE_UP_US (24 * 3600 * (gint64) G_USEC_PER_SEC)

/* The pause before the next try, in µs. @failures: tries in a row that came to nothing, from 1. The pause
 * doubles from @first_us to at most @max_us; @jitter (0 … 1, drawn by the caller) takes up to half of it
 * away, so that a thousand runs that failed together do not come back together. Never shorter than
 * @retry_after_us, what the vendor asked for. */
gint64 sb_backoff_pause (gint64 first_us,
                         gint64 max_us,
                         guint  failures,
                         double jitter,
                         gint64 retry_after_us);

G_END_DECLS
