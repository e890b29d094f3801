/* sb-store-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sqlite3.h>

#include "sb-store.h"

G_BEGIN_DECLS

/* Inside the store. Three kinds of threads meet here:
 *
 *  - callers put an SbStoreRequest into a queue and never touch SQLite;
 *  - the writer thread owns the one writing SbDb, the readers own one reading SbDb each;
 *  - a finished request goes back to the context its GTask was made in: all that one commit finished
 *    for one context travel in one source.
 *
 * An SbDb and everything that takes one belongs to the thread that owns it. */

typedef struct _SbDb SbDb;
typedef struct _SbStoreRequest SbStoreRequest;
typedef struct _SbStoreQueue SbStoreQueue;
typedef struct _SbStoreLock SbStoreLock;
typedef struct _SbStoreChanges SbStoreChanges;

/* --- one connection to the database: sb-store-db.c ---------------------------------------------- */

typedef sqlite3_stmt SbStatement;

typedef enum
{
  SB_STEP_ERROR = -1,
  SB_STEP_DONE = 0,
  SB_STEP_ROW = 1,
} SbStepResult;

/* Events taken in by the transaction under way, by flow: written once for each flow before the commit. */
typedef struct
{
  gint64 flow;
  gint64 quarter;
  gint64 events;
  gint64 last_us;
} SbTally;

typedef struct
{
  const char *what;
  char       *id;
} SbNote;

struct _SbDb
{
  sqlite3      *handle;
  char         *path;
  GHashTable   *statements;
  GCancellable *cancellable;     /* (nullable): of the request under way */
  gint64        deadline_us;     /* monotonic; 0: none: a search gives what it has by then */
  gboolean      broken;          /* an error that is not the request's: disk full, I/O, damage */
  gboolean      want_checkpoint; /* asked for by the work that is being done */
  int           log_pages;       /* of the log, after the last commit */
  GArray       *tallies;         /* of SbTally */
  GArray       *notes;           /* of SbNote: what the transaction under way changes */
  gboolean      take_accepted;   /* as it was when the transaction began */
  SbStoreRequest *owed;          /* the writer's: nobody waits for them, and they could not be written */
  guint         n_owed;
  gboolean      failing;         /* the writer's: the last commit failed */
  const char   *mode;            /* static */
  gint64        indexed;         /* the newest run in the search index */
  gint64        unindexed;       /* how many are newer, or more */
  gboolean      index_damaged;
  gint64        index_us;        /* monotonic: not before then, while others wait */
  gint64        busy_us;         /* monotonic: when there was work last; 0: it rests */
};

#define SB_DB_PAGE_BYTES 4096

/* Before a flow's id: the setting that holds the records its owner chose. */
#define SB_STORE_RECORDS "records/"

SbDb        *sb_db_open           (const char   *path,
                                   gboolean      writable,
                                   GError      **error);
void         sb_db_close          (SbDb         *self);
/* Turns the connection's last error into a sentence. Always returns FALSE. */
gboolean     sb_db_set_error      (SbDb         *self,
                                   GError      **error);

/* What must be there is not: INVALID. */
void         sb_db_set_damaged    (SbDb         *self,
                                   GError      **error);

/* A statement of the cache, bound by @format: t text (nullable), i gint64, b GBytes (nullable),
 * v SbValue (nullable). What is bound must live until the statement is reset, which the autoptr does. */
SbStatement *sb_db_bind           (SbDb         *self,
                                   GError      **error,
                                   const char   *sql,
                                   const char   *format,
                                   ...);
SbStepResult      sb_db_step           (SbDb         *self,
                                   SbStatement  *statement,
                                   GError      **error);
gboolean     sb_db_run            (SbDb         *self,
                                   GError      **error,
                                   const char   *sql,
                                   const char   *format,
                                   ...);
/* First column of the first row; @value is untouched where there is none (SB_STEP_DONE). */
SbStepResult      sb_db_get_int        (SbDb         *self,
                                   gint64       *value,
                                   GError      **error,
                                   const char   *sql,
                                   const char   *format,
                                   ...);
/* Several statements, none of them kept. */
gboolean     sb_db_exec           (SbDb         *self,
                                   const char   *sql,
                                   GError      **error);
void         sb_db_note           (SbDb         *self,
                                   const char   *what,
                                   const char   *id);
void         sb_statement_reset   (SbStatement  *self);
char        *sb_statement_get_text       (SbStatement  *self,
                                   int           column);
gint64       sb_statement_get_int        (SbStatement  *self,
                                   int           column);
GBytes      *sb_statement_get_bytes      (SbStatement  *self,
                                   int           column);
SbValue     *sb_statement_get_value      (SbStatement  *self,
                                   int           column);

/* As sb_statement_get_value (), for what must be there: a damaged one is an error. */
SbValue     *sb_db_read_document  (SbDb         *self,
                                   SbStatement  *statement,
                                   int           column,
                                   GError      **error);
typedef gpointer (*SbReadRow)     (SbStatement  *statement);
/* Answers @request with the rows of @statement (nullable: it failed already), which it resets. */
gboolean     sb_db_return_rows    (SbDb         *self,
                                   SbStoreRequest    *request,
                                   SbStatement  *statement,
                                   SbReadRow     read,
                                   GDestroyNotify unref,
                                   GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDb, sb_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStatement, sb_statement_reset)

/* SQL functions of the search: sb-store-search.c */
gboolean     sb_db_add_search     (SbDb         *self,
                                   GError      **error);

/* What counts by time are kept for. */
#define QUARTER_US (15 * 60 * (gint64)G_USEC_PER_SEC)

/* Counts by outcome and time: sb-store-stats.c */
gboolean     sb_db_add_stats      (SbDb         *self,
                                   GError      **error);
/* @state: how the run ended, or "inbox": it needs a person now. */
gboolean     sb_db_count_outcome  (SbDb         *self,
                                   gint64        run,
                                   const char   *state,
                                   gint64        now_us,
                                   GError      **error);
/* Takes the count of a run that ended as @state back, before it is changed. */
gboolean     sb_db_uncount_outcome (SbDb        *self,
                                   gint64        run,
                                   const char   *state,
                                   GError      **error);

/* --- lock, files and schema ---------------------------------------------------------------------- */

SbStoreLock      *sb_store_lock_take         (const char   *folder,
                                   gboolean     *was_clean,
                                   GError      **error);
void         sb_store_lock_release      (SbStoreLock       *self,
                                   gboolean      clean);
gboolean     sb_store_schema_prepare    (SbDb         *db,
                                   GError      **error);
gint         sb_store_schema_get_version (void);
/* Reads all of it: quick for a small database, seconds for one of gigabytes. */
gboolean     sb_store_schema_check      (SbDb         *db,
                                   GError      **error);

/* --- requests: sb-store-request.c, the writer and the readers ------------------------------------ */

/* One piece of work on the thread that owns @db. A write runs inside a transaction shared with others
 * and may be run again from the start when that has to be rolled back, so it changes nothing but the
 * database, notes and its result. To fail, it returns FALSE with @error set. */
typedef gboolean (*SbStoreWork) (SbDb       *db,
                            SbStoreRequest  *request,
                            GError    **error);

struct _SbStoreRequest
{
  SbStoreRequest     *next;
  GTask         *task;           /* (nullable): nobody waits */
  GMainContext  *context;        /* (nullable) borrowed from @task */
  SbStoreWork         work;
  gpointer       input;
  GDestroyNotify free_input;
  gpointer       result;
  GDestroyNotify free_result;
  GError        *error;
  gboolean       again;          /* set by the work: after the commit it queues up once more */
  guint          slices;         /* how many commits it has had */
};

SbStoreRequest   *sb_store_request_new       (SbStore             *store,
                                   gpointer             tag,
                                   SbStoreWork               work,
                                   gpointer             input,
                                   GDestroyNotify       free_input,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             data);
void         sb_store_request_free      (SbStoreRequest           *self);
void         sb_store_request_return    (SbStoreRequest           *self,
                                   gpointer             result,
                                   GDestroyNotify       free_result);
void         sb_store_request_return_int (SbStoreRequest          *self,
                                   gint64               result);
GCancellable *sb_store_request_get_cancellable (SbStoreRequest    *self);
/* Takes the list; every requester hears of its own on its own context. */
void         sb_store_requests_deliver  (SbStoreRequest           *list);

/* A thread with a queue; requests are handed over in the order they came. */
typedef void (*SbStoreQueueFunc) (SbStoreQueue   *queue,
                             SbDb      *db,
                             SbStoreRequest *list);

SbStoreQueue     *sb_store_queue_new         (const char   *name,
                                   SbStore      *store,
                                   SbDb         *db,
                                   guint         batch,
                                   SbStoreQueueFunc   func);
/* FALSE after sb_store_queue_stop (). */
gboolean     sb_store_queue_push        (SbStoreQueue      *self,
                                   SbStoreRequest    *request);
void         sb_store_queue_push_again  (SbStoreQueue      *self,
                                   SbStoreRequest    *list);
#define SB_STORE_NUDGE_US (G_USEC_PER_SEC / 2)

/* Wakes the thread after @wait_us even if no request comes. */
void         sb_store_queue_nudge       (SbStoreQueue      *self,
                                         gint64             wait_us);
gboolean     sb_store_queue_has_work    (SbStoreQueue      *self);
SbStore     *sb_store_queue_get_store   (SbStoreQueue      *self);
gboolean     sb_store_queue_is_stopping (SbStoreQueue      *self);
/* Works off what is queued, ends the thread, closes the connection. */
void         sb_store_queue_stop        (SbStoreQueue      *self);

void         sb_store_writer_work       (SbStoreQueue      *queue,
                                   SbDb         *db,
                                   SbStoreRequest    *list);
void         sb_store_reader_work       (SbStoreQueue      *queue,
                                   SbDb         *db,
                                   SbStoreRequest    *list);

/* --- the search index: sb-store-index.c ----------------------------------------------------------- */

gboolean     sb_db_prepare_index  (SbDb         *db,
                                   GError      **error);
void         sb_store_index_work  (SbStoreQueue *queue,
                                   SbDb         *db,
                                   gboolean      idle);
/* A run whose event was replaced by another is found by the words of that one. */
gboolean     sb_db_reindex_run    (SbDb         *db,
                                   gint64        run,
                                   GError      **error);
gboolean     sb_db_unindex_run    (SbDb         *db,
                                   gint64        run,
                                   GError      **error);

/* --- moving the log into the database: sb-store-checkpoint.c --------------------------------------- */

typedef enum
{
  SB_CHECKPOINT_IDLE,
  SB_CHECKPOINT_MOVING,  /* by its own thread */
  SB_CHECKPOINT_NEARLY,  /* the rest is the writer's */
} SbStoreCheckpointState;

typedef struct
{
  SbStoreQueue *queue;
  gint          state;   /* atomic: SbStoreCheckpointState */
} SbStoreCheckpoint;

void         sb_db_watch_log      (SbDb         *self);
void         sb_store_checkpoint_step (SbStoreCheckpoint *self,
                                   SbDb         *db);
void         sb_store_checkpoint_work (SbStoreQueue *queue,
                                   SbDb         *db,
                                   SbStoreRequest *list);
SbStoreCheckpoint *sb_store_get_checkpoint (SbStore *self);

typedef enum
{
  SB_LANE_WRITE,
  SB_LANE_READ,   /* bounded work */
  SB_LANE_SEARCH, /* may take a while */
  SB_LANE_CHECK,  /* reads everything */
} SbStoreLane;

void         sb_store_ask         (SbStore             *self,
                                   SbStoreLane               lane,
                                   gpointer             tag,
                                   SbStoreWork               work,
                                   gpointer             input,
                                   GDestroyNotify       free_input,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             data);
/* A write nobody waits for. */
void         sb_store_tell        (SbStore             *self,
                                   SbStoreWork               work,
                                   gpointer             input,
                                   GDestroyNotify       free_input);
gint64       sb_store_take_int    (SbStore             *self,
                                   GAsyncResult        *result,
                                   gint64               fallback,
                                   GError             **error);

/* --- what the writer sees of the store --------------------------------------------------------- */

SbStoreChanges   *sb_store_changes_new       (SbStore      *store);
void         sb_store_changes_free      (SbStoreChanges    *self);
/* After a commit; any thread. */
void         sb_store_changes_add       (SbStoreChanges    *self,
                                   const char   *what,
                                   const char   *id);
void         sb_store_tell_notes  (SbStore      *self,
                                   SbDb         *db);
void         sb_store_fill_db     (SbStore      *self,
                                   SbDb         *db);
gboolean     sb_store_write_refused (SbStore    *self,
                                   SbDb         *db,
                                   GError      **error);
void         sb_store_forget_refused (SbStore   *self);

/* --- what is wrong with it: sb-store-trouble.c ----------------------------------------------------- */

typedef enum
{
  SB_TROUBLE_WRITING, /* the last commit failed */
  SB_TROUBLE_READING, /* the last read failed */
  SB_TROUBLE_MOVING,  /* the log cannot be moved into the database */
  SB_TROUBLE_DAMAGE,  /* it was found damaged; stays */
  SB_N_TROUBLES
} SbTroubleKind;

typedef struct
{
  GMutex mutex;
  char  *words[SB_N_TROUBLES];
  gboolean doubtful; /* has to be looked through by the next owner */
} SbStoreTroubles;

SbStoreTroubles *sb_store_get_troubles (SbStore   *self);
void         sb_store_troubles_clear (SbStoreTroubles *self);
/* @error (nullable): all is well again. An error that is not about the disk is no trouble. Any thread. */
void         sb_store_report      (SbStore             *self,
                                   SbTroubleKind        kind,
                                   const GError        *error);
void         sb_store_tell_trouble (SbStore            *self);
/* Until it is looked through and found whole. */
void         sb_store_set_doubtful (SbStore            *self,
                                   gboolean             doubtful);

/* --- shared between the files that hold SQL ------------------------------------------------------ */

/* What the calls about one flow are given. */
typedef struct
{
  char    *id;
  char    *text;      /* name, note or state */
  SbValue *document;
  gint     version;
} SbFlowInput;

SbFlowInput *sb_store_flow_input_new    (const char   *id,
                                   const char   *text);
void         sb_store_flow_input_free   (gpointer      data);
/* The flow's integer key; NOT_FOUND in words. */
gboolean     sb_db_audit            (SbDb         *db,
                                     const char   *what,
                                     const char   *subject,
                                     SbValue      *detail,
                                     GError      **error);
gboolean     sb_db_find_flow        (SbDb         *db,
                                   const char   *id,
                                   gint64       *key,
                                   GError      **error);
/* "order-to-cash", "order-to-cash-2": the first that @sql (one parameter) finds no row for. */
char        *sb_db_make_id          (SbDb         *db,
                                   const char   *name,
                                   const char   *fallback,
                                   const char   *sql,
                                   GError      **error);
gboolean     sb_db_write_tallies (SbDb      *db,
                                   GError      **error);
/* @repeated: it was there already, and nothing was written. */
gboolean     sb_db_insert_event   (SbDb         *db,
                                   SbEvent      *event,
                                   gint64        flow,
                                   gboolean      held,
                                   gboolean     *repeated,
                                   GError      **error);
SbEvent     *sb_db_load_event       (SbDb         *db,
                                   gint64        id,
                                   GError      **error);
/* In place of an attempt's output: it is the body of its response. No JSON begins so. */
#define SB_OUTPUT_IS_BODY "="
/* The columns that sb_db_read_run () reads, of runs joined with flows. */
#define SB_RUN_COLUMNS                                                                             \
  "SELECT runs.id, event, flows.id, flows.name, version, mode, runs.label, runs.state, step,"      \
  " problem, unknown, due_us, connection, started_us, runs.changed_us, finished_us, actions"
/* A query of runs, made ready. */
typedef struct
{
  const SbRunQuery *query;
  gint64      flow;      /* its key; 0: any */
  const char *index;     /* by which the state is found */
  const char *condition; /* that makes SQLite accept it */
  gint64      above;     /* ids between which everything is */
  gint64      below;
  gint64      since_us;
  gint64      until_us;
} SbRunRange;
/* Ids of the runs that @range's text finds, newest first, @limit at most: sb-store-find.c */
gboolean     sb_db_find_runs        (SbDb         *db,
                                   const SbRunRange *range,
                                   guint         limit,
                                   GArray       *ids,
                                   GError      **error);
SbRun       *sb_db_read_run         (SbStatement  *statement);
SbClaim     *sb_db_load_claim   (SbDb         *db,
                                   gint64        id,
                                   GError      **error);
/* sb-store-flows.c: opens runs for some of the events a pause held. */
gboolean     sb_db_open_held        (SbDb         *db,
                                   gint64        key,
                                   const char   *id,
                                   gboolean     *more,
                                   GError      **error);
gint64       sb_db_open_run         (SbDb         *db,
                                   gint64        flow,
                                   const char   *flow_id,
                                   gint          version,
                                   gint64        event,
                                   const char   *label,
                                   gboolean      taken,
                                   gint64        started_us,
                                   GError      **error);

G_END_DECLS
