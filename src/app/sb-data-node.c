/* sb-data-node.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-data-node.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-words.h"

/* Deeper or longer than this nobody looks for a value in a panel. */
#define MAX_DEPTH    4
#define MAX_CHILDREN 60

struct _SbDataNode
{
  GObject parent_instance;
  char *name;
  char *detail;
  char *sample;
  char *source;
  char *kind;
  char *path;
  const char *icon;
  gboolean passed;
  GListStore *children;
};

G_DEFINE_FINAL_TYPE (SbDataNode, sb_data_node, G_TYPE_OBJECT)

static void
sb_data_node_finalize (GObject *object)
{
  SbDataNode *self = SB_DATA_NODE (object);

  g_free (self->name);
  g_free (self->detail);
  g_free (self->sample);
  g_free (self->source);
  g_free (self->kind);
  g_free (self->path);
  g_clear_object (&self->children);

  G_OBJECT_CLASS (sb_data_node_parent_class)->finalize (object);
}

static void
sb_data_node_class_init (SbDataNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_data_node_finalize;
}

static void
sb_data_node_init (SbDataNode *self)
{
}

static const char *
type_of_value (SbValue *value)
{
  switch (value != NULL ? sb_value_get_type (value) : SB_VALUE_NULL)
    {
    case SB_VALUE_ARRAY:
      return "list";
    case SB_VALUE_OBJECT:
      return "object";
    case SB_VALUE_NUMBER:
      return "number";
    case SB_VALUE_BOOLEAN:
      return "boolean";
    case SB_VALUE_NULL:
    case SB_VALUE_STRING:
    default:
      return "text";
    }
}

static const char *
words_of_type (const char *type)
{
  static const char *const words[][2] = {
    { "text", N_ ("text") }, { "number", N_ ("number") },     { "money", N_ ("money") },
    { "date", N_ ("date") }, { "boolean", N_ ("yes or no") }, { "choice", N_ ("choice") },
    { "list", N_ ("list") }, { "object", N_ ("group") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (type, words[i][0]) == 0)
      return g_dgettext (GETTEXT_PACKAGE, words[i][1]);
  return type;
}

static SbDataNode *
new_value_node (
  const char *name, const char *type, const char *path, SbValue *value, SbDataNode *source)
{
  SbDataNode *self = g_object_new (SB_TYPE_DATA_NODE, NULL);

  self->name = sb_words_capitalize (name);
  self->detail = g_strdup (words_of_type (type));
  self->icon = sb_words_type_icon (type);
  self->path = g_strdup (path);
  self->sample = sb_preview_show_value (value);
  self->source = g_strdup (source->name);
  self->passed = source->passed;
  return self;
}

static void
add_child (SbDataNode *parent, SbDataNode *child)
{
  if (parent->children == NULL)
    parent->children = g_list_store_new (SB_TYPE_DATA_NODE);
  g_list_store_append (parent->children, child);
  g_object_unref (child);
}

/* A name that can stand in a token's path as it is. */
static gboolean
is_plain_name (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '_' && *at != '-')
      return FALSE;
  return TRUE;
}

static char *
readable (const char *name)
{
  char *words = g_strdup (name);

  g_strdelimit (words, "_-", ' ');
  return words;
}

/* Everything else that came, by the names the vendor gives it. */
static void
add_members (SbDataNode *parent, SbDataNode *source, SbValue *value, const char *path, guint depth)
{
  gboolean list = value != NULL && sb_value_get_type (value) == SB_VALUE_ARRAY;
  guint length = MIN (sb_value_get_length (value), MAX_CHILDREN);

  for (guint i = 0; depth < MAX_DEPTH && i < length; i++)
    {
      const char *name = list ? NULL : sb_value_get_member_name (value, i);
      SbValue *member = list ? sb_value_get_item (value, i) : sb_value_get_member (value, name);
      g_autofree char *below = NULL;
      g_autofree char *words = NULL;
      SbDataNode *node;

      if (!list && !is_plain_name (name))
        continue;
      below = list ? g_strdup_printf ("%s[%u]", path, i) : g_strdup_printf ("%s.%s", path, name);
      words = list ? g_strdup_printf (_ ("Item %u"), i + 1) : readable (name);
      node = new_value_node (words, type_of_value (member), below, member, source);
      add_members (node, source, member, below, depth + 1);
      add_child (parent, node);
    }
}

static SbDataNode *
new_source (const char *name, const char *detail, const char *kind, gboolean passed)
{
  SbDataNode *self = g_object_new (SB_TYPE_DATA_NODE, NULL);

  self->name = g_strdup (name);
  self->detail = g_strdup (detail);
  self->kind = g_strdup (kind);
  self->sample = g_strdup ("");
  self->source = g_strdup ("");
  self->passed = passed;
  self->children = g_list_store_new (SB_TYPE_DATA_NODE);
  return self;
}

/* The named outputs first, as the connector puts them, then all that came. */
static void
fill_source (SbDataNode *self, const char *root, GPtrArray *outputs, SbValue *value)
{
  for (guint i = 0; outputs != NULL && i < outputs->len; i++)
    {
      SbField *field = g_ptr_array_index (outputs, i);
      g_autofree char *path = g_strdup_printf ("%s.%s", root, field->key);
      SbValue *found = value != NULL ? sb_value_get_path (value, field->key) : NULL;
      SbDataNode *node = new_value_node (field->label, field->type, path, found, self);

      if (g_strcmp0 (field->type, "list") == 0 || g_strcmp0 (field->type, "object") == 0)
        add_members (node, self, found, path, 1);
      add_child (self, node);
    }
  if (value != NULL && sb_value_get_length (value) > 0)
    {
      SbDataNode *rest =
        new_value_node (outputs != NULL ? _ ("Everything it gave") : _ ("What it gave"),
                        type_of_value (value), root, value, self);

      add_members (rest, self, value, root, 0);
      add_child (self, rest);
    }
}

static void
add_trigger (GListStore *tree, SbFlowModel *model)
{
  SbFlow *flow = sb_flow_model_get_flow (model);
  SbConnectors *connectors = sb_flow_model_get_connectors (model);
  SbConnector *connector = NULL;
  SbTrigger *trigger = NULL;
  SbValue *record = sb_flow_model_get_record_at (model, sb_flow_model_get_record (model));
  g_autofree char *title = sb_words_trigger_title (flow, connectors);
  g_autoptr (SbDataNode) node = NULL;

  if (flow->trigger_connector != NULL)
    connector = sb_connectors_find (connectors, flow->trigger_connector);
  if (connector != NULL && flow->trigger != NULL)
    trigger = sb_connector_find_trigger (connector, flow->trigger);
  node = new_source (title, sb_words_system (connectors, flow->trigger_connector),
                     sb_words_kind (connectors, flow->trigger_connector), TRUE);
  fill_source (node, "trigger", trigger != NULL ? trigger->outputs : NULL,
               record != NULL ? sb_preview_record_body (record) : NULL);
  g_list_store_append (tree, node);
}

static void
add_step (GListStore *tree, SbFlowModel *model, SbStep *step)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (model);
  const SbStepPreview *preview = sb_preview_get (sb_flow_model_get_preview (model), step->id);
  SbConnector *connector = NULL;
  SbAction *action = NULL;
  g_autofree char *title = sb_words_step_title (connectors, step);
  g_autoptr (SbDataNode) node = NULL;

  if (step->type != SB_STEP_ACTION && step->type != SB_STEP_LOOKUP &&
      step->type != SB_STEP_SET_FIELDS)
    return;
  if (step->connector != NULL)
    connector = sb_connectors_find (connectors, step->connector);
  if (connector != NULL && step->action != NULL)
    action = sb_connector_find_action (connector, step->action);
  node = new_source (title,
                     preview == NULL ? _ ("not on this record’s way")
                                     : sb_words_system (connectors, step->connector),
                     step->connector != NULL ? connector != NULL ? connector->kind : "other"
                                             : sb_step_type_to_string (step->type),
                     preview != NULL);
  fill_source (node, step->id, action != NULL ? action->outputs : NULL,
               preview != NULL ? preview->output : NULL);
  if (g_list_model_get_n_items (G_LIST_MODEL (node->children)) > 0)
    g_list_store_append (tree, node);
}

static void
add_item (GListStore *tree, SbFlowModel *model, const char *step_id)
{
  SbPreview *preview = sb_flow_model_get_preview (model);
  SbValue *item = sb_scope_get (sb_preview_get_scope (preview, step_id), "item");
  g_autoptr (SbDataNode) node = new_source (_ ("The item"), _ ("of the list"), "for-each", TRUE);

  fill_source (node, "item", NULL, item);
  if (g_list_model_get_n_items (G_LIST_MODEL (node->children)) > 0)
    g_list_store_append (tree, node);
}

/* Adds what comes before @step_id in @steps and below; TRUE once it was found. */
static gboolean
add_steps_before (GListStore *tree, SbFlowModel *model, GPtrArray *steps, const char *step_id)
{
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (strcmp (step->id, step_id) == 0)
        return TRUE;
      add_step (tree, model, step);
      if (step->type == SB_STEP_FOR_EACH)
        {
          g_autoptr (GListStore) inner = g_list_store_new (SB_TYPE_DATA_NODE);

          /* What a loop gives is only there within it. */
          if (add_steps_before (inner, model, step->steps, step_id))
            {
              add_item (tree, model, step_id);
              for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (inner)); j++)
                {
                  g_autoptr (GObject) node = g_list_model_get_item (G_LIST_MODEL (inner), j);

                  g_list_store_append (tree, node);
                }
              return TRUE;
            }
        }
      for (guint j = 0; step->type == SB_STEP_BRANCH && j < step->lanes->len; j++)
        {
          SbLane *lane = g_ptr_array_index (step->lanes, j);

          if (add_steps_before (tree, model, lane->steps, step_id))
            return TRUE;
        }
    }
  return FALSE;
}

GListModel *
sb_data_nodes_new (SbFlowModel *model, const char *step_id)
{
  GListStore *tree = g_list_store_new (SB_TYPE_DATA_NODE);
  g_autofree char *step = g_strdup (step_id != NULL ? step_id : "");
  char *slash = strchr (step, '/');

  if (slash != NULL)
    *slash = '\0';
  add_trigger (tree, model);
  add_steps_before (tree, model, sb_flow_model_get_flow (model)->steps, step);
  return G_LIST_MODEL (tree);
}

static gboolean
matches (SbDataNode *self, char **words)
{
  g_autofree char *all = g_strjoin (" ", self->name, self->source, self->sample, NULL);
  g_autofree char *folded = g_utf8_casefold (all, -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static void
search_below (GListStore *found, GHashTable *seen, GListModel *nodes, char **words)
{
  for (guint i = 0; nodes != NULL && i < g_list_model_get_n_items (nodes); i++)
    {
      g_autoptr (SbDataNode) node = g_list_model_get_item (nodes, i);

      if (node->path != NULL && matches (node, words) &&
          g_hash_table_add (seen, g_strdup (node->path)))
        g_list_store_append (found, node);
      search_below (found, seen, sb_data_node_get_children (node), words);
    }
}

GListModel *
sb_data_nodes_search (GListModel *tree, const char *text)
{
  GListStore *found = g_list_store_new (SB_TYPE_DATA_NODE);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " ", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  search_below (found, seen, tree, words);
  return G_LIST_MODEL (found);
}

const char *
sb_data_node_get_name (SbDataNode *self)
{
  return self->name;
}

const char *
sb_data_node_get_detail (SbDataNode *self)
{
  return self->detail;
}

const char *
sb_data_node_get_sample (SbDataNode *self)
{
  return self->sample;
}

const char *
sb_data_node_get_icon (SbDataNode *self)
{
  return self->icon;
}

const char *
sb_data_node_get_kind (SbDataNode *self)
{
  return self->kind;
}

const char *
sb_data_node_get_path (SbDataNode *self)
{
  return self->path;
}

gboolean
sb_data_node_is_passed (SbDataNode *self)
{
  return self->passed;
}

GListModel *
sb_data_node_get_children (SbDataNode *self)
{
  return self->children != NULL ? G_LIST_MODEL (self->children) : NULL;
}
