/* sb-background.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @allowed: whether the desktop lets the program run with no window; without a portal nobody forbids it.
 * @autostart: whether it will be started when the person signs in. */
typedef void (*SbBackgroundFunc) (gboolean allowed,
                                  gboolean autostart,
                                  gpointer data);

/**
 * sb_background_request:
 * @connection: the session bus
 *
 * Asks the desktop to let the program stay when its window is closed, and to start it at sign-in
 * (org.freedesktop.portal.Background, version 1). The person may be asked by the desktop. @func is
 * called once, on the thread-default context, unless @cancellable is cancelled before.
 */
void sb_background_request (GDBusConnection  *connection,
                            GCancellable     *cancellable,
                            SbBackgroundFunc  func,
                            gpointer          data);

G_END_DECLS
