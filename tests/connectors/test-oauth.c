/* test-oauth.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What a sign-in needs without a network: addresses, requests for tokens, answers. */

#include "config.h"

#include "sb-error.h"
#include "sb-json.h"
#include "sb-oauth.h"

typedef struct
{
  SbConnectors *connectors;
  SbConnector *connector;
  SbConnection *connection;
  GHashTable *secrets;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) settings = sb_json_parse (
    "{\"sign_in\": \"browser\", \"client_id\": \"app 1&2\", \"shop\": \"harbour\"}", -1, NULL);

  self->connectors = sb_connectors_new (g_getenv ("SIGNALBOX_DATA_DIR"), NULL, problems);
  g_assert_cmpuint (sb_problems_get_length (problems), ==, 0);
  self->connector = sb_connectors_find (self->connectors, data);
  self->connection = sb_connection_new ("id", data, "Name", "sandbox", settings);
  self->secrets = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (self->secrets, (gpointer) "app_secret", (gpointer) "s+c/t");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_hash_table_unref (self->secrets);
  sb_connection_unref (self->connection);
  sb_connectors_unref (self->connectors);
}

static char *
read_body (SbRequest *request)
{
  return g_strndup (g_bytes_get_data (request->body, NULL), g_bytes_get_size (request->body));
}

/* The verifier and the challenge of RFC 7636, appendix B. */
static void
test_address (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = sb_oauth_build_address (
    self->connector, self->connection, "http://localhost:8786/oauth/callback", "st",
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", &error);

  g_assert_no_error (error);
  g_assert_true (
    g_str_has_prefix (address, "https://connect.squareupsandbox.com/oauth2/authorize?"));
  g_assert_nonnull (
    strstr (address, "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"));
  g_assert_nonnull (strstr (address, "&code_challenge_method=S256"));
  g_assert_nonnull (strstr (address, "client_id=app%201%262&"));
  g_assert_nonnull (
    strstr (address, "redirect_uri=http%3A%2F%2Flocalhost%3A8786%2Foauth%2Fcallback&"));
  g_assert_nonnull (strstr (address, "&session=false"));
}

static void
test_requests (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRequest) exchange = sb_oauth_build_exchange (
    self->connector, self->connection, self->secrets, "c&d", "http://x/", NULL, &error);
  g_autofree char *body = read_body (exchange);

  g_assert_cmpstr (exchange->url, ==, "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer");
  g_assert_cmpstr (body, ==,
                   "grant_type=authorization_code&code=c%26d&redirect_uri=http%3A%2F%2Fx%2F");
  /* Each part is encoded before they are joined (RFC 6749, section 2.3.1). */
  g_assert_cmpstr (g_hash_table_lookup (exchange->headers, "Authorization"), ==,
                   "Basic YXBwJTIwMSUyNjI6cyUyQmMlMkZ0");
}

/* A setting stands in the host; one that names another host gets nowhere. */
static void
test_host (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) settings = sb_json_parse (
    "{\"sign_in\": \"browser\", \"client_id\": \"1\", \"shop\": \"evil.example/\"}", -1, NULL);
  g_autoptr (SbConnection) evil = sb_connection_new ("id", data, "Name", "production", settings);
  g_autofree char *good =
    sb_oauth_build_address (self->connector, self->connection, "http://x/", "st", NULL, &error);
  g_autofree char *bad = NULL;

  g_assert_no_error (error);
  g_assert_true (
    g_str_has_prefix (good, "https://harbour.myshopify.com/admin/oauth/authorize?response_type="));
  bad = sb_oauth_build_address (self->connector, evil, "http://x/", "st", NULL, &error);
  g_assert_null (bad);
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

/* A key that was entered is no sign-in. */
static void
test_when (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbConnection) typed = sb_connection_new ("id", data, "Name", "sandbox", NULL);

  g_assert_nonnull (sb_oauth_get (self->connector, self->connection->settings));
  g_assert_null (sb_oauth_get (self->connector, typed->settings));
  g_assert_true (sb_oauth_gives (self->connector, self->connection->settings, "realm"));
  g_assert_true (sb_oauth_gives (self->connector, self->connection->settings, "access_token"));
  g_assert_false (sb_oauth_gives (self->connector, typed->settings, "access_token"));
  g_assert_false (sb_oauth_check_ready (self->connector, typed, self->secrets, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

#define NOW_US (1000 * G_USEC_PER_SEC)

static SbGrant *
read_answer (Fixture *self, guint status, const char *body, SbGrant *before, GError **error)
{
  SbAnswer answer = { .status = status };
  SbGrant *grant = NULL;

  answer.body = body != NULL ? g_bytes_new_static (body, strlen (body)) : NULL;
  grant = sb_oauth_read_answer (self->connector, &answer, before, self->secrets, NOW_US, error);
  g_clear_pointer (&answer.body, g_bytes_unref);
  return grant;
}

static void
test_answers (Fixture *self, gconstpointer data)
{
  static const struct
  {
    guint status;
    const char *body;
    int code;
  } cases[] = {
    { 400, "{\"error\": \"invalid_grant\"}", SB_ERROR_UNAUTHORIZED },
    { 401, "{\"error\": \"invalid_client\"}", SB_ERROR_UNAUTHORIZED },
    { 403, "no", SB_ERROR_UNAUTHORIZED },
    { 200, "{\"ok\": false, \"error\": \"invalid_refresh_token\"}", SB_ERROR_UNAUTHORIZED },
    { 200, "{\"ok\": false, \"error\": \"ratelimited\"}", SB_ERROR_UNAVAILABLE },
    { 400, "{\"error\": \"temporarily_unavailable\"}", SB_ERROR_UNAVAILABLE },
    { 0, NULL, SB_ERROR_UNAVAILABLE },
    { 429, NULL, SB_ERROR_UNAVAILABLE },
    { 503, "<html>", SB_ERROR_UNAVAILABLE },
    { 302, NULL, SB_ERROR_UNAVAILABLE },
    /* The page of a hotel's network, and answers that hold no token. */
    { 200, "<html>Please log in</html>", SB_ERROR_UNAVAILABLE },
    { 200, "[]", SB_ERROR_UNAVAILABLE },
    { 200, "{\"access_token\": \"\"}", SB_ERROR_UNAVAILABLE },
    { 200, "{\"access_token\": \"a\\r\\nX: y\"}", SB_ERROR_UNAVAILABLE },
    { 200, "{\"access_token\": 5}", SB_ERROR_UNAVAILABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbGrant) none = read_answer (self, cases[i].status, cases[i].body, NULL, &error);

      g_assert_null (none);
      g_test_message ("%u %s: %s", cases[i].status, cases[i].body, error->message);
      g_assert_error (error, SB_ERROR, cases[i].code);
    }
}

static void
test_grant (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbGrant) first = read_answer (
    self, 200, "{\"access_token\": \"a\", \"refresh_token\": \"r\", \"expires_in\": \"60\"}", NULL,
    &error);
  g_autoptr (SbGrant) second =
    read_answer (self, 200, "{\"access_token\": \"b\", \"expires_at\": \"1970-01-01T00:20:00Z\"}",
                 first, &error);
  g_autoptr (SbGrant) endless = read_answer (
    self, 200, "{\"access_token\": \"c\", \"expires_in\": 9223372036854775807}", second, &error);
  g_autofree char *text = NULL;
  g_autoptr (SbGrant) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (first->expires_us, ==, NOW_US + 60 * G_USEC_PER_SEC);
  g_assert_cmpstr (second->refresh, ==, "r");
  g_assert_cmpint (second->expires_us, ==, 1200 * G_USEC_PER_SEC);
  g_assert_cmpint (endless->expires_us, ==, 0);

  text = sb_grant_write (second);
  again = sb_grant_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->access, ==, "b");
  g_assert_cmpstr (again->refresh, ==, "r");
  g_assert_cmpint (again->obtained_us, ==, NOW_US);
  g_assert_cmpint (again->expires_us, ==, second->expires_us);
  g_assert_null (sb_grant_parse ("{\"refresh\": \"r\"}", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

/* The vendor repeats what it was sent; that goes nowhere. */
static void
test_words (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbGrant) none = NULL;

  g_hash_table_insert (self->secrets, (gpointer) "other", (gpointer) "canary_long_enough");
  none = read_answer (
    self, 400, "{\"error\": \"invalid_grant\", \"error_description\": \"canary_long_enough?\"}",
    NULL, &error);
  g_assert_null (none);
  g_assert_null (strstr (error->message, "canary_long_enough"));
  g_assert_nonnull (strstr (error->message, "invalid_grant"));
}

static void
test_query (void)
{
  g_autoptr (GHashTable) good = sb_oauth_read_query ("code=a%2Fb&state=s+t&&empty=&flag");

  g_assert_cmpstr (g_hash_table_lookup (good, "code"), ==, "a/b");
  g_assert_cmpstr (g_hash_table_lookup (good, "state"), ==, "s t");
  g_assert_cmpstr (g_hash_table_lookup (good, "empty"), ==, "");
  g_assert_cmpstr (g_hash_table_lookup (good, "flag"), ==, "");
  g_assert_null (sb_oauth_read_query ("state=1&state=2"));
  g_assert_null (sb_oauth_read_query ("state=%00"));
  g_assert_null (sb_oauth_read_query ("state=%zz"));
}

/* What a file says is looked at before it is believed. */
static void
test_check (void)
{
  static const char *const broken[][2] = {
    { "\"token_url\": \"https://", "\"token_url\": \"http://" },
    { "\"authorize_url\": \"https://", "\"authorize_url\": \"javascript:" },
    { "\"token\": \"access_token\"", "\"token\": \"client_id\"" },
    { "\"client_id\": \"client_id\"", "\"client_id\": \"app_secret\"" },
    { "\"client_secret\": \"app_secret\"", "\"client_secret\": \"nothing\"" },
    { "{\"realm\": \"realmId\"}", "{\"access_token\": \"realmId\"}" },
    { "com/oauth2/v1", "com/{{secrets.app_secret}}/v1" },
    { "\"redirect\": {\"host\": \"localhost\"", "\"redirect\": {\"host\": \"evil.example\"" },
  };
  g_autofree char *path =
    g_build_filename (g_getenv ("SIGNALBOX_DATA_DIR"), "connectors", "quickbooks.json", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_auto (GStrv) parts = g_strsplit (text, broken[i][0], -1);
      g_autofree char *changed = g_strjoinv (broken[i][1], parts);
      g_autoptr (SbValue) document = sb_json_parse (changed, -1, NULL);
      g_autoptr (SbProblems) problems = sb_problems_new ();

      g_assert_cmpuint (g_strv_length (parts), >=, 2);
      g_assert_nonnull (document);
      sb_connector_check (document, problems);
      g_test_message ("%s", broken[i][1]);
      g_assert_cmpuint (sb_problems_get_length (problems), >, 0);
    }
}

/* The owner sees where a sign-in goes. */
static void
test_places (Fixture *self, gconstpointer data)
{
  g_autofree char *places = sb_connector_describe_places (self->connector);

  g_assert_nonnull (strstr (places, "https://appcenter.intuit.com/connect/oauth2"));
  g_assert_nonnull (strstr (places, "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, vendor, func) g_test_add (path, Fixture, vendor, set_up, func, tear_down)
  ADD ("/oauth/address", "square", test_address);
  ADD ("/oauth/requests", "quickbooks", test_requests);
  ADD ("/oauth/host", "shopify", test_host);
  ADD ("/oauth/when", "quickbooks", test_when);
  ADD ("/oauth/answers", "slack", test_answers);
  ADD ("/oauth/grant", "slack", test_grant);
  ADD ("/oauth/words", "slack", test_words);
  ADD ("/oauth/places", "quickbooks", test_places);
  g_test_add_func ("/oauth/query", test_query);
  g_test_add_func ("/oauth/check", test_check);
  return g_test_run ();
}
