/* sb-bells.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-core.h"

G_BEGIN_DECLS

/* The addresses the endpoint answers at: one for each live or paused flow that a webhook starts. A bell
 * whose account is not ready is there all the same and says why, so that its vendor tries again instead
 * of being told that the address is wrong. Engine thread only. */
void       sb_bells_list_async  (SbCore              *core,
                                 GAsyncReadyCallback  callback,
                                 gpointer             data);
/* GPtrArray of SbBell */
GPtrArray *sb_bells_list_finish (GAsyncResult        *result,
                                 GError             **error);

G_END_DECLS
