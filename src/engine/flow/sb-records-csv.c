/* sb-records-csv.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-records-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-records.h"

#define MAX_COLUMNS 500

typedef struct
{
  const char *at;
  guint line;
  char separator;
  const char *name;
  GError **error;
} Reader;

/* The one of , ; and tab that the header has most of, outside of quotes. */
static char
find_separator (const char *text)
{
  static const char separators[] = ",;\t";
  guint counts[3] = { 0 };
  gboolean quoted = FALSE;
  guint best = 0;

  for (; *text != '\0' && (quoted || (*text != '\n' && *text != '\r')); text++)
    {
      const char *found = strchr (separators, *text);

      if (*text == '"')
        quoted = !quoted;
      else if (!quoted && found != NULL)
        counts[found - separators]++;
    }
  for (guint i = 1; i < G_N_ELEMENTS (counts); i++)
    if (counts[i] > counts[best])
      best = i;
  return separators[best];
}

static gboolean
fail (Reader *reader, guint line, const char *message)
{
  g_set_error (reader->error, SB_ERROR, SB_ERROR_INVALID, _ ("%s, line %u: %s"), reader->name, line,
               message);
  return FALSE;
}

static gboolean
read_quoted (Reader *reader, GString *cell)
{
  guint start = reader->line;

  for (reader->at++; *reader->at != '\0'; reader->at++)
    {
      if (*reader->at == '"' && reader->at[1] != '"')
        {
          reader->at++;
          return TRUE;
        }
      if (*reader->at == '"')
        reader->at++;
      if (*reader->at == '\n')
        reader->line++;
      g_string_append_c (cell, *reader->at);
    }
  return fail (reader, start, _ ("a quotation mark is not closed."));
}

static gboolean
at_end_of_cell (Reader *reader)
{
  return *reader->at == '\0' || *reader->at == '\n' || *reader->at == reader->separator ||
         (reader->at[0] == '\r' && (reader->at[1] == '\n' || reader->at[1] == '\0'));
}

/* @cell stays NULL where there is nothing, not even quotes. */
static gboolean
read_cell (Reader *reader, char **cell)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean quoted = *reader->at == '"';

  if (quoted)
    {
      if (!read_quoted (reader, text))
        return FALSE;
      if (!at_end_of_cell (reader))
        return fail (reader, reader->line, _ ("something stands after a closing quotation mark."));
    }
  while (!at_end_of_cell (reader))
    {
      if (*reader->at == '"')
        return fail (reader, reader->line,
                     _ ("a quotation mark stands within a cell that does not start with one."));
      g_string_append_c (text, *reader->at++);
    }
  *cell = quoted || text->len > 0 ? g_strdup (text->str) : NULL;
  return TRUE;
}

/* Returns: (transfer full) (nullable): the cells, NULL for an empty one */
static GPtrArray *
read_row (Reader *reader)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (;;)
    {
      char *cell = NULL;

      if (!read_cell (reader, &cell))
        return NULL;
      g_ptr_array_add (cells, cell);
      if (*reader->at == '\0' || *reader->at != reader->separator)
        break;
      reader->at++;
    }
  reader->at += *reader->at == '\r';
  if (*reader->at == '\n')
    {
      reader->at++;
      reader->line++;
    }
  return g_steal_pointer (&cells);
}

static SbValue *
read_record (Reader *reader, SbRecordShape *shape, guint n_columns, gboolean *empty)
{
  guint line = reader->line;
  g_autoptr (GPtrArray) cells = read_row (reader);
  g_autofree char *message = NULL;

  if (cells == NULL)
    return NULL;
  *empty = cells->len == 1 && g_ptr_array_index (cells, 0) == NULL;
  if (*empty || cells->len == n_columns)
    return sb_record_shape_fill (shape, cells);
  message =
    g_strdup_printf (_ ("there are %u cells, and the header has %u."), cells->len, n_columns);
  fail (reader, line, message);
  return NULL;
}

static SbRecordShape *
read_header (Reader *reader, guint *n_columns)
{
  g_autoptr (GPtrArray) header = read_row (reader);
  g_autoptr (SbRecordShape) shape = NULL;

  if (header == NULL)
    return NULL;
  if (header->len > MAX_COLUMNS)
    {
      fail (reader, 1, _ ("there are more than 500 columns."));
      return NULL;
    }
  shape = sb_record_shape_new ();
  for (guint i = 0; i < header->len; i++)
    {
      char *column = g_ptr_array_index (header, i);
      g_autofree char *message = NULL;

      if (column == NULL || g_strstrip (column)[0] == '\0')
        message = g_strdup_printf (_ ("column %u has no name."), i + 1);
      else if (!sb_record_shape_add (shape, column, i))
        message =
          g_strdup_printf (_ ("the column “%.*s” is there twice, or does not go with another one."),
                           SB_FIT (column, 60));
      if (message != NULL)
        {
          fail (reader, 1, message);
          return NULL;
        }
    }
  *n_columns = header->len;
  return g_steal_pointer (&shape);
}

/* RFC 4180, with the separators that spreadsheets of other countries write, and either line end. */
SbValue *
sb_records_parse_csv (const char *text, const char *name, GError **error)
{
  Reader reader = { .at = text, .line = 1, .name = name, .error = error };
  guint n_columns = 0;
  g_autoptr (SbRecordShape) shape = NULL;
  g_autoptr (SbValue) list = sb_value_new_array ();

  reader.separator = find_separator (text);
  shape = read_header (&reader, &n_columns);
  if (shape == NULL)
    return NULL;
  while (*reader.at != '\0' && sb_value_get_length (list) <= SB_RECORDS_MAX)
    {
      gboolean empty;
      SbValue *record = read_record (&reader, shape, n_columns, &empty);

      if (record == NULL)
        return NULL;
      if (empty)
        sb_value_unref (record);
      else
        sb_value_append (list, record);
    }
  return g_steal_pointer (&list);
}
