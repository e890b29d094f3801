/* sb-flow-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow.h"
#include "sb-problems.h"

G_BEGIN_DECLS

#define SB_FLOW_MAX_STEPS 500
#define SB_FLOW_MAX_DEPTH 8
#define SB_FLOW_MAX_ITEMS 1000

/* "$.fields" and "Due Date" as $.fields["Due Date"]. */
char     *sb_flow_member_path     (const char         *path,
                                   const char         *name);
/* Whether @object has no members but @allowed; others are problems with the nearest one named. */
gboolean  sb_flow_check_members   (SbValue            *object,
                                   const char         *path,
                                   const char         *step,
                                   const char *const  *allowed,
                                   SbProblems         *problems);
/* Whether every text below @value is a template that can be read. */
gboolean  sb_flow_check_templates (SbValue            *value,
                                   const char         *path,
                                   const char         *step,
                                   const char         *field,
                                   SbProblems         *problems);
void      sb_flow_check_criteria  (SbValue            *criteria,
                                   SbProblems         *problems);
void      sb_flow_check_plan      (SbValue            *plan,
                                   SbProblems         *problems);
void      sb_flow_check_tables    (SbValue            *tables,
                                   SbProblems         *problems);
SbStep   *sb_step_new             (SbStepType          type);
void      sb_step_free            (SbStep             *self);
SbLane   *sb_lane_new             (void);

/* What can be referred to at one place of a flow while it is read from top to bottom. */
typedef struct
{
  GHashTable *ids;       /* (element-type utf8): of all steps with an output, wherever they stand */
  GHashTable *silent;    /* (element-type utf8): of the steps that give nothing */
  GPtrArray  *visible;   /* (element-type utf8): of those that are passed on the way */
  SbValue    *tables;    /* (nullable) */
  guint       loops;     /* how many for-each are around */
  SbProblems *problems;
} SbReach;

void      sb_reach_init           (SbReach            *self,
                                   SbValue            *document,
                                   SbProblems         *problems);
void      sb_reach_clear          (SbReach            *self);
/* Checks the tokens in every text below @value. */
void      sb_reach_check          (SbReach            *self,
                                   SbValue            *value,
                                   const char         *path,
                                   const char         *step,
                                   const char         *field);
/* Nothing in @document that a reader does not see. */
void      sb_flow_check_visible   (SbValue            *document,
                                   SbProblems         *problems);
gboolean  sb_flow_is_reserved     (const char         *id);

G_END_DECLS
