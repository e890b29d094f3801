/* store-story.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fault-disk.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* The life of a store, told in a fixed order: it is migrated, events come in, runs go on, are resolved,
 * published, kept, removed. Whatever the store calls done is written down as a fact that must hold from
 * then on; whatever it refuses must be refused in a sentence that helps. */
typedef struct
{
  char      *folder;
  SbStore   *store;    /* (nullable) */
  FaultDisk *disk;     /* (nullable) borrowed: its moments are those of the facts */
  GArray    *facts;    /* of Fact */
  guint      refusals; /* calls that failed */
  gint64     runs[8];  /* of the first events; 0: refused */
  gboolean   big;      /* with enough of a log for the thread that moves it */
} Story;

/* A copy of a data folder as version 1 left it. */
Story   *story_new          (void);
void     story_free         (Story       *self);

/* Opens the folder; FALSE (and a refusal) where that fails. */
gboolean story_open         (Story       *self);
void     story_close        (Story       *self);
/* All of it, from the open folder on. A call that is refused is left out. */
void     story_tell         (Story       *self);
/* One more event, which must be taken in. */
void     story_go_on        (Story       *self,
                             const char  *event_id);

/* Of the database in @folder, which no store has open: it is whole, it agrees with itself, and every fact
 * from before @moment holds. @words say what was done to it. */
void     story_verify       (Story       *self,
                             const char  *folder,
                             guint        moment,
                             const char  *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Story, story_free)

G_END_DECLS
