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

/**
 * SbStepChooser:
 *
 * What a + opens: one searchable list of everything a step can be, what was used lately first; then the account,
 * where there are several to choose from or none yet.
 *
 * ::chosen (SbValue *step, gboolean connect): a step for the document, with an id of its own; @connect: an account
 * is to be made for it
 * ::lifted (SbValue *step, GtkWidget *row), ::dragged (double x, double y), ::dropped (gboolean cancelled): it is
 * drawn out of the list instead; points are on the chooser's own surface
 */
#define SB_TYPE_STEP_CHOOSER (sb_step_chooser_get_type ())
G_DECLARE_FINAL_TYPE (SbStepChooser, sb_step_chooser, SB, STEP_CHOOSER, GtkPopover)

/* @recent (nullable): ids of what was chosen lately, the latest first. */
GtkWidget  *sb_step_chooser_new        (SbSession         *session,
                                        SbFlowModel       *model,
                                        const char *const *recent);
/* The id under which a step is remembered: "shopify/refund", "plain/delay". (transfer full) */
char       *sb_step_chooser_dup_choice (SbValue           *step);

G_END_DECLS
