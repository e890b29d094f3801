/* fixture.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-endpoint.h"

G_BEGIN_DECLS

/* The secret that the fixture's Shopify connection signs with. */
#define FIXTURE_SECRET "hush-hush"

/* A real store in a folder, with one live flow that a paid order of Shopify starts. */
typedef struct
{
  SbStore      *store;
  SbConnectors *connectors;
  SbBell       *bell;
  char         *flow_id;
} Fixture;

gboolean fixture_open  (Fixture    *self,
                        const char *folder,
                        GError    **error);
void     fixture_close (Fixture    *self);

/* Runs the thread-default context until the store has answered. (transfer full) */
typedef struct
{
  GAsyncResult *result;
} FixtureWait;

void          fixture_done_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data);
GAsyncResult *fixture_wait    (FixtureWait  *wait);

G_END_DECLS
