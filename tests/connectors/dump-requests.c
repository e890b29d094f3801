/* dump-requests.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prints what every action of every connector sends for its samples, one JSON object a line, for
 * test-specs.py. The accounts are practice ones: there is no secret in it.
 */

#include "config.h"

#include "sb-json.h"
#include "sb-paths.h"
#include "sb-request.h"

static SbValue *
sample_fields (SbAction *action, gboolean required_only)
{
  SbValue *fields = sb_value_new_object ();

  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);

      if (field->sample != NULL && (field->required || !required_only))
        sb_value_set (fields, field->key, sb_value_ref (field->sample));
    }
  return fields;
}

static gboolean
dump (SbConnector *connector, SbAction *action, gboolean required_only)
{
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = sb_connection_new_practice (connector, &secrets);
  g_autoptr (SbValue) fields = sample_fields (action, required_only);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRequest) request =
    sb_request_build (connector, action, connection, secrets, fields, "run-1/step", NULL, &error);
  g_autoptr (SbValue) line = sb_value_new_object ();
  g_autofree char *text = NULL;

  if (request == NULL)
    {
      g_printerr ("%s: %s: %s\n", connector->id, action->id, error->message);
      return FALSE;
    }
  sb_value_set_string (line, "connector", connector->id);
  sb_value_set_string (line, "action", action->id);
  sb_value_set_boolean (line, "required_only", required_only);
  sb_value_set_string (line, "method", request->method);
  sb_value_set_string (line, "url", request->url);
  if (request->content_type != NULL)
    sb_value_set_string (line, "content_type", request->content_type);
  if (request->body != NULL)
    {
      gsize length = 0;
      const char *data = g_bytes_get_data (request->body, &length);

      sb_value_set (line, "body", sb_value_new_string_len (data, length));
    }
  text = sb_json_write (line);
  g_print ("%s\n", text);
  return TRUE;
}

int
main (void)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbConnectors) connectors = sb_connectors_new (data_dir, NULL, problems);
  gboolean good = sb_problems_get_length (problems) == 0;

  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);

      for (guint j = 0; j < connector->actions->len; j++)
        {
          good &= dump (connector, g_ptr_array_index (connector->actions, j), FALSE);
          good &= dump (connector, g_ptr_array_index (connector->actions, j), TRUE);
        }
    }
  return good ? 0 : 1;
}
