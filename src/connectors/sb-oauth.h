/* sb-oauth.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-request.h"

G_BEGIN_DECLS

/* Signing in at a vendor in the browser (OAuth 2.0: RFC 6749, with PKCE, RFC 7636, and a redirect to this
 * computer, RFC 8252). Here is what needs no network: addresses, requests for tokens, and what is made of the
 * answers. Pure, any thread. */

/* What the vendor granted. It is one secret in the keyring, so that the two tokens never part. */
typedef struct
{
  char   *access;
  char   *refresh;     /* (nullable): the vendor gives none; then a person signs in again */
  gint64  obtained_us;
  gint64  expires_us;  /* of @access; 0: the vendor does not say */
} SbGrant;

/* The name of that secret. */
#define SB_OAUTH_GRANT "oauth-grant"
/* A setting that every connection with a sign-in may have: the address the browser is sent back to as it is
 * registered at the vendor, where that is not this computer. */
#define SB_OAUTH_REDIRECT "redirect_address"
/* Where the browser comes back to. */
#define SB_OAUTH_PATH "/oauth/callback"

SbGrant    *sb_grant_parse       (const char    *text,
                                  GError       **error);
/* (transfer full): to be wiped with sb_oauth_wipe () */
char       *sb_grant_write       (SbGrant       *self);
SbGrant    *sb_grant_copy        (SbGrant       *self);
void        sb_grant_free        (SbGrant       *self);
void        sb_oauth_wipe        (char          *text);

/* The connector's "oauth", where it counts with these settings. (transfer none) (nullable) */
SbValue    *sb_oauth_get         (SbConnector   *connector,
                                  SbValue       *settings);
/* Whether the setting @key comes with the sign-in, so that nobody has to type it. */
gboolean    sb_oauth_gives       (SbConnector   *connector,
                                  SbValue       *settings,
                                  const char    *key);
/* The port on this computer the browser comes back to; 0: any free one. */
guint       sb_oauth_get_port    (SbValue       *oauth);
/* "http://127.0.0.1:PORT/oauth/callback", or what the owner registered. (transfer full) */
char       *sb_oauth_get_redirect (SbValue      *oauth,
                                  SbValue       *settings,
                                  guint          port);

/* What a connection needs before anybody can sign in: client id and secret. Errors: INVALID. */
gboolean    sb_oauth_check_ready (SbConnector   *connector,
                                  SbConnection  *connection,
                                  GHashTable    *secrets,
                                  GError       **error);
/* The address for the browser. @verifier (nullable): without PKCE. (transfer full) (nullable) */
char       *sb_oauth_build_address (SbConnector *connector,
                                  SbConnection  *connection,
                                  const char    *redirect,
                                  const char    *state,
                                  const char    *verifier,
                                  GError       **error);
/* Asks for the first tokens. */
SbRequest  *sb_oauth_build_exchange (SbConnector *connector,
                                  SbConnection  *connection,
                                  GHashTable    *secrets,
                                  const char    *code,
                                  const char    *redirect,
                                  const char    *verifier,
                                  GError       **error);
/* Asks for new ones. */
SbRequest  *sb_oauth_build_renewal (SbConnector *connector,
                                  SbConnection  *connection,
                                  GHashTable    *secrets,
                                  SbGrant       *grant,
                                  GError       **error);
/* @before (nullable): its refresh token stays where the answer has none. Errors: UNAUTHORIZED (the vendor says
 * no, and will), UNAVAILABLE (it may say yes later). */
SbGrant    *sb_oauth_read_answer (SbConnector   *connector,
                                  const SbAnswer *answer,
                                  SbGrant       *before,
                                  GHashTable    *secrets,
                                  gint64         now_us,
                                  GError       **error);
/* What the browser brought: name → value, decoded; NULL where a name stands there twice. @query without the
 * question mark. */
GHashTable *sb_oauth_read_query  (const char    *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbGrant, sb_grant_free)

G_END_DECLS
