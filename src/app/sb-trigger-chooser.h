/* sb-trigger-chooser.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-connector.h"

G_BEGIN_DECLS

/* @connector and @trigger are NULL for a flow that is started by hand; @label names the flow. */
typedef void (*SbTriggerFunc) (const char *connector,
                               const char *trigger,
                               const char *label,
                               gpointer    data);

/* Asks what starts a new flow. @func is called once, or not at all. */
void sb_trigger_chooser_present (GtkWidget     *parent,
                                 SbConnectors  *connectors,
                                 SbTriggerFunc  func,
                                 gpointer       data);

G_END_DECLS
