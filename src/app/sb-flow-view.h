/* sb-flow-view.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-flow-model.h"
#include "sb-session.h"

G_BEGIN_DECLS

/* One flow: its header (name, state, Map/Pilot/Activity/Plan, Run Pilot, Go Live, menu) and its four
 * pages. The actions it names are the window's. */
#define SB_TYPE_FLOW_VIEW (sb_flow_view_get_type ())
G_DECLARE_FINAL_TYPE (SbFlowView, sb_flow_view, SB, FLOW_VIEW, AdwBin)

void        sb_flow_view_set_session (SbFlowView  *self,
                                      SbSession   *session);
/* @model NULL: no flow is open. */
void        sb_flow_view_set_model   (SbFlowView  *self,
                                      SbFlowModel *model);
const char *sb_flow_view_get_view    (SbFlowView  *self);
void        sb_flow_view_set_view    (SbFlowView  *self,
                                      const char  *view);
void        sb_flow_view_run_pilot   (SbFlowView  *self);
/* What going live means, or why it is closed. */
void        sb_flow_view_show_gate   (SbFlowView  *self);
/* Goes where the next thing of the 90-minute guide is done; brings the guide back where it was away. */
void        sb_flow_view_guide_next  (SbFlowView  *self);
/* By keyboard goes on at the chosen card. */
void        sb_flow_view_focus_map   (SbFlowView  *self);
/* Puts a name on the sidebar button's tooltip and shows it where the sidebar can be away. */
void        sb_flow_view_set_narrow  (SbFlowView  *self,
                                      gboolean     narrow);

G_END_DECLS
