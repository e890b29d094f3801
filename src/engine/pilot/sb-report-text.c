/* sb-report-text.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-report-private.h"

#define NUMBER_WIDTH 4
#define CELL_WIDTH 14
#define WIDTH_MIN 40
#define WIDTH_MAX 400

typedef enum
{
  STYLE_PLAIN,
  STYLE_DIM,
  STYLE_BOLD,
  STYLE_GREEN,
  STYLE_YELLOW,
  STYLE_BLUE,
  STYLE_RED,
} Style;

static const char *const codes[] = { "", "2", "1", "32", "33", "34", "1;31" };

typedef struct
{
  GString *out;
  guint width;
  gboolean color;
} Printer;

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

static guint
text_width (const char *text)
{
  guint width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    width += char_width (g_utf8_get_char (at));
  return width;
}

/* What an event brought in must not steer the terminal: controls and turned directions become spaces. */
static char *
tame (const char *text)
{
  GString *tamed = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (c);

      if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
          type == G_UNICODE_PARAGRAPH_SEPARATOR)
        g_string_append_c (tamed, ' ');
      else
        g_string_append_unichar (tamed, c);
    }
  return g_string_free (tamed, FALSE);
}

/* @text in exactly @width columns, the last one … when it is cut. */
static void
put_field (Printer *printer, const char *text, guint width, Style style)
{
  g_autofree char *tamed = tame (text != NULL ? text : "");
  guint full = text_width (tamed);
  guint used = 0;
  gboolean cut = full > width;

  if (printer->color && style != STYLE_PLAIN)
    g_string_append_printf (printer->out, "\033[%sm", codes[style]);
  for (const char *at = tamed; *at != '\0'; at = g_utf8_next_char (at))
    {
      guint wide = char_width (g_utf8_get_char (at));

      if (used + wide > width - (cut ? 1 : 0))
        break;
      g_string_append_unichar (printer->out, g_utf8_get_char (at));
      used += wide;
    }
  if (cut && width > 0)
    {
      g_string_append (printer->out, "…");
      used++;
    }
  if (printer->color && style != STYLE_PLAIN)
    g_string_append (printer->out, "\033[0m");
  for (; used < width; used++)
    g_string_append_c (printer->out, ' ');
}

static void
end_line (Printer *printer)
{
  while (printer->out->len > 0 && printer->out->str[printer->out->len - 1] == ' ')
    g_string_truncate (printer->out, printer->out->len - 1);
  g_string_append_c (printer->out, '\n');
}

/* A paragraph, broken between words, each line after @indent spaces. */
static void
put_paragraph (Printer *printer, const char *text, guint indent)
{
  g_autofree char *tamed = tame (text);
  g_auto (GStrv) words = g_strsplit (tamed, " ", -1);
  guint used = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint width = text_width (words[i]);

      if (width == 0)
        continue;
      if (used > 0 && indent + used + 1 + width > printer->width)
        {
          end_line (printer);
          used = 0;
        }
      if (used == 0)
        g_string_append_printf (printer->out, "%*s", (int)indent, "");
      else
        {
          g_string_append_c (printer->out, ' ');
          used++;
        }
      g_string_append (printer->out, words[i]);
      used += width;
    }
  end_line (printer);
}

static Style
style_of (const char *verdict)
{
  switch (sb_report_verdict (verdict))
    {
    case SB_REPORT_DONE:
      return STYLE_GREEN;
    case SB_REPORT_HELD:
      return STYLE_YELLOW;
    case SB_REPORT_EXPECTED:
      return STYLE_BLUE;
    case SB_REPORT_UNEXPECTED:
      return STYLE_RED;
    case SB_REPORT_SKIPPED:
    default:
      return STYLE_DIM;
    }
}

/* Times of what went well at once are left to the page; the line is for what is worth a look. */
static gboolean
is_telling (SbValue *cell)
{
  const char *verdict = sb_value_get_string (cell, "verdict");
  const char *detail = sb_value_get_string (cell, "detail");

  if (detail == NULL || *detail == '\0' || g_strcmp0 (verdict, "skipped") == 0)
    return FALSE;
  return g_strcmp0 (verdict, "done") != 0 || sb_value_get_int_or (cell, "tries", 0) > 1;
}

static void
put_record (Printer *printer, SbValue *record, guint title_width, guint from, guint to)
{
  SbValue *cells = sb_value_get_member (record, "cells");
  const char *note = sb_value_get_string (record, "note");
  const char *title = sb_value_get_string (record, "title");
  g_autofree char *number =
    g_strdup_printf ("%3d", (int)sb_value_get_int_or (record, "number", 0));
  gboolean second = FALSE;

  put_field (printer, number, NUMBER_WIDTH, STYLE_DIM);
  put_field (printer, title, title_width - 1, STYLE_BOLD);
  g_string_append_c (printer->out, ' ');
  for (guint i = from; i < to; i++)
    {
      SbValue *cell = sb_value_get_item (cells, i);
      const char *verdict = sb_value_get_string (cell, "verdict");
      g_autofree char *word = g_strdup_printf ("%s %s", sb_report_symbol (verdict),
                                               sb_report_short_word (verdict));

      put_field (printer, word, CELL_WIDTH - 1, style_of (verdict));
      g_string_append_c (printer->out, ' ');
      second = second || is_telling (cell);
    }
  end_line (printer);
  if (!second && (note == NULL || *note == '\0'))
    return;

  put_field (printer, "", NUMBER_WIDTH, STYLE_PLAIN);
  put_field (printer, note, title_width - 1, STYLE_DIM);
  g_string_append_c (printer->out, ' ');
  for (guint i = from; i < to; i++)
    {
      SbValue *cell = sb_value_get_item (cells, i);

      put_field (printer, is_telling (cell) ? sb_value_get_string (cell, "detail") : "",
                 CELL_WIDTH - 1, STYLE_DIM);
      g_string_append_c (printer->out, ' ');
    }
  end_line (printer);
}

static void
put_block (Printer *printer, SbValue *result, guint title_width, guint from, guint to)
{
  SbValue *columns = sb_value_get_member (result, "columns");
  SbValue *records = sb_value_get_member (result, "records");

  for (guint line = 0; line < 2; line++)
    {
      put_field (printer, "", NUMBER_WIDTH, STYLE_PLAIN);
      put_field (printer, line == 0 ? _ ("Record") : "", title_width, STYLE_BOLD);
      for (guint i = from; i < to; i++)
        {
          put_field (printer,
                     sb_value_get_string (sb_value_get_item (columns, i),
                                          line == 0 ? "title" : "system"),
                     CELL_WIDTH - 1, line == 0 ? STYLE_BOLD : STYLE_DIM);
          g_string_append_c (printer->out, ' ');
        }
      end_line (printer);
    }
  for (guint i = 0; i < sb_value_get_length (records); i++)
    put_record (printer, sb_value_get_item (records, i), title_width, from, to);
}

static void
put_criteria (Printer *printer, SbValue *result)
{
  SbValue *criteria = sb_value_get_member (result, "criteria");

  put_field (printer, _ ("Success criteria"), printer->width, STYLE_BOLD);
  end_line (printer);
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      SbValue *criterion = sb_value_get_item (criteria, i);
      gboolean met = sb_value_get_boolean_or (criterion, "met", FALSE);
      g_autofree char *line =
        g_strdup_printf ("%s (%s)", sb_value_get_string (criterion, "text"),
                         sb_value_get_string (criterion, "detail"));

      put_field (printer, met ? _ ("✓ met") : _ ("✕ not met"), 11, met ? STYLE_GREEN : STYLE_RED);
      put_field (printer, line, printer->width - 11, STYLE_PLAIN);
      end_line (printer);
    }
}

static void
put_unexpected (Printer *printer, SbValue *result)
{
  g_autoptr (GPtrArray) lines = sb_report_list_unexpected (result);
  SbValue *problems = sb_value_get_member (result, "problems");

  if (lines->len == 0 && sb_value_get_length (problems) == 0)
    return;
  end_line (printer);
  put_field (printer, _ ("Not as expected"), printer->width, STYLE_BOLD);
  end_line (printer);
  for (guint i = 0; i < lines->len; i++)
    put_paragraph (printer, g_ptr_array_index (lines, i), 2);
  for (guint i = 0; i < sb_value_get_length (problems); i++)
    put_paragraph (printer, sb_value_get_text (sb_value_get_item (problems, i)), 2);
}

/**
 * sb_report_write_text:
 * @width: columns of the terminal
 * @color: with ANSI colours; the words are there either way
 *
 * Columns that do not fit beside each other follow below, with the records named again.
 *
 * Returns: (transfer full)
 */
char *
sb_report_write_text (SbValue *result, guint width, gboolean color)
{
  Printer printer = { g_string_new (NULL), CLAMP (width, WIDTH_MIN, WIDTH_MAX), color };
  guint n = sb_value_get_length (sb_value_get_member (result, "columns"));
  guint title_width = printer.width >= 100 ? 32 : 22;
  guint fit = MAX (1, (printer.width - NUMBER_WIDTH - MIN (title_width, printer.width / 2)) / CELL_WIDTH);
  guint blocks = MAX (1, (n + fit - 1) / fit);
  g_autofree char *verdict = sb_report_sentence (result);

  title_width = MIN (title_width, printer.width / 2);
  fit = (n + blocks - 1) / blocks;
  for (guint from = 0; from < n; from += fit)
    {
      put_block (&printer, result, title_width, from, MIN (n, from + fit));
      end_line (&printer);
    }
  put_criteria (&printer, result);
  put_unexpected (&printer, result);
  end_line (&printer);
  if (color)
    g_string_append_printf (printer.out, "\033[%sm",
                            sb_value_get_boolean_or (result, "passed", FALSE) ? "1;32" : "1;31");
  put_paragraph (&printer, verdict, 0);
  /* Before the end of the line, so that nothing of the colour stands on the next one. */
  if (color)
    g_string_insert (printer.out, (gssize) printer.out->len - 1, "\033[0m");
  return g_string_free (printer.out, FALSE);
}
