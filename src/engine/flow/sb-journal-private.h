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

struct _SbJournal
{
  GHashTable *entries; /* place → SbEntry */
};

const SbEntry *sb_journal_find (SbJournal  *self,
                                const char *place);

G_END_DECLS
