/* sb-guide-memo.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-guide.h"
#include "sb-store.h"

G_BEGIN_DECLS

/**
 * SbGuideMemo:
 *
 * What is kept in the data folder of a flow's guide: the time spent in each stage, and whether the guide
 * was put away. Time counts only from one thing the person does to the next, and not across a pause.
 * GTK thread.
 *
 * ::changed  it was loaded, another minute is full, or the guide was put away or brought back
 */
#define SB_TYPE_GUIDE_MEMO (sb_guide_memo_get_type ())
G_DECLARE_FINAL_TYPE (SbGuideMemo, sb_guide_memo, SB, GUIDE_MEMO, GObject)

/* A pause longer than this is not work. */
#define SB_GUIDE_PAUSE_US (3 * G_TIME_SPAN_MINUTE)

/* @store (nullable): NULL keeps it in memory only. Loads at once. */
SbGuideMemo *sb_guide_memo_new          (SbStore      *store,
                                         const char   *flow_id);
gboolean     sb_guide_memo_is_loaded    (SbGuideMemo  *self);
/* @fallback where the person has not said yet. */
gboolean     sb_guide_memo_is_away      (SbGuideMemo  *self,
                                         gboolean      fallback);
void         sb_guide_memo_set_away     (SbGuideMemo  *self,
                                         gboolean      away);
/* The person did something at @now_us (monotonic). */
void         sb_guide_memo_note         (SbGuideMemo  *self,
                                         SbGuideStage  stage,
                                         gint64        now_us);
/* Whole minutes of a stage; SB_GUIDE_N_STAGES: of all. */
guint        sb_guide_memo_get_minutes  (SbGuideMemo  *self,
                                         SbGuideStage  stage);
/* What would be kept now. (transfer full) */
SbValue     *sb_guide_memo_write        (SbGuideMemo  *self);

G_END_DECLS
