/* sb-guide.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"
#include "sb-connector.h"
#include "sb-flow.h"

G_BEGIN_DECLS

/* The 90-minute guide without a widget: what is done for a flow to go live, told from facts alone, and how
 * long each stage may take. Pure. */

typedef enum
{
  SB_GUIDE_MAP,
  SB_GUIDE_CONNECT,
  SB_GUIDE_TRY,
  SB_GUIDE_LAUNCH,
  SB_GUIDE_N_STAGES
} SbGuideStage;

typedef struct
{
  SbFlow       *flow;
  SbConnectors *connectors;
  SbProblems   *problems;     /* (nullable): of the draft; NULL: not known yet */
  GPtrArray    *connections;  /* of SbConnection */
  GHashTable   *tested;       /* (nullable): connection id → gint64 *, UTC µs when it last worked */
  SbValue      *gate;         /* (nullable): why it may not go live; NULL: not known yet */
  gboolean      practice;     /* everything goes to the practice ground: accounts are not needed */
  int           live_version; /* 0: never */
  gboolean      draft_changed;
} SbGuideFacts;

typedef struct
{
  SbGuideStage  stage;
  gboolean      done;
  char         *text;   /* what is to be done, or what was */
  const char   *button; /* what the button says that goes there, translated */
  const char   *action; /* a "win." action */
  char         *target; /* (nullable): its string parameter */
} SbGuideTask;

/* All tasks in the order they are done in. (transfer full) */
GPtrArray   *sb_guide_list_tasks   (const SbGuideFacts *facts);
/* The first that is not done; NULL: the flow is live as it is. */
SbGuideTask *sb_guide_find_next    (GPtrArray          *tasks);
gboolean     sb_guide_is_done      (GPtrArray          *tasks,
                                    SbGuideStage        stage);

/* "Connect and fill in", and one sentence about it; translated. */
const char  *sb_guide_stage_title  (SbGuideStage        stage);
const char  *sb_guide_stage_text   (SbGuideStage        stage);
/* 0: as long as it takes. */
guint        sb_guide_stage_minutes (SbGuideStage       stage);

G_END_DECLS
