/* test-connector.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "sb-connector.h"
#include "sb-json.h"
#include "sb-paths.h"

static SbConnectors *
load (const char *own)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  SbConnectors *connectors = sb_connectors_new (data_dir, own, problems);
  g_autofree char *text = sb_problems_to_text (problems);

  g_assert_cmpstr (text, ==, "");
  return connectors;
}

static void
test_shipped (void)
{
  g_autoptr (SbConnectors) connectors = load (NULL);

  g_assert_cmpuint (sb_connectors_get_length (connectors), >, 0);
  g_assert_null (sb_connectors_get (connectors, 1000));
  g_assert_null (sb_connectors_find (connectors, "nobody"));
  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);

      g_assert_true (sb_connectors_find (connectors, connector->id) == connector);
      for (guint j = 0; j < connector->triggers->len; j++)
        {
          SbTrigger *trigger = g_ptr_array_index (connector->triggers, j);

          g_assert_true (g_ascii_islower (trigger->label[0]));
          for (guint k = 0; k < trigger->outputs->len; k++)
            {
              SbField *output = g_ptr_array_index (trigger->outputs, k);
              gboolean found = FALSE;

              for (guint s = 0; s < sb_value_get_length (trigger->samples); s++)
                found |=
                  sb_value_get_path (sb_value_get_item (trigger->samples, s), output->key) != NULL;
              if (!found && output->sample != NULL)
                g_error ("%s: %s: no sample has %s", connector->id, trigger->id, output->key);
            }
        }
      for (guint j = 0; j < connector->actions->len; j++)
        {
          SbAction *action = g_ptr_array_index (connector->actions, j);

          g_assert_true (g_ascii_islower (action->label[0]));
          for (guint k = 0; k < action->fields->len; k++)
            {
              SbField *field = g_ptr_array_index (action->fields, k);

              if (field->required && field->sample == NULL)
                g_error ("%s: %s: %s has no sample", connector->id, action->id, field->key);
              g_assert_nonnull (field->help);
            }
        }
    }
}

typedef struct
{
  const char *find; /* in shopify.json */
  const char *replace;
  const char *problem; /* what must be said */
} Change;

static void
test_problems (void)
{
  static const Change changes[] = {
    { "\"kind\": \"shop\"", "\"kind\": \"shoe\"", "$.kind: is “shoe”; use one of shop, stock" },
    { "\"about\":", "\"abot\":", "$.abot: is not known here; did you mean “about”?" },
    { "\"about\":", "\"abot\":", "$: has no member “about”, which is required" },
    { "\"type\": \"number\", \"required\": true", "\"type\": \"txt\", \"required\": true",
      "$.actions[0].fields[2].type: is “txt”; use one of text, number" },
    { "\"format\": 1", "\"format\": 2", "$.format: is “2”, but must be “1”" },
    { "https://{{settings.shop}}", "http://{{settings.shop}}", "without encryption; use https://" },
    { "\"pattern\": \"^[a-z0-9][a-z0-9-]{0,62}$\"", "\"fallback\": \"x\"",
      "$.environments.production.base_url: the setting “shop” stands in the host" },
    { "\"pattern\": \"^[0-9]+$\"", "\"pattern\": \"^[0-9+$\"",
      "$.actions[0].fields[0].pattern: is not a regular expression" },
    { "gid://shopify/InventoryItem/{{fields.InventoryItem}}", "{{fields.InventoryItm}}",
      "$.actions[0].request.body.variables.input.changes[0].inventoryItemId: "
      "“{{fields.InventoryItm}}” names a field" },
    { "gid://shopify/InventoryItem/{{fields.InventoryItem}}", "{{secrets.access_tokn}}",
      "names a secret setting that is not there" },
    { "\"secret\": \"client_secret\"", "\"secret\": \"shop\"", "is not kept secret" },
    { "\"test\": \"shop-info\"", "\"test\": \"refund\"", "$.test: “refund” is not a look-up" },
    { "\"kind\": \"key\", \"in\": \"body\", \"name\": \"variables.key\", \"max\": 255",
      "\"kind\": \"lookup\", \"lookup\": \"find-nothing\"",
      "$.actions[0].idempotency: “find-nothing” is not a look-up" },
    { "\"record\": \"Order {{trigger.name}}\"", "\"record\": \"Order {{event.name}}\"",
      "$.triggers[0].record: “{{event.name}}” cannot be used here" },
    { "\"record\": \"Order {{trigger.name}}\"", "\"record\": \"Order {{trigger.name\"",
      "is not closed by }}" },
    { "\"id\": \"order-created\"", "\"id\": \"order-paid\"",
      "$.triggers[1].id: “order-paid” is there already" },
    { "\"algorithm\": \"sha256\"", "\"algorithm\": \"md5\"", "$.webhook.algorithm: is “md5”" },
    { "\"settings\": [", "\"settings\": {}, \"x\": [",
      "$.settings: must be a list, but is an object" },
    { "\"per_second\": 2", "\"per_second\": 0",
      "$.rate_limit.per_second: is 0, but must be 0.01 at least" },
  };
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autofree char *path = g_build_filename (data_dir, "connectors", "shopify.json", NULL);
  g_autofree char *good = NULL;

  g_assert_true (g_file_get_contents (path, &good, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      const char *at = strstr (good, changes[i].find);
      g_autoptr (GString) bad = g_string_new (NULL);
      g_autoptr (SbProblems) problems = sb_problems_new ();
      g_autoptr (SbValue) document = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      g_assert_nonnull (at);
      g_string_append_len (bad, good, at - good);
      g_string_append (bad, changes[i].replace);
      g_string_append (bad, at + strlen (changes[i].find));
      document = sb_json_parse (bad->str, bad->len, &error);
      g_assert_no_error (error);
      sb_connector_check (document, problems);
      text = sb_problems_to_text (problems);
      if (strstr (text, changes[i].problem) == NULL)
        g_error ("%s is not among the problems:\n%s", changes[i].problem, text);
    }
}

static void
test_nonsense (void)
{
  static const char *const texts[] = {
    "null",
    "[]",
    "3",
    "\"x\"",
    "{}",
    "{\"actions\": [3, null, {\"request\": []}], \"settings\": [[]], \"triggers\": {}}",
    ("{\"webhook\": {\"schemes\": {\"a\": {\"schemes\": 1}}},"
     " \"environments\": {\"production\": {\"base_url\": \"https://\"}}}"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SbProblems) problems = sb_problems_new ();
      g_autoptr (SbValue) document = sb_json_parse (texts[i], -1, NULL);

      sb_connector_check (document, problems);
      g_assert_cmpuint (sb_problems_get_length (problems), >, 0);
    }
}

static void
write_own (const char *folder, const char *name, const char *text)
{
  g_autofree char *parent = g_build_filename (folder, "connectors", NULL);
  g_autofree char *path = g_build_filename (parent, name, NULL);

  g_mkdir (parent, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_own (const char *folder)
{
  static const char *const names[] = { "shopify.json", "broken.json", "other.json", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, "connectors", names[i], NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

/* A file of the owner takes the place of the shipped one; a broken one is named and left out. */
static void
test_own (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sb-connector-XXXXXX", NULL);
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnectors) connectors = NULL;
  g_autofree char *text = NULL;

  write_own (folder, "shopify.json",
             "{\"format\": 1, \"id\": \"shopify\", \"name\": \"My shop\", \"kind\": \"shop\", "
             "\"about\": \"Mine\"}");
  write_own (folder, "broken.json", "{\"format\": 1, \"id\": \"broken\"");
  write_own (
    folder, "other.json",
    "{\"format\": 1, \"id\": \"another\", \"name\": \"A\", \"kind\": \"web\", \"about\": \"B\"}");
  connectors = sb_connectors_new (data_dir, folder, problems);
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (sb_connectors_find (connectors, "shopify")->name, ==, "My shop (own file)");
  g_assert_null (sb_connectors_find (connectors, "broken"));
  g_assert_null (sb_connectors_find (connectors, "another"));
  g_assert_nonnull (strstr (text, "broken.json"));
  g_assert_nonnull (strstr (text, "the file is named other.json"));
  g_assert_cmpuint (sb_problems_get_length (problems), ==, 2);
  remove_own (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connector/shipped", test_shipped);
  g_test_add_func ("/connector/problems", test_problems);
  g_test_add_func ("/connector/nonsense", test_nonsense);
  g_test_add_func ("/connector/own", test_own);
  return g_test_run ();
}
