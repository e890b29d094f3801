/* sb-inspector-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-condition-editor.h"
#include "sb-field-row.h"
#include "sb-inspector.h"
#include "sb-tile.h"

G_BEGIN_DECLS

struct _SbInspector
{
  AdwBin             parent_instance;

  SbTile            *tile;
  GtkLabel          *title;
  GtkLabel          *subtitle;
  GtkWidget         *record_box;
  GtkLabel          *record_title;
  GtkLabel          *record_position;
  GtkWidget         *connection_box;
  GtkBox            *connection_place;
  GtkBox            *rows;
  GtkExpander       *more;
  GtkBox            *more_rows;
  GtkLabel          *more_label;
  GtkBox            *notes;
  GtkWidget         *footer;
  GtkLabel          *footer_label;

  SbSession         *session;
  SbFlowModel       *model;
  char              *shown;       /* what the rows are of: chosen card, type, action … */
  GPtrArray         *fields;      /* of SbFieldRow, borrowed from the boxes */
  SbConditionEditor *condition;   /* (nullable), borrowed */
  GPtrArray         *connections; /* of SbConnection: what the drop-down shows */
  GtkWidget         *drop_down;   /* (nullable) */
  gboolean           filling;
};

/* Fills the boxes with what the chosen card has; the rows' values come after. */
void        sb_inspector_build_rows   (SbInspector *self);
/* The step of the chosen node, and its lane (-1: none). NULL for the trigger. */
SbStep     *sb_inspector_find_step    (SbInspector *self,
                                       int         *lane);
SbFieldRow *sb_inspector_add_field    (SbInspector       *self,
                                       const SbFieldSpec *spec,
                                       gboolean           more);

G_END_DECLS
