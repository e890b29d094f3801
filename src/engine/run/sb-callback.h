/* sb-callback.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SbCallback:
 *
 * Where the browser comes back to after a sign-in (RFC 8252, section 7.3): a port on 127.0.0.1 that is open only
 * while somebody signs in, and takes one GET with the right path, the right host and the right state. Everything
 * else is refused and changes nothing: any page and any program of this computer can send requests here. Heads up
 * to 8 KiB, ten seconds for each; of more than eight at a time the one that is silent for the longest goes. One
 * thread only.
 */
typedef struct _SbCallback SbCallback;

/* @port 0: any free one. @state: what the browser must bring. @host (nullable): another authority it may ask for,
 * where the owner has an address of their own lead here. Errors: BUSY. */
SbCallback *sb_callback_new          (guint                 port,
                                      const char           *state,
                                      const char           *host,
                                      GError              **error);
guint       sb_callback_get_port     (SbCallback           *self);
/* What the browser brought: name → value, with "state", and "code" or "error". Nothing is listened to afterwards.
 * Errors: UNAVAILABLE (nobody came within @patience_us), G_IO_ERROR_CANCELLED. */
void        sb_callback_wait_async   (SbCallback           *self,
                                      gint64                patience_us,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              data);
GHashTable *sb_callback_wait_finish  (SbCallback           *self,
                                      GAsyncResult         *result,
                                      GError              **error);
/* The same from an address that a person copied from the browser. Errors: INVALID. */
gboolean    sb_callback_take_address (SbCallback           *self,
                                      const char           *address,
                                      GError              **error);
/* What the browser shows, which waits for it. */
void        sb_callback_answer       (SbCallback           *self,
                                      gboolean              good,
                                      const char           *words);
/* Ends the waiting, with G_IO_ERROR_CANCELLED. */
void        sb_callback_free         (SbCallback           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbCallback, sb_callback_free)

G_END_DECLS
