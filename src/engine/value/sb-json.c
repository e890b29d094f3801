/* sb-json.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-file.h"
#include "sb-value-private.h"

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  GString *scratch; /* a string with escapes, unescaped */
  GError **error;
} Parser;

static SbValue *parse_value (Parser *parser);

/* Lines and columns are counted only when there is something to tell. */
static gpointer
fail (Parser *parser, SbErrorCode code, const char *at, const char *message)
{
  guint line = 1;
  const char *line_start = parser->start;

  for (const char *c = parser->start; c < at; c++)
    if (*c == '\n')
      {
        line++;
        line_start = c + 1;
      }
  g_set_error (parser->error, SB_ERROR, code, _ ("The JSON is wrong at line %u, column %ld: %s"),
               line, g_utf8_strlen (line_start, at - line_start) + 1, message);
  return NULL;
}

static gpointer
fail_here (Parser *parser, const char *message)
{
  if (parser->at >= parser->end)
    return fail (parser, SB_ERROR_INVALID, parser->end, _ ("it ends too early."));
  return fail (parser, SB_ERROR_INVALID, parser->at, message);
}

static void
skip_space (Parser *parser)
{
  while (parser->at < parser->end &&
         (*parser->at == ' ' || *parser->at == '\n' || *parser->at == '\t' || *parser->at == '\r'))
    parser->at++;
}

static gboolean
read_hex (Parser *parser, gunichar *unit)
{
  gunichar value = 0;

  if (parser->end - parser->at < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      gint digit = g_ascii_xdigit_value (parser->at[i]);

      if (digit < 0)
        return FALSE;
      value = value * 16 + (gunichar)digit;
    }
  parser->at += 4;
  *unit = value;
  return TRUE;
}

/* After "\u". A character beyond the basic plane is two escapes (RFC 8259 section 7). */
static gboolean
read_unicode_escape (Parser *parser, const char *escape)
{
  gunichar unit, low;

  if (!read_hex (parser, &unit))
    return fail (parser, SB_ERROR_INVALID, escape, _ ("\\u needs four hexadecimal digits.")) !=
           NULL;
  if (unit == 0)
    return fail (parser, SB_ERROR_INVALID, escape,
                 _ ("a text may not hold the character \\u0000.")) != NULL;
  if (unit >= 0xd800 && unit <= 0xdfff)
    {
      gboolean pair = unit < 0xdc00 && parser->end - parser->at >= 6 && parser->at[0] == '\\' &&
                      parser->at[1] == 'u';

      if (pair)
        parser->at += 2;
      if (!pair || !read_hex (parser, &low) || low < 0xdc00 || low > 0xdfff)
        return fail (parser, SB_ERROR_INVALID, escape,
                     _ ("half of a character (a lone surrogate) stands here.")) != NULL;
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (parser->scratch, unit);
  return TRUE;
}

static gboolean
read_escape (Parser *parser)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *escape = parser->at;
  const char *found;

  parser->at++;
  if (parser->at >= parser->end)
    return fail_here (parser, "") != NULL;
  if (*parser->at == 'u')
    {
      parser->at++;
      return read_unicode_escape (parser, escape);
    }
  found = *parser->at != '\0' ? strchr (names, *parser->at) : NULL;
  if (found == NULL)
    return fail (parser, SB_ERROR_INVALID, escape,
                 _ ("there is no such escape; write \\\\ for a backslash.")) != NULL;
  g_string_append_c (parser->scratch, values[found - names]);
  parser->at++;
  return TRUE;
}

static const char *
skip_plain (const char *at, const char *end)
{
  while (at < end && (guchar)*at >= 0x20 && *at != '"' && *at != '\\')
    at++;
  return at;
}

/* At the opening quote. @text is within the input, or the scratch where there were escapes. */
static gboolean
read_string (Parser *parser, const char **text, gsize *length)
{
  const char *start = ++parser->at;

  parser->at = skip_plain (parser->at, parser->end);
  if (parser->at < parser->end && *parser->at == '"')
    {
      *text = start;
      *length = (gsize)(parser->at - start);
      parser->at++;
      return TRUE;
    }

  g_string_truncate (parser->scratch, 0);
  g_string_append_len (parser->scratch, start, parser->at - start);
  while (parser->at < parser->end)
    {
      if (*parser->at == '"')
        {
          *text = parser->scratch->str;
          *length = parser->scratch->len;
          parser->at++;
          return TRUE;
        }
      if (*parser->at != '\\')
        return fail_here (parser, _ ("a line break or control character stands within a text.")) !=
               NULL;
      if (!read_escape (parser))
        return FALSE;
      start = parser->at;
      parser->at = skip_plain (parser->at, parser->end);
      g_string_append_len (parser->scratch, start, parser->at - start);
    }
  return fail (parser, SB_ERROR_INVALID, parser->end, _ ("it ends within a text.")) != NULL;
}

static SbValue *
parse_number (Parser *parser)
{
  const char *start = parser->at;
  gsize length;

  while (parser->at < parser->end && (g_ascii_isalnum (*parser->at) || *parser->at == '-' ||
                                      *parser->at == '+' || *parser->at == '.'))
    parser->at++;
  length = (gsize)(parser->at - start);
  if (length > SB_NUMBER_MAX_CHARS)
    return fail (parser, SB_ERROR_TOO_LARGE, start, _ ("a number is longer than 400 characters."));
  if (!sb_value_is_number_text (start, length))
    {
      gboolean cut = parser->at == parser->end && strchr ("-+.eE", parser->end[-1]) != NULL;

      return fail (parser, SB_ERROR_INVALID, start,
                   cut ? _ ("it ends within a number.")
                       : _ ("this is not a number as JSON writes them."));
    }
  return sb_value_new_checked (SB_VALUE_NUMBER, start, length);
}

static SbValue *
parse_word (Parser *parser, const char *word, SbValue *value)
{
  gsize length = strlen (word);

  if ((gsize)(parser->end - parser->at) >= length && memcmp (parser->at, word, length) == 0)
    {
      parser->at += length;
      return value;
    }
  sb_value_unref (value);
  return fail (parser, SB_ERROR_INVALID, parser->at,
               _ ("a value was expected: a text in double quotes, a number, true, false, null, a "
                  "list or an object."));
}

static SbValue *
parse_array (Parser *parser)
{
  g_autoptr (SbValue) array = sb_value_new_array ();

  parser->at++;
  skip_space (parser);
  if (parser->at < parser->end && *parser->at == ']')
    {
      parser->at++;
      return g_steal_pointer (&array);
    }
  for (;;)
    {
      SbValue *item = parse_value (parser);

      if (item == NULL)
        return NULL;
      sb_value_append (array, item);
      skip_space (parser);
      if (parser->at < parser->end && *parser->at == ']')
        break;
      if (parser->at >= parser->end || *parser->at != ',')
        return fail_here (parser, _ ("a comma or ] was expected."));
      parser->at++;
    }
  parser->at++;
  return g_steal_pointer (&array);
}

static gboolean
parse_member (Parser *parser, SbValue *object)
{
  const char *text;
  g_autofree char *name = NULL;
  const char *name_at;
  gsize length;
  SbValue *value;

  skip_space (parser);
  name_at = parser->at;
  if (parser->at >= parser->end || *parser->at != '"')
    return fail_here (parser, _ ("the name of a member was expected, in double quotes.")) != NULL;
  if (!read_string (parser, &text, &length))
    return FALSE;
  /* The scratch is used again by the value. */
  if (text == parser->scratch->str)
    text = name = g_strndup (text, length);
  skip_space (parser);
  if (parser->at >= parser->end || *parser->at != ':')
    return fail_here (parser, _ ("a colon was expected.")) != NULL;
  parser->at++;
  value = parse_value (parser);
  if (value == NULL)
    return FALSE;
  if (!sb_value_add_member (object, text, length, value))
    {
      g_autofree char *message =
        g_strdup_printf (_ ("the member “%.*s” is there twice."), (int)MIN (length, 80), text);

      sb_value_unref (value);
      return fail (parser, SB_ERROR_INVALID, name_at, message) != NULL;
    }
  return TRUE;
}

static SbValue *
parse_object (Parser *parser)
{
  g_autoptr (SbValue) object = sb_value_new_object ();

  parser->at++;
  skip_space (parser);
  if (parser->at < parser->end && *parser->at == '}')
    {
      parser->at++;
      return g_steal_pointer (&object);
    }
  for (;;)
    {
      if (!parse_member (parser, object))
        return NULL;
      skip_space (parser);
      if (parser->at < parser->end && *parser->at == '}')
        break;
      if (parser->at >= parser->end || *parser->at != ',')
        return fail_here (parser, _ ("a comma or } was expected."));
      parser->at++;
    }
  parser->at++;
  return g_steal_pointer (&object);
}

static SbValue *
parse_container (Parser *parser)
{
  SbValue *value;

  if (parser->depth == SB_JSON_MAX_DEPTH)
    return fail (parser, SB_ERROR_TOO_LARGE, parser->at,
                 _ ("lists and objects are nested more than 64 deep."));
  parser->depth++;
  value = *parser->at == '[' ? parse_array (parser) : parse_object (parser);
  parser->depth--;
  return value;
}

static SbValue *
parse_value (Parser *parser)
{
  const char *text;
  gsize length;

  skip_space (parser);
  if (parser->at >= parser->end)
    return fail_here (parser, "");

  switch (*parser->at)
    {
    case '{':
    case '[':
      return parse_container (parser);
    case '"':
      if (!read_string (parser, &text, &length))
        return NULL;
      return sb_value_new_checked (SB_VALUE_STRING, text, length);
    case 't':
      return parse_word (parser, "true", sb_value_new_boolean (TRUE));
    case 'f':
      return parse_word (parser, "false", sb_value_new_boolean (FALSE));
    case '-':
    case '0' ... '9':
      return parse_number (parser);
    case 'n':
    default:
      return parse_word (parser, "null", sb_value_new_null ());
    }
}

static gboolean
check_text (Parser *parser)
{
  const char *bad;

  if (parser->end - parser->start > SB_JSON_MAX_BYTES)
    {
      g_set_error (parser->error, SB_ERROR, SB_ERROR_TOO_LARGE,
                   _ ("The JSON is too large: %ld bytes, and at most %d are read."),
                   (long)(parser->end - parser->start), SB_JSON_MAX_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate_len (parser->start, (gsize)(parser->end - parser->start), &bad))
    {
      if (*bad == '\0')
        fail (parser, SB_ERROR_INVALID, bad, _ ("a zero byte stands here."));
      else
        fail (parser, SB_ERROR_INVALID, bad, _ ("the text is not UTF-8."));
      return FALSE;
    }
  return TRUE;
}

/**
 * sb_json_parse:
 * @length: in bytes, or -1 where @text ends with a NUL
 *
 * Reads one JSON value as RFC 8259 has it and nothing else: UTF-8 without a byte order mark, no
 * member named twice, no \u0000 (texts end with a NUL here), no half of a surrogate pair, at most
 * SB_JSON_MAX_BYTES bytes and SB_JSON_MAX_DEPTH levels. Numbers keep their text. From any thread.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_INVALID or SB_ERROR_TOO_LARGE and a
 *   sentence with line and column
 */
SbValue *
sb_json_parse (const char *text, gssize length, GError **error)
{
  Parser parser = { .start = text, .at = text, .error = error };
  g_autoptr (GString) scratch = NULL;
  g_autoptr (SbValue) value = NULL;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  if (text == NULL)
    parser.start = parser.at = text = "";
  parser.end = text + (length < 0 ? strlen (text) : (gsize)length);
  if (!check_text (&parser))
    return NULL;

  skip_space (&parser);
  if (parser.at == parser.end)
    return fail (&parser, SB_ERROR_INVALID, parser.end, _ ("there is nothing but empty space."));

  parser.scratch = scratch = g_string_new (NULL);
  value = parse_value (&parser);
  if (value == NULL)
    return NULL;
  skip_space (&parser);
  if (parser.at != parser.end)
    return fail (&parser, SB_ERROR_INVALID, parser.at, _ ("something stands after the end."));
  return g_steal_pointer (&value);
}

static SbValue *
load_file (const char *path, SbFileKind kind, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;
  gsize skip;
  SbValue *value;

  g_return_val_if_fail (path != NULL, NULL);

  if (!sb_file_load (path, kind, SB_JSON_MAX_BYTES, &text, &length, error))
    return NULL;
  skip = g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0;
  value = sb_json_parse (text + skip, (gssize)(length - skip), error);
  if (value == NULL)
    g_prefix_error (error, "%s: ", path);
  return value;
}

/**
 * sb_json_load_file:
 *
 * Reads a file of JSON with sb_json_parse(); a byte order mark at its start, as some editors write,
 * is left out. Blocks.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_NOT_FOUND, SB_ERROR_INVALID or
 *   SB_ERROR_TOO_LARGE; the message names the file
 */
SbValue *
sb_json_load_file (const char *path, GError **error)
{
  return load_file (path, SB_FILE_ANY, error);
}

/**
 * sb_json_load_found:
 *
 * As sb_json_load_file(), for a file that was found in a folder rather than named by the owner:
 * links, pipes and devices are refused.
 */
SbValue *
sb_json_load_found (const char *path, GError **error)
{
  return load_file (path, SB_FILE_ORDINARY, error);
}
