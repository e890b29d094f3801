/* sb-map-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-map-page.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "sb-canvas.h"
#include "sb-flow-edit.h"
#include "sb-inspector.h"
#include "sb-step-chooser.h"

struct _SbMapPage
{
  AdwBin parent_instance;

  GtkWidget *scroller;
  SbCanvas *canvas;
  GtkLabel *zoom_label;
  SbInspector *inspector;

  SbSession *session;
  SbFlowModel *model;
  GtkWidget *chooser; /* (nullable): while it is open */
  char *owner;        /* where the step that is being chosen goes */
  int lane;
  int index;
  gboolean inserted;
  guint frames; /* since the list was asked for */
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMapPage,
                               sb_map_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

static gboolean
drop_chooser_cb (gpointer data)
{
  GtkWidget *page;

  if (gtk_widget_get_parent (data) == NULL)
    return G_SOURCE_REMOVE;
  page = gtk_widget_get_ancestor (data, SB_TYPE_MAP_PAGE);
  gtk_widget_unparent (data);
  /* Only now is the focus not given back to what had it before the list was opened. */
  if (page != NULL && SB_MAP_PAGE (page)->inserted)
    {
      SB_MAP_PAGE (page)->inserted = FALSE;
      sb_canvas_focus_chosen (SB_MAP_PAGE (page)->canvas);
    }
  return G_SOURCE_REMOVE;
}

/* A frame later, when what the focus has scrolled to is where it will be. */
static gboolean
open_chooser_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GtkWidget *chooser = SB_MAP_PAGE (widget)->chooser;

  SB_MAP_PAGE (widget)->frames += 1;
  if (chooser != NULL && SB_MAP_PAGE (widget)->frames < 3)
    return G_SOURCE_CONTINUE;
  if (chooser != NULL)
    gtk_popover_popup (GTK_POPOVER (chooser));
  return G_SOURCE_REMOVE;
}

static void
chooser_closed_cb (SbMapPage *self)
{
  GtkWidget *chooser = g_steal_pointer (&self->chooser);

  /* Not while it is being closed. */
  if (chooser != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, drop_chooser_cb, g_object_ref (chooser),
                     g_object_unref);
}

static void
step_chosen_cb (SbMapPage *self, SbValue *step)
{
  SbValue *old = sb_flow_model_get_flow (self->model)->document;
  const char *id = sb_value_get_string (step, "id");
  gboolean branch = g_strcmp0 (sb_value_get_string (step, "type"), "branch") == 0;
  g_autofree char *node = branch ? g_strdup_printf ("%s/0", id) : g_strdup (id);
  g_autoptr (SbValue) document = NULL;
  g_autoptr (GError) error = NULL;

  document =
    sb_flow_edit_insert (old, self->owner, self->lane, (guint)self->index, sb_value_ref (step));
  if (!sb_flow_model_edit (self->model, document, NULL, &error))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      return;
    }
  self->inserted = TRUE;
  sb_flow_model_set_chosen (self->model, node);
}

static void
add_cb (SbMapPage *self, const char *owner, int lane, int index, GtkWidget *button)
{
  if (self->chooser != NULL || self->session == NULL)
    return;
  g_free (self->owner);
  self->owner = g_strdup (owner);
  self->lane = lane;
  self->index = index;
  self->chooser = sb_step_chooser_new (self->session, self->model);
  gtk_widget_set_parent (self->chooser, button);
  g_signal_connect_object (self->chooser, "chosen", G_CALLBACK (step_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chooser, "closed", G_CALLBACK (chooser_closed_cb), self,
                           G_CONNECT_SWAPPED);
  /* Assistive technology presses a + that is out of view, too: the focus brings it into view first.
   */
  gtk_widget_grab_focus (button);
  self->frames = 0;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), open_chooser_cb, NULL, NULL);
}

static void
removed_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.undo-toast", "s", _ ("Step removed"));
}

static void
zoom_changed_cb (SbMapPage *self)
{
  g_autofree char *text =
    g_strdup_printf ("%d%%", (int)round (sb_canvas_get_zoom (self->canvas) * 100));

  gtk_label_set_label (self->zoom_label, text);
}

static void
zoom_in_cb (SbMapPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->canvas), "canvas.zoom-in", NULL);
}

static void
zoom_out_cb (SbMapPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->canvas), "canvas.zoom-out", NULL);
}

static void
zoom_fit_cb (SbMapPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->canvas), "canvas.zoom-fit", NULL);
}

static void
set_session (SbPage *page, SbSession *session)
{
  SbMapPage *self = SB_MAP_PAGE (page);

  g_set_object (&self->session, session);
  sb_inspector_set_session (self->inspector, session);
}

static void
set_model (SbPage *page, SbFlowModel *model)
{
  SbMapPage *self = SB_MAP_PAGE (page);

  g_set_object (&self->model, model);
  sb_canvas_set_model (self->canvas, model);
  sb_inspector_set_model (self->inspector, model);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Map");
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->set_model = set_model;
  iface->get_title = get_title;
}

static void
sb_map_page_dispose (GObject *object)
{
  SbMapPage *self = SB_MAP_PAGE (object);

  g_clear_object (&self->session);
  g_clear_object (&self->model);
  g_clear_pointer (&self->owner, g_free);

  G_OBJECT_CLASS (sb_map_page_parent_class)->dispose (object);
}

static void
sb_map_page_class_init (SbMapPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_map_page_dispose;
  g_type_ensure (SB_TYPE_CANVAS);
  g_type_ensure (SB_TYPE_INSPECTOR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-map-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbMapPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbMapPage, canvas);
  gtk_widget_class_bind_template_child (widget_class, SbMapPage, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, SbMapPage, inspector);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, zoom_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, zoom_in_cb);
  gtk_widget_class_bind_template_callback (widget_class, zoom_out_cb);
  gtk_widget_class_bind_template_callback (widget_class, zoom_fit_cb);
  gtk_widget_class_install_action (widget_class, "map.removed", NULL, removed_cb);
}

static void
sb_map_page_init (SbMapPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
