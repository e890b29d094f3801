/* sb-flow-check.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-connector.h"
#include "sb-decimal.h"
#include "sb-error.h"
#include "sb-flow-private.h"
#include "sb-nearest.h"
#include "sb-pattern.h"

static const char *
nearest_connector (SbConnectors *connectors, const char *id)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    g_ptr_array_add (ids, sb_connectors_get (connectors, i)->id);
  return sb_nearest_word (id, (const char *const *)ids->pdata, ids->len);
}

static SbConnector *
find_connector (SbConnectors *connectors,
                const char *id,
                const char *path,
                const char *step,
                SbProblems *problems)
{
  SbConnector *connector = sb_connectors_find (connectors, id);
  const char *nearest;

  if (connector != NULL)
    return connector;
  nearest = nearest_connector (connectors, id);
  sb_problems_add (problems, path, step, NULL,
                   nearest != NULL ? _ ("There is no connector “%.*s”. Did you mean “%s”?")
                                   : _ ("There is no connector “%.*s”."),
                   SB_FIT (id, 60), nearest);
  return NULL;
}

static void
check_trigger (SbFlow *self, SbConnectors *connectors, SbProblems *problems)
{
  SbConnector *connector;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  if (self->trigger_connector == NULL)
    return;
  connector =
    find_connector (connectors, self->trigger_connector, "$.trigger.connector", NULL, problems);
  if (connector == NULL || self->trigger == NULL ||
      sb_connector_find_trigger (connector, self->trigger) != NULL)
    return;
  for (guint i = 0; i < connector->triggers->len; i++)
    g_ptr_array_add (ids, ((SbTrigger *)g_ptr_array_index (connector->triggers, i))->id);
  if (ids->len == 0)
    sb_problems_add (problems, "$.trigger.trigger", NULL, NULL, _ ("%s starts no flows."),
                     connector->name);
  else
    sb_problems_add (problems, "$.trigger.trigger", NULL, NULL,
                     _ ("%s has no trigger “%.*s”. Did you mean “%s”?"), connector->name,
                     SB_FIT (self->trigger, 60),
                     sb_nearest_word (self->trigger, (const char *const *)ids->pdata, ids->len));
}

/* What is checked of one step. */
typedef struct
{
  SbStep *step;
  SbConnector *connector;
  SbAction *action;
  SbProblems *problems;
} Check;

static void
add_problem (Check *check, const char *field, const char *message)
{
  g_autofree char *fields_path = g_strconcat (check->step->path, ".fields", NULL);
  g_autofree char *path = sb_flow_member_path (fields_path, field);

  sb_problems_add (check->problems, path, check->step->id, field, "%s", message);
}

static gboolean
is_empty (SbValue *value)
{
  const char *text = sb_value_get_text (value);

  return sb_value_get_type (value) == SB_VALUE_NULL || (text != NULL && text[0] == '\0');
}

static char *
join_allowed (SbValue *allowed)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (allowed); i++)
    {
      g_autofree char *text =
        sb_value_to_text (sb_value_get_member (sb_value_get_item (allowed, i), "value"));

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", text);
    }
  return g_strdup (list->str);
}

static gboolean
is_allowed (SbValue *allowed, const char *text)
{
  for (guint i = 0; i < sb_value_get_length (allowed); i++)
    {
      g_autofree char *one =
        sb_value_to_text (sb_value_get_member (sb_value_get_item (allowed, i), "value"));

      if (strcmp (one, text) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
fits_type (const SbField *field, SbValue *value, const char *text)
{
  gint64 time_us;

  if (g_strcmp0 (field->type, "number") == 0 || g_strcmp0 (field->type, "money") == 0)
    {
      g_autoptr (SbDecimal) number = sb_decimal_parse (text, NULL);

      return number != NULL;
    }
  if (g_strcmp0 (field->type, "boolean") == 0)
    return strcmp (text, "true") == 0 || strcmp (text, "false") == 0;
  if (g_strcmp0 (field->type, "date") == 0)
    return sb_clock_parse (text, "UTC", &time_us, NULL);
  return TRUE;
}

/* A value without tokens: what it comes to is known before any event. */
static void
check_literal (Check *check, const SbField *field, SbValue *value)
{
  g_autofree char *text = sb_value_to_text (value);
  g_autofree char *message = NULL;

  if (sb_value_get_length (field->allowed) > 0 && !is_allowed (field->allowed, text))
    {
      g_autofree char *list = join_allowed (field->allowed);

      message = g_strdup_printf (_ ("“%.*s” cannot be chosen for %s; one of these can: %s."),
                                 SB_FIT (text, 60), field->label, list);
    }
  else if (!fits_type (field, value, text))
    message = g_strdup_printf (_ ("“%.*s” does not fit %s, which is of the kind %s."),
                               SB_FIT (text, 60), field->label, field->type);
  else if (field->pattern != NULL && !sb_pattern_fits (field->pattern, text))
    message =
      g_strdup_printf (_ ("“%.*s” does not have the form of %s%s%s."), SB_FIT (text, 60),
                       field->label, field->example != NULL ? _ (", which looks like ") : "",
                       field->example != NULL ? field->example : "");
  if (message != NULL)
    add_problem (check, field->key, message);
}

static void
check_field (Check *check, const SbField *field)
{
  SbValue *value = sb_value_get_member (check->step->fields, field->key);
  const char *text = sb_value_get_text (value);

  if (is_empty (value))
    {
      g_autofree char *message = g_strdup_printf (_ ("%s is required and empty."), field->label);

      if (field->required && field->fallback == NULL)
        add_problem (check, field->key, message);
      return;
    }
  if (field->fixed && text != NULL && strstr (text, "{{") != NULL)
    {
      g_autofree char *message = g_strdup_printf (
        _ ("%s decides what is called, so no data of an event can stand there. Type it."),
        field->label);

      add_problem (check, field->key, message);
      return;
    }
  if (text != NULL ? strstr (text, "{{") == NULL : sb_value_get_length (value) == 0)
    check_literal (check, field, value);
}

static void
check_fields (Check *check)
{
  SbValue *fields = check->step->fields;
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (guint i = 0; i < check->action->fields->len; i++)
    {
      const SbField *field = g_ptr_array_index (check->action->fields, i);

      g_ptr_array_add (keys, field->key);
      check_field (check, field);
    }
  for (guint i = 0; i < sb_value_get_length (fields); i++)
    {
      const char *key = sb_value_get_member_name (fields, i);
      g_autofree char *message = NULL;
      const char *nearest;

      if (g_ptr_array_find_with_equal_func (keys, key, g_str_equal, NULL))
        continue;
      nearest = sb_problems_is_full (check->problems)
                  ? NULL
                  : sb_nearest_word (key, (const char *const *)keys->pdata, keys->len);
      message = nearest != NULL
                  ? g_strdup_printf (_ ("“%s” in %s has no field “%.*s”. Did you mean “%s”?"),
                                     check->action->label, check->connector->name, SB_FIT (key, 60),
                                     nearest)
                  : g_strdup_printf (_ ("“%s” in %s takes no fields."), check->action->label,
                                     check->connector->name);
      add_problem (check, key, message);
    }
}

static void
check_step (SbStep *step, SbConnectors *connectors, SbProblems *problems)
{
  Check check = { .step = step, .problems = problems };
  g_autofree char *connector_path = g_strconcat (step->path, ".connector", NULL);
  g_autofree char *action_path = g_strconcat (step->path, ".action", NULL);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  /* Said already where the shape was read. */
  if (step->connector == NULL || step->action == NULL)
    return;
  check.connector =
    find_connector (connectors, step->connector, connector_path, step->id, problems);
  if (check.connector == NULL)
    return;
  check.action = sb_connector_find_action (check.connector, step->action);
  for (guint i = 0; i < check.connector->actions->len; i++)
    g_ptr_array_add (ids, ((SbAction *)g_ptr_array_index (check.connector->actions, i))->id);
  if (check.action == NULL)
    {
      const char *nearest =
        sb_nearest_word (step->action, (const char *const *)ids->pdata, ids->len);

      sb_problems_add (problems, action_path, step->id, NULL,
                       nearest != NULL ? _ ("%s has no action “%.*s”. Did you mean “%s”?")
                                       : _ ("%s has no action “%.*s”."),
                       check.connector->name, SB_FIT (step->action, 60), nearest);
      return;
    }
  if (step->type == SB_STEP_LOOKUP && g_strcmp0 (check.action->kind, "lookup") != 0)
    sb_problems_add (
      problems, action_path, step->id, NULL,
      _ ("“%s” in %s changes something, and a look-up only asks. Make it an action."),
      check.action->label, check.connector->name);
  check_fields (&check);
}

/**
 * sb_flow_check:
 *
 * Adds to @problems whatever @self asks of the connectors that they do not offer: connectors,
 * triggers and actions that are not there, required fields that are empty, fields that are not
 * known, and values written out that cannot be right.
 */
void
sb_flow_check (SbFlow *self, SbConnectors *connectors, SbProblems *problems)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (self);

  check_trigger (self, connectors, problems);
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (step->type == SB_STEP_ACTION || step->type == SB_STEP_LOOKUP)
        check_step (step, connectors, problems);
    }
}
