/* sb-report-html.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-json.h"
#include "sb-report-private.h"

/* No outside resource and no script: the page can be mailed, printed and kept. */
static const char style[] =
  ":root{color-scheme:light "
  "dark;--bg:#fafafa;--card:#fff;--fg:#241f31;--dim:#6a6670;--line:#deddda;"
  "--done:#1b7f4b;--held:#8a5a00;--exp:#1a5fb4;--bad:#b3131f;--badbg:#fdecec;--code:#f3f2f1}"
  "@media(prefers-color-scheme:dark){:root{--bg:#1e1e22;--card:#2a2a2f;--fg:#f1f0ee;--dim:#a8a5ac;"
  "--line:#44434a;--done:#57d9a3;--held:#f0c45b;--exp:#8bbcff;--bad:#ff8a8a;--badbg:#482528;--code:"
  "#1b1b1f}}"
  "*{box-sizing:border-box}body{font:15px/1.45 "
  "system-ui,sans-serif;background:var(--bg);color:var(--fg);"
  "margin:0 auto;max-width:90rem;padding:2rem "
  "1.5rem}h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;"
  "margin:2rem 0 .6rem}p{margin:.3rem "
  "0}.dim{color:var(--dim)}.verdict{font-size:1.1rem;font-weight:700;"
  "margin:.8rem "
  "0}.pass{color:var(--done)}.fail{color:var(--bad)}.card{background:var(--card);border:1px solid "
  "var(--line);border-radius:12px;overflow:hidden}.scroll{overflow-x:auto}table{border-collapse:"
  "collapse;"
  "width:100%}th,td{padding:.5rem .45rem;text-align:left;vertical-align:top;border-bottom:1px "
  "solid var(--line)}"
  "tr:last-child>td,tr:last-child>th{border-bottom:0}thead th{font-size:.85rem}tbody "
  "th{font-weight:600;"
  "min-width:9rem}small{display:block;font-weight:400;color:var(--dim);font-size:.8rem}td.n{color:"
  "var(--dim);"
  "text-align:right;width:2rem}.v{font-size:.85rem}.v small{overflow-wrap:anywhere}.done "
  "b{color:var(--done)}"
  ".held b{color:var(--held)}.expected-failure "
  "b{color:var(--exp)}.unexpected{background:var(--badbg)}"
  ".unexpected b,.unexpected span{color:var(--bad);font-weight:700}.skipped,.skipped "
  "b{color:var(--dim);"
  "font-weight:400}ul.criteria{list-style:none;margin:0;padding:0}ul.criteria li{padding:.55rem "
  ".8rem;"
  "border-bottom:1px solid var(--line);display:flex;gap:.7rem}ul.criteria li:last-child{border:0}"
  "li.met b{color:var(--done)}li.unmet b{color:var(--bad)}details{border-top:1px solid var(--line);"
  "padding:.35rem .8rem}details:first-of-type{border:0}summary{cursor:pointer}h3{font-size:1rem;"
  "margin:1.2rem 0 .4rem}pre{background:var(--code);border-radius:8px;padding:.6rem;overflow:auto;"
  "white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem;max-height:30rem}"
  "@page{size:A4 landscape;margin:12mm}@media "
  "print{:root{color-scheme:light;--bg:#fff;--card:#fff;--fg:#000;"
  "--dim:#555;--line:#bbb;--done:#1b7f4b;--held:#8a5a00;--exp:#1a5fb4;--bad:#b3131f;--badbg:#"
  "fdecec;--code:#f6f6f6}"
  "body{font-size:9.5pt;max-width:none;padding:0}tr,li,details{break-inside:avoid}thead{display:"
  "table-header-group}"
  "th,td{padding:.25rem .35rem}tbody th{min-width:0}pre{max-height:none}.scroll{overflow:visible}}";

static void put (GString *page, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Everything that is put in is escaped; only the format is taken as it is. */
static void
put (GString *page, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_markup_vprintf_escaped (format, args);
  va_end (args);
  g_string_append (page, text);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* A class name that came from outside is one of ours or none. */
static const char *
class_of (SbValue *cell)
{
  static const char *const names[] = { "done", "held", "expected-failure", "unexpected",
                                       "skipped" };

  return names[sb_report_verdict (sb_value_get_string (cell, "verdict"))];
}

static void
put_criteria (GString *page, SbValue *result)
{
  SbValue *criteria = sb_value_get_member (result, "criteria");

  put (page, "<h2>%s</h2><ul class=\"criteria card\">", _ ("Success criteria"));
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      SbValue *criterion = sb_value_get_item (criteria, i);
      gboolean met = sb_value_get_boolean_or (criterion, "met", FALSE);

      put (page,
           "<li class=\"%s\"><b>%s %s</b><span>%s <span class=\"dim\">%s</span></span></li>\n",
           met ? "met" : "unmet", met ? "✓" : "✕", met ? _ ("Met") : _ ("Not met"),
           or_empty (sb_value_get_string (criterion, "text")),
           or_empty (sb_value_get_string (criterion, "detail")));
    }
  g_string_append (page, "</ul>");
}

static void
put_grid (GString *page, SbValue *result)
{
  SbValue *columns = sb_value_get_member (result, "columns");
  SbValue *records = sb_value_get_member (result, "records");

  put (page, "<h2>%s</h2><div class=\"card scroll\"><table><thead><tr><th></th><th>%s</th>",
       _ ("Records"), _ ("Record"));
  for (guint i = 0; i < sb_value_get_length (columns); i++)
    {
      SbValue *column = sb_value_get_item (columns, i);

      put (page, "<th scope=\"col\">%s<small>%s</small></th>",
           or_empty (sb_value_get_string (column, "title")),
           or_empty (sb_value_get_string (column, "system")));
    }
  g_string_append (page, "</tr></thead><tbody>\n");
  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *record = sb_value_get_item (records, i);
      SbValue *cells = sb_value_get_member (record, "cells");
      int number = (int)sb_value_get_int_or (record, "number", i + 1);

      put (page,
           "<tr><td class=\"n\">%d</td><th scope=\"row\"><a href=\"#r%d\" "
           "style=\"color:inherit;text-decoration:none\">%s</a><small>%s</small></th>",
           number, number, or_empty (sb_value_get_string (record, "title")),
           or_empty (sb_value_get_string (record, "note")));
      for (guint j = 0; j < sb_value_get_length (cells); j++)
        {
          SbValue *cell = sb_value_get_item (cells, j);
          const char *verdict = sb_value_get_string (cell, "verdict");

          put (page, "<td class=\"v %s\"><b>%s</b> <span>%s</span><small>%s</small></td>",
               class_of (cell), sb_report_symbol (verdict), sb_report_word (verdict),
               or_empty (sb_value_get_string (cell, "detail")));
        }
      g_string_append (page, "</tr>\n");
    }
  g_string_append (page, "</tbody></table></div>");
}

/* JSON text is laid out; anything else stands as it is. */
static void
put_code (GString *page, const char *title, const char *text)
{
  g_autoptr (SbValue) value = NULL;
  g_autofree char *pretty = NULL;

  if (text == NULL)
    return;
  value = sb_json_parse (text, -1, NULL);
  pretty = value != NULL ? sb_json_write_pretty (value) : NULL;
  put (page, "<p class=\"dim\">%s</p><pre>%s</pre>", title, pretty != NULL ? pretty : text);
}

static void
put_cell_details (GString *page, SbValue *column, SbValue *cell)
{
  const char *message = sb_value_get_string (cell, "message");
  const char *verdict = sb_value_get_string (cell, "verdict");
  const char *expected = sb_value_get_string (cell, "expected");
  gint64 tries = sb_value_get_int_or (cell, "tries", 0);
  gint64 ms = sb_value_get_int_or (cell, "ms", -1);
  gboolean odd = sb_report_verdict (verdict) == SB_REPORT_UNEXPECTED;

  if (sb_report_verdict (verdict) == SB_REPORT_SKIPPED && message == NULL)
    return;
  put (page,
       "<details%s class=\"%s\"><summary>%s: <b>%s %s</b> <span class=\"dim\">%s</span></summary>",
       odd ? " open" : "", class_of (cell), or_empty (sb_value_get_string (column, "title")),
       sb_report_symbol (verdict), sb_report_word (verdict),
       or_empty (sb_value_get_string (cell, "detail")));
  if (message != NULL)
    put (page, "<p>%s</p>", message);
  if (expected != NULL)
    put (page, "<p class=\"dim\">%s: %s</p>", _ ("Expected"), expected);
  if (tries > 0)
    {
      g_autofree char *time = sb_pilot_format_ms (ms);
      g_autofree char *words = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%d request", "%d requests", (gulong)tries), (int)tries);

      put (page, "<p class=\"dim\">%s, %s</p>", words, time);
    }
  put_code (page, _ ("Request"), sb_value_get_string (cell, "request"));
  put_code (page, _ ("Answer"), sb_value_get_string (cell, "response"));
  g_string_append (page, "</details>\n");
}

static void
put_details (GString *page, SbValue *result)
{
  SbValue *columns = sb_value_get_member (result, "columns");
  SbValue *records = sb_value_get_member (result, "records");

  put (page, "<h2>%s</h2>", _ ("What was sent and what came back"));
  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *record = sb_value_get_item (records, i);
      SbValue *cells = sb_value_get_member (record, "cells");
      const char *problem = sb_value_get_string (record, "problem");
      int number = (int)sb_value_get_int_or (record, "number", i + 1);

      put (page, "<h3 id=\"r%d\">%d. %s <span class=\"dim\">%s</span></h3>", number, number,
           or_empty (sb_value_get_string (record, "title")),
           or_empty (sb_value_get_string (record, "note")));
      if (problem != NULL)
        put (page, "<p>%s</p>", problem);
      g_string_append (page, "<div class=\"card\">");
      for (guint j = 0; j < sb_value_get_length (cells); j++)
        put_cell_details (page, sb_value_get_item (columns, j), sb_value_get_item (cells, j));
      g_string_append (page, "</div>\n");
    }
}

/* To the minute, in UTC: whoever reads it may be elsewhere. */
static char *
when_finished (SbValue *result)
{
  const char *text = or_empty (sb_value_get_string (result, "finished"));

  if (strlen (text) < 16)
    return g_strdup (text);
  return g_strdup_printf ("%.10s %.5s UTC", text, text + 11);
}

static void
put_head (GString *page, SbValue *result)
{
  const char *name = or_empty (sb_value_get_string (result, "flow"));
  gboolean passed = sb_value_get_boolean_or (result, "passed", FALSE);
  g_autofree char *sentence = sb_report_sentence (result);
  g_autofree char *when = when_finished (result);
  const char *words = _ ("Preview: every request was built, none was sent.");

  if (g_strcmp0 (sb_value_get_string (result, "mode"), "practice") == 0)
    words = _ ("Practice sends to stand-ins on this computer. No vendor was called.");
  else if (g_strcmp0 (sb_value_get_string (result, "mode"), "sandbox") == 0)
    words = _ ("Sandbox calls the vendors' test systems. Nothing was sent to production.");

  g_string_append (page,
                   "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'\">");
  put (page, "<title>%s: %s</title>", _ ("Pilot"), name);
  g_string_append_printf (page, "<style>%s</style></head><body>\n", style);
  put (page, "<header><h1>%s</h1><p class=\"dim\">%s %s, %s</p>", name, _ ("Pilot in"),
       sb_report_mode (result), when);
  put (page, "<p class=\"verdict %s\">%s %s</p><p class=\"dim\">%s</p></header>\n",
       passed ? "pass" : "fail", passed ? "✓" : "✕", sentence, words);
}

/**
 * sb_report_write_html:
 * @result: of a pilot
 *
 * A page that stands alone: no script, no outside resource, light and dark, prints on A4. Every
 * text in it is escaped.
 *
 * Returns: (transfer full)
 */
char *
sb_report_write_html (SbValue *result)
{
  GString *page = g_string_new (NULL);
  SbValue *problems = sb_value_get_member (result, "problems");
  g_autoptr (GPtrArray) unexpected = sb_report_list_unexpected (result);

  put_head (page, result);
  if (unexpected->len > 0 || sb_value_get_length (problems) > 0)
    {
      put (page, "<h2>%s</h2><ul>", _ ("Not as expected"));
      for (guint i = 0; i < unexpected->len; i++)
        put (page, "<li>%s</li>", (const char *)g_ptr_array_index (unexpected, i));
      for (guint i = 0; i < sb_value_get_length (problems); i++)
        put (page, "<li>%s</li>", or_empty (sb_value_get_text (sb_value_get_item (problems, i))));
      g_string_append (page, "</ul>");
    }
  put_criteria (page, result);
  put_grid (page, result);
  put_details (page, result);
  g_string_append (page, "</body></html>\n");
  return g_string_free (page, FALSE);
}
