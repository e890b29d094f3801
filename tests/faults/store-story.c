/* store-story.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "store-story.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "store-fixture.h"

#define BURST   16
#define YEAR_US (366 * 24 * 3600 * (gint64)G_USEC_PER_SEC)
/* A story that takes longer hangs. */
#define PATIENCE_S 60

typedef struct
{
  guint moment;
  char *sql; /* its first column is 1 while the fact holds */
} Fact;

static void
clear_fact (gpointer data)
{
  g_free (((Fact *)data)->sql);
}

/* --- a folder -----------------------------------------------------------------------------------
 */

static void
make_database (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "signalbox.db", NULL);
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "store", "schema-1.sql", NULL);
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  g_file_get_contents (script, &sql, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
    sqlite3_exec (db, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF", NULL, NULL, NULL),
    ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

Story *
story_new (void)
{
  Story *self = g_new0 (Story, 1);
  /* In memory where that can be: what is asked of the disk counts here, not how long it takes. */
  const char *parent = access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();

  self->folder = g_build_filename (parent, "signalbox-fault-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (self->folder));
  self->facts = g_array_new (FALSE, TRUE, sizeof (Fact));
  g_array_set_clear_func (self->facts, clear_fact);
  make_database (self->folder);
  return self;
}

void
story_free (Story *self)
{
  story_close (self);
  remove_folder (self->folder);
  g_array_unref (self->facts);
  g_free (self->folder);
  g_free (self);
}

/* --- what was said ------------------------------------------------------------------------------
 */

G_GNUC_PRINTF (2, 3)
static void
add_fact (Story *self, const char *format, ...)
{
  Fact fact = { 0 };
  va_list arguments;

  va_start (arguments, format);
  fact.sql = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fact.moment = self->disk != NULL ? fault_disk_get_length (self->disk) : 0;
  g_array_append_val (self->facts, fact);
}

/* What went wrong, where, and what to do: two sentences at least, with the folder in them. */
static void
check_sentence (Story *self, const GError *error)
{
  const char *end = strstr (error->message, ". ");

  g_assert_true (error->domain == SB_ERROR);
  /* Follows from an earlier refusal. */
  if (error->code == SB_ERROR_NOT_FOUND && self->refusals > 0)
    return;
  if (strstr (error->message, self->folder) == NULL ||
      (end == NULL && strchr (error->message, ':') == NULL))
    g_error ("This helps nobody: “%s”", error->message);
}

/* Returns: whether the call went well; else its error is looked at and cleared. */
static gboolean
went_well (Story *self, gboolean done, GError **error)
{
  if (done)
    {
      g_assert_no_error (*error);
      return TRUE;
    }
  g_assert_nonnull (*error);
  check_sentence (self, *error);
  self->refusals++;
  g_clear_error (error);
  return FALSE;
}

gboolean
story_open (Story *self)
{
  GError *error = NULL;

  alarm (PATIENCE_S);
  self->store = sb_store_open (self->folder, &error);
  return went_well (self, self->store != NULL, &error);
}

void
story_close (Story *self)
{
  if (self->store == NULL)
    return;
  sb_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (self->store);
  self->store = NULL;
  alarm (0);
}

/* --- events -------------------------------------------------------------------------------------
 */

static void
note_event (Story *self, const char *event_id, const SbAccepted *accepted)
{
  g_assert_cmpint (accepted->event, >, 0);
  add_fact (self, "SELECT count (*) = 1 FROM events WHERE event_id = '%s'", event_id);
  if (accepted->run != 0)
    add_fact (self,
              "SELECT count (*) = 1 FROM runs JOIN events ON events.id = event"
              " WHERE runs.id = %" G_GINT64_FORMAT " AND event_id = '%s'",
              accepted->run, event_id);
}

static gint64
tell_event (Story *self, const char *event_id, const char *body)
{
  g_autoptr (SbEvent) event = make_event ("story", event_id, body);
  SbAccepted accepted = { 0 };
  GError *error = NULL;

  if (!went_well (self, accept_event (self->store, event, &accepted, &error), &error))
    return 0;
  note_event (self, event_id, &accepted);
  return accepted.run;
}

/* They share commits: all who share one are told the same. */
static void
tell_burst (Story *self)
{
  GAsyncResult *results[BURST] = { NULL };

  for (guint i = 0; i < BURST; i++)
    {
      g_autofree char *id = g_strdup_printf ("burst-%u", i);
      g_autoptr (SbEvent) event = make_event ("story", id, "{\"total\": 2}");

      sb_store_accept_event_async (self->store, event, NULL, got_cb, &results[i]);
    }
  for (guint i = 0; i < BURST; i++)
    {
      g_autofree char *id = g_strdup_printf ("burst-%u", i);
      g_autoptr (GAsyncResult) result = await (&results[i]);
      SbAccepted accepted = { 0 };
      GError *error = NULL;

      if (went_well (self, sb_store_accept_event_finish (self->store, result, &accepted, &error),
                     &error))
        note_event (self, id, &accepted);
    }
}

static void
tell_repeat (Story *self)
{
  g_autoptr (SbEvent) event = make_event ("story", "event-0", "{}");
  SbAccepted accepted = { 0 };
  GError *error = NULL;

  if (self->runs[0] != 0 &&
      went_well (self, accept_event (self->store, event, &accepted, &error), &error))
    g_assert_true (accepted.repeated && accepted.run == 0);
}

static void
tell_events (Story *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->runs); i++)
    {
      g_autofree char *id = g_strdup_printf ("event-%u", i);

      self->runs[i] = tell_event (self, id, "{\"total\": 1.00}");
    }
  tell_repeat (self);
  tell_burst (self);
}

/* --- runs ---------------------------------------------------------------------------------------
 */

static SbAttempt *
make_attempt (const char *place, const char *state)
{
  SbAttempt *attempt = sb_attempt_new ();

  attempt->place = g_strdup (place);
  attempt->number = 1;
  attempt->key = g_strdup ("key");
  attempt->request = g_strdup ("{\"method\":\"POST\"}");
  attempt->state = g_strdup (state);
  attempt->started_us = sb_clock_now_us ();
  attempt->status = strcmp (state, "sent") == 0 ? 0 : 200;
  return attempt;
}

/* What is refused is tried once more, as the engine does, and then the run stands still. @finished,
 * @begun (nullable): places */
static void
tell_change (Story *self, guint index, const char *state, const char *finished, const char *begun)
{
  g_autoptr (SbRunChange) change = sb_run_change_new ();
  gint64 run = self->runs[index];
  GError *error = NULL;

  if (run == 0)
    return;
  change->run = run;
  change->state = state;
  change->step = g_strdup (begun);
  change->finished = finished != NULL ? make_attempt (finished, "done") : NULL;
  change->begun = begun != NULL ? make_attempt (begun, "sent") : NULL;
  if (strcmp (state, "waiting") == 0)
    {
      change->timer = sb_timer_new ();
      change->timer->place = g_strdup ("pause");
      change->timer->until_us = change->due_us = sb_clock_now_us () + YEAR_US;
    }
  if (!went_well (self, apply (self->store, change, &error), &error) &&
      !went_well (self, apply (self->store, change, &error), &error))
    {
      self->runs[index] = 0;
      return;
    }

  if (finished != NULL)
    add_fact (self,
              "SELECT count (*) = 1 FROM attempts WHERE run = %" G_GINT64_FORMAT
              " AND place = '%s' AND state = 'done' AND status = 200",
              run, finished);
  if (begun != NULL)
    add_fact (self,
              "SELECT count (*) = 1 FROM attempts WHERE run = %" G_GINT64_FORMAT
              " AND place = '%s' AND state IN ('sent', 'done')",
              run, begun);
  if (change->timer != NULL)
    add_fact (self, "SELECT count (*) = 1 FROM timers WHERE run = %" G_GINT64_FORMAT, run);
  if (strcmp (state, "done") == 0)
    add_fact (self,
              "SELECT state = 'done' AND finished_us <> 0 FROM runs WHERE id = %" G_GINT64_FORMAT,
              run);
}

static void
tell_runs (Story *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) claims = NULL;
  GError *error = NULL;
  gint64 next_us = 0;

  sb_store_claim_runs_async (self->store, "story", 12, sb_clock_now_us (), NULL, got_cb, &result);
  claims = sb_store_claim_runs_finish (self->store, await (&result), &next_us, &error);
  went_well (self, claims != NULL, &error);

  for (guint i = 0; i < 4; i++)
    tell_change (self, i, "running", NULL, "first");
  for (guint i = 0; i < 4; i++)
    tell_change (self, i, "running", "first", "second");
  tell_change (self, 0, "done", "second", NULL);
  tell_change (self, 1, "waiting", "second", NULL);
  tell_change (self, 4, "inbox", NULL, NULL);
  tell_change (self, 4, "ready", "by-hand", NULL);
  tell_change (self, 5, "dropped", NULL, NULL);
}

/* --- what an owner does -------------------------------------------------------------------------
 */

static void
tell_state (Story *self, const char *state)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  sb_store_set_flow_state_async (self->store, "orders", state, NULL, got_cb, &result);
  if (went_well (self, sb_store_set_flow_state_finish (self->store, await (&result), &error),
                 &error))
    add_fact (self, "SELECT count (*) = 0 FROM events JOIN flows ON key = flow"
                    " WHERE held = 1 AND flows.id = 'orders' AND event_id <> 'later'");
}

static void
tell_version (Story *self)
{
  g_autoptr (SbValue) document = json ("{\"format\": 1, \"steps\": []}");
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) published = NULL;
  g_autofree char *id = NULL;
  GError *error = NULL;
  gint version;

  sb_store_save_draft_async (self->store, "story", "Story", document, NULL, got_cb, &saved);
  id = sb_store_save_draft_finish (self->store, await (&saved), &error);
  if (!went_well (self, id != NULL, &error))
    return;
  add_fact (self, "SELECT count (*) = 1 FROM flows WHERE id = 'story'");

  sb_store_publish_async (self->store, "story", "note", NULL, got_cb, &published);
  version = sb_store_publish_finish (self->store, await (&published), &error);
  if (went_well (self, version > 0, &error))
    add_fact (self,
              "SELECT count (*) = 1 FROM versions JOIN flows ON key = flow"
              " WHERE id = 'story' AND version = %d AND live_version >= version",
              version);
}

static void
tell_kept (Story *self)
{
  g_autoptr (SbValue) value = sb_value_new_string ("kept");
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (SbConnection) connection =
    sb_connection_new (NULL, "slack", "Packing", "production", settings);
  g_autoptr (SbPilotRow) pilot = sb_pilot_row_new ();
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) added = NULL;
  g_autoptr (GAsyncResult) piloted = NULL;
  g_autofree char *id = NULL;
  GError *error = NULL;

  sb_store_set_setting_async (self->store, "note", value, NULL, got_cb, &set);
  if (went_well (self, sb_store_set_setting_finish (self->store, await (&set), &error), &error))
    add_fact (self, "SELECT count (*) = 1 FROM settings WHERE key = 'note'");

  sb_store_save_connection_async (self->store, connection, NULL, got_cb, &added);
  id = sb_store_save_connection_finish (self->store, await (&added), &error);
  if (went_well (self, id != NULL, &error))
    add_fact (self, "SELECT count (*) = 1 FROM connections WHERE id = '%s'", id);

  pilot->flow_id = g_strdup ("orders");
  pilot->mode = g_strdup ("practice");
  pilot->passed = TRUE;
  pilot->result = json ("{\"grid\": []}");
  sb_store_save_pilot_async (self->store, pilot, NULL, got_cb, &piloted);
  if (went_well (self, sb_store_save_pilot_finish (self->store, await (&piloted), &error) > 0,
                 &error))
    add_fact (self, "SELECT count (*) > 0 FROM pilots WHERE mode = 'practice'");

  sb_store_audit (self->store, "story-told", "story", NULL);
}

static void
tell_reads (Story *self)
{
  SbRunQuery runs = { .text = (char *)"total", .limit = 50 };
  SbEventQuery events = { .limit = 50 };
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) received = NULL;
  g_autoptr (GAsyncResult) counted = NULL;
  g_autoptr (GPtrArray) run_rows = NULL;
  g_autoptr (GPtrArray) event_rows = NULL;
  g_autoptr (SbValue) counts = NULL;
  g_autoptr (SbClaim) run = NULL;
  GError *error = NULL;

  sb_store_list_runs_async (self->store, &runs, NULL, got_cb, &listed);
  run_rows = sb_store_list_runs_finish (self->store, await (&listed), &error);
  went_well (self, run_rows != NULL, &error);

  sb_store_list_events_async (self->store, &events, NULL, got_cb, &received);
  event_rows = sb_store_list_events_finish (self->store, await (&received), &error);
  went_well (self, event_rows != NULL, &error);

  sb_store_summary_async (self->store, NULL, got_cb, &counted);
  counts = sb_store_summary_finish (self->store, await (&counted), &error);
  went_well (self, counts != NULL, &error);

  if (self->runs[0] == 0)
    return;
  run = load_run (self->store, self->runs[0], &error);
  if (went_well (self, run != NULL, &error))
    g_assert_cmpint (run->run->id, ==, self->runs[0]);
}

/* The run that version 1 left behind is years old. */
static void
tell_retention (Story *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;
  gint64 removed;

  sb_store_retain_async (self->store, YEAR_US, 0, NULL, got_cb, &result);
  removed = sb_store_retain_finish (self->store, await (&result), &error);
  if (went_well (self, removed >= 0, &error))
    add_fact (
      self,
      "SELECT count (*) = 0 FROM runs WHERE finished_us <> 0 AND finished_us < %" G_GINT64_FORMAT,
      sb_clock_now_us () - YEAR_US);
}

static void
tell_much (Story *self)
{
  g_autofree char *body = g_strnfill (1000000, 'x');

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("much-%u", i);

      tell_event (self, id, body);
    }
}

void
story_go_on (Story *self, const char *event_id)
{
  guint before = self->refusals;

  tell_version (self);
  tell_event (self, event_id, "{}");
  g_assert_cmpuint (self->refusals, ==, before);
}

void
story_tell (Story *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  sb_store_recover_async (self->store, NULL, got_cb, &result);
  went_well (self, sb_store_recover_finish (self->store, await (&result), &error) >= 0, &error);
  tell_version (self);
  tell_state (self, "live");
  tell_events (self);
  tell_runs (self);
  sb_store_count_refused (self->store, "story", "forged");
  tell_kept (self);
  tell_version (self);
  if (self->big)
    tell_much (self);
  tell_reads (self);
  tell_retention (self);
}

/* --- what is left of it -------------------------------------------------------------------------
 */

/* Each is 0 in a database that agrees with itself. */
static const char *const invariants[] = {
  "SELECT count (*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
  "SELECT count (*) FROM runs WHERE event NOT IN (SELECT id FROM events)",
  /* Once a flow is published an event opens its run in the same commit. */
  "SELECT count (*) FROM events JOIN flows ON key = flow WHERE flows.id = 'story'"
  " AND received_us > (SELECT min (published_us) FROM versions WHERE flow = key)"
  " AND NOT EXISTS (SELECT 1 FROM runs WHERE event = events.id)",
  "SELECT count (*) FROM attempts WHERE run NOT IN (SELECT id FROM runs)",
  "SELECT count (*) FROM timers WHERE run NOT IN (SELECT id FROM runs)",
  /* An outcome is committed together with what follows from it. */
  "SELECT count (*) FROM attempts AS a WHERE place = 'first' AND state = 'done'"
  " AND NOT EXISTS (SELECT 1 FROM attempts WHERE run = a.run AND place = 'second')",
  "SELECT count (*) FROM attempts AS a WHERE place = 'second' AND state = 'done'"
  " AND NOT EXISTS (SELECT 1 FROM runs WHERE id = a.run AND state IN ('done', 'waiting'))",
  "SELECT count (*) FROM attempts WHERE place = 'second'"
  " AND run NOT IN (SELECT run FROM attempts WHERE place = 'first' AND state = 'done')",
  "SELECT count (*) FROM runs WHERE (state IN ('done', 'stopped', 'dropped')) <> (finished_us <> "
  "0)",
  "SELECT count (*) FROM (SELECT flow, state, count (*) AS n FROM runs GROUP BY flow, state) AS r"
  " LEFT JOIN counts AS c ON c.flow = r.flow AND c.what = r.state WHERE c.n IS NOT r.n",
  "SELECT count (*) FROM counts AS c WHERE n <> 0 AND what NOT IN ('held', 'last-event')"
  " AND NOT EXISTS (SELECT 1 FROM runs WHERE flow = c.flow AND state = c.what)",
  "SELECT count (*) FROM flows WHERE id = 'story' AND (SELECT count (*) FROM events WHERE flow = "
  "key)"
  " IS NOT (SELECT coalesce (sum (n), 0) FROM event_counts WHERE flow = key)",
  "SELECT count (*) FROM flows AS f WHERE live_version <> 0 AND NOT EXISTS"
  " (SELECT 1 FROM versions WHERE flow = f.key AND version = f.live_version)",
};

static gint64
ask (sqlite3 *db, const char *sql, const char *words)
{
  sqlite3_stmt *statement = NULL;
  gint64 number = -1;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK ||
      sqlite3_step (statement) != SQLITE_ROW)
    g_error ("%s: %s: %s", words, sql, sqlite3_errmsg (db));
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return number;
}

void
story_verify (Story *self, const char *folder, guint moment, const char *words)
{
  g_autofree char *path = g_build_filename (folder, "signalbox.db", NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  for (guint i = 0; i < G_N_ELEMENTS (invariants); i++)
    if (ask (db, invariants[i], words) != 0)
      g_error ("%s: not as it must be: %s", words, invariants[i]);
  for (guint i = 0; i < self->facts->len; i++)
    {
      Fact *fact = &g_array_index (self->facts, Fact, i);

      if (fact->moment <= moment && ask (db, fact->sql, words) != 1)
        g_error ("%s: was called done and is not: %s", words, fact->sql);
    }
  sqlite3_close (db);
}
