/* sb-pilot-grid.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbPilotGrid:
 *
 * The records of a pilot as rows, the steps as columns; a cell is a button that opens what was asked and
 * answered. Filled in cell by cell while a pilot runs. Verdicts always stand with their word.
 *
 * ::activated (guint record, guint column, SbValue *cell)
 */
#define SB_TYPE_PILOT_GRID (sb_pilot_grid_get_type ())
G_DECLARE_FINAL_TYPE (SbPilotGrid, sb_pilot_grid, SB, PILOT_GRID, GtkWidget)

/* @columns: array of {"place", "title", "system"}; @records: array of {"title", "note"}. Empties every cell. */
void     sb_pilot_grid_set_shape (SbPilotGrid *self,
                                  SbValue     *columns,
                                  SbValue     *records);
/* @cell (nullable): NULL shows that it is on its way. */
void     sb_pilot_grid_set_cell  (SbPilotGrid *self,
                                  guint        record,
                                  guint        column,
                                  SbValue     *value);
/* Moves the focus to the first cell of a record. */
void     sb_pilot_grid_show_record (SbPilotGrid *self,
                                  guint        record);

G_END_DECLS
