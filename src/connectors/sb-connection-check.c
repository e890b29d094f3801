/* sb-connection-check.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection.h"

#include <glib/gi18n-lib.h>

#include "sb-oauth.h"
#include "sb-pattern.h"
#include "sb-signature.h"

#define PUBLIC_ADDRESS "public_address"
#define PUBLIC_PATTERN "^(https://[^\\s/@]+|http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?)(/\\S*)?$"

static gboolean
is_allowed (SbField *setting, const char *value)
{
  if (setting->allowed == NULL)
    return TRUE;
  for (guint i = 0; i < sb_value_get_length (setting->allowed); i++)
    {
      SbValue *allowed = sb_value_get_member (sb_value_get_item (setting->allowed, i), "value");
      g_autofree char *text = sb_value_to_text (allowed);

      if (g_strcmp0 (text, value) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Where the vendor's keys tell their environment, one in the wrong place is refused: a sandbox run
 * must not reach a production system, nor the reverse. */
static void
check_key_format (SbConnection *self,
                  SbConnector *connector,
                  SbField *setting,
                  const char *value,
                  SbProblems *problems)
{
  SbValue *settings = sb_value_get_member (connector->document, "settings");
  gboolean sandbox = g_strcmp0 (self->environment, "sandbox") == 0;

  for (guint i = 0; i < sb_value_get_length (settings); i++)
    {
      SbValue *document = sb_value_get_item (settings, i);
      SbValue *formats = sb_value_get_member (document, "key_format");
      const char *own = sb_value_get_string (formats, sandbox ? "sandbox" : "production");
      const char *other = sb_value_get_string (formats, sandbox ? "production" : "sandbox");
      g_autofree char *path = g_strdup_printf ("$.secrets.%s", setting->key);

      if (g_strcmp0 (sb_value_get_string (document, "key"), setting->key) != 0 || other == NULL)
        continue;
      if (!sb_pattern_fits (other, value) || (own != NULL && sb_pattern_fits (own, value)))
        continue;
      if (sandbox)
        sb_problems_add (
          problems, path, NULL, setting->key,
          _ ("this %s is a production key, but the connection is a sandbox one; use the test key"),
          setting->label);
      else
        sb_problems_add (
          problems, path, NULL, setting->key,
          _ ("this %s is a test key, but the connection is a production one; use the live key"),
          setting->label);
    }
}

/* A line break would begin another header in each request. */
static gboolean
has_control (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return TRUE;
  return FALSE;
}

static void
check_setting (SbConnection *self,
               SbConnector *connector,
               SbField *setting,
               GHashTable *secrets,
               SbProblems *problems)
{
  SbValue *member = sb_value_get_member (self->settings, setting->key);
  const char *value = sb_connector_get_setting (connector, self->settings, setting->key);
  g_autofree char *path = g_strdup_printf ("$.settings.%s", setting->key);

  if (setting->secret && member != NULL)
    sb_problems_add (problems, path, NULL, setting->key,
                     _ ("“%s” is a secret; it belongs in the keyring, not among the settings"),
                     setting->label);
  if (!sb_connector_needs_setting (connector, setting, self->settings) ||
      (setting->secret && secrets == NULL))
    return;
  if (setting->secret)
    value = g_hash_table_lookup (secrets, setting->key);
  if (value == NULL || value[0] == '\0')
    {
      if (setting->required && !sb_oauth_gives (connector, self->settings, setting->key))
        sb_problems_add (problems, path, NULL, setting->key, _ ("“%s” is required; enter it"),
                         setting->label);
      return;
    }
  if (setting->secret && has_control (value))
    sb_problems_add (problems, path, NULL, setting->key,
                     _ ("“%s” holds a line break or the like, which no key has; enter it again"),
                     setting->label);
  else if (!is_allowed (setting, value))
    sb_problems_add (problems, path, NULL, setting->key,
                     _ ("“%s” is not among the values allowed for “%s”"), value, setting->label);
  else if (setting->pattern != NULL && !sb_pattern_fits (setting->pattern, value) &&
           setting->example != NULL)
    sb_problems_add (problems, path, NULL, setting->key,
                     _ ("“%s” does not look right; it should be like %s"), setting->label,
                     setting->example);
  else if (setting->pattern != NULL && !sb_pattern_fits (setting->pattern, value))
    sb_problems_add (problems, path, NULL, setting->key, _ ("“%s” does not look right"),
                     setting->label);
  if (setting->secret)
    check_key_format (self, connector, setting, value, problems);
}

/* Who has not signed in yet has no key, which nobody could have typed. */
static void
check_signed_in (SbConnection *self,
                 SbConnector *connector,
                 GHashTable *secrets,
                 SbProblems *problems)
{
  SbValue *oauth = sb_oauth_get (connector, self->settings);
  const char *token = sb_value_get_string (oauth, "token");
  const char *redirect = sb_value_get_string (self->settings, SB_OAUTH_REDIRECT);
  g_autofree char *path = g_strdup_printf ("$.secrets.%s", token != NULL ? token : "");

  if (token != NULL && secrets != NULL && !g_hash_table_contains (secrets, token))
    sb_problems_add (problems, path, NULL, token, _ ("Nobody has signed in to %s yet; sign in"),
                     connector->name);
  if (redirect != NULL && redirect[0] != '\0' && !sb_pattern_fits (PUBLIC_PATTERN, redirect))
    sb_problems_add (problems, "$.settings." SB_OAUTH_REDIRECT, NULL, SB_OAUTH_REDIRECT,
                     _ ("“%s” is not an https address; copy it as it is registered at %s"),
                     redirect, connector->name);
}

static void
check_unknown (SbConnection *self, SbConnector *connector, SbProblems *problems)
{
  for (guint i = 0; i < sb_value_get_length (self->settings); i++)
    {
      const char *key = sb_value_get_member_name (self->settings, i);
      g_autofree char *path = g_strdup_printf ("$.settings.%s", key);
      g_autoptr (GString) known = g_string_new (PUBLIC_ADDRESS);

      for (guint j = 0; j < connector->settings->len; j++)
        {
          SbField *setting = g_ptr_array_index (connector->settings, j);

          if (!setting->secret)
            g_string_append_printf (known, ", %s", setting->key);
        }
      if (g_str_equal (key, SB_OAUTH_REDIRECT) &&
          sb_value_get_member (connector->document, "oauth") != NULL)
        continue;
      if (!g_str_equal (key, PUBLIC_ADDRESS) && sb_connector_find_setting (connector, key) == NULL)
        sb_problems_add (problems, path, NULL, key, _ ("%s has no setting “%s”; there are %s"),
                         connector->name, key, known->str);
    }
}

/**
 * sb_connection_check:
 * @secrets: (nullable): key → text; NULL where they are not known yet: then nothing is said of them
 *
 * Adds every problem; its field is the setting's key.
 */
void
sb_connection_check (SbConnection *self,
                     SbConnector *connector,
                     GHashTable *secrets,
                     SbProblems *problems)
{
  SbValue *environments = sb_value_get_member (connector->document, "environments");
  const char *address = sb_value_get_string (self->settings, PUBLIC_ADDRESS);

  if (g_strcmp0 (self->environment, "sandbox") != 0 &&
      g_strcmp0 (self->environment, "production") != 0)
    sb_problems_add (problems, "$.environment", NULL, NULL,
                     _ ("is “%s”; use sandbox or production"),
                     self->environment != NULL ? self->environment : "");
  else if (environments != NULL && sb_value_get_member (environments, self->environment) == NULL)
    sb_problems_add (problems, "$.environment", NULL, NULL, _ ("%s has no %s; use production"),
                     connector->name, self->environment);
  for (guint i = 0; i < connector->settings->len; i++)
    check_setting (self, connector, g_ptr_array_index (connector->settings, i), secrets, problems);
  check_unknown (self, connector, problems);
  check_signed_in (self, connector, secrets, problems);
  if (address != NULL && address[0] != '\0' && !sb_pattern_fits (PUBLIC_PATTERN, address))
    sb_problems_add (problems, "$.settings.public_address", NULL, PUBLIC_ADDRESS,
                     _ ("“%s” is not an https address; copy it as it is registered at %s"), address,
                     connector->name);
}

/**
 * sb_connection_new_practice:
 * @secrets: (out) (transfer full) (optional): key → text
 *
 * Returns: (transfer full): an account with the connector's sample settings; what it signs and what
 * it judges agree within this process
 */
SbConnection *
sb_connection_new_practice (SbConnector *connector, GHashTable **secrets)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (GHashTable) made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *id = g_strdup_printf ("practice-%s", connector->id);
  g_autofree char *name = g_strdup_printf (_ ("%s (practice)"), connector->name);
  g_autofree char *address =
    g_strdup_printf ("https://practice.signalbox.invalid/in/%s", connector->id);
  const char *keys = NULL;
  SbValue *environments;

  for (guint i = 0; i < connector->settings->len; i++)
    {
      SbField *setting = g_ptr_array_index (connector->settings, i);
      g_autofree char *sample = setting->sample != NULL ? sb_value_to_text (setting->sample) : NULL;

      if (sample != NULL && setting->secret)
        g_hash_table_insert (made, g_strdup (setting->key), g_steal_pointer (&sample));
      else if (sample != NULL)
        sb_value_set_string (settings, setting->key, sample);
    }
  keys = sb_value_get_string (sb_connector_get_webhook (connector, settings), "keys");
  if (keys != NULL)
    {
      sb_value_set_string (settings, keys, sb_signature_practice_jwks ());
      g_hash_table_insert (made, g_strdup (keys), g_strdup (sb_signature_practice_pem ()));
    }
  sb_value_set_string (settings, PUBLIC_ADDRESS, address);
  if (secrets != NULL)
    *secrets = g_steal_pointer (&made);
  environments = sb_value_get_member (connector->document, "environments");
  return sb_connection_new (
    id, connector->id, name,
    sb_value_get_member (environments, "sandbox") != NULL ? "sandbox" : "production", settings);
}
