/* sb-run-order.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which run stands in which row: runs newest first, and before the first of each day a heading. Pure. */
typedef struct
{
  GArray *ids;  /* of gint64, newest first */
  GArray *days; /* of guint: where in @ids a day begins; the first is 0 unless there are no runs */
} SbRunOrder;

/* Takes both. */
SbRunOrder *sb_run_order_new        (GArray           *ids,
                                     GArray           *days);
void        sb_run_order_free       (SbRunOrder       *self);
guint       sb_run_order_get_n_rows (const SbRunOrder *self);
/* TRUE: @row is the heading of @day; else it is the run at @index of that day. */
gboolean    sb_run_order_locate     (const SbRunOrder *self,
                                     guint             row,
                                     guint            *day,
                                     guint            *index);
guint       sb_run_order_get_row    (const SbRunOrder *self,
                                     guint             index);
/* Runs of a day. */
guint       sb_run_order_count_day  (const SbRunOrder *self,
                                     guint             day);
/* Position in @ids; -1: not among them. */
int         sb_run_order_find       (const SbRunOrder *self,
                                     gint64            id);
/* The stretch of rows that differs, so that views keep the rest. */
void        sb_run_order_compare    (const SbRunOrder *before,
                                     const SbRunOrder *after,
                                     guint            *position,
                                     guint            *removed,
                                     guint            *added);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRunOrder, sb_run_order_free)

G_END_DECLS
