/* test-json.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"

static const char sample[] =
  "{\"id\": 820982911946154508, \"total\": \"199.00\", \"tax\": -0.10, \"big\": "
  "123456789012345678901234567890.5e-7, \"ok\": true, \"no\": false, \"none\": null, \"text\": "
  "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 \xc3\xa9\", \"list\": [1, [2, {}], []]}";

static void
test_round_trip (void)
{
  static const char *const texts[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "0.10",
    "1e400",
    "-1.5E+3",
    "820982911946154508",
    "99999999999999999999999999.000000000000000000001",
    "\"\"",
    "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"",
    "\"\\\"\\\\\\n\\r\\t\\u0001\\u007f\"",
    "[]",
    "{}",
    "[1,2.0,[],{\"a\":[{}]}]",
    "{\"b\":1,\"a\":2,\"\":3}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbValue) value = sb_json_parse (texts[i], -1, &error);
      g_autoptr (SbValue) again = NULL;
      g_autofree char *written = NULL;
      g_autofree char *pretty = NULL;

      g_assert_no_error (error);
      written = sb_json_write (value);
      g_assert_cmpstr (written, ==, texts[i]);
      pretty = sb_json_write_pretty (value);
      again = sb_json_parse (pretty, -1, &error);
      g_assert_no_error (error);
      g_assert_true (sb_value_equal (value, again));
    }
}

static void
test_escapes (void)
{
  g_autoptr (SbValue) value = sb_json_parse (sample, -1, NULL);
  g_autofree char *pretty = NULL;
  g_autoptr (SbValue) small = sb_json_parse ("{\"a\":[1,{}],\"b\":{}}", -1, NULL);

  g_assert_cmpstr (sb_value_get_string (value, "text"), ==,
                   "a\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80 \xc3\xa9");
  g_assert_cmpstr (sb_value_get_text (sb_value_get_member (value, "big")), ==,
                   "123456789012345678901234567890.5e-7");
  g_assert_cmpint (sb_value_get_int_or (value, "id", 0), ==, 820982911946154508);
  pretty = sb_json_write_pretty (small);
  g_assert_cmpstr (pretty, ==, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {}\n}\n");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "", "line 1, column 1: there is nothing" },
    { " \n ", "line 2, column 2: there is nothing" },
    { "nul", "a value was expected" },
    { "nullx", "after the end" },
    { "var x = 1", "a value was expected" },
    { "'a'", "a value was expected" },
    { "01", "not a number" },
    { "+1", "a value was expected" },
    { ".5", "a value was expected" },
    { "1.", "within a number" },
    { "1.e5", "not a number" },
    { "-", "within a number" },
    { "-a", "not a number" },
    { "0x10", "not a number" },
    { "NaN", "a value was expected" },
    { "-Infinity", "not a number" },
    { "[1,]", "a value was expected" },
    { "[1 2]", "comma or ]" },
    { "[1", "ends too early" },
    { "{", "ends too early" },
    { "{\"a\":1,}", "name of a member" },
    { "{a:1}", "name of a member" },
    { "{\"a\" 1}", "colon" },
    { "{\"a\":1 \"b\":2}", "comma or }" },
    { "{\"a\":1,\"a\":2}", "“a” is there twice" },
    { "{\"a\":1,\"\\u0061\":2}", "“a” is there twice" },
    { "\"abc", "ends within a text" },
    { "\"a\nb\"", "line 1, column 3: a line break" },
    { "\"\\x\"", "no such escape" },
    { "\"\\u12g4\"", "four hexadecimal digits" },
    { "\"\\u0000\"", "\\u0000" },
    { "\"\\ud800\"", "lone surrogate" },
    { "\"\\ud800\\u0041\"", "lone surrogate" },
    { "\"\\udc00\"", "lone surrogate" },
    { "\"\xff\"", "not UTF-8" },
    { "\"\xc0\xaf\"", "not UTF-8" },
    { "\"\xed\xa0\x80\"", "not UTF-8" },
    { "\xef\xbb\xbf{}", "a value was expected" },
    { "{} {}", "line 1, column 4: something stands after the end" },
    { "[]]", "after the end" },
    { "/* c */ 1", "a value was expected" },
    { "[\n\n  1,\n  x]", "line 4, column 3" },
    { "\"\xc3\xa9\xc3\xa9\" x", "column 6" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      SbValue *value = sb_json_parse (cases[i].text, -1, &error);

      g_test_message ("case %u", i);
      g_assert_null (value);
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_zero_byte (void)
{
  static const char text[] = "\"a\0b\"";
  g_autoptr (GError) error = NULL;

  g_assert_null (sb_json_parse (text, sizeof text - 1, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "zero byte"));
}

static void
assert_depth (const char *open, const char *close, guint n, gboolean accepted)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, "1");
  for (guint i = 0; close != NULL && i < n; i++)
    g_string_append (text, close);

  value = sb_json_parse (text->str, (gssize)text->len, &error);
  if (accepted)
    g_assert_no_error (error);
  else
    g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
}

static void
test_depth (void)
{
  assert_depth ("[", "]", SB_JSON_MAX_DEPTH, TRUE);
  assert_depth ("[", "]", SB_JSON_MAX_DEPTH + 1, FALSE);
  assert_depth ("{\"a\":", "}", SB_JSON_MAX_DEPTH, TRUE);
  assert_depth ("{\"a\":", "}", SB_JSON_MAX_DEPTH + 1, FALSE);
  assert_depth ("[", NULL, 1000000, FALSE);
  assert_depth ("{\"a\":", NULL, 1000000, FALSE);
  assert_depth ("[{\"a\":", NULL, 1000000, FALSE);
}

static void
test_limits (void)
{
  g_autofree char *digits = g_strnfill (400, '7');
  g_autofree char *more = g_strnfill (401, '7');
  g_autofree char *huge = g_strnfill (SB_JSON_MAX_BYTES + 1, ' ');
  g_autoptr (SbValue) value = sb_json_parse (digits, -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (sb_value_get_text (value), ==, digits);
  g_assert_null (sb_json_parse (more, -1, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (sb_value_new_number (more, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_clear_error (&error);

  huge[0] = '1';
  g_assert_null (sb_json_parse (huge, -1, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_clear_error (&error);
  sb_value_unref (value);
  value = sb_json_parse (huge, SB_JSON_MAX_BYTES, &error);
  g_assert_no_error (error);
}

/* Cut at every byte, in memory of just that size so that a memory checker sees one byte too far. */
static void
test_truncated (void)
{
  for (gsize length = 0; length < sizeof sample - 1; length++)
    {
      g_autofree char *cut = g_memdup2 (sample, MAX (length, 1));
      g_autoptr (GError) error = NULL;

      g_assert_null (sb_json_parse (cut, (gssize)length, &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
    }
}

/* Whatever one byte is turned into: either refused in words, or what is read can be written. */
static void
test_changed_bytes (void)
{
  for (gsize i = 0; i < sizeof sample - 1; i++)
    for (guint byte = 0; byte < 256; byte += 3)
      {
        g_autofree char *changed = g_memdup2 (sample, sizeof sample);
        g_autoptr (GError) error = NULL;
        g_autoptr (SbValue) value = NULL;

        changed[i] = (char)byte;
        value = sb_json_parse (changed, sizeof sample - 1, &error);
        if (value == NULL)
          g_assert_nonnull (error);
        else
          {
            g_autofree char *written = sb_json_write (value);
            g_autoptr (SbValue) again = sb_json_parse (written, -1, &error);

            g_assert_no_error (error);
            g_assert_true (sb_value_equal (value, again));
          }
      }
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (SbValue) value = NULL;
  int fd = g_file_open_tmp ("sb-json-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "\xef\xbb\xbf{\"a\":1}\r\n", -1, NULL));
  value = sb_json_load_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_value_get_int_or (value, "a", 0), ==, 1);

  g_assert_true (g_file_set_contents (path, "{\"a\"}", -1, NULL));
  g_assert_null (sb_json_load_file (path, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);

  g_unlink (path);
  g_assert_null (sb_json_load_file (path, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/round-trip", test_round_trip);
  g_test_add_func ("/json/escapes", test_escapes);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/zero-byte", test_zero_byte);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/limits", test_limits);
  g_test_add_func ("/json/truncated", test_truncated);
  g_test_add_func ("/json/changed-bytes", test_changed_bytes);
  g_test_add_func ("/json/file", test_file);
  return g_test_run ();
}
