-- What version 1 of the database looked like, with something in it. Never changed: it stands for the
-- data folders that are out there.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA application_id = 0x53674278;
CREATE TABLE flows (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  live_version INTEGER NOT NULL DEFAULT 0,
  draft TEXT NOT NULL,
  draft_changed INTEGER NOT NULL DEFAULT 1,
  changed_us INTEGER NOT NULL,
  removed_us INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX flows_by_id ON flows (id) WHERE removed_us = 0;
CREATE TABLE versions (
  flow INTEGER NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  note TEXT,
  published_us INTEGER NOT NULL,
  UNIQUE (flow, version));
CREATE TRIGGER versions_immutable BEFORE UPDATE ON versions
  BEGIN SELECT RAISE (ABORT, 'a published version is never changed'); END;
CREATE TABLE connections (
  id TEXT PRIMARY KEY,
  connector TEXT NOT NULL,
  name TEXT NOT NULL,
  environment TEXT NOT NULL,
  settings TEXT NOT NULL,
  trouble TEXT,
  created_us INTEGER NOT NULL,
  secret_changed_us INTEGER NOT NULL DEFAULT 0);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  flow INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  source TEXT NOT NULL,
  topic TEXT,
  label TEXT,
  received_us INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  headers TEXT,
  body BLOB,
  UNIQUE (flow, event_id));
CREATE INDEX events_by_flow ON events (flow, id);
CREATE INDEX events_held ON events (flow, id) WHERE held = 1;
CREATE INDEX events_gone ON events (id) WHERE gone = 1;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event INTEGER NOT NULL,
  flow INTEGER NOT NULL,
  version INTEGER NOT NULL,
  mode TEXT NOT NULL,
  label TEXT,
  state TEXT NOT NULL,
  step TEXT,
  problem TEXT,
  unknown INTEGER NOT NULL DEFAULT 0,
  due_us INTEGER NOT NULL DEFAULT 0,
  connection TEXT,
  worker TEXT,
  started_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL,
  finished_us INTEGER NOT NULL DEFAULT 0,
  actions INTEGER NOT NULL DEFAULT 0);
CREATE INDEX runs_by_flow ON runs (flow, id);
CREATE INDEX runs_by_event ON runs (event);
CREATE INDEX runs_open ON runs (id) WHERE finished_us = 0;
CREATE INDEX runs_ready ON runs (id) WHERE state = 'ready';
CREATE INDEX runs_waiting ON runs (due_us, id) WHERE state = 'waiting';
CREATE INDEX runs_blocked ON runs (connection, id) WHERE state = 'blocked';
CREATE INDEX runs_inbox ON runs (id) WHERE state = 'inbox';
CREATE INDEX runs_stopped ON runs (id) WHERE state = 'stopped';
CREATE INDEX runs_dropped ON runs (id) WHERE state = 'dropped';
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  place TEXT NOT NULL,
  number INTEGER NOT NULL,
  key TEXT,
  state TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0,
  started_us INTEGER NOT NULL,
  ended_us INTEGER NOT NULL DEFAULT 0,
  message TEXT,
  request TEXT,
  response TEXT,
  output TEXT,
  UNIQUE (run, place, number));
CREATE TABLE timers (
  run INTEGER NOT NULL, place TEXT NOT NULL, until_us INTEGER NOT NULL,
  PRIMARY KEY (run, place)) WITHOUT ROWID;
CREATE TABLE skipped (
  run INTEGER NOT NULL, place TEXT NOT NULL,
  PRIMARY KEY (run, place)) WITHOUT ROWID;
CREATE TABLE pilots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  flow INTEGER NOT NULL,
  fingerprint TEXT,
  mode TEXT NOT NULL,
  passed INTEGER NOT NULL,
  result TEXT,
  started_us INTEGER NOT NULL,
  finished_us INTEGER NOT NULL);
CREATE INDEX pilots_by_flow ON pilots (flow, mode, id);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_us INTEGER NOT NULL,
  what TEXT NOT NULL,
  subject TEXT,
  detail TEXT);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO settings VALUES ('installation', '"' || lower (hex (randomblob (16))) || '"');
CREATE TABLE refused (
  flow INTEGER NOT NULL, reason TEXT NOT NULL, n INTEGER NOT NULL, last_us INTEGER NOT NULL,
  PRIMARY KEY (flow, reason)) WITHOUT ROWID;
INSERT INTO flows (id, name, state, token, live_version, draft, draft_changed, changed_us)
  VALUES ('orders', 'Orders', 'paused', 'old-token', 1, '{"n": 1}', 0, 1700000000000000);
INSERT INTO versions VALUES (1, 1, '{"n": 1}', 'first', 1700000000000000);
INSERT INTO events (flow, event_id, source, received_us, held, body)
  VALUES (1, 'a', 'webhook', 1700000000000000, 0, '{}'), (1, 'b', 'webhook', 1700000001000000, 0, '{}'),
         (1, 'c', 'webhook', 1700000002000000, 1, '{}');
INSERT INTO runs (event, flow, version, mode, label, state, started_us, changed_us, finished_us)
  VALUES (1, 1, 1, 'live', 'A', 'done', 1700000000000000, 1700000000000000, 1700000000000000),
         (2, 1, 1, 'live', 'B', 'inbox', 1700000001000000, 1700000001000000, 0);
PRAGMA user_version = 1;
