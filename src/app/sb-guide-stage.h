/* sb-guide-stage.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-guide.h"

G_BEGIN_DECLS

/* The round mark of a stage: its number, or a tick. */
GtkWidget *sb_guide_mark_new  (SbGuideStage  stage,
                               gboolean      done,
                               gboolean      here);
/* A stage with its mark, the rail to the next one and its time. @tasks (nullable): each becomes a row that
 * activates "guide.task" (u: its index); without, one sentence says what the stage is about. @here: the
 * stage the person is in; @minutes spent in @stage. */
GtkWidget *sb_guide_stage_new (GPtrArray    *tasks,
                               SbGuideStage  stage,
                               SbGuideStage  here,
                               guint         minutes);

G_END_DECLS
