/* sb-pilot-keep.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-pilot.h"

G_BEGIN_DECLS

/**
 * sb_pilot_keep_async:
 * @store: the store of the flow
 * @flow: the document that was tried
 * @mode: the mode it was tried in
 * @result: what sb_pilot_run_finish () gave
 *
 * Keeps the result of a pilot with its flow, under the fingerprint of the document and the connections as
 * they are now: that is what the gate asks for. Any thread; @callback on the caller's context.
 */
void       sb_pilot_keep_async  (SbStore              *store,
                                 SbConnectors         *connectors,
                                 const char           *flow_id,
                                 SbFlow               *flow,
                                 const char           *mode,
                                 SbValue              *result,
                                 gint64                started_us,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              data);
gboolean   sb_pilot_keep_finish (SbStore              *store,
                                 GAsyncResult         *result,
                                 GError              **error);

/**
 * sb_gate_check_async:
 *
 * Why the gate of a flow is closed: reads its connections and pilots from the store and asks
 * sb_gate_list_reasons (). The result is an array of sentences, empty where it is open.
 */
void       sb_gate_check_async  (SbStore              *store,
                                 SbConnectors         *connectors,
                                 const char           *flow_id,
                                 SbFlow               *flow,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              data);
GPtrArray *sb_gate_check_finish (SbStore              *store,
                                 GAsyncResult         *result,
                                 GError              **error);

G_END_DECLS
