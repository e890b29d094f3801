/* sb-bell.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-endpoint.h"

/**
 * sb_bell_new:
 *
 * Makes a bell to be filled in by the one that made it, before it is shared. Every member is owned
 * by the bell, apart from @connector and @trigger, which belong to @connectors. Any thread.
 *
 * Returns: (transfer full): an empty bell
 */
SbBell *
sb_bell_new (void)
{
  SbBell *self = g_new0 (SbBell, 1);

  self->ref_count = 1;
  return self;
}

/**
 * sb_bell_ref:
 *
 * Returns: (transfer full): @self with one more reference. Any thread.
 */
SbBell *
sb_bell_ref (SbBell *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * sb_bell_unref:
 *
 * Gives a reference back; the last one frees the bell. Any thread.
 */
void
sb_bell_unref (SbBell *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_free (self->token);
  g_free (self->flow_id);
  g_clear_pointer (&self->connection, sb_connection_unref);
  g_clear_pointer (&self->connectors, sb_connectors_unref);
  g_clear_pointer (&self->secrets, g_hash_table_unref);
  g_free (self->public_address);
  g_free (self->unready);
  g_free (self);
}
