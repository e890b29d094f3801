/* sb-transport.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-transport.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-error.h"

#define BATCH        64
#define WANTED_FILES 4096

struct _SbTransport
{
  SbTransportLimits limits;
  SbTransportGive give;
  gpointer data;

  GSource *source;
  GSocket *listener;
  int epoll_fd;
  int spare_fd; /* given up for a moment when there are no descriptors left */
  gint port;
  gboolean stopping;

  GQueue pipes; /* of SbPipe, oldest first */
  GQueue again; /* of SbPipe with more to read than one turn allows */
  gsize held;
  gint64 next_us;  /* when the source looks at the deadlines */
  GPtrArray *gone; /* (nullable): pipes closed in this turn */
};

typedef struct
{
  GSource base;
  SbTransport *transport;
} TransportSource;

/* --- connections
 * -------------------------------------------------------------------------------------- */

/* The connection to end when there is no place for another: the one that has waited longest with
 * nothing on it, else with the least. One that is worked on or answered is never taken. */
static SbPipe *
find_victim (SbTransport *self, SbPipePhase last)
{
  SbPipe *victim = NULL;

  for (GList *l = self->pipes.head; l != NULL; l = l->next)
    {
      SbPipe *pipe = l->data;

      if (pipe->phase == SB_PIPE_LINGER)
        return pipe;
      if (pipe->phase > last)
        continue;
      if (victim == NULL || pipe->phase < victim->phase ||
          (pipe->phase == victim->phase && pipe->since_us < victim->since_us))
        victim = pipe;
    }
  return victim;
}

static gboolean
make_place (SbTransport *self)
{
  SbPipe *victim = find_victim (self, SB_PIPE_BODY);

  if (victim == NULL)
    return FALSE;
  sb_pipe_drop (victim);
  return TRUE;
}

static void
add_pipe (SbTransport *self, int fd)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };
  int on = 1;
  SbPipe *pipe;

  if (self->pipes.length >= self->limits.max_connections && !make_place (self))
    {
      close (fd);
      return;
    }

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  pipe = sb_pipe_new (self, fd);
  g_queue_push_tail_link (&self->pipes, &pipe->link);
  sb_pipe_set_phase (pipe, SB_PIPE_IDLE);
  event.data.ptr = pipe;
  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    sb_pipe_drop (pipe);
}

/* No descriptor is left for a connection that waits: it is taken and closed with the spare one, or
 * the listener would be readable for ever. */
static void
turn_away (SbTransport *self, int listen_fd)
{
  int fd;

  if (self->spare_fd < 0)
    return;
  close (self->spare_fd);
  fd = accept4 (listen_fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    close (fd);
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
accept_pipes (SbTransport *self)
{
  int listen_fd = g_socket_get_fd (self->listener);

  for (guint n = 0; n < BATCH; n++)
    {
      int fd = accept4 (listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0)
        add_pipe (self, fd);
      else if (errno == EINTR || errno == ECONNABORTED)
        continue;
      else if (errno == EMFILE || errno == ENFILE)
        {
          if (!make_place (self))
            turn_away (self, listen_fd);
        }
      else
        return;
    }
}

/* --- the source
 * ----------------------------------------------------------------------------------------- */

static void
end_late_ones (SbTransport *self)
{
  gint64 now = g_get_monotonic_time (), next = G_MAXINT64;
  GList *following;

  for (GList *l = self->pipes.head; l != NULL; l = following)
    {
      SbPipe *pipe = l->data;

      following = l->next;
      if (pipe->deadline_us <= now)
        {
          if (pipe->phase == SB_PIPE_HEAD || pipe->phase == SB_PIPE_BODY)
            sb_pipe_refuse (pipe, 408);
          else
            sb_pipe_drop (pipe);
        }
      if (pipe->phase != SB_PIPE_CLOSED)
        next = MIN (next, pipe->deadline_us);
    }

  self->next_us = next;
  g_source_set_ready_time (self->source, next == G_MAXINT64 ? -1 : next);
}

static void
handle_event (SbPipe *pipe, guint32 events)
{
  if (pipe->phase == SB_PIPE_CLOSED)
    return;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    pipe->hung_up = TRUE;
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    pipe->readable = TRUE;
  sb_pipe_advance (pipe, (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0);
}

static gboolean
transport_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  SbTransport *self = ((TransportSource *)source)->transport;
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_pipe_unref);
  struct epoll_event events[BATCH];
  gboolean listening = FALSE;
  GList *link;
  int n;

  /* Pipes that close in this turn stay in memory until its end: later events may be about them. */
  self->gone = gone;
  n = epoll_wait (self->epoll_fd, events, BATCH, 0);
  for (int i = 0; i < n; i++)
    {
      if (events[i].data.ptr == self)
        listening = TRUE;
      else
        handle_event (events[i].data.ptr, events[i].events);
    }
  for (guint turns = self->again.length; turns > 0 && (link = g_queue_pop_head_link (&self->again));
       turns--)
    {
      g_autoptr (SbPipe) pipe = link->data;

      g_list_free_1 (link);
      pipe->queued = FALSE;
      sb_pipe_advance (pipe, FALSE);
    }
  if (listening && !self->stopping)
    accept_pipes (self);
  if (self->next_us <= g_get_monotonic_time ())
    end_late_ones (self);
  self->gone = NULL;

  return G_SOURCE_CONTINUE;
}

static gboolean
transport_prepare (GSource *source, gint *timeout)
{
  *timeout = -1;
  return !g_queue_is_empty (&((TransportSource *)source)->transport->again);
}

static GSourceFuncs transport_source_funcs = {
  transport_prepare, NULL, transport_dispatch, NULL, NULL, NULL
};

/* --- life
 * --------------------------------------------------------------------------------------------- */

/**
 * sb_transport_new:
 * @limits: copied
 * @give: called for each request that is whole; answers it with sb_pipe_answer(), at once or later
 *
 * Returns: (transfer full): a transport that does not listen yet
 */
SbTransport *
sb_transport_new (const SbTransportLimits *limits, SbTransportGive give, gpointer data)
{
  SbTransport *self = g_new0 (SbTransport, 1);

  self->limits = *limits;
  self->give = give;
  self->data = data;
  self->epoll_fd = -1;
  self->spare_fd = -1;
  self->next_us = G_MAXINT64;
  g_queue_init (&self->pipes);
  g_queue_init (&self->again);
  return self;
}

/**
 * sb_transport_free:
 *
 * Closes everything at once.
 */
void
sb_transport_free (SbTransport *self)
{
  if (self == NULL)
    return;

  sb_transport_stop (self);
  while (self->pipes.head != NULL)
    sb_pipe_drop (self->pipes.head->data);
  g_queue_clear_full (&self->again, (GDestroyNotify)sb_pipe_unref);
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  g_clear_object (&self->listener);
  g_free (self);
}

/* The usual soft limit of 1,024 descriptors would be used up by the connections alone. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < WANTED_FILES)
    {
      limit.rlim_cur = MIN (limit.rlim_max, WANTED_FILES);
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static GSocket *
open_listener (gint port, GError **error)
{
  g_autoptr (GSocket) listener = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16)port);
  g_autoptr (GError) reason = NULL;

  listener =
    g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &reason);
  if (listener != NULL)
    {
      g_socket_set_blocking (listener, FALSE);
      g_socket_set_listen_backlog (listener, 1024);
    }
  if (listener != NULL && g_socket_bind (listener, address, TRUE, &reason) &&
      g_socket_listen (listener, &reason))
    return g_steal_pointer (&listener);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (
      error, SB_ERROR, SB_ERROR_BUSY,
      _ ("Port %d on this computer is used by another program: end that program, or choose "
         "another port."),
      port);
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                 _ ("This user may not listen on port %d: choose a port above 1023."), port);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_FAILED,
                 _ ("Signalbox cannot listen on port %d: %s. Choose another port."), port,
                 reason->message);
  return NULL;
}

/**
 * sb_transport_listen:
 * @port: 0 for any free one
 *
 * Listens on 127.0.0.1 and goes on on the thread-default context. Errors: BUSY (the port is in
 * use), REFUSED (a port below 1024), FAILED.
 */
gboolean
sb_transport_listen (SbTransport *self, gint port, GError **error)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };
  g_autoptr (GSocket) listener = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  g_return_val_if_fail (self->source == NULL, FALSE);

  raise_file_limit ();
  listener = open_listener (port, error);
  if (listener == NULL)
    return FALSE;
  address = g_socket_get_local_address (listener, error);
  if (address == NULL)
    return FALSE;

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (self->epoll_fd < 0 ||
      epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, g_socket_get_fd (listener), &event) < 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_FAILED, _ ("Signalbox cannot watch port %d: %s."),
                   port, g_strerror (errno));
      return FALSE;
    }

  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  self->listener = g_steal_pointer (&listener);
  self->source = g_source_new (&transport_source_funcs, sizeof (TransportSource));
  ((TransportSource *)self->source)->transport = self;
  g_source_set_static_name (self->source, "SbTransport");
  g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return TRUE;
}

/**
 * sb_transport_stop:
 *
 * Accepts no more, and ends every connection that has no whole request on it. The others end when
 * they were answered.
 */
void
sb_transport_stop (SbTransport *self)
{
  GList *following;

  if (self->stopping || self->listener == NULL)
    return;

  self->stopping = TRUE;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, g_socket_get_fd (self->listener), NULL);
  g_socket_close (self->listener, NULL);

  for (GList *l = self->pipes.head; l != NULL; l = following)
    {
      SbPipe *pipe = l->data;

      following = l->next;
      if (pipe->phase == SB_PIPE_BODY)
        sb_pipe_refuse (pipe, 503);
      else if (pipe->phase == SB_PIPE_IDLE || pipe->phase == SB_PIPE_HEAD)
        sb_pipe_drop (pipe);
    }
}

gboolean
sb_transport_is_stopping (SbTransport *self)
{
  return self->stopping;
}

gint
sb_transport_get_port (SbTransport *self)
{
  return self->port;
}

guint
sb_transport_get_n_pipes (SbTransport *self)
{
  return self->pipes.length;
}

/* --- for the pipes
 * -------------------------------------------------------------------------------------- */

const SbTransportLimits *
sb_transport_get_limits (SbTransport *self)
{
  return &self->limits;
}

void
sb_transport_give (SbTransport *self, SbPipe *pipe)
{
  self->give (pipe, self->data);
}

/**
 * sb_transport_hold:
 * @bytes: of its body that @pipe has in memory now
 *
 * Keeps the sum. Over the limit, the connection that has been sending its body for longest is
 * refused: a vendor's request is whole within milliseconds.
 */
void
sb_transport_hold (SbTransport *self, SbPipe *pipe, gsize bytes)
{
  if (self == NULL)
    return;

  self->held = self->held - pipe->held + bytes;
  pipe->held = bytes;
  if (bytes > 0 && self->held > self->limits.held_limit)
    {
      SbPipe *victim = NULL;

      for (GList *l = self->pipes.head; l != NULL; l = l->next)
        {
          SbPipe *other = l->data;

          if (other->phase == SB_PIPE_BODY && other->held > 0 &&
              (victim == NULL || other->began_us < victim->began_us))
            victim = other;
        }
      if (victim != NULL)
        sb_pipe_refuse (victim, 503);
    }
}

/* Sets when @pipe ends unless it gets on (monotonic, G_MAXINT64: never). */
void
sb_transport_set_deadline (SbTransport *self, SbPipe *pipe, gint64 deadline_us)
{
  pipe->deadline_us = deadline_us;
  if (deadline_us < self->next_us)
    {
      self->next_us = deadline_us;
      g_source_set_ready_time (self->source, deadline_us);
    }
}

/* Calls sb_pipe_advance() in the next turn of the loop. */
void
sb_transport_again (SbTransport *self, SbPipe *pipe)
{
  if (pipe->queued)
    return;
  pipe->queued = TRUE;
  g_queue_push_tail (&self->again, sb_pipe_ref (pipe));
}

/* @pipe was closed. */
void
sb_transport_forget (SbTransport *self, SbPipe *pipe)
{
  self->held -= pipe->held;
  pipe->held = 0;
  g_queue_unlink (&self->pipes, &pipe->link);
  if (self->gone != NULL)
    g_ptr_array_add (self->gone, pipe);
  else
    sb_pipe_unref (pipe);
}
