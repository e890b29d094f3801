/* sb-filters-number.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-value-private.h"

typedef SbDecimal *(*Operation) (SbDecimal *a, SbDecimal *b);

/* Text that JSON would write as a number passes through digit for digit. */
static SbValue *
filter_number (SbFilterCall *call, GError **error)
{
  g_autoptr (SbDecimal) number = NULL;
  g_autofree char *stripped = NULL;

  if (sb_value_get_type (call->input) == SB_VALUE_NUMBER)
    return sb_value_ref (call->input);
  number = sb_filter_number (call, call->input, error);
  if (number == NULL)
    return NULL;
  stripped = g_strstrip (g_strdup (sb_value_get_text (call->input)));
  return sb_value_new_number (stripped + (stripped[0] == '+' ? 1 : 0), error);
}

static SbValue *
calculate (SbFilterCall *call, Operation operation, GError **error)
{
  g_autoptr (SbDecimal) a = sb_filter_number (call, call->input, error);
  g_autoptr (SbDecimal) b = NULL;
  g_autoptr (SbDecimal) result = NULL;

  if (a == NULL)
    return NULL;
  b = sb_filter_number (call, call->args[0], error);
  if (b == NULL)
    return NULL;
  result = operation (a, b);
  return sb_filter_from_decimal (result, error);
}

static SbValue *
filter_plus (SbFilterCall *call, GError **error)
{
  return calculate (call, sb_decimal_add, error);
}

static SbValue *
filter_minus (SbFilterCall *call, GError **error)
{
  return calculate (call, sb_decimal_subtract, error);
}

static SbValue *
filter_times (SbFilterCall *call, GError **error)
{
  return calculate (call, sb_decimal_multiply, error);
}

static guint
places_arg (SbFilterCall *call, guint index)
{
  return (guint)CLAMP (sb_filter_arg_int (call, index, 0), 0, SB_NUMBER_MAX_CHARS);
}

static SbValue *
filter_divided_by (SbFilterCall *call, GError **error)
{
  g_autoptr (SbDecimal) a = sb_filter_number (call, call->input, error);
  g_autoptr (SbDecimal) b = NULL;
  g_autoptr (SbDecimal) quotient = NULL;

  if (a == NULL)
    return NULL;
  b = sb_filter_number (call, call->args[0], error);
  if (b == NULL)
    return NULL;
  quotient = sb_decimal_divide (a, b, places_arg (call, 1), error);
  return quotient != NULL ? sb_filter_from_decimal (quotient, error) : NULL;
}

static SbValue *
filter_round (SbFilterCall *call, GError **error)
{
  g_autoptr (SbDecimal) number = sb_filter_number (call, call->input, error);
  g_autoptr (SbDecimal) rounded = NULL;

  if (number == NULL)
    return NULL;
  rounded = sb_decimal_round (number, places_arg (call, 0));
  return sb_filter_from_decimal (rounded, error);
}

static SbValue *
filter_abs (SbFilterCall *call, GError **error)
{
  g_autoptr (SbDecimal) number = sb_filter_number (call, call->input, error);
  g_autoptr (SbDecimal) result = number != NULL ? sb_decimal_abs (number) : NULL;

  return result != NULL ? sb_filter_from_decimal (result, error) : NULL;
}

static SbValue *
filter_negate (SbFilterCall *call, GError **error)
{
  g_autoptr (SbDecimal) number = sb_filter_number (call, call->input, error);
  g_autoptr (SbDecimal) result = number != NULL ? sb_decimal_negate (number) : NULL;

  return result != NULL ? sb_filter_from_decimal (result, error) : NULL;
}

/**
 * sb_currency_exponent:
 * @currency: ISO 4217 code, in either case
 *
 * How many digits the minor unit has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD.
 *
 * Returns: -1 with SB_ERROR_INVALID where @currency is not three letters
 */
gint
sb_currency_exponent (const char *currency, GError **error)
{
  static const char *const none[] = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF", NULL
  };
  static const char *const three[] = { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", NULL };
  static const char *const four[] = { "CLF", "UYW", NULL };
  g_autofree char *code = g_ascii_strup (currency, -1);

  if (strlen (code) != 3 || strspn (code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%.*s” is not the three-letter code of a currency, like EUR."),
                   SB_FIT (currency, 40));
      return -1;
    }
  if (g_strv_contains (none, code))
    return 0;
  if (g_strv_contains (three, code))
    return 3;
  return g_strv_contains (four, code) ? 4 : 2;
}

static gint
exponent_arg (SbFilterCall *call, GError **error)
{
  g_autofree char *currency = sb_filter_arg_text (call, 0);

  return currency != NULL ? sb_currency_exponent (currency, error) : 2;
}

/* An amount that has more digits than its currency would lose money: an error, never a rounding. */
static SbDecimal *
fit_currency (SbFilterCall *call, gint exponent, GError **error)
{
  g_autoptr (SbDecimal) number = sb_filter_number (call, call->input, error);
  g_autoptr (SbDecimal) rounded = NULL;

  if (number == NULL)
    return NULL;
  rounded = sb_decimal_round (number, (guint)exponent);
  if (sb_decimal_compare (number, rounded) != 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("Filter “%s”: %.60s has more than %d digits after the point. Put round: %d "
                      "before it where rounding is right."),
                   call->filter->name, sb_value_get_text (call->input), exponent, exponent);
      return NULL;
    }
  return g_steal_pointer (&rounded);
}

static SbValue *
filter_minor_units (SbFilterCall *call, GError **error)
{
  gint exponent = exponent_arg (call, error);
  g_autoptr (SbDecimal) amount = exponent >= 0 ? fit_currency (call, exponent, error) : NULL;
  g_autoptr (SbDecimal) minor = NULL;

  if (amount == NULL)
    return NULL;
  minor = sb_decimal_shift (amount, exponent);
  return sb_filter_from_decimal (minor, error);
}

static SbValue *
filter_major_units (SbFilterCall *call, GError **error)
{
  gint exponent = exponent_arg (call, error);
  g_autoptr (SbDecimal) minor = exponent >= 0 ? fit_currency (call, 0, error) : NULL;
  g_autoptr (SbDecimal) amount = NULL;

  if (minor == NULL)
    return NULL;
  amount = sb_decimal_shift (minor, -exponent);
  return sb_filter_from_decimal (amount, error);
}

static const char *
currency_sign (const char *code)
{
  static const char *const signs[][2] = {
    { "EUR", "€" },  { "USD", "$" },   { "GBP", "£" },   { "JPY", "¥" },  { "INR", "₹" },
    { "KRW", "₩" },  { "ILS", "₪" },   { "VND", "₫" },   { "NGN", "₦" },  { "UAH", "₴" },
    { "AUD", "A$" }, { "CAD", "CA$" }, { "NZD", "NZ$" }, { "BRL", "R$" }, { "MXN", "MX$" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strcmp (signs[i][0], code) == 0)
      return signs[i][1];
  return NULL;
}

/* "1234567.50" as "1,234,567.50" */
static char *
group_thousands (const char *text)
{
  gsize whole = strcspn (text, ".");
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < whole; i++)
    {
      if (i > 0 && (whole - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, text[i]);
    }
  g_string_append (out, text + whole);
  return g_string_free (out, FALSE);
}

static SbValue *
filter_money (SbFilterCall *call, GError **error)
{
  g_autofree char *currency = sb_filter_arg_text (call, 0);
  g_autofree char *code = g_ascii_strup (currency, -1);
  gint exponent = sb_currency_exponent (currency, error);
  g_autoptr (SbDecimal) amount = exponent >= 0 ? fit_currency (call, exponent, error) : NULL;
  g_autofree char *plain = NULL;
  g_autofree char *grouped = NULL;
  g_autofree char *text = NULL;
  const char *sign = currency_sign (code);
  gboolean negative;

  if (amount == NULL)
    return NULL;
  plain = sb_decimal_to_text (amount);
  negative = plain[0] == '-';
  grouped = group_thousands (plain + negative);
  text = g_strconcat (negative ? "-" : "", sign != NULL ? sign : code, sign != NULL ? "" : " ",
                      grouped, NULL);
  return sb_value_new_string (text);
}

const SbFilter sb_filters_number[] = {
  { "number", "", filter_number },
  { "round", "?i", filter_round },
  { "plus", "d", filter_plus },
  { "minus", "d", filter_minus },
  { "times", "d", filter_times },
  { "divided_by", "di", filter_divided_by },
  { "abs", "", filter_abs },
  { "negate", "", filter_negate },
  { "minor_units", "?c", filter_minor_units },
  { "major_units", "?c", filter_major_units },
  { "money", "c", filter_money },
  { NULL },
};
