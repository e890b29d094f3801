/* sb-step-defaults.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-step-defaults.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-data-node.h"

static gboolean
is_same (const char *first, const char *second)
{
  g_autofree char *one = g_utf8_casefold (first, -1);
  g_autofree char *other = g_utf8_casefold (second, -1);

  return strcmp (one, other) == 0;
}

/* A text field takes no number as it is. */
static char *
make_token (SbDataNode *node, SbField *field)
{
  gboolean number = g_strcmp0 (sb_data_node_get_detail (node), _ ("number")) == 0;

  return g_strdup_printf (number && g_strcmp0 (field->type, "text") == 0 ? "{{%s | text}}"
                                                                         : "{{%s}}",
                          sb_data_node_get_path (node));
}

/* What a source gives by the name of @field, as a token. */
static char *
find_by_name (SbDataNode *source, SbField *field)
{
  GListModel *outputs = sb_data_node_get_children (source);

  for (guint i = 0; outputs != NULL && i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SbDataNode) node = g_list_model_get_item (outputs, i);
      GListModel *below = sb_data_node_get_children (node);
      const char *path = sb_data_node_get_path (node);

      if (path != NULL && below == NULL && is_same (sb_data_node_get_name (node), field->label))
        return make_token (node, field);
      /* The item of a loop has its members in one group. */
      for (guint j = 0; path != NULL && strcmp (path, "item") == 0 && below != NULL &&
                        j < g_list_model_get_n_items (below);
           j++)
        {
          g_autoptr (SbDataNode) member = g_list_model_get_item (below, j);

          if (is_same (sb_data_node_get_name (member), field->label))
            return make_token (member, field);
        }
    }
  return NULL;
}

/* The one date there is: when it happened. */
static char *
find_date (GListModel *sources)
{
  g_autoptr (SbDataNode) trigger = g_list_model_get_item (sources, 0);
  GListModel *outputs = trigger != NULL ? sb_data_node_get_children (trigger) : NULL;
  char *found = NULL;

  for (guint i = 0; outputs != NULL && i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SbDataNode) node = g_list_model_get_item (outputs, i);

      if (g_strcmp0 (sb_data_node_get_detail (node), _ ("date")) != 0)
        continue;
      if (found != NULL)
        {
          g_free (found);
          return NULL;
        }
      found = g_strdup (sb_data_node_get_path (node));
    }
  return found;
}

static char *
find_token (GListModel *sources, SbField *field)
{
  /* The nearest one first: an item before the order it is of. */
  for (guint i = g_list_model_get_n_items (sources); i-- > 0;)
    {
      g_autoptr (SbDataNode) source = g_list_model_get_item (sources, i);
      char *token = find_by_name (source, field);

      if (token != NULL)
        return token;
    }
  if (g_strcmp0 (field->type, "date") == 0)
    {
      g_autofree char *path = find_date (sources);

      return path != NULL ? g_strdup_printf ("{{%s}}", path) : NULL;
    }
  return NULL;
}

SbValue *
sb_step_defaults_find (SbFlowModel *model, const char *step_id)
{
  SbStep *step = sb_flow_model_find_step (model, step_id);
  SbConnector *connector = NULL;
  SbAction *action = NULL;
  g_autoptr (GListModel) sources = NULL;
  g_autoptr (SbValue) fields = sb_value_new_object ();

  if (step != NULL && step->connector != NULL)
    connector = sb_connectors_find (sb_flow_model_get_connectors (model), step->connector);
  if (connector != NULL && step->action != NULL)
    action = sb_connector_find_action (connector, step->action);
  if (action == NULL || sb_value_get_length (step->fields) > 0)
    return NULL;
  sources = sb_data_nodes_new (model, step_id);
  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);
      g_autofree char *token = NULL;

      if (!field->required || g_strcmp0 (field->type, "list") == 0 ||
          g_strcmp0 (field->type, "object") == 0)
        continue;
      token = find_token (sources, field);
      if (token != NULL)
        sb_value_set_string (fields, field->key, token);
    }
  return sb_value_get_length (fields) > 0 ? g_steal_pointer (&fields) : NULL;
}
