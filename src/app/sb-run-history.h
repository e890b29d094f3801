/* sb-run-history.h
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
 * SbRunHistory:
 *
 * All runs that a query finds, newest first with a heading for each day, as a GListModel of SbRunItem that is as
 * long as all of them: the scroll bar tells the truth and any place of a million can be jumped to. It
 * knows their ids (eight bytes each); a run itself is fetched once its row is shown. What changes in the
 * store comes in without disturbing the rows that do not. Lives on the GTK thread.
 *
 * ::loaded: the order is another, or is known for the first time.
 */
#define SB_TYPE_RUN_HISTORY (sb_run_history_get_type ())
G_DECLARE_FINAL_TYPE (SbRunHistory, sb_run_history, SB, RUN_HISTORY, GObject)

SbRunHistory *sb_run_history_new        (SbSession    *session);
/* @flow_id, @state, @text (nullable), @since_us, @until_us (0: all): see SbRunQuery. */
void          sb_run_history_set_query  (SbRunHistory *self,
                                         const char   *flow_id,
                                         const char   *state,
                                         const char   *text,
                                         gint64        since_us,
                                         gint64        until_us);
void          sb_run_history_refresh    (SbRunHistory *self);
guint         sb_run_history_get_n_runs (SbRunHistory *self);
/* The order is not known to its end yet, or a search found more than anyone scrolls through. */
gboolean      sb_run_history_has_more   (SbRunHistory *self);
/* Position of the row of a run; -1 where it is not among them. */
int           sb_run_history_find       (SbRunHistory *self,
                                         gint64        run);

G_END_DECLS
