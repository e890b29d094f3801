/* sb-guide-bar.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-guide-bar.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-guide-memo.h"
#include "sb-guide-stage.h"

struct _SbGuideBar
{
  AdwBin parent_instance;

  GtkWidget *stages_button;
  GtkWidget *popover;
  GtkWidget *marks;
  GtkBox *list;
  GtkLabel *so_far;
  GtkLabel *next_label;
  GtkButton *go_button;
  GtkWidget *time_label;

  SbSession *session;
  SbFlowModel *model;
  SbGuideMemo *memo;  /* (nullable): of the model's flow */
  SbValue *facts;     /* (nullable) */
  GHashTable *tested; /* connection id → gint64 */
  GPtrArray *tasks;   /* (nullable): of SbGuideTask */
  GtkEventController *keys;
  GtkWidget *root; /* (nullable): what @keys listens to */
  guint idle;
  gboolean narrow;
};

enum
{
  PROP_SHOWN = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SbGuideBar, sb_guide_bar, ADW_TYPE_BIN)

static SbFlowRow *
get_row (SbGuideBar *self)
{
  SbFlowItem *item = NULL;

  if (self->model != NULL && self->session != NULL)
    item = sb_session_find_flow (self->session, sb_flow_model_get_id (self->model));
  return item != NULL ? sb_flow_item_get_row (item) : NULL;
}

static gboolean
is_shown (SbGuideBar *self)
{
  SbFlowRow *row = get_row (self);

  return self->memo != NULL && sb_guide_memo_is_loaded (self->memo) &&
         !sb_guide_memo_is_away (self->memo, row != NULL && row->live_version > 0);
}

/* --- show
 * ------------------------------------------------------------------------------------------- */

static SbGuideStage
get_stage (SbGuideBar *self)
{
  SbGuideTask *next = self->tasks != NULL ? sb_guide_find_next (self->tasks) : NULL;

  return next != NULL ? next->stage : SB_GUIDE_N_STAGES;
}

static void
list_tasks (SbGuideBar *self)
{
  SbFlowRow *row = get_row (self);
  SbGuideFacts facts = {
    .flow = sb_flow_model_get_flow (self->model),
    .connectors = sb_flow_model_get_connectors (self->model),
    .problems = sb_flow_model_get_problems (self->model),
    .connections = sb_session_get_connections (self->session),
    .tested = self->tested,
    .gate = sb_value_get_member (self->facts, "gate"),
    .practice = g_strcmp0 (sb_session_get_mode (self->session), "practice") == 0,
    .live_version = row != NULL ? row->live_version : 0,
    .draft_changed = row == NULL || row->draft_changed,
  };

  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  self->tasks = sb_guide_list_tasks (&facts);
}

static void
show_list (SbGuideBar *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_box_remove (self->list, child);
  for (guint i = 0; i < SB_GUIDE_N_STAGES; i++)
    gtk_box_append (self->list, sb_guide_stage_new (self->tasks, i, get_stage (self),
                                                    sb_guide_memo_get_minutes (self->memo, i)));
}

static void
show_marks (SbGuideBar *self)
{
  SbGuideStage here = get_stage (self);
  GtkWidget *child;
  g_autofree char *name = NULL;

  while ((child = gtk_widget_get_first_child (self->marks)) != NULL)
    gtk_box_remove (GTK_BOX (self->marks), child);
  for (guint i = 0; i < SB_GUIDE_N_STAGES; i++)
    {
      GtkWidget *mark = sb_guide_mark_new (i, sb_guide_is_done (self->tasks, i), i == here);

      gtk_widget_add_css_class (mark, "small");
      gtk_box_append (GTK_BOX (self->marks), mark);
    }
  name = here < SB_GUIDE_N_STAGES
           ? g_strdup_printf (_ ("Live in 90 minutes, step %u of %u: %s"), here + 1,
                              SB_GUIDE_N_STAGES, sb_guide_stage_title (here))
           : g_strdup (_ ("Live in 90 minutes: all done"));
  gtk_widget_set_tooltip_text (self->stages_button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->stages_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
show_next (SbGuideBar *self)
{
  SbGuideTask *next = sb_guide_find_next (self->tasks);
  guint minutes = sb_guide_memo_get_minutes (self->memo, SB_GUIDE_N_STAGES);
  g_autofree char *text = NULL;
  g_autofree char *time = g_strdup_printf (_ ("%u min"), minutes);
  g_autofree char *so_far = NULL;

  if (next != NULL)
    text = g_strdup (next->text);
  else if (minutes > 0)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Live after %u minute of your time",
                                         "Live after %u minutes of your time", minutes),
                            minutes);
  else
    text = g_strdup (_ ("Live"));
  so_far = minutes > 0
             ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u minute so far, pauses left out",
                                             "%u minutes so far, pauses left out", minutes),
                                minutes)
             : g_strdup (_ ("Stop and go on whenever you like: your place is kept."));
  gtk_label_set_label (self->next_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->next_label), text);
  gtk_button_set_label (self->go_button, next != NULL ? next->button : _ ("Done"));
  gtk_label_set_label (GTK_LABEL (self->time_label), time);
  gtk_widget_set_visible (self->time_label, minutes > 0 && !self->narrow);
  gtk_label_set_label (self->so_far, so_far);
}

static void
show (SbGuideBar *self)
{
  gboolean shown = is_shown (self);

  if (shown)
    {
      list_tasks (self);
      show_marks (self);
      show_next (self);
      if (gtk_widget_get_visible (self->popover))
        show_list (self);
    }
  if (gtk_widget_get_visible (GTK_WIDGET (self)) != shown)
    {
      gtk_widget_set_visible (GTK_WIDGET (self), shown);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWN]);
    }
}

static gboolean
show_idle_cb (gpointer data)
{
  SbGuideBar *self = data;

  self->idle = 0;
  show (self);
  return G_SOURCE_REMOVE;
}

/* Several facts change at once, and a field while it is typed in: shown once, after the frame. */
static void
queue_show (SbGuideBar *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_LOW, show_idle_cb, self, NULL);
}

/* --- facts
 * ------------------------------------------------------------------------------------------ */

typedef struct
{
  SbGuideBar *bar;
  char *connection;
} Asked;

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (SbGuideBar) self = asked->bar;
  g_autofree char *connection = asked->connection;
  g_autoptr (SbValue) value = sb_store_get_setting_finish (SB_STORE (source), result, NULL);
  gint64 time_us = 0;

  if (value == NULL || !sb_value_get_int (value, &time_us))
    return;
  g_hash_table_replace (self->tested, g_steal_pointer (&connection),
                        g_memdup2 (&time_us, sizeof time_us));
  queue_show (self);
}

static void
ask_tested (SbGuideBar *self, const char *connection)
{
  g_autofree char *key = g_strconcat (SB_MEMO_TESTED, connection, NULL);
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){ g_object_ref (self), g_strdup (connection) };
  sb_store_get_setting_async (sb_session_get_store (self->session), key, NULL, tested_cb, asked);
}

static void
connections_changed_cb (SbGuideBar *self)
{
  GPtrArray *connections = sb_session_get_connections (self->session);

  for (guint i = 0; i < connections->len; i++)
    ask_tested (self, ((SbConnection *)g_ptr_array_index (connections, i))->id);
  queue_show (self);
}

static void
session_changed_cb (SbGuideBar *self, const char *what, const char *id)
{
  if (strcmp (what, "memo") == 0 && g_str_has_prefix (id, SB_MEMO_TESTED) &&
      sb_session_is_ready (self->session))
    ask_tested (self, id + strlen (SB_MEMO_TESTED));
}

void
sb_guide_bar_set_session (SbGuideBar *self, SbSession *session)
{
  g_set_object (&self->session, session);
  g_signal_connect_object (session, "connections-changed", G_CALLBACK (connections_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "flows-changed", G_CALLBACK (queue_show), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  connections_changed_cb (self);
}

void
sb_guide_bar_set_model (SbGuideBar *self, SbFlowModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  if (self->memo != NULL)
    g_signal_handlers_disconnect_by_data (self->memo, self);
  g_clear_object (&self->memo);
  g_clear_pointer (&self->facts, sb_value_unref);
  g_set_object (&self->model, model);
  if (model != NULL && self->session != NULL)
    {
      g_signal_connect_object (model, "changed", G_CALLBACK (queue_show), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "previewed", G_CALLBACK (queue_show), self,
                               G_CONNECT_SWAPPED);
      self->memo =
        sb_guide_memo_new (sb_session_get_store (self->session), sb_flow_model_get_id (model));
      g_signal_connect_object (self->memo, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
    }
  show (self);
}

void
sb_guide_bar_set_facts (SbGuideBar *self, SbValue *facts)
{
  g_clear_pointer (&self->facts, sb_value_unref);
  if (facts != NULL)
    self->facts = sb_value_ref (facts);
  queue_show (self);
}

/* --- what the person does
 * --------------------------------------------------------------------------- */

static void
put_away (SbGuideBar *self)
{
  sb_guide_memo_set_away (self->memo, TRUE);
  gtk_widget_activate_action (gtk_widget_get_parent (GTK_WIDGET (self)), "win.toast", "s",
                              _ ("The guide is away; the flow’s menu brings it back"));
}

static void
close_cb (SbGuideBar *self)
{
  if (self->memo != NULL)
    put_away (self);
}

gboolean
sb_guide_bar_go (SbGuideBar *self)
{
  SbGuideTask *next;

  if (!is_shown (self))
    return FALSE;
  list_tasks (self);
  next = sb_guide_find_next (self->tasks);
  if (next != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), next->action, next->target != NULL ? "s" : NULL,
                                next->target);
  return next != NULL;
}

static void
go_cb (SbGuideBar *self)
{
  if (!sb_guide_bar_go (self))
    close_cb (self);
}

static void
opened_cb (SbGuideBar *self)
{
  if (is_shown (self))
    show_list (self);
}

/* A task of the list was pressed; what it opens stands behind the popover. */
static void
task_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbGuideBar *self = SB_GUIDE_BAR (widget);
  guint index = g_variant_get_uint32 (parameter);

  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->stages_button));
  if (self->tasks != NULL && index < self->tasks->len)
    {
      SbGuideTask *task = g_ptr_array_index (self->tasks, index);

      gtk_widget_activate_action (widget, task->action, task->target != NULL ? "s" : NULL,
                                  task->target);
    }
}

/* Every key and movement in the window counts as work on the open flow while its guide is there. */
static gboolean
event_cb (SbGuideBar *self)
{
  if (self->memo != NULL && gtk_widget_get_visible (GTK_WIDGET (self)) &&
      get_stage (self) < SB_GUIDE_N_STAGES)
    sb_guide_memo_note (self->memo, get_stage (self), g_get_monotonic_time ());
  return GDK_EVENT_PROPAGATE;
}

void
sb_guide_bar_set_narrow (SbGuideBar *self, gboolean narrow)
{
  self->narrow = narrow;
  queue_show (self);
}

/* --- widget
 * ----------------------------------------------------------------------------------------- */

static void
sb_guide_bar_root (GtkWidget *widget)
{
  SbGuideBar *self = SB_GUIDE_BAR (widget);

  GTK_WIDGET_CLASS (sb_guide_bar_parent_class)->root (widget);
  self->root = GTK_WIDGET (gtk_widget_get_root (widget));
  self->keys = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (self->keys, "event", G_CALLBACK (event_cb), self);
  gtk_widget_add_controller (self->root, self->keys);
}

static void
sb_guide_bar_unroot (GtkWidget *widget)
{
  SbGuideBar *self = SB_GUIDE_BAR (widget);

  gtk_widget_remove_controller (self->root, self->keys);
  self->keys = NULL;
  self->root = NULL;
  GTK_WIDGET_CLASS (sb_guide_bar_parent_class)->unroot (widget);
}

static void
sb_guide_bar_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SHOWN)
    g_value_set_boolean (value, is_shown (SB_GUIDE_BAR (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_guide_bar_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SbGuideBar *self = SB_GUIDE_BAR (object);

  if (prop_id != PROP_SHOWN)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (self->memo != NULL)
    sb_guide_memo_set_away (self->memo, !g_value_get_boolean (value));
}

static void
sb_guide_bar_dispose (GObject *object)
{
  SbGuideBar *self = SB_GUIDE_BAR (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  sb_guide_bar_set_model (self, NULL);
  g_clear_object (&self->session);
  g_clear_pointer (&self->tested, g_hash_table_unref);
  g_clear_pointer (&self->tasks, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_guide_bar_parent_class)->dispose (object);
}

static void
sb_guide_bar_class_init (SbGuideBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_guide_bar_dispose;
  object_class->get_property = sb_guide_bar_get_property;
  object_class->set_property = sb_guide_bar_set_property;
  widget_class->root = sb_guide_bar_root;
  widget_class->unroot = sb_guide_bar_unroot;

  properties[PROP_SHOWN] =
    g_param_spec_boolean ("shown", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_install_action (widget_class, "guide.task", "u", task_cb);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-guide-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, stages_button);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, popover);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, marks);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, list);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, so_far);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, next_label);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, go_button);
  gtk_widget_class_bind_template_child (widget_class, SbGuideBar, time_label);
  gtk_widget_class_bind_template_callback (widget_class, go_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, opened_cb);
}

static void
sb_guide_bar_init (SbGuideBar *self)
{
  self->tested = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
