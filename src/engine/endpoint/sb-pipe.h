/* sb-pipe.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SbTransport SbTransport;

/* Where a connection stands. Every phase but WORK has an end in time.
 *   IDLE    nothing of a request has come yet
 *   HEAD    the head is coming; libsoup knows nothing of it
 *   BODY    the head was found good and given to libsoup, which reads the body
 *   WORK    the request is whole, the answer is not ready
 *   WRITE   the answer is being written
 *   LINGER  refused or answered; what still comes is thrown away, so that the peer gets to read the
 *           answer rather than a reset
 *   CLOSED  the descriptor is closed */
typedef enum
{
  SB_PIPE_IDLE,
  SB_PIPE_HEAD,
  SB_PIPE_BODY,
  SB_PIPE_WORK,
  SB_PIPE_WRITE,
  SB_PIPE_LINGER,
  SB_PIPE_CLOSED,
} SbPipePhase;

/**
 * SbPipe:
 *
 * One connection to the endpoint, between its socket and libsoup. libsoup sees a stream; the pipe shows
 * it heads that were checked, one request at a time, and an end of file when the connection is refused.
 * Members are for sb-transport.c and sb-pipe.c only. Lives on the endpoint's context.
 */
#define SB_TYPE_PIPE (sb_pipe_get_type ())
G_DECLARE_FINAL_TYPE (SbPipe, sb_pipe, SB, PIPE, GIOStream)

struct _SbPipe
{
  GIOStream      parent_instance;

  GInputStream  *input;
  GOutputStream *output;
  SbTransport   *transport;   /* (nullable): NULL once the transport let go of it */
  GList          link;        /* in the transport's queue */
  int            fd;          /* -1: closed */

  SbPipePhase    phase;
  gint64         since_us;    /* monotonic: when the phase began */
  gint64         began_us;    /* monotonic: first byte of the request */
  gint64         deadline_us; /* monotonic */

  char          *buffer;      /* (nullable): read from the socket, not yet passed on */
  gsize          capacity;
  gsize          start;
  gsize          end;
  gsize          scanned;     /* of the head, from @start */
  gsize          head_left;   /* of a head that was found good */
  guint64        body_left;   /* of a body of known length */
  gsize          held;        /* bytes of the body that are in memory, here or above */
  gsize          drained;     /* bytes thrown away */
  char          *corked;      /* (nullable): head of the answer, kept until its body comes */
  gsize          corked_length;
  gsize          corked_start;

  guint          chunked : 1;
  guint          readable : 1;
  guint          writable : 1;
  guint          hung_up : 1; /* the peer sends no more */
  guint          eof : 1;     /* and all of it was read */
  guint          given : 1;   /* libsoup has it */
  guint          ended : 1;   /* libsoup sees an end of file */
  guint          answered : 1; /* part of the answer was written */
  guint          more : 1;    /* the body of the answer follows its head at once */
  guint          released : 1; /* libsoup let go of it */
  guint          queued : 1;  /* in the transport's "again" queue */
  gpointer       request;     /* (nullable): the endpoint's, while one is under way */
};

SbPipe  *sb_pipe_new       (SbTransport *transport,
                            int          fd);
void     sb_pipe_advance   (SbPipe      *self);
void     sb_pipe_set_phase (SbPipe      *self,
                            SbPipePhase  phase);
void     sb_pipe_refuse    (SbPipe      *self,
                            guint        status);
void     sb_pipe_drop      (SbPipe      *self);

/* For the endpoint: how far the request on @self has come. */
void     sb_pipe_whole     (SbPipe      *self);
gboolean sb_pipe_answer    (SbPipe      *self,
                            gboolean     with_body);
void     sb_pipe_finished  (SbPipe      *self);

G_END_DECLS
