/* sb-signature-hmac.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-signature-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "sb-clock.h"
#include "sb-error.h"

const char *
sb_proof_text (SbProof *proof, const char *text)
{
  g_autofree char *key = NULL;

  if (text == NULL || !g_str_has_prefix (text, "{{settings."))
    return text;
  key = g_strndup (text + 11, strcspn (text + 11, " |}"));
  return sb_connector_get_setting (proof->connector, proof->settings, key);
}

const char *
sb_proof_header (SbProof *proof, SbValue *names)
{
  for (guint i = 0; i < sb_value_get_length (names); i++)
    {
      const char *name = sb_proof_text (proof, sb_value_get_text (sb_value_get_item (names, i)));
      g_autofree char *lower = name != NULL ? g_ascii_strdown (name, -1) : NULL;
      const char *value = lower != NULL ? g_hash_table_lookup (proof->headers, lower) : NULL;

      if (value != NULL)
        return value;
    }
  return NULL;
}

GByteArray *
sb_proof_signed (SbProof *proof, const char *timestamp, const char *id, char **reason)
{
  SbValue *parts = sb_value_get_member (proof->webhook, "signed");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < sb_value_get_length (parts); i++)
    {
      const char *part = sb_value_get_text (sb_value_get_item (parts, i));
      const char *text = part;

      if (g_str_equal (part, "body"))
        {
          gsize length = 0;
          const guint8 *data = g_bytes_get_data (proof->body, &length);

          g_byte_array_append (bytes, data, length);
          continue;
        }
      if (g_str_equal (part, "timestamp"))
        text = timestamp;
      else if (g_str_equal (part, "id"))
        text = id;
      else if (g_str_equal (part, "method"))
        text = proof->method;
      else if (g_str_equal (part, "url"))
        text = proof->public_address;
      if (text == NULL)
        {
          if (g_str_equal (part, "url"))
            *reason = g_strdup_printf (_ ("%s signs the address it sends to; enter that address in "
                                          "the connection as it is registered there"),
                                       proof->connector->name);
          else
            *reason = g_strdup_printf (_ ("the %s that is signed is missing"), part);
          return NULL;
        }
      g_byte_array_append (bytes, (const guint8 *)text, strlen (text));
    }
  return g_steal_pointer (&bytes);
}

/* The window is the same on both sides: a time stamp from the future could be kept and used later.
 */
gboolean
sb_proof_is_fresh (SbProof *proof, const char *timestamp)
{
  SbValue *declared = sb_value_get_member (proof->webhook, "timestamp");
  const char *unit = sb_value_get_string (declared, "unit");
  gint64 tolerance_us = sb_value_get_int_or (declared, "tolerance_s", 300) * G_USEC_PER_SEC;
  gint64 time_us = 0;

  if (declared == NULL)
    return TRUE;
  if (timestamp == NULL)
    return FALSE;
  if (g_strcmp0 (unit, "rfc3339") == 0)
    {
      if (strchr (timestamp, 'T') == NULL || !sb_clock_parse (timestamp, "UTC", &time_us, NULL))
        return FALSE;
    }
  else
    {
      gint64 scale = g_strcmp0 (unit, "ms") == 0 ? 1000 : G_USEC_PER_SEC;
      gint64 number = 0;
      const char *at = timestamp;

      for (; g_ascii_isdigit (*at) && at - timestamp < 15; at++)
        number = number * 10 + (*at - '0');
      if (at == timestamp || *at != '\0' || number > G_MAXINT64 / scale)
        return FALSE;
      time_us = number * scale;
    }
  return time_us >= proof->now_us - tolerance_us && time_us <= proof->now_us + tolerance_us;
}

gboolean
sb_constant_equal (const char *a, const char *b)
{
  gsize length = strlen (a);

  return length == strlen (b) && gnutls_memcmp (a, b, length) == 0;
}

static guint8 *
get_key (SbProof *proof, gsize *length)
{
  const char *name = sb_value_get_string (proof->webhook, "secret");
  const char *secret = proof->secrets != NULL ? g_hash_table_lookup (proof->secrets, name) : NULL;
  const char *prefix = sb_value_get_string (proof->webhook, "secret_prefix");

  if (secret == NULL || secret[0] == '\0')
    return NULL;
  if (g_strcmp0 (sb_value_get_string (proof->webhook, "secret_encoding"), "base64") == 0)
    {
      guint8 *key;

      if (prefix != NULL && g_str_has_prefix (secret, prefix))
        secret += strlen (prefix);
      key = g_base64_decode (secret, length);
      if (*length == 0)
        g_clear_pointer (&key, g_free);
      return key;
    }
  *length = strlen (secret);
  return (guint8 *)g_strdup (secret);
}

static char *
encode_hex (const guint8 *bytes, gsize length)
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (2 * length + 1);

  for (gsize i = 0; i < length; i++)
    {
      text[2 * i] = digits[bytes[i] >> 4];
      text[2 * i + 1] = digits[bytes[i] & 15];
    }
  text[2 * length] = '\0';
  return text;
}

static char *
compute (SbProof *proof, GByteArray *bytes, GString **problem)
{
  const char *algorithm = sb_proof_text (proof, sb_value_get_string (proof->webhook, "algorithm"));
  const char *encoding = sb_proof_text (proof, sb_value_get_string (proof->webhook, "encoding"));
  gboolean sha1 = g_strcmp0 (algorithm, "sha1") == 0;
  gsize key_length = 0;
  guint8 *key = get_key (proof, &key_length);
  guint8 digest[32];
  gsize digest_length = sha1 ? 20 : 32;
  int code;

  if (key == NULL)
    {
      *problem = g_string_new (NULL);
      g_string_printf (*problem,
                       _ ("the signing secret of %s is not set, or is not what %s gives; enter it "
                          "in the connection"),
                       proof->connector->name, proof->connector->name);
      return NULL;
    }
  /* GnuTLS rather than GHmac: it uses the processor's own SHA instructions, which shows in how many
   * events a second are taken in. */
  code = gnutls_hmac_fast (sha1 ? GNUTLS_MAC_SHA1 : GNUTLS_MAC_SHA256, key, key_length, bytes->data,
                           bytes->len, digest);
  gnutls_memset (key, 0, key_length);
  g_free (key);
  if (code != 0)
    {
      *problem = g_string_new (gnutls_strerror (code));
      return NULL;
    }
  if (g_strcmp0 (encoding, "hex") == 0)
    return encode_hex (digest, digest_length);
  return g_base64_encode (digest, digest_length);
}

/* The signatures in the header, without what stands before each. */
static GPtrArray *
split_header (SbProof *proof, const char *header, char **timestamp)
{
  const char *format = sb_value_get_string (proof->webhook, "format");
  const char *prefix = sb_proof_text (proof, sb_value_get_string (proof->webhook, "prefix"));
  SbValue *pairs = sb_value_get_member (proof->webhook, "pairs");
  const char *time_name = sb_value_get_string (pairs, "timestamp");
  const char *signature_name = sb_value_get_string (pairs, "signature");
  GPtrArray *signatures = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = NULL;

  if (g_strcmp0 (format, "pairs") == 0)
    parts = g_strsplit (header, ",", 64);
  else if (g_strcmp0 (format, "list") == 0)
    parts = g_strsplit (header, " ", 64);
  else
    {
      parts = g_new0 (char *, 2);
      parts[0] = g_strdup (header);
    }
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (g_strcmp0 (format, "pairs") == 0)
        {
          char *equals = strchr (g_strstrip (parts[i]), '=');
          g_autofree char *name = equals != NULL ? g_strndup (parts[i], equals - parts[i]) : NULL;

          if (name != NULL && g_strcmp0 (name, time_name) == 0 && *timestamp == NULL)
            *timestamp = g_strdup (equals + 1);
          else if (name != NULL && g_strcmp0 (name, signature_name) == 0)
            g_ptr_array_add (signatures, g_strdup (equals + 1));
        }
      else if (prefix == NULL || g_str_has_prefix (parts[i], prefix))
        g_ptr_array_add (signatures, g_strdup (parts[i] + (prefix != NULL ? strlen (prefix) : 0)));
    }
  return signatures;
}

gboolean
sb_proof_check_hmac (SbProof *proof, char **reason)
{
  const char *header = sb_proof_header (proof, sb_value_get_member (proof->webhook, "headers"));
  SbValue *time_headers =
    sb_value_get_member (sb_value_get_member (proof->webhook, "timestamp"), "headers");
  const char *id = sb_proof_header (proof, sb_value_get_member (proof->webhook, "id"));
  g_autofree char *timestamp = NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *expected = NULL;
  GString *problem = NULL;
  gboolean equal = FALSE;

  if (header == NULL || header[0] == '\0')
    {
      *reason = g_strdup (_ ("it carries no signature"));
      return FALSE;
    }
  signatures = split_header (proof, header, &timestamp);
  if (timestamp == NULL)
    timestamp = g_strdup (sb_proof_header (proof, time_headers));
  bytes = sb_proof_signed (proof, timestamp, id, reason);
  if (bytes == NULL)
    return FALSE;
  expected = compute (proof, bytes, &problem);
  if (expected == NULL)
    {
      *reason = g_string_free (problem, FALSE);
      return FALSE;
    }
  /* As text, not decoded: two base64 texts can stand for the same bytes. All are compared, so that
   * the time taken does not tell which one was right. */
  for (guint i = 0; i < signatures->len; i++)
    equal |= sb_constant_equal (expected, g_ptr_array_index (signatures, i));
  if (!equal)
    {
      *reason = g_strdup (_ ("the signature is not right: the signing secret differs, or the body "
                             "was changed on the way"));
      return FALSE;
    }
  if (!sb_proof_is_fresh (proof, timestamp))
    {
      *reason = g_strdup (_ ("the time stamp is too old or too new: it was sent again, or this "
                             "computer's clock is wrong"));
      return FALSE;
    }
  return TRUE;
}

static void
set_header (SbProof *proof, GHashTable *headers, SbValue *names, const char *value)
{
  const char *name = sb_proof_text (proof, sb_value_get_text (sb_value_get_item (names, 0)));

  if (name != NULL)
    g_hash_table_insert (headers, g_ascii_strdown (name, -1), g_strdup (value));
}

gboolean
sb_proof_sign_hmac (SbProof *proof, const char *id, GHashTable *headers, GError **error)
{
  SbValue *declared = sb_value_get_member (proof->webhook, "timestamp");
  SbValue *pairs = sb_value_get_member (proof->webhook, "pairs");
  const char *prefix = sb_proof_text (proof, sb_value_get_string (proof->webhook, "prefix"));
  gboolean ms = g_strcmp0 (sb_value_get_string (declared, "unit"), "ms") == 0;
  g_autofree char *timestamp =
    g_strdup_printf ("%" G_GINT64_FORMAT, proof->now_us / (ms ? 1000 : G_USEC_PER_SEC));
  g_autofree char *reason = NULL;
  g_autoptr (GByteArray) bytes = sb_proof_signed (proof, timestamp, id, &reason);
  GString *problem = NULL;
  g_autofree char *signature = bytes != NULL ? compute (proof, bytes, &problem) : NULL;
  g_autofree char *header = NULL;

  if (signature == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("The event cannot be signed: %s."),
                   problem != NULL ? problem->str : reason);
      if (problem != NULL)
        g_string_free (problem, TRUE);
      return FALSE;
    }
  if (pairs != NULL)
    header = g_strdup_printf ("%s=%s,%s=%s", sb_value_get_string (pairs, "timestamp"), timestamp,
                              sb_value_get_string (pairs, "signature"), signature);
  else
    header = g_strconcat (prefix != NULL ? prefix : "", signature, NULL);
  set_header (proof, headers, sb_value_get_member (proof->webhook, "headers"), header);
  if (sb_value_get_member (declared, "headers") != NULL)
    set_header (proof, headers, sb_value_get_member (declared, "headers"), timestamp);
  if (sb_value_get_member (proof->webhook, "id") != NULL)
    set_header (proof, headers, sb_value_get_member (proof->webhook, "id"), id);
  return TRUE;
}

static char *
basic_header (SbProof *proof)
{
  const char *user_key = sb_value_get_string (proof->webhook, "user");
  const char *password_key = sb_value_get_string (proof->webhook, "password");
  const char *user = sb_connector_get_setting (proof->connector, proof->settings, user_key);
  const char *password =
    proof->secrets != NULL ? g_hash_table_lookup (proof->secrets, password_key) : NULL;
  g_autofree char *both = NULL;
  g_autofree char *encoded = NULL;

  if (user == NULL && proof->secrets != NULL)
    user = g_hash_table_lookup (proof->secrets, user_key);
  if (user == NULL || password == NULL || password[0] == '\0')
    return NULL;
  both = g_strdup_printf ("%s:%s", user, password);
  encoded = g_base64_encode ((const guchar *)both, strlen (both));
  return g_strconcat ("Basic ", encoded, NULL);
}

/* RFC 7617; the name of the scheme may be written in any case. */
gboolean
sb_proof_check_basic (SbProof *proof, char **reason)
{
  g_autofree char *expected = basic_header (proof);
  const char *header = g_hash_table_lookup (proof->headers, "authorization");

  if (expected == NULL)
    *reason = g_strdup (_ ("the user name and password are not set; enter them in the connection"));
  else if (header == NULL || strlen (header) < 6 || g_ascii_strncasecmp (header, "Basic ", 6) != 0)
    *reason = g_strdup (_ ("it carries no user name and password"));
  else if (!sb_constant_equal (expected + 6, header + 6))
    *reason = g_strdup (_ ("the user name or the password is not right"));
  else
    return TRUE;
  return FALSE;
}

gboolean
sb_proof_sign_basic (SbProof *proof, GHashTable *headers, GError **error)
{
  char *header = basic_header (proof);

  if (header == NULL)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("The user name and password are not set."));
      return FALSE;
    }
  g_hash_table_insert (headers, g_strdup ("authorization"), header);
  return TRUE;
}
