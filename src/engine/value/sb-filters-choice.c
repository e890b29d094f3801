/* sb-filters-choice.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"

/* An empty text is what many vendors send for a field that was left empty. */
static gboolean
is_empty (SbValue *value)
{
  const char *text = sb_value_get_text (value);

  return sb_value_get_type (value) == SB_VALUE_NULL || (text != NULL && text[0] == '\0');
}

static SbValue *
filter_default (SbFilterCall *call, GError **error)
{
  return is_empty (call->input) ? sb_filter_choose_arg (call, 0, error)
                                : sb_value_ref (call->input);
}

static SbValue *
filter_required (SbFilterCall *call, GError **error)
{
  g_autofree char *message = sb_filter_arg_text (call, 0);

  if (!is_empty (call->input))
    return sb_value_ref (call->input);
  g_set_error_literal (error, SB_ERROR, SB_ERROR_MISSING_VALUE, message);
  return NULL;
}

static SbValue *
filter_lookup (SbFilterCall *call, GError **error)
{
  g_autofree char *name = sb_filter_arg_text (call, 0);
  g_autofree char *key = sb_value_to_text (call->input);
  SbValue *table = sb_scope_get_table (call->scope, name);
  SbValue *found;

  if (table == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("The flow has no table “%.*s”."),
                   SB_FIT (name, 60));
      return NULL;
    }
  found = sb_value_get_member (table, key);
  if (found == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE,
                   _ ("The table “%.*s” has no entry for “%.*s”."), SB_FIT (name, 60),
                   SB_FIT (key, 60));
      return NULL;
    }
  return sb_value_ref (found);
}

static SbValue *
filter_bool (SbFilterCall *call, GError **error)
{
  gboolean truth;

  return sb_filter_truth (call, call->input, &truth, error) ? sb_value_new_boolean (truth) : NULL;
}

static SbValue *
filter_if (SbFilterCall *call, GError **error)
{
  gboolean truth;

  if (!sb_filter_truth (call, call->input, &truth, error))
    return NULL;
  return sb_filter_choose_arg (call, truth ? 0 : 1, error);
}

const SbFilter sb_filters_choice[] = {
  { "default", "v", filter_default, TRUE, TRUE },
  { "required", "t", filter_required, TRUE },
  { "lookup", "b", filter_lookup },
  { "bool", "", filter_bool },
  { "if", "vv", filter_if, FALSE, TRUE },
  { NULL },
};
