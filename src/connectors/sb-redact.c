/* sb-redact.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request-private.h"

#include <string.h>

#include "sb-json.h"

#define MASK "•••"

/* A secret this short would blank out half of any text; no vendor gives such. */
#define MIN_SECRET 4

gboolean
sb_is_secret_header (const char *name)
{
  static const char *const names[] = { "authorization", "proxy-authorization", "cookie",
                                       "set-cookie",    "x-api-key",           "api-key" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* Names of members under which something stands that lets somebody in or pays, whatever it looks
 * like. */
static gboolean
is_secret_name (const char *name)
{
  static const char *const names[] = {
    "password",      "passwd",       "passphrase",    "clientsecret",
    "accesstoken",   "refreshtoken", "idtoken",       "apikey",
    "apisecret",     "privatekey",   "secretkey",     "signingsecret",
    "authorization", "sharedsecret", "webhooksecret", "cvv",
    "cvv2",          "cvc",          "cvc2",          "cvn",
    "csc",           "cardcode",     "securitycode",  "cardsecuritycode",
    "cardnumber",    "pan",          "iban",          "track1",
    "track2",        "pin",
  };
  char plain[24];
  gsize length = 0;

  for (const char *at = name; *at != '\0'; at++)
    if (g_ascii_isalnum (*at))
      {
        if (length + 1 >= sizeof plain)
          return FALSE;
        plain[length++] = g_ascii_tolower (*at);
      }
  plain[length] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (plain, names[i]))
      return TRUE;
  return FALSE;
}

static void
replace_all (GString *text, const char *secret)
{
  if (secret != NULL && strlen (secret) >= MIN_SECRET)
    g_string_replace (text, secret, MASK, 0);
}

/* Also as it stands within a URL, within JSON, and as a password of Basic. */
static void
mask_secrets (GString *text, GHashTable *secrets)
{
  GHashTableIter iter;
  gpointer value;

  if (secrets == NULL)
    return;
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      g_autofree char *encoded = sb_request_percent (value);
      g_autoptr (SbValue) string = sb_value_new_string (value);
      g_autofree char *json = sb_json_write (string);

      json[strlen (json) - 1] = '\0';
      replace_all (text, value);
      replace_all (text, encoded);
      replace_all (text, json + 1);
    }
}

static GRegex *
get_regex (GRegex **regex, const char *pattern)
{
  if (g_once_init_enter (regex))
    g_once_init_leave (regex, g_regex_new (pattern, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL));
  return *regex;
}

/* What follows the name of a way to sign in, and the three or four digits after the name of a
 * card's check code. Most texts hold no such word, and are spared the search. */
static char *
mask_words (const char *text)
{
  static GRegex *schemes;
  static GRegex *codes;
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_autofree char *result = NULL;

  if (strstr (lower, "bearer") != NULL || strstr (lower, "basic") != NULL ||
      strstr (lower, "digest") != NULL)
    result =
      g_regex_replace (get_regex (&schemes, "\\b(Bearer|Basic|Digest)\\s+[A-Za-z0-9._~+/=-]{8,}"),
                       text, -1, 0, "\\1 " MASK, 0, NULL);
  if (strstr (lower, "cv") != NULL || strstr (lower, "code") != NULL ||
      strstr (lower, "csc") != NULL)
    {
      char *masked = g_regex_replace (
        get_regex (&codes, "\\b(cvv2?|cvc2?|cvn|csc|(?:card )?security code|card code)"
                           "([\"']?\\s*(?:[:=#]|is)?\\s*[\"']?)[0-9]{3,4}\\b"),
        result != NULL ? result : text, -1, 0, "\\1\\2" MASK, 0, NULL);

      if (masked != NULL)
        {
          g_free (result);
          result = masked;
        }
    }
  return result != NULL ? g_steal_pointer (&result) : g_strdup (text);
}

/**
 * sb_redact:
 * @text: (nullable): UTF-8
 * @secrets: (nullable): key → text
 *
 * Masks every secret given, what follows Bearer and Basic, the check codes of cards, and the
 * numbers of cards and bank accounts (all but the last four characters). For everything that is
 * stored, logged or shown. Any thread.
 *
 * Returns: (transfer full) (nullable)
 */
char *
sb_redact (const char *text, GHashTable *secrets)
{
  g_autoptr (GString) out = NULL;
  g_autofree char *valid = NULL;
  g_autofree char *words = NULL;

  if (text == NULL)
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  out = g_string_new (valid);
  mask_secrets (out, secrets);
  words = mask_words (out->str);
  return sb_redact_numbers (words);
}

typedef char *(*Masking) (const char *text, GHashTable *secrets);

static SbValue *
mask_value (SbValue *value, GHashTable *secrets, Masking mask, gboolean names)
{
  SbValueType type = sb_value_get_type (value);

  if (type == SB_VALUE_STRING || type == SB_VALUE_NUMBER)
    {
      g_autofree char *safe = mask (sb_value_get_text (value), secrets);

      if (g_strcmp0 (safe, sb_value_get_text (value)) == 0)
        return sb_value_ref (value);
      return sb_value_new_string (safe);
    }
  if (type == SB_VALUE_ARRAY)
    {
      SbValue *copy = sb_value_new_array ();

      for (guint i = 0; i < sb_value_get_length (value); i++)
        sb_value_append (copy, mask_value (sb_value_get_item (value, i), secrets, mask, names));
      return copy;
    }
  if (type == SB_VALUE_OBJECT)
    {
      SbValue *copy = sb_value_new_object ();

      for (guint i = 0; i < sb_value_get_length (value); i++)
        {
          g_autofree char *name = mask (sb_value_get_member_name (value, i), secrets);
          SbValue *item = sb_value_get_item (value, i);
          SbValueType kind = sb_value_get_type (item);

          if (names && (kind == SB_VALUE_STRING || kind == SB_VALUE_NUMBER) &&
              is_secret_name (name))
            sb_value_set_string (copy, name, MASK);
          else
            sb_value_set (copy, name, mask_value (item, secrets, mask, names));
        }
      return copy;
    }
  return sb_value_ref (value);
}

SbValue *
sb_redact_value (SbValue *value, GHashTable *secrets)
{
  return mask_value (value, secrets, sb_redact, TRUE);
}

static char *
mask_secrets_only (const char *text, GHashTable *secrets)
{
  g_autoptr (GString) out = g_string_new (text);

  mask_secrets (out, secrets);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * sb_outcome_redact:
 * @secrets: (nullable): of the connection
 *
 * For vendors that repeat in their answer what they were sent: the connection's secrets are taken
 * out of the sentence and out of what later steps may use. Anything else there stays as it came,
 * since flows work with it.
 */
void
sb_outcome_redact (SbOutcome *self, GHashTable *secrets)
{
  g_autofree char *message = g_steal_pointer (&self->message);
  g_autoptr (SbValue) output = g_steal_pointer (&self->output);

  self->message = sb_redact (message, secrets);
  if (output != NULL && secrets != NULL && g_hash_table_size (secrets) > 0)
    self->output = mask_value (output, secrets, mask_secrets_only, FALSE);
  else
    self->output = g_steal_pointer (&output);
}
