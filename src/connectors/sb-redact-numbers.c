/* sb-redact-numbers.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request-private.h"

#include <string.h>

#define LEAST_CARD 13
#define MOST_CARD  19
#define LEAST_IBAN 15
#define MOST_IBAN  34

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

/* The check digit of article numbers (GS1): German ones begin with 4 and have as many digits as the
 * oldest cards of Visa. */
static gboolean
is_article (const char *digits, gsize length)
{
  guint sum = 0;

  for (gsize i = 0; i < length; i++)
    sum += (digits[length - 1 - i] - '0') * (i % 2 == 1 ? 3 : 1);
  return length == 13 && sum % 10 == 0;
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

  if (length == 13)
    known = digits[0] == '4' && !is_article (digits, length);
  else if (length == 14)
    known = in_range (digits, 3, 300, 305) || in_range (digits, 2, 36, 36) ||
            in_range (digits, 2, 38, 38);
  else if (length == 15)
    known = in_range (digits, 2, 34, 34) || in_range (digits, 2, 37, 37);
  else if (length == 16)
    known = digits[0] == '4' || in_range (digits, 2, 51, 55) || in_range (digits, 4, 2221, 2720) ||
            in_range (digits, 4, 6011, 6011) || in_range (digits, 3, 644, 659) ||
            in_range (digits, 4, 3528, 3589) || in_range (digits, 2, 62, 62) ||
            in_range (digits, 2, 56, 58) || in_range (digits, 2, 67, 67);
  else if (length == 19)
    known = digits[0] == '4' || in_range (digits, 2, 62, 62) || in_range (digits, 2, 67, 67);
  return known && passes_luhn (digits, length);
}

/* One space, dash or the like that people and programs put into long numbers; its length in bytes,
 * 0 where there is none. */
static gsize
separator_at (const char *at)
{
  static const char *const separators[] = { " ",      "-",      "\u00a0", "\u2009",
                                            "\u202f", "\u2010", "\u2011", "\u2013" };

  for (guint i = 0; i < G_N_ELEMENTS (separators); i++)
    if (g_str_has_prefix (at, separators[i]))
      return strlen (separators[i]);
  return 0;
}

/* The end of the longest card number that begins at @start and ends where a group of digits does;
 * NULL where there is none. What stands behind it (a date, a check code) is another group. */
static const char *
find_card (const char *start, char *last_four)
{
  char digits[MOST_CARD];
  const char *found = NULL;
  const char *at = start;
  gsize length = 0;

  while (length < MOST_CARD && g_ascii_isdigit (*at))
    {
      gsize gap;

      digits[length++] = *at++;
      gap = separator_at (at);
      if (!g_ascii_isdigit (*at) && length >= LEAST_CARD && is_card (digits, length))
        {
          found = at;
          memcpy (last_four, digits + length - 4, 4);
        }
      if (gap > 0 && g_ascii_isdigit (at[gap]))
        at += gap;
    }
  return found;
}

static const char *
skip_digits (const char *at)
{
  while (g_ascii_isdigit (*at))
    at++;
  return at;
}

/* ISO 13616: the countries, and how many characters theirs have. */
static gboolean
is_iban_country (const char *text, gsize length)
{
  static const char countries[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18"
    "FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21"
    "LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27"
    "ST25SV28TL23TN24TR26UA29VA22VG24XK20";

  for (const char *at = countries; *at != '\0'; at += 4)
    if (at[0] == text[0] && at[1] == text[1])
      return length == (gsize)(at[2] - '0') * 10 + (gsize)(at[3] - '0');
  return FALSE;
}

/* ISO 7064, MOD 97-10, over the text with its first four characters at its end. */
static gboolean
is_iban (const char *text, gsize length)
{
  guint rest = 0;

  if (!g_ascii_isdigit (text[2]) || !g_ascii_isdigit (text[3]) || !is_iban_country (text, length))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      char c = text[(i + 4) % length];

      rest =
        g_ascii_isdigit (c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
    }
  return rest == 1;
}

/* As find_card (), for bank accounts. */
static const char *
find_iban (const char *start, char *last_four)
{
  char text[MOST_IBAN];
  const char *found = NULL;
  const char *at = start;
  gsize length = 0;

  while (length < MOST_IBAN && g_ascii_isalnum (*at))
    {
      gsize gap;

      text[length++] = g_ascii_toupper (*at++);
      gap = separator_at (at);
      if (length == 2 && !(g_ascii_isupper (text[0]) && g_ascii_isupper (text[1])))
        return NULL;
      if (length == 4 && !(g_ascii_isdigit (text[2]) && g_ascii_isdigit (text[3])))
        return NULL;
      if (!g_ascii_isalnum (*at) && length >= LEAST_IBAN && is_iban (text, length))
        {
          found = at;
          memcpy (last_four, text + length - 4, 4);
        }
      if (gap > 0 && g_ascii_isalnum (at[gap]))
        at += gap;
    }
  return found;
}

/* Whether there are enough digits for either. */
static gboolean
may_hold_numbers (const char *text)
{
  guint digits = 0;

  for (const char *at = text; *at != '\0' && digits < LEAST_CARD - 2; at++)
    digits += g_ascii_isdigit (*at) ? 1 : 0;
  return digits >= LEAST_CARD - 2;
}

/**
 * sb_redact_numbers:
 *
 * Masks the numbers of cards and of bank accounts, but for their last four characters. Other long
 * numbers stay: they must have the form, the beginning and the check digits of one.
 *
 * Returns: (transfer full)
 */
char *
sb_redact_numbers (const char *text)
{
  GString *out = NULL;
  const char *at = text;

  if (!may_hold_numbers (text))
    return g_strdup (text);

  out = g_string_sized_new (strlen (text));
  while (*at != '\0')
    {
      gboolean after_digit = at > text && g_ascii_isdigit (at[-1]);
      gboolean after_letter = at > text && g_ascii_isalpha (at[-1]);
      char last_four[4];
      const char *end = NULL;

      if (!after_digit && g_ascii_isdigit (*at))
        end = find_card (at, last_four);
      else if (!after_digit && !after_letter && g_ascii_isalpha (*at))
        end = find_iban (at, last_four);
      if (end != NULL)
        {
          g_string_append (out, "•••• ");
          g_string_append_len (out, last_four, sizeof last_four);
          at = end;
        }
      else if (g_ascii_isdigit (*at))
        {
          end = skip_digits (at);
          g_string_append_len (out, at, end - at);
          at = end;
        }
      else
        g_string_append_c (out, *at++);
    }
  return g_string_free (out, FALSE);
}
