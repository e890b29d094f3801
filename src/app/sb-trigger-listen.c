/* sb-trigger-listen.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-trigger-listen.h"

#include <glib/gi18n-lib.h>

#include "sb-event-fields.h"
#include "sb-json.h"
#include "sb-text-dialog.h"
#include "sb-words.h"

/* Who has waited so long may be glad of help. */
#define HELP_AFTER_S 20
/* More of an event is a click away. */
#define MAX_FIELDS 60

struct _SbTriggerListen
{
  GtkBox parent_instance;

  SbSession *session;
  SbFlowModel *model;
  SbConnector *connector;  /* borrowed from the session's */
  GCancellable *listening; /* (nullable) */
  SbValue *body;           /* (nullable): of what came last */
  char *label;             /* (nullable) */
  guint help_source;
  guint scroll_source;

  GtkWidget *button;
  GtkWidget *waiting;
  GtkWidget *spinner;
  GtkWidget *result;
  GtkImage *mark;
  GtkLabel *title;
  GtkLabel *words;
  GtkWidget *fields;
  GtkGrid *grid;
  GtkWidget *buttons;
  GtkWidget *use_button;
  GtkExpander *help;
  GtkLabel *refused;
};

G_DEFINE_FINAL_TYPE (SbTriggerListen, sb_trigger_listen, GTK_TYPE_BOX)

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

/* --- what came
 * ------------------------------------------------------------------------------------------ */

static void
clear_grid (SbTriggerListen *self)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->grid))) != NULL)
    gtk_grid_remove (self->grid, child);
}

static gboolean
any_named (GPtrArray *fields)
{
  for (guint i = 0; i < fields->len; i++)
    if (((SbEventField *)g_ptr_array_index (fields, i))->type != NULL)
      return TRUE;
  return FALSE;
}

/* In the connector's words, with the value beside each. */
static void
show_fields (SbTriggerListen *self)
{
  g_autoptr (GPtrArray) fields =
    sb_event_fields_list (self->body, sb_flow_model_get_flow (self->model),
                          sb_flow_model_get_connectors (self->model), NULL);
  gboolean named = any_named (fields);
  int row = 0;

  clear_grid (self);
  for (guint i = 0; i < fields->len && row < MAX_FIELDS; i++)
    {
      SbEventField *field = g_ptr_array_index (fields, i);
      g_autofree char *text = field->value != NULL ? sb_value_to_text (field->value) : NULL;
      GtkWidget *name = NULL;
      GtkWidget *value = NULL;

      if (text == NULL || text[0] == '\0' || (named && field->type == NULL))
        continue;
      name = make_label (field->label, "dim-label");
      value = make_label (text, NULL);
      gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
      gtk_label_set_wrap (GTK_LABEL (value), FALSE);
      gtk_label_set_selectable (GTK_LABEL (value), TRUE);
      gtk_widget_set_hexpand (value, TRUE);
      gtk_widget_set_valign (name, GTK_ALIGN_START);
      gtk_grid_attach (self->grid, name, 0, row, 1, 1);
      gtk_grid_attach (self->grid, value, 1, row++, 1, 1);
    }
  gtk_widget_set_visible (self->fields, row > 0);
}

/* What came is seen where the owner waits for it, below many steps too. */
static gboolean
scroll_cb (gpointer data)
{
  SbTriggerListen *self = data;
  GtkWidget *viewport = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_VIEWPORT);
  GtkWidget *content = viewport != NULL ? gtk_viewport_get_child (GTK_VIEWPORT (viewport)) : NULL;
  graphene_point_t from = GRAPHENE_POINT_INIT (0, 0);
  graphene_point_t to;

  self->scroll_source = 0;
  if (content != NULL && gtk_widget_compute_point (self->button, content, &from, &to))
    gtk_adjustment_set_value (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport)), to.y);
  return G_SOURCE_REMOVE;
}

static void
show_help (SbTriggerListen *self, gboolean open)
{
  g_clear_handle_id (&self->help_source, g_source_remove);
  gtk_expander_set_expanded (self->help, open);
}

static void
heard_cb (const SbHeard *heard, gpointer data)
{
  SbTriggerListen *self = data;
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (heard->at_us / G_USEC_PER_SEC);
  g_autofree char *time = g_date_time_format (when, "%X");
  g_autofree char *title = g_strdup_printf ("%s · %s",
                                            heard->label != NULL ? heard->label
                                            : heard->good        ? _ ("A test has come")
                                                                 : _ ("Not this one"),
                                            time);

  gtk_image_set_from_icon_name (self->mark, heard->good ? "sb-done-symbolic" : "sb-cross-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->mark), heard->good ? "error" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (self->mark), heard->good ? "success" : "error");
  if (self->scroll_source == 0)
    self->scroll_source = g_idle_add_full (G_PRIORITY_LOW, scroll_cb, self, NULL);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->words, heard->words);
  gtk_widget_set_visible (self->result, TRUE);
  gtk_widget_set_visible (self->buttons, heard->body != NULL);
  gtk_widget_set_visible (self->fields, FALSE);
  gtk_widget_set_sensitive (self->use_button, TRUE);
  show_help (self, !heard->good);

  g_clear_pointer (&self->body, sb_value_unref);
  g_clear_pointer (&self->label, g_free);
  if (heard->body == NULL)
    return;
  self->body = sb_value_ref (heard->body);
  self->label = g_strdup (heard->label);
  show_fields (self);
}

static void
use_clicked_cb (SbTriggerListen *self)
{
  g_autoptr (SbValue) records = sb_value_copy (sb_flow_model_get_records (self->model));
  SbValue *record = sb_value_new_object ();

  sb_value_set_string (record, "title", self->label != NULL ? self->label : _ ("A test"));
  sb_value_set (record, "body", sb_value_ref (self->body));
  sb_value_append (records, record);
  sb_flow_model_choose_records (self->model, records);
  sb_flow_model_set_record (self->model, sb_value_get_length (records) - 1);
  gtk_widget_set_sensitive (self->use_button, FALSE);
  gtk_widget_activate_action (
    GTK_WIDGET (self), "win.toast", "s",
    _ ("It is the last of the records now, for looking and for the pilot"));
}

static void
all_clicked_cb (SbTriggerListen *self)
{
  g_autofree char *text = sb_json_write_pretty (self->body);

  sb_text_dialog_present (GTK_WIDGET (self), gtk_label_get_label (self->title), _ ("What came"),
                          text, NULL, NULL);
}

/* --- why nothing comes
 * ---------------------------------------------------------------------------------- */

static void
refused_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbTriggerListen) self = data;
  g_autoptr (GPtrArray) rows = sb_store_list_refused_finish (SB_STORE (source), result, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; rows != NULL && i < rows->len && i < 3; i++)
    {
      SbValue *row = g_ptr_array_index (rows, i);
      guint count = (guint)sb_value_get_int_or (row, "count", 0);
      g_autofree char *ago = sb_words_ago (sb_value_get_int_or (row, "last_us", 0));

      g_string_append_printf (text, "%s• ", text->len > 0 ? "\n" : "");
      g_string_append_printf (
        text, g_dngettext (GETTEXT_PACKAGE, "%u time, last %s: %s", "%u times, last %s: %s", count),
        count, ago, sb_value_get_string (row, "reason"));
    }
  if (text->len > 0)
    g_string_prepend (text, _ ("Turned away so far:\n"));
  gtk_label_set_label (self->refused, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->refused), text->len > 0);
}

static void
load_refused (SbTriggerListen *self)
{
  if (self->session != NULL)
    sb_store_list_refused_async (sb_session_get_store (self->session),
                                 sb_flow_model_get_id (self->model), NULL, refused_cb,
                                 g_object_ref (self));
}

/* (nullable): the label of the secret that signs. */
static const char *
find_secret (SbTriggerListen *self)
{
  SbValue *webhook = sb_connector_get_webhook (self->connector, NULL);
  const char *key = sb_value_get_string (webhook, "secret");
  SbField *setting = key != NULL ? sb_connector_find_setting (self->connector, key) : NULL;

  return setting != NULL ? setting->label : NULL;
}

static GtkWidget *
make_help (SbTriggerListen *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gint port = sb_engine_get_port (sb_session_get_engine (self->session));
  g_autofree char *tunnel = g_strdup_printf (
    _ ("1. Does your tunnel or router run, and does it pass requests on to 127.0.0.1:%d?"), port);
  g_autofree char *address = g_strdup_printf (
    _ ("2. Is the address at %s whole, from https:// to the end of what follows /in/?"),
    self->connector->name);
  g_autofree char *secret =
    find_secret (self) != NULL
      ? g_strdup_printf (_ ("3. Does “%s” of the connection say what %s says, letter by letter?"),
                         find_secret (self), self->connector->name)
      : g_strdup_printf (_ ("3. Is the webhook switched on at %s?"), self->connector->name);

  gtk_box_append (GTK_BOX (box), make_label (tunnel, NULL));
  gtk_box_append (GTK_BOX (box), make_label (address, NULL));
  gtk_box_append (GTK_BOX (box), make_label (secret, NULL));
  self->refused = GTK_LABEL (make_label ("", NULL));
  gtk_widget_set_visible (GTK_WIDGET (self->refused), FALSE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->refused));
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_start (box, 12);
  return box;
}

/* --- listening
 * ------------------------------------------------------------------------------------------ */

static void
show_listening (SbTriggerListen *self)
{
  gboolean listening = self->listening != NULL;

  gtk_button_set_label (GTK_BUTTON (self->button),
                        listening ? _ ("Stop Listening") : _ ("Listen for a Test"));
  gtk_widget_set_visible (self->waiting, listening);
  if (listening)
    gtk_spinner_start (GTK_SPINNER (self->spinner));
  else
    gtk_spinner_stop (GTK_SPINNER (self->spinner));
}

static void
stop (SbTriggerListen *self)
{
  g_clear_handle_id (&self->help_source, g_source_remove);
  if (self->listening == NULL)
    return;
  g_cancellable_cancel (self->listening);
  g_clear_object (&self->listening);
  show_listening (self);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbTriggerListen) self = data;
  g_autoptr (GError) error = NULL;

  sb_engine_listen_finish (SB_ENGINE (source), result, &error);
  if (self->listening == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->listening);
  show_listening (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static gboolean
help_cb (gpointer data)
{
  SbTriggerListen *self = data;

  self->help_source = 0;
  if (self->body == NULL)
    gtk_expander_set_expanded (self->help, TRUE);
  return G_SOURCE_REMOVE;
}

static void
clicked_cb (SbTriggerListen *self)
{
  if (self->listening != NULL)
    {
      stop (self);
      return;
    }
  self->listening = g_cancellable_new ();
  g_clear_pointer (&self->body, sb_value_unref);
  gtk_widget_set_visible (self->result, FALSE);
  show_listening (self);
  self->help_source = g_timeout_add_seconds (HELP_AFTER_S, help_cb, self);
  /* The reference of the call keeps what is told of alive. */
  sb_engine_listen_async (sb_session_get_engine (self->session), sb_flow_model_get_id (self->model),
                          sb_flow_model_get_flow (self->model), heard_cb, self, self->listening,
                          ended_cb, g_object_ref (self));
}

/* --- making it
 * ------------------------------------------------------------------------------------------ */

static void
build_result (SbTriggerListen *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *all = gtk_button_new_with_label (_ ("Show All of It"));

  self->result = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->mark = GTK_IMAGE (gtk_image_new ());
  self->title = GTK_LABEL (make_label ("", "heading"));
  self->words = GTK_LABEL (make_label ("", NULL));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->mark));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (self->result), head);
  gtk_box_append (GTK_BOX (self->result), GTK_WIDGET (self->words));

  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (self->grid, 12);
  gtk_grid_set_row_spacing (self->grid, 3);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->grid));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 220);
  self->fields = scroller;
  gtk_box_append (GTK_BOX (self->result), scroller);

  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->use_button = gtk_button_new_with_label (_ ("Use as a Record"));
  g_signal_connect_swapped (self->use_button, "clicked", G_CALLBACK (use_clicked_cb), self);
  g_signal_connect_swapped (all, "clicked", G_CALLBACK (all_clicked_cb), self);
  gtk_box_append (GTK_BOX (self->buttons), self->use_button);
  gtk_box_append (GTK_BOX (self->buttons), all);
  gtk_box_append (GTK_BOX (self->result), self->buttons);
  gtk_widget_set_visible (self->result, FALSE);
}

static void
sb_trigger_listen_unmap (GtkWidget *widget)
{
  stop (SB_TRIGGER_LISTEN (widget));
  GTK_WIDGET_CLASS (sb_trigger_listen_parent_class)->unmap (widget);
}

static void
sb_trigger_listen_dispose (GObject *object)
{
  SbTriggerListen *self = SB_TRIGGER_LISTEN (object);

  g_clear_handle_id (&self->help_source, g_source_remove);
  g_clear_handle_id (&self->scroll_source, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->model);
  g_clear_pointer (&self->body, sb_value_unref);
  g_clear_pointer (&self->label, g_free);

  G_OBJECT_CLASS (sb_trigger_listen_parent_class)->dispose (object);
}

static void
sb_trigger_listen_class_init (SbTriggerListenClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_trigger_listen_dispose;
  GTK_WIDGET_CLASS (klass)->unmap = sb_trigger_listen_unmap;
}

static void
sb_trigger_listen_init (SbTriggerListen *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);
}

GtkWidget *
sb_trigger_listen_new (SbSession *session, SbFlowModel *model, SbConnector *connector)
{
  SbTriggerListen *self = g_object_new (SB_TYPE_TRIGGER_LISTEN, NULL);
  g_autofree char *text =
    g_strdup_printf (_ ("Listening… send a test from %s now"), connector->name);
  GtkWidget *label = make_label (text, NULL);

  self->session = g_object_ref (session);
  self->model = g_object_ref (model);
  self->connector = connector;

  self->button = gtk_button_new ();
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (clicked_cb), self);
  self->waiting = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->spinner = gtk_spinner_new ();
  gtk_box_append (GTK_BOX (self->waiting), self->spinner);
  gtk_box_append (GTK_BOX (self->waiting), label);
  build_result (self);
  self->help = GTK_EXPANDER (gtk_expander_new (_ ("What to do when none comes")));
  gtk_expander_set_child (self->help, make_help (self));
  g_signal_connect_swapped (self->help, "notify::expanded", G_CALLBACK (load_refused), self);

  gtk_box_append (GTK_BOX (self), make_label (_ ("Try it"), "sb-field-label"));
  gtk_box_append (GTK_BOX (self), self->button);
  gtk_box_append (GTK_BOX (self), self->waiting);
  gtk_box_append (GTK_BOX (self), self->result);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->help));
  show_listening (self);
  return GTK_WIDGET (self);
}
