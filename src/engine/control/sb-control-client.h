/* sb-control-client.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-engine.h"
#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbControlClient:
 *
 * The other end of the control socket: has the engine that owns a data folder run commands. Blocks; one
 * thread.
 */
typedef struct _SbControlClient SbControlClient;

typedef void (*SbControlProgress) (SbValue  *progress,
                                   gpointer  data);

SbControlClient *sb_control_client_open (const char        *folder,
                                         GError           **error);
SbEngine        *sb_control_open_engine (const SbEngineOptions *options,
                                         GError           **error);
void             sb_control_client_free (SbControlClient   *self);
SbValue         *sb_control_client_run  (SbControlClient   *self,
                                         const char        *command,
                                         SbValue           *arguments,
                                         SbControlProgress  progress,
                                         gpointer           data,
                                         GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbControlClient, sb_control_client_free)

G_END_DECLS
