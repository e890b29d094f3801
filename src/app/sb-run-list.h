/* sb-run-list.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-session.h"

G_BEGIN_DECLS

/* A row: a run, or the heading of those below it. Immutable. */
#define SB_TYPE_RUN_ITEM (sb_run_item_get_type ())
G_DECLARE_FINAL_TYPE (SbRunItem, sb_run_item, SB, RUN_ITEM, GObject)

SbRun      *sb_run_item_get_run     (SbRunItem *self); /* (nullable): NULL for a heading */
const char *sb_run_item_get_heading (SbRunItem *self); /* (nullable) */
guint       sb_run_item_get_count   (SbRunItem *self); /* of a heading: runs below it */
/* "Paid orders, version 3, took 3 s": the second line of a row. (transfer full) */
char       *sb_run_item_dup_detail  (SbRunItem *self);
/* Symbol, word and css class of a run's state; colour never speaks alone. */
const char *sb_run_item_get_icon    (SbRunItem *self);
const char *sb_run_item_get_status  (SbRunItem *self);
const char *sb_run_item_get_style   (SbRunItem *self);

typedef enum
{
  SB_RUN_GROUP_DAY,   /* newest first, a heading for each day */
  SB_RUN_GROUP_CAUSE, /* a heading for each cause, as the inbox shows them */
} SbRunGrouping;

/**
 * SbRunList:
 *
 * Runs of the store as a GListModel of SbRunItem. Pages are fetched by key as they are needed
 * (sb_run_list_load_more()); what changed since is taken in without disturbing the rows that did not,
 * so that selection and scroll position stay. Lives on the GTK thread.
 *
 * ::loaded: the answer to the latest query is in.
 */
#define SB_TYPE_RUN_LIST (sb_run_list_get_type ())
G_DECLARE_FINAL_TYPE (SbRunList, sb_run_list, SB, RUN_LIST, GObject)

SbRunList  *sb_run_list_new       (SbSession     *session,
                                   SbRunGrouping  grouping);
/* @flow_id, @state, @text (nullable): see SbRunQuery. @since_us 0: all. */
void        sb_run_list_set_query (SbRunList     *self,
                                   const char    *flow_id,
                                   const char    *state,
                                   const char    *text,
                                   gint64         since_us);
void        sb_run_list_load_more (SbRunList     *self);
void        sb_run_list_refresh   (SbRunList     *self);
gboolean    sb_run_list_is_loading (SbRunList    *self);
guint       sb_run_list_get_n_runs (SbRunList    *self);
gboolean    sb_run_list_has_more  (SbRunList     *self);
/* Position of the row of a run; -1 where it is not loaded. */
int         sb_run_list_find      (SbRunList     *self,
                                   gint64         run);

G_END_DECLS
