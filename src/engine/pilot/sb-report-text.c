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
#define TITLE_MIN    22
#define TITLE_MAX    44
#define CELL_MIN     9
#define CELL_MAX     13
#define SYMBOL_MIN   12
#define WIDTH_MIN    40
#define WIDTH_MAX    400

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

static const char *
or_empty (SbValue *object, const char *name)
{
  const char *text = sb_value_get_string (object, name);

  return text != NULL ? text : "";
}

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

/* What an event brought in must not steer the terminal: controls and turned directions become
 * spaces. */
static char *
tame (const char *text)
{
  GString *tamed = g_string_new (NULL);

  for (const char *at = text != NULL ? text : ""; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (c);

      if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
          type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR)
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
  g_autofree char *tamed = tame (text);
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

/* How the grid is laid out: @blocks of @fit columns, each @cell wide. */
typedef struct
{
  guint blocks;
  guint fit;
  guint cell;
  guint title;
} Layout;

static Layout
lay_out (guint width, guint n)
{
  Layout layout = { .blocks = 1 };
  guint title_min = MIN (TITLE_MIN, width / 2);

  for (;; layout.blocks++)
    {
      layout.fit = MAX (1, (n + layout.blocks - 1) / layout.blocks);
      layout.cell = (width - NUMBER_WIDTH - title_min) / layout.fit;
      if (layout.cell >= CELL_MIN || layout.fit == 1)
        break;
    }
  layout.cell = MIN (layout.cell, CELL_MAX);
  layout.title = MIN (TITLE_MAX, width - NUMBER_WIDTH - layout.fit * layout.cell);
  return layout;
}

/* Line @line of a heading that is broken between words where it is too long. */
static char *
heading_line (const char *title, guint width, guint line)
{
  g_auto (GStrv) words = g_strsplit (title != NULL ? title : "", " ", -1);
  g_autoptr (GString) first = g_string_new (NULL);
  guint i = 0;

  while (words[i] != NULL &&
         (i == 0 || text_width (first->str) + 1 + text_width (words[i]) <= width))
    {
      g_string_append_printf (first, "%s%s", i > 0 ? " " : "", words[i]);
      i++;
    }
  if (line == 0)
    return g_string_free (g_steal_pointer (&first), FALSE);
  return g_strjoinv (" ", words + i);
}

static void
put_heading (Printer *printer, SbValue *columns, const Layout *layout, guint from, guint to)
{
  gboolean wraps = FALSE;

  for (guint i = from; i < to && !wraps; i++)
    {
      g_autofree char *rest = heading_line (
        sb_value_get_string (sb_value_get_item (columns, i), "title"), layout->cell - 1, 1);

      wraps = *rest != '\0';
    }
  for (guint line = 0; line < 3; line++)
    {
      if (line == 1 && !wraps)
        continue;
      put_field (printer, "", NUMBER_WIDTH, STYLE_PLAIN);
      put_field (printer, line == 0 ? _ ("Record") : "", layout->title, STYLE_BOLD);
      for (guint i = from; i < to; i++)
        {
          SbValue *column = sb_value_get_item (columns, i);
          g_autofree char *words =
            line < 2 ? heading_line (sb_value_get_string (column, "title"), layout->cell - 1, line)
                     : g_strdup (sb_value_get_string (column, "system"));

          put_field (printer, words, layout->cell - 1, line < 2 ? STYLE_BOLD : STYLE_DIM);
          g_string_append_c (printer->out, ' ');
        }
      end_line (printer);
    }
}

static void
put_title (Printer *printer, SbValue *record, guint width)
{
  const char *title = sb_value_get_string (record, "title");
  const char *note = sb_value_get_string (record, "note");
  g_autofree char *tamed = tame (title);
  guint used = MIN (text_width (tamed), width);

  put_field (printer, title, used, STYLE_BOLD);
  if (note != NULL && *note != '\0' && used + 4 < width)
    {
      g_string_append_c (printer->out, ' ');
      put_field (printer, note, width - used - 1, STYLE_DIM);
    }
  else
    put_field (printer, "", width - used, STYLE_PLAIN);
}

static void
put_record (Printer *printer, SbValue *record, const Layout *layout, guint from, guint to)
{
  SbValue *cells = sb_value_get_member (record, "cells");
  g_autofree char *number = g_strdup_printf ("%3d", (int)sb_value_get_int_or (record, "number", 0));

  put_field (printer, number, NUMBER_WIDTH, STYLE_DIM);
  put_title (printer, record, layout->title - 1);
  g_string_append_c (printer->out, ' ');
  for (guint i = from; i < to; i++)
    {
      const char *verdict = sb_value_get_string (sb_value_get_item (cells, i), "verdict");
      const char *word = sb_report_short_word (verdict);
      gboolean symbol = layout->cell >= SYMBOL_MIN;
      g_autofree char *text = g_strdup_printf ("%s%s%s", symbol ? sb_report_symbol (verdict) : "",
                                               symbol ? " " : "", word);

      put_field (printer, text, layout->cell - 1, style_of (verdict));
      g_string_append_c (printer->out, ' ');
    }
  end_line (printer);
}

static void
put_grid (Printer *printer, SbValue *result)
{
  SbValue *columns = sb_value_get_member (result, "columns");
  SbValue *records = sb_value_get_member (result, "records");
  guint n = sb_value_get_length (columns);
  Layout layout = lay_out (printer->width, n);

  for (guint from = 0; from < n; from += layout.fit)
    {
      guint to = MIN (n, from + layout.fit);

      put_heading (printer, columns, &layout, from, to);
      for (guint i = 0; i < sb_value_get_length (records); i++)
        put_record (printer, sb_value_get_item (records, i), &layout, from, to);
      end_line (printer);
    }
}

/* What did not simply go through, in words; what is held back after a failure is not said again. */
static gboolean
is_telling (SbValue *cell, guint column)
{
  switch (sb_report_verdict (sb_value_get_string (cell, "verdict")))
    {
    case SB_REPORT_EXPECTED:
      return TRUE;
    case SB_REPORT_HELD:
      return column == 0;
    case SB_REPORT_DONE:
      return sb_value_get_int_or (cell, "tries", 0) > sb_value_get_int_or (cell, "times", 1);
    case SB_REPORT_UNEXPECTED:
    case SB_REPORT_SKIPPED:
    default:
      return FALSE;
    }
}

static void
put_telling (Printer *printer, SbValue *result)
{
  SbValue *columns = sb_value_get_member (result, "columns");
  SbValue *records = sb_value_get_member (result, "records");
  gboolean any = FALSE;

  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *record = sb_value_get_item (records, i);
      SbValue *cells = sb_value_get_member (record, "cells");

      for (guint j = 0; j < sb_value_get_length (cells); j++)
        {
          SbValue *cell = sb_value_get_item (cells, j);
          const char *verdict = sb_value_get_string (cell, "verdict");
          const char *message = sb_value_get_string (cell, "message");
          gboolean failed = sb_report_verdict (verdict) == SB_REPORT_EXPECTED;
          g_autofree char *line = NULL;

          if (!is_telling (cell, j))
            continue;
          if (!any)
            {
              put_field (printer, _ ("What did not go straight through"), printer->width,
                         STYLE_BOLD);
              end_line (printer);
            }
          any = TRUE;
          line = g_strdup_printf (
            "%d %s, %s: %s, %s%s%s", (int)sb_value_get_int_or (record, "number", 0),
            or_empty (record, "title"), or_empty (sb_value_get_item (columns, j), "title"),
            sb_report_word (verdict), or_empty (cell, "detail"),
            failed && message != NULL ? ": " : "", failed && message != NULL ? message : "");
          put_paragraph (printer, line, 2);
        }
    }
  if (any)
    end_line (printer);
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
        g_strdup_printf ("%s (%s)", or_empty (criterion, "text"), or_empty (criterion, "detail"));

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
  g_autofree char *verdict = sb_report_sentence (result);

  put_grid (&printer, result);
  put_telling (&printer, result);
  put_criteria (&printer, result);
  put_unexpected (&printer, result);
  end_line (&printer);
  if (color)
    g_string_append_printf (printer.out, "\033[%sm",
                            sb_value_get_boolean_or (result, "passed", FALSE) ? "1;32" : "1;31");
  put_paragraph (&printer, verdict, 0);
  /* Before the end of the line, so that nothing of the colour stands on the next one. */
  if (color)
    g_string_insert (printer.out, (gssize)printer.out->len - 1, "\033[0m");
  return g_string_free (printer.out, FALSE);
}
