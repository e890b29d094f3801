/* fuzz-json.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The JSON boundary: the whole input is a document.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "sb-json.h"

/* The numbers of @text, one a line, found by other means than the parser's. */
static char *
list_numbers (const char *text, gsize length)
{
  GString *numbers = g_string_new (NULL);
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (quoted && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        quoted = !quoted;
      else if (!quoted && (g_ascii_isdigit (text[i]) || text[i] == '-'))
        {
          for (; i < length && (g_ascii_isalnum (text[i]) || strchr ("+-.", text[i]) != NULL); i++)
            g_string_append_c (numbers, text[i]);
          g_string_append_c (numbers, '\n');
          i--;
        }
    }
  return g_string_free (numbers, FALSE);
}

static guint
depth_of (SbValue *value)
{
  guint depth = 0;

  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      guint below = depth_of (sb_value_get_item (value, i));

      depth = MAX (depth, below);
    }
  return sb_value_get_type (value) >= SB_VALUE_ARRAY ? depth + 1 : 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = sb_json_parse ((const char *)data, (gssize)size, &error);
  g_autoptr (SbValue) pretty = NULL;
  g_autoptr (SbValue) copy = NULL;
  g_autofree char *text = NULL;
  g_autofree char *pretty_text = NULL;
  g_autofree char *read = NULL;
  g_autofree char *written = NULL;

  fuzz_check_error (value != NULL, &error);
  if (value == NULL)
    return 0;

  fuzz_check (g_utf8_validate_len ((const char *)data, size, NULL));
  fuzz_check (depth_of (value) <= SB_JSON_MAX_DEPTH);
  fuzz_check_value (value);

  text = sb_json_write (value);
  fuzz_check (strpbrk (text, "\n\r") == NULL);
  read = list_numbers ((const char *)data, size);
  written = list_numbers (text, strlen (text));
  fuzz_check (strcmp (read, written) == 0);

  pretty_text = sb_json_write_pretty (value);
  if (strlen (pretty_text) <= SB_JSON_MAX_BYTES)
    {
      pretty = sb_json_parse (pretty_text, -1, &error);
      fuzz_check_error (pretty != NULL, &error);
      fuzz_check (sb_value_equal (value, pretty));
    }

  copy = sb_value_copy (value);
  fuzz_check (sb_value_equal (value, copy));
  return 0;
}
