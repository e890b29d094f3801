/* sb-store-schema.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-fault.h"

/* "SgBx", so that file (1) and we ourselves know the database. */
#define APPLICATION_ID 0x53674278

/* A migration is never changed once it was released: the next number is added below.
 *
 * Ids of events and runs are never used twice (AUTOINCREMENT), because idempotency keys are made of
 * them. The open runs are found by partial indexes, so that what a claim costs does not grow with
 * what is finished. */
static const char migration_1[] =
  "CREATE TABLE flows ("
  "  key INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  id TEXT NOT NULL,"
  "  name TEXT NOT NULL,"
  "  state TEXT NOT NULL,"
  "  token TEXT NOT NULL UNIQUE,"
  "  live_version INTEGER NOT NULL DEFAULT 0,"
  "  draft TEXT NOT NULL,"
  "  draft_changed INTEGER NOT NULL DEFAULT 1,"
  "  changed_us INTEGER NOT NULL,"
  "  removed_us INTEGER NOT NULL DEFAULT 0);"
  "CREATE UNIQUE INDEX flows_by_id ON flows (id) WHERE removed_us = 0;"

  "CREATE TABLE versions ("
  "  flow INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  document TEXT NOT NULL,"
  "  note TEXT,"
  "  published_us INTEGER NOT NULL,"
  "  UNIQUE (flow, version));"
  "CREATE TRIGGER versions_immutable BEFORE UPDATE ON versions"
  "  BEGIN SELECT RAISE (ABORT, 'a published version is never changed'); END;"

  "CREATE TABLE connections ("
  "  id TEXT PRIMARY KEY,"
  "  connector TEXT NOT NULL,"
  "  name TEXT NOT NULL,"
  "  environment TEXT NOT NULL,"
  "  settings TEXT NOT NULL,"
  "  trouble TEXT,"
  "  created_us INTEGER NOT NULL,"
  "  secret_changed_us INTEGER NOT NULL DEFAULT 0);"

  "CREATE TABLE events ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  flow INTEGER NOT NULL,"
  "  event_id TEXT NOT NULL,"
  "  source TEXT NOT NULL,"
  "  topic TEXT,"
  "  label TEXT,"
  "  received_us INTEGER NOT NULL,"
  "  held INTEGER NOT NULL DEFAULT 0,"
  "  gone INTEGER NOT NULL DEFAULT 0,"
  "  headers TEXT,"
  "  body BLOB,"
  "  UNIQUE (flow, event_id));"
  "CREATE INDEX events_by_flow ON events (flow, id);"
  "CREATE INDEX events_held ON events (flow, id) WHERE held = 1;"
  "CREATE INDEX events_gone ON events (id) WHERE gone = 1;"

  "CREATE TABLE runs ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  event INTEGER NOT NULL,"
  "  flow INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  mode TEXT NOT NULL,"
  "  label TEXT,"
  "  state TEXT NOT NULL,"
  "  step TEXT,"
  "  problem TEXT,"
  "  unknown INTEGER NOT NULL DEFAULT 0,"
  "  due_us INTEGER NOT NULL DEFAULT 0,"
  "  connection TEXT,"
  "  worker TEXT,"
  "  started_us INTEGER NOT NULL,"
  "  changed_us INTEGER NOT NULL,"
  "  finished_us INTEGER NOT NULL DEFAULT 0,"
  "  actions INTEGER NOT NULL DEFAULT 0);"
  "CREATE INDEX runs_by_flow ON runs (flow, id);"
  "CREATE INDEX runs_by_event ON runs (event);"
  "CREATE INDEX runs_open ON runs (id) WHERE finished_us = 0;"
  "CREATE INDEX runs_ready ON runs (id) WHERE state = 'ready';"
  "CREATE INDEX runs_waiting ON runs (due_us, id) WHERE state = 'waiting';"
  "CREATE INDEX runs_blocked ON runs (connection, id) WHERE state = 'blocked';"
  "CREATE INDEX runs_inbox ON runs (id) WHERE state = 'inbox';"
  "CREATE INDEX runs_stopped ON runs (id) WHERE state = 'stopped';"
  "CREATE INDEX runs_dropped ON runs (id) WHERE state = 'dropped';"

  "CREATE TABLE attempts ("
  "  id INTEGER PRIMARY KEY,"
  "  run INTEGER NOT NULL,"
  "  place TEXT NOT NULL,"
  "  number INTEGER NOT NULL,"
  "  key TEXT,"
  "  state TEXT NOT NULL,"
  "  status INTEGER NOT NULL DEFAULT 0,"
  "  started_us INTEGER NOT NULL,"
  "  ended_us INTEGER NOT NULL DEFAULT 0,"
  "  message TEXT,"
  "  request TEXT,"
  "  response TEXT,"
  "  output TEXT,"
  "  UNIQUE (run, place, number));"

  "CREATE TABLE timers ("
  "  run INTEGER NOT NULL, place TEXT NOT NULL, until_us INTEGER NOT NULL,"
  "  PRIMARY KEY (run, place)) WITHOUT ROWID;"
  "CREATE TABLE skipped ("
  "  run INTEGER NOT NULL, place TEXT NOT NULL,"
  "  PRIMARY KEY (run, place)) WITHOUT ROWID;"

  "CREATE TABLE pilots ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  flow INTEGER NOT NULL,"
  "  fingerprint TEXT,"
  "  mode TEXT NOT NULL,"
  "  passed INTEGER NOT NULL,"
  "  result TEXT,"
  "  started_us INTEGER NOT NULL,"
  "  finished_us INTEGER NOT NULL);"
  "CREATE INDEX pilots_by_flow ON pilots (flow, mode, id);"

  "CREATE TABLE audit ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  time_us INTEGER NOT NULL,"
  "  what TEXT NOT NULL,"
  "  subject TEXT,"
  "  detail TEXT);"
  "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
  "INSERT INTO settings VALUES ('installation', '\"' || lower (hex (randomblob (16))) || '\"');"
  "CREATE TABLE refused ("
  "  flow INTEGER NOT NULL, reason TEXT NOT NULL, n INTEGER NOT NULL, last_us INTEGER NOT NULL,"
  "  PRIMARY KEY (flow, reason)) WITHOUT ROWID;";

/* Counts that the sidebar shows stand ready, so that no list of a million runs is counted. Triggers
 * keep them, in the same transaction as what they count. */
static const char migration_2[] =
  "CREATE TABLE counts ("
  "  flow INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,"
  "  PRIMARY KEY (flow, what)) WITHOUT ROWID;"
  "INSERT INTO counts SELECT flow, state, count (*) FROM runs GROUP BY flow, state;"
  "INSERT INTO counts SELECT flow, 'held', count (*) FROM events WHERE held = 1 GROUP BY flow;"
  "INSERT INTO counts SELECT flow, 'last-event', max (received_us) FROM events GROUP BY flow;"

  "CREATE TRIGGER runs_counted AFTER INSERT ON runs BEGIN"
  "  INSERT INTO counts VALUES (NEW.flow, NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;"
  "END;"
  "CREATE TRIGGER runs_recounted AFTER UPDATE OF state ON runs WHEN OLD.state <> NEW.state BEGIN"
  "  UPDATE counts SET n = n - 1 WHERE flow = OLD.flow AND what = OLD.state;"
  "  INSERT INTO counts VALUES (NEW.flow, NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;"
  "END;"
  "CREATE TRIGGER runs_uncounted AFTER DELETE ON runs BEGIN"
  "  UPDATE counts SET n = n - 1 WHERE flow = OLD.flow AND what = OLD.state;"
  "END;"
  "CREATE TRIGGER held_counted AFTER INSERT ON events WHEN NEW.held = 1 BEGIN"
  "  INSERT INTO counts VALUES (NEW.flow, 'held', 1) ON CONFLICT DO UPDATE SET n = n + 1;"
  "END;"
  "CREATE TRIGGER held_recounted AFTER UPDATE OF held ON events WHEN OLD.held <> NEW.held BEGIN"
  "  INSERT INTO counts VALUES (NEW.flow, 'held', 1)"
  "    ON CONFLICT DO UPDATE SET n = n + NEW.held - OLD.held;"
  "END;"

  "CREATE TABLE event_counts ("
  "  quarter INTEGER NOT NULL, flow INTEGER NOT NULL, n INTEGER NOT NULL,"
  "  PRIMARY KEY (quarter, flow)) WITHOUT ROWID;"
  "INSERT INTO event_counts SELECT received_us / 900000000, flow, count (*) FROM events"
  "  GROUP BY 1, 2;";

/* What runs can be found by. The index keeps no text, only where which word is: what is taken out
 * of it is said once more (sb_words ()). It is filled when there is time, oldest first, up to
 * "done"; what is newer is read through. */
static const char migration_3[] =
  "CREATE VIRTUAL TABLE search USING fts5 ("
  "  words, content = '', columnsize = 0, tokenize = 'ascii');"
  "CREATE TABLE search_state ("
  "  id INTEGER PRIMARY KEY CHECK (id = 1), done INTEGER NOT NULL, words INTEGER NOT NULL);"
  "INSERT INTO search_state VALUES (1, 0, 0);";

/* Outcomes by time, for the dashboard: sb-store-stats.c. */
static const char migration_4[] =
  "CREATE TABLE outcomes ("
  "  quarter INTEGER NOT NULL, flow INTEGER NOT NULL, mode TEXT NOT NULL, what TEXT NOT NULL,"
  "  took INTEGER NOT NULL, n INTEGER NOT NULL,"
  "  PRIMARY KEY (flow, mode, quarter, what, took)) WITHOUT ROWID;"
  "INSERT INTO outcomes SELECT finished_us / 900000000, flow, mode, state,"
  "  sb_duration_class (max (0, finished_us - started_us)), count (*) FROM runs"
  "  WHERE finished_us > 0 GROUP BY 1, 2, 3, 4, 5;"
  "INSERT INTO outcomes SELECT changed_us / 900000000, flow, mode, 'inbox', 0, count (*) FROM runs"
  "  WHERE state = 'inbox' GROUP BY 1, 2, 3;";

/* What a person put right is an event of its own that knows the one it was made from. */
static const char migration_5[] =
  "ALTER TABLE events ADD COLUMN original INTEGER NOT NULL DEFAULT 0;"
  "CREATE INDEX events_by_original ON events (original) WHERE original <> 0;";

static const char *const migrations[] = { migration_1, migration_2, migration_3, migration_4,
                                          migration_5 };

gint
sb_store_schema_get_version (void)
{
  return G_N_ELEMENTS (migrations);
}

static gboolean
migrate_one (SbDb *db, gint64 version, const char *end, GError **error)
{
  if (!sb_db_exec (db, migrations[version], error))
    return FALSE;
  SB_CRASH_POINT ("migration-written");
  return sb_db_exec (db, end, error);
}

static gboolean
migrate_from (SbDb *db, gint64 version, GError **error)
{
  for (; version < (gint64)G_N_ELEMENTS (migrations); version++)
    {
      g_autofree char *end =
        g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;"
                         "COMMIT",
                         APPLICATION_ID, (int)version + 1);

      SB_CRASH_POINT ("migration-before");
      if (!sb_db_exec (db, "BEGIN IMMEDIATE", error) || !migrate_one (db, version, end, error))
        {
          sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
          return FALSE;
        }
      SB_CRASH_POINT ("migration-committed");
      if (version > 0)
        g_info ("Moved the database %s to version %d", db->path, (int)version + 1);
    }
  return TRUE;
}

/**
 * sb_store_schema_prepare:
 *
 * Brings a database, which may be empty, to this program's version, one migration a transaction.
 * Errors: TOO_NEW, INVALID where the file is not one of ours.
 */
gboolean
sb_store_schema_prepare (SbDb *db, GError **error)
{
  gint64 application = 0;
  gint64 version = 0;
  gint64 tables = 0;

  if (sb_db_get_int (db, &application, error, "PRAGMA application_id", "") == SB_STEP_ERROR ||
      sb_db_get_int (db, &version, error, "PRAGMA user_version", "") == SB_STEP_ERROR ||
      sb_db_get_int (db, &tables, error, "SELECT count (*) FROM sqlite_schema", "") ==
        SB_STEP_ERROR)
    return FALSE;

  if (application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("%s is not a Signalbox database. Choose another data folder."), db->path);
      return FALSE;
    }
  if (version > (gint64)G_N_ELEMENTS (migrations))
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_TOO_NEW,
        _ ("The data folder was written by a newer version of Signalbox (its database %s is "
           "at version %d, this program knows up to %d). Update Signalbox; nothing was "
           "changed."),
        db->path, (int)version, (int)G_N_ELEMENTS (migrations));
      return FALSE;
    }
  /* auto_vacuum only counts before the first page is written, so it stands before journal_mode;
   * both come only now, so that nobody else's file is touched. */
  return sb_db_exec (db, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL", error) &&
         migrate_from (db, version, error) && sb_db_prepare_index (db, error);
}

gboolean
sb_store_schema_check (SbDb *db, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  const char *text;

  statement = sb_db_bind (db, error, "PRAGMA quick_check (1)", "");
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_ERROR)
    return FALSE;
  text = result == SB_STEP_ROW ? (const char *)sqlite3_column_text (statement, 0) : "ok";
  if (g_strcmp0 (text, "ok") == 0)
    return TRUE;
  g_set_error (
    error, SB_ERROR, SB_ERROR_INVALID,
    _ ("The database %s is damaged (%s). Put a copy back in its place, or move it away to "
       "start afresh."),
    db->path, text);
  return FALSE;
}
