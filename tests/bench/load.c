/* load.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* A bounded number of requests over a few kept connections, each sending the next request when the
 * answer to the one before was read whole. Loopback only. */

#include "config.h"

#include "load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-error.h"

#define PATIENCE_MS 30000

typedef struct
{
  int fd;
  GBytes *request; /* (unowned) (nullable): under way */
  gsize sent;
  char answer[4096];
  gsize received;
  gint64 began_us;
} Connection;

typedef struct
{
  gint port;
  int epoll_fd;
  GBytes **requests;
  guint n_requests;
  guint next;
  guint done;
  LoadResult *result;
} Load;

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, SB_ERROR, SB_ERROR_FAILED, "The load generator stopped: %s: %s", what,
               g_strerror (errno));
  return FALSE;
}

static gboolean
connect_to (Load *load, Connection *connection, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((guint16)load->port),
                                 .sin_addr = { htonl (INADDR_LOOPBACK) } };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
  int on = 1;

  connection->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection->fd < 0 ||
      connect (connection->fd, (struct sockaddr *)&address, sizeof address) < 0)
    return fail (error, "connect");
  setsockopt (connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl (load->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) < 0)
    return fail (error, "epoll");
  return TRUE;
}

/* A request fits into a socket's buffer, so that it leaves in one call. */
static gboolean
send_next (Load *load, Connection *connection, GError **error)
{
  gsize size;
  const char *bytes;

  connection->request = NULL;
  if (load->next == load->n_requests)
    return TRUE;
  connection->request = load->requests[load->next++];
  connection->received = 0;
  connection->began_us = g_get_monotonic_time ();
  bytes = g_bytes_get_data (connection->request, &size);
  if (send (connection->fd, bytes, size, MSG_NOSIGNAL) != (gssize)size)
    return fail (error, "send");
  return TRUE;
}

/* Whether the answer is there to its end. */
static gboolean
is_whole (Connection *connection)
{
  const char *end, *field;

  connection->answer[connection->received] = '\0';
  end = strstr (connection->answer, "\r\n\r\n");
  if (end == NULL)
    return FALSE;
  field = strcasestr (connection->answer, "content-length:");
  if (field == NULL || field > end)
    return TRUE;
  return connection->received >= (gsize)(end + 4 - connection->answer) +
                                   strtoul (field + strlen ("content-length:"), NULL, 10);
}

static gboolean
receive (Load *load, Connection *connection, GError **error)
{
  gssize n = recv (connection->fd, connection->answer + connection->received,
                   sizeof connection->answer - 1 - connection->received, MSG_DONTWAIT);
  gint64 latency;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (n <= 0)
    return fail (error, "the connection was closed");
  connection->received += (gsize)n;
  if (connection->request == NULL || !is_whole (connection))
    return TRUE;

  latency = g_get_monotonic_time () - connection->began_us;
  g_array_append_val (load->result->latencies, latency);
  if (!g_str_has_prefix (connection->answer, "HTTP/1.1 200"))
    load->result->not_ok++;
  load->done++;
  return send_next (load, connection, error);
}

static gboolean
work (Load *load, Connection *connections, guint n_connections, GError **error)
{
  struct epoll_event events[64];

  for (guint i = 0; i < n_connections; i++)
    if (!connect_to (load, &connections[i], error))
      return FALSE;
  load->result->took_us = -g_get_monotonic_time ();
  for (guint i = 0; i < n_connections; i++)
    if (!send_next (load, &connections[i], error))
      return FALSE;

  while (load->done < load->n_requests)
    {
      int n = epoll_wait (load->epoll_fd, events, G_N_ELEMENTS (events), PATIENCE_MS);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (error, "no answer for 30 s");
      for (int i = 0; i < n; i++)
        if (!receive (load, events[i].data.ptr, error))
          return FALSE;
    }
  load->result->took_us += g_get_monotonic_time ();
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

/**
 * load_run:
 * @port: of a server on 127.0.0.1
 * @requests: whole requests, each sent once
 * @result: (out caller-allocates): free its contents with load_clear()
 *
 * Blocks until every request was answered.
 */
gboolean
load_run (gint port,
          guint connections,
          GBytes **requests,
          guint n_requests,
          LoadResult *result,
          GError **error)
{
  g_autofree Connection *all = g_new0 (Connection, connections);
  Load load = { .port = port, .requests = requests, .n_requests = n_requests, .result = result };
  gboolean done;

  *result = (LoadResult){ .latencies = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  for (guint i = 0; i < connections; i++)
    all[i].fd = -1;
  load.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  done = work (&load, all, connections, error);
  for (guint i = 0; i < connections; i++)
    if (all[i].fd >= 0)
      close (all[i].fd);
  close (load.epoll_fd);
  g_array_sort (result->latencies, compare);
  return done;
}

double
load_per_second (LoadResult *result)
{
  return result->latencies->len * 1e6 / (double)MAX (result->took_us, 1);
}

/* Milliseconds. */
double
load_percentile (LoadResult *result, double percent)
{
  guint index;

  if (result->latencies->len == 0)
    return 0;
  index = (guint)((double)(result->latencies->len - 1) * percent / 100);
  return (double)g_array_index (result->latencies, gint64, index) / 1000;
}

void
load_clear (LoadResult *result)
{
  g_clear_pointer (&result->latencies, g_array_unref);
}
