/* sb-json-write.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-json.h"

static void
write_string (GString *out, const char *text)
{
  const char *start = text;

  g_string_append_c (out, '"');
  for (const char *at = text;; at++)
    {
      guchar c = (guchar)*at;

      if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
        continue;
      g_string_append_len (out, start, at - start);
      start = at + 1;
      if (c == '\0')
        break;
      switch (c)
        {
        case '"':
          g_string_append (out, "\\\"");
          break;
        case '\\':
          g_string_append (out, "\\\\");
          break;
        case '\n':
          g_string_append (out, "\\n");
          break;
        case '\r':
          g_string_append (out, "\\r");
          break;
        case '\t':
          g_string_append (out, "\\t");
          break;
        default:
          g_string_append_printf (out, "\\u%04x", c);
          break;
        }
    }
  g_string_append_c (out, '"');
}

static void
new_line (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static void
write_value (GString *out, SbValue *value, gboolean pretty, guint depth)
{
  SbValueType type = sb_value_get_type (value);
  guint n = sb_value_get_length (value);

  switch (type)
    {
    case SB_VALUE_NULL:
      g_string_append (out, "null");
      return;
    case SB_VALUE_BOOLEAN:
      g_string_append (out, sb_value_get_boolean (value) ? "true" : "false");
      return;
    case SB_VALUE_NUMBER:
      g_string_append (out, sb_value_get_text (value));
      return;
    case SB_VALUE_STRING:
      write_string (out, sb_value_get_text (value));
      return;
    case SB_VALUE_ARRAY:
    case SB_VALUE_OBJECT:
    default:
      break;
    }

  g_string_append_c (out, type == SB_VALUE_ARRAY ? '[' : '{');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      if (pretty)
        new_line (out, depth + 1);
      if (type == SB_VALUE_OBJECT)
        {
          write_string (out, sb_value_get_member_name (value, i));
          g_string_append (out, pretty ? ": " : ":");
        }
      write_value (out, sb_value_get_item (value, i), pretty, depth + 1);
    }
  if (pretty && n > 0)
    new_line (out, depth);
  g_string_append_c (out, type == SB_VALUE_ARRAY ? ']' : '}');
}

/**
 * sb_json_write:
 * @value: (nullable): NULL is written as null
 *
 * Compact JSON on one line. Characters beyond ASCII stand as they are; control characters are
 * escaped.
 *
 * Returns: (transfer full)
 */
char *
sb_json_write (SbValue *value)
{
  GString *out = g_string_sized_new (256);

  write_value (out, value, FALSE, 0);
  return g_string_free (out, FALSE);
}

/**
 * sb_json_write_pretty:
 *
 * JSON indented by two spaces, with a newline at the end: for files that people read and compare.
 *
 * Returns: (transfer full)
 */
char *
sb_json_write_pretty (SbValue *value)
{
  GString *out = g_string_sized_new (1024);

  write_value (out, value, TRUE, 0);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
