/* test-value.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-problems.h"

static void
test_path (void)
{
  static const struct
  {
    const char *path;
    const char *text; /* NULL: not there */
  } cases[] = {
    { "customer.id", "7" },
    { "line_items[0].sku", "A-1" },
    { "line_items[1].tags[1]", "y" },
    { "[\"a.b\"]", "dot" },
    { "customer[\"first name\"]", "Ada" },
    { "[\"q\\\"[]\"].x", "1" },
    { "line_items[2]", NULL },
    { "line_items[-1]", NULL },
    { "line_items[99999999999999999999]", NULL },
    { "line_items[0", NULL },
    { "line_items[]", NULL },
    { "customer[0]", NULL },
    { "customer..id", NULL },
    { "customer.", NULL },
    { ".customer", NULL },
    { "customer.id.x", NULL },
    { "[\"a.b\"", NULL },
    { "[\"a.b", NULL },
    { "nothing", NULL },
  };
  g_autoptr (SbValue) value =
    sb_json_parse ("{\"customer\":{\"id\":7,\"first name\":\"Ada\"},\"line_items\":[{\"sku\":"
                   "\"A-1\"},{\"tags\":[\"x\",\"y\"]}],\"a.b\":\"dot\",\"q\\\"[]\":{\"x\":1}}",
                   -1, NULL);

  g_assert_true (sb_value_get_path (value, "") == value);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbValue *found = sb_value_get_path (value, cases[i].path);

      g_test_message ("%s", cases[i].path);
      g_assert_cmpstr (sb_value_get_text (found), ==, cases[i].text);
    }
  g_assert_null (sb_value_get_path (NULL, "a"));
}

static void
test_members (void)
{
  g_autoptr (SbValue) object = sb_value_new_object ();

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%u", i);

      sb_value_set_int (object, name, i);
    }
  sb_value_set_string (object, "m50", "fifty");
  for (guint i = 0; i < 100; i += 2)
    {
      g_autofree char *name = g_strdup_printf ("m%u", i);

      if (i != 50)
        sb_value_remove (object, name);
    }
  sb_value_remove (object, "never");

  g_assert_cmpuint (sb_value_get_length (object), ==, 51);
  g_assert_cmpstr (sb_value_get_string (object, "m50"), ==, "fifty");
  g_assert_null (sb_value_get_member (object, "m2"));
  g_assert_cmpint (sb_value_get_int_or (object, "m99", -1), ==, 99);
  g_assert_cmpstr (sb_value_get_member_name (object, 0), ==, "m1");
  g_assert_cmpstr (sb_value_get_member_name (object, 50), ==, "m99");
  g_assert_null (sb_value_get_member_name (object, 51));

  while (sb_value_get_length (object) > 0)
    {
      g_autofree char *name = g_strdup (sb_value_get_member_name (object, 0));

      sb_value_remove (object, name);
      g_assert_null (sb_value_get_member (object, name));
    }
}

static void
test_copy (void)
{
  g_autoptr (SbValue) value = sb_json_parse ("{\"a\":{\"b\":[1]}}", -1, NULL);
  g_autoptr (SbValue) copy = sb_value_copy (value);
  SbValue *list = sb_value_get_path (copy, "a.b");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_true (sb_value_equal (value, copy));
  sb_value_append (list, sb_value_new_int (2));
  g_assert_false (sb_value_equal (value, copy));
  before = sb_json_write (value);
  after = sb_json_write (copy);
  g_assert_cmpstr (before, ==, "{\"a\":{\"b\":[1]}}");
  g_assert_cmpstr (after, ==, "{\"a\":{\"b\":[1,2]}}");
}

static void
test_lenient_getters (void)
{
  g_autoptr (SbValue) value = sb_json_parse ("{\"n\":1.0,\"s\":\"x\",\"b\":true}", -1, NULL);
  g_autoptr (SbValue) broken = sb_value_new_string_len ("a\xff"
                                                        "b",
                                                        3);
  gint64 number = 5;

  g_assert_cmpint (sb_value_get_type (NULL), ==, SB_VALUE_NULL);
  g_assert_null (sb_value_get_member (NULL, "x"));
  g_assert_cmpuint (sb_value_get_length (NULL), ==, 0);
  g_assert_false (sb_value_get_int (sb_value_get_member (value, "n"), &number));
  g_assert_cmpint (number, ==, 5);
  g_assert_null (sb_value_get_string (value, "n"));
  g_assert_cmpint (sb_value_get_int_or (value, "s", -7), ==, -7);
  g_assert_true (sb_value_get_boolean_or (value, "b", FALSE));
  g_assert_true (sb_value_get_boolean_or (value, "s", TRUE));
  g_assert_cmpstr (sb_value_get_text (broken), ==,
                   "a\xef\xbf\xbd"
                   "b");
  g_assert_null (sb_value_new_number ("12 ", NULL));
  g_assert_null (sb_value_new_number ("", NULL));
}

static void
test_problems (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (sb_problems_to_error (problems, "The file", &error));
  sb_problems_add (problems, "$.name", NULL, NULL, "a name is missing");
  sb_problems_add (problems, "$.steps[0].fields.x", "invoice", "x", "%s is wrong", "it");
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (text, ==,
                   "$.name: a name is missing\n"
                   "$.steps[0].fields.x: step invoice, field x: it is wrong");
  g_assert_false (sb_problems_to_error (problems, "The file", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "The file has 2 problems:\n$.name"));
  g_assert_cmpstr (sb_problems_get (problems, 1)->step, ==, "invoice");
  g_assert_null (sb_problems_get (problems, 2));
}

static void
test_paths (void)
{
  g_autofree char *folder = sb_paths_get_default_folder ();
  g_autofree char *chosen = NULL;
  g_autofree char *installed = NULL;

  g_assert_true (g_str_has_suffix (folder, "/signalbox"));
  g_setenv ("SIGNALBOX_DATA_DIR", "/somewhere", TRUE);
  chosen = sb_paths_get_data_dir ();
  g_assert_cmpstr (chosen, ==, "/somewhere");
  g_unsetenv ("SIGNALBOX_DATA_DIR");
  installed = sb_paths_get_data_dir ();
  g_assert_cmpstr (installed, ==, SB_DATA_DIR);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/path", test_path);
  g_test_add_func ("/value/members", test_members);
  g_test_add_func ("/value/copy", test_copy);
  g_test_add_func ("/value/lenient-getters", test_lenient_getters);
  g_test_add_func ("/value/problems", test_problems);
  g_test_add_func ("/value/paths", test_paths);
  return g_test_run ();
}
