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
#include "sb-connection-dialog.h"
#include "sb-flow-edit.h"
#include "sb-inspector.h"
#include "sb-overview.h"
#include "sb-step-chooser.h"

/* Where it is kept what was chosen lately, and how many of them. */
#define RECENT_KEY "window.recent-steps"
#define N_RECENT   5

struct _SbMapPage
{
  AdwBin parent_instance;

  GtkWidget *scroller;
  SbCanvas *canvas;
  GtkLabel *zoom_label;
  SbInspector *inspector;

  SbSession *session;
  SbStore *store; /* (nullable): that is followed */
  SbFlowModel *model;
  GtkWidget *chooser; /* (nullable): while it is open */
  char *owner;        /* where the step that is being chosen goes */
  int lane;
  int index;
  gboolean inserted;
  GPtrArray *recent;   /* of char *: ids of what was chosen, the latest first */
  SbValue *drawn;      /* (nullable): the step that is drawn out of the list */
  char *connect;       /* (nullable): the step an account is being made for */
  gboolean loading;    /* how the latest run went … */
  gboolean load_again; /* … and there is news already */
  guint frames;        /* since the list was asked for */
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

/* --- what was chosen lately ---------------------------------------------------------------------
 */

static void
recent_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbMapPage) self = data;
  g_autoptr (SbValue) ids = sb_store_get_setting_finish (SB_STORE (source), result, NULL);

  for (guint i = 0; i < sb_value_get_length (ids) && self->recent->len < N_RECENT; i++)
    if (sb_value_get_type (sb_value_get_item (ids, i)) == SB_VALUE_STRING)
      g_ptr_array_add (self->recent, g_strdup (sb_value_get_text (sb_value_get_item (ids, i))));
}

static void
remember (SbMapPage *self, SbValue *step)
{
  char *id = sb_step_chooser_dup_choice (step);
  g_autoptr (SbValue) ids = sb_value_new_array ();
  guint position;

  if (g_ptr_array_find_with_equal_func (self->recent, id, g_str_equal, &position))
    g_ptr_array_remove_index (self->recent, position);
  g_ptr_array_insert (self->recent, 0, id);
  if (self->recent->len > N_RECENT)
    g_ptr_array_set_size (self->recent, N_RECENT);
  for (guint i = 0; i < self->recent->len; i++)
    sb_value_append (ids, sb_value_new_string (g_ptr_array_index (self->recent, i)));
  if (sb_session_get_store (self->session) != NULL)
    sb_store_set_setting_async (sb_session_get_store (self->session), RECENT_KEY, ids, NULL, NULL,
                                NULL);
}

/* --- choosing a step ----------------------------------------------------------------------------
 */

static void
account_made_cb (SbMapPage *self, const char *id)
{
  g_autofree char *step = g_steal_pointer (&self->connect);
  g_autoptr (SbValue) document = NULL;

  if (step == NULL || self->model == NULL || sb_flow_model_find_step (self->model, step) == NULL)
    return;
  document = sb_flow_edit_set (sb_flow_model_get_flow (self->model)->document, step, "connection",
                               sb_value_new_string (id));
  sb_flow_model_edit (self->model, document, NULL, NULL);
}

/* An account for a step that was just put in, made without leaving the map. */
static void
make_account (SbMapPage *self, SbValue *step)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *dialog = sb_connection_dialog_new (sb_session_get_engine (self->session),
                                                sb_value_get_string (step, "connector"), NULL);

  g_free (self->connect);
  self->connect = g_strdup (sb_value_get_string (step, "id"));
  g_signal_connect_object (dialog, "saved", G_CALLBACK (account_made_cb), self, G_CONNECT_SWAPPED);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (root));
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
step_chosen_cb (SbMapPage *self, SbValue *step, gboolean connect)
{
  self->inserted =
    sb_canvas_insert_step (self->canvas, self->owner, self->lane, (guint)self->index, step);
  if (!self->inserted)
    return;
  remember (self, step);
  if (connect)
    make_account (self, step);
}

/* --- drawing a step out of the list -------------------------------------------------------------
 */

/* From the chooser's surface, by way of the window's, onto the canvas. */
static gboolean
find_on_canvas (SbMapPage *self, double x, double y, graphene_point_t *at)
{
  GdkPopup *popup = GDK_POPUP (gtk_native_get_surface (GTK_NATIVE (self->chooser)));
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));
  double surface_x = 0;
  double surface_y = 0;

  gtk_native_get_surface_transform (native, &surface_x, &surface_y);
  x += gdk_popup_get_position_x (popup) - surface_x;
  y += gdk_popup_get_position_y (popup) - surface_y;
  return gtk_widget_compute_point (GTK_WIDGET (native), GTK_WIDGET (self->canvas),
                                   &GRAPHENE_POINT_INIT ((float)x, (float)y), at);
}

static void
lifted_cb (SbMapPage *self, SbValue *step, GtkWidget *row)
{
  g_autoptr (SbValue) kept = sb_value_ref (step);

  /* Out of the way until the pointer tells where it is. */
  sb_canvas_lift (self->canvas, sb_value_ref (kept), row, -1000, -1000);
  g_clear_pointer (&self->drawn, sb_value_unref);
  self->drawn = g_steal_pointer (&kept);
}

static void
dragged_cb (SbMapPage *self, double x, double y)
{
  graphene_point_t at;

  if (self->chooser != NULL && find_on_canvas (self, x, y, &at))
    sb_canvas_drag_to (self->canvas, at.x, at.y);
}

static void
dropped_cb (SbMapPage *self, gboolean cancelled)
{
  g_autoptr (SbValue) step = g_steal_pointer (&self->drawn);

  if (cancelled)
    sb_canvas_cancel (self->canvas);
  else if (sb_canvas_drop (self->canvas))
    {
      self->inserted = TRUE;
      remember (self, step);
    }
}

static void
add_cb (SbMapPage *self, const char *owner, int lane, int index, GtkWidget *button)
{
  g_autoptr (GPtrArray) recent = NULL;

  if (self->chooser != NULL || self->session == NULL || self->model == NULL)
    return;
  g_free (self->owner);
  self->owner = g_strdup (owner);
  self->lane = lane;
  self->index = index;
  recent = g_ptr_array_new ();
  g_ptr_array_extend (recent, self->recent, NULL, NULL);
  g_ptr_array_add (recent, NULL);
  self->chooser =
    sb_step_chooser_new (self->session, self->model, (const char *const *)recent->pdata);
  gtk_widget_set_parent (self->chooser, button);
  g_signal_connect_object (self->chooser, "chosen", G_CALLBACK (step_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chooser, "lifted", G_CALLBACK (lifted_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chooser, "dragged", G_CALLBACK (dragged_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chooser, "dropped", G_CALLBACK (dropped_cb), self,
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
focus_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_canvas_focus_chosen (SB_MAP_PAGE (widget)->canvas);
}

static void
fill_in_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_inspector_focus (SB_MAP_PAGE (widget)->inspector);
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

/* --- how the latest run went --------------------------------------------------------------------
 */

static void load_status (SbMapPage *self);

static void
status_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbMapPage) self = data;
  g_autoptr (SbMapStatus) status = sb_map_status_load_finish (SB_STORE (source), result, NULL);
  gboolean again = self->load_again;

  self->loading = FALSE;
  self->load_again = FALSE;
  if (again)
    load_status (self);
  else if (self->model != NULL)
    sb_canvas_set_status (self->canvas, g_steal_pointer (&status));
}

static void
load_status (SbMapPage *self)
{
  SbStore *store = self->session != NULL ? sb_session_get_store (self->session) : NULL;

  if (store == NULL || self->model == NULL)
    return;
  if (self->loading)
    {
      self->load_again = TRUE;
      return;
    }
  self->loading = TRUE;
  sb_map_status_load_async (store, sb_session_get_connectors (self->session),
                            sb_flow_model_get_id (self->model), NULL, status_loaded_cb,
                            g_object_ref (self));
}

static void
store_changed_cb (SbMapPage *self, const char *what, const char *id)
{
  if ((g_str_equal (what, "runs") || g_str_equal (what, "pilots")) && self->model != NULL &&
      (id == NULL || g_str_equal (id, sb_flow_model_get_id (self->model))))
    load_status (self);
}

/* The store is there once the session is ready. */
static void
follow_store (SbMapPage *self)
{
  SbStore *store = self->session != NULL ? sb_session_get_store (self->session) : NULL;

  if (store == self->store)
    return;
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_set_object (&self->store, store);
  if (store == NULL)
    return;
  g_signal_connect_object (store, "changed", G_CALLBACK (store_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_ptr_array_set_size (self->recent, 0);
  sb_store_get_setting_async (store, RECENT_KEY, NULL, recent_loaded_cb, g_object_ref (self));
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
  follow_store (self);
  load_status (self);
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

  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);
  g_clear_object (&self->session);
  g_clear_object (&self->model);
  g_clear_pointer (&self->owner, g_free);
  g_clear_pointer (&self->connect, g_free);
  g_clear_pointer (&self->drawn, sb_value_unref);

  G_OBJECT_CLASS (sb_map_page_parent_class)->dispose (object);
}

static void
sb_map_page_finalize (GObject *object)
{
  g_ptr_array_unref (SB_MAP_PAGE (object)->recent);

  G_OBJECT_CLASS (sb_map_page_parent_class)->finalize (object);
}

static void
sb_map_page_class_init (SbMapPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_map_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_map_page_finalize;
  g_type_ensure (SB_TYPE_CANVAS);
  g_type_ensure (SB_TYPE_OVERVIEW);
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
  gtk_widget_class_install_action (widget_class, "map.focus", NULL, focus_action);
  gtk_widget_class_install_action (widget_class, "map.fill-in", NULL, fill_in_action);
}

static void
sb_map_page_init (SbMapPage *self)
{
  self->recent = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}
