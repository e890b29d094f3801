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

#define MAX_QUOTED 40

struct _SbActivityPage
{
  AdwBin parent_instance;

  SbSession *session;
  SbFlowModel *model; /* (nullable) */
  SbRunHistory *runs;
  GtkSingleSelection *selection;
  GPtrArray *flow_ids; /* of char*, as in the drop-down; the first is NULL: any */
  gboolean updating;   /* the drop-downs are being filled */

  GtkEventController *keys; /* (nullable): while it is seen */

  GtkStack *stack;
  GtkStack *list_stack;
  AdwStatusPage *nothing_page;
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

/* What to do where nothing is found. */
static void
show_nothing (SbActivityPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_autofree char *words = NULL;

  if (*text == '\0')
    words = g_strdup (_ ("No run is of this flow, this result and this time."));
  else if (g_utf8_strlen (text, -1) <= MAX_QUOTED)
    words = g_strdup_printf (
      _ ("“%s” is in no name, event or problem of these runs. Words are found from their "
         "beginning: try the number alone, or one name."),
      escaped);
  else
    words = g_strdup (_ ("No run has all of these words. Try the number alone, or one name."));
  adw_status_page_set_description (self->nothing_page, words);
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
  if (n_runs == 0)
    show_nothing (self);
  gtk_stack_set_visible_child_name (self->list_stack, n_runs > 0 ? "list" : "nothing");

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

/* --- keys
 * ------------------------------------------------------------------------------------------- */

/* The row that is chosen has the focus, so that arrows go on from there. */
static void
focus_list (SbActivityPage *self)
{
  GtkWidget *list = GTK_WIDGET (self->list_view);
  guint selected = gtk_single_selection_get_selected (self->selection);

  if (selected == GTK_INVALID_LIST_POSITION)
    return;
  gtk_widget_activate_action (list, "list.scroll-to-item", "u", selected);
  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    if ((gtk_widget_get_state_flags (row) & GTK_STATE_FLAG_SELECTED) != 0)
      {
        gtk_widget_grab_focus (row);
        return;
      }
}

static void
search_activated_cb (SbActivityPage *self)
{
  focus_list (self);
}

static void
search_stopped_cb (SbActivityPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  focus_list (self);
}

/* Enter on a run goes on to its time line. */
static void
row_activated_cb (SbActivityPage *self)
{
  sb_run_view_focus (self->run_view);
}

static gboolean
search_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SB_ACTIVITY_PAGE (widget)->search_entry));
}

static void
show_all_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  sb_activity_page_filter (SB_ACTIVITY_PAGE (widget), NULL, NULL, 0, 0);
  gtk_widget_grab_focus (GTK_WIDGET (SB_ACTIVITY_PAGE (widget)->search_entry));
}

/* The search key counts wherever in the window the focus is; there are two of these pages, so only
 * for the one that is seen. */
static void
sb_activity_page_map (GtkWidget *widget)
{
  SbActivityPage *self = SB_ACTIVITY_PAGE (widget);

  GTK_WIDGET_CLASS (sb_activity_page_parent_class)->map (widget);
  self->keys = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (self->keys),
                                     GTK_SHORTCUT_SCOPE_GLOBAL);
  /* A label whose text can be chosen swallows keys. */
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (self->keys),
    gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>f"),
                      gtk_callback_action_new (search_key_cb, NULL, NULL)));
  gtk_widget_add_controller (widget, self->keys);
}

static void
sb_activity_page_unmap (GtkWidget *widget)
{
  SbActivityPage *self = SB_ACTIVITY_PAGE (widget);

  gtk_widget_remove_controller (widget, g_steal_pointer (&self->keys));
  GTK_WIDGET_CLASS (sb_activity_page_parent_class)->unmap (widget);
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
  widget_class->map = sb_activity_page_map;
  widget_class->unmap = sb_activity_page_unmap;

  g_type_ensure (SB_TYPE_RUN_VIEW);
  g_type_ensure (SB_TYPE_TIME_FILTER);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/signalbox/Signalbox/sb-activity-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, nothing_page);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, flow_child);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, flow_drop_down);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, state_drop_down);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, time_filter);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, SbActivityPage, run_view);
  gtk_widget_class_bind_template_callback (widget_class, query_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_install_action (widget_class, "activity.show-all", NULL, show_all_action);
}

static void
sb_activity_page_init (SbActivityPage *self)
{
  g_autoptr (GtkListItemFactory) factory = sb_run_row_factory_new ();

  self->flow_ids = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_factory (self->list_view, factory);
  gtk_search_entry_set_key_capture_widget (self->search_entry, GTK_WIDGET (self->list_view));
}
