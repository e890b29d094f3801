/* sb-ctl-flows.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"

/* (transfer full): {"id": first operand}. */
static SbValue *
about_flow (SbCtl *self)
{
  SbValue *arguments = sb_value_new_object ();

  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  return arguments;
}

static const char *
get_state_words (SbValue *flow)
{
  const char *state = sb_value_get_string (flow, "state");

  if (g_strcmp0 (state, "live") == 0)
    return _ ("live");
  if (g_strcmp0 (state, "paused") == 0)
    return _ ("paused");
  return _ ("draft");
}

static int
list_flows (SbCtl *self)
{
  g_autoptr (SbTable) table = sb_table_new (_ ("FLOW"), _ ("NAME"), _ ("STATE"), _ ("VERSION"),
                                            _ ("INBOX"), _ ("HELD"), _ ("LAST EVENT"), NULL);
  g_autoptr (SbValue) flows = NULL;
  int status = sb_ctl_run_plain (self, "flows.list", NULL, NULL, &flows);

  if (flows == NULL)
    return status;
  if (sb_value_get_length (flows) == 0)
    {
      sb_ctl_hint (self,
                   _ ("No flows yet. “signalboxctl flows templates” lists the ready-made ones."));
      return status;
    }
  for (guint i = 0; i < sb_value_get_length (flows); i++)
    {
      SbValue *flow = sb_value_get_item (flows, i);
      g_autofree char *version = sb_value_to_text (sb_value_get_member (flow, "live_version"));
      g_autofree char *inbox = sb_value_to_text (sb_value_get_member (flow, "inbox"));
      g_autofree char *held = sb_value_to_text (sb_value_get_member (flow, "held"));
      g_autofree char *last = sb_ctl_local_time (flow, "last_event");

      sb_table_add (table, sb_value_get_string (flow, "id"), sb_value_get_string (flow, "name"),
                    get_state_words (flow), version, inbox, held, last);
    }
  sb_table_print (table, self);
  return status;
}

static void
print_steps (SbCtl *self, SbValue *flow)
{
  g_autoptr (SbTable) table =
    sb_table_new (_ ("STEP"), _ ("WHAT"), _ ("WHERE"), _ ("CONNECTION"), NULL);
  SbValue *trigger = sb_value_get_member (flow, "trigger");
  SbValue *steps = sb_value_get_member (flow, "steps");
  g_autofree char *when = NULL;

  when = g_strdup_printf (_ ("when %s"), sb_value_get_string (trigger, "title") != NULL
                                           ? sb_value_get_string (trigger, "title")
                                           : sb_value_get_string (trigger, "type"));
  sb_table_add (table, "trigger", when, sb_value_get_string (trigger, "connector"),
                sb_value_get_string (trigger, "connection"));
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      const char *title = sb_value_get_string (step, "title");

      sb_table_add (table, sb_value_get_string (step, "id"),
                    title != NULL ? title : sb_value_get_string (step, "type"),
                    sb_value_get_string (step, "connector"),
                    sb_value_get_string (step, "connection"));
    }
  sb_ctl_print (self, "%s", "");
  sb_table_print (table, self);
}

static void
print_list (SbCtl *self, const char *title, SbValue *list, const char *member)
{
  if (sb_value_get_length (list) == 0)
    return;
  sb_ctl_print (self, "\n%s", title);
  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      SbValue *item = sb_value_get_item (list, i);
      const char *text =
        member != NULL ? sb_value_get_string (item, member) : sb_value_get_text (item);
      const char *path = member != NULL ? sb_value_get_string (item, "path") : NULL;

      sb_ctl_print (self, "  %s%s%s", path != NULL ? path : "", path != NULL ? ": " : "", text);
    }
}

static void
print_versions (SbCtl *self, SbValue *flow)
{
  SbValue *versions = sb_value_get_member (flow, "versions");
  gint64 live = sb_value_get_int_or (flow, "live_version", 0);

  if (sb_value_get_length (versions) == 0)
    return;
  sb_ctl_print (self, "\n%s", _ ("Versions:"));
  for (guint i = 0; i < sb_value_get_length (versions); i++)
    {
      SbValue *version = sb_value_get_item (versions, i);
      gint64 number = sb_value_get_int_or (version, "version", 0);
      g_autofree char *published = sb_ctl_local_time (version, "published");
      const char *note = sb_value_get_string (version, "note");

      sb_ctl_print (self, "  %" G_GINT64_FORMAT "  %s%s%s%s", number, published,
                    number == live ? _ ("  live now") : "", note != NULL ? "  " : "",
                    note != NULL ? note : "");
    }
}

static int
show_flow (SbCtl *self)
{
  g_autoptr (SbValue) flow = NULL;
  g_autofree char *last = NULL;
  gboolean differs = FALSE;
  int status =
    sb_ctl_run_plain (self, "flows.show", about_flow (self), sb_ctl_get_operand (self, 0), &flow);

  if (flow == NULL)
    return status;
  last = sb_ctl_local_time (flow, "last_event");
  differs = sb_value_get_int_or (flow, "live_version", 0) > 0 &&
            sb_value_get_boolean_or (flow, "draft_changed", FALSE);
  sb_ctl_print (self, _ ("%s (%s)"), sb_value_get_string (flow, "name"),
                sb_value_get_string (flow, "id"));
  sb_ctl_print (self, _ ("State:       %s%s"), get_state_words (flow),
                differs ? _ (", the draft differs") : "");
  sb_ctl_print (self, _ ("Address:     %s"), sb_value_get_string (flow, "url"));
  sb_ctl_print (self, _ ("Last event:  %s"), last);
  sb_ctl_print (self,
                _ ("Held: %" G_GINT64_FORMAT "   In the inbox: %" G_GINT64_FORMAT
                   "   Refused requests: %" G_GINT64_FORMAT),
                sb_value_get_int_or (flow, "held", 0), sb_value_get_int_or (flow, "inbox", 0),
                sb_value_get_int_or (flow, "refused", 0));
  if (sb_value_get_member (flow, "steps") != NULL)
    print_steps (self, flow);
  print_versions (self, flow);
  print_list (self, _ ("Problems of the draft:"), sb_value_get_member (flow, "problems"),
              "message");
  print_list (self, _ ("Before it can go live:"), sb_value_get_member (flow, "gate"), NULL);
  return status;
}

static int
export_flow (SbCtl *self)
{
  SbValue *arguments = about_flow (self);
  const char *path = sb_ctl_get_option (self, "output");
  g_autoptr (SbValue) document = NULL;
  g_autofree char *text = NULL;
  GError *error = NULL;
  gint64 version = 0;
  int status = SB_CTL_DONE;

  if (!sb_ctl_get_number (self, "version", 1, G_MAXINT, &version, &status))
    {
      sb_value_unref (arguments);
      return status;
    }
  sb_value_set_int (arguments, "version", version);
  document = sb_ctl_run (self, "flows.export", arguments, NULL, NULL, &error);
  sb_value_unref (arguments);
  if (document == NULL)
    return sb_ctl_fail (self, sb_ctl_get_operand (self, 0), error);

  text = sb_json_write_pretty (document);
  g_strchomp (text);
  if (path == NULL)
    {
      g_print ("%s\n", text);
      return SB_CTL_DONE;
    }
  if (!g_file_set_contents (path, text, -1, &error))
    return sb_ctl_fail (self, path, error);
  sb_ctl_hint (self, _ ("Written to %s."), path);
  return SB_CTL_DONE;
}

static int
publish_flow (SbCtl *self)
{
  SbValue *arguments = about_flow (self);
  const char *reason = sb_ctl_get_option (self, "override");
  g_autoptr (SbValue) published = NULL;
  int status = SB_CTL_DONE;

  if (reason != NULL && *reason == '\0')
    {
      sb_value_unref (arguments);
      return sb_ctl_usage (self, _ ("--override needs the reason, which is kept"));
    }
  if (reason != NULL)
    sb_value_set_string (arguments, "override", reason);
  status =
    sb_ctl_run_plain (self, "flows.publish", arguments, sb_ctl_get_operand (self, 0), &published);
  if (published != NULL)
    sb_ctl_print (self, _ ("Version %" G_GINT64_FORMAT " of %s is live."),
                  sb_value_get_int_or (published, "version", 0), sb_ctl_get_operand (self, 0));
  return status;
}

static int
change_state (SbCtl *self, const char *command, SbValue *arguments, const char *said)
{
  g_autoptr (SbValue) flow = NULL;
  int status = sb_ctl_run_plain (self, command, arguments, sb_ctl_get_operand (self, 0), &flow);

  if (flow != NULL)
    sb_ctl_print (self, "%s: %s", sb_value_get_string (flow, "id"), said);
  return status;
}

static int
pause_flow (SbCtl *self)
{
  return change_state (self, "flows.pause", about_flow (self), _ ("paused, its events are held"));
}

static int
resume_flow (SbCtl *self)
{
  return change_state (self, "flows.resume", about_flow (self),
                       _ ("live, held events are taken up now"));
}

static int
roll_back_flow (SbCtl *self)
{
  SbValue *arguments = NULL;
  gint64 version = 0;

  if (!g_ascii_string_to_signed (sb_ctl_get_operand (self, 1), 10, 1, G_MAXINT, &version, NULL))
    return sb_ctl_usage (self, _ ("“%s” is not the number of a version"),
                         sb_ctl_get_operand (self, 1));
  arguments = about_flow (self);
  sb_value_set_int (arguments, "version", version);
  return change_state (self, "flows.rollback", arguments, _ ("back to the earlier version, live"));
}

static int
remove_flow (SbCtl *self)
{
  return change_state (self, "flows.remove", about_flow (self), _ ("removed"));
}

static const SbCtlOption publish_options[] = {
  { "override", "REASON", NULL,
    N_ ("go live although the pilot's criteria are not met; the reason is kept") },
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption export_options[] = {
  { "version", "N", NULL, N_ ("that version, instead of the draft") },
  { "output", "FILE", NULL, N_ ("write it to FILE, instead of standard output") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_flows_commands[] = {
  { "flows list", "", 0, 0, N_ ("List the flows with their state."), "flows list", NULL,
    list_flows },
  { "flows show", "ID", 1, 1,
    N_ ("Show a flow. Its address for the vendor, its steps and versions, its problems, and what "
        "keeps it "
        "from going live."),
    "flows show order-to-cash --json", NULL, show_flow },
  { "flows export", "ID", 1, 1, N_ ("Print a flow's document. It holds no secrets."),
    "flows export order-to-cash --output order-to-cash.json", export_options, export_flow },
  { "flows publish", "ID", 1, 1,
    N_ ("Make the draft the next version and put it live. Its pilot must have met the criteria."),
    "flows publish order-to-cash", publish_options, publish_flow },
  { "flows pause", "ID", 1, 1, N_ ("Pause a flow. Its events are stored and held, none is lost."),
    "flows pause order-to-cash", NULL, pause_flow },
  { "flows resume", "ID", 1, 1, N_ ("Let a paused flow go on, with the events that were held."),
    "flows resume order-to-cash", NULL, resume_flow },
  { "flows rollback", "ID VERSION", 2, 2, N_ ("Put an earlier version live again."),
    "flows rollback order-to-cash 1", NULL, roll_back_flow },
  { "flows remove", "ID", 1, 1, N_ ("Remove a flow that is not live. What it did stays on record."),
    "flows remove order-to-cash", NULL, remove_flow },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
