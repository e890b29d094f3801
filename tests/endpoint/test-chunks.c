/* test-chunks.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-chunks.h"

#define LIMIT 32

typedef struct
{
  const char *name;
  const char *text;
  SbChunksResult result;
  const char *body; /* (nullable) */
} Case;

/* What comes after the last chunk is "rest". */
static const Case cases[] = {
  { "empty", "0\r\n\r\nrest", SB_CHUNKS_DONE, "" },
  { "one", "5\r\nhello\r\n0\r\n\r\nrest", SB_CHUNKS_DONE, "hello" },
  { "two", "5\r\nhello\r\nA\r\n\r\n there!!\r\n00\r\n\r\nrest", SB_CHUNKS_DONE,
    "hello\r\n there!!" },
  { "extension", "3;a=\"b\"\r\nabc\r\n0 ;x\r\n\r\nrest", SB_CHUNKS_DONE, "abc" },
  { "trailer", "3\r\nabc\r\n0\r\nX-A: b\r\nX-C: d\r\n\r\nrest", SB_CHUNKS_DONE, "abc" },
  { "limit", "20\r\n01234567890123456789012345678901\r\n0\r\n\r\nrest", SB_CHUNKS_DONE,
    "01234567890123456789012345678901" },
  { "over-limit", "21\r\n0", SB_CHUNKS_TOO_LARGE, NULL },
  { "over-limit-together", "1F\r\n0123456789012345678901234567890\r\n2\r\n", SB_CHUNKS_TOO_LARGE,
    NULL },
  { "huge", "fffffffffffffff\r\n", SB_CHUNKS_TOO_LARGE, NULL },
  { "beyond-64-bit", "10000000000000005\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "no-size", "\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "minus", "-5\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "prefix", "0x5\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "space-before", " 5\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "letters", "5z\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "longer-than-said", "5\r\nhelloworld\r\n0\r\n\r\n", SB_CHUNKS_BROKEN, NULL },
  { "bare-feed", "5\nhello\r\n0\r\n\r\n", SB_CHUNKS_BROKEN, NULL },
  { "bare-feed-after-data", "5\r\nhello\n\n0\r\n\r\n", SB_CHUNKS_BROKEN, NULL },
  { "bare-return-in-extension", "5;\r0\r\nhello\r\n", SB_CHUNKS_BROKEN, NULL },
  { "bare-feed-in-trailer", "0\r\nX-A: b\n\r\n", SB_CHUNKS_BROKEN, NULL },
  { "unfinished", "5\r\nhel", SB_CHUNKS_MORE, NULL },
  { "unfinished-trailer", "0\r\nX-A: b\r\n", SB_CHUNKS_MORE, NULL },
};

/* Feeds @text in pieces, keeping what was not used, as a pipe does. */
static SbChunksResult
feed (const char *text, gsize step, GByteArray *body, gsize *used)
{
  SbChunks chunks = { 0 };
  gsize length = strlen (text), have = 0;
  SbChunksResult result = SB_CHUNKS_MORE;

  *used = 0;
  while (result == SB_CHUNKS_MORE && have < length)
    {
      gsize taken = 0;

      have = MIN (have + step, length);
      result = sb_chunks_take (&chunks, text + *used, have - *used, LIMIT, body, &taken);
      *used += taken;
    }
  return result;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;

  for (gsize step = 1; step <= strlen (c->text); step++)
    {
      g_autoptr (GByteArray) body = g_byte_array_new ();
      gsize used;

      g_assert_cmpint (feed (c->text, step, body, &used), ==, c->result);
      g_assert_cmpuint (body->len, <=, LIMIT);
      if (c->body != NULL)
        {
          g_assert_cmpmem (body->data, body->len, c->body, strlen (c->body));
          g_assert_cmpstr (c->text + used, ==, "rest");
        }
    }
}

/* A line that never ends is not waited for. */
static void
test_endless (void)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autofree char *line = g_strnfill (4096, '1');
  g_autoptr (GString) trailer = g_string_new ("0\r\n");
  gsize used;

  line[0] = '0';
  line[1] = ';';
  g_assert_cmpint (feed (line, 4096, body, &used), ==, SB_CHUNKS_BROKEN);
  for (guint i = 0; i < 1000; i++)
    g_string_append (trailer, "X-A: b\r\n");
  g_assert_cmpint (feed (trailer->str, 64, body, &used), ==, SB_CHUNKS_BROKEN);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/chunks/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/chunks/endless", test_endless);
  return g_test_run ();
}
