/* test-signature.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The requests in tests/vectors were signed and judged by the vendors' own software.
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "sb-json.h"
#include "sb-paths.h"
#include "sb-signature.h"

/* Vendor of a vector file → connector, the secret's key, and settings as "key=value". */
typedef struct
{
  const char *vendor;
  const char *connector;
  const char *secret;
  const char *settings[5];
  guint least; /* cases that must be there */
} Vendor;

static const Vendor vendors[] = {
  { "shopify", "shopify", "client_secret", { NULL }, 8 },
  { "stripe", "stripe", "signing_secret", { NULL }, 10 },
  { "quickbooks", "quickbooks", "verifier_token", { NULL }, 4 },
  { "square", "square", "signature_key", { NULL }, 7 },
  { "shipstation", "shipstation", NULL, { NULL }, 7 },
  { "slack", "slack", "signing_secret", { NULL }, 9 },
  { "standardwebhooks", "webhook", "signing_secret", { "scheme=standard" }, 9 },
  { "github",
    "webhook",
    "signing_secret",
    { "scheme=hmac", "header=X-Hub-Signature-256", "encoding=hex", "prefix=sha256=" },
    3 },
  /* Not of this version's vendors, but of a scheme that any sender may use. */
  { "woocommerce",
    "webhook",
    "signing_secret",
    { "scheme=hmac", "header=X-WC-Webhook-Signature", "encoding=base64" },
    9 },
  { "xero",
    "webhook",
    "signing_secret",
    { "scheme=hmac", "header=x-xero-signature", "encoding=base64" },
    4 },
  { "asana",
    "webhook",
    "signing_secret",
    { "scheme=hmac", "header=x-hook-signature", "encoding=hex" },
    3 },
};

static SbConnectors *connectors;

static const Vendor *
find_vendor (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (vendors); i++)
    if (g_strcmp0 (vendors[i].vendor, name) == 0)
      return &vendors[i];
  return NULL;
}

static SbConnection *
make_connection (const Vendor *vendor, SbValue *one)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();

  for (guint i = 0; i < G_N_ELEMENTS (vendor->settings) && vendor->settings[i] != NULL; i++)
    {
      const char *equals = strchr (vendor->settings[i], '=');
      g_autofree char *key = g_strndup (vendor->settings[i], equals - vendor->settings[i]);

      sb_value_set_string (settings, key, equals + 1);
    }
  if (sb_value_get_member (one, "jwks") != NULL)
    {
      g_autofree char *jwks = sb_json_write (sb_value_get_member (one, "jwks"));

      sb_value_set_string (settings, "jwks", jwks);
    }
  return sb_connection_new ("c", vendor->connector, "C", "production", settings);
}

static GHashTable *
make_headers (SbValue *one)
{
  SbValue *headers = sb_value_get_member (one, "headers");
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < sb_value_get_length (headers); i++)
    g_hash_table_insert (table, g_ascii_strdown (sb_value_get_member_name (headers, i), -1),
                         sb_value_to_text (sb_value_get_item (headers, i)));
  return table;
}

static SbVerdict *
judge_case (const Vendor *vendor, SbValue *one)
{
  SbConnector *connector = sb_connectors_find (connectors, vendor->connector);
  g_autoptr (SbConnection) connection = make_connection (vendor, one);
  g_autoptr (GHashTable) headers = make_headers (one);
  g_autoptr (GHashTable) secrets = g_hash_table_new (g_str_hash, g_str_equal);
  const char *secret = sb_value_get_string (one, "secret");
  gsize length = 0;
  guint8 *data = g_base64_decode (sb_value_get_string (one, "body_base64"), &length);
  g_autoptr (GBytes) body = g_bytes_new_take (data, length);
  SbIncoming incoming = { sb_value_get_string (one, "method"), "/in/x", headers, body };
  gint64 now = sb_value_get_int_or (one, "now", 1764000000);

  g_assert_nonnull (connector);
  if (secret != NULL && vendor->secret != NULL)
    g_hash_table_insert (secrets, (gpointer)vendor->secret, (gpointer)secret);
  return sb_signature_judge (connector, NULL, connection, secrets, &incoming,
                             sb_value_get_string (one, "url"), now * G_USEC_PER_SEC);
}

static void
check_case (const Vendor *vendor, SbValue *one)
{
  g_autoptr (SbVerdict) verdict = judge_case (vendor, one);
  const char *name = sb_value_get_string (one, "name");
  gboolean valid = g_strcmp0 (sb_value_get_string (one, "expected"), "valid") == 0;

  if (valid && verdict->kind != SB_VERDICT_ACCEPTED)
    g_error ("%s: %s was refused: %s", vendor->vendor, name, verdict->reason);
  if (!valid && verdict->kind != SB_VERDICT_REFUSED)
    g_error ("%s: %s was let in", vendor->vendor, name);
  if (valid)
    {
      g_assert_nonnull (verdict->body);
      g_assert_nonnull (verdict->event_id);
      g_assert_cmpstr (verdict->event_id, !=, "");
    }
  else
    {
      g_assert_cmpuint (verdict->status, ==, 401);
      g_assert_nonnull (verdict->reason);
      g_assert_null (verdict->body);
    }
}

/* Handshakes of vendors that get a connector of their own later are left to that. */
static gboolean
is_plain (SbValue *one)
{
  return g_strcmp0 (sb_value_get_string (one, "name"), "handshake") != 0 &&
         g_strcmp0 (sb_value_get_string (one, "expected"), "unsigned_ping") != 0;
}

static SbValue *
load_cases (const char *vendor)
{
  g_autofree char *file = g_strdup_printf ("%s.json", vendor);
  g_autofree char *path = g_build_filename (g_getenv ("SIGNALBOX_TEST_VECTORS"), file, NULL);
  g_autoptr (GError) error = NULL;
  SbValue *document = sb_json_load_file (path, &error);

  g_assert_no_error (error);
  return document;
}

static void
test_vectors (gconstpointer data)
{
  const Vendor *vendor = data;
  g_autoptr (SbValue) document = load_cases (vendor->vendor);
  SbValue *cases = sb_value_get_member (document, "cases");
  guint n = 0;

  for (guint i = 0; i < sb_value_get_length (cases); i++)
    if (is_plain (sb_value_get_item (cases, i)))
      {
        check_case (vendor, sb_value_get_item (cases, i));
        n++;
      }
  g_assert_cmpuint (n, >=, vendor->least);
}

static void
test_published (void)
{
  g_autoptr (SbValue) document = load_cases ("_vendor_published");
  SbValue *cases = sb_value_get_member (document, "cases");
  guint n = 0;

  for (guint i = 0; i < sb_value_get_length (cases); i++)
    {
      SbValue *one = sb_value_get_item (cases, i);
      const Vendor *vendor = find_vendor (sb_value_get_string (one, "vendor"));

      if (vendor == NULL)
        continue;
      check_case (vendor, one);
      n++;
    }
  g_assert_cmpuint (n, >=, 4);
}

static SbVerdict *
judge_named (const char *vendor_name, const char *case_name)
{
  const Vendor *vendor = find_vendor (vendor_name);
  g_autoptr (SbValue) document = load_cases (vendor_name);
  SbValue *cases = sb_value_get_member (document, "cases");

  for (guint i = 0; i < sb_value_get_length (cases); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (cases, i), "name"), case_name) == 0)
      return judge_case (vendor, sb_value_get_item (cases, i));
  g_assert_not_reached ();
}

static void
test_ids (void)
{
  static const struct
  {
    const char *vendor;
    const char *name;
    const char *id;
    const char *topic;
  } expected[] = {
    { "shopify", "good_events_header_family", "98880550-7158-44d4-b7cd-2c97c8a091b5",
      "orders/paid" },
    { "shopify", "header_names_upper_case", "98880550-7158-44d4-b7cd-2c97c8a091b5", "orders/paid" },
    { "stripe", "good", "evt_1Pvector00000001", "charge.refunded" },
    { "square", "good", "df5f3813-a913-45a1-94e9-fdc3f7d5e3b6", "inventory.count.updated" },
    { "slack", "good_json", "Ev123ABC456", "message" },
    { "slack", "good_form_command", NULL, "/pack" },
    { "standardwebhooks", "edge_age_300", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", "contract.signed" },
    { "shipstation", "edge_300s_old", NULL, "API_TRACK" },
    { "quickbooks", "good_legacy_eventNotifications", NULL, "Customer.Create,Vendor.Create" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (SbVerdict) verdict = judge_named (expected[i].vendor, expected[i].name);

      if (expected[i].id != NULL)
        g_assert_cmpstr (verdict->event_id, ==, expected[i].id);
      else
        g_assert_cmpuint (strlen (verdict->event_id), ==, 64);
      g_assert_cmpstr (verdict->topic, ==, expected[i].topic);
    }
}

/* Numbers and letters come through as they were sent. */
static void
test_body (void)
{
  g_autoptr (SbVerdict) order = judge_named ("shopify", "good_events_header_family");
  g_autoptr (SbVerdict) command = judge_named ("slack", "good_form_command");
  g_autoptr (SbVerdict) text = judge_named ("github", "github_documented_example");

  g_assert_cmpstr (sb_value_get_text (sb_value_get_member (order->body, "id")), ==,
                   "820982911946154500");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_path (order->body, "line_items[0]"), "sku"),
                   ==, "TEE-Ø-L");
  g_assert_cmpstr (sb_value_get_string (command->body, "text"), ==, "order 1001 ✓");
  g_assert_cmpstr (sb_value_get_string (text->body, "text"), ==, "Hello, World!");
}

/* One request to @connector, signed as the vendor would unless @headers say otherwise. */
static SbVerdict *
judge_signed (const char *connector_id,
              const char *trigger,
              const char *body_text,
              const char *content_type)
{
  SbConnector *connector = sb_connectors_find (connectors, connector_id);
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = sb_connection_new_practice (connector, &secrets);
  g_autoptr (GBytes) body = g_bytes_new (body_text, strlen (body_text));
  g_autoptr (GError) error = NULL;
  gint64 now = G_GINT64_CONSTANT (1795162446123456);
  g_autoptr (GHashTable) headers =
    sb_signature_sign (connector, trigger, connection, secrets, NULL, body, "ev-1", now, &error);
  SbIncoming incoming = { "POST", "/in/x", headers, body };

  g_assert_no_error (error);
  if (content_type != NULL)
    g_hash_table_insert (headers, g_strdup ("content-type"), g_strdup (content_type));
  return sb_signature_judge (connector, trigger, connection, secrets, &incoming, NULL, now);
}

static void
test_handshake (void)
{
  g_autoptr (SbVerdict) verdict = judge_signed (
    "slack", "message-posted",
    "{\"type\":\"url_verification\",\"token\":\"x\",\"challenge\":\"3eZbrw1aB\"}", NULL);
  SbConnector *slack = sb_connectors_find (connectors, "slack");
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = sb_connection_new_practice (slack, &secrets);
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) body =
    g_bytes_new_static ("{\"type\":\"url_verification\",\"challenge\":\"x\"}", 43);
  SbIncoming incoming = { "POST", "/in/x", none, body };
  g_autoptr (SbVerdict) forged =
    sb_signature_judge (slack, "message-posted", connection, secrets, &incoming, NULL, 0);

  g_assert_cmpint (verdict->kind, ==, SB_VERDICT_HANDSHAKE);
  g_assert_cmpuint (verdict->status, ==, 200);
  g_assert_cmpstr (verdict->reply, ==, "3eZbrw1aB");
  g_assert_cmpstr (verdict->content_type, ==, "text/plain");
  g_assert_cmpint (forged->kind, ==, SB_VERDICT_REFUSED);
}

static void
test_other_topic (void)
{
  g_autoptr (SbVerdict) other =
    judge_signed ("stripe", "charge-refunded", "{\"id\":\"evt_1\",\"type\":\"payout.paid\"}", NULL);
  g_autoptr (SbVerdict) many = judge_signed ("quickbooks", "invoice-changed",
                                             "[{\"id\":\"a\",\"type\":\"qbo.customer.created.v1\"},"
                                             "{\"id\":\"b\",\"type\":\"qbo.invoice.updated.v1\"}]",
                                             NULL);

  g_assert_cmpint (other->kind, ==, SB_VERDICT_HANDSHAKE);
  g_assert_cmpuint (other->status, ==, 200);
  g_assert_null (other->body);
  g_assert_cmpint (many->kind, ==, SB_VERDICT_ACCEPTED);
  g_assert_cmpstr (many->event_id, ==, "a,b");
  g_assert_cmpuint (sb_value_get_length (sb_value_get_member (many->body, "events")), ==, 2);
}

/* Rightly signed, but not what can be worked with: 400 with the reason, never a crash. */
static void
test_broken (void)
{
  static const char *const bodies[] = {
    "",
    "{",
    "nonsense",
    "3",
    "\"text\"",
    "{\"id\": 1, \"id\": 2}",
    "{\"id\": \"\\ud800\"}",
    "{\"a\": 01}",
    "\xff\xfe",
  };
  g_autoptr (GString) deep = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i <= G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (SbVerdict) verdict = judge_signed (
        "shopify", "order-paid", i < G_N_ELEMENTS (bodies) ? bodies[i] : deep->str, NULL);

      g_assert_cmpint (verdict->kind, ==, SB_VERDICT_BROKEN);
      g_assert_cmpuint (verdict->status, ==, 400);
      g_assert_nonnull (verdict->reason);
    }
}

static void
test_forms (void)
{
  const char *type = "application/x-www-form-urlencoded";
  g_autoptr (SbVerdict) twice =
    judge_signed ("webhook", "event-received", "a=1&a=2&b=%C3%9F+x&c", type);
  g_autoptr (SbVerdict) nul = judge_signed ("webhook", "event-received", "a=1%00b", type);
  g_autoptr (SbVerdict) latin = judge_signed ("webhook", "event-received", "a=%DF", type);
  g_autoptr (SbVerdict) good =
    judge_signed ("webhook", "event-received", "a=1&a=2&b=%C3%9F+x", type);

  g_assert_cmpint (twice->kind, ==, SB_VERDICT_BROKEN);
  g_assert_cmpint (nul->kind, ==, SB_VERDICT_BROKEN);
  g_assert_cmpint (latin->kind, ==, SB_VERDICT_BROKEN);
  g_assert_cmpint (good->kind, ==, SB_VERDICT_ACCEPTED);
  g_assert_cmpstr (sb_value_get_text (sb_value_get_path (good->body, "a[1]")), ==, "2");
  g_assert_cmpstr (sb_value_get_string (good->body, "b"), ==, "ß x");
}

/* What is stored is read again later: the same value must come of the same bytes. */
static void
test_read_again (void)
{
  SbConnector *connector = sb_connectors_find (connectors, "quickbooks");
  const char *text = "[{\"id\":\"a\",\"type\":\"qbo.invoice.updated.v1\"}]";
  g_autoptr (SbVerdict) verdict = judge_signed ("quickbooks", "invoice-changed", text, NULL);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) again = sb_signature_read_body (connector, NULL, NULL, body, &error);

  g_assert_no_error (error);
  g_assert_true (sb_value_equal (again, verdict->body));
}

/* An unsigned event that only says where to fetch from may name the vendor's hosts alone. */
static void
test_hosts (void)
{
  static const struct
  {
    const char *url;
    SbVerdictKind kind;
  } cases[] = {
    { "https://ssapi6.shipstation.com/shipments?batchId=1", SB_VERDICT_ACCEPTED },
    { "https://SSAPI.shipstation.com/orders", SB_VERDICT_ACCEPTED },
    { "http://ssapi.shipstation.com/orders", SB_VERDICT_BROKEN },
    { "https://ssapi.shipstation.com.evil.example/orders", SB_VERDICT_BROKEN },
    { "https://ssapi.shipstation.com@evil.example/orders", SB_VERDICT_BROKEN },
    { "https://evil.example/?ssapi.shipstation.com", SB_VERDICT_BROKEN },
    { "file:///etc/passwd", SB_VERDICT_BROKEN },
    { "", SB_VERDICT_BROKEN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf (
        "{\"resource_url\":\"%s\",\"resource_type\":\"SHIP_NOTIFY\"}", cases[i].url);
      g_autoptr (SbVerdict) verdict = judge_signed ("shipstation-v1", "order-shipped", body, NULL);

      g_assert_cmpint (verdict->kind, ==, cases[i].kind);
    }
}

static void
test_version (void)
{
  g_autoptr (SbVerdict) other = judge_signed (
    "stripe", "charge-refunded",
    "{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"api_version\":\"2020-08-27\"}", NULL);

  g_assert_cmpint (other->kind, ==, SB_VERDICT_ACCEPTED);
  g_assert_nonnull (strstr (other->version_note, "2020-08-27"));
}

/* The generic schemes that no shipped vendor uses yet, from a file as an owner would write it. */
static void
test_own_schemes (void)
{
  static const char text[] =
    "{\"format\": 1, \"id\": \"own\", \"name\": \"Own\", \"kind\": \"web\", \"about\": \"Own\","
    " \"settings\": [{\"key\": \"scheme\", \"label\": \"S\", \"type\": \"choice\", \"allowed\": "
    "[{\"value\": \"ms\", \"label\": \"M\"}, {\"value\": \"basic\", \"label\": \"B\"}, {\"value\": "
    "\"hook\", \"label\": \"H\"}]},"
    "  {\"key\": \"user\", \"label\": \"U\"}, {\"key\": \"password\", \"label\": \"P\", "
    "\"secret\": true}],"
    " \"webhook\": {\"by\": \"scheme\", \"schemes\": {"
    "  \"ms\": {\"scheme\": \"hmac\", \"headers\": [\"x-hubspot-signature-v3\"], \"algorithm\": "
    "\"sha256\", \"encoding\": \"base64\", \"secret\": \"password\","
    "   \"timestamp\": {\"headers\": [\"x-hubspot-request-timestamp\"], \"unit\": \"ms\", "
    "\"tolerance_s\": 300}, \"signed\": [\"method\", \"url\", \"body\", \"timestamp\"]},"
    "  \"basic\": {\"scheme\": \"basic\", \"user\": \"user\", \"password\": \"password\"},"
    "  \"hook\": {\"scheme\": \"hmac\", \"headers\": [\"x-sig\"], \"algorithm\": \"sha1\", "
    "\"encoding\": \"hex\", \"secret\": \"password\", \"signed\": [\"body\"], \"bodies\": "
    "[\"json\", \"form\"],"
    "   \"handshakes\": [{\"when\": {\"header\": \"x-hook-secret\"}, \"signed\": false, \"reply\": "
    "{\"status\": 200, \"echo\": \"x-hook-secret\"}},"
    "    {\"when\": {\"only_member\": \"webhook_id\"}, \"signed\": false, \"reply\": {\"status\": "
    "200}}, {\"when\": {\"method\": \"HEAD\"}, \"signed\": false, \"reply\": {\"status\": 200}},"
    "    {\"when\": {\"path\": \"events\", \"is\": []}, \"signed\": true, \"reply\": {\"status\": "
    "200}}]}}},"
    " \"event\": {\"id\": [{\"path\": \"[].eventId\"}, {\"path\": \"items[].eventId\"}]},"
    " \"triggers\": [{\"id\": \"any\", \"label\": \"anything\", \"record\": \"R\", \"samples\": "
    "[{}]}]}";
  g_autofree char *folder = g_dir_make_tmp ("sb-signature-XXXXXX", NULL);
  g_autofree char *parent = g_build_filename (folder, "connectors", NULL);
  g_autofree char *path = g_build_filename (parent, "own.json", NULL);
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnectors) own = NULL;
  g_autoptr (SbConnectors) saved = g_steal_pointer (&connectors);
  g_autofree char *found = NULL;
  Vendor hubspot = { "hubspot", "own", "password", { "scheme=ms" }, 7 };
  Vendor basic = { "basic", "own", "password", { "scheme=basic", "user=u" }, 0 };
  Vendor hook = { "hook", "own", "password", { "scheme=hook" }, 0 };
  static const struct
  {
    const char *headers;
    const char *body;
    const char *method;
    SbVerdictKind kind;
    gboolean basic;
  } cases[] = {
    { "{\"Authorization\": \"Basic dTpz\"}", "{}", "POST", SB_VERDICT_ACCEPTED, TRUE },
    { "{\"Authorization\": \"basic dTpz\"}", "{}", "POST", SB_VERDICT_ACCEPTED, TRUE },
    { "{\"Authorization\": \"Basic dTpT\"}", "{}", "POST", SB_VERDICT_REFUSED, TRUE },
    { "{\"Authorization\": \"Bearer dTpz\"}", "{}", "POST", SB_VERDICT_REFUSED, TRUE },
    { "{}", "{}", "POST", SB_VERDICT_REFUSED, TRUE },
    { "{\"X-Hook-Secret\": \"abc\"}", "{}", "POST", SB_VERDICT_HANDSHAKE, FALSE },
    { "{\"Content-Type\": \"application/x-www-form-urlencoded\"}", "webhook_id=5", "POST",
      SB_VERDICT_HANDSHAKE, FALSE },
    { "{\"Content-Type\": \"application/x-www-form-urlencoded\"}", "webhook_id=5&x=1", "POST",
      SB_VERDICT_REFUSED, FALSE },
    { "{}", "", "HEAD", SB_VERDICT_HANDSHAKE, FALSE },
    { "{}", "{\"events\":[]}", "POST", SB_VERDICT_REFUSED, FALSE },
    /* HMAC-SHA1 of the body with the key "s" */
    { "{\"x-sig\": \"SIGNED\"}", "{\"events\":[]}", "POST", SB_VERDICT_HANDSHAKE, FALSE },
  };

  g_mkdir_with_parents (parent, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  own = sb_connectors_new (data_dir, folder, problems);
  found = sb_problems_to_text (problems);
  g_assert_cmpstr (found, ==, "");
  connectors = own;
  test_vectors (&hubspot);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *hmac =
        g_compute_hmac_for_string (G_CHECKSUM_SHA1, (const guchar *)"s", 1, cases[i].body, -1);
      g_autoptr (GString) headers = g_string_new (cases[i].headers);
      g_autoptr (SbValue) one = sb_value_new_object ();
      g_autofree char *body =
        g_base64_encode ((const guchar *)cases[i].body, strlen (cases[i].body));
      g_autoptr (SbVerdict) verdict = NULL;

      g_string_replace (headers, "SIGNED", hmac, 0);
      sb_value_set (one, "headers", sb_json_parse (headers->str, -1, NULL));
      sb_value_set_string (one, "body_base64", body);
      sb_value_set_string (one, "method", cases[i].method);
      sb_value_set_string (one, "secret", "s");
      verdict = judge_case (cases[i].basic ? &basic : &hook, one);
      g_assert_cmpint (verdict->kind, ==, cases[i].kind);
      if (i == 5)
        g_assert_cmpstr (verdict->echo_value, ==, "abc");
    }
  connectors = g_steal_pointer (&saved);
  g_remove (path);
  g_rmdir (parent);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  int status;

  g_test_init (&argc, &argv, NULL);
  connectors = sb_connectors_new (data_dir, NULL, problems);
  for (guint i = 0; i < G_N_ELEMENTS (vendors); i++)
    {
      g_autofree char *name = g_strdup_printf ("/signature/vectors/%s", vendors[i].vendor);

      g_test_add_data_func (name, &vendors[i], test_vectors);
    }
  g_test_add_func ("/signature/published", test_published);
  g_test_add_func ("/signature/ids", test_ids);
  g_test_add_func ("/signature/body", test_body);
  g_test_add_func ("/signature/handshake", test_handshake);
  g_test_add_func ("/signature/other-topic", test_other_topic);
  g_test_add_func ("/signature/broken", test_broken);
  g_test_add_func ("/signature/forms", test_forms);
  g_test_add_func ("/signature/read-again", test_read_again);
  g_test_add_func ("/signature/hosts", test_hosts);
  g_test_add_func ("/signature/version", test_version);
  g_test_add_func ("/signature/own-schemes", test_own_schemes);
  status = g_test_run ();
  sb_connectors_unref (connectors);
  return status;
}
