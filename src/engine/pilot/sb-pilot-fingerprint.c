/* sb-pilot-fingerprint.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <string.h>

#include "sb-json.h"

/* What may change without changing what a flow does. */
static const char *const beside_the_point[] = {
  "name", "description", "plan", "layout", "id", "template", "format",
};

static char *
hash_text (const char *text)
{
  g_autofree char *whole = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (whole, 32);
}

static char *
hash_value (SbValue *value)
{
  g_autofree char *text = sb_json_write (value);

  return hash_text (text);
}

static char *
hash_document (SbFlow *flow)
{
  g_autoptr (SbValue) mapping = sb_value_copy (flow->document);

  for (guint i = 0; i < G_N_ELEMENTS (beside_the_point); i++)
    sb_value_remove (mapping, beside_the_point[i]);
  return hash_value (mapping);
}

static void
note_name (GHashTable *names, const char *name)
{
  if (name != NULL && *name != '\0')
    g_hash_table_add (names, g_strdup (name));
}

static GList *
sorted (GHashTable *names)
{
  return g_list_sort (g_hash_table_get_keys (names), (GCompareFunc)strcmp);
}

/* @of_connections: the ids of the connections, else of the connectors that @flow uses. */
static GHashTable *
list_used (SbFlow *flow, gboolean of_connections)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);

  note_name (names, of_connections ? flow->trigger_connection : flow->trigger_connector);
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      note_name (names, of_connections ? step->connection : step->connector);
    }
  return names;
}

static char *
hash_connections (SbFlow *flow, GPtrArray *connections)
{
  g_autoptr (GHashTable) used = list_used (flow, TRUE);
  g_autoptr (GList) ids = sorted (used);
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      g_string_append_printf (text, "%s\n", (const char *)l->data);
      for (guint i = 0; connections != NULL && i < connections->len; i++)
        {
          SbConnection *connection = g_ptr_array_index (connections, i);
          g_autofree char *settings = NULL;

          if (!g_str_equal (connection->id, l->data))
            continue;
          settings = connection->settings != NULL ? sb_json_write (connection->settings) : NULL;
          g_string_append_printf (text, "%s %s %s %" G_GINT64_FORMAT "\n", connection->connector,
                                  connection->environment, settings != NULL ? settings : "",
                                  connection->secret_changed_us);
        }
    }
  return hash_text (text->str);
}

static char *
hash_versions (SbFlow *flow, SbConnectors *connectors)
{
  g_autoptr (GHashTable) used = list_used (flow, FALSE);
  g_autoptr (GList) ids = sorted (used);
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      SbConnector *connector = sb_connectors_find (connectors, l->data);
      const char *version =
        connector != NULL
          ? sb_value_get_string (sb_value_get_member (connector->document, "version"), "value")
          : NULL;

      g_string_append_printf (text, "%s %s\n", (const char *)l->data,
                              version != NULL ? version : "");
    }
  return hash_text (text->str);
}

/**
 * sb_pilot_fingerprint:
 * @connections: (element-type SbConnection) (nullable): all there are; those that @flow uses count
 *
 * Three hashes with dots between: of what the flow does, of its connections, of its vendors' API
 * versions; so that the gate can tell which of them changed. The flow's name and plan do not count.
 *
 * Returns: (transfer full)
 */
char *
sb_pilot_fingerprint (SbFlow *flow, SbConnectors *connectors, GPtrArray *connections)
{
  g_autofree char *document = hash_document (flow);
  g_autofree char *accounts = hash_connections (flow, connections);
  g_autofree char *versions = hash_versions (flow, connectors);

  return g_strjoin (".", document, accounts, versions, NULL);
}

/* A step as it stands in the document, with what is within it. */
static SbValue *
find_document (SbValue *steps, const char *id)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");
      SbValue *found;

      if (g_strcmp0 (sb_value_get_string (step, "id"), id) == 0)
        return step;
      found = find_document (sb_value_get_member (step, "steps"), id);
      for (guint j = 0; found == NULL && j < sb_value_get_length (lanes); j++)
        found = find_document (sb_value_get_member (sb_value_get_item (lanes, j), "steps"), id);
      if (found != NULL)
        return found;
    }
  return NULL;
}

SbValue *
sb_pilot_hash_steps (SbFlow *flow)
{
  SbValue *hashes = sb_value_new_object ();
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);

  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);
      SbValue *document = find_document (sb_value_get_member (flow->document, "steps"), step->id);
      g_autoptr (SbValue) own = document != NULL ? sb_value_copy (document) : NULL;
      g_autofree char *hash = NULL;

      if (own == NULL)
        continue;
      /* A loop is not changed by a change of what is within it. */
      sb_value_remove (own, "steps");
      sb_value_remove (own, "name");
      if (step->type == SB_STEP_BRANCH)
        sb_value_remove (own, "lanes");
      hash = hash_value (own);
      sb_value_set_string (hashes, step->id, hash);
    }
  return hashes;
}
