/* fuzz-peer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fuzz-peer.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

static gboolean
read_cb (gint fd, GIOCondition condition, gpointer data)
{
  FuzzPeer *self = data;
  char buffer[16 * 1024];
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n > 0)
    g_string_append_len (self->answers, buffer, n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    self->closed = TRUE;
  if (self->closed)
    self->source = 0;
  return self->closed ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

FuzzPeer *
fuzz_peer_new (GSocketAddress *address)
{
  FuzzPeer *self = g_new0 (FuzzPeer, 1);
  char native[256];
  gssize length = g_socket_address_get_native_size (address);
  int family = (int)g_socket_address_get_family (address);

  self->answers = g_string_new (NULL);
  self->fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!g_socket_address_to_native (address, native, sizeof native, NULL) ||
      connect (self->fd, (struct sockaddr *)native, (socklen_t)length) < 0)
    g_error ("The server cannot be reached: %s", g_strerror (errno));
  self->source = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, read_cb, self);
  return self;
}

static void
say_packet (FuzzPeer *self, const char *packet, gsize length)
{
  while (length > 0 && !self->closed)
    {
      gssize sent = send (self->fd, packet, length, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return;
      packet += MAX (sent, 0);
      length -= (gsize)MAX (sent, 0);
      g_main_context_iteration (NULL, FALSE);
    }
  for (guint turns = 0; turns < 20 && g_main_context_iteration (NULL, FALSE); turns++)
    ;
}

void
fuzz_peer_say (FuzzPeer *self, const guint8 *data, gsize size)
{
  g_autoptr (GString) packet = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    if (data[i] != '\0')
      g_string_append_c (packet, (char)data[i]);
    else if (i + 1 < size && data[i + 1] == '\0')
      g_string_append_c (packet, (char)data[i++]);
    else
      {
        say_packet (self, packet->str, packet->len);
        g_string_truncate (packet, 0);
      }
  say_packet (self, packet->str, packet->len);
  shutdown (self->fd, SHUT_WR);
}

void
fuzz_peer_free (FuzzPeer *self)
{
  if (self->source != 0)
    g_source_remove (self->source);
  close (self->fd);
  g_string_free (self->answers, TRUE);
  g_free (self);
}
