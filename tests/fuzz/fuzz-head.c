/* fuzz-head.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heads of requests: the whole input is what came over a connection.
 */

#include "config.h"

#include "fuzz.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-head.h"

/* The same bytes one at a time must come to the same end. */
static void
check_drip (const char *text, gsize length, gboolean found, gsize end)
{
  gsize scanned = 0, at = 0;

  for (gsize n = 1; n <= length; n++)
    if (sb_head_find_end (text, n, &scanned, &at))
      {
        fuzz_check (found && at == end && n == end);
        return;
      }
  fuzz_check (!found);
}

/* What was found good, libsoup must read as the same request. */
static void
check_with_libsoup (const char *text, gsize length, const SbHead *head)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *method = NULL;
  g_autofree char *path = NULL;
  SoupHTTPVersion version;
  /* libsoup reads up to the empty line and without it, as its own input does. */
  guint status =
    soup_headers_parse_request (text, (int)length - 2, headers, &method, &path, &version);
  SoupEncoding encoding;

  if (status == SOUP_STATUS_EXPECTATION_FAILED)
    {
      soup_message_headers_unref (headers);
      return;
    }
  fuzz_check (status == SOUP_STATUS_OK);
  fuzz_check (strpbrk (path, " \r\n") == NULL);
  encoding = soup_message_headers_get_encoding (headers);
  fuzz_check (head->chunked == (encoding == SOUP_ENCODING_CHUNKED));
  if (encoding == SOUP_ENCODING_CONTENT_LENGTH)
    fuzz_check ((guint64)soup_message_headers_get_content_length (headers) == head->length);
  else if (encoding != SOUP_ENCODING_CHUNKED)
    fuzz_check (head->length == 0);
  soup_message_headers_unref (headers);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const char *text = (const char *)data;
  gsize scanned = 0, end = 0;
  gboolean found = sb_head_find_end (text, size, &scanned, &end);
  SbHead head = { 4711, TRUE };
  guint status;

  fuzz_check (!found || (end > 0 && end <= size && text[end - 1] == '\n'));
  if (size <= 4096)
    check_drip (text, size, found, end);
  if (!found)
    return 0;

  status = sb_head_check (text, end, &head);
  fuzz_check (status == 0 || status == 400 || status == 414 || status == 417 || status == 431 ||
              status == 501 || status == 505);
  if (status != 0)
    {
      fuzz_check (head.length == 4711 && head.chunked);
      return 0;
    }
  fuzz_check (!(head.chunked && head.length > 0));
  fuzz_check (memchr (text, '\0', end) == NULL);
  fuzz_check (strncmp (text + end - 4, "\r\n\r\n", 4) == 0);
  check_with_libsoup (text, end, &head);
  return 0;
}
