/* sb-connection-words.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection-words.h"

#include <glib/gi18n-lib.h>

#include "sb-oauth.h"

#define ROTATE_DAYS 365
#define DAY_US      (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static gboolean
needs_secret (SbConnector *connector, SbConnection *connection)
{
  for (guint i = 0; i < connector->settings->len; i++)
    {
      SbField *field = g_ptr_array_index (connector->settings, i);

      if (field->secret && field->required &&
          sb_connector_needs_setting (connector, field, connection->settings))
        return TRUE;
    }
  return FALSE;
}

gint64
sb_connection_rotate_days (SbConnector *connector)
{
  return sb_value_get_int_or (connector->document, "rotate_after_days", ROTATE_DAYS);
}

const char *
sb_connection_environment_word (SbConnection *connection)
{
  return g_strcmp0 (connection->environment, "production") == 0 ? _ ("Production") : _ ("Sandbox");
}

SbKeyState
sb_connection_key_state (
  SbConnection *connection, SbConnector *connector, int signed_in, gint64 now_us, char **words)
{
  gint64 rotate = sb_connection_rotate_days (connector);
  /* A clock that was set back makes no key younger than new. */
  gint64 days = MAX (0, (now_us - connection->secret_changed_us) / DAY_US);

  *words = NULL;
  if (sb_oauth_get (connector, connection->settings) != NULL)
    {
      if (signed_in == 0)
        {
          *words = g_strdup (_ ("Nobody has signed in yet"));
          return SB_KEY_MISSING;
        }
      if (signed_in > 0)
        *words = g_strdup (_ ("Signed in; renewed by itself"));
      return SB_KEY_FINE;
    }
  if (connection->secret_changed_us == 0 && needs_secret (connector, connection))
    {
      *words = g_strdup (_ ("No key was entered yet"));
      return SB_KEY_MISSING;
    }
  if (connection->secret_changed_us == 0)
    return SB_KEY_NONE;
  if (days >= rotate)
    {
      *words = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "Key is %d day old: make a new one at %s and enter it here",
                     "Key is %d days old: make a new one at %s and enter it here", (gulong)days),
        (int)days, connector->name);
      return SB_KEY_OLD;
    }
  if (days == 0)
    *words = g_strdup (_ ("Key was entered today"));
  else
    *words = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "Key is %d day old", "Key is %d days old", (gulong)days),
      (int)days);
  return SB_KEY_FINE;
}
