/* sb-commands-drafts.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"

/* --- ready-made flows ---------------------------------------------------------------------------
 */

static gboolean
is_template_name (const char *name)
{
  return *name != '\0' && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

/* (transfer full): the names of the ready-made flows, sorted. */
static GPtrArray *
list_template_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *data = sb_paths_get_data_dir ();
  g_autofree char *folder = g_build_filename (data, "flows", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file = NULL;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = NULL;

      if (!g_str_has_suffix (file, ".json"))
        continue;
      name = g_strndup (file, strlen (file) - strlen (".json"));
      if (is_template_name (name))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static SbValue *
load_template (const char *name, GError **error)
{
  g_autofree char *data = sb_paths_get_data_dir ();
  g_autofree char *file = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_build_filename (data, "flows", file, NULL);

  if (!is_template_name (name) || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autoptr (GPtrArray) names = list_template_names ();
      g_autofree char *list = NULL;

      g_ptr_array_add (names, NULL);
      list = g_strjoinv (", ", (char **)names->pdata);
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
                   _ ("There is no ready-made flow “%s”. There are: %s."), name, list);
      return NULL;
    }
  return sb_json_load_file (path, error);
}

/* Adds the connectors below @steps to @systems, each once, in the order they are met. */
static void
add_systems (SbValue *systems, GHashTable *seen, SbValue *steps)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");
      const char *connector = sb_value_get_string (step, "connector");

      if (connector != NULL && g_hash_table_add (seen, (gpointer)connector))
        sb_value_append (systems, sb_value_new_string (connector));
      add_systems (systems, seen, sb_value_get_member (step, "steps"));
      for (guint j = 0; j < sb_value_get_length (lanes); j++)
        add_systems (systems, seen, sb_value_get_member (sb_value_get_item (lanes, j), "steps"));
    }
}

/* (transfer full): the connectors of a flow document, the trigger's first. */
static SbValue *
list_systems (SbValue *document)
{
  SbValue *systems = sb_value_new_array ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const char *trigger =
    sb_value_get_string (sb_value_get_member (document, "trigger"), "connector");

  if (trigger != NULL)
    sb_value_append (systems, sb_value_new_string (trigger));
  add_systems (systems, seen, sb_value_get_member (document, "steps"));
  return systems;
}

static SbValue *
list_templates (SbCall *call, GError **error)
{
  g_autoptr (GPtrArray) names = list_template_names ();
  SbValue *array = sb_value_new_array ();

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (SbValue) document = load_template (name, NULL);
      SbValue *object = NULL;

      if (document == NULL)
        continue;
      object = sb_value_new_object ();
      sb_value_set_string (object, "id", name);
      sb_call_set_text (object, "name", sb_value_get_string (document, "name"));
      sb_call_set_text (object, "description", sb_value_get_string (document, "description"));
      sb_value_set (object, "systems", list_systems (document));
      sb_value_append (array, object);
    }
  return array;
}

/* --- saving
 * --------------------------------------------------------------------------------------- */

static gboolean
flow_exists (SbCall *call, const char *id)
{
  g_autoptr (SbFlowRow) row = NULL;

  sb_store_load_flow_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  row = sb_store_load_flow_finish (call->store, sb_call_wait (call), NULL);
  return row != NULL;
}

/* (transfer full): {"id", "name", "problems"}; @id NULL: the store makes one from the name. */
static SbValue *
save_draft (SbCall *call, const char *id, SbFlow *flow, SbValue *document, GError **error)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *saved = NULL;
  SbValue *object = NULL;

  sb_store_save_draft_async (call->store, id, flow->name, document, call->cancellable,
                             sb_call_ready_cb, call);
  saved = sb_store_save_draft_finish (call->store, sb_call_wait (call), error);
  if (saved == NULL || !sb_call_reload (call, error))
    return NULL;

  sb_flow_check (flow, call->connectors, problems);
  object = sb_value_new_object ();
  sb_value_set_string (object, "id", saved);
  sb_value_set_string (object, "name", flow->name);
  sb_value_set (object, "problems", sb_call_write_problems (problems));
  return object;
}

/* (transfer full): @document under another name. */
static SbValue *
rename_document (SbValue *document, const char *name)
{
  SbValue *copy = sb_value_copy (document);

  sb_value_set_string (copy, "name", name);
  return copy;
}

static SbValue *
new_flow (SbCall *call, GError **error)
{
  const char *template = sb_call_get_string (call, "template", error);
  const char *name = sb_value_get_string (call->arguments, "name");
  g_autoptr (SbValue) document = NULL;
  g_autoptr (SbFlow) flow = NULL;
  const char *id = template;

  if (template == NULL)
    return NULL;
  document = load_template (template, error);
  if (document == NULL)
    return NULL;
  if (name != NULL)
    {
      SbValue *renamed = rename_document (document, name);

      sb_value_unref (document);
      document = renamed;
    }

  flow = sb_call_parse_flow (document, template, error);
  if (flow == NULL)
    return NULL;
  if (name != NULL || flow_exists (call, template))
    id = NULL;
  return save_draft (call, id, flow, document, error);
}

/* Turns a broken document, or one in which something is to be filled in, away with all that is
 * wrong. */
static SbFlow *
parse_whole (SbCall *call, SbValue *document, gboolean unfinished, const char *what, GError **error)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();

  if (!unfinished)
    {
      sb_flow_check_document (document, call->connectors, problems);
      if (!sb_problems_to_error (problems, what, error))
        return NULL;
    }
  return sb_call_parse_flow (document, what, error);
}

static SbValue *
import_flow (SbCall *call, GError **error)
{
  SbValue *given = sb_value_get_member (call->arguments, "document");
  const char *name = sb_value_get_string (call->arguments, "name");
  const char *file = sb_value_get_string (call->arguments, "file");
  gboolean replace = sb_value_get_boolean_or (call->arguments, "replace", FALSE);
  gboolean unfinished = sb_value_get_boolean_or (call->arguments, "unfinished", FALSE);
  g_autoptr (SbValue) document = NULL;
  g_autoptr (SbFlow) flow = NULL;
  const char *id = NULL;

  if (given == NULL || sb_value_get_type (given) != SB_VALUE_OBJECT)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("This is not a flow: a flow document is a JSON object."));
      return NULL;
    }

  document = name != NULL ? rename_document (given, name) : sb_value_ref (given);
  flow = parse_whole (call, document, unfinished, file != NULL ? file : _ ("The flow"), error);
  if (flow == NULL)
    return NULL;

  id = name == NULL ? flow->id : NULL;
  if (id != NULL && !replace && flow_exists (call, id))
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_REFUSED,
        _ ("There is a flow “%s” already. Import it with --replace to replace its draft, or "
           "with --name to keep both."),
        id);
      return NULL;
    }
  return save_draft (call, id, flow, document, error);
}

/* --- edits
 * ---------------------------------------------------------------------------------------- */

static SbStep *
find_step (SbFlow *flow, const char *id, GError **error)
{
  SbStep *step = sb_flow_find_step (flow, id);
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (GString) list = NULL;

  if (step != NULL)
    return step;

  steps = sb_flow_list_steps (flow);
  list = g_string_new (NULL);
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *other = g_ptr_array_index (steps, i);

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", other->id);
    }
  g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("“%s” has no step “%s”. Its steps are: %s."),
               flow->name, id, list->str);
  return NULL;
}

static gboolean
check_field_name (SbCall *call, SbStep *step, const char *field, GError **error)
{
  SbConnector *connector = NULL;
  SbAction *action = NULL;
  g_autoptr (GString) list = NULL;

  if (step->type == SB_STEP_SET_FIELDS)
    return TRUE;
  if (step->type != SB_STEP_ACTION && step->type != SB_STEP_LOOKUP)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("The step “%s” is a %s and has no fields. Change it in the flow document: export, "
           "edit, import."),
        step->id, sb_step_type_to_string (step->type));
      return FALSE;
    }
  connector = sb_connectors_find (call->connectors, step->connector);
  if (connector != NULL)
    action = sb_connector_find_action (connector, step->action);
  if (action == NULL)
    return TRUE;

  list = g_string_new (NULL);
  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *known = g_ptr_array_index (action->fields, i);

      if (g_str_equal (known->key, field))
        return TRUE;
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", known->key);
    }
  g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
               _ ("“%s” in %s has no field “%s”. Its fields are: %s."), action->label,
               connector->name, field, list->str);
  return FALSE;
}

/* Saves an edited draft: it may still be unfinished, but must be a flow. */
static SbValue *
save_edit (SbCall *call, SbFlowRow *row, SbValue *document, GError **error)
{
  g_autoptr (SbFlow) flow = parse_whole (call, document, TRUE, row->name, error);

  return flow != NULL ? save_draft (call, row->id, flow, document, error) : NULL;
}

static SbValue *
set_field (SbCall *call, GError **error)
{
  const char *step_id = sb_call_get_string (call, "step", error);
  const char *field = step_id != NULL ? sb_call_get_string (call, "field", error) : NULL;
  SbValue *value = sb_value_get_member (call->arguments, "value");
  g_autoptr (SbFlowRow) row = NULL;
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (SbValue) document = NULL;
  SbStep *step = NULL;

  if (field == NULL)
    return NULL;
  row = sb_call_load_flow (call, error);
  if (row == NULL)
    return NULL;
  flow = sb_call_parse_flow (row->draft, row->name, error);
  if (flow == NULL)
    return NULL;
  step = find_step (flow, step_id, error);
  if (step == NULL || !check_field_name (call, step, field, error))
    return NULL;

  document = sb_flow_with_field (flow, step_id, field, value);
  return save_edit (call, row, document, error);
}

static gboolean
check_connector (const char *place, const char *wanted, SbConnection *connection, GError **error)
{
  if (g_strcmp0 (wanted, connection->connector) == 0)
    return TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("“%s” is an account at %s, but “%s” needs one at %s. Choose another connection."),
               connection->name, connection->connector, place, wanted != NULL ? wanted : "none");
  return FALSE;
}

/* Every place of the flow that talks to the vendor of @connection. */
static SbValue *
connect_all (SbFlow *flow, SbConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);
  g_autoptr (SbValue) document = sb_value_ref (flow->document);
  g_autoptr (GPtrArray) places = g_ptr_array_new ();

  if (g_strcmp0 (flow->trigger_connector, connection->connector) == 0)
    g_ptr_array_add (places, (gpointer) "trigger");
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (g_strcmp0 (step->connector, connection->connector) == 0)
        g_ptr_array_add (places, step->id);
    }
  if (places->len == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("Nothing in “%s” talks to %s, so it has no use for “%s”."), flow->name,
                   connection->connector, connection->name);
      return NULL;
    }
  for (guint i = 0; i < places->len; i++)
    {
      g_autoptr (SbFlow) edited = sb_call_parse_flow (document, flow->name, error);

      if (edited == NULL)
        return NULL;
      sb_value_unref (document);
      document = sb_flow_with_connection (edited, g_ptr_array_index (places, i), connection->id);
    }
  return g_steal_pointer (&document);
}

static SbValue *
connect_place (SbCall *call, SbFlow *flow, const char *place, const char *id, GError **error)
{
  g_autoptr (SbConnection) connection = NULL;
  SbStep *step = NULL;

  if (g_str_equal (id, "none"))
    id = NULL;
  if (id != NULL)
    {
      connection = sb_call_find_connection (call, id, error);
      if (connection == NULL)
        return NULL;
    }
  if (g_str_equal (place, "all") && connection != NULL)
    return connect_all (flow, connection, error);

  if (!g_str_equal (place, "trigger"))
    {
      step = find_step (flow, place, error);
      if (step == NULL)
        return NULL;
    }
  if (connection != NULL &&
      !check_connector (place, step != NULL ? step->connector : flow->trigger_connector, connection,
                        error))
    return NULL;
  return sb_flow_with_connection (flow, place, id);
}

static SbValue *
connect_flow (SbCall *call, GError **error)
{
  const char *place = sb_call_get_string (call, "step", error);
  const char *id = place != NULL ? sb_call_get_string (call, "connection", error) : NULL;
  g_autoptr (SbFlowRow) row = NULL;
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (SbValue) document = NULL;

  if (id == NULL)
    return NULL;
  row = sb_call_load_flow (call, error);
  if (row == NULL)
    return NULL;
  flow = sb_call_parse_flow (row->draft, row->name, error);
  if (flow == NULL)
    return NULL;
  document = connect_place (call, flow, place, id, error);
  if (document == NULL)
    return NULL;
  return save_edit (call, row, document, error);
}

const SbCommandEntry sb_commands_drafts[] = {
  { "flows.templates", list_templates }, { "flows.new", new_flow },
  { "flows.import", import_flow },       { "flows.set", set_field },
  { "flows.connect", connect_flow },     { NULL, NULL },
};
