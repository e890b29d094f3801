/* sb-endpoint-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-endpoint.h"
#include "sb-template.h"
#include "sb-transport.h"

G_BEGIN_DECLS

/* A bell with what is made ready once rather than for each request. */
typedef struct
{
  SbBell     *bell;
  SbTemplate *label;    /* (nullable) */
  gboolean    hears_get;
  gboolean    hears_head;
} SbBellEntry;

typedef enum
{
  SB_REPLY_OK,
  SB_REPLY_BAD_REQUEST,
  SB_REPLY_REFUSED,
  SB_REPLY_NOT_FOUND,
  SB_REPLY_UNAVAILABLE,
} SbReply;

/* Only for tests: bounds they can reach within their time. Call it before sb_endpoint_listen(). */
void         sb_endpoint_set_limits    (SbEndpoint              *self,
                                        const SbTransportLimits *limits);
void         sb_endpoint_get_limits    (SbEndpoint              *self,
                                        SbTransportLimits       *limits);
guint        sb_endpoint_get_n_connections (SbEndpoint          *self);

/* Between sb-endpoint.c and sb-endpoint-request.c. */
SbStore     *sb_endpoint_get_store     (SbEndpoint              *self);
void         sb_endpoint_emit_accepted (SbEndpoint              *self,
                                        SbEvent                 *event,
                                        SbAccepted              *accepted);
void         sb_endpoint_tell_heard    (SbEndpoint              *self,
                                        SbBell                  *bell,
                                        SbVerdict               *verdict);
void         sb_endpoint_store         (SbEndpoint              *self,
                                        SbEvent                 *event,
                                        GAsyncReadyCallback      callback,
                                        gpointer                 data);
/* What was handed to sb_endpoint_store () was answered. */
void         sb_endpoint_end           (SbEndpoint              *self);
/* One of the constant answers. */
void         sb_endpoint_reply         (SbPipe                  *pipe,
                                        SbReply                  reply);

/* Judges the request on @pipe, which rang @entry, and answers it: at once, or, where it is an event, after
 * its commit. */
void         sb_request_handle         (SbEndpoint              *self,
                                        SbPipe                  *pipe,
                                        SbBellEntry             *entry);

G_END_DECLS
