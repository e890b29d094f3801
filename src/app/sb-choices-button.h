/* sb-choices-button.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SbChoicesButton:
 *
 * Opens what the vendor knows for a field, asked for when it is opened: the places, the carriers, the channels. Whoever
 * would rather type goes on typing.
 *
 * ::chosen (const char *value)
 */
#define SB_TYPE_CHOICES_BUTTON (sb_choices_button_get_type ())
G_DECLARE_FINAL_TYPE (SbChoicesButton, sb_choices_button, SB, CHOICES_BUTTON, GtkWidget)

/* @connection (nullable): none was chosen. @label: of the field. */
GtkWidget *sb_choices_button_new (SbSession   *session,
                                  SbConnector *connector,
                                  const char  *connection,
                                  SbValue     *choices,
                                  const char  *label);

G_END_DECLS
