/* sb-journal.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-journal-private.h"

static void
entry_free (SbEntry *entry)
{
  g_clear_pointer (&entry->output, sb_value_unref);
  g_free (entry);
}

SbJournal *
sb_journal_new (void)
{
  SbJournal *self = g_new0 (SbJournal, 1);

  self->entries =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)entry_free);
  return self;
}

void
sb_journal_free (SbJournal *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

static SbEntry *
ensure_entry (SbJournal *self, const char *place)
{
  SbEntry *entry = g_hash_table_lookup (self->entries, place);

  if (entry == NULL)
    {
      entry = g_new0 (SbEntry, 1);
      g_hash_table_insert (self->entries, g_strdup (place), entry);
    }
  return entry;
}

void
sb_journal_add_output (SbJournal *self, const char *place, SbValue *output)
{
  SbEntry *entry = ensure_entry (self, place);

  g_clear_pointer (&entry->output, sb_value_unref);
  entry->output = output != NULL ? sb_value_ref (output) : sb_value_new_null ();
}

void
sb_journal_add_timer (SbJournal *self, const char *place, gint64 until_us)
{
  SbEntry *entry = ensure_entry (self, place);

  entry->has_timer = TRUE;
  entry->until_us = until_us;
}

void
sb_journal_add_skipped (SbJournal *self, const char *place)
{
  ensure_entry (self, place)->skipped = TRUE;
}

const SbEntry *
sb_journal_find (SbJournal *self, const char *place)
{
  return g_hash_table_lookup (self->entries, place);
}
