/* sb-guide-bar.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-flow-model.h"
#include "sb-session.h"

G_BEGIN_DECLS

/* The 90-minute guide of the open flow, in one line: how far it is, the next thing and a button that goes
 * there, the time spent; all its tasks in a popover. Property "shown": the person may put it away and
 * bring it back; a flow that was live before it was first opened here starts without. */
#define SB_TYPE_GUIDE_BAR (sb_guide_bar_get_type ())
G_DECLARE_FINAL_TYPE (SbGuideBar, sb_guide_bar, SB, GUIDE_BAR, AdwBin)

void     sb_guide_bar_set_session (SbGuideBar  *self,
                                   SbSession   *session);
void     sb_guide_bar_set_model   (SbGuideBar  *self,
                                   SbFlowModel *model);
/* @facts (nullable): what "flows.show" gave, with the reasons of the gate. */
void     sb_guide_bar_set_facts   (SbGuideBar  *self,
                                   SbValue     *facts);
/* Goes where the next thing is done; FALSE: there is none. */
gboolean sb_guide_bar_go          (SbGuideBar  *self);
void     sb_guide_bar_set_narrow  (SbGuideBar  *self,
                                   gboolean     narrow);

G_END_DECLS
