/* sb-connections-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connections-page.h"

#include <glib/gi18n.h>

#include "sb-clock.h"
#include "sb-compat.h"
#include "sb-connection-dialog.h"
#include "sb-connection-words.h"
#include "sb-error.h"
#include "sb-oauth.h"
#include "sb-tile.h"

struct _SbConnectionsPage
{
  AdwBin parent_instance;

  SbSession *session;
  GPtrArray *rows;       /* the row widgets */
  GHashTable *results;   /* connection id → what its last test said */
  GHashTable *signed_in; /* connection id → whether the keyring holds a sign-in */
  GtkWidget *add_button;

  GtkStack *stack;
  AdwPreferencesGroup *production_group;
  AdwPreferencesGroup *sandbox_group;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbConnectionsPage,
                               sb_connections_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

static void
toast (SbConnectionsPage *self, const char *message)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", message);
}

/* (transfer full) (nullable): the names of the flows that use the connection. */
static char *
list_users (SbConnectionsPage *self, const char *id)
{
  g_autoptr (GPtrArray) names = sb_session_list_users (self->session, id);

  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);

  return g_strjoinv (", ", (char **)names->pdata);
}

static int
is_signed_in (SbConnectionsPage *self, SbConnection *connection)
{
  gpointer known = NULL;

  return g_hash_table_lookup_extended (self->signed_in, connection->id, NULL, &known)
           ? GPOINTER_TO_INT (known)
           : -1;
}

/* What it is, who uses it, how it gets in, and what is wrong with it: a line each. */
static char *
describe (SbConnectionsPage *self,
          SbConnection *connection,
          SbConnector *connector,
          SbKeyState *key)
{
  g_autofree char *users = list_users (self, connection->id);
  g_autofree char *words = NULL;
  GString *text = g_string_new (connector != NULL ? connector->name : connection->connector);
  const char *result = g_hash_table_lookup (self->results, connection->id);

  if (users != NULL)
    g_string_append_printf (text, _ (" · used by %s"), users);
  else
    g_string_append (text, _ (" · not used yet"));

  *key = SB_KEY_NONE;
  if (connector != NULL)
    *key = sb_connection_key_state (connection, connector, is_signed_in (self, connection),
                                    sb_clock_now_us (), &words);
  if (words != NULL)
    g_string_append_printf (text, "\n%s", words);
  if (connection->trouble != NULL)
    g_string_append_printf (text, "\n%s", connection->trouble);
  else if (result != NULL)
    g_string_append_printf (text, "\n%s", result);

  return g_string_free (text, FALSE);
}

/* The word and a sign, so that nobody has to see a colour to tell real accounts from others. */
static GtkWidget *
make_badge (SbConnection *connection)
{
  gboolean production = g_str_equal (connection->environment, "production");
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (production ? "sb-bell-symbolic"
                                                                          : "sb-flask-symbolic"));
  gtk_box_append (GTK_BOX (box), gtk_label_new (sb_connection_environment_word (connection)));
  gtk_widget_add_css_class (box, "sb-badge");
  gtk_widget_add_css_class (box, production ? "sb-production" : "sb-sandbox");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
make_button (const char *icon, const char *tooltip, const char *action, const char *id)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip,
                                  -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);

  return button;
}

static void
add_row (SbConnectionsPage *self, SbConnection *connection)
{
  SbConnector *connector =
    sb_connectors_find (sb_session_get_connectors (self->session), connection->connector);
  gboolean production = g_str_equal (connection->environment, "production");
  AdwPreferencesGroup *group = production ? self->production_group : self->sandbox_group;
  GtkWidget *row = adw_action_row_new ();
  SbKeyState key = SB_KEY_NONE;
  g_autofree char *subtitle = describe (self, connection, connector, &key);
  GtkWidget *tile = sb_tile_new (connector != NULL ? connector->kind : "web", 32);
  GtkWidget *button = NULL;
  gboolean wants_sign_in = FALSE;
  gboolean signs_in = connector != NULL && sb_oauth_get (connector, connection->settings) != NULL;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), connection->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 5);

  gtk_widget_set_valign (tile, GTK_ALIGN_CENTER);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), tile);

  if (connection->trouble != NULL || key == SB_KEY_MISSING || key == SB_KEY_OLD)
    {
      GtkWidget *mark = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

      gtk_widget_add_css_class (mark, "warning");
      gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Needs you"), -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), mark);
    }
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_badge (connection));

  /* The one thing that helps stands there, and not what cannot help. */
  wants_sign_in = signs_in && (connection->trouble != NULL || key == SB_KEY_MISSING);
  button = gtk_button_new_with_label (wants_sign_in ? _ ("Sign In…") : _ ("Test"));
  if (wants_sign_in)
    gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button),
                                  wants_sign_in ? "connections.sign-in" : "connections.test");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", connection->id);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             make_button ("document-edit-symbolic", _ ("Change, or enter keys"),
                                          "connections.edit", connection->id));
  adw_action_row_add_suffix (
    ADW_ACTION_ROW (row),
    make_button ("user-trash-symbolic", _ ("Remove…"), "connections.remove", connection->id));

  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
}

static void
show_rows (SbConnectionsPage *self)
{
  GPtrArray *connections = sb_session_get_connections (self->session);
  guint production = 0;
  guint sandbox = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);
      GtkWidget *group = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_GROUP);

      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (group), row);
    }
  g_ptr_array_set_size (self->rows, 0);

  for (guint i = 0; connections != NULL && i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      if (g_str_equal (connection->environment, "production"))
        production++;
      else
        sandbox++;
      add_row (self, connection);
    }

  adw_preferences_group_set_description (
    self->production_group, production > 0 ? _ ("Real accounts. Only live flows use them.")
                                           : _ ("None yet. A flow needs them to go live."));
  gtk_widget_set_visible (GTK_WIDGET (self->sandbox_group), sandbox > 0);
  gtk_stack_set_visible_child_name (self->stack, production + sandbox > 0 ? "list" : "empty");
  gtk_widget_set_visible (self->add_button, production + sandbox > 0);
}

typedef struct
{
  SbConnectionsPage *page;
  char *id;
} Request;

static Request *
request_new (SbConnectionsPage *self, const char *id)
{
  Request *request = g_new0 (Request, 1);

  request->page = g_object_ref (self);
  request->id = g_strdup (id);

  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->page);
  g_free (request->id);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
secrets_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  SbConnectionsPage *self = request->page;
  g_autoptr (GHashTable) secrets = sb_secrets_load_finish (SB_SECRETS (source), result, NULL);
  gpointer known = GINT_TO_POINTER (-1);
  int found = -1;

  /* A locked keyring says nothing; the trouble of the connection does. */
  if (self->session == NULL || secrets == NULL)
    return;
  found = g_hash_table_contains (secrets, SB_OAUTH_GRANT);
  if (g_hash_table_lookup_extended (self->signed_in, request->id, NULL, &known) &&
      GPOINTER_TO_INT (known) == found)
    return;
  g_hash_table_insert (self->signed_in, g_strdup (request->id), GINT_TO_POINTER (found));
  show_rows (self);
}

/* Whether somebody has signed in is known to the keyring alone. */
static void
refresh (SbConnectionsPage *self)
{
  GPtrArray *connections = sb_session_get_connections (self->session);
  SbEngine *engine = sb_session_get_engine (self->session);

  show_rows (self);
  for (guint i = 0; engine != NULL && connections != NULL && i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);
      SbConnector *connector =
        sb_connectors_find (sb_session_get_connectors (self->session), connection->connector);

      if (connector != NULL && sb_oauth_get (connector, connection->settings) != NULL)
        sb_secrets_load_async (sb_engine_get_secrets (engine), connection->id, NULL, secrets_cb,
                               request_new (self, connection->id));
    }
}

static GtkWidget *
open_dialog (SbConnectionsPage *self, SbConnection *connection)
{
  GtkWidget *dialog =
    sb_connection_dialog_new (sb_session_get_engine (self->session), NULL, connection);

  gtk_window_set_transient_for (GTK_WINDOW (dialog),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

static void
sign_in_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (widget);
  SbConnection *connection =
    sb_session_find_connection (self->session, g_variant_get_string (parameter, NULL));

  if (connection != NULL)
    gtk_widget_activate_action (open_dialog (self, connection), "dialog.sign-in", NULL);
}

static void
edit_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (widget);
  SbConnection *connection =
    sb_session_find_connection (self->session, g_variant_get_string (parameter, NULL));

  if (connection != NULL)
    open_dialog (self, connection);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  char *message = sb_engine_test_connection_finish (SB_ENGINE (source), result, &error);

  if (message == NULL)
    message = g_strdup (error->message);
  if (request->page->session == NULL)
    {
      g_free (message);
      return;
    }

  toast (request->page, message);
  g_hash_table_insert (request->page->results, g_strdup (request->id), message);
  refresh (request->page);
}

static void
test_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (widget);
  const char *id = g_variant_get_string (parameter, NULL);

  toast (self, _ ("Asking…"));
  sb_engine_test_connection_async (sb_session_get_engine (self->session), id, NULL, tested_cb,
                                   request_new (self, id));
}

static void
reloaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbConnectionsPage) self = data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_reload_finish (SB_ENGINE (source), result, &error) && self->session != NULL)
    toast (self, error->message);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  SbConnectionsPage *self = request->page;
  g_autoptr (GError) error = NULL;

  if (!sb_store_remove_connection_finish (SB_STORE (source), result, &error) &&
      self->session != NULL)
    toast (self, error->message);
  if (self->session != NULL)
    sb_engine_reload_async (sb_session_get_engine (self->session), NULL, reloaded_cb,
                            g_object_ref (self));
}

static void
secrets_removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  SbConnectionsPage *self = request->page;
  g_autoptr (GError) error = NULL;

  if (self->session == NULL)
    return;
  /* Secrets from a folder of files are not Signalbox's to remove. */
  if (!sb_secrets_remove_finish (SB_SECRETS (source), result, &error) &&
      !g_error_matches (error, SB_ERROR, SB_ERROR_REFUSED))
    toast (self, error->message);
  else
    sb_store_remove_connection_async (sb_session_get_store (self->session), request->id, NULL,
                                      removed_cb, request_new (self, request->id));
}

/* The secrets go first: an account without a key is seen, a key without an account is not. */
static void
remove_confirmed_cb (gboolean confirmed, gpointer data)
{
  g_autoptr (Request) request = data;
  SbConnectionsPage *self = request->page;

  if (!confirmed || self->session == NULL)
    return;
  sb_secrets_remove_async (sb_engine_get_secrets (sb_session_get_engine (self->session)),
                           request->id, NULL, secrets_removed_cb, request_new (self, request->id));
}

static void
remove_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  SbConnection *connection = sb_session_find_connection (self->session, id);
  g_autofree char *users = NULL;
  g_autofree char *heading = NULL;
  g_autofree char *body = NULL;

  if (connection == NULL)
    return;

  users = list_users (self, id);
  heading = g_strdup_printf (_ ("Remove “%s”?"), connection->name);
  if (users != NULL)
    body =
      g_strdup_printf (_ ("Its keys are deleted from the keyring. %s will wait until you choose "
                          "another connection."),
                       users);
  else
    body = g_strdup (_ ("Its keys are deleted from the keyring. No flow uses it."));

  sb_compat_ask (GTK_WIDGET (self), heading, body, _ ("Remove"), TRUE, NULL, remove_confirmed_cb,
                 request_new (self, id));
}

static void
set_session (SbPage *page, SbSession *session)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (page);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "connections-changed", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "flows-changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Connections");
}

static char *
dup_subtitle (SbPage *page)
{
  return g_strdup (_ ("Your accounts at the systems you use"));
}

static GtkWidget *
get_header_end (SbPage *page)
{
  return SB_CONNECTIONS_PAGE (page)->add_button;
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->get_title = get_title;
  iface->dup_subtitle = dup_subtitle;
  iface->get_header_end = get_header_end;
}

static void
sb_connections_page_dispose (GObject *object)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (object);

  g_clear_object (&self->session);
  g_clear_object (&self->add_button);

  G_OBJECT_CLASS (sb_connections_page_parent_class)->dispose (object);
}

static void
sb_connections_page_finalize (GObject *object)
{
  SbConnectionsPage *self = SB_CONNECTIONS_PAGE (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->results, g_hash_table_unref);
  g_clear_pointer (&self->signed_in, g_hash_table_unref);

  G_OBJECT_CLASS (sb_connections_page_parent_class)->finalize (object);
}

static void
sb_connections_page_class_init (SbConnectionsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_connections_page_dispose;
  object_class->finalize = sb_connections_page_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/signalbox/Signalbox/sb-connections-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbConnectionsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionsPage, production_group);
  gtk_widget_class_bind_template_child (widget_class, SbConnectionsPage, sandbox_group);

  gtk_widget_class_install_action (widget_class, "connections.edit", "s", edit_action);
  gtk_widget_class_install_action (widget_class, "connections.sign-in", "s", sign_in_action);
  gtk_widget_class_install_action (widget_class, "connections.test", "s", test_action);
  gtk_widget_class_install_action (widget_class, "connections.remove", "s", remove_action);
}

static void
sb_connections_page_init (SbConnectionsPage *self)
{
  self->rows = g_ptr_array_new ();
  self->results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->signed_in = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));

  self->add_button = g_object_ref_sink (gtk_button_new_with_label (_ ("Add Connection…")));
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->add_button),
                                           "win.add-connection::");
}
