/* sb-flow-edit.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/* Edits of a flow document that the map makes. Pure: each gives a new document that shares what did
 * not change with the old one, which is what makes undo without limit cheap. Values handed in as
 * @value or @step are taken (transfer full); documents are returned (transfer full). */

SbValue *sb_flow_edit_new         (const char *name,
                                   const char *connector,
                                   const char *trigger);
/* Puts @step at @index into the list of @owner (NULL: the flow itself), of its @lane (-1: none). */
SbValue *sb_flow_edit_insert      (SbValue    *document,
                                   const char *owner,
                                   int         lane,
                                   guint       index,
                                   SbValue    *step);
SbValue *sb_flow_edit_remove      (SbValue    *document,
                                   const char *step_id);
/* Puts a copy of a step after it, with new ids throughout; @copy is its id. */
SbValue *sb_flow_edit_duplicate   (SbValue    *document,
                                   const char *step_id,
                                   char      **copy);
/* Sets (NULL: removes) a member of a step; of the document itself where @step_id is NULL; of the
 * trigger where it is "trigger". */
SbValue *sb_flow_edit_set         (SbValue    *document,
                                   const char *step_id,
                                   const char *member,
                                   SbValue    *value);
/* The same for one lane of a branch. */
SbValue *sb_flow_edit_set_lane    (SbValue    *document,
                                   const char *step_id,
                                   int         lane,
                                   const char *member,
                                   SbValue    *value);
/* Puts a way with an empty condition among those of a branch, before the one at @index. */
SbValue *sb_flow_edit_insert_lane (SbValue    *document,
                                   const char *step_id,
                                   guint       index,
                                   SbValue    *lane);
SbValue *sb_flow_edit_remove_lane (SbValue    *document,
                                   const char *step_id,
                                   guint       index);
/* Lets two ways of a branch change places; the first that holds is taken. */
SbValue *sb_flow_edit_swap_lanes  (SbValue    *document,
                                   const char *step_id,
                                   guint       first,
                                   guint       second);
/* An id like @wanted that no step has yet: "create-invoice", "create-invoice-2". */
char    *sb_flow_edit_make_id     (SbValue    *document,
                                   const char *wanted);
/* Whether a step of that id is anywhere in the document. */
gboolean sb_flow_edit_has_step    (SbValue    *document,
                                   const char *step_id);
/* (transfer none) (nullable) */
SbValue *sb_flow_edit_find_step   (SbValue    *document,
                                   const char *step_id);

G_END_DECLS
