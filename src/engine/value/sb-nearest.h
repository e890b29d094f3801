/* sb-nearest.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint       sb_word_distance (const char       *a,
                             const char        *b);
const char *sb_nearest_word (const char        *word,
                             const char *const *words,
                             guint              n_words);

G_END_DECLS
