/* sb-plan-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-plan-page.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-compat.h"
#include "sb-flow-edit.h"
#include "sb-plan-criteria.h"
#include "sb-plan-links.h"
#include "sb-plan-print.h"

struct _SbPlanPage
{
  AdwBin parent_instance;

  GtkWidget *owner;
  GtkWidget *minutes_before;
  GtkWidget *minutes_now;
  GtkLabel *saves;
  GtkMenuButton *add_criterion;
  GtkWidget *reset_button;
  GtkFlowBox *links;
  AdwPreferencesGroup *criteria_group;
  GtkListBox *fallback;
  GtkWidget *call;
  GtkWidget *look;
  GtkWidget *reprocess;

  SbSession *session;
  SbFlowModel *model;
  GHashTable *ticks; /* texts of steps that are done today */
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

/* NULL: empty, or no number of minutes. */
static SbValue *
read_minutes (GtkWidget *row)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (row)));
  SbValue *number;

  g_strdelimit (g_strstrip (text), ",", '.');
  number = sb_value_new_number (text, NULL);
  if (number != NULL && g_ascii_strtod (text, NULL) >= 0 && g_ascii_strtod (text, NULL) <= 10000)
    return number;
  g_clear_pointer (&number, sb_value_unref);
  return NULL;
}

static gboolean
is_empty (GtkWidget *row)
{
  return *gtk_editable_get_text (GTK_EDITABLE (row)) == '\0';
}

static double
to_minutes (SbValue *number)
{
  return number != NULL ? g_ascii_strtod (sb_value_get_text (number), NULL) : 0;
}

/* What is saved follows from what was measured. Without a measurement it stays what the flow came
 * with. */
static void
set_minutes (SbPlanPage *self, SbValue *plan)
{
  g_autoptr (SbValue) before = read_minutes (self->minutes_before);
  g_autoptr (SbValue) now = read_minutes (self->minutes_now);
  double saved = MAX (to_minutes (before) - to_minutes (now), 0);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (before != NULL)
    {
      sb_value_set (plan, "minutes_before", sb_value_ref (before));
      g_ascii_formatd (text, sizeof text, "%.10g", saved);
      sb_value_set (plan, "minutes_saved", sb_value_new_number (text, NULL));
    }
  else if (is_empty (self->minutes_before) && sb_value_get_member (plan, "minutes_before") != NULL)
    {
      sb_value_remove (plan, "minutes_before");
      sb_value_remove (plan, "minutes_saved");
    }
  if (now != NULL)
    sb_value_set (plan, "minutes_now", sb_value_ref (now));
  else if (is_empty (self->minutes_now))
    sb_value_remove (plan, "minutes_now");
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

  set_text (plan, "owner", self->owner);
  set_minutes (self, plan);
  sb_value_set (plan, "fallback", read_fallback (self));
  set_text (runbook, "call", self->call);
  set_text (runbook, "look", self->look);
  set_text (runbook, "reprocess", self->reprocess);
  sb_value_set (plan, "runbook", runbook);
  return plan;
}

static void show (SbPlanPage *self);
static void show_saves (SbPlanPage *self);
static void show_links (SbPlanPage *self);

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

  if (row == GTK_EDITABLE (self->minutes_before) || row == GTK_EDITABLE (self->minutes_now))
    {
      g_autoptr (SbValue) number = read_minutes (GTK_WIDGET (row));

      if (number == NULL && !is_empty (GTK_WIDGET (row)))
        gtk_widget_add_css_class (GTK_WIDGET (row), "error");
      else
        gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
    }
  save (self, merge);
  show_saves (self);
  if (row == GTK_EDITABLE (self->call) || row == GTK_EDITABLE (self->look))
    show_links (self);
}

/* --- the day the flow is paused
 * --------------------------------------------------------------------- */

static char *
ticks_key (SbPlanPage *self)
{
  return g_strconcat (SB_MEMO_TICKS, sb_flow_model_get_id (self->model), NULL);
}

static void
save_ticks (SbPlanPage *self)
{
  g_autoptr (SbValue) texts = sb_value_new_array ();
  g_autofree char *key = NULL;
  GHashTableIter iter;
  gpointer text;

  gtk_widget_set_visible (self->reset_button, g_hash_table_size (self->ticks) > 0);
  if (self->session == NULL || self->model == NULL)
    return;
  key = ticks_key (self);
  g_hash_table_iter_init (&iter, self->ticks);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    sb_value_append (texts, sb_value_new_string (text));
  sb_store_set_setting_async (sb_session_get_store (self->session), key,
                              g_hash_table_size (self->ticks) > 0 ? texts : NULL, NULL, NULL, NULL);
}

static void
ticked_cb (SbPlanPage *self, GtkCheckButton *check)
{
  GtkWidget *row = gtk_widget_get_ancestor (GTK_WIDGET (check), GTK_TYPE_LIST_BOX_ROW);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  if (self->filling)
    return;
  if (gtk_check_button_get_active (check))
    g_hash_table_add (self->ticks, g_strdup (text));
  else
    g_hash_table_remove (self->ticks, text);
  save_ticks (self);
}

static void
reset_ticks_cb (SbPlanPage *self)
{
  g_hash_table_remove_all (self->ticks);
  save_ticks (self);
  show (self);
}

typedef struct
{
  SbPlanPage *page;
  char *flow;
} Asked;

static void
ticks_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (SbPlanPage) self = asked->page;
  g_autofree char *flow = asked->flow;
  g_autoptr (SbValue) texts = sb_store_get_setting_finish (SB_STORE (source), result, NULL);

  if (texts == NULL || self->model == NULL ||
      g_strcmp0 (flow, sb_flow_model_get_id (self->model)) != 0)
    return;
  for (guint i = 0; i < sb_value_get_length (texts); i++)
    g_hash_table_add (self->ticks, g_strdup (sb_value_get_text (sb_value_get_item (texts, i))));
  show (self);
}

static void
load_ticks (SbPlanPage *self)
{
  g_autofree char *key = NULL;
  Asked *asked;

  g_hash_table_remove_all (self->ticks);
  if (self->model == NULL || self->session == NULL)
    return;
  key = ticks_key (self);
  asked = g_new (Asked, 1);
  *asked = (Asked){ g_object_ref (self), g_strdup (sb_flow_model_get_id (self->model)) };
  sb_store_get_setting_async (sb_session_get_store (self->session), key, NULL, ticks_cb, asked);
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
  GtkWidget *tick = gtk_check_button_new ();
  guint number = 1;
  g_autofree char *title = NULL;
  g_autofree char *done = NULL;

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
  gtk_check_button_set_active (GTK_CHECK_BUTTON (tick), g_hash_table_contains (self->ticks, text));
  gtk_widget_set_valign (tick, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (tick, _ ("Done today"));
  done = g_strdup_printf (_ ("Done today: %s"), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (tick), GTK_ACCESSIBLE_PROPERTY_LABEL, done, -1);
  adw_entry_row_add_prefix (ADW_ENTRY_ROW (row), tick);
  g_signal_connect_object (tick, "toggled", G_CALLBACK (ticked_cb), self, G_CONNECT_SWAPPED);
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

static void
show_criteria (SbPlanPage *self)
{
  SbValue *criteria = sb_flow_model_get_flow (self->model)->criteria;

  for (guint i = 0; i < self->criteria_rows->len; i++)
    adw_preferences_group_remove (self->criteria_group, g_ptr_array_index (self->criteria_rows, i));
  g_ptr_array_set_size (self->criteria_rows, 0);
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      GtkWidget *row = sb_plan_criterion_row_new (sb_value_get_item (criteria, i), i);

      adw_preferences_group_add (self->criteria_group, row);
      g_ptr_array_add (self->criteria_rows, row);
    }
}

static void
show_saves (SbPlanPage *self)
{
  SbValue *plan = sb_flow_model_get_flow (self->model)->plan;
  SbValue *minutes = sb_value_get_member (plan, "minutes_saved");
  g_autofree char *number = minutes != NULL ? sb_value_to_text (minutes) : NULL;
  g_autofree char *text = NULL;

  if (sb_value_get_member (plan, "minutes_before") != NULL && number != NULL)
    text = g_strdup_printf (_ ("Saves %s minutes for each record. The dashboard counts with it."),
                            number);
  else if (number != NULL)
    text = g_strdup_printf (
      _ ("The flow came with %s minutes for each record. Take the time of a few by hand and put in "
         "your own figure."),
      number);
  else
    text = g_strdup (_ ("Take the time of a few records by hand: the dashboard then shows what is "
                        "saved."));
  gtk_label_set_label (self->saves, text);
}

static void
show_links (SbPlanPage *self)
{
  g_autofree char *text =
    g_strdup_printf ("%s\n%s", gtk_editable_get_text (GTK_EDITABLE (self->call)),
                     gtk_editable_get_text (GTK_EDITABLE (self->look)));
  g_autoptr (GPtrArray) links = sb_plan_find_links (text);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->links))) != NULL)
    gtk_flow_box_remove (self->links, child);
  for (guint i = 0; i < links->len; i++)
    {
      const char *uri = g_ptr_array_index (links, i);
      const char *colon = strchr (uri, ':');
      GtkWidget *link = gtk_link_button_new_with_label (
        uri, g_str_has_prefix (uri, "https:") ? uri + strlen ("https://") : colon + 1);

      gtk_flow_box_append (self->links, link);
      gtk_widget_set_focusable (gtk_widget_get_parent (link), FALSE);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->links), links->len > 0);
}

/* --- criteria, paper
 * -------------------------------------------------------------------------------- */

static gboolean
save_criteria (SbPlanPage *self, SbValue *criteria, const char *merge)
{
  g_autoptr (SbValue) document =
    sb_flow_edit_set (sb_flow_model_get_flow (self->model)->document, NULL, "criteria", criteria);
  g_autoptr (GError) error = NULL;

  if (sb_flow_model_edit (self->model, document, merge, &error))
    return TRUE;
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  return FALSE;
}

/* The criteria with the one at @index left out or put in place of; @index past the end adds. */
static SbValue *
change_criteria (SbPlanPage *self, guint index, SbValue *criterion)
{
  SbValue *old = sb_flow_model_get_flow (self->model)->criteria;
  SbValue *criteria = sb_value_new_array ();

  for (guint i = 0; i < sb_value_get_length (old); i++)
    if (i != index)
      sb_value_append (criteria, sb_value_ref (sb_value_get_item (old, i)));
    else if (criterion != NULL)
      sb_value_append (criteria, sb_value_ref (criterion));
  if (criterion != NULL && index >= sb_value_get_length (old))
    sb_value_append (criteria, sb_value_ref (criterion));
  return criteria;
}

static void
add_criterion_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbPlanPage *self = SB_PLAN_PAGE (widget);
  g_autoptr (SbValue) criterion = sb_plan_new_criterion (g_variant_get_string (parameter, NULL));

  if (self->model != NULL && criterion != NULL)
    save_criteria (self, change_criteria (self, G_MAXUINT, criterion), NULL);
}

static void
remove_criterion_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbPlanPage *self = SB_PLAN_PAGE (widget);

  if (self->model != NULL &&
      save_criteria (self, change_criteria (self, g_variant_get_uint32 (parameter), NULL), NULL))
    gtk_widget_activate_action (widget, "win.undo-toast", "s", _ ("Criterion removed"));
}

static void
set_criterion_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbPlanPage *self = SB_PLAN_PAGE (widget);
  g_autoptr (SbValue) changed = NULL;
  g_autofree char *text = NULL;
  guint index, number;

  g_variant_get (parameter, "(uu)", &index, &number);
  if (self->model == NULL || self->filling || index >= self->criteria_rows->len)
    return;
  changed = sb_plan_change_criterion (
    sb_value_get_item (sb_flow_model_get_flow (self->model)->criteria, index), number);
  text = sb_plan_describe_criterion (changed);
  /* The row stays, for its number is being typed. */
  self->filling = TRUE;
  save_criteria (self, change_criteria (self, index, changed), "plan/criterion");
  self->filling = FALSE;
  adw_preferences_row_set_title (
    ADW_PREFERENCES_ROW (g_ptr_array_index (self->criteria_rows, index)), text);
}

static void
print (SbPlanPage *self, const char *pdf)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GError) error = NULL;

  if (self->model == NULL)
    return;
  if (!sb_plan_print (sb_flow_model_get_flow (self->model),
                      GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, pdf, &error))
    sb_compat_tell (GTK_WIDGET (self), _ ("The plan could not be printed"), error->message);
  else if (pdf != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", _ ("Plan saved as PDF"));
}

static void
print_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  print (SB_PLAN_PAGE (widget), NULL);
}

static void
pdf_chosen_cb (GFile *file, gpointer data)
{
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    print (data, path);
}

static void
save_pdf_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbPlanPage *self = SB_PLAN_PAGE (widget);
  g_autofree char *file = NULL;

  if (self->model == NULL)
    return;
  file = g_strdup_printf ("%s.pdf", sb_flow_model_get_id (self->model));
  sb_compat_save_file (widget, _ ("Save the Plan"), file, pdf_chosen_cb, self);
}

static void
show_text (GtkWidget *row, const char *text)
{
  if (text == NULL)
    text = "";
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (row)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static char *
dup_number (SbValue *plan, const char *member)
{
  SbValue *number = sb_value_get_member (plan, member);

  return number != NULL ? sb_value_to_text (number) : NULL;
}

static void
show (SbPlanPage *self)
{
  SbValue *plan;
  SbValue *steps;
  SbValue *runbook;
  g_autofree char *before = NULL;
  g_autofree char *now = NULL;
  GtkListBoxRow *row;

  if (self->model == NULL || self->filling)
    return;
  self->filling = TRUE;
  plan = sb_flow_model_get_flow (self->model)->plan;
  steps = sb_value_get_member (plan, "fallback");
  runbook = sb_value_get_member (plan, "runbook");
  before = dup_number (plan, "minutes_before");
  now = dup_number (plan, "minutes_now");
  show_text (self->owner, sb_value_get_string (plan, "owner"));
  show_text (self->minutes_before, before);
  show_text (self->minutes_now, now);
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
  show_saves (self);
  show_links (self);
  gtk_widget_set_visible (self->reset_button, g_hash_table_size (self->ticks) > 0);
  self->filling = FALSE;
}

static void
set_session (SbPage *page, SbSession *session)
{
  g_set_object (&SB_PLAN_PAGE (page)->session, session);
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
  load_ticks (self);
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
  iface->set_session = set_session;
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
  g_clear_object (&self->session);
  g_clear_pointer (&self->ticks, g_hash_table_unref);
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
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, minutes_before);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, minutes_now);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, saves);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, add_criterion);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, reset_button);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, links);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, criteria_group);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, fallback);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, call);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, look);
  gtk_widget_class_bind_template_child (widget_class, SbPlanPage, reprocess);
  gtk_widget_class_bind_template_callback (widget_class, text_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_step_cb);
  gtk_widget_class_bind_template_callback (widget_class, reset_ticks_cb);
  gtk_widget_class_install_action (widget_class, "plan.add-criterion", "s", add_criterion_cb);
  gtk_widget_class_install_action (widget_class, "plan.remove-criterion", "u", remove_criterion_cb);
  gtk_widget_class_install_action (widget_class, "plan.set-criterion", "(uu)", set_criterion_cb);
  gtk_widget_class_install_action (widget_class, "plan.print", NULL, print_cb);
  gtk_widget_class_install_action (widget_class, "plan.save-pdf", NULL, save_pdf_cb);
}

static void
sb_plan_page_init (SbPlanPage *self)
{
  g_autoptr (GMenuModel) menu = sb_plan_criteria_menu_new ();

  self->criteria_rows = g_ptr_array_new ();
  self->ticks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_menu_model (self->add_criterion, menu);
  self->filling = FALSE;
}
