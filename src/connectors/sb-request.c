/* sb-request.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-request-private.h"

/* A request being put together. */
typedef struct
{
  SbConnector *connector;
  SbAction *action;
  SbConnection *connection;
  GHashTable *secrets;
  SbValue *document; /* "request" of the action */
  SbScope *scope;
  GString *query;
  SbRequest *request;
  SbValue *sent;           /* (nullable): the body before it is encoded, to be shown */
  const char *auth_header; /* (nullable) */
  const char *auth_query;  /* (nullable) */
} Building;

void
sb_request_free (SbRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->url);
  g_clear_pointer (&self->headers, g_hash_table_unref);
  g_free (self->content_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->shown);
  g_free (self);
}

/* RFC 9110: a name is a token, a value has no control characters. One with a line break would let
 * an event add headers of its own. */
static gboolean
set_header (Building *self, const char *name, const char *value, GError **error)
{
  gboolean good = name[0] != '\0';

  for (const guchar *at = (const guchar *)name; *at != '\0'; at++)
    good = good && (g_ascii_isalnum (*at) || strchr ("!#$%&'*+-.^_`|~", *at) != NULL);
  for (const guchar *at = (const guchar *)value; *at != '\0'; at++)
    good = good && *at >= 0x20 && *at != 0x7f;
  if (!good)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The header “%.*s” holds characters that a header cannot have."),
                   SB_FIT (name, 60));
      return FALSE;
    }
  g_hash_table_replace (self->request->headers, g_strdup (name), g_strdup (value));
  return TRUE;
}

static void
add_query (Building *self, const char *name, const char *value)
{
  g_autofree char *encoded_name = sb_request_percent (name);
  g_autofree char *encoded = sb_request_percent (value);

  g_string_append_printf (self->query, "%s%s=%s", self->query->len > 0 ? "&" : "", encoded_name,
                          encoded);
}

static gboolean
build_query (Building *self, GError **error)
{
  SbValue *template = sb_value_get_member (self->document, "query");
  g_autoptr (GError) inner = NULL;
  g_autoptr (SbValue) query =
    template != NULL ? sb_request_render (template, self->scope, &inner) : NULL;
  g_autofree char *text = NULL;

  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  if (query == NULL)
    return TRUE;
  text = sb_request_encode_form (query);
  g_string_append_printf (self->query, "%s%s", self->query->len > 0 && text[0] != '\0' ? "&" : "",
                          text);
  return TRUE;
}

/* Headers that say who calls, where to, or how long the body is are not for a flow to set. */
static gboolean
is_reserved (Building *self, const char *name)
{
  static const char *const reserved[] = { "authorization",
                                          "proxy-authorization",
                                          "host",
                                          "content-length",
                                          "transfer-encoding",
                                          "connection",
                                          "content-type",
                                          "upgrade",
                                          "te",
                                          "trailer",
                                          "cookie",
                                          "expect" };

  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_ascii_strcasecmp (reserved[i], name) == 0)
      return TRUE;
  return self->auth_header != NULL && g_ascii_strcasecmp (self->auth_header, name) == 0;
}

static gboolean
build_headers (Building *self, GError **error)
{
  SbValue *template = sb_value_get_member (self->document, "headers");
  g_autoptr (GError) inner = NULL;
  g_autoptr (SbValue) headers =
    template != NULL ? sb_request_render (template, self->scope, &inner) : NULL;

  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  for (guint i = 0; i < sb_value_get_length (headers); i++)
    {
      const char *name = sb_value_get_member_name (headers, i);
      g_autofree char *value = sb_value_to_text (sb_value_get_item (headers, i));

      if (is_reserved (self, name))
        {
          g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                       _ ("The header “%s” is set by Signalbox itself; take it out."), name);
          return FALSE;
        }
      if (!set_header (self, name, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
build_version (Building *self, GError **error)
{
  SbValue *version = sb_value_get_member (self->connector->document, "version");
  const char *in = sb_value_get_string (version, "in");
  const char *name = sb_value_get_string (version, "name");
  const char *value = sb_value_get_string (version, "value");

  if (g_strcmp0 (in, "header") == 0 && name != NULL)
    return set_header (self, name, value, error);
  if (g_strcmp0 (in, "query") == 0 && name != NULL)
    add_query (self, name, value);
  return TRUE;
}

static char *
render_auth (Building *self, SbValue *auth, const char *name, GError **error)
{
  const char *template = sb_value_get_string (auth, name);
  g_autoptr (GError) inner = NULL;
  char *text;

  if (template == NULL)
    return g_strdup ("");
  text = sb_render_text (template, self->scope, &inner);
  if (text != NULL && (text[0] != '\0' || g_str_equal (name, "password")))
    return text;
  g_free (text);
  if (inner == NULL || g_error_matches (inner, SB_ERROR, SB_ERROR_MISSING_VALUE))
    {
      const char *at = strchr (template, '.');
      g_autofree char *key = at != NULL ? g_strndup (at + 1, strcspn (at + 1, " |}")) : NULL;
      SbField *setting = sb_connector_find_setting (self->connector, key);

      g_set_error (error, SB_ERROR, SB_ERROR_UNAUTHORIZED,
                   _ ("The connection %s has no “%s”; enter it under Connections."),
                   self->connection->name, setting != NULL ? setting->label : name);
    }
  else
    g_propagate_error (error, g_steal_pointer (&inner));
  return NULL;
}

static gboolean
build_auth (Building *self, SbValue *auth, GError **error)
{
  const char *scheme = sb_value_get_string (auth, "scheme");
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (scheme == NULL || g_str_equal (scheme, "none"))
    return TRUE;
  if (g_str_equal (scheme, "basic"))
    {
      g_autofree char *user = render_auth (self, auth, "user", error);
      g_autofree char *password = user != NULL ? render_auth (self, auth, "password", error) : NULL;
      g_autofree char *both = password != NULL ? g_strdup_printf ("%s:%s", user, password) : NULL;
      g_autofree char *encoded =
        both != NULL ? g_base64_encode ((const guchar *)both, strlen (both)) : NULL;

      if (encoded == NULL)
        return FALSE;
      value = g_strconcat ("Basic ", encoded, NULL);
      return set_header (self, "Authorization", value, error);
    }
  value = render_auth (self, auth, "value", error);
  if (value == NULL)
    return FALSE;
  if (g_str_equal (scheme, "bearer"))
    {
      g_autofree char *header = g_strconcat ("Bearer ", value, NULL);

      return set_header (self, "Authorization", header, error);
    }
  name = render_auth (self, auth, "name", error);
  if (name == NULL)
    return FALSE;
  if (g_str_equal (scheme, "header"))
    return set_header (self, name, value, error);
  add_query (self, name, value);
  return TRUE;
}

/* Names known before the flow's own headers are looked at. */
static void
find_auth_names (Building *self, SbValue *auth)
{
  const char *scheme = sb_value_get_string (auth, "scheme");
  const char *name = sb_value_get_string (auth, "name");

  if (name != NULL && g_str_has_prefix (name, "{{settings."))
    {
      g_autofree char *key = g_strndup (name + 11, strcspn (name + 11, " |}"));

      name = sb_connector_get_setting (self->connector, self->connection->settings, key);
    }
  if (g_strcmp0 (scheme, "header") == 0)
    self->auth_header = name;
  if (g_strcmp0 (scheme, "query") == 0)
    self->auth_query = name;
}

static gboolean
build_key (Building *self, const char *key, GError **error)
{
  SbValue *idempotency = sb_value_get_member (self->action->document, "idempotency");
  const char *in = sb_value_get_string (idempotency, "in");
  const char *name = sb_value_get_string (idempotency, "name");

  if (self->action->idempotency != SB_IDEMPOTENT_KEY)
    return TRUE;
  if (g_strcmp0 (in, "header") == 0)
    return set_header (self, name, key, error);
  if (g_strcmp0 (in, "query") == 0)
    add_query (self, name, key);
  return TRUE;
}

/* The same long key always gives the same short one, so that a repeat is known as such. */
static char *
shorten_key (SbAction *action, const char *key)
{
  SbValue *idempotency = sb_value_get_member (action->document, "idempotency");
  gint64 max = sb_value_get_int_or (idempotency, "max", 0);
  char *hash;

  if (max <= 0 || (gint64)strlen (key) <= max)
    return g_strdup (key);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  if ((gint64)strlen (hash) > max)
    hash[max] = '\0';
  return hash;
}

static gboolean
build_body (Building *self, GError **error)
{
  SbValue *template = sb_value_get_member (self->document, "body");
  const char *declared = sb_value_get_string (self->document, "encoding");
  g_autofree char *encoding = NULL;
  g_autoptr (GError) inner = NULL;
  SbRequest *request = self->request;
  char *text = NULL;

  encoding = declared != NULL ? sb_render_text (declared, self->scope, error)
                              : g_strdup (template != NULL ? "json" : "none");
  if (encoding == NULL)
    return FALSE;
  if (template != NULL && !g_str_equal (encoding, "none"))
    self->sent = sb_request_render (template, self->scope, &inner);
  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  if (self->sent == NULL && g_str_equal (encoding, "json") && template != NULL &&
      sb_value_get_type (template) == SB_VALUE_OBJECT)
    self->sent = sb_value_new_object ();
  if (self->sent == NULL)
    return TRUE;
  if (g_str_equal (encoding, "json"))
    {
      text = sb_json_write (self->sent);
      request->content_type = g_strdup ("application/json");
    }
  else if (g_str_equal (encoding, "form"))
    {
      text = sb_request_encode_form (self->sent);
      request->content_type = g_strdup ("application/x-www-form-urlencoded");
    }
  else
    {
      SbValue *member = sb_value_get_member (self->sent, "text");

      text = sb_value_to_text (member != NULL ? member : self->sent);
      request->content_type = g_strdup ("text/plain; charset=utf-8");
    }
  request->body = g_bytes_new_take (text, strlen (text));
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (a, b);
}

static char *
mask_query (Building *self, const char *url)
{
  g_autofree char *name = self->auth_query != NULL ? sb_request_percent (self->auth_query) : NULL;
  g_autofree char *start = name != NULL ? g_strconcat (name, "=", NULL) : NULL;
  const char *question = strchr (url, '?');
  g_auto (GStrv) parts = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *head = NULL;

  if (start == NULL || question == NULL)
    return g_strdup (url);
  head = g_strndup (url, question - url);
  parts = g_strsplit (question + 1, "&", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_has_prefix (parts[i], start))
      {
        g_free (parts[i]);
        parts[i] = g_strconcat (start, "•••", NULL);
      }
  rest = g_strjoinv ("&", parts);
  return g_strconcat (head, "?", rest, NULL);
}

static void
build_shown (Building *self)
{
  SbRequest *request = self->request;
  g_autoptr (SbValue) shown = sb_value_new_object ();
  SbValue *headers = sb_value_new_object ();
  g_autoptr (GList) names = g_hash_table_get_keys (request->headers);
  g_autofree char *url = mask_query (self, request->url);
  g_autofree char *masked = sb_redact (url, self->secrets);

  names = g_list_sort (names, compare_names);
  for (GList *at = names; at != NULL; at = at->next)
    {
      const char *value = g_hash_table_lookup (request->headers, at->data);
      g_autofree char *safe = sb_redact (value, self->secrets);
      gboolean secret =
        sb_is_secret_header (at->data) ||
        (self->auth_header != NULL && g_ascii_strcasecmp (self->auth_header, at->data) == 0);

      sb_value_set_string (headers, at->data, secret ? "•••" : safe);
    }
  if (request->content_type != NULL)
    sb_value_set_string (headers, "Content-Type", request->content_type);
  sb_value_set_string (shown, "method", request->method);
  sb_value_set_string (shown, "url", masked);
  sb_value_set (shown, "headers", headers);
  if (self->sent != NULL)
    sb_value_set (shown, "body", sb_redact_value (self->sent, self->secrets));
  request->shown = sb_json_write (shown);
}

SbScope *
sb_request_make_scope (SbConnector *connector,
                       SbConnection *connection,
                       GHashTable *secrets,
                       const char *key)
{
  SbScope *scope = sb_scope_new ("UTC", sb_clock_now_us ());
  SbValue *version =
    sb_value_get_member (sb_value_get_member (connector->document, "version"), "value");
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (SbValue) secret = sb_value_new_object ();

  for (guint i = 0; i < connector->settings->len; i++)
    {
      SbField *setting = g_ptr_array_index (connector->settings, i);
      const char *value =
        setting->secret ? (secrets != NULL ? g_hash_table_lookup (secrets, setting->key) : NULL)
                        : sb_connector_get_setting (connector, connection->settings, setting->key);

      if (value != NULL)
        sb_value_set_string (setting->secret ? secret : settings, setting->key, value);
    }
  sb_scope_set (scope, "settings", settings);
  sb_scope_set (scope, "secrets", secret);
  sb_scope_set (scope, "version", version);
  if (key != NULL)
    {
      g_autoptr (SbValue) text = sb_value_new_string (key);

      sb_scope_set (scope, "key", text);
    }
  return scope;
}

static gboolean
build_url (Building *self, const char *practice_base, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *base = NULL;

  path = sb_request_build_path (self->action, sb_value_get_string (self->document, "path"),
                                self->scope, error);
  if (path == NULL)
    return FALSE;
  if (practice_base != NULL)
    base = g_strdup (practice_base);
  else
    base = sb_request_build_base (self->connector, self->connection, self->scope, error);
  if (base == NULL)
    return FALSE;
  /* Without the slash the path would go on with the name of the host. */
  self->request->url = g_strconcat (base, path[0] != '\0' && path[0] != '/' ? "/" : "", path,
                                    self->query->len > 0 ? "?" : "", self->query->str, NULL);
  return sb_request_check_place (base, self->request->url, self->connection, error);
}

static gboolean
build (Building *self, const char *key, const char *practice_base, GError **error)
{
  SbValue *auth = sb_connector_get_auth (self->connector, self->connection->settings);
  const char *format =
    sb_value_get_string (sb_value_get_member (self->action->document, "answer"), "format");

  find_auth_names (self, auth);
  self->request->method =
    sb_render_text (sb_value_get_string (self->document, "method"), self->scope, error);
  if (self->request->method == NULL)
    return FALSE;
  if ((format == NULL || g_str_equal (format, "json")) &&
      !set_header (self, "Accept", "application/json", error))
    return FALSE;
  if (!build_headers (self, error) || !build_query (self, error) || !build_version (self, error) ||
      !build_key (self, key, error) || !build_auth (self, auth, error) ||
      !build_url (self, practice_base, error) || !build_body (self, error))
    return FALSE;
  build_shown (self);
  return TRUE;
}

/**
 * sb_request_build:
 * @secrets: (nullable): key → text
 * @fields: (nullable): what the flow's step gives, rendered
 * @idempotency_key: (nullable): only for actions that take none
 * @practice_base: (nullable): http:// on this computer
 *
 * Pure but for the clock; any thread. Event data comes in through @fields alone and can change
 * neither the method, the host, the number of path parts nor the headers of the request.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_MISSING_VALUE (a required field is
 * empty), SB_ERROR_INVALID (a value does not fit) or SB_ERROR_UNAUTHORIZED (a secret is not set)
 */
SbRequest *
sb_request_build (SbConnector *connector,
                  SbAction *action,
                  SbConnection *connection,
                  GHashTable *secrets,
                  SbValue *fields,
                  const char *idempotency_key,
                  const char *practice_base,
                  GError **error)
{
  g_autoptr (SbValue) read = sb_request_read_fields (action, fields, error);
  g_autoptr (SbRequest) request = NULL;
  g_autofree char *key = NULL;
  Building building = {
    .connector = connector,
    .action = action,
    .connection = connection,
    .secrets = secrets,
    .document = sb_value_get_member (action->document, "request"),
  };
  gboolean good;

  if (read == NULL)
    return NULL;
  if (idempotency_key == NULL && action->idempotency == SB_IDEMPOTENT_KEY)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("No idempotency key was given to %s."),
                   action->label);
      return NULL;
    }
  if (idempotency_key != NULL)
    key = shorten_key (action, idempotency_key);
  request = g_new0 (SbRequest, 1);
  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  request->repeatable = action->idempotency == SB_IDEMPOTENT_KEY ||
                        action->idempotency == SB_IDEMPOTENT_PUT ||
                        g_strcmp0 (action->kind, "lookup") == 0;
  building.request = request;
  building.query = g_string_new (NULL);
  building.scope = sb_request_make_scope (connector, connection, secrets, key);
  sb_scope_set (building.scope, "fields", read);
  good = build (&building, key, practice_base, error);
  sb_scope_free (building.scope);
  g_string_free (building.query, TRUE);
  g_clear_pointer (&building.sent, sb_value_unref);
  return good ? g_steal_pointer (&request) : NULL;
}
