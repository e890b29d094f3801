/* sb-chunks.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-chunks.h"

#include <string.h>

/* Of a line with a chunk's size, or of a trailer; a pipe's buffer holds more. */
#define MAX_LINE    1024
#define MAX_TRAILER 100

/* Up to 15 hexadecimal digits and, after ";", extensions that nobody needs. */
static gboolean
read_size (const char *line, gsize length, guint64 *size)
{
  gsize digits = 0;

  *size = 0;
  while (digits < length && digits < 16 && g_ascii_isxdigit (line[digits]))
    *size = *size * 16 + (guint64)g_ascii_xdigit_value (line[digits++]);
  return digits > 0 && digits < 16 && (digits == length || strchr (" \t;", line[digits]) != NULL);
}

static gboolean
is_clean (const char *line, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (((guchar)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
      return FALSE;
  return TRUE;
}

static SbChunksResult
take_line (SbChunks *self, const char *line, gsize length)
{
  if (!is_clean (line, length))
    return SB_CHUNKS_BROKEN;
  if (self->trailing)
    {
      if (length == 0)
        return SB_CHUNKS_DONE;
      return ++self->lines > MAX_TRAILER ? SB_CHUNKS_BROKEN : SB_CHUNKS_MORE;
    }
  if (!read_size (line, length, &self->left))
    return SB_CHUNKS_BROKEN;
  self->inside = self->left > 0;
  self->trailing = self->left == 0;
  return SB_CHUNKS_MORE;
}

/* Data, and the line end that follows it. Returns: how much was taken; 0: more is needed. */
static gsize
take_data (SbChunks *self, const char *text, gsize length, GByteArray *body, SbChunksResult *result)
{
  gsize count = (gsize)MIN (length, self->left);

  if (count > 0)
    {
      g_byte_array_append (body, (const guint8 *)text, (guint)count);
      self->left -= count;
      return count;
    }
  if (length < 2)
    return 0;
  if (text[0] != '\r' || text[1] != '\n')
    *result = SB_CHUNKS_BROKEN;
  self->inside = FALSE;
  return 2;
}

SbChunksResult
sb_chunks_take (
  SbChunks *self, const char *text, gsize length, gsize limit, GByteArray *body, gsize *used)
{
  SbChunksResult result = SB_CHUNKS_MORE;
  gsize at = 0;

  while (result == SB_CHUNKS_MORE && at < length)
    {
      gsize taken;

      if (self->inside)
        {
          taken = take_data (self, text + at, length - at, body, &result);
          if (taken == 0)
            break;
          at += taken;
        }
      else
        {
          const char *feed = memchr (text + at, '\n', length - at);

          taken = feed != NULL ? (gsize)(feed + 1 - (text + at)) : length - at;
          if (taken > MAX_LINE || (feed != NULL && (taken < 2 || feed[-1] != '\r')))
            result = SB_CHUNKS_BROKEN;
          else if (feed == NULL)
            break;
          else
            {
              result = take_line (self, text + at, taken - 2);
              at += taken;
              /* Said before a byte of it has come. */
              if (result == SB_CHUNKS_MORE && self->left > limit - body->len)
                result = SB_CHUNKS_TOO_LARGE;
            }
        }
    }
  *used = at;
  return result;
}
