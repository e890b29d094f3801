/* sb-raw-editor.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-value.h"

G_BEGIN_DECLS

/* A field as the flow file has it: text with {{…}}, or JSON for a list or a group. What cannot be read
 * is not given on, and the reason stands under it. ::edited (SbValue *value, nullable) */
#define SB_TYPE_RAW_EDITOR (sb_raw_editor_get_type ())
G_DECLARE_FINAL_TYPE (SbRawEditor, sb_raw_editor, SB, RAW_EDITOR, GtkWidget)

/* @json: whether a text that begins with a bracket or brace is a list or group */
GtkWidget *sb_raw_editor_new       (gboolean     json,
                                    const char  *label);
void       sb_raw_editor_set_value (SbRawEditor *self,
                                    SbValue     *value);

G_END_DECLS
