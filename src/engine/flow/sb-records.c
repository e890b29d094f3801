/* sb-records.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-records.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-file.h"
#include "sb-json.h"
#include "sb-records-private.h"

static gboolean
check_count (SbValue *records, const char *name, GError **error)
{
  guint n = sb_value_get_length (records);

  if (n > SB_RECORDS_MAX)
    g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                 _ ("%s has more than %d records. Split it into several files."), name,
                 SB_RECORDS_MAX);
  else if (n == 0)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("%s has no records."), name);
  return n > 0 && n <= SB_RECORDS_MAX;
}

static SbValue *
parse_json (const char *text, gsize length, const char *name, GError **error)
{
  g_autoptr (SbValue) value = sb_json_parse (text, (gssize)length, error);

  if (value == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  return g_steal_pointer (&value);
}

static SbValue *
parse_array (const char *text, gsize length, const char *name, GError **error)
{
  g_autoptr (SbValue) list = parse_json (text, length, name, error);

  if (list == NULL || !check_count (list, name, error))
    return NULL;
  for (guint i = 0; i < sb_value_get_length (list); i++)
    if (sb_value_get_type (sb_value_get_item (list, i)) != SB_VALUE_OBJECT)
      {
        g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("%s: record %u is not an object."), name,
                     i + 1);
        return NULL;
      }
  return g_steal_pointer (&list);
}

static gboolean
append_line (
  SbValue *list, const char *line, gsize length, guint number, const char *name, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SbValue) record = NULL;

  if (strspn (line, " \t\r") >= length)
    return TRUE;
  record = sb_json_parse (line, (gssize)length, &local_error);
  if (record == NULL)
    g_set_error (error, SB_ERROR, local_error->code, _ ("%s, line %u: %s"), name, number,
                 local_error->message);
  else if (sb_value_get_type (record) != SB_VALUE_OBJECT)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("%s, line %u: an object is expected."), name,
                 number);
  else
    {
      sb_value_append (list, g_steal_pointer (&record));
      return sb_value_get_length (list) <= SB_RECORDS_MAX || check_count (list, name, error);
    }
  return FALSE;
}

/* One object on each line; or one object alone, which may go over many. */
static SbValue *
parse_lines (const char *text, gsize length, const char *name, GError **error)
{
  g_autoptr (SbValue) list = sb_value_new_array ();
  g_autoptr (SbValue) alone = sb_json_parse (text, (gssize)length, NULL);
  const char *at = text;

  if (sb_value_get_type (alone) == SB_VALUE_OBJECT)
    {
      sb_value_append (list, g_steal_pointer (&alone));
      return g_steal_pointer (&list);
    }
  for (guint number = 1; at < text + length; number++)
    {
      gsize line_length = strcspn (at, "\n");

      if (!append_line (list, at, line_length, number, name, error))
        return NULL;
      at += line_length + 1;
    }
  return check_count (list, name, error) ? g_steal_pointer (&list) : NULL;
}

/**
 * sb_records_parse:
 * @length: in bytes, or -1
 * @name: what the text is called in errors; ".csv" at its end makes it CSV whatever it looks like
 *
 * Returns: (transfer full) (nullable): an array of objects, at most SB_RECORDS_MAX; NULL with an
 *   error that names the line
 */
SbValue *
sb_records_parse (const char *text, gssize length, const char *name, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize)length;
  g_autofree char *copy = NULL;
  const char *start;
  char first;

  if (size > SB_JSON_MAX_BYTES)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                   _ ("%s is too large: at most %d MiB of records are read."), name,
                   SB_JSON_MAX_BYTES / (1024 * 1024));
      return NULL;
    }
  if (!g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("%s is not UTF-8 text. Save it as UTF-8 and try again."), name);
      return NULL;
    }
  copy = g_strndup (text, size);
  start = copy + (g_str_has_prefix (copy, "\xef\xbb\xbf") ? 3 : 0);
  first = start[strspn (start, " \t\r\n")];
  if (first == '\0')
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("%s is empty."), name);
      return NULL;
    }
  if (g_str_has_suffix (name, ".csv") || (first != '[' && first != '{'))
    {
      g_autoptr (SbValue) list = sb_records_parse_csv (start, name, error);

      return list != NULL && check_count (list, name, error) ? g_steal_pointer (&list) : NULL;
    }
  return first == '[' ? parse_array (start, strlen (start), name, error)
                      : parse_lines (start, strlen (start), name, error);
}

/**
 * sb_records_load_file:
 *
 * As sb_records_parse(), from a file; blocks.
 */
SbValue *
sb_records_load_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;

  if (!sb_file_load (path, SB_FILE_ANY, SB_JSON_MAX_BYTES, &text, &length, error))
    return NULL;
  return sb_records_parse (text, (gssize)length, path, error);
}
