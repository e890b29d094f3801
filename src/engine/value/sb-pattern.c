/* sb-pattern.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pattern.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"

/* Steps of matching, pcre2pattern(3): some milliseconds. PCRE2's own limit is 10,000,000. */
#define LIMIT "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=10000)"

/* Compiling takes time and memory by what is repeated, not by what is written: "((a{999}){999}". */
#define MOST_BYTES    500
#define MOST_REPEATED 1000

static gboolean
repeats_too_much (const char *pattern)
{
  guint64 product = 1;

  for (const char *at = strchr (pattern, '{'); at != NULL; at = strchr (at + 1, '{'))
    {
      guint64 least = 0;
      guint64 most = 0;
      char *end = NULL;

      if (!g_ascii_isdigit (at[1]))
        continue;
      least = g_ascii_strtoull (at + 1, &end, 10);
      most = *end == ',' ? g_ascii_strtoull (end + 1, NULL, 10) : least;
      product *= MIN (MAX (MAX (least, most), 1), G_MAXUINT16);
      if (product > MOST_REPEATED * MOST_REPEATED)
        return TRUE;
    }
  return FALSE;
}

/**
 * sb_pattern_new:
 *
 * Returns: (transfer full) (nullable): @pattern with a limit to how long it is tried, or NULL and
 *   SB_ERROR_INVALID. Any thread.
 */
GRegex *
sb_pattern_new (const char *pattern, GError **error)
{
  g_autofree char *limited = NULL;
  g_autoptr (GError) problem = NULL;
  GRegex *regex = NULL;

  if (strlen (pattern) > MOST_BYTES || repeats_too_much (pattern))
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, _ ("it is too long to be tried"));
      return NULL;
    }
  /* The limit could else be lifted by what stands at the start of @pattern itself. */
  if (g_str_has_prefix (pattern, "(*"))
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, _ ("it begins with “(*”"));
      return NULL;
    }
  limited = g_strconcat (LIMIT, pattern, NULL);
  regex = g_regex_new (limited, G_REGEX_DOLLAR_ENDONLY, 0, &problem);
  if (regex == NULL)
    g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, problem->message);
  return regex;
}

/**
 * sb_pattern_fits:
 * @text: UTF-8
 *
 * Returns: whether @text fits; FALSE too where @pattern is none or takes too long. Any thread.
 */
gboolean
sb_pattern_fits (const char *pattern, const char *text)
{
  g_autoptr (GRegex) regex = sb_pattern_new (pattern, NULL);

  return regex != NULL && g_regex_match (regex, text, 0, NULL);
}
