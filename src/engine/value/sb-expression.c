/* sb-expression.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-expression.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"

static SbValue *
find_operand (const SbOperand *operand, SbScope *scope)
{
  SbValue *root;

  if (operand->literal != NULL)
    return operand->literal;
  root = sb_scope_get (scope, operand->root);
  return root != NULL ? sb_value_get_path (root, operand->rest) : NULL;
}

/* "Order #1004 has no customer.email." */
static void
set_missing (GError **error, const SbOperand *operand, SbScope *scope)
{
  const char *root = operand->root;
  const char *label = sb_scope_get_label (scope);
  const char *rest = operand->rest;

  if (root == NULL)
    g_set_error_literal (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("There is no value."));
  else if (strcmp (root, "trigger") == 0)
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("%s has no %s"),
                 label != NULL ? label : _ ("The event"), rest[0] != '\0' ? rest : _ ("data"));
  else if (strcmp (root, "item") == 0)
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("The item of the list has no %s"),
                 rest[0] != '\0' ? rest : _ ("value"));
  else if (strcmp (root, "fields") == 0)
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("The field %s is empty"), rest);
  else if (strcmp (root, "settings") == 0 || strcmp (root, "secrets") == 0)
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("The connection has no %s"), rest);
  else if (strcmp (root, "output") == 0 || strcmp (root, "body") == 0)
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("The answer has no %s"), rest);
  else if (rest[0] == '\0')
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("Step %s gave nothing"), root);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("Step %s gave no %s"), root, rest);
}

/**
 * sb_filter_choose_arg:
 *
 * For filters that choose among their values: only the one that is chosen has to be there.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_MISSING_VALUE
 */
SbValue *
sb_filter_choose_arg (SbFilterCall *call, guint index, GError **error)
{
  const SbOperand *operand = (const SbOperand *)call->operands + index;

  if (operand->literal != NULL || sb_value_get_type (call->args[index]) != SB_VALUE_NULL)
    return sb_value_ref (call->args[index]);
  set_missing (error, operand, call->scope);
  return NULL;
}

static gboolean
fill_args (const SbCall *call, SbFilterCall *filled, GError **error)
{
  filled->n_args = call->n_args;
  filled->operands = call->args;
  for (guint i = 0; i < call->n_args; i++)
    {
      const SbOperand *arg = &call->args[i];

      filled->args[i] = find_operand (arg, filled->scope);
      if (arg->literal != NULL || call->filter->chooses)
        continue;
      if (sb_value_get_type (filled->args[i]) == SB_VALUE_NULL)
        {
          set_missing (error, arg, filled->scope);
          return FALSE;
        }
      if (!sb_filter_check_arg (call->filter, i, filled->args[i], error))
        return FALSE;
    }
  return TRUE;
}

static SbValue *
apply (const SbCall *call, SbValue *input, SbScope *scope, GTimeZone **zone, GError **error)
{
  SbFilterCall filled = { .filter = call->filter, .input = input, .scope = scope, .zone = zone };

  return fill_args (call, &filled, error) ? call->filter->func (&filled, error) : NULL;
}

static SbValue *
run_calls (SbExpression *self, SbScope *scope, GTimeZone **zone, GError **error)
{
  SbValue *found = find_operand (&self->head, scope);
  g_autoptr (SbValue) value = found != NULL ? sb_value_ref (found) : NULL;
  g_autoptr (GError) missing = NULL;
  gboolean null_is_meant = self->head.literal != NULL;

  for (guint i = 0; i < self->calls->len; i++)
    {
      const SbCall *call = &g_array_index (self->calls, SbCall, i);
      SbValue *result;

      /* What is missing passes by the filters that need a value, to one that can mend it. */
      if (sb_value_get_type (value) == SB_VALUE_NULL && !call->filter->takes_missing)
        continue;
      g_clear_error (&missing);
      result = apply (call, value, scope, zone, &missing);
      if (sb_value_get_type (result) == SB_VALUE_STRING &&
          !sb_text_check_size (strlen (sb_value_get_text (result)), &missing))
        g_clear_pointer (&result, sb_value_unref);
      sb_value_unref (value);
      value = result;
      if (value == NULL && !g_error_matches (missing, SB_ERROR, SB_ERROR_MISSING_VALUE))
        {
          g_propagate_error (error, g_steal_pointer (&missing));
          return NULL;
        }
      null_is_meant = strcmp (call->filter->name, "default") == 0;
    }

  if (sb_value_get_type (value) != SB_VALUE_NULL || (value != NULL && null_is_meant))
    return g_steal_pointer (&value);
  if (missing != NULL)
    g_propagate_error (error, g_steal_pointer (&missing));
  else
    set_missing (error, &self->head, scope);
  return NULL;
}

/**
 * sb_expression_evaluate:
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_MISSING_VALUE where the field is not
 * there or null and no "default" follows, and with SB_ERROR_INVALID where a filter cannot do its
 * work
 */
SbValue *
sb_expression_evaluate (SbExpression *self, SbScope *scope, GError **error)
{
  GTimeZone *zone;
  SbValue *value;

  if (self->calls->len == 0)
    return run_calls (self, scope, NULL, error);

  zone = sb_scope_get_zone (scope, error);
  if (zone == NULL)
    return NULL;
  g_time_zone_ref (zone);
  value = run_calls (self, scope, &zone, error);
  g_time_zone_unref (zone);
  return value;
}

/**
 * sb_expression_mends_missing:
 *
 * Whether one of the filters takes a missing value, so that the owner has thought of it.
 */
gboolean
sb_expression_mends_missing (SbExpression *self)
{
  for (guint i = 0; i < self->calls->len; i++)
    if (g_array_index (self->calls, SbCall, i).filter->takes_missing)
      return TRUE;
  return FALSE;
}
