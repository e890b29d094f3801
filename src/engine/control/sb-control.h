/* sb-control.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

/**
 * SbControl:
 *
 * The control socket of a running engine: lets "signalboxctl" work on a data folder that the window or
 * "signalboxctl serve" owns. Only processes of the same user are answered. Lives on the thread-default
 * context it was made in; one owner.
 */
typedef struct _SbControl SbControl;

SbControl *sb_control_new  (SbEngine   *engine,
                            GError    **error);
void       sb_control_free (SbControl  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbControl, sb_control_free)

G_END_DECLS
