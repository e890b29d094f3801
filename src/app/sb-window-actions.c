/* sb-window-actions.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-activity-page.h"
#include "sb-commands.h"
#include "sb-compat.h"
#include "sb-connection-dialog.h"
#include "sb-flow-edit.h"
#include "sb-inbox-decide.h"
#include "sb-json.h"
#include "sb-trigger-chooser.h"
#include "sb-window-private.h"

/* What a command of the engine is followed by. */
typedef void (*DoneFunc) (SbWindow *self, SbValue *result);

typedef struct
{
  SbWindow *window;
  const char *heading; /* of the dialog when it fails */
  DoneFunc done;       /* (nullable) */
} Command;

static void
command_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Command *command = data;
  g_autoptr (SbWindow) self = command->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = sb_commands_run_finish (result, &error);

  if (value == NULL)
    {
      if (self->session != NULL)
        sb_window_tell (self, command->heading, error);
    }
  else if (command->done != NULL && self->session != NULL)
    command->done (self, value);
}

static void
run_command (
  SbWindow *self, const char *name, SbValue *arguments, const char *heading, DoneFunc done)
{
  Command *command;

  if (!sb_session_is_ready (self->session))
    return;
  command = g_new (Command, 1);
  *command = (Command){ g_object_ref (self), heading, done };
  sb_commands_run_async (sb_session_get_engine (self->session), name, arguments, NULL, command_cb,
                         command);
}

static SbValue *
name_flow (SbWindow *self)
{
  SbValue *arguments = sb_value_new_object ();

  sb_value_set_string (arguments, "id", sb_flow_model_get_id (self->model));
  return arguments;
}

/* --- new, import, export
 * ------------------------------------------------------------------------------ */

static void
open_made_flow (SbWindow *self, SbValue *result)
{
  const char *id = sb_value_get_string (result, "id");

  if (id == NULL)
    return;
  sb_window_open_flow (self, id);
  sb_flow_view_focus_map (self->flow_view);
}

static void
new_flow_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_window_show_page (SB_WINDOW (widget), "welcome");
}

static void
new_from_template_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (SbValue) arguments = sb_value_new_object ();

  sb_value_set_string (arguments, "template", g_variant_get_string (parameter, NULL));
  run_command (SB_WINDOW (widget), "flows.new", arguments, _ ("The flow could not be made"),
               open_made_flow);
}

static void
import_document (SbWindow *self, SbValue *document, gboolean unfinished)
{
  g_autoptr (SbValue) arguments = sb_value_new_object ();

  sb_value_set (arguments, "document", sb_value_ref (document));
  sb_value_set_boolean (arguments, "unfinished", unfinished);
  run_command (self, "flows.import", arguments, _ ("The flow could not be taken in"),
               open_made_flow);
}

static void
trigger_chosen_cb (const char *connector, const char *trigger, const char *label, gpointer data)
{
  SbWindow *self = data;
  g_autoptr (SbValue) document = sb_flow_edit_new (label, connector, trigger);

  import_document (self, document, TRUE);
}

static void
new_empty_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (sb_session_is_ready (self->session))
    sb_trigger_chooser_present (widget, sb_session_get_connectors (self->session),
                                trigger_chosen_cb, self);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  SbValue *document = sb_json_load_file (data, &error);

  if (document == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, document, (GDestroyNotify)sb_value_unref);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SbWindow *self = SB_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = g_task_propagate_pointer (G_TASK (result), &error);

  if (document == NULL)
    sb_window_tell (self, _ ("The file could not be read"), error);
  else
    import_document (self, document, FALSE);
}

static void
import_chosen_cb (GFile *file, gpointer data)
{
  SbWindow *self = data;
  g_autoptr (GTask) task = NULL;

  if (file == NULL)
    return;
  task = g_task_new (self, NULL, read_cb, NULL);
  g_task_set_source_tag (task, import_chosen_cb);
  g_task_set_task_data (task, g_file_get_path (file), g_free);
  g_task_run_in_thread (task, read_thread);
}

static void
import_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_compat_open_file (widget, _ ("Open a Flow File"), _ ("Flow files"), "json", import_chosen_cb,
                       widget);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    sb_window_tell (self, _ ("The flow could not be written"), error);
  else
    sb_window_toast (self, _ ("Flow exported; it holds no passwords or keys"));
}

static void
export_chosen_cb (GFile *file, gpointer data)
{
  SbWindow *self = data;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL || self->model == NULL)
    return;
  text = sb_flow_write (sb_flow_model_get_flow (self->model));
  bytes = g_bytes_new_take (text, strlen (text));
  text = NULL;
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       exported_cb, g_object_ref (self));
}

static void
export_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autofree char *file = NULL;

  if (self->model == NULL)
    return;
  file = g_strdup_printf ("%s.json", sb_flow_model_get_id (self->model));
  sb_compat_save_file (widget, _ ("Export Flow"), file, export_chosen_cb, self);
}

static void
duplicate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  SbFlow *flow;
  g_autoptr (SbValue) document = NULL;
  g_autoptr (SbValue) nameless = NULL;
  g_autofree char *title = NULL;

  if (self->model == NULL)
    return;
  flow = sb_flow_model_get_flow (self->model);
  title = g_strdup_printf (_ ("%s, copy"), flow->name);
  nameless = sb_flow_edit_set (flow->document, NULL, "id", NULL);
  document = sb_flow_edit_set (nameless, NULL, "name", sb_value_new_string (title));
  import_document (self, document, TRUE);
}

/* --- rename, delete
 * ------------------------------------------------------------------------------------ */

static void
renamed_cb (gboolean accepted, gpointer data)
{
  GtkEditable *entry = data;
  SbWindow *self = g_object_get_data (G_OBJECT (entry), "window");
  const char *text = gtk_editable_get_text (entry);

  if (accepted && *text != '\0' && self->model != NULL)
    {
      g_autoptr (SbValue) document = NULL;

      document = sb_flow_edit_set (sb_flow_model_get_flow (self->model)->document, NULL, "name",
                                   sb_value_new_string (text));
      sb_flow_model_edit (self->model, document, NULL, NULL);
    }
  g_object_unref (entry);
}

static void
rename_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  GtkWidget *entry;

  if (self->model == NULL)
    return;
  entry = g_object_ref_sink (gtk_entry_new ());
  gtk_editable_set_text (GTK_EDITABLE (entry), sb_flow_model_get_flow (self->model)->name);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name of the flow"), -1);
  g_object_set_data (G_OBJECT (entry), "window", self);
  sb_compat_ask (widget, _ ("Rename the flow"), NULL, _ ("_Rename"), FALSE, entry, renamed_cb,
                 entry);
}

static void
deleted (SbWindow *self, SbValue *result)
{
  sb_window_toast (self, _ ("Flow deleted; what it did stays in Activity"));
}

static void
delete_answered_cb (gboolean accepted, gpointer data)
{
  SbWindow *self = data;
  g_autoptr (SbValue) arguments = NULL;

  if (!accepted || self->model == NULL)
    return;
  arguments = name_flow (self);
  run_command (self, "flows.remove", arguments, _ ("The flow could not be deleted"), deleted);
}

static void
delete_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autofree char *heading = NULL;

  if (self->model == NULL)
    return;
  heading = g_strdup_printf (_ ("Delete “%s”?"), sb_flow_model_get_flow (self->model)->name);
  sb_compat_ask (
    widget, heading,
    _ ("Its bells are no longer heard. To keep the events meanwhile, pause it instead."),
    _ ("_Delete"), TRUE, NULL, delete_answered_cb, self);
}

/* --- live, pause, resume, back
 * -------------------------------------------------------------------------- */

static void
published_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbWindow) self = data;
  g_autoptr (GError) error = NULL;
  int version = sb_engine_publish_finish (SB_ENGINE (source), result, &error);
  g_autofree char *text = NULL;

  if (error != NULL)
    {
      sb_window_tell (self, _ ("The flow did not go live"), error);
      return;
    }
  text = g_strdup_printf (_ ("Version %d is live"), version);
  sb_window_toast (self, text);
}

typedef struct
{
  SbWindow *window;
  char *reason; /* (nullable): why the gate is passed all the same */
} Publishing;

static void
saved_for_publish_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Publishing *publishing = data;
  g_autoptr (SbWindow) self = publishing->window;
  g_autofree char *reason = publishing->reason;
  g_autoptr (GError) error = NULL;

  if (!sb_flow_model_save_finish (SB_FLOW_MODEL (source), result, &error))
    sb_window_tell (self, _ ("The flow did not go live"), error);
  else if (sb_session_is_ready (self->session))
    sb_engine_publish_async (sb_session_get_engine (self->session),
                             sb_flow_model_get_id (SB_FLOW_MODEL (source)), reason, NULL,
                             published_cb, g_object_ref (self));
}

/* What goes live is what is seen: the last edit is saved first. */
static void
publish (SbWindow *self, const char *reason)
{
  Publishing *publishing;

  if (self->model == NULL)
    return;
  publishing = g_new (Publishing, 1);
  *publishing = (Publishing){ g_object_ref (self), g_strdup (reason) };
  sb_flow_model_save_async (self->model, NULL, saved_for_publish_cb, publishing);
}

static void
go_live_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  publish (SB_WINDOW (widget), NULL);
}

static void
override_answered_cb (gboolean accepted, gpointer data)
{
  GtkEditable *entry = data;
  SbWindow *self = g_object_get_data (G_OBJECT (entry), "window");
  const char *text = gtk_editable_get_text (entry);

  if (accepted && *text == '\0')
    sb_window_toast (self, _ ("Not live: a reason is needed, it is kept on record"));
  else if (accepted)
    publish (self, text);
  g_object_unref (entry);
}

static void
go_live_anyway_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *entry = g_object_ref_sink (gtk_entry_new ());

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Why not wait for the pilot?"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Why not wait for the pilot?"), -1);
  g_object_set_data (G_OBJECT (entry), "window", widget);
  sb_compat_ask (
    widget, _ ("Go live although the pilot says no?"),
    _ ("Ten records show what would go wrong before it goes wrong for a customer. Your reason "
       "is kept on record."),
    _ ("_Go Live Anyway"), TRUE, entry, override_answered_cb, entry);
}

static void
pause_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autoptr (SbValue) arguments = NULL;

  if (self->model == NULL)
    return;
  arguments = name_flow (self);
  run_command (self, "flows.pause", arguments, _ ("The flow could not be paused"), NULL);
}

static void
resume_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autoptr (SbValue) arguments = NULL;

  if (self->model == NULL)
    return;
  arguments = name_flow (self);
  run_command (self, "flows.resume", arguments, _ ("The flow could not go on"), NULL);
}

static void
rollback_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autoptr (SbValue) arguments = NULL;

  if (self->model == NULL)
    return;
  arguments = name_flow (self);
  sb_value_set_int (arguments, "version", g_variant_get_int32 (parameter));
  run_command (self, "flows.rollback", arguments, _ ("That version could not be put live"), NULL);
}

/* --- around
 * --------------------------------------------------------------------------------------------- */

static void
run_pilot_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (self->model == NULL)
    return;
  sb_window_show_page (self, "flow");
  sb_flow_view_run_pilot (self->flow_view);
}

static void
undo_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (self->model == NULL)
    return;
  if (strcmp (name, "win.undo") == 0)
    sb_flow_model_undo (self->model);
  else
    sb_flow_model_redo (self->model);
}

static void
record_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  guint record;

  if (self->model == NULL)
    return;
  record = sb_flow_model_get_record (self->model);
  if (strcmp (name, "win.next-record") == 0)
    sb_flow_model_set_record (self->model, record + 1);
  else if (record > 0)
    sb_flow_model_set_record (self->model, record - 1);
}

static void
show_flow_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_window_open_flow (SB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_page_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_window_show_page (SB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* @parameter: flow id ("": any) and the time they were opened in, UTC µs (0, 0: any). */
static void
show_runs_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  GtkWidget *box = gtk_stack_get_child_by_name (self->stack, "activity");
  const char *flow;
  gint64 since_us, until_us;

  if (box == NULL)
    return;
  g_variant_get (parameter, "(&sxx)", &flow, &since_us, &until_us);
  sb_activity_page_filter (SB_ACTIVITY_PAGE (gtk_widget_get_last_child (box)),
                           *flow != '\0' ? flow : NULL, NULL, since_us, until_us);
  sb_window_show_page (self, "activity");
}

/* Runs were dropped: the words, and a way back. */
static void
dropped_toast_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GVariant) runs = g_variant_get_child_value (parameter, 1);
  const char *text;
  AdwToast *toast;

  g_variant_get_child (parameter, 0, "&s", &text);
  toast = sb_compat_toast_new (text);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.restore-runs");
  adw_toast_set_action_target_value (toast, runs);
  adw_toast_set_timeout (toast, 15);
  adw_toast_overlay_add_toast (SB_WINDOW (widget)->toasts, toast);
}

static void
restore_runs_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  gsize n_runs;
  const gint64 *ids = g_variant_get_fixed_array (parameter, &n_runs, sizeof (gint64));
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_array_append_vals (runs, ids, (guint)n_runs);
  sb_inbox_decide (widget, self->session, runs, "restore");
}

static void
show_view_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (self->model == NULL)
    return;
  sb_flow_view_set_view (self->flow_view, g_variant_get_string (parameter, NULL));
  sb_window_show_page (self, "flow");
}

static void
show_step_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (self->model == NULL)
    return;
  sb_flow_model_set_chosen (self->model, g_variant_get_string (parameter, NULL));
  sb_window_show_page (self, "flow");
  sb_flow_view_focus_map (self->flow_view);
}

static void
show_gate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (self->model == NULL)
    return;
  sb_window_show_page (self, "flow");
  sb_flow_view_show_gate (self->flow_view);
}

static void
guide_next_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (self->model != NULL)
    sb_flow_view_guide_next (self->flow_view);
}

static void
toast_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sb_window_toast (SB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
undo_toast_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwToast *toast = sb_compat_toast_new (g_variant_get_string (parameter, NULL));

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.undo");
  adw_toast_overlay_add_toast (SB_WINDOW (widget)->toasts, toast);
}

static void
toggle_sidebar_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  gboolean shown = gtk_revealer_get_reveal_child (self->sidebar_revealer);

  gtk_widget_set_visible (GTK_WIDGET (self->sidebar_revealer), TRUE);
  gtk_revealer_set_reveal_child (self->sidebar_revealer, !shown);
}

static void
start_again_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  gtk_stack_set_visible_child_name (self->stack, "starting");
  sb_session_start (self->session);
}

static void
add_connection_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  const char *connector = g_variant_get_string (parameter, NULL);
  GtkWidget *dialog;

  if (!sb_session_is_ready (self->session))
    return;
  dialog = sb_connection_dialog_new (sb_session_get_engine (self->session),
                                     *connector != '\0' ? connector : NULL, NULL);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * sb_window_update_actions:
 *
 * Enables what can be done now; menus hide what cannot.
 */
void
sb_window_update_actions (SbWindow *self)
{
  static const char *const of_flow[] = {
    "win.export",  "win.duplicate",      "win.rename",      "win.delete",          "win.run-pilot",
    "win.go-live", "win.go-live-anyway", "win.next-record", "win.previous-record", "win.guide-next"
  };
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean ready = sb_session_is_ready (self->session);
  gboolean open = self->model != NULL;
  SbFlowItem *item = NULL;
  const char *state = "draft";

  if (open)
    item = sb_session_find_flow (self->session, sb_flow_model_get_id (self->model));
  if (item != NULL)
    state = sb_flow_item_get_row (item)->state;
  gtk_widget_action_set_enabled (widget, "win.new-flow", ready);
  gtk_widget_action_set_enabled (widget, "win.import", ready);
  gtk_widget_action_set_enabled (widget, "win.show-page", ready);
  for (guint i = 0; i < G_N_ELEMENTS (of_flow); i++)
    gtk_widget_action_set_enabled (widget, of_flow[i], open);
  gtk_widget_action_set_enabled (widget, "win.undo", open && sb_flow_model_can_undo (self->model));
  gtk_widget_action_set_enabled (widget, "win.redo", open && sb_flow_model_can_redo (self->model));
  gtk_widget_action_set_enabled (widget, "win.pause", open && strcmp (state, "live") == 0);
  gtk_widget_action_set_enabled (widget, "win.resume", open && strcmp (state, "paused") == 0);
}

void
sb_window_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    const char *type;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "win.new-flow", NULL, new_flow_cb },
    { "win.new-from-template", "s", new_from_template_cb },
    { "win.new-empty", NULL, new_empty_cb },
    { "win.import", NULL, import_cb },
    { "win.export", NULL, export_cb },
    { "win.duplicate", NULL, duplicate_cb },
    { "win.rename", NULL, rename_cb },
    { "win.delete", NULL, delete_cb },
    { "win.go-live", NULL, go_live_cb },
    { "win.go-live-anyway", NULL, go_live_anyway_cb },
    { "win.pause", NULL, pause_cb },
    { "win.resume", NULL, resume_cb },
    { "win.rollback", "i", rollback_cb },
    { "win.run-pilot", NULL, run_pilot_cb },
    { "win.undo", NULL, undo_cb },
    { "win.redo", NULL, undo_cb },
    { "win.next-record", NULL, record_cb },
    { "win.previous-record", NULL, record_cb },
    { "win.show-flow", "s", show_flow_cb },
    { "win.show-page", "s", show_page_cb },
    { "win.show-runs", "(sxx)", show_runs_cb },
    { "win.show-view", "s", show_view_cb },
    { "win.show-step", "s", show_step_cb },
    { "win.show-gate", NULL, show_gate_cb },
    { "win.guide-next", NULL, guide_next_cb },
    { "win.toast", "s", toast_cb },
    { "win.undo-toast", "s", undo_toast_cb },
    { "win.dropped-toast", "(sax)", dropped_toast_cb },
    { "win.restore-runs", "ax", restore_runs_cb },
    { "win.toggle-sidebar", NULL, toggle_sidebar_cb },
    { "win.start-again", NULL, start_again_cb },
    { "win.add-connection", "s", add_connection_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].type,
                                     actions[i].func);
}
