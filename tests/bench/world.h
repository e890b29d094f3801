/* world.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-secrets.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* A shop that orders come from, a vendor without a rate limit (the sink) and the flow between them: an
 * order becomes two actions. */
gboolean   world_write_connector (const char  *folder,
                                  GError     **error);
gboolean   world_save_connections (SbStore    *store,
                                  gint         port,
                                  GError     **error);
SbFlowRow *world_set_up          (SbStore     *store,
                                  SbSecrets   *secrets,
                                  gint         port,
                                  GError     **error);
SbValue   *world_make_flow       (GError     **error);
/* Runs in a state. */
guint      world_count           (SbStore     *store,
                                  const char  *state);
GString   *world_make_body       (guint        number,
                                  gsize        bytes);

G_END_DECLS
