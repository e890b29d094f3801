/* test-plan.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-json.h"
#include "sb-plan-criteria.h"
#include "sb-plan-links.h"
#include "sb-plan-print.h"

static void
assert_links (const char *text, const char *expected)
{
  g_autoptr (GPtrArray) links = sb_plan_find_links (text);
  g_autofree char *joined = NULL;

  g_ptr_array_add (links, NULL);
  joined = g_strjoinv (" ", (char **)links->pdata);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_links (void)
{
  assert_links (NULL, "");
  assert_links ("The bookkeeper, then the warehouse.", "");
  assert_links ("Call Anna, +49 30 123-4567 (mornings).", "tel:+49301234567");
  assert_links ("Anna 030/1234567, then ben.o+x@harbour.example.",
                "tel:0301234567 "
                "mailto:ben.o+x@harbour.example");
  assert_links ("See https://status.example/x, or not.", "https://status.example/x");
  /* Neither order numbers nor anything that would run or leave the computer unseen. */
  assert_links ("Order 4711 of 05.11.", "");
  assert_links ("javascript:alert(1) file:///etc/passwd http://x.example a@b @x.y a@.b", "");
  assert_links ("x@y.z?subject=1", "");
}

static void
test_criteria (void)
{
  g_autoptr (SbValue) records = sb_plan_new_criterion ("records");
  g_autoptr (SbValue) more = sb_plan_change_criterion (records, 25);
  g_autoptr (SbValue) none = sb_plan_change_criterion (records, 0);
  g_autoptr (SbValue) plain = sb_plan_new_criterion ("no-duplicates");
  g_autofree char *first = sb_plan_describe_criterion (records);
  g_autofree char *second = sb_plan_describe_criterion (more);
  g_autofree char *least = sb_plan_describe_criterion (none);
  g_autofree char *third = sb_plan_describe_criterion (plain);

  g_assert_cmpstr (first, ==, "At least 10 records went through");
  g_assert_cmpstr (second, ==, "At least 25 records went through");
  g_assert_cmpstr (least, ==, "At least 1 record went through");
  g_assert_cmpstr (third, ==, "Nothing done twice");
  g_assert_null (sb_plan_new_criterion ("by-magic"));
}

static SbFlow *
make_flow (guint n_steps)
{
  g_autoptr (GString) text = g_string_new (
    "{\"format\": 1, \"name\": \"Orders <b> & more\", \"trigger\": {\"type\": \"manual\"}, "
    "\"steps\": "
    "[], \"criteria\": [{\"kind\": \"no-duplicates\"}], \"plan\": {\"owner\": \"Anna\", "
    "\"minutes_before\": 10, \"minutes_now\": 1, \"minutes_saved\": 9, \"runbook\": {\"call\": "
    "\"Ben\"}, "
    "\"fallback\": [");
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = NULL;
  SbFlow *flow;

  for (guint i = 0; i < n_steps; i++)
    g_string_append_printf (text, "%s\"Step %u: print the list and walk there\"", i > 0 ? "," : "",
                            i);
  g_string_append (text, "]}}");
  document = sb_json_parse (text->str, -1, NULL);
  flow = sb_flow_parse (document, problems);
  g_assert_nonnull (flow);
  return flow;
}

static void
test_markup (void)
{
  g_autoptr (SbFlow) flow = make_flow (2);
  g_autofree char *markup = sb_plan_to_markup (flow);
  g_autofree char *text = NULL;

  g_assert_true (pango_parse_markup (markup, -1, 0, NULL, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "Orders <b> & more\nOwned by Anna\n"));
  g_assert_nonnull (strstr (text, "Saves 9 minutes for each record"));
  g_assert_nonnull (strstr (text, "☐  Step 1: print the list and walk there\n"));
  g_assert_nonnull (strstr (text, "Nothing done twice"));
  g_assert_nonnull (strstr (text, "Ben"));
}

static void
print_to_pdf (guint n_steps)
{
  g_autoptr (SbFlow) flow = make_flow (n_steps);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("signalbox-plan-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "plan.pdf", NULL);
  g_autofree char *pdf = NULL;
  gsize length = 0;

  g_assert_true (sb_plan_print (flow, NULL, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &pdf, &length, NULL));
  g_assert_true (g_str_has_prefix (pdf, "%PDF-"));
  g_assert_cmpuint (length, >, 2000);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_pdf (void)
{
  print_to_pdf (5);
  /* More than fits at any readable size is shrunk, not cut off. */
  print_to_pdf (400);
}

static void
test_pdf_nowhere (void)
{
  g_autoptr (SbFlow) flow = make_flow (1);
  g_autoptr (GError) error = NULL;

  g_assert_false (sb_plan_print (flow, NULL, "/nowhere/at/all/plan.pdf", &error));
  g_assert_nonnull (error);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/links", test_links);
  g_test_add_func ("/plan/criteria", test_criteria);
  g_test_add_func ("/plan/markup", test_markup);
  g_test_add_func ("/plan/pdf", test_pdf);
  g_test_add_func ("/plan/pdf-nowhere", test_pdf_nowhere);
  return g_test_run ();
}
