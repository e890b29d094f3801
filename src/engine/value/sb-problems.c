/* sb-problems.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-problems.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"

/* Nobody mends more at a time, and a file can hold tens of thousands. */
#define MOST 200

struct _SbProblems
{
  GPtrArray *list;
  guint count;
};

static void
problem_free (SbProblem *problem)
{
  g_free (problem->path);
  g_free (problem->step);
  g_free (problem->field);
  g_free (problem->message);
  g_free (problem);
}

SbProblems *
sb_problems_new (void)
{
  SbProblems *self = g_new0 (SbProblems, 1);

  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify)problem_free);
  return self;
}

void
sb_problems_free (SbProblems *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_free (self);
}

/* The last problem stands for all that came after those that are kept. */
static void
count_only (SbProblems *self)
{
  guint more = self->count - MOST;
  SbProblem *last = NULL;

  if (more == 1)
    {
      last = g_new0 (SbProblem, 1);
      last->path = g_strdup ("$");
      g_ptr_array_add (self->list, last);
    }
  last = g_ptr_array_index (self->list, MOST);
  g_free (last->message);
  last->message = g_strdup_printf (
    g_dngettext (GETTEXT_PACKAGE, "There is %u more problem.", "There are %u more problems.", more),
    more);
}

/**
 * sb_problems_add:
 * @self: (nullable): NULL when the caller only wants to know whether all is well
 * @path: JSON path, "$.steps[2].fields.TotalAmt"
 * @step: (nullable): id of the step
 * @field: (nullable): key of the field
 * @format: a sentence, as printf() takes it
 */
void
sb_problems_add (
  SbProblems *self, const char *path, const char *step, const char *field, const char *format, ...)
{
  SbProblem *problem;
  va_list arguments;

  if (self == NULL)
    return;
  self->count++;
  if (self->count > MOST)
    {
      count_only (self);
      return;
    }

  problem = g_new0 (SbProblem, 1);
  problem->path = g_strdup (path);
  problem->step = g_strdup (step);
  problem->field = g_strdup (field);
  va_start (arguments, format);
  problem->message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (self->list, problem);
}

guint
sb_problems_get_length (SbProblems *self)
{
  return self != NULL ? self->list->len : 0;
}

guint
sb_problems_get_count (SbProblems *self)
{
  return self != NULL ? self->count : 0;
}

gboolean
sb_problems_is_full (SbProblems *self)
{
  return self == NULL || self->count >= MOST;
}

/**
 * sb_problems_get:
 *
 * Returns: (transfer none) (nullable): NULL beyond the end
 */
const SbProblem *
sb_problems_get (SbProblems *self, guint index)
{
  return index < sb_problems_get_length (self) ? g_ptr_array_index (self->list, index) : NULL;
}

/**
 * sb_problems_to_text:
 *
 * One line for each problem: "$.steps[2].fields.TotalAmt: step invoice, field TotalAmt: sentence".
 *
 * Returns: (transfer full): no newline at the end
 */
char *
sb_problems_to_text (SbProblems *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < sb_problems_get_length (self); i++)
    {
      const SbProblem *problem = sb_problems_get (self, i);

      if (i > 0)
        g_string_append_c (text, '\n');
      g_string_append_printf (text, "%s: ", problem->path);
      if (problem->step != NULL && problem->field != NULL)
        g_string_append_printf (text, _ ("step %s, field %s: "), problem->step, problem->field);
      else if (problem->step != NULL)
        g_string_append_printf (text, _ ("step %s: "), problem->step);
      g_string_append (text, problem->message);
    }
  return g_string_free (text, FALSE);
}

/**
 * sb_problems_to_error:
 * @what: what was looked at, "The flow orders.json"
 *
 * Returns: TRUE where there is no problem; else FALSE with SB_ERROR_INVALID, all of them in its
 *   message
 */
gboolean
sb_problems_to_error (SbProblems *self, const char *what, GError **error)
{
  guint n = sb_problems_get_count (self);
  g_autofree char *text = NULL;

  if (n == 0)
    return TRUE;

  text = sb_problems_to_text (self);
  g_set_error (
    error, SB_ERROR, SB_ERROR_INVALID,
    g_dngettext (GETTEXT_PACKAGE, "%s has %u problem:\n%s", "%s has %u problems:\n%s", n), what, n,
    text);
  return FALSE;
}
