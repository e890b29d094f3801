/* sb-run-list.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-run-item.h"
#include "sb-session.h"

G_BEGIN_DECLS

/**
 * SbRunList:
 *
 * Runs that need a person as a GListModel of SbRunItem, with a heading for each cause and where several
 * share one a row with what can be done with all. Up to 2,000 are fetched, by pages; what changed since is taken in without disturbing the rows that did not,
 * so that selection and scroll position stay. Lives on the GTK thread.
 *
 * ::loaded: the answer to the latest query is in.
 */
#define SB_TYPE_RUN_LIST (sb_run_list_get_type ())
G_DECLARE_FINAL_TYPE (SbRunList, sb_run_list, SB, RUN_LIST, GObject)

SbRunList  *sb_run_list_new       (SbSession     *session);
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
/* Ids of the runs that share a cause, as a heading says it. (transfer full) (element-type gint64) */
GArray     *sb_run_list_find_cause (SbRunList    *self,
                                   const char    *cause);
/* That of @run. (transfer full) (nullable): NULL where each has to be looked at by itself */
char       *sb_run_list_dup_cause (SbRun         *run);
/* Position of the row of a run; -1 where it is not loaded. */
int         sb_run_list_find      (SbRunList     *self,
                                   gint64         run);

G_END_DECLS
