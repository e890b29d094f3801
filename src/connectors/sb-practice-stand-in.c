/* sb-practice-stand-in.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <string.h>

#include "sb-pattern.h"
#include "sb-request.h"

static SbValue *
request_of (SbAction *action)
{
  return sb_value_get_member (action->document, "request");
}

/* The auth headers and parameters as the connection's sample secrets make them: whatever the
 * request builder does with them is what the vendor would expect. */
static void
learn_auth (SbStandIn *self)
{
  SbValue *auth = sb_value_get_member (self->connector->document, "auth");
  const char *scheme, *name;
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (SbValue) fields = sb_value_new_object ();
  g_autoptr (SbRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer header, value;

  connection = sb_connection_new_practice (self->connector, &secrets);
  if (sb_value_get_string (auth, "by") != NULL)
    {
      const char *chosen =
        sb_value_get_string (connection->settings, sb_value_get_string (auth, "by"));

      auth =
        chosen != NULL ? sb_value_get_member (sb_value_get_member (auth, "schemes"), chosen) : NULL;
    }
  scheme = sb_value_get_string (auth, "scheme");
  name = sb_value_get_string (auth, "name");
  if (scheme == NULL || g_str_equal (scheme, "none"))
    return;

  for (guint i = 0; i < self->action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (self->action->fields, i);

      if (field->sample != NULL)
        sb_value_set (fields, field->key, sb_value_ref (field->sample));
      else if (field->required)
        sb_value_set_string (fields, field->key, field->example != NULL ? field->example : "1");
    }
  request = sb_request_build (self->connector, self->action, connection, secrets, fields,
                              "practice", "http://127.0.0.1:1", &error);
  if (request == NULL)
    {
      g_debug ("No sample request for %s %s, its sign-in goes unchecked: %s", self->connector->id,
               self->action->id, error->message);
      return;
    }

  if (g_str_equal (scheme, "query"))
    {
      g_autoptr (GUri) uri = g_uri_parse (request->url, SOUP_HTTP_URI_FLAGS, NULL);
      g_autoptr (GHashTable) query = NULL;

      if (uri != NULL && g_uri_get_query (uri) != NULL)
        query = soup_form_decode (g_uri_get_query (uri));
      if (query != NULL && name != NULL && g_hash_table_lookup (query, name) != NULL)
        g_hash_table_insert (self->auth_query, g_strdup (name),
                             g_strdup (g_hash_table_lookup (query, name)));
      return;
    }

  if (name == NULL || !g_str_equal (scheme, "header"))
    name = "Authorization";
  g_hash_table_iter_init (&iter, request->headers);
  while (g_hash_table_iter_next (&iter, &header, &value))
    if (g_ascii_strcasecmp (header, name) == 0)
      g_hash_table_insert (self->auth_headers, g_ascii_strdown (header, -1), g_strdup (value));
}

/**
 * sb_stand_in_new:
 *
 * Returns: (transfer full): @action as the practice ground knows it; borrows both arguments
 */
SbStandIn *
sb_stand_in_new (SbConnector *connector, SbAction *action)
{
  SbStandIn *self = g_new0 (SbStandIn, 1);
  SbValue *request = request_of (action);
  SbValue *idempotency = sb_value_get_member (action->document, "idempotency");
  const char *method = sb_value_get_string (request, "method");
  const char *path = sb_value_get_string (request, "path");
  const char *encoding = sb_value_get_string (request, "encoding");
  g_auto (GStrv) segments = NULL;

  self->connector = connector;
  self->action = action;
  self->method = g_ascii_strup (method != NULL ? method : "POST", -1);
  self->encoding = encoding != NULL ? encoding : "json";
  self->auth_headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->auth_query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->path = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_shape_free);
  /* A path that is a token altogether (any HTTP service) may have any number of segments. */
  if (path != NULL && g_str_has_prefix (path, "{{"))
    self->whole_path = sb_shape_new_text (path);
  while (path != NULL && *path == '/')
    path++;
  segments = g_strsplit (path != NULL ? path : "", "/", -1);
  for (guint i = 0; segments[i] != NULL; i++)
    g_ptr_array_add (self->path, sb_shape_new_text (segments[i]));
  self->query = sb_shape_new (sb_value_get_member (request, "query"));
  self->headers = sb_shape_new (sb_value_get_member (request, "headers"));
  self->body = sb_shape_new (sb_value_get_member (request, "body"));
  self->key_in = sb_value_get_string (idempotency, "in");
  self->key_name = sb_value_get_string (idempotency, "name");
  self->key_max = sb_value_get_int_or (idempotency, "max", 0);
  learn_auth (self);
  return self;
}

void
sb_stand_in_free (SbStandIn *self)
{
  g_free (self->method);
  g_ptr_array_unref (self->path);
  sb_shape_free (self->whole_path);
  sb_shape_free (self->query);
  sb_shape_free (self->headers);
  sb_shape_free (self->body);
  g_hash_table_unref (self->auth_headers);
  g_hash_table_unref (self->auth_query);
  g_free (self);
}

static gboolean
path_fits (SbStandIn *self, SbCall *call, SbCatch *found)
{
  guint before = found->conflicts;

  if (self->whole_path != NULL)
    {
      g_autofree char *joined = g_strjoinv ("/", call->path);
      g_autofree char *absolute = g_strconcat ("/", joined, NULL);
      g_autoptr (SbValue) value = sb_value_new_string (absolute);

      sb_shape_match (self->whole_path, value, found);
      return found->conflicts == before;
    }
  if (g_strv_length (call->path) != self->path->len)
    return FALSE;
  for (guint i = 0; i < self->path->len; i++)
    {
      g_autoptr (SbValue) segment = sb_value_new_string (call->path[i]);

      sb_shape_match (g_ptr_array_index (self->path, i), segment, found);
    }
  return found->conflicts == before;
}

static void
match_headers (SbStandIn *self, SbCall *call, SbCatch *found)
{
  SbValue *declared = sb_value_get_member (request_of (self->action), "headers");
  g_autoptr (SbValue) headers = sb_value_new_object ();

  if (sb_value_get_type (declared) != SB_VALUE_OBJECT)
    return;
  for (guint i = 0; i < sb_value_get_length (declared); i++)
    {
      const char *name = sb_value_get_member_name (declared, i);
      const char *value = soup_message_headers_get_one (call->headers, name);

      if (value != NULL)
        sb_value_set_string (headers, name, value);
    }
  sb_shape_match (self->headers, headers, found);
}

gint
sb_stand_in_fits (SbStandIn *self, SbCall *call, SbCatch *found)
{
  if (strstr (self->method, "{{") == NULL && !g_str_equal (self->method, call->method))
    return -1;
  if (!path_fits (self, call, found))
    return -1;
  sb_shape_match (self->body, call->body, found);
  sb_shape_match (self->query, call->query, found);
  if (self->headers != NULL)
    match_headers (self, call, found);
  /* A path with constants tells more than one that takes anything. */
  return (self->whole_path != NULL ? 1000 : 100000) + (gint)found->matched -
         10 * (gint)found->conflicts;
}

/* Equal in the time of the longer one, so that practice teaches no bad habit. */
static gboolean
same_secret (const char *a, const char *b)
{
  guint8 difference = 0;
  gsize length_a, length_b;

  if (a == NULL || b == NULL)
    return FALSE;
  length_a = strlen (a);
  length_b = strlen (b);
  for (gsize i = 0; i < length_a && i < length_b; i++)
    difference |= (guint8)a[i] ^ (guint8)b[i];
  return difference == 0 && length_a == length_b;
}

static SbReply *
check_auth (SbStandIn *self, SbCall *call)
{
  SbValue *answer = sb_value_get_member (self->action->document, "answer");
  SbValue *codes = sb_value_get_member (answer, "trouble_codes");
  const char *code = sb_value_get_text (sb_value_get_item (codes, 0));
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->auth_headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!same_secret (soup_message_headers_get_one (call->headers, name), value))
      return sb_stand_in_refuse (self, 401, code, "The sign-in was not accepted");
  g_hash_table_iter_init (&iter, self->auth_query);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!same_secret (sb_value_get_string (call->query, name), value))
      return sb_stand_in_refuse (self, 401, code, "The sign-in was not accepted");
  return NULL;
}

static gboolean
is_empty (SbValue *value)
{
  const char *text;

  if (value == NULL)
    return TRUE;
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_NULL:
      return TRUE;
    case SB_VALUE_STRING:
      text = sb_value_get_text (value);
      return text == NULL || *text == '\0';
    case SB_VALUE_ARRAY:
    case SB_VALUE_OBJECT:
      return sb_value_get_length (value) == 0;
    case SB_VALUE_BOOLEAN:
    case SB_VALUE_NUMBER:
    default:
      return FALSE;
    }
}

static gboolean
mentions (SbStandIn *self, const char *key)
{
  for (guint i = 0; i < self->path->len; i++)
    if (sb_shape_mentions (g_ptr_array_index (self->path, i), key))
      return TRUE;
  return sb_shape_mentions (self->whole_path, key) || sb_shape_mentions (self->body, key) ||
         sb_shape_mentions (self->query, key) || sb_shape_mentions (self->headers, key);
}

static SbReply *
check_field (SbStandIn *self, SbField *field, SbValue *value)
{
  g_autofree char *message = NULL;
  g_autofree char *text = NULL;

  if (is_empty (value))
    {
      if (!field->required || !mentions (self, field->key))
        return NULL;
      message = g_strdup_printf ("%s (%s) is required and is not there", field->key, field->label);
      return sb_stand_in_refuse (self, 400, NULL, message);
    }
  if (sb_value_get_type (value) == SB_VALUE_OBJECT || sb_value_get_type (value) == SB_VALUE_ARRAY)
    return NULL;

  text = sb_value_to_text (value);
  if (sb_value_get_length (field->allowed) > 0)
    {
      gboolean known = FALSE;

      for (guint i = 0; i < sb_value_get_length (field->allowed) && !known; i++)
        {
          SbValue *allowed = sb_value_get_item (field->allowed, i);
          g_autofree char *one = sb_value_to_text (sb_value_get_member (allowed, "value"));

          known = g_strcmp0 (one, text) == 0;
        }
      if (!known)
        {
          message = g_strdup_printf ("%s (%s) cannot be “%s”", field->key, field->label, text);
          return sb_stand_in_refuse (self, 400, NULL, message);
        }
    }
  if (field->pattern != NULL && !sb_pattern_fits (field->pattern, text))
    {
      message =
        g_strdup_printf ("%s (%s) is not of the right form: “%s”", field->key, field->label, text);
      return sb_stand_in_refuse (self, 400, NULL, message);
    }
  return NULL;
}

static SbReply *
check_encoding (SbStandIn *self, SbCall *call)
{
  const char *want = NULL;

  if (self->body == NULL)
    return NULL;
  if (g_str_equal (self->encoding, "form"))
    want = "application/x-www-form-urlencoded";
  else if (g_str_equal (self->encoding, "json"))
    want = "application/json";
  if (want == NULL)
    return NULL;

  if (call->content_type == NULL || g_ascii_strcasecmp (call->content_type, want) != 0)
    {
      g_autofree char *message = g_strdup_printf ("The body must be sent as %s", want);

      return sb_stand_in_refuse (self, 415, NULL, message);
    }
  if (call->broken != NULL)
    return sb_stand_in_refuse (self, 400, NULL, call->broken);
  return NULL;
}

SbReply *
sb_stand_in_check (SbStandIn *self, SbCall *call, SbCatch *found)
{
  SbReply *reply = check_auth (self, call);

  if (reply != NULL)
    return reply;

  reply = check_encoding (self, call);
  if (reply != NULL)
    return reply;

  for (guint i = 0; i < self->action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (self->action->fields, i);

      reply = check_field (self, field, sb_value_get_path (found->fields, field->key));
      if (reply != NULL)
        return reply;
    }

  if (self->action->idempotency == SB_IDEMPOTENT_KEY)
    {
      g_autofree char *key = sb_stand_in_key (self, call, found);

      if (key == NULL || *key == '\0')
        {
          g_autofree char *message = g_strdup_printf ("The idempotency key (%s %s) is not there",
                                                      self->key_in, self->key_name);

          return sb_stand_in_refuse (self, 400, NULL, message);
        }
      if (self->key_max > 0 && g_utf8_strlen (key, -1) > self->key_max)
        {
          g_autofree char *message = g_strdup_printf (
            "The idempotency key is longer than %" G_GINT64_FORMAT " characters", self->key_max);

          return sb_stand_in_refuse (self, 400, NULL, message);
        }
    }
  return NULL;
}

char *
sb_stand_in_key (SbStandIn *self, SbCall *call, SbCatch *found)
{
  const char *text = NULL;

  if (found->key != NULL)
    return sb_value_to_text (found->key);
  if (self->key_in == NULL || self->key_name == NULL)
    return NULL;
  if (g_str_equal (self->key_in, "header"))
    text = soup_message_headers_get_one (call->headers, self->key_name);
  else if (g_str_equal (self->key_in, "query"))
    text = sb_value_get_string (call->query, self->key_name);
  else if (g_str_equal (self->key_in, "body"))
    {
      SbValue *value = sb_value_get_path (call->body, self->key_name);

      return value != NULL ? sb_value_to_text (value) : NULL;
    }
  return g_strdup (text);
}
