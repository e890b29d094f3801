/* sb-flow-model.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-model.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-pilot.h"

#define SAVE_PAUSE_MS 400

struct _SbFlowModel
{
  GObject parent_instance;

  SbStore *store; /* (nullable): tests and previews keep nothing */
  SbConnectors *connectors;
  char *id;
  SbFlow *flow;

  GPtrArray *undo; /* of SbValue: documents, newest last */
  GPtrArray *redo;
  char *merge; /* (nullable): what the newest edit was about */

  char *chosen;
  SbValue *records;
  gboolean records_chosen; /* by the owner */
  guint record;

  SbPreview *preview;
  SbProblems *problems;
  guint refresh_source;

  gboolean dirty; /* the store has not got the newest document */
  gboolean saving;
  guint save_source;
  GPtrArray *waiting; /* of GTask: told when the save under way is over */
};

enum
{
  PROP_CHOSEN = 1,
  PROP_RECORD,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_SAVED,
  N_PROPS
};

enum
{
  CHANGED,
  PREVIEWED,
  SAVE_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbFlowModel, sb_flow_model, G_TYPE_OBJECT)

static void save_now (SbFlowModel *self);

static void
drop_preview (SbFlowModel *self)
{
  g_clear_pointer (&self->preview, sb_preview_free);
  g_clear_pointer (&self->problems, sb_problems_free);
}

static gboolean
refresh_cb (gpointer data)
{
  SbFlowModel *self = data;

  self->refresh_source = 0;
  g_signal_emit (self, signals[PREVIEWED], 0);
  return G_SOURCE_REMOVE;
}

/* Several edits in one turn of the main loop are previewed once. */
static void
queue_refresh (SbFlowModel *self)
{
  drop_preview (self);
  if (self->refresh_source == 0)
    self->refresh_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 15, refresh_cb, self, NULL);
}

static gboolean
save_cb (gpointer data)
{
  SbFlowModel *self = data;

  self->save_source = 0;
  save_now (self);
  return G_SOURCE_REMOVE;
}

static void
tell_waiting (SbFlowModel *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbFlowModel) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  id = sb_store_save_draft_finish (SB_STORE (source), result, &error);
  self->saving = FALSE;
  if (error != NULL)
    {
      self->dirty = TRUE;
      g_signal_emit (self, signals[SAVE_FAILED], 0, error->message);
      tell_waiting (self, error);
    }
  else if (self->dirty)
    save_now (self);
  else
    tell_waiting (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAVED]);
}

static void
save_now (SbFlowModel *self)
{
  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->saving || !self->dirty || self->store == NULL)
    return;
  self->saving = TRUE;
  self->dirty = FALSE;
  sb_store_save_draft_async (self->store, self->id, self->flow->name, self->flow->document, NULL,
                             saved_cb, g_object_ref (self));
}

static void
queue_save (SbFlowModel *self)
{
  self->dirty = self->store != NULL;
  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->dirty)
    self->save_source = g_timeout_add (SAVE_PAUSE_MS, save_cb, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAVED]);
}

static SbFlow *
parse (SbValue *document, GError **error)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbFlow *flow = sb_flow_parse_draft (document, problems);

  if (flow == NULL)
    sb_problems_to_error (problems, _ ("This change"), error);
  return flow;
}

/* A chosen card that is gone leaves the trigger chosen rather than nothing. */
static void
keep_chosen (SbFlowModel *self)
{
  g_autofree char *step = g_strdup (self->chosen);
  char *slash = step != NULL ? strchr (step, '/') : NULL;

  if (slash != NULL)
    *slash = '\0';
  if (step == NULL || g_strcmp0 (step, "trigger") == 0 ||
      sb_flow_find_step (self->flow, step) != NULL)
    return;
  sb_flow_model_set_chosen (self, "trigger");
}

static void
put_flow (SbFlowModel *self, SbFlow *flow)
{
  sb_flow_unref (self->flow);
  self->flow = flow;
  queue_refresh (self);
  keep_chosen (self);
  g_signal_emit (self, signals[CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_UNDO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_REDO]);
}

static void
sb_flow_model_dispose (GObject *object)
{
  SbFlowModel *self = SB_FLOW_MODEL (object);

  g_clear_handle_id (&self->refresh_source, g_source_remove);
  /* The last edit is not lost when the window closes within the pause: the store takes its own
   * reference to the document. */
  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->dirty && !self->saving && self->store != NULL)
    sb_store_save_draft_async (self->store, self->id, self->flow->name, self->flow->document, NULL,
                               NULL, NULL);
  self->dirty = FALSE;
  g_clear_object (&self->store);

  G_OBJECT_CLASS (sb_flow_model_parent_class)->dispose (object);
}

static void
sb_flow_model_finalize (GObject *object)
{
  SbFlowModel *self = SB_FLOW_MODEL (object);

  drop_preview (self);
  g_clear_pointer (&self->flow, sb_flow_unref);
  g_clear_pointer (&self->connectors, sb_connectors_unref);
  g_clear_pointer (&self->records, sb_value_unref);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_clear_pointer (&self->redo, g_ptr_array_unref);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_free (self->id);
  g_free (self->merge);
  g_free (self->chosen);

  G_OBJECT_CLASS (sb_flow_model_parent_class)->finalize (object);
}

static void
sb_flow_model_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbFlowModel *self = SB_FLOW_MODEL (object);

  switch (prop_id)
    {
    case PROP_CHOSEN:
      g_value_set_string (value, self->chosen);
      break;
    case PROP_RECORD:
      g_value_set_uint (value, self->record);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, sb_flow_model_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, sb_flow_model_can_redo (self));
      break;
    case PROP_SAVED:
      g_value_set_boolean (value, !self->dirty && !self->saving);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_flow_model_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SbFlowModel *self = SB_FLOW_MODEL (object);

  switch (prop_id)
    {
    case PROP_CHOSEN:
      sb_flow_model_set_chosen (self, g_value_get_string (value));
      break;
    case PROP_RECORD:
      sb_flow_model_set_record (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_flow_model_class_init (SbFlowModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags changing = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags reading = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sb_flow_model_dispose;
  object_class->finalize = sb_flow_model_finalize;
  object_class->get_property = sb_flow_model_get_property;
  object_class->set_property = sb_flow_model_set_property;

  properties[PROP_CHOSEN] = g_param_spec_string ("chosen", NULL, NULL, NULL, changing);
  properties[PROP_RECORD] = g_param_spec_uint ("record", NULL, NULL, 0, G_MAXUINT, 0, changing);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, reading);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, reading);
  properties[PROP_SAVED] = g_param_spec_boolean ("saved", NULL, NULL, TRUE, reading);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_FLOW_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[PREVIEWED] = g_signal_new ("previewed", SB_TYPE_FLOW_MODEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
  signals[SAVE_FAILED] = g_signal_new ("save-failed", SB_TYPE_FLOW_MODEL, G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_flow_model_init (SbFlowModel *self)
{
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_value_unref);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_value_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->records = sb_value_new_array ();
  self->chosen = g_strdup ("trigger");
}

/* Until the ready-made ten are read (or where there are none), the trigger's samples stand in. */
static SbValue *
find_samples (SbFlowModel *self)
{
  SbConnector *connector = NULL;
  SbTrigger *trigger = NULL;

  if (self->flow->trigger_connector != NULL)
    connector = sb_connectors_find (self->connectors, self->flow->trigger_connector);
  if (connector != NULL && self->flow->trigger != NULL)
    trigger = sb_connector_find_trigger (connector, self->flow->trigger);
  if (trigger != NULL && trigger->samples != NULL)
    return sb_value_ref (trigger->samples);
  return sb_value_new_array ();
}

static void
find_records_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SbFlowModel *self = source;
  SbValue *records = sb_pilot_find_records (self->connectors, data);

  g_task_return_pointer (task, records, (GDestroyNotify)sb_value_unref);
}

/* What the owner chose comes before what was found, whichever is read first. */
static void
loaded_records_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbFlowModel) self = data;
  g_autoptr (SbValue) records = sb_store_load_records_finish (SB_STORE (source), result, NULL);

  if (sb_value_get_length (records) == 0 || self->records_chosen)
    return;
  self->records_chosen = TRUE;
  sb_flow_model_set_records (self, records);
}

static void
found_records_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbValue) records = g_task_propagate_pointer (G_TASK (result), NULL);

  if (sb_value_get_length (records) > 0 && !SB_FLOW_MODEL (source)->records_chosen)
    sb_flow_model_set_records (SB_FLOW_MODEL (source), records);
}

static void
find_records (SbFlowModel *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, found_records_cb, NULL);

  g_task_set_source_tag (task, find_records);
  g_task_set_task_data (task, sb_flow_ref (self->flow), (GDestroyNotify)sb_flow_unref);
  g_task_run_in_thread (task, find_records_thread);
}

/**
 * sb_flow_model_new:
 * @store: (nullable): where drafts are saved; NULL saves none
 * @flow_id: the store's id of the flow
 *
 * Returns: (transfer full)
 */
SbFlowModel *
sb_flow_model_new (SbStore *store, SbConnectors *connectors, const char *flow_id, SbFlow *flow)
{
  SbFlowModel *self = g_object_new (SB_TYPE_FLOW_MODEL, NULL);

  g_set_object (&self->store, store);
  self->connectors = sb_connectors_ref (connectors);
  self->id = g_strdup (flow_id);
  self->flow = sb_flow_ref (flow);
  sb_value_unref (self->records);
  self->records = find_samples (self);

  if (store != NULL)
    sb_store_load_records_async (store, flow_id, NULL, loaded_records_cb, g_object_ref (self));
  find_records (self);
  return self;
}

const char *
sb_flow_model_get_id (SbFlowModel *self)
{
  return self->id;
}

SbFlow *
sb_flow_model_get_flow (SbFlowModel *self)
{
  return self->flow;
}

SbConnectors *
sb_flow_model_get_connectors (SbFlowModel *self)
{
  return self->connectors;
}

SbStep *
sb_flow_model_find_step (SbFlowModel *self, const char *step_id)
{
  return step_id != NULL ? sb_flow_find_step (self->flow, step_id) : NULL;
}

gboolean
sb_flow_model_edit (SbFlowModel *self, SbValue *document, const char *merge, GError **error)
{
  SbFlow *flow;

  if (sb_value_equal (document, self->flow->document))
    return TRUE;
  flow = parse (document, error);
  if (flow == NULL)
    return FALSE;

  if (merge == NULL || g_strcmp0 (merge, self->merge) != 0 || self->undo->len == 0)
    g_ptr_array_add (self->undo, sb_value_ref (self->flow->document));
  g_ptr_array_set_size (self->redo, 0);
  g_free (self->merge);
  self->merge = g_strdup (merge);
  put_flow (self, flow);
  queue_save (self);
  return TRUE;
}

/**
 * sb_flow_model_set_field:
 * @value: (transfer none) (nullable): NULL takes the field out
 *
 * Gives one field of a step a new template. Typing on in the same field is one undo.
 */
gboolean
sb_flow_model_set_field (
  SbFlowModel *self, const char *step_id, const char *field, SbValue *value, GError **error)
{
  g_autoptr (SbValue) document = sb_flow_with_field (self->flow, step_id, field, value);
  g_autofree char *merge = g_strdup_printf ("%s/%s", step_id, field);

  if (document == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no step “%s” any more."),
                   step_id);
      return FALSE;
    }
  return sb_flow_model_edit (self, document, merge, error);
}

void
sb_flow_model_break_undo (SbFlowModel *self)
{
  g_clear_pointer (&self->merge, g_free);
}

gboolean
sb_flow_model_can_undo (SbFlowModel *self)
{
  return self->undo->len > 0;
}

gboolean
sb_flow_model_can_redo (SbFlowModel *self)
{
  return self->redo->len > 0;
}

static void
step_history (SbFlowModel *self, GPtrArray *from, GPtrArray *to)
{
  g_autoptr (SbValue) document = NULL;
  SbFlow *flow;

  if (from->len == 0)
    return;
  document = g_ptr_array_steal_index (from, from->len - 1);
  flow = parse (document, NULL);
  g_return_if_fail (flow != NULL);

  g_ptr_array_add (to, sb_value_ref (self->flow->document));
  sb_flow_model_break_undo (self);
  put_flow (self, flow);
  queue_save (self);
}

void
sb_flow_model_undo (SbFlowModel *self)
{
  step_history (self, self->undo, self->redo);
}

void
sb_flow_model_redo (SbFlowModel *self)
{
  step_history (self, self->redo, self->undo);
}

void
sb_flow_model_take_draft (SbFlowModel *self, SbValue *document)
{
  SbFlow *flow;

  if (self->dirty || self->saving || sb_value_equal (document, self->flow->document))
    return;
  flow = parse (document, NULL);
  if (flow == NULL)
    return;
  g_ptr_array_add (self->undo, sb_value_ref (self->flow->document));
  sb_flow_model_break_undo (self);
  put_flow (self, flow);
}

const char *
sb_flow_model_get_chosen (SbFlowModel *self)
{
  return self->chosen;
}

void
sb_flow_model_set_chosen (SbFlowModel *self, const char *node_id)
{
  if (g_strcmp0 (self->chosen, node_id) == 0)
    return;
  g_free (self->chosen);
  self->chosen = g_strdup (node_id);
  sb_flow_model_break_undo (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHOSEN]);
}

guint
sb_flow_model_get_n_records (SbFlowModel *self)
{
  return sb_value_get_length (self->records);
}

SbValue *
sb_flow_model_get_record_at (SbFlowModel *self, guint index)
{
  return sb_value_get_item (self->records, index);
}

/**
 * sb_flow_model_get_records:
 *
 * Returns: (transfer none): an array, for a pilot
 */
SbValue *
sb_flow_model_get_records (SbFlowModel *self)
{
  return self->records;
}

guint
sb_flow_model_get_record (SbFlowModel *self)
{
  return self->record;
}

void
sb_flow_model_set_record (SbFlowModel *self, guint index)
{
  guint n_records = sb_flow_model_get_n_records (self);

  if (index >= n_records || index == self->record)
    return;
  self->record = index;
  queue_refresh (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORD]);
}

void
sb_flow_model_set_records (SbFlowModel *self, SbValue *records)
{
  sb_value_ref (records);
  sb_value_unref (self->records);
  self->records = records;
  self->record = 0;
  queue_refresh (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORD]);
}

static void
saved_records_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbFlowModel) self = data;
  g_autoptr (GError) error = NULL;

  if (!sb_store_save_records_finish (SB_STORE (source), result, &error))
    g_signal_emit (self, signals[SAVE_FAILED], 0, error->message);
}

/**
 * sb_flow_model_choose_records:
 * @records: (nullable): NULL goes back to the ready-made ones
 *
 * Takes other records for looking and for pilots, and keeps them with the flow.
 */
void
sb_flow_model_choose_records (SbFlowModel *self, SbValue *records)
{
  guint record = self->record;

  self->records_chosen = records != NULL;
  if (self->store != NULL)
    sb_store_save_records_async (self->store, self->id, records, NULL, saved_records_cb,
                                 g_object_ref (self));
  if (records != NULL)
    sb_flow_model_set_records (self, records);
  else
    {
      g_autoptr (SbValue) samples = find_samples (self);

      sb_flow_model_set_records (self, samples);
      find_records (self);
    }
  sb_flow_model_set_record (self, record);
}

gboolean
sb_flow_model_has_chosen_records (SbFlowModel *self)
{
  return self->records_chosen;
}

/**
 * sb_flow_model_get_preview:
 *
 * Returns: (transfer none): of the present document and record; valid until either changes
 */
SbPreview *
sb_flow_model_get_preview (SbFlowModel *self)
{
  if (self->preview == NULL)
    {
      SbValue *record = sb_flow_model_get_record_at (self, self->record);
      g_autoptr (SbValue) none = sb_value_new_object ();

      self->preview = sb_preview_new (self->flow, self->connectors, record != NULL ? record : none,
                                      sb_clock_now_us ());
    }
  return self->preview;
}

SbProblems *
sb_flow_model_get_problems (SbFlowModel *self)
{
  if (self->problems == NULL)
    {
      self->problems = sb_problems_new ();
      sb_flow_check_document (self->flow->document, self->connectors, self->problems);
    }
  return self->problems;
}

/**
 * sb_flow_model_find_problem:
 * @field: (nullable): NULL for the first problem of the step
 *
 * Returns: (transfer none) (nullable)
 */
const SbProblem *
sb_flow_model_find_problem (SbFlowModel *self, const char *step_id, const char *field)
{
  SbProblems *problems = sb_flow_model_get_problems (self);

  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      if (g_strcmp0 (problem->step, step_id) == 0 &&
          (field == NULL || g_strcmp0 (problem->field, field) == 0))
        return problem;
    }
  return NULL;
}

void
sb_flow_model_save_async (SbFlowModel *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sb_flow_model_save_async);
  if (!self->dirty && !self->saving)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  save_now (self);
}

gboolean
sb_flow_model_save_finish (SbFlowModel *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
