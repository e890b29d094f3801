/* sb-connection.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection.h"

/**
 * sb_connection_new:
 * @id: (nullable): NULL: the store makes one from the name when it is saved
 * @settings: (nullable) (transfer none): object of strings, without secrets
 *
 * Returns: (transfer full): a connection whose times are not set yet
 */
SbConnection *
sb_connection_new (const char *id,
                   const char *connector,
                   const char *name,
                   const char *environment,
                   SbValue *settings)
{
  SbConnection *self = g_new0 (SbConnection, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->connector = g_strdup (connector);
  self->name = g_strdup (name);
  self->environment = g_strdup (environment);
  self->settings = settings != NULL ? sb_value_ref (settings) : sb_value_new_object ();
  return self;
}

SbConnection *
sb_connection_ref (SbConnection *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sb_connection_unref (SbConnection *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->id);
  g_free (self->connector);
  g_free (self->name);
  g_free (self->environment);
  g_clear_pointer (&self->settings, sb_value_unref);
  g_free (self->trouble);
  g_free (self);
}
