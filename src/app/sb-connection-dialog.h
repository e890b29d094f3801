/* sb-connection-dialog.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-engine.h"

G_BEGIN_DECLS

/**
 * SbConnectionDialog:
 *
 * Adds an account at a vendor, or changes one: its settings go to the store, its secrets to the keyring.
 * Emits ::saved (const char *id) once both are written.
 */
#define SB_TYPE_CONNECTION_DIALOG (sb_connection_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbConnectionDialog, sb_connection_dialog, SB, CONNECTION_DIALOG, AdwWindow)

/* @connector_id (nullable): chosen already. @connection (nullable): the one to change. */
GtkWidget *sb_connection_dialog_new (SbEngine     *engine,
                                     const char   *connector_id,
                                     SbConnection *connection);

G_END_DECLS
