/* sb-schema.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-problems.h"
#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbSchema:
 *
 * The part of JSON Schema (draft 2020-12) that our own schema files use: type, const, enum, required,
 * properties, additionalProperties, items, minItems, minLength, minimum, maximum, pattern, format
 * "regex", allOf, if/then/else and $ref to "#/$defs/NAME". Any other keyword is passed over. Holds the
 * compiled patterns; not thread-safe, one owner.
 */
typedef struct _SbSchema SbSchema;

SbSchema *sb_schema_new       (SbValue     *document);
SbSchema *sb_schema_load_file (const char  *path,
                               GError     **error);
void      sb_schema_free      (SbSchema    *self);
void      sb_schema_check     (SbSchema    *self,
                               SbValue     *value,
                               SbProblems  *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSchema, sb_schema_free)

G_END_DECLS
