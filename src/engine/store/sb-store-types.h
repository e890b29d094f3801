/* sb-store-types.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"
#include "sb-value.h"

G_BEGIN_DECLS

/* What the store keeps, as plain structs. All are boxed and reference counted atomically through
 * g_atomic_rc_box (sb_event_new () … sb_event_unref ()); immutable once shared. Times are UTC µs. */

/* A flow as the sidebar shows it. */
typedef struct
{
  char    *id;
  char    *name;
  char    *state;          /* "draft" (never published), "live", "paused" */
  char    *trigger_token;  /* the unguessable part of the endpoint path; the same for all versions */
  gint     live_version;   /* 0: none */
  gboolean draft_changed;  /* the draft differs from the live version */
  SbValue *draft;
  gint64   changed_us;
  gint64   last_event_us;  /* 0: none yet */
  guint    held;           /* events held by a pause */
  guint    refused;        /* requests turned away */
  guint    inbox;          /* runs that need a person */
} SbFlowRow;

typedef struct
{
  gint   version;
  gint64 published_us;
  char  *note;
} SbVersionRow;

/* One thing that happened, as received. */
typedef struct
{
  gint64   id;             /* 0 until stored */
  char    *flow_id;
  char    *event_id;       /* the vendor's */
  char    *source;         /* "webhook", "manual", "edited", "replay", "pilot" */
  char    *topic;          /* (nullable) */
  char    *label;          /* (nullable): "Order #1004", for lists and search */
  char    *headers;        /* (nullable): JSON object; signature and authorization headers masked */
  GBytes  *body;           /* raw, as received; NULL in lists */
  gint64   received_us;
  gint64   original;       /* 0: as it came; else the event that a person edited to make this one */
  SbValue *parsed;         /* (nullable): the body as the connector read it; not stored */
} SbEvent;

typedef struct
{
  gint64   event;          /* row id */
  gint64   run;            /* 0: held or repeated */
  gint     version;        /* of the run */
  gint64   started_us;     /* of the run: what its templates call "now" */
  gboolean repeated;       /* was known already: same answer, no run */
  gboolean held;           /* the flow is paused */
  gboolean taken;          /* the run is "running" already: see sb_store_set_take_accepted () */
} SbAccepted;

/* State of a run:
 *   ready    → an engine may take it        running → one has it
 *   waiting  → until @due_us (a delay, or a retry)
 *   blocked  → until @connection works again (keyring locked, signed out, outage)
 *   inbox    → needs a person; @problem says why, @unknown that the outcome is not known
 *   done, stopped (a filter), dropped (by a person): finished */
typedef struct
{
  gint64   id;
  gint64   event;
  char    *flow_id;
  char    *flow_name;      /* in lists */
  gint     version;
  char    *mode;           /* "live", "practice", "sandbox" */
  char    *label;          /* "Order #1004" */
  char    *state;
  char    *step;           /* (nullable): place it stands at */
  char    *problem;        /* (nullable): a sentence */
  gboolean unknown;
  gint64   due_us;
  char    *connection;     /* (nullable): what it is blocked on */
  gint64   started_us;
  gint64   changed_us;
  gint64   finished_us;    /* 0: not yet */
  guint    actions;        /* actions done so far */
} SbRun;

/* One try of one action in one run. */
typedef struct
{
  gint64   id;             /* 0 until stored */
  gint64   run;
  char    *place;          /* "invoice", "each-item[3]/restock" */
  gint     number;         /* 1 … */
  char    *key;            /* idempotency key: the same for every attempt at a place */
  char    *request;        /* JSON text, secrets masked */
  char    *state;          /* "sent", "done", "retry", "failed", "unknown", "trouble", "by-hand",
                            * "outdated" (a look-up, asked with data that was edited since) */
  guint    status;         /* HTTP, 0: no answer */
  char    *response;       /* (nullable): JSON {"headers","body"}, masked, at most 64 KiB */
  char    *message;        /* (nullable): a sentence */
  SbValue *output;         /* (nullable): done: what later steps may use */
  gint64   started_us;
  gint64   ended_us;       /* 0: no outcome was recorded */
} SbAttempt;

typedef struct
{
  char  *place;
  gint64 until_us;
} SbTimer;

/* Everything needed to go on with a run. */
typedef struct
{
  SbRun     *run;
  SbEvent   *event;
  GPtrArray *attempts;     /* of SbAttempt, oldest first */
  GPtrArray *timers;       /* of SbTimer */
  GPtrArray *skipped;      /* of char *: places left out or done by hand */
  SbValue   *document;     /* of its version; sb_store_load_run only, NULL in claims */
} SbClaim;

/* A step forward of one run, applied as a whole. */
typedef struct
{
  gint64     run;
  const char *state;       /* static string, one of SbRun's */
  char      *step;
  char      *problem;
  gboolean   unknown;
  gint64     due_us;
  char      *connection;
  SbAttempt *finished;     /* (nullable): outcome of the attempt with this place and number */
  SbAttempt *begun;        /* (nullable): about to be sent */
  SbTimer   *timer;        /* (nullable) */
  char      *skipped;      /* (nullable): place left out or done by hand */
  SbValue   *decision;     /* (nullable): what a person decided, for the audit log */
  SbEvent   *edited;       /* (nullable): the run goes on with this event, beside the one it had; only
                            * from the inbox */
  gboolean   restored;     /* takes back that a person dropped it; only from "dropped" */
  GPtrArray *outdated;     /* (nullable): of char *: places of look-ups that are to be asked again */
} SbRunChange;

typedef struct
{
  char   *flow_id;         /* (nullable) */
  char   *state;           /* (nullable): one of SbRun's, or "open" (all unfinished) */
  char   *text;            /* (nullable): words in label, event id, body or an open problem */
  gint64  since_us;        /* 0: all */
  gint64  until_us;        /* 0: all; else those that were opened before */
  gint64  before_id;       /* 0: from the newest */
  gint64  after_id;        /* 0: to the oldest; else newer ones only */
  guint   limit;
} SbRunQuery;

typedef struct
{
  char   *flow_id;         /* (nullable) */
  gint64  before_id;
  guint   limit;
} SbEventQuery;

typedef struct
{
  gint64   id;
  char    *flow_id;
  char    *fingerprint;    /* of the document, its connections and API versions: the gate closes when
                            * it no longer fits */
  char    *mode;           /* "preview", "practice", "sandbox" */
  gboolean passed;
  SbValue *result;         /* the whole grid: see sb-pilot.h */
  gint64   started_us;
  gint64   finished_us;
} SbPilotRow;

typedef struct
{
  gint64   id;
  gint64   time_us;
  char    *what;           /* "flow-published", "gate-overridden", "secret-set", … */
  char    *subject;
  SbValue *detail;         /* (nullable) */
} SbAuditRow;

#define SB_DECLARE_RECORD(Type, name)                                                              \
  Type *name##_new   (void);                                                                       \
  Type *name##_ref   (Type *self);                                                                 \
  void  name##_unref (Type *self);                                                                 \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, name##_unref)

SB_DECLARE_RECORD (SbFlowRow, sb_flow_row)
SB_DECLARE_RECORD (SbVersionRow, sb_version_row)
SB_DECLARE_RECORD (SbEvent, sb_event)
SB_DECLARE_RECORD (SbRun, sb_run)
SB_DECLARE_RECORD (SbAttempt, sb_attempt)
SB_DECLARE_RECORD (SbTimer, sb_timer)
SB_DECLARE_RECORD (SbClaim, sb_claim)
SB_DECLARE_RECORD (SbRunChange, sb_run_change)
SB_DECLARE_RECORD (SbPilotRow, sb_pilot_row)
SB_DECLARE_RECORD (SbAuditRow, sb_audit_row)

G_END_DECLS
