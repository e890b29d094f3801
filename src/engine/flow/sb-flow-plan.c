/* sb-flow-plan.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-nearest.h"

/* The parts of a flow document that are not steps: success criteria, plan and tables. */

static gboolean
has_type (
  SbValue *value, SbValueType type, const char *path, const char *message, SbProblems *problems)
{
  if (sb_value_get_type (value) == type)
    return TRUE;
  sb_problems_add (problems, path, NULL, NULL, "%s", message);
  return FALSE;
}

static void
check_texts (SbValue *object, const char *path, const char *const *names, SbProblems *problems)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      SbValue *value = sb_value_get_member (object, names[i]);
      g_autofree char *member_path = g_strconcat (path, ".", names[i], NULL);

      if (sb_value_get_type (value) != SB_VALUE_NULL)
        has_type (value, SB_VALUE_STRING, member_path, _ ("A text is expected here."), problems);
    }
}

static const struct
{
  const char *kind;
  const char *number; /* (nullable): the member with the number it needs */
} kinds[] = {
  { "records", "at_least" },        { "nothing-unexpected", NULL }, { "no-duplicates", NULL },
  { "failures-reach-inbox", NULL }, { "within", "seconds" },        { "sandbox-passed", NULL },
};

static void
check_criterion (SbValue *criterion, const char *path, SbProblems *problems)
{
  const char *kind = sb_value_get_string (criterion, "kind");
  const char *names[G_N_ELEMENTS (kinds)];
  g_autofree char *kind_path = g_strconcat (path, ".kind", NULL);
  static const char *const texts[] = { "text", "place", NULL };

  check_texts (criterion, path, texts, problems);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *const members[] = { "kind", "text", "place", kinds[i].number, NULL };
      g_autofree char *number_path = NULL;

      names[i] = kinds[i].kind;
      if (g_strcmp0 (kind, kinds[i].kind) != 0)
        continue;
      sb_flow_check_members (criterion, path, NULL, members, problems);
      if (kinds[i].number == NULL || sb_value_get_int_or (criterion, kinds[i].number, 0) > 0)
        return;
      number_path = g_strconcat (path, ".", kinds[i].number, NULL);
      sb_problems_add (problems, number_path, NULL, NULL,
                       _ ("A whole number above 0 is expected here."));
      return;
    }
  if (kind == NULL)
    sb_problems_add (problems, kind_path, NULL, NULL, _ ("“kind” is missing."));
  else
    sb_problems_add (problems, kind_path, NULL, NULL,
                     _ ("There is no success criterion “%.*s”. Did you mean “%s”?"),
                     SB_FIT (kind, 40), sb_nearest_word (kind, names, G_N_ELEMENTS (names)));
}

void
sb_flow_check_criteria (SbValue *criteria, SbProblems *problems)
{
  if (!has_type (criteria, SB_VALUE_ARRAY, "$.criteria",
                 _ ("A list of success criteria is expected here."), problems))
    return;
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      SbValue *criterion = sb_value_get_item (criteria, i);
      g_autofree char *path = g_strdup_printf ("$.criteria[%u]", i);

      if (has_type (criterion, SB_VALUE_OBJECT, path,
                    _ ("A success criterion is expected here, like {\"kind\": \"no-duplicates\"}."),
                    problems))
        check_criterion (criterion, path, problems);
    }
}

static void
check_fallback (SbValue *fallback, SbProblems *problems)
{
  if (fallback == NULL || !has_type (fallback, SB_VALUE_ARRAY, "$.plan.fallback",
                                     _ ("A list of texts is expected here."), problems))
    return;
  for (guint i = 0; i < sb_value_get_length (fallback); i++)
    {
      g_autofree char *path = g_strdup_printf ("$.plan.fallback[%u]", i);

      has_type (sb_value_get_item (fallback, i), SB_VALUE_STRING, path,
                _ ("A text is expected here."), problems);
    }
}

void
sb_flow_check_plan (SbValue *plan, SbProblems *problems)
{
  static const char *const members[] = {
    "owner", "fallback", "runbook", "minutes_before", "minutes_now", "minutes_saved", NULL,
  };
  static const char *const figures[] = { "minutes_before", "minutes_now", "minutes_saved" };
  static const char *const owner[] = { "owner", NULL };
  static const char *const runbook_members[] = { "call", "look", "reprocess", NULL };
  SbValue *runbook = sb_value_get_member (plan, "runbook");

  if (!has_type (plan, SB_VALUE_OBJECT, "$.plan", _ ("An object is expected here."), problems))
    return;
  sb_flow_check_members (plan, "$.plan", NULL, members, problems);
  check_texts (plan, "$.plan", owner, problems);
  check_fallback (sb_value_get_member (plan, "fallback"), problems);
  if (runbook != NULL && has_type (runbook, SB_VALUE_OBJECT, "$.plan.runbook",
                                   _ ("An object is expected here."), problems))
    {
      sb_flow_check_members (runbook, "$.plan.runbook", NULL, runbook_members, problems);
      check_texts (runbook, "$.plan.runbook", runbook_members, problems);
    }
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    {
      SbValue *minutes = sb_value_get_member (plan, figures[i]);
      g_autofree char *path = g_strconcat ("$.plan.", figures[i], NULL);

      if (minutes != NULL &&
          (sb_value_get_type (minutes) != SB_VALUE_NUMBER || sb_value_get_text (minutes)[0] == '-'))
        sb_problems_add (problems, path, NULL, NULL, _ ("A number of minutes is expected here."));
    }
}

void
sb_flow_check_tables (SbValue *tables, SbProblems *problems)
{
  if (tables == NULL || !has_type (tables, SB_VALUE_OBJECT, "$.tables",
                                   _ ("An object of tables is expected here."), problems))
    return;
  for (guint i = 0; i < sb_value_get_length (tables); i++)
    {
      g_autofree char *path =
        sb_flow_member_path ("$.tables", sb_value_get_member_name (tables, i));

      has_type (sb_value_get_item (tables, i), SB_VALUE_OBJECT, path,
                _ ("A table is expected here: an object with an entry for each key."), problems);
    }
}
