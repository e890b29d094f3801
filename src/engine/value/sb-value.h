/* sb-value.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbValue:
 *
 * One JSON value, reference counted atomically. A number is kept as the text it was written in, so
 * that it passes through digit for digit; an object keeps its members in the order they came in.
 *
 * A value may be filled in (sb_value_append(), sb_value_set()) by the one owner that made it. From
 * the moment a second reference exists it is immutable and may be read from any thread.
 *
 * sb_value_append() and sb_value_set() take the reference to what is put in (transfer full). Every
 * getter lends (transfer none), and takes NULL and a value of another type for an empty one, so that
 * a chain of getters over a document of unknown shape needs no checks.
 */
typedef struct _SbValue SbValue;

typedef enum
{
  SB_VALUE_NULL,
  SB_VALUE_BOOLEAN,
  SB_VALUE_NUMBER,
  SB_VALUE_STRING,
  SB_VALUE_ARRAY,
  SB_VALUE_OBJECT,
} SbValueType;

SbValue     *sb_value_ref             (SbValue        *self);
void         sb_value_unref           (SbValue        *self);

SbValue     *sb_value_new_null        (void);
SbValue     *sb_value_new_boolean     (gboolean        boolean);
SbValue     *sb_value_new_int         (gint64          number);
SbValue     *sb_value_new_number      (const char     *text,
                                       GError        **error);
SbValue     *sb_value_new_string      (const char     *string);
SbValue     *sb_value_new_string_len  (const char     *string,
                                       gsize           length);
SbValue     *sb_value_new_array       (void);
SbValue     *sb_value_new_object      (void);
SbValue     *sb_value_copy            (SbValue        *self);

void         sb_value_append          (SbValue        *array,
                                       SbValue        *item);
void         sb_value_set             (SbValue        *object,
                                       const char     *name,
                                       SbValue        *value);
void         sb_value_set_string      (SbValue        *object,
                                       const char     *name,
                                       const char     *string);
void         sb_value_set_int         (SbValue        *object,
                                       const char     *name,
                                       gint64          number);
void         sb_value_set_boolean     (SbValue        *object,
                                       const char     *name,
                                       gboolean        boolean);
void         sb_value_remove          (SbValue        *object,
                                       const char     *name);

SbValueType  sb_value_get_type        (SbValue        *self);
gboolean     sb_value_get_boolean     (SbValue        *self);
void         sb_value_wipe            (SbValue        *self);
const char  *sb_value_get_text        (SbValue        *self);
gboolean     sb_value_get_int         (SbValue        *self,
                                       gint64         *number);
gboolean     sb_value_equal           (SbValue        *a,
                                       SbValue        *b);
char        *sb_value_to_text         (SbValue        *self);

guint        sb_value_get_length      (SbValue        *self);
SbValue     *sb_value_get_item        (SbValue        *array,
                                       guint           index);
const char  *sb_value_get_member_name (SbValue        *object,
                                       guint           index);
SbValue     *sb_value_get_member      (SbValue        *object,
                                       const char     *name);
SbValue     *sb_value_get_path        (SbValue        *self,
                                       const char     *path);
SbValue     *sb_value_with_path       (SbValue        *self,
                                       const char     *path,
                                       SbValue        *value);
const char  *sb_value_get_string      (SbValue        *object,
                                       const char     *name);
gint64       sb_value_get_int_or      (SbValue        *object,
                                       const char     *name,
                                       gint64          fallback);
gboolean     sb_value_get_boolean_or  (SbValue        *object,
                                       const char     *name,
                                       gboolean        fallback);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbValue, sb_value_unref)

G_END_DECLS
