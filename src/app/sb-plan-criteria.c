/* sb-plan-criteria.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-plan-criteria.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *kind;
  const char *choice;
  const char *number; /* (nullable): the member with its number */
  const char *unit;
  guint usual;
} kinds[] = {
  { "records", N_ ("Enough records went through"), "at_least", N_ ("Number of records"), 10 },
  { "nothing-unexpected", N_ ("Nothing unexpected") },
  { "no-duplicates", N_ ("Nothing done twice") },
  { "failures-reach-inbox", N_ ("Failures reach the inbox") },
  { "within", N_ ("Done in time"), "seconds", N_ ("Number of seconds"), 300 },
  { "sandbox-passed", N_ ("Passed in your sandbox accounts, too") },
};

static int
find_kind (SbValue *criterion)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (sb_value_get_string (criterion, "kind"), kinds[i].kind) == 0)
      return (int)i;
  return -1;
}

char *
sb_plan_describe_criterion (SbValue *criterion)
{
  const char *text = sb_value_get_string (criterion, "text");
  int kind = find_kind (criterion);
  guint n;

  if (text != NULL)
    return g_strdup (text);
  if (kind < 0)
    return g_strdup ("");
  if (kinds[kind].number == NULL)
    return g_strdup (_ (kinds[kind].choice));
  n = (guint)sb_value_get_int_or (criterion, kinds[kind].number, kinds[kind].usual);
  if (g_str_equal (kinds[kind].kind, "records"))
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "At least %u record went through",
                                         "At least %u records went through", n),
                            n);
  return g_strdup_printf (
    g_dngettext (GETTEXT_PACKAGE, "Done within %u second", "Done within %u seconds", n), n);
}

SbValue *
sb_plan_new_criterion (const char *kind)
{
  SbValue *criterion = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds) && criterion == NULL; i++)
    {
      if (!g_str_equal (kind, kinds[i].kind))
        continue;
      criterion = sb_value_new_object ();
      sb_value_set_string (criterion, "kind", kind);
      if (kinds[i].number != NULL)
        sb_value_set_int (criterion, kinds[i].number, kinds[i].usual);
    }
  return criterion;
}

SbValue *
sb_plan_change_criterion (SbValue *criterion, guint number)
{
  SbValue *changed = sb_value_copy (criterion);
  int kind = find_kind (criterion);

  if (kind >= 0 && kinds[kind].number != NULL)
    {
      sb_value_set_int (changed, kinds[kind].number, MAX (number, 1));
      /* The owner's words may name the number that was. */
      sb_value_remove (changed, "text");
    }
  return changed;
}

static void
number_changed_cb (GtkSpinButton *spin, gpointer data)
{
  gtk_widget_activate_action (GTK_WIDGET (spin), "plan.set-criterion", "(uu)",
                              GPOINTER_TO_UINT (data),
                              (guint)gtk_spin_button_get_value_as_int (spin));
}

GtkWidget *
sb_plan_criterion_row_new (SbValue *criterion, guint index)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *remove = gtk_button_new_from_icon_name ("sb-remove-symbolic");
  g_autofree char *text = sb_plan_describe_criterion (criterion);
  g_autofree char *name = g_strdup_printf (_ ("Remove: %s"), text);
  int kind = find_kind (criterion);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  if (kind >= 0 && kinds[kind].number != NULL)
    {
      GtkWidget *spin = gtk_spin_button_new_with_range (1, 86400, 1);

      gtk_spin_button_set_value (
        GTK_SPIN_BUTTON (spin),
        (double)sb_value_get_int_or (criterion, kinds[kind].number, kinds[kind].usual));
      gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
      gtk_widget_set_tooltip_text (spin, _ (kinds[kind].unit));
      gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ (kinds[kind].unit), -1);
      g_signal_connect (spin, "value-changed", G_CALLBACK (number_changed_cb),
                        GUINT_TO_POINTER (index));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), spin);
    }
  gtk_widget_set_valign (remove, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_tooltip_text (remove, _ ("Remove this criterion"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (remove), "plan.remove-criterion");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (remove), "u", index);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), remove);
  return row;
}

GMenuModel *
sb_plan_criteria_menu_new (void)
{
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ (kinds[i].choice), NULL);

      g_menu_item_set_action_and_target (item, "plan.add-criterion", "s", kinds[i].kind);
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}
