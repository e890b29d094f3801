/* engine-fixture.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-vendor.h"
#include "sb-engine.h"

G_BEGIN_DECLS

/* A live engine on a folder of its own, with one production connection to a vendor on loopback. */
typedef struct
{
  FakeVendor      *vendor; /* (nullable): of another process */
  guint            vendor_port;
  char            *folder;
  SbEngineOptions  options;
  SbEngine        *engine;
  SbStore         *store;  /* borrowed */
  GPtrArray       *alerts; /* of char * */
} Fixture;

void        fixture_set_up         (Fixture       *self,
                                    gconstpointer  data);
void        fixture_tear_down      (Fixture       *self,
                                    gconstpointer  data);
/* What set_up does first, given the folder and the vendor's port. */
void        fixture_set_options    (Fixture       *self);
/* Makes and starts the engine, as self->options says; the folder stays what it was. */
void        fixture_start          (Fixture       *self);
void        fixture_stop           (Fixture       *self,
                                    gint64         grace_us);
/* Adds the connection "vendor" with its secret, then reloads. */
void        fixture_connect        (Fixture       *self,
                                    const char    *id,
                                    const char    *environment,
                                    const char    *token);
void        fixture_set_secret     (Fixture       *self,
                                    const char    *id,
                                    const char    *token);
void        fixture_reload         (Fixture       *self);
/* Publishes a flow of @steps (JSON, quotes as ') past the gate; its id is "flow". */
void        fixture_publish        (Fixture       *self,
                                    const char    *steps);
void        fixture_set_flow_state (Fixture       *self,
                                    const char    *state);
/* Submits @record (JSON, quotes as '); the result is the run, 0 if it was held. */
gint64      fixture_submit         (Fixture       *self,
                                    const char    *record);
SbClaim    *fixture_load           (Fixture       *self,
                                    gint64         run);
/* Waits until the run is in @state, and gives it. */
SbClaim    *fixture_wait           (Fixture       *self,
                                    gint64         run,
                                    const char    *state);
void        fixture_resolve        (Fixture       *self,
                                    gint64         run,
                                    const char    *decision,
                                    GError       **error);
SbValue    *fixture_parse          (const char    *json);
void        fixture_spin           (gint64         time_us);

void        got_cb                 (GObject       *object,
                                    GAsyncResult  *result,
                                    gpointer       slot);
GAsyncResult *await                (GAsyncResult **slot);

/* Fails the test unless @text has @words in it. */
void        assert_says            (const char    *text,
                                    const char    *words);
/* Attempt @index of the run, from 0. */
SbAttempt  *nth_attempt            (SbClaim       *claim,
                                    guint          index);

/* A step of a flow that does one of the fake vendor's actions, and the record it can be done for. */
#define ACTION(id, action)                                                                         \
  "{'id': '" id "', 'type': 'action', 'connector': 'vendor', 'action': '" action                   \
  "', 'fields': {'ref': '{{trigger.ref}}'}}"
#define RECORD "{'id': '1', 'name': '#1', 'ref': 'a'}"

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
/* The test starts the engine itself. */
#define ADD_BARE(path, func)                                                                       \
  g_test_add (path, Fixture, "bare", fixture_set_up, func, fixture_tear_down)

G_END_DECLS
