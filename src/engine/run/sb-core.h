/* sb-core.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-accounts.h"
#include "sb-flow-cache.h"
#include "sb-http.h"
#include "sb-limits.h"
#include "sb-store.h"

G_BEGIN_DECLS

typedef struct _SbDispatcher SbDispatcher;

/* What lives on the engine's thread and is shared by its parts. Only that thread touches it, from
 * sb_engine_start () to the end of sb_engine_stop (). */
typedef struct
{
  SbStore      *store;
  SbConnectors *connectors;
  SbAccounts   *accounts;
  SbLimits     *limits;
  SbHttp       *http;
  SbFlowCache  *flows;
  SbDispatcher *dispatcher;
  GHashTable   *trials;         /* (nullable): flow id → SbFlow: drafts whose owner waits for a test */

  char         *mode;           /* "live", "practice", "sandbox" */
  char         *folder_id;
  char         *practice_base;  /* practice only: "http://127.0.0.1:8788" */
  gint64        backoff_us;
  gint64        backoff_max_us;
  gint64        give_up_us;
  gboolean      shorten_delays;

  gboolean      stopping;       /* no new request is begun */
  GCancellable *cancellable;    /* of the requests under way: their time at a stop is over */

  /* One sentence for the owner, one for a cause. */
  void        (*alert) (const char *message,
                        gpointer    data);
  gpointer      alert_data;
} SbCore;

G_END_DECLS
