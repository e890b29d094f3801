/* sink.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A server on 127.0.0.1 that counts requests and answers each with 200 and a short JSON object, on a
 * thread of its own. Does as little as can be, for what it takes is taken from what is measured. */
typedef struct _Sink Sink;

Sink *sink_new       (GError **error);
gint  sink_get_port  (Sink    *self);
guint sink_get_count (Sink    *self);
void  sink_free      (Sink    *self);

G_END_DECLS
