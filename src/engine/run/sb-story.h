/* sb-story.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-flow.h"
#include "sb-store-types.h"

G_BEGIN_DECLS

typedef enum
{
  SB_CHAPTER_PASSED,  /* nothing was sent: a way taken, a filter passed, fields set */
  SB_CHAPTER_DONE,    /* an action that was done */
  SB_CHAPTER_SKIPPED, /* left out, or done by hand */
  SB_CHAPTER_WAITING, /* not yet: a delay, a retry, a connection */
  SB_CHAPTER_FAILED,  /* needs a person */
  SB_CHAPTER_UNKNOWN, /* needs a person: it may have been done */
  SB_CHAPTER_STOPPED, /* a filter ended it: a good end */
  SB_CHAPTER_DROPPED, /* a person ended it */
} SbChapterKind;

/* One entry of a run's time line. */
typedef struct
{
  SbChapterKind  kind;
  char          *place;    /* (nullable): NULL for the event and for the end */
  char          *tile;     /* connector kind ("shop"), "branch", "filter", "delay", "end" */
  char          *title;    /* "Put the item back in stock" */
  char          *detail;   /* (nullable): "2 items, Harbour Street" */
  gint64         time_us;  /* 0: not known */
  gboolean       keyed;    /* each attempt carried the same key, which the vendor honours */
  GPtrArray     *attempts; /* of SbAttempt, owned by the claim; empty where nothing was sent */
} SbChapter;

/**
 * sb_story_tell:
 * @claim: a run with its event, attempts, timers and document (sb_store_load_run_async ())
 * @connectors: for the words
 *
 * Tells what happened to a run, in order and in the owner's words, by walking it again over what its
 * journal holds. Reads no clock, no store and no network; any thread.
 *
 * Returns: (transfer full) (element-type SbChapter): valid as long as @claim is
 */
GPtrArray *sb_story_tell (SbClaim      *claim,
                          SbConnectors *connectors);

/* "Put the item back in stock": the owner's name for a step, else what its action says. (transfer full) */
char      *sb_story_step_title (SbStep       *step,
                                SbConnectors *connectors);

G_END_DECLS
