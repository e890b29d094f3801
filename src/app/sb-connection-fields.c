/* sb-connection-fields.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connection-fields.h"

#include <glib/gi18n-lib.h>

#include "sb-oauth.h"

#define PUBLIC_ADDRESS "public_address"

struct _SbConnectionFields
{
  AdwPreferencesGroup *settings;
  AdwPreferencesGroup *secrets;
  SbFieldsChangedFunc changed;
  gpointer data;

  SbConnector *connector;   /* (nullable): borrowed */
  SbConnection *connection; /* (nullable) */
  GPtrArray *rows;          /* of Row */
  gboolean filling;
};

typedef struct
{
  SbConnectionFields *fields;
  char *key;
  const SbField *field; /* (nullable): of the connector; NULL: one that every connection may have */
  AdwPreferencesGroup *group;
  GtkWidget *widget; /* an entry row, or a combo row where there are choices */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_signal_handlers_disconnect_by_data (row->widget, row->fields);
  adw_preferences_group_remove (row->group, row->widget);
  g_free (row->key);
  g_free (row);
}

SbConnectionFields *
sb_connection_fields_new (AdwPreferencesGroup *settings,
                          AdwPreferencesGroup *secrets,
                          SbFieldsChangedFunc changed,
                          gpointer data)
{
  SbConnectionFields *self = g_new0 (SbConnectionFields, 1);

  self->settings = settings;
  self->secrets = secrets;
  self->changed = changed;
  self->data = data;
  self->rows = g_ptr_array_new_with_free_func (row_free);
  return self;
}

void
sb_connection_fields_free (SbConnectionFields *self)
{
  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->connection, sb_connection_unref);
  g_free (self);
}

static gboolean
is_secret (const Row *row)
{
  return row->field != NULL && row->field->secret;
}

/* (transfer full) */
static char *
read_row (const Row *row)
{
  if (ADW_IS_COMBO_ROW (row->widget))
    {
      guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (row->widget));
      SbValue *choice = sb_value_get_item (row->field->allowed, selected);

      return sb_value_to_text (sb_value_get_member (choice, "value"));
    }
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row->widget))));
}

/* --- which rows count
 * ------------------------------------------------------------------------------------ */

/* The vendor signs the address it sends to, so that must be known letter by letter. */
static gboolean
signs_address (SbConnector *connector, SbValue *settings)
{
  SbValue *signs = sb_value_get_member (sb_connector_get_webhook (connector, settings), "signed");

  for (guint i = 0; i < sb_value_get_length (signs); i++)
    if (g_strcmp0 (sb_value_get_text (sb_value_get_item (signs, i)), "url") == 0)
      return TRUE;
  return FALSE;
}

static gboolean
counts (SbConnectionFields *self, const Row *row, SbValue *settings)
{
  if (row->field == NULL && g_str_equal (row->key, PUBLIC_ADDRESS))
    return signs_address (self->connector, settings);
  if (row->field == NULL)
    return sb_oauth_get (self->connector, settings) != NULL;
  return sb_connector_needs_setting (self->connector, (SbField *)row->field, settings) &&
         !sb_oauth_gives (self->connector, settings, row->key);
}

static void
update (SbConnectionFields *self)
{
  g_autoptr (SbValue) settings = sb_connection_fields_read (self);
  gboolean any_setting = FALSE;
  gboolean any_secret = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);
      gboolean visible = counts (self, row, settings);

      gtk_widget_set_visible (row->widget, visible);
      if (visible && is_secret (row))
        any_secret = TRUE;
      else if (visible)
        any_setting = TRUE;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->settings), any_setting);
  gtk_widget_set_visible (GTK_WIDGET (self->secrets), any_secret);
}

static void
chosen_cb (SbConnectionFields *self)
{
  if (self->filling)
    return;
  update (self);
  self->changed (self->data);
}

/* --- making them
 * ---------------------------------------------------------------------------------------- */

static void
add_row (SbConnectionFields *self,
         const char *key,
         const SbField *field,
         const char *title,
         GtkWidget *widget)
{
  Row *row = g_new0 (Row, 1);

  row->fields = self;
  row->key = g_strdup (key);
  row->field = field;
  row->widget = widget;
  row->group = is_secret (row) ? self->secrets : self->settings;
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (widget), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (widget), title);
  adw_preferences_group_add (row->group, widget);
  g_ptr_array_add (self->rows, row);
}

static GtkWidget *
make_choice (SbConnectionFields *self, const SbField *field, const char *value)
{
  GtkWidget *widget = adw_combo_row_new ();
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  guint chosen = 0;

  for (guint i = 0; i < sb_value_get_length (field->allowed); i++)
    {
      SbValue *choice = sb_value_get_item (field->allowed, i);
      g_autofree char *text = sb_value_to_text (sb_value_get_member (choice, "value"));

      gtk_string_list_append (labels, sb_value_get_string (choice, "label"));
      if (g_strcmp0 (text, value) == 0)
        chosen = i;
    }
  adw_combo_row_set_model (ADW_COMBO_ROW (widget), G_LIST_MODEL (labels));
  adw_combo_row_set_selected (ADW_COMBO_ROW (widget), chosen);
  g_signal_connect_swapped (widget, "notify::selected", G_CALLBACK (chosen_cb), self);
  return widget;
}

/* Where the vendor keeps it, one click beside the field. */
static void
add_help (GtkWidget *widget, const SbField *field)
{
  g_autofree char *text = NULL;
  GtkWidget *button = NULL;
  GtkWidget *popover = NULL;
  GtkWidget *label = NULL;

  if (field->help == NULL)
    return;
  text = field->example != NULL
           ? g_strdup_printf (_ ("%s For example: %s"), field->help, field->example)
           : g_strdup (field->help);
  gtk_widget_set_tooltip_text (widget, text);

  button = gtk_menu_button_new ();
  popover = gtk_popover_new ();
  label = gtk_label_new (text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_popover_set_child (GTK_POPOVER (popover), label);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "help-about-symbolic");
  gtk_widget_set_tooltip_text (button, _ ("Where do I find this?"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Where do I find this?"), -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  if (ADW_IS_ENTRY_ROW (widget))
    adw_entry_row_add_suffix (ADW_ENTRY_ROW (widget), button);
  else
    adw_action_row_add_suffix (ADW_ACTION_ROW (widget), button);
}

static void
add_field (SbConnectionFields *self, const SbField *field)
{
  const char *value = NULL;
  GtkWidget *widget = NULL;
  g_autofree char *title = field->required || field->allowed != NULL
                             ? g_strdup (field->label)
                             : g_strdup_printf (_ ("%s (may stay empty)"), field->label);

  if (self->connection != NULL && !field->secret)
    value = sb_value_get_string (self->connection->settings, field->key);
  if (field->allowed != NULL && !field->secret)
    widget = make_choice (self, field, value != NULL ? value : field->fallback);
  else
    widget = field->secret ? adw_password_entry_row_new () : adw_entry_row_new ();
  if (value != NULL && GTK_IS_EDITABLE (widget))
    gtk_editable_set_text (GTK_EDITABLE (widget), value);
  add_help (widget, field);
  add_row (self, field->key, field, title, widget);
}

static void
add_address (SbConnectionFields *self, const char *key, const char *title, const char *tip)
{
  GtkWidget *widget = adw_entry_row_new ();
  const char *value =
    self->connection != NULL ? sb_value_get_string (self->connection->settings, key) : NULL;

  if (value != NULL)
    gtk_editable_set_text (GTK_EDITABLE (widget), value);
  gtk_widget_set_tooltip_text (widget, tip);
  add_row (self, key, NULL, title, widget);
}

void
sb_connection_fields_fill (SbConnectionFields *self,
                           SbConnector *connector,
                           SbConnection *connection)
{
  g_autofree char *title = NULL;

  self->filling = TRUE;
  g_ptr_array_set_size (self->rows, 0);
  g_clear_pointer (&self->connection, sb_connection_unref);
  self->connector = connector;
  self->connection = connection != NULL ? sb_connection_ref (connection) : NULL;
  for (guint i = 0; i < connector->settings->len; i++)
    add_field (self, g_ptr_array_index (connector->settings, i));
  title = g_strdup_printf (_ ("Address of the flow as %s has it"), connector->name);
  add_address (self, PUBLIC_ADDRESS, title,
               _ ("The vendor signs this address: enter it letter by letter as it stands there."));
  if (sb_value_get_member (connector->document, "oauth") != NULL)
    add_address (self, SB_OAUTH_REDIRECT, _ ("Redirect address of your own (may stay empty)"),
                 _ ("For vendors that take https addresses only: the browser ends there, and you "
                    "paste its address here."));
  self->filling = FALSE;
  update (self);
}

/* --- reading them
 * --------------------------------------------------------------------------------------- */

SbValue *
sb_connection_fields_read (SbConnectionFields *self)
{
  SbValue *settings =
    self->connection != NULL ? sb_value_copy (self->connection->settings) : sb_value_new_object ();

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);
      g_autofree char *text = is_secret (row) ? NULL : read_row (row);

      if (text == NULL)
        continue;
      if (text[0] != '\0')
        sb_value_set_string (settings, row->key, text);
      else
        sb_value_remove (settings, row->key);
    }
  return settings;
}

static void
wipe (gpointer text)
{
  sb_oauth_wipe (text);
}

GHashTable *
sb_connection_fields_read_secrets (SbConnectionFields *self)
{
  GHashTable *secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, wipe);
  g_autoptr (SbValue) settings = sb_connection_fields_read (self);

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);
      char *text = is_secret (row) && counts (self, row, settings) ? read_row (row) : NULL;

      if (text != NULL && text[0] != '\0')
        g_hash_table_insert (secrets, g_strdup (row->key), text);
      else
        g_free (text);
    }
  return secrets;
}

static Row *
find_row (SbConnectionFields *self, const char *key)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (g_strcmp0 (((Row *)g_ptr_array_index (self->rows, i))->key, key) == 0)
      return g_ptr_array_index (self->rows, i);
  return NULL;
}

gboolean
sb_connection_fields_is_empty_secret (SbConnectionFields *self, const char *key)
{
  Row *row = find_row (self, key);

  return row != NULL && is_secret (row) &&
         gtk_editable_get_text (GTK_EDITABLE (row->widget))[0] == '\0';
}

void
sb_connection_fields_mark (SbConnectionFields *self, const char *key)
{
  for (guint i = 0; key == NULL && i < self->rows->len; i++)
    gtk_widget_remove_css_class (((Row *)g_ptr_array_index (self->rows, i))->widget, "error");
  if (key != NULL && find_row (self, key) != NULL)
    gtk_widget_add_css_class (find_row (self, key)->widget, "error");
}
