/* sb-pilot-sandbox.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-pilot-private.h"

G_BEGIN_DECLS

/* Copies the sandbox accounts that the flow uses, with their secrets, from the home engine into
 * @engine (memory only), and makes a stand-in for the trigger's, which the pilot itself rings.
 * Returns: (transfer full): the document with that trigger. Errors: REFUSED where a step has no
 * sandbox account. */
SbValue *sb_pilot_lend_accounts (SbPilotWork    *work,
                                 SbEngine       *engine,
                                 SbConnection  **bell,
                                 GHashTable    **secrets,
                                 GError        **error);

G_END_DECLS
