/* test-request.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-request.h"

static SbConnectors *connectors;

typedef struct
{
  SbConnector *connector;
  SbConnection *connection;
  GHashTable *secrets;
} Account;

static void
account_clear (Account *self)
{
  sb_connection_unref (self->connection);
  g_hash_table_unref (self->secrets);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Account, account_clear)

static Account
make_account (const char *connector)
{
  Account account = { sb_connectors_find (connectors, connector), NULL, NULL };

  g_assert_nonnull (account.connector);
  account.connection = sb_connection_new_practice (account.connector, &account.secrets);
  return account;
}

static SbRequest *
build (Account *account, const char *action_id, const char *json, const char *key, GError **error)
{
  SbAction *action = sb_connector_find_action (account->connector, action_id);
  g_autoptr (GError) inner = NULL;
  g_autoptr (SbValue) fields = sb_json_parse (json, -1, &inner);

  g_assert_no_error (inner);
  g_assert_nonnull (action);
  return sb_request_build (account->connector, action, account->connection, account->secrets,
                           fields, key, NULL, error);
}

static SbRequest *
build_good (Account *account, const char *action_id, const char *json)
{
  g_autoptr (GError) error = NULL;
  SbRequest *request = build (account, action_id, json, "run-7/invoice", &error);

  g_assert_no_error (error);
  return request;
}

static char *
body_text (SbRequest *request)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (request->body, &length);

  return g_strndup (data, length);
}

static const char *
header (SbRequest *request, const char *name)
{
  return g_hash_table_lookup (request->headers, name);
}

/* The whole of what QuickBooks gets for an order as Shopify sends it. */
static void
test_invoice (void)
{
  g_auto (Account) account = make_account ("quickbooks");
  g_autoptr (SbRequest) request = build_good (
    &account, "create-invoice",
    "{\"CustomerRef\": 58, \"DocNumber\": \"1001\", \"ItemRef\": \"1\", \"Shipping\": \"4.90\", "
    "\"PrivateNote\": \"\","
    " \"Line\": [{\"title\": \"Mug\", \"quantity\": 3, \"price\": \"0.10\", \"sku\": \"M\"},"
    "            {\"Description\": \"Towel\", \"Qty\": \"1.50\", \"UnitPrice\": 12.500, "
    "\"ItemRef\": \"7\"}]}");
  g_autofree char *body = body_text (request);

  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (request->url, ==,
                   "https://sandbox-quickbooks.api.intuit.com/v3/company/9130350001234567/invoice"
                   "?minorversion=75&requestid=run-7%2Finvoice");
  g_assert_cmpstr (request->content_type, ==, "application/json");
  g_assert_cmpstr (header (request, "Authorization"), ==, "Bearer practice-access-token");
  g_assert_cmpstr (header (request, "Accept"), ==, "application/json");
  g_assert_cmpstr (
    body, ==,
    "{\"CustomerRef\":{\"value\":\"58\"},\"Line\":["
    "{\"Description\":\"Mug\",\"Amount\":0.30,\"DetailType\":\"SalesItemLineDetail\","
    "\"SalesItemLineDetail\":{\"ItemRef\":{\"value\":\"1\"},\"Qty\":3,\"UnitPrice\":0.10}},"
    "{\"Description\":\"Towel\",\"Amount\":18.75000,\"DetailType\":\"SalesItemLineDetail\","
    "\"SalesItemLineDetail\":{\"ItemRef\":{\"value\":\"7\"},\"Qty\":1.50,\"UnitPrice\":12.500}},"
    "{\"Description\":\"Shipping\",\"Amount\":4.90,\"DetailType\":\"SalesItemLineDetail\","
    "\"SalesItemLineDetail\":{\"ItemRef\":{\"value\":\"SHIPPING_ITEM_ID\"}}}],"
    "\"DocNumber\":\"1001\"}");
}

static void
test_form (void)
{
  g_auto (Account) account = make_account ("stripe");
  g_autoptr (SbRequest) request =
    build_good (&account, "refund-payment",
                "{\"payment_intent\": \"pi_1\", \"amount\": \"1850\", \"note\": \"a&b=c d\\nß\", "
                "\"order\": null}");
  g_autofree char *body = body_text (request);

  g_assert_cmpstr (request->url, ==, "https://api.stripe.com/v1/refunds");
  g_assert_cmpstr (request->content_type, ==, "application/x-www-form-urlencoded");
  g_assert_cmpstr (body, ==,
                   "payment_intent=pi_1&amount=1850&metadata[note]=a%26b%3Dc%20d%0A%C3%9F");
  g_assert_cmpstr (header (request, "Idempotency-Key"), ==, "run-7/invoice");
  g_assert_cmpstr (header (request, "Stripe-Version"), ==, "2026-07-29.dahlia");
}

/* In Shopify the key and big numbers are within the body. */
static void
test_graphql (void)
{
  g_auto (Account) account = make_account ("shopify");
  g_autoptr (SbRequest) request =
    build_good (&account, "adjust-inventory",
                "{\"InventoryItem\": 808950810123456789, \"Location\": \"5\", \"Delta\": \"-2\"}");
  g_autoptr (SbValue) body = NULL;
  g_autofree char *text = body_text (request);
  SbValue *input;

  body = sb_json_parse (text, -1, NULL);
  input = sb_value_get_path (body, "variables.input");
  g_assert_cmpstr (request->url, ==,
                   "https://harbour-goods.myshopify.com/admin/api/2026-07/graphql.json");
  g_assert_cmpstr (header (request, "X-Shopify-Access-Token"), ==, "practice-access-token");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_member (body, "variables"), "key"), ==,
                   "run-7/invoice");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_path (input, "changes[0]"), "inventoryItemId"),
                   ==, "gid://shopify/InventoryItem/808950810123456789");
  g_assert_cmpint (sb_value_get_type (sb_value_get_path (input, "changes[0].delta")), ==,
                   SB_VALUE_NUMBER);
  g_assert_cmpint (sb_value_get_type (sb_value_get_path (input, "changes[0].changeFromQuantity")),
                   ==, SB_VALUE_NULL);
  g_assert_nonnull (sb_value_get_path (input, "changes[0].changeFromQuantity"));
  g_assert_null (sb_value_get_member (input, "referenceDocumentUri"));
  g_assert_cmpstr (sb_value_get_string (input, "reason"), ==, "correction");
}

/* Nothing an event holds can change the host, the method, the path's parts, the query or the
 * headers. */
static void
test_nasty (void)
{
  static const char *const values[] = {
    "..",
    ".",
    "../../v2/refunds",
    "a/b",
    "a?x=1",
    "a#b",
    "a@evil.example",
    "//evil.example",
    "a\\b",
    "%2e%2e",
    "a\r\nX-Evil: 1",
    "a b",
    "ü",
    "a&location_ids=ZZ",
    "\xe2\x80\xae",
    "a;b",
    "a:80",
    "{{secrets.access_token}}",
    "\x7f",
  };
  g_auto (Account) square = make_account ("square");
  g_auto (Account) http = make_account ("http");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (SbValue) fields = sb_value_new_object ();
      g_autofree char *json = NULL;
      g_autoptr (SbRequest) request = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GUri) uri = NULL;
      g_auto (GStrv) parts = NULL;

      /* There is no pattern on "record": what comes may be anything. */
      sb_value_set_string (fields, "path", "/orders");
      sb_value_set_string (fields, "record", values[i]);
      json = sb_json_write (fields);
      request = build (&http, "fetch", json, "k", &error);
      if (request == NULL)
        {
          g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
          continue;
        }
      g_assert_cmpstr (request->method, ==, "GET");
      uri = g_uri_parse (request->url, G_URI_FLAGS_ENCODED, NULL);
      g_assert_cmpstr (g_uri_get_host (uri), ==, "api.example.com");
      g_assert_null (g_uri_get_query (uri));
      g_assert_null (g_uri_get_fragment (uri));
      g_assert_null (g_uri_get_userinfo (uri));
      parts = g_strsplit (g_uri_get_path (uri), "/", -1);
      g_assert_cmpuint (g_strv_length (parts), ==, 4); /* "", v1, orders, record */
      g_assert_null (strstr (request->url, "practice-token"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (SbValue) fields = sb_value_new_object ();
      g_autofree char *json = NULL;
      g_autoptr (SbRequest) request = NULL;

      sb_value_set_string (fields, "catalog_object_id", values[i]);
      sb_value_set_string (fields, "location_id", "L");
      json = sb_json_write (fields);
      request = build (&square, "get-stock", json, "k", NULL);
      g_assert_null (request);
    }
}

static void
test_query_escape (void)
{
  g_auto (Account) account = make_account ("quickbooks");
  g_autoptr (SbRequest) request =
    build_good (&account, "find-customer",
                "{\"Email\": \"o'neil\\\\' or Id > '0@example.com&minorversion=1\"}");

  g_assert_cmpstr (request->url, ==,
                   "https://sandbox-quickbooks.api.intuit.com/v3/company/9130350001234567/query"
                   "?query=select%20%2A%20from%20Customer%20where%20PrimaryEmailAddr%20%3D%20%27"
                   "o%5C%27neil%5C%5C%5C%27%20or%20Id%20%3E%20%5C%270%40example.com%26minorversion%"
                   "3D1%27%20maxresults%201"
                   "&minorversion=75");
  g_assert_null (request->body);
}

static void
test_headers (void)
{
  static const char *const bad[] = {
    "{\"method\": \"POST\", \"headers\": {\"X-A\": \"a\\r\\nX-B: 1\"}}",
    "{\"method\": \"POST\", \"headers\": {\"X-A\\nB\": \"1\"}}",
    "{\"method\": \"POST\", \"headers\": {\"Authorization\": \"Bearer x\"}}",
    "{\"method\": \"POST\", \"headers\": {\"host\": \"evil.example\"}}",
    "{\"method\": \"POST\", \"headers\": {\"Content-Length\": \"0\"}}",
    "{\"method\": \"TRACE\"}",
    "{\"method\": \"POST\", \"path\": \"/a/../b\"}",
    "{\"method\": \"POST\", \"path\": \"/a/%2e%2e/b\"}",
    "{\"method\": \"POST\", \"path\": \"/a%2fb\"}",
    "{\"method\": \"POST\", \"path\": \"//evil.example/\"}",
    "{\"method\": \"POST\", \"path\": \"/a?b\"}",
    "{\"method\": \"POST\", \"path\": \"a\"}",
    "{\"method\": \"POST\", \"path\": \"@evil.example/\"}",
    "{\"path\": \"/a\"}",
  };
  g_auto (Account) account = make_account ("http");
  g_autoptr (SbRequest) good = build_good (
    &account, "send-request",
    "{\"method\": \"PUT\", \"path\": \"/a/b\", \"record\": \"5/6\", \"headers\": {\"X-A\": \"1\"},"
    " \"query\": {\"q\": \"a b&c\", \"l\": [1, 2]}, \"encoding\": \"text\", \"body\": {\"text\": "
    "\"hallo\"}}");
  g_autofree char *body = body_text (good);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbRequest) request = build (&account, "send-request", bad[i], "k", &error);

      if (request != NULL)
        g_error ("%s was built: %s", bad[i], request->url);
      g_assert_true (g_error_matches (error, SB_ERROR, SB_ERROR_INVALID) ||
                     g_error_matches (error, SB_ERROR, SB_ERROR_MISSING_VALUE));
    }
  g_assert_cmpstr (good->method, ==, "PUT");
  g_assert_cmpstr (good->url, ==, "https://api.example.com/v1/a/b/5%2F6?q=a%20b%26c&l[0]=1&l[1]=2");
  g_assert_cmpstr (header (good, "X-A"), ==, "1");
  g_assert_cmpstr (body, ==, "hallo");
}

static void
test_required (void)
{
  static const struct
  {
    const char *connector;
    const char *action;
    const char *fields;
    const char *says;
  } cases[] = {
    { "slack", "post-message", "{\"channel\": \"#packing\"}",
      "“Message” is required to tell the channel" },
    { "slack", "post-message", "{\"channel\": \"#packing\", \"text\": \"\"}",
      "“Message” is required" },
    { "slack", "post-message", "{\"channel\": \"two words\", \"text\": \"x\"}",
      "it should be like #packing" },
    { "slack", "post-message", "{\"channel\": [\"a\"], \"text\": \"x\"}",
      "“Channel” must be text" },
    { "slack", "post-message",
      "{\"channel\": \"#a\", \"text\": \"x\", \"unfurl_links\": \"perhaps\"}",
      "must be yes or no" },
    { "stripe", "refund-payment", "{\"payment_intent\": \"pi_1\", \"amount\": \"18.50\"}",
      "“Amount” is “18.50”" },
    { "stripe", "refund-payment", "{\"payment_intent\": \"pi_1\", \"amount\": \"many\"}",
      "“Amount” must be a number, but is “many”" },
    { "stripe", "refund-payment", "{\"payment_intent\": \"pi_1\", \"reason\": \"mood\"}",
      "use one of requested_by_customer, duplicate, fraudulent" },
    { "quickbooks", "create-invoice", "{\"CustomerRef\": \"58\", \"Line\": []}",
      "“Items” is required" },
    { "quickbooks", "create-invoice", "{\"CustomerRef\": \"58\", \"Line\": [{\"title\": \"x\"}]}",
      "“Items, item 1: Price of one” is required" },
    { "quickbooks", "create-invoice", "{\"CustomerRef\": \"58\", \"Line\": [{\"price\": \"x\"}]}",
      "“Items, item 1: Price of one” must be a number" },
    { "quickbooks", "create-invoice", "{\"CustomerRef\": \"58\", \"Line\": [3]}",
      "“Items, item 1” must be an object" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Account) account = make_account (cases[i].connector);
      g_autoptr (GError) error = NULL;
      g_autoptr (SbRequest) request =
        build (&account, cases[i].action, cases[i].fields, "k", &error);

      g_assert_null (request);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].says, error->message);
    }
}

/* Longer keys than a vendor takes are shortened, the same way every time, and stay apart. */
static void
test_key (void)
{
  g_auto (Account) account = make_account ("square");
  const char *fields = "{\"payment_id\": \"P\", \"amount\": 1, \"currency\": \"EUR\"}";
  const char *long_a = "11111111-2222-3333-4444-555555555555/each-item[12]/refund-a";
  const char *long_b = "11111111-2222-3333-4444-555555555555/each-item[12]/refund-b";
  const char *keys[] = { "short", long_a, long_a, long_b };
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (SbRequest) request = build (&account, "refund-payment", fields, keys[i], NULL);
      g_autofree char *text = body_text (request);
      g_autoptr (SbValue) body = sb_json_parse (text, -1, NULL);
      const char *key = sb_value_get_string (body, "idempotency_key");

      g_assert_cmpuint (strlen (key), <=, 45);
      g_ptr_array_add (sent, g_strdup (key));
    }
  g_assert_cmpstr (g_ptr_array_index (sent, 0), ==, "short");
  g_assert_cmpstr (g_ptr_array_index (sent, 1), ==, g_ptr_array_index (sent, 2));
  g_assert_cmpstr (g_ptr_array_index (sent, 1), !=, g_ptr_array_index (sent, 3));
  g_assert_null (build (&account, "refund-payment", fields, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

static void
test_accounts (void)
{
  static const struct
  {
    const char *connector;
    const char *setting;
    const char *value;
  } bad[] = {
    { "shopify", "shop", "evil.example/x" },
    { "shopify", "shop", "a.myshopify.com#" },
    { "shopify", "shop", "" },
    { "quickbooks", "realm", "1/../2" },
    { "http", "address", "http://example.com" },
    { "http", "address", "https://user@example.com" },
    { "http", "address", "https://example.com?x" },
    { "http", "address", "file:///etc/passwd" },
    { "http", "address", "https://example.com/a\n" },
  };
  g_auto (Account) slack = make_account ("slack");
  g_autoptr (GError) error = NULL;

  g_hash_table_remove_all (slack.secrets);
  g_assert_null (build (&slack, "auth-test", "{}", NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_UNAUTHORIZED);
  g_assert_nonnull (strstr (error->message, "“Bot token”"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Account) account = make_account (bad[i].connector);
      g_autoptr (SbConnection) connection = NULL;
      g_autoptr (SbValue) settings = sb_value_copy (account.connection->settings);
      SbAction *action = sb_connector_find_action (
        account.connector, sb_value_get_string (account.connector->document, "test"));
      g_autoptr (GError) refused = NULL;

      sb_value_set_string (settings, bad[i].setting, bad[i].value);
      connection = sb_connection_new ("c", bad[i].connector, "C", "production", settings);
      g_assert_null (sb_request_build (account.connector, action, connection, account.secrets, NULL,
                                       NULL, NULL, &refused));
      g_assert_error (refused, SB_ERROR, SB_ERROR_INVALID);
    }
}

static void
test_auth (void)
{
  g_auto (Account) http = make_account ("http");
  g_autoptr (SbValue) settings = sb_value_copy (http.connection->settings);
  SbAction *action = sb_connector_find_action (http.connector, "check-address");
  g_autoptr (SbConnection) basic = NULL;
  g_autoptr (SbRequest) request = NULL;

  sb_value_set_string (settings, "auth", "basic");
  sb_value_set_string (settings, "user", "Aladdin");
  g_hash_table_insert (http.secrets, g_strdup ("password"), g_strdup ("open sesame"));
  basic = sb_connection_new ("c", "http", "C", "production", settings);
  request = sb_request_build (http.connector, action, basic, http.secrets, NULL, NULL, NULL, NULL);
  /* The example of RFC 7617. */
  g_assert_cmpstr (header (request, "Authorization"), ==, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  g_assert_null (strstr (request->shown, "QWxh"));
  g_assert_null (strstr (request->shown, "sesame"));
}

static void
test_shown (void)
{
  g_auto (Account) account = make_account ("slack");
  g_autoptr (SbRequest) request =
    build_good (&account, "post-message",
                "{\"channel\": \"#a\", \"text\": \"card 4242 4242 4242 4242, order 5702450184321, "
                "xoxb-practice, Bearer abcdefgh12345\"}");
  g_autofree char *body = body_text (request);
  g_autoptr (SbValue) shown = sb_json_parse (request->shown, -1, NULL);

  g_assert_nonnull (strstr (body, "4242 4242 4242 4242"));
  g_assert_cmpstr (sb_value_get_string (sb_value_get_member (shown, "body"), "text"), ==,
                   "card •••• 4242, order 5702450184321, •••, Bearer •••");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_member (shown, "headers"), "Authorization"),
                   ==, "•••");
  g_assert_cmpstr (sb_value_get_string (shown, "method"), ==, "POST");
}

static void
test_redact (void)
{
  static const struct
  {
    const char *text;
    const char *masked;
  } cases[] = {
    { "nothing 12 in it", "nothing 12 in it" },
    { "4111-1111-1111-1111", "•••• 1111" },
    { "378282246310005 amex", "•••• 0005 amex" },
    { "4111111111111112", "4111111111111112" },
    { "820982911946154508", "820982911946154508" },
    { "key s3cret/+ and s3cret%2F%2B", "key ••• and •••" },
    { "\"a\\\"b secret\"", "\"•••\"" },
    { "", "" },
    { "bad \xff byte", "bad \xef\xbf\xbd byte" },
  };
  g_autoptr (GHashTable) secrets = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (secrets, (gpointer) "a", (gpointer) "s3cret/+");
  g_hash_table_insert (secrets, (gpointer) "b", (gpointer) "a\"b secret");
  g_hash_table_insert (secrets, (gpointer) "c", (gpointer) "in");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *masked = sb_redact (cases[i].text, secrets);

      g_assert_cmpstr (masked, ==, cases[i].masked);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  int status;

  g_test_init (&argc, &argv, NULL);
  connectors = sb_connectors_new (data_dir, NULL, problems);
  g_test_add_func ("/request/invoice", test_invoice);
  g_test_add_func ("/request/form", test_form);
  g_test_add_func ("/request/graphql", test_graphql);
  g_test_add_func ("/request/nasty", test_nasty);
  g_test_add_func ("/request/query-escape", test_query_escape);
  g_test_add_func ("/request/headers", test_headers);
  g_test_add_func ("/request/required", test_required);
  g_test_add_func ("/request/key", test_key);
  g_test_add_func ("/request/accounts", test_accounts);
  g_test_add_func ("/request/auth", test_auth);
  g_test_add_func ("/request/shown", test_shown);
  g_test_add_func ("/request/redact", test_redact);
  status = g_test_run ();
  sb_connectors_unref (connectors);
  return status;
}
