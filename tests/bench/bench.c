/* bench.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "sb-json.h"

/* An order of Shopify of about 1 KB. */
static char *
make_body (guint number)
{
  return g_strdup_printf (
    "{\"id\":%u,\"name\":\"#%u\",\"order_number\":%u,\"created_at\":\"2026-11-20T09:14:02+01:00\","
    "\"financial_status\":\"paid\",\"currency\":\"EUR\",\"total_price\":\"66.90\",\"subtotal_"
    "price\":"
    "\"62.00\",\"total_tax\":\"10.68\",\"email\":\"oona.salminen@example.com\",\"customer\":{"
    "\"id\":%u,"
    "\"first_name\":\"Oona\",\"last_name\":\"Salminen\",\"email\":\"oona.salminen@example.com\"},"
    "\"line_items\":[{\"id\":1,\"title\":\"Harbour "
    "mug\",\"quantity\":2,\"price\":\"14.50\",\"sku\":"
    "\"MUG-01\",\"variant_id\":4410},{\"id\":2,\"title\":\"Sailcloth "
    "bag\",\"quantity\":1,\"price\":"
    "\"33.00\",\"sku\":\"BAG-07\",\"variant_id\":4411}],\"shipping_address\":{\"name\":\"Oona "
    "Salminen\","
    "\"address1\":\"Satamakatu 4\",\"city\":\"Helsinki\",\"zip\":\"00160\",\"country_code\":\"FI\","
    "\"phone\":\"+358 40 1234567\"},\"billing_address\":{\"name\":\"Oona Salminen\",\"address1\":"
    "\"Satamakatu "
    "4\",\"city\":\"Helsinki\",\"zip\":\"00160\",\"country_code\":\"FI\"},\"note\":\"%s\"}",
    number, number, number, number, "Please leave the parcel at the door of the boathouse.");
}

/**
 * bench_make_order:
 *
 * Returns: (transfer full): a whole signed request with a paid order in it
 */
GBytes *
bench_make_order (const char *token, const char *event_id, guint number)
{
  g_autofree char *body = make_body (number);
  g_autoptr (GHmac) hmac =
    g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)FIXTURE_SECRET, strlen (FIXTURE_SECRET));
  g_autofree char *signature = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;
  char *request;

  g_hmac_update (hmac, (const guchar *)body, (gssize)strlen (body));
  g_hmac_get_digest (hmac, digest, &length);
  signature = g_base64_encode (digest, length);
  request = g_strdup_printf (
    "POST /in/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Shopify-Captain-Hook\r\n"
    "Accept: */*\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
    "X-Shopify-Topic: orders/paid\r\nX-Shopify-Shop-Domain: harbour-goods.myshopify.com\r\n"
    "X-Shopify-API-Version: 2026-07\r\nX-Shopify-Webhook-Id: %s\r\n"
    "X-Shopify-Event-Id: %s\r\nX-Shopify-Hmac-Sha256: %s\r\n\r\n%s",
    token, strlen (body), event_id, event_id, signature, body);
  return g_bytes_new_take (request, strlen (request));
}

SbValue *
bench_make_number (double number, guint decimals)
{
  char text[64], format[8];

  g_snprintf (format, sizeof format, "%%.%uf", decimals);
  return sb_value_new_number (g_ascii_formatd (text, sizeof text, format, number), NULL);
}

void
bench_remove_folder (const char *folder)
{
  const char *const remove[] = { "rm", "-r", folder, NULL };

  g_spawn_sync (NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

/**
 * bench_write:
 * @path: (nullable)
 * @figures: an object
 *
 * Prints @figures, and puts them into the JSON file at @path beside those that are there.
 */
gboolean
bench_write (const char *path, SbValue *figures, GError **error)
{
  g_autoptr (SbValue) old = path != NULL ? sb_json_load_file (path, NULL) : NULL;
  g_autoptr (SbValue) all = old != NULL ? sb_value_copy (old) : sb_value_new_object ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < sb_value_get_length (figures); i++)
    {
      const char *name = sb_value_get_member_name (figures, i);
      SbValue *value = sb_value_get_member (figures, name);

      g_print ("%-20s %s\n", name, sb_value_get_text (value));
      sb_value_set (all, name, sb_value_ref (value));
    }
  if (path == NULL)
    return TRUE;
  text = sb_json_write_pretty (all);
  return g_file_set_contents (path, text, -1, error);
}

/**
 * bench_server_start:
 * @program: bench-server
 * @folder: (nullable)
 *
 * Starts it in a process of its own and waits until it listens.
 */
gboolean
bench_server_start (
  BenchServer *self, const char *program, const char *mode, const char *folder, GError **error)
{
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                    error, program, mode, folder, NULL);
  if (self->process == NULL)
    return FALSE;
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (lines, NULL, NULL, error);
  if (line == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "bench-server ended at once");
      return FALSE;
    }
  words = g_strsplit (line, " ", 2);
  self->port = atoi (words[0]);
  self->token = g_strdup (words[1]);
  return TRUE;
}

void
bench_server_stop (BenchServer *self)
{
  if (self->process == NULL)
    return;
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
  g_clear_pointer (&self->token, g_free);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

double
bench_median (GArray *numbers)
{
  g_array_sort (numbers, compare);
  return numbers->len % 2 == 1 ? g_array_index (numbers, double, numbers->len / 2)
                               : (g_array_index (numbers, double, numbers->len / 2 - 1) +
                                  g_array_index (numbers, double, numbers->len / 2)) /
                                   2;
}
