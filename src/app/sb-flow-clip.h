/* sb-flow-clip.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/* Steps on the clipboard: a JSON object {"signalbox": "steps", "format": 1, "steps": […]}, as text and under a
 * media type of its own, so that they go from one flow to another and through a text editor. Pure. */

#define SB_FLOW_CLIP_TYPE "application/x-signalbox-steps+json"

/* A step with all that is in it, as text. (transfer full) (nullable): NULL where there is no such step. */
char    *sb_flow_clip_copy   (SbValue    *document,
                              const char *step_id);
/* The steps in @text: an array of at least one. Errors: INVALID where @text holds none. */
SbValue *sb_flow_clip_read   (const char *text,
                              GError    **error);
/* Puts @steps into a list of the document, as sb_flow_edit_insert () does, each with an id that is new
 * to it. What refers from one of them to another follows; @first is the id the first of them got. */
SbValue *sb_flow_clip_paste  (SbValue    *document,
                              SbValue    *steps,
                              const char *owner,
                              int         lane,
                              guint       index,
                              char      **first);
/* The same steps with ids new to @document. (transfer full) */
SbValue *sb_flow_clip_renew  (SbValue    *document,
                              SbValue    *steps);
/* @text with the first name of each path in its tokens exchanged by @names (old → new). (transfer full) */
char    *sb_flow_clip_rename (const char *text,
                              GHashTable *names);

G_END_DECLS
