/* sb-replay.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-flow.h"
#include "sb-store-types.h"
#include "sb-template.h"
#include "sb-walk.h"

G_BEGIN_DECLS

/* What a walk needs, made from what the store keeps: the one way for running, telling and judging a run,
 * so that all three come to the same. Pure; any thread. */

/* The body of @event as its connector reads it. @connection (nullable). (transfer full) */
SbValue   *sb_replay_body       (SbConnectors  *connectors,
                                 SbFlow        *flow,
                                 SbConnection  *connection,
                                 SbEvent       *event,
                                 GError       **error);
/* What the templates of a flow in @time_zone (nullable) may refer to: the event's body and the run itself.
 * (transfer full) */
SbScope   *sb_replay_scope      (const char    *time_zone,
                                 gint64         run,
                                 gint64         started_us,
                                 const char    *label,
                                 SbValue       *body);
/* @attempts, @timers, @skipped: as in SbClaim, each may be NULL. (transfer full) */
SbJournal *sb_replay_journal    (GPtrArray     *attempts,
                                 GPtrArray     *timers,
                                 GPtrArray     *skipped);

/* The place of a look-up that only asks whether an attempt was done: part of no walk. */
gboolean   sb_place_is_check    (const char    *place);
char      *sb_place_to_check    (const char    *place);

G_END_DECLS
