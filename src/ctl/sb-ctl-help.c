/* sb-ctl-help.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* One entry of a list; printf pads by bytes, which "…" has more of than columns. */
static void
print_entry (const char *left, glong width, const char *right)
{
  glong length = g_utf8_strlen (left, -1);

  if (length > width)
    g_print ("  %s\n  %*s  %s\n", left, (int)width, "", right);
  else
    g_print ("  %s%*s  %s\n", left, (int)(width - length), "", right);
}

static void
print_options (const SbCtlOption *options)
{
  for (; options != NULL && options->name != NULL; options++)
    {
      const char *value = options->choices != NULL ? options->choices : options->value;
      g_autofree char *left = NULL;

      left = g_strdup_printf ("--%s%s%s", options->name, value != NULL ? " " : "",
                              value != NULL ? value : "");
      print_entry (left, 24, _ (options->help));
    }
}

static void
print_command (const SbCtlCommand *command)
{
  g_print (_ ("Usage: signalboxctl %s%s%s%s\n\n"), command->name,
           *command->operands != '\0' ? " " : "", command->operands,
           command->options != NULL ? _ (" [OPTION…]") : "");
  g_print ("%s\n\n", _ (command->help));
  if (command->options != NULL)
    {
      g_print ("%s\n", _ ("Options:"));
      print_options (command->options);
      g_print ("\n");
    }
  g_print ("%s\n", _ ("Options of every command:"));
  print_options (sb_ctl_common_options);
  g_print (_ ("\nExample:\n  signalboxctl %s\n"), command->example);
}

/* One line each; @group (nullable) leaves out the others. */
static void
print_list (const char *group)
{
  const SbCtlCommand *command = NULL;
  guint table = 0;
  guint index = 0;

  while ((command = sb_ctl_list_next (&table, &index)) != NULL)
    {
      g_auto (GStrv) words = g_strsplit (command->name, " ", 2);
      g_autofree char *left = NULL;
      const char *help = _ (command->help);
      const char *end = strstr (help, ". ");
      g_autofree char *first =
        end != NULL ? g_strndup (help, (gsize)(end - help) + 1) : g_strdup (help);

      if (group != NULL && !g_str_equal (words[0], group))
        continue;
      left =
        g_strconcat (command->name, *command->operands != '\0' ? " " : "", command->operands, NULL);
      print_entry (left, 34, first);
    }
}

/**
 * sb_ctl_print_help:
 * @words: (nullable): the words of a command or a group that were given
 *
 * Prints the help of the command, the group, or the whole program.
 */
void
sb_ctl_print_help (SbCtl *self, const char *words)
{
  if (self->command != NULL)
    {
      print_command (self->command);
      return;
    }

  if (words != NULL)
    g_print (_ ("Usage: signalboxctl %s COMMAND …\n\n"), words);
  else
    g_print ("%s\n\n",
             _ ("Usage: signalboxctl COMMAND …\n\n"
                "Signalbox without a window: when something happens at one of your vendors, do "
                "things at the\n"
                "others. Works on the folder the window uses too, whether that is open or not."));
  g_print ("%s\n", _ ("Commands:"));
  print_list (words);
  g_print ("\n%s\n", _ ("Options of every command:"));
  print_options (sb_ctl_common_options);
  g_print (_ ("\nHelp with an example: signalboxctl COMMAND --help\n"
              "Exit status: 0 done, 1 it failed, 2 wrong usage\n"));
}
