/* sb-pipe-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-pipe.h"

G_BEGIN_DECLS

void sb_pipe_fill           (SbPipe *self);
void sb_pipe_streams_attach (SbPipe *self);
void sb_pipe_streams_detach (SbPipe *self);

G_END_DECLS
