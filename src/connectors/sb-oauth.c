/* sb-oauth.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-oauth.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-request-private.h"

/* --- what was granted
 * ---------------------------------------------------------------------------------- */

void
sb_oauth_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

void
sb_grant_free (SbGrant *self)
{
  sb_oauth_wipe (self->access);
  sb_oauth_wipe (self->refresh);
  g_free (self);
}

SbGrant *
sb_grant_copy (SbGrant *self)
{
  SbGrant *copy = g_new0 (SbGrant, 1);

  *copy = *self;
  copy->access = g_strdup (self->access);
  copy->refresh = g_strdup (self->refresh);
  return copy;
}

/**
 * sb_grant_parse:
 * @text: as sb_grant_write() wrote it
 *
 * Returns: (transfer full) (nullable): NULL with %SB_ERROR_INVALID
 */
SbGrant *
sb_grant_parse (const char *text, GError **error)
{
  g_autoptr (SbValue) value = sb_json_parse (text, -1, NULL);
  const char *access = sb_value_get_string (value, "access");
  SbGrant *self = NULL;

  if (access == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("What the keyring holds of the sign-in cannot be read. Sign in again."));
      return NULL;
    }
  self = g_new0 (SbGrant, 1);
  self->access = g_strdup (access);
  self->refresh = g_strdup (sb_value_get_string (value, "refresh"));
  self->obtained_us = sb_value_get_int_or (value, "obtained_us", 0);
  self->expires_us = sb_value_get_int_or (value, "expires_us", 0);
  sb_value_wipe (sb_value_get_member (value, "access"));
  sb_value_wipe (sb_value_get_member (value, "refresh"));
  return self;
}

char *
sb_grant_write (SbGrant *self)
{
  g_autoptr (SbValue) value = sb_value_new_object ();
  char *text = NULL;

  sb_value_set_string (value, "access", self->access);
  if (self->refresh != NULL)
    sb_value_set_string (value, "refresh", self->refresh);
  sb_value_set_int (value, "obtained_us", self->obtained_us);
  sb_value_set_int (value, "expires_us", self->expires_us);
  text = sb_json_write (value);
  sb_value_wipe (sb_value_get_member (value, "access"));
  sb_value_wipe (sb_value_get_member (value, "refresh"));
  return text;
}

/* --- what the connector says
 * ---------------------------------------------------------------------------- */

SbValue *
sb_oauth_get (SbConnector *connector, SbValue *settings)
{
  SbValue *oauth = sb_value_get_member (connector->document, "oauth");
  SbValue *when = sb_value_get_member (oauth, "when");
  SbValue *is = sb_value_get_member (when, "is");
  const char *value = NULL;

  if (oauth == NULL || when == NULL)
    return oauth;
  value = sb_connector_get_setting (connector, settings, sb_value_get_string (when, "setting"));
  for (guint i = 0; i < sb_value_get_length (is); i++)
    if (g_strcmp0 (sb_value_get_text (sb_value_get_item (is, i)), value) == 0)
      return oauth;
  return NULL;
}

gboolean
sb_oauth_gives (SbConnector *connector, SbValue *settings, const char *key)
{
  SbValue *oauth = sb_oauth_get (connector, settings);

  return oauth != NULL && (g_strcmp0 (sb_value_get_string (oauth, "token"), key) == 0 ||
                           sb_value_get_member (sb_value_get_member (oauth, "gives"), key) != NULL);
}

guint
sb_oauth_get_port (SbValue *oauth)
{
  return (guint)sb_value_get_int_or (sb_value_get_member (oauth, "redirect"), "port", 0);
}

char *
sb_oauth_get_redirect (SbValue *oauth, SbValue *settings, guint port)
{
  const char *own = sb_value_get_string (settings, SB_OAUTH_REDIRECT);
  const char *host = sb_value_get_string (sb_value_get_member (oauth, "redirect"), "host");

  if (own != NULL && own[0] != '\0')
    return g_strdup (own);
  return g_strdup_printf ("http://%s:%u%s", host != NULL ? host : "127.0.0.1", port, SB_OAUTH_PATH);
}

/* --- the address for the browser
 * ------------------------------------------------------------------------- */

static char *
build_place (SbConnector *connector,
             SbConnection *connection,
             SbValue *oauth,
             const char *name,
             GError **error)
{
  SbValue *member = sb_value_get_member (oauth, name);
  const char *address = sb_value_get_text (member);
  SbScope *scope = NULL;
  char *url = NULL;

  if (sb_value_get_type (member) == SB_VALUE_OBJECT)
    {
      address = sb_value_get_string (member, connection->environment);
      if (address == NULL)
        address = sb_value_get_string (member, "production");
    }
  scope = sb_request_make_scope (connector, connection, NULL, NULL);
  url = sb_request_build_address (connector, connection, address, scope, error);
  sb_scope_free (scope);
  return url;
}

/* RFC 7636, section 4.2: BASE64URL (SHA256 (verifier)) */
static char *
challenge_for (const char *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  char *text = NULL;

  g_checksum_update (checksum, (const guchar *)verifier, -1);
  g_checksum_get_digest (checksum, digest, &length);
  text = g_base64_encode (digest, length);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  *strchrnul (text, '=') = '\0';
  return text;
}

static void
add_parameter (GString *query, const char *name, const char *value)
{
  g_autofree char *safe_name = sb_request_percent (name);
  g_autofree char *safe_value = sb_request_percent (value);

  g_string_append_printf (query, "%s%s=%s", query->len > 0 ? "&" : "", safe_name, safe_value);
}

static char *
join_scopes (SbValue *oauth)
{
  SbValue *scopes = sb_value_get_member (oauth, "scopes");
  const char *separator = sb_value_get_string (oauth, "separator");
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (scopes); i++)
    g_string_append_printf (joined, "%s%s",
                            i == 0              ? ""
                            : separator != NULL ? separator
                                                : " ",
                            sb_value_get_text (sb_value_get_item (scopes, i)));
  return g_string_free (joined, FALSE);
}

gboolean
sb_oauth_check_ready (SbConnector *connector,
                      SbConnection *connection,
                      GHashTable *secrets,
                      GError **error)
{
  SbValue *oauth = sb_oauth_get (connector, connection->settings);
  const char *id_key = sb_value_get_string (oauth, "client_id");
  const char *secret_key = sb_value_get_string (oauth, "client_secret");
  const char *id =
    id_key != NULL ? sb_connector_get_setting (connector, connection->settings, id_key) : NULL;
  const char *secret =
    secret_key != NULL && secrets != NULL ? g_hash_table_lookup (secrets, secret_key) : NULL;
  SbField *missing = NULL;

  if (oauth == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” is not a connection one signs in to in the browser: %s"),
                   connection->name,
                   sb_value_get_member (connector->document, "oauth") != NULL
                     ? _ ("it uses a key that was entered. Change that in its settings")
                     : _ ("this vendor is reached with a key"));
      return FALSE;
    }
  if (id == NULL || id[0] == '\0')
    missing = sb_connector_find_setting (connector, id_key);
  else if (secret_key != NULL && (secret == NULL || secret[0] == '\0'))
    missing = sb_connector_find_setting (connector, secret_key);
  if (missing == NULL)
    return TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("“%s” of the connection “%s” is missing. Enter it, then sign in"), missing->label,
               connection->name);
  return FALSE;
}

char *
sb_oauth_build_address (SbConnector *connector,
                        SbConnection *connection,
                        const char *redirect,
                        const char *state,
                        const char *verifier,
                        GError **error)
{
  SbValue *oauth = sb_oauth_get (connector, connection->settings);
  SbValue *extra = sb_value_get_member (oauth, "parameters");
  g_autofree char *place = build_place (connector, connection, oauth, "authorize_url", error);
  g_autofree char *scopes = join_scopes (oauth);
  g_autoptr (GString) query = g_string_new (NULL);

  if (place == NULL)
    return NULL;
  add_parameter (query, "response_type", "code");
  add_parameter (query, "client_id",
                 sb_connector_get_setting (connector, connection->settings,
                                           sb_value_get_string (oauth, "client_id")));
  add_parameter (query, "redirect_uri", redirect);
  if (scopes[0] != '\0')
    add_parameter (query, "scope", scopes);
  add_parameter (query, "state", state);
  if (verifier != NULL)
    {
      g_autofree char *challenge = challenge_for (verifier);

      add_parameter (query, "code_challenge", challenge);
      add_parameter (query, "code_challenge_method", "S256");
    }
  for (guint i = 0; i < sb_value_get_length (extra); i++)
    {
      const char *name = sb_value_get_member_name (extra, i);

      add_parameter (query, name, sb_value_get_string (extra, name));
    }
  return g_strdup_printf ("%s?%s", place, query->str);
}

/* --- asking for tokens
 * ----------------------------------------------------------------------------------- */

/* Who asks: in the body, or as RFC 6749, section 2.3.1, has it in a header. */
static void
add_client (SbRequest *request,
            SbConnector *connector,
            SbConnection *connection,
            GHashTable *secrets,
            SbValue *oauth,
            SbValue *body)
{
  const char *id = sb_connector_get_setting (connector, connection->settings,
                                             sb_value_get_string (oauth, "client_id"));
  const char *key = sb_value_get_string (oauth, "client_secret");
  const char *secret = key != NULL && secrets != NULL ? g_hash_table_lookup (secrets, key) : NULL;

  if (g_strcmp0 (sb_value_get_string (oauth, "client"), "basic") == 0 && secret != NULL)
    {
      g_autofree char *safe_id = sb_request_percent (id);
      g_autofree char *safe_secret = sb_request_percent (secret);
      g_autofree char *pair = g_strdup_printf ("%s:%s", safe_id, safe_secret);
      g_autofree char *encoded = g_base64_encode ((const guchar *)pair, strlen (pair));

      g_hash_table_insert (request->headers, g_strdup ("Authorization"),
                           g_strdup_printf ("Basic %s", encoded));
      return;
    }
  sb_value_set_string (body, "client_id", id);
  if (secret != NULL)
    sb_value_set_string (body, "client_secret", secret);
}

/* @body (transfer none): what is asked; it is completed here. */
static SbRequest *
build_request (SbConnector *connector,
               SbConnection *connection,
               GHashTable *secrets,
               const char *place,
               SbValue *body,
               GError **error)
{
  SbValue *oauth = sb_oauth_get (connector, connection->settings);
  SbValue *extra = sb_value_get_member (oauth, "token_parameters");
  gboolean json = g_strcmp0 (sb_value_get_string (oauth, "encoding"), "json") == 0;
  g_autoptr (SbRequest) request = g_new0 (SbRequest, 1);
  char *text = NULL;

  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  request->method = g_strdup ("POST");
  request->url = build_place (connector, connection, oauth, place, error);
  if (request->url == NULL)
    return NULL;
  g_hash_table_insert (request->headers, g_strdup ("Accept"), g_strdup ("application/json"));
  add_client (request, connector, connection, secrets, oauth, body);
  for (guint i = 0; i < sb_value_get_length (extra); i++)
    {
      const char *name = sb_value_get_member_name (extra, i);

      sb_value_set_string (body, name, sb_value_get_string (extra, name));
    }
  text = json ? sb_json_write (body) : sb_request_encode_form (body);
  request->content_type =
    g_strdup (json ? "application/json" : "application/x-www-form-urlencoded");
  request->body =
    g_bytes_new_with_free_func (text, strlen (text), (GDestroyNotify)sb_oauth_wipe, text);
  return g_steal_pointer (&request);
}

SbRequest *
sb_oauth_build_exchange (SbConnector *connector,
                         SbConnection *connection,
                         GHashTable *secrets,
                         const char *code,
                         const char *redirect,
                         const char *verifier,
                         GError **error)
{
  g_autoptr (SbValue) body = sb_value_new_object ();

  sb_value_set_string (body, "grant_type", "authorization_code");
  sb_value_set_string (body, "code", code);
  sb_value_set_string (body, "redirect_uri", redirect);
  if (verifier != NULL)
    sb_value_set_string (body, "code_verifier", verifier);
  return build_request (connector, connection, secrets, "token_url", body, error);
}

SbRequest *
sb_oauth_build_renewal (SbConnector *connector,
                        SbConnection *connection,
                        GHashTable *secrets,
                        SbGrant *grant,
                        GError **error)
{
  g_autoptr (SbValue) body = sb_value_new_object ();

  sb_value_set_string (body, "grant_type", "refresh_token");
  sb_value_set_string (body, "refresh_token", grant->refresh);
  return build_request (connector, connection, secrets, "token_url", body, error);
}
