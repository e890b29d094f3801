/* sb-pipe.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-chunks.h"
#include "sb-head.h"

G_BEGIN_DECLS

typedef struct _SbTransport SbTransport;

/* Where a connection stands. Every phase but WORK has an end in time.
 *   IDLE    nothing of a request has come yet
 *   HEAD    the head is coming
 *   BODY    the head was found good, the body is coming
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
 * One connection to the endpoint: reads one request at a time, hands it on when it is whole, writes its
 * answer, and looks at the next one only then. Reference counted, because an answer may come after the
 * connection is gone. Members but @method, @target, @headers and @body are for sb-transport.c and sb-pipe.c
 * only. Lives on the endpoint's context.
 */
typedef struct
{
  SbTransport *transport;   /* (nullable): NULL once CLOSED */
  GList        link;        /* in the transport's queue */
  int          fd;          /* -1: closed */

  SbPipePhase  phase;
  gint64       since_us;    /* monotonic: when the phase began */
  gint64       began_us;    /* monotonic: first byte of the request */
  gint64       deadline_us; /* monotonic */

  char        *buffer;      /* (nullable): read from the socket, not yet taken */
  gsize        capacity;
  gsize        start;
  gsize        end;
  gsize        scanned;     /* of the head, from @start */
  gsize        held;        /* bytes of the body that are in memory */
  gsize        drained;     /* bytes thrown away */

  SbHead       head;
  SbChunks     chunks;
  GByteArray  *coming;      /* (nullable): the body so far */
  GString     *answer;      /* (nullable): what the kernel did not take at once */
  gsize        written;

  guint        readable : 1;
  guint        hung_up : 1; /* the peer sends no more */
  guint        eof : 1;     /* and all of it was read */
  guint        closing : 1; /* the answer is the last on this connection */
  guint        queued : 1;  /* in the transport's "again" queue */

  /* The request in WORK. */
  char        *method;
  char        *target;      /* path and query, as received */
  GHashTable  *headers;     /* name in lower case → value */
  GBytes      *body;
} SbPipe;

SbPipe *sb_pipe_new       (SbTransport *transport,
                           int          fd);
SbPipe *sb_pipe_ref       (SbPipe      *self);
void    sb_pipe_unref     (SbPipe      *self);
void    sb_pipe_set_phase (SbPipe      *self,
                           SbPipePhase  phase);
/* Goes on with what the phase allows. @writable: the kernel takes more of an answer */
void    sb_pipe_advance   (SbPipe      *self,
                           gboolean     writable);
/* Answers a request that is not whole, and ends the connection. @status: 4xx or 5xx */
void    sb_pipe_refuse    (SbPipe      *self,
                           guint        status);
/* Answers the request in WORK, if the peer is still there. @extra (nullable): more header lines, each with its
 * line end; @content_type, @text (nullable): no body. */
void    sb_pipe_answer    (SbPipe      *self,
                           guint        status,
                           const char  *extra,
                           const char  *content_type,
                           const char  *text);
/* Closes the socket at once, without a word. */
void    sb_pipe_drop      (SbPipe      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPipe, sb_pipe_unref)

G_END_DECLS
