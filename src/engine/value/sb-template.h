/* sb-template.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbScope:
 *
 * What a template can refer to: "trigger" is the event's body, every step that was passed stands
 * under its id, "item" is the current item of a for-each, "run" has id and time. "now" is there
 * without being set. Not thread-safe; one owner.
 *
 * sb_scope_set() and sb_scope_set_table() keep a reference of their own (transfer none); a NULL
 * value takes the name out again.
 */
typedef struct _SbScope SbScope;

SbScope    *sb_scope_new       (const char *time_zone,
                                gint64      now_us);
SbScope    *sb_scope_copy      (SbScope    *self);
void        sb_scope_free      (SbScope    *self);
void        sb_scope_set       (SbScope    *self,
                                const char *name,
                                SbValue    *value);
SbValue    *sb_scope_get       (SbScope    *self,
                                const char *name);
void        sb_scope_set_label (SbScope    *self,
                                const char *label);
void        sb_scope_set_table (SbScope    *self,
                                const char *name,
                                SbValue    *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbScope, sb_scope_free)

/**
 * SbTemplate:
 *
 * A field as the owner wrote it: text and tokens like {{trigger.customer.id | default: "none"}}.
 * Immutable once made. data/flows/README.md describes the language.
 */
typedef struct _SbTemplate SbTemplate;

typedef struct
{
  char   *text;    /* (nullable): literal text; NULL for a token */
  char   *path;    /* (nullable): "trigger.customer.id" */
  char   *filters; /* (nullable): what stands after the first |, as written */
} SbSegment;

SbTemplate      *sb_template_new            (const char  *text,
                                             GError     **error);
void             sb_template_free           (SbTemplate  *self);
guint            sb_template_get_n_segments (SbTemplate  *self);
const SbSegment *sb_template_get_segment    (SbTemplate  *self,
                                             guint        index);
SbValue         *sb_template_render         (SbTemplate  *self,
                                             SbScope     *scope,
                                             GError     **error);

/* Told of every path a template reads, those in arguments of filters too. @root is the path's first
 * name; @may_be_missing where a "default" or "required" filter follows. */
typedef void (*SbReferenceFunc) (const char *root,
                                 const char *path,
                                 gboolean    may_be_missing,
                                 gpointer    data);
void             sb_template_foreach_reference (SbTemplate      *self,
                                                SbReferenceFunc  func,
                                                gpointer         data);
/* Told of every table that a "lookup" filter names. */
typedef void (*SbTableFunc)     (const char *name,
                                 gpointer    data);
void             sb_template_foreach_table     (SbTemplate      *self,
                                                SbTableFunc      func,
                                                gpointer         data);

/* Every string below @fields is a template; objects and arrays are rendered through. */
SbValue         *sb_render_value            (SbValue     *fields,
                                             SbScope     *scope,
                                             GError     **error);
char            *sb_render_text             (const char  *text,
                                             SbScope     *scope,
                                             GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTemplate, sb_template_free)

G_END_DECLS
