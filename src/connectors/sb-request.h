/* sb-request.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"

G_BEGIN_DECLS

/* One request to a vendor, ready to send. Owned by whoever built it. */
typedef struct
{
  char       *method;
  char       *url;
  GHashTable *headers;      /* (element-type utf8 utf8) */
  char       *content_type; /* (nullable) */
  GBytes     *body;         /* (nullable) */
  gboolean    repeatable;   /* sending it twice does no more than sending it once */
  char       *shown;        /* the request as JSON text with secrets masked: {"method","url","headers",
                             * "body"}; the only form that is stored, logged or shown */
} SbRequest;

/* Builds what @action sends. @practice_base (nullable): "http://127.0.0.1:8788/shopify"; replaces the
 * vendor's base URL and changes nothing else. Values enter JSON as JSON values, URLs
 * percent-encoded; a header with control characters is refused. */
SbRequest *sb_request_build (SbConnector   *connector,
                             SbAction      *action,
                             SbConnection  *connection,
                             GHashTable    *secrets,
                             SbValue       *fields,
                             const char    *idempotency_key,
                             const char    *practice_base,
                             GError       **error);
void       sb_request_free  (SbRequest     *self);

/* What came back. status 0: no answer. */
typedef struct
{
  guint       status;
  GHashTable *headers;   /* (nullable) lower-case names */
  GBytes     *body;      /* (nullable) */
  gboolean    sent;      /* with status 0: FALSE only when nothing can have reached the vendor
                          * (name not found, connection refused) */
  char       *transport; /* (nullable): "no answer within 30 seconds" */
  SbValue    *fields;    /* (nullable): what the step gave, so that messages can name it; owned */
} SbAnswer;

void       sb_answer_clear  (SbAnswer      *self);

typedef enum
{
  SB_OUTCOME_DONE,
  SB_OUTCOME_RETRY,    /* nothing was done: try again after @retry_after_us (0: as backoff says) */
  SB_OUTCOME_FAILED,   /* cannot succeed as it is: to the inbox */
  SB_OUTCOME_UNKNOWN,  /* it may have been done */
  SB_OUTCOME_TROUBLE,  /* the connection is at fault (401, 403, revoked): pause it, the run waits */
} SbOutcomeKind;

typedef struct
{
  SbOutcomeKind  kind;
  gint64         retry_after_us; /* from now */
  char          *message;        /* a sentence: "Slack has no channel #packing" */
  SbValue       *output;         /* (nullable): SB_OUTCOME_DONE, the part of the answer steps may use */
  gboolean       found;          /* look-ups: whether there was any */
  char          *version_note;   /* (nullable): the vendor answered with another API version */
} SbOutcome;

/* Judges an answer as the connector declares: status, errors inside 200, Retry-After (seconds or date),
 * where the output is. Pure. */
SbOutcome *sb_answer_judge  (SbConnector    *connector,
                             SbAction       *action,
                             const SbAnswer *answer,
                             gint64          now_us);
void       sb_outcome_free  (SbOutcome      *self);

/* Replaces what must not be kept (secrets given, card numbers, authorization headers) in a text. */
char      *sb_redact        (const char     *text,
                             GHashTable     *secrets);

/* A copy of @value whose texts and numbers went through sb_redact(); also what stands under the name of a
 * password, token or card number. */
SbValue   *sb_redact_value  (SbValue        *value,
                             GHashTable     *secrets);
/* Takes the connection's secrets out of what came back. */
void       sb_outcome_redact (SbOutcome     *self,
                             GHashTable     *secrets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRequest, sb_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOutcome, sb_outcome_free)

G_END_DECLS
