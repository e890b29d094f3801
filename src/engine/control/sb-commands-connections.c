/* sb-commands-connections.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-oauth.h"

/**
 * sb_call_list_connections:
 *
 * Returns: (transfer full) (element-type SbConnection): all connections, or NULL and an error
 */
GPtrArray *
sb_call_list_connections (SbCall *call, GError **error)
{
  sb_store_list_connections_async (call->store, call->cancellable, sb_call_ready_cb, call);
  return sb_store_list_connections_finish (call->store, sb_call_wait (call), error);
}

/**
 * sb_call_find_connection:
 *
 * Returns: (transfer full): the connection, or NULL and %SB_ERROR_NOT_FOUND
 */
SbConnection *
sb_call_find_connection (SbCall *call, const char *id, GError **error)
{
  g_autoptr (GPtrArray) connections = sb_call_list_connections (call, error);

  if (connections == NULL)
    return NULL;
  for (guint i = 0; i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      if (g_str_equal (connection->id, id))
        return sb_connection_ref (connection);
    }
  g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
               _ ("There is no connection “%s”. “connections list” shows those there are."), id);
  return NULL;
}

static SbConnector *
find_connector (SbCall *call, const char *id, GError **error)
{
  SbConnector *connector = sb_connectors_find (call->connectors, id);
  g_autoptr (GString) list = NULL;

  if (connector != NULL)
    return connector;

  list = g_string_new (NULL);
  for (guint i = 0; i < sb_connectors_get_length (call->connectors); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "",
                            sb_connectors_get (call->connectors, i)->id);
  g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
               _ ("There is no connector “%s”. There are: %s."), id, list->str);
  return NULL;
}

static SbField *
find_setting (SbConnector *connector, const char *key)
{
  for (guint i = 0; i < connector->settings->len; i++)
    {
      SbField *field = g_ptr_array_index (connector->settings, i);

      if (g_str_equal (field->key, key))
        return field;
    }
  return NULL;
}

/* @connection (nullable): only what counts with its settings. */
static char *
list_settings (SbConnector *connector, SbConnection *connection, gboolean secret)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < connector->settings->len; i++)
    {
      SbField *field = g_ptr_array_index (connector->settings, i);

      if (field->secret == secret &&
          (connection == NULL ||
           sb_connector_needs_setting (connector, field, connection->settings)))
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", field->key);
    }
  if (list->len == 0)
    g_string_append (list, _ ("none"));
  return g_string_free (g_steal_pointer (&list), FALSE);
}

/* Which secrets are set, never what they are. "waiting" where the keyring is locked. */
static void
write_secrets (SbCall *call, SbConnection *connection, SbValue *object)
{
  SbConnector *connector = sb_connectors_find (call->connectors, connection->connector);
  SbSecrets *secrets = sb_engine_get_secrets (call->engine);
  gboolean oauth = connector != NULL && sb_oauth_get (connector, connection->settings) != NULL;
  g_autoptr (GHashTable) known = NULL;
  g_autoptr (GError) error = NULL;
  SbValue *array = sb_value_new_array ();

  sb_secrets_load_async (secrets, connection->id, call->cancellable, sb_call_ready_cb, call);
  known = sb_secrets_load_finish (secrets, sb_call_wait (call), &error);
  for (guint i = 0; connector != NULL && i < connector->settings->len; i++)
    {
      SbField *field = g_ptr_array_index (connector->settings, i);
      SbValue *item = NULL;

      if (!field->secret || !sb_connector_needs_setting (connector, field, connection->settings) ||
          sb_oauth_gives (connector, connection->settings, field->key))
        continue;
      item = sb_value_new_object ();
      sb_value_set_string (item, "key", field->key);
      sb_value_set_boolean (item, "required", field->required);
      if (known != NULL)
        sb_value_set_boolean (item, "set", g_hash_table_contains (known, field->key));
      else
        sb_value_set (item, "set", sb_value_new_null ());
      sb_value_append (array, item);
    }
  sb_value_set (object, "secrets", array);
  sb_value_set_boolean (object, "signs_in", oauth);
  if (oauth && known != NULL)
    sb_value_set_boolean (object, "signed_in", g_hash_table_contains (known, SB_OAUTH_GRANT));
  else
    sb_value_set (object, "signed_in", sb_value_new_null ());
  sb_call_set_text (object, "secrets_problem", error != NULL ? error->message : NULL);
}

static SbValue *
write_connection (SbCall *call, SbConnection *connection)
{
  SbValue *object = sb_value_new_object ();

  sb_value_set_string (object, "id", connection->id);
  sb_value_set_string (object, "connector", connection->connector);
  sb_call_set_text (object, "name", connection->name);
  sb_value_set_string (object, "environment", connection->environment);
  sb_value_set (object, "settings", sb_value_ref (connection->settings));
  sb_call_set_text (object, "trouble", connection->trouble);
  sb_call_set_time (object, "created", connection->created_us);
  sb_call_set_time (object, "secret_changed", connection->secret_changed_us);
  write_secrets (call, connection, object);
  return object;
}

static SbValue *
list_connections (SbCall *call, GError **error)
{
  g_autoptr (GPtrArray) connections = sb_call_list_connections (call, error);
  SbValue *array = NULL;

  if (connections == NULL)
    return NULL;
  array = sb_value_new_array ();
  for (guint i = 0; i < connections->len; i++)
    sb_value_append (array, write_connection (call, g_ptr_array_index (connections, i)));
  return array;
}

static SbValue *
list_connectors (SbCall *call, GError **error)
{
  SbValue *array = sb_value_new_array ();

  for (guint i = 0; i < sb_connectors_get_length (call->connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (call->connectors, i);
      SbValue *object = sb_value_new_object ();
      g_autofree char *settings = list_settings (connector, NULL, FALSE);
      g_autofree char *secrets = list_settings (connector, NULL, TRUE);
      g_autofree char *places = sb_connector_describe_places (connector);

      sb_value_set_string (object, "id", connector->id);
      sb_call_set_text (object, "name", connector->name);
      sb_value_set_string (object, "settings", settings);
      sb_value_set_string (object, "secrets", secrets);
      sb_value_set_string (object, "sends_to", places);
      sb_value_set_boolean (object, "own", connector->own);
      sb_value_append (array, object);
    }
  return array;
}

/* Every setting must be one the connector knows and not a secret: those never come as arguments. */
static gboolean
check_setting_names (SbConnector *connector, SbValue *settings, GError **error)
{
  for (guint i = 0; i < sb_value_get_length (settings); i++)
    {
      const char *key = sb_value_get_member_name (settings, i);
      SbField *field = find_setting (connector, key);
      g_autofree char *list = NULL;

      if (field != NULL && field->secret)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                       _ ("“%s” is a secret. Add the connection without it, then give it to "
                          "“connections set-secret” on standard input."),
                       key);
          return FALSE;
        }
      if (field != NULL || g_str_equal (key, "public_address"))
        continue;
      if (g_str_equal (key, SB_OAUTH_REDIRECT) &&
          sb_value_get_member (connector->document, "oauth") != NULL)
        continue;
      list = list_settings (connector, NULL, FALSE);
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("%s has no setting “%s”. Its settings are: %s, public_address."),
                   connector->name, key, list);
      return FALSE;
    }
  return TRUE;
}

static SbValue *
add_connection (SbCall *call, GError **error)
{
  const char *connector_id = sb_call_get_string (call, "connector", error);
  const char *name = connector_id != NULL ? sb_call_get_string (call, "name", error) : NULL;
  const char *environment = name != NULL ? sb_call_get_string (call, "environment", error) : NULL;
  SbValue *settings = sb_value_get_member (call->arguments, "settings");
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (SbConnection) saved = NULL;
  g_autofree char *id = NULL;
  SbConnector *connector = NULL;

  if (environment == NULL)
    return NULL;
  connector = find_connector (call, connector_id, error);
  if (connector == NULL || !check_setting_names (connector, settings, error))
    return NULL;
  if (!g_str_equal (environment, "sandbox") && !g_str_equal (environment, "production"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” is no environment. It is “sandbox” or “production”."), environment);
      return NULL;
    }

  connection = sb_connection_new (NULL, connector->id, name, environment, settings);
  sb_connection_check (connection, connector, NULL, problems);
  if (!sb_problems_to_error (problems, name, error))
    return NULL;

  connection->created_us = sb_clock_now_us ();
  sb_store_save_connection_async (call->store, connection, call->cancellable, sb_call_ready_cb,
                                  call);
  id = sb_store_save_connection_finish (call->store, sb_call_wait (call), error);
  if (id == NULL)
    return NULL;
  if (!sb_call_reload (call, error))
    return NULL;
  saved = sb_call_find_connection (call, id, error);
  return saved != NULL ? write_connection (call, saved) : NULL;
}

/* A key of the other environment is turned away before it is kept. */
static gboolean
check_secret (
  SbCall *call, SbConnection *connection, const char *key, const char *secret, GError **error)
{
  SbConnector *connector = find_connector (call, connection->connector, error);
  g_autoptr (SbProblems) problems = NULL;
  g_autoptr (GHashTable) secrets = NULL;
  g_autofree char *list = NULL;
  SbField *field = NULL;

  if (connector == NULL)
    return FALSE;
  field = find_setting (connector, key);
  if (field == NULL || !field->secret)
    {
      list = list_settings (connector, connection, TRUE);
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("%s has no secret “%s”. Its secrets are: %s."), connector->name, key, list);
      return FALSE;
    }

  problems = sb_problems_new ();
  secrets = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (secrets, (gpointer)key, (gpointer)secret);
  sb_connection_check (connection, connector, secrets, problems);
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      /* The other secrets may follow later; only what is wrong with this one counts. */
      if (g_strcmp0 (problem->field, key) != 0)
        continue;
      g_set_error_literal (error, SB_ERROR, SB_ERROR_REFUSED, problem->message);
      return FALSE;
    }
  return TRUE;
}

static SbValue *
keep_secret (SbCall *call, GError **error)
{
  SbSecrets *secrets = sb_engine_get_secrets (call->engine);
  const char *id = sb_call_get_string (call, "id", error);
  const char *key = id != NULL ? sb_call_get_string (call, "key", error) : NULL;
  const char *secret = sb_value_get_string (call->arguments, "secret");
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (SbConnection) changed = NULL;
  g_autoptr (SbValue) detail = NULL;
  g_autofree char *saved = NULL;

  if (key == NULL)
    return NULL;
  if (secret == NULL || *secret == '\0')
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("There was no secret on standard input. Nothing was changed."));
      return NULL;
    }
  connection = sb_call_find_connection (call, id, error);
  if (connection == NULL || !check_secret (call, connection, key, secret, error))
    return NULL;

  SB_CRASH_POINT ("secret-before-save");
  sb_secrets_save_async (secrets, id, key, secret, call->cancellable, sb_call_ready_cb, call);
  if (!sb_secrets_save_finish (secrets, sb_call_wait (call), error))
    return NULL;
  SB_CRASH_POINT ("secret-saved");
  detail = sb_value_new_object ();
  sb_value_set_string (detail, "key", key);
  sb_store_audit (call->store, "secret-set", id, detail);

  changed = sb_connection_new (connection->id, connection->connector, connection->name,
                               connection->environment, connection->settings);
  changed->created_us = connection->created_us;
  changed->secret_changed_us = sb_clock_now_us ();
  sb_store_save_connection_async (call->store, changed, call->cancellable, sb_call_ready_cb, call);
  saved = sb_store_save_connection_finish (call->store, sb_call_wait (call), error);
  if (saved == NULL || !sb_call_reload (call, error))
    return NULL;
  return write_connection (call, changed);
}

static SbValue *
set_secret (SbCall *call, GError **error)
{
  SbValue *result = keep_secret (call, error);

  sb_value_wipe (sb_value_get_member (call->arguments, "secret"));
  return result;
}

/* (transfer full) (nullable): the name of a flow that uses the connection now, live or in its
 * draft. */
static char *
find_user (SbCall *call, const char *id, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;

  sb_store_list_flows_async (call->store, call->cancellable, sb_call_ready_cb, call);
  rows = sb_store_list_flows_finish (call->store, sb_call_wait (call), error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      SbFlowRow *row = g_ptr_array_index (rows, i);
      g_autoptr (SbProblems) problems = sb_problems_new ();
      g_autoptr (SbValue) document = NULL;
      g_autoptr (SbFlow) flow = NULL;
      g_autoptr (GPtrArray) steps = NULL;

      if (row->live_version == 0)
        continue;
      sb_store_load_version_async (call->store, row->id, row->live_version, call->cancellable,
                                   sb_call_ready_cb, call);
      document = sb_store_load_version_finish (call->store, sb_call_wait (call), NULL);
      flow = document != NULL ? sb_flow_parse (document, problems) : NULL;
      if (flow == NULL)
        continue;
      if (g_strcmp0 (flow->trigger_connection, id) == 0)
        return g_strdup (row->name);
      steps = sb_flow_list_steps (flow);
      for (guint j = 0; j < steps->len; j++)
        {
          SbStep *step = g_ptr_array_index (steps, j);

          if (g_strcmp0 (step->connection, id) == 0)
            return g_strdup (row->name);
        }
    }
  return NULL;
}

static SbValue *
remove_connection (SbCall *call, GError **error)
{
  SbSecrets *secrets = sb_engine_get_secrets (call->engine);
  const char *id = sb_call_get_string (call, "id", error);
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (GError) secrets_error = NULL;
  g_autofree char *user = NULL;
  SbValue *object = NULL;

  if (id == NULL)
    return NULL;
  connection = sb_call_find_connection (call, id, error);
  if (connection == NULL)
    return NULL;
  user = find_user (call, id, error);
  if (user != NULL && !sb_value_get_boolean_or (call->arguments, "force", FALSE))
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_REFUSED,
        _ ("“%s” uses “%s”. Give that flow another connection and publish it, or remove this "
           "one with --force: its runs then wait."),
        user, connection->name);
      return NULL;
    }

  sb_secrets_remove_async (secrets, id, call->cancellable, sb_call_ready_cb, call);
  if (!sb_secrets_remove_finish (secrets, sb_call_wait (call), &secrets_error) &&
      !g_error_matches (secrets_error, SB_ERROR, SB_ERROR_REFUSED))
    {
      g_propagate_error (error, g_steal_pointer (&secrets_error));
      return NULL;
    }
  SB_CRASH_POINT ("secret-removed");
  sb_store_remove_connection_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  if (!sb_store_remove_connection_finish (call->store, sb_call_wait (call), error))
    return NULL;
  if (!sb_call_reload (call, error))
    return NULL;

  object = sb_value_new_object ();
  sb_value_set_string (object, "id", id);
  sb_call_set_text (object, "name", connection->name);
  return object;
}

static SbValue *
test_connection (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);
  g_autofree char *sentence = NULL;
  SbValue *object = NULL;

  if (id == NULL)
    return NULL;
  sb_engine_test_connection_async (call->engine, id, call->cancellable, sb_call_ready_cb, call);
  sentence = sb_engine_test_connection_finish (call->engine, sb_call_wait (call), error);
  if (sentence == NULL)
    return NULL;

  object = sb_value_new_object ();
  sb_value_set_string (object, "id", id);
  sb_value_set_string (object, "says", sentence);
  return object;
}

static void
address_cb (const char *address, const char *redirect, gpointer data)
{
  g_autoptr (SbValue) progress = sb_value_new_object ();

  sb_value_set_string (progress, "address", address);
  sb_value_set_string (progress, "redirect", redirect);
  sb_call_tell (data, progress);
}

static SbValue *
sign_in (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);
  g_autofree char *sentence = NULL;
  SbValue *object = NULL;

  if (id == NULL)
    return NULL;
  sb_engine_sign_in_async (call->engine, id, 0, address_cb, call, call->cancellable,
                           sb_call_ready_cb, call);
  sentence = sb_engine_sign_in_finish (call->engine, sb_call_wait (call), error);
  if (sentence == NULL)
    return NULL;

  object = sb_value_new_object ();
  sb_value_set_string (object, "id", id);
  sb_value_set_string (object, "says", sentence);
  return object;
}

static SbValue *
take_address (SbCall *call, GError **error)
{
  const char *id = sb_call_get_string (call, "id", error);
  const char *address = id != NULL ? sb_call_get_string (call, "address", error) : NULL;
  gboolean taken = FALSE;
  SbValue *object = NULL;

  if (address == NULL)
    return NULL;
  sb_engine_take_address_async (call->engine, id, address, call->cancellable, sb_call_ready_cb,
                                call);
  taken = sb_engine_take_address_finish (call->engine, sb_call_wait (call), error);
  sb_value_wipe (sb_value_get_member (call->arguments, "address"));
  if (!taken)
    return NULL;

  object = sb_value_new_object ();
  sb_value_set_string (object, "id", id);
  return object;
}

const SbCommandEntry sb_commands_connections[] = {
  { "connections.list", list_connections },
  { "connections.connectors", list_connectors },
  { "connections.add", add_connection },
  { "connections.set-secret", set_secret },
  { "connections.remove", remove_connection },
  { "connections.test", test_connection },
  { "connections.sign-in", sign_in },
  { "connections.take-address", take_address },
  { NULL, NULL },
};
