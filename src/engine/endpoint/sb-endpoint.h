/* sb-endpoint.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-signature.h"
#include "sb-store.h"

G_BEGIN_DECLS

/**
 * SbBell:
 *
 * One address the endpoint answers at: a live or paused flow's webhook trigger. Immutable, shared.
 */
typedef struct
{
  gint          ref_count;      /* private */
  char         *token;          /* the unguessable part of the path */
  char         *flow_id;
  SbConnectors *connectors;     /* keeps @connector alive */
  SbConnector  *connector;
  SbTrigger    *trigger;
  SbConnection *connection;     /* (nullable): none chosen: practice only */
  GHashTable   *secrets;        /* key → text */
  char         *public_address; /* (nullable): what the vendor signs as its URL */
  char         *unready;        /* (nullable): why it cannot judge now (keyring locked): 503 */
  gboolean      trial;          /* of a flow that is not live, while its owner waits for a test: what rings it is
                                 * shown and not kept */
} SbBell;

SbBell *sb_bell_new   (void);
SbBell *sb_bell_ref   (SbBell *self);
void    sb_bell_unref (SbBell *self);

/**
 * SbEndpoint:
 *
 * The local HTTP endpoint that hears the bells: 127.0.0.1 only, POST /in/TOKEN, GET /healthz. All of it
 * lives on the thread-default context it was made in (the engine's). 2xx only after the event is
 * committed; limits on body, header, time and the number of connections; see the table in endpoint/.
 */
#define SB_TYPE_ENDPOINT (sb_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (SbEndpoint, sb_endpoint, SB, ENDPOINT, GObject)

SbEndpoint *sb_endpoint_new       (SbStore      *store,
                                   gsize         body_limit);
/* @port 0: any free one. Error: a sentence with the port and what to do. */
gboolean    sb_endpoint_listen    (SbEndpoint   *self,
                                   gint          port,
                                   GError      **error);
gint        sb_endpoint_get_port  (SbEndpoint   *self);
/* Takes the new set of bells; requests under way keep the old one. */
void        sb_endpoint_set_bells (SbEndpoint   *self,
                                   GPtrArray    *bells);
/* What rang and how it was judged, before it is answered. @verdict (nullable): it could not be judged, bell->unready
 * says why. NULL: nobody listens. */
typedef void (*SbHeardFunc) (SbBell *bell, SbVerdict *verdict, gpointer data);
void        sb_endpoint_set_heard (SbEndpoint   *self,
                                   SbHeardFunc   func,
                                   gpointer      data);
/* Stops accepting; requests that are being stored are still answered. */
void        sb_endpoint_stop      (SbEndpoint   *self);
guint       sb_endpoint_get_in_flight (SbEndpoint *self);

/* ::accepted (SbEvent *event, SbAccepted *accepted): after the commit, before the answer is written. */

G_END_DECLS
