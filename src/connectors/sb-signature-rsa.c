/* sb-signature-rsa.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-signature-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"

#define PRACTICE_KEY_ID "signalbox-practice"

/* RFC 4648 §5, without padding. */
static gboolean
decode_base64url (const char *text, gnutls_datum_t *out)
{
  g_autofree char *plain = NULL;
  gsize length = 0;

  if (text == NULL || text[0] == '\0' ||
      strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") !=
        strlen (text))
    return FALSE;
  plain = g_strconcat (text,
                       strlen (text) % 4 == 2   ? "=="
                       : strlen (text) % 4 == 3 ? "="
                                                : "",
                       NULL);
  g_strdelimit (plain, "-", '+');
  g_strdelimit (plain, "_", '/');
  out->data = g_base64_decode (plain, &length);
  out->size = length;
  return length > 0;
}

static char *
encode_base64url (const gnutls_datum_t *data)
{
  char *text;
  const guint8 *start = data->data;
  gsize length = data->size;

  /* GnuTLS puts a zero byte before a number whose highest bit is set. */
  while (length > 1 && *start == 0)
    {
      start++;
      length--;
    }
  text = g_base64_encode (start, length);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

/* Only what decodes and encodes back to itself: no other text may stand for the same signature. */
static guint8 *
decode_canonical (const char *text, gsize *length)
{
  guint8 *data = g_base64_decode (text, length);
  g_autofree char *again = g_base64_encode (data, *length);

  if (*length > 0 && g_str_equal (again, text))
    return data;
  g_free (data);
  return NULL;
}

static SbValue *
load_keys (SbProof *proof)
{
  const char *name = sb_value_get_string (proof->webhook, "keys");
  SbValue *setting = sb_value_get_member (proof->settings, name);

  if (sb_value_get_type (setting) == SB_VALUE_OBJECT)
    return sb_value_ref (setting);
  if (sb_value_get_type (setting) == SB_VALUE_STRING)
    return sb_json_parse (sb_value_get_text (setting), -1, NULL);
  return NULL;
}

static SbValue *
find_key (SbValue *set, const char *id)
{
  SbValue *keys = sb_value_get_member (set, "keys");

  for (guint i = 0; i < sb_value_get_length (keys); i++)
    {
      SbValue *key = sb_value_get_item (keys, i);

      if (g_strcmp0 (sb_value_get_string (key, "kid"), id) == 0 &&
          g_strcmp0 (sb_value_get_string (key, "kty"), "RSA") == 0)
        return key;
    }
  return NULL;
}

static gboolean
verify (SbValue *key, GByteArray *bytes, const guint8 *signature, gsize length)
{
  gnutls_datum_t modulus = { NULL, 0 };
  gnutls_datum_t exponent = { NULL, 0 };
  gnutls_datum_t data = { bytes->data, bytes->len };
  gnutls_datum_t proof = { (unsigned char *)signature, length };
  gnutls_pubkey_t public_key = NULL;
  gboolean good = FALSE;

  if (decode_base64url (sb_value_get_string (key, "n"), &modulus) &&
      decode_base64url (sb_value_get_string (key, "e"), &exponent) && modulus.size >= 256 &&
      gnutls_pubkey_init (&public_key) == 0 &&
      gnutls_pubkey_import_rsa_raw (public_key, &modulus, &exponent) == 0)
    good = gnutls_pubkey_verify_data2 (public_key, GNUTLS_SIGN_RSA_SHA256, 0, &data, &proof) >= 0;
  if (public_key != NULL)
    gnutls_pubkey_deinit (public_key);
  g_free (modulus.data);
  g_free (exponent.data);
  return good;
}

/* RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017), the key from a JWK set (RFC 7517) by its id. */
gboolean
sb_proof_check_rsa (SbProof *proof, char **reason)
{
  const char *header = sb_proof_header (proof, sb_value_get_member (proof->webhook, "headers"));
  const char *key_id = sb_proof_header (proof, sb_value_get_member (proof->webhook, "key_id"));
  const char *timestamp = sb_proof_header (
    proof, sb_value_get_member (sb_value_get_member (proof->webhook, "timestamp"), "headers"));
  const char *id = sb_proof_header (proof, sb_value_get_member (proof->webhook, "id"));
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (SbValue) set = NULL;
  g_autofree guint8 *signature = NULL;
  gsize length = 0;
  SbValue *key;

  if (header == NULL || key_id == NULL)
    {
      *reason = g_strdup (_ ("it carries no signature"));
      return FALSE;
    }
  bytes = sb_proof_signed (proof, timestamp, id, reason);
  if (bytes == NULL)
    return FALSE;
  set = load_keys (proof);
  key = find_key (set, key_id);
  signature = decode_canonical (header, &length);
  if (set == NULL)
    *reason = g_strdup_printf (
      _ ("the public keys of %s are not set; paste its key set (JWKS) into the connection"),
      proof->connector->name);
  else if (key == NULL)
    *reason = g_strdup_printf (_ ("it is signed with a key that is not in the key set; %s may have "
                                  "new keys, paste its key set again"),
                               proof->connector->name);
  else if (signature == NULL || !verify (key, bytes, signature, length))
    *reason = g_strdup (_ (
      "the signature is not right: the body was changed on the way, or it is not from the vendor"));
  else if (!sb_proof_is_fresh (proof, timestamp))
    *reason = g_strdup (_ ("the time stamp is too old or too new: it was sent again, or this "
                           "computer's clock is wrong"));
  else
    return TRUE;
  return FALSE;
}

static gsize practice_once;
static char *practice_jwks;
static char *practice_pem;

static void
make_practice_key (void)
{
  gnutls_privkey_t key = NULL;
  gnutls_x509_privkey_t exported = NULL;
  gnutls_datum_t modulus = { NULL, 0 };
  gnutls_datum_t exponent = { NULL, 0 };
  gnutls_datum_t pem = { NULL, 0 };

  if (gnutls_privkey_init (&key) == 0 &&
      gnutls_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0) == 0 &&
      gnutls_privkey_export_rsa_raw (key, &modulus, &exponent, NULL, NULL, NULL, NULL, NULL,
                                     NULL) == 0 &&
      gnutls_privkey_export_x509 (key, &exported) == 0 &&
      gnutls_x509_privkey_export2 (exported, GNUTLS_X509_FMT_PEM, &pem) == 0)
    {
      g_autofree char *n = encode_base64url (&modulus);
      g_autofree char *e = encode_base64url (&exponent);

      practice_jwks =
        g_strdup_printf ("{\"keys\": [{\"kty\": \"RSA\", \"kid\": \"%s\", \"use\": \"sig\", "
                         "\"alg\": \"RS256\", \"n\": \"%s\", \"e\": \"%s\"}]}",
                         PRACTICE_KEY_ID, n, e);
      practice_pem = g_strndup ((const char *)pem.data, pem.size);
    }
  else
    {
      g_warning (
        "No RSA key could be made; the practice ground cannot sign for vendors that need one");
      practice_jwks = g_strdup ("{\"keys\": []}");
      practice_pem = g_strdup ("");
    }
  gnutls_free (modulus.data);
  gnutls_free (exponent.data);
  gnutls_free (pem.data);
  if (exported != NULL)
    gnutls_x509_privkey_deinit (exported);
  if (key != NULL)
    gnutls_privkey_deinit (key);
}

static void
ensure_practice_key (void)
{
  if (g_once_init_enter (&practice_once))
    {
      make_practice_key ();
      g_once_init_leave (&practice_once, 1);
    }
}

/**
 * sb_signature_practice_jwks:
 *
 * Returns: (transfer none): static
 */
const char *
sb_signature_practice_jwks (void)
{
  ensure_practice_key ();
  return practice_jwks;
}

/**
 * sb_signature_practice_pem:
 *
 * Returns: (transfer none): static
 */
const char *
sb_signature_practice_pem (void)
{
  ensure_practice_key ();
  return practice_pem;
}

static char *
sign (const char *pem, GByteArray *bytes)
{
  gnutls_datum_t text = { (unsigned char *)pem, strlen (pem) };
  gnutls_datum_t data = { bytes->data, bytes->len };
  gnutls_datum_t signature = { NULL, 0 };
  gnutls_privkey_t key = NULL;
  char *encoded = NULL;

  if (gnutls_privkey_init (&key) != 0)
    return NULL;
  if (gnutls_privkey_import_x509_raw (key, &text, GNUTLS_X509_FMT_PEM, NULL, 0) == 0 &&
      gnutls_privkey_sign_data2 (key, GNUTLS_SIGN_RSA_SHA256, 0, &data, &signature) == 0)
    encoded = g_base64_encode (signature.data, signature.size);
  gnutls_free (signature.data);
  gnutls_privkey_deinit (key);
  return encoded;
}

gboolean
sb_proof_sign_rsa (SbProof *proof, GHashTable *headers, GError **error)
{
  const char *name = sb_value_get_string (proof->webhook, "keys");
  const char *pem = proof->secrets != NULL ? g_hash_table_lookup (proof->secrets, name) : NULL;
  SbValue *time_headers =
    sb_value_get_member (sb_value_get_member (proof->webhook, "timestamp"), "headers");
  g_autofree char *timestamp = sb_clock_format_utc (proof->now_us);
  g_autofree char *reason = NULL;
  g_autoptr (GByteArray) bytes = sb_proof_signed (proof, timestamp, NULL, &reason);
  char *signature;

  if (pem == NULL || bytes == NULL || (signature = sign (pem, bytes)) == NULL)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("Only %s can sign its events; the practice ground signs with a key of its own."),
        proof->connector->name);
      return FALSE;
    }
  g_hash_table_insert (headers,
                       g_strdup (sb_value_get_text (
                         sb_value_get_item (sb_value_get_member (proof->webhook, "headers"), 0))),
                       signature);
  g_hash_table_insert (headers,
                       g_strdup (sb_value_get_text (
                         sb_value_get_item (sb_value_get_member (proof->webhook, "key_id"), 0))),
                       g_strdup (PRACTICE_KEY_ID));
  if (sb_value_get_length (time_headers) > 0)
    g_hash_table_insert (headers,
                         g_strdup (sb_value_get_text (sb_value_get_item (time_headers, 0))),
                         g_steal_pointer (&timestamp));
  return TRUE;
}
