/* sb-run-item.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "sb-store-types.h"

G_BEGIN_DECLS

/* A row: a run, or the heading of those below it.
 *
 * ::changed: what it shows is another; so a row stays the same object while its run goes on. */
#define SB_TYPE_RUN_ITEM (sb_run_item_get_type ())
G_DECLARE_FINAL_TYPE (SbRunItem, sb_run_item, SB, RUN_ITEM, GObject)

/* @run (nullable): it is still to be fetched */
SbRunItem  *sb_run_item_new_run     (gint64      id,
                                     SbRun      *run);
SbRunItem  *sb_run_item_new_heading (const char *text,
                                     guint       count);
/* What can be done with the @count runs above it, which share the cause @text. */
SbRunItem  *sb_run_item_new_bulk    (const char *text,
                                     guint       count);
void        sb_run_item_set_run     (SbRunItem  *self,
                                     SbRun      *run);
void        sb_run_item_set_heading (SbRunItem  *self,
                                     const char *text,
                                     guint       count);
/* @hit (nullable): where the text that is looked for stands, "customer last name: Keller" */
void        sb_run_item_set_hit     (SbRunItem  *self,
                                     const char *hit);
const char *sb_run_item_get_hit     (SbRunItem  *self); /* (nullable) */
gint64      sb_run_item_get_id      (SbRunItem *self); /* of the run; 0 for a heading */
SbRun      *sb_run_item_get_run     (SbRunItem *self); /* (nullable): NULL for a heading, and until it is there */
const char *sb_run_item_get_heading (SbRunItem *self); /* (nullable) */
guint       sb_run_item_get_count   (SbRunItem *self); /* of a heading: runs below it */
gboolean    sb_run_item_is_bulk     (SbRunItem *self);
/* "Paid orders, version 3, took 3 s": the second line of a row. (transfer full) */
char       *sb_run_item_dup_detail  (SbRunItem *self);
/* Symbol, word and css class of a run's state; colour never speaks alone. */
const char *sb_run_item_get_icon    (SbRunItem *self);
const char *sb_run_item_get_status  (SbRunItem *self);
const char *sb_run_item_get_style   (SbRunItem *self);

G_END_DECLS
