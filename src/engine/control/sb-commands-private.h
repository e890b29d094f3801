/* sb-commands-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-commands.h"

G_BEGIN_DECLS

/**
 * SbCall:
 *
 * One command under way. It has a thread and a main context of its own, so that a command reads from top
 * to bottom: it starts an asynchronous call of the store or the engine with sb_call_ready_cb() and
 * takes what it gave from sb_call_wait(). Nothing but that thread touches it.
 */
typedef struct
{
  SbEngine          *engine;
  SbStore           *store;      /* borrowed from @engine */
  SbConnectors      *connectors; /* borrowed from @engine */
  SbValue           *arguments;
  GCancellable      *cancellable;
  GMainContext      *context;       /* of the command's thread */
  GMainContext      *home;          /* of the caller */
  GAsyncResult      *arrived;       /* (nullable): not waited for yet */
  GAsyncResult      *result;        /* (nullable): of the last call that was waited for */
  SbCommandProgress  progress;      /* (nullable) */
  gpointer           progress_data;
} SbCall;

/* Gives the result, (transfer full), or NULL and an error. */
typedef SbValue *(*SbCommandFunc) (SbCall  *call,
                                   GError **error);

typedef struct
{
  const char    *name;
  SbCommandFunc  func;
} SbCommandEntry;

/* The tables, one for each file; each ends with a NULL name. */
extern const SbCommandEntry sb_commands_flows[];
extern const SbCommandEntry sb_commands_drafts[];
extern const SbCommandEntry sb_commands_connections[];
extern const SbCommandEntry sb_commands_events[];
extern const SbCommandEntry sb_commands_runs[];
extern const SbCommandEntry sb_commands_pilot[];
extern const SbCommandEntry sb_commands_settings[];

void          sb_call_ready_cb     (GObject       *source,
                                    GAsyncResult  *result,
                                    gpointer       data);
GAsyncResult *sb_call_wait         (SbCall        *call);
void          sb_call_tell         (SbCall        *call,
                                    SbValue       *progress);
const char   *sb_call_get_string   (SbCall        *call,
                                    const char    *name,
                                    GError       **error);
gint64        sb_call_get_id       (SbCall        *call,
                                    GError       **error);
gboolean      sb_call_reload       (SbCall        *call,
                                    GError       **error);

SbFlowRow    *sb_call_load_flow    (SbCall        *call,
                                    GError       **error);
SbFlow       *sb_call_parse_flow   (SbValue       *document,
                                    const char    *what,
                                    GError       **error);
GPtrArray    *sb_call_list_connections (SbCall    *call,
                                    GError       **error);
SbConnection *sb_call_find_connection  (SbCall    *call,
                                    const char    *id,
                                    GError       **error);

void          sb_call_set_time     (SbValue       *object,
                                    const char    *name,
                                    gint64         time_us);
void          sb_call_set_text     (SbValue       *object,
                                    const char    *name,
                                    const char    *text);
void          sb_call_set_json     (SbValue       *object,
                                    const char    *name,
                                    const char    *json);
SbValue      *sb_call_write_problems (SbProblems  *problems);
SbValue      *sb_call_write_run    (SbRun         *run);

G_END_DECLS
