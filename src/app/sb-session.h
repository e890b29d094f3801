/* sb-session.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-engine.h"
#include "sb-flow-item.h"

G_BEGIN_DECLS

/**
 * SbSession:
 *
 * What all windows and pages share: the engine of one data folder and what the window keeps at hand of
 * it, followed as the store changes. Lives on the GTK thread; the engine is opened and started on
 * another, so that the first frame does not wait for a disk.
 *
 * ::ready                     the engine runs; get_engine() and get_store() give something from here on
 * ::failed (GError *error)    it could not be started; the message is for the owner
 * ::changed (const char *what, const char *id)   the store's and the engine's, on the GTK thread
 * ::flows-changed, ::connections-changed, ::summary-changed   the copies kept here are fresh
 * ::alert (const char *message)
 */
#define SB_TYPE_SESSION (sb_session_get_type ())
G_DECLARE_FINAL_TYPE (SbSession, sb_session, SB, SESSION, GObject)

/* @mode "live" or "practice". */
SbSession    *sb_session_new              (const char *folder,
                                           const char *mode,
                                           gint        port,
                                           gint        practice_port);
void          sb_session_start            (SbSession  *self);
/* Stops the engine; blocks until what is in flight is stored. */
void          sb_session_stop             (SbSession  *self);
gboolean      sb_session_is_ready         (SbSession  *self);
const GError *sb_session_get_error        (SbSession  *self);
const char   *sb_session_get_folder       (SbSession  *self);
const char   *sb_session_get_mode         (SbSession  *self);

SbEngine     *sb_session_get_engine       (SbSession  *self);
SbStore      *sb_session_get_store        (SbSession  *self);
SbConnectors *sb_session_get_connectors   (SbSession  *self);

/* of SbFlowItem, by name */
GListModel   *sb_session_get_flows        (SbSession  *self);
SbFlowItem   *sb_session_find_flow        (SbSession  *self,
                                           const char *id);
/* of SbConnection */
GPtrArray    *sb_session_get_connections  (SbSession  *self);
SbConnection *sb_session_find_connection  (SbSession  *self,
                                           const char *id);
/* Names of the flows that use a connection. (transfer full) */
GPtrArray    *sb_session_list_users       (SbSession  *self,
                                           const char *connection_id);
guint         sb_session_get_n_inbox      (SbSession  *self);
/* UTC µs; 0: none yet */
gint64        sb_session_get_last_event_us (SbSession *self);
gboolean      sb_session_is_listening     (SbSession  *self);
/* (nullable): what is wrong with the database or its disk, in a sentence; ::summary-changed. */
const char   *sb_session_get_trouble      (SbSession  *self);

G_END_DECLS
