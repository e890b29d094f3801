/* sb-signature.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-signature-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-error.h"

void
sb_verdict_free (SbVerdict *self)
{
  g_free (self->reply);
  g_free (self->content_type);
  g_free (self->reason);
  g_clear_pointer (&self->body, sb_value_unref);
  g_free (self->event_id);
  g_free (self->topic);
  g_free (self->version_note);
  g_free (self->echo_name);
  g_free (self->echo_value);
  g_free (self);
}

static SbVerdict *
verdict_new (SbVerdictKind kind, guint status, char *reason)
{
  SbVerdict *verdict = g_new0 (SbVerdict, 1);

  verdict->kind = kind;
  verdict->status = status;
  verdict->reason = reason;
  return verdict;
}

static gboolean
is_when (SbProof *proof, SbValue *when, SbValue *parsed)
{
  const char *method = sb_value_get_string (when, "method");
  const char *header = sb_value_get_string (when, "header");
  const char *path = sb_value_get_string (when, "path");
  const char *only = sb_value_get_string (when, "only_member");

  if (method != NULL && g_strcmp0 (method, proof->method) != 0)
    return FALSE;
  if (header != NULL && g_hash_table_lookup (proof->headers, header) == NULL)
    return FALSE;
  if (path != NULL)
    {
      SbValue *is = sb_value_get_path (parsed, path);

      if (is == NULL || !sb_value_equal (is, sb_value_get_member (when, "is")))
        return FALSE;
    }
  return only == NULL ||
         (sb_value_get_length (parsed) == 1 && sb_value_get_member (parsed, only) != NULL);
}

static SbVerdict *
reply_to (SbProof *proof, SbValue *reply, SbValue *parsed)
{
  SbVerdict *verdict =
    verdict_new (SB_VERDICT_HANDSHAKE, sb_value_get_int_or (reply, "status", 200), NULL);
  const char *body = sb_value_get_string (reply, "body");
  const char *echo = sb_value_get_string (reply, "echo");

  verdict->content_type = g_strdup (sb_value_get_string (reply, "content_type"));
  if (body != NULL && g_str_has_prefix (body, "{{body.") && g_str_has_suffix (body, "}}"))
    {
      g_autofree char *path = g_strndup (body + 7, strlen (body) - 9);

      verdict->reply = sb_value_to_text (sb_value_get_path (parsed, path));
    }
  else
    verdict->reply = g_strdup (body);
  if (echo != NULL)
    {
      verdict->echo_name = g_strdup (echo);
      verdict->echo_value = g_strdup (g_hash_table_lookup (proof->headers, echo));
    }
  return verdict;
}

/* Nothing is read of a body whose sender is not known, unless a handshake asks for it. */
static gboolean
has_unsigned_handshake (SbProof *proof)
{
  SbValue *handshakes = sb_value_get_member (proof->webhook, "handshakes");

  for (guint i = 0; i < sb_value_get_length (handshakes); i++)
    if (!sb_value_get_boolean_or (sb_value_get_item (handshakes, i), "signed", TRUE))
      return TRUE;
  return FALSE;
}

static SbVerdict *
find_handshake (SbProof *proof, gboolean signed_only, SbValue *parsed)
{
  SbValue *handshakes = sb_value_get_member (proof->webhook, "handshakes");

  for (guint i = 0; i < sb_value_get_length (handshakes); i++)
    {
      SbValue *handshake = sb_value_get_item (handshakes, i);

      if (sb_value_get_boolean_or (handshake, "signed", TRUE) == signed_only &&
          is_when (proof, sb_value_get_member (handshake, "when"), parsed))
        return reply_to (proof, sb_value_get_member (handshake, "reply"), parsed);
    }
  return NULL;
}

static gboolean
check_proof (SbProof *proof, char **reason)
{
  const char *scheme = sb_value_get_string (proof->webhook, "scheme");
  SbValue *require = sb_value_get_member (proof->webhook, "require");
  gboolean good = FALSE;

  if (g_strcmp0 (scheme, "hmac") == 0)
    good = sb_proof_check_hmac (proof, reason);
  else if (g_strcmp0 (scheme, "rsa-jwks") == 0)
    good = sb_proof_check_rsa (proof, reason);
  else if (g_strcmp0 (scheme, "basic") == 0)
    good = sb_proof_check_basic (proof, reason);
  else
    good = g_strcmp0 (scheme, "secret-path") == 0;
  for (guint i = 0; good && i < sb_value_get_length (require); i++)
    {
      SbValue *names = sb_value_get_item (require, i);
      const char *value = sb_proof_header (proof, names);

      if (value == NULL || value[0] == '\0')
        {
          *reason = g_strdup_printf (_ ("the header %s, which %s always sends, is missing"),
                                     sb_value_get_text (sb_value_get_item (names, 0)),
                                     proof->connector->name);
          good = FALSE;
        }
    }
  return good;
}

/* An unsigned event that only names an address must not make us fetch from anywhere. */
static gboolean
names_known_host (SbProof *proof, SbValue *parsed)
{
  SbValue *hosts = sb_value_get_member (proof->webhook, "hosts");
  SbValue *allow = sb_value_get_member (hosts, "allow");
  const char *path = sb_value_get_string (hosts, "path");
  const char *url;
  g_autoptr (GUri) uri = NULL;

  if (hosts == NULL)
    return TRUE;
  url = sb_value_get_text (sb_value_get_path (parsed, path));
  uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  if (uri == NULL || !g_str_equal (g_uri_get_scheme (uri), "https") ||
      g_uri_get_host (uri) == NULL || g_uri_get_userinfo (uri) != NULL)
    return FALSE;
  for (guint i = 0; i < sb_value_get_length (allow); i++)
    {
      const char *host = sb_value_get_text (sb_value_get_item (allow, i));

      if (g_ascii_strcasecmp (host, g_uri_get_host (uri)) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_ours (SbTrigger *trigger, GPtrArray *topics)
{
  if (trigger == NULL || trigger->topics == NULL)
    return TRUE;
  for (guint i = 0; i < topics->len; i++)
    for (guint j = 0; j < trigger->topics->len; j++)
      if (g_pattern_match_simple (g_ptr_array_index (trigger->topics, j),
                                  g_ptr_array_index (topics, i)))
        return TRUE;
  return FALSE;
}

static char *
join_unique (GPtrArray *values)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < values->len; i++)
    if (g_hash_table_add (known, g_ptr_array_index (values, i)))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "",
                              (char *)g_ptr_array_index (values, i));
  return text->len > 0 ? g_strdup (text->str) : NULL;
}

static char *
note_version (SbProof *proof, SbValue *parsed)
{
  const char *expected =
    sb_value_get_string (sb_value_get_member (proof->connector->document, "version"), "value");
  g_autoptr (GPtrArray) found =
    sb_event_find (proof->connector, "api_version", proof->headers, parsed, proof->body);

  if (expected == NULL || found->len == 0 ||
      g_str_has_prefix (g_ptr_array_index (found, 0), expected))
    return NULL;
  return g_strdup_printf (_ ("%s sent this event in API version %s; Signalbox expects %s"),
                          proof->connector->name, (char *)g_ptr_array_index (found, 0), expected);
}

static SbVerdict *
accept (SbProof *proof, const char *trigger_id, SbValue *parsed)
{
  SbTrigger *trigger = sb_connector_find_trigger (proof->connector, trigger_id);
  g_autoptr (GPtrArray) topics =
    sb_event_find (proof->connector, "topic", proof->headers, parsed, proof->body);
  SbVerdict *verdict;

  if (!is_ours (trigger, topics))
    {
      verdict = verdict_new (SB_VERDICT_HANDSHAKE, 200, NULL);
      verdict->topic = join_unique (topics);
      verdict->reason = g_strdup_printf (_ ("heard “%s”, which this flow does not wait for"),
                                         verdict->topic != NULL ? verdict->topic : "");
      return verdict;
    }
  verdict = verdict_new (SB_VERDICT_ACCEPTED, 200, NULL);
  verdict->topic = join_unique (topics);
  verdict->event_id = sb_event_find_id (proof->connector, proof->headers, parsed, proof->body);
  verdict->version_note = note_version (proof, parsed);
  verdict->body = sb_value_ref (parsed);
  return verdict;
}

/**
 * sb_signature_judge:
 * @trigger_id: (nullable): NULL: any topic is ours
 * @connection: (nullable)
 * @secrets: (nullable): key → text
 * @public_address: (nullable): the address as registered at the vendor, where the vendor signs it;
 * the connection's setting "public_address" counts where it is NULL
 * @now_us: UTC µs
 *
 * Returns: (transfer full): never NULL
 */
SbVerdict *
sb_signature_judge (SbConnector *connector,
                    const char *trigger_id,
                    SbConnection *connection,
                    GHashTable *secrets,
                    const SbIncoming *incoming,
                    const char *public_address,
                    gint64 now_us)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  SbValue *settings = connection != NULL ? connection->settings : NULL;
  SbProof proof = {
    .connector = connector,
    .settings = settings,
    .secrets = secrets,
    .webhook = sb_connector_get_webhook (connector, settings),
    .method = incoming->method,
    .public_address =
      public_address != NULL ? public_address : sb_value_get_string (settings, "public_address"),
    .headers = incoming->headers,
    .body = incoming->body != NULL ? incoming->body : empty,
    .now_us = now_us,
  };
  const char *content_type = g_hash_table_lookup (incoming->headers, "content-type");
  g_autoptr (SbValue) parsed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  SbVerdict *verdict = NULL;

  if (proof.webhook == NULL)
    return verdict_new (SB_VERDICT_BROKEN, 400,
                        g_strdup_printf (_ ("%s sends no events"), connector->name));
  if (has_unsigned_handshake (&proof))
    {
      parsed = sb_event_parse_body (connector, proof.webhook, content_type, proof.body, NULL);
      verdict = find_handshake (&proof, FALSE, parsed);
      if (verdict != NULL)
        return verdict;
    }
  if (!check_proof (&proof, &reason))
    return verdict_new (SB_VERDICT_REFUSED, 401, g_steal_pointer (&reason));
  if (parsed == NULL)
    parsed = sb_event_parse_body (connector, proof.webhook, content_type, proof.body, &error);
  if (parsed == NULL)
    return verdict_new (SB_VERDICT_BROKEN, 400, g_strdup (error->message));
  if (!names_known_host (&proof, parsed))
    return verdict_new (
      SB_VERDICT_BROKEN, 400,
      g_strdup_printf (_ ("it names an address that is not of %s"), connector->name));
  verdict = find_handshake (&proof, TRUE, parsed);
  return verdict != NULL ? verdict : accept (&proof, trigger_id, parsed);
}

SbValue *
sb_signature_read_body (SbConnector *connector,
                        SbConnection *connection,
                        const char *content_type,
                        GBytes *body,
                        GError **error)
{
  SbValue *webhook =
    sb_connector_get_webhook (connector, connection != NULL ? connection->settings : NULL);

  return sb_event_parse_body (connector, webhook, content_type, body, error);
}

/* The first header among the alternatives of an event source, as the vendor would send it. */
static void
set_event_header (SbConnector *connector, const char *what, const char *value, GHashTable *headers)
{
  SbValue *sources = sb_value_get_member (sb_value_get_member (connector->document, "event"), what);

  for (guint i = 0; value != NULL && i < sb_value_get_length (sources); i++)
    {
      const char *header = sb_value_get_string (sb_value_get_item (sources, i), "header");

      if (header != NULL)
        {
          g_hash_table_insert (headers, g_strdup (header), g_strdup (value));
          return;
        }
    }
}

static void
set_required (SbValue *webhook, const char *event_id, GHashTable *headers)
{
  SbValue *require = sb_value_get_member (webhook, "require");

  for (guint i = 0; i < sb_value_get_length (require); i++)
    {
      const char *name = sb_value_get_text (sb_value_get_item (sb_value_get_item (require, i), 0));

      if (!g_hash_table_contains (headers, name))
        g_hash_table_insert (headers, g_strdup (name), g_strdup (event_id));
    }
}

/**
 * sb_signature_sign:
 * @trigger_id: (nullable)
 * @public_address: (nullable): needed where the vendor signs it
 * @event_id: goes into the header that the connector names; where the event id is in the body, the
 * body must hold it already
 *
 * Returns: (transfer full) (nullable): lower-case header names → values, among them the content
 * type. Errors: INVALID where a secret is missing
 */
GHashTable *
sb_signature_sign (SbConnector *connector,
                   const char *trigger_id,
                   SbConnection *connection,
                   GHashTable *secrets,
                   const char *public_address,
                   GBytes *body,
                   const char *event_id,
                   gint64 now_us,
                   GError **error)
{
  SbValue *settings = connection != NULL ? connection->settings : NULL;
  SbProof proof = {
    .connector = connector,
    .settings = settings,
    .secrets = secrets,
    .webhook = sb_connector_get_webhook (connector, settings),
    .method = "POST",
    .public_address =
      public_address != NULL ? public_address : sb_value_get_string (settings, "public_address"),
    .body = body,
    .now_us = now_us,
  };
  SbTrigger *trigger = sb_connector_find_trigger (connector, trigger_id);
  const char *scheme = sb_value_get_string (proof.webhook, "scheme");
  const char *topic = trigger != NULL && trigger->topics != NULL
                        ? g_ptr_array_index (trigger->topics, 0)
                        : trigger_id;
  const char *version =
    sb_value_get_string (sb_value_get_member (connector->document, "version"), "value");
  g_autoptr (GHashTable) headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  gboolean good = TRUE;

  if (proof.webhook == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("%s sends no events."), connector->name);
      return NULL;
    }
  g_hash_table_insert (headers, g_strdup ("content-type"), g_strdup ("application/json"));
  set_event_header (connector, "id", event_id, headers);
  set_event_header (connector, "topic", topic, headers);
  set_event_header (connector, "api_version", version, headers);
  set_required (proof.webhook, event_id, headers);
  if (g_strcmp0 (scheme, "hmac") == 0)
    good = sb_proof_sign_hmac (&proof, event_id, headers, error);
  else if (g_strcmp0 (scheme, "rsa-jwks") == 0)
    good = sb_proof_sign_rsa (&proof, headers, error);
  else if (g_strcmp0 (scheme, "basic") == 0)
    good = sb_proof_sign_basic (&proof, headers, error);
  return good ? g_steal_pointer (&headers) : NULL;
}
