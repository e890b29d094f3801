/* sb-filters-list.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"

static gboolean
check_list (SbFilterCall *call, GError **error)
{
  g_autofree char *text = NULL;

  if (sb_value_get_type (call->input) == SB_VALUE_ARRAY)
    return TRUE;
  text = sb_value_to_text (call->input);
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("Filter “%s”: “%.*s” is not a list."),
               call->filter->name, SB_FIT (text, 60));
  return FALSE;
}

/* The item itself, or what @path leads to within it. */
static SbValue *
key_of (SbValue *item, const char *path)
{
  return path != NULL ? sb_value_get_path (item, path) : item;
}

static SbValue *
pick (SbFilterCall *call, gboolean last, GError **error)
{
  guint n = sb_value_get_length (call->input);

  if (!check_list (call, error))
    return NULL;
  if (n == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("Filter “%s”: the list is empty."),
                   call->filter->name);
      return NULL;
    }
  return sb_value_ref (sb_value_get_item (call->input, last ? n - 1 : 0));
}

static SbValue *
filter_first (SbFilterCall *call, GError **error)
{
  return pick (call, FALSE, error);
}

static SbValue *
filter_last (SbFilterCall *call, GError **error)
{
  return pick (call, TRUE, error);
}

static SbValue *
filter_count (SbFilterCall *call, GError **error)
{
  g_autofree char *text = NULL;

  if (sb_value_get_type (call->input) == SB_VALUE_ARRAY ||
      sb_value_get_type (call->input) == SB_VALUE_OBJECT)
    return sb_value_new_int (sb_value_get_length (call->input));
  text = sb_value_to_text (call->input);
  return sb_value_new_int (g_utf8_strlen (text, -1));
}

static SbValue *
filter_join (SbFilterCall *call, GError **error)
{
  g_autofree char *given = sb_filter_arg_text (call, 0);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!check_list (call, error))
    return NULL;
  for (guint i = 0; i < sb_value_get_length (call->input); i++)
    {
      g_autofree char *text = sb_value_to_text (sb_value_get_item (call->input, i));

      if (i > 0)
        g_string_append (out, given != NULL ? given : ", ");
      g_string_append (out, text);
      if (!sb_text_check_size (out->len, error))
        return NULL;
    }
  return sb_value_new_string (out->str);
}

static SbValue *
filter_map (SbFilterCall *call, GError **error)
{
  g_autofree char *path = sb_filter_arg_text (call, 0);
  g_autoptr (SbValue) list = NULL;

  if (!check_list (call, error))
    return NULL;
  list = sb_value_new_array ();
  for (guint i = 0; i < sb_value_get_length (call->input); i++)
    {
      SbValue *found = key_of (sb_value_get_item (call->input, i), path);

      if (found == NULL)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE,
                       _ ("Filter “map”: item %u of the list has no %s."), i + 1, path);
          return NULL;
        }
      sb_value_append (list, sb_value_ref (found));
    }
  return g_steal_pointer (&list);
}

static SbValue *
filter_where (SbFilterCall *call, GError **error)
{
  g_autofree char *path = sb_filter_arg_text (call, 0);
  SbValue *list;

  if (!check_list (call, error))
    return NULL;
  list = sb_value_new_array ();
  for (guint i = 0; i < sb_value_get_length (call->input); i++)
    {
      SbValue *item = sb_value_get_item (call->input, i);
      SbValue *found = key_of (item, path);

      if (found != NULL && sb_values_match (found, call->args[1]))
        sb_value_append (list, sb_value_ref (item));
    }
  return list;
}

static SbValue *
filter_sum (SbFilterCall *call, GError **error)
{
  g_autofree char *path = sb_filter_arg_text (call, 0);
  g_autoptr (SbDecimal) sum = sb_decimal_new_int (0);

  if (!check_list (call, error))
    return NULL;
  for (guint i = 0; i < sb_value_get_length (call->input); i++)
    {
      SbValue *found = key_of (sb_value_get_item (call->input, i), path);
      g_autoptr (SbDecimal) number = NULL;
      g_autoptr (SbDecimal) more = NULL;

      if (sb_value_get_type (found) == SB_VALUE_NULL)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE,
                       _ ("Filter “sum”: item %u of the list has no %s."), i + 1,
                       path != NULL ? path : _ ("value"));
          return NULL;
        }
      number = sb_filter_number (call, found, error);
      if (number == NULL)
        return NULL;
      more = sb_decimal_add (sum, number);
      sb_decimal_free (sum);
      sum = g_steal_pointer (&more);
    }
  return sb_filter_from_decimal (sum, error);
}

static gint
compare_keys (gconstpointer a, gconstpointer b, gpointer data)
{
  SbValue *left = key_of (*(SbValue **)a, data);
  SbValue *right = key_of (*(SbValue **)b, data);
  gboolean comparable;
  gint order = sb_values_compare (left, right, &comparable);
  g_autofree char *left_text = NULL;
  g_autofree char *right_text = NULL;

  if (comparable)
    return order;
  left_text = sb_value_to_text (left);
  right_text = sb_value_to_text (right);
  return strcmp (left_text, right_text);
}

static SbValue *
filter_sort (SbFilterCall *call, GError **error)
{
  g_autofree char *path = sb_filter_arg_text (call, 0);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  SbValue *list;

  if (!check_list (call, error))
    return NULL;
  for (guint i = 0; i < sb_value_get_length (call->input); i++)
    g_ptr_array_add (items, sb_value_get_item (call->input, i));
  g_ptr_array_sort_with_data (items, compare_keys, path);
  list = sb_value_new_array ();
  for (guint i = 0; i < items->len; i++)
    sb_value_append (list, sb_value_ref (g_ptr_array_index (items, i)));
  return list;
}

static SbValue *
filter_unique (SbFilterCall *call, GError **error)
{
  g_autofree char *path = sb_filter_arg_text (call, 0);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SbValue *list;

  if (!check_list (call, error))
    return NULL;
  list = sb_value_new_array ();
  for (guint i = 0; i < sb_value_get_length (call->input); i++)
    {
      SbValue *item = sb_value_get_item (call->input, i);

      if (g_hash_table_add (seen, sb_json_write (key_of (item, path))))
        sb_value_append (list, sb_value_ref (item));
    }
  return list;
}

static SbValue *
filter_slice (SbFilterCall *call, GError **error)
{
  gboolean is_list = sb_value_get_type (call->input) == SB_VALUE_ARRAY;
  g_autofree char *text = is_list ? NULL : sb_value_to_text (call->input);
  gint64 n = is_list ? (gint64)sb_value_get_length (call->input) : g_utf8_strlen (text, -1);
  gint64 start = sb_filter_arg_int (call, 0, 0);
  gint64 end;
  g_autofree char *part = NULL;
  SbValue *list;

  start = CLAMP (start < 0 ? n + start : start, 0, n);
  end = MIN (start + sb_filter_arg_int (call, 1, n), n);
  if (!is_list)
    {
      part = g_utf8_substring (text, (glong)start, (glong)end);
      return sb_value_new_string (part);
    }
  list = sb_value_new_array ();
  for (gint64 i = start; i < end; i++)
    sb_value_append (list, sb_value_ref (sb_value_get_item (call->input, (guint)i)));
  return list;
}

const SbFilter sb_filters_list[] = {
  { "first", "", filter_first },
  { "last", "", filter_last },
  { "count", "", filter_count },
  { "join", "?t", filter_join },
  { "map", "p", filter_map },
  { "where", "pv", filter_where },
  { "sum", "?p", filter_sum },
  { "sort", "?p", filter_sort },
  { "unique", "?p", filter_unique },
  { "slice", "n?i", filter_slice },
  { NULL },
};
