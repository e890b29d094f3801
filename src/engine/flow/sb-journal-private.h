/* sb-journal-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-walk.h"

G_BEGIN_DECLS

typedef struct
{
  SbValue  *output; /* (nullable): NULL where it is not done */
  gboolean  has_timer;
  gint64    until_us;
  gboolean  skipped;
} SbEntry;

/* How far a for-each was walked: the rounds before @n_done are over and gave @outputs. */
typedef struct
{
  SbValue *list;
  SbValue *outputs;
  guint    n_done;
} SbRounds;

/* What a walk may leave out because the one before came past it, with everything it depended on. Only ever a
 * short cut: without it the answer is the same. */
typedef struct
{
  SbFlow     *flow;
  SbValue    *trigger;
  SbValue    *run;
  gint64      now_us;
  char       *place;  /* (nullable): where the walk stood; anything new elsewhere makes it worthless */
  GHashTable *rounds; /* place → SbRounds */
} SbTrail;

struct _SbJournal
{
  GHashTable *entries; /* place → SbEntry */
  SbTrail     trail;
  guint64     n_looks;
};

/* How often a walk asked for a place: what a walk costs, for tests. */
guint64        sb_journal_get_n_looks (SbJournal  *self);

/* Whether the trail was made by walks of the same; if not, it begins anew. */
void           sb_journal_begin_trail (SbJournal  *self,
                                       SbFlow     *flow,
                                       SbScope    *scope,
                                       gint64      now_us);
void           sb_journal_end_trail   (SbJournal  *self,
                                       const char *place);
/* (nullable) */
SbRounds      *sb_journal_find_rounds (SbJournal  *self,
                                       const char *place);
SbRounds      *sb_journal_add_rounds  (SbJournal  *self,
                                       const char *place,
                                       SbValue    *list);
void           sb_journal_forget_rounds (SbJournal *self,
                                       const char *place);

const SbEntry *sb_journal_find (SbJournal  *self,
                                const char *place);

G_END_DECLS
