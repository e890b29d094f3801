/* sb-filter-chain.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What stands after the first | of a token, filter by filter, as it was written. Pure; every string
 * returned is (transfer full). */

/* Returns: (transfer full) (element-type utf8): "money: \"EUR\"", "default: \"-\"" */
GPtrArray *sb_filter_chain_split       (const char *filters);
/* (nullable): NULL for none */
char      *sb_filter_chain_join        (GPtrArray  *chain);
/* Puts @filter where its kind belongs (a default stays last, a time zone stands before the date's form),
 * in place of one that it excludes: two ways to write a date cannot both hold. */
void       sb_filter_chain_put         (GPtrArray  *chain,
                                        const char *filter);
/* Whether this very filter is in it. */
gboolean   sb_filter_chain_has         (GPtrArray  *chain,
                                        const char *filter);

/* "as money", "at most 20 letters": every filter of the closed list has words, any other its own text. */
char      *sb_filter_words             (const char *filter);
/* Those of all, with commas. */
char      *sb_filter_chain_words       (const char *filters);
/* A text as an argument: in quotes, with what stands for itself escaped. */
char      *sb_filter_quote             (const char *text);

G_END_DECLS
