/* sb-store-words.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* To be raised with every change of what sb_words_read () gives: what stands in the search index is taken
 * out of it by giving the same words again, so a store that was written by other rules is indexed anew. */
#define SB_WORDS_VERSION 2

/**
 * sb_words_read:
 * @flow: the flow's key
 * @body: (nullable): raw, as received
 *
 * What a run can be found by: its label and the values (not the names) in the body,
 * each once, as lower-case words without accents, each with a space before it. Left out are values that a name
 * says are secret, card numbers, what is not text, and times of day. Pure; any thread.
 */
char *sb_words_read (gint64      flow,
                     const char *label,
                     const char *body,
                     gsize       length);
/* The name of a value that is neither found nor shown. */
gboolean sb_words_is_secret (const char *name);

/**
 * SbQuestion:
 *
 * What someone typed, taken apart: every word must begin a word of what is found; a word with signs in it
 * ("anna@example.com") must be found as it stands.
 */
typedef struct
{
  char      *text;    /* as typed */
  GPtrArray *words;   /* of char *, as sb_words_read () would write them */
  gboolean   partial; /* a word is so short that the index alone does not answer it */
} SbQuestion;

SbQuestion *sb_question_new     (const char *text);
void        sb_question_free    (SbQuestion *self);
/* For FTS5; @flow 0: any. NULL: no word is long enough. (transfer full) */
char       *sb_question_to_match (SbQuestion *self,
                                 gint64      flow);
/* @within: also where it stands within a word. */
gboolean    sb_question_matches (SbQuestion *self,
                                 const char *words,
                                 gboolean    within);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbQuestion, sb_question_free)

G_END_DECLS
