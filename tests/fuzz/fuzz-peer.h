/* fuzz-peer.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One that talks to a server of ours on a socket, both on this thread's main context. */
typedef struct
{
  int       fd;
  guint     source;
  GString  *answers; /* all that came back */
  gboolean  closed;  /* the server has nothing more to say */
} FuzzPeer;

FuzzPeer *fuzz_peer_new  (GSocketAddress *address);
/* Sends the input and then says that no more comes. A NUL byte ends a packet; two of them are one that
 * is sent. */
void      fuzz_peer_say  (FuzzPeer       *self,
                          const guint8   *data,
                          gsize           size);
void      fuzz_peer_free (FuzzPeer       *self);

G_END_DECLS
