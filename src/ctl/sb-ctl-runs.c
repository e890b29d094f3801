/* sb-ctl-runs.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-json.h"

/* (transfer full) (nullable): {"id": first operand}; NULL and @status where it is no number. */
static SbValue *
about_run (SbCtl *self, int *status)
{
  const char *text = sb_ctl_get_operand (self, 0);
  SbValue *arguments = NULL;
  gint64 id = 0;

  if (!g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &id, NULL))
    {
      *status = sb_ctl_usage (self, _ ("“%s” is not the number of a run"), text);
      return NULL;
    }
  arguments = sb_value_new_object ();
  sb_value_set_int (arguments, "id", id);
  return arguments;
}

static const char *
get_state_words (SbValue *run)
{
  static const struct
  {
    const char *state;
    const char *words;
  } words[] = {
    { "ready", N_ ("about to run") },   { "running", N_ ("running") },
    { "waiting", N_ ("waiting") },      { "blocked", N_ ("blocked") },
    { "inbox", N_ ("inbox") },          { "done", N_ ("done") },
    { "stopped", N_ ("filtered out") }, { "dropped", N_ ("dropped") },
  };
  const char *state = sb_value_get_string (run, "state");

  if (sb_value_get_boolean_or (run, "unknown", FALSE))
    return _ ("outcome unknown");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (g_strcmp0 (words[i].state, state) == 0)
        return _ (words[i].words);
    }
  return state;
}

/* (transfer full) (nullable): what --flow, --state, … ask for. */
static SbValue *
make_query (SbCtl *self, const char *state, int *status)
{
  static const char *const texts[] = { "flow", "text" };
  g_autoptr (SbValue) arguments = sb_value_new_object ();
  const char *since = sb_ctl_get_option (self, "since");
  GError *error = NULL;
  gint64 since_us = 0;
  gint64 limit = 50;
  gint64 before = 0;

  if (!sb_ctl_get_number (self, "limit", 1, 1000, &limit, status) ||
      !sb_ctl_get_number (self, "before", 1, G_MAXINT64, &before, status))
    return NULL;
  if (since != NULL && !sb_clock_parse (since, NULL, &since_us, &error))
    {
      *status = sb_ctl_usage (self, _ ("--since: %s"), error->message);
      g_error_free (error);
      return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text = sb_ctl_get_option (self, texts[i]);

      if (text != NULL)
        sb_value_set_string (arguments, texts[i], text);
    }
  if (state != NULL)
    sb_value_set_string (arguments, "state", state);
  sb_value_set_int (arguments, "since_us", since_us);
  sb_value_set_int (arguments, "limit", limit);
  sb_value_set_int (arguments, "before", before);
  return g_steal_pointer (&arguments);
}

static int
list_by_state (SbCtl *self, const char *state)
{
  g_autoptr (SbTable) table = sb_table_new (_ ("RUN"), _ ("STARTED"), _ ("FLOW"), _ ("WHAT"),
                                            _ ("STATE"), _ ("STEP"), _ ("PROBLEM"), NULL);
  int status = SB_CTL_DONE;
  SbValue *arguments = make_query (self, state, &status);
  g_autoptr (SbValue) runs = NULL;

  if (arguments == NULL)
    return status;
  status = sb_ctl_run_plain (self, "runs.list", arguments, NULL, &runs);
  if (runs == NULL)
    return status;
  if (sb_value_get_length (runs) == 0)
    {
      sb_ctl_hint (self, "%s",
                   g_strcmp0 (state, "inbox") == 0 ? _ ("The inbox is empty.") : _ ("No runs."));
      return status;
    }
  for (guint i = 0; i < sb_value_get_length (runs); i++)
    {
      SbValue *run = sb_value_get_item (runs, i);
      g_autofree char *id = sb_value_to_text (sb_value_get_member (run, "id"));
      g_autofree char *started = sb_ctl_local_time (run, "started");

      sb_table_add (table, id, started, sb_value_get_string (run, "flow"),
                    sb_value_get_string (run, "label"), get_state_words (run),
                    sb_value_get_string (run, "step"), sb_value_get_string (run, "problem"));
    }
  sb_table_print (table, self);
  return status;
}

static int
list_runs (SbCtl *self)
{
  return list_by_state (self, sb_ctl_get_option (self, "state"));
}

static int
list_inbox (SbCtl *self)
{
  return list_by_state (self, "inbox");
}

static void
print_attempts (SbCtl *self, SbValue *attempts)
{
  for (guint i = 0; i < sb_value_get_length (attempts); i++)
    {
      SbValue *attempt = sb_value_get_item (attempts, i);
      SbValue *request = sb_value_get_member (attempt, "request");
      SbValue *response = sb_value_get_member (attempt, "response");
      g_autofree char *started = sb_ctl_local_time (attempt, "started");
      g_autofree char *sent = request != NULL ? sb_json_write_pretty (request) : NULL;
      g_autofree char *got = response != NULL ? sb_json_write_pretty (response) : NULL;
      const char *message = sb_value_get_string (attempt, "message");

      sb_ctl_print (
        self, _ ("\n%s, try %" G_GINT64_FORMAT ", %s: %s (status %" G_GINT64_FORMAT ")%s%s"),
        sb_value_get_string (attempt, "place"), sb_value_get_int_or (attempt, "number", 0), started,
        sb_value_get_string (attempt, "state"), sb_value_get_int_or (attempt, "status", 0),
        message != NULL ? ": " : "", message != NULL ? message : "");
      if (sent != NULL)
        sb_ctl_print (self, _ ("Asked: %s"), g_strchomp (sent));
      if (got != NULL)
        sb_ctl_print (self, _ ("Answered: %s"), g_strchomp (got));
    }
}

static void
print_run (SbCtl *self, SbValue *run)
{
  g_autofree char *started = sb_ctl_local_time (run, "started");
  const char *step = sb_value_get_string (run, "step");
  const char *problem = sb_value_get_string (run, "problem");

  sb_ctl_print (self, _ ("Run %" G_GINT64_FORMAT ": %s"), sb_value_get_int_or (run, "id", 0),
                sb_value_get_string (run, "label") != NULL ? sb_value_get_string (run, "label")
                                                           : "–");
  sb_ctl_print (self, _ ("Flow:     %s, version %" G_GINT64_FORMAT ", %s"),
                sb_value_get_string (run, "flow"), sb_value_get_int_or (run, "version", 0),
                sb_value_get_string (run, "mode"));
  sb_ctl_print (self, _ ("Started:  %s"), started);
  sb_ctl_print (self, _ ("State:    %s%s%s"), get_state_words (run),
                step != NULL ? _ (", at step ") : "", step != NULL ? step : "");
  if (problem != NULL)
    sb_ctl_print (self, _ ("Problem:  %s"), problem);
}

static int
show_run (SbCtl *self)
{
  int status = SB_CTL_DONE;
  SbValue *arguments = about_run (self, &status);
  g_autoptr (SbValue) run = NULL;

  if (arguments == NULL)
    return status;
  status = sb_ctl_run_plain (self, "runs.show", arguments, sb_ctl_get_operand (self, 0), &run);
  if (run == NULL)
    return status;
  print_run (self, run);
  print_attempts (self, sb_value_get_member (run, "attempts"));
  return status;
}

static int
decide (SbCtl *self, const char *command, const char *as)
{
  int status = SB_CTL_DONE;
  SbValue *arguments = about_run (self, &status);
  g_autoptr (SbValue) run = NULL;

  if (arguments == NULL)
    return status;
  if (as != NULL)
    sb_value_set_string (arguments, "as", as);
  status = sb_ctl_run_plain (self, command, arguments, sb_ctl_get_operand (self, 0), &run);
  if (run != NULL)
    print_run (self, run);
  return status;
}

static int
retry_run (SbCtl *self)
{
  return decide (self, "runs.retry", NULL);
}

static int
resolve_run (SbCtl *self)
{
  const char *as = sb_ctl_get_option (self, "as");

  if (as == NULL)
    return sb_ctl_usage (self, _ ("--as is missing: was it done, or not-done?"));
  return decide (self, "runs.resolve", as);
}

/* Takes "FIELD=TEXT" or "FIELD:=JSON" apart. (transfer full) (nullable) */
static SbValue *
take_change (SbCtl *self, const char *text, int *status)
{
  const char *equals = strchr (text, '=');
  gboolean is_json = equals != NULL && equals > text && equals[-1] == ':';
  const char *end = is_json ? equals - 1 : equals;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  SbValue *value = NULL;
  SbValue *change = NULL;

  if (equals == NULL || end == text)
    {
      *status = sb_ctl_usage (self, _ ("“%s” is not FIELD=TEXT"), text);
      return NULL;
    }
  value = is_json ? sb_json_parse (equals + 1, -1, &error) : sb_value_new_string (equals + 1);
  if (error != NULL)
    {
      *status = sb_ctl_usage (self, _ ("what follows := is not JSON: %s"), error->message);
      return NULL;
    }
  path = g_strndup (text, (gsize)(end - text));
  change = sb_value_new_object ();
  sb_value_set_string (change, "path", path);
  sb_value_set (change, "value", value);
  return change;
}

static gboolean
take_changes (SbCtl *self, SbValue *arguments, int *status)
{
  const char *file = sb_ctl_get_option (self, "file");
  SbValue *changes = NULL;

  if (file != NULL)
    {
      g_autoptr (GError) error = NULL;
      SbValue *body = sb_json_load_file (file, &error);

      if (body == NULL)
        *status = sb_ctl_usage (self, "%s", error->message);
      else
        sb_value_set (arguments, "body", body);
      return body != NULL;
    }
  if (sb_ctl_get_operand (self, 1) == NULL)
    {
      *status = sb_ctl_usage (self, _ ("what is to be changed? Say FIELD=TEXT, or --file FILE"));
      return FALSE;
    }
  changes = sb_value_new_array ();
  sb_value_set (arguments, "set", changes);
  for (guint i = 1; sb_ctl_get_operand (self, i) != NULL; i++)
    {
      SbValue *change = take_change (self, sb_ctl_get_operand (self, i), status);

      if (change == NULL)
        return FALSE;
      sb_value_append (changes, change);
    }
  return TRUE;
}

static int
edit_run (SbCtl *self)
{
  int status = SB_CTL_DONE;
  SbValue *arguments = about_run (self, &status);
  g_autoptr (SbValue) run = NULL;

  if (arguments == NULL)
    return status;
  if (!take_changes (self, arguments, &status))
    {
      sb_value_unref (arguments);
      return status;
    }
  status = sb_ctl_run_plain (self, "runs.edit", arguments, sb_ctl_get_operand (self, 0), &run);
  if (run != NULL)
    print_run (self, run);
  return status;
}

/* What is going on, in a few lines. */
static int
show_status (SbCtl *self)
{
  static const struct
  {
    const char *name;
    const char *words;
  } counts[] = {
    { "inbox", N_ ("Need a person:") },       { "waiting", N_ ("Waiting:") },
    { "blocked", N_ ("Blocked:") },           { "held", N_ ("Held by a pause:") },
    { "events_today", N_ ("Events today:") },
  };
  g_autoptr (SbValue) summary = NULL;
  g_autofree char *last = NULL;
  int status = sb_ctl_run_plain (self, "status", NULL, NULL, &summary);

  if (summary == NULL)
    return status;
  sb_ctl_print (self, "%-17s %s", _ ("Folder:"), sb_value_get_string (summary, "folder"));
  sb_ctl_print (self, "%-17s %s", _ ("Mode:"), sb_value_get_string (summary, "mode"));
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    sb_ctl_print (self, "%-17s %" G_GINT64_FORMAT, _ (counts[i].words),
                  sb_value_get_int_or (summary, counts[i].name, 0));
  last = sb_ctl_local_time (summary, "last_event");
  sb_ctl_print (self, "%-17s %s", _ ("Last event:"), last);
  if (sb_value_get_string (summary, "trouble") != NULL)
    sb_ctl_print (self, "%-17s %s", _ ("Trouble:"), sb_value_get_string (summary, "trouble"));
  return status;
}

#define QUERY_OPTIONS                                                                              \
  { "flow", "ID", NULL, N_ ("only of that flow") },                                                \
    { "text", "TEXT", NULL,                                                                        \
      N_ ("only with TEXT in the label, the event's id or body, or the problem") },                \
    { "since", "TIME", NULL,                                                                       \
      N_ ("only started since TIME, as 2026-11-23 or 2026-11-23T09:14:00Z") },                     \
    { "limit", "N", NULL, N_ ("at most N, 50 where it is not given") },                            \
  {                                                                                                \
    "before", "RUN", NULL, N_ ("only older ones than that run")                                    \
  }

static const SbCtlOption list_options[] = {
  { "state", "STATE", "open|ready|running|waiting|blocked|inbox|done|stopped|dropped",
    N_ ("only in that state") },
  QUERY_OPTIONS,
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption inbox_options[] = {
  QUERY_OPTIONS,
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption resolve_options[] = {
  { "as", "DECISION", "done|not-done|drop|restore",
    N_ ("done: it happened, go on after it; not-done: send it again; drop: leave this run; "
        "restore: take a dropped one back into the inbox") },
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption edit_options[] = {
  { "file", "FILE", NULL, N_ ("all of the data, as JSON, instead of single fields") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_runs_commands[] = {
  { "runs list", "", 0, 0, N_ ("List the runs, newest first."), "runs list --state open",
    list_options, list_runs },
  { "runs show", "RUN", 1, 1, N_ ("Show one run with every request and answer, secrets masked."),
    "runs show 17", NULL, show_run },
  { "runs retry", "RUN", 1, 1, N_ ("Let a run in the inbox go on at the step it stands at."),
    "runs retry 17", NULL, retry_run },
  { "runs resolve", "RUN", 1, 1,
    N_ ("Decide about a run in the inbox. Look at the vendor whether the step was done, then say "
        "so."),
    "runs resolve 17 --as done", resolve_options, resolve_run },
  { "runs edit", "RUN [FIELD=TEXT…]", 1, 32,
    N_ ("Put the data of a run in the inbox right and let it go on with them: what is done is not "
        "done again, and what came in is kept. FIELD:=JSON sets a number, a list or an object."),
    "runs edit 17 customer.email=anna@example.com", edit_options, edit_run },
  { "inbox", "", 0, 0, N_ ("List the runs that need a person."), "inbox", inbox_options,
    list_inbox },
  { "status", "", 0, 0, N_ ("Say what is going on, in a few lines."), "status", NULL, show_status },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
