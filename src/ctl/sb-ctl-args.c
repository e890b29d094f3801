/* sb-ctl-args.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-nearest.h"

static const SbCtlCommand *const tables[] = {
  sb_ctl_serve_commands,    sb_ctl_pilot_commands,  sb_ctl_check_commands,
  sb_ctl_flows_commands,    sb_ctl_drafts_commands, sb_ctl_connections_commands,
  sb_ctl_events_commands,   sb_ctl_runs_commands,   sb_ctl_stats_commands,
  sb_ctl_settings_commands,
};

const SbCtlOption sb_ctl_common_options[] = {
  { "data", "DIR", NULL, N_ ("the data folder, instead of the one the window uses") },
  { "credentials", "DIR", NULL,
    N_ ("secrets are files CONNECTION.KEY in DIR, instead of in the keyring") },
  { "json", NULL, NULL, N_ ("print JSON, for scripts") },
  { "help", NULL, NULL, N_ ("print this help") },
  { NULL, NULL, NULL, NULL },
};

/**
 * sb_ctl_list_next:
 * @table: (inout): 0 at first
 * @index: (inout): 0 at first
 *
 * Returns: (transfer none) (nullable): the next command of all there are, NULL after the last
 */
const SbCtlCommand *
sb_ctl_list_next (guint *table, guint *index)
{
  while (*table < G_N_ELEMENTS (tables))
    {
      const SbCtlCommand *command = &tables[*table][*index];

      if (command->name != NULL)
        {
          (*index)++;
          return command;
        }
      (*table)++;
      *index = 0;
    }
  return NULL;
}

/* --- the nearest word
 * ----------------------------------------------------------------------------- */

/**
 * sb_ctl_find_nearest:
 * @words: (array zero-terminated=1): what there is
 *
 * Returns: (transfer full) (nullable): the one that was most likely meant by @word
 */
char *
sb_ctl_find_nearest (const char *word, const char *const *words)
{
  const char *nearest = NULL;
  guint least = (guint)(strlen (word) / 3 + 2);

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint distance = sb_word_distance (word, words[i]);

      if (distance < least)
        {
          least = distance;
          nearest = words[i];
        }
    }
  return g_strdup (nearest);
}

/* --- commands
 * ------------------------------------------------------------------------------------- */

static const SbCtlCommand *
find_command (const char *words)
{
  const SbCtlCommand *command = NULL;
  guint table = 0;
  guint index = 0;

  while ((command = sb_ctl_list_next (&table, &index)) != NULL)
    {
      if (g_str_equal (command->name, words))
        return command;
    }
  return NULL;
}

static gboolean
is_group (const char *word)
{
  const SbCtlCommand *command = NULL;
  g_autofree char *prefix = g_strconcat (word, " ", NULL);
  guint table = 0;
  guint index = 0;

  while ((command = sb_ctl_list_next (&table, &index)) != NULL)
    {
      if (g_str_has_prefix (command->name, prefix))
        return TRUE;
    }
  return FALSE;
}

/* What could have stood in the place of @word: first words, or second ones after @group. */
static char *
suggest_command (const char *group, const char *word)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  const SbCtlCommand *command = NULL;
  guint table = 0;
  guint index = 0;

  while ((command = sb_ctl_list_next (&table, &index)) != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (command->name, " ", 2);

      if (group == NULL)
        g_ptr_array_add (words, g_strdup (parts[0]));
      else if (g_str_equal (parts[0], group) && parts[1] != NULL)
        g_ptr_array_add (words, g_strdup (parts[1]));
    }
  g_ptr_array_add (words, NULL);
  return sb_ctl_find_nearest (word, (const char *const *)words->pdata);
}

static int
refuse_command (SbCtl *self, const char *group, const char *word)
{
  g_autofree char *nearest = suggest_command (group, word);
  g_autofree char *all = group != NULL ? g_strconcat (group, " ", NULL) : g_strdup ("");
  g_autofree char *clean = sb_ctl_clean (word);

  if (nearest != NULL)
    g_printerr (
      _ ("signalboxctl: %s%s: there is no such command: did you mean “signalboxctl %s%s”?\n"), all,
      clean, all, nearest);
  else
    g_printerr (_ ("signalboxctl: %s%s: there is no such command: see “signalboxctl %s--help”\n"),
                all, clean, all);
  return SB_CTL_USAGE;
}

/* --- options
 * -------------------------------------------------------------------------------------- */

static const SbCtlOption *
find_in (const SbCtlOption *options, const char *name)
{
  for (; options != NULL && options->name != NULL; options++)
    {
      if (g_str_equal (options->name, name))
        return options;
    }
  return NULL;
}

static const SbCtlOption *
find_option (SbCtl *self, const char *name)
{
  const SbCtlOption *option = find_in (sb_ctl_common_options, name);

  if (option == NULL && self->command != NULL)
    option = find_in (self->command->options, name);
  return option;
}

static int
refuse_option (SbCtl *self, const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *nearest = NULL;
  g_autofree char *clean = sb_ctl_clean (name);
  const SbCtlOption *option = self->command != NULL ? self->command->options : NULL;

  for (; option != NULL && option->name != NULL; option++)
    g_ptr_array_add (names, (gpointer)option->name);
  for (option = sb_ctl_common_options; option->name != NULL; option++)
    g_ptr_array_add (names, (gpointer)option->name);
  g_ptr_array_add (names, NULL);
  nearest = sb_ctl_find_nearest (name, (const char *const *)names->pdata);
  if (nearest != NULL)
    return sb_ctl_usage (self, _ ("there is no option --%s: did you mean --%s?"), clean, nearest);
  return sb_ctl_usage (self, _ ("there is no option --%s"), clean);
}

static gboolean
check_choice (SbCtl *self, const SbCtlOption *option, const char *value, int *status)
{
  g_auto (GStrv) choices = NULL;
  g_autofree char *words = NULL;

  if (option->choices == NULL)
    return TRUE;
  choices = g_strsplit (option->choices, "|", -1);
  if (g_strv_contains ((const char *const *)choices, value))
    return TRUE;
  words = g_strjoinv (", ", choices);
  *status =
    sb_ctl_usage (self, _ ("--%s cannot be “%s”: it is one of %s"), option->name, value, words);
  return FALSE;
}

/* Takes argv[*at], an option, and its value. */
static gboolean
take_option (SbCtl *self, int argc, char **argv, int *at, int *status)
{
  const char *argument = g_str_equal (argv[*at], "-h") ? "--help" : argv[*at];
  const char *equals = strchr (argument, '=');
  g_autofree char *name = NULL;
  const SbCtlOption *option = NULL;
  const char *value = "";

  name = equals != NULL ? g_strndup (argument + 2, (gsize)(equals - argument - 2))
                        : g_strdup (argument + 2);
  if (argument[1] != '-')
    {
      *status = sb_ctl_usage (self, _ ("there is no option %s: options begin with --"), argument);
      return FALSE;
    }
  option = find_option (self, name);
  if (option == NULL)
    {
      *status = refuse_option (self, name);
      return FALSE;
    }
  if (option->value == NULL && equals != NULL)
    {
      *status = sb_ctl_usage (self, _ ("--%s takes no value"), name);
      return FALSE;
    }
  if (option->value != NULL && equals != NULL)
    value = equals + 1;
  else if (option->value != NULL)
    {
      if (*at + 1 >= argc)
        {
          *status =
            sb_ctl_usage (self, _ ("--%s needs a value: --%s %s"), name, name, option->value);
          return FALSE;
        }
      value = argv[++*at];
    }
  if (option->value != NULL && !check_choice (self, option, value, status))
    return FALSE;
  g_ptr_array_add (self->options, g_strdup (option->name));
  g_ptr_array_add (self->options, g_strdup (value));
  return TRUE;
}

/* Finds the command's words among the arguments; options may stand before and between them. The
 * places of the words in @argv are cleared. */
static gboolean
take_command (SbCtl *self, int argc, char **argv, char **words, int *status)
{
  g_autofree char *group = NULL;

  for (int i = 1; i < argc; i++)
    {
      const char *argument = argv[i];
      g_autofree char *both = NULL;

      if (argument[0] == '-' && argument[1] != '\0')
        {
          const SbCtlOption *option =
            argument[1] == '-' ? find_in (sb_ctl_common_options, argument + 2) : NULL;

          if (option != NULL && option->value != NULL)
            i++;
          continue;
        }
      both = group != NULL ? g_strconcat (group, " ", argument, NULL) : g_strdup (argument);
      self->command = find_command (both);
      if (self->command == NULL && (group != NULL || !is_group (argument)))
        {
          *status = refuse_command (self, group, argument);
          return FALSE;
        }
      argv[i] = NULL;
      g_free (*words);
      *words = g_steal_pointer (&both);
      if (self->command != NULL)
        return TRUE;
      group = g_strdup (argument);
    }
  return TRUE;
}

static gboolean
check_operands (SbCtl *self, int *status)
{
  guint given = self->operands->len;

  if (given < self->command->min_operands)
    {
      *status = sb_ctl_usage (self, _ ("something is missing: it is “%s %s”"), self->command->name,
                              self->command->operands);
      return FALSE;
    }
  if (given > self->command->max_operands)
    {
      g_autofree char *clean =
        sb_ctl_clean (g_ptr_array_index (self->operands, self->command->max_operands));

      *status = sb_ctl_usage (self, _ ("“%s” is one too many: it is “%s %s”"), clean,
                              self->command->name, self->command->operands);
      return FALSE;
    }
  return TRUE;
}

/**
 * sb_ctl_parse:
 * @status: (out): the exit status where there is nothing to run
 *
 * Takes the command line apart.
 *
 * Returns: whether there is a command to run
 */
gboolean
sb_ctl_parse (SbCtl *self, int argc, char **argv, int *status)
{
  g_autofree char *words = NULL;
  gboolean only_operands = FALSE;

  if (argc == 2 && g_str_equal (argv[1], "--version"))
    {
      g_print ("signalboxctl %s\n", PACKAGE_VERSION);
      *status = SB_CTL_DONE;
      return FALSE;
    }
  if (!take_command (self, argc, argv, &words, status))
    return FALSE;
  for (int i = 1; i < argc; i++)
    {
      if (argv[i] == NULL)
        continue;
      if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0')
        g_ptr_array_add (self->operands, g_strdup (argv[i]));
      else if (g_str_equal (argv[i], "--"))
        only_operands = TRUE;
      else if (!take_option (self, argc, argv, &i, status))
        return FALSE;
    }

  if (sb_ctl_get_option (self, "help") != NULL)
    {
      sb_ctl_print_help (self, words);
      *status = SB_CTL_DONE;
      return FALSE;
    }
  if (self->command == NULL)
    {
      if (words == NULL)
        g_printerr (_ ("signalboxctl: no command was given: see “signalboxctl --help”\n"));
      else
        g_printerr (
          _ ("signalboxctl: %s: what about them is missing: see “signalboxctl %s --help”\n"), words,
          words);
      *status = SB_CTL_USAGE;
      return FALSE;
    }
  return check_operands (self, status);
}

/**
 * sb_ctl_get_option:
 *
 * Returns: (transfer none) (nullable): the value that was given last, "" for a switch, NULL for
 * none
 */
const char *
sb_ctl_get_option (SbCtl *self, const char *name)
{
  for (guint i = self->options->len; i >= 2; i -= 2)
    {
      if (g_str_equal (g_ptr_array_index (self->options, i - 2), name))
        return g_ptr_array_index (self->options, i - 1);
    }
  return NULL;
}

/**
 * sb_ctl_get_number:
 * @number: (inout): left as it is where the option was not given
 * @status: (out): the exit status where it is no number from @min to @max
 */
gboolean
sb_ctl_get_number (
  SbCtl *self, const char *name, gint64 min, gint64 max, gint64 *number, int *status)
{
  const char *text = sb_ctl_get_option (self, name);

  if (text == NULL || g_ascii_string_to_signed (text, 10, min, max, number, NULL))
    return TRUE;
  *status = sb_ctl_usage (
    self, _ ("--%s cannot be “%s”: it is a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT),
    name, text, min, max);
  return FALSE;
}

/**
 * sb_ctl_get_operand:
 *
 * Returns: (transfer none) (nullable): what stood at @index after the command's words
 */
const char *
sb_ctl_get_operand (SbCtl *self, guint index)
{
  return index < self->operands->len ? g_ptr_array_index (self->operands, index) : NULL;
}
