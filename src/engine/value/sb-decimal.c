/* sb-decimal.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-decimal.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-value-private.h"

/* ± digits × 10^-scale; the digit of the lowest place first, no zero at the top but a lone one. */
struct _SbDecimal
{
  gboolean negative;
  guint scale;
  guint n;
  guint8 digits[];
};

static SbDecimal *
decimal_new (guint n, guint scale)
{
  SbDecimal *self = g_malloc0 (sizeof (SbDecimal) + MAX (n, 1));

  self->n = MAX (n, 1);
  self->scale = scale;
  return self;
}

void
sb_decimal_free (SbDecimal *self)
{
  g_free (self);
}

static SbDecimal *
normalize (SbDecimal *self)
{
  while (self->n > 1 && self->digits[self->n - 1] == 0)
    self->n--;
  if (sb_decimal_is_zero (self))
    self->negative = FALSE;
  return self;
}

gboolean
sb_decimal_is_zero (SbDecimal *self)
{
  return self->n == 1 && self->digits[0] == 0;
}

static SbDecimal *
rescale (SbDecimal *self, guint scale)
{
  guint more = scale - self->scale;
  SbDecimal *copy = decimal_new (self->n + more, scale);

  copy->negative = self->negative;
  memcpy (copy->digits + more, self->digits, self->n);
  return normalize (copy);
}

/* Digits of "12.5" without sign and point; @exponent is what 10 has to be raised to for their
 * value. */
static void
collect_digits (const char *text, GString *digits, gint64 *exponent)
{
  gboolean after_point = FALSE;

  *exponent = 0;
  for (; *text != '\0' && *text != 'e' && *text != 'E'; text++)
    {
      if (*text == '.')
        after_point = TRUE;
      if (!g_ascii_isdigit (*text))
        continue;
      g_string_append_c (digits, *text);
      *exponent -= after_point;
    }
  if (*text != '\0')
    *exponent += CLAMP (g_ascii_strtoll (text + 1, NULL, 10), -100000, 100000);
}

/**
 * sb_decimal_parse:
 * @text: a number as JSON writes them; one + in front is allowed
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_INVALID where it is no number, or
 *   SB_ERROR_TOO_LARGE where it has more than SB_DECIMAL_MAX_DIGITS digits
 */
SbDecimal *
sb_decimal_parse (const char *text, GError **error)
{
  const char *start = text[0] == '+' && text[1] != '-' ? text + 1 : text;
  gsize length = strlen (start);
  g_autoptr (GString) digits = NULL;
  SbDecimal *self;
  gint64 exponent, zeros, scale;

  if (!sb_value_is_number_text (start, length))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%.*s” is not a number. Numbers are written like 1234.50, without spaces, "
                      "thousands separators or units."),
                   SB_FIT (text, 60));
      return NULL;
    }
  digits = g_string_new (NULL);
  collect_digits (start, digits, &exponent);
  zeros = MAX (exponent, 0);
  scale = MAX (-exponent, 0);
  if (digits->len + zeros > SB_DECIMAL_MAX_DIGITS || scale > SB_DECIMAL_MAX_DIGITS)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                   _ ("The number %.*s… is too long to calculate with: more than %d digits."),
                   SB_FIT (text, 40), SB_DECIMAL_MAX_DIGITS);
      return NULL;
    }

  self = decimal_new ((guint)(digits->len + zeros), (guint)scale);
  self->negative = start[0] == '-';
  for (gsize i = 0; i < digits->len; i++)
    self->digits[zeros + i] = (guint8)(digits->str[digits->len - 1 - i] - '0');
  return normalize (self);
}

SbDecimal *
sb_decimal_new_int (gint64 number)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  return sb_decimal_parse (text, NULL);
}

/**
 * sb_decimal_to_text:
 *
 * Returns: (transfer full): "-1234.50", without an exponent
 */
char *
sb_decimal_to_text (SbDecimal *self)
{
  guint n = MAX (self->n, self->scale + 1);
  GString *text = g_string_sized_new (n + 3);

  if (self->negative)
    g_string_append_c (text, '-');
  for (guint i = n; i-- > 0;)
    {
      g_string_append_c (text, (char)('0' + (i < self->n ? self->digits[i] : 0)));
      if (i == self->scale && i > 0)
        g_string_append_c (text, '.');
    }
  return g_string_free (text, FALSE);
}

/* Both of one scale, signs left out of account. */
static gint
compare_digits (SbDecimal *a, SbDecimal *b)
{
  if (a->n != b->n)
    return a->n < b->n ? -1 : 1;
  for (guint i = a->n; i-- > 0;)
    if (a->digits[i] != b->digits[i])
      return a->digits[i] < b->digits[i] ? -1 : 1;
  return 0;
}

static SbDecimal *
add_digits (SbDecimal *a, SbDecimal *b)
{
  guint n = MAX (a->n, b->n) + 1;
  SbDecimal *sum = decimal_new (n, a->scale);
  guint carry = 0;

  for (guint i = 0; i < n; i++)
    {
      carry += (i < a->n ? a->digits[i] : 0U) + (i < b->n ? b->digits[i] : 0U);
      sum->digits[i] = carry % 10;
      carry /= 10;
    }
  return sum;
}

/* @a is not less than @b. */
static SbDecimal *
subtract_digits (SbDecimal *a, SbDecimal *b)
{
  SbDecimal *rest = decimal_new (a->n, a->scale);
  gint borrow = 0;

  for (guint i = 0; i < a->n; i++)
    {
      gint digit = a->digits[i] - (i < b->n ? b->digits[i] : 0) - borrow;

      borrow = digit < 0;
      rest->digits[i] = (guint8)(digit + borrow * 10);
    }
  return rest;
}

SbDecimal *
sb_decimal_add (SbDecimal *a, SbDecimal *b)
{
  guint scale = MAX (a->scale, b->scale);
  g_autoptr (SbDecimal) left = rescale (a, scale);
  g_autoptr (SbDecimal) right = rescale (b, scale);
  SbDecimal *sum;

  if (left->negative == right->negative)
    {
      sum = add_digits (left, right);
      sum->negative = left->negative;
    }
  else if (compare_digits (left, right) >= 0)
    {
      sum = subtract_digits (left, right);
      sum->negative = left->negative;
    }
  else
    {
      sum = subtract_digits (right, left);
      sum->negative = right->negative;
    }
  return normalize (sum);
}

SbDecimal *
sb_decimal_negate (SbDecimal *self)
{
  SbDecimal *copy = rescale (self, self->scale);

  copy->negative = !copy->negative;
  return normalize (copy);
}

SbDecimal *
sb_decimal_abs (SbDecimal *self)
{
  SbDecimal *copy = rescale (self, self->scale);

  copy->negative = FALSE;
  return copy;
}

SbDecimal *
sb_decimal_subtract (SbDecimal *a, SbDecimal *b)
{
  g_autoptr (SbDecimal) negated = sb_decimal_negate (b);

  return sb_decimal_add (a, negated);
}

SbDecimal *
sb_decimal_multiply (SbDecimal *a, SbDecimal *b)
{
  guint n = a->n + b->n;
  SbDecimal *product = decimal_new (n, a->scale + b->scale);
  g_autofree guint *sums = g_new0 (guint, n + 1);
  guint carry = 0;

  for (guint i = 0; i < a->n; i++)
    for (guint j = 0; j < b->n; j++)
      sums[i + j] += (guint)a->digits[i] * b->digits[j];
  for (guint i = 0; i < n; i++)
    {
      carry += sums[i];
      product->digits[i] = carry % 10;
      carry /= 10;
    }
  product->negative = a->negative != b->negative;
  return normalize (product);
}

/* Long division of whole numbers, one digit at a time. */
static SbDecimal *
divide_digits (SbDecimal *a, SbDecimal *b, guint scale)
{
  SbDecimal *quotient = decimal_new (a->n, scale);
  SbDecimal *rest = decimal_new (a->n + 1, 0);

  rest->n = 1;
  for (guint i = a->n; i-- > 0;)
    {
      memmove (rest->digits + 1, rest->digits, rest->n);
      rest->digits[0] = a->digits[i];
      rest->n++;
      normalize (rest);
      while (compare_digits (rest, b) >= 0)
        {
          g_autoptr (SbDecimal) less = subtract_digits (rest, b);

          memcpy (rest->digits, less->digits, less->n);
          normalize (rest);
          quotient->digits[i]++;
        }
    }
  sb_decimal_free (rest);
  return normalize (quotient);
}

/**
 * sb_decimal_divide:
 * @places: digits after the point
 *
 * Divides, and rounds half away from zero (the commercial way) to @places digits after the point.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_INVALID where @b is zero
 */
SbDecimal *
sb_decimal_divide (SbDecimal *a, SbDecimal *b, guint places, GError **error)
{
  g_autoptr (SbDecimal) dividend = NULL;
  g_autoptr (SbDecimal) divisor = NULL;
  g_autoptr (SbDecimal) quotient = NULL;
  guint digits = places + 1;

  if (sb_decimal_is_zero (b))
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, _ ("Nothing can be divided by 0."));
      return NULL;
    }

  /* One digit more than is wanted decides the rounding: what follows it cannot turn down half up.
   */
  dividend = rescale (a, MAX (a->scale, b->scale) + digits);
  divisor = rescale (b, MAX (a->scale, b->scale));
  quotient = divide_digits (dividend, divisor, digits);
  quotient->negative = a->negative != b->negative;
  return sb_decimal_round (quotient, places);
}

/**
 * sb_decimal_round:
 *
 * Rounds half away from zero to @places digits after the point, and fills up with zeros: 2.5 is 3,
 * -2.5 is -3, and 2 to two places is 2.00.
 */
SbDecimal *
sb_decimal_round (SbDecimal *self, guint places)
{
  guint drop;
  SbDecimal *cut;
  gboolean up;

  if (places >= self->scale)
    return rescale (self, places);

  drop = self->scale - places;
  up = drop <= self->n && self->digits[drop - 1] >= 5;
  cut = decimal_new (drop < self->n ? self->n - drop : 1, places);
  if (drop < self->n)
    memcpy (cut->digits, self->digits + drop, self->n - drop);
  if (up)
    {
      g_autoptr (SbDecimal) unit = decimal_new (1, places);
      SbDecimal *sum;

      unit->digits[0] = 1;
      sum = add_digits (cut, unit);
      sb_decimal_free (cut);
      cut = sum;
    }
  cut->negative = self->negative;
  return normalize (cut);
}

/**
 * sb_decimal_shift:
 *
 * Times ten to the power of @places, which only moves the point.
 */
SbDecimal *
sb_decimal_shift (SbDecimal *self, gint places)
{
  gint scale = (gint)self->scale - places;
  SbDecimal *copy = rescale (self, self->scale + (guint)MAX (-scale, 0));

  copy->scale = (guint)MAX (scale, 0);
  return copy;
}

/**
 * sb_decimal_compare:
 *
 * Returns: below, at or above 0, as @a is less than, equal to or greater than @b; 1.0 equals 1
 */
gint
sb_decimal_compare (SbDecimal *a, SbDecimal *b)
{
  g_autoptr (SbDecimal) difference = sb_decimal_subtract (a, b);

  if (sb_decimal_is_zero (difference))
    return 0;
  return difference->negative ? -1 : 1;
}
