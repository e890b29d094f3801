/* sb-flow-visible.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-private.h"

#include <glib/gi18n-lib.h>

#include "sb-visible.h"

static void
check_text (
  const char *text, const char *path, const char *step, gboolean strict, SbProblems *problems)
{
  gunichar found = sb_visible_find (text, strict);

  if (found != 0)
    sb_problems_add (problems, path, step, NULL,
                     _ ("A character that is not seen (U+%04X) makes this text look like another. "
                        "Type it again."),
                     found);
}

/* Messages to customers may hold whatever their script needs, but for what turns round the text
 * beside it. */
static gboolean
is_content (const char *name)
{
  return g_str_equal (name, "fields") || g_str_equal (name, "condition") ||
         g_str_equal (name, "tables");
}

static void
check_below (
  SbValue *value, const char *path, const char *step, gboolean strict, SbProblems *problems)
{
  const char *id = sb_value_get_string (value, "id");

  if (id != NULL)
    step = id;
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      SbValue *item = sb_value_get_item (value, i);
      gboolean below_strict = strict && (name == NULL || !is_content (name));
      g_autofree char *below =
        name != NULL ? sb_flow_member_path (path, name) : g_strdup_printf ("%s[%u]", path, i);

      if (name != NULL)
        check_text (name, below, step, TRUE, problems);
      if (sb_value_get_type (item) == SB_VALUE_STRING)
        check_text (sb_value_get_text (item), below, step, below_strict, problems);
      check_below (item, below, step, below_strict, problems);
    }
}

void
sb_flow_check_visible (SbValue *document, SbProblems *problems)
{
  check_below (document, "$", NULL, TRUE, problems);
}
