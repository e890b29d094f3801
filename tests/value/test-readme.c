/* test-readme.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-condition.h"
#include "sb-filters.h"
#include "sb-json.h"
#include "sb-paths.h"

/* data/flows/README.md promises what each filter does: this runs every example in its tables. */

static char *
load_readme (void)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autofree char *path = g_build_filename (data_dir, "flows", "README.md", NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static SbScope *
make_scope (const char *readme)
{
  g_auto (GStrv) parts = g_strsplit (readme, "```", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) trigger = sb_json_parse (parts[1] + strlen ("json"), -1, &error);
  g_autoptr (SbValue) table = sb_json_parse ("{\"DE\":\"19\",\"FR\":\"20\"}", -1, NULL);
  SbScope *scope = sb_scope_new ("Europe/Berlin", 0);

  g_assert_no_error (error);
  sb_scope_set (scope, "trigger", trigger);
  sb_scope_set_table (scope, "tax", table);
  return scope;
}

/* The cells of a row of a Markdown table, without the \ before a |. */
static GStrv
split_row (const char *line)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GString) cell = g_string_new (NULL);

  for (const char *at = line + 1; *at != '\0'; at++)
    {
      if (at[0] == '\\' && at[1] == '|')
        g_string_append_c (cell, *++at);
      else if (*at != '|')
        g_string_append_c (cell, *at);
      else
        {
          g_strv_builder_add (builder, g_strstrip (cell->str));
          g_string_truncate (cell, 0);
        }
    }
  return g_strv_builder_end (builder);
}

static char *
without_ticks (const char *cell)
{
  gsize length = strlen (cell);

  g_assert_true (length >= 2 && cell[0] == '`' && cell[length - 1] == '`');
  return g_strndup (cell + 1, length - 2);
}

static void
check_example (GStrv cells, SbScope *scope)
{
  g_autofree char *example = without_ticks (cells[2]);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) fields = sb_value_new_string (example);
  g_autoptr (SbValue) value = sb_render_value (fields, scope, &error);
  g_autofree char *json = NULL;
  g_autofree char *expected = NULL;

  g_test_message ("%s", example);
  if (g_str_has_prefix (cells[3], "error: "))
    {
      g_assert_null (value);
      g_assert_true (g_str_has_prefix (error->message, cells[3] + strlen ("error: ")));
      return;
    }
  g_assert_no_error (error);
  json = sb_json_write (value);
  expected = without_ticks (cells[3]);
  g_assert_cmpstr (json, ==, expected);
}

static void
test_examples (void)
{
  g_autofree char *readme = load_readme ();
  g_autoptr (SbScope) scope = make_scope (readme);
  g_auto (GStrv) lines = g_strsplit (readme, "\n", -1);
  g_autoptr (GHashTable) documented = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const SbFilter *const lists[] = { sb_filters_text, sb_filters_number, sb_filters_date,
                                    sb_filters_list, sb_filters_choice };
  guint n_examples = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = lines[i][0] == '|' ? split_row (lines[i]) : NULL;

      if (cells == NULL || g_strv_length (cells) != 4 || !g_str_has_prefix (cells[2], "`{{"))
        continue;
      check_example (cells, scope);
      n_examples++;
      if (cells[0][0] == '`')
        g_hash_table_add (documented, g_strndup (cells[0] + 1, strcspn (cells[0] + 1, ":`")));
    }
  g_assert_cmpuint (n_examples, >, 50);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const SbFilter *filter = lists[i]; filter->name != NULL; filter++)
      if (!g_hash_table_contains (documented, filter->name))
        g_error ("data/flows/README.md says nothing about the filter %s", filter->name);
}

/* The condition that is shown as an example is one. */
static void
test_condition (void)
{
  g_autofree char *readme = load_readme ();
  g_auto (GStrv) parts = g_strsplit (strstr (readme, "## Conditions"), "```", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (parts[1] + strlen ("json"), -1, &error);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbCondition *condition;

  g_assert_no_error (error);
  condition = sb_condition_parse (document, "$", NULL, problems);
  g_assert_nonnull (condition);
  sb_condition_free (condition);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readme/examples", test_examples);
  g_test_add_func ("/readme/condition", test_condition);
  return g_test_run ();
}
