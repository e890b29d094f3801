/* sb-http.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-request.h"

G_BEGIN_DECLS

/* Kept of an answer; what is longer is not read. */
#define SB_HTTP_MAX_ANSWER (1024 * 1024)

/**
 * SbHttp:
 *
 * Sends SbRequests with libsoup, which has a thread of its own here; callers hear of the answer on their
 * own context. Never follows a redirect (a 3xx is an answer like another), keeps no cookies, checks
 * certificates, bounds the answer (1 MiB kept, the rest refused), has a deadline of its own, and tells
 * whether anything can have reached the vendor when no answer came.
 */
#define SB_TYPE_HTTP (sb_http_get_type ())
G_DECLARE_FINAL_TYPE (SbHttp, sb_http, SB, HTTP, GObject)

SbHttp   *sb_http_new          (gint64                timeout_us);
void      sb_http_send_async   (SbHttp               *self,
                                SbRequest            *request,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              data);
/* Always fills @answer (caller clears it), also when there was none; FALSE only when cancelled. */
gboolean  sb_http_send_finish  (SbHttp               *self,
                                GAsyncResult         *result,
                                SbAnswer             *answer,
                                GError              **error);

G_END_DECLS
