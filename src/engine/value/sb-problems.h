/* sb-problems.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbProblems:
 *
 * Everything that is wrong with a document, found in one go. Each problem has the JSON path it
 * stands at ("$.steps[2].fields.TotalAmt"), the id of the step and the key of the field where there
 * are such, and a sentence for the owner.
 */
typedef struct _SbProblems SbProblems;

typedef struct
{
  char *path;
  char *step;    /* (nullable) */
  char *field;   /* (nullable) */
  char *message;
} SbProblem;

SbProblems      *sb_problems_new        (void);
void             sb_problems_free       (SbProblems  *self);
void             sb_problems_add        (SbProblems  *self,
                                         const char  *path,
                                         const char  *step,
                                         const char  *field,
                                         const char  *format,
                                         ...) G_GNUC_PRINTF (5, 6);
/* How many are kept; with more, the last one says how many. */
guint            sb_problems_get_length (SbProblems  *self);
/* How many were added. */
guint            sb_problems_get_count  (SbProblems  *self);
/* Whether another one would only be counted: then its words need not be looked for. */
gboolean         sb_problems_is_full    (SbProblems  *self);
const SbProblem *sb_problems_get        (SbProblems  *self,
                                         guint        index);
char            *sb_problems_to_text    (SbProblems  *self);
gboolean         sb_problems_to_error   (SbProblems  *self,
                                         const char  *what,
                                         GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbProblems, sb_problems_free)

G_END_DECLS
