/* sb-store-find.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <gio/gio.h>
#include <string.h>

#include "sb-store-words.h"

/* Who typed waits for this long at most where runs have to be read through, and gets what was found
 * by then. */
#define SCAN_US (70 * 1000)
/* So few runs in a state are read through quicker than a frequent word is looked up and sifted. */
#define FEW_RUNS 1000
/* Vendors' are long; what is shorter begins too many. */
#define MIN_EVENT_ID 6

typedef struct
{
  SbDb *db;
  const SbRunRange *range;
  SbQuestion *question;
  guint limit;
  GArray *ids;
} Search;

/* @owned (nullable: it failed already). What the clock cuts short is not an error. */
static gboolean
collect (Search *self, SbStatement *owned, GError **error)
{
  g_autoptr (SbStatement) statement = owned;
  g_autoptr (GError) own = NULL;
  SbStepResult result;

  if (statement == NULL)
    return FALSE;
  while ((result = sb_db_step (self->db, statement, &own)) == SB_STEP_ROW)
    {
      gint64 id = sb_statement_get_int (statement, 0);

      g_array_append_val (self->ids, id);
    }
  if (result == SB_STEP_DONE ||
      (self->db->deadline_us != 0 && g_error_matches (own, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
       !g_cancellable_is_cancelled (self->db->cancellable)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

/* Reads runs through, newest first, by @condition, which knows the text as ?4. */
static gboolean
scan (Search *self, const char *condition, gint64 above, gint64 below, GError **error)
{
  const SbRunRange *range = self->range;
  g_autofree char *sql = g_strdup_printf (
    "SELECT runs.id FROM runs %s CROSS JOIN events ON events.id = event"
    " WHERE runs.id < ?1 AND runs.id > ?2 AND %s AND %s"
    " AND runs.started_us >= ?5 AND runs.started_us < ?6 AND (%s)"
    " ORDER BY runs.id DESC LIMIT ?3",
    range->index, range->condition, range->flow != 0 ? "runs.flow = ?7" : "?7 = 0", condition);

  return collect (self,
                  sb_db_bind (self->db, error, sql, "iiitiii", below, above, (gint64)self->limit,
                              self->question->text, range->since_us, range->until_us, range->flow),
                  error);
}

#define ANSWERS    "sb_answers (?4, 0, runs.flow, runs.label, body)"
#define WITHIN     "sb_answers (?4, 1, runs.flow, runs.label, body)"
#define IN_PROBLEM "sb_contains (?4, problem, event_id)"
/* For what is no word: "%". */
#define IN_NAME "sb_contains (?4, runs.label, event_id, problem)"

/* An index that contradicts itself is made anew by the writer; until then the runs are read
 * through. */
static gboolean
is_damaged (Search *self)
{
  return sqlite3_extended_errcode (self->db->handle) == SQLITE_CORRUPT_VTAB;
}

static gboolean
look_up (Search *self, const char *match, gint64 done, GError **error)
{
  const SbRunRange *range = self->range;
  g_autofree char *sql =
    g_strdup_printf ("SELECT search.rowid FROM search CROSS JOIN runs ON runs.id = search.rowid"
                     " CROSS JOIN events ON events.id = event"
                     " WHERE search MATCH ?7 AND search.rowid < ?1 AND search.rowid > ?2 AND %s"
                     " AND runs.started_us >= ?5 AND runs.started_us < ?6%s"
                     " ORDER BY search.rowid DESC LIMIT ?3",
                     range->condition, self->question->partial ? " AND " ANSWERS : "");

  guint before = self->ids->len;
  g_autoptr (GError) own = NULL;

  if (collect (self,
               sb_db_bind (self->db, &own, sql, "iiitiit", MIN (range->below, done + 1),
                           range->above, (gint64)self->limit, self->question->text, range->since_us,
                           range->until_us, match),
               &own))
    return TRUE;
  if (is_damaged (self))
    {
      g_array_set_size (self->ids, before);
      return scan (self, ANSWERS, range->above, MIN (range->below, done + 1), error);
    }
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

/* Problems come and go, so they are not in the index; those that wait for a person are few. */
static gboolean
look_into_inbox (Search *self, gint64 done, GError **error)
{
  const SbRunRange *range = self->range;

  if (range->query->state != NULL && !g_str_equal (range->query->state, "inbox"))
    return TRUE;
  return collect (
    self,
    sb_db_bind (self->db, error,
                "SELECT id FROM runs INDEXED BY runs_inbox"
                " WHERE state = 'inbox' AND id < ?1 AND id > ?2 AND (?7 = 0 OR flow = ?7)"
                " AND started_us >= ?5 AND started_us < ?6 AND sb_contains (?4, problem)"
                " ORDER BY id DESC LIMIT ?3",
                "iiitiii", MIN (range->below, done + 1), range->above, (gint64)self->limit,
                self->question->text, range->since_us, range->until_us, range->flow),
    error);
}

/* The vendor's name of an event stands in an index of its own; each would be five words that
 * nothing else has. */
static gboolean
look_up_event (Search *self, gint64 done, GError **error)
{
  const SbRunRange *range = self->range;
  g_autofree char *end = g_strconcat (self->question->text, "\xf4\x8f\xbf\xbf", NULL);
  g_autofree char *sql = g_strdup_printf (
    "SELECT runs.id FROM flows CROSS JOIN events"
    " ON events.flow = flows.key AND event_id >= ?4 AND event_id < ?7"
    " CROSS JOIN runs ON runs.event = events.id"
    " WHERE runs.id < ?1 AND runs.id > ?2 AND %s AND runs.started_us >= ?5 AND runs.started_us < ?6"
    " AND (?8 = 0 OR runs.flow = ?8) LIMIT ?3",
    range->condition);

  if (strlen (self->question->text) < MIN_EVENT_ID)
    return TRUE;
  return collect (self,
                  sb_db_bind (self->db, error, sql, "iiitiiti", MIN (range->below, done + 1),
                              range->above, (gint64)self->limit, self->question->text,
                              range->since_us, range->until_us, end, range->flow),
                  error);
}

static gint
compare_newest_first (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a;
  gint64 other = *(const gint64 *)b;

  return one > other ? -1 : one < other;
}

static void
tidy (Search *self)
{
  guint n = 0;

  g_array_sort (self->ids, compare_newest_first);
  for (guint i = 0; i < self->ids->len; i++)
    if (n == 0 || g_array_index (self->ids, gint64, n - 1) != g_array_index (self->ids, gint64, i))
      g_array_index (self->ids, gint64, n++) = g_array_index (self->ids, gint64, i);
  g_array_set_size (self->ids, MIN (n, self->limit));
}

static gboolean
are_few (Search *self, gboolean *few, GError **error)
{
  const char *state = self->range->query->state;
  gint64 n = 0;

  *few = FALSE;
  if (state == NULL)
    return TRUE;
  if (sb_db_get_int (self->db, &n, error,
                     "SELECT coalesce (sum (n), 0) FROM counts WHERE what = ?1 OR (?1 = 'open'"
                     " AND what IN ('ready', 'running', 'waiting', 'blocked', 'inbox'))",
                     "t", state) == SB_STEP_ERROR)
    return FALSE;
  *few = n <= FEW_RUNS && !g_str_equal (state, "done");
  return TRUE;
}

static void
set_deadline (Search *self)
{
  self->db->deadline_us = g_get_monotonic_time () + SCAN_US;
}

/* Nothing begins with it: it may stand within a word of one of the newest. */
static gboolean
look_within (Search *self, const char *match, GError **error)
{
  gint64 any = 0;

  if (self->ids->len > 0)
    return TRUE;
  if (match != NULL &&
      sb_db_get_int (self->db, &any, error, "SELECT rowid FROM search WHERE search MATCH ? LIMIT 1",
                     "t", match) == SB_STEP_ERROR)
    return FALSE;
  if (any != 0)
    return TRUE;
  set_deadline (self);
  return scan (self, WITHIN " OR " IN_PROBLEM, self->range->above, self->range->below, error);
}

gboolean
sb_db_find_runs (SbDb *db, const SbRunRange *range, guint limit, GArray *ids, GError **error)
{
  g_autoptr (SbQuestion) question = sb_question_new (range->query->text);
  g_autofree char *match = sb_question_to_match (question, range->flow);
  Search self = { db, range, question, limit, ids };
  gint64 done = 0;
  gboolean few;

  if (!are_few (&self, &few, error) ||
      sb_db_get_int (db, &done, error, "SELECT done FROM search_state", "") == SB_STEP_ERROR)
    return FALSE;
  set_deadline (&self);
  if (question->words->len == 0)
    return scan (&self, IN_NAME, range->above, range->below, error);
  if (few)
    return scan (&self, ANSWERS " OR " IN_PROBLEM, range->above, range->below, error);
  if (range->below > done &&
      !scan (&self, ANSWERS " OR " IN_PROBLEM, MAX (range->above, done), range->below, error))
    return FALSE;
  set_deadline (&self);
  if (self.ids->len < limit &&
      !(match != NULL ? look_up (&self, match, done, error)
                      : scan (&self, ANSWERS, range->above, MIN (range->below, done + 1), error)))
    return FALSE;
  set_deadline (&self);
  if (!look_into_inbox (&self, done, error) || !look_up_event (&self, done, error))
    return FALSE;
  tidy (&self);
  return look_within (&self, match, error);
}
