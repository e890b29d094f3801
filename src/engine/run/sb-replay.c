/* sb-replay.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-replay.h"

#include "sb-clock.h"
#include "sb-json.h"
#include "sb-signature.h"

#define CHECK "~check"

gboolean
sb_place_is_check (const char *place)
{
  return g_str_has_suffix (place, CHECK);
}

char *
sb_place_to_check (const char *place)
{
  return g_strconcat (place, CHECK, NULL);
}

SbValue *
sb_replay_body (
  SbConnectors *connectors, SbFlow *flow, SbConnection *connection, SbEvent *event, GError **error)
{
  SbConnector *connector = flow->trigger_connector != NULL
                             ? sb_connectors_find (connectors, flow->trigger_connector)
                             : NULL;
  g_autoptr (SbValue) headers = NULL;
  gsize length = 0;
  const char *text = NULL;

  if (event->parsed != NULL)
    return sb_value_ref (event->parsed);
  if (event->body == NULL)
    return sb_value_new_object ();

  text = g_bytes_get_data (event->body, &length);
  if (connector == NULL || g_strcmp0 (event->source, "manual") == 0 ||
      g_strcmp0 (event->source, "edited") == 0)
    return sb_json_parse (text, (gssize)length, error);

  if (event->headers != NULL)
    headers = sb_json_parse (event->headers, -1, NULL);
  return sb_signature_read_body (
    connector, connection, headers != NULL ? sb_value_get_string (headers, "content-type") : NULL,
    event->body, error);
}

SbScope *
sb_replay_scope (
  const char *time_zone, gint64 run_id, gint64 started_us, const char *label, SbValue *body)
{
  SbScope *scope = sb_scope_new (time_zone, started_us);
  g_autoptr (SbValue) run = sb_value_new_object ();
  g_autofree char *started = sb_clock_format_utc (started_us);

  sb_value_set_int (run, "id", run_id);
  sb_value_set_string (run, "started", started);
  sb_value_set_string (run, "label", label != NULL ? label : "");
  sb_scope_set (scope, "run", run);
  sb_scope_set (scope, "trigger", body);
  sb_scope_set_label (scope, label);
  return scope;
}

SbJournal *
sb_replay_journal (GPtrArray *attempts, GPtrArray *timers, GPtrArray *skipped)
{
  SbJournal *journal = sb_journal_new ();
  g_autoptr (SbValue) none = sb_value_new_null ();

  for (guint i = 0; attempts != NULL && i < attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (attempts, i);

      if (g_strcmp0 (attempt->state, "done") == 0 && !sb_place_is_check (attempt->place))
        sb_journal_add_output (journal, attempt->place,
                               attempt->output != NULL ? attempt->output : none);
      else if (g_strcmp0 (attempt->state, "by-hand") == 0)
        sb_journal_add_skipped (journal, attempt->place);
    }
  for (guint i = 0; timers != NULL && i < timers->len; i++)
    {
      SbTimer *timer = g_ptr_array_index (timers, i);

      sb_journal_add_timer (journal, timer->place, timer->until_us);
    }
  for (guint i = 0; skipped != NULL && i < skipped->len; i++)
    sb_journal_add_skipped (journal, g_ptr_array_index (skipped, i));
  return journal;
}
