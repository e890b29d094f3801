/* sb-flow-cache.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow.h"
#include "sb-store.h"

G_BEGIN_DECLS

/**
 * SbFlowCache:
 *
 * Published versions, read and parsed once. They never change, so nothing here is ever out of date.
 * Engine thread only.
 */
typedef struct _SbFlowCache SbFlowCache;

/* @flow (nullable): borrowed; NULL: @error says why. */
typedef void (*SbFlowCacheFunc) (SbFlow       *flow,
                                 const GError *error,
                                 gpointer      data);

SbFlowCache *sb_flow_cache_new  (SbStore         *store);
void         sb_flow_cache_free (SbFlowCache     *self);
/* Borrowed; NULL where it has to be loaded first. */
SbFlow      *sb_flow_cache_peek (SbFlowCache     *self,
                                 const char      *flow_id,
                                 gint             version);
/* Calls @func once, later, also when the cache is freed meanwhile. */
void         sb_flow_cache_load (SbFlowCache     *self,
                                 const char      *flow_id,
                                 gint             version,
                                 SbFlowCacheFunc  func,
                                 gpointer         data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFlowCache, sb_flow_cache_free)

G_END_DECLS
