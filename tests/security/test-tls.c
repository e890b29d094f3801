/* test-tls.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A host that cannot prove who it is gets no request, and one that sends elsewhere gets no second
 * one: neither a key nor a body reaches either.
 */

#include "config.h"

#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "sb-http.h"

#define CANARY "canary-bearer-5b1e"

typedef struct
{
  GSocketService *service;
  GTlsCertificate *certificate; /* (nullable): without TLS */
  char *redirect;               /* (nullable): where it sends to */
  guint status;                 /* with which */
  guint16 port;
  gint requests; /* atomic: whole heads that were read */
  gint canaries; /* atomic */
} Host;

static char *export(int (*func) (gnutls_datum_t *out, gpointer data), gpointer data)
{
  gnutls_datum_t out = { NULL, 0 };
  char *text = NULL;

  g_assert_cmpint (func (&out, data), ==, 0);
  text = g_strndup ((const char *)out.data, out.size);
  gnutls_free (out.data);
  return text;
}

static int
export_key (gnutls_datum_t *out, gpointer data)
{
  return gnutls_x509_privkey_export2_pkcs8 (data, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                            out);
}

static int
export_certificate (gnutls_datum_t *out, gpointer data)
{
  return gnutls_x509_crt_export2 (data, GNUTLS_X509_FMT_PEM, out);
}

/* For 127.0.0.1, and good for an hour; but nobody vouches for it. */
static GTlsCertificate *
make_certificate (void)
{
  static const guint8 address[] = { 127, 0, 0, 1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *certificate_pem = NULL;
  g_autofree char *both = NULL;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  GTlsCertificate *certificate = NULL;
  time_t now = (time_t)(g_get_real_time () / G_USEC_PER_SEC);

  gnutls_x509_privkey_init (&key);
  gnutls_x509_crt_init (&crt);
  g_assert_cmpint (gnutls_x509_privkey_generate (
                     key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                   ==, 0);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\1", 1);
  gnutls_x509_crt_set_activation_time (crt, now - 60);
  gnutls_x509_crt_set_expiration_time (crt, now + 3600);
  gnutls_x509_crt_set_dn (crt, "CN=127.0.0.1", NULL);
  gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, address, sizeof address,
                                        GNUTLS_FSAN_SET);
  gnutls_x509_crt_set_key (crt, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  key_pem = export(export_key, key);
  certificate_pem = export(export_certificate, crt);
  both = g_strconcat (certificate_pem, key_pem, NULL);
  certificate = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  return certificate;
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer data)
{
  Host *host = data;
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (connection));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *answer = NULL;
  char buffer[4096];
  gssize got = 0;

  if (host->certificate != NULL)
    {
      g_object_unref (stream);
      stream = g_tls_server_connection_new (G_IO_STREAM (connection), host->certificate, NULL);
      g_assert_nonnull (stream);
    }
  while (strstr (text->str, "\r\n\r\n") == NULL &&
         (got = g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer,
                                     NULL, NULL)) > 0)
    {
      g_string_append_len (text, buffer, got);
      /* The hello of TLS, which this host does not speak now. */
      if (host->certificate == NULL && text->str[0] == 0x16)
        break;
    }
  if (strstr (text->str, CANARY) != NULL)
    g_atomic_int_inc (&host->canaries);
  if (strstr (text->str, "\r\n\r\n") != NULL)
    {
      g_atomic_int_inc (&host->requests);
      answer = host->redirect != NULL
                 ? g_strdup_printf ("HTTP/1.1 %u Elsewhere\r\nLocation: %s\r\nContent-Length: "
                                    "0\r\nConnection: close\r\n\r\n",
                                    host->status, host->redirect)
                 : g_strdup ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
      g_output_stream_write_all (g_io_stream_get_output_stream (stream), answer, strlen (answer),
                                 NULL, NULL, NULL);
    }
  g_io_stream_close (stream, NULL, NULL);
  return TRUE;
}

static void
host_start (Host *host, gboolean tls, const char *redirect)
{
  memset (host, 0, sizeof *host);
  host->certificate = tls ? make_certificate () : NULL;
  host->redirect = g_strdup (redirect);
  host->service = g_threaded_socket_service_new (8);
  host->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (host->service), NULL, NULL);
  g_assert_cmpint (host->port, >, 0);
  g_signal_connect (host->service, "run", G_CALLBACK (run_cb), host);
  g_socket_service_start (host->service);
}

static void
host_stop (Host *host)
{
  g_socket_service_stop (host->service);
  g_socket_listener_close (G_SOCKET_LISTENER (host->service));
  g_clear_object (&host->service);
  g_clear_object (&host->certificate);
  g_free (host->redirect);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

/* Sends the canary in a header and in the body. */
static void
send_canary (const char *scheme, const char *method, guint port, SbAnswer *answer)
{
  g_autoptr (SbHttp) http = sb_http_new (20 * G_USEC_PER_SEC);
  g_autoptr (SbRequest) request = g_new0 (SbRequest, 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  request->method = g_strdup (method);
  request->url = g_strdup_printf ("%s://127.0.0.1:%u/v1", scheme, port);
  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (request->headers, g_strdup ("Authorization"), g_strdup ("Bearer " CANARY));
  request->content_type = g_strdup ("application/json");
  request->body = g_bytes_new_static ("\"" CANARY "\"", strlen (CANARY) + 2);
  sb_http_send_async (http, request, NULL, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (sb_http_send_finish (http, result, answer, &error));
}

static void
test_unknown_certificate (void)
{
  Host host;
  SbAnswer answer = { 0 };

  host_start (&host, TRUE, NULL);
  send_canary ("https", "POST", host.port, &answer);
  g_assert_cmpuint (answer.status, ==, 0);
  g_assert_nonnull (strstr (answer.transport, "no safe connection to 127.0.0.1"));
  g_assert_false (answer.sent);
  sb_answer_clear (&answer);
  host_stop (&host);
  g_assert_cmpint (g_atomic_int_get (&host.requests), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&host.canaries), ==, 0);
}

/* A host that speaks no TLS is not asked again without. */
static void
test_no_downgrade (void)
{
  Host host;
  SbAnswer answer = { 0 };

  host_start (&host, FALSE, NULL);
  send_canary ("https", "POST", host.port, &answer);
  g_assert_cmpuint (answer.status, ==, 0);
  g_assert_nonnull (answer.transport);
  sb_answer_clear (&answer);
  host_stop (&host);
  g_assert_cmpint (g_atomic_int_get (&host.canaries), ==, 0);
}

/* Redirects are answers like any other: whatever they say, nobody else is called. */
static void
test_redirect (void)
{
  static const guint statuses[] = { 301, 302, 303, 307, 308 };
  static const char *const methods[] = { "POST", "GET", "PUT" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    for (guint j = 0; j < G_N_ELEMENTS (methods); j++)
      {
        Host other;
        Host host;
        SbAnswer answer = { 0 };
        g_autofree char *place = NULL;

        host_start (&other, FALSE, NULL);
        place = g_strdup_printf ("http://localhost:%u/v1", other.port);
        host_start (&host, FALSE, place);
        host.status = statuses[i];
        send_canary ("http", methods[j], host.port, &answer);
        g_assert_cmpuint (answer.status, ==, statuses[i]);
        sb_answer_clear (&answer);
        g_assert_cmpint (g_atomic_int_get (&host.canaries), ==, 1);
        host_stop (&host);
        host_stop (&other);
        g_assert_cmpint (g_atomic_int_get (&other.requests), ==, 0);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_print ("1..0 # SKIP glib-networking is not installed\n");
      return 0;
    }
  g_test_add_func ("/tls/unknown-certificate", test_unknown_certificate);
  g_test_add_func ("/tls/no-downgrade", test_no_downgrade);
  g_test_add_func ("/tls/redirect", test_redirect);
  return g_test_run ();
}
