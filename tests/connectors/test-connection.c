/* test-connection.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What an account may be set to: each mistake is told where it was made, in words. */

#include "config.h"

#include <string.h>

#include "sb-connection.h"
#include "sb-json.h"
#include "sb-paths.h"

typedef struct
{
  const char *connector;
  const char *environment;
  const char *settings;
  const char *secrets; /* (nullable): not known yet */
  const char *path;    /* (nullable): nothing is wrong */
  const char *words;
} Case;

static const Case cases[] = {
  { "shopify", "production", "{'shop': 'harbour-goods'}", "{'access_token': 'shpat_1'}", NULL,
    NULL },
  { "shopify", "production", "{'shop': 'harbour-goods'}", NULL, NULL, NULL },
  { "shopify", "live", "{'shop': 'harbour-goods'}", NULL, "$.environment",
    "is “live”; use sandbox or production" },
  { "shopify", NULL, "{'shop': 'harbour-goods'}", NULL, "$.environment",
    "use sandbox or production" },
  { "shipstation-v1", "sandbox", "{}", NULL, "$.environment", "has no sandbox; use production" },
  { "shopify", "production", "{}", NULL, "$.settings.shop", "is required; enter it" },
  { "shopify", "production", "{'shop': ''}", NULL, "$.settings.shop", "is required; enter it" },
  { "shopify", "production", "{'shop': 'evil.example/#'}", NULL, "$.settings.shop",
    "does not look right; it should be like harbour-goods" },
  { "shopify", "production", "{'shop': 'harbour-goods', 'shpo': 'x'}", NULL, "$.settings.shpo",
    "has no setting “shpo”; there are public_address, shop" },
  { "shopify", "production", "{'shop': 'harbour-goods', 'access_token': 'shpat_1'}", NULL,
    "$.settings.access_token", "belongs in the keyring" },
  { "shopify", "production", "{'shop': 'harbour-goods'}", "{}", "$.settings.access_token",
    "is required; enter it" },
  { "shopify", "production", "{'shop': 'harbour-goods'}", "{'access_token': 'a\\r\\nHost: b'}",
    "$.settings.access_token", "holds a line break" },
  { "shopify", "production",
    "{'shop': 'harbour-goods', 'public_address': 'http://shop.example/in/x'}", NULL,
    "$.settings.public_address", "is not an https address" },
  { "shopify", "production", "{'shop': 'harbour-goods', 'public_address': 'https://a@b/in/x'}",
    NULL, "$.settings.public_address", "is not an https address" },
  { "shopify", "production",
    "{'shop': 'harbour-goods', 'public_address': 'https://a.example/in/x'}", NULL, NULL, NULL },
  { "stripe", "sandbox", "{}", "{'secret_key': 'sk_test_1'}", NULL, NULL },
  { "stripe", "sandbox", "{}", "{'secret_key': 'sk_live_1'}", "$.secrets.secret_key",
    "is a production key, but the connection is a sandbox one" },
  { "stripe", "production", "{}", "{'secret_key': 'rk_test_1'}", "$.secrets.secret_key",
    "is a test key, but the connection is a production one" },
  { "http", "production", "{'address': 'https://a.example', 'auth': 'none'}", NULL, NULL, NULL },
  { "http", "production", "{'address': 'https://a.example', 'auth': 'magic'}", NULL,
    "$.settings.auth", "is not among the values allowed" },
  { "http", "production", "{'address': 'https://a.example', 'auth': 'header', 'header': 'X: y'}",
    NULL, "$.settings.header", "does not look right" },
  { "http", "production", "{'address': 'http://a.example', 'auth': 'none'}", NULL,
    "$.settings.address", "does not look right" },
  { "http", "production", "{'address': 'https://user:pw@a.example', 'auth': 'none'}", NULL,
    "$.settings.address", "does not look right" },
};

static SbConnectors *connectors;

static SbValue *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  SbValue *value = sb_json_parse (json, -1, NULL);

  g_assert_nonnull (value);
  return value;
}

static GHashTable *
make_secrets (const char *text)
{
  g_autoptr (SbValue) value = parse (text);
  GHashTable *secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);

      g_hash_table_insert (secrets, g_strdup (name), g_strdup (sb_value_get_string (value, name)));
    }
  return secrets;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  SbConnector *connector = sb_connectors_find (connectors, c->connector);
  g_autoptr (SbValue) settings = parse (c->settings);
  g_autoptr (GHashTable) secrets = c->secrets != NULL ? make_secrets (c->secrets) : NULL;
  g_autoptr (SbConnection) connection =
    sb_connection_new ("a", c->connector, "An account", c->environment, settings);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *text = NULL;

  sb_connection_check (connection, connector, secrets, problems);
  text = sb_problems_to_text (problems);
  g_test_message ("%s", text);
  if (c->path == NULL)
    {
      g_assert_cmpstr (text, ==, "");
      return;
    }
  g_assert_cmpuint (sb_problems_get_length (problems), ==, 1);
  g_assert_true (g_str_has_prefix (text, c->path));
  g_assert_nonnull (strstr (text, c->words));

  /* No problem repeats a secret. */
  if (secrets != NULL && g_hash_table_lookup (secrets, "secret_key") != NULL)
    g_assert_null (strstr (text, g_hash_table_lookup (secrets, "secret_key")));
}

/* Whatever the connector, its own samples are a good account. */
static void
test_practice (void)
{
  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);
      g_autoptr (GHashTable) secrets = NULL;
      g_autoptr (SbConnection) connection = sb_connection_new_practice (connector, &secrets);

      g_assert_cmpstr (connection->connector, ==, connector->id);
      for (guint j = 0; j < connector->settings->len; j++)
        {
          SbField *setting = g_ptr_array_index (connector->settings, j);

          if (setting->secret && setting->required)
            g_assert_nonnull (g_hash_table_lookup (secrets, setting->key));
          g_assert_false (setting->secret &&
                          sb_value_get_member (connection->settings, setting->key) != NULL);
        }
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *data = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  int status;

  g_test_init (&argc, &argv, NULL);
  connectors = sb_connectors_new (data, NULL, problems);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/connection/%02" G_GSIZE_FORMAT "-%s", i + 1, cases[i].connector);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/connection/practice", test_practice);
  status = g_test_run ();
  sb_connectors_unref (connectors);
  return status;
}
