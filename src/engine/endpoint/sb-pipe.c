/* sb-pipe.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pipe-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-head.h"
#include "sb-transport.h"

#define FIRST_CAPACITY 4096
#define BODY_CAPACITY  (16 * 1024)
#define DRAIN_LIMIT    (64 * 1024 * 1024)

G_DEFINE_FINAL_TYPE (SbPipe, sb_pipe, G_TYPE_IO_STREAM)

static GInputStream *
sb_pipe_get_input_stream (GIOStream *stream)
{
  return SB_PIPE (stream)->input;
}

static GOutputStream *
sb_pipe_get_output_stream (GIOStream *stream)
{
  return SB_PIPE (stream)->output;
}

/* libsoup is done with the connection. What the peer may still be sending has to be read for it to
 * see the answer: a socket closed over unread bytes resets the connection. */
static gboolean
sb_pipe_close_fn (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  SbPipe *self = SB_PIPE (stream);

  self->ended = TRUE;
  self->released = TRUE;
  if (self->phase == SB_PIPE_LINGER || self->phase == SB_PIPE_CLOSED)
    return TRUE;

  if (self->start == self->end && !self->readable && self->body_left == 0 && !self->chunked)
    sb_pipe_drop (self);
  else
    {
      shutdown (self->fd, SHUT_WR);
      sb_pipe_set_phase (self, SB_PIPE_LINGER);
    }
  return TRUE;
}

static void
sb_pipe_finalize (GObject *object)
{
  SbPipe *self = SB_PIPE (object);

  sb_pipe_streams_detach (self);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->buffer);
  g_free (self->corked);

  G_OBJECT_CLASS (sb_pipe_parent_class)->finalize (object);
}

static void
sb_pipe_class_init (SbPipeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->finalize = sb_pipe_finalize;
  stream_class->get_input_stream = sb_pipe_get_input_stream;
  stream_class->get_output_stream = sb_pipe_get_output_stream;
  stream_class->close_fn = sb_pipe_close_fn;
}

static void
sb_pipe_init (SbPipe *self)
{
  self->fd = -1;
  self->link.data = self;
}

/**
 * sb_pipe_new:
 * @transport: that accepted it
 * @fd: (transfer full): a connected, non-blocking socket
 *
 * Returns: (transfer full): the connection, IDLE
 */
SbPipe *
sb_pipe_new (SbTransport *transport, int fd)
{
  SbPipe *self = g_object_new (SB_TYPE_PIPE, NULL);

  self->transport = transport;
  self->fd = fd;
  self->writable = TRUE;
  sb_pipe_streams_attach (self);
  return self;
}

/**
 * sb_pipe_set_phase:
 *
 * Moves @self to @phase and sets the end in time that belongs to it.
 */
void
sb_pipe_set_phase (SbPipe *self, SbPipePhase phase)
{
  const SbTransportLimits *limits;
  gint64 now = g_get_monotonic_time (), deadline = G_MAXINT64;

  self->phase = phase;
  self->since_us = now;
  if (self->transport == NULL)
    return;

  limits = sb_transport_get_limits (self->transport);
  switch (phase)
    {
    case SB_PIPE_IDLE:
      deadline = now + limits->idle_us;
      break;
    case SB_PIPE_HEAD:
      self->began_us = now;
      deadline = now + limits->head_us;
      break;
    case SB_PIPE_BODY:
      deadline = self->began_us + limits->request_us;
      break;
    case SB_PIPE_WRITE:
      deadline = now + limits->write_us;
      break;
    case SB_PIPE_LINGER:
      deadline = now + limits->linger_us;
      break;
    case SB_PIPE_WORK:
    case SB_PIPE_CLOSED:
    default:
      break;
    }
  sb_transport_set_deadline (self->transport, self, deadline);
}

/* Room to read into, within what the phase may keep; 0 when it is full. */
static gsize
make_room (SbPipe *self)
{
  gsize most = self->phase == SB_PIPE_HEAD ? SB_HEAD_MAX_BYTES : BODY_CAPACITY;

  if (self->start == self->end)
    self->start = self->end = 0;
  if (self->buffer == NULL)
    {
      self->capacity = FIRST_CAPACITY;
      self->buffer = g_malloc (self->capacity);
    }
  if (self->end < self->capacity)
    return self->capacity - self->end;
  if (self->start > 0)
    {
      memmove (self->buffer, self->buffer + self->start, self->end - self->start);
      self->end -= self->start;
      self->start = 0;
    }
  else if (self->capacity < most)
    {
      self->capacity *= 2;
      self->buffer = g_realloc (self->buffer, self->capacity);
    }
  return self->capacity - self->end;
}

/**
 * sb_pipe_fill:
 *
 * Reads what the kernel has, as far as there is room. A short read means that there is no more: the
 * next byte comes with a new edge from epoll, unless the peer hung up, which has been told already.
 */
void
sb_pipe_fill (SbPipe *self)
{
  while (self->readable && self->fd >= 0)
    {
      gsize room = make_room (self);
      gssize n;

      if (room == 0)
        return;
      n = recv (self->fd, self->buffer + self->end, room, MSG_DONTWAIT);
      if (n > 0)
        {
          self->end += (gsize)n;
          if ((gsize)n < room && !self->hung_up)
            self->readable = FALSE;
        }
      else if (n < 0 && errno == EINTR)
        continue;
      else
        {
          self->readable = FALSE;
          self->eof = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        }
    }
}

/* Throws away what comes after a refusal. */
static void
drain (SbPipe *self)
{
  char waste[16 * 1024];

  for (guint turns = 0; self->readable && turns < 64; turns++)
    {
      gssize n = recv (self->fd, waste, sizeof waste, MSG_DONTWAIT);

      if (n > 0)
        self->drained += (gsize)n;
      else if (n < 0 && errno == EINTR)
        continue;
      else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        {
          self->readable = FALSE;
          return;
        }
      else
        {
          sb_pipe_drop (self);
          return;
        }
    }
  if (self->drained > DRAIN_LIMIT)
    sb_pipe_drop (self);
  else if (self->readable)
    sb_transport_again (self->transport, self);
}

static void
take_head (SbPipe *self, gsize length)
{
  SbHead head = { 0 };
  guint status = sb_head_check (self->buffer + self->start, length, &head);

  if (status == 0 && head.length > sb_transport_get_limits (self->transport)->body_limit)
    status = 413;
  if (status != 0)
    {
      sb_pipe_refuse (self, status);
      return;
    }

  self->head_left = length;
  self->body_left = head.length;
  self->chunked = head.chunked;
  sb_pipe_set_phase (self, SB_PIPE_BODY);
  if (!self->given)
    {
      self->given = TRUE;
      sb_transport_give (self->transport, self);
    }
}

static void
advance_head (SbPipe *self)
{
  gsize length, end;

  sb_pipe_fill (self);
  for (;;)
    {
      /* RFC 9112, section 2.2: an empty line before the request line is let pass. */
      while (self->phase == SB_PIPE_IDLE && self->start < self->end &&
             (self->buffer[self->start] == '\r' || self->buffer[self->start] == '\n'))
        self->start++;
      length = self->end - self->start;
      if (length > 0 && self->phase == SB_PIPE_IDLE)
        {
          self->scanned = 0;
          self->answered = FALSE;
          sb_pipe_set_phase (self, SB_PIPE_HEAD);
        }
      if (length > 0 && !g_ascii_isalpha (self->buffer[self->start]))
        {
          sb_pipe_refuse (self, 400);
          return;
        }
      if (length > 0 && sb_head_find_end (self->buffer + self->start, length, &self->scanned, &end))
        {
          take_head (self, end);
          return;
        }
      if (length >= SB_HEAD_MAX_BYTES)
        {
          sb_pipe_refuse (self, 431);
          return;
        }
      if (!self->readable)
        break;
      sb_pipe_fill (self);
    }

  if (self->eof)
    sb_pipe_drop (self);
}

/**
 * sb_pipe_advance:
 *
 * Goes on with what the phase allows: after epoll told that something changed, and when libsoup
 * asks for the next request.
 */
void
sb_pipe_advance (SbPipe *self)
{
  switch (self->phase)
    {
    case SB_PIPE_IDLE:
    case SB_PIPE_HEAD:
      advance_head (self);
      break;
    case SB_PIPE_BODY:
      sb_pipe_fill (self);
      break;
    case SB_PIPE_LINGER:
      drain (self);
      break;
    case SB_PIPE_WORK:
    case SB_PIPE_WRITE:
    case SB_PIPE_CLOSED:
    default:
      break;
    }
}

static const char *
phrase_of (guint status)
{
  switch (status)
    {
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 400:
    default:
      return "Bad Request";
    }
}

/**
 * sb_pipe_refuse:
 * @status: 400, 408, 413, 414, 431, 501, 503 or 505
 *
 * Answers in libsoup's stead and ends the connection; libsoup, if it has the connection, sees an
 * end of file in the middle of a request. Says nothing where an answer was begun already.
 */
void
sb_pipe_refuse (SbPipe *self, guint status)
{
  if (self->phase == SB_PIPE_LINGER || self->phase == SB_PIPE_CLOSED)
    return;

  self->ended = TRUE;
  sb_transport_hold (self->transport, self, 0);
  if (!self->answered)
    {
      char text[256];
      const char *phrase = phrase_of (status);
      int length = g_snprintf (
        text, sizeof text,
        "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Content-Length: %" G_GSIZE_FORMAT "\r\n%s\r\n{\"status\":\"%s\"}\n",
        status, phrase, strlen (phrase) + 14, status == 503 ? "Retry-After: 5\r\n" : "", phrase);

      self->answered = TRUE;
      if (send (self->fd, text, (gsize)length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        {
          sb_pipe_drop (self);
          return;
        }
    }
  shutdown (self->fd, SHUT_WR);
  self->start = self->end = 0;
  sb_pipe_set_phase (self, SB_PIPE_LINGER);
  sb_pipe_advance (self);
}

/**
 * sb_pipe_drop:
 *
 * Closes the socket at once, without a word.
 */
void
sb_pipe_drop (SbPipe *self)
{
  SbTransport *transport = self->transport;

  if (self->phase == SB_PIPE_CLOSED)
    return;

  self->phase = SB_PIPE_CLOSED;
  self->ended = TRUE;
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->start = self->end = 0;
  g_clear_pointer (&self->buffer, g_free);
  self->transport = NULL;
  if (transport != NULL)
    sb_transport_forget (transport, self);
}

/**
 * sb_pipe_whole:
 *
 * The request was read to its end: no deadline runs while it is worked on.
 */
void
sb_pipe_whole (SbPipe *self)
{
  if (self->phase == SB_PIPE_BODY)
    sb_pipe_set_phase (self, SB_PIPE_WORK);
}

/**
 * sb_pipe_answer:
 * @with_body: the answer has a body, so that head and body can leave in one packet
 *
 * The answer is about to be written.
 *
 * Returns: %FALSE if nobody is there any more to read it
 */
gboolean
sb_pipe_answer (SbPipe *self, gboolean with_body)
{
  if (self->ended)
    return FALSE;

  self->more = with_body;
  if (self->phase == SB_PIPE_BODY || self->phase == SB_PIPE_WORK)
    sb_pipe_set_phase (self, SB_PIPE_WRITE);
  return TRUE;
}

/**
 * sb_pipe_finished:
 *
 * The answer was written; what comes next on the connection is another request.
 */
void
sb_pipe_finished (SbPipe *self)
{
  if (self->phase == SB_PIPE_LINGER || self->phase == SB_PIPE_CLOSED || self->ended)
    return;

  self->chunked = FALSE;
  self->more = FALSE;
  self->head_left = 0;
  if (self->held > 0)
    sb_transport_hold (self->transport, self, 0);
  if (self->start == self->end && self->capacity > FIRST_CAPACITY)
    g_clear_pointer (&self->buffer, g_free);
  sb_pipe_set_phase (self, SB_PIPE_IDLE);
  if (sb_transport_is_stopping (self->transport))
    sb_pipe_drop (self);
}
