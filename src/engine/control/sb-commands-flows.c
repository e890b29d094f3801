/* sb-commands-flows.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-pilot-keep.h"

/**
 * sb_call_load_flow:
 *
 * Returns: (transfer full): the flow the argument "id" names, or NULL and an error
 */
SbFlowRow *
sb_call_load_flow (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);

  if (id == NULL)
    return NULL;
  sb_store_load_flow_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  return sb_store_load_flow_finish (call->store, sb_call_wait (call), error);
}

/**
 * sb_call_parse_flow:
 * @what: what the document is called in the error
 *
 * Returns: (transfer full): the flow, or NULL and every problem as %SB_ERROR_INVALID
 */
SbFlow *
sb_call_parse_flow (SbValue *document, const char *what, GError **error)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = sb_flow_parse (document, problems);

  if (flow == NULL)
    {
      sb_problems_to_error (problems, what, error);
      return NULL;
    }
  return g_steal_pointer (&flow);
}

static SbValue *
write_row (SbCall *call, SbFlowRow *row)
{
  SbValue *object = sb_value_new_object ();
  g_autofree char *url = sb_engine_get_trigger_url (call->engine, row);

  sb_value_set_string (object, "id", row->id);
  sb_call_set_text (object, "name", row->name);
  sb_value_set_string (object, "state", row->state);
  sb_call_set_text (object, "url", url);
  sb_value_set_int (object, "live_version", row->live_version);
  sb_value_set_boolean (object, "draft_changed", row->draft_changed);
  sb_call_set_time (object, "changed", row->changed_us);
  sb_call_set_time (object, "last_event", row->last_event_us);
  sb_value_set_int (object, "held", row->held);
  sb_value_set_int (object, "refused", row->refused);
  sb_value_set_int (object, "inbox", row->inbox);
  return object;
}

static SbValue *
list_flows (SbCall *call, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  SbValue *array = NULL;

  sb_store_list_flows_async (call->store, call->cancellable, sb_call_ready_cb, call);
  rows = sb_store_list_flows_finish (call->store, sb_call_wait (call), error);
  if (rows == NULL)
    return NULL;

  array = sb_value_new_array ();
  for (guint i = 0; i < rows->len; i++)
    sb_value_append (array, write_row (call, g_ptr_array_index (rows, i)));
  return array;
}

static SbValue *
write_versions (SbCall *call, const char *id, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  SbValue *array = NULL;

  sb_store_list_versions_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  rows = sb_store_list_versions_finish (call->store, sb_call_wait (call), error);
  if (rows == NULL)
    return NULL;

  array = sb_value_new_array ();
  for (guint i = 0; i < rows->len; i++)
    {
      SbVersionRow *row = g_ptr_array_index (rows, i);
      SbValue *object = sb_value_new_object ();

      sb_value_set_int (object, "version", row->version);
      sb_call_set_time (object, "published", row->published_us);
      sb_call_set_text (object, "note", row->note);
      sb_value_append (array, object);
    }
  return array;
}

static SbValue *
write_step (SbCall *call, SbStep *step)
{
  SbValue *object = sb_value_new_object ();
  SbConnector *connector = NULL;
  SbAction *action = NULL;
  const char *title = step->name;

  if (step->connector != NULL)
    connector = sb_connectors_find (call->connectors, step->connector);
  if (connector != NULL && step->action != NULL)
    action = sb_connector_find_action (connector, step->action);
  if (title == NULL && action != NULL)
    title = action->label;

  sb_value_set_string (object, "id", step->id);
  sb_value_set_string (object, "type", sb_step_type_to_string (step->type));
  sb_call_set_text (object, "title", title);
  if (step->connector != NULL)
    {
      sb_value_set_string (object, "connector", step->connector);
      sb_call_set_text (object, "action", step->action);
      sb_call_set_text (object, "connection", step->connection);
    }
  if (step->fields != NULL)
    sb_value_set (object, "fields", sb_value_ref (step->fields));
  return object;
}

static void
write_parts (SbCall *call, SbFlow *flow, SbValue *object)
{
  SbValue *trigger = sb_value_new_object ();
  SbValue *steps = sb_value_new_array ();
  g_autoptr (GPtrArray) list = sb_flow_list_steps (flow);
  SbConnector *connector = NULL;
  SbTrigger *found = NULL;

  if (flow->trigger_connector != NULL)
    connector = sb_connectors_find (call->connectors, flow->trigger_connector);
  if (connector != NULL && flow->trigger != NULL)
    found = sb_connector_find_trigger (connector, flow->trigger);

  sb_call_set_text (trigger, "type", flow->trigger_type);
  sb_call_set_text (trigger, "connector", flow->trigger_connector);
  sb_call_set_text (trigger, "trigger", flow->trigger);
  sb_call_set_text (trigger, "title", found != NULL ? found->label : NULL);
  sb_call_set_text (trigger, "connection", flow->trigger_connection);
  sb_value_set (object, "trigger", trigger);

  for (guint i = 0; i < list->len; i++)
    sb_value_append (steps, write_step (call, g_ptr_array_index (list, i)));
  sb_value_set (object, "steps", steps);
}

/* Why the flow may not go live now: an array of sentences, empty where it may. */
static SbValue *
write_gate (SbCall *call, SbFlowRow *row, SbFlow *flow, GError **error)
{
  g_autoptr (GPtrArray) reasons = NULL;
  SbValue *array = NULL;

  sb_gate_check_async (call->store, call->connectors, row->id, flow, call->cancellable,
                       sb_call_ready_cb, call);
  reasons = sb_gate_check_finish (call->store, sb_call_wait (call), error);
  if (reasons == NULL)
    return NULL;

  array = sb_value_new_array ();
  for (guint i = 0; i < reasons->len; i++)
    sb_value_append (array, sb_value_new_string (g_ptr_array_index (reasons, i)));
  return array;
}

static SbValue *
show_flow (SbCall *call, GError **error)
{
  g_autoptr (SbFlowRow) row = sb_call_load_flow (call, error);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (SbValue) object = NULL;
  SbValue *versions = NULL;
  SbValue *gate = NULL;

  if (row == NULL)
    return NULL;

  object = write_row (call, row);
  versions = write_versions (call, row->id, error);
  if (versions == NULL)
    return NULL;
  sb_value_set (object, "versions", versions);

  flow = sb_flow_parse (row->draft, problems);
  if (flow != NULL)
    {
      sb_flow_check (flow, call->connectors, problems);
      write_parts (call, flow, object);
      gate = write_gate (call, row, flow, error);
      if (gate == NULL)
        return NULL;
    }
  else
    {
      gate = sb_value_new_array ();
      sb_value_append (gate, sb_value_new_string (_ ("The draft has problems. Mend them first.")));
    }
  sb_value_set (object, "problems", sb_call_write_problems (problems));
  sb_value_set (object, "gate", gate);
  sb_value_set (object, "draft", sb_value_ref (row->draft));
  return g_steal_pointer (&object);
}

static SbValue *
export_flow (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);

  if (id == NULL)
    return NULL;
  sb_store_load_version_async (call->store, id,
                               (gint)sb_value_get_int_or (call->arguments, "version", 0),
                               call->cancellable, sb_call_ready_cb, call);
  return sb_store_load_version_finish (call->store, sb_call_wait (call), error);
}

static SbValue *
publish_flow (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);
  SbValue *object = NULL;
  gint version = 0;

  if (id == NULL)
    return NULL;

  sb_engine_publish_async (call->engine, id, sb_value_get_string (call->arguments, "override"),
                           call->cancellable, sb_call_ready_cb, call);
  version = sb_engine_publish_finish (call->engine, sb_call_wait (call), error);
  if (version <= 0)
    return NULL;

  object = sb_value_new_object ();
  sb_value_set_string (object, "id", id);
  sb_value_set_int (object, "version", version);
  return object;
}

/* The flow as it is now, for the answer of a command that changed it. */
static SbValue *
write_changed (SbCall *call, GError **error)
{
  g_autoptr (SbFlowRow) row = NULL;

  if (!sb_call_reload (call, error))
    return NULL;
  row = sb_call_load_flow (call, error);
  return row != NULL ? write_row (call, row) : NULL;
}

static SbValue *
set_state (SbCall *call, const char *state, GError **error)
{
  g_autoptr (SbFlowRow) row = sb_call_load_flow (call, error);

  if (row == NULL)
    return NULL;
  if (row->live_version == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("“%s” was never live. Run its pilot and publish it first."), row->name);
      return NULL;
    }

  sb_store_set_flow_state_async (call->store, row->id, state, call->cancellable, sb_call_ready_cb,
                                 call);
  if (!sb_store_set_flow_state_finish (call->store, sb_call_wait (call), error))
    return NULL;
  return write_changed (call, error);
}

static SbValue *
pause_flow (SbCall *call, GError **error)
{
  return set_state (call, "paused", error);
}

static SbValue *
resume_flow (SbCall *call, GError **error)
{
  return set_state (call, "live", error);
}

static SbValue *
roll_back_flow (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);
  gint64 version = sb_value_get_int_or (call->arguments, "version", 0);

  if (id == NULL)
    return NULL;
  if (version < 1 || version > G_MAXINT)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("Going back needs the number of a version. “flows show %s” lists them."), id);
      return NULL;
    }

  sb_store_rollback_async (call->store, id, (gint)version, call->cancellable, sb_call_ready_cb,
                           call);
  if (!sb_store_rollback_finish (call->store, sb_call_wait (call), error))
    return NULL;
  return write_changed (call, error);
}

static SbValue *
remove_flow (SbCall *call, GError **error)
{
  g_autoptr (SbFlowRow) row = sb_call_load_flow (call, error);

  if (row == NULL)
    return NULL;
  if (g_str_equal (row->state, "live"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("“%s” is live. Pause it first, and stop its webhook at the vendor."),
                   row->name);
      return NULL;
    }

  sb_store_remove_flow_async (call->store, row->id, call->cancellable, sb_call_ready_cb, call);
  if (!sb_store_remove_flow_finish (call->store, sb_call_wait (call), error))
    return NULL;
  if (!sb_call_reload (call, error))
    return NULL;
  return write_row (call, row);
}

const SbCommandEntry sb_commands_flows[] = {
  { "flows.list", list_flows },
  { "flows.show", show_flow },
  { "flows.export", export_flow },
  { "flows.publish", publish_flow },
  { "flows.pause", pause_flow },
  { "flows.resume", resume_flow },
  { "flows.rollback", roll_back_flow },
  { "flows.remove", remove_flow },
  { NULL, NULL },
};
