/* sb-ctl-events.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>

#include "sb-json.h"

/* (transfer full) (nullable): {"id": first operand}; NULL and @status where it is no number. */
static SbValue *
about_event (SbCtl *self, int *status)
{
  const char *text = sb_ctl_get_operand (self, 0);
  SbValue *arguments = NULL;
  gint64 id = 0;

  if (!g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &id, NULL))
    {
      *status = sb_ctl_usage (self, _ ("“%s” is not the number of an event"), text);
      return NULL;
    }
  arguments = sb_value_new_object ();
  sb_value_set_int (arguments, "id", id);
  return arguments;
}

static int
list_events (SbCtl *self)
{
  g_autoptr (SbTable) table = sb_table_new (_ ("EVENT"), _ ("RECEIVED"), _ ("FLOW"), _ ("WHAT"),
                                            _ ("FROM"), _ ("ID THERE"), NULL);
  SbValue *arguments = sb_value_new_object ();
  const char *flow = sb_ctl_get_option (self, "flow");
  g_autoptr (SbValue) events = NULL;
  gint64 limit = 50;
  gint64 before = 0;
  int status = SB_CTL_DONE;

  if (!sb_ctl_get_number (self, "limit", 1, 1000, &limit, &status) ||
      !sb_ctl_get_number (self, "before", 1, G_MAXINT64, &before, &status))
    {
      sb_value_unref (arguments);
      return status;
    }
  if (flow != NULL)
    sb_value_set_string (arguments, "flow", flow);
  sb_value_set_int (arguments, "limit", limit);
  sb_value_set_int (arguments, "before", before);
  status = sb_ctl_run_plain (self, "events.list", arguments, flow, &events);
  if (events == NULL)
    return status;
  if (sb_value_get_length (events) == 0)
    sb_ctl_hint (self, _ ("No events."));

  for (guint i = 0; i < sb_value_get_length (events); i++)
    {
      SbValue *event = sb_value_get_item (events, i);
      g_autofree char *id = sb_value_to_text (sb_value_get_member (event, "id"));
      g_autofree char *received = sb_ctl_local_time (event, "received");
      const char *label = sb_value_get_string (event, "label");

      sb_table_add (table, id, received, sb_value_get_string (event, "flow"),
                    label != NULL ? label : sb_value_get_string (event, "topic"),
                    sb_value_get_string (event, "source"), sb_value_get_string (event, "event_id"));
    }
  if (sb_value_get_length (events) > 0)
    sb_table_print (table, self);
  return status;
}

static int
show_event (SbCtl *self)
{
  int status = SB_CTL_DONE;
  SbValue *arguments = about_event (self, &status);
  g_autoptr (SbValue) event = NULL;
  g_autofree char *received = NULL;
  g_autofree char *headers = NULL;
  g_autofree char *body = NULL;

  if (arguments == NULL)
    return status;
  status = sb_ctl_run_plain (self, "events.show", arguments, sb_ctl_get_operand (self, 0), &event);
  if (event == NULL)
    return status;

  received = sb_ctl_local_time (event, "received");
  if (sb_value_get_string (event, "label") != NULL)
    sb_ctl_print (self, "%s", sb_value_get_string (event, "label"));
  sb_ctl_print (self, _ ("Flow:      %s"), sb_value_get_string (event, "flow"));
  sb_ctl_print (self, _ ("Received:  %s, from %s"), received,
                sb_value_get_string (event, "source"));
  sb_ctl_print (self, _ ("Id there:  %s"), sb_value_get_string (event, "event_id"));
  if (sb_value_get_string (event, "topic") != NULL)
    sb_ctl_print (self, _ ("Topic:     %s"), sb_value_get_string (event, "topic"));
  if (sb_value_get_length (sb_value_get_member (event, "headers")) > 0)
    {
      headers = sb_json_write_pretty (sb_value_get_member (event, "headers"));
      sb_ctl_print (self, _ ("Headers:\n%s"), g_strchomp (headers));
    }
  if (sb_value_get_member (event, "body") != NULL)
    {
      body = sb_json_write_pretty (sb_value_get_member (event, "body"));
      sb_ctl_print (self, _ ("Body:\n%s"), g_strchomp (body));
    }
  return status;
}

static int
replay_event (SbCtl *self)
{
  int status = SB_CTL_DONE;
  SbValue *arguments = about_event (self, &status);
  g_autoptr (SbValue) replayed = NULL;

  if (arguments == NULL)
    return status;
  status =
    sb_ctl_run_plain (self, "events.replay", arguments, sb_ctl_get_operand (self, 0), &replayed);
  if (replayed != NULL)
    sb_ctl_print (self, _ ("Event %s runs again as run %" G_GINT64_FORMAT "."),
                  sb_ctl_get_operand (self, 0), sb_value_get_int_or (replayed, "run", 0));
  return status;
}

static const SbCtlOption list_options[] = {
  { "flow", "ID", NULL, N_ ("only of that flow") },
  { "limit", "N", NULL, N_ ("at most N, 50 where it is not given") },
  { "before", "EVENT", NULL, N_ ("only older ones than that event") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_events_commands[] = {
  { "events list", "", 0, 0, N_ ("List what came in, newest first."),
    "events list --flow order-to-cash", list_options, list_events },
  { "events show", "EVENT", 1, 1, N_ ("Show one event as it came in."), "events show 17", NULL,
    show_event },
  { "events replay", "EVENT", 1, 1, N_ ("Run the flow's live version again for an old event."),
    "events replay 17", NULL, replay_event },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
