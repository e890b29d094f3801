/* sb-signature-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-signature.h"

G_BEGIN_DECLS

/* One signature being judged or made, with all that a scheme may ask for. Borrows everything. */
typedef struct
{
  SbConnector *connector;
  SbValue     *settings;
  GHashTable  *secrets;
  SbValue     *webhook;        /* the part that counts for these settings */
  const char  *method;
  const char  *public_address; /* (nullable) */
  GHashTable  *headers;        /* of the request; NULL when signing */
  GBytes      *body;
  gint64       now_us;
} SbProof;

/* Text of the file that may be one token of a setting: {{settings.header}}. */
const char *sb_proof_text        (SbProof      *proof,
                                  const char   *text);
/* The first of the headers named that is there. (nullable) */
const char *sb_proof_header      (SbProof      *proof,
                                  SbValue      *names);
/* What is signed: the parts one after the other. (transfer full) (nullable): NULL with @reason */
GByteArray *sb_proof_signed      (SbProof      *proof,
                                  const char   *timestamp,
                                  const char   *id,
                                  char        **reason);
gboolean    sb_proof_is_fresh    (SbProof      *proof,
                                  const char   *timestamp);
gboolean    sb_constant_equal    (const char   *a,
                                  const char   *b);

/* Each FALSE with @reason, a sentence for the owner. */
gboolean    sb_proof_check_hmac  (SbProof      *proof,
                                  char        **reason);
gboolean    sb_proof_check_rsa   (SbProof      *proof,
                                  char        **reason);
gboolean    sb_proof_check_basic (SbProof      *proof,
                                  char        **reason);

/* Adds what the vendor would send. */
gboolean    sb_proof_sign_hmac   (SbProof      *proof,
                                  const char   *id,
                                  GHashTable   *headers,
                                  GError      **error);
gboolean    sb_proof_sign_rsa    (SbProof      *proof,
                                  GHashTable   *headers,
                                  GError      **error);
gboolean    sb_proof_sign_basic  (SbProof      *proof,
                                  GHashTable   *headers,
                                  GError      **error);

/* Events ("event" of a connector file) in sb-event.c. */
SbValue    *sb_event_parse_body  (SbConnector  *connector,
                                  SbValue      *webhook,
                                  const char   *content_type,
                                  GBytes       *body,
                                  GError      **error);
char       *sb_event_find_id     (SbConnector  *connector,
                                  GHashTable   *headers,
                                  SbValue      *parsed,
                                  GBytes       *body);
/* (transfer full) (element-type utf8): empty where there is none */
GPtrArray  *sb_event_find        (SbConnector  *connector,
                                  const char   *what,
                                  GHashTable   *headers,
                                  SbValue      *parsed,
                                  GBytes       *body);

G_END_DECLS
