/* sb-connection-save.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

/* Writes a connection: the row first, then one secret after the other into the keyring, then when they changed;
 * then the engine takes it up. @secrets: key → text; what is not in it stays as it is. GTK thread. */
void     sb_connection_save_async  (SbEngine            *engine,
                                    SbConnection        *connection,
                                    GHashTable          *secrets,
                                    GAsyncReadyCallback  callback,
                                    gpointer             data);
/* @id (out) (transfer full) (nullable): set also where a secret could not be kept: the connection is there by then,
 * and a second try changes it. */
gboolean sb_connection_save_finish (GAsyncResult        *result,
                                    char               **id,
                                    GError             **error);

G_END_DECLS
