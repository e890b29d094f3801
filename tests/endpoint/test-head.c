/* test-head.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-head.h"

typedef struct
{
  const char *name;
  const char *text;
  guint status;
} Case;

#define HOST "Host: a\r\n"

static const Case cases[] = {
  { "plain", "POST /in/x HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", 0 },
  { "old", "GET /healthz HTTP/1.0\r\n\r\n", 0 },
  { "absolute", "GET http://a/healthz HTTP/1.1\r\n" HOST "\r\n", 0 },
  { "chunked", "POST /in/x HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", 0 },
  { "spaces-around-value", "POST / HTTP/1.1\r\n" HOST "Content-Length: \t 7 \t\r\n\r\n", 0 },
  { "utf8-in-value", "POST / HTTP/1.1\r\n" HOST "X-Name: J\xc3\xb6rg\r\n\r\n", 0 },
  { "length-and-encoding",
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "encoding-and-length",
    "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400 },
  { "two-lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
    400 },
  { "length-list", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n", 400 },
  { "length-plus", "POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n", 400 },
  { "length-minus", "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
  { "length-hex", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n", 400 },
  { "length-empty", "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
  { "length-beyond-64-bit",
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\n", 400 },
  { "two-encodings",
    "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    400 },
  { "other-encoding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501 },
  { "hidden-encoding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 501 },
  { "encoding-in-old", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "space-before-colon", "POST / HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\n", 400 },
  { "folded", "POST / HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n", 400 },
  { "no-colon", "POST / HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", 400 },
  { "empty-name", "POST / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400 },
  { "control-in-value", "POST / HTTP/1.1\r\n" HOST "X-A: b\x01\r\n\r\n", 400 },
  { "bare-return-in-value", "POST / HTTP/1.1\r\n" HOST "X-A: b\rContent-Length: 5\r\n\r\n", 400 },
  { "bare-feeds", "POST / HTTP/1.1\nHost: a\n\n", 400 },
  { "one-bare-feed", "POST / HTTP/1.1\r\n" HOST "X-A: b\n\r\n", 400 },
  { "no-host", "POST / HTTP/1.1\r\n\r\n", 400 },
  { "two-hosts", "POST / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
  { "two-spaces", "POST  / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "no-version", "POST /\r\n" HOST "\r\n", 400 },
  { "version-2", "POST / HTTP/2.0\r\n" HOST "\r\n", 505 },
  { "version-tail", "POST / HTTP/1.1x\r\n" HOST "\r\n", 400 },
  { "not-http", "hello\r\n\r\n", 400 },
  { "bad-method", "PO(ST / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "target-star", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "target-authority", "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "expect-else", "POST / HTTP/1.1\r\n" HOST "Expect: a-miracle\r\n\r\n", 417 },
  { "target-control", "GET /a\x7f HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "target-high", "GET /\xc3\xb6 HTTP/1.1\r\n" HOST "\r\n", 400 },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  SbHead head = { 0 };

  g_assert_cmpuint (sb_head_check (c->text, strlen (c->text), &head), ==, c->status);
}

static void
test_body (void)
{
  const char *text = cases[0].text;
  SbHead head = { 0 };

  g_assert_cmpuint (sb_head_check (text, strlen (text), &head), ==, 0);
  g_assert_cmpuint (head.length, ==, 5);
  g_assert_false (head.chunked);

  text = cases[3].text;
  g_assert_cmpuint (sb_head_check (text, strlen (text), &head), ==, 0);
  g_assert_cmpuint (head.length, ==, 0);
  g_assert_true (head.chunked);
}

static void
check_connection (const char *line, gboolean old, gboolean keep, gboolean expects)
{
  g_autofree char *text =
    g_strdup_printf ("POST / HTTP/1.%c\r\nHost: a\r\n%s\r\n", old ? '0' : '1', line);
  SbHead head = { 0 };

  g_assert_cmpuint (sb_head_check (text, strlen (text), &head), ==, 0);
  g_assert_cmpint (head.keep, ==, keep);
  g_assert_cmpint (head.expects, ==, expects);
}

static void
test_connection (void)
{
  check_connection ("", FALSE, TRUE, FALSE);
  check_connection ("", TRUE, FALSE, FALSE);
  check_connection ("Connection: Keep-Alive\r\n", TRUE, TRUE, FALSE);
  check_connection ("Connection: Close\r\n", FALSE, FALSE, FALSE);
  check_connection ("Connection: upgrade , close\r\n", FALSE, FALSE, FALSE);
  check_connection ("Connection: disclose\r\n", FALSE, TRUE, FALSE);
  check_connection ("Connection: keep-alive\r\nConnection: close\r\n", TRUE, FALSE, FALSE);
  check_connection ("Expect: 100-Continue\r\n", FALSE, TRUE, TRUE);
  check_connection ("Expect: 100-continue\r\n", TRUE, FALSE, FALSE);
}

static void
test_read (void)
{
  const char *text =
    "POST /in/x?a=b HTTP/1.1\r\nHOST:a\r\nX-A: \t one \t\r\nx-a: two\r\nX-B:\r\n\r\n";
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  g_autoptr (GHashTable) headers = sb_head_read (text, strlen (text), &method, &target);

  g_assert_cmpstr (method, ==, "POST");
  g_assert_cmpstr (target, ==, "/in/x?a=b");
  g_assert_cmpuint (g_hash_table_size (headers), ==, 3);
  g_assert_cmpstr (g_hash_table_lookup (headers, "host"), ==, "a");
  g_assert_cmpstr (g_hash_table_lookup (headers, "x-a"), ==, "one, two");
  g_assert_cmpstr (g_hash_table_lookup (headers, "x-b"), ==, "");
}

static void
test_nul (void)
{
  const char text[] = "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n";
  SbHead head = { 0 };

  g_assert_cmpuint (sb_head_check (text, sizeof text - 1, &head), ==, 400);
}

static void
test_many (void)
{
  GString *text = g_string_new ("POST / HTTP/1.1\r\nHost: a\r\n");
  SbHead head = { 0 };

  for (guint i = 1; i < SB_HEAD_MAX_HEADERS; i++)
    g_string_append_printf (text, "X-%u: 1\r\n", i);
  g_string_append (text, "\r\n");
  g_assert_cmpuint (sb_head_check (text->str, text->len, &head), ==, 0);
  g_string_insert (text, (gssize)strlen ("POST / HTTP/1.1\r\n"), "X-More: 1\r\n");
  g_assert_cmpuint (sb_head_check (text->str, text->len, &head), ==, 431);
  g_string_free (text, TRUE);
}

static void
test_long_target (void)
{
  GString *text = g_string_new ("GET /");
  SbHead head = { 0 };

  for (guint i = 0; i < SB_HEAD_MAX_TARGET; i++)
    g_string_append_c (text, 'a');
  g_string_append (text, " HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (sb_head_check (text->str, text->len, &head), ==, 414);
  g_string_erase (text, 5, 1);
  g_assert_cmpuint (sb_head_check (text->str, text->len, &head), ==, 0);
  g_string_free (text, TRUE);
}

/* However the bytes are cut into packets, the end is found at the same place. */
static void
test_find_end (void)
{
  static const char *const texts[] = { "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest\r\n\r\n", "A\n\nrest",
                                       "A\r\nB\n\r\nrest", "\r\n\r\nrest" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text = texts[i];
      gsize wanted = (gsize)(strstr (text, "rest") - text);

      for (gsize step = 1; step <= strlen (text); step++)
        {
          gsize scanned = 0, end = 0, have = 0;

          do
            {
              g_assert_cmpuint (have, <, strlen (text));
              have = MIN (have + step, strlen (text));
            }
          while (!sb_head_find_end (text, have, &scanned, &end));
          g_assert_cmpuint (end, ==, wanted);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/head/check/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/head/body", test_body);
  g_test_add_func ("/head/connection", test_connection);
  g_test_add_func ("/head/read", test_read);
  g_test_add_func ("/head/nul", test_nul);
  g_test_add_func ("/head/many", test_many);
  g_test_add_func ("/head/long-target", test_long_target);
  g_test_add_func ("/head/find-end", test_find_end);
  return g_test_run ();
}
