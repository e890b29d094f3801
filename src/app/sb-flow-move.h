/* sb-flow-move.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-flow.h"

G_BEGIN_DECLS

/* Moving steps about: where they stand, where they may go, and what no longer fits afterwards. Pure. */

/* A place in a flow: between two steps of a list. */
typedef struct
{
  char *owner; /* (nullable): whose list; NULL is the flow's own */
  int   lane;  /* of @owner; -1 where it has none */
  guint index; /* before the step at it */
} SbPlace;

void     sb_place_clear        (SbPlace      *self);
/* Where a step stands. FALSE where there is none of that id. */
gboolean sb_flow_move_find     (SbFlow       *flow,
                                const char   *step_id,
                                SbPlace      *place);
/* Whether @id is @step_id or a step within it: nothing goes into itself. */
gboolean sb_flow_move_is_within (SbFlow      *flow,
                                const char   *id,
                                const char   *step_id);
/* The document with a step and all that is in it at another place. (transfer full) (nullable): NULL where it
 * would go into itself, or would stand where it does already. */
SbValue *sb_flow_move          (SbFlow       *flow,
                                const char   *step_id,
                                const SbPlace *to);
/* The next place up (@by -1) or down (@by 1) in reading order, into lanes and frames and out of them. FALSE
 * where there is none. */
gboolean sb_flow_move_next     (SbFlow       *flow,
                                const char   *step_id,
                                int           by,
                                SbPlace      *place);
/* The end of the list in the lane beside the one a step stands in. */
gboolean sb_flow_move_across   (SbFlow       *flow,
                                const char   *step_id,
                                int           by,
                                SbPlace      *place);
/* What an edit broke: a sentence about the first step that uses what another gives, and can no longer.
 * (transfer full) (nullable): NULL where all is as good as it was. */
char    *sb_flow_move_explain  (SbFlow       *before,
                                SbFlow       *after,
                                SbConnectors *connectors);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbPlace, sb_place_clear)

G_END_DECLS
