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

static void
rounds_free (SbRounds *rounds)
{
  sb_value_unref (rounds->list);
  sb_value_unref (rounds->outputs);
  g_free (rounds);
}

SbJournal *
sb_journal_new (void)
{
  SbJournal *self = g_new0 (SbJournal, 1);

  self->entries =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)entry_free);
  self->trail.rounds =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)rounds_free);
  return self;
}

static void
forget_trail (SbJournal *self)
{
  g_hash_table_remove_all (self->trail.rounds);
  g_clear_pointer (&self->trail.flow, sb_flow_unref);
  g_clear_pointer (&self->trail.trigger, sb_value_unref);
  g_clear_pointer (&self->trail.run, sb_value_unref);
  g_clear_pointer (&self->trail.place, g_free);
}

void
sb_journal_free (SbJournal *self)
{
  if (self == NULL)
    return;
  forget_trail (self);
  g_hash_table_unref (self->trail.rounds);
  g_hash_table_unref (self->entries);
  g_free (self);
}

static SbEntry *
ensure_entry (SbJournal *self, const char *place)
{
  SbEntry *entry = g_hash_table_lookup (self->entries, place);

  if (g_strcmp0 (self->trail.place, place) != 0)
    forget_trail (self);
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
  self->n_looks++;
  return g_hash_table_lookup (self->entries, place);
}

guint64
sb_journal_get_n_looks (SbJournal *self)
{
  return self->n_looks;
}

/* --- the trail
 * --------------------------------------------------------------------------------------- */

static gboolean
is_same (SbValue *a, SbValue *b)
{
  return a == b || (a != NULL && b != NULL && sb_value_equal (a, b));
}

void
sb_journal_begin_trail (SbJournal *self, SbFlow *flow, SbScope *scope, gint64 now_us)
{
  SbTrail *trail = &self->trail;
  SbValue *trigger = sb_scope_get (scope, "trigger");
  SbValue *run = sb_scope_get (scope, "run");

  if (trail->flow != flow || trail->trigger != trigger || !is_same (trail->run, run) ||
      now_us < trail->now_us)
    {
      forget_trail (self);
      trail->flow = sb_flow_ref (flow);
      trail->trigger = trigger != NULL ? sb_value_ref (trigger) : NULL;
      trail->run = run != NULL ? sb_value_ref (run) : NULL;
    }
  trail->now_us = now_us;
}

void
sb_journal_end_trail (SbJournal *self, const char *place)
{
  g_free (self->trail.place);
  self->trail.place = g_strdup (place);
}

SbRounds *
sb_journal_find_rounds (SbJournal *self, const char *place)
{
  return g_hash_table_lookup (self->trail.rounds, place);
}

SbRounds *
sb_journal_add_rounds (SbJournal *self, const char *place, SbValue *list)
{
  SbRounds *rounds = g_new0 (SbRounds, 1);

  rounds->list = sb_value_ref (list);
  rounds->outputs = sb_value_new_array ();
  g_hash_table_replace (self->trail.rounds, g_strdup (place), rounds);
  return rounds;
}

void
sb_journal_forget_rounds (SbJournal *self, const char *place)
{
  g_hash_table_remove (self->trail.rounds, place);
}
