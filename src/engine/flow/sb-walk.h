/* sb-walk.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow.h"
#include "sb-template.h"

G_BEGIN_DECLS

/**
 * SbJournal:
 *
 * What a run has already got, by place. A place is the step's id, with the index of each for-each
 * around it: "label", "each-item[3]/restock". Everything else a run knows follows from the flow,
 * the event and the journal, so a run that was cut off goes on by walking again from the start.
 */
typedef struct _SbJournal SbJournal;

SbJournal *sb_journal_new        (void);
void       sb_journal_free       (SbJournal  *self);
/* The action or look-up at @place is done and gave @output (transfer none; nullable). A look-up that
 * found nothing gave NULL or null: its "if_none" says how the walk goes on. */
void       sb_journal_add_output (SbJournal  *self,
                                  const char *place,
                                  SbValue    *output);
/* The delay at @place was set to end at @until_us (and has ended once the clock is past it). */
void       sb_journal_add_timer  (SbJournal  *self,
                                  const char *place,
                                  gint64      until_us);
/* The owner said that the step at @place was done by hand, or is to be left out. */
void       sb_journal_add_skipped (SbJournal *self,
                                  const char *place);

typedef enum
{
  SB_WALK_ACT,     /* an action or look-up is next: @step with rendered @fields */
  SB_WALK_WAIT,    /* a delay ends at @until_us */
  SB_WALK_DONE,    /* past the last step */
  SB_WALK_STOPPED, /* a filter let it go no further: a good end */
  SB_WALK_FAILED,  /* @error says why, before anything was sent */
} SbWalkKind;

typedef struct
{
  SbWalkKind  kind;
  SbStep     *step;     /* (nullable): borrowed from the flow */
  char       *place;    /* (nullable) */
  SbValue    *fields;   /* SB_WALK_ACT */
  gint64      until_us; /* SB_WALK_WAIT */
  GError     *error;    /* SB_WALK_FAILED */
  char       *detail;   /* (nullable): SB_WALK_STOPPED: a sentence */
} SbNeed;

void    sb_need_free (SbNeed *self);

/* Told of every place the walk passes, in order: @verdict is "done", "taken" (a lane), "passed",
 * "stopped", "waited", "set", "skipped"; @detail is a sentence or NULL. */
typedef void (*SbWalkFunc) (SbStep     *step,
                            const char *place,
                            const char *verdict,
                            const char *detail,
                            SbValue    *output,
                            gpointer    data);

/* Pure: reads no clock but @now_us, no file and no network. @scope holds "trigger" and "run"; it
 * is filled with what the steps gave. */
SbNeed *sb_walk_next (SbFlow     *flow,
                      SbScope    *scope,
                      SbJournal  *journal,
                      gint64      now_us,
                      SbWalkFunc  func,
                      gpointer    data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbJournal, sb_journal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNeed, sb_need_free)

G_END_DECLS
