/* sb-signature.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"

G_BEGIN_DECLS

/* A request as received. Header names in lower case, values joined by ", " where repeated. */
typedef struct
{
  const char *method;
  const char *path_and_query;
  GHashTable *headers; /* (element-type utf8 utf8) */
  GBytes     *body;    /* raw */
} SbIncoming;

typedef enum
{
  SB_VERDICT_ACCEPTED,
  SB_VERDICT_HANDSHAKE, /* answer with @status and @reply, store nothing */
  SB_VERDICT_REFUSED,   /* signature missing, wrong or stale: 401 and @reason */
  SB_VERDICT_BROKEN,    /* not what this vendor sends: 400 and @reason */
} SbVerdictKind;

typedef struct
{
  SbVerdictKind  kind;
  guint          status;
  char          *reply;        /* (nullable) */
  char          *content_type; /* (nullable) */
  char          *reason;       /* (nullable): for the owner, never for the peer */
  SbValue       *body;         /* (nullable): SB_VERDICT_ACCEPTED: the parsed body */
  char          *event_id;     /* as the connector says; a hash of the body where it has none */
  char          *topic;        /* (nullable): several, joined by commas, where the body is a list of events */
  char          *version_note; /* (nullable): the vendor sent another API version than the one expected */
  char          *echo_name;    /* (nullable): SB_VERDICT_HANDSHAKE: a header to answer with … */
  char          *echo_value;   /* (nullable): … and its value */
} SbVerdict;

/* Judges @incoming as @connector declares ("webhook" and "event" of its file): signature over the raw
 * bytes in constant time, time stamp within the window around @now_us, handshakes, strict JSON,
 * event id and topic. @trigger_id: a topic outside the trigger's is accepted with
 * SB_VERDICT_HANDSHAKE 200 (heard, but not ours). Pure; any thread. */
SbVerdict *sb_signature_judge (SbConnector      *connector,
                               const char       *trigger_id,
                               SbConnection     *connection,
                               GHashTable       *secrets,
                               const SbIncoming *incoming,
                               const char       *public_address,
                               gint64            now_us);
void       sb_verdict_free    (SbVerdict        *self);

/* The body as the triggers see it: JSON, a form as an object, text as {"text": …}, a list of events in
 * the member the connector names. The same bytes give the same value always: what is stored is read
 * again through this. @content_type (nullable): told from the body then. Pure; any thread. Errors:
 * INVALID with what is wrong with it. */
SbValue   *sb_signature_read_body (SbConnector     *connector,
                                   SbConnection    *connection,
                                   const char      *content_type,
                                   GBytes          *body,
                                   GError         **error);

/* The other side, for the practice ground and the pilot: signs @body as the vendor would. Returns:
 * (transfer full): header name → value. */
GHashTable *sb_signature_sign (SbConnector      *connector,
                               const char       *trigger_id,
                               SbConnection     *connection,
                               GHashTable       *secrets,
                               const char       *public_address,
                               GBytes           *body,
                               const char       *event_id,
                               gint64            now_us,
                               GError          **error);

/* The practice ground's own RSA key, made once for each process, for vendors that sign so: the key set
 * (JWKS) to put into the settings, and the private key in PEM. */
const char *sb_signature_practice_jwks (void);
const char *sb_signature_practice_pem  (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbVerdict, sb_verdict_free)

G_END_DECLS
