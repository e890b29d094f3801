/* test-answer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-paths.h"
#include "sb-request.h"

/* 2026-11-20 08:14:06 UTC */
#define NOW    (G_GINT64_CONSTANT (1795162446) * G_USEC_PER_SEC)
#define SECOND ((gint64)G_USEC_PER_SEC)

static SbConnectors *connectors;

static SbOutcome *
judge (const char *connector_id,
       const char *action_id,
       guint status,
       const char *headers,
       const char *body,
       const char *fields)
{
  SbConnector *connector = sb_connectors_find (connectors, connector_id);
  SbAction *action = sb_connector_find_action (connector, action_id);
  g_autoptr (SbValue) parsed = headers != NULL ? sb_json_parse (headers, -1, NULL) : NULL;
  SbAnswer answer = { .status = status, .sent = TRUE };
  SbOutcome *outcome;

  g_assert_nonnull (action);
  answer.headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < sb_value_get_length (parsed); i++)
    g_hash_table_insert (answer.headers, g_strdup (sb_value_get_member_name (parsed, i)),
                         sb_value_to_text (sb_value_get_item (parsed, i)));
  answer.body = g_bytes_new (body, strlen (body));
  answer.fields = fields != NULL ? sb_json_parse (fields, -1, NULL) : NULL;
  outcome = sb_answer_judge (connector, action, &answer, NOW);
  sb_answer_clear (&answer);
  return outcome;
}

typedef struct
{
  const char *connector;
  const char *action;
  guint status;
  const char *body;
  SbOutcomeKind kind;
  const char *says; /* (nullable) */
} Case;

static void
check_cases (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbOutcome) outcome =
        judge (cases[i].connector, cases[i].action, cases[i].status, NULL, cases[i].body, NULL);

      if (outcome->kind != cases[i].kind)
        g_error ("%s: %s: %u %s: %d: %s", cases[i].connector, cases[i].action, cases[i].status,
                 cases[i].body, outcome->kind, outcome->message);
      if (cases[i].says != NULL && strstr (outcome->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].says, outcome->message);
      g_assert_true (outcome->kind == SB_OUTCOME_DONE || outcome->message != NULL);
      g_assert_true ((outcome->kind == SB_OUTCOME_DONE) == (outcome->output != NULL));
    }
}

/* What may be sent again by itself depends on whether doing it twice is doing it once:
 * "post-message" is not so, the others are. */
static void
test_status (void)
{
  static const Case cases[] = {
    { "slack", "post-message", 200, "{\"ok\":true}", SB_OUTCOME_DONE, NULL },
    { "slack", "post-message", 400, "{}", SB_OUTCOME_FAILED, "Slack refused it (400)" },
    { "slack", "post-message", 404, "x", SB_OUTCOME_FAILED, NULL },
    { "slack", "post-message", 301, "", SB_OUTCOME_FAILED, NULL },
    { "slack", "post-message", 401, "", SB_OUTCOME_TROUBLE, "does not accept the sign-in" },
    { "slack", "post-message", 403, "", SB_OUTCOME_TROUBLE,
      "does not allow this connection to tell the channel" },
    { "slack", "post-message", 408, "", SB_OUTCOME_RETRY, NULL },
    { "slack", "post-message", 429, "", SB_OUTCOME_RETRY, "go slower" },
    { "slack", "post-message", 503, "", SB_OUTCOME_RETRY, NULL },
    { "slack", "post-message", 500, "", SB_OUTCOME_UNKNOWN,
      "it may have been done all the same: look into Slack" },
    { "slack", "post-message", 502, "", SB_OUTCOME_UNKNOWN, NULL },
    { "slack", "post-message", 504, "<html>", SB_OUTCOME_UNKNOWN, NULL },
    { "slack", "post-message", 524, "", SB_OUTCOME_UNKNOWN, NULL },
    { "slack", "post-message", 501, "", SB_OUTCOME_FAILED, NULL },
    { "slack", "post-message", 200, "<html>OK</html>", SB_OUTCOME_UNKNOWN, "cannot be read" },
    { "slack", "post-message", 200, "", SB_OUTCOME_UNKNOWN, "cannot be read" },
    { "shipstation-v1", "create-label", 500, "", SB_OUTCOME_UNKNOWN, NULL },
    { "shipstation", "create-label", 504, "", SB_OUTCOME_UNKNOWN, NULL },
    { "square", "adjust-stock", 500, "", SB_OUTCOME_RETRY, NULL },
    { "square", "adjust-stock", 502, "", SB_OUTCOME_RETRY, NULL },
    { "square", "adjust-stock", 200, "nonsense", SB_OUTCOME_RETRY, "cannot be read" },
    { "shipstation-v1", "create-order", 504, "", SB_OUTCOME_RETRY, NULL },
    { "shipstation-v1", "find-order", 500, "", SB_OUTCOME_RETRY, NULL },
    { "http", "send-request", 201, "created", SB_OUTCOME_DONE, NULL },
    { "http", "send-request", 204, "", SB_OUTCOME_DONE, NULL },
    { "http", "send-request", 500, "", SB_OUTCOME_UNKNOWN, NULL },
    { "http", "send-request-with-key", 500, "", SB_OUTCOME_RETRY, NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* Errors within an answer that says 200, and codes that decide. */
static void
test_codes (void)
{
  static const Case cases[] = {
    { "slack", "post-message", 200, "{\"ok\":false,\"error\":\"is_archived\"}", SB_OUTCOME_FAILED,
      "is archived" },
    { "slack", "post-message", 200, "{\"ok\":false,\"error\":\"something_new\"}", SB_OUTCOME_FAILED,
      "Slack says: something_new" },
    { "slack", "post-message", 200, "{\"ok\":false}", SB_OUTCOME_FAILED, NULL },
    { "slack", "post-message", 200, "{\"ok\":false,\"error\":\"ratelimited\"}", SB_OUTCOME_RETRY,
      NULL },
    { "slack", "post-message", 200, "{\"ok\":false,\"error\":\"token_revoked\"}",
      SB_OUTCOME_TROUBLE, "install it again" },
    { "slack", "post-message", 200, "{\"ok\":false,\"error\":\"fatal_error\"}", SB_OUTCOME_UNKNOWN,
      NULL },
    { "slack", "update-message", 200, "{\"ok\":false,\"error\":\"fatal_error\"}", SB_OUTCOME_RETRY,
      NULL },
    { "shopify", "adjust-inventory", 200,
      "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]}",
      SB_OUTCOME_RETRY, "Throttled" },
    { "shopify", "adjust-inventory", 200,
      "{\"data\":{\"inventoryAdjustQuantities\":{\"inventoryAdjustmentGroup\":null,\"userErrors\":["
      "{\"code\":\"INVALID_LOCATION\",\"field\":[\"x\"],\"message\":\"no\"}]}}}",
      SB_OUTCOME_FAILED, "Shopify has no place" },
    { "shopify", "tag-order", 200,
      "{\"data\":{\"tagsAdd\":{\"node\":null,\"userErrors\":[{\"field\":[\"id\"],\"message\":"
      "\"Order does not exist\"}]}}}",
      SB_OUTCOME_FAILED, "Shopify says: Order does not exist" },
    { "shopify", "tag-order", 401, "{\"errors\":\"[API] Invalid API key or access token\"}",
      SB_OUTCOME_TROUBLE, "Invalid API key" },
    { "shopify", "tag-order", 200,
      "{\"errors\":[{\"message\":\"Access denied\",\"extensions\":{\"code\":\"ACCESS_DENIED\"}}]}",
      SB_OUTCOME_TROUBLE, "write_orders" },
    { "stripe", "refund-payment", 400,
      "{\"error\":{\"code\":\"charge_already_refunded\",\"message\":\"m\",\"type\":\"invalid_"
      "request_error\"}}",
      SB_OUTCOME_FAILED, "given this payment back already" },
    { "stripe", "refund-payment", 409, "{\"error\":{\"code\":\"lock_timeout\",\"message\":\"m\"}}",
      SB_OUTCOME_RETRY, NULL },
    { "stripe", "refund-payment", 409,
      "{\"error\":{\"message\":\"Keys for idempotent requests\",\"type\":\"idempotency_error\"}}",
      SB_OUTCOME_FAILED, NULL },
    { "quickbooks", "create-invoice", 400,
      "{\"Fault\":{\"Error\":[{\"Message\":\"Duplicate\",\"Detail\":\"d\",\"code\":\"6140\"}],"
      "\"type\":\"ValidationFault\"}}",
      SB_OUTCOME_FAILED, "has a document with the number already" },
    { "quickbooks", "create-invoice", 200,
      "{\"Fault\":{\"Error\":[{\"Message\":\"M\",\"Detail\":\"The reason\",\"code\":\"9\"}]}}",
      SB_OUTCOME_FAILED, "QuickBooks Online says: The reason" },
    { "quickbooks", "create-invoice", 403,
      "{\"fault\":{\"error\":[{\"message\":\"ThrottleExceeded\",\"code\":\"003001\"}]}}",
      SB_OUTCOME_RETRY, NULL },
    { "square", "refund-payment", 400,
      "{\"errors\":[{\"category\":\"REFUND_ERROR\",\"code\":\"REFUND_AMOUNT_INVALID\",\"detail\":"
      "\"d\"}]}",
      SB_OUTCOME_FAILED, "more than what is left" },
    { "shipstation-v1", "create-label", 500,
      "{\"Message\":\"An error has occurred.\",\"ExceptionMessage\":\"No funds\"}",
      SB_OUTCOME_UNKNOWN, "No funds" },
    { "shipstation", "void-label", 200, "{\"approved\":false,\"message\":\"Too late\"}",
      SB_OUTCOME_FAILED, "Too late" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_sentence (void)
{
  g_autoptr (SbOutcome) named =
    judge ("slack", "post-message", 200, NULL, "{\"ok\":false,\"error\":\"channel_not_found\"}",
           "{\"channel\":\"#packing\"}");
  g_autoptr (SbOutcome) unnamed = judge ("slack", "post-message", 200, NULL,
                                         "{\"ok\":false,\"error\":\"channel_not_found\"}", NULL);
  g_autoptr (SbOutcome) card = judge (
    "square", "refund-payment", 400, NULL,
    "{\"errors\":[{\"code\":\"X\",\"detail\":\"Card 4242424242424242\\r\\nrefused\"}]}", NULL);

  g_assert_cmpstr (named->message, ==, "Slack has no channel #packing");
  g_assert_cmpstr (unnamed->message, ==, "Slack has no channel");
  g_assert_cmpstr (card->message, ==, "Square says: Card •••• 4242  refused");
}

static void
test_retry_after (void)
{
  static const struct
  {
    const char *header;
    gint64 us;
  } cases[] = {
    { "30", 30 * SECOND },
    { "0", 0 },
    { "Fri, 20 Nov 2026 08:15:06 GMT", 60 * SECOND },
    { "Fri, 20 Nov 2026 08:13:06 GMT", 0 },
    { "Sat, 20 Nov 2049 08:15:06 GMT", 86400 * SECOND },
    { "999999999", 86400 * SECOND },
    { "99999999999999999999999", 86400 * SECOND },
    { "-5", 0 },
    { "soon", 0 },
    { "", 0 },
    { "1.5", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *headers = g_strdup_printf ("{\"retry-after\": \"%s\"}", cases[i].header);
      g_autoptr (SbOutcome) outcome =
        judge ("slack", "post-message", i % 2 == 0 ? 429 : 503, headers, "", NULL);

      g_assert_cmpint (outcome->kind, ==, SB_OUTCOME_RETRY);
      g_assert_cmpint (outcome->retry_after_us, ==, cases[i].us);
    }
}

static void
test_silence (void)
{
  static const struct
  {
    const char *connector;
    const char *action;
    gboolean sent;
    SbOutcomeKind kind;
  } cases[] = {
    { "slack", "post-message", FALSE, SB_OUTCOME_RETRY },
    { "slack", "post-message", TRUE, SB_OUTCOME_UNKNOWN },
    { "stripe", "refund-payment", TRUE, SB_OUTCOME_RETRY },
    { "shopify", "tag-order", TRUE, SB_OUTCOME_RETRY },
    { "slack", "auth-test", TRUE, SB_OUTCOME_RETRY },
    { "shipstation-v1", "create-label", TRUE, SB_OUTCOME_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbConnector *connector = sb_connectors_find (connectors, cases[i].connector);
      SbAction *action = sb_connector_find_action (connector, cases[i].action);
      SbAnswer answer = { .sent = cases[i].sent,
                          .transport = g_strdup ("no answer within 30 seconds") };
      g_autoptr (SbOutcome) outcome = sb_answer_judge (connector, action, &answer, NOW);

      g_assert_cmpint (outcome->kind, ==, cases[i].kind);
      g_assert_nonnull (strstr (outcome->message, "no answer within 30 seconds"));
      sb_answer_clear (&answer);
    }
}

static void
test_found (void)
{
  g_autoptr (SbOutcome) none =
    judge ("quickbooks", "find-customer", 200, NULL, "{\"QueryResponse\":{},\"time\":\"t\"}", NULL);
  g_autoptr (SbOutcome) one = judge (
    "quickbooks", "find-customer", 200, NULL,
    "{\"QueryResponse\":{\"Customer\":[{\"Id\":\"58\",\"Balance\":12345678901234567890.10}]}}",
    NULL);
  g_autoptr (SbOutcome) gone =
    judge ("stripe", "get-charge", 404, NULL, "{\"error\":{\"code\":\"resource_missing\"}}", NULL);
  g_autoptr (SbOutcome) empty = judge ("square", "find-item", 200, NULL, "{}", NULL);

  g_assert_cmpint (none->kind, ==, SB_OUTCOME_DONE);
  g_assert_false (none->found);
  g_assert_cmpint (sb_value_get_type (none->output), ==, SB_VALUE_OBJECT);
  g_assert_true (one->found);
  g_assert_cmpstr (sb_value_get_text (sb_value_get_member (one->output, "Balance")), ==,
                   "12345678901234567890.10");
  g_assert_cmpint (gone->kind, ==, SB_OUTCOME_DONE);
  g_assert_false (gone->found);
  g_assert_false (empty->found);
}

static void
test_version (void)
{
  g_autoptr (SbOutcome) other =
    judge ("shopify", "shop-info", 200, "{\"x-shopify-api-version\": \"2026-10\"}",
           "{\"data\":{\"shop\":{\"name\":\"H\"}}}", NULL);
  g_autoptr (SbOutcome) same =
    judge ("shopify", "shop-info", 200, "{\"x-shopify-api-version\": \"2026-07\"}",
           "{\"data\":{\"shop\":{\"name\":\"H\"}}}", NULL);

  g_assert_cmpint (other->kind, ==, SB_OUTCOME_DONE);
  g_assert_cmpstr (other->version_note, ==,
                   "Shopify answered in API version 2026-10; Signalbox asked for 2026-07");
  g_assert_null (same->version_note);
}

/* Stripe says whether to try again. */
static void
test_should_retry (void)
{
  g_autoptr (SbOutcome) again =
    judge ("stripe", "refund-payment", 409, "{\"stripe-should-retry\": \"true\"}", "{}", NULL);
  g_autoptr (SbOutcome) not_again =
    judge ("stripe", "refund-payment", 500, "{\"stripe-should-retry\": \"false\"}", "{}", NULL);

  g_assert_cmpint (again->kind, ==, SB_OUTCOME_RETRY);
  g_assert_cmpint (not_again->kind, ==, SB_OUTCOME_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  int status;

  g_test_init (&argc, &argv, NULL);
  connectors = sb_connectors_new (data_dir, NULL, problems);
  g_test_add_func ("/answer/status", test_status);
  g_test_add_func ("/answer/codes", test_codes);
  g_test_add_func ("/answer/sentence", test_sentence);
  g_test_add_func ("/answer/retry-after", test_retry_after);
  g_test_add_func ("/answer/silence", test_silence);
  g_test_add_func ("/answer/found", test_found);
  g_test_add_func ("/answer/version", test_version);
  g_test_add_func ("/answer/should-retry", test_should_retry);
  status = g_test_run ();
  sb_connectors_unref (connectors);
  return status;
}
