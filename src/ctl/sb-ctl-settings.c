/* sb-ctl-settings.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>

#include "sb-json.h"

static int
list_settings (SbCtl *self)
{
  g_autoptr (SbTable) table = sb_table_new (_ ("SETTING"), _ ("VALUE"), _ ("MEANING"), NULL);
  g_autoptr (SbValue) settings = NULL;
  int status = sb_ctl_run_plain (self, "settings.list", sb_value_new_object (), NULL, &settings);

  if (settings == NULL)
    return status;
  for (guint i = 0; i < sb_value_get_length (settings); i++)
    {
      SbValue *setting = sb_value_get_item (settings, i);
      g_autofree char *value = sb_value_to_text (sb_value_get_member (setting, "value"));

      sb_table_add (table, sb_value_get_string (setting, "key"), value,
                    sb_value_get_string (setting, "help"));
    }
  sb_table_print (table, self);
  return status;
}

static int
set_setting (SbCtl *self)
{
  const char *key = sb_ctl_get_operand (self, 0);
  const char *text = sb_ctl_get_operand (self, 1);
  SbValue *arguments = NULL;
  g_autoptr (SbValue) set = NULL;
  gint64 number = 0;
  int status;

  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return sb_ctl_usage (self, _ ("“%s” is not a whole number"), text);
  arguments = sb_value_new_object ();
  sb_value_set_string (arguments, "key", key);
  sb_value_set_int (arguments, "value", number);
  status = sb_ctl_run_plain (self, "settings.set", arguments, key, &set);
  if (set != NULL)
    sb_ctl_print (self, _ ("%s is %s; it counts from the next start."), key, text);
  return status;
}

const SbCtlCommand sb_ctl_settings_commands[] = {
  { "settings list", "", 0, 0, N_ ("List what can be set for the data folder."), "settings list",
    NULL, list_settings },
  { "settings set", "KEY VALUE", 2, 2, N_ ("Set it, from the next start on."),
    "settings set port 9000", NULL, set_setting },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
