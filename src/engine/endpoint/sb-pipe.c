/* sb-pipe.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pipe.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-clock.h"
#include "sb-fault.h"
#include "sb-transport.h"

#define FIRST_CAPACITY 4096
#define CHUNK_CAPACITY (16 * 1024)
#define BODY_PIECE     (64 * 1024)
#define DRAIN_LIMIT    (64 * 1024 * 1024)

/* --- life
 * --------------------------------------------------------------------------------------------- */

static void
forget_request (SbPipe *self)
{
  self->head = (SbHead){ 0 };
  self->chunks = (SbChunks){ 0 };
  g_clear_pointer (&self->coming, g_byte_array_unref);
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->headers, g_hash_table_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  if (self->held > 0)
    sb_transport_hold (self->transport, self, 0);
}

static void
clear (gpointer data)
{
  SbPipe *self = data;

  forget_request (self);
  if (self->answer != NULL)
    g_string_free (self->answer, TRUE);
  g_free (self->buffer);
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
  SbPipe *self = g_rc_box_new0 (SbPipe);

  self->transport = transport;
  self->fd = fd;
  self->link.data = self;
  return self;
}

SbPipe *
sb_pipe_ref (SbPipe *self)
{
  return g_rc_box_acquire (self);
}

void
sb_pipe_unref (SbPipe *self)
{
  g_rc_box_release_full (self, clear);
}

void
sb_pipe_drop (SbPipe *self)
{
  SbTransport *transport = self->transport;

  if (self->phase == SB_PIPE_CLOSED)
    return;

  self->phase = SB_PIPE_CLOSED;
  close (self->fd);
  self->fd = -1;
  self->start = self->end = 0;
  g_clear_pointer (&self->buffer, g_free);
  self->transport = NULL;
  sb_transport_forget (transport, self);
}

/**
 * sb_pipe_set_phase:
 *
 * Moves @self to @phase and sets the end in time that belongs to it.
 */
void
sb_pipe_set_phase (SbPipe *self, SbPipePhase phase)
{
  const SbTransportLimits *limits = sb_transport_get_limits (self->transport);
  gint64 now = g_get_monotonic_time (), deadline = G_MAXINT64;

  self->phase = phase;
  self->since_us = now;
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

/* --- reading
 * ------------------------------------------------------------------------------------------ */

/* Makes room in the buffer. Returns: how much; 0: as much is there as may be. */
static gsize
make_room (SbPipe *self)
{
  gsize most = self->phase == SB_PIPE_BODY ? CHUNK_CAPACITY : SB_HEAD_MAX_BYTES;

  if (self->buffer == NULL)
    {
      self->capacity = FIRST_CAPACITY;
      self->buffer = g_malloc (self->capacity);
    }
  if (self->start == self->end)
    self->start = self->end = 0;
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

/* A short read means that there is no more: the next byte comes with a new edge from epoll, unless
 * the peer hung up, which has been told already. Returns: how much was read. */
static gsize
receive (SbPipe *self, char *room, gsize size)
{
  gssize n;

  do
    n = recv (self->fd, room, size, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    {
      if ((gsize)n < size && !self->hung_up)
        self->readable = FALSE;
      return (gsize)n;
    }
  self->readable = FALSE;
  self->eof = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  return 0;
}

/* Reads what the kernel has, as far as there is room. */
static void
fill (SbPipe *self)
{
  gsize room;

  while (self->readable && (room = make_room (self)) > 0)
    self->end += receive (self, self->buffer + self->end, room);
}

/* Throws away what comes after the last answer. */
static void
drain (SbPipe *self)
{
  char waste[16 * 1024];

  for (guint turns = 0; self->readable && turns < 64; turns++)
    self->drained += receive (self, waste, sizeof waste);
  if (self->eof || self->drained > DRAIN_LIMIT)
    sb_pipe_drop (self);
  else if (self->readable)
    sb_transport_again (self->transport, self);
}

static void
give (SbPipe *self, GBytes *body)
{
  self->body = body;
  sb_pipe_set_phase (self, SB_PIPE_WORK);
  sb_transport_give (self->transport, self);
}

/* A body of known length: what is in the buffer, then straight from the socket. */
static gboolean
take_body (SbPipe *self)
{
  gsize length = (gsize)self->head.length;
  gsize left, count;

  if (self->coming == NULL && self->end - self->start >= length)
    {
      GBytes *body = g_bytes_new (self->buffer + self->start, length);

      self->start += length;
      give (self, body);
      return TRUE;
    }
  if (self->coming == NULL)
    self->coming = g_byte_array_sized_new ((guint)MIN (length, BODY_PIECE));

  left = length - self->coming->len;
  count = MIN (left, self->end - self->start);
  g_byte_array_append (self->coming, (const guint8 *)self->buffer + self->start, (guint)count);
  self->start += count;
  left -= count;
  while (left > 0 && self->readable)
    {
      guint before = self->coming->len;
      gsize room = MIN (left, BODY_PIECE);

      g_byte_array_set_size (self->coming, before + (guint)room);
      count = receive (self, (char *)self->coming->data + before, room);
      g_byte_array_set_size (self->coming, before + (guint)count);
      left -= count;
    }
  return left == 0;
}

static gboolean
take_chunks (SbPipe *self)
{
  gsize limit = sb_transport_get_limits (self->transport)->body_limit;
  gsize used = 0;

  if (self->coming == NULL)
    self->coming = g_byte_array_new ();
  do
    {
      fill (self);
      switch (sb_chunks_take (&self->chunks, self->buffer + self->start, self->end - self->start,
                              limit, self->coming, &used))
        {
        case SB_CHUNKS_DONE:
          self->start += used;
          return TRUE;
        case SB_CHUNKS_BROKEN:
          sb_pipe_refuse (self, 400);
          return FALSE;
        case SB_CHUNKS_TOO_LARGE:
          sb_pipe_refuse (self, 413);
          return FALSE;
        case SB_CHUNKS_MORE:
        default:
          self->start += used;
          break;
        }
    }
  while (self->readable);
  return FALSE;
}

static void
advance_body (SbPipe *self)
{
  gboolean whole = self->head.chunked ? take_chunks (self) : take_body (self);

  /* Refused or, with what was in the buffer alone, given. */
  if (self->phase != SB_PIPE_BODY)
    return;
  if (whole)
    give (self, g_byte_array_free_to_bytes (g_steal_pointer (&self->coming)));
  else if (self->eof)
    sb_pipe_drop (self);
  else
    sb_transport_hold (self->transport, self, self->coming->len);
}

static void
take_head (SbPipe *self, gsize length)
{
  const char *text = self->buffer + self->start;
  SbHead head = { 0 };
  guint status = sb_head_check (text, length, &head);

  if (status == 0 && head.length > sb_transport_get_limits (self->transport)->body_limit)
    status = 413;
  if (status != 0)
    {
      sb_pipe_refuse (self, status);
      return;
    }

  self->head = head;
  self->headers = sb_head_read (text, length, &self->method, &self->target);
  self->start += length;
  sb_pipe_set_phase (self, SB_PIPE_BODY);
  if (head.expects && self->start == self->end && (head.chunked || head.length > 0))
    {
      static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

      if (send (self->fd, go_on, strlen (go_on), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        {
          sb_pipe_drop (self);
          return;
        }
    }
  advance_body (self);
}

static void
advance_head (SbPipe *self)
{
  gsize length, end;

  fill (self);
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
      fill (self);
    }

  if (self->eof)
    sb_pipe_drop (self);
}

/* --- answering
 * ---------------------------------------------------------------------------------------- */

static const char *
phrase_of (guint status)
{
  static const struct
  {
    guint status;
    const char *phrase;
  } phrases[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 408, "Request Timeout" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 417, "Expectation Failed" },
    { 431, "Request Header Fields Too Large" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
    { 505, "HTTP Version Not Supported" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (phrases[i].status == status)
      return phrases[i].phrase;
  return "Answer";
}

/* The answer was written: another request may follow, or the connection ends. */
static void
finish (SbPipe *self)
{
  forget_request (self);
  if (self->closing || sb_transport_is_stopping (self->transport))
    {
      if (self->start == self->end && !self->readable)
        {
          sb_pipe_drop (self);
          return;
        }
      /* A socket that is closed over unread bytes resets the connection, and the answer is lost. */
      shutdown (self->fd, SHUT_WR);
      self->start = self->end = 0;
      sb_pipe_set_phase (self, SB_PIPE_LINGER);
    }
  else
    {
      if (self->start == self->end && self->capacity > FIRST_CAPACITY)
        g_clear_pointer (&self->buffer, g_free);
      sb_pipe_set_phase (self, SB_PIPE_IDLE);
    }
  if (self->start < self->end || self->readable || self->eof)
    sb_transport_again (self->transport, self);
}

/* Sends @text, and keeps what the kernel does not take now. */
static void
write_answer (SbPipe *self, const char *text, gsize length)
{
  gssize n;

  do
    n = send (self->fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    {
      sb_pipe_drop (self);
      return;
    }
  if (n == (gssize)length)
    {
      SB_CRASH_POINT ("event-answered");
      if (self->answer != NULL)
        g_string_truncate (self->answer, 0);
      finish (self);
      return;
    }

  if (self->answer == NULL)
    self->answer = g_string_new (NULL);
  if (self->phase == SB_PIPE_WRITE)
    self->written += (gsize)MAX (n, 0);
  else
    {
      g_string_append_len (self->answer, text + MAX (n, 0), (gssize)length - MAX (n, 0));
      self->written = 0;
      sb_pipe_set_phase (self, SB_PIPE_WRITE);
    }
}

static void
append_date (GString *out)
{
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t now = (time_t)(sb_clock_now_us () / G_USEC_PER_SEC);
  struct tm utc;

  gmtime_r (&now, &utc);
  g_string_append_printf (out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n",
                          days + (3 * utc.tm_wday), utc.tm_mday, months + (3 * utc.tm_mon),
                          utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void
answer (SbPipe *self, guint status, const char *extra, const char *content_type, const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (512);
  gsize length = text != NULL ? strlen (text) : 0;

  g_string_append_printf (out, "HTTP/1.1 %u %s\r\n", status, phrase_of (status));
  append_date (out);
  if (self->closing)
    g_string_append (out, "Connection: close\r\n");
  else if (self->head.old)
    g_string_append (out, "Connection: keep-alive\r\n");
  if (extra != NULL)
    g_string_append (out, extra);
  if (length > 0)
    g_string_append_printf (out, "Content-Type: %s\r\n", content_type);
  if (status != 204)
    g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n", length);
  g_string_append (out, "\r\n");
  if (length > 0 && status != 204 && g_strcmp0 (self->method, "HEAD") != 0)
    g_string_append_len (out, text, (gssize)length);
  write_answer (self, out->str, out->len);
}

void
sb_pipe_answer (
  SbPipe *self, guint status, const char *extra, const char *content_type, const char *text)
{
  if (self->phase != SB_PIPE_WORK)
    return;

  /* After a chunked body nothing more is taken: two programs on the way have read it in their own
   * ways, and must not be able to disagree about where the next request begins. */
  self->closing =
    !self->head.keep || self->head.chunked || sb_transport_is_stopping (self->transport);
  answer (self, status, extra, content_type, text);
}

void
sb_pipe_refuse (SbPipe *self, guint status)
{
  g_autofree char *text = NULL;

  if (self->phase > SB_PIPE_BODY)
    return;

  text = g_strdup_printf ("{\"status\":\"%s\"}\n", phrase_of (status));
  self->closing = TRUE;
  /* The rest of it is still on its way. */
  self->readable = TRUE;
  answer (self, status, status == 503 ? "Retry-After: 5\r\n" : NULL, "application/json", text);
}

/**
 * sb_pipe_advance:
 *
 * After epoll told that something changed, or in the turn after an answer.
 */
void
sb_pipe_advance (SbPipe *self, gboolean writable)
{
  switch (self->phase)
    {
    case SB_PIPE_IDLE:
    case SB_PIPE_HEAD:
      advance_head (self);
      break;
    case SB_PIPE_BODY:
      advance_body (self);
      break;
    case SB_PIPE_WRITE:
      if (writable)
        write_answer (self, self->answer->str + self->written, self->answer->len - self->written);
      break;
    case SB_PIPE_LINGER:
      drain (self);
      break;
    case SB_PIPE_WORK:
    case SB_PIPE_CLOSED:
    default:
      break;
    }
}
