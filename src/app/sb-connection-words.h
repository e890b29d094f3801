/* sb-connection-words.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"

G_BEGIN_DECLS

/* How a connection gets in, as far as it is known without asking the vendor. Pure. */
typedef enum
{
  SB_KEY_NONE,    /* it needs none */
  SB_KEY_FINE,
  SB_KEY_OLD,     /* time for a new one */
  SB_KEY_MISSING, /* none was entered, or nobody has signed in */
} SbKeyState;

/* @signed_in: 1 yes, 0 no, -1 not known (yet); only where the connection signs in. @words (out) (transfer full)
 * (nullable): "Key is 12 days old". */
SbKeyState sb_connection_key_state (SbConnection  *connection,
                                    SbConnector   *connector,
                                    int            signed_in,
                                    gint64         now_us,
                                    char         **words);
/* Days after which a key is worth replacing: the connector's word, else a year. */
gint64     sb_connection_rotate_days (SbConnector *connector);
/* "Production" or "Sandbox", for a person. (transfer none) */
const char *sb_connection_environment_word (SbConnection *connection);

G_END_DECLS
