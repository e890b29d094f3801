/* sb-records-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbShape:
 *
 * How the columns of a table make a nested record: "customer.id" and "customer.name" make one object
 * "customer" with two members.
 */
typedef struct _SbShape SbShape;

SbShape  *sb_shape_new         (void);
void      sb_shape_free        (SbShape     *self);
/* Returns: FALSE where @path is taken, or asks for a list where there is an object. */
gboolean  sb_shape_add         (SbShape     *self,
                                const char  *path,
                                guint        column);
/* @cells: (element-type utf8): NULL for an empty one, which leaves its member out. */
SbValue  *sb_shape_fill        (SbShape     *self,
                                GPtrArray   *cells);

/* @text is UTF-8 without a byte order mark. */
SbValue  *sb_records_parse_csv (const char  *text,
                                const char  *name,
                                GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbShape, sb_shape_free)

G_END_DECLS
