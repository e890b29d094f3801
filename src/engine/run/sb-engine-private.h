/* sb-engine-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-core.h"
#include "sb-endpoint.h"
#include "sb-engine.h"
#include "sb-practice.h"

G_BEGIN_DECLS

struct _SbEngine
{
  GObject       parent_instance;

  /* Set once, before there is a second thread. */
  SbStore      *store;
  SbConnectors *connectors;
  SbSecrets    *secrets;
  char         *folder_id;
  char         *mode;
  char         *practice_url; /* (nullable): of a practice ground that runs already */
  gint          wanted_port;
  gint          wanted_practice_port;
  gint64        backoff_us;
  gint64        backoff_max_us;
  gint64        give_up_us;
  gint64        timeout_us;
  gsize         body_limit;
  gboolean      shorten_delays;
  GMainContext *home;         /* where signals are emitted */
  GMainContext *context;      /* of the engine's thread */
  GThread      *thread;
  gint          port;         /* atomic */
  gint          practice_port; /* atomic */
  gint          stopped;      /* atomic */

  /* The engine's thread only. */
  SbCore        core;
  GMainLoop    *loop;
  SbEndpoint   *endpoint;     /* (nullable) */
  SbPractice   *practice;     /* (nullable) */
  gboolean      loaded;       /* the accounts were read once */
  gboolean      begun;        /* sb_engine_start () was called */
  gboolean      ringing;      /* the bells are being listed */
  gboolean      ring_again;
  GHashTable   *alerts;       /* sentence → when it was last said (monotonic) */
  GSource      *retention;
  gint64        retention_ahead_us; /* of the wall clock before the elapsed time, a retention ago */
  GSource      *poke;
  GPtrArray    *listens;      /* (nullable): of GTask: who listens for a test */
  GHashTable   *sign_ins;     /* (nullable): connection id → SbSignIn, each waiting for its person */
};

typedef void (*SbEngineFunc) (SbEngine *self,
                              GTask    *task);

/* Has @func called on the engine's thread with @task, which it answers. */
void      sb_engine_invoke       (SbEngine            *self,
                                  SbEngineFunc         func,
                                  GTask               *task);
/* The same accounts, bells and ready runs as the store has now. */
void      sb_engine_refresh      (SbEngine            *self,
                                  GTask               *task);
/* Reads the accounts where that was not done yet, then calls @func. */
void      sb_engine_with_accounts (SbEngine           *self,
                                  SbEngineFunc         func,
                                  GTask               *task);
/* Lists the bells anew and gives them to the endpoint; later, and once for many calls. */
void      sb_engine_ring         (SbEngine            *self);
/* What sb_engine_start () does, on the engine's thread. */
void      sb_engine_begin        (SbEngine            *self,
                                  GTask               *task);
/* What the trigger of a flow calls such a record: "Order #1004". (transfer full) (nullable) */
char     *sb_engine_make_label   (SbEngine            *self,
                                  SbValue             *document,
                                  SbValue             *record);
/* Nobody is waited for any more. */
void      sb_engine_end_sign_ins (SbEngine            *self);
void      sb_engine_end_listens  (SbEngine            *self);
void      sb_engine_alert        (SbEngine            *self,
                                  const char          *message);
void      sb_engine_plan_retention (SbEngine          *self,
                                  guint                seconds);
void      sb_engine_emit_changed (SbEngine            *self,
                                  const char          *what,
                                  const char          *id);

G_END_DECLS
