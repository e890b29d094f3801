/* sb-accounts.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"
#include "sb-http.h"
#include "sb-oauth.h"
#include "sb-secrets.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* What a step calls with. Reference counted, immutable. */
typedef struct
{
  SbConnector  *connector;  /* borrowed from the SbConnectors of the engine */
  SbConnection *connection;
  GHashTable   *secrets;    /* key → text */
  char         *base;       /* (nullable): the practice ground's address for this vendor */
} SbAccount;

SbAccount *sb_account_ref   (SbAccount *self);
void       sb_account_unref (SbAccount *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbAccount, sb_account_unref)

typedef enum
{
  SB_ACCOUNT_READY,
  SB_ACCOUNT_BLOCKED, /* not now: the run waits for @connection */
  SB_ACCOUNT_MISSING, /* not without the owner: the run goes to the inbox */
} SbAccountState;

/**
 * SbAccounts:
 *
 * Which connection a step uses in the engine's mode, with its secrets at hand. This is the one place
 * where that is decided: live gives production connections only, sandbox gives sandbox ones only, and
 * practice gives stand-ins with the address of the practice ground and nothing else. Engine thread only.
 */
typedef struct _SbAccounts SbAccounts;

/* Called when connections came back (keyring unlocked, trouble over): runs were released. */
typedef void (*SbAccountsFunc) (gpointer data);

SbAccounts     *sb_accounts_new            (SbStore             *store,
                                            SbConnectors        *connectors,
                                            SbSecrets           *secrets,
                                            const char          *mode,
                                            SbAccountsFunc       func,
                                            gpointer             data);
/* "http://127.0.0.1:8788": where the practice ground is. Until it is known, practice has no accounts. */
void            sb_accounts_set_practice_base (SbAccounts       *self,
                                            const char          *practice_base);
void            sb_accounts_free           (SbAccounts          *self);
/* Reads the connections from the store and their secrets from the keyring; releases the runs of those
 * that work again. Comes back after five seconds at the latest; what the keyring has not given by then
 * follows. */
void            sb_accounts_reload_async   (SbAccounts          *self,
                                            GAsyncReadyCallback  callback,
                                            gpointer             data);
gboolean        sb_accounts_reload_finish  (SbAccounts          *self,
                                            GAsyncResult        *result,
                                            GError             **error);
/* @wanted (nullable): the connection the step names. The out parameters are filled as the state says:
 * @account; or @connection and @words; or @words. */
SbAccountState  sb_accounts_find           (SbAccounts          *self,
                                            const char          *connector_id,
                                            const char          *wanted,
                                            SbAccount          **account,
                                            char               **connection,
                                            char               **words);
/* The same for a trigger: in practice the owner's own connection counts where it has secrets. */
SbAccountState  sb_accounts_find_trigger   (SbAccounts          *self,
                                            const char          *connector_id,
                                            const char          *wanted,
                                            SbAccount          **account,
                                            char               **words);
/* One connection whatever the mode, for trying it out. */
SbAccountState  sb_accounts_find_to_test   (SbAccounts          *self,
                                            const char          *connection_id,
                                            SbAccount          **account,
                                            char               **words);
/* For asking a vendor where no connection was chosen: the practice ground's stand-in, or why not. */
SbAccountState  sb_accounts_find_to_ask    (SbAccounts          *self,
                                            const char          *connector_id,
                                            SbAccount          **account,
                                            char               **words);

/* --- sign-ins that are renewed (sb-accounts-renew.c) -------------------------------------------------- */

/* One sentence for the owner, one for a cause. */
typedef void (*SbAccountsAlertFunc) (const char *message, gpointer data);

/* What came of a refused key. */
typedef enum
{
  SB_REFUSAL_STANDS,   /* it is the connection's fault: trouble */
  SB_REFUSAL_RENEWING, /* new tokens are being asked for: the run waits for the connection */
  SB_REFUSAL_RENEWED,  /* there are newer tokens already: ask again at once */
} SbRefusal;

/* Without this nothing is ever renewed. @first_us: the first pause after a renewal that came to nothing. */
void            sb_accounts_set_renewing   (SbAccounts          *self,
                                            SbHttp              *http,
                                            gint64               first_us,
                                            SbAccountsAlertFunc  alert,
                                            gpointer             data);
/* The vendor refused the tokens of @account, which may be older than those at hand. */
SbRefusal       sb_accounts_take_refusal   (SbAccounts          *self,
                                            SbAccount           *account);
/* Answers once the tokens of @connection_id are good for a call, or are known not to be; at once where it has
 * none. Errors: UNAUTHORIZED, UNAVAILABLE. */
void            sb_accounts_freshen_async  (SbAccounts          *self,
                                            const char          *connection_id,
                                            GAsyncReadyCallback  callback,
                                            gpointer             data);
gboolean        sb_accounts_freshen_finish (SbAccounts          *self,
                                            GAsyncResult        *result,
                                            GError             **error);
/* Keeps what a person has just signed in for; a renewal that is under way counts no more. */
void            sb_accounts_keep_grant_async  (SbAccounts       *self,
                                            const char          *connection_id,
                                            SbGrant             *grant,
                                            GAsyncReadyCallback  callback,
                                            gpointer             data);
gboolean        sb_accounts_keep_grant_finish (SbAccounts       *self,
                                            GAsyncResult        *result,
                                            GError             **error);
/* New tokens are on their way: stopping now could lose them. */
gboolean        sb_accounts_is_renewing    (SbAccounts          *self);
/* What the keyring holds as calls need it: the token of a sign-in under the name the connector gives it, nothing
 * else of the sign-in. @grant (out) (optional) (transfer full) (nullable). (transfer full) Any thread. */
GHashTable     *sb_accounts_read_secrets   (SbConnector         *connector,
                                            SbConnection        *connection,
                                            GHashTable          *secrets,
                                            SbGrant            **grant);

/* The vendor turned the connection away. Returns TRUE when that is news. */
gboolean        sb_accounts_set_trouble    (SbAccounts          *self,
                                            const char          *connection_id,
                                            const char          *words);
void            sb_accounts_clear_trouble  (SbAccounts          *self,
                                            const char          *connection_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbAccounts, sb_accounts_free)

G_END_DECLS
