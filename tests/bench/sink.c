/* sink.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sink.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-error.h"

static const char answer[] =
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"
  "{\"ok\":true,\"id\":\"s1\"}";

typedef struct
{
  int fd;
  char text[16384];
  gsize length;
} Peer;

struct _Sink
{
  int listen_fd;
  int epoll_fd;
  int stop_fd;
  gint port;
  gint count; /* atomic */
  GThread *thread;
  GSList *peers; /* of Peer */
};

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  close (peer->fd);
  g_free (peer);
}

static void
greet (Sink *self)
{
  struct epoll_event event = { .events = EPOLLIN };
  int on = 1;
  int fd = accept4 (self->listen_fd, NULL, NULL, SOCK_CLOEXEC);
  Peer *peer;

  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  peer = g_new0 (Peer, 1);
  peer->fd = fd;
  self->peers = g_slist_prepend (self->peers, peer);
  event.data.ptr = peer;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Length of the first request, if all of it is there; else 0. */
static gsize
first_request (Peer *peer)
{
  const char *end, *field;
  gsize length;

  peer->text[peer->length] = '\0';
  end = strstr (peer->text, "\r\n\r\n");
  if (end == NULL)
    return 0;
  length = (gsize)(end + 4 - peer->text);
  field = strcasestr (peer->text, "\r\ncontent-length:");
  if (field != NULL && field < end)
    length += strtoul (field + strlen ("\r\ncontent-length:"), NULL, 10);
  return length <= peer->length ? length : 0;
}

static void
hear (Sink *self, Peer *peer)
{
  gssize n =
    recv (peer->fd, peer->text + peer->length, sizeof peer->text - 1 - peer->length, MSG_DONTWAIT);
  gsize length;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0)
    {
      self->peers = g_slist_remove (self->peers, peer);
      peer_free (peer);
      return;
    }
  peer->length += (gsize)n;
  while ((length = first_request (peer)) > 0)
    {
      memmove (peer->text, peer->text + length, peer->length - length);
      peer->length -= length;
      g_atomic_int_inc (&self->count);
      if (send (peer->fd, answer, strlen (answer), MSG_NOSIGNAL) < 0)
        return;
    }
}

static gpointer
thread_main (gpointer data)
{
  Sink *self = data;
  struct epoll_event events[64];

  for (;;)
    {
      int n = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        {
          if (events[i].data.ptr == &self->stop_fd)
            return NULL;
          if (events[i].data.ptr == self)
            greet (self);
          else
            hear (self, events[i].data.ptr);
        }
    }
}

Sink *
sink_new (GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t length = sizeof address;
  Sink *self = g_new0 (Sink, 1);
  struct epoll_event listening = { .events = EPOLLIN, .data.ptr = self };
  struct epoll_event stopping = { .events = EPOLLIN, .data.ptr = &self->stop_fd };

  self->listen_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->stop_fd = eventfd (0, EFD_CLOEXEC);
  if (self->listen_fd < 0 || bind (self->listen_fd, (struct sockaddr *)&address, length) < 0 ||
      listen (self->listen_fd, 128) < 0 ||
      getsockname (self->listen_fd, (struct sockaddr *)&address, &length) < 0 ||
      epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->listen_fd, &listening) < 0 ||
      epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->stop_fd, &stopping) < 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_FAILED, "The sink could not listen: %s",
                   g_strerror (errno));
      g_free (self);
      return NULL;
    }
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("sink", thread_main, self);
  return self;
}

gint
sink_get_port (Sink *self)
{
  return self->port;
}

guint
sink_get_count (Sink *self)
{
  return (guint)g_atomic_int_get (&self->count);
}

void
sink_free (Sink *self)
{
  guint64 one = 1;

  if (self == NULL)
    return;
  if (write (self->stop_fd, &one, sizeof one) == sizeof one)
    g_thread_join (self->thread);
  g_slist_free_full (self->peers, peer_free);
  close (self->listen_fd);
  close (self->epoll_fd);
  close (self->stop_fd);
  g_free (self);
}
