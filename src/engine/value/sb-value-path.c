/* sb-value-path.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-value.h"

#include <string.h>

#include "sb-json.h"

/* ["a.b"]: the name between the quotes, with \" and \\ for a quote and a backslash. */
static const char *
read_quoted (const char *at, GString *name)
{
  for (at++; *at != '\0' && *at != '"'; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        at++;
      g_string_append_c (name, *at);
    }
  if (at[0] != '"' || at[1] != ']')
    return NULL;
  return at + 2;
}

static const char *
read_index (const char *at, guint *index)
{
  guint64 number = 0;

  if (!g_ascii_isdigit (*at))
    return NULL;
  for (; g_ascii_isdigit (*at); at++)
    number = MIN (number * 10 + (guint64)(*at - '0'), G_MAXUINT);
  if (*at != ']')
    return NULL;
  *index = (guint)number;
  return at + 1;
}

/**
 * sb_value_get_path:
 * @path: "customer.id", "line_items[0].sku"; a name with other characters as ["a.b"]
 *
 * Follows @path from @self. The empty path is @self.
 *
 * Returns: (transfer none) (nullable): NULL where there is nothing of that path, or the path is
 *   not well formed
 */
SbValue *
sb_value_get_path (SbValue *self, const char *path)
{
  const char *at = path;

  g_return_val_if_fail (path != NULL, NULL);

  while (self != NULL && *at != '\0')
    {
      if (*at == '[' && at[1] == '"')
        {
          g_autoptr (GString) name = g_string_new (NULL);

          at = read_quoted (at + 1, name);
          self = at != NULL ? sb_value_get_member (self, name->str) : NULL;
        }
      else if (*at == '[')
        {
          guint index = 0;

          at = read_index (at + 1, &index);
          if (at == NULL || sb_value_get_type (self) != SB_VALUE_ARRAY)
            return NULL;
          self = sb_value_get_item (self, index);
        }
      else
        {
          gsize length;
          g_autofree char *name = NULL;

          if (*at == '.' && at != path)
            at++;
          length = strcspn (at, ".[");
          if (length == 0)
            return NULL;
          name = g_strndup (at, length);
          at += length;
          self = sb_value_get_member (self, name);
        }
    }
  return self;
}

/* The first part of @path: a @name, or an @index and no name. NULL where it is not well formed. */
static const char *
read_part (const char *path, char **name, guint *index)
{
  const char *at = path;
  gsize length;

  if (*at == '[' && at[1] == '"')
    {
      GString *text = g_string_new (NULL);

      at = read_quoted (at + 1, text);
      *name = g_string_free (text, FALSE);
      return at;
    }
  if (*at == '[')
    return read_index (at + 1, index);
  if (*at == '.')
    at++;
  length = strcspn (at, ".[");
  if (length == 0)
    return NULL;
  *name = g_strndup (at, length);
  return at + length;
}

static SbValue *
with_item (SbValue *self, guint index, const char *rest, SbValue *value)
{
  g_autoptr (SbValue) array = sb_value_new_array ();

  if (sb_value_get_type (self) != SB_VALUE_ARRAY || index >= sb_value_get_length (self))
    return NULL;
  for (guint i = 0; i < sb_value_get_length (self); i++)
    {
      SbValue *item = sb_value_get_item (self, i);
      SbValue *changed = i == index ? sb_value_with_path (item, rest, value) : sb_value_ref (item);

      if (changed == NULL)
        return NULL;
      sb_value_append (array, changed);
    }
  return g_steal_pointer (&array);
}

static SbValue *
with_member (SbValue *self, const char *name, const char *rest, SbValue *value)
{
  g_autoptr (SbValue) object = NULL;
  SbValue *changed;

  if (sb_value_get_type (self) != SB_VALUE_OBJECT && sb_value_get_type (self) != SB_VALUE_NULL)
    return NULL;
  changed = sb_value_with_path (sb_value_get_member (self, name), rest, value);
  if (changed == NULL)
    return NULL;
  object = sb_value_new_object ();
  for (guint i = 0; i < sb_value_get_length (self); i++)
    sb_value_set (object, sb_value_get_member_name (self, i),
                  sb_value_ref (sb_value_get_item (self, i)));
  sb_value_set (object, name, changed);
  return g_steal_pointer (&object);
}

/**
 * sb_value_with_path:
 * @self: (nullable): taken for an empty object
 * @path: as sb_value_get_path() takes it
 * @value: (transfer none): what is to stand there
 *
 * A copy of @self that has @value at @path and shares the rest. Members that are missing on the way
 * are made; a list is not made longer.
 *
 * Returns: (transfer full) (nullable): NULL where @path leads nowhere
 */
SbValue *
sb_value_with_path (SbValue *self, const char *path, SbValue *value)
{
  g_autofree char *name = NULL;
  guint index = 0;
  const char *rest;

  if (*path == '\0')
    return sb_value_ref (value);
  rest = read_part (path, &name, &index);
  if (rest == NULL)
    return NULL;
  return name != NULL ? with_member (self, name, rest, value)
                      : with_item (self, index, rest, value);
}

/**
 * sb_value_to_text:
 * @self: (nullable)
 *
 * The value as it stands within text: nothing for null, numbers digit for digit, lists and objects
 * as JSON.
 *
 * Returns: (transfer full)
 */
char *
sb_value_to_text (SbValue *self)
{
  switch (sb_value_get_type (self))
    {
    case SB_VALUE_NULL:
      return g_strdup ("");
    case SB_VALUE_BOOLEAN:
      return g_strdup (sb_value_get_boolean (self) ? "true" : "false");
    case SB_VALUE_NUMBER:
    case SB_VALUE_STRING:
      return g_strdup (sb_value_get_text (self));
    case SB_VALUE_ARRAY:
    case SB_VALUE_OBJECT:
    default:
      return sb_json_write (self);
    }
}

static gboolean
members_equal (SbValue *a, SbValue *b)
{
  for (guint i = 0; i < sb_value_get_length (a); i++)
    {
      SbValue *other = sb_value_get_member (b, sb_value_get_member_name (a, i));

      if (other == NULL || !sb_value_equal (sb_value_get_item (a, i), other))
        return FALSE;
    }
  return TRUE;
}

/**
 * sb_value_equal:
 * @a: (nullable)
 * @b: (nullable)
 *
 * Whether both are the same JSON value. Numbers are compared as they are written (1 is not 1.0: the
 * "equals" condition compares what they amount to); the order of an object's members does not
 * count.
 */
gboolean
sb_value_equal (SbValue *a, SbValue *b)
{
  SbValueType type = sb_value_get_type (a);

  if (a == b)
    return TRUE;
  if (type != sb_value_get_type (b) || sb_value_get_length (a) != sb_value_get_length (b))
    return FALSE;

  switch (type)
    {
    case SB_VALUE_NULL:
      return TRUE;
    case SB_VALUE_BOOLEAN:
      return sb_value_get_boolean (a) == sb_value_get_boolean (b);
    case SB_VALUE_NUMBER:
    case SB_VALUE_STRING:
      return strcmp (sb_value_get_text (a), sb_value_get_text (b)) == 0;
    case SB_VALUE_ARRAY:
      for (guint i = 0; i < sb_value_get_length (a); i++)
        if (!sb_value_equal (sb_value_get_item (a, i), sb_value_get_item (b, i)))
          return FALSE;
      return TRUE;
    case SB_VALUE_OBJECT:
    default:
      return members_equal (a, b);
    }
}
