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

static gboolean
passes_luhn (const char *digits, gsize length)
{
  guint sum = 0;

  for (gsize i = 0; i < length; i++)
    {
      guint digit = digits[length - 1 - i] - '0';

      if (i % 2 == 1)
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
  return sum % 10 == 0;
}

static gboolean
in_range (const char *digits, guint places, guint from, guint to)
{
  guint number = 0;

  for (guint i = 0; i < places; i++)
    number = number * 10 + (digits[i] - '0');
  return number >= from && number <= to;
}

/* By the ranges of ISO/IEC 7812 that the card schemes use: order numbers are long too, and one in
 * ten passes the check digit. */
static gboolean
is_card (const char *digits, gsize length)
{
  gboolean known = FALSE;

  if (length == 16)
    known = digits[0] == '4' || in_range (digits, 2, 51, 55) || in_range (digits, 4, 2221, 2720) ||
            in_range (digits, 4, 6011, 6011) || in_range (digits, 3, 644, 659) ||
            in_range (digits, 4, 3528, 3589) || in_range (digits, 2, 62, 62) ||
            in_range (digits, 2, 56, 58) || in_range (digits, 2, 67, 67);
  else if (length == 15)
    known = in_range (digits, 2, 34, 34) || in_range (digits, 2, 37, 37);
  else if (length == 14)
    known = in_range (digits, 3, 300, 305) || in_range (digits, 2, 36, 36) ||
            in_range (digits, 2, 38, 38);
  else if (length == 19)
    known = digits[0] == '4' || in_range (digits, 2, 62, 62) || in_range (digits, 2, 67, 67);
  return known && passes_luhn (digits, length);
}

/* Digits with single spaces or dashes between them; *@end is behind the last one. */
static gsize
read_digits (const char *start, char *digits, gsize size, const char **end)
{
  gsize length = 0;
  const char *at = start;

  while (g_ascii_isdigit (*at) || ((*at == ' ' || *at == '-') && g_ascii_isdigit (at[1])))
    {
      if (g_ascii_isdigit (*at) && length < size)
        digits[length] = *at;
      if (g_ascii_isdigit (*at))
        length++;
      at++;
    }
  *end = at;
  return length;
}

static char *
mask_cards (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *at = text;

  while (*at != '\0')
    {
      char digits[20];
      const char *end = at;
      gsize length;

      if (!g_ascii_isdigit (*at))
        {
          g_string_append_c (out, *at++);
          continue;
        }
      length = read_digits (at, digits, sizeof digits, &end);
      if (length >= 14 && length <= 19 && is_card (digits, length))
        g_string_append_printf (out, "•••• %.4s", digits + length - 4);
      else
        g_string_append_len (out, at, end - at);
      at = end;
    }
  return g_string_free (out, FALSE);
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

static char *
mask_schemes (const char *text)
{
  static gsize once;
  static GRegex *regex;

  if (g_once_init_enter (&once))
    {
      regex = g_regex_new ("\\b(Bearer|Basic|Digest)\\s+[A-Za-z0-9._~+/=-]{8,}",
                           G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
      g_once_init_leave (&once, 1);
    }
  return g_regex_replace (regex, text, -1, 0, "\\1 " MASK, 0, NULL);
}

/**
 * sb_redact:
 * @text: (nullable): UTF-8
 * @secrets: (nullable): key → text
 *
 * Masks every secret given, what follows Bearer and Basic, and card numbers (all but the last four
 * digits). For everything that is stored, logged or shown. Any thread.
 *
 * Returns: (transfer full) (nullable)
 */
char *
sb_redact (const char *text, GHashTable *secrets)
{
  g_autoptr (GString) out = NULL;
  g_autofree char *valid = NULL;
  g_autofree char *schemes = NULL;

  if (text == NULL)
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  out = g_string_new (valid);
  mask_secrets (out, secrets);
  schemes = mask_schemes (out->str);
  return mask_cards (schemes != NULL ? schemes : out->str);
}

SbValue *
sb_redact_value (SbValue *value, GHashTable *secrets)
{
  SbValueType type = sb_value_get_type (value);

  if (type == SB_VALUE_STRING || type == SB_VALUE_NUMBER)
    {
      g_autofree char *safe = sb_redact (sb_value_get_text (value), secrets);

      if (g_strcmp0 (safe, sb_value_get_text (value)) == 0)
        return sb_value_ref (value);
      return sb_value_new_string (safe);
    }
  if (type == SB_VALUE_ARRAY)
    {
      SbValue *copy = sb_value_new_array ();

      for (guint i = 0; i < sb_value_get_length (value); i++)
        sb_value_append (copy, sb_redact_value (sb_value_get_item (value, i), secrets));
      return copy;
    }
  if (type == SB_VALUE_OBJECT)
    {
      SbValue *copy = sb_value_new_object ();

      for (guint i = 0; i < sb_value_get_length (value); i++)
        {
          g_autofree char *name = sb_redact (sb_value_get_member_name (value, i), secrets);

          sb_value_set (copy, name, sb_redact_value (sb_value_get_item (value, i), secrets));
        }
      return copy;
    }
  return sb_value_ref (value);
}
