/* sb-ctl-table.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <stdarg.h>
#include <string.h>

#define GAP       2
#define MIN_WIDTH 8

struct _SbTable
{
  GPtrArray *titles;
  GPtrArray *rows; /* of GPtrArray of utf8, each as long as @titles */
};

/**
 * sb_table_new:
 * @title: the heads of the columns, ending with NULL
 */
SbTable *
sb_table_new (const char *title, ...)
{
  SbTable *self = g_new0 (SbTable, 1);
  va_list arguments;

  self->titles = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  va_start (arguments, title);
  for (; title != NULL; title = va_arg (arguments, const char *))
    g_ptr_array_add (self->titles, g_strdup (title));
  va_end (arguments);
  return self;
}

/**
 * sb_table_add:
 * @text: (nullable): one text for each column, NULL for an empty one
 */
void
sb_table_add (SbTable *self, const char *text, ...)
{
  GPtrArray *row = g_ptr_array_new_with_free_func (g_free);
  va_list arguments;

  va_start (arguments, text);
  for (guint i = 0; i < self->titles->len; i++)
    {
      g_ptr_array_add (row, text != NULL ? sb_ctl_clean (text) : g_strdup (""));
      if (i + 1 < self->titles->len)
        text = va_arg (arguments, const char *);
    }
  va_end (arguments);
  g_ptr_array_add (self->rows, row);
}

void
sb_table_free (SbTable *self)
{
  g_ptr_array_unref (self->titles);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

static guint
get_character_width (gunichar character)
{
  if (g_unichar_iszerowidth (character))
    return 0;
  return g_unichar_iswide (character) ? 2 : 1;
}

static guint
get_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    width += get_character_width (g_utf8_get_char (text));
  return width;
}

/* The bytes of @text that fit into @width columns, with room for an ellipsis where not all do. */
static gsize
fit (const char *text, guint width, gboolean *cut)
{
  const char *at = text;
  guint used = 0;

  *cut = get_width (text) > width;
  if (!*cut)
    return strlen (text);
  while (used + get_character_width (g_utf8_get_char (at)) < width)
    {
      used += get_character_width (g_utf8_get_char (at));
      at = g_utf8_next_char (at);
    }
  return (gsize)(at - text);
}

static void
append_row (GString *out, GPtrArray *row, const guint *widths)
{
  for (guint i = 0; i < row->len; i++)
    {
      const char *text = g_ptr_array_index (row, i);
      gboolean cut = FALSE;
      gsize length = fit (text, widths[i], &cut);
      guint used = 0;

      g_string_append_len (out, text, (gssize)length);
      if (cut)
        g_string_append (out, "…");
      if (i + 1 == row->len)
        break;
      used = cut ? 0 : get_width (text);
      if (cut)
        {
          g_autofree char *kept = g_strndup (text, length);

          used = get_width (kept) + 1;
        }
      for (guint j = used; j < widths[i] + GAP; j++)
        g_string_append_c (out, ' ');
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

/* Takes columns away from the widest until all fit. */
static void
shrink (guint *widths, guint n_columns, guint terminal)
{
  while (TRUE)
    {
      guint total = GAP * (n_columns - 1);
      guint widest = 0;

      for (guint i = 0; i < n_columns; i++)
        {
          total += widths[i];
          if (widths[i] > widths[widest])
            widest = i;
        }
      if (total <= terminal || widths[widest] <= MIN_WIDTH)
        return;
      widths[widest]--;
    }
}

/* To a pipe: every value whole, a tab between, no heads. */
static void
print_plain (SbTable *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GPtrArray *row = g_ptr_array_index (self->rows, i);

      for (guint j = 0; j < row->len; j++)
        g_print ("%s%s", j > 0 ? "\t" : "", (const char *)g_ptr_array_index (row, j));
      g_print ("\n");
    }
}

/**
 * sb_table_print:
 *
 * Prints the table: aligned and cut to the terminal's width there, as plain tab-separated lines to
 * a pipe.
 */
void
sb_table_print (SbTable *self, SbCtl *ctl)
{
  g_autofree guint *widths = g_new0 (guint, self->titles->len);
  g_autoptr (GString) out = NULL;

  if (!ctl->terminal)
    {
      print_plain (self);
      return;
    }

  for (guint j = 0; j < self->titles->len; j++)
    {
      widths[j] = get_width (g_ptr_array_index (self->titles, j));
      for (guint i = 0; i < self->rows->len; i++)
        {
          GPtrArray *row = g_ptr_array_index (self->rows, i);

          widths[j] = MAX (widths[j], get_width (g_ptr_array_index (row, j)));
        }
    }
  shrink (widths, self->titles->len, ctl->width);

  out = g_string_new (NULL);
  append_row (out, self->titles, widths);
  for (guint i = 0; i < self->rows->len; i++)
    append_row (out, g_ptr_array_index (self->rows, i), widths);
  g_print ("%s", out->str);
}
