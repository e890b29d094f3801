/* sb-map-status.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-store.h"

G_BEGIN_DECLS

/**
 * SbMapStatus:
 *
 * How it went at each step the last time: in the latest run of the flow, or in a pilot that is newer. Pure
 * but for loading.
 */
typedef struct _SbMapStatus SbMapStatus;

/* How often, over the records of a pilot or the items of a for-each. */
typedef struct
{
  guint done;
  guint failed;
  guint waiting;
  guint skipped;
} SbStepStatus;

/* @claim: the latest run, as sb_story_tell () wants it. (transfer full) */
SbMapStatus        *sb_map_status_new_run    (SbClaim              *claim,
                                              SbConnectors         *connectors);
/* @result: of a pilot, see sb-pilot.h. (transfer full) */
SbMapStatus        *sb_map_status_new_pilot  (SbValue              *result);
void                sb_map_status_free       (SbMapStatus          *self);
/* (transfer none) (nullable): NULL where it was not come by */
const SbStepStatus *sb_map_status_get        (SbMapStatus          *self,
                                              const char           *step_id);
/* "Latest run, Order #1004: done 2 times". (transfer full) */
char               *sb_map_status_describe   (SbMapStatus          *self,
                                              const char           *step_id);

/* The newer of both; NULL without an error where neither has been. GTK thread. */
void                sb_map_status_load_async  (SbStore             *store,
                                               SbConnectors        *connectors,
                                               const char          *flow_id,
                                               GCancellable        *cancellable,
                                               GAsyncReadyCallback  callback,
                                               gpointer             data);
SbMapStatus        *sb_map_status_load_finish (SbStore             *store,
                                               GAsyncResult        *result,
                                               GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMapStatus, sb_map_status_free)

G_END_DECLS
