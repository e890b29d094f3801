/* sb-formats.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* What the format menu of a pill offers: ways to write a value, in words. */
typedef struct
{
  const char *heading; /* of the first of a section; NULL for those below it */
  char       *label;   /* "With the sign" */
  char       *filter;  /* one or several; %s stands for what the owner types */
  char       *param;   /* (nullable): what is offered to be typed; NULL where nothing is asked */
} SbFormat;

/**
 * sb_formats_list:
 * @path: "trigger.total_price"
 * @filters: (nullable): what is done with it already
 *
 * What can be done with a value, by what it is for the record that is looked at and by what the
 * connector says of it.
 *
 * Returns: (transfer full) (element-type SbFormat)
 */
GPtrArray *sb_formats_list   (SbFlowModel    *model,
                              const char     *step_id,
                              const char     *path,
                              const char     *filters);
/* The filters of a token with this format among them. (transfer full) (nullable) */
char      *sb_formats_apply  (const SbFormat *format,
                              const char     *typed,
                              const char     *filters);
/* Whether it is among them as it stands. */
gboolean   sb_formats_is_on  (const SbFormat *format,
                              const char     *typed,
                              const char     *filters);
/* The filters without the one at @index. (transfer full) (nullable) */
char      *sb_formats_remove (const char     *filters,
                              guint           index);
/* What a token comes to for the record; NULL with the reason. */
char      *sb_formats_render (SbFlowModel    *model,
                              const char     *step_id,
                              const char     *path,
                              const char     *filters,
                              GError        **error);

G_END_DECLS
