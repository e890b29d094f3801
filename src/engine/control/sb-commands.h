/* sb-commands.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

/* Told while a command runs, on the context it was called from; a pilot tells of every record it has
 * judged: {"record": 3, "of": 10, "title": "…", "verdict": "done"}. */
typedef void (*SbCommandProgress) (SbValue  *progress,
                                   gpointer  data);

/* What the engine can be told from outside its process: by "signalboxctl" on the same data folder, over
 * the control socket of the engine that owns it, or in process where none does. One table, each command
 * from a JSON object to a JSON value. "flows.list", "flows.publish", "runs.resolve", … */
void     sb_commands_run_async  (SbEngine             *engine,
                                 const char           *command,
                                 SbValue              *arguments,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              data);
void     sb_commands_run_with_progress_async (SbEngine *engine,
                                 const char           *command,
                                 SbValue              *arguments,
                                 SbCommandProgress     progress,
                                 gpointer              progress_data,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              data);
SbValue *sb_commands_run_finish (GAsyncResult         *result,
                                 GError              **error);

G_END_DECLS
