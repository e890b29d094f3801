/* test-http.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "sb-http.h"

/* A server of raw sockets, because it has to misbehave: the path says how. */
typedef struct
{
  GSocketService *service;
  guint16 port;
  gint requests;      /* atomic */
  gint with_cookie;   /* atomic */
  gint bytes_written; /* atomic, KiB */
} Vendor;

static char *
read_request (GInputStream *input)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize got = 0;
  gsize wanted = G_MAXSIZE;

  while (text->len < wanted &&
         (got = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    {
      const char *end = NULL;
      const char *length = NULL;

      g_string_append_len (text, buffer, got);
      if (text->str[0] == 0x16) /* the hello of TLS, which this server does not speak */
        break;
      end = strstr (text->str, "\r\n\r\n");
      if (end == NULL)
        continue;
      length = strstr (text->str, "Content-Length: ");
      wanted = (end - text->str) + 4 + (length != NULL ? strtoul (length + 16, NULL, 10) : 0);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
write_text (GOutputStream *output, const char *text)
{
  g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL);
}

static void
write_endless (Vendor *vendor, GOutputStream *output)
{
  static char block[64 * 1024];

  write_text (output, "HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n");
  for (guint i = 0; i < 3200; i++)
    {
      if (!g_output_stream_write_all (output, block, sizeof block, NULL, NULL, NULL))
        return;
      g_atomic_int_add (&vendor->bytes_written, 64);
    }
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer data)
{
  Vendor *vendor = data;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *request = read_request (g_io_stream_get_input_stream (G_IO_STREAM (connection)));

  g_atomic_int_inc (&vendor->requests);
  if (strstr (request, "Cookie:") != NULL)
    g_atomic_int_inc (&vendor->with_cookie);

  if (strstr (request, " /ok ") != NULL)
    write_text (output, "HTTP/1.1 201 Created\r\nX-One: a\r\nx-one: b\r\nSet-Cookie: s=1\r\n"
                        "Content-Length: 11\r\nConnection: close\r\n\r\n{\"id\": \"7\"}");
  else if (strstr (request, " /echo ") != NULL)
    {
      g_autofree char *answer =
        g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                         strlen (request), request);
      write_text (output, answer);
    }
  else if (strstr (request, " /redirect ") != NULL)
    write_text (output, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n"
                        "Connection: close\r\n\r\n");
  else if (strstr (request, " /unauthorized ") != NULL)
    write_text (output, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                        "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
  else if (strstr (request, " /broken-yes ") != NULL)
    write_text (output, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\"");
  else if (strstr (request, " /broken-no ") != NULL)
    write_text (output, "HTTP/1.1 500 Broken\r\nContent-Length: 100\r\n\r\n{\"id\"");
  else if (strstr (request, " /huge ") != NULL)
    write_endless (vendor, output);
  else if (strstr (request, " /slow ") != NULL)
    g_usleep (600 * 1000);
  else if (request[0] == 0x16)
    write_text (output, "HTTP/1.1 400 Bad Request\r\n\r\n");
  /* "/drop": nothing at all. */

  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static void
vendor_start (Vendor *vendor)
{
  memset (vendor, 0, sizeof *vendor);
  vendor->service = g_threaded_socket_service_new (64);
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (vendor->service), 512);
  vendor->port =
    g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (vendor->service), NULL, NULL);
  g_assert_cmpint (vendor->port, >, 0);
  g_signal_connect (vendor->service, "run", G_CALLBACK (run_cb), vendor);
  g_socket_service_start (vendor->service);
}

static void
vendor_stop (Vendor *vendor)
{
  g_socket_service_stop (vendor->service);
  g_socket_listener_close (G_SOCKET_LISTENER (vendor->service));
  g_clear_object (&vendor->service);
}

static SbRequest *
new_request (const char *scheme, guint port, const char *method, const char *path, const char *body)
{
  SbRequest *request = g_new0 (SbRequest, 1);

  request->method = g_strdup (method);
  request->url = g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, port, path);
  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (request->headers, g_strdup ("Idempotency-Key"), g_strdup ("k-1"));
  if (body != NULL)
    {
      request->content_type = g_strdup ("application/json");
      request->body = g_bytes_new (body, strlen (body));
    }
  return request;
}

static void
free_request (SbRequest *request)
{
  g_free (request->method);
  g_free (request->url);
  g_hash_table_unref (request->headers);
  g_free (request->content_type);
  g_clear_pointer (&request->body, g_bytes_unref);
  g_free (request);
}

static void
clear_answer (SbAnswer *answer)
{
  g_clear_pointer (&answer->headers, g_hash_table_unref);
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_clear_pointer (&answer->transport, g_free);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static void
send_to (const char *scheme,
         guint port,
         const char *method,
         const char *path,
         const char *body,
         SbAnswer *answer)
{
  gint64 timeout_us = g_str_equal (path, "/slow") ? 300 * 1000 : 20 * G_USEC_PER_SEC;
  g_autoptr (SbHttp) http = sb_http_new (timeout_us);
  SbRequest *request = new_request (scheme, port, method, path, body);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  memset (answer, 0, sizeof *answer);
  sb_http_send_async (http, request, NULL, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (sb_http_send_finish (http, result, answer, &error));
  g_assert_no_error (error);
  free_request (request);
}

static void
test_answer (void)
{
  Vendor vendor;
  SbAnswer answer;

  vendor_start (&vendor);
  send_to ("http", vendor.port, "POST", "/ok", "{}", &answer);
  g_assert_cmpint (answer.status, ==, 201);
  g_assert_true (answer.sent);
  g_assert_null (answer.transport);
  g_assert_cmpstr (g_hash_table_lookup (answer.headers, "x-one"), ==, "a, b");
  g_assert_cmpmem (g_bytes_get_data (answer.body, NULL), g_bytes_get_size (answer.body),
                   "{\"id\": \"7\"}", 11);
  clear_answer (&answer);

  send_to ("http", vendor.port, "PUT", "/echo", "{\"a\": 1}", &answer);
  g_assert_cmpint (answer.status, ==, 200);
  {
    g_autofree char *text =
      g_strndup (g_bytes_get_data (answer.body, NULL), g_bytes_get_size (answer.body));

    g_assert_true (g_str_has_prefix (text, "PUT /echo HTTP/1.1\r\n"));
    g_assert_nonnull (strstr (text, "Idempotency-Key: k-1\r\n"));
    g_assert_nonnull (strstr (text, "Content-Type: application/json\r\n"));
    g_assert_true (g_str_has_suffix (text, "\r\n\r\n{\"a\": 1}"));
  }
  clear_answer (&answer);
  g_assert_cmpint (vendor.with_cookie, ==, 0);
  vendor_stop (&vendor);
}

static void
test_not_followed (void)
{
  Vendor vendor;
  SbAnswer answer;

  vendor_start (&vendor);
  send_to ("http", vendor.port, "GET", "/redirect", NULL, &answer);
  g_assert_cmpint (answer.status, ==, 302);
  g_assert_cmpstr (g_hash_table_lookup (answer.headers, "location"), ==, "/ok");
  clear_answer (&answer);

  send_to ("http", vendor.port, "GET", "/unauthorized", NULL, &answer);
  g_assert_cmpint (answer.status, ==, 401);
  clear_answer (&answer);
  g_assert_cmpint (vendor.requests, ==, 2);
  vendor_stop (&vendor);
}

/* What matters about no answer is whether the vendor may have acted. */
static void
assert_no_answer (
  const char *scheme, guint port, const char *path, gboolean sent, const char *words)
{
  SbAnswer answer;

  send_to (scheme, port, "POST", path, "{}", &answer);
  g_assert_cmpint (answer.status, ==, 0);
  g_assert_cmpint (answer.sent, ==, sent);
  g_assert_nonnull (answer.transport);
  if (strstr (answer.transport, words) == NULL)
    g_error ("“%s” does not say “%s”", answer.transport, words);
  clear_answer (&answer);
}

static void
test_no_answer (void)
{
  Vendor vendor;

  vendor_start (&vendor);
  assert_no_answer ("http", vendor.port, "/slow", TRUE, "within 0.3 seconds");
  assert_no_answer ("http", vendor.port, "/drop", TRUE, "went dead");
  assert_no_answer ("http", vendor.port, "/broken-yes", TRUE, "went dead");
  assert_no_answer ("https", vendor.port, "/ok", FALSE, "no safe connection");
  vendor_stop (&vendor);
  assert_no_answer ("http", vendor.port, "/ok", FALSE, "refused");
  assert_no_answer ("nonsense", 0, " x", FALSE, "settings");
}

static void
test_broken_refusal (void)
{
  Vendor vendor;
  SbAnswer answer;

  vendor_start (&vendor);
  send_to ("http", vendor.port, "POST", "/broken-no", "{}", &answer);
  g_assert_cmpint (answer.status, ==, 500);
  clear_answer (&answer);
  vendor_stop (&vendor);
}

static void
test_huge (void)
{
  Vendor vendor;
  SbAnswer answer;

  vendor_start (&vendor);
  send_to ("http", vendor.port, "POST", "/huge", "{}", &answer);
  g_assert_cmpint (answer.status, ==, 200);
  g_assert_cmpuint (g_bytes_get_size (answer.body), ==, SB_HTTP_MAX_ANSWER);
  g_assert_nonnull (strstr (answer.transport, "larger than 1 MiB"));
  clear_answer (&answer);
  vendor_stop (&vendor);
  g_assert_cmpint (g_atomic_int_get (&vendor.bytes_written), <, 100 * 1024);
}

static void
test_cancel (void)
{
  g_autoptr (SbHttp) http = sb_http_new (10 * G_USEC_PER_SEC);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbRequest *request = NULL;
  SbAnswer answer = { 0 };
  Vendor vendor;

  vendor_start (&vendor);
  request = new_request ("http", vendor.port, "POST", "/slow", "{}");
  sb_http_send_async (http, request, cancellable, done_cb, &result);
  while (g_atomic_int_get (&vendor.requests) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sb_http_send_finish (http, result, &answer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  free_request (request);
  vendor_stop (&vendor);
}

static void
test_many (void)
{
  g_autoptr (SbHttp) http = sb_http_new (20 * G_USEC_PER_SEC);
  GAsyncResult *results[200] = { 0 };
  Vendor vendor;
  SbRequest *request = NULL;

  vendor_start (&vendor);
  request = new_request ("http", vendor.port, "POST", "/ok", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    sb_http_send_async (http, request, NULL, done_cb, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      SbAnswer answer = { 0 };

      while (results[i] == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (sb_http_send_finish (http, results[i], &answer, NULL));
      g_assert_cmpstr (answer.transport, ==, NULL);
      g_assert_cmpint (answer.status, ==, 201);
      clear_answer (&answer);
      g_object_unref (results[i]);
    }
  g_assert_cmpint (vendor.requests, ==, G_N_ELEMENTS (results));
  free_request (request);
  vendor_stop (&vendor);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/answer", test_answer);
  g_test_add_func ("/http/not-followed", test_not_followed);
  g_test_add_func ("/http/no-answer", test_no_answer);
  g_test_add_func ("/http/broken-refusal", test_broken_refusal);
  g_test_add_func ("/http/huge", test_huge);
  g_test_add_func ("/http/cancel", test_cancel);
  g_test_add_func ("/http/many", test_many);
  return g_test_run ();
}
