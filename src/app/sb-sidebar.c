/* sb-sidebar.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-sidebar.h"

#include <glib/gi18n-lib.h>

#include "sb-words.h"

/* "4 minutes ago" goes on while nothing happens. */
#define TICK_S 20

struct _SbSidebar
{
  AdwBin parent_instance;

  GtkWidget *none_label;
  GtkListBox *flows_list;
  GtkListBox *pages_list;
  GtkWidget *inbox_row;
  GtkLabel *inbox_count;
  GtkWidget *listening_icon;
  GtkLabel *listening_title;
  GtkLabel *listening_subtitle;

  SbSession *session;
  char *flow_id;
  char *page;
  guint tick;
};

G_DEFINE_FINAL_TYPE (SbSidebar, sb_sidebar, ADW_TYPE_BIN)

static void
flow_activated_cb (SbSidebar *self, GtkListBoxRow *row)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-flow", "s",
                              gtk_widget_get_name (GTK_WIDGET (row)));
}

static void
page_activated_cb (SbSidebar *self, GtkListBoxRow *row)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s",
                              gtk_widget_get_name (GTK_WIDGET (row)));
}

static void
item_changed_cb (SbFlowItem *item, GtkWidget *row)
{
  GtkWidget *box = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));
  GtkWidget *icon = gtk_widget_get_first_child (box);
  GtkWidget *label = gtk_widget_get_next_sibling (icon);
  const char *style[] = { sb_flow_item_get_style (item), NULL };
  const char *trouble = sb_flow_item_get_trouble (item);
  g_autofree char *spoken = NULL;

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), sb_flow_item_get_icon (item));
  gtk_widget_set_css_classes (icon, style);
  gtk_label_set_label (GTK_LABEL (label), sb_flow_item_get_name (item));
  gtk_widget_set_tooltip_text (row, trouble != NULL ? trouble : sb_flow_item_get_status (item));

  spoken = g_strdup_printf ("%s, %s", sb_flow_item_get_name (item), sb_flow_item_get_status (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static GtkWidget *
create_row_cb (gpointer object, gpointer data)
{
  SbFlowItem *item = object;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_name (row, sb_flow_item_get_id (item));
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), row, 0);
  item_changed_cb (item, row);
  return row;
}

/* Only one row of the two lists is the open one. */
static void
show_selection (SbSidebar *self)
{
  GtkListBox *lists[] = { self->flows_list, self->pages_list };
  const char *names[] = { self->flow_id, self->page };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      GtkListBoxRow *found = NULL;
      GtkListBoxRow *row;

      for (int j = 0; (row = gtk_list_box_get_row_at_index (lists[i], j)) != NULL; j++)
        if (g_strcmp0 (gtk_widget_get_name (GTK_WIDGET (row)), names[i]) == 0)
          found = row;
      gtk_list_box_select_row (lists[i], found);
    }
}

/* Stays as long as it lasts, in full under the pointer and for a screen reader. */
static void
show_trouble (SbSidebar *self, const char *trouble)
{
  gtk_label_set_label (self->listening_title, _ ("Trouble with the disk"));
  gtk_label_set_label (self->listening_subtitle, trouble);
  gtk_widget_remove_css_class (self->listening_icon, "sb-done");
  gtk_widget_add_css_class (self->listening_icon, "error");
}

static void
show_listening (SbSidebar *self)
{
  const char *trouble = sb_session_get_trouble (self->session);
  gint64 last = sb_session_get_last_event_us (self->session);
  gboolean listening = sb_session_is_listening (self->session);
  gboolean practice = g_strcmp0 (sb_session_get_mode (self->session), "practice") == 0;
  g_autofree char *ago = sb_words_ago (last);

  gtk_widget_set_tooltip_text (GTK_WIDGET (self->listening_subtitle), trouble);
  gtk_label_set_wrap (self->listening_subtitle, trouble != NULL);
  gtk_label_set_lines (self->listening_subtitle, trouble != NULL ? 6 : 1);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->listening_icon),
                                trouble != NULL ? "dialog-warning-symbolic" : "sb-bell-symbolic");
  if (trouble != NULL)
    {
      show_trouble (self, trouble);
      return;
    }
  gtk_widget_remove_css_class (self->listening_icon, "error");
  gtk_label_set_label (self->listening_title, !listening ? _ ("Not listening yet")
                                              : practice ? _ ("Listening, for practice")
                                                         : _ ("Listening"));
  if (!listening)
    gtk_label_set_label (self->listening_subtitle, _ ("Starts with the first flow"));
  else if (last == 0)
    gtk_label_set_label (self->listening_subtitle, _ ("No bell yet"));
  else
    {
      /* Translators: %s is "4 minutes ago" */
      g_autofree char *text = g_strdup_printf (_ ("Last bell %s"), ago);

      gtk_label_set_label (self->listening_subtitle, text);
    }
  if (listening)
    gtk_widget_add_css_class (self->listening_icon, "sb-done");
  else
    gtk_widget_remove_css_class (self->listening_icon, "sb-done");
}

static void
ready_changed_cb (SbSidebar *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->pages_list), sb_session_is_ready (self->session));
}

static void
flows_changed_cb (SbSidebar *self)
{
  gboolean any = g_list_model_get_n_items (sb_session_get_flows (self->session)) > 0;

  gtk_widget_set_visible (self->none_label, !any);
  gtk_widget_set_visible (GTK_WIDGET (self->flows_list), any);
  show_selection (self);
  show_listening (self);
}

static void
summary_changed_cb (SbSidebar *self)
{
  guint n_inbox = sb_session_get_n_inbox (self->session);
  g_autofree char *count = g_strdup_printf ("%u", n_inbox);
  g_autofree char *spoken = NULL;

  gtk_label_set_label (self->inbox_count, count);
  gtk_widget_set_visible (GTK_WIDGET (self->inbox_count), n_inbox > 0);
  spoken = n_inbox == 0 ? g_strdup (_ ("Inbox"))
                        : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Inbox, %u run needs you",
                                                        "Inbox, %u runs need you", n_inbox),
                                           n_inbox);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->inbox_row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spoken, -1);
  show_listening (self);
}

static gboolean
tick_cb (gpointer data)
{
  show_listening (data);
  return G_SOURCE_CONTINUE;
}

void
sb_sidebar_set_session (SbSidebar *self, SbSession *session)
{
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  gtk_list_box_bind_model (self->flows_list, sb_session_get_flows (session), create_row_cb, NULL,
                           NULL);
  g_signal_connect_object (session, "ready", G_CALLBACK (ready_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "flows-changed", G_CALLBACK (flows_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "summary-changed", G_CALLBACK (summary_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->tick = g_timeout_add_seconds (TICK_S, tick_cb, self);
  ready_changed_cb (self);
  flows_changed_cb (self);
  summary_changed_cb (self);
}

void
sb_sidebar_select (SbSidebar *self, const char *flow_id, const char *page)
{
  g_free (self->flow_id);
  g_free (self->page);
  self->flow_id = g_strdup (flow_id);
  self->page = g_strdup (page);
  show_selection (self);
}

static void
sb_sidebar_dispose (GObject *object)
{
  SbSidebar *self = SB_SIDEBAR (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->session);
  g_clear_pointer (&self->flow_id, g_free);
  g_clear_pointer (&self->page, g_free);

  G_OBJECT_CLASS (sb_sidebar_parent_class)->dispose (object);
}

static void
sb_sidebar_class_init (SbSidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_sidebar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, none_label);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, flows_list);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, pages_list);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, inbox_row);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, inbox_count);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, listening_icon);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, listening_title);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, listening_subtitle);
  gtk_widget_class_bind_template_callback (widget_class, flow_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_activated_cb);
}

static void
sb_sidebar_init (SbSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_label_set_label (self->listening_title, _ ("Not listening yet"));
  gtk_label_set_label (self->listening_subtitle, _ ("Starts with the first flow"));
}
