/* sb-gate-popover.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-flow-model.h"
#include "sb-session.h"

G_BEGIN_DECLS

/**
 * SbGatePopover:
 *
 * Why Go Live is closed, each reason with its remedy, or what happens when it is opened: the fallback for
 * day one and the button. It keeps the flow's gate and versions fresh; ::changed when they are.
 */
#define SB_TYPE_GATE_POPOVER (sb_gate_popover_get_type ())
G_DECLARE_FINAL_TYPE (SbGatePopover, sb_gate_popover, SB, GATE_POPOVER, GtkPopover)

void     sb_gate_popover_set_session  (SbGatePopover *self,
                                       SbSession     *session);
void     sb_gate_popover_set_model    (SbGatePopover *self,
                                       SbFlowModel   *model);
gboolean sb_gate_popover_is_open      (SbGatePopover *self);
/* What "flows.show" said last: "gate", "versions", … (transfer none) (nullable) */
SbValue *sb_gate_popover_get_facts    (SbGatePopover *self);

G_END_DECLS
