/* sb-commands-settings.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-settings.h"

static SbValue *
list_settings (SbCall *call, GError **error)
{
  g_autoptr (SbValue) array = sb_value_new_array ();

  for (guint i = 0; sb_settings_get (i) != NULL; i++)
    {
      const SbSetting *setting = sb_settings_get (i);
      g_autoptr (SbValue) value = NULL;
      GError *own = NULL;
      SbValue *object = NULL;

      sb_store_get_setting_async (call->store, setting->key, call->cancellable, sb_call_ready_cb,
                                  call);
      value = sb_store_get_setting_finish (call->store, sb_call_wait (call), &own);
      if (own != NULL && !g_error_matches (own, SB_ERROR, SB_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, own);
          return NULL;
        }
      g_clear_error (&own);
      object = sb_value_new_object ();
      sb_value_set_string (object, "key", setting->key);
      sb_value_set_int (object, "value", sb_settings_read (setting->key, value));
      sb_value_set_int (object, "default", setting->fallback);
      sb_value_set_string (object, "help", _ (setting->help));
      sb_value_append (array, object);
    }
  return g_steal_pointer (&array);
}

static SbValue *
set_setting (SbCall *call, GError **error)
{
  const char *key = sb_call_get_string (call, "key", error);
  const SbSetting *setting = key != NULL ? sb_settings_find (key) : NULL;
  SbValue *value = sb_value_get_member (call->arguments, "value");
  gint64 number = 0;

  if (key == NULL)
    return NULL;
  if (setting == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
                   _ ("There is no setting “%s”: “settings list” shows those there are"), key);
      return NULL;
    }
  if (value == NULL || !sb_value_get_int (value, &number) || number < setting->min ||
      number > setting->max)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” is a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                      ": %s. Nothing was changed"),
                   key, setting->min, setting->max, _ (setting->help));
      return NULL;
    }

  sb_store_set_setting_async (call->store, key, value, call->cancellable, sb_call_ready_cb, call);
  if (!sb_store_set_setting_finish (call->store, sb_call_wait (call), error))
    return NULL;
  return sb_value_ref (value);
}

const SbCommandEntry sb_commands_settings[] = {
  { "settings.list", list_settings },
  { "settings.set", set_setting },
  { NULL, NULL },
};
