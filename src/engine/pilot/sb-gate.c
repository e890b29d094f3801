/* sb-gate.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <glib/gi18n-lib.h>

#define EXPIRY_DAYS   30
#define RECORDS_NAMED 3

static void add_reason (GPtrArray *reasons, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_reason (GPtrArray *reasons, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (reasons, g_strdup_vprintf (format, args));
  va_end (args);
}

/* The mode as the pilot's page names it. */
static const char *
mode_name (const char *mode)
{
  return g_str_equal (mode, "sandbox") ? _ ("Sandbox") : _ ("Practice");
}

static const char *
why_unexpected (SbValue *record)
{
  SbValue *cells = sb_value_get_member (record, "cells");

  for (guint i = 0; i < sb_value_get_length (cells); i++)
    {
      SbValue *cell = sb_value_get_item (cells, i);
      const char *message = sb_value_get_string (cell, "message");

      if (g_strcmp0 (sb_value_get_string (cell, "verdict"), "unexpected") == 0)
        return message != NULL ? message : sb_value_get_string (cell, "detail");
    }
  return sb_value_get_string (record, "problem");
}

/* A sentence within a sentence loses its full stop. */
static char *
without_stop (const char *sentence)
{
  gsize length = strlen (sentence);

  while (length > 0 && (sentence[length - 1] == '.' || sentence[length - 1] == ' '))
    length--;
  return g_strndup (sentence, length);
}

static void
add_failures (GPtrArray *reasons, SbPilotRow *row)
{
  SbValue *records = sb_value_get_member (row->result, "records");
  SbValue *criteria = sb_value_get_member (row->result, "criteria");
  guint named = 0, unexpected = 0;

  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *record = sb_value_get_item (records, i);
      const char *why;
      g_autofree char *words = NULL;

      if (g_strcmp0 (sb_value_get_string (record, "verdict"), "unexpected") != 0)
        continue;
      if (++unexpected > RECORDS_NAMED)
        continue;
      why = why_unexpected (record);
      words = without_stop (why != NULL ? why : _ ("it did not end"));
      add_reason (
        reasons,
        _ ("Record %d did not go as expected: %s. Open the record, mend the cause and run "
           "the pilot again."),
        (int)sb_value_get_int_or (record, "number", i + 1), words);
      named++;
    }
  if (unexpected > named)
    add_reason (reasons,
                g_dngettext (GETTEXT_PACKAGE,
                             "%u more record did not go as expected. Look at it in the pilot.",
                             "%u more records did not go as expected. Look at them in the pilot.",
                             unexpected - named),
                unexpected - named);
  if (unexpected > 0)
    return;

  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      SbValue *criterion = sb_value_get_item (criteria, i);
      const char *text = sb_value_get_string (criterion, "text");
      const char *detail = sb_value_get_string (criterion, "detail");

      if (!sb_value_get_boolean_or (criterion, "met", FALSE) &&
          g_strcmp0 (sb_value_get_string (criterion, "kind"), "sandbox-passed") != 0)
        add_reason (reasons,
                    _ ("A success criterion is not met: %s (%s). Mend the cause and run the pilot "
                       "again."),
                    text != NULL ? text : "", detail != NULL ? detail : "");
    }
  if (reasons->len == 0)
    add_reason (reasons, _ ("The last %s pilot did not pass. Run it again."),
                mode_name (row->mode));
}

/* The names of the steps whose mapping is not what the pilot ran. */
static char *
name_changed_steps (SbFlow *flow, SbPilotRow *row)
{
  SbValue *then = sb_value_get_member (row->result, "steps");
  g_autoptr (SbValue) now = sb_pilot_hash_steps (flow);
  g_autoptr (GString) names = g_string_new (NULL);

  if (then == NULL)
    return NULL;
  for (guint i = 0; i < sb_value_get_length (now); i++)
    {
      const char *id = sb_value_get_member_name (now, i);
      SbStep *step = sb_flow_find_step (flow, id);

      if (g_strcmp0 (sb_value_get_string (then, id), sb_value_get_string (now, id)) == 0)
        continue;
      g_string_append_printf (names, "%s“%s”", names->len > 0 ? ", " : "",
                              step != NULL && step->name != NULL ? step->name : id);
    }
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

static void
add_changes (GPtrArray *reasons, SbFlow *flow, const char *fingerprint, SbPilotRow *row)
{
  g_auto (GStrv) now = g_strsplit (fingerprint, ".", 3);
  g_auto (GStrv) then = g_strsplit (row->fingerprint != NULL ? row->fingerprint : "", ".", 3);
  const char *mode = mode_name (row->mode);

  if (g_strcmp0 (fingerprint, row->fingerprint) == 0)
    return;
  if (g_strv_length (now) != 3 || g_strv_length (then) != 3)
    {
      add_reason (reasons, _ ("The flow changed after the last %s pilot. Run it again."), mode);
      return;
    }
  if (!g_str_equal (now[0], then[0]))
    {
      g_autofree char *names = name_changed_steps (flow, row);

      if (names != NULL)
        add_reason (reasons, _ ("%s changed after the last %s pilot. Run it again."), names, mode);
      else
        add_reason (reasons, _ ("The flow changed after the last %s pilot. Run it again."), mode);
    }
  if (!g_str_equal (now[1], then[1]))
    add_reason (reasons,
                _ ("A connection of this flow changed after the last %s pilot. Run it again."),
                mode);
  if (!g_str_equal (now[2], then[2]))
    add_reason (reasons,
                _ ("A vendor's API version changed after the last %s pilot. Run it again."), mode);
}

static void
check_row (GPtrArray *reasons,
           SbFlow *flow,
           const char *fingerprint,
           SbPilotRow *row,
           const char *mode,
           gint64 now_us)
{
  gint64 days;

  if (row == NULL)
    {
      if (g_str_equal (mode, "sandbox"))
        add_reason (reasons, _ ("The records have not gone through your sandbox accounts yet. Run "
                                "the pilot in Sandbox."));
      else
        add_reason (reasons,
                    _ ("The records have not gone through in practice yet. Run the pilot."));
      return;
    }
  if (!row->passed)
    {
      g_autoptr (GPtrArray) failures = g_ptr_array_new_with_free_func (g_free);

      add_failures (failures, row);
      g_ptr_array_extend_and_steal (reasons, g_steal_pointer (&failures));
    }
  add_changes (reasons, flow, fingerprint, row);
  days = (now_us - row->finished_us) / G_TIME_SPAN_DAY;
  if (days >= EXPIRY_DAYS)
    add_reason (reasons, _ ("The last %s pilot is %d days old, it counts for %d. Run it again."),
                mode_name (mode), (int)MIN (days, 99999), EXPIRY_DAYS);
}

static gboolean
asks_for_sandbox (SbFlow *flow)
{
  for (guint i = 0; i < sb_value_get_length (flow->criteria); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (flow->criteria, i), "kind"),
                   "sandbox-passed") == 0)
      return TRUE;
  return FALSE;
}

/**
 * sb_gate_list_reasons:
 * @flow: the draft that is to go live
 * @fingerprint: what it would vouch for now, by sb_pilot_fingerprint()
 * @practice: (nullable): the last pilot in practice
 * @sandbox: (nullable): the last pilot in sandbox, needed where the criteria ask for it
 * @now_us: UTC
 *
 * Returns: (transfer full) (element-type utf8): why the flow may not go live, each a sentence with
 * its remedy; empty: it may
 */
GPtrArray *
sb_gate_list_reasons (
  SbFlow *flow, const char *fingerprint, SbPilotRow *practice, SbPilotRow *sandbox, gint64 now_us)
{
  GPtrArray *reasons = g_ptr_array_new_with_free_func (g_free);

  check_row (reasons, flow, fingerprint, practice, "practice", now_us);
  if (asks_for_sandbox (flow))
    check_row (reasons, flow, fingerprint, sandbox, "sandbox", now_us);
  return reasons;
}
