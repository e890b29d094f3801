/* fuzz-request.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Building requests: "connector action [production]", then the fields as the flow's step gives
 * them, one JSON object.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-request.h"

#define KEY "0198f3a2-run-1/step-2"

static guint
count (const char *text, gsize length, char wanted)
{
  guint n = 0;

  for (gsize i = 0; i < length; i++)
    n += text[i] == wanted;
  return n;
}

static gboolean
is_fixed_path (SbAction *action)
{
  const char *path =
    sb_value_get_string (sb_value_get_member (action->document, "request"), "path");

  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);
      g_autofree char *token = g_strdup_printf ("{{fields.%s}}", field->key);

      if (field->fixed && path != NULL && strstr (path, token) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Event data cannot choose whom a request goes to, nor step out of its place in the path. */
static void
check_url (SbAction *action, const char *url, const char *expected)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GUri) wanted = g_uri_parse (expected, G_URI_FLAGS_ENCODED, NULL);
  gsize origin = strcspn (expected + strlen ("https://"), "/?") + strlen ("https://");
  const char *path = url + origin;
  const char *wanted_path = expected + origin;
  g_auto (GStrv) parts = NULL;

  for (const char *at = url; *at != '\0'; at++)
    fuzz_check ((guchar)*at > 0x20 && (guchar)*at < 0x7f && strchr ("\\#\"<>", *at) == NULL);
  fuzz_check (strncmp (url, expected, origin) == 0 &&
              (*path == '/' || *path == '?' || *path == '\0'));
  fuzz_check (uri != NULL && wanted != NULL && g_uri_get_userinfo (uri) == NULL);
  fuzz_check (strcmp (g_uri_get_host (uri), g_uri_get_host (wanted)) == 0);
  fuzz_check (g_uri_get_port (uri) == g_uri_get_port (wanted));

  if (!is_fixed_path (action))
    fuzz_check (count (path, strcspn (path, "?"), '/') <=
                count (wanted_path, strcspn (wanted_path, "?"), '/'));
  parts = g_strsplit (g_uri_get_path (uri), "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *decoded = g_uri_unescape_string (parts[i], NULL);

      fuzz_check (decoded != NULL && strcmp (decoded, ".") != 0 && strcmp (decoded, "..") != 0);
    }
}

static void
check_headers (SbRequest *request, SbRequest *expected)
{
  GHashTableIter iter;
  gpointer name, value;
  guint n_keys = 0;

  g_hash_table_iter_init (&iter, request->headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      fuzz_check (*(const char *)name != '\0');
      for (const char *at = name; *at != '\0'; at++)
        fuzz_check (g_ascii_isalnum (*at) || strchr ("!#$%&'*+-.^_`|~", *at) != NULL);
      for (const char *at = value; *at != '\0'; at++)
        fuzz_check ((guchar)*at >= 0x20 && *at != 0x7f);
      n_keys += g_ascii_strcasecmp (name, "idempotency-key") == 0;
      fuzz_check (g_ascii_strcasecmp (name, "host") != 0 &&
                  g_ascii_strcasecmp (name, "content-length") != 0 &&
                  g_ascii_strcasecmp (name, "transfer-encoding") != 0);
    }
  fuzz_check (n_keys <= 1);
  fuzz_check (g_strcmp0 (g_hash_table_lookup (request->headers, "Authorization"),
                         g_hash_table_lookup (expected->headers, "Authorization")) == 0);
  fuzz_check (g_strcmp0 (g_hash_table_lookup (request->headers, "Idempotency-Key"),
                         g_hash_table_lookup (expected->headers, "Idempotency-Key")) == 0);
}

static void
check_shown (SbRequest *request, FuzzVendor *vendor)
{
  g_autoptr (SbValue) shown = sb_json_parse (request->shown, -1, NULL);
  GHashTableIter iter;
  gpointer key, secret;

  fuzz_check (sb_value_get_type (shown) == SB_VALUE_OBJECT);
  g_hash_table_iter_init (&iter, vendor->secrets);
  while (g_hash_table_iter_next (&iter, &key, &secret))
    fuzz_check (strlen (secret) < 8 || strstr (request->shown, secret) == NULL);
}

static void
check_body (SbRequest *request)
{
  gsize length = 0;
  const char *text = request->body != NULL ? g_bytes_get_data (request->body, &length) : NULL;

  if (text == NULL)
    return;
  fuzz_check (g_utf8_validate_len (text, length, NULL));
  if (g_strcmp0 (request->content_type, "application/json") == 0)
    {
      g_autoptr (SbValue) body = sb_json_parse (text, (gssize)length, NULL);

      fuzz_check (body != NULL);
    }
  else if (g_strcmp0 (request->content_type, "application/x-www-form-urlencoded") == 0)
    for (gsize i = 0; i < length; i++)
      fuzz_check ((guchar)text[i] > 0x20 && (guchar)text[i] < 0x7f);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  g_autofree char *line = fuzz_take_line (&input);
  char *at = line;
  FuzzVendor *vendor = fuzz_find_vendor (fuzz_next_word (&at));
  SbAction *action = fuzz_find_action (vendor->connector, fuzz_next_word (&at));
  const char *environment = strcmp (fuzz_next_word (&at), "production") == 0
                              ? "production"
                              : vendor->connection->environment;
  g_autoptr (SbValue) fields = sb_json_parse ((const char *)input.data, (gssize)input.size, NULL);
  g_autoptr (SbValue) samples = NULL;
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (SbRequest) expected = NULL;
  g_autoptr (SbRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  if (action == NULL || fields == NULL)
    return 0;
  connection =
    sb_connection_new ("c", vendor->connector->id, "C", environment, vendor->connection->settings);
  samples = fuzz_sample_fields (action);
  expected = sb_request_build (vendor->connector, action, connection, vendor->secrets, samples, KEY,
                               NULL, NULL);
  if (expected == NULL)
    return 0;
  request = sb_request_build (vendor->connector, action, connection, vendor->secrets, fields, KEY,
                              NULL, &error);
  fuzz_check_error (request != NULL, &error);
  if (request == NULL)
    return 0;

  if (!g_str_has_prefix (
        sb_value_get_string (sb_value_get_member (action->document, "request"), "method"), "{{"))
    fuzz_check (strcmp (request->method, expected->method) == 0);
  check_url (action, request->url, expected->url);
  check_headers (request, expected);
  check_body (request);
  check_shown (request, vendor);
  return 0;
}
