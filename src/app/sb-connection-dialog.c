/* sb-connection-dialog.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection-dialog.h"

#include <glib/gi18n.h>

#include "sb-clock.h"

struct _SbConnectionDialog
{
  AdwWindow parent_instance;

  SbEngine *engine;
  SbConnection *connection; /* (nullable): the one that is changed */
  GPtrArray *rows;          /* of FieldRow, for the connector that is chosen */
  GCancellable *cancellable;

  GtkWidget *save_button;
  GtkRevealer *problem_revealer;
  GtkLabel *problem_label;
  AdwComboRow *connector_row;
  GtkStringList *connector_names;
  GtkEditable *name_row;
  GtkCheckButton *sandbox_check;
  GtkCheckButton *production_check;
  AdwPreferencesGroup *settings_group;
  AdwPreferencesGroup *secrets_group;
};

enum
{
  SAVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbConnectionDialog, sb_connection_dialog, ADW_TYPE_WINDOW)

typedef struct
{
  const SbField *field; /* owned by the connector */
  GtkWidget *row;
  AdwPreferencesGroup *group;
} FieldRow;

/* What is being written: the connection first, then one secret after the other. */
typedef struct
{
  SbEngine *engine;
  SbConnection *connection; /* as read from the rows */
  char *id;
  GHashTable *secrets;
  GHashTableIter iter;
  gboolean iterating;
} Saving;

static void
saving_free (Saving *saving)
{
  g_object_unref (saving->engine);
  sb_connection_unref (saving->connection);
  g_free (saving->id);
  g_hash_table_unref (saving->secrets);
  g_free (saving);
}

static SbConnector *
get_connector (SbConnectionDialog *self)
{
  SbConnectors *connectors = sb_engine_get_connectors (self->engine);
  guint selected = adw_combo_row_get_selected (self->connector_row);

  if (selected >= sb_connectors_get_length (connectors))
    return NULL;

  return sb_connectors_get (connectors, selected);
}

static void
show_problem (SbConnectionDialog *self, const char *message)
{
  gtk_label_set_label (self->problem_label, message != NULL ? message : "");
  gtk_revealer_set_reveal_child (self->problem_revealer, message != NULL);
}

static void
set_busy (SbConnectionDialog *self, gboolean busy)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.save", !busy);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), busy ? "progress" : NULL);
}

static void
add_field_row (SbConnectionDialog *self, const SbField *field)
{
  FieldRow *entry = g_new0 (FieldRow, 1);
  g_autofree char *title = NULL;
  const char *value = NULL;

  title = field->required ? g_strdup (field->label)
                          : g_strdup_printf (_ ("%s (may stay empty)"), field->label);

  entry->field = field;
  entry->group = field->secret ? self->secrets_group : self->settings_group;
  entry->row = field->secret ? adw_password_entry_row_new () : adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry->row), title);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (entry->row), FALSE);

  if (field->help != NULL && field->example != NULL)
    {
      g_autofree char *tip =
        g_strdup_printf (_ ("%s For example: %s"), field->help, field->example);

      gtk_widget_set_tooltip_text (entry->row, tip);
    }
  else if (field->help != NULL)
    gtk_widget_set_tooltip_text (entry->row, field->help);

  if (self->connection != NULL && !field->secret)
    value = sb_value_get_string (self->connection->settings, field->key);
  if (value != NULL)
    gtk_editable_set_text (GTK_EDITABLE (entry->row), value);

  adw_preferences_group_add (entry->group, entry->row);
  g_ptr_array_add (self->rows, entry);
}

/* Where the keys go is said where they are entered, before they are used. */
static void
show_places (SbConnectionDialog *self, SbConnector *connector)
{
  g_autofree char *places = sb_connector_describe_places (connector);
  g_autofree char *where =
    places[0] != '\0' ? g_strdup_printf (_ ("They are sent to %s and to nobody else."), places)
                      : NULL;
  const char *kept = self->connection != NULL
                       ? _ ("Leave a key empty to keep the one in the keyring.")
                       : _ ("They are kept in this computer’s keyring.");
  g_autofree char *text = g_strjoin (" ", kept, where, NULL);
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_preferences_group_set_description (self->secrets_group, markup);
}

static void
connector_changed_cb (SbConnectionDialog *self)
{
  SbConnector *connector = get_connector (self);
  gboolean any_setting = FALSE;
  gboolean any_secret = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    {
      FieldRow *entry = g_ptr_array_index (self->rows, i);

      adw_preferences_group_remove (entry->group, entry->row);
    }
  g_ptr_array_set_size (self->rows, 0);

  if (connector != NULL)
    {
      show_places (self, connector);
      for (guint i = 0; i < connector->settings->len; i++)
        {
          const SbField *field = g_ptr_array_index (connector->settings, i);

          add_field_row (self, field);
          if (field->secret)
            any_secret = TRUE;
          else
            any_setting = TRUE;
        }
    }

  gtk_widget_set_visible (GTK_WIDGET (self->settings_group), any_setting);
  gtk_widget_set_visible (GTK_WIDGET (self->secrets_group), any_secret);
  show_problem (self, NULL);
}

/* Reads the rows. Secrets that were left empty keep what the keyring has. */
static SbConnection *
read_rows (SbConnectionDialog *self, SbConnector *connector, GHashTable **secrets)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (GHashTable) keys =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_free);
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (self->name_row)));
  gboolean production = gtk_check_button_get_active (self->production_check);
  SbConnection *connection;

  for (guint i = 0; i < self->rows->len; i++)
    {
      FieldRow *entry = g_ptr_array_index (self->rows, i);
      g_autofree char *text =
        g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry->row))));

      if (text[0] == '\0')
        continue;
      if (entry->field->secret)
        g_hash_table_insert (keys, g_strdup (entry->field->key), g_steal_pointer (&text));
      else
        sb_value_set_string (settings, entry->field->key, text);
    }

  connection = sb_connection_new (self->connection != NULL ? self->connection->id : NULL,
                                  connector->id, name[0] != '\0' ? name : connector->name,
                                  production ? "production" : "sandbox", settings);
  *secrets = g_steal_pointer (&keys);
  if (self->connection != NULL)
    connection->secret_changed_us = self->connection->secret_changed_us;

  return connection;
}

/* When an account is changed, a key that was left empty is the one in the keyring. */
static gboolean
is_kept_secret (SbConnectionDialog *self, const char *key)
{
  for (guint i = 0; self->connection != NULL && key != NULL && i < self->rows->len; i++)
    {
      FieldRow *entry = g_ptr_array_index (self->rows, i);

      if (g_str_equal (entry->field->key, key))
        return entry->field->secret && gtk_editable_get_text (GTK_EDITABLE (entry->row))[0] == '\0';
    }
  return FALSE;
}

/* Marks the rows that a problem is about, so that the eye finds them. */
static gboolean
show_problems (SbConnectionDialog *self, SbProblems *problems)
{
  g_autofree char *text = NULL;
  gboolean relevant = FALSE;
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      FieldRow *entry = g_ptr_array_index (self->rows, i);

      gtk_widget_remove_css_class (entry->row, "error");
    }

  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      if (is_kept_secret (self, problem->field))
        continue;
      for (guint j = 0; j < self->rows->len && problem->field != NULL; j++)
        {
          FieldRow *entry = g_ptr_array_index (self->rows, j);

          if (g_str_equal (entry->field->key, problem->field))
            gtk_widget_add_css_class (entry->row, "error");
        }
      g_string_append_printf (lines, "%s%s", lines->len > 0 ? "\n" : "", problem->message);
      relevant = TRUE;
    }

  text = g_string_free (lines, FALSE);
  show_problem (self, relevant ? text : NULL);

  return relevant;
}

static void
reloaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbConnectionDialog *self = g_task_get_source_object (task);
  Saving *saving = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!sb_engine_reload_finish (SB_ENGINE (source), result, &error))
    g_info ("reloading after a connection was saved: %s", error->message);

  g_signal_emit (self, signals[SAVED], 0, saving->id);
  if (self->engine != NULL)
    gtk_window_close (GTK_WINDOW (self));
}

static void save_next_secret (GTask *task);

static void
secret_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbConnectionDialog *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (!sb_secrets_save_finish (SB_SECRETS (source), result, &error))
    {
      Saving *saving = g_task_get_task_data (task);

      /* The window was closed meanwhile: there is nobody to tell. */
      if (self->engine == NULL)
        return;

      /* The connection is stored by now: a second try must change it, not add another. */
      if (self->connection == NULL)
        {
          SbConnector *connector = get_connector (self);
          g_autoptr (GHashTable) secrets = NULL;
          g_autoptr (SbConnection) read = read_rows (self, connector, &secrets);

          self->connection = sb_connection_new (saving->id, read->connector, read->name,
                                                read->environment, read->settings);
        }
      set_busy (self, FALSE);
      show_problem (self, error->message);
      return;
    }

  save_next_secret (g_steal_pointer (&task));
}

static void
dated_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Saving *saving = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sb_store_save_connection_finish (SB_STORE (source), result, &error);

  sb_store_audit (SB_STORE (source), "secret-set", saving->id, NULL);
  if (id == NULL)
    g_warning ("The age of a key could not be kept: %s", error->message);
  sb_engine_reload_async (saving->engine, NULL, reloaded_cb, task);
}

/* When its keys changed is kept with the connection: by that the engine knows that it must read
 * them again, and the owner how old they are. It is written once the keyring has them. */
static void
date_secrets (GTask *task)
{
  Saving *saving = g_task_get_task_data (task);
  SbConnection *read = saving->connection;
  g_autoptr (SbConnection) dated =
    sb_connection_new (saving->id, read->connector, read->name, read->environment, read->settings);

  dated->secret_changed_us = sb_clock_now_us ();
  sb_store_save_connection_async (sb_engine_get_store (saving->engine), dated, NULL, dated_cb,
                                  task);
}

static void
save_next_secret (GTask *task)
{
  Saving *saving = g_task_get_task_data (task);
  gpointer key, secret;

  if (!saving->iterating)
    g_hash_table_iter_init (&saving->iter, saving->secrets);
  saving->iterating = TRUE;

  if (g_hash_table_iter_next (&saving->iter, &key, &secret))
    sb_secrets_save_async (sb_engine_get_secrets (saving->engine), saving->id, key, secret, NULL,
                           secret_saved_cb, task);
  else if (g_hash_table_size (saving->secrets) > 0)
    date_secrets (task);
  else
    sb_engine_reload_async (saving->engine, NULL, reloaded_cb, task);
}

static void
connection_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbConnectionDialog *self = g_task_get_source_object (task);
  Saving *saving = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  saving->id = sb_store_save_connection_finish (SB_STORE (source), result, &error);
  if (saving->id == NULL)
    {
      if (self->engine == NULL)
        return;
      set_busy (self, FALSE);
      show_problem (self, error->message);
      return;
    }

  save_next_secret (g_steal_pointer (&task));
}

static void
save_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionDialog *self = SB_CONNECTION_DIALOG (widget);
  SbConnector *connector = get_connector (self);
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (GTask) task = NULL;
  Saving *saving;

  if (connector == NULL)
    return;

  connection = read_rows (self, connector, &secrets);
  sb_connection_check (connection, connector, secrets, problems);
  if (show_problems (self, problems))
    return;

  set_busy (self, TRUE);
  saving = g_new0 (Saving, 1);
  saving->engine = g_object_ref (self->engine);
  saving->connection = sb_connection_ref (connection);
  saving->secrets = g_steal_pointer (&secrets);
  task = g_task_new (self, NULL, NULL, NULL);
  g_task_set_source_tag (task, save_action);
  g_task_set_task_data (task, saving, (GDestroyNotify)saving_free);
  sb_store_save_connection_async (sb_engine_get_store (self->engine), connection, NULL,
                                  connection_saved_cb, g_steal_pointer (&task));
}

static void
sb_connection_dialog_dispose (GObject *object)
{
  SbConnectionDialog *self = SB_CONNECTION_DIALOG (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->connection, sb_connection_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_connection_dialog_parent_class)->dispose (object);
}

static void
sb_connection_dialog_class_init (SbConnectionDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_connection_dialog_dispose;

  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/signalbox/Signalbox/sb-connection-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, save_button);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, problem_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, problem_label);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, connector_row);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, connector_names);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, sandbox_check);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, production_check);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, settings_group);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, secrets_group);
  gtk_widget_class_bind_template_callback (widget_class, connector_changed_cb);

  gtk_widget_class_install_action (widget_class, "dialog.save", NULL, save_action);
}

static void
sb_connection_dialog_init (SbConnectionDialog *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->save_button);
}

GtkWidget *
sb_connection_dialog_new (SbEngine *engine, const char *connector_id, SbConnection *connection)
{
  SbConnectionDialog *self = g_object_new (SB_TYPE_CONNECTION_DIALOG, NULL);
  SbConnectors *connectors = sb_engine_get_connectors (engine);
  guint chosen = 0;

  self->engine = g_object_ref (engine);
  if (connection != NULL)
    {
      self->connection = sb_connection_ref (connection);
      connector_id = connection->connector;
      gtk_window_set_title (GTK_WINDOW (self), _ ("Change Connection"));
      gtk_button_set_label (GTK_BUTTON (self->save_button), _ ("Save"));
      gtk_editable_set_text (self->name_row, connection->name);
      gtk_check_button_set_active (g_str_equal (connection->environment, "production")
                                     ? self->production_check
                                     : self->sandbox_check,
                                   TRUE);
    }

  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);

      gtk_string_list_append (self->connector_names, connector->name);
      if (g_strcmp0 (connector->id, connector_id) == 0)
        chosen = i;
    }
  adw_combo_row_set_selected (self->connector_row, chosen);
  gtk_widget_set_sensitive (GTK_WIDGET (self->connector_row), connection == NULL);
  connector_changed_cb (self);

  return GTK_WIDGET (self);
}
