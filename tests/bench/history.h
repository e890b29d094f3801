/* history.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-store.h"

G_BEGIN_DECLS

/* Adds orders to a store until it has @runs runs, as the engine would have written them. @state: "mixed"
 * (nearly all done), "waiting" (each with one failed try, due now), "held" (the flow is paused). Blocks.
 * Two flows: "orders" and, for one order in ten, "returns". */
gboolean history_add (SbStore    *store,
                      guint       runs,
                      gsize       bytes,
                      const char *state,
                      GError    **error);
gboolean history_wait_for_index (SbStore *store,
                      GError    **error);
gint64   history_look (const char *folder,
                      const char *sql);

G_END_DECLS
