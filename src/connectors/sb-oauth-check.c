/* sb-oauth-check.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connector-private.h"

#include <glib/gi18n-lib.h>

static SbValue *
find_setting (SbValue *document, const char *key)
{
  SbValue *settings = sb_value_get_member (document, "settings");

  for (guint i = 0; i < sb_value_get_length (settings); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (settings, i), "key"), key) == 0)
      return sb_value_get_item (settings, i);
  return NULL;
}

static void
check_name (
  SbValue *document, SbValue *oauth, const char *name, gboolean secret, SbProblems *problems)
{
  const char *key = sb_value_get_string (oauth, name);
  SbValue *setting = find_setting (document, key);
  g_autofree char *path = g_strdup_printf ("$.oauth.%s", name);

  if (key == NULL)
    return;
  if (setting == NULL)
    sb_problems_add (problems, path, NULL, NULL, _ ("“%s” is not a setting of this connector"),
                     key);
  else if (sb_value_get_boolean_or (setting, "secret", FALSE) != secret)
    sb_problems_add (problems, path, NULL, NULL,
                     secret ? _ ("the setting “%s” is not kept secret; add \"secret\": true")
                            : _ ("the setting “%s” is secret, and this stands in addresses"),
                     key);
}

static void
check_addresses (SbValue *document, SbValue *oauth, const char *name, SbProblems *problems)
{
  SbValue *addresses = sb_value_get_member (oauth, name);
  g_autofree char *path = g_strdup_printf ("$.oauth.%s", name);

  if (sb_value_get_type (addresses) != SB_VALUE_OBJECT)
    {
      sb_connector_check_address (document, sb_value_get_text (addresses), path, problems);
      return;
    }
  for (guint i = 0; i < sb_value_get_length (addresses); i++)
    {
      const char *environment = sb_value_get_member_name (addresses, i);
      g_autofree char *below = g_strdup_printf ("%s.%s", path, environment);

      sb_connector_check_address (document, sb_value_get_string (addresses, environment), below,
                                  problems);
    }
}

/* What the browser brings back may become a setting only where a pattern says what it can be. */
static void
check_gives (SbValue *document, SbValue *oauth, SbProblems *problems)
{
  SbValue *gives = sb_value_get_member (oauth, "gives");

  for (guint i = 0; sb_value_get_type (gives) == SB_VALUE_OBJECT && i < sb_value_get_length (gives);
       i++)
    {
      const char *key = sb_value_get_member_name (gives, i);
      SbValue *setting = find_setting (document, key);
      g_autofree char *path = g_strdup_printf ("$.oauth.gives.%s", key);

      if (setting == NULL || sb_value_get_boolean_or (setting, "secret", FALSE) ||
          sb_value_get_string (setting, "pattern") == NULL)
        sb_problems_add (problems, path, NULL, NULL,
                         _ ("“%s” must be a setting that is not secret and has a pattern"), key);
    }
}

void
sb_connector_check_oauth (SbValue *document, SbProblems *problems)
{
  SbValue *oauth = sb_value_get_member (document, "oauth");
  const char *when = sb_value_get_string (sb_value_get_member (oauth, "when"), "setting");

  if (oauth == NULL)
    return;
  check_name (document, oauth, "token", TRUE, problems);
  check_name (document, oauth, "client_id", FALSE, problems);
  check_name (document, oauth, "client_secret", TRUE, problems);
  check_addresses (document, oauth, "authorize_url", problems);
  check_addresses (document, oauth, "token_url", problems);
  check_gives (document, oauth, problems);
  if (when != NULL && find_setting (document, when) == NULL)
    sb_problems_add (problems, "$.oauth.when", NULL, NULL,
                     _ ("“%s” is not a setting of this connector"), when);
}
