/* sb-token-view.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/**
 * SbTokenView:
 *
 * The editor of one field: text in which every token is a pill with the name of what it stands for, so
 * that an owner never sees a brace. Its text is the template as the flow keeps it.
 *
 * ::edited after each change a person made (not sb_token_view_set_template()).
 */
#define SB_TYPE_TOKEN_VIEW (sb_token_view_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenView, sb_token_view, SB, TOKEN_VIEW, GtkTextView)

GtkWidget *sb_token_view_new          (SbFlowModel *model);
char      *sb_token_view_dup_template (SbTokenView *self);
void       sb_token_view_set_template (SbTokenView *self,
                                       const char  *text);
/* (nullable): the place the field stands at. */
void       sb_token_view_set_step     (SbTokenView *self,
                                       const char  *step_id);
gboolean   sb_token_view_format       (SbTokenView *self,
                                       gboolean     near);
/* Puts a pill where the cursor is. @path: "trigger.total_price". */
void       sb_token_view_insert_token (SbTokenView *self,
                                       const char  *path);

G_END_DECLS
