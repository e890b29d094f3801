/* sb-backoff.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-backoff.h"

gint64
sb_backoff_pause (
  gint64 first_us, gint64 max_us, guint failures, double jitter, gint64 retry_after_us)
{
  gint64 pause_us = MIN (first_us, max_us);

  for (guint i = 1; i < failures && pause_us < max_us; i++)
    pause_us = pause_us > max_us / 2 ? max_us : pause_us * 2;

  pause_us -= (gint64)(pause_us * 0.5 * CLAMP (jitter, 0.0, 1.0));
  return MAX (pause_us, retry_after_us);
}
