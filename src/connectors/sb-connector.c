/* sb-connector.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connector.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-connector-private.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"

struct _SbConnectors
{
  gint ref_count;
  GPtrArray *list;   /* of SbConnector, by name */
  GHashTable *by_id; /* borrowed */
};

static void
field_free (SbField *field)
{
  g_free (field->key);
  g_free (field->label);
  g_free (field->type);
  g_free (field->help);
  g_free (field->example);
  g_clear_pointer (&field->sample, sb_value_unref);
  g_free (field->pattern);
  g_free (field->fallback);
  g_clear_pointer (&field->allowed, sb_value_unref);
  g_clear_pointer (&field->columns, sb_value_unref);
  g_clear_pointer (&field->choices, sb_value_unref);
  g_free (field->when);
  g_clear_pointer (&field->when_is, sb_value_unref);
  g_free (field);
}

static void
trigger_free (SbTrigger *trigger)
{
  g_free (trigger->id);
  g_free (trigger->label);
  g_free (trigger->words);
  g_free (trigger->record);
  g_clear_pointer (&trigger->topics, g_ptr_array_unref);
  g_clear_pointer (&trigger->samples, sb_value_unref);
  g_ptr_array_unref (trigger->outputs);
  g_free (trigger);
}

static void
action_free (SbAction *action)
{
  g_free (action->id);
  g_free (action->label);
  g_free (action->words);
  g_free (action->kind);
  g_free (action->help);
  g_ptr_array_unref (action->fields);
  g_ptr_array_unref (action->outputs);
  g_clear_pointer (&action->document, sb_value_unref);
  g_free (action);
}

static void
connector_free (SbConnector *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->kind);
  g_free (self->icon);
  g_ptr_array_unref (self->settings);
  g_ptr_array_unref (self->triggers);
  g_ptr_array_unref (self->actions);
  sb_value_unref (self->document);
  g_free (self);
}

static SbValue *
ref_member (SbValue *object, const char *name)
{
  SbValue *member = sb_value_get_member (object, name);

  return member != NULL ? sb_value_ref (member) : NULL;
}

static SbField *
field_new (SbValue *document)
{
  SbField *field = g_new0 (SbField, 1);
  SbValue *example = sb_value_get_member (document, "example");
  SbValue *when = sb_value_get_member (document, "when");

  field->key = g_strdup (sb_value_get_string (document, "key"));
  field->label = g_strdup (sb_value_get_string (document, "label"));
  field->type = g_strdup (sb_value_get_string (document, "type"));
  if (field->type == NULL)
    field->type = g_strdup ("text");
  field->help = g_strdup (sb_value_get_string (document, "help"));
  field->example = example != NULL ? sb_value_to_text (example) : NULL;
  field->sample = ref_member (document, "sample");
  field->pattern = g_strdup (sb_value_get_string (document, "pattern"));
  field->fallback = g_strdup (sb_value_get_string (document, "fallback"));
  field->allowed = ref_member (document, "allowed");
  field->required = sb_value_get_boolean_or (document, "required", FALSE);
  field->secret = sb_value_get_boolean_or (document, "secret", FALSE);
  field->fixed = sb_value_get_boolean_or (document, "fixed", FALSE);
  field->columns = ref_member (document, "columns");
  field->choices = ref_member (document, "choices");
  field->when = g_strdup (sb_value_get_string (when, "setting"));
  field->when_is = ref_member (when, "is");
  return field;
}

static GPtrArray *
fields_new (SbValue *list)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func ((GDestroyNotify)field_free);

  for (guint i = 0; i < sb_value_get_length (list); i++)
    g_ptr_array_add (fields, field_new (sb_value_get_item (list, i)));
  return fields;
}

static char *
read_words (SbValue *document)
{
  SbValue *list = sb_value_get_member (document, "words");
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      g_string_append (words, i > 0 ? " " : "");
      g_string_append (words, sb_value_get_text (sb_value_get_item (list, i)));
    }
  return words->len > 0 ? g_strdup (words->str) : NULL;
}

static SbTrigger *
trigger_new (SbValue *document)
{
  SbTrigger *trigger = g_new0 (SbTrigger, 1);
  SbValue *topics = sb_value_get_member (document, "topics");

  trigger->id = g_strdup (sb_value_get_string (document, "id"));
  trigger->label = g_strdup (sb_value_get_string (document, "label"));
  trigger->words = read_words (document);
  trigger->record = g_strdup (sb_value_get_string (document, "record"));
  trigger->samples = ref_member (document, "samples");
  trigger->outputs = fields_new (sb_value_get_member (document, "outputs"));
  if (topics != NULL)
    {
      trigger->topics = g_ptr_array_new_with_free_func (g_free);
      for (guint i = 0; i < sb_value_get_length (topics); i++)
        g_ptr_array_add (trigger->topics,
                         g_strdup (sb_value_get_text (sb_value_get_item (topics, i))));
    }
  return trigger;
}

static SbAction *
action_new (SbValue *document)
{
  static const struct
  {
    const char *name;
    SbIdempotency idempotency;
  } kinds[] = {
    { "none", SB_IDEMPOTENT_NONE },
    { "key", SB_IDEMPOTENT_KEY },
    { "put", SB_IDEMPOTENT_PUT },
    { "lookup", SB_IDEMPOTENT_LOOKUP },
  };
  SbAction *action = g_new0 (SbAction, 1);
  const char *idempotency =
    sb_value_get_string (sb_value_get_member (document, "idempotency"), "kind");

  action->id = g_strdup (sb_value_get_string (document, "id"));
  action->label = g_strdup (sb_value_get_string (document, "label"));
  action->words = read_words (document);
  action->kind = g_strdup (sb_value_get_string (document, "kind"));
  action->help = g_strdup (sb_value_get_string (document, "help"));
  action->fields = fields_new (sb_value_get_member (document, "fields"));
  action->outputs = fields_new (sb_value_get_member (document, "outputs"));
  action->document = sb_value_ref (document);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].name, idempotency) == 0)
      action->idempotency = kinds[i].idempotency;
  return action;
}

/* @document has been checked. */
static SbConnector *
connector_new (SbValue *document, gboolean own)
{
  SbConnector *self = g_new0 (SbConnector, 1);
  SbValue *triggers = sb_value_get_member (document, "triggers");
  SbValue *actions = sb_value_get_member (document, "actions");

  self->id = g_strdup (sb_value_get_string (document, "id"));
  self->name = g_strdup (sb_value_get_string (document, "name"));
  self->own = own;
  /* Whatever a file calls itself, nobody may take it for one that comes with Signalbox. */
  if (own)
    {
      g_free (self->name);
      self->name = g_strdup_printf (_ ("%s (own file)"), sb_value_get_string (document, "name"));
    }
  self->kind = g_strdup (sb_value_get_string (document, "kind"));
  self->icon = g_strdup_printf ("sb-%s-symbolic", self->kind);
  self->settings = fields_new (sb_value_get_member (document, "settings"));
  self->triggers = g_ptr_array_new_with_free_func ((GDestroyNotify)trigger_free);
  for (guint i = 0; i < sb_value_get_length (triggers); i++)
    g_ptr_array_add (self->triggers, trigger_new (sb_value_get_item (triggers, i)));
  self->actions = g_ptr_array_new_with_free_func ((GDestroyNotify)action_free);
  for (guint i = 0; i < sb_value_get_length (actions); i++)
    g_ptr_array_add (self->actions, action_new (sb_value_get_item (actions, i)));
  self->document = sb_value_ref (document);
  return self;
}

static SbSchema *
load_schema (const char *data_dir, SbProblems *problems)
{
  g_autofree char *path = g_build_filename (data_dir, "connectors", "schema.json", NULL);
  g_autoptr (GError) error = NULL;
  SbSchema *schema = sb_schema_load_file (path, &error);

  if (schema == NULL)
    sb_problems_add (
      problems, path, NULL, NULL,
      _ ("the description of connector files cannot be read: %s; install Signalbox again"),
      error->message);
  return schema;
}

/**
 * sb_connector_check:
 * @document: a connector file's document
 *
 * Checks @document against data/connectors/schema.json and in what a schema cannot say. Adds every
 * problem with its JSON path; none means that it can be loaded. Any thread.
 */
void
sb_connector_check (SbValue *document, SbProblems *problems)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbSchema) schema = load_schema (data_dir, problems);

  if (schema != NULL)
    {
      sb_schema_check (schema, document, problems);
      sb_connector_check_meaning (document, problems);
      sb_connector_check_visible (document, problems);
    }
}

static void
add_connector (SbConnectors *self, SbConnector *connector)
{
  SbConnector *known = sb_connectors_find (self, connector->id);

  g_hash_table_replace (self->by_id, connector->id, connector);
  if (known != NULL)
    g_ptr_array_remove (self->list, known);
  g_ptr_array_add (self->list, connector);
}

static void
load_file (SbConnectors *self,
           SbSchema *schema,
           const char *folder,
           const char *name,
           gboolean own,
           SbProblems *problems)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *stem = g_strndup (name, strlen (name) - strlen (".json"));
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document =
    own ? sb_json_load_found (path, &error) : sb_json_load_file (path, &error);
  g_autoptr (SbProblems) found = sb_problems_new ();

  if (document == NULL)
    {
      sb_problems_add (problems, path, NULL, NULL, "%s", error->message);
      return;
    }
  sb_schema_check (schema, document, found);
  sb_connector_check_meaning (document, found);
  sb_connector_check_visible (document, found);
  if (sb_problems_get_length (found) == 0 &&
      g_strcmp0 (stem, sb_value_get_string (document, "id")) != 0)
    sb_problems_add (found, "$.id", NULL, NULL,
                     _ ("is “%s”, but the file is named %s; make them agree"),
                     sb_value_get_string (document, "id"), name);
  for (guint i = 0; i < sb_problems_get_length (found); i++)
    {
      const SbProblem *problem = sb_problems_get (found, i);
      g_autofree char *where = g_strdup_printf ("%s: %s", path, problem->path);

      sb_problems_add (problems, where, NULL, NULL, "%s", problem->message);
    }
  if (sb_problems_get_length (found) == 0)
    add_connector (self, connector_new (document, own));
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b);
}

static void
load_folder (
  SbConnectors *self, SbSchema *schema, const char *parent, gboolean own, SbProblems *problems)
{
  g_autofree char *folder = g_build_filename (parent, "connectors", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json") && !g_str_equal (name, "schema.json") && name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_text);
  for (guint i = 0; i < names->len; i++)
    load_file (self, schema, folder, g_ptr_array_index (names, i), own, problems);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate ((*(SbConnector *const *)a)->name, (*(SbConnector *const *)b)->name);
}

/**
 * sb_connectors_new:
 * @data_dir: the shipped data (sb_paths_get_data_dir())
 * @own_dir: (nullable): the owner's data folder; its connectors/ is read after the shipped ones
 *
 * Blocks on reading files. Returns: (transfer full): sorted by name; immutable, any thread
 */
SbConnectors *
sb_connectors_new (const char *data_dir, const char *own_dir, SbProblems *problems)
{
  SbConnectors *self = g_new0 (SbConnectors, 1);
  g_autoptr (SbSchema) schema = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify)connector_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  schema = load_schema (data_dir, problems);
  if (schema != NULL)
    {
      load_folder (self, schema, data_dir, FALSE, problems);
      if (own_dir != NULL)
        load_folder (self, schema, own_dir, TRUE, problems);
    }
  g_ptr_array_sort (self->list, compare_names);
  return self;
}

SbConnectors *
sb_connectors_ref (SbConnectors *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sb_connectors_unref (SbConnectors *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->list);
  g_free (self);
}

guint
sb_connectors_get_length (SbConnectors *self)
{
  return self->list->len;
}

/**
 * sb_connectors_get:
 *
 * Returns: (transfer none) (nullable): NULL beyond the end
 */
SbConnector *
sb_connectors_get (SbConnectors *self, guint index)
{
  return index < self->list->len ? g_ptr_array_index (self->list, index) : NULL;
}

/**
 * sb_connectors_find:
 * @id: (nullable)
 *
 * Returns: (transfer none) (nullable)
 */
SbConnector *
sb_connectors_find (SbConnectors *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

SbTrigger *
sb_connector_find_trigger (SbConnector *self, const char *id)
{
  for (guint i = 0; i < self->triggers->len; i++)
    {
      SbTrigger *trigger = g_ptr_array_index (self->triggers, i);

      if (g_strcmp0 (trigger->id, id) == 0)
        return trigger;
    }
  return NULL;
}

SbAction *
sb_connector_find_action (SbConnector *self, const char *id)
{
  for (guint i = 0; i < self->actions->len; i++)
    {
      SbAction *action = g_ptr_array_index (self->actions, i);

      if (g_strcmp0 (action->id, id) == 0)
        return action;
    }
  return NULL;
}

static SbField *
find_field (GPtrArray *fields, const char *key)
{
  for (guint i = 0; i < fields->len; i++)
    {
      SbField *field = g_ptr_array_index (fields, i);

      if (g_strcmp0 (field->key, key) == 0)
        return field;
    }
  return NULL;
}

SbField *
sb_action_find_field (SbAction *self, const char *key)
{
  return find_field (self->fields, key);
}

SbField *
sb_connector_find_setting (SbConnector *self, const char *key)
{
  return find_field (self->settings, key);
}

/**
 * sb_connector_get_setting:
 * @settings: (nullable): of a connection
 *
 * Returns: (transfer none) (nullable): the value set, else the setting's fallback
 */
const char *
sb_connector_get_setting (SbConnector *self, SbValue *settings, const char *key)
{
  const char *value = sb_value_get_string (settings, key);
  SbField *setting = sb_connector_find_setting (self, key);

  if (value != NULL && value[0] != '\0')
    return value;
  return setting != NULL ? setting->fallback : NULL;
}

gboolean
sb_connector_needs_setting (SbConnector *self, SbField *setting, SbValue *settings)
{
  const char *value;

  if (setting->when == NULL)
    return TRUE;
  value = sb_connector_get_setting (self, settings, setting->when);
  for (guint i = 0; i < sb_value_get_length (setting->when_is); i++)
    if (g_strcmp0 (sb_value_get_text (sb_value_get_item (setting->when_is, i)), value) == 0)
      return TRUE;
  return FALSE;
}

static SbValue *
choose (SbConnector *self, SbValue *settings, const char *name)
{
  SbValue *part = sb_value_get_member (self->document, name);
  const char *by = sb_value_get_string (part, "by");
  const char *chosen;

  if (by == NULL)
    return part;
  chosen = sb_connector_get_setting (self, settings, by);
  return chosen != NULL ? sb_value_get_member (sb_value_get_member (part, "schemes"), chosen)
                        : NULL;
}

/**
 * sb_connector_get_auth:
 * @settings: (nullable): of the connection
 *
 * Returns: (transfer none) (nullable): the "auth" object that counts for these settings
 */
SbValue *
sb_connector_get_auth (SbConnector *self, SbValue *settings)
{
  return choose (self, settings, "auth");
}

/**
 * sb_connector_get_webhook:
 * @settings: (nullable): of the connection
 *
 * Returns: (transfer none) (nullable): the "webhook" object that counts for these settings
 */
SbValue *
sb_connector_get_webhook (SbConnector *self, SbValue *settings)
{
  return choose (self, settings, "webhook");
}
