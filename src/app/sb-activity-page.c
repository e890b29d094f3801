/* sb-activity-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-activity-page.h"

#include <glib/gi18n.h>

#include "sb-run-history.h"
#include "sb-run-row.h"
#include "sb-run-view.h"
#include "sb-time-filter.h"

struct _SbActivityPage
{
  AdwBin parent_instance;

  SbSession *session;
  SbFlowModel *model; /* (nullable) */
  SbRunHistory *runs;
  GtkSingleSelection *selection;
  GPtrArray *flow_ids; /* of char*, as in the drop-down; the first is NULL: any */
  gboolean updating;   /* the drop-downs are being filled */

  GtkStack *stack;
  GtkSearchEntry *search_entry;
  GtkWidget *flow_child;
  GtkDropDown *flow_drop_down;
  GtkDropDown *state_drop_down;
  SbTimeFilter *time_filter;
  GtkListView *list_view;
  GtkLabel *count_label;
  SbRunView *run_view;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbActivityPage,
                               sb_activity_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

/* In the order of the drop-down in the template. */
static const char *const states[] = { NULL, "open", "done", "inbox", "stopped", "dropped" };

static gboolean
is_filtered (SbActivityPage *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->search_entry))[0] != '\0' ||
         gtk_drop_down_get_selected (self->flow_drop_down) != 0 ||
         gtk_drop_down_get_selected (self->state_drop_down) != 0 ||
         sb_time_filter_is_set (self->time_filter);
}

static void
run_query (SbActivityPage *self)
{
  guint flow = gtk_drop_down_get_selected (self->flow_drop_down);
  guint state = gtk_drop_down_get_selected (self->state_drop_down);
  const char *flow_id = NULL;
  gint64 since_us, until_us;

  if (self->runs == NULL)
    return;

  if (self->model != NULL)
    flow_id = sb_flow_model_get_id (self->model);
  else if (flow < self->flow_ids->len)
    flow_id = g_ptr_array_index (self->flow_ids, flow);
  sb_time_filter_get_range (self->time_filter, &since_us, &until_us);
  sb_run_history_set_query (
    self->runs, flow_id, state < G_N_ELEMENTS (states) ? states[state] : NULL,
    gtk_editable_get_text (GTK_EDITABLE (self->search_entry)), since_us, until_us);
}

static void
query_changed_cb (SbActivityPage *self)
{
  if (!self->updating)
    run_query (self);
}

static void
selected_cb (SbActivityPage *self)
{
  SbRunItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (item != NULL && sb_run_item_get_id (item) != 0)
    sb_run_view_set_run (self->run_view, sb_run_item_get_id (item));
}

/* After an update the row of the run that is shown is the chosen one again; where none was chosen,
 * the first run is. */
static void
loaded_cb (SbActivityPage *self)
{
  guint n_runs = sb_run_history_get_n_runs (self->runs);
  gint64 shown = sb_run_view_get_run (self->run_view);
  g_autofree char *count = NULL;
  int position = shown != 0 ? sb_run_history_find (self->runs, shown) : -1;

  if (sb_run_history_has_more (self->runs))
    count = g_strdup_printf (_ ("The newest %u runs"), n_runs);
  else
    count = g_strdup_printf (ngettext ("%u run", "%u runs", n_runs), n_runs);
  gtk_label_set_label (self->count_label, count);

  gtk_stack_set_visible_child_name (self->stack,
                                    n_runs > 0 || is_filtered (self) ? "runs" : "empty");

  if (position < 0 && n_runs > 0)
    {
      /* Row 0 is the heading of the first day. */
      gtk_single_selection_set_selected (self->selection, 1);
      selected_cb (self);
    }
  else if (position >= 0)
    gtk_single_selection_set_selected (self->selection, (guint)position);
  else
    sb_run_view_set_run (self->run_view, 0);
}

static void
fill_flows (SbActivityPage *self)
{
  GListModel *flows = sb_session_get_flows (self->session);
  GtkStringList *names = gtk_string_list_new (NULL);
  guint chosen = gtk_drop_down_get_selected (self->flow_drop_down);
  g_autofree char *chosen_id = NULL;
  guint selected = 0;

  if (chosen < self->flow_ids->len)
    chosen_id = g_strdup (g_ptr_array_index (self->flow_ids, chosen));

  self->updating = TRUE;
  g_ptr_array_set_size (self->flow_ids, 0);
  g_ptr_array_add (self->flow_ids, NULL);
  gtk_string_list_append (names, _ ("Any flow"));
  for (guint i = 0; i < g_list_model_get_n_items (flows); i++)
    {
      g_autoptr (SbFlowItem) flow = g_list_model_get_item (flows, i);

      if (g_strcmp0 (sb_flow_item_get_id (flow), chosen_id) == 0)
        selected = i + 1;
      g_ptr_array_add (self->flow_ids, g_strdup (sb_flow_item_get_id (flow)));
      gtk_string_list_append (names, sb_flow_item_get_name (flow));
    }
  gtk_drop_down_set_model (self->flow_drop_down, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->flow_drop_down, selected);
  self->updating = FALSE;
  g_object_unref (names);
}

void
sb_activity_page_filter (
  SbActivityPage *self, const char *flow_id, const char *state, gint64 since_us, gint64 until_us)
{
  guint flow = 0;
  guint chosen_state = 0;

  for (guint i = 1; i < self->flow_ids->len; i++)
    if (g_strcmp0 (g_ptr_array_index (self->flow_ids, i), flow_id) == 0)
      flow = i;
  for (guint i = 1; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (states[i], state) == 0)
      chosen_state = i;

  self->updating = TRUE;
  gtk_drop_down_set_selected (self->flow_drop_down, flow);
  gtk_drop_down_set_selected (self->state_drop_down, chosen_state);
  sb_time_filter_set_range (self->time_filter, since_us, until_us);
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  self->updating = FALSE;
  run_query (self);
}

static void
set_session (SbPage *page, SbSession *session)
{
  SbActivityPage *self = SB_ACTIVITY_PAGE (page);

  self->session = g_object_ref (session);
  self->runs = sb_run_history_new (session);
  sb_run_view_set_session (self->run_view, session);
  g_signal_connect_object (self->runs, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "flows-changed", G_CALLBACK (fill_flows), self,
                           G_CONNECT_SWAPPED);

  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->runs)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));

  fill_flows (self);
  run_query (self);
}

static void
set_model (SbPage *page, SbFlowModel *model)
{
  SbActivityPage *self = SB_ACTIVITY_PAGE (page);

  g_set_object (&self->model, model);
  gtk_widget_set_visible (self->flow_child, model == NULL);
  sb_run_view_set_run (self->run_view, 0);
  run_query (self);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Activity");
}

static char *
dup_subtitle (SbPage *page)
{
  return g_strdup (_ ("Every event and every step on this computer"));
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->set_model = set_model;
  iface->get_title = get_title;
  iface->dup_subtitle = dup_subtitle;
}

static void
sb_activity_page_dispose (GObject *object)
{
  SbActivityPage *self = SB_ACTIVITY_PAGE (object);

  g_clear_object (&self->model);
  g_clear_object (&self->selection);
  g_clear_object (&self->runs);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (sb_activity_page_parent_class)->dispose (object);
}

static void
sb_activity_page_finalize (GObject *object)
{
  SbActivityPage *self = SB_ACTIVITY_PAGE (object);

  g_clear_pointer (&self->flow_ids, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_activity_page_parent_class)->finalize (object);
}

static void
sb_activity_page_class_init (SbActivityPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_activity_page_dispose;
  object_class->finalize = sb_activity_page_finalize;

  g_type_ensure (SB_TYPE_RUN_VIEW);
  g_type_ensure (SB_TYPE_TIME_FILTER);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/signalbox/Signalbox/sb-activity-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, flow_child);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, flow_drop_down);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, state_drop_down);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, time_filter);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, run_view);
  gtk_widget_class_bind_template_callback (widget_class, query_changed_cb);
}

static void
sb_activity_page_init (SbActivityPage *self)
{
  g_autoptr (GtkListItemFactory) factory = sb_run_row_factory_new ();

  self->flow_ids = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_factory (self->list_view, factory);
}
