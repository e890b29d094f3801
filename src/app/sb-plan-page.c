/* sb-plan-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-plan-page.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-flow-edit.h"

struct _SbPlanPage
{
  AdwBin parent_instance;

  GtkWidget *owner;
  GtkWidget *minutes;
  AdwPreferencesGroup *criteria_group;
  GtkListBox *fallback;
  GtkWidget *call;
  GtkWidget *look;
  GtkWidget *reprocess;

  SbFlowModel *model;
  GPtrArray *criteria_rows;
  gboolean filling;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbPlanPage,
                               sb_plan_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

/* --- edits
 * ------------------------------------------------------------------------------------------ */

static void
set_text (SbValue *object, const char *member, GtkWidget *row)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  if (*text != '\0')
    sb_value_set_string (object, member, text);
  else
    sb_value_remove (object, member);
}

static SbValue *
read_fallback (SbPlanPage *self)
{
  SbValue *steps = sb_value_new_array ();
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->fallback, i)) != NULL; i++)
    if (GTK_IS_EDITABLE (row))
      sb_value_append (steps, sb_value_new_string (gtk_editable_get_text (GTK_EDITABLE (row))));
  return steps;
}

/* The plan as the page shows it, with members of it that the page does not know kept. */
static SbValue *
read_plan (SbPlanPage *self)
{
  SbValue *old = sb_flow_model_get_flow (self->model)->plan;
  SbValue *plan = old != NULL ? sb_value_copy (old) : sb_value_new_object ();
  SbValue *old_runbook = sb_value_get_member (plan, "runbook");
  SbValue *runbook =
    sb_value_get_length (old_runbook) > 0 ? sb_value_copy (old_runbook) : sb_value_new_object ();
  const char *minutes = gtk_editable_get_text (GTK_EDITABLE (self->minutes));
  SbValue *number = sb_value_new_number (minutes, NULL);

  set_text (plan, "owner", self->owner);
  if (number != NULL)
    sb_value_set (plan, "minutes_saved", number);
  else if (*minutes == '\0')
    sb_value_remove (plan, "minutes_saved");
  sb_value_set (plan, "fallback", read_fallback (self));
  set_text (runbook, "call", self->call);
  set_text (runbook, "look", self->look);
  set_text (runbook, "reprocess", self->reprocess);
  sb_value_set (plan, "runbook", runbook);
  return plan;
}

static void
save (SbPlanPage *self, const char *merge)
{
  g_autoptr (SbValue) document = NULL;
  g_autoptr (GError) error = NULL;

  if (self->filling || self->model == NULL)
    return;
  document = sb_flow_edit_set (sb_flow_model_get_flow (self->model)->document, NULL, "plan",
                               read_plan (self));
  self->filling = TRUE;
  if (!sb_flow_model_edit (self->model, document, merge, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  self->filling = FALSE;
}

static void
text_changed_cb (GtkEditable *row, SbPlanPage *self)
{
  g_autofree char *merge = g_strdup_printf ("plan/%p", (gpointer)row);

  if (row == GTK_EDITABLE (self->minutes))
    {
      const char *text = gtk_editable_get_text (row);
      g_autoptr (SbValue) number = sb_value_new_number (text, NULL);

      if (*text != '\0' && number == NULL)
        gtk_widget_add_css_class (GTK_WIDGET (row), "error");
      else
        gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
    }
  save (self, merge);
}

static void
remove_step_cb (SbPlanPage *self, GtkWidget *button)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);

  gtk_list_box_remove (self->fallback, row);
  save (self, NULL);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.undo-toast", "s", _ ("Step removed"));
}

static GtkWidget *
add_row (SbPlanPage *self, const char *text)
{
  GtkWidget *row = adw_entry_row_new ();
  GtkWidget *remove = gtk_button_new_from_icon_name ("sb-remove-symbolic");
  guint number = 1;
  g_autofree char *title = NULL;

  while (gtk_list_box_get_row_at_index (self->fallback, (int)number - 1) != NULL)
    number++;
  title = g_strdup_printf (_ ("Step %u"), number);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  gtk_widget_set_tooltip_text (remove, _ ("Remove this step"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Remove this step"), -1);
  gtk_widget_set_valign (remove, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (remove, "flat");
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), remove);
  g_signal_connect_object (row, "changed", G_CALLBACK (text_changed_cb), self, 0);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_step_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (self->fallback, row);
  return row;
}

static void
add_step_cb (SbPlanPage *self)
{
  gtk_widget_grab_focus (add_row (self, ""));
}

/* --- show
 * ------------------------------------------------------------------------------------------- */

static char *
describe_criterion (SbValue *criterion)
{
  const char *text = sb_value_get_string (criterion, "text");
  const char *kind = sb_value_get_string (criterion, "kind");
  guint n;

  if (text != NULL)
    return g_strdup (text);
  if (g_strcmp0 (kind, "records") == 0)
    {
      n = (guint)sb_value_get_int_or (criterion, "at_least", 10);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "At least %u record went through",
                                           "At least %u records went through", n),
                              n);
    }
  if (g_strcmp0 (kind, "nothing-unexpected") == 0)
    return g_strdup (_ ("Nothing unexpected"));
  if (g_strcmp0 (kind, "no-duplicates") == 0)
    return g_strdup (_ ("Nothing done twice"));
  if (g_strcmp0 (kind, "failures-reach-inbox") == 0)
    return g_strdup (_ ("Failures reach the inbox"));
  if (g_strcmp0 (kind, "within") == 0)
    {
      n = (guint)sb_value_get_int_or (criterion, "seconds", 0);
      return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "Done within %u second", "Done within %u seconds", n), n);
    }
  return g_strdup (kind);
}

static void
show_criteria (SbPlanPage *self)
{
  SbValue *criteria = sb_flow_model_get_flow (self->model)->criteria;

  for (guint i = 0; i < self->criteria_rows->len; i++)
    adw_preferences_group_remove (self->criteria_group, g_ptr_array_index (self->criteria_rows, i));
  g_ptr_array_set_size (self->criteria_rows, 0);
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *icon = gtk_image_new_from_icon_name ("sb-status-draft-symbolic");
      g_autofree char *text = describe_criterion (sb_value_get_item (criteria, i));

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
      gtk_widget_add_css_class (icon, "dim-label");
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
      adw_preferences_group_add (self->criteria_group, row);
      g_ptr_array_add (self->criteria_rows, row);
    }
}

static void
show_text (GtkWidget *row, const char *text)
{
  if (text == NULL)
    text = "";
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (row)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static void
show (SbPlanPage *self)
{
  SbValue *plan;
  SbValue *steps;
  SbValue *runbook;
  SbValue *minutes;
  g_autofree char *minutes_text = NULL;
  GtkListBoxRow *row;

  if (self->model == NULL || self->filling)
    return;
  self->filling = TRUE;
  plan = sb_flow_model_get_flow (self->model)->plan;
  steps = sb_value_get_member (plan, "fallback");
  runbook = sb_value_get_member (plan, "runbook");
  minutes = sb_value_get_member (plan, "minutes_saved");
  minutes_text = minutes != NULL ? sb_value_to_text (minutes) : g_strdup ("");
  show_text (self->owner, sb_value_get_string (plan, "owner"));
  show_text (self->minutes, minutes_text);
  show_text (self->call, sb_value_get_string (runbook, "call"));
  show_text (self->look, sb_value_get_string (runbook, "look"));
  show_text (self->reprocess, sb_value_get_string (runbook, "reprocess"));
  while ((row = gtk_list_box_get_row_at_index (self->fallback, 0)) != NULL)
    gtk_list_box_remove (self->fallback, GTK_WIDGET (row));
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      g_autofree char *text = sb_value_to_text (sb_value_get_item (steps, i));

      add_row (self, text);
    }
  show_criteria (self);
  self->filling = FALSE;
}

static void
set_model (SbPage *page, SbFlowModel *model)
{
  SbPlanPage *self = SB_PLAN_PAGE (page);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    g_signal_connect_object (model, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Plan");
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_model = set_model;
  iface->get_title = get_title;
}

static void
sb_plan_page_dispose (GObject *object)
{
  SbPlanPage *self = SB_PLAN_PAGE (object);

  self->filling = TRUE;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  g_clear_pointer (&self->criteria_rows, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_plan_page_parent_class)->dispose (object);
}

static void
sb_plan_page_class_init (SbPlanPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_plan_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-plan-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, owner);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, minutes);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, criteria_group);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, fallback);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, call);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, look);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, reprocess);
  gtk_widget_class_bind_template_callback (widget_class, text_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_step_cb);
}

static void
sb_plan_page_init (SbPlanPage *self)
{
  self->criteria_rows = g_ptr_array_new ();
  self->filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filling = FALSE;
}
