/* sb-step-defaults.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* Fills the required fields of the action @step_id, which is in the flow already and has none filled in,
 * with what earlier steps give by the same name: "Payment" with the trigger's Payment, "SKU" with the
 * item's. What is not plainly the same stays empty. Returns: (transfer full) (nullable): the fields; NULL
 * where nothing is to be filled in. */
SbValue *sb_step_defaults_find (SbFlowModel *model,
                                const char  *step_id);

G_END_DECLS
