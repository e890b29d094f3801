/* sb-run.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-core.h"

G_BEGIN_DECLS

/**
 * SbRunner:
 *
 * One run in memory: a state machine that walks the flow, commits each attempt before it is sent and each
 * outcome after it came, and ends when the run is finished, waits, is blocked or needs a person. Everything
 * it knows it can be made from again, so it holds nothing that a power cut could take. Engine thread only.
 */
typedef struct _SbRunner SbRunner;

/* The run is out of the runner's hands and committed. @due_us: when a waiting run is due, else 0. */
typedef void (*SbRunnerFunc) (SbRunner *self,
                              gint64    due_us,
                              gpointer  data);

/* @claim (transfer none). Starts at once; @func may be called before this returns to the main loop, never
 * from within. Freed with sb_runner_free () by the one who is told. */
SbRunner *sb_runner_new   (SbCore       *core,
                           SbClaim      *claim,
                           SbRunnerFunc  func,
                           gpointer      data);
void      sb_runner_free  (SbRunner     *self);
gint64    sb_runner_get_run (SbRunner   *self);
/* Bytes of its event. */
gsize     sb_runner_get_size (SbRunner  *self);
/* The engine stops (core->stopping is set): a run that only waits its turn is put back. */
void      sb_runner_stop  (SbRunner     *self);

/* The idempotency key of a step: the same for every attempt with the same data, across restarts and copies
 * of the folder; in the shape of a UUID, which every vendor takes. */
char     *sb_run_make_key (const char   *folder_id,
                           gint64        run,
                           const char   *place);

G_END_DECLS
