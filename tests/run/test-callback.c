/* test-callback.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* The port that is open while somebody signs in: how it ends. What it takes and refuses is in
 * tests/ctl. */

#include "config.h"

#include <string.h>

#include "sb-callback.h"
#include "sb-error.h"
#include "sb-oauth.h"

#define STATE "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static void
got_cb (GObject *object, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

static void
await (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static GSocketConnection *
knock (guint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  return g_socket_client_connect_to_host (client, "127.0.0.1", (guint16)port, NULL, NULL);
}

static void
assert_deaf (guint port)
{
  g_autoptr (GSocketConnection) connection = knock (port);

  g_assert_null (connection);
}

static void
test_patience (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbCallback) callback = sb_callback_new (0, STATE, NULL, &error);
  g_autoptr (GAsyncResult) result = NULL;
  guint port = sb_callback_get_port (callback);

  g_assert_no_error (error);
  sb_callback_wait_async (callback, 30 * 1000, NULL, got_cb, &result);
  await (&result);
  g_assert_null (sb_callback_wait_finish (callback, result, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_UNAVAILABLE);
  assert_deaf (port);
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbCallback) callback = sb_callback_new (0, STATE, NULL, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  guint port = sb_callback_get_port (callback);

  sb_callback_wait_async (callback, G_USEC_PER_SEC * 60, cancellable, got_cb, &result);
  g_cancellable_cancel (cancellable);
  await (&result);
  g_assert_null (sb_callback_wait_finish (callback, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_deaf (port);
}

static void
test_port_is_taken (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbCallback) first = sb_callback_new (0, STATE, NULL, &error);
  SbCallback *second = sb_callback_new (sb_callback_get_port (first), STATE, NULL, &error);

  g_assert_null (second);
  g_assert_error (error, SB_ERROR, SB_ERROR_BUSY);
}

/* An address that was copied from the browser is looked at just as well. */
static void
test_address (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbCallback) callback = sb_callback_new (0, STATE, NULL, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GHashTable) brought = NULL;

  sb_callback_wait_async (callback, G_USEC_PER_SEC * 60, NULL, got_cb, &result);
  g_assert_false (sb_callback_take_address (callback, "https://shop.example/", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (
    sb_callback_take_address (callback, "https://shop.example/?code=1&state=wrong", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (sb_callback_take_address (
    callback, "  https://shop.example/back?state=" STATE "&code=c%2F1#end \n", &error));
  g_assert_no_error (error);
  await (&result);
  brought = sb_callback_wait_finish (callback, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (brought, "code"), ==, "c/1");
  /* Once. */
  g_assert_false (
    sb_callback_take_address (callback, "https://shop.example/?code=2&state=" STATE, &error));
}

/* Those who connect and say nothing keep nobody out who has something to say. */
static void
test_silent_peers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbCallback) callback = sb_callback_new (0, STATE, NULL, &error);
  g_autoptr (GPtrArray) silent = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GHashTable) brought = NULL;
  g_autoptr (GSocketConnection) browser = NULL;
  const char *text = "GET " SB_OAUTH_PATH "?state=" STATE "&code=1 HTTP/1.1\r\nHost: localhost:";
  g_autofree char *request = NULL;
  char page[64] = { 0 };
  g_autoptr (GAsyncResult) read = NULL;
  guint port = sb_callback_get_port (callback);

  sb_callback_wait_async (callback, G_USEC_PER_SEC * 60, NULL, got_cb, &result);
  /* One at a time: the kernel keeps only ten for a listener that is busy. */
  for (guint i = 0; i < 12; i++)
    {
      g_ptr_array_add (silent, knock (port));
      for (guint turn = 0; turn < 20; turn++)
        g_main_context_iteration (NULL, FALSE);
    }
  browser = knock (port);
  request = g_strdup_printf ("%s%u\r\n\r\n", text, port);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (browser)),
                                            request, strlen (request), NULL, NULL, &error));
  await (&result);
  brought = sb_callback_wait_finish (callback, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (brought, "code"), ==, "1");

  sb_callback_answer (callback, TRUE, "<b>in</b>");
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (browser)), page,
                             sizeof page - 1, G_PRIORITY_DEFAULT, NULL, got_cb, &read);
  await (&read);
  g_assert_true (g_str_has_prefix (page, "HTTP/1.1 200 OK\r\n"));
  assert_deaf (port);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/callback/patience", test_patience);
  g_test_add_func ("/callback/cancelled", test_cancelled);
  g_test_add_func ("/callback/port", test_port_is_taken);
  g_test_add_func ("/callback/address", test_address);
  g_test_add_func ("/callback/silent-peers", test_silent_peers);
  return g_test_run ();
}
