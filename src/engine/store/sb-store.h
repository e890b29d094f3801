/* sb-store.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-store-types.h"

G_BEGIN_DECLS

/**
 * SbStore:
 *
 * Everything that must survive: flows, events, runs, attempts, timers, pilots, audit log. Callers see
 * plain structs and asynchronous calls, never SQL, so that another backend can stand behind it.
 *
 * Every _async function may be called from any thread; its callback comes on the caller's
 * thread-default main context. A write is durable (committed and synced) when its callback says so.
 * Reads see every write that was acknowledged before they were called.
 */
#define SB_TYPE_STORE (sb_store_get_type ())
G_DECLARE_FINAL_TYPE (SbStore, sb_store, SB, STORE, GObject)

/* Takes the lock of the folder (who holds it is said in the error), creates or migrates the database,
 * mode 0600. Blocks; call it at start. Errors: BUSY, TOO_NEW, READ_ONLY, FULL, INVALID (damaged). */
SbStore  *sb_store_open                 (const char           *folder,
                                         GError              **error);
/* Commits what is queued, stops the threads, gives the lock back. Blocks. */
void      sb_store_close                (SbStore              *self);
const char *sb_store_get_folder         (SbStore              *self);

/* The mode new runs are opened in: "live" (the default), "practice" or "sandbox". Any thread. */
void      sb_store_set_mode             (SbStore              *self,
                                         const char           *mode);

/* What is wrong with the database itself, in a sentence for the owner: the disk is full or fails, a check
 * found damage. NULL while all is well. (transfer full). Any thread; ::changed "trouble" tells when it is
 * another. The summary has it as "trouble". */
char       *sb_store_get_trouble        (SbStore *self);

/* ::changed (const char *what, const char *id): emitted on the main context the store was opened in,
 * after commits, at most ten times a second for each subject; @what is "flows", "connections", "runs",
 * "events", "pilots", "inbox", "trouble"; @id the flow's (for "connections" the connection's), NULL: several. */

/* --- flows ------------------------------------------------------------------------------------ */

/* GPtrArray of SbFlowRow */
void       sb_store_list_flows_async    (SbStore *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_flows_finish   (SbStore *self, GAsyncResult *result, GError **error);

void       sb_store_load_flow_async     (SbStore *self, const char *id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbFlowRow *sb_store_load_flow_finish    (SbStore *self, GAsyncResult *result, GError **error);

/* Saves the draft; makes the flow where @id is new (NULL: an id is made from the name). The result is
 * the flow's id. */
void       sb_store_save_draft_async    (SbStore *self, const char *id, const char *name,
                                         SbValue *document, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
char      *sb_store_save_draft_finish   (SbStore *self, GAsyncResult *result, GError **error);

/* Makes the draft the next immutable version and puts it live (state "live"). @note is kept with the
 * version. The result is the version's number. */
void       sb_store_publish_async       (SbStore *self, const char *id, const char *note,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint       sb_store_publish_finish      (SbStore *self, GAsyncResult *result, GError **error);

/* "live" or "paused". Going back to live opens a run for every event that was held meanwhile. */
void       sb_store_set_flow_state_async  (SbStore *self, const char *id, const char *state,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_set_flow_state_finish (SbStore *self, GAsyncResult *result, GError **error);

/* Puts an earlier version live again and makes it the draft. */
void       sb_store_rollback_async      (SbStore *self, const char *id, gint version,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_rollback_finish     (SbStore *self, GAsyncResult *result, GError **error);

void       sb_store_remove_flow_async   (SbStore *self, const char *id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_remove_flow_finish  (SbStore *self, GAsyncResult *result, GError **error);

/* The document of one version; version 0 is the draft. */
void       sb_store_load_version_async  (SbStore *self, const char *id, gint version,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbValue   *sb_store_load_version_finish (SbStore *self, GAsyncResult *result, GError **error);

/* GPtrArray of SbVersionRow, newest first */
void       sb_store_list_versions_async  (SbStore *self, const char *id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_versions_finish (SbStore *self, GAsyncResult *result, GError **error);

/* --- connections ------------------------------------------------------------------------------ */

/* GPtrArray of SbConnection */
void       sb_store_list_connections_async  (SbStore *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_connections_finish (SbStore *self, GAsyncResult *result, GError **error);
/* Adds (id NULL: made from the name) or replaces; the result is the id. */
void       sb_store_save_connection_async   (SbStore *self, SbConnection *connection,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
char      *sb_store_save_connection_finish  (SbStore *self, GAsyncResult *result, GError **error);
void       sb_store_remove_connection_async  (SbStore *self, const char *id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_remove_connection_finish (SbStore *self, GAsyncResult *result, GError **error);

/* --- events ----------------------------------------------------------------------------------- */

/* Stores an event and, in the same transaction, opens its run ("ready") if the flow is live, or holds
 * it if the flow is paused. UNIQUE (flow, event id): a repeat stores nothing and says so. */
void       sb_store_accept_event_async   (SbStore *self, SbEvent *event, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_accept_event_finish  (SbStore *self, GAsyncResult *result, SbAccepted *accepted,
                                         GError **error);
/* While @take is set, accepted events open their run as "running" (SbAccepted.taken), so that the engine
 * that took the event in can go on with it at once, without a claim. Set it only while the dispatcher has
 * room; what it cannot run after all is claimed again after sb_store_recover_async (). Any thread. */
void       sb_store_set_take_accepted    (SbStore *self, gboolean take);
/* Counts a request that was turned away (no body kept): shown beside the flow. */
void       sb_store_count_refused        (SbStore *self, const char *flow_id, const char *reason);
/* Why requests of a flow were turned away: GPtrArray of SbValue {"reason", "count", "last_us"}, latest first,
 * at most ten. */
void       sb_store_list_refused_async   (SbStore *self, const char *flow_id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_refused_finish  (SbStore *self, GAsyncResult *result, GError **error);

void       sb_store_load_event_async     (SbStore *self, gint64 id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbEvent   *sb_store_load_event_finish    (SbStore *self, GAsyncResult *result, GError **error);
/* GPtrArray of SbEvent without bodies, newest first, keyset paging by id */
void       sb_store_list_events_async    (SbStore *self, const SbEventQuery *query,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_events_finish   (SbStore *self, GAsyncResult *result, GError **error);
/* Opens a new run of the live version for an old event; the result is the run's id. */
void       sb_store_replay_event_async   (SbStore *self, gint64 id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint64     sb_store_replay_event_finish  (SbStore *self, GAsyncResult *result, GError **error);

/* --- runs ------------------------------------------------------------------------------------- */

/* Claims up to @limit runs that are ready or whose time has come (state "ready" or "waiting" with
 * due ≤ @now_us), oldest first, marks them "running" under @worker, and gives each with its event and
 * attempts: GPtrArray of SbClaim. */
void       sb_store_claim_runs_async     (SbStore *self, const char *worker, guint limit,
                                         gint64 now_us, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_claim_runs_finish    (SbStore *self, GAsyncResult *result, gint64 *next_due_us,
                                         GError **error);
/* At start: runs left "running" by a dead worker become "ready" again; the result is their number. */
void       sb_store_recover_async        (SbStore *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint       sb_store_recover_finish       (SbStore *self, GAsyncResult *result, GError **error);
/* The wall clock was put back: runs that began to wait after @now_us are due at once, because the time
 * they wait for was told by the wrong clock; the result is their number. A delay waits on from there. */
void       sb_store_wake_async           (SbStore *self, gint64 now_us, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint       sb_store_wake_finish          (SbStore *self, GAsyncResult *result, GError **error);
/* Applies one change of a run, with its attempts and timers, as one transaction. */
void       sb_store_apply_async          (SbStore *self, SbRunChange *change,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_apply_finish         (SbStore *self, GAsyncResult *result, GError **error);
/* All runs that wait for a connection become ready (it works again). */
void       sb_store_release_async        (SbStore *self, const char *connection_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint       sb_store_release_finish       (SbStore *self, GAsyncResult *result, GError **error);

/* GPtrArray of SbRun, newest first, keyset paging by id. With a text the search index is asked: what was
 * typed must begin words ("kell" finds Anna Keller); where it finds nothing, the newest are looked
 * through for it as it stands. */
void       sb_store_list_runs_async      (SbStore *self, const SbRunQuery *query,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_runs_finish     (SbStore *self, GAsyncResult *result, GError **error);
/* Only the ids, of all of them (limit 0; with a text 10,000 at most), newest first: GArray of gint64. The
 * order of a list of a million runs, of which load_runs () then fetches what is looked at. */
void       sb_store_list_run_ids_async   (SbStore *self, const SbRunQuery *query,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GArray    *sb_store_list_run_ids_finish  (SbStore *self, GAsyncResult *result, GError **error);
/* Where in @ids, which list_run_ids () gave, the days begin, by the calendar of this computer: GArray of guint,
 * the first 0. */
void       sb_store_find_days_async      (SbStore *self, GArray *ids, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GArray    *sb_store_find_days_finish     (SbStore *self, GAsyncResult *result, GError **error);
/* GPtrArray of SbRun, in the order of @ids; those that are gone are left out. */
void       sb_store_load_runs_async      (SbStore *self, const gint64 *ids, guint n_ids,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_load_runs_finish     (SbStore *self, GAsyncResult *result, GError **error);
/* Why @text found these runs: GPtrArray as long as @ids (of gint64) of char * (nullable) "customer last name:
 * Keller", the value in the event that has most of the words the label lacks; card numbers masked. */
void       sb_store_find_hits_async      (SbStore *self, const char *text, GArray *ids,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_find_hits_finish     (SbStore *self, GAsyncResult *result, GError **error);
/* One run with event, attempts, timers and the document of its version. */
void       sb_store_load_run_async       (SbStore *self, gint64 id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbClaim   *sb_store_load_run_finish      (SbStore *self, GAsyncResult *result, GError **error);

/* Counts for the sidebar and "serve": an object with runs by state, events today, last event. */
void       sb_store_summary_async        (SbStore *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbValue   *sb_store_summary_finish       (SbStore *self, GAsyncResult *result, GError **error);

#define SB_STATS_MAX_DAYS 366

/* What became of runs in the last @days of this computer's calendar, today among them, counted when it
 * happened (also of runs that retention removed). @flow_id (nullable): of all flows. An object:
 *
 *   total, days[] (oldest first; from_us, to_us), flows[] (by name; id, name, open: now in the inbox,
 *   has_baseline: its plan says how many minutes a record takes by hand), each with
 *     runs (finished), done, to_inbox (how often one needed a person), saved_minutes (done × the plan's
 *     minutes), and where any was done median_ms and p95_ms, exact to a fifth: from the event to the end. */
void       sb_store_stats_async          (SbStore *self, const char *flow_id, const char *mode, guint days,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbValue   *sb_store_stats_finish         (SbStore *self, GAsyncResult *result, GError **error);

/* --- pilots, audit, settings, retention --------------------------------------------------------- */

void       sb_store_save_pilot_async     (SbStore *self, SbPilotRow *pilot,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint64     sb_store_save_pilot_finish    (SbStore *self, GAsyncResult *result, GError **error);
/* The newest pilot of a flow in a mode (NULL: any). NOT_FOUND where there is none. */
void       sb_store_load_pilot_async     (SbStore *self, const char *flow_id, const char *mode,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbPilotRow *sb_store_load_pilot_finish   (SbStore *self, GAsyncResult *result, GError **error);

/* Who did what, when: never changed, never removed by retention under two years. What goes through the
 * store is on record with it (publishing, pausing, resuming, going back, removing; accounts; settings;
 * replays; decisions); sb_store_audit() is for the rest. */
void       sb_store_audit                (SbStore *self, const char *what, const char *subject,
                                         SbValue *detail);
void       sb_store_list_audit_async     (SbStore *self, guint limit, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
GPtrArray *sb_store_list_audit_finish    (SbStore *self, GAsyncResult *result, GError **error);

/* Keys that begin with "memo." hold what the program keeps in mind for itself; they are not on record, and
 * ::changed tells of them as "memo". */
#define SB_MEMO        "memo."
#define SB_MEMO_TESTED "memo.tested." /* and a connection's id: UTC µs when it last answered a test */
#define SB_MEMO_GUIDE  "memo.guide."  /* and a flow's id: how far its guide is; gone with the flow */
#define SB_MEMO_TICKS  "memo.ticks."  /* and a flow's id: steps of the fallback done today; gone with the flow */
void       sb_store_get_setting_async    (SbStore *self, const char *key, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbValue   *sb_store_get_setting_finish   (SbStore *self, GAsyncResult *result, GError **error);
void       sb_store_set_setting_async    (SbStore *self, const char *key, SbValue *value,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_set_setting_finish   (SbStore *self, GAsyncResult *result, GError **error);

/* The records the owner chose for a flow's pilots (an array as in a file of records; NULL: none any more).
 * They go with the flow. Loading gives NOT_FOUND where none were chosen. */
void       sb_store_save_records_async   (SbStore *self, const char *flow_id, SbValue *records,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean   sb_store_save_records_finish  (SbStore *self, GAsyncResult *result, GError **error);
void       sb_store_load_records_async   (SbStore *self, const char *flow_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
SbValue   *sb_store_load_records_finish  (SbStore *self, GAsyncResult *result, GError **error);

/* Removes finished runs and their events older than @max_age_us or, oldest first, until the database
 * is under @max_bytes; live data never. Runs in slices so that events go on being stored; then
 * vacuums incrementally. The result is the number of runs removed. */
void       sb_store_retain_async         (SbStore *self, gint64 max_age_us, gint64 max_bytes,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gint64     sb_store_retain_finish        (SbStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
