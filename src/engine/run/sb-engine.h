/* sb-engine.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-connector.h"
#include "sb-flow.h"
#include "sb-secrets.h"
#include "sb-store.h"

G_BEGIN_DECLS

/**
 * SbEngine:
 *
 * Owns a data folder: store, connectors, secrets, endpoint, runs. It has a thread of its own with its
 * own main context; every _async function may be called from any thread and calls back on the
 * caller's thread-default context. Signals are emitted on the context the engine was made in.
 */
#define SB_TYPE_ENGINE (sb_engine_get_type ())
G_DECLARE_FINAL_TYPE (SbEngine, sb_engine, SB, ENGINE, GObject)

#define SB_PORT_FROM_SETTINGS (-2)

typedef struct
{
  const char *folder;          /* data folder; made if missing, mode 0700 */
  const char *credentials_dir; /* (nullable): see SbSecrets */
  const char *mode;            /* "live", "practice" (all requests go to the practice ground), "sandbox" */
  gint        port;            /* endpoint: -1 none, 0 any free one, SB_PORT_FROM_SETTINGS the
                                * setting; else that one on 127.0.0.1 */
  gint        practice_port;   /* practice ground: -1 none, 0 any free one */
  const char *practice_url;    /* (nullable): "http://127.0.0.1:PORT", a practice ground that runs already;
                                * then practice_port is -1 */
  gint64      backoff_us;      /* first pause before a retry; 0: the default, 15 s */
  gint64      backoff_max_us;  /* 0: the default, 4 h */
  gint64      give_up_us;      /* retries end this long after the first attempt; 0: 24 h */
  gint64      timeout_us;      /* waiting for a vendor's answer; 0: 30 s */
  gsize       body_limit;      /* bytes; 0: the setting, 1 MiB where none; at most 10 MiB */
  gboolean    shorten_delays;  /* pilots: a delay step ends at once and says when it would have */
  gboolean    in_memory_secrets; /* pilots and benches: no keyring is touched */
} SbEngineOptions;

/* Opens the store, loads the connectors; starts nothing. Blocks. */
SbEngine     *sb_engine_new             (const SbEngineOptions *options,
                                         GError               **error);
/* Starts the thread, recovers, listens. Blocks until ready or failed (port in use, …). */
gboolean      sb_engine_start           (SbEngine              *self,
                                         GError               **error);
/* Stops listening, finishes what is in flight (at most @grace_us), commits, closes the store. */
void          sb_engine_stop            (SbEngine              *self,
                                         gint64                 grace_us);

SbStore      *sb_engine_get_store       (SbEngine              *self);
SbConnectors *sb_engine_get_connectors  (SbEngine              *self);
SbSecrets    *sb_engine_get_secrets     (SbEngine              *self);
const char   *sb_engine_get_mode        (SbEngine              *self);
gint          sb_engine_get_port        (SbEngine              *self);
gint          sb_engine_get_practice_port (SbEngine            *self);
/* "http://127.0.0.1:8787/in/TOKEN" (transfer full) */
char         *sb_engine_get_trigger_url (SbEngine              *self,
                                         SbFlowRow             *flow);

/* What must be known beyond the store's own calls, because the engine holds state about it. */

/* Reloads flows and connections after they were changed in the store: call it after every publish,
 * pause, resume, rollback, connection or secret change. */
void          sb_engine_reload_async    (SbEngine *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean      sb_engine_reload_finish   (SbEngine *self, GAsyncResult *result, GError **error);
/* Takes an event in as if it had come (source "manual"): stores it, opens the run. */
void          sb_engine_submit_async    (SbEngine *self, const char *flow_id, SbValue *record,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean      sb_engine_submit_finish   (SbEngine *self, GAsyncResult *result, SbAccepted *accepted,
                                         GError **error);
/* A person decides about a run in the inbox. @decision: "retry" (also for a run that waits: at once),
 * "done" (it was done, by hand or after all: go on after it), "not-done" (send it again), "drop",
 * "restore" (a dropped one comes back into the inbox, as it was). */
void          sb_engine_resolve_async   (SbEngine *self, gint64 run, const char *decision,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean      sb_engine_resolve_finish  (SbEngine *self, GAsyncResult *result, GError **error);
/* A person put the data of a run in the inbox right: @body (as the trigger sees it) becomes an event of its
 * own beside the one that came, which stays. The run goes on with it where it stands: actions that are done
 * are not done again, look-ups since the last of them are asked again. Errors: REFUSED where the outcome of
 * a step is unknown, or where the flow with this data would not come to what is done already; INVALID
 * where it would stop again before it sends anything. Nothing is changed then. */
void          sb_engine_edit_run_async  (SbEngine *self, gint64 run, SbValue *body,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean      sb_engine_edit_run_finish (SbEngine *self, GAsyncResult *result, GError **error);
/* Asks the vendor whether the connection works (the connector's "test" action). The result is a
 * sentence for the owner. */
void          sb_engine_test_connection_async  (SbEngine *self, const char *connection_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
char         *sb_engine_test_connection_finish (SbEngine *self, GAsyncResult *result, GError **error);
/* What rang the bell of a flow while its owner listens for a test. */
typedef struct
{
  gboolean  good;   /* it would start the flow */
  char     *words;  /* what came of it, a sentence for the owner */
  SbValue  *body;   /* (nullable): as the trigger sees it */
  char     *label;  /* (nullable): "Order #1004" */
  gint64    at_us;
} SbHeard;

typedef void (*SbListenFunc) (const SbHeard *heard, gpointer data);

/* Tells @func, on the caller's thread-default context, of everything that rings the flow's bell, also of what is
 * refused, until @cancellable is cancelled or an hour is over; then calls back (G_IO_ERROR_CANCELLED, UNAVAILABLE). A
 * live flow goes on as always. One that is not live is heard as @flow, its draft, says; what comes is answered as
 * usual, shown and not kept. */
void          sb_engine_listen_async    (SbEngine *self, const char *flow_id, SbFlow *flow,
                                         SbListenFunc func, gpointer func_data,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean      sb_engine_listen_finish   (SbEngine *self, GAsyncResult *result, GError **error);
/* Signs in at the vendor in the browser: @func is told, on the caller's thread-default context, which address
 * to open there; then the browser is waited for on this computer, at most @patience_us (0: ten minutes) or until
 * @cancellable is cancelled. A second call for the same connection takes the place of the first. The result is a
 * sentence for the owner. Errors: REFUSED (declined, or not possible here), INVALID (settings are missing),
 * UNAUTHORIZED, UNAVAILABLE (the vendor cannot say, or nobody came), BUSY (the port is taken), LOCKED. */
typedef void (*SbSignInFunc) (const char *address, const char *redirect, gpointer data);

void          sb_engine_sign_in_async   (SbEngine *self, const char *connection_id, gint64 patience_us,
                                         SbSignInFunc func, gpointer func_data,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
char         *sb_engine_sign_in_finish  (SbEngine *self, GAsyncResult *result, GError **error);
/* For a browser that ended elsewhere: @address is what stands in its address bar. Answered once it was
 * looked at; the sign-in itself goes on. Errors: NOT_FOUND (nobody waits), INVALID. */
void          sb_engine_take_address_async  (SbEngine *self, const char *connection_id,
                                         const char *address, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean      sb_engine_take_address_finish (SbEngine *self, GAsyncResult *result, GError **error);
/* What the vendor knows for a field: @choices as the connector has it at the field. @connection_id (nullable): on the
 * practice ground none is needed. The result is an array of {"value", "label"}; errors as of a test. */
void          sb_engine_list_choices_async  (SbEngine *self, const char *connector_id,
                                         const char *connection_id, SbValue *choices,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbValue      *sb_engine_list_choices_finish (SbEngine *self, GAsyncResult *result, GError **error);
/* Publishes the draft if the gate is open, or with @override_reason (kept in the audit log). Errors:
 * REFUSED with every reason the gate is closed; INVALID with every problem of the draft. The result is
 * the version. */
void          sb_engine_publish_async   (SbEngine *self, const char *flow_id,
                                         const char *override_reason, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint          sb_engine_publish_finish  (SbEngine *self, GAsyncResult *result, GError **error);

/* ::changed (const char *what, const char *id): the store's, and "engine" when listening, connections
 * in trouble or the like change. ::alert (const char *message): one for a cause, never a thousand. */

G_END_DECLS
