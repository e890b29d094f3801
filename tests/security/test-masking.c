/* test-masking.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is masked in everything that is stored, logged or shown, and what must not be: a person who
 * looks for an order needs its number.
 */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-request.h"

typedef struct
{
  const char *text;
  const char *masked;
} Case;

static void
check_cases (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *masked = sb_redact (cases[i].text, NULL);

      g_assert_cmpstr (masked, ==, cases[i].masked != NULL ? cases[i].masked : cases[i].text);
    }
}

/* The numbers that the card schemes publish for tests, as people and programs write them. */
static void
test_cards (void)
{
  static const Case cases[] = {
    { "4222222222222", "•••• 2222" },
    { "30569309025904", "•••• 5904" },
    { "378282246310005", "•••• 0005" },
    { "3782 822463 10005", "•••• 0005" },
    { "4111111111111111", "•••• 1111" },
    { "4111 1111 1111 1111", "•••• 1111" },
    { "4111-1111-1111-1111", "•••• 1111" },
    { "4111\u00a01111\u00a01111\u00a01111", "•••• 1111" },
    { "5555555555554444", "•••• 4444" },
    { "2223003122003222", "•••• 3222" },
    { "6011111111111117", "•••• 1117" },
    { "3530111333300000", "•••• 0000" },
    { "6200000000000005", "•••• 0005" },
    { "4000000000000000006", "•••• 0006" },
    /* With what stands beside them. */
    { "4111 1111 1111 1111 12/28", "•••• 1111 12/28" },
    { "4111111111111111 123", "•••• 1111 123" },
    { "0012 4111111111111111", "0012 •••• 1111" },
    { "4111111111111111 5555555555554444", "•••• 1111 •••• 4444" },
    { "pan=4111111111111111&x", "pan=•••• 1111&x" },
    { "\"4111111111111111\"", "\"•••• 1111\"" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_accounts (void)
{
  static const Case cases[] = {
    { "DE89370400440532013000", "•••• 3000" },
    { "DE89 3704 0044 0532 0130 00", "•••• 3000" },
    { "de89370400440532013000 paid", "•••• 3000 paid" },
    { "GB29NWBK60161331926819.", "•••• 6819." },
    { "NO9386011117947", "•••• 7947" },
    { "IBAN MT84 MALT 0110 0001 2345 MTLC AST0 01S, thanks", "IBAN •••• 001S, thanks" },
    { "FR1420041010050500013M02606", "•••• 2606" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_check_codes (void)
{
  static const Case cases[] = {
    { "cvv: 123", "cvv: •••" },
    { "CVC2=1234", "CVC2=•••" },
    { "\"cvc\": \"123\"", "\"cvc\": \"•••\"" },
    { "the security code is 987.", "the security code is •••." },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* One wrong digit, another length, another beginning; and all that is long and no card. */
static void
test_stays (void)
{
  static const Case cases[] = {
    { "4111111111111112" },
    { "411111111111111" },
    { "order 5702450000001" },
    { "5702450001001 gid://shopify/Order/5702450001001" },
    { "4006381333931 is a pencil" }, /* an article number */
    { "+49 30 901820 and 0049 171 1234567" },
    { "+1 (415) 555-2671" },
    { "1,234,567.89 and 66.90 and 1850" },
    { "51.507350900000001, -0.1277583" },
    { "2026-11-24T10:30:00.000000Z" },
    { "1764000000 1764000000123 1764000000123456" },
    { "1Z999AA10123456784" },
    { "00340434161094042557" },
    { "820982911946154508" },
    { "b5f1c9a2-4539-1488-0343-646712345678" },
    { "DE89370400440532013001" },
    { "SE12 is a postcode in London" },
    { "invoice 2026 1124 0001 0002" },
    { "discount code 123" },
    { "zip code: 1010" },
    { "SKU CV-100 code 4711" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* What is kept of requests and answers stays JSON, and what a member's name gives away is masked
 * whatever it looks like. */
static void
test_documents (void)
{
  g_autoptr (SbValue) value = sb_json_parse (
    "{\"number\": 4111111111111111, \"cvv\": 123, \"card\": {\"Card Number\": \"x\", \"exp\": "
    "\"12/28\"}, \"access_token\": \"abc\", \"clientSecret\": \"d\", \"order\": 5702450000001,"
    " \"tokens\": 12, \"note\": \"Bearer abcdefghijk\", \"list\": [\"DE89370400440532013000\"],"
    " \"password\": null, \"pin\": \"0000\", \"shipping\": \"pin 0000\"}",
    -1, NULL);
  g_autoptr (SbValue) masked = sb_redact_value (value, NULL);
  g_autofree char *text = sb_json_write (masked);

  g_assert_cmpstr (text, ==,
                   "{\"number\":\"•••• 1111\",\"cvv\":\"•••\",\"card\":{\"Card "
                   "Number\":\"•••\",\"exp\":\"12/28\"},\"access_token\":\"•••\","
                   "\"clientSecret\":\"•••\",\"order\":5702450000001,\"tokens\":12,\"note\":"
                   "\"Bearer •••\",\"list\":[\"•••• 3000\"],\"password\":null,\"pin\":\"•••\","
                   "\"shipping\":\"pin 0000\"}");
}

/* A vendor that says what it was sent: the sentence, and what later steps get. */
static void
test_echo (void)
{
  g_autoptr (GHashTable) secrets = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (SbOutcome) outcome = g_new0 (SbOutcome, 1);
  g_autofree char *output = NULL;

  g_hash_table_insert (secrets, (gpointer) "token", (gpointer) "canary/9d2f");
  outcome->message = g_strdup ("The token canary/9d2f is unknown, also as canary%2F9d2f");
  outcome->output = sb_json_parse ("{\"id\": 4111111111111111, \"you_sent\": \"Bearer "
                                   "canary/9d2f\", \"canary/9d2f\": [\"canary/9d2f\"]}",
                                   -1, NULL);
  sb_outcome_redact (outcome, secrets);
  g_assert_cmpstr (outcome->message, ==, "The token ••• is unknown, also as •••");
  output = sb_json_write (outcome->output);
  g_assert_cmpstr (output, ==,
                   "{\"id\":4111111111111111,\"you_sent\":\"Bearer •••\",\"•••\":[\"•••\"]}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/masking/cards", test_cards);
  g_test_add_func ("/masking/accounts", test_accounts);
  g_test_add_func ("/masking/check-codes", test_check_codes);
  g_test_add_func ("/masking/stays", test_stays);
  g_test_add_func ("/masking/documents", test_documents);
  g_test_add_func ("/masking/echo", test_echo);
  return g_test_run ();
}
