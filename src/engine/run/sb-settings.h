/* sb-settings.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/* What an owner may set for a data folder; the values are in the store. All are whole numbers. */
typedef struct
{
  const char *key;
  gint64      fallback; /* where nothing was set */
  gint64      min;
  gint64      max;
  const char *help;     /* untranslated */
} SbSetting;

#define SB_SETTING_PORT            "port"
#define SB_SETTING_BODY_LIMIT      "body_limit"
#define SB_SETTING_RETENTION_DAYS  "retention_days"
#define SB_SETTING_RETENTION_BYTES "retention_bytes"

/* (nullable): NULL past the last. */
const SbSetting *sb_settings_get   (guint        index);
/* (nullable) */
const SbSetting *sb_settings_find  (const char  *key);
/* @value (nullable), as the store gave it; what is out of bounds counts as not set. */
gint64           sb_settings_read  (const char  *key,
                                    SbValue     *value);

G_END_DECLS
