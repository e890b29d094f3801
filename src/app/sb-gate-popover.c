/* sb-gate-popover.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-gate-popover.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-commands.h"

/* The map shows the rest, each at its card. */
#define MAX_PROBLEMS 4

struct _SbGatePopover
{
  GtkPopover parent_instance;

  GtkImage *icon;
  GtkLabel *heading;
  GtkBox *reasons;
  GtkBox *fallback;
  GtkWidget *pilot_button;
  GtkWidget *override_button;
  GtkWidget *live_button;

  SbSession *session;
  SbFlowModel *model;
  SbValue *facts;
  gboolean loading;
  gboolean stale;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbGatePopover, sb_gate_popover, GTK_TYPE_POPOVER)

static void load (SbGatePopover *self);

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static GtkWidget *
make_line (const char *icon_name, const char *style, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (icon, style);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_margin_top (icon, 2);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), 40);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static void
show_fallback (SbGatePopover *self)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbValue *steps = sb_value_get_member (flow->plan, "fallback");
  GtkWidget *label;

  clear_box (self->fallback);
  gtk_box_append (
    self->fallback,
    make_line ("sb-status-paused-symbolic", "dim-label",
               _ ("Pause holds events, it drops none. Back to an earlier version is in the "
                  "menu beside this button.")));
  if (sb_value_get_length (steps) == 0)
    return;
  label = gtk_label_new (_ ("Fallback for day one"));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (self->fallback, label);
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      g_autofree char *text = sb_value_to_text (sb_value_get_item (steps, i));

      gtk_box_append (self->fallback, make_line ("sb-hand-symbolic", "dim-label", text));
    }
}

static void
show (SbGatePopover *self)
{
  SbValue *gate = sb_value_get_member (self->facts, "gate");
  SbValue *problems = sb_value_get_member (self->facts, "problems");
  gboolean open = sb_gate_popover_is_open (self);

  if (self->model == NULL)
    return;
  gtk_image_set_from_icon_name (self->icon, open ? "sb-unlock-symbolic" : "sb-lock-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon),
                              (const char *[]){ open ? "sb-done" : "sb-held", NULL });
  gtk_label_set_label (self->heading, open ? _ ("Ready to go live") : _ ("Go Live is closed"));

  clear_box (self->reasons);
  if (self->facts == NULL)
    gtk_box_append (self->reasons, make_line ("sb-clock-symbolic", "dim-label", _ ("Looking…")));
  for (guint i = 0; i < MIN (sb_value_get_length (problems), MAX_PROBLEMS); i++)
    gtk_box_append (self->reasons,
                    make_line ("sb-status-trouble-symbolic", "sb-trouble",
                               sb_value_get_string (sb_value_get_item (problems, i), "message")));
  if (sb_value_get_length (problems) > MAX_PROBLEMS)
    {
      guint more = sb_value_get_length (problems) - MAX_PROBLEMS;
      g_autofree char *text = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "and %u more, on the map", "and %u more, on the map", more),
        more);

      gtk_box_append (self->reasons, make_line ("sb-map-symbolic", "dim-label", text));
    }
  for (guint i = 0; i < sb_value_get_length (gate); i++)
    gtk_box_append (self->reasons, make_line ("sb-cross-symbolic", "sb-trouble",
                                              sb_value_get_text (sb_value_get_item (gate, i))));
  if (open)
    {
      gtk_box_append (self->reasons, make_line ("sb-done-symbolic", "sb-done",
                                                _ ("The pilot met every success criterion.")));
      gtk_box_append (
        self->reasons,
        make_line ("sb-bell-symbolic", "dim-label",
                   g_strcmp0 (sb_session_get_mode (self->session), "practice") == 0
                     ? _ ("From here on every event that comes in is worked on, and sent to the "
                          "practice ground: Signalbox was started for practice.")
                     : _ ("From here on every event that comes in is worked on for real.")));
      show_fallback (self);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->fallback), open);
  gtk_widget_set_visible (self->pilot_button, !open);
  gtk_widget_set_visible (self->override_button, !open && self->facts != NULL);
  gtk_widget_set_visible (self->live_button, open);
}

static void
facts_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbGatePopover) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) facts = sb_commands_run_finish (result, &error);

  self->loading = FALSE;
  if (self->model == NULL || self->session == NULL)
    return;
  if (self->stale)
    {
      load (self);
      return;
    }
  if (facts == NULL)
    g_debug ("The gate could not be looked at: %s", error->message);
  g_clear_pointer (&self->facts, sb_value_unref);
  self->facts = g_steal_pointer (&facts);
  show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
load (SbGatePopover *self)
{
  g_autoptr (SbValue) arguments = NULL;

  self->stale = self->loading;
  if (self->model == NULL || !sb_session_is_ready (self->session) || self->loading)
    return;
  self->loading = TRUE;
  arguments = sb_value_new_object ();
  sb_value_set_string (arguments, "id", sb_flow_model_get_id (self->model));
  sb_commands_run_async (sb_session_get_engine (self->session), "flows.show", arguments, NULL,
                         facts_cb, g_object_ref (self));
}

static void
session_changed_cb (SbGatePopover *self, const char *what)
{
  if (strcmp (what, "flows") == 0 || strcmp (what, "pilots") == 0 ||
      strcmp (what, "connections") == 0)
    load (self);
}

static void
run_pilot_cb (SbGatePopover *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.run-pilot", NULL);
}

static void
go_live_cb (SbGatePopover *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.go-live", NULL);
}

static void
override_cb (SbGatePopover *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.go-live-anyway", NULL);
}

void
sb_gate_popover_set_session (SbGatePopover *self, SbSession *session)
{
  g_set_object (&self->session, session);
  g_signal_connect_object (session, "changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
sb_gate_popover_set_model (SbGatePopover *self, SbFlowModel *model)
{
  if (!g_set_object (&self->model, model))
    return;
  g_clear_pointer (&self->facts, sb_value_unref);
  show (self);
  load (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
sb_gate_popover_is_open (SbGatePopover *self)
{
  SbValue *gate = sb_value_get_member (self->facts, "gate");

  return gate != NULL && sb_value_get_length (gate) == 0 &&
         sb_value_get_length (sb_value_get_member (self->facts, "problems")) == 0;
}

SbValue *
sb_gate_popover_get_facts (SbGatePopover *self)
{
  return self->facts;
}

static void
sb_gate_popover_dispose (GObject *object)
{
  SbGatePopover *self = SB_GATE_POPOVER (object);

  g_clear_object (&self->session);
  g_clear_object (&self->model);
  g_clear_pointer (&self->facts, sb_value_unref);

  G_OBJECT_CLASS (sb_gate_popover_parent_class)->dispose (object);
}

static void
sb_gate_popover_class_init (SbGatePopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_gate_popover_dispose;
  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_GATE_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-gate-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, icon);
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, heading);
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, reasons);
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, fallback);
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, pilot_button);
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, override_button);
  gtk_widget_class_bind_template_child (widget_class, SbGatePopover, live_button);
  gtk_widget_class_bind_template_callback (widget_class, run_pilot_cb);
  gtk_widget_class_bind_template_callback (widget_class, override_cb);
  gtk_widget_class_bind_template_callback (widget_class, go_live_cb);
}

static void
sb_gate_popover_init (SbGatePopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
