/* sb-pilot-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-page.h"

#include <glib/gi18n.h>

#include "sb-clock.h"
#include "sb-compat.h"
#include "sb-pilot-grid.h"
#include "sb-pilot-keep.h"
#include "sb-pilot-panel.h"
#include "sb-records.h"
#include "sb-text-dialog.h"

struct _SbPilotPage
{
  AdwBin parent_instance;

  SbSession *session;
  SbFlowModel *model;        /* (nullable) */
  SbPilot *pilot;            /* (nullable): the one that runs */
  SbValue *result;           /* (nullable): of the pilot that is shown */
  GCancellable *cancellable; /* of the pilot that runs */
  gint64 started_us;
  guint n_judged;
  SbValue *shown_records; /* (unowned): only to be compared */

  GtkToggleButton *preview_toggle;
  GtkToggleButton *practice_toggle;
  GtkToggleButton *sandbox_toggle;
  GtkWidget *stop_button;
  SbPilotGrid *grid;
  GtkLabel *note_label;
  GtkLabel *count_label;
  GtkBox *gate_box;
  GtkLabel *criteria_label;
  GtkListBox *criteria_list;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbPilotPage,
                               sb_pilot_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

static const char *
get_mode (SbPilotPage *self)
{
  if (gtk_toggle_button_get_active (self->preview_toggle))
    return "preview";
  if (gtk_toggle_button_get_active (self->sandbox_toggle))
    return "sandbox";

  return "practice";
}

static const char *
get_mode_note (const char *mode)
{
  if (g_str_equal (mode, "preview"))
    return _ ("Preview builds every request and sends none.");
  if (g_str_equal (mode, "sandbox"))
    return _ ("Sandbox sends to your sandbox accounts. No real order is touched.");

  return _ ("Practice sends to stand-ins on this computer. No vendor was called.");
}

static void
toast (SbPilotPage *self, const char *message)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", message);
}

/* --- the grid -----------------------------------------------------------------------------------
 */

static void
show_shape (SbPilotPage *self)
{
  g_autoptr (SbValue) columns = sb_pilot_describe_columns (
    sb_flow_model_get_flow (self->model), sb_session_get_connectors (self->session));

  self->shown_records = sb_flow_model_get_records (self->model);
  sb_pilot_grid_set_shape (self->grid, columns, self->shown_records);
  gtk_label_set_label (self->count_label, "");
}

static gboolean
has_unexpected (SbValue *result)
{
  SbValue *records = sb_value_get_member (result, "records");

  for (guint i = 0; i < sb_value_get_length (records); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (records, i), "verdict"), "unexpected") ==
        0)
      return TRUE;
  return FALSE;
}

static void
show_result (SbPilotPage *self, SbValue *result)
{
  SbValue *records = sb_value_get_member (result, "records");
  SbValue *columns = sb_value_get_member (result, "columns");
  guint n_records = sb_value_get_length (records);
  g_autofree char *count =
    g_strdup_printf (ngettext ("%u record", "%u records", n_records), n_records);

  sb_value_ref (result);
  g_clear_pointer (&self->result, sb_value_unref);
  self->result = result;

  sb_pilot_grid_set_shape (self->grid, columns, records);
  for (guint i = 0; i < n_records; i++)
    {
      SbValue *cells = sb_value_get_member (sb_value_get_item (records, i), "cells");

      for (guint j = 0; j < sb_value_get_length (cells); j++)
        sb_pilot_grid_set_cell (self->grid, i, j, sb_value_get_item (cells, j));
    }
  gtk_label_set_label (self->count_label, count);
  sb_pilot_panel_fill_criteria (self->criteria_list, self->criteria_label,
                                sb_value_get_member (result, "criteria"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.report", TRUE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.expect-seen", has_unexpected (result));
}

static void
cell_activated_cb (SbPilotPage *self, guint record, guint column, SbValue *cell)
{
  const char *request = sb_value_get_string (cell, "request");
  const char *response = sb_value_get_string (cell, "response");
  const char *detail = sb_value_get_string (cell, "message");
  g_autofree char *title = g_strdup_printf (_ ("Record %u"), record + 1);

  if (detail == NULL)
    detail = sb_value_get_string (cell, "detail");
  if (request == NULL && response == NULL)
    sb_text_dialog_present (GTK_WIDGET (self), title, _ ("What happened"),
                            detail != NULL ? detail : _ ("Nothing was sent here."), NULL, NULL);
  else
    sb_text_dialog_present (GTK_WIDGET (self), title, _ ("What was asked"), request,
                            _ ("What came back"), response != NULL ? response : detail);
}

/* --- the gate -----------------------------------------------------------------------------------
 */

static void
gate_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reasons = sb_gate_check_finish (SB_STORE (source), result, &error);

  if (self->session != NULL && reasons != NULL)
    sb_pilot_panel_fill_gate (self->gate_box, reasons);
}

static void
check_gate (SbPilotPage *self)
{
  if (self->model != NULL && self->session != NULL)
    sb_gate_check_async (sb_session_get_store (self->session),
                         sb_session_get_connectors (self->session),
                         sb_flow_model_get_id (self->model), sb_flow_model_get_flow (self->model),
                         NULL, gate_checked_cb, g_object_ref (self));
}

/* --- what was kept ------------------------------------------------------------------------------
 */

static void
pilot_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (SbPilotRow) row = sb_store_load_pilot_finish (SB_STORE (source), result, NULL);

  if (self->model == NULL || self->pilot != NULL || row == NULL ||
      !g_str_equal (row->flow_id, sb_flow_model_get_id (self->model)) ||
      !g_str_equal (row->mode, get_mode (self)))
    return;
  show_result (self, row->result);
}

static void
show_kept (SbPilotPage *self)
{
  g_clear_pointer (&self->result, sb_value_unref);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.report", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.expect-seen", FALSE);
  gtk_label_set_label (self->note_label, get_mode_note (get_mode (self)));
  sb_pilot_panel_fill_criteria (self->criteria_list, self->criteria_label, NULL);
  if (self->model == NULL || self->session == NULL)
    return;

  show_shape (self);
  sb_store_load_pilot_async (sb_session_get_store (self->session),
                             sb_flow_model_get_id (self->model), get_mode (self), NULL,
                             pilot_loaded_cb, g_object_ref (self));
  check_gate (self);
}

static void
mode_changed_cb (SbPilotPage *self, GtkToggleButton *toggle)
{
  if (gtk_toggle_button_get_active (toggle) && self->pilot == NULL)
    show_kept (self);
}

/* --- running ------------------------------------------------------------------------------------
 */

static void
set_running (SbPilotPage *self, gboolean running)
{
  gtk_widget_set_visible (self->stop_button, running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.run", !running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.stop", running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->preview_toggle), !running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->practice_toggle), !running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sandbox_toggle), !running);
}

static void
cell_cb (SbPilotPage *self, guint record, guint column, SbValue *cell)
{
  sb_pilot_grid_set_cell (self->grid, record, column, cell);
}

static void
record_cb (SbPilotPage *self, guint record, SbValue *value)
{
  guint of = sb_value_get_length (sb_flow_model_get_records (self->model));
  g_autofree char *count = NULL;

  self->n_judged++;
  count = g_strdup_printf (_ ("%u of %u"), self->n_judged, of);
  gtk_label_set_label (self->count_label, count);
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (GError) error = NULL;

  if (!sb_pilot_keep_finish (SB_STORE (source), result, &error) && self->session != NULL)
    toast (self, error->message);
  check_gate (self);
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (SbPilot) pilot = g_steal_pointer (&self->pilot);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = sb_pilot_run_finish (SB_PILOT (source), result, &error);

  if (self->session == NULL)
    return;
  set_running (self, FALSE);
  g_signal_handlers_disconnect_by_data (pilot, self);
  if (value == NULL)
    {
      toast (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? _ ("Stopped")
                                                                             : error->message);
      show_kept (self);
      return;
    }

  show_result (self, value);
  sb_pilot_keep_async (
    sb_session_get_store (self->session), sb_session_get_connectors (self->session),
    sb_flow_model_get_id (self->model), sb_flow_model_get_flow (self->model), get_mode (self),
    value, self->started_us, NULL, kept_cb, g_object_ref (self));
}

/* The draft on disk must be the one that is tried: it is what goes live. */
static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (GError) error = NULL;

  if (!sb_flow_model_save_finish (SB_FLOW_MODEL (source), result, &error))
    {
      set_running (self, FALSE);
      toast (self, error->message);
      return;
    }
  if (self->session == NULL || self->model == NULL)
    return;

  self->pilot = sb_pilot_new (
    sb_session_get_engine (self->session), sb_session_get_connectors (self->session),
    sb_flow_model_get_flow (self->model), sb_flow_model_get_records (self->model), get_mode (self));
  g_signal_connect_object (self->pilot, "cell", G_CALLBACK (cell_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pilot, "record", G_CALLBACK (record_cb), self, G_CONNECT_SWAPPED);
  sb_pilot_run_async (self->pilot, self->cancellable, ran_cb, g_object_ref (self));
}

static void
run_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbPilotPage *self = SB_PILOT_PAGE (widget);

  if (self->model == NULL || self->pilot != NULL)
    return;
  if (sb_flow_model_get_n_records (self->model) == 0)
    {
      toast (
        self,
        _ ("There are no records to try. Ring the flow’s bell once, or open a file of records."));
      return;
    }

  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->started_us = sb_clock_now_us ();
  self->n_judged = 0;
  show_shape (self);
  for (guint i = 0; i < sb_flow_model_get_n_records (self->model); i++)
    sb_pilot_grid_set_cell (self->grid, i, 0, NULL);
  set_running (self, TRUE);
  sb_flow_model_save_async (self->model, NULL, saved_cb, g_object_ref (self));
}

static void
stop_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_cancellable_cancel (SB_PILOT_PAGE (widget)->cancellable);
}

static void
report_chosen_cb (GFile *file, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autofree char *html = NULL;
  g_autofree char *message = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (file == NULL || self->result == NULL)
    return;
  html = sb_report_write_html (self->result);
  name = g_file_get_basename (file);
  if (g_file_replace_contents (file, html, strlen (html), NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                               NULL, &error))
    message = g_strdup_printf (_ ("Report saved as “%s”"), name);
  else
    message = g_strdup_printf (_ ("The report could not be saved: %s"), error->message);
  toast (self, message);
}

static void
report_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbPilotPage *self = SB_PILOT_PAGE (widget);
  g_autofree char *name = NULL;

  if (self->result == NULL || self->model == NULL)
    return;
  name = g_strdup_printf (_ ("%s pilot.html"), sb_flow_model_get_flow (self->model)->name);
  sb_compat_save_file (widget, _ ("Save the Report"), name, report_chosen_cb, g_object_ref (self));
}

/* --- the records --------------------------------------------------------------------------------
 */

/* A result is of the records that went through: with others it is put away. */
static void
take_records (SbPilotPage *self, SbValue *records)
{
  g_clear_pointer (&self->result, sb_value_unref);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.report", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.expect-seen", FALSE);
  sb_pilot_panel_fill_criteria (self->criteria_list, self->criteria_label, NULL);
  sb_flow_model_choose_records (self->model, records);
  show_shape (self);
}

static void
read_records_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  SbValue *records = sb_records_load_file (data, &error);

  if (records == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, records, (GDestroyNotify)sb_value_unref);
}

static void
records_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SbPilotPage *self = SB_PILOT_PAGE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) records = g_task_propagate_pointer (G_TASK (result), &error);
  guint n_records = sb_value_get_length (records);
  g_autofree char *message = NULL;

  if (self->model == NULL || self->pilot != NULL)
    return;
  if (records == NULL || n_records == 0)
    {
      sb_compat_tell (GTK_WIDGET (self), _ ("The records could not be read"),
                      error != NULL ? error->message : _ ("There is no record in the file."));
      return;
    }
  take_records (self, records);
  message =
    g_strdup_printf (ngettext ("%u record from the file. Run the pilot to try it.",
                               "%u records from the file. Run the pilot to try them.", n_records),
                     n_records);
  toast (self, message);
}

static void
records_chosen_cb (GFile *file, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (GTask) task = NULL;

  if (file == NULL)
    return;
  task = g_task_new (self, NULL, records_read_cb, NULL);
  g_task_set_source_tag (task, records_chosen_cb);
  g_task_set_task_data (task, g_file_get_path (file), g_free);
  g_task_run_in_thread (task, read_records_thread);
}

static void
open_records_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  if (SB_PILOT_PAGE (widget)->model != NULL && SB_PILOT_PAGE (widget)->pilot == NULL)
    sb_compat_open_file (widget, _ ("Open a File of Records"), _ ("Records (JSON, CSV)"),
                         "json,jsonl,csv", records_chosen_cb, g_object_ref (widget));
}

static void
ready_records_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbPilotPage *self = SB_PILOT_PAGE (widget);

  if (self->model == NULL || self->pilot != NULL)
    return;
  take_records (self, NULL);
  toast (self, _ ("The ready-made records are back"));
}

static const char *
words_of_outcome (const char *outcome)
{
  static const char *const words[][2] = {
    { "done", N_ ("everything was done") },
    { "stopped", N_ ("stopped, there was nothing to do") },
    { "held", N_ ("held back as a repeat") },
    { "refused", N_ ("refused at the bell") },
    { "inbox", N_ ("in the inbox for a person") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (outcome, words[i][0]) == 0)
      return _ (words[i][1]);
  return outcome != NULL && *outcome != '\0' ? outcome : _ ("it did not end");
}

/* What came out other than expected, one a line. */
static char *
list_unexpected (SbPilotPage *self)
{
  SbValue *records = sb_value_get_member (self->result, "records");
  g_autoptr (GString) lines = g_string_new (
    _ ("Say yes only where what happened is right. These came out other than expected:"));

  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *record = sb_value_get_item (records, i);
      const char *outcome = sb_value_get_string (record, "outcome");
      const char *note = sb_value_get_string (record, "note");

      if (g_strcmp0 (sb_value_get_string (record, "verdict"), "unexpected") == 0)
        g_string_append_printf (lines, "\n\n%u. %s – %s: %s", i + 1,
                                sb_value_get_string (record, "title"), note != NULL ? note : "",
                                words_of_outcome (outcome));
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

static void
expect_answered_cb (gboolean accepted, gpointer data)
{
  g_autoptr (SbPilotPage) self = data;
  g_autoptr (SbValue) records = NULL;
  guint n_changed;

  if (!accepted || self->model == NULL || self->result == NULL || self->pilot != NULL)
    return;
  records =
    sb_pilot_expect_seen (sb_flow_model_get_records (self->model), self->result, &n_changed);
  if (n_changed == 0)
    return;
  take_records (self, records);
  gtk_widget_activate_action (GTK_WIDGET (self), "pilot.run", NULL);
}

static void
expect_seen_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbPilotPage *self = SB_PILOT_PAGE (widget);
  g_autofree char *words = NULL;

  if (self->model == NULL || self->result == NULL || self->pilot != NULL)
    return;
  words = list_unexpected (self);
  sb_compat_ask (widget, _ ("Expect this from now on?"), words, _ ("_Expect It and Run Again"),
                 FALSE, NULL, expect_answered_cb, g_object_ref (widget));
}

static void
show_record_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  sb_pilot_grid_show_record (SB_PILOT_PAGE (widget)->grid, g_variant_get_uint32 (parameter));
}

/* --- the page -----------------------------------------------------------------------------------
 */

/* The records are read a moment after the flow. */
static void
records_changed_cb (SbPilotPage *self)
{
  if (self->pilot == NULL && self->result == NULL && self->session != NULL &&
      sb_flow_model_get_records (self->model) != self->shown_records)
    show_shape (self);
}

static void
model_changed_cb (SbPilotPage *self)
{
  if (self->pilot == NULL)
    check_gate (self);
}

static void
set_session (SbPage *page, SbSession *session)
{
  SbPilotPage *self = SB_PILOT_PAGE (page);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "connections-changed", G_CALLBACK (check_gate), self,
                           G_CONNECT_SWAPPED);
  show_kept (self);
}

static void
set_model (SbPage *page, SbFlowModel *model)
{
  SbPilotPage *self = SB_PILOT_PAGE (page);

  g_cancellable_cancel (self->cancellable);
  if (self->model != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->model, model_changed_cb, self);
      g_signal_handlers_disconnect_by_func (self->model, records_changed_cb, self);
    }
  g_set_object (&self->model, model);
  if (model != NULL)
    {
      g_signal_connect_object (model, "changed", G_CALLBACK (model_changed_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "notify::record", G_CALLBACK (records_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  show_kept (self);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Pilot");
}

static void
shown (SbPage *page)
{
  SbPilotPage *self = SB_PILOT_PAGE (page);

  if (self->pilot == NULL && self->result == NULL)
    show_kept (self);
  else
    check_gate (self);
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->set_model = set_model;
  iface->get_title = get_title;
  iface->shown = shown;
}

static void
sb_pilot_page_dispose (GObject *object)
{
  SbPilotPage *self = SB_PILOT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->model);
  g_clear_object (&self->session);
  g_clear_pointer (&self->result, sb_value_unref);

  G_OBJECT_CLASS (sb_pilot_page_parent_class)->dispose (object);
}

static void
sb_pilot_page_finalize (GObject *object)
{
  SbPilotPage *self = SB_PILOT_PAGE (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_pilot_page_parent_class)->finalize (object);
}

static void
sb_pilot_page_class_init (SbPilotPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_pilot_page_dispose;
  object_class->finalize = sb_pilot_page_finalize;

  g_type_ensure (SB_TYPE_PILOT_GRID);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-pilot-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, preview_toggle);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, practice_toggle);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, sandbox_toggle);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, grid);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, note_label);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, gate_box);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, criteria_label);
  gtk_widget_class_bind_template_child (widget_class, SbPilotPage, criteria_list);
  gtk_widget_class_bind_template_callback (widget_class, mode_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, cell_activated_cb);

  gtk_widget_class_install_action (widget_class, "pilot.run", NULL, run_action);
  gtk_widget_class_install_action (widget_class, "pilot.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "pilot.report", NULL, report_action);
  gtk_widget_class_install_action (widget_class, "pilot.open-records", NULL, open_records_action);
  gtk_widget_class_install_action (widget_class, "pilot.ready-records", NULL, ready_records_action);
  gtk_widget_class_install_action (widget_class, "pilot.expect-seen", NULL, expect_seen_action);
  gtk_widget_class_install_action (widget_class, "pilot.show-record", "u", show_record_action);
}

static void
sb_pilot_page_init (SbPilotPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  set_running (self, FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.report", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pilot.expect-seen", FALSE);
}
