/* sb-accounts-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-accounts.h"

G_BEGIN_DECLS

/* One connection of the store, with its secrets once they were loaded. */
typedef struct
{
  SbAccounts *accounts; /* borrowed */
  SbAccount *account;   /* its secrets are NULL until they were loaded */
  char *words;          /* (nullable): why the secrets are not there */
  gboolean loading;
  gboolean again;      /* something changed while it was loading */
  gboolean release;    /* runs may be waiting for it */
  gboolean no_keyring; /* there is none to ask, locked or not */
  char *problem;       /* (nullable): what is missing or wrong in it, for calls */
  SbGrant *grant;      /* (nullable): what was signed in for */
} SbHeld;

struct _SbAccounts
{
  SbStore *store;
  SbConnectors *connectors;
  SbSecrets *secrets;
  char *mode;
  char *practice_base;
  SbAccountsFunc func;
  gpointer data;

  GHashTable *held;      /* connection id → Held */
  GHashTable *stand_ins; /* connector id → SbAccount */
  GHashTable *troubles;  /* connection id → words */
  GPtrArray *reloads;    /* of GTask: waiting for secrets */
  GSource *retry;
  SbHttp *http;          /* (nullable): nothing is renewed */
  gint64 renew_first_us;
  SbAccountsAlertFunc alert;
  gpointer alert_data;
  GHashTable *renewals; /* connection id → SbRenewal: under way, or to be tried again */
  GHashTable *refusals; /* connection id → when a refusal last led to a renewal (elapsed µs) */
  guint pending; /* calls that will come back here */
  gboolean freed;
};

void       sb_held_free                (gpointer       data);
SbAccount *sb_account_new              (SbConnector   *connector,
                                        SbConnection  *connection,
                                        GHashTable    *secrets,
                                        const char    *base);
/* Every call that will come back is counted in @pending. Returns: FALSE when @self is gone. */
gboolean   sb_accounts_came_back       (SbAccounts    *self);
void       sb_accounts_release         (SbAccounts    *self,
                                        const char    *connection_id);
/* Keeps @words (nullable: all is well) with the connection in the store. */
void       sb_accounts_save_trouble    (SbAccounts    *self,
                                        const char    *connection_id,
                                        const char    *words);
/* Reads the secrets of @held again. */
void       sb_held_load                (SbHeld        *held);
/* The tokens of @held as a call needs them now; begins to renew them where it is time. @words (out)
 * (transfer full): why a call has to wait. */
gboolean   sb_held_is_fresh            (SbHeld        *held,
                                        char         **words);
/* New tokens are at hand: whoever waited for them goes on. */
void       sb_held_freshened           (SbHeld        *held);
void       sb_accounts_end_renewals    (SbAccounts    *self);
void       sb_renewal_unref            (gpointer       data);
/* Answers those who wait for a reload. */
void       sb_accounts_finish_reloads  (SbAccounts    *self);

G_END_DECLS
