/* sb-trigger-guide.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-trigger-guide.h"

#include <glib/gi18n-lib.h>

#include "sb-trigger-listen.h"

struct _SbTriggerGuide
{
  GtkBox parent_instance;

  SbSession *session;
  SbFlowModel *model;
  SbConnector *connector; /* (nullable): borrowed from the session's */
  GPtrArray *steps;       /* of GtkCheckButton, borrowed */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (SbTriggerGuide, sb_trigger_guide, GTK_TYPE_BOX)

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

/* --- the address
 * ---------------------------------------------------------------------------------------- */

static void
copy_clicked_cb (GtkButton *button, gpointer data)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), data);
  gtk_widget_activate_action (GTK_WIDGET (button), "win.toast", "s", _ ("Address copied"));
}

static void
add_address (SbTriggerGuide *self)
{
  SbFlowItem *item = sb_session_find_flow (self->session, sb_flow_model_get_id (self->model));
  GtkWidget *box = NULL;
  GtkWidget *entry = NULL;
  GtkWidget *copy = NULL;
  g_autofree char *url = NULL;

  if (item == NULL || !sb_session_is_ready (self->session))
    return;
  url =
    sb_engine_get_trigger_url (sb_session_get_engine (self->session), sb_flow_item_get_row (item));
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  entry = gtk_entry_new ();
  copy = gtk_button_new_with_label (_ ("Copy"));
  gtk_editable_set_text (GTK_EDITABLE (entry), url);
  gtk_editable_set_editable (GTK_EDITABLE (entry), FALSE);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Address of this bell"), -1);
  gtk_widget_set_tooltip_text (copy, _ ("Copy the address of this bell"));
  g_signal_connect_data (copy, "clicked", G_CALLBACK (copy_clicked_cb), g_steal_pointer (&url),
                         (GClosureNotify)G_CALLBACK (g_free), 0);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), copy);
  gtk_box_append (GTK_BOX (self), make_label (_ ("Address of this bell"), "sb-field-label"));
  gtk_box_append (GTK_BOX (self), box);
  gtk_box_append (GTK_BOX (self),
                  make_label (_ ("It is on this computer only. Your tunnel or router passes what "
                                 "comes in from outside on to "
                                 "it; the part after /in/ is the secret, keep it whole."),
                              "dim-label"));
}

/* --- the vendor's steps
 * --------------------------------------------------------------------------------- */

static char *
make_key (SbTriggerGuide *self)
{
  return g_strdup_printf ("trigger-steps.%s", sb_flow_model_get_id (self->model));
}

/* What the ticks belong to: another trigger has other steps. */
static char *
make_subject (SbTriggerGuide *self)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);

  return g_strdup_printf ("%s/%s", flow->trigger_connector, flow->trigger);
}

static void
tick_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sb_store_set_setting_finish (SB_STORE (source), result, &error))
    g_info ("The steps that were ticked off could not be kept: %s", error->message);
}

static void
ticked_cb (SbTriggerGuide *self)
{
  g_autoptr (SbValue) value = sb_value_new_object ();
  g_autofree char *key = make_key (self);
  g_autofree char *subject = make_subject (self);
  SbValue *done = sb_value_new_array ();

  if (self->filling)
    {
      sb_value_unref (done);
      return;
    }
  for (guint i = 0; i < self->steps->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->steps, i)))
      sb_value_append (done, sb_value_new_int (i));
  sb_value_set_string (value, "trigger", subject);
  sb_value_set (value, "done", done);
  sb_store_set_setting_async (sb_session_get_store (self->session), key, value, NULL, tick_saved_cb,
                              NULL);
}

static void
ticks_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbTriggerGuide) self = data;
  g_autoptr (SbValue) value = sb_store_get_setting_finish (SB_STORE (source), result, NULL);
  SbValue *done = sb_value_get_member (value, "done");
  g_autofree char *subject = NULL;

  if (self->session == NULL)
    return;
  subject = make_subject (self);
  if (g_strcmp0 (sb_value_get_string (value, "trigger"), subject) != 0)
    return;
  self->filling = TRUE;
  for (guint i = 0; i < sb_value_get_length (done); i++)
    {
      gint64 index = -1;

      sb_value_get_int (sb_value_get_item (done, i), &index);
      if (index >= 0 && index < self->steps->len)
        gtk_check_button_set_active (g_ptr_array_index (self->steps, index), TRUE);
    }
  self->filling = FALSE;
}

static SbValue *
find_setup (SbTriggerGuide *self)
{
  SbFlow *flow = sb_flow_model_get_flow (self->model);
  SbValue *triggers =
    self->connector != NULL ? sb_value_get_member (self->connector->document, "triggers") : NULL;

  for (guint i = 0; flow->trigger != NULL && i < sb_value_get_length (triggers); i++)
    {
      SbValue *trigger = sb_value_get_item (triggers, i);

      if (g_strcmp0 (sb_value_get_string (trigger, "id"), flow->trigger) == 0)
        return sb_value_get_member (trigger, "setup");
    }
  return NULL;
}

static void
add_steps (SbTriggerGuide *self)
{
  SbValue *setup = find_setup (self);
  g_autofree char *heading = NULL;
  g_autofree char *key = make_key (self);

  if (sb_value_get_length (setup) == 0)
    return;
  heading = g_strdup_printf (_ ("How to tell %s"), self->connector->name);
  gtk_box_append (GTK_BOX (self), make_label (heading, "sb-field-label"));
  for (guint i = 0; i < sb_value_get_length (setup); i++)
    {
      const char *text = sb_value_get_text (sb_value_get_item (setup, i));
      GtkWidget *check = gtk_check_button_new ();
      GtkWidget *label = make_label (text, NULL);

      gtk_widget_set_hexpand (label, TRUE);
      gtk_check_button_set_child (GTK_CHECK_BUTTON (check), label);
      gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                      -1);
      g_signal_connect_swapped (check, "toggled", G_CALLBACK (ticked_cb), self);
      gtk_box_append (GTK_BOX (self), check);
      g_ptr_array_add (self->steps, check);
    }
  if (sb_session_is_ready (self->session))
    sb_store_get_setting_async (sb_session_get_store (self->session), key, NULL, ticks_loaded_cb,
                                g_object_ref (self));
}

/* --- making it
 * ------------------------------------------------------------------------------------------ */

static void
sb_trigger_guide_dispose (GObject *object)
{
  SbTriggerGuide *self = SB_TRIGGER_GUIDE (object);

  g_clear_object (&self->session);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_trigger_guide_parent_class)->dispose (object);
}

static void
sb_trigger_guide_finalize (GObject *object)
{
  g_ptr_array_unref (SB_TRIGGER_GUIDE (object)->steps);

  G_OBJECT_CLASS (sb_trigger_guide_parent_class)->finalize (object);
}

static void
sb_trigger_guide_class_init (SbTriggerGuideClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_trigger_guide_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_trigger_guide_finalize;
}

static void
sb_trigger_guide_init (SbTriggerGuide *self)
{
  self->steps = g_ptr_array_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);
}

GtkWidget *
sb_trigger_guide_new (SbSession *session, SbFlowModel *model)
{
  SbTriggerGuide *self = g_object_new (SB_TYPE_TRIGGER_GUIDE, NULL);
  SbFlow *flow = sb_flow_model_get_flow (model);

  self->session = g_object_ref (session);
  self->model = g_object_ref (model);
  if (flow->trigger_connector != NULL)
    self->connector =
      sb_connectors_find (sb_flow_model_get_connectors (model), flow->trigger_connector);

  if (g_strcmp0 (flow->trigger_type, "webhook") != 0)
    {
      gtk_box_append (
        GTK_BOX (self),
        make_label (_ ("This flow starts when you start it, with a record."), "dim-label"));
      return GTK_WIDGET (self);
    }
  add_address (self);
  add_steps (self);
  if (self->connector != NULL && sb_session_is_ready (session))
    gtk_box_append (GTK_BOX (self), sb_trigger_listen_new (session, model, self->connector));
  return GTK_WIDGET (self);
}
