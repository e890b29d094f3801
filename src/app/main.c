/* main.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

#include "sb-application.h"
#include "sb-harden.h"
#include "sb-paths.h"

int
main (int argc, char *argv[])
{
  g_autofree char *folder = NULL;
  g_autofree char *absolute = NULL;
  gboolean practice = FALSE;
  gboolean background = FALSE;
  gboolean version = FALSE;
  int port = SB_PORT_FROM_SETTINGS;
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &folder, N_ ("Work on the data folder DIR"),
      N_ ("DIR") },
    { "practice", 0, 0, G_OPTION_ARG_NONE, &practice,
      N_ ("Send everything to the practice ground, nothing to a vendor"), NULL },
    { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("Listen on port N of 127.0.0.1 (0: any free one)"),
      N_ ("N") },
    { "background", 0, 0, G_OPTION_ARG_NONE, &background,
      N_ ("Start without a window, and stay while a flow is live"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Show the version"), NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) options = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbApplication) application = NULL;

  sb_harden_process ();
  (void)setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SB_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  options = g_option_context_new (NULL);
  g_option_context_add_main_entries (options, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (options, _ ("Connects the systems a small business runs on."));
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("signalbox: %s\n", error->message);
      return 2;
    }
  if (version)
    {
      g_print ("signalbox %s\n", PACKAGE_VERSION);
      return 0;
    }

  if (folder == NULL)
    folder = sb_paths_get_default_folder ();
  absolute = g_canonicalize_filename (folder, NULL);
  application = sb_application_new (absolute, practice ? "practice" : "live", port, background);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
