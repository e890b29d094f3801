/* sb-field-row.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* How a field is named and what it takes. Strings are copied. */
typedef struct
{
  const char *key;
  const char *label;
  const char *type;     /* (nullable): as in SbField */
  const char *help;     /* (nullable): shown as placeholder and tooltip */
  const char *hint;     /* (nullable): "Empty: all of it", at the end of the label's line */
  SbValue    *allowed;  /* (nullable): array of {"value", "label"}: a drop-down */
  SbValue    *columns;  /* (nullable): as in SbField */
  gboolean    required;
  gboolean    fixed;    /* the owner types it: no data of an event */
  gboolean    plain;    /* no switch to the text of the flow file */
} SbFieldSpec;

/**
 * SbFieldRow:
 *
 * One field of the inspector: label, editor (pills and text, a drop-down, or rows for a list or group), and under it what it comes
 * to for the record that is looked at. It shows and asks; its owner does the edits.
 *
 * ::edited (SbValue *value): the new template, NULL when it was emptied.
 */
#define SB_TYPE_FIELD_ROW (sb_field_row_get_type ())
G_DECLARE_FINAL_TYPE (SbFieldRow, sb_field_row, SB, FIELD_ROW, GtkWidget)

/* @step_id: the place the field stands at, which says what it may refer to. */
GtkWidget  *sb_field_row_new       (SbFlowModel       *model,
                                    const char        *step_id,
                                    const SbFieldSpec *spec);
/* At the end of the label's line. */
void        sb_field_row_add_to_head (SbFieldRow      *self,
                                    GtkWidget         *widget);
/* As if @text had been typed. */
void        sb_field_row_enter     (SbFieldRow        *self,
                                    const char        *text);
const char *sb_field_row_get_key   (SbFieldRow        *self);
gboolean    sb_field_row_is_empty  (SbFieldRow        *self);
gboolean    sb_field_row_is_required (SbFieldRow      *self);
/* The keyboard goes on in its editor. */
void        sb_field_row_focus     (SbFieldRow        *self);
/* @value (nullable): as it stands in the flow. */
void        sb_field_row_set_value (SbFieldRow        *self,
                                    SbValue           *value);
/* Looks again at what it comes to. @problem (nullable): what is wrong with it. */
void        sb_field_row_refresh   (SbFieldRow        *self,
                                    const char        *problem);

G_END_DECLS
