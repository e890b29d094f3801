/* world.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "world.h"

#include <glib/gstdio.h>

#include "fixture.h"
#include "sb-json.h"

/* A vendor without a rate limit: that of the real ones would be all that is measured. */
static const char connector_text[] =
  "{\"format\":1,\"id\":\"sink\",\"name\":\"Sink\",\"kind\":\"web\",\"about\":\"Takes what it is "
  "sent.\","
  "\"environments\":{\"production\":{\"base_url\":\"http://127.0.0.1:{{settings.port}}\"},"
  "\"sandbox\":{\"base_url\":\"http://127.0.0.1:{{settings.port}}\"}},"
  "\"settings\":[{\"key\":\"port\",\"label\":\"Port\",\"type\":\"text\",\"required\":true,"
  "\"help\":\"Where it "
  "listens.\",\"example\":\"8080\",\"sample\":\"8080\",\"pattern\":\"^[0-9]{1,5}$\"}],"
  "\"auth\":{\"scheme\":\"none\"},\"rate_limit\":{\"per_second\":100000,\"concurrent\":32},"
  "\"actions\":[{\"id\":\"put-order\",\"label\":\"note an "
  "order\",\"kind\":\"action\",\"help\":\"Notes it.\","
  "\"done\":\"Noted\",\"fields\":["
  "{\"key\":\"order\",\"label\":\"Order\",\"type\":\"text\",\"required\":true,\"help\":\"Its "
  "name.\","
  "\"example\":\"#1001\",\"sample\":\"#1001\"},"
  "{\"key\":\"total\",\"label\":\"Total\",\"type\":\"money\",\"required\":true,\"help\":\"Its "
  "sum.\","
  "\"example\":\"66.90\",\"sample\":\"66.90\"}],"
  "\"request\":{\"method\":\"POST\",\"path\":\"/orders\",\"encoding\":\"json\","
  "\"body\":{\"order\":\"{{fields.order}}\",\"total\":\"{{fields.total}}\"}},"
  "\"idempotency\":{\"kind\":\"key\",\"in\":\"header\",\"name\":\"Idempotency-Key\",\"max\":255},"
  "\"answer\":{\"ok\":[200],\"sample\":{\"ok\":true,\"id\":\"s1\"}}}]}";

static const char flow_text[] =
  "{\"format\":1,\"id\":\"two-calls\",\"name\":\"Two calls\",\"trigger\":{\"type\":\"webhook\","
  "\"connector\":\"shopify\",\"trigger\":\"order-paid\",\"connection\":\"shop\"},\"steps\":["
  "{\"id\":\"first\",\"type\":\"action\",\"connector\":\"sink\",\"action\":\"put-order\","
  "\"connection\":\"sink\","
  "\"fields\":{\"order\":\"{{trigger.name}}\",\"total\":\"{{trigger.total_price}}\"}},"
  "{\"id\":\"second\",\"type\":\"action\",\"connector\":\"sink\",\"action\":\"put-order\","
  "\"connection\":\"sink\","
  "\"fields\":{\"order\":\"{{trigger.name}} again\",\"total\":\"{{trigger.total_price}}\"}}]}";

gboolean
world_write_connector (const char *folder, GError **error)
{
  g_autofree char *directory = g_build_filename (folder, "connectors", NULL);
  g_autofree char *path = g_build_filename (directory, "sink.json", NULL);

  g_mkdir_with_parents (directory, 0700);
  return g_file_set_contents (path, connector_text, -1, error);
}

static gboolean
save_connection (SbStore *store,
                 const char *id,
                 const char *connector,
                 const char *setting,
                 const char *value,
                 GError **error)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *saved = NULL;
  FixtureWait wait = { NULL };

  sb_value_set_string (settings, setting, value);
  connection = sb_connection_new (id, connector, id, "production", settings);
  sb_store_save_connection_async (store, connection, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  saved = sb_store_save_connection_finish (store, result, error);
  return saved != NULL;
}

static gboolean
save_secret (
  SbSecrets *secrets, const char *connection, const char *key, const char *secret, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  FixtureWait wait = { NULL };

  sb_secrets_save_async (secrets, connection, key, secret, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  return sb_secrets_save_finish (secrets, result, error);
}

/* (transfer full) */
SbValue *
world_make_flow (GError **error)
{
  return sb_json_parse (flow_text, -1, error);
}

static SbFlowRow *
publish (SbStore *store, GError **error)
{
  g_autoptr (SbValue) document = world_make_flow (error);
  g_autoptr (GAsyncResult) saved = NULL, published = NULL, loaded = NULL;
  g_autofree char *id = NULL;
  FixtureWait wait = { NULL };

  sb_store_save_draft_async (store, NULL, "Two calls", document, NULL, fixture_done_cb, &wait);
  saved = fixture_wait (&wait);
  id = sb_store_save_draft_finish (store, saved, error);
  if (id == NULL)
    return NULL;
  sb_store_publish_async (store, id, NULL, NULL, fixture_done_cb, &wait);
  published = fixture_wait (&wait);
  if (sb_store_publish_finish (store, published, error) == 0)
    return NULL;
  sb_store_load_flow_async (store, id, NULL, fixture_done_cb, &wait);
  loaded = fixture_wait (&wait);
  return sb_store_load_flow_finish (store, loaded, error);
}

/**
 * world_count:
 * @state: of SbRun
 *
 * Blocks.
 */
guint
world_count (SbStore *store, const char *state)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbValue) summary = NULL;
  FixtureWait wait = { NULL };

  sb_store_summary_async (store, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  summary = sb_store_summary_finish (store, result, NULL);
  return summary != NULL
           ? (guint)sb_value_get_int_or (sb_value_get_member (summary, "runs"), state, 0)
           : 0;
}

gboolean
world_save_connections (SbStore *store, gint port, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%d", port);

  return save_connection (store, "shop", "shopify", "shop", "harbour-goods", error) &&
         save_connection (store, "sink", "sink", "port", text, error);
}

/**
 * world_set_up:
 * @port: of the sink
 *
 * Saves the connections, their secrets and the flow of two actions, and publishes it. Blocks.
 *
 * Returns: (transfer full) (nullable): the flow
 */
SbFlowRow *
world_set_up (SbStore *store, SbSecrets *secrets, gint port, GError **error)
{
  if (!world_save_connections (store, port, error) ||
      !save_secret (secrets, "shop", "client_secret", FIXTURE_SECRET, error) ||
      !save_secret (secrets, "shop", "access_token", "shpat_bench", error))
    return NULL;
  return publish (store, error);
}

/* --- many different orders
 * --------------------------------------------------------------------------- */

static const char *const first_names[] = {
  "Oona", "Mikko", "Zoë",   "José",  "Łukasz", "Anna", "Björn", "Chloé",
  "Dana", "Ewa",   "Farid", "Grete", "Hana",   "Igor", "Jana",  "Kofi",
};
static const char *const last_names[] = {
  "Salminen", "Keller", "García",   "Öberg",  "Novák",  "Smith",  "Dubois",
  "Rossi",    "Yilmaz", "Kowalski", "Jensen", "Murphy", "Silva",  "Horvat",
  "Weber",    "Nagy",   "Popov",    "Mensah", "Tanaka", "Haddad",
};
static const char *const cities[] = {
  "Helsinki", "Porto", "Łódź", "Malmö", "Lyon", "Graz", "Brno"
};

/**
 * world_make_body:
 * @bytes: about how long it is, with line items to fill it; at least 1,000
 *
 * An order as Shopify tells of it. Customers come again every few thousand orders, numbers never.
 */
GString *
world_make_body (guint number, gsize bytes)
{
  GString *body = g_string_sized_new (bytes + 256);
  guint mixed = number * 2654435761u;
  const char *first = first_names[mixed % G_N_ELEMENTS (first_names)];
  const char *last = last_names[(mixed >> 8) % G_N_ELEMENTS (last_names)];
  const char *city = cities[(mixed >> 16) % G_N_ELEMENTS (cities)];
  guint customer = (mixed >> 4) % 50000;

  g_string_append_printf (
    body,
    "{\"id\":57%08u,\"name\":\"#%u\",\"order_number\":%u,\"created_at\":"
    "\"2026-11-%02uT%02u:14:02+01:00\",\"financial_status\":\"paid\",\"currency\":\"EUR\","
    "\"total_price\":\"%u.90\",\"subtotal_price\":\"62.00\",\"total_tax\":\"10.68\","
    "\"email\":\"customer%u@example.com\",\"customer\":{\"id\":61%06u,\"first_name\":\"%s\","
    "\"last_name\":\"%s\",\"email\":\"customer%u@example.com\"},\"shipping_address\":{"
    "\"name\":\"%s %s\",\"address1\":\"Satamakatu %u\",\"city\":\"%s\",\"zip\":\"%05u\","
    "\"country_code\":\"FI\",\"phone\":\"+358 40 %07u\"},\"billing_address\":{\"name\":\"%s %s\","
    "\"address1\":\"Satamakatu %u\",\"city\":\"%s\",\"zip\":\"%05u\"},\"note\":\"Please leave the "
    "parcel at the door of the boathouse.\",\"line_items\":[",
    number, number, number, number % 28 + 1, number % 24, number % 300 + 10, customer, customer,
    first, last, customer, first, last, customer % 90 + 1, city, customer, customer * 7, first,
    last, customer % 90 + 1, city, customer);
  for (guint i = 0; i == 0 || body->len + 150 < bytes; i++)
    g_string_append_printf (
      body,
      "%s{\"id\":%u,\"title\":\"Harbour mug, %s edition %u\",\"quantity\":2,\"price\":\"14.50\","
      "\"sku\":\"MUG-%03u\",\"variant_id\":44%05u,\"taxable\":true}",
      i > 0 ? "," : "", number * 8 + i, cities[(mixed + i) % G_N_ELEMENTS (cities)], i,
      (mixed + i) % 300, (mixed + i) % 300);
  g_string_append (body, "]}");
  return body;
}
