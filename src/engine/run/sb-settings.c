/* sb-settings.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-settings.h"

#include <glib/gi18n-lib.h>

#define KIB G_GINT64_CONSTANT (1024)
#define MIB (KIB * KIB)

static const SbSetting settings[] = {
  { SB_SETTING_PORT, 8787, 1024, 65535, N_ ("port of the endpoint on 127.0.0.1") },
  { SB_SETTING_BODY_LIMIT, MIB, KIB, 10 * MIB, N_ ("largest event that is taken, in bytes") },
  { SB_SETTING_RETENTION_DAYS, 90, 1, 3650, N_ ("how long finished runs are kept, in days") },
  { SB_SETTING_RETENTION_BYTES, 1024 * MIB, 16 * MIB, KIB *KIB *MIB,
    N_ ("how large the history may grow, in bytes") },
};

/**
 * sb_settings_get:
 *
 * Returns: (nullable): the setting at @index in the order they are shown
 */
const SbSetting *
sb_settings_get (guint index)
{
  return index < G_N_ELEMENTS (settings) ? &settings[index] : NULL;
}

const SbSetting *
sb_settings_find (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (settings[i].key, key))
      return &settings[i];
  return NULL;
}

gint64
sb_settings_read (const char *key, SbValue *value)
{
  const SbSetting *setting = sb_settings_find (key);
  gint64 number = 0;

  g_return_val_if_fail (setting != NULL, 0);

  if (value == NULL || !sb_value_get_int (value, &number) || number < setting->min ||
      number > setting->max)
    return setting->fallback;
  return number;
}
