/* sb-trigger-guide.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow-model.h"
#include "sb-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* All an owner needs so that a flow's bell rings: its address, the vendor's steps as a list to tick off, a test, and what
 * to look at when none comes. */
#define SB_TYPE_TRIGGER_GUIDE (sb_trigger_guide_get_type ())
G_DECLARE_FINAL_TYPE (SbTriggerGuide, sb_trigger_guide, SB, TRIGGER_GUIDE, GtkBox)

GtkWidget *sb_trigger_guide_new (SbSession   *session,
                                 SbFlowModel *model);

G_END_DECLS
