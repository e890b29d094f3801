/* test-hostile-files.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Flow and connector files that somebody made to do harm.
 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-error.h"
#include "sb-flow.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-pattern.h"
#include "sb-records.h"
#include "sb-request.h"
#include "sb-template.h"
#include "sb-visible.h"

/* An own connector: its name, its base URL, more members. */
static const char connector[] =
  "{\"format\": 1, \"id\": \"%s\", \"name\": \"%s\", \"kind\": \"web\", \"about\": \"Mine\","
  " \"environments\": {\"production\": {\"base_url\": \"%s\"}}%s}";

typedef struct
{
  char *folder;
  char *own;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("sb-hostile-XXXXXX", NULL);
  fixture->own = g_build_filename (fixture->folder, "connectors", NULL);
  g_assert_cmpint (g_mkdir (fixture->own, 0700), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->own, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->own, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->own);
  g_rmdir (fixture->folder);
  g_free (fixture->own);
  g_free (fixture->folder);
}

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->own, name, NULL);
}

static void
write_own (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = path_of (fixture, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static SbConnectors *
load (Fixture *fixture, char **problems_text)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbConnectors *connectors = sb_connectors_new (data_dir, fixture->folder, problems);

  *problems_text = sb_problems_to_text (problems);
  return connectors;
}

/* A file that calls itself what a shipped one is called, by id or by name, is told apart in
 * everything that shows the name; and where it sends to is said. */
static void
test_shadow (Fixture *fixture, gconstpointer data)
{
  g_autofree char *same =
    g_strdup_printf (connector, "shopify", "Shopify", "https://evil.example/{{settings.shop}}",
                     ", \"settings\": [{\"key\": \"shop\", \"label\": "
                     "\"Shop\", \"required\": true}]");
  g_autofree char *like =
    g_strdup_printf (connector, "shop", "Shopify", "https://evil.example", "");
  g_autofree char *problems = NULL;
  g_autoptr (SbConnectors) connectors = NULL;
  g_autofree char *places = NULL;

  write_own (fixture, "shopify.json", same);
  write_own (fixture, "shop.json", like);
  connectors = load (fixture, &problems);
  g_assert_cmpstr (problems, ==, "");
  g_assert_cmpstr (sb_connectors_find (connectors, "shopify")->name, ==, "Shopify (own file)");
  g_assert_cmpstr (sb_connectors_find (connectors, "shop")->name, ==, "Shopify (own file)");
  g_assert_true (sb_connectors_find (connectors, "shop")->own);
  g_assert_false (sb_connectors_find (connectors, "stripe")->own);
  places = sb_connector_describe_places (sb_connectors_find (connectors, "shopify"));
  g_assert_cmpstr (places, ==, "https://evil.example/‹Shop›");
}

static void
test_hosts (Fixture *fixture, gconstpointer data)
{
  static const char *const refused[] = {
    "http://api.example.com",
    "ftp://api.example.com",
    "//api.example.com",
    "https://user@api.example.com",
    "https://",
    "file:///etc/passwd",
    "http://127.0.0.1.evil.example",
    "http://localhost@evil.example",
    "https://{{settings.shop}}.example.com",
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *text =
        g_strdup_printf (connector, "a", "A", refused[i],
                         ", \"settings\": [{\"key\": \"shop\", \"label\": \"Shop\"}]");
      g_autofree char *problems = NULL;
      g_autoptr (SbConnectors) connectors = NULL;

      write_own (fixture, "a.json", text);
      connectors = load (fixture, &problems);
      if (sb_connectors_find (connectors, "a") != NULL)
        g_error ("%s was taken", refused[i]);
      g_assert_nonnull (strstr (problems, "base_url"));
    }
}

/* A path without its slash would go on with the host's name: "https://api.example.com" and
 * ".evil.example" out of an event. */
static void
test_glued_path (Fixture *fixture, gconstpointer data)
{
  static const char *const values[] = { ".evil.example", "@evil.example",    ":80@evil.example",
                                        "evil.example",  "\\\\evil.example", "%2eevil.example" };
  g_autofree char *text = g_strdup_printf (
    connector, "a", "A", "https://api.example.com",
    ", \"actions\": [{\"id\": \"get\", \"label\": \"get\", \"kind\": \"action\", \"fields\": "
    "[{\"key\": \"what\", \"label\": \"What\", \"type\": \"text\", \"required\": true, \"sample\": "
    "\"x\"}], \"request\": {\"method\": \"GET\", \"path\": \"{{fields.what}}\", \"encoding\": "
    "\"none\"}, \"idempotency\": {\"kind\": \"none\"}, \"answer\": {\"sample\": {}}}]");
  g_autofree char *problems = NULL;
  g_autoptr (SbConnectors) connectors = NULL;
  SbConnector *found = NULL;

  write_own (fixture, "a.json", text);
  connectors = load (fixture, &problems);
  g_assert_cmpstr (problems, ==, "");
  found = sb_connectors_find (connectors, "a");
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (SbConnection) connection = sb_connection_new ("c", "a", "A", "production", NULL);
      g_autoptr (SbValue) fields = sb_value_new_object ();
      g_autoptr (GError) error = NULL;
      g_autoptr (SbRequest) request = NULL;
      g_autoptr (GUri) uri = NULL;

      sb_value_set_string (fields, "what", values[i]);
      request = sb_request_build (found, sb_connector_find_action (found, "get"), connection, NULL,
                                  fields, "key", NULL, &error);
      g_assert_no_error (error);
      uri = g_uri_parse (request->url, G_URI_FLAGS_NONE, NULL);
      g_assert_cmpstr (g_uri_get_host (uri), ==, "api.example.com");
      g_assert_null (g_uri_get_userinfo (uri));
    }
}

/* Links, pipes and devices in the folder: left out, named, and nothing hangs or fills the memory.
 */
static void
test_no_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *link_path = path_of (fixture, "link.json");
  g_autofree char *pipe_path = path_of (fixture, "pipe.json");
  g_autofree char *zero_path = path_of (fixture, "zero.json");
  g_autofree char *problems = NULL;
  g_autoptr (SbConnectors) connectors = NULL;

  g_assert_cmpint (symlink ("/etc/passwd", link_path), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", zero_path), ==, 0);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  connectors = load (fixture, &problems);
  g_assert_nonnull (strstr (problems, "link.json is no ordinary file"));
  g_assert_nonnull (strstr (problems, "zero.json is no ordinary file"));
  g_assert_nonnull (strstr (problems, "pipe.json is no ordinary file"));
  g_assert_null (strstr (problems, "root:"));
}

/* What the owner names may be a pipe, but not more of it is read than may be. */
static guint64
most_memory (void)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("VmHWM:") + strspn (line + strlen ("VmHWM:"), " \t"),
                           NULL, 10);
}

static void
test_endless (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 before_kib = most_memory ();

  g_assert_null (sb_json_load_file ("/dev/zero", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (sb_records_load_file ("/dev/zero", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_assert_cmpuint (most_memory () - before_kib, <, 100 * 1024);
}

static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    gunichar any;
    gunichar strict;
  } cases[] = {
    { "Paid orders → invoices ☕ 佐藤 Größe", 0, 0 },
    { "שלום\u200f!", 0, 0x200f },
    { "می\u200cخواهم", 0, 0 },
    { "👩\u200d👩\u200d👧", 0, 0 },
    { "Shop\u200dify", 0, 0x200d },
    { "Shop\u200bify", 0, 0x200b },
    { "Shop\u2060ify", 0, 0x2060 },
    { "\ufeffShopify", 0, 0xfeff },
    { "Shop\u00adify", 0, 0xad },
    { "pay \u202eelpmaxe.live\u202c", 0x202e, 0x202e },
    { "a \u2066b\u2069", 0x2066, 0x2066 },
    { "tag \U000e0041", 0, 0xe0041 },
    { "blank \u3164", 0, 0x3164 },
    { "two\u2028lines", 0, 0x2028 },
    { "bell \x07", 0, 7 },
    { "two\nlines", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmphex (sb_visible_find (cases[i].text, FALSE), ==, cases[i].any);
      g_assert_cmphex (sb_visible_find (cases[i].text, TRUE), ==, cases[i].strict);
    }
}

/* Names that look like others are refused, in both kinds of files. */
static void
test_disguise (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text =
    g_strdup_printf (connector, "a", "Stri\u200bpe", "https://evil.example", "");
  g_autofree char *problems = NULL;
  g_autoptr (SbConnectors) connectors = NULL;
  static const char *const flows[] = {
    "{\"format\": 1, \"id\": \"a\", \"name\": \"Re\u202epu\", \"trigger\": {\"type\": \"manual\"}, "
    "\"steps\": []}",
    "{\"format\": 1, \"id\": \"a\", \"name\": \"A\", \"trigger\": {\"type\": \"manual\"}, "
    "\"steps\": "
    "[{\"id\": \"t\", \"type\": \"action\", \"connector\": \"slack\", \"action\": "
    "\"post-message\", "
    "\"fields\": {\"text\": \"to \u202emoc.live\"}}]}",
    "{\"format\": 1, \"id\": \"a\", \"name\": \"A\", \"trigger\": {\"type\": \"manual\"}, "
    "\"steps\": "
    "[{\"id\": \"t\", \"type\": \"action\", \"connector\": \"slack\", \"action\": "
    "\"post-message\", "
    "\"fields\": {\"te\u200bxt\": \"hello\"}}]}",
  };

  write_own (fixture, "a.json", text);
  connectors = load (fixture, &problems);
  g_assert_null (sb_connectors_find (connectors, "a"));
  g_assert_nonnull (strstr (problems, "U+200B"));
  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    {
      g_autoptr (SbValue) document = sb_json_parse (flows[i], -1, NULL);
      g_autoptr (SbProblems) found = sb_problems_new ();
      g_autofree char *words = NULL;

      sb_flow_check_document (document, connectors, found);
      words = sb_problems_to_text (found);
      g_assert_nonnull (strstr (words, "is not seen"));
    }
}

/* Patterns that would try for years, or need gigabytes to be compiled: they end, and fit nothing.
 */
static void
test_patterns (Fixture *fixture, gconstpointer data)
{
  g_autofree char *many = g_strnfill (60, 'a');
  g_autofree char *text = g_strconcat (many, "!", NULL);
  static const char *const slow[] = { "^(a+)+$",      "^(a|aa)+$", "^(a*)*b",
                                      "^(.*?,){11}P", "(x+x+)+y",  "^((a?){30}){30}$" };
  static const char *const refused[] = { "((((a{999}){999}){999}){999})",
                                         "(*LIMIT_MATCH=4000000000)^(a+)+$", "(a" };

  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    g_assert_false (sb_pattern_fits (slow[i], text));
  /* This one would fit, after a million steps: it is given up before. */
  g_assert_false (sb_pattern_fits ("^(a?){22}a{22}$", "aaaaaaaaaaaaaaaaaaaaaa"));
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sb_pattern_new (refused[i], &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
    }
  g_assert_true (sb_pattern_fits ("^[a-z0-9-]+$", "harbour-goods"));
  g_assert_false (sb_pattern_fits ("^[a-z0-9-]+$", "harbour-goods\n"));
}

static SbValue *
make_broken_flow (guint references)
{
  g_autoptr (GString) text = g_string_new (
    "{\"format\": 1, \"id\": \"a\", \"name\": \"A\", \"trigger\": {\"type\": \"manual\"}, "
    "\"steps\": [");

  for (guint i = 0; i < 100; i++)
    {
      g_string_append_printf (text,
                              "%s{\"id\": \"step-%u\", \"type\": \"set-fields\", \"fields\": {",
                              i > 0 ? "," : "", i);
      for (guint j = 0; j < references / 100; j++)
        g_string_append_printf (text, "%s\"f%u\": \"{{unknown-step-%u-%u.a}}\"", j > 0 ? "," : "",
                                j, i, j);
      g_string_append (text, "}}");
    }
  g_string_append (text, "]}");
  return sb_json_parse (text->str, (gssize)text->len, NULL);
}

/* A file with 50,000 things wrong: all are counted, no more are told than anybody reads, and the
 * rest costs no search for the nearest name. */
static void
test_many_problems (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) document = make_broken_flow (50000);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (GError) error = NULL;
  const SbProblem *last = NULL;

  g_assert_nonnull (document);
  g_assert_null (sb_flow_parse (document, problems));
  g_assert_cmpuint (sb_problems_get_count (problems), ==, 50000);
  g_assert_cmpuint (sb_problems_get_length (problems), ==, 201);
  g_assert_true (sb_problems_is_full (problems));
  last = sb_problems_get (problems, 200);
  g_assert_cmpstr (last->message, ==, "There are 49800 more problems.");
  g_assert_nonnull (strstr (sb_problems_get (problems, 0)->message, "Did you mean"));
  g_assert_false (sb_problems_to_error (problems, "It", &error));
  g_assert_nonnull (strstr (error->message, "It has 50000 problems"));
}

/* Nesting and templates that grow: refused, or as large as they are written and no larger. */
static void
test_growth (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) tokens = g_string_new ("{{trigger.a");
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) template = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "[");
  g_assert_null (sb_json_parse (deep->str, (gssize)deep->len, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_TOO_LARGE);
  g_clear_error (&error);
  for (guint i = 0; i < 64; i++)
    g_string_append (tokens, " | replace: \"a\", \"aaaaaaaaaaaaaaaa\"");
  g_string_append (tokens, "}}");
  template = sb_template_new (tokens->str, &error);
  if (template != NULL)
    {
      g_autoptr (SbScope) scope = sb_scope_new ("UTC", 0);
      g_autoptr (SbValue) trigger = sb_json_parse ("{\"a\": \"aaaaaaaa\"}", -1, NULL);
      g_autoptr (SbValue) result = NULL;

      sb_scope_set (scope, "trigger", trigger);
      result = sb_template_render (template, scope, &error);
      g_assert_null (result);
    }
  g_assert_nonnull (error);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/hostile/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("shadow", test_shadow);
  ADD ("hosts", test_hosts);
  ADD ("glued-path", test_glued_path);
  ADD ("no-files", test_no_files);
  ADD ("endless", test_endless);
  ADD ("hidden", test_hidden);
  ADD ("disguise", test_disguise);
  ADD ("patterns", test_patterns);
  ADD ("many-problems", test_many_problems);
  ADD ("growth", test_growth);
  return g_test_run ();
}
