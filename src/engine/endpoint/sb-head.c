/* sb-head.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-head.h"

#include <string.h>

/* RFC 9110, section 5.6.2. */
static gboolean
is_token_char (guchar c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static gboolean
is_token (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!is_token_char ((guchar)text[i]))
      return FALSE;
  return length > 0;
}

static gboolean
name_is (const char *name, gsize length, const char *wanted)
{
  return length == strlen (wanted) && g_ascii_strncasecmp (name, wanted, length) == 0;
}

/**
 * sb_head_find_end:
 * @text: bytes received so far
 * @length: their number
 * @scanned: (inout): how many of them were looked at in earlier calls
 * @end: (out): length of the head with its empty line
 *
 * Looks for the empty line that ends a head, each byte once however slowly they come. A line feed
 * alone ends a line too, so that a head that uses it is found and refused rather than waited for.
 *
 * Returns: %FALSE while the empty line is missing
 */
gboolean
sb_head_find_end (const char *text, gsize length, gsize *scanned, gsize *end)
{
  gsize at = *scanned;

  while (at < length)
    {
      const char *feed = memchr (text + at, '\n', length - at);
      gsize next;

      if (feed == NULL)
        break;
      at = (gsize)(feed - text);
      next = at + 1;
      if (next < length && text[next] == '\r')
        next++;
      if (next >= length)
        {
          *scanned = at;
          return FALSE;
        }
      if (text[next] == '\n')
        {
          *end = next + 1;
          return TRUE;
        }
      at++;
    }

  *scanned = length;
  return FALSE;
}

/* METHOD SP target SP HTTP/1.x, with single spaces: what stands between is not guessed at. */
static guint
check_request_line (const char *line, gsize length, gboolean *old)
{
  const char *space = memchr (line, ' ', length);
  const char *target, *target_end;
  gsize rest;

  if (space == NULL || space - line > 32 || !is_token (line, (gsize)(space - line)))
    return 400;

  target = space + 1;
  rest = length - (gsize)(target - line);
  target_end = memchr (target, ' ', rest);
  if (target_end == NULL)
    return rest > SB_HEAD_MAX_TARGET ? 414 : 400;
  if (target_end - target > SB_HEAD_MAX_TARGET)
    return 414;
  for (const char *p = target; p < target_end; p++)
    if ((guchar)*p <= 0x20 || (guchar)*p >= 0x7f)
      return 400;
  if (*target != '/' && g_ascii_strncasecmp (target, "http://", 7) != 0 &&
      g_ascii_strncasecmp (target, "https://", 8) != 0)
    return 400;

  rest = length - (gsize)(target_end + 1 - line);
  if (rest != strlen ("HTTP/1.1") || strncmp (target_end + 1, "HTTP/", 5) != 0)
    return 400;
  if (strncmp (target_end + 1, "HTTP/1.1", 8) != 0 && strncmp (target_end + 1, "HTTP/1.0", 8) != 0)
    return 505;
  *old = target_end[8] == '0';
  return 0;
}

typedef struct
{
  guint hosts;
  guint lengths;
  guint encodings;
  gboolean closes;
  gboolean keeps;
  SbHead *head;
} Fields;

static guint
check_length (const char *value, gsize length, Fields *fields)
{
  guint64 number = 0;

  if (++fields->lengths > 1 || length == 0 || length > 18)
    return 400;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return 400;
      number = number * 10 + (guint64)(value[i] - '0');
    }
  fields->head->length = number;
  return 0;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* The value without the blanks around it. */
static const char *
trim (const char *text, const char *end, gsize *length)
{
  while (text < end && is_blank (*text))
    text++;
  while (end > text && is_blank (end[-1]))
    end--;
  *length = (gsize)(end - text);
  return text;
}

/* A list of words, such as "keep-alive, Upgrade". */
static void
read_connection (const char *value, gsize length, Fields *fields)
{
  const char *end = value + length;

  while (value < end)
    {
      const char *comma = memchr (value, ',', (gsize)(end - value));
      gsize word_length;
      const char *word = trim (value, comma != NULL ? comma : end, &word_length);

      fields->closes |= name_is (word, word_length, "close");
      fields->keeps |= name_is (word, word_length, "keep-alive");
      value = comma != NULL ? comma + 1 : end;
    }
}

static guint
check_field (const char *line, gsize length, Fields *fields)
{
  const char *colon = memchr (line, ':', length);
  const char *value;
  gsize name_length, value_length;

  if (colon == NULL || !is_token (line, (gsize)(colon - line)))
    return 400;
  name_length = (gsize)(colon - line);
  value = trim (colon + 1, line + length, &value_length);
  for (gsize i = 0; i < value_length; i++)
    if (((guchar)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
      return 400;

  if (name_is (line, name_length, "host"))
    return ++fields->hosts > 1 ? 400 : 0;
  if (name_is (line, name_length, "content-length"))
    return check_length (value, value_length, fields);
  if (name_is (line, name_length, "transfer-encoding"))
    {
      if (++fields->encodings > 1)
        return 400;
      if (!name_is (value, value_length, "chunked"))
        return 501;
      fields->head->chunked = TRUE;
    }
  else if (name_is (line, name_length, "connection"))
    read_connection (value, value_length, fields);
  else if (name_is (line, name_length, "expect"))
    {
      if (!name_is (value, value_length, "100-continue"))
        return 417;
      fields->head->expects = TRUE;
    }
  return 0;
}

/**
 * sb_head_check:
 * @text: a head, from the request line to the empty line
 * @length: its length
 * @head: (out): what it says about the body
 *
 * Refuses every head that two programs could read in two ways (RFC 9112: more than one
 * Content-Length, Content-Length with Transfer-Encoding, folded lines, space before a colon, bare
 * line feeds, control characters), before anything else looks at it.
 *
 * Returns: 0, or the HTTP status to refuse it with
 */
guint
sb_head_check (const char *text, gsize length, SbHead *head)
{
  SbHead found = { 0 };
  Fields fields = { .head = &found };
  const char *line = text, *end = text + length;
  gboolean old = FALSE;

  for (guint number = 0; line < end; number++)
    {
      const char *feed = memchr (line, '\n', (gsize)(end - line));
      gsize line_length;
      guint status;

      if (feed == NULL || feed == line || feed[-1] != '\r')
        return 400;
      line_length = (gsize)(feed - 1 - line);
      if (number > SB_HEAD_MAX_HEADERS + 1)
        return 431;
      if (number == 0)
        status = check_request_line (line, line_length, &old);
      else if (line_length == 0)
        break;
      else
        status = check_field (line, line_length, &fields);
      if (status != 0)
        return status;
      line = feed + 1;
    }

  if (fields.lengths > 0 && fields.encodings > 0)
    return 400;
  if (old ? found.chunked : fields.hosts != 1)
    return 400;

  found.old = old;
  found.expects = found.expects && !old;
  found.keep = !fields.closes && (!old || fields.keeps);
  *head = found;
  return 0;
}

GHashTable *
sb_head_read (const char *text, gsize length, char **method, char **target)
{
  GHashTable *headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *end = text + length;
  const char *space = memchr (text, ' ', length);
  const char *second = memchr (space + 1, ' ', (gsize)(end - space - 1));
  const char *line = (const char *)memchr (second, '\n', (gsize)(end - second)) + 1;

  *method = g_strndup (text, (gsize)(space - text));
  *target = g_strndup (space + 1, (gsize)(second - space - 1));
  while (*line != '\r')
    {
      const char *colon = memchr (line, ':', (gsize)(end - line));
      const char *feed = memchr (colon, '\n', (gsize)(end - colon));
      char *name = g_ascii_strdown (line, colon - line);
      const char *before = g_hash_table_lookup (headers, name);
      gsize value_length;
      const char *trimmed = trim (colon + 1, feed - 1, &value_length);
      char *value = g_strndup (trimmed, value_length);

      if (before != NULL)
        {
          char *joined = g_strconcat (before, ", ", value, NULL);

          g_free (value);
          value = joined;
        }
      g_hash_table_replace (headers, name, value);
      line = feed + 1;
    }
  return headers;
}
