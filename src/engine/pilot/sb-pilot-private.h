/* sb-pilot-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-pilot.h"
#include "sb-request.h"
#include "sb-template.h"
#include "sb-walk.h"

G_BEGIN_DECLS

/* The place of the first column; no step can have this name, templates use it for the event. */
#define SB_PILOT_RECEIVED "trigger"

/* One column of the grid: the trigger, then every step that does or decides something by itself. */
typedef struct
{
  char       *place;  /* step id */
  char       *title;
  char       *system; /* "Square", or "" */
  SbStep     *step;   /* (nullable): NULL is the trigger; borrowed from the flow */
  GArray     *lanes;  /* of SbPilotLane: the branches around it */
} SbPilotColumn;

typedef struct
{
  SbStep *branch;
  guint   lane;
} SbPilotLane;

/* What became of one record at one column. */
typedef enum
{
  SB_CELL_OPEN,    /* not there yet */
  SB_CELL_DONE,
  SB_CELL_SKIPPED,
  SB_CELL_FAILED,
  SB_CELL_HELD,    /* waits for a person, or was a repeat */
} SbCellState;

typedef struct
{
  SbCellState state;
  char       *detail;   /* (nullable): a few words */
  char       *message;  /* (nullable): the whole sentence */
  guint       tries;
  guint       times;    /* places: more than one within a for-each */
  gint64      ms;       /* with the waiting between tries; -1: unknown */
  gint64      since_start_ms; /* from the start of the run to the end of the last try */
  char       *request;  /* (nullable): JSON text, masked */
  char       *response; /* (nullable): JSON text, masked */
} SbPilotCell;

void     sb_pilot_cell_clear (SbPilotCell *self);

/* A record and what became of it. */
typedef struct
{
  guint      index;
  char      *title;
  char      *note;       /* (nullable) */
  SbValue   *body;
  GBytes    *bytes;      /* the body as it is sent */
  SbValue   *headers;    /* (nullable) */
  char      *event_id;
  gint       repeat_of;  /* index; -1: none */
  gboolean   bad_signature;
  SbValue   *faults;     /* (nullable): array */
  SbValue   *expect;     /* (nullable) */

  guint      status;     /* of the bell's answer; 0: none yet */
  gboolean   ended;
  char      *outcome;    /* (nullable): "done", "stopped", "inbox", "held", "refused" */
  char      *problem;    /* (nullable) */
  gint64     run;        /* 0: none */
  gint64     seen_us;    /* when the run had changed last */
  guint      runs;
  SbPilotCell *cells;    /* one a column */
  guint      n_cells;
  GPtrArray *shown;      /* of char*: the cells as they were last told, to tell changes only */
} SbPilotRecord;

/* Everything a pilot works with; lives on the pilot's own thread. */
typedef struct
{
  SbEngine      *home;       /* (nullable) */
  SbConnectors  *connectors;
  SbFlow        *flow;
  char          *mode;
  SbConnector   *trigger_connector; /* (nullable) */
  SbTrigger     *trigger;    /* (nullable) */
  GPtrArray     *columns;    /* of SbPilotColumn */
  GPtrArray     *records;    /* of SbPilotRecord */
  GPtrArray     *problems;   /* of char* */
  guint          twice;      /* things that were done twice */
  gint64         started_us;
  gint64         patience_us; /* how long nothing may end */
  gint64         deadline_us; /* monotonic */
  GCancellable  *cancellable;
  GMainContext  *context;
  void         (*tell_cell)   (guint record, guint column, SbValue *cell, gpointer data);
  void         (*tell_record) (guint record, SbValue *value, gpointer data);
  gpointer       tell_data;
} SbPilotWork;

/* --- records and columns ---------------------------------------------------------------------- */
SbValue   *sb_pilot_columns_to_value (GPtrArray   *columns);
GPtrArray *sb_pilot_list_columns (SbFlow        *flow,
                                  SbConnectors  *connectors);
GPtrArray *sb_pilot_read_records (SbValue       *records,
                                  SbTrigger     *trigger,
                                  guint          n_columns,
                                  const char    *mode,
                                  GError       **error);
/* What @record is expected to do at @column: "done", "skipped", "failed", "held"; NULL: anything good. */
const char *sb_pilot_expected    (SbPilotRecord *record,
                                  SbPilotColumn *column);

/* --- cells ------------------------------------------------------------------------------------- */
/* Where a run stands, as far as the walk needs to know it. */
typedef struct
{
  SbValue    *body;
  gint64      run;
  gint64      started_us;
  const char *label;
  const char *state;     /* SbRun's */
  const char *problem;   /* (nullable) */
  gboolean    unknown;
  GPtrArray  *attempts;  /* of SbAttempt */
  GPtrArray  *timers;    /* of SbTimer */
} SbPilotStand;

void      sb_pilot_fill_cells    (SbPilotWork        *work,
                                  SbPilotRecord      *record,
                                  const SbPilotStand *stand);
void      sb_pilot_set_received  (SbPilotRecord      *record,
                                  SbCellState         state,
                                  const char         *detail,
                                  const char         *message);
/* Everything after the first column that is still open is skipped. */
void      sb_pilot_skip_rest     (SbPilotWork        *work,
                                  SbPilotRecord      *record);

/* --- verdicts ---------------------------------------------------------------------------------- */
SbValue  *sb_pilot_cell_to_value   (SbPilotWork   *work,
                                    SbPilotRecord *record,
                                    guint          index);
SbValue  *sb_pilot_record_to_value (SbPilotWork   *work,
                                    SbPilotRecord *record);
/* Tells what changed since the last time. */
void      sb_pilot_tell            (SbPilotWork   *work,
                                    SbPilotRecord *record);
SbValue  *sb_pilot_judge           (SbPilotWork   *work);

/* --- the bell ---------------------------------------------------------------------------------- */
/* @record signed as the vendor would, or wrongly where it says so: header name → value. */
GHashTable *sb_pilot_sign        (SbPilotWork        *work,
                                  SbPilotRecord      *record,
                                  SbConnection       *connection,
                                  GHashTable         *secrets,
                                  const char         *address,
                                  GError            **error);

/* --- the ways to run --------------------------------------------------------------------------- */
gboolean  sb_pilot_preview         (SbPilotWork   *work,
                                    GError       **error);
gboolean  sb_pilot_run_engine      (SbPilotWork   *work,
                                    GError       **error);

/* "0.3 s", "9 ms", "2 min 3 s" (transfer full) */
char     *sb_pilot_format_ms       (gint64         ms);
/* id → hash of each step's mapping, so that a change can be named. */
SbValue  *sb_pilot_hash_steps      (SbFlow        *flow);

G_END_DECLS
