/* test-practice.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include "sb-json.h"
#include "sb-paths.h"
#include "sb-practice.h"

/* A vendor with one action of every kind. */
static const char acme[] =
  "{\"format\": 1, \"id\": \"acme\", \"name\": \"Acme\", \"kind\": \"other\", \"about\": \"A "
  "vendor for tests.\","
  " \"environments\": {\"production\": {\"base_url\": \"https://api.acme.test/v1\"}},"
  " \"settings\": [{\"key\": \"token\", \"label\": \"Token\", \"secret\": true, \"required\": "
  "true, \"sample\": \"practice-token\"}],"
  " \"auth\": {\"scheme\": \"bearer\", \"value\": \"{{secrets.token}}\"},"
  " \"actions\": ["
  "  {\"id\": \"create-invoice\", \"label\": \"create an invoice\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"Customer\", \"label\": \"Customer\", \"type\": \"text\", "
  "\"required\": true, \"sample\": \"58\"},"
  "              {\"key\": \"Kind\", \"label\": \"Kind\", \"type\": \"choice\", \"allowed\": "
  "[{\"value\": \"goods\", \"label\": \"Goods\"}, {\"value\": \"work\", \"label\": \"Work\"}]},"
  "              {\"key\": \"Lines\", \"label\": \"Lines\", \"type\": \"list\", \"columns\": "
  "[{\"key\": \"sku\", \"label\": \"SKU\", \"type\": \"text\"}]}],"
  "   \"request\": {\"method\": \"POST\", \"path\": \"/invoice\", \"encoding\": \"json\","
  "     \"body\": {\"CustomerRef\": {\"value\": \"{{fields.Customer}}\"}, \"Kind\": "
  "\"{{fields.Kind}}\","
  "              \"Line\": {\"$each\": \"Lines\", \"as\": {\"item\": \"{{item.sku}}\"}}}},"
  "   \"idempotency\": {\"kind\": \"key\", \"in\": \"query\", \"name\": \"requestid\", \"max\": "
  "50},"
  "   \"answer\": {\"ok\": [200], \"error_message\": \"Fault.Error[0].Message\", \"output\": "
  "\"Invoice\","
  "     \"sample\": {\"Invoice\": {\"Id\": \"145\", \"Customer\": \"{{fields.Customer}}\"}}}},"
  "  {\"id\": \"set-stock\", \"label\": \"set the stock\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"Item\", \"label\": \"Item\", \"type\": \"text\", \"required\": "
  "true, \"sample\": \"a/b\"},"
  "              {\"key\": \"Count\", \"label\": \"Count\", \"type\": \"number\", \"required\": "
  "true, \"sample\": \"3\"}],"
  "   \"request\": {\"method\": \"PUT\", \"path\": \"/items/{{fields.Item}}\", \"encoding\": "
  "\"json\", \"body\": {\"count\": \"{{fields.Count}}\"}},"
  "   \"idempotency\": {\"kind\": \"put\"},"
  "   \"answer\": {\"sample\": {\"item\": \"{{fields.Item}}\", \"count\": \"{{fields.Count}}\"}}},"
  "  {\"id\": \"tell\", \"label\": \"tell\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"text\", \"label\": \"Text\", \"type\": \"text\", \"required\": "
  "true, \"sample\": \"hello\"}],"
  "   \"request\": {\"method\": \"POST\", \"path\": \"/say\", \"encoding\": \"json\", \"body\": "
  "{\"verb\": \"tell\", \"text\": \"{{fields.text}}\"}},"
  "   \"idempotency\": {\"kind\": \"none\"},"
  "   \"answer\": {\"error_when\": [{\"path\": \"ok\", \"is\": false}], \"error_code\": \"error\", "
  "\"trouble_codes\": [\"invalid_auth\"],"
  "     \"sample\": {\"ok\": true, \"text\": \"{{fields.text}}\"}}},"
  "  {\"id\": \"whisper\", \"label\": \"whisper\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"text\", \"label\": \"Text\", \"type\": \"text\", \"required\": "
  "true, \"sample\": \"hush\"}],"
  "   \"request\": {\"method\": \"POST\", \"path\": \"/say\", \"encoding\": \"json\", \"body\": "
  "{\"verb\": \"whisper\", \"text\": \"{{fields.text}}\"}},"
  "   \"idempotency\": {\"kind\": \"none\"}, \"answer\": {\"sample\": {\"ok\": true, \"quiet\": "
  "true}}},"
  "  {\"id\": \"pay\", \"label\": \"pay\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"amount\", \"label\": \"Amount\", \"type\": \"number\", "
  "\"required\": true, \"sample\": \"1850\"},"
  "              {\"key\": \"order\", \"label\": \"Order\", \"type\": \"text\", \"sample\": "
  "\"#1001\"}],"
  "   \"request\": {\"method\": \"POST\", \"path\": \"/pay\", \"encoding\": \"form\", \"body\": "
  "{\"amount\": \"{{fields.amount}}\", \"metadata\": {\"order\": \"{{fields.order}}\"}}},"
  "   \"idempotency\": {\"kind\": \"key\", \"in\": \"header\", \"name\": \"Idempotency-Key\", "
  "\"max\": 255},"
  "   \"answer\": {\"sample\": {\"amount\": \"{{fields.amount}}\", \"order\": "
  "\"{{fields.order}}\"}}},"
  "  {\"id\": \"ship\", \"label\": \"ship\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"number\", \"label\": \"Number\", \"type\": \"text\", \"required\": "
  "true, \"sample\": \"1001\"}],"
  "   \"request\": {\"method\": \"POST\", \"path\": \"/ships\", \"encoding\": \"json\", \"body\": "
  "{\"number\": \"{{fields.number}}\"}},"
  "   \"idempotency\": {\"kind\": \"lookup\", \"lookup\": \"find-ship\", \"lookup_fields\": "
  "{\"number\": \"{{fields.number}}\"}},"
  "   \"answer\": {\"sample\": {\"id\": 900, \"number\": \"{{fields.number}}\"}}},"
  "  {\"id\": \"find-ship\", \"label\": \"find\", \"kind\": \"lookup\","
  "   \"fields\": [{\"key\": \"number\", \"label\": \"Number\", \"type\": \"text\", \"required\": "
  "true, \"sample\": \"1001\"}],"
  "   \"request\": {\"method\": \"GET\", \"path\": \"/ships\", \"query\": {\"number\": "
  "\"{{fields.number}}\"}, \"encoding\": \"none\"},"
  "   \"idempotency\": {\"kind\": \"put\"},"
  "   \"answer\": {\"found\": \"ships[0].id\", \"output\": \"ships[0]\", \"sample\": {\"ships\": "
  "[{\"id\": 900, \"number\": \"{{fields.number}}\"}]}}}"
  " ], \"test\": \"find-ship\"}";

typedef struct
{
  char *folder;
  SbConnectors *connectors;
  SbPractice *practice;
  SoupSession *session;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *shipped = sb_paths_get_data_dir ();
  g_autofree char *own = NULL, *file = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("sb-practice-XXXXXX", NULL);
  own = g_build_filename (fixture->folder, "connectors", NULL);
  g_assert_cmpint (g_mkdir (own, 0700), ==, 0);
  file = g_build_filename (own, "acme.json", NULL);
  g_assert_true (g_file_set_contents (file, acme, -1, NULL));
  fixture->connectors = sb_connectors_new (shipped, fixture->folder, problems);
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (text, ==, "");
  g_assert_nonnull (sb_connectors_find (fixture->connectors, "acme"));
  fixture->practice = sb_practice_new (fixture->connectors);
  sb_practice_listen (fixture->practice, 0, &error);
  g_assert_no_error (error);
  fixture->session = soup_session_new ();
}

static void
remove_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->session);
  g_assert_finalize_object (fixture->practice);
  sb_connectors_unref (fixture->connectors);
  remove_file (fixture->folder, "connectors/acme.json");
  remove_file (fixture->folder, "connectors");
  remove_file (fixture->folder, "practice.jsonl");
  remove_file (fixture->folder, "");
  g_free (fixture->folder);
}

typedef struct
{
  GBytes *bytes;
  GError *error;
  gboolean done;
} Got;

static void
got_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Got *got = data;

  got->bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &got->error);
  got->done = TRUE;
}

/* Sends and waits; status 0: the connection was dropped. @headers: "Name: value" pairs or NULL. */
static guint
ask (Fixture *fixture,
     const char *method,
     const char *path,
     const char *type,
     const char *body,
     const char *header,
     SbValue **answer)
{
  g_autofree char *url =
    g_strdup_printf ("http://127.0.0.1:%d%s", sb_practice_get_port (fixture->practice), path);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  Got got = { 0 };
  guint status;

  g_assert_nonnull (message);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  if (header == NULL || !g_str_has_prefix (header, "Authorization"))
    soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                                 "Bearer practice-token");
  if (header != NULL && *header != '\0')
    {
      g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

      soup_message_headers_append (soup_message_get_request_headers (message), parts[0], parts[1]);
    }
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, type, bytes);
    }
  soup_session_send_and_read_async (fixture->session, message, 0, NULL, got_cb, &got);
  while (!got.done)
    g_main_context_iteration (NULL, TRUE);
  status = got.error != NULL ? 0 : soup_message_get_status (message);
  if (answer != NULL)
    {
      gsize size = 0;
      const char *text = got.bytes != NULL ? g_bytes_get_data (got.bytes, &size) : NULL;

      g_clear_pointer (answer, sb_value_unref);
      *answer = size > 0 ? sb_json_parse (text, (gssize)size, NULL) : NULL;
    }
  g_clear_pointer (&got.bytes, g_bytes_unref);
  g_clear_error (&got.error);
  return status;
}

static guint
post (Fixture *fixture, const char *path, const char *body, SbValue **answer)
{
  return ask (fixture, "POST", path, "application/json", body, NULL, answer);
}

static char *
text_at (SbValue *value, const char *path)
{
  SbValue *found = sb_value_get_path (value, path);

  return found != NULL ? sb_value_to_text (found) : NULL;
}

#define assert_text(value, path, expected)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *text_ = text_at (value, path);                                                \
    g_assert_cmpstr (text_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

static void
test_auth (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) answer = NULL;
  const char *body = "{\"CustomerRef\": {\"value\": \"58\"}}";

  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, &answer), ==, 200);
  g_assert_cmpuint (ask (fixture, "POST", "/acme/invoice?requestid=k2", "application/json", body,
                         "Authorization: Bearer wrong", &answer),
                    ==, 401);
  g_assert_nonnull (sb_value_get_path (answer, "Fault.Error[0].Message"));
  g_assert_cmpuint (ask (fixture, "POST", "/acme/invoice?requestid=k3", "application/json", body,
                         "Authorization: Bearer practice-token2", NULL),
                    ==, 401);
  /* A vendor that says no inside an answer that is otherwise fine. */
  g_assert_cmpuint (ask (fixture, "POST", "/acme/say", "application/json",
                         "{\"verb\": \"tell\", \"text\": \"x\"}", "Authorization: Bearer wrong",
                         &answer),
                    ==, 200);
  assert_text (answer, "ok", "false");
  assert_text (answer, "error", "invalid_auth");
}

static void
test_fields (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) answer = NULL;
  g_autofree char *message = NULL;

  g_assert_cmpuint (
    post (fixture, "/acme/invoice?requestid=k1", "{\"CustomerRef\": {\"value\": \"\"}}", &answer),
    ==, 400);
  message = text_at (answer, "Fault.Error[0].Message");
  g_assert_nonnull (strstr (message, "Customer"));
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k2", "{}", NULL), ==, 400);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k3", "{\"CustomerRef\": ", NULL), ==,
                    400);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k4",
                          "{\"CustomerRef\": {\"value\": \"58\"}, \"Kind\": \"magic\"}", NULL),
                    ==, 400);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k5",
                          "{\"CustomerRef\": {\"value\": \"58\"}, \"Kind\": \"work\"}", NULL),
                    ==, 200);
  g_assert_cmpuint (ask (fixture, "POST", "/acme/invoice?requestid=k6", "text/plain",
                         "{\"CustomerRef\": {\"value\": \"58\"}}", NULL, NULL),
                    ==, 415);
  /* No key, and one over its length. */
  g_assert_cmpuint (post (fixture, "/acme/invoice", "{\"CustomerRef\": {\"value\": \"58\"}}", NULL),
                    ==, 400);
  g_assert_cmpuint (
    post (fixture, "/acme/invoice?requestid=123456789012345678901234567890123456789012345678901",
          "{\"CustomerRef\": {\"value\": \"58\"}}", NULL),
    ==, 400);
  g_assert_cmpuint (post (fixture, "/acme/nowhere", "{}", &answer), ==, 404);
  g_assert_cmpuint (post (fixture, "/nobody/invoice", "{}", &answer), ==, 404);
  g_assert_nonnull (sb_value_get_string (answer, "error"));

  /* Only what was done is listed; what was refused when asked for. */
  g_assert_cmpuint (ask (fixture, "GET", "/_practice/received", NULL, NULL, NULL, &answer), ==,
                    200);
  g_assert_cmpuint (sb_value_get_length (answer), ==, 1);
  assert_text (answer, "[0].vendor", "acme");
  assert_text (answer, "[0].action", "create-invoice");
  assert_text (answer, "[0].key", "k5");
  assert_text (answer, "[0].body.CustomerRef.value", "58");
  g_assert_true (
    g_str_has_suffix (sb_value_get_string (sb_value_get_item (answer, 0), "time"), "Z"));
  ask (fixture, "GET", "/_practice/received?all=1", NULL, NULL, NULL, &answer);
  g_assert_cmpuint (sb_value_get_length (answer), >, 5);
}

static void
test_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) first = NULL, again = NULL, other = NULL, list = NULL;
  const char *body = "{\"CustomerRef\": {\"value\": \"58\"}, \"Line\": [{\"item\": \"MUG\"}]}";

  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, &first), ==, 200);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, &again), ==, 200);
  g_assert_true (sb_value_equal (first, again));
  g_assert_cmpuint (
    post (fixture, "/acme/invoice?requestid=k1", "{\"CustomerRef\": {\"value\": \"59\"}}", NULL),
    ==, 409);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k2", body, &other), ==, 200);
  {
    g_autofree char *a = text_at (first, "Invoice.Id"), *b = text_at (other, "Invoice.Id");

    g_assert_cmpstr (a, !=, b);
  }
  list = sb_practice_get_received (fixture->practice);
  g_assert_cmpuint (sb_value_get_length (list), ==, 3);
  assert_text (list, "[0].repeated", "false");
  assert_text (list, "[1].repeated", "true");
  assert_text (list, "[2].key", "k2");
  g_assert_cmpuint (ask (fixture, "DELETE", "/_practice/received", NULL, NULL, NULL, NULL), ==,
                    204);
  g_clear_pointer (&list, sb_value_unref);
  list = sb_practice_get_received (fixture->practice);
  g_assert_cmpuint (sb_value_get_length (list), ==, 0);
}

static void
test_kinds (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) answer = NULL, list = NULL;

  /* put: the same once more changes nothing; another value is work. A slash stays in its segment.
   */
  g_assert_cmpuint (
    ask (fixture, "PUT", "/acme/items/a%2Fb", "application/json", "{\"count\": 3}", NULL, &answer),
    ==, 200);
  assert_text (answer, "item", "a/b");
  assert_text (answer, "count", "3");
  g_assert_cmpuint (
    ask (fixture, "PUT", "/acme/items/a%2Fb", "application/json", "{\"count\": 3}", NULL, NULL), ==,
    200);
  g_assert_cmpuint (
    ask (fixture, "PUT", "/acme/items/a%2Fb", "application/json", "{\"count\": 4}", NULL, NULL), ==,
    200);
  /* none: each is done. */
  post (fixture, "/acme/say", "{\"verb\": \"tell\", \"text\": \"x\"}", NULL);
  post (fixture, "/acme/say", "{\"verb\": \"tell\", \"text\": \"x\"}", NULL);
  /* told apart by the constant in the body */
  post (fixture, "/acme/say", "{\"verb\": \"whisper\", \"text\": \"x\"}", &answer);
  assert_text (answer, "quiet", "true");
  /* form */
  g_assert_cmpuint (ask (fixture, "POST", "/acme/pay", "application/x-www-form-urlencoded",
                         "amount=1850&metadata%5Border%5D=%231001+a", "Idempotency-Key: p1",
                         &answer),
                    ==, 200);
  assert_text (answer, "order", "#1001 a");
  list = sb_practice_get_received (fixture->practice);
  g_assert_cmpuint (sb_value_get_length (list), ==, 7);
  assert_text (list, "[1].repeated", "true");
  assert_text (list, "[2].repeated", "false");
  assert_text (list, "[4].repeated", "false");
  assert_text (list, "[5].action", "whisper");
  assert_text (list, "[6].body.metadata.order", "#1001 a");
}

static void
test_lookup (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbValue) answer = NULL;

  g_assert_cmpuint (ask (fixture, "GET", "/acme/ships?number=1001", NULL, NULL, NULL, &answer), ==,
                    200);
  g_assert_cmpuint (sb_value_get_length (sb_value_get_member (answer, "ships")), ==, 0);
  g_assert_cmpuint (post (fixture, "/acme/ships", "{\"number\": \"1001\"}", NULL), ==, 200);
  ask (fixture, "GET", "/acme/ships?number=1001", NULL, NULL, NULL, &answer);
  assert_text (answer, "ships[0].number", "1001");
  ask (fixture, "GET", "/acme/ships?number=1002", NULL, NULL, NULL, &answer);
  g_assert_cmpuint (sb_value_get_length (sb_value_get_member (answer, "ships")), ==, 0);
}

static void
fault (Fixture *fixture, const char *document)
{
  g_assert_cmpuint (post (fixture, "/_practice/faults", document, NULL), ==, 200);
}

static void
test_faults (Fixture *fixture, gconstpointer data)
{
  const char *body = "{\"CustomerRef\": {\"value\": \"58\"}}";
  g_autoptr (SbValue) list = NULL, answer = NULL;
  gint64 start;

  g_assert_cmpuint (post (fixture, "/_practice/faults", "{\"fault\": \"flood\"}", NULL), ==, 400);
  g_assert_cmpuint (
    post (fixture, "/_practice/faults", "[{\"fault\": \"500\"}, {\"fault\": \"flood\"}]", NULL), ==,
    400);
  g_assert_cmpuint (post (fixture, "/_practice/faults", "no json", NULL), ==, 400);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k0", body, NULL), ==, 200);

  fault (fixture, "[{\"vendor\": \"acme\", \"action\": \"create-invoice\", \"fault\": \"429\", "
                  "\"retry_after\": 7}, {\"fault\": \"503\", \"times\": 2}]");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, &answer), ==, 429);
  g_assert_nonnull (sb_value_get_path (answer, "Fault.Error[0].Message"));
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, NULL), ==, 503);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, NULL), ==, 503);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, NULL), ==, 200);

  /* Nothing done, then done though nobody heard of it. */
  fault (fixture, "{\"fault\": \"drop-before-work\"}");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k2", body, NULL), ==, 0);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k2", body, NULL), ==, 200);
  fault (fixture, "{\"fault\": \"drop-after-work\"}");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k3", body, NULL), ==, 0);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k3", body, NULL), ==, 200);
  list = sb_practice_get_received (fixture->practice);
  g_assert_cmpuint (sb_value_get_length (list), ==, 5);
  assert_text (list, "[2].key", "k2");
  assert_text (list, "[2].repeated", "false");
  assert_text (list, "[3].key", "k3");
  assert_text (list, "[4].repeated", "true");

  /* One record only. */
  fault (fixture, "{\"fault\": \"500\", \"match\": \"unlucky\"}");
  fault (fixture, "{\"fault\": \"400\", \"message\": \"No such customer\", "
                  "\"match\": {\"CustomerRef.value\": \"13\"}}");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k4", body, NULL), ==, 200);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k5",
                          "{\"CustomerRef\": {\"value\": \"unlucky\"}}", NULL),
                    ==, 500);
  g_assert_cmpuint (
    post (fixture, "/acme/invoice?requestid=k6", "{\"CustomerRef\": {\"value\": \"13\"}}", &answer),
    ==, 400);
  assert_text (answer, "Fault.Error[0].Message", "No such customer");

  fault (fixture, "{\"fault\": \"garbage\"}");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k7", body, &answer), ==, 200);
  g_assert_null (answer);
  fault (fixture, "{\"fault\": \"redirect\"}");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k7", body, NULL), ==, 302);
  fault (fixture, "{\"fault\": \"slow\", \"delay_ms\": 150}");
  start = g_get_monotonic_time ();
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k7", body, NULL), ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 140000);
  fault (fixture, "{\"fault\": \"timeout\", \"delay_ms\": 100}");
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k8", body, NULL), ==, 0);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k8", body, NULL), ==, 200);

  fault (fixture, "{\"fault\": \"500\", \"times\": 9}");
  g_assert_cmpuint (ask (fixture, "DELETE", "/_practice/faults", NULL, NULL, NULL, NULL), ==, 204);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k9", body, NULL), ==, 200);
}

/* A held answer must not outlive the practice ground, nor keep it alive. */
static void
test_stop_while_waiting (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%d/acme/ships?number=1",
                                          sb_practice_get_port (fixture->practice));
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Got got = { 0 };

  fault (fixture, "{\"fault\": \"timeout\"}");
  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                               "Bearer practice-token");
  soup_session_send_and_read_async (fixture->session, message, 0, cancellable, got_cb, &got);
  for (guint i = 0; i < 200 && !got.done; i++)
    {
      g_usleep (1000);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_false (got.done);
  sb_practice_stop (fixture->practice);
  g_cancellable_cancel (cancellable);
  while (!got.done)
    g_main_context_iteration (NULL, TRUE);
  g_clear_error (&got.error);
  g_clear_pointer (&got.bytes, g_bytes_unref);
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const lines[] = {
    "GET\r\n\r\n",
    "POST /acme/%zz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "POST /acme/invoice?%ff=%00 HTTP/1.1\r\nHost: x\r\nContent-Type: "
    "application/json\r\nContent-Length: 3\r\n\r\n\xff\xfe{",
    "POST //// HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx",
    "POST /acme/pay HTTP/1.1\r\nHost: x\r\nContent-Type: "
    "application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\n=&a[]=1&[[]=&%=%z",
  };
  g_autoptr (GString) large = g_string_new (NULL);
  g_autoptr (SbValue) answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
        client, "127.0.0.1", (guint16)sb_practice_get_port (fixture->practice), NULL, NULL);

      g_assert_nonnull (connection);
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), lines[i],
                                 strlen (lines[i]), NULL, NULL, NULL);
      for (guint j = 0; j < 20; j++)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (500);
        }
    }
  for (guint i = 0; i < 1100; i++)
    g_string_append_printf (large, "%01024d", 0);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", large->str, &answer), ==, 413);
  g_assert_cmpuint (ask (fixture, "GET", "/_practice/", NULL, NULL, NULL, &answer), ==, 200);
  g_assert_nonnull (sb_value_get_path (answer, "vendors[0].actions[0].action"));
}

/* What was done outlasts a kill: another practice ground with the same file knows it. */
static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "practice.jsonl", NULL);
  const char *body = "{\"CustomerRef\": {\"value\": \"58\"}}";
  g_autoptr (SbValue) first = NULL, again = NULL, list = NULL;
  g_autoptr (GError) error = NULL;
  FILE *file;

  sb_practice_keep_in (fixture->practice, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, &first), ==, 200);
  g_object_unref (fixture->practice);

  /* Killed in the middle of a line. */
  file = fopen (path, "a");
  fputs ("{\"vendor\": \"acme\", \"act", file);
  fclose (file);

  fixture->practice = sb_practice_new (fixture->connectors);
  sb_practice_keep_in (fixture->practice, path, &error);
  g_assert_no_error (error);
  sb_practice_listen (fixture->practice, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (post (fixture, "/acme/invoice?requestid=k1", body, &again), ==, 200);
  g_assert_true (sb_value_equal (first, again));
  list = sb_practice_get_received (fixture->practice);
  g_assert_cmpuint (sb_value_get_length (list), ==, 2);
  assert_text (list, "[0].repeated", "false");
  assert_text (list, "[1].repeated", "true");

  g_assert_false (sb_practice_keep_in (fixture->practice, "/nowhere/at/all", &error));
  g_assert_nonnull (error);
}

/* The same port twice is one sentence, not a crash. */
static void
test_port_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SbPractice) second = sb_practice_new (fixture->connectors);
  g_autoptr (GError) error = NULL;

  g_assert_false (sb_practice_listen (second, sb_practice_get_port (fixture->practice), &error));
  g_assert_nonnull (strstr (error->message, "port"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define add(path, function)                                                                        \
  g_test_add ("/practice/" path, Fixture, NULL, set_up, function, tear_down)
  add ("auth", test_auth);
  add ("fields", test_fields);
  add ("key", test_key);
  add ("kinds", test_kinds);
  add ("lookup", test_lookup);
  add ("faults", test_faults);
  add ("stop-while-waiting", test_stop_while_waiting);
  add ("garbage", test_garbage);
  add ("kept", test_kept);
  add ("port-taken", test_port_taken);
#undef add
  return g_test_run ();
}
