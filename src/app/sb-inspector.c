/* sb-inspector.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-inspector.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-flow-edit.h"
#include "sb-inspector-private.h"
#include "sb-words.h"

G_DEFINE_FINAL_TYPE (SbInspector, sb_inspector, ADW_TYPE_BIN)

SbStep *
sb_inspector_find_step (SbInspector *self, int *lane)
{
  g_autofree char *id = g_strdup (sb_flow_model_get_chosen (self->model));
  char *slash = strchr (id, '/');
  SbStep *step;

  *lane = slash != NULL ? (int)g_ascii_strtoll (slash + 1, NULL, 10) : -1;
  if (slash != NULL)
    *slash = '\0';
  step = sb_flow_model_find_step (self->model, id);
  /* An undo may have taken the lane away. */
  if (step != NULL && *lane >= 0 && (step->lanes == NULL || (guint)*lane >= step->lanes->len))
    *lane = -1;
  return step;
}

/* --- edits
 * ------------------------------------------------------------------------------------------ */

static void
toast_error (SbInspector *self, const GError *error)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static void
field_edited_cb (SbFieldRow *row, SbValue *value, SbInspector *self)
{
  const char *key = sb_field_row_get_key (row);
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);
  g_autoptr (GError) error = NULL;
  gboolean edited;

  if (self->filling || step == NULL)
    return;
  if (g_str_has_prefix (key, "fields."))
    edited =
      sb_flow_model_set_field (self->model, step->id, key + strlen ("fields."), value, &error);
  else
    {
      g_autoptr (SbValue) document = NULL;
      g_autofree char *merge = g_strdup_printf ("%s/%d/%s", step->id, lane, key);
      SbValue *old = sb_flow_model_get_flow (self->model)->document;
      SbValue *kept = value != NULL ? sb_value_ref (value) : NULL;

      document = lane >= 0 ? sb_flow_edit_set_lane (old, step->id, lane, key, kept)
                           : sb_flow_edit_set (old, step->id, key, kept);
      edited = sb_flow_model_edit (self->model, document, merge, &error);
    }
  /* What cannot be kept yet (half a name, an unfinished duration) stays in the editor with the
   * reason. */
  if (!edited)
    sb_field_row_refresh (row, error->message);
}

static void
condition_edited_cb (SbConditionEditor *editor, SbValue *condition, SbInspector *self)
{
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);
  SbValue *old = sb_flow_model_get_flow (self->model)->document;
  g_autoptr (SbValue) document = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *merge = NULL;

  if (self->filling || step == NULL)
    return;
  merge = g_strdup_printf ("%s/%d/condition", step->id, lane);
  document = lane >= 0
               ? sb_flow_edit_set_lane (old, step->id, lane, "condition", sb_value_ref (condition))
               : sb_flow_edit_set (old, step->id, "condition", sb_value_ref (condition));
  if (!sb_flow_model_edit (self->model, document, merge, &error))
    toast_error (self, error);
}

SbFieldRow *
sb_inspector_add_field (SbInspector *self, const SbFieldSpec *spec, gboolean more)
{
  GtkWidget *row = sb_field_row_new (self->model, sb_flow_model_get_chosen (self->model), spec);

  gtk_box_append (more ? self->more_rows : self->rows, row);
  g_ptr_array_add (self->fields, row);
  g_signal_connect_object (row, "edited", G_CALLBACK (field_edited_cb), self, 0);
  return SB_FIELD_ROW (row);
}

/* --- connection
 * ------------------------------------------------------------------------------------- */

static const char *
connector_of (SbInspector *self, const char **connection)
{
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);
  SbFlow *flow = sb_flow_model_get_flow (self->model);

  if (step == NULL)
    {
      *connection = flow->trigger_connection;
      return flow->trigger_connector;
    }
  *connection = step->connection;
  return lane < 0 ? step->connector : NULL;
}

static void
connection_selected_cb (SbInspector *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->drop_down));
  const char *present;
  const char *connector = connector_of (self, &present);
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);
  const char *id = NULL;
  g_autoptr (SbValue) document = NULL;
  g_autoptr (GError) error = NULL;

  if (self->filling || selected == GTK_INVALID_LIST_POSITION)
    return;
  if (selected > self->connections->len)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.add-connection", "s", connector);
      self->filling = TRUE;
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->drop_down), 0);
      self->filling = FALSE;
      return;
    }
  if (selected > 0)
    id = ((SbConnection *)g_ptr_array_index (self->connections, selected - 1))->id;
  document = sb_flow_with_connection (sb_flow_model_get_flow (self->model),
                                      step != NULL ? step->id : "trigger", id);
  if (document != NULL && !sb_flow_model_edit (self->model, document, NULL, &error))
    toast_error (self, error);
}

static char *
describe_connection (SbConnection *connection)
{
  gboolean sandbox = g_strcmp0 (connection->environment, "sandbox") == 0;

  /* Translators: an account and whether it is the real one: "Harbour Goods · production" */
  return g_strdup_printf (_ ("%s · %s"), connection->name,
                          sandbox ? _ ("sandbox") : _ ("production"));
}

static void
show_connection (SbInspector *self)
{
  const char *present = NULL;
  const char *connector = connector_of (self, &present);
  GPtrArray *all = sb_session_get_connections (self->session);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;
  GtkWidget *old = gtk_widget_get_first_child (GTK_WIDGET (self->connection_place));

  gtk_widget_set_visible (self->connection_box, connector != NULL);
  if (connector == NULL)
    return;
  g_ptr_array_set_size (self->connections, 0);
  gtk_string_list_append (names, _ ("Not chosen: practice only"));
  for (guint i = 0; i < all->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (all, i);
      g_autofree char *name = NULL;

      if (strcmp (connection->connector, connector) != 0)
        continue;
      name = describe_connection (connection);
      gtk_string_list_append (names, name);
      g_ptr_array_add (self->connections, sb_connection_ref (connection));
      if (g_strcmp0 (connection->id, present) == 0)
        selected = self->connections->len;
    }
  gtk_string_list_append (names, _ ("Add…"));

  self->filling = TRUE;
  if (old != NULL)
    gtk_box_remove (self->connection_place, old);
  self->drop_down = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL);
  gtk_widget_set_hexpand (self->drop_down, TRUE);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->drop_down), selected);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Connection"), -1);
  g_signal_connect_object (self->drop_down, "notify::selected", G_CALLBACK (connection_selected_cb),
                           self, G_CONNECT_SWAPPED);
  gtk_box_append (self->connection_place, self->drop_down);
  self->filling = FALSE;
}

/* --- what is shown
 * ---------------------------------------------------------------------------------- */

static SbValue *
value_of (SbInspector *self, SbStep *step, int lane, const char *key)
{
  const struct
  {
    const char *key;
    const char *text;
  } members[] = {
    { "name", step->name },   { "list", step->list },     { "duration", step->duration },
    { "until", step->until }, { "offset", step->offset }, { "if_none", step->if_none },
  };

  /* Nothing named yet is a group, too: one that a name can be put into. */
  if (strcmp (key, "fields") == 0)
    return step->fields != NULL ? sb_value_ref (step->fields) : sb_value_new_object ();
  if (g_str_has_prefix (key, "fields."))
    {
      SbValue *value = sb_value_get_member (step->fields, key + strlen ("fields."));

      return value != NULL ? sb_value_ref (value) : NULL;
    }
  if (lane >= 0 && strcmp (key, "name") == 0)
    return sb_value_new_string (((SbLane *)g_ptr_array_index (step->lanes, lane))->name);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (strcmp (key, members[i].key) == 0)
      return members[i].text != NULL ? sb_value_new_string (members[i].text) : NULL;
  return NULL;
}

static SbValue *
find_condition (SbValue *steps, const char *id, int lane)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");
      SbValue *found = NULL;

      if (g_strcmp0 (sb_value_get_string (step, "id"), id) == 0)
        return sb_value_get_member (lane >= 0 ? sb_value_get_item (lanes, (guint)lane) : step,
                                    "condition");
      found = find_condition (sb_value_get_member (step, "steps"), id, lane);
      for (guint j = 0; found == NULL && j < sb_value_get_length (lanes); j++)
        found =
          find_condition (sb_value_get_member (sb_value_get_item (lanes, j), "steps"), id, lane);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
show_previews (SbInspector *self)
{
  int lane;
  SbStep *step;

  if (self->model == NULL)
    return;
  step = sb_inspector_find_step (self, &lane);
  for (guint i = 0; step != NULL && i < self->fields->len; i++)
    {
      SbFieldRow *row = g_ptr_array_index (self->fields, i);
      const char *key = sb_field_row_get_key (row);
      const SbProblem *problem = NULL;

      if (g_str_has_prefix (key, "fields."))
        problem = sb_flow_model_find_problem (self->model, step->id, key + strlen ("fields."));
      sb_field_row_refresh (row, problem != NULL ? problem->message : NULL);
    }
  if (self->condition != NULL)
    sb_condition_editor_refresh (self->condition);
}

static void
show_values (SbInspector *self)
{
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);

  self->filling = TRUE;
  for (guint i = 0; step != NULL && i < self->fields->len; i++)
    {
      SbFieldRow *row = g_ptr_array_index (self->fields, i);
      g_autoptr (SbValue) value = value_of (self, step, lane, sb_field_row_get_key (row));

      sb_field_row_set_value (row, value);
    }
  if (self->condition != NULL && step != NULL)
    sb_condition_editor_set_condition (
      self->condition,
      find_condition (sb_value_get_member (sb_flow_model_get_flow (self->model)->document, "steps"),
                      step->id, lane));
  self->filling = FALSE;
}

static void
show_record (SbInspector *self)
{
  guint n_records = sb_flow_model_get_n_records (self->model);
  guint record = sb_flow_model_get_record (self->model);
  SbValue *value = sb_flow_model_get_record_at (self->model, record);
  g_autofree char *title = NULL;
  g_autofree char *markup = NULL;
  g_autofree char *position = NULL;
  const char *note = NULL;

  gtk_widget_set_visible (self->record_box, value != NULL);
  if (value == NULL)
    return;
  title = sb_preview_record_title (sb_flow_model_get_flow (self->model),
                                   sb_flow_model_get_connectors (self->model), value);
  if (sb_value_get_member (value, "body") != NULL)
    note = sb_value_get_string (value, "note");
  markup = note != NULL ? g_markup_printf_escaped ("<b>%s</b>, %s", title, note)
                        : g_markup_printf_escaped ("<b>%s</b>", title);
  position = g_strdup_printf (_ ("Record %u of %u"), record + 1, n_records);
  gtk_label_set_markup (self->record_title, markup);
  gtk_label_set_label (self->record_position, position);
}

static void
show_header (SbInspector *self)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbConnectors *connectors = sb_flow_model_get_connectors (self->model);
  const char *present = NULL;
  const char *connector = connector_of (self, &present);
  SbConnection *connection = sb_session_find_connection (self->session, present);
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;

  if (step == NULL)
    title = sb_words_trigger_title (flow, connectors);
  else if (lane >= 0)
    {
      g_autofree char *markup = sb_words_lane_markup (flow, connectors, step, lane);

      title = sb_words_plain (markup);
    }
  else
    title = sb_words_step_title (connectors, step);
  if (connector != NULL && connection != NULL)
    subtitle =
      g_strdup_printf ("%s · %s", sb_words_system (connectors, connector), connection->name);
  else if (connector != NULL)
    subtitle = g_strdup (sb_words_system (connectors, connector));
  else if (step != NULL && lane < 0)
    {
      g_autofree char *markup = sb_words_step_markup (flow, connectors, step);

      subtitle = sb_words_plain (markup);
    }
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->subtitle, subtitle != NULL ? subtitle : "");
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), subtitle != NULL);
  sb_tile_set_kind (self->tile, connector != NULL || step == NULL
                                  ? sb_words_kind (connectors, connector)
                                  : sb_step_type_to_string (step->type));
}

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

/* Rows are only made anew when they are of something else, so that the cursor stays where it is. */
static char *
make_key (SbInspector *self)
{
  int lane;
  SbStep *step = sb_inspector_find_step (self, &lane);

  if (step == NULL)
    return g_strdup ("trigger");
  return g_strdup_printf ("%s/%d/%d/%s/%s", step->id, lane, step->type, step->connector,
                          step->action);
}

static void
update (SbInspector *self)
{
  g_autofree char *key = NULL;

  if (self->model == NULL || self->session == NULL)
    return;
  key = make_key (self);
  if (g_strcmp0 (key, self->shown) != 0)
    {
      g_free (self->shown);
      self->shown = g_steal_pointer (&key);
      self->filling = TRUE;
      g_ptr_array_set_size (self->fields, 0);
      self->condition = NULL;
      clear_box (self->rows);
      clear_box (self->more_rows);
      clear_box (self->notes);
      sb_inspector_build_rows (self);
      if (self->condition != NULL)
        g_signal_connect_object (self->condition, "edited", G_CALLBACK (condition_edited_cb), self,
                                 0);
      self->filling = FALSE;
    }
  show_header (self);
  show_connection (self);
  show_record (self);
  show_values (self);
  show_previews (self);
}

static void
record_changed_cb (SbInspector *self)
{
  show_record (self);
}

void
sb_inspector_set_session (SbInspector *self, SbSession *session)
{
  g_set_object (&self->session, session);
  g_signal_connect_object (session, "connections-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}

void
sb_inspector_set_model (SbInspector *self, SbFlowModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  g_clear_pointer (&self->shown, g_free);
  if (model == NULL)
    return;
  g_signal_connect_object (model, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::chosen", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::record", G_CALLBACK (record_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "previewed", G_CALLBACK (show_previews), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
sb_inspector_dispose (GObject *object)
{
  SbInspector *self = SB_INSPECTOR (object);

  self->filling = TRUE;
  sb_inspector_set_model (self, NULL);
  g_clear_object (&self->session);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->connections, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_inspector_parent_class)->dispose (object);
}

static void
sb_inspector_class_init (SbInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_inspector_dispose;
  g_type_ensure (SB_TYPE_TILE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, SbInspector, tile);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, title);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, record_box);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, record_title);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, record_position);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, connection_box);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, connection_place);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, rows);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, more);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, more_rows);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, more_label);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, notes);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, footer);
  gtk_widget_class_bind_template_child (widget_class, SbInspector, footer_label);
}

/* Fields of a condition are the editor's, not in the list. */
static SbFieldRow *
find_field (GtkWidget *widget, gboolean required)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (SB_IS_FIELD_ROW (widget))
    return !required || (sb_field_row_is_required (SB_FIELD_ROW (widget)) &&
                         sb_field_row_is_empty (SB_FIELD_ROW (widget)))
             ? SB_FIELD_ROW (widget)
             : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      SbFieldRow *found = find_field (child, required);

      if (found != NULL)
        return found;
    }
  return NULL;
}

void
sb_inspector_focus (SbInspector *self)
{
  SbFieldRow *row = find_field (GTK_WIDGET (self->rows), TRUE);

  if (row == NULL)
    row = find_field (GTK_WIDGET (self->rows), FALSE);
  if (row != NULL)
    sb_field_row_focus (row);
  else
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

static gboolean
key_cb (SbInspector *self, guint key)
{
  return key == GDK_KEY_Escape && gtk_widget_activate_action (GTK_WIDGET (self), "map.focus", NULL);
}

static void
sb_inspector_init (SbInspector *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->fields = g_ptr_array_new ();
  self->connections = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_connection_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
