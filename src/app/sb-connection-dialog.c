/* sb-connection-dialog.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection-dialog.h"

#include <glib/gi18n.h>

#include "sb-connection-fields.h"
#include "sb-connection-save.h"
#include "sb-error.h"
#include "sb-oauth.h"
#include "sb-sign-in-view.h"

struct _SbConnectionDialog
{
  AdwWindow parent_instance;

  SbEngine *engine;
  SbConnection *connection; /* (nullable): the one that is changed */
  SbConnectionFields *fields;
  gboolean to_sign_in; /* once it is saved */

  GtkStack *stack;
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
  AdwPreferencesGroup *sign_in_group;
  AdwActionRow *redirect_row;
  AdwExpanderRow *steps_row;
  GtkWidget *sign_in_button;
  GtkWidget *sign_in_view;
  AdwStatusPage *asking_page;
  GPtrArray *steps; /* the rows in @steps_row */
};

enum
{
  SAVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbConnectionDialog, sb_connection_dialog, ADW_TYPE_WINDOW)

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
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.sign-in", !busy);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), busy ? "progress" : NULL);
}

/* Back to what was entered, with what went wrong. */
static void
show_form (SbConnectionDialog *self, const char *problem)
{
  set_busy (self, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "form");
  gtk_widget_set_visible (self->save_button, TRUE);
  show_problem (self, problem);
}

/* --- what is asked
 * -------------------------------------------------------------------------------------- */

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
show_steps (SbConnectionDialog *self, SbValue *oauth)
{
  SbValue *help = sb_value_get_member (oauth, "help");

  for (guint i = 0; i < self->steps->len; i++)
    adw_expander_row_remove (self->steps_row, g_ptr_array_index (self->steps, i));
  g_ptr_array_set_size (self->steps, 0);
  for (guint i = 0; i < sb_value_get_length (help); i++)
    {
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *text =
        g_strdup_printf ("%u. %s", i + 1, sb_value_get_text (sb_value_get_item (help, i)));

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
      adw_expander_row_add_row (self->steps_row, row);
      g_ptr_array_add (self->steps, row);
    }
}

/* Which way in was chosen decides what is asked, and what the button does. */
static void
fields_changed_cb (gpointer data)
{
  SbConnectionDialog *self = data;
  SbConnector *connector = get_connector (self);
  g_autoptr (SbValue) settings = sb_connection_fields_read (self->fields);
  SbValue *oauth = sb_oauth_get (connector, settings);
  guint port = oauth != NULL ? sb_oauth_get_port (oauth) : 0;
  gboolean fresh = self->connection == NULL;
  g_autofree char *redirect = port > 0 ? sb_oauth_get_redirect (oauth, settings, port) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->sign_in_group), oauth != NULL);
  gtk_widget_set_visible (self->sign_in_button, !fresh);
  gtk_widget_set_visible (GTK_WIDGET (self->redirect_row), redirect != NULL);
  adw_action_row_set_subtitle (self->redirect_row, redirect != NULL ? redirect : "");
  show_steps (self, oauth);
  adw_expander_row_set_expanded (self->steps_row, fresh);
  gtk_button_set_label (GTK_BUTTON (self->save_button), !fresh          ? _ ("Save")
                                                        : oauth != NULL ? _ ("Sign In…")
                                                                        : _ ("Add"));
  show_problem (self, NULL);
}

static void
connector_changed_cb (SbConnectionDialog *self)
{
  SbConnector *connector = self->engine != NULL ? get_connector (self) : NULL;

  if (connector == NULL)
    return;
  show_places (self, connector);
  sb_connection_fields_fill (self->fields, connector, self->connection);
  fields_changed_cb (self);
}

static void
copy_redirect_cb (SbConnectionDialog *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          adw_action_row_get_subtitle (self->redirect_row));
}

/* --- what is wrong with it
 * ------------------------------------------------------------------------------ */

/* Marks the rows that a problem is about, so that the eye finds them. */
static gboolean
show_problems (SbConnectionDialog *self,
               SbConnector *connector,
               SbValue *settings,
               SbProblems *problems)
{
  g_autofree char *text = NULL;
  gboolean relevant = FALSE;
  GString *lines = g_string_new (NULL);

  sb_connection_fields_mark (self->fields, NULL);
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      if (problem->field != NULL)
        {
          /* A key left empty is the one in the keyring; what a sign-in brings comes later. */
          if (self->connection != NULL &&
              sb_connection_fields_is_empty_secret (self->fields, problem->field))
            continue;
          if (sb_oauth_gives (connector, settings, problem->field))
            continue;
          sb_connection_fields_mark (self->fields, problem->field);
        }
      g_string_append_printf (lines, "%s%s", lines->len > 0 ? "\n" : "", problem->message);
      relevant = TRUE;
    }

  text = g_string_free (lines, FALSE);
  show_problem (self, relevant ? text : NULL);

  return relevant;
}

/* --- after it was saved
 * --------------------------------------------------------------------------------- */

/* Said where the owner is then. */
static void
close_with (SbConnectionDialog *self, const char *words)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (parent != NULL && words != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.toast", "s", words);
  gtk_window_close (GTK_WINDOW (self));
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbConnectionDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = sb_engine_test_connection_finish (SB_ENGINE (source), result, &error);
  g_autofree char *problem = NULL;

  /* The window was closed meanwhile: there is nobody to tell. */
  if (self->engine == NULL)
    return;
  if (words != NULL || g_error_matches (error, SB_ERROR, SB_ERROR_REFUSED))
    {
      close_with (self, words);
      return;
    }
  problem = g_strdup_printf (_ ("It is saved, but it does not work yet: %s"), error->message);
  show_form (self, problem);
}

/* Whether it works is known at once, not with the first order. */
static void
ask_vendor (SbConnectionDialog *self)
{
  SbConnector *connector = get_connector (self);
  g_autofree char *title = g_strdup_printf (_ ("Asking %s…"), connector->name);
  g_autofree char *markup = g_markup_escape_text (title, -1);

  adw_status_page_set_title (self->asking_page, markup);
  gtk_stack_set_visible_child_name (self->stack, "asking");
  gtk_widget_set_visible (self->save_button, FALSE);
  show_problem (self, NULL);
  sb_engine_test_connection_async (self->engine, self->connection->id, NULL, tested_cb,
                                   g_object_ref (self));
}

static void
signed_in_cb (SbConnectionDialog *self, gboolean good, const char *words)
{
  if (good)
    ask_vendor (self);
  else
    show_form (self, words);
}

static void
start_sign_in (SbConnectionDialog *self)
{
  gtk_stack_set_visible_child_name (self->stack, "sign-in");
  gtk_widget_set_visible (self->save_button, FALSE);
  show_problem (self, NULL);
  sb_sign_in_view_begin (SB_SIGN_IN_VIEW (self->sign_in_view), self->engine, get_connector (self),
                         self->connection->id);
}

/* From here on there is something to change, and nothing to add. */
static void
take_connection (SbConnectionDialog *self, SbConnection *connection)
{
  g_clear_pointer (&self->connection, sb_connection_unref);
  self->connection = connection;
  gtk_window_set_title (GTK_WINDOW (self), _ ("Change Connection"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->connector_row), FALSE);
}

typedef struct
{
  SbConnectionDialog *dialog;
  SbConnection *connection;
  gboolean with_keys;
} Saved;

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Saved *saved = data;
  g_autoptr (SbConnectionDialog) self = saved->dialog;
  g_autoptr (SbConnection) read = saved->connection;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  gboolean fresh = self->connection == NULL;
  gboolean good = sb_connection_save_finish (result, &id, &error);

  /* The window was closed meanwhile: there is nobody to tell. */
  if (self->engine == NULL)
    return;
  if (id != NULL)
    take_connection (
      self, sb_connection_new (id, read->connector, read->name, read->environment, read->settings));
  if (id != NULL)
    fields_changed_cb (self);
  if (!good)
    {
      show_form (self, error->message);
      return;
    }
  g_signal_emit (self, signals[SAVED], 0, id);
  if (self->to_sign_in)
    start_sign_in (self);
  else if (fresh || saved->with_keys)
    ask_vendor (self);
  else
    close_with (self, NULL);
}

static void
save (SbConnectionDialog *self)
{
  SbConnector *connector = get_connector (self);
  g_autoptr (GHashTable) secrets = sb_connection_fields_read_secrets (self->fields);
  g_autoptr (SbValue) settings = sb_connection_fields_read (self->fields);
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (self->name_row)));
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbConnection *connection = NULL;
  Saved *saved = NULL;

  connection = sb_connection_new (
    self->connection != NULL ? self->connection->id : NULL, connector->id,
    name[0] != '\0' ? name : connector->name,
    gtk_check_button_get_active (self->production_check) ? "production" : "sandbox", settings);
  if (self->connection != NULL)
    connection->secret_changed_us = self->connection->secret_changed_us;
  sb_connection_check (connection, connector, secrets, problems);
  if (show_problems (self, connector, settings, problems))
    {
      sb_connection_unref (connection);
      return;
    }

  set_busy (self, TRUE);
  saved = g_new0 (Saved, 1);
  saved->dialog = g_object_ref (self);
  saved->connection = connection;
  saved->with_keys = g_hash_table_size (secrets) > 0;
  sb_connection_save_async (self->engine, connection, secrets, saved_cb, saved);
}

static void
save_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionDialog *self = SB_CONNECTION_DIALOG (widget);
  g_autoptr (SbValue) settings = sb_connection_fields_read (self->fields);

  if (get_connector (self) == NULL)
    return;
  self->to_sign_in =
    self->connection == NULL && sb_oauth_get (get_connector (self), settings) != NULL;
  save (self);
}

static void
sign_in_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionDialog *self = SB_CONNECTION_DIALOG (widget);

  self->to_sign_in = TRUE;
  save (self);
}

static void
sb_connection_dialog_dispose (GObject *object)
{
  SbConnectionDialog *self = SB_CONNECTION_DIALOG (object);

  if (self->sign_in_view != NULL)
    sb_sign_in_view_cancel (SB_SIGN_IN_VIEW (self->sign_in_view));
  g_clear_pointer (&self->fields, sb_connection_fields_free);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->connection, sb_connection_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);

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

  g_type_ensure (SB_TYPE_SIGN_IN_VIEW);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/signalbox/Signalbox/sb-connection-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, stack);
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
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, sign_in_group);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, redirect_row);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, steps_row);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, sign_in_view);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionDialog, asking_page);
  gtk_widget_class_bind_template_callback (widget_class, connector_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_redirect_cb);
  gtk_widget_class_bind_template_callback (widget_class, signed_in_cb);

  gtk_widget_class_install_action (widget_class, "dialog.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "dialog.sign-in", NULL, sign_in_action);
}

static void
sb_connection_dialog_init (SbConnectionDialog *self)
{
  self->steps = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->fields =
    sb_connection_fields_new (self->settings_group, self->secrets_group, fields_changed_cb, self);
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
