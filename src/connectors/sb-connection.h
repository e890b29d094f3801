/* sb-connection.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"

G_BEGIN_DECLS

/* One account at a vendor. Secrets are not in it: they live in the keyring under the connection's
 * id. Plain boxed struct, reference counted atomically, immutable once shared. */
typedef struct
{
  gint      ref_count;   /* private */
  char     *id;          /* "harbour-goods-shopify" */
  char     *connector;   /* "shopify" */
  char     *name;        /* "Harbour Goods" */
  char     *environment; /* "sandbox" or "production" */
  SbValue  *settings;    /* object of strings, without secrets; "public_address" is the notification
                          * URL as the vendor has it, where the vendor signs that */
  char     *trouble;     /* (nullable): why it is paused, in words */
  gint64    created_us;
  gint64    secret_changed_us; /* 0: no secret was set yet */
} SbConnection;

SbConnection *sb_connection_new   (const char    *id,
                                   const char    *connector,
                                   const char    *name,
                                   const char    *environment,
                                   SbValue       *settings);
SbConnection *sb_connection_ref   (SbConnection  *self);
void          sb_connection_unref (SbConnection  *self);

/* Checks settings against the connector; also that a key is not of the other environment where the
 * vendor's key format tells. @secrets (nullable): key → text. */
void          sb_connection_check (SbConnection  *self,
                                   SbConnector   *connector,
                                   GHashTable    *secrets,
                                   SbProblems    *problems);
/* A stand-in account with the connector's sample settings and secrets, for practice and preview. */
SbConnection *sb_connection_new_practice (SbConnector  *connector,
                                   GHashTable   **secrets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbConnection, sb_connection_unref)

G_END_DECLS
