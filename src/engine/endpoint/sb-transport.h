/* sb-transport.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-pipe.h"

G_BEGIN_DECLS

/* Bounds of the endpoint. Times in microseconds. */
typedef struct
{
  gint64 idle_us;         /* a connection with nothing of a request on it */
  gint64 head_us;         /* from the first byte of a request to the end of its head */
  gint64 request_us;      /* from there to the end of its body */
  gint64 write_us;        /* for the peer to take the answer */
  gint64 linger_us;       /* for the peer to read an answer it did not wait for */
  guint  max_connections;
  gsize  body_limit;      /* of one request */
  gsize  held_limit;      /* of the bodies of all requests together */
} SbTransportLimits;

/* A request on @pipe is whole and in WORK. */
typedef void (*SbTransportGive) (SbPipe  *pipe,
                                 gpointer data);

/**
 * SbTransport:
 *
 * Listens on 127.0.0.1, accepts, watches every connection with one epoll descriptor on the
 * thread-default context it was made in, and ends what takes too long. Idle connections cost the main
 * loop nothing.
 */
SbTransport *sb_transport_new        (const SbTransportLimits *limits,
                                      SbTransportGive          give,
                                      gpointer                 data);
void         sb_transport_free       (SbTransport  *self);
gboolean     sb_transport_listen     (SbTransport  *self,
                                      gint          port,
                                      GError      **error);
gint         sb_transport_get_port   (SbTransport  *self);
void         sb_transport_stop       (SbTransport  *self);
gboolean     sb_transport_is_stopping (SbTransport *self);
guint        sb_transport_get_n_pipes (SbTransport *self);

/* For SbPipe. */
const SbTransportLimits *
             sb_transport_get_limits (SbTransport  *self);
void         sb_transport_give       (SbTransport  *self,
                                      SbPipe       *pipe);
void         sb_transport_hold       (SbTransport  *self,
                                      SbPipe       *pipe,
                                      gsize         bytes);
void         sb_transport_set_deadline (SbTransport *self,
                                      SbPipe       *pipe,
                                      gint64        deadline_us);
void         sb_transport_again      (SbTransport  *self,
                                      SbPipe       *pipe);
void         sb_transport_forget     (SbTransport  *self,
                                      SbPipe       *pipe);

G_END_DECLS
