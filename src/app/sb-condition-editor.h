/* sb-condition-editor.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* A condition by point and click: value, comparison, value; all, any or none of several, groups within
 * groups; read back as a sentence, with whether it holds for the record that is looked at. ::edited
 * (SbValue *condition) */
#define SB_TYPE_CONDITION_EDITOR (sb_condition_editor_get_type ())
G_DECLARE_FINAL_TYPE (SbConditionEditor, sb_condition_editor, SB, CONDITION_EDITOR, GtkWidget)

GtkWidget *sb_condition_editor_new           (SbFlowModel       *model,
                                              const char        *step_id);
void       sb_condition_editor_set_condition (SbConditionEditor *self,
                                              SbValue           *condition);
void       sb_condition_editor_refresh       (SbConditionEditor *self);

G_END_DECLS
