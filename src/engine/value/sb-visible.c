/* sb-visible.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-visible.h"

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER     0x200d

/* Unicode Standard Annex 9, sections 2.1 to 2.4: embeddings, overrides, isolates. The marks U+200E
 * and U+200F, which turn nothing but their neighbours, belong to honest Hebrew and Arabic. */
gboolean
sb_visible_turns (gunichar character)
{
  return (character >= 0x202a && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
}

/* Format characters, and letters that are drawn as nothing. */
gboolean
sb_visible_hides (gunichar character)
{
  switch (character)
    {
    case 0x034f: /* combining grapheme joiner */
    case 0x115f: /* Hangul fillers */
    case 0x1160:
    case 0x17b4: /* Khmer inherent vowels */
    case 0x17b5:
    case 0x2800: /* Braille blank */
    case 0x3164:
    case 0xffa0:
      return TRUE;
    default:
      return g_unichar_type (character) == G_UNICODE_FORMAT || g_unichar_iscntrl (character) ||
             character == 0x2028 || character == 0x2029;
    }
}

/* The joiners shape Persian and Indic letters and hold emoji together; between Latin letters they
 * only make one name of two that look the same. */
static gboolean
joins (const char *text, const char *at)
{
  gunichar character = g_utf8_get_char (at);

  if (character != ZERO_WIDTH_JOINER && character != ZERO_WIDTH_NON_JOINER)
    return FALSE;
  return at > text && g_utf8_get_char (g_utf8_prev_char (at)) > 0x24f;
}

/**
 * sb_visible_find:
 * @text: (nullable): UTF-8
 * @strict: for names: what hides counts too, but for line ends and tabs
 *
 * Looks for what a person who reads @text would not see. Any thread.
 *
 * Returns: the first such character, 0 where there is none
 */
gunichar
sb_visible_find (const char *text, gboolean strict)
{
  for (const char *at = text; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if ((character >= 0x20 && character < 0x7f) || character == '\n' || character == '\r' ||
          character == '\t')
        continue;
      if (sb_visible_turns (character) ||
          (strict && sb_visible_hides (character) && !joins (text, at)))
        return character;
    }
  return 0;
}
