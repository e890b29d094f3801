/* sb-report.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-report-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-pilot-private.h"

static const struct
{
  const char *name;
  const char *symbol;
  const char *word;
  const char *short_word;
} verdicts[] = {
  [SB_REPORT_DONE] = { "done", "✓", N_ ("Done"), N_ ("done") },
  [SB_REPORT_HELD] = { "held", "‖", N_ ("Held back"), N_ ("held") },
  [SB_REPORT_EXPECTED] = { "expected-failure", "◆", N_ ("Expected failure"), N_ ("exp.fail") },
  [SB_REPORT_UNEXPECTED] = { "unexpected", "✕", N_ ("Unexpected"), N_ ("UNEXP.") },
  [SB_REPORT_SKIPPED] = { "skipped", "–", N_ ("Skipped"), N_ ("skipped") },
};

SbReportVerdict
sb_report_verdict (const char *verdict)
{
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    if (g_strcmp0 (verdict, verdicts[i].name) == 0)
      return (SbReportVerdict)i;
  return SB_REPORT_UNEXPECTED;
}

const char *
sb_report_symbol (const char *verdict)
{
  return verdicts[sb_report_verdict (verdict)].symbol;
}

const char *
sb_report_word (const char *verdict)
{
  return _ (verdicts[sb_report_verdict (verdict)].word);
}

const char *
sb_report_short_word (const char *verdict)
{
  return _ (verdicts[sb_report_verdict (verdict)].short_word);
}

const char *
sb_report_mode (SbValue *result)
{
  const char *mode = sb_value_get_string (result, "mode");

  if (g_strcmp0 (mode, "sandbox") == 0)
    return _ ("Sandbox");
  if (g_strcmp0 (mode, "practice") == 0)
    return _ ("Practice");
  return _ ("Preview");
}

char *
sb_report_sentence (SbValue *result)
{
  SbValue *records = sb_value_get_member (result, "records");
  SbValue *criteria = sb_value_get_member (result, "criteria");
  const char *started = sb_value_get_string (result, "started");
  const char *finished = sb_value_get_string (result, "finished");
  gint64 from = 0, to = 0;
  guint n = sb_value_get_length (records);
  guint good = 0, met = 0;
  g_autofree char *time = NULL;

  for (guint i = 0; i < n; i++)
    good += sb_report_verdict (sb_value_get_string (sb_value_get_item (records, i), "verdict")) !=
            SB_REPORT_UNEXPECTED;
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    met += sb_value_get_boolean_or (sb_value_get_item (criteria, i), "met", FALSE);
  if (started != NULL && finished != NULL && sb_clock_parse (started, "UTC", &from, NULL))
    sb_clock_parse (finished, "UTC", &to, NULL);
  time = sb_pilot_format_ms (MAX (0, to - from) / 1000);

  return g_strdup_printf (
    sb_value_get_boolean_or (result, "passed", FALSE)
      ? _ ("Passed in %s: %u of %u records as expected, %u of %u criteria met, in %s.")
      : _ ("Not passed in %s: %u of %u records as expected, %u of %u criteria met, in %s."),
    sb_report_mode (result), good, n, met, sb_value_get_length (criteria), time);
}

static void
add_unexpected (GPtrArray *lines, SbValue *columns, SbValue *record)
{
  SbValue *cells = sb_value_get_member (record, "cells");
  int number = (int)sb_value_get_int_or (record, "number", 0);
  const char *problem = sb_value_get_string (record, "problem");
  guint before = lines->len;

  for (guint i = 0; i < sb_value_get_length (cells); i++)
    {
      SbValue *cell = sb_value_get_item (cells, i);
      const char *title = sb_value_get_string (sb_value_get_item (columns, i), "title");
      const char *message = sb_value_get_string (cell, "message");

      if (message == NULL)
        message = sb_value_get_string (cell, "detail");
      if (sb_report_verdict (sb_value_get_string (cell, "verdict")) != SB_REPORT_UNEXPECTED)
        continue;
      g_ptr_array_add (lines,
                       g_strdup_printf (_ ("Record %d, %s: %s"), number, title != NULL ? title : "",
                                        message != NULL ? message : ""));
    }
  if (lines->len == before &&
      sb_report_verdict (sb_value_get_string (record, "verdict")) == SB_REPORT_UNEXPECTED)
    g_ptr_array_add (lines, g_strdup_printf (_ ("Record %d: %s"), number,
                                             problem != NULL ? problem : _ ("it did not end")));
}

GPtrArray *
sb_report_list_unexpected (SbValue *result)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  SbValue *columns = sb_value_get_member (result, "columns");
  SbValue *records = sb_value_get_member (result, "records");

  for (guint i = 0; i < sb_value_get_length (records); i++)
    add_unexpected (lines, columns, sb_value_get_item (records, i));
  return lines;
}
