/* sb-token-view-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-token-view.h"

G_BEGIN_DECLS

struct _SbTokenView
{
  GtkTextView  parent_instance;
  SbFlowModel *model;
  char        *step_id;     /* (nullable): where the field stands */
  gboolean     filling;     /* changes come from the program */
  int          height;      /* of all lines, as last measured */
  guint        idle;
  GtkWidget   *popover;     /* (nullable): what is done with a pill, while it is open */
  GtkTextMark *drop;        /* (nullable): where what is dragged here would go */
};

/* What is dragged: the text of a template. */
#define SB_TYPE_TOKEN_TEXT (sb_token_text_get_type ())
GType     sb_token_text_get_type          (void);

/* Text and pills, as the flow keeps them, of a part of the buffer. (transfer full) */
char     *sb_token_view_dup_range         (SbTokenView *self,
                                           GtkTextIter *start,
                                           GtkTextIter *end);
/* Puts @text in at @at, its tokens as pills; without ::edited. */
void      sb_token_view_insert_template   (SbTokenView *self,
                                           GtkTextIter *at,
                                           const char  *text);
/* Tells of a change that was made while filling. */
void      sb_token_view_emit_edited       (SbTokenView *self);
void      sb_token_view_init_transfer     (SbTokenView *self);
void      sb_token_view_class_init_transfer (GtkTextViewClass *klass);
/* Lets a pill be dragged; @click is what a press without a drag is. */
void      sb_token_view_add_drag          (GtkWidget          *pill,
                                           GtkTextChildAnchor *anchor,
                                           GtkGesture         *click);
void      sb_token_view_select_anchor     (SbTokenView        *self,
                                           GtkTextChildAnchor *anchor);

G_END_DECLS
