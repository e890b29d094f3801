/* sb-chapter-row.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-story.h"

G_BEGIN_DECLS

/* One entry of a run's time line, with the rail that leads to the next one and, where something was sent,
 * the attempts. Reads @chapter at once and keeps nothing of it but the attempts, which it refers to. */
#define SB_TYPE_CHAPTER_ROW (sb_chapter_row_get_type ())
G_DECLARE_FINAL_TYPE (SbChapterRow, sb_chapter_row, SB, CHAPTER_ROW, AdwBin)

GtkWidget *sb_chapter_row_new (const SbChapter *chapter,
                               gboolean         last);
/* "Stripe asked to wait 2 seconds (429)": what became of an attempt. (transfer full) */
char      *sb_chapter_row_dup_outcome (SbAttempt *attempt);

G_END_DECLS
