/* sb-inspector-rows.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "sb-choices-button.h"
#include "sb-inspector-private.h"
#include "sb-trigger-guide.h"
#include "sb-words.h"

/* What each kind of card can be asked: the rows of the inspector. */

static SbAction *
find_action (SbInspector *self, SbStep *step)
{
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  SbConnector *connector = NULL;

  if (step->connector != NULL)
    connector = sb_connectors_find (connectors, step->connector);
  return connector != NULL && step->action != NULL
           ? sb_connector_find_action (connector, step->action)
           : NULL;
}

static GtkWidget *
add_note (SbInspector *self, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (self->notes, label);
  return label;
}

static void
choice_cb (SbChoicesButton *button, const char *value, SbFieldRow *row)
{
  sb_field_row_enter (row, value);
}

/* What the vendor knows for the field is one click away; typing stays possible. */
static void
add_choices (SbInspector *self, SbStep *step, SbField *field, SbFieldRow *row)
{
  SbConnector *connector =
    sb_connectors_find (sb_flow_model_get_connectors (self->model), step->connector);
  GtkWidget *button = NULL;

  if (field->choices == NULL || !sb_session_is_ready (self->session))
    return;
  button = sb_choices_button_new (self->session, connector, step->connection, field->choices,
                                  field->label);
  g_signal_connect_object (button, "chosen", G_CALLBACK (choice_cb), row, 0);
  sb_field_row_add_to_head (row, button);
}

/* Required fields and those that are filled in come first; the rest is one click away. */
static void
build_action (SbInspector *self, SbStep *step)
{
  SbAction *action = find_action (self, step);
  guint n_more = 0;
  g_autofree char *label = NULL;

  for (guint i = 0; action != NULL && i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);
      gboolean more = !field->required && sb_value_get_member (step->fields, field->key) == NULL;
      g_autofree char *key = g_strconcat ("fields.", field->key, NULL);
      g_autofree char *hint = NULL;
      SbFieldSpec spec = {
        .key = key,
        .label = field->label,
        .type = field->type,
        .help = field->help,
        .allowed = field->allowed,
        .columns = field->columns,
        .required = field->required && field->fallback == NULL,
        .fixed = field->fixed,
      };

      if (field->fallback != NULL && *field->fallback != '\0' &&
          g_strrstr (field->fallback, "{{") == NULL)
        hint = g_strdup_printf (_ ("Empty: %s"), field->fallback);
      spec.hint = hint;
      add_choices (self, step, field, sb_inspector_add_field (self, &spec, more));
      n_more += more ? 1 : 0;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->more), n_more > 0);
  label = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u more field, not needed",
                                        "%u more fields, none needed", n_more),
                           n_more);
  gtk_label_set_label (self->more_label, label);
  if (action == NULL)
    add_note (self,
              _ ("Signalbox does not know this system. Put its connector file into the folder "
                 "“connectors” of your data folder."),
              "sb-trouble");
}

static void
build_if_none (SbInspector *self)
{
  static const char *const values[] = { "fail", "stop", "continue" };
  const char *const labels[] = { _ ("Stop and tell me"), _ ("End quietly"), _ ("Go on without") };
  g_autoptr (SbValue) allowed = sb_value_new_array ();
  SbFieldSpec spec = { .key = "if_none", .label = _ ("When nothing is found") };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      SbValue *choice = sb_value_new_object ();

      sb_value_set_string (choice, "value", values[i]);
      sb_value_set_string (choice, "label", labels[i]);
      sb_value_append (allowed, choice);
    }
  spec.allowed = allowed;
  sb_inspector_add_field (self, &spec, FALSE);
}

static void
build_condition (SbInspector *self)
{
  GtkWidget *editor = sb_condition_editor_new (self->model, sb_flow_model_get_chosen (self->model));

  gtk_box_append (self->rows, editor);
  self->condition = SB_CONDITION_EDITOR (editor);
}

static void
build_delay (SbInspector *self)
{
  const SbFieldSpec duration = { .key = "duration",
                                 .label = _ ("Wait for"),
                                 .help = _ ("A time like 30 min, 2 h or 3 d") };
  const SbFieldSpec until = {
    .key = "until",
    .label = _ ("Or until a time"),
    .type = "date",
    .help = _ ("A date from an earlier step, the start of a booking for example")
  };
  const SbFieldSpec offset = { .key = "offset",
                               .label = _ ("Before or after that time"),
                               .help =
                                 _ ("A time like -24 h for the day before, or 2 h for after") };

  sb_inspector_add_field (self, &duration, FALSE);
  sb_inspector_add_field (self, &until, FALSE);
  sb_inspector_add_field (self, &offset, FALSE);
}

static void
build_for_each (SbInspector *self)
{
  const SbFieldSpec list = { .key = "list",
                             .label = _ ("List"),
                             .type = "list",
                             .help =
                               _ ("what is within the frame is done once for each of its items"),
                             .required = TRUE };

  sb_inspector_add_field (self, &list, FALSE);
}

static void
build_set_fields (SbInspector *self)
{
  const SbFieldSpec spec = { .key = "fields",
                             .label = _ ("Values for later steps"),
                             .help = _ ("Give each a name; later steps offer it by that name"),
                             .type = "named",
                             .plain = TRUE };

  sb_inspector_add_field (self, &spec, FALSE);
}

/* Where the bell is rung, and how to tell the vendor. */
static void
build_trigger (SbInspector *self)
{
  gtk_box_append (self->notes, sb_trigger_guide_new (self->session, self->model));
}

static void
show_footer (SbInspector *self, SbStep *step)
{
  SbAction *action = step != NULL ? find_action (self, step) : NULL;
  const char *text = NULL;

  if (action != NULL && g_strcmp0 (action->kind, "lookup") != 0)
    switch (action->idempotency)
      {
      case SB_IDEMPOTENT_KEY:
        text = _ ("Sent with a key: the vendor never does it twice");
        break;
      case SB_IDEMPOTENT_PUT:
        text = _ ("Doing it twice is doing it once");
        break;
      case SB_IDEMPOTENT_LOOKUP:
        text = _ ("When in doubt, Signalbox looks whether it was done before it tries again");
        break;
      case SB_IDEMPOTENT_NONE:
      default:
        text =
          _ ("When in doubt whether it was done, you are asked; it is never sent twice blindly");
        break;
      }
  gtk_widget_set_visible (self->footer, text != NULL);
  gtk_label_set_label (self->footer_label, text != NULL ? text : "");
}

void
sb_inspector_build_rows (SbInspector *self)
{
  const SbFieldSpec lane_name = { .key = "name", .label = _ ("Name of this way"), .fixed = TRUE };
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);

  gtk_widget_set_visible (GTK_WIDGET (self->more), FALSE);
  gtk_expander_set_expanded (self->more, FALSE);
  show_footer (self, lane < 0 ? step : NULL);
  if (step == NULL)
    {
      build_trigger (self);
      return;
    }
  switch (step->type)
    {
    case SB_STEP_BRANCH:
      if (lane < 0)
        break;
      if (((SbLane *)g_ptr_array_index (step->lanes, lane))->condition != NULL)
        build_condition (self);
      else
        add_note (self, _ ("Taken when none of the other ways is."), "dim-label");
      sb_inspector_add_field (self, &lane_name, FALSE);
      break;
    case SB_STEP_FILTER:
      build_condition (self);
      break;
    case SB_STEP_FOR_EACH:
      build_for_each (self);
      break;
    case SB_STEP_DELAY:
      build_delay (self);
      break;
    case SB_STEP_SET_FIELDS:
      build_set_fields (self);
      break;
    case SB_STEP_LOOKUP:
      build_action (self, step);
      build_if_none (self);
      break;
    case SB_STEP_ACTION:
    default:
      build_action (self, step);
      break;
    }
}
