/* sb-records-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbRecordShape:
 *
 * How the columns of a table make a nested record: "customer.id" and "customer.name" make one object
 * "customer" with two members.
 */
typedef struct _SbRecordShape SbRecordShape;

SbRecordShape *sb_record_shape_new  (void);
void           sb_record_shape_free (SbRecordShape *self);
/* Returns: FALSE where @path is taken, or asks for a list where there is an object. */
gboolean       sb_record_shape_add  (SbRecordShape *self,
                                     const char    *path,
                                     guint          column);
/* @cells: (element-type utf8): NULL for an empty one, which leaves its member out. */
SbValue       *sb_record_shape_fill (SbRecordShape *self,
                                     GPtrArray     *cells);

/* @text is UTF-8 without a byte order mark. */
SbValue       *sb_records_parse_csv (const char    *text,
                                     const char    *name,
                                     GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRecordShape, sb_record_shape_free)

G_END_DECLS
