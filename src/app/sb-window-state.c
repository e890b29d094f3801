/* sb-window-state.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-window-state.h"

/* (nullable): GSettings ends the program when a schema is not there, so that is asked before. */
static GSettings *
open_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, APP_ID, TRUE);
  return schema != NULL ? g_settings_new (APP_ID) : NULL;
}

void
sb_window_state_restore (GtkWindow *window)
{
  g_autoptr (GSettings) settings = open_settings ();

  if (settings == NULL)
    return;
  gtk_window_set_default_size (window, g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (window);
}

void
sb_window_state_save (GtkWindow *window, const char *page, const char *flow)
{
  g_autoptr (GSettings) settings = open_settings ();
  gboolean maximized = gtk_window_is_maximized (window);
  int width, height;

  if (settings == NULL)
    return;
  g_settings_set_boolean (settings, "window-maximized", maximized);
  /* The size to go back to is the one from before. */
  gtk_window_get_default_size (window, &width, &height);
  if (!maximized && width > 0 && height > 0)
    {
      g_settings_set_int (settings, "window-width", width);
      g_settings_set_int (settings, "window-height", height);
    }
  g_settings_set_string (settings, "last-page", page != NULL ? page : "");
  g_settings_set_string (settings, "last-flow", flow != NULL ? flow : "");
  /* The program may end right after. */
  g_settings_sync ();
}

void
sb_window_state_get_last (char **page, char **flow)
{
  g_autoptr (GSettings) settings = open_settings ();

  *page = settings != NULL ? g_settings_get_string (settings, "last-page") : g_strdup ("");
  *flow = settings != NULL ? g_settings_get_string (settings, "last-flow") : g_strdup ("");
}
