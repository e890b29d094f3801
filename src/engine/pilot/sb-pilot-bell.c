/* sb-pilot-bell.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <string.h>

#include "sb-clock.h"
#include "sb-signature.h"

GHashTable *
sb_pilot_sign (SbPilotWork *work,
               SbPilotRecord *record,
               SbConnection *connection,
               GHashTable *secrets,
               const char *address,
               GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (record->bytes, &size);
  g_autoptr (GBytes) signed_bytes = NULL;
  GHashTable *headers;

  /* A signature that is right in form, over something else. */
  if (record->bad_signature)
    {
      g_autofree char *other = g_strdup_printf ("%.*s ", (int)size, data);

      signed_bytes = g_bytes_new (other, strlen (other));
    }
  else
    signed_bytes = g_bytes_ref (record->bytes);

  headers = sb_signature_sign (work->trigger_connector, work->flow->trigger, connection, secrets,
                               address, signed_bytes, record->event_id, sb_clock_now_us (), error);
  if (headers == NULL)
    return NULL;
  if (record->bad_signature && g_hash_table_contains (headers, "authorization"))
    g_hash_table_replace (headers, g_strdup ("authorization"), g_strdup ("Basic d3Jvbmc6d3Jvbmc="));
  for (guint i = 0; i < sb_value_get_length (record->headers); i++)
    {
      const char *name = sb_value_get_member_name (record->headers, i);
      const char *value = sb_value_get_string (record->headers, name);

      if (value != NULL)
        g_hash_table_replace (headers, g_ascii_strdown (name, -1), g_strdup (value));
    }
  return headers;
}
