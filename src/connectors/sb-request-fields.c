/* sb-request-fields.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-decimal.h"
#include "sb-error.h"
#include "sb-pattern.h"

static gboolean
is_empty (SbValue *value)
{
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_NULL:
      return TRUE;
    case SB_VALUE_STRING:
      return sb_value_get_text (value)[0] == '\0';
    case SB_VALUE_ARRAY:
    case SB_VALUE_OBJECT:
      return sb_value_get_length (value) == 0;
    case SB_VALUE_BOOLEAN:
    case SB_VALUE_NUMBER:
    default:
      return FALSE;
    }
}

static SbValue *
refuse (GError **error, const char *label, SbValue *value, const char *wanted)
{
  g_autofree char *text = sb_value_to_text (value);

  g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("“%s” must be %s, but is “%.*s”."), label,
               wanted, SB_FIT (text, 60));
  return NULL;
}

static SbValue *
to_text (const char *label, SbValue *value, GError **error)
{
  SbValueType type = sb_value_get_type (value);
  g_autofree char *text = NULL;

  if (type == SB_VALUE_STRING)
    return sb_value_ref (value);
  if (type == SB_VALUE_ARRAY || type == SB_VALUE_OBJECT)
    return refuse (error, label, value, _ ("text"));
  text = sb_value_to_text (value);
  return sb_value_new_string (text);
}

static SbValue *
to_number (const char *label, SbValue *value, GError **error)
{
  g_autofree char *text = NULL;
  SbValue *number;

  if (sb_value_get_type (value) == SB_VALUE_NUMBER)
    return sb_value_ref (value);
  if (sb_value_get_type (value) != SB_VALUE_STRING)
    return refuse (error, label, value, _ ("a number"));
  text = g_strstrip (g_strdup (sb_value_get_text (value)));
  number = sb_value_new_number (text, NULL);
  return number != NULL ? number : refuse (error, label, value, _ ("a number"));
}

static SbValue *
to_boolean (const char *label, SbValue *value, GError **error)
{
  static const char *const words[] = { "false", "true", "no", "yes", "0", "1", "off", "on" };
  g_autofree char *text = NULL;

  if (sb_value_get_type (value) == SB_VALUE_BOOLEAN)
    return sb_value_ref (value);
  text = sb_value_to_text (value);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      return sb_value_new_boolean (i % 2 == 1);
  return refuse (error, label, value, _ ("yes or no"));
}

static SbValue *
to_choice (SbField *field, SbValue *value, GError **error)
{
  g_autofree char *text = sb_value_to_text (value);
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (field->allowed); i++)
    {
      SbValue *allowed = sb_value_get_member (sb_value_get_item (field->allowed, i), "value");
      g_autofree char *one = sb_value_to_text (allowed);

      if (g_str_equal (one, text))
        return sb_value_ref (allowed);
      g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", one);
    }
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("“%s” is “%.*s”; use one of %s."),
               field->label, SB_FIT (text, 60), all->str);
  return NULL;
}

static gboolean
check_pattern (
  const char *pattern, const char *label, const char *example, SbValue *value, GError **error)
{
  g_autofree char *text = NULL;

  if (pattern == NULL)
    return TRUE;
  text = sb_value_to_text (value);
  if (sb_pattern_fits (pattern, text))
    return TRUE;
  if (example != NULL)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 _ ("“%s” is “%.*s”, which does not look right; it should be like %s."), label,
                 SB_FIT (text, 60), example);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 _ ("“%s” is “%.*s”, which does not look right."), label, SB_FIT (text, 60));
  return FALSE;
}

/* The first of the names that @item has anything under. */
static SbValue *
find_column (SbValue *column, SbValue *item)
{
  SbValue *from = sb_value_get_member (column, "from");

  if (from == NULL)
    return sb_value_get_path (item, sb_value_get_string (column, "key"));
  for (guint i = 0; i < sb_value_get_length (from); i++)
    {
      SbValue *found = sb_value_get_path (item, sb_value_get_text (sb_value_get_item (from, i)));

      if (!is_empty (found))
        return found;
    }
  return NULL;
}

static SbValue *
multiply (SbValue *column, SbValue *made)
{
  SbValue *factors = sb_value_get_member (column, "product");
  g_autoptr (SbDecimal) product = sb_decimal_new_int (1);
  g_autofree char *text = NULL;

  for (guint i = 0; i < sb_value_get_length (factors); i++)
    {
      SbValue *factor =
        sb_value_get_member (made, sb_value_get_text (sb_value_get_item (factors, i)));
      g_autoptr (SbDecimal) number = NULL;
      SbDecimal *next;

      if (sb_value_get_type (factor) != SB_VALUE_NUMBER)
        return NULL;
      number = sb_decimal_parse (sb_value_get_text (factor), NULL);
      if (number == NULL)
        return NULL;
      next = sb_decimal_multiply (product, number);
      sb_decimal_free (product);
      product = next;
    }
  text = sb_decimal_to_text (product);
  return sb_value_new_number (text, NULL);
}

static SbValue *
convert (const char *type, const char *label, SbValue *value, GError **error)
{
  if (g_str_equal (type, "number") || g_str_equal (type, "money"))
    return to_number (label, value, error);
  if (g_str_equal (type, "boolean"))
    return to_boolean (label, value, error);
  if (g_str_equal (type, "object"))
    return sb_value_get_type (value) == SB_VALUE_OBJECT
             ? sb_value_ref (value)
             : refuse (error, label, value, _ ("an object"));
  return to_text (label, value, error);
}

static gboolean
read_column (SbValue *column, const char *where, SbValue *item, SbValue *made, GError **error)
{
  const char *key = sb_value_get_string (column, "key");
  const char *type = sb_value_get_string (column, "type");
  const char *fallback = sb_value_get_string (column, "fallback");
  g_autofree char *label = g_strdup_printf ("%s: %s", where, sb_value_get_string (column, "label"));
  SbValue *found = find_column (column, item);
  g_autoptr (GError) inner = NULL;
  g_autoptr (SbValue) value = NULL;

  if (!is_empty (found))
    value = convert (type, label, found, &inner);
  else if (sb_value_get_member (column, "product") != NULL)
    value = multiply (column, made);
  else if (fallback != NULL)
    {
      g_autoptr (SbValue) text = sb_value_new_string (fallback);

      value = convert (type, label, text, &inner);
    }
  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  if (value == NULL && sb_value_get_boolean_or (column, "required", FALSE))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE, _ ("“%s” is required, but is empty."),
                   label);
      return FALSE;
    }
  if (value != NULL &&
      !check_pattern (sb_value_get_string (column, "pattern"), label, NULL, value, error))
    return FALSE;
  if (value != NULL)
    sb_value_set (made, key, g_steal_pointer (&value));
  return TRUE;
}

static SbValue *
read_list (SbField *field, SbValue *value, GError **error)
{
  g_autoptr (SbValue) list = sb_value_new_array ();
  gboolean single = sb_value_get_type (value) != SB_VALUE_ARRAY;

  for (guint i = 0; i < (single ? 1 : sb_value_get_length (value)); i++)
    {
      SbValue *item = single ? value : sb_value_get_item (value, i);
      g_autofree char *where = g_strdup_printf (_ ("%s, item %u"), field->label, i + 1);
      g_autoptr (SbValue) made = NULL;

      if (field->columns == NULL)
        {
          sb_value_append (list, sb_value_ref (item));
          continue;
        }
      if (sb_value_get_type (item) != SB_VALUE_OBJECT)
        return refuse (error, where, item, _ ("an object"));
      made = sb_value_new_object ();
      for (guint j = 0; j < sb_value_get_length (field->columns); j++)
        if (!read_column (sb_value_get_item (field->columns, j), where, item, made, error))
          return NULL;
      sb_value_append (list, g_steal_pointer (&made));
    }
  return g_steal_pointer (&list);
}

/* For a vendor's own query language: what would end the text there is written otherwise. */
static SbValue *
escape (SbAction *action, SbField *field, SbValue *value)
{
  SbValue *fields = sb_value_get_member (action->document, "fields");
  SbValue *escapes = NULL;
  g_autoptr (GString) out = NULL;

  for (guint i = 0; i < sb_value_get_length (fields); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (fields, i), "key"), field->key) == 0)
      escapes = sb_value_get_member (sb_value_get_item (fields, i), "escape");
  if (escapes == NULL || sb_value_get_type (value) != SB_VALUE_STRING)
    return sb_value_ref (value);
  out = g_string_new (NULL);
  for (const char *at = sb_value_get_text (value); *at != '\0'; at = g_utf8_next_char (at))
    {
      g_autofree char *one = g_strndup (at, g_utf8_next_char (at) - at);
      const char *instead = sb_value_get_string (escapes, one);

      g_string_append (out, instead != NULL ? instead : one);
    }
  return sb_value_new_string (out->str);
}

static SbValue *
read_field (SbAction *action, SbField *field, SbValue *value, GError **error)
{
  g_autoptr (SbValue) made = NULL;

  if (g_str_equal (field->type, "choice"))
    made = to_choice (field, value, error);
  else if (g_str_equal (field->type, "list"))
    made = read_list (field, value, error);
  else
    made = convert (field->type, field->label, value, error);
  if (made == NULL || !check_pattern (field->pattern, field->label, field->example, made, error))
    return NULL;
  return escape (action, field, made);
}

SbValue *
sb_request_read_fields (SbAction *action, SbValue *fields, GError **error)
{
  g_autoptr (SbValue) made = sb_value_new_object ();

  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);
      g_autoptr (SbValue) value = NULL;
      SbValue *given = sb_value_get_member (fields, field->key);
      SbValue *read;

      if (!is_empty (given))
        value = sb_value_ref (given);
      else if (field->fallback != NULL)
        value = sb_value_new_string (field->fallback);
      if (value == NULL && field->required)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE,
                       _ ("“%s” is required to %s, but is empty."), field->label, action->label);
          return NULL;
        }
      if (value == NULL)
        continue;
      read = read_field (action, field, value, error);
      if (read == NULL)
        return NULL;
      sb_value_set (made, field->key, read);
    }
  return g_steal_pointer (&made);
}
