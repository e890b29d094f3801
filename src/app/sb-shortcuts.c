/* sb-shortcuts.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-shortcuts.h"

#include <glib/gi18n-lib.h>

/* Without an action the key belongs to a widget, which listens to it itself: canvas, field, list.
 */
typedef struct
{
  const char *title;
  const char *action;
  const char *accels[3];
} Shortcut;

typedef struct
{
  const char *title;
  Shortcut shortcuts[16];
} Group;

static const Group groups[] = {
  { N_ ("Everywhere"),
    {
      { N_ ("New flow"), "win.new-flow", { "<Primary>n" } },
      { N_ ("Open a flow file"), "win.import", { "<Primary>o" } },
      { N_ ("Inbox"), "win.show-page::inbox", { "<Primary>i" } },
      { N_ ("Activity"), "win.show-page::activity", { "<Primary><Shift>a" } },
      { N_ ("Dashboard"), "win.show-page::dashboard", { "<Primary><Shift>d" } },
      { N_ ("Show or hide the sidebar"), "win.toggle-sidebar", { "F9" } },
      { N_ ("Keyboard shortcuts"), "app.shortcuts", { "<Primary>question", "<Primary>F1" } },
      { N_ ("Close the window"), "window.close", { "<Primary>w" } },
      { N_ ("Quit"), "app.quit", { "<Primary>q" } },
    } },
  { N_ ("The open flow"),
    {
      { N_ ("Map"), "win.show-view::map", { "<Alt>1" } },
      { N_ ("Pilot"), "win.show-view::pilot", { "<Alt>2" } },
      { N_ ("Activity of the flow"), "win.show-view::activity", { "<Alt>3" } },
      { N_ ("Plan"), "win.show-view::plan", { "<Alt>4" } },
      { N_ ("Run the pilot"), "win.run-pilot", { "<Primary>r" } },
      { N_ ("The next thing of the guide"), "win.guide-next", { "<Primary>g" } },
      { N_ ("Previous record"), "win.previous-record", { "<Alt>Left" } },
      { N_ ("Next record"), "win.next-record", { "<Alt>Right" } },
      { N_ ("Undo"), "win.undo", { "<Primary>z" } },
      { N_ ("Redo"), "win.redo", { "<Primary><Shift>z", "<Primary>y" } },
      { N_ ("Save the flow as a file"), "win.export", { "<Primary><Shift>e" } },
    } },
  { N_ ("On the map"),
    {
      { N_ ("Go from card to card"), NULL, { "Up", "Down" } },
      { N_ ("Go between ways of a branch"), NULL, { "Left", "Right" } },
      { N_ ("Move the card"), NULL, { "<Alt>Up", "<Alt>Down" } },
      { N_ ("Move the card to the way beside it"),
        NULL,
        { "<Alt><Shift>Left", "<Alt><Shift>Right" } },
      { N_ ("Fill in the card, and back to it"), NULL, { "Return", "Escape" } },
      { N_ ("Add a step behind the card"), NULL, { "Insert" } },
      { N_ ("Take the card out"), NULL, { "Delete" } },
      { N_ ("Copy, cut"), NULL, { "<Primary>c", "<Primary>x" } },
      { N_ ("Paste behind the card"), NULL, { "<Primary>v" } },
      { N_ ("Duplicate the card"), NULL, { "<Primary>d" } },
      { N_ ("What can be done with the card"), NULL, { "Menu" } },
      { N_ ("Larger, smaller"), NULL, { "<Primary>plus", "<Primary>minus" } },
      { N_ ("As large as usual"), NULL, { "<Primary>0" } },
      { N_ ("Show all of the map"), NULL, { "<Primary>9" } },
    } },
  { N_ ("In Activity"),
    {
      { N_ ("Search"), NULL, { "<Primary>f" } },
      { N_ ("Go from run to run"), NULL, { "Up", "Down" } },
      { N_ ("Go to the time line"), NULL, { "Return" } },
      { N_ ("Copy the time line as text"), NULL, { "<Primary><Shift>c" } },
    } },
  { N_ ("In a field"),
    {
      { N_ ("Choose from what earlier steps give"), NULL, { "<Primary>space" } },
      { N_ ("Close what is open"), NULL, { "Escape" } },
    } },
};

void
sb_shortcuts_install (GtkApplication *application)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const Shortcut *one = groups[i].shortcuts; one->title != NULL; one++)
      if (one->action != NULL)
        gtk_application_set_accels_for_action (application, one->action, one->accels);
}

static GtkWidget *
make_row (const Shortcut *shortcut)
{
  GtkWidget *row = adw_action_row_new ();
  g_autoptr (GString) words = g_string_new (NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (shortcut->title));
  for (guint i = 0; shortcut->accels[i] != NULL; i++)
    {
      guint key = 0;
      GdkModifierType modifiers = 0;
      g_autofree char *text = NULL;
      GtkWidget *label;

      gtk_accelerator_parse (shortcut->accels[i], &key, &modifiers);
      text = gtk_accelerator_get_label (key, modifiers);
      label = gtk_label_new (text);
      gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (label, "sb-key");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
      if (words->len > 0)
        g_string_append (words, ", ");
      g_string_append (words, text);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  words->str, -1);
  return row;
}

void
sb_shortcuts_present (GtkWindow *parent)
{
  GtkWidget *window = adw_preferences_window_new ();
  GtkWidget *page = adw_preferences_page_new ();

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      GtkWidget *group = adw_preferences_group_new ();

      adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ (groups[i].title));
      for (const Shortcut *one = groups[i].shortcuts; one->title != NULL; one++)
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_row (one));
      adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
    }
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (page));
  gtk_window_set_title (GTK_WINDOW (window), _ ("Keyboard Shortcuts"));
  gtk_window_set_default_size (GTK_WINDOW (window), 520, 640);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_present (GTK_WINDOW (window));
}
