/* sb-window.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-activity-page.h"
#include "sb-compat.h"
#include "sb-connections-page.h"
#include "sb-dashboard-page.h"
#include "sb-error.h"
#include "sb-inbox-page.h"
#include "sb-page.h"
#include "sb-welcome-page.h"
#include "sb-window-private.h"
#include "sb-window-state.h"

G_DEFINE_FINAL_TYPE (SbWindow, sb_window, ADW_TYPE_APPLICATION_WINDOW)

void
sb_window_toast (SbWindow *self, const char *message)
{
  AdwToast *toast = sb_compat_toast_new (message);

  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
sb_window_tell (SbWindow *self, const char *heading, const GError *error)
{
  sb_compat_tell (GTK_WIDGET (self), heading, error->message);
}

/* --- pages
 * ------------------------------------------------------------------------------------------ */

static void
show_page_header (SbPage *page, AdwWindowTitle *title)
{
  g_autofree char *subtitle = sb_page_dup_subtitle (page);

  adw_window_title_set_title (title, sb_page_get_title (page));
  adw_window_title_set_subtitle (title, subtitle);
}

/* A page of all flows stands under a header of its own. */
static void
add_page (SbWindow *self, const char *name, GType type)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *title = adw_window_title_new (NULL, NULL);
  GtkWidget *side_button = gtk_button_new_from_icon_name ("sb-sidebar-symbolic");
  GtkWidget *page = g_object_new (type, "vexpand", TRUE, NULL);
  GtkWidget *end = sb_page_get_header_end (SB_PAGE (page));

  gtk_widget_set_tooltip_text (side_button, _ ("Show or hide the sidebar (F9)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (side_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show or hide the sidebar"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (side_button), "win.toggle-sidebar");
  gtk_widget_set_visible (side_button, FALSE);
  g_ptr_array_add (self->side_buttons, side_button);

  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), side_button);
  if (end != NULL)
    adw_header_bar_pack_end (ADW_HEADER_BAR (header), end);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), page);
  gtk_stack_add_named (self->stack, box, name);

  g_signal_connect_object (page, "header-changed", G_CALLBACK (show_page_header), title, 0);
  show_page_header (SB_PAGE (page), ADW_WINDOW_TITLE (title));
  sb_page_set_session (SB_PAGE (page), self->session);
}

static void
adapt_cb (SbWindow *self)
{
  gboolean narrow = sb_adaptive_is_narrow (self->adaptive);

  gtk_revealer_set_reveal_child (self->sidebar_revealer, !narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->sidebar_revealer), !narrow);
  for (guint i = 0; i < self->side_buttons->len; i++)
    gtk_widget_set_visible (g_ptr_array_index (self->side_buttons, i), narrow);
  sb_flow_view_set_narrow (self->flow_view, narrow);
}

static void
visible_child_cb (SbWindow *self)
{
  GtkWidget *box = gtk_stack_get_visible_child (self->stack);
  GtkWidget *page = box != NULL ? gtk_widget_get_last_child (box) : NULL;

  if (SB_IS_PAGE (page))
    sb_page_shown (SB_PAGE (page));
}

void
sb_window_show_page (SbWindow *self, const char *page)
{
  if (gtk_stack_get_child_by_name (self->stack, page) == NULL)
    return;
  self->started = TRUE;
  gtk_stack_set_visible_child_name (self->stack, page);
  sb_sidebar_select (
    self->sidebar,
    strcmp (page, "flow") == 0 && self->model != NULL ? sb_flow_model_get_id (self->model) : NULL,
    page);
  sb_window_update_actions (self);
}

/* --- the open flow
 * ---------------------------------------------------------------------------------- */

static void
save_failed_cb (SbWindow *self, const char *message)
{
  g_autofree char *text = g_strdup_printf (_ ("The change could not be saved: %s"), message);

  sb_window_toast (self, text);
}

static void
take_model (SbWindow *self, SbFlowModel *model)
{
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    {
      g_signal_connect_object (model, "save-failed", G_CALLBACK (save_failed_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "notify::can-undo", G_CALLBACK (sb_window_update_actions),
                               self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "notify::can-redo", G_CALLBACK (sb_window_update_actions),
                               self, G_CONNECT_SWAPPED);
    }
  sb_flow_view_set_model (self->flow_view, model);
}

/**
 * sb_window_open_flow:
 *
 * Opens a flow; one that was just made and is not listed yet is opened as soon as it is.
 */
void
sb_window_open_flow (SbWindow *self, const char *id)
{
  SbFlowItem *item = sb_session_find_flow (self->session, id);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (SbFlowModel) model = NULL;

  if (item == NULL)
    {
      g_free (self->wanted);
      self->wanted = g_strdup (id);
      return;
    }
  if (self->model != NULL && g_strcmp0 (sb_flow_model_get_id (self->model), id) == 0)
    {
      sb_window_show_page (self, "flow");
      return;
    }
  flow = sb_flow_parse_draft (sb_flow_item_get_row (item)->draft, problems);
  if (flow == NULL)
    {
      g_autofree char *text = sb_problems_to_text (problems);

      sb_compat_tell (GTK_WIDGET (self), _ ("This flow cannot be read"), text);
      return;
    }
  model = sb_flow_model_new (sb_session_get_store (self->session),
                             sb_session_get_connectors (self->session), id, flow);
  take_model (self, model);
  sb_flow_view_set_view (self->flow_view, "map");
  sb_window_show_page (self, "flow");
}

/* Where the person was when the window was closed; else the first flow; else how to begin. */
static void
show_first_page (SbWindow *self, GListModel *flows)
{
  g_autoptr (SbFlowItem) first = g_list_model_get_item (flows, 0);
  g_autofree char *page = NULL;
  g_autofree char *flow = NULL;

  if (first == NULL)
    {
      sb_window_show_page (self, "welcome");
      return;
    }
  sb_window_state_get_last (&page, &flow);
  sb_window_open_flow (
    self, sb_session_find_flow (self->session, flow) != NULL ? flow : sb_flow_item_get_id (first));
  if (strcmp (page, "inbox") == 0 || strcmp (page, "activity") == 0 ||
      strcmp (page, "connections") == 0 || strcmp (page, "dashboard") == 0)
    sb_window_show_page (self, page);
}

static void
flows_changed_cb (SbWindow *self)
{
  GListModel *flows = sb_session_get_flows (self->session);
  SbFlowItem *item = NULL;

  if (self->wanted != NULL && sb_session_find_flow (self->session, self->wanted) != NULL)
    {
      g_autofree char *wanted = g_steal_pointer (&self->wanted);

      sb_window_open_flow (self, wanted);
      sb_flow_view_focus_map (self->flow_view);
    }
  if (self->model != NULL)
    item = sb_session_find_flow (self->session, sb_flow_model_get_id (self->model));
  if (item != NULL)
    sb_flow_model_take_draft (self->model, sb_flow_item_get_row (item)->draft);
  else if (self->model != NULL)
    {
      /* It was deleted. */
      take_model (self, NULL);
      self->started = FALSE;
    }
  if (!self->started)
    {
      show_first_page (self, flows);
    }
  sb_window_update_actions (self);
}

/* --- start
 * ------------------------------------------------------------------------------------------ */

static void
ready_cb (SbWindow *self)
{
  sb_flow_view_set_session (self->flow_view, self->session);
  add_page (self, "welcome", SB_TYPE_WELCOME_PAGE);
  add_page (self, "inbox", SB_TYPE_INBOX_PAGE);
  add_page (self, "activity", SB_TYPE_ACTIVITY_PAGE);
  add_page (self, "connections", SB_TYPE_CONNECTIONS_PAGE);
  add_page (self, "dashboard", SB_TYPE_DASHBOARD_PAGE);
  g_signal_connect_object (self->session, "flows-changed", G_CALLBACK (flows_changed_cb), self,
                           G_CONNECT_SWAPPED);
  adapt_cb (self);
  sb_window_update_actions (self);
}

static const char *
failure_title (const GError *error)
{
  if (g_error_matches (error, SB_ERROR, SB_ERROR_BUSY))
    return _ ("This data folder is in use");
  if (g_error_matches (error, SB_ERROR, SB_ERROR_TOO_NEW))
    return _ ("This data folder is from a newer Signalbox");
  if (g_error_matches (error, SB_ERROR, SB_ERROR_READ_ONLY))
    return _ ("This data folder cannot be written to");
  if (g_error_matches (error, SB_ERROR, SB_ERROR_FULL))
    return _ ("The disk is full");
  return _ ("Signalbox could not start");
}

static void
failed_cb (SbWindow *self, const GError *error)
{
  g_autofree char *text = g_markup_escape_text (error->message, -1);

  adw_status_page_set_title (self->failed_page, failure_title (error));
  adw_status_page_set_description (self->failed_page, text);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

static void
alert_cb (SbWindow *self, const char *message)
{
  sb_window_toast (self, message);
}

static void
saved_before_close_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbWindow) self = data;
  g_autoptr (GError) error = NULL;

  self->closing = sb_flow_model_save_finish (SB_FLOW_MODEL (source), result, &error);
  if (self->closing)
    gtk_window_close (GTK_WINDOW (self));
  else
    sb_window_tell (self, _ ("The last change is not saved"), error);
}

static gboolean
sb_window_close_request (GtkWindow *window)
{
  SbWindow *self = SB_WINDOW (window);

  sb_window_state_save (window, gtk_stack_get_visible_child_name (self->stack),
                        self->model != NULL ? sb_flow_model_get_id (self->model) : NULL);
  if (self->model != NULL && !self->closing)
    {
      sb_flow_model_save_async (self->model, NULL, saved_before_close_cb, g_object_ref (self));
      return TRUE;
    }
  return GTK_WINDOW_CLASS (sb_window_parent_class)->close_request (window);
}

static void
sb_window_dispose (GObject *object)
{
  SbWindow *self = SB_WINDOW (object);

  if (self->flow_view != NULL)
    take_model (self, NULL);
  g_clear_object (&self->session);
  g_clear_pointer (&self->side_buttons, g_ptr_array_unref);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (sb_window_parent_class)->dispose (object);
}

static void
sb_window_class_init (SbWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = sb_window_close_request;

  g_type_ensure (SB_TYPE_ADAPTIVE);
  g_type_ensure (SB_TYPE_SIDEBAR);
  g_type_ensure (SB_TYPE_FLOW_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, adaptive);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, sidebar_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, failed_page);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, flow_view);
  gtk_widget_class_bind_template_callback (widget_class, adapt_cb);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
  sb_window_install_actions (widget_class);
}

static void
sb_window_init (SbWindow *self)
{
  self->side_buttons = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_window_new (GtkApplication *application, SbSession *session)
{
  SbWindow *self = g_object_new (SB_TYPE_WINDOW, "application", application, NULL);

  sb_window_state_restore (GTK_WINDOW (self));
  self->session = g_object_ref (session);
  sb_sidebar_set_session (self->sidebar, session);
  g_signal_connect_object (session, "ready", G_CALLBACK (ready_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "alert", G_CALLBACK (alert_cb), self, G_CONNECT_SWAPPED);
  sb_window_update_actions (self);
  if (sb_session_is_ready (session))
    {
      ready_cb (self);
      flows_changed_cb (self);
    }
  else if (sb_session_get_error (session) != NULL)
    failed_cb (self, sb_session_get_error (session));
  return GTK_WIDGET (self);
}
