/* sb-run-view.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-session.h"

G_BEGIN_DECLS

/**
 * SbRunView:
 *
 * One run as a time line: what came in, each step with its attempts, what was asked and answered (masked),
 * and where it stands. Follows the run while it goes on.
 */
#define SB_TYPE_RUN_VIEW (sb_run_view_get_type ())
G_DECLARE_FINAL_TYPE (SbRunView, sb_run_view, SB, RUN_VIEW, AdwBin)

void    sb_run_view_set_session (SbRunView *self,
                                 SbSession *session);
/* @run 0: none; the view says so. */
void    sb_run_view_set_run     (SbRunView *self,
                                 gint64     run);
gint64  sb_run_view_get_run     (SbRunView *self);
/* To the first thing that can be done with the run. */
void    sb_run_view_focus       (SbRunView *self);

G_END_DECLS
