/* test-decimal.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-decimal.h"
#include "sb-error.h"

typedef SbDecimal *(*Operation) (SbDecimal *a, SbDecimal *b);

static SbDecimal *
dec (const char *text)
{
  g_autoptr (GError) error = NULL;
  SbDecimal *number = sb_decimal_parse (text, &error);

  g_assert_no_error (error);
  return number;
}

static void
assert_text (SbDecimal *number, const char *text)
{
  g_autofree char *written = sb_decimal_to_text (number);

  g_assert_cmpstr (written, ==, text);
}

static void
test_parse (void)
{
  static const char *const cases[][2] = {
    { "0", "0" },
    { "-0", "0" },
    { "-0.00", "0.00" },
    { "199.00", "199.00" },
    { "+5", "5" },
    { "1e3", "1000" },
    { "1.5e-3", "0.0015" },
    { "12.5e1", "125" },
    { "12.50e1", "125.0" },
    { "-1E+2", "-100" },
    { "0.000", "0.000" },
    { "0e9", "0" },
    { "123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789" },
  };
  static const char *const refused[] = { "",    "abc",   "1,5",    "1.",      ".5",
                                         "01",  "1e",    "--1",    "+-1",     "0x1",
                                         "NaN", "1 000", "1e1001", "1e-1001", "1e999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbDecimal) number = dec (cases[i][0]);

      assert_text (number, cases[i][1]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refused[i]);
      g_assert_null (sb_decimal_parse (refused[i], &error));
      g_assert_true (error != NULL && error->domain == SB_ERROR);
    }
}

static void
test_arithmetic (void)
{
  static const struct
  {
    Operation operation;
    const char *a;
    const char *b;
    const char *result;
  } cases[] = {
    { sb_decimal_add, "0.1", "0.2", "0.3" },
    { sb_decimal_add, "9.99", "0.01", "10.00" },
    { sb_decimal_add, "-5", "5.0", "0.0" },
    { sb_decimal_add, "99999999999999999999", "1", "100000000000000000000" },
    { sb_decimal_subtract, "1", "0.001", "0.999" },
    { sb_decimal_subtract, "1", "2", "-1" },
    { sb_decimal_subtract, "-1", "-3", "2" },
    { sb_decimal_multiply, "19.99", "3", "59.97" },
    { sb_decimal_multiply, "-0.5", "0.5", "-0.25" },
    { sb_decimal_multiply, "0", "-7", "0" },
    { sb_decimal_multiply, "99999999999999999999", "99999999999999999999",
      "9999999999999999999800000000000000000001" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbDecimal) a = dec (cases[i].a);
      g_autoptr (SbDecimal) b = dec (cases[i].b);
      g_autoptr (SbDecimal) result = cases[i].operation (a, b);

      assert_text (result, cases[i].result);
    }
}

static void
test_divide (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    guint places;
    const char *result;
  } cases[] = {
    { "1", "3", 2, "0.33" },
    { "2", "3", 2, "0.67" },
    { "1", "8", 2, "0.13" },
    { "-1", "8", 2, "-0.13" },
    { "1", "-8", 3, "-0.125" },
    { "10", "4", 0, "3" },
    { "100", "0.25", 0, "400" },
    { "0", "7", 3, "0.000" },
    { "1.005", "1", 2, "1.01" },
    { "0.004", "1", 2, "0.00" },
    { "-0.004", "1", 2, "0.00" },
    { "119.00", "1.19", 2, "100.00" },
    { "1", "999999999999999999999999", 24, "0.000000000000000000000001" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (SbDecimal) one = dec ("1");
  g_autoptr (SbDecimal) zero = dec ("0.00");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbDecimal) a = dec (cases[i].a);
      g_autoptr (SbDecimal) b = dec (cases[i].b);
      g_autoptr (SbDecimal) result = sb_decimal_divide (a, b, cases[i].places, NULL);

      assert_text (result, cases[i].result);
    }
  g_assert_null (sb_decimal_divide (one, zero, 2, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

static void
test_round (void)
{
  static const struct
  {
    const char *number;
    guint places;
    const char *result;
  } cases[] = {
    { "2.5", 0, "3" },       { "-2.5", 0, "-3" },         { "2.4999", 0, "2" },
    { "1.005", 2, "1.01" },  { "0.5", 0, "1" },           { "0.05", 0, "0" },
    { "-0.4", 0, "0" },      { "999.995", 2, "1000.00" }, { "2", 2, "2.00" },
    { "0.0049", 2, "0.00" }, { "0.005", 2, "0.01" },      { "0.0005", 2, "0.00" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbDecimal) number = dec (cases[i].number);
      g_autoptr (SbDecimal) result = sb_decimal_round (number, cases[i].places);

      assert_text (result, cases[i].result);
    }
}

static char *
random_text (void)
{
  GString *text = g_string_new (g_test_rand_bit () ? "-" : "");
  guint whole = (guint)g_test_rand_int_range (1, 30);
  guint places = (guint)g_test_rand_int_range (0, 20);

  g_string_append_c (text, (char)('1' + g_test_rand_int_range (0, 9)));
  for (guint i = 1; i < whole; i++)
    g_string_append_c (text, (char)('0' + g_test_rand_int_range (0, 10)));
  if (places > 0)
    g_string_append_c (text, '.');
  for (guint i = 0; i < places; i++)
    g_string_append_c (text, (char)('0' + g_test_rand_int_range (0, 10)));
  return g_string_free (text, FALSE);
}

static void
assert_same (SbDecimal *a, SbDecimal *b)
{
  g_autofree char *left = sb_decimal_to_text (a);
  g_autofree char *right = sb_decimal_to_text (b);

  if (sb_decimal_compare (a, b) != 0)
    g_error ("%s is not %s", left, right);
}

/* What must hold for any three numbers. */
static void
check_identities (SbDecimal *a, SbDecimal *b, SbDecimal *c)
{
  g_autoptr (SbDecimal) ab = sb_decimal_add (a, b);
  g_autoptr (SbDecimal) ba = sb_decimal_add (b, a);
  g_autoptr (SbDecimal) back = sb_decimal_subtract (ab, b);
  g_autoptr (SbDecimal) ab_c = sb_decimal_multiply (ab, c);
  g_autoptr (SbDecimal) ac = sb_decimal_multiply (a, c);
  g_autoptr (SbDecimal) bc = sb_decimal_multiply (b, c);
  g_autoptr (SbDecimal) sum = sb_decimal_add (ac, bc);
  g_autoptr (SbDecimal) quotient = sb_decimal_divide (ac, c, 40, NULL);
  g_autoptr (SbDecimal) inexact = sb_decimal_divide (a, c, 6, NULL);
  g_autoptr (SbDecimal) product = sb_decimal_multiply (inexact, c);
  g_autoptr (SbDecimal) rest = sb_decimal_subtract (a, product);
  g_autoptr (SbDecimal) rest_abs = sb_decimal_abs (rest);
  g_autoptr (SbDecimal) half = dec ("0.0000005");
  g_autoptr (SbDecimal) bound = sb_decimal_multiply (half, c);
  g_autoptr (SbDecimal) bound_abs = sb_decimal_abs (bound);
  g_autoptr (SbDecimal) shifted = sb_decimal_shift (a, 7);
  g_autoptr (SbDecimal) shifted_back = sb_decimal_shift (shifted, -7);
  g_autofree char *text = sb_decimal_to_text (a);
  g_autoptr (SbDecimal) again = dec (text);

  assert_same (ab, ba);
  assert_same (back, a);
  assert_same (ab_c, sum);
  assert_same (quotient, a);
  assert_same (shifted_back, a);
  assert_same (again, a);
  g_assert_cmpint (sb_decimal_compare (rest_abs, bound_abs), <=, 0);
  g_assert_cmpint (sb_decimal_compare (a, b), ==, -sb_decimal_compare (b, a));
}

static void
test_identities (void)
{
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *a_text = random_text ();
      g_autofree char *b_text = random_text ();
      g_autofree char *c_text = random_text ();
      g_autoptr (SbDecimal) a = dec (a_text);
      g_autoptr (SbDecimal) b = dec (b_text);
      g_autoptr (SbDecimal) c = dec (c_text);

      check_identities (a, b, c);
    }
}

/* Against the machine's own whole numbers. */
static void
test_integers (void)
{
  for (guint i = 0; i < 5000; i++)
    {
      gint64 a = g_test_rand_int ();
      gint64 b = g_test_rand_int ();
      g_autoptr (SbDecimal) left = sb_decimal_new_int (a);
      g_autoptr (SbDecimal) right = sb_decimal_new_int (b);
      g_autoptr (SbDecimal) product = sb_decimal_multiply (left, right);
      g_autoptr (SbDecimal) sum = sb_decimal_add (left, right);
      g_autofree char *product_text = g_strdup_printf ("%" G_GINT64_FORMAT, a * b);
      g_autofree char *sum_text = g_strdup_printf ("%" G_GINT64_FORMAT, a + b);

      assert_text (product, product_text);
      assert_text (sum, sum_text);
      g_assert_cmpint (sb_decimal_compare (left, right), ==, a < b ? -1 : a > b);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decimal/parse", test_parse);
  g_test_add_func ("/decimal/arithmetic", test_arithmetic);
  g_test_add_func ("/decimal/divide", test_divide);
  g_test_add_func ("/decimal/round", test_round);
  g_test_add_func ("/decimal/identities", test_identities);
  g_test_add_func ("/decimal/integers", test_integers);
  return g_test_run ();
}
