/* sb-practice.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-connector.h"
#include "sb-request.h"

G_BEGIN_DECLS

/**
 * SbPractice:
 *
 * The practice ground: a loopback server that answers for every action of every connector, from the
 * connector's own file. http://127.0.0.1:PORT/CONNECTOR is the base URL of a vendor. It checks auth,
 * required fields and idempotency keys as the vendor would, keeps what it was sent, and makes faults on
 * request. Lives on the thread-default context it was made in.
 */
#define SB_TYPE_PRACTICE (sb_practice_get_type ())
G_DECLARE_FINAL_TYPE (SbPractice, sb_practice, SB, PRACTICE, GObject)

SbPractice *sb_practice_new          (SbConnectors *connectors);
gboolean    sb_practice_listen       (SbPractice   *self,
                                      gint          port,
                                      GError      **error);
/* Remembers what was done in the file @path too, across a restart or a kill. */
gboolean    sb_practice_keep_in      (SbPractice   *self,
                                      const char   *path,
                                      GError      **error);
gint        sb_practice_get_port     (SbPractice   *self);
void        sb_practice_stop         (SbPractice   *self);
/* What it did: array of {"vendor", "action", "key", "body", "time", "repeated", "status"}. (transfer full) */
SbValue    *sb_practice_get_received (SbPractice   *self);
/* {"vendor", "action", "fault": "429"|"500"|any status from 400 to 599|"timeout"|"drop-after-work"|
 * "drop-before-work"|"slow"|"garbage"|"redirect"|"none" (a
 * look-up finds nothing), "times": 1, "retry_after": s, "delay_ms": …,
 * "message", "code", "match": a text the body holds, or {"path": "text"}} */
gboolean    sb_practice_add_fault    (SbPractice   *self,
                                      SbValue      *fault,
                                      GError      **error);

/* What the practice ground would answer to @action with @fields, without a server: for previews. Fills
 * @answer (clear it with sb_answer_clear()). */
void        sb_practice_sample       (SbConnector  *connector,
                                      SbAction     *action,
                                      SbValue      *fields,
                                      const char   *key,
                                      SbAnswer     *answer);

G_END_DECLS
