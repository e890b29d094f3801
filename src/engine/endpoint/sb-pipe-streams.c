/* sb-pipe-streams.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pipe-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "sb-transport.h"

/* A body of known length is handed on in pieces of at least this size, so that one that drips in
 * byte by byte does not become a million allocations in libsoup. */
#define PIECE 8192

/* --- the source libsoup waits with
 * ------------------------------------------------------------------ */

/* It has no descriptor of its own: epoll has told the pipe already, and asking the pipe is cheaper
 * than the three nested sources GLib would poll each time. */
typedef struct
{
  GSource base;
  SbPipe *pipe; /* owned */
  gboolean output;
} PipeSource;

static gboolean
can_read (SbPipe *self)
{
  gsize available = self->end - self->start;

  if (self->ended || self->head_left > 0)
    return TRUE;
  if (self->phase != SB_PIPE_BODY || (!self->chunked && self->body_left == 0))
    return FALSE;
  if (self->readable || self->eof)
    return TRUE;
  return available >= (self->chunked ? 1 : MIN (self->body_left, PIECE));
}

static gboolean
pipe_source_check (GSource *source)
{
  PipeSource *self = (PipeSource *)source;

  return self->output ? self->pipe->ended || self->pipe->writable : can_read (self->pipe);
}

static gboolean
pipe_source_prepare (GSource *source, gint *timeout)
{
  *timeout = -1;
  return pipe_source_check (source);
}

static gboolean
pipe_source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  PipeSource *self = (PipeSource *)source;
  GPollableSourceFunc func = (GPollableSourceFunc)(void (*) (void))callback;

  if (func == NULL)
    return G_SOURCE_REMOVE;
  return func (self->output ? G_OBJECT (self->pipe->output) : G_OBJECT (self->pipe->input), data);
}

static void
pipe_source_finalize (GSource *source)
{
  g_object_unref (((PipeSource *)source)->pipe);
}

/* Child of a source made by libsoup, which sets a dummy callback through a closure. */
static gboolean
pipe_source_closure (GObject *stream, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pipe_source_funcs = { pipe_source_prepare,
                                          pipe_source_check,
                                          pipe_source_dispatch,
                                          pipe_source_finalize,
                                          (GSourceFunc)(void (*) (void))pipe_source_closure,
                                          NULL };

static GSource *
pipe_source_new (SbPipe *pipe, gboolean output)
{
  GSource *source = g_source_new (&pipe_source_funcs, sizeof (PipeSource));

  ((PipeSource *)source)->pipe = g_object_ref (pipe);
  ((PipeSource *)source)->output = output;
  g_source_set_static_name (source, "SbPipe");
  return source;
}

static gssize
fail (int code, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, code,
                       code == G_IO_ERROR_WOULD_BLOCK ? "" : "Connection closed");
  return -1;
}

/* --- input
 * -------------------------------------------------------------------------------------------- */

#define SB_TYPE_PIPE_INPUT (sb_pipe_input_get_type ())
G_DECLARE_FINAL_TYPE (SbPipeInput, sb_pipe_input, SB, PIPE_INPUT, GInputStream)

struct _SbPipeInput
{
  GInputStream parent_instance;
  SbPipe *pipe; /* (nullable): NULL once the pipe is gone */
};

static gsize
take (SbPipe *self, void *buffer, gsize count)
{
  memcpy (buffer, self->buffer + self->start, count);
  self->start += count;
  return count;
}

/* Shows libsoup one request at a time: not a byte beyond its end, so that libsoup's own buffer
 * never holds the beginning of the next, which was not checked yet. */
static gssize
sb_pipe_input_read_nonblocking (GPollableInputStream *stream,
                                void *buffer,
                                gsize count,
                                GError **error)
{
  SbPipe *self = SB_PIPE_INPUT (stream)->pipe;
  gsize available;

  if (self == NULL || self->ended)
    return 0;
  if (self->head_left > 0)
    {
      count = MIN (count, self->head_left);
      self->head_left -= count;
      return (gssize)take (self, buffer, count);
    }
  if (self->phase != SB_PIPE_BODY)
    return fail (G_IO_ERROR_WOULD_BLOCK, error);

  available = self->end - self->start;
  if (!self->chunked)
    count = (gsize)MIN (count, self->body_left);
  if (self->readable && available < MIN (count, PIECE))
    {
      sb_pipe_fill (self);
      available = self->end - self->start;
    }
  if (available == 0 && self->eof)
    return 0;
  if (count == 0 || available == 0 ||
      (!self->chunked && !self->eof && available < MIN (count, PIECE)))
    return fail (G_IO_ERROR_WOULD_BLOCK, error);

  count = MIN (count, available);
  if (!self->chunked)
    {
      self->body_left -= count;
      sb_transport_hold (self->transport, self, self->held + count);
      if (self->ended)
        return 0;
    }
  return (gssize)take (self, buffer, count);
}

static gboolean
sb_pipe_input_is_readable (GPollableInputStream *stream)
{
  SbPipe *self = SB_PIPE_INPUT (stream)->pipe;

  return self == NULL || can_read (self);
}

static GSource *
sb_pipe_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  SbPipe *self = SB_PIPE_INPUT (stream)->pipe;

  if (self == NULL)
    return g_timeout_source_new (0);

  if (self->phase == SB_PIPE_IDLE && (self->start < self->end || self->readable || self->eof))
    sb_pipe_advance (self);
  return pipe_source_new (self, FALSE);
}

static gssize
sb_pipe_input_read (
  GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return fail (G_IO_ERROR_NOT_SUPPORTED, error);
}

static gboolean
sb_pipe_input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
sb_pipe_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = sb_pipe_input_is_readable;
  iface->create_source = sb_pipe_input_create_source;
  iface->read_nonblocking = sb_pipe_input_read_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbPipeInput,
                               sb_pipe_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      sb_pipe_input_pollable_init))

static void
sb_pipe_input_class_init (SbPipeInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = sb_pipe_input_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = sb_pipe_input_close;
}

static void
sb_pipe_input_init (SbPipeInput *self)
{
}

/* --- output
 * ------------------------------------------------------------------------------------------- */

#define SB_TYPE_PIPE_OUTPUT (sb_pipe_output_get_type ())
G_DECLARE_FINAL_TYPE (SbPipeOutput, sb_pipe_output, SB, PIPE_OUTPUT, GOutputStream)

struct _SbPipeOutput
{
  GOutputStream parent_instance;
  SbPipe *pipe; /* (nullable) */
};

/* Sends what is corked and then @buffer, in one packet where they fit. Returns how much of @buffer
 * went, or -1 with errno. */
static gssize
send_both (SbPipe *self, const void *buffer, gsize count)
{
  gsize before = self->corked_length - self->corked_start;
  struct iovec parts[] = { { self->corked + self->corked_start, before },
                           { (void *)buffer, count } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = G_N_ELEMENTS (parts) };
  gssize n = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n < 0)
    return n;
  if ((gsize)n <= before)
    {
      self->corked_start += (gsize)n;
      errno = EAGAIN;
      return -1;
    }
  g_clear_pointer (&self->corked, g_free);
  return n - (gssize)before;
}

static gssize
sb_pipe_output_write_nonblocking (GPollableOutputStream *stream,
                                  const void *buffer,
                                  gsize count,
                                  GError **error)
{
  SbPipe *self = SB_PIPE_OUTPUT (stream)->pipe;
  gssize n;

  if (self == NULL || self->ended || self->fd < 0)
    return fail (G_IO_ERROR_BROKEN_PIPE, error);

  /* Anything but "100 Continue" is the answer, also one that libsoup gives of its own accord. */
  if (!self->answered && !(count > 12 && strncmp (buffer, "HTTP/1.1 100", 12) == 0))
    {
      self->answered = TRUE;
      if (self->phase == SB_PIPE_BODY)
        sb_pipe_set_phase (self, SB_PIPE_WRITE);
    }
  if (self->more)
    {
      self->more = FALSE;
      self->corked = g_memdup2 (buffer, count);
      self->corked_length = count;
      self->corked_start = 0;
      return (gssize)count;
    }

  do
    n = self->corked != NULL ? send_both (self, buffer, count)
                             : send (self->fd, buffer, count, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    return n;
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    return fail (G_IO_ERROR_BROKEN_PIPE, error);
  self->writable = FALSE;
  return fail (G_IO_ERROR_WOULD_BLOCK, error);
}

static gboolean
sb_pipe_output_is_writable (GPollableOutputStream *stream)
{
  SbPipe *self = SB_PIPE_OUTPUT (stream)->pipe;

  return self == NULL || self->ended || self->writable;
}

static GSource *
sb_pipe_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  SbPipe *self = SB_PIPE_OUTPUT (stream)->pipe;

  return self != NULL ? pipe_source_new (self, TRUE) : g_timeout_source_new (0);
}

static gssize
sb_pipe_output_write (
  GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return fail (G_IO_ERROR_NOT_SUPPORTED, error);
}

static gboolean
sb_pipe_output_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
sb_pipe_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = sb_pipe_output_is_writable;
  iface->create_source = sb_pipe_output_create_source;
  iface->write_nonblocking = sb_pipe_output_write_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbPipeOutput,
                               sb_pipe_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      sb_pipe_output_pollable_init))

static void
sb_pipe_output_class_init (SbPipeOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = sb_pipe_output_write;
  G_OUTPUT_STREAM_CLASS (klass)->close_fn = sb_pipe_output_close;
}

static void
sb_pipe_output_init (SbPipeOutput *self)
{
}

/* Makes the two streams of @self; they may outlive it. */
void
sb_pipe_streams_attach (SbPipe *self)
{
  SbPipeInput *input = g_object_new (SB_TYPE_PIPE_INPUT, NULL);
  SbPipeOutput *output = g_object_new (SB_TYPE_PIPE_OUTPUT, NULL);

  input->pipe = self;
  output->pipe = self;
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
}

void
sb_pipe_streams_detach (SbPipe *self)
{
  if (self->input != NULL)
    SB_PIPE_INPUT (self->input)->pipe = NULL;
  if (self->output != NULL)
    SB_PIPE_OUTPUT (self->output)->pipe = NULL;
}
