/* sb-flow.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-problems.h"
#include "sb-value.h"

G_BEGIN_DECLS

#define SB_FLOW_FORMAT 1

typedef struct _SbConnectors SbConnectors;
typedef struct _SbCondition SbCondition;
typedef struct _SbFlow SbFlow;
typedef struct _SbStep SbStep;
typedef struct _SbLane SbLane;

typedef enum
{
  SB_STEP_ACTION,
  SB_STEP_LOOKUP,
  SB_STEP_FILTER,
  SB_STEP_BRANCH,
  SB_STEP_FOR_EACH,
  SB_STEP_DELAY,
  SB_STEP_SET_FIELDS,
} SbStepType;

/* One way of a branch. The first lane whose condition holds is taken. */
struct _SbLane
{
  char        *name;
  SbCondition *condition; /* (nullable): NULL is "otherwise", only for the last lane */
  GPtrArray   *steps;     /* of SbStep */
};

struct _SbStep
{
  SbStepType   type;
  char        *id;
  char        *path;       /* where it stands in the document: "$.steps[2].lanes[0].steps[1]" */
  char        *name;       /* (nullable): the owner's words; else the action's label */
  char        *connector;  /* action, lookup */
  char        *action;     /* action, lookup */
  char        *connection; /* (nullable): id of the connection the owner chose */
  SbValue     *fields;     /* action, lookup, set-fields: object of templates */
  SbCondition *condition;  /* filter */
  GPtrArray   *lanes;      /* branch: of SbLane */
  char        *list;       /* for-each: template that comes to a list */
  GPtrArray   *steps;      /* for-each: of SbStep */
  char        *duration;   /* delay: "30 min", "2 h", "3 d" (templates allowed) */
  char        *until;      /* delay: template that comes to a time */
  char        *offset;     /* (nullable): delay: "-24 h", "-1 d", added to @until. As in RFC 5545 hours are
                            * exact, days keep the time of day on the clocks of the flow's zone */
  char        *if_none;    /* lookup: "stop", "continue" or "fail" (the default) when nothing is found */
};

/**
 * SbFlow:
 *
 * One flow document ("format": 1), immutable, reference counted atomically. The document itself is
 * kept, so that writing gives back what was read.
 */
struct _SbFlow
{
  gint       ref_count;    /* private */
  SbValue   *document;
  char      *id;           /* (nullable): "order-to-cash"; the store gives one where it is missing */
  char      *name;
  char      *description;
  char      *time_zone;    /* (nullable): "Europe/Berlin"; NULL is the computer's */
  char      *trigger_type; /* "webhook" or "manual" */
  char      *trigger_connector;
  char      *trigger;      /* id of the trigger in the connector: "order-paid" */
  char      *trigger_connection; /* (nullable) */
  GPtrArray *steps;        /* of SbStep */
  SbValue   *tables;       /* (nullable): look-up tables by name, for the "lookup" filter */
  SbValue   *criteria;     /* success criteria of the pilot, array */
  SbValue   *plan;         /* owner, fallback, runbook, minutes saved; object */
};

/* Parses and checks the shape; every problem found is added. Returns: (transfer full) (nullable):
 * NULL when there is any. */
SbFlow     *sb_flow_parse         (SbValue      *document,
                                   SbProblems   *problems);
/* As sb_flow_parse(), but gives the flow back although tokens refer to what is not there: a draft that is
 * being worked on. */
SbFlow     *sb_flow_parse_draft   (SbValue      *document,
                                   SbProblems   *problems);
SbFlow     *sb_flow_load_file     (const char   *path,
                                   SbProblems   *problems);
/* Checks what @self says against what the connectors offer: actions, required fields, tokens. */
void        sb_flow_check         (SbFlow       *self,
                                   SbConnectors *connectors,
                                   SbProblems   *problems);
/* Both in one go, also where the shape is wrong somewhere. */
void        sb_flow_check_document (SbValue     *document,
                                   SbConnectors *connectors,
                                   SbProblems   *problems);
SbFlow     *sb_flow_ref           (SbFlow       *self);
void        sb_flow_unref         (SbFlow       *self);
SbStep     *sb_flow_find_step     (SbFlow       *self,
                                   const char   *id);
/* All steps in the order of the page, those in lanes and loops too. (transfer container) */
GPtrArray  *sb_flow_list_steps    (SbFlow       *self);
char       *sb_flow_write         (SbFlow       *self);

/* Edits give a new document: the window and "signalboxctl" change drafts through these. */
SbValue    *sb_flow_with_field    (SbFlow       *self,
                                   const char   *step_id,
                                   const char   *field,
                                   SbValue      *value);
SbValue    *sb_flow_with_connection (SbFlow     *self,
                                   const char   *step_id,
                                   const char   *connection);

const char *sb_step_type_to_string (SbStepType   type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFlow, sb_flow_unref)

G_END_DECLS
