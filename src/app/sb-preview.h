/* sb-preview.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-flow.h"
#include "sb-template.h"

G_BEGIN_DECLS

/**
 * SbPreview:
 *
 * What a flow comes to for one record, without a clock, a store or a network: the walk is taken with
 * the connectors' sample answers in place of the vendors'. One owner; not thread-safe.
 */
typedef struct _SbPreview SbPreview;

typedef enum
{
  SB_PREVIEW_DONE,      /* the record passes this step */
  SB_PREVIEW_NOT_TAKEN, /* the record goes another way */
  SB_PREVIEW_STOPPED,   /* a filter lets it go no further */
  SB_PREVIEW_FAILED,    /* a field cannot be filled in: @message */
} SbPreviewVerdict;

typedef struct
{
  SbPreviewVerdict verdict;
  char            *message; /* (nullable): FAILED: why */
  SbValue         *fields;  /* (nullable): as they would be sent */
  SbValue         *output;  /* (nullable): sample answer, for later steps */
  SbScope         *scope;   /* what its fields may refer to */
} SbStepPreview;

SbPreview           *sb_preview_new         (SbFlow       *flow,
                                             SbConnectors *connectors,
                                             SbValue      *record,
                                             gint64        now_us);
void                 sb_preview_free        (SbPreview    *self);
const SbStepPreview *sb_preview_get         (SbPreview    *self,
                                             const char   *step_id);
int                  sb_preview_get_lane    (SbPreview    *self,
                                             const char   *step_id);
SbScope             *sb_preview_get_scope   (SbPreview    *self,
                                             const char   *step_id);
char                *sb_preview_render      (SbPreview    *self,
                                             const char   *step_id,
                                             SbValue      *field,
                                             GError      **error);
char                *sb_preview_done_words  (SbPreview    *self,
                                             SbConnectors *connectors,
                                             SbStep       *step);
char                *sb_preview_show_value  (SbValue      *value);

/* The body of a pilot record: its "body" where it has one, else the record itself. (transfer none) */
SbValue             *sb_preview_record_body (SbValue      *record);
char                *sb_preview_record_title (SbFlow      *flow,
                                             SbConnectors *connectors,
                                             SbValue      *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPreview, sb_preview_free)

G_END_DECLS
