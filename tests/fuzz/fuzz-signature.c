/* fuzz-signature.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Judging requests: "connector [setting=value …]", headers, an empty line, the raw body.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "sb-json.h"
#include "sb-signature.h"

#define ADDRESS "https://practice.signalbox.invalid/in/x"

static SbConnection *
make_connection (FuzzVendor *vendor, char *words)
{
  g_autoptr (SbValue) settings = sb_value_copy (vendor->connection->settings);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnection) connection = NULL;

  while (*words != '\0')
    {
      const char *word = fuzz_next_word (&words);
      const char *equals = strchr (word, '=');
      g_autofree char *key = equals != NULL ? g_strndup (word, (gsize)(equals - word)) : NULL;

      if (key != NULL && g_utf8_validate (word, -1, NULL) &&
          sb_connector_find_setting (vendor->connector, key) != NULL)
        sb_value_set_string (settings, key, equals + 1);
    }
  connection = sb_connection_new ("c", vendor->connector->id, "C", "production", settings);
  sb_connection_check (connection, vendor->connector, vendor->secrets, problems);
  return sb_problems_get_length (problems) == 0 ? g_steal_pointer (&connection)
                                                : sb_connection_ref (vendor->connection);
}

static SbVerdict *
judge (FuzzVendor *vendor, SbConnection *connection, GHashTable *headers, GBytes *body)
{
  SbIncoming incoming = { "POST", "/in/x?a=b", headers, body };

  return sb_signature_judge (vendor->connector, NULL, connection, vendor->secrets, &incoming,
                             ADDRESS, FUZZ_NOW_US);
}

static void
check_verdict (SbVerdict *verdict)
{
  fuzz_check_words (verdict->reason);
  fuzz_check_words (verdict->reply);
  fuzz_check_words (verdict->version_note);
  fuzz_check_words (verdict->event_id);
  fuzz_check_words (verdict->topic);
  switch (verdict->kind)
    {
    case SB_VERDICT_ACCEPTED:
      fuzz_check (verdict->body != NULL && verdict->event_id != NULL &&
                  verdict->event_id[0] != '\0');
      fuzz_check_value (verdict->body);
      break;
    case SB_VERDICT_HANDSHAKE:
      fuzz_check (verdict->status >= 200 && verdict->status <= 299);
      break;
    case SB_VERDICT_REFUSED:
      fuzz_check (verdict->status == 401 && verdict->reason != NULL && verdict->body == NULL);
      break;
    case SB_VERDICT_BROKEN:
      fuzz_check (verdict->status == 400 && verdict->reason != NULL && verdict->body == NULL);
      break;
    default:
      fuzz_check (FALSE);
    }
  if (verdict->echo_value != NULL)
    fuzz_check (strpbrk (verdict->echo_value, "\r\n") == NULL);
}

/* What is stored is read again when a run starts: it must be the same then. */
static void
check_reading (FuzzVendor *vendor,
               SbConnection *connection,
               GHashTable *headers,
               GBytes *body,
               SbVerdict *verdict)
{
  const char *type = g_hash_table_lookup (headers, "content-type");
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value =
    sb_signature_read_body (vendor->connector, connection, type, body, &error);

  fuzz_check_error (value != NULL, &error);
  if (verdict->kind == SB_VERDICT_ACCEPTED)
    fuzz_check (value != NULL && sb_value_equal (value, verdict->body));
}

/* The proof is good, and whatever else the request says is the input's. */
static void
check_others (FuzzVendor *vendor,
              SbConnection *connection,
              GHashTable *signed_headers,
              GHashTable *headers,
              GBytes *body)
{
  g_autoptr (GHashTable) both = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (SbVerdict) verdict = NULL;
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (both, name, value);
  g_hash_table_iter_init (&iter, signed_headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (strstr (name, "sign") != NULL || strstr (name, "hmac") != NULL ||
        !g_hash_table_contains (both, name))
      g_hash_table_insert (both, name, value);
  verdict = judge (vendor, connection, both, body);
  check_verdict (verdict);
  check_reading (vendor, connection, both, body, verdict);
}

/* Signed as the vendor would, a body is let in; with one bit of it changed it is not. */
static void
check_signing (FuzzVendor *vendor, SbConnection *connection, GHashTable *others, GBytes *body)
{
  const char *scheme = sb_value_get_string (
    sb_connector_get_webhook (vendor->connector, connection->settings), "scheme");
  g_autoptr (GHashTable) headers = NULL;
  g_autoptr (SbVerdict) good = NULL;
  g_autoptr (SbVerdict) bad = NULL;
  g_autoptr (GBytes) changed = NULL;
  g_autofree guint8 *copy = NULL;
  gsize length = g_bytes_get_size (body);

  headers = sb_signature_sign (vendor->connector, NULL, connection, vendor->secrets, ADDRESS, body,
                               "evt-1", FUZZ_NOW_US, NULL);
  if (headers == NULL)
    return;
  good = judge (vendor, connection, headers, body);
  check_verdict (good);
  fuzz_check (good->kind != SB_VERDICT_REFUSED);
  check_others (vendor, connection, headers, others, body);
  if (length == 0 || (g_strcmp0 (scheme, "hmac") != 0 && g_strcmp0 (scheme, "rsa-jwks") != 0))
    return;

  copy = g_memdup2 (g_bytes_get_data (body, NULL), length);
  copy[copy[0] % length] ^= 1;
  changed = g_bytes_new (copy, length);
  bad = judge (vendor, connection, headers, changed);
  check_verdict (bad);
  fuzz_check (bad->kind != SB_VERDICT_ACCEPTED);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  g_autofree char *line = fuzz_take_line (&input);
  char *at = line;
  FuzzVendor *vendor = fuzz_find_vendor (fuzz_next_word (&at));
  g_autoptr (SbConnection) connection = make_connection (vendor, at);
  g_autoptr (GHashTable) headers = fuzz_take_headers (&input);
  g_autoptr (GBytes) body = fuzz_take_bytes (&input);
  g_autoptr (SbVerdict) verdict = judge (vendor, connection, headers, body);

  check_verdict (verdict);
  check_reading (vendor, connection, headers, body, verdict);
  check_signing (vendor, connection, headers, body);
  return 0;
}
