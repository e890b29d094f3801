/* sb-connection-fields.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-connection.h"

G_BEGIN_DECLS

/* What a connection asks of its owner: a row for each setting and key of the connector, of which those are seen that
 * count with what is entered in the others. */
typedef struct _SbConnectionFields SbConnectionFields;

typedef void (*SbFieldsChangedFunc) (gpointer data);

/* The groups are borrowed and outlive this. @changed: another choice, after which other rows count. */
SbConnectionFields *sb_connection_fields_new     (AdwPreferencesGroup *settings,
                                                  AdwPreferencesGroup *secrets,
                                                  SbFieldsChangedFunc  changed,
                                                  gpointer             data);
void                sb_connection_fields_free    (SbConnectionFields  *self);
/* @connection (nullable): whose settings are filled in. */
void                sb_connection_fields_fill    (SbConnectionFields  *self,
                                                  SbConnector         *connector,
                                                  SbConnection        *connection);
/* As entered, with what the connection has that no row asks for. (transfer full) */
SbValue            *sb_connection_fields_read    (SbConnectionFields  *self);
/* key → text: those that were entered. (transfer full) */
GHashTable         *sb_connection_fields_read_secrets (SbConnectionFields *self);
/* Whether @key is a secret that was left empty. */
gboolean            sb_connection_fields_is_empty_secret (SbConnectionFields *self,
                                                  const char          *key);
/* Marks the row of @key (nullable); NULL: none. */
void                sb_connection_fields_mark    (SbConnectionFields  *self,
                                                  const char          *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbConnectionFields, sb_connection_fields_free)

G_END_DECLS
