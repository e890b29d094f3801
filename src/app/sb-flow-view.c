/* sb-flow-view.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-view.h"

#include <glib/gi18n-lib.h>

#include "sb-activity-page.h"
#include "sb-adaptive.h"
#include "sb-gate-popover.h"
#include "sb-guide-bar.h"
#include "sb-map-page.h"
#include "sb-page.h"
#include "sb-pilot-page.h"
#include "sb-plan-page.h"

struct _SbFlowView
{
  AdwBin parent_instance;

  SbAdaptive *adaptive;
  AdwViewSwitcher *switcher;
  AdwViewSwitcherBar *switcher_bar;
  AdwViewStack *stack;
  GtkWidget *sidebar_button;
  GtkLabel *title_label;
  GtkLabel *subtitle_label;
  GtkMenuButton *live_button;
  GtkImage *live_icon;
  SbGatePopover *gate;
  SbGuideBar *guide_bar;
  GMenu *versions_menu;
  GtkWidget *map_page;
  GtkWidget *pilot_page;
  GtkWidget *activity_page;
  GtkWidget *plan_page;

  SbSession *session;
  SbFlowModel *model;
};

enum
{
  PROP_GUIDE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SbFlowView, sb_flow_view, ADW_TYPE_BIN)

static void
adapt_cb (SbFlowView *self)
{
  gboolean narrow = sb_adaptive_is_narrow (self->adaptive);

  gtk_widget_set_visible (GTK_WIDGET (self->switcher), !narrow);
  adw_view_switcher_bar_set_reveal (self->switcher_bar, narrow);
  sb_guide_bar_set_narrow (self->guide_bar, narrow);
}

static void
visible_child_cb (SbFlowView *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->stack);

  if (SB_IS_PAGE (child))
    sb_page_shown (SB_PAGE (child));
}

/* "Draft · version 3 is live": what is edited, and what is at work meanwhile. */
static char *
make_subtitle (SbFlowRow *row)
{
  if (row->live_version == 0)
    return g_strdup (_ ("Draft · not live yet"));
  if (g_strcmp0 (row->state, "paused") == 0)
    return row->held > 0
             ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Paused · %u event is kept",
                                             "Paused · %u events are kept", row->held),
                                row->held)
             : g_strdup_printf (_ ("Version %d is paused"), row->live_version);
  if (row->draft_changed)
    return g_strdup_printf (_ ("Draft · version %d is live"), row->live_version);
  return g_strdup_printf (_ ("Version %d is live"), row->live_version);
}

static void
show_header (SbFlowView *self)
{
  SbFlowItem *item;
  SbFlowRow *row;
  g_autofree char *subtitle = NULL;

  if (self->model == NULL)
    return;
  gtk_label_set_label (self->title_label, sb_flow_model_get_flow (self->model)->name);
  item = sb_session_find_flow (self->session, sb_flow_model_get_id (self->model));
  if (item == NULL)
    return;
  row = sb_flow_item_get_row (item);
  subtitle = make_subtitle (row);
  gtk_label_set_label (self->subtitle_label, subtitle);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->subtitle_label), subtitle);
  gtk_widget_set_sensitive (GTK_WIDGET (self->live_button),
                            row->live_version == 0 || row->draft_changed ||
                              !sb_gate_popover_is_open (self->gate));
}

static void
show_versions (SbFlowView *self)
{
  SbValue *versions = sb_value_get_member (sb_gate_popover_get_facts (self->gate), "versions");
  SbFlowItem *item = NULL;
  int live = 0;

  g_menu_remove_all (self->versions_menu);
  if (self->model != NULL)
    item = sb_session_find_flow (self->session, sb_flow_model_get_id (self->model));
  if (item != NULL)
    live = sb_flow_item_get_row (item)->live_version;
  for (guint i = 0; i < sb_value_get_length (versions); i++)
    {
      int version = (int)sb_value_get_int_or (sb_value_get_item (versions, i), "version", 0);
      g_autofree char *label = NULL;
      g_autoptr (GMenuItem) entry = NULL;

      if (version == live)
        continue;
      label = g_strdup_printf (_ ("Version %d"), version);
      entry = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (entry, "win.rollback", "i", version);
      g_menu_append_item (self->versions_menu, entry);
    }
}

static void
gate_changed_cb (SbFlowView *self)
{
  gboolean open = sb_gate_popover_is_open (self->gate);

  gtk_image_set_from_icon_name (self->live_icon, open ? "sb-unlock-symbolic" : "sb-lock-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->live_button),
                               open ? _ ("Put this draft to work")
                                    : _ ("Closed: see what is missing"));
  gtk_accessible_update_property (
    GTK_ACCESSIBLE (self->live_button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
    open ? _ ("Put this draft to work") : _ ("Closed: see what is missing"), -1);
  if (open)
    gtk_widget_add_css_class (GTK_WIDGET (self->live_button), "sb-open");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->live_button), "sb-open");
  sb_guide_bar_set_facts (self->guide_bar, sb_gate_popover_get_facts (self->gate));
  show_header (self);
  show_versions (self);
}

static void
guide_shown_cb (SbFlowView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUIDE]);
}

void
sb_flow_view_set_session (SbFlowView *self, SbSession *session)
{
  GtkWidget *pages[] = { self->map_page, self->pilot_page, self->activity_page, self->plan_page };

  self->session = g_object_ref (session);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    sb_page_set_session (SB_PAGE (pages[i]), session);
  sb_gate_popover_set_session (self->gate, session);
  sb_guide_bar_set_session (self->guide_bar, session);
  g_signal_connect_object (session, "flows-changed", G_CALLBACK (show_header), self,
                           G_CONNECT_SWAPPED);
}

void
sb_flow_view_set_model (SbFlowView *self, SbFlowModel *model)
{
  GtkWidget *pages[] = { self->map_page, self->pilot_page, self->activity_page, self->plan_page };

  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    g_signal_connect_object (model, "changed", G_CALLBACK (show_header), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    sb_page_set_model (SB_PAGE (pages[i]), model);
  sb_guide_bar_set_model (self->guide_bar, model);
  sb_gate_popover_set_model (self->gate, model);
  show_header (self);
}

const char *
sb_flow_view_get_view (SbFlowView *self)
{
  return adw_view_stack_get_visible_child_name (self->stack);
}

void
sb_flow_view_set_view (SbFlowView *self, const char *view)
{
  adw_view_stack_set_visible_child_name (self->stack, view);
}

void
sb_flow_view_focus_map (SbFlowView *self)
{
  sb_flow_view_set_view (self, "map");
  gtk_widget_activate_action (self->map_page, "map.focus", NULL);
}

void
sb_flow_view_run_pilot (SbFlowView *self)
{
  sb_flow_view_set_view (self, "pilot");
  gtk_widget_activate_action (self->pilot_page, "pilot.run", NULL);
}

void
sb_flow_view_set_narrow (SbFlowView *self, gboolean narrow)
{
  gtk_widget_set_visible (self->sidebar_button, narrow);
}

void
sb_flow_view_show_gate (SbFlowView *self)
{
  gtk_menu_button_popup (self->live_button);
}

void
sb_flow_view_guide_next (SbFlowView *self)
{
  g_object_set (self->guide_bar, "shown", TRUE, NULL);
  sb_guide_bar_go (self->guide_bar);
}

static void
sb_flow_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_GUIDE)
    g_object_get_property (G_OBJECT (SB_FLOW_VIEW (object)->guide_bar), "shown", value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_flow_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_GUIDE)
    g_object_set_property (G_OBJECT (SB_FLOW_VIEW (object)->guide_bar), "shown", value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_flow_view_dispose (GObject *object)
{
  SbFlowView *self = SB_FLOW_VIEW (object);

  if (self->model != NULL)
    sb_flow_view_set_model (self, NULL);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (sb_flow_view_parent_class)->dispose (object);
}

static void
sb_flow_view_class_init (SbFlowViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_flow_view_dispose;
  G_OBJECT_CLASS (klass)->get_property = sb_flow_view_get_property;
  G_OBJECT_CLASS (klass)->set_property = sb_flow_view_set_property;
  properties[PROP_GUIDE] =
    g_param_spec_boolean ("guide", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_install_property_action (widget_class, "flow.guide", "guide");
  g_type_ensure (SB_TYPE_ADAPTIVE);
  g_type_ensure (SB_TYPE_GATE_POPOVER);
  g_type_ensure (SB_TYPE_GUIDE_BAR);
  g_type_ensure (SB_TYPE_MAP_PAGE);
  g_type_ensure (SB_TYPE_PILOT_PAGE);
  g_type_ensure (SB_TYPE_ACTIVITY_PAGE);
  g_type_ensure (SB_TYPE_PLAN_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-flow-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, adaptive);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, switcher);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, switcher_bar);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, stack);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, sidebar_button);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, title_label);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, subtitle_label);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, live_button);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, live_icon);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, gate);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, guide_bar);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, versions_menu);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, map_page);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, pilot_page);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, activity_page);
  gtk_widget_class_bind_template_child (widget_class, SbFlowView, plan_page);
  gtk_widget_class_bind_template_callback (widget_class, adapt_cb);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
}

static void
sb_flow_view_init (SbFlowView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->gate, "changed", G_CALLBACK (gate_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->guide_bar, "notify::shown", G_CALLBACK (guide_shown_cb), self,
                           G_CONNECT_SWAPPED);
}
