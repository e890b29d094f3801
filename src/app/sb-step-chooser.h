/* sb-step-chooser.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"
#include "sb-session.h"

G_BEGIN_DECLS

/* What a + opens: one searchable list of everything a step can be. ::chosen (SbValue *step), a step for
 * the document, with an id of its own. */
#define SB_TYPE_STEP_CHOOSER (sb_step_chooser_get_type ())
G_DECLARE_FINAL_TYPE (SbStepChooser, sb_step_chooser, SB, STEP_CHOOSER, GtkPopover)

GtkWidget *sb_step_chooser_new (SbSession   *session,
                                SbFlowModel *model);

G_END_DECLS
