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
  GtkStack *stack;
  GtkWidget *list;
  GtkLabel *account_label;
  GtkWidget *accounts; /* (nullable): to choose one from */
  SbValue *step;       /* (nullable): for which the account is chosen */
  SbSession *session;
  SbFlowModel *model;
};

enum
{
  CHOSEN,
  LIFTED,
  DRAGGED,
  DROPPED,
  N_SIGNALS
};

/* Rows of the accounts that are none. */
#define ACCOUNT_NEW  "+"
#define ACCOUNT_NONE "-"

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
    N_ ("filter condition when stop skip ignore unless") },
  { "branch", "choice", N_ ("Choose one of several ways"),
    N_ ("If this, do one thing; otherwise another"),
    N_ ("branch if else otherwise condition decide either case split") },
  { "for-each", "each", N_ ("For each of a list"), N_ ("Once for every item of an order"),
    N_ ("loop repeat items lines products every") },
  { "delay", "wait", N_ ("Wait"), N_ ("A while, or until a time"),
    N_ ("delay pause until before after later remind hours days") },
  { "set-fields", "values", N_ ("Work out a value"), N_ ("To use in several places"),
    N_ ("set fields variable calculate formula remember sum total") },
};

static SbValue *
new_condition (void)
{
  SbValue *condition = sb_value_new_object ();
  SbValue *all = sb_value_new_array ();
  SbValue *comparison = sb_value_new_object ();

  sb_value_set_string (comparison, "value", "");
  sb_value_set_string (comparison, "is", "equals");
  sb_value_set_string (comparison, "to", "");
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

static GPtrArray *
list_connections (SbStepChooser *self, const char *connector)
{
  GPtrArray *connections = sb_session_get_connections (self->session);
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      if (strcmp (connection->connector, connector) == 0)
        g_ptr_array_add (found, connection);
    }
  return found;
}

/* What the flow does with this system already, it does with one account; where there is but one,
 * that is it. */
static gboolean
settle_connection (SbStepChooser *self, const char *connector, const char **connection)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);
  g_autoptr (GPtrArray) found = list_connections (self, connector);

  *connection = NULL;
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (g_strcmp0 (step->connector, connector) != 0)
        continue;
      *connection = step->connection;
      if (step->connection != NULL)
        return TRUE;
    }
  if (found->len == 1)
    *connection = ((SbConnection *)g_ptr_array_index (found, 0))->id;
  /* Practice needs no account. */
  return found->len == 1 ||
         (found->len == 0 && strcmp (sb_session_get_mode (self->session), "practice") == 0);
}

static SbValue *
make_action (SbStepChooser *self, const char *connector_id, const char *action_id)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbConnector *connector = sb_connectors_find (connectors, connector_id);
  SbAction *action = connector != NULL ? sb_connector_find_action (connector, action_id) : NULL;
  gboolean lookup = action != NULL && g_strcmp0 (action->kind, "lookup") == 0;
  SbValue *step = sb_value_new_object ();
  g_autofree char *id = NULL;

  id = sb_flow_edit_make_id (sb_flow_model_get_flow (self->model)->document, action_id);
  sb_value_set_string (step, "id", id);
  sb_value_set_string (step, "type", lookup ? "lookup" : "action");
  sb_value_set_string (step, "connector", connector_id);
  sb_value_set_string (step, "action", action_id);
  sb_value_set (step, "fields", sb_value_new_object ());
  return step;
}

/* (transfer full) (nullable): a step as @id says, without an account. */
static SbValue *
make_step (SbStepChooser *self, const char *id)
{
  g_auto (GStrv) parts = g_strsplit (id, "/", 2);

  if (parts[1] == NULL)
    return NULL;
  if (strcmp (parts[0], "plain") != 0)
    return make_action (self, parts[0], parts[1]);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (strcmp (plain[i].type, parts[1]) == 0)
      return make_plain (self, plain[i].type, plain[i].id);
  return NULL;
}

char *
sb_step_chooser_dup_choice (SbValue *step)
{
  const char *connector = sb_value_get_string (step, "connector");

  if (connector != NULL)
    return g_strdup_printf ("%s/%s", connector, sb_value_get_string (step, "action"));
  return g_strconcat ("plain/", sb_value_get_string (step, "type"), NULL);
}

static void
finish (SbStepChooser *self, SbValue *step, gboolean connect)
{
  g_autoptr (SbValue) kept = sb_value_ref (step);

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[CHOSEN], 0, kept, connect);
}

/* --- the account --------------------------------------------------------------------------------
 */

static void
account_chosen_cb (SbStepChooser *self, const char *id)
{
  if (strcmp (id, ACCOUNT_NEW) != 0 && strcmp (id, ACCOUNT_NONE) != 0)
    sb_value_set_string (self->step, "connection", id);
  finish (self, self->step, strcmp (id, ACCOUNT_NEW) == 0);
}

static void
back_cb (SbStepChooser *self)
{
  gtk_stack_set_visible_child_name (self->stack, "steps");
  sb_choice_list_focus (SB_CHOICE_LIST (self->list));
}

static void
ask_account (SbStepChooser *self, SbValue *step)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  const char *connector = sb_value_get_string (step, "connector");
  const char *kind = sb_words_kind (connectors, connector);
  const char *system = sb_words_system (connectors, connector);
  g_autoptr (GPtrArray) found = list_connections (self, connector);
  GtkWidget *page = gtk_stack_get_child_by_name (self->stack, "account");
  g_autofree char *question = g_strdup_printf (_ ("Which account at %s?"), system);
  g_autofree char *new_title = g_strdup_printf (_ ("Connect %s…"), system);
  SbChoiceList *list;

  if (self->accounts != NULL)
    gtk_box_remove (GTK_BOX (page), self->accounts);
  g_clear_pointer (&self->step, sb_value_unref);
  self->step = sb_value_ref (step);
  self->accounts = sb_choice_list_new (question);
  list = SB_CHOICE_LIST (self->accounts);
  for (guint i = 0; i < found->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (found, i);

      sb_choice_list_add (list, connection->id, kind, connection->name,
                          g_strcmp0 (connection->environment, "production") == 0
                            ? _ ("Production: the real one")
                            : _ ("Sandbox: for trying out"),
                          NULL, NULL);
    }
  sb_choice_list_add (list, ACCOUNT_NEW, kind, new_title, _ ("Add an account, then come back here"),
                      NULL, NULL);
  sb_choice_list_add (list, ACCOUNT_NONE, "set-fields", _ ("Not now"),
                      _ ("Practise first, choose an account later"), NULL, NULL);
  g_signal_connect_object (list, "chosen", G_CALLBACK (account_chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_label_set_label (self->account_label, question);
  gtk_widget_set_vexpand (self->accounts, TRUE);
  gtk_box_append (GTK_BOX (page), self->accounts);
  gtk_stack_set_visible_child_name (self->stack, "account");
  sb_choice_list_focus (list);
}

static void
chosen_cb (SbStepChooser *self, const char *id)
{
  g_autoptr (SbValue) step = make_step (self, id);
  const char *connector = sb_value_get_string (step, "connector");
  const char *connection = NULL;

  if (step == NULL)
    return;
  if (connector != NULL && !settle_connection (self, connector, &connection))
    {
      ask_account (self, step);
      return;
    }
  if (connection != NULL)
    sb_value_set_string (step, "connection", connection);
  finish (self, step, FALSE);
}

/* --- drawing a step out -------------------------------------------------------------------------
 */

static void
lifted_cb (SbStepChooser *self, const char *id, GtkWidget *row)
{
  g_autoptr (SbValue) step = make_step (self, id);
  const char *connector = sb_value_get_string (step, "connector");
  const char *connection = NULL;

  if (step == NULL)
    return;
  if (connector != NULL)
    settle_connection (self, connector, &connection);
  if (connection != NULL)
    sb_value_set_string (step, "connection", connection);
  g_signal_emit (self, signals[LIFTED], 0, step, row);
  /* It must stay where it is as long as the pointer is held, or the drag would end. */
  gtk_widget_set_opacity (GTK_WIDGET (self), 0);
}

static void
dragged_cb (SbStepChooser *self, double x, double y)
{
  graphene_point_t at;
  double surface_x = 0;
  double surface_y = 0;

  if (!gtk_widget_compute_point (self->list, GTK_WIDGET (self),
                                 &GRAPHENE_POINT_INIT ((float)x, (float)y), &at))
    return;
  gtk_native_get_surface_transform (GTK_NATIVE (self), &surface_x, &surface_y);
  g_signal_emit (self, signals[DRAGGED], 0, at.x + surface_x, at.y + surface_y);
}

static void
dropped_cb (SbStepChooser *self, gboolean cancelled)
{
  g_signal_emit (self, signals[DROPPED], 0, cancelled);
  gtk_popover_popdown (GTK_POPOVER (self));
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

          sb_choice_list_add (list, id, connector->kind, title, connector->name, action->words,
                              action->help);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      g_autofree char *id = g_strconcat ("plain/", plain[i].type, NULL);

      sb_choice_list_add (list, id, plain[i].type, g_dgettext (GETTEXT_PACKAGE, plain[i].title),
                          g_dgettext (GETTEXT_PACKAGE, plain[i].subtitle),
                          g_dgettext (GETTEXT_PACKAGE, plain[i].keywords), NULL);
    }
}

static void
sb_step_chooser_dispose (GObject *object)
{
  SbStepChooser *self = SB_STEP_CHOOSER (object);

  g_clear_object (&self->session);
  g_clear_object (&self->model);
  g_clear_pointer (&self->step, sb_value_unref);

  G_OBJECT_CLASS (sb_step_chooser_parent_class)->dispose (object);
}

static void
sb_step_chooser_class_init (SbStepChooserClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_step_chooser_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_STEP_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BOOLEAN);
  signals[LIFTED] = g_signal_new ("lifted", SB_TYPE_STEP_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, GTK_TYPE_WIDGET);
  signals[DRAGGED] = g_signal_new ("dragged", SB_TYPE_STEP_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[DROPPED] = g_signal_new ("dropped", SB_TYPE_STEP_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static GtkWidget *
make_account_page (SbStepChooser *self)
{
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *back = gtk_button_new_from_icon_name ("sb-previous-symbolic");

  gtk_widget_add_css_class (back, "flat");
  gtk_widget_set_tooltip_text (back, _ ("Back to the steps"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (back), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Back to the steps"), -1);
  g_signal_connect_object (back, "clicked", G_CALLBACK (back_cb), self, G_CONNECT_SWAPPED);
  self->account_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->account_label), "heading");
  gtk_box_append (GTK_BOX (header), back);
  gtk_box_append (GTK_BOX (header), GTK_WIDGET (self->account_label));
  gtk_box_append (GTK_BOX (page), header);
  return page;
}

static void
sb_step_chooser_init (SbStepChooser *self)
{
  self->stack = GTK_STACK (gtk_stack_new ());
  self->list = sb_choice_list_new (_ ("What is to be done?"));
  sb_choice_list_set_draggable (SB_CHOICE_LIST (self->list));
  gtk_stack_add_named (self->stack, self->list, "steps");
  gtk_stack_add_named (self->stack, make_account_page (self), "account");
  gtk_widget_set_size_request (GTK_WIDGET (self->stack), 320, 380);
  gtk_popover_set_child (GTK_POPOVER (self), GTK_WIDGET (self->stack));
  g_signal_connect_object (self->list, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "lifted", G_CALLBACK (lifted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "dragged", G_CALLBACK (dragged_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "dropped", G_CALLBACK (dropped_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
sb_step_chooser_new (SbSession *session, SbFlowModel *model, const char *const *recent)
{
  SbStepChooser *self = g_object_new (SB_TYPE_STEP_CHOOSER, NULL);

  self->session = g_object_ref (session);
  self->model = g_object_ref (model);
  fill (self);
  sb_choice_list_set_recent (SB_CHOICE_LIST (self->list), recent);
  return GTK_WIDGET (self);
}
