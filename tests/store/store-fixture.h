/* store-fixture.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-store.h"

G_BEGIN_DECLS

/* A store in a folder of its own, and its calls made to wait: real files, real threads. Each asserts
 * success, unless it is given an error to fill. */
typedef struct
{
  char    *folder;
  SbStore *store;
} Fixture;

void         fixture_set_up        (Fixture      *self,
                                    gconstpointer data);
void         fixture_tear_down     (Fixture      *self,
                                    gconstpointer data);
/* Closes and opens again. */
void         fixture_reopen        (Fixture      *self);
void         remove_folder         (const char   *folder);

/* For calls that have no helper below: the callback, and the wait for it. */
void         got_cb                (GObject      *source,
                                    GAsyncResult *result,
                                    gpointer      slot);
GAsyncResult *await                (GAsyncResult **slot);
/* Fills @value from JSON. */
SbValue     *json                  (const char   *text);

/* A flow "orders" with a published version. */
void         make_live_flow        (SbStore      *store,
                                    const char   *id);
SbEvent     *make_event            (const char   *flow,
                                    const char   *event_id,
                                    const char   *body);
gboolean     accept_event          (SbStore      *store,
                                    SbEvent      *event,
                                    SbAccepted   *accepted,
                                    GError      **error);
/* Makes the event and takes it in. */
SbAccepted   take_in               (SbStore      *store,
                                    const char   *flow,
                                    const char   *event_id);
void         set_flow_state        (SbStore      *store,
                                    const char   *id,
                                    const char   *state);
SbFlowRow   *load_flow             (SbStore      *store,
                                    const char   *id,
                                    GError      **error);
GPtrArray   *claim                 (SbStore      *store,
                                    guint         limit,
                                    gint64        now_us,
                                    gint64       *next_us);
gboolean     apply                 (SbStore      *store,
                                    SbRunChange  *change,
                                    GError      **error);
/* Only the state. */
void         move_run              (SbStore      *store,
                                    gint64        run,
                                    const char   *state);
SbClaim     *load_run              (SbStore      *store,
                                    gint64        id,
                                    GError      **error);
GPtrArray   *list_runs             (SbStore      *store,
                                    SbRunQuery   *query);
SbValue     *summary               (SbStore      *store);
gint64       retain                (SbStore      *store,
                                    gint64        max_age_us,
                                    gint64        max_bytes);

G_END_DECLS
