/* sb-step-chooser.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-step-chooser.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-choice-list.h"
#include "sb-flow-edit.h"
#include "sb-words.h"

struct _SbStepChooser
{
  GtkPopover parent_instance;
  GtkWidget *list;
  SbSession *session;
  SbFlowModel *model;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbStepChooser, sb_step_chooser, GTK_TYPE_POPOVER)

/* Steps that need no system. */
static const struct
{
  const char *type;
  const char *id;
  const char *title;
  const char *subtitle;
  const char *keywords;
} plain[] = {
  { "filter", "only-if", N_ ("Go on only if…"), N_ ("Stops records that need nothing"),
    N_ ("filter condition when") },
  { "branch", "choice", N_ ("Choose one of two ways"),
    N_ ("If this, do one thing; otherwise another"), N_ ("branch if else otherwise condition") },
  { "for-each", "each", N_ ("For each of a list"), N_ ("Once for every item of an order"),
    N_ ("loop repeat items lines") },
  { "delay", "wait", N_ ("Wait"), N_ ("A while, or until a time"),
    N_ ("delay pause until before after") },
  { "set-fields", "values", N_ ("Work out a value"), N_ ("To use in several places"),
    N_ ("set fields variable calculate") },
};

static SbValue *
new_condition (void)
{
  SbValue *condition = sb_value_new_object ();
  SbValue *all = sb_value_new_array ();
  SbValue *comparison = sb_value_new_object ();

  sb_value_set_string (comparison, "value", "");
  sb_value_set_string (comparison, "is", "not-empty");
  sb_value_append (all, comparison);
  sb_value_set (condition, "all", all);
  return condition;
}

static void
fill_branch (SbValue *step)
{
  SbValue *lanes = sb_value_new_array ();
  SbValue *first = sb_value_new_object ();
  SbValue *otherwise = sb_value_new_object ();

  sb_value_set_string (first, "name", _ ("First way"));
  sb_value_set (first, "condition", new_condition ());
  sb_value_set (first, "steps", sb_value_new_array ());
  sb_value_set_string (otherwise, "name", _ ("Otherwise"));
  sb_value_set (otherwise, "steps", sb_value_new_array ());
  sb_value_append (lanes, first);
  sb_value_append (lanes, otherwise);
  sb_value_set (step, "lanes", lanes);
}

/* The first list that came is what is most often gone through. */
static char *
guess_list (SbFlowModel *model)
{
  SbValue *record = sb_flow_model_get_record_at (model, sb_flow_model_get_record (model));
  SbValue *body = record != NULL ? sb_preview_record_body (record) : NULL;

  for (guint i = 0; i < sb_value_get_length (body); i++)
    {
      const char *name = sb_value_get_member_name (body, i);
      SbValue *member = name != NULL ? sb_value_get_member (body, name) : NULL;
      SbValue *first = sb_value_get_item (member, 0);

      if (first != NULL && sb_value_get_type (first) == SB_VALUE_OBJECT)
        return g_strdup_printf ("{{trigger.%s}}", name);
    }
  return g_strdup ("{{trigger}}");
}

static SbValue *
make_plain (SbStepChooser *self, const char *type, const char *wanted)
{
  SbValue *step = sb_value_new_object ();
  g_autofree char *id = NULL;

  id = sb_flow_edit_make_id (sb_flow_model_get_flow (self->model)->document, wanted);
  sb_value_set_string (step, "id", id);
  sb_value_set_string (step, "type", type);
  if (strcmp (type, "filter") == 0)
    sb_value_set (step, "condition", new_condition ());
  else if (strcmp (type, "branch") == 0)
    fill_branch (step);
  else if (strcmp (type, "delay") == 0)
    sb_value_set_string (step, "duration", "1 h");
  else if (strcmp (type, "for-each") == 0)
    {
      g_autofree char *list = guess_list (self->model);

      sb_value_set_string (step, "list", list);
      sb_value_set (step, "steps", sb_value_new_array ());
    }
  else
    {
      SbValue *fields = sb_value_new_object ();

      sb_value_set_string (fields, "value", "");
      sb_value_set (step, "fields", fields);
    }
  return step;
}

/* Where there is but one account, that is the one. */
static const char *
find_connection (SbStepChooser *self, const char *connector)
{
  GPtrArray *connections = sb_session_get_connections (self->session);
  const char *found = NULL;

  for (guint i = 0; i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      if (strcmp (connection->connector, connector) != 0)
        continue;
      if (found != NULL)
        return NULL;
      found = connection->id;
    }
  return found;
}

static SbValue *
make_action (SbStepChooser *self, const char *connector_id, const char *action_id)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbConnector *connector = sb_connectors_find (connectors, connector_id);
  SbAction *action = connector != NULL ? sb_connector_find_action (connector, action_id) : NULL;
  const char *connection = find_connection (self, connector_id);
  gboolean lookup = action != NULL && g_strcmp0 (action->kind, "lookup") == 0;
  SbValue *step = sb_value_new_object ();
  g_autofree char *id = NULL;

  id = sb_flow_edit_make_id (sb_flow_model_get_flow (self->model)->document, action_id);
  sb_value_set_string (step, "id", id);
  sb_value_set_string (step, "type", lookup ? "lookup" : "action");
  sb_value_set_string (step, "connector", connector_id);
  sb_value_set_string (step, "action", action_id);
  if (connection != NULL)
    sb_value_set_string (step, "connection", connection);
  sb_value_set (step, "fields", sb_value_new_object ());
  return step;
}

static void
chosen_cb (SbStepChooser *self, const char *id)
{
  g_auto (GStrv) parts = g_strsplit (id, "/", 2);
  g_autoptr (SbValue) step = NULL;
  guint64 n;

  if (parts[1] == NULL)
    return;
  n = g_ascii_strtoull (parts[1], NULL, 10);
  step = strcmp (parts[0], "plain") == 0 ? make_plain (self, plain[n].type, plain[n].id)
                                         : make_action (self, parts[0], parts[1]);
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[CHOSEN], 0, step);
}

static void
fill (SbStepChooser *self)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbChoiceList *list = SB_CHOICE_LIST (self->list);

  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);

      for (guint j = 0; j < connector->actions->len; j++)
        {
          SbAction *action = g_ptr_array_index (connector->actions, j);
          g_autofree char *id = g_strdup_printf ("%s/%s", connector->id, action->id);
          g_autofree char *title = sb_words_capitalize (action->label);

          sb_choice_list_add (list, id, connector->kind, title, connector->name, action->help);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      g_autofree char *id = g_strdup_printf ("plain/%u", i);

      sb_choice_list_add (list, id, plain[i].type, g_dgettext (GETTEXT_PACKAGE, plain[i].title),
                          g_dgettext (GETTEXT_PACKAGE, plain[i].subtitle),
                          g_dgettext (GETTEXT_PACKAGE, plain[i].keywords));
    }
}

static void
sb_step_chooser_dispose (GObject *object)
{
  SbStepChooser *self = SB_STEP_CHOOSER (object);

  g_clear_object (&self->session);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_step_chooser_parent_class)->dispose (object);
}

static void
sb_step_chooser_class_init (SbStepChooserClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_step_chooser_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_STEP_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
sb_step_chooser_init (SbStepChooser *self)
{
  self->list = sb_choice_list_new (_ ("What is to be done?"));
  gtk_widget_set_size_request (self->list, 320, 380);
  gtk_popover_set_child (GTK_POPOVER (self), self->list);
  g_signal_connect_object (self->list, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
sb_step_chooser_new (SbSession *session, SbFlowModel *model)
{
  SbStepChooser *self = g_object_new (SB_TYPE_STEP_CHOOSER, NULL);

  self->session = g_object_ref (session);
  self->model = g_object_ref (model);
  fill (self);
  return GTK_WIDGET (self);
}
