/* sb-trigger-listen.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow-model.h"
#include "sb-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* “Listening… send a test”: shows what rings the flow's bell the moment it does, right or wrong and why, takes it as a
 * record, and helps when nothing comes. It listens only while it is on the screen. */
#define SB_TYPE_TRIGGER_LISTEN (sb_trigger_listen_get_type ())
G_DECLARE_FINAL_TYPE (SbTriggerListen, sb_trigger_listen, SB, TRIGGER_LISTEN, GtkBox)

GtkWidget *sb_trigger_listen_new (SbSession   *session,
                                  SbFlowModel *model,
                                  SbConnector *connector);

G_END_DECLS
