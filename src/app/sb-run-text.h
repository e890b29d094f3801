/* sb-run-text.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-story.h"

G_BEGIN_DECLS

/* A run's time line as plain text, to be sent to somebody: its title lines, each chapter with its time and
 * attempts. Holds no request and no answer. @chapters: of @claim. Pure. (transfer full) */
char *sb_run_text_write         (SbClaim   *claim,
                                 GPtrArray *chapters);
/* "Returns and refunds, version 3 · Live · Monday 23 November 2026" (transfer full) */
char *sb_run_text_subtitle      (SbRun     *run);
/* What a second run of the same event means, given what the first did. (transfer full) */
char *sb_run_text_before_replay (SbClaim   *claim,
                                 GPtrArray *chapters);
/* "in 4 min" until @time_us; "now" where that is over. (transfer full) */
char *sb_run_text_until         (gint64     time_us,
                                 gint64     now_us);

G_END_DECLS
