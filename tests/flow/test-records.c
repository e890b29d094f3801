/* test-records.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-records.h"

static void
test_reads (void)
{
  static const struct
  {
    const char *text;
    const char *name;
    const char *json;
  } cases[] = {
    { "[{\"a\":1.0},{\"b\":820982911946154508}]", "r.json",
      "[{\"a\":1.0},{\"b\":820982911946154508}]" },
    { "\xef\xbb\xbf [{}]", "r.json", "[{}]" },
    { "{\"a\":1}\n{\"a\":2}\n", "r.jsonl", "[{\"a\":1},{\"a\":2}]" },
    { "{\"a\":1}\r\n\r\n  {\"a\":2}", "r.jsonl", "[{\"a\":1},{\"a\":2}]" },
    { "{\n  \"a\": 1\n}\n", "r.json", "[{\"a\":1}]" },
    { "a,b\n1,2\n3,4\n", "r.csv", "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]" },
    { "\xef\xbb\xbf"
      "a;b\r\n1,5;2\r\n",
      "r.csv", "[{\"a\":\"1,5\",\"b\":\"2\"}]" },
    { "a\tb\n1\t2", "r.txt", "[{\"a\":\"1\",\"b\":\"2\"}]" },
    { "a\n007\n", "r.csv", "[{\"a\":\"007\"}]" },
    { "a,b,c\n1,,\"\"\n", "r.csv", "[{\"a\":\"1\",\"c\":\"\"}]" },
    { "a,b\n1,\"x\ny\"\n\n\"say \"\"hi\"\"\",\"a,b\"\r\n", "r.csv",
      "[{\"a\":\"1\",\"b\":\"x\\ny\"},{\"a\":\"say \\\"hi\\\"\",\"b\":\"a,b\"}]" },
    { "customer.id,customer.name.first,x\n1,Ada,2\n,,3\n", "r.csv",
      "[{\"customer\":{\"id\":\"1\",\"name\":{\"first\":\"Ada\"}},\"x\":\"2\"},{\"x\":\"3\"}]" },
    { "l[0].sku,l[0].n,l[1].sku,l[3]\nA,1,B,\n,,B,z\n", "r.csv",
      "[{\"l\":[{\"sku\":\"A\",\"n\":\"1\"},{\"sku\":\"B\"}]},{\"l\":[null,{\"sku\":\"B\"},null,"
      "\"z\"]}]" },
    { "Nr.,Price [EUR],a..b\n1,2,3\n", "r.csv",
      "[{\"Nr.\":\"1\",\"Price [EUR]\":\"2\",\"a..b\":\"3\"}]" },
    { "[x],b\n1,2\n", "r.csv", "[{\"[x]\":\"1\",\"b\":\"2\"}]" },
    { "\"a;b\",c\n1,2\n", "r.csv", "[{\"a;b\":\"1\",\"c\":\"2\"}]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbValue) list = sb_records_parse (cases[i].text, -1, cases[i].name, &error);
      g_autofree char *json = NULL;

      g_test_message ("case %u", i);
      g_assert_no_error (error);
      json = sb_json_write (list);
      g_assert_cmpstr (json, ==, cases[i].json);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *name;
    const char *says;
  } cases[] = {
    { "", "r.json", "r.json is empty" },
    { " \n", "r.csv", "r.csv is empty" },
    { "[]", "r.json", "r.json has no records" },
    { "[1]", "r.json", "record 1 is not an object" },
    { "[{},]", "r.json", "r.json: The JSON is wrong at line 1, column 5" },
    { "{\"a\":1}\n\n{\"a\":}\n", "r.jsonl", "r.jsonl, line 3: The JSON is wrong" },
    { "{\"a\":1}\n[1]\n", "r.jsonl", "line 2: an object is expected" },
    { "a,b\n", "r.csv", "has no records" },
    { "a,b\n1\n", "r.csv", "line 2: there are 1 cells, and the header has 2" },
    { "a,b\n1,\"x\n\ny\"\n1,2,3\n", "r.csv", "line 5: there are 3 cells" },
    { "a,b\n1,\"x\n", "r.csv", "line 2: a quotation mark is not closed" },
    { "a,b\n1,\"x\"y\n", "r.csv", "line 2: something stands after a closing" },
    { "a,b\n1,x\"y\"\n", "r.csv", "line 2: a quotation mark stands within" },
    { "a,,b\n1,2,3\n", "r.csv", "line 1: column 2 has no name" },
    { "a,a\n1,2\n", "r.csv", "“a” is there twice" },
    { "a,a.b\n1,2\n", "r.csv", "“a.b” is there twice, or does not go with" },
    { "a.b,a\n1,2\n", "r.csv", "“a” is there twice, or does not go with" },
    { "a[0],a.b\n1,2\n", "r.csv", "“a.b” is there twice, or does not go with" },
    { "a,b\n\xff,1\n", "r.csv", "not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("case %u", i);
      g_assert_null (sb_records_parse (cases[i].text, -1, cases[i].name, &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_count (void)
{
  g_autoptr (GString) csv = g_string_new ("a\n");
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (SbValue) list = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < SB_RECORDS_MAX; i++)
    {
      g_string_append_printf (csv, "%u\n", i);
      g_string_append_printf (lines, "{\"a\":%u}\n", i);
    }
  list = sb_records_parse (csv->str, -1, "r.csv", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sb_value_get_length (list), ==, SB_RECORDS_MAX);

  g_string_append (csv, "1\n");
  g_assert_null (sb_records_parse (csv->str, -1, "r.csv", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_string_append (lines, "{}");
  g_assert_null (sb_records_parse (lines->str, -1, "r.jsonl", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
}

static void
test_truncated (void)
{
  static const char csv[] = "a.b,c[0];d\n\"x\"\"\n\",1\r\ny,2\n";

  for (gsize length = 0; length < sizeof csv; length++)
    {
      g_autofree char *cut = g_memdup2 (csv, MAX (length, 1));
      g_autoptr (GError) error = NULL;
      g_autoptr (SbValue) list = sb_records_parse (cut, (gssize)length, "r.csv", &error);

      g_assert_true ((list == NULL) == (error != NULL));
    }
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sb-records-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "r.csv", NULL);
  g_autoptr (SbValue) list = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "[a],b\n1,2\n", -1, NULL));
  list = sb_records_load_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sb_value_get_length (list), ==, 1);
  g_unlink (path);
  g_assert_null (sb_records_load_file (path, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records/reads", test_reads);
  g_test_add_func ("/records/refused", test_refused);
  g_test_add_func ("/records/count", test_count);
  g_test_add_func ("/records/truncated", test_truncated);
  g_test_add_func ("/records/file", test_file);
  return g_test_run ();
}
