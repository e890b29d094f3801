/* sb-pilot.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-engine.h"

G_BEGIN_DECLS

/**
 * SbPilot:
 *
 * Ten records through one flow version, judged. Practice and sandbox pilots run in a private engine (a
 * throw-away data folder, its own endpoint and, for practice, its own practice ground), so that a
 * record takes the very path a real bell takes: signed, posted, stored, run, retried. Preview builds
 * every request with the connectors' sample answers and sends none.
 *
 * The result is one JSON object, kept in the store and written as the report:
 * {"flow", "version", "mode", "started", "finished", "passed",
 *  "columns": [{"place", "title", "system"}…],
 *  "records": [{"number", "title", "note", "expected", "verdict", "cells": [{"place", "verdict",
 *     "detail", "tries", "ms", "expected", "request", "response"}…]}…],
 *  "criteria": [{"text", "met", "detail"}…], "problems": ["…"]}
 * verdict is "done", "held", "expected-failure", "unexpected", "skipped".
 */
#define SB_TYPE_PILOT (sb_pilot_get_type ())
G_DECLARE_FINAL_TYPE (SbPilot, sb_pilot, SB, PILOT, GObject)

/* @records: array of {"title", "note", "body", "headers", "event_id", "repeat_of", "signature": "bad",
 * "faults": […], "expect": {…}} or of plain bodies. @home (nullable): engine whose connections and
 * secrets a sandbox pilot uses. */
SbPilot   *sb_pilot_new          (SbEngine             *home,
                                  SbConnectors         *connectors,
                                  SbFlow               *flow,
                                  SbValue              *records,
                                  const char           *mode);
void       sb_pilot_run_async    (SbPilot              *self,
                                  GCancellable         *cancellable,
                                  GAsyncReadyCallback   callback,
                                  gpointer              data);
SbValue   *sb_pilot_run_finish   (SbPilot              *self,
                                  GAsyncResult         *result,
                                  GError              **error);
/* ::cell (guint record, guint column, SbValue *cell) while it runs, on the caller's context;
 * ::record (guint record, SbValue *record) when one is judged. */

/* The ready-made ten of a template or connector; NULL where there are none. */
/* Other records of which those that came out other than expected in @result expect just that from now
 * on. @n_changed (out): how many. Returns: (transfer full) */
SbValue   *sb_pilot_expect_seen  (SbValue              *records,
                                  SbValue              *result,
                                  guint                *n_changed);
SbValue   *sb_pilot_find_records (SbConnectors         *connectors,
                                  SbFlow               *flow);

/* The columns of a pilot of @flow, before it is run. */
SbValue   *sb_pilot_describe_columns (SbFlow           *flow,
                                  SbConnectors         *connectors);

/* What a pilot vouches for: hash of the document, its connections, their connectors' API versions. */
char      *sb_pilot_fingerprint  (SbFlow               *flow,
                                  SbConnectors         *connectors,
                                  GPtrArray            *connections);
/* The gate: reasons it is closed, each a sentence with its remedy; empty array: open. */
GPtrArray *sb_gate_list_reasons  (SbFlow               *flow,
                                  const char           *fingerprint,
                                  SbPilotRow           *practice,
                                  SbPilotRow           *sandbox,
                                  gint64                now_us);

/* A self-contained HTML page: no script, no outside resource, prints on A4. */
char      *sb_report_write_html  (SbValue              *result);
/* The grid as text for a terminal; @width in columns, @color with ANSI colours. */
char      *sb_report_write_text  (SbValue              *result,
                                  guint                 width,
                                  gboolean              color);

G_END_DECLS
