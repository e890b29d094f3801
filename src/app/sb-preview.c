/* sb-preview.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-preview.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-condition.h"
#include "sb-json.h"
#include "sb-request.h"
#include "sb-walk.h"

/* A for-each over a long list tells nothing new after the first few items. */
#define MAX_WALKS 500

struct _SbPreview
{
  GHashTable *steps; /* step id → SbStepPreview */
  GHashTable *lanes; /* step id → lane + 1 */
  SbScope *end;      /* with everything the walk gave */
};

static void
step_preview_free (gpointer data)
{
  SbStepPreview *self = data;

  g_free (self->message);
  g_clear_pointer (&self->fields, sb_value_unref);
  g_clear_pointer (&self->output, sb_value_unref);
  g_clear_pointer (&self->scope, sb_scope_free);
  g_free (self);
}

/* The first time counts: of a for-each it is the first item that is shown. */
static SbStepPreview *
take_note (SbPreview *self, SbStep *step, SbPreviewVerdict verdict, SbScope *scope)
{
  SbStepPreview *preview = g_hash_table_lookup (self->steps, step->id);

  if (preview != NULL)
    return preview;
  preview = g_new0 (SbStepPreview, 1);
  preview->verdict = verdict;
  preview->scope = sb_scope_copy (scope);
  g_hash_table_insert (self->steps, g_strdup (step->id), preview);
  return preview;
}

/* What the vendor would answer, as the connector file shows it. */
static SbValue *
sample_output (SbConnector *connector, SbAction *action, SbValue *fields, gint64 now_us)
{
  SbValue *sample = sb_value_get_path (action->document, "answer.sample");
  g_autoptr (SbScope) scope = sb_scope_new (NULL, now_us);
  g_autoptr (SbValue) filled = sb_value_new_object ();
  g_autoptr (SbValue) key = sb_value_new_string ("preview");
  g_autoptr (SbValue) body = NULL;
  g_autoptr (SbOutcome) outcome = NULL;
  g_autofree char *text = NULL;
  SbAnswer answer = { .status = 200, .sent = TRUE };
  gint64 ok;

  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);
      SbValue *value = sb_value_get_member (fields, field->key);

      sb_value_set (filled, field->key,
                    value != NULL           ? sb_value_ref (value)
                    : field->sample != NULL ? sb_value_ref (field->sample)
                                            : sb_value_new_string (""));
    }
  sb_scope_set (scope, "fields", filled);
  sb_scope_set (scope, "key", key);
  body = sample != NULL ? sb_render_value (sample, scope, NULL) : NULL;
  if (body == NULL)
    return sb_value_new_object ();

  if (sb_value_get_int (sb_value_get_path (action->document, "answer.ok[0]"), &ok))
    answer.status = (guint)ok;
  text = sb_json_write (body);
  answer.body = g_bytes_new (text, strlen (text));
  outcome = sb_answer_judge (connector, action, &answer, now_us);
  sb_answer_clear (&answer);
  if (outcome == NULL || outcome->output == NULL)
    return sb_value_new_object ();
  return sb_value_ref (outcome->output);
}

typedef struct
{
  SbPreview *preview;
  SbScope *scope;
} Walk;

static void
passed_cb (SbStep *step,
           const char *place,
           const char *verdict,
           const char *detail,
           SbValue *output,
           gpointer data)
{
  Walk *walk = data;
  SbStepPreview *preview;

  preview = take_note (walk->preview, step,
                       g_strcmp0 (verdict, "stopped") == 0 ? SB_PREVIEW_STOPPED : SB_PREVIEW_DONE,
                       walk->scope);
  if (preview->output == NULL && output != NULL)
    preview->output = sb_value_ref (output);
}

/* One step that the walk asks for: notes it, and answers in the vendor's place. */
static void
answer_need (SbPreview *self,
             SbConnectors *connectors,
             SbNeed *need,
             SbScope *scope,
             SbJournal *journal,
             gint64 now_us)
{
  SbStepPreview *preview = take_note (self, need->step, SB_PREVIEW_DONE, scope);
  SbConnector *connector = sb_connectors_find (connectors, need->step->connector);
  SbAction *action = NULL;
  g_autoptr (SbValue) output = NULL;

  if (connector != NULL)
    action = sb_connector_find_action (connector, need->step->action);
  output = action != NULL ? sample_output (connector, action, need->fields, now_us)
                          : sb_value_new_object ();
  if (preview->output == NULL)
    {
      preview->fields = need->fields != NULL ? sb_value_ref (need->fields) : NULL;
      preview->output = sb_value_ref (output);
    }
  sb_journal_add_output (journal, need->place, output);
}

/* A field that cannot be filled in stops a run, but the owner wants to see the steps after it too.
 */
static gboolean
pass_failure (SbPreview *self,
              SbConnectors *connectors,
              SbNeed *need,
              SbScope *scope,
              SbJournal *journal,
              gint64 now_us)
{
  SbStepPreview *preview;

  if (need->step == NULL)
    return FALSE;
  preview = take_note (self, need->step, SB_PREVIEW_FAILED, scope);
  if (preview->message == NULL)
    {
      preview->verdict = SB_PREVIEW_FAILED;
      preview->message = g_strdup (need->error != NULL ? need->error->message : "");
    }
  if (need->step->type != SB_STEP_ACTION && need->step->type != SB_STEP_LOOKUP)
    return FALSE;
  answer_need (self, connectors, need, scope, journal, now_us);
  return TRUE;
}

static SbScope *
make_scope (SbFlow *flow, SbValue *body, gint64 now_us)
{
  SbScope *scope = sb_scope_new (flow->time_zone, now_us);
  g_autoptr (SbValue) run = sb_value_new_object ();
  g_autofree char *started = sb_clock_format_utc (now_us);

  sb_value_set_int (run, "id", 1);
  sb_value_set_string (run, "started", started);
  sb_value_set_string (run, "label", flow->name);
  sb_scope_set (scope, "trigger", body);
  sb_scope_set (scope, "run", run);
  for (guint i = 0; i < sb_value_get_length (flow->tables); i++)
    {
      const char *name = sb_value_get_member_name (flow->tables, i);

      sb_scope_set_table (scope, name, sb_value_get_member (flow->tables, name));
    }
  return scope;
}

static void
walk (SbPreview *self, SbFlow *flow, SbConnectors *connectors, SbValue *body, gint64 now_us)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();

  for (guint i = 0; i < MAX_WALKS; i++)
    {
      g_autoptr (SbNeed) need = NULL;
      gboolean go_on = FALSE;
      Walk state;

      g_clear_pointer (&self->end, sb_scope_free);
      self->end = make_scope (flow, body, now_us);
      state = (Walk){ self, self->end };
      need = sb_walk_next (flow, self->end, journal, now_us, passed_cb, &state);

      switch (need->kind)
        {
        case SB_WALK_ACT:
          answer_need (self, connectors, need, self->end, journal, now_us);
          go_on = TRUE;
          break;
        case SB_WALK_WAIT:
          take_note (self, need->step, SB_PREVIEW_DONE, self->end);
          sb_journal_add_timer (journal, need->place, now_us - 1);
          go_on = TRUE;
          break;
        case SB_WALK_FAILED:
          go_on = pass_failure (self, connectors, need, self->end, journal, now_us);
          break;
        case SB_WALK_DONE:
        case SB_WALK_STOPPED:
        default:
          break;
        }
      if (!go_on)
        return;
    }
}

/* Which way each branch went: the first whose condition holds, seen from where the branch stands.
 */
static void
find_lanes (SbPreview *self, SbFlow *flow)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);

  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);
      SbStepPreview *preview = g_hash_table_lookup (self->steps, step->id);

      if (step->type != SB_STEP_BRANCH || preview == NULL)
        continue;
      for (guint j = 0; j < step->lanes->len; j++)
        {
          SbLane *lane = g_ptr_array_index (step->lanes, j);
          gboolean holds = lane->condition == NULL;

          if (lane->condition != NULL &&
              !sb_condition_evaluate (lane->condition, preview->scope, &holds, NULL))
            break;
          if (holds)
            {
              g_hash_table_insert (self->lanes, g_strdup (step->id), GUINT_TO_POINTER (j + 1));
              break;
            }
        }
    }
}

/**
 * sb_preview_new:
 * @record: a pilot record, or a plain body
 * @now_us: UTC µs; what "now" is in the record's run
 *
 * Returns: (transfer full)
 */
SbPreview *
sb_preview_new (SbFlow *flow, SbConnectors *connectors, SbValue *record, gint64 now_us)
{
  SbPreview *self = g_new0 (SbPreview, 1);

  self->steps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, step_preview_free);
  self->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  walk (self, flow, connectors, sb_preview_record_body (record), now_us);
  find_lanes (self, flow);
  return self;
}

void
sb_preview_free (SbPreview *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->steps);
  g_hash_table_unref (self->lanes);
  g_clear_pointer (&self->end, sb_scope_free);
  g_free (self);
}

/**
 * sb_preview_get:
 *
 * Returns: (transfer none) (nullable): NULL where the record does not come past that step
 */
const SbStepPreview *
sb_preview_get (SbPreview *self, const char *step_id)
{
  return g_hash_table_lookup (self->steps, step_id);
}

/**
 * sb_preview_get_lane:
 *
 * Returns: the lane the record takes at a branch, -1 for none
 */
int
sb_preview_get_lane (SbPreview *self, const char *step_id)
{
  return (int)GPOINTER_TO_UINT (g_hash_table_lookup (self->lanes, step_id)) - 1;
}

/**
 * sb_preview_get_scope:
 * @step_id: (nullable): NULL for the end of the flow
 *
 * What the fields of a step may refer to; for a step the record does not pass, everything it gave.
 *
 * Returns: (transfer none)
 */
SbScope *
sb_preview_get_scope (SbPreview *self, const char *step_id)
{
  const SbStepPreview *preview = step_id != NULL ? sb_preview_get (self, step_id) : NULL;

  return preview != NULL ? preview->scope : self->end;
}

/**
 * sb_preview_show_value:
 *
 * A value in words short enough for one line: lists and groups are counted.
 *
 * Returns: (transfer full)
 */
char *
sb_preview_show_value (SbValue *value)
{
  guint length = sb_value_get_length (value);
  g_autofree char *text = NULL;

  if (value == NULL)
    return g_strdup ("");
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_ARRAY:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u item", "%u items", length), length);
    case SB_VALUE_OBJECT:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u value", "%u values", length),
                              length);
    case SB_VALUE_BOOLEAN:
      return g_strdup (sb_value_get_boolean (value) ? _ ("yes") : _ ("no"));
    case SB_VALUE_NULL:
      return g_strdup (_ ("empty"));
    case SB_VALUE_NUMBER:
    case SB_VALUE_STRING:
    default:
      text = sb_value_to_text (value);
      g_strdelimit (text, "\r\n\t", ' ');
      return g_steal_pointer (&text);
    }
}

/**
 * sb_preview_render:
 * @field: the template as it stands in the flow
 *
 * What a field comes to for the record, in one line.
 *
 * Returns: (transfer full): NULL on error, in words
 */
char *
sb_preview_render (SbPreview *self, const char *step_id, SbValue *field, GError **error)
{
  g_autoptr (SbValue) value = sb_render_value (field, sb_preview_get_scope (self, step_id), error);

  return value != NULL ? sb_preview_show_value (value) : NULL;
}

/**
 * sb_preview_done_words:
 *
 * What a step comes to, in the words of its connector: "Invoice 1001 created".
 *
 * Returns: (transfer full) (nullable): NULL where the connector has no words for it
 */
char *
sb_preview_done_words (SbPreview *self, SbConnectors *connectors, SbStep *step)
{
  const SbStepPreview *preview = sb_preview_get (self, step->id);
  SbConnector *connector = NULL;
  SbAction *action = NULL;
  const char *words = NULL;
  g_autoptr (SbScope) scope = NULL;

  if (preview == NULL || preview->output == NULL || step->connector == NULL)
    return NULL;
  connector = sb_connectors_find (connectors, step->connector);
  if (connector != NULL)
    action = sb_connector_find_action (connector, step->action);
  if (action != NULL)
    words = sb_value_get_string (action->document, "done");
  if (words == NULL)
    return NULL;

  scope = sb_scope_new (NULL, 0);
  sb_scope_set (scope, "output", preview->output);
  sb_scope_set (scope, "fields", preview->fields);
  return sb_render_text (words, scope, NULL);
}

SbValue *
sb_preview_record_body (SbValue *record)
{
  SbValue *body = sb_value_get_member (record, "body");

  return body != NULL ? body : record;
}

/**
 * sb_preview_record_title:
 *
 * How a record is called: its own title, else as the trigger names runs ("Order #1001").
 *
 * Returns: (transfer full)
 */
char *
sb_preview_record_title (SbFlow *flow, SbConnectors *connectors, SbValue *record)
{
  const char *title =
    sb_value_get_member (record, "body") != NULL ? sb_value_get_string (record, "title") : NULL;
  SbConnector *connector = NULL;
  SbTrigger *trigger = NULL;

  if (title != NULL)
    return g_strdup (title);
  if (flow->trigger_connector != NULL)
    connector = sb_connectors_find (connectors, flow->trigger_connector);
  if (connector != NULL && flow->trigger != NULL)
    trigger = sb_connector_find_trigger (connector, flow->trigger);
  if (trigger != NULL && trigger->record != NULL)
    {
      g_autoptr (SbScope) scope = make_scope (flow, sb_preview_record_body (record), 0);
      char *text = sb_render_text (trigger->record, scope, NULL);

      if (text != NULL)
        return text;
    }
  return g_strdup (_ ("Sample record"));
}
