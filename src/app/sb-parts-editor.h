/* sb-parts-editor.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* A list or a group put together by hand: a row for each item or each name, pills in every cell, groups
 * within groups indented. ::edited (SbValue *value) */
#define SB_TYPE_PARTS_EDITOR (sb_parts_editor_get_type ())
G_DECLARE_FINAL_TYPE (SbPartsEditor, sb_parts_editor, SB, PARTS_EDITOR, GtkWidget)

/* @columns (nullable): of SbField, what each item of a list consists of */
GtkWidget *sb_parts_editor_new       (SbFlowModel   *model,
                                      const char    *step_id,
                                      SbValue       *columns);
/* @value: an array or an object */
void       sb_parts_editor_set_value (SbPartsEditor *self,
                                      SbValue       *value);
void       sb_parts_editor_refresh   (SbPartsEditor *self);
/* An item as it is before anything is typed: empty cells. (transfer full) */
SbValue   *sb_parts_new_item         (SbValue       *columns,
                                      SbValue       *like);

G_END_DECLS
