/* sb-nearest.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-nearest.h"

#include <string.h>

#define MAX_CHARS 64

/**
 * sb_word_distance:
 *
 * Returns: the Levenshtein distance over the first 64 bytes, letters of either case being the same
 */
guint
sb_word_distance (const char *a, const char *b)
{
  gsize n = MIN (strlen (b), MAX_CHARS);
  guint row[MAX_CHARS + 1];

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint)j;
  for (gsize i = 0; i < MAX_CHARS && a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint)i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint change = diagonal + (g_ascii_tolower (a[i]) != g_ascii_tolower (b[j]));

          diagonal = row[j + 1];
          row[j + 1] = MIN (change, MIN (row[j], diagonal) + 1);
        }
    }
  return row[n];
}

/**
 * sb_nearest_word:
 *
 * The one of @words that is nearest to @word, for "did you mean". Where two are equally near, the
 * first.
 *
 * Returns: (transfer none) (nullable): NULL only where there are no words
 */
const char *
sb_nearest_word (const char *word, const char *const *words, guint n_words)
{
  const char *nearest = NULL;
  guint least = G_MAXUINT;

  for (guint i = 0; i < n_words; i++)
    {
      guint d = sb_word_distance (word, words[i]);

      if (d < least)
        {
          least = d;
          nearest = words[i];
        }
    }
  return nearest;
}
