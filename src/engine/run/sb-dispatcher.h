/* sb-dispatcher.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-core.h"

G_BEGIN_DECLS

/* Runs in memory at a time, and bytes of their events; the rest wait in the store. */
#define SB_DISPATCHER_LIMIT       2048
#define SB_DISPATCHER_LIMIT_BYTES (4 * 1024 * 1024)

/**
 * SbDispatcher:
 *
 * Takes runs from the store into memory, oldest first and no more than there is room for, and keeps the
 * one timer for those that are due later. A run that was just accepted is taken without a detour while
 * there is room. Engine thread only.
 */
SbDispatcher *sb_dispatcher_new        (SbCore       *core);
void          sb_dispatcher_free       (SbDispatcher *self);
void          sb_dispatcher_start      (SbDispatcher *self);
/* Something may have become ready. Cheap; many calls make one look. */
void          sb_dispatcher_poke       (SbDispatcher *self);
/* The endpoint or a person brought @event, and its run was opened for us. */
void          sb_dispatcher_take       (SbDispatcher *self,
                                        SbEvent      *event,
                                        SbAccepted   *accepted);
/* Takes nothing any more; those in memory come to rest. */
void          sb_dispatcher_stop       (SbDispatcher *self);
guint         sb_dispatcher_get_active (SbDispatcher *self);
/* Nothing in memory and no claim under way. */
gboolean      sb_dispatcher_is_idle    (SbDispatcher *self);

G_END_DECLS
