/* sb-value.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-value.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-value-private.h"

/* Up to here a plain scan of the members beats a hash table, and most objects stay below it. */
#define LINEAR_MEMBERS 16

typedef struct
{
  char *name;
  SbValue *value;
} Member;

struct _SbValue
{
  gint ref_count;
  SbValueType type;
  guint length;
  guint capacity;
  union
  {
    gboolean boolean;
    struct
    {
      SbValue **items;
    } array;
    struct
    {
      Member *members;
      GHashTable *index; /* name → position + 1; only above LINEAR_MEMBERS */
    } object;
    char text[sizeof (gpointer) * 2]; /* as long as it needs to be: allocated with the value */
  };
};

/**
 * sb_value_ref:
 *
 * Adds a reference; from any thread.
 *
 * Returns: (transfer full): @self
 */
SbValue *
sb_value_ref (SbValue *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * sb_value_unref:
 *
 * Drops a reference (NULL is allowed); from any thread.
 */
void
sb_value_unref (SbValue *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;

  if (self->type == SB_VALUE_ARRAY)
    {
      for (guint i = 0; i < self->length; i++)
        sb_value_unref (self->array.items[i]);
      g_free (self->array.items);
    }
  else if (self->type == SB_VALUE_OBJECT)
    {
      for (guint i = 0; i < self->length; i++)
        {
          g_free (self->object.members[i].name);
          sb_value_unref (self->object.members[i].value);
        }
      g_free (self->object.members);
      g_clear_pointer (&self->object.index, g_hash_table_unref);
    }
  g_free (self);
}

static SbValue *
new_of_type (SbValueType type)
{
  SbValue *self = g_new0 (SbValue, 1);

  self->ref_count = 1;
  self->type = type;
  return self;
}

SbValue *
sb_value_new_checked (SbValueType type, const char *text, gsize length)
{
  gsize size = MAX (G_STRUCT_OFFSET (SbValue, text) + length + 1, sizeof (SbValue));
  SbValue *self = g_malloc (size);
  char *copy = (char *)self + G_STRUCT_OFFSET (SbValue, text);

  self->ref_count = 1;
  self->type = type;
  self->length = 0;
  self->capacity = 0;
  memcpy (copy, text, length);
  copy[length] = '\0';
  return self;
}

static const char *
text_of (SbValue *self)
{
  return (const char *)self + G_STRUCT_OFFSET (SbValue, text);
}

SbValue *
sb_value_new_null (void)
{
  return new_of_type (SB_VALUE_NULL);
}

SbValue *
sb_value_new_boolean (gboolean boolean)
{
  SbValue *self = new_of_type (SB_VALUE_BOOLEAN);

  self->boolean = boolean != FALSE;
  return self;
}

SbValue *
sb_value_new_int (gint64 number)
{
  char text[32];
  int length = g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);

  return sb_value_new_checked (SB_VALUE_NUMBER, text, (gsize)length);
}

/* number = [ "-" ] int [ frac ] [ exp ], RFC 8259 section 6 */
gboolean
sb_value_is_number_text (const char *text, gsize length)
{
  const char *at = text;
  const char *end = text + length;

  if (at < end && *at == '-')
    at++;
  if (at == end || !g_ascii_isdigit (*at))
    return FALSE;
  if (*at == '0')
    at++;
  else
    while (at < end && g_ascii_isdigit (*at))
      at++;
  if (at < end && *at == '.')
    {
      at++;
      if (at == end || !g_ascii_isdigit (*at))
        return FALSE;
      while (at < end && g_ascii_isdigit (*at))
        at++;
    }
  if (at < end && (*at == 'e' || *at == 'E'))
    {
      at++;
      if (at < end && (*at == '+' || *at == '-'))
        at++;
      if (at == end || !g_ascii_isdigit (*at))
        return FALSE;
      while (at < end && g_ascii_isdigit (*at))
        at++;
    }
  return at == end;
}

/**
 * sb_value_new_number:
 *
 * A number from its text as RFC 8259 writes numbers; the text is kept digit for digit. At most 400
 * characters.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_INVALID where @text is no number
 */
SbValue *
sb_value_new_number (const char *text, GError **error)
{
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (length > SB_NUMBER_MAX_CHARS)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_TOO_LARGE,
        _ ("A number of %" G_GSIZE_FORMAT " characters is too long: at most %d are kept."), length,
        SB_NUMBER_MAX_CHARS);
      return NULL;
    }
  if (!sb_value_is_number_text (text, length))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%.*s” is not a number. Write it like 12 or -3.50."), SB_FIT (text, 60));
      return NULL;
    }
  return sb_value_new_checked (SB_VALUE_NUMBER, text, length);
}

/**
 * sb_value_new_string:
 * @string: (nullable): UTF-8; NULL gives the null value
 */
SbValue *
sb_value_new_string (const char *string)
{
  if (string == NULL)
    return sb_value_new_null ();
  return sb_value_new_string_len (string, strlen (string));
}

/**
 * sb_value_new_string_len:
 *
 * A string of @length bytes. Bytes that are not UTF-8 become U+FFFD, so that whatever is written as
 * JSON later is valid.
 */
SbValue *
sb_value_new_string_len (const char *string, gsize length)
{
  if (!g_utf8_validate_len (string, length, NULL))
    {
      g_autofree char *valid = g_utf8_make_valid (string, (gssize)length);

      return sb_value_new_checked (SB_VALUE_STRING, valid, strlen (valid));
    }
  return sb_value_new_checked (SB_VALUE_STRING, string, length);
}

SbValue *
sb_value_new_array (void)
{
  return new_of_type (SB_VALUE_ARRAY);
}

SbValue *
sb_value_new_object (void)
{
  return new_of_type (SB_VALUE_OBJECT);
}

/**
 * sb_value_copy:
 *
 * A deep copy that its owner may change at any depth. Texts and numbers, which never change, are
 * shared.
 *
 * Returns: (transfer full)
 */
SbValue *
sb_value_copy (SbValue *self)
{
  SbValue *copy;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->type != SB_VALUE_ARRAY && self->type != SB_VALUE_OBJECT)
    return sb_value_ref (self);

  copy = new_of_type (self->type);
  for (guint i = 0; i < self->length; i++)
    {
      if (self->type == SB_VALUE_ARRAY)
        sb_value_append (copy, sb_value_copy (self->array.items[i]));
      else
        sb_value_set (copy, self->object.members[i].name,
                      sb_value_copy (self->object.members[i].value));
    }
  return copy;
}

static gboolean
may_change (SbValue *self)
{
  return g_atomic_int_get (&self->ref_count) == 1;
}

/**
 * sb_value_append:
 * @array: an array with one reference
 * @item: (transfer full) (nullable): NULL appends null
 */
void
sb_value_append (SbValue *array, SbValue *item)
{
  g_return_if_fail (array != NULL && array->type == SB_VALUE_ARRAY && may_change (array));
  g_return_if_fail (array != item);

  if (array->length == array->capacity)
    {
      array->capacity = MAX (4, array->capacity * 2);
      array->array.items = g_renew (SbValue *, array->array.items, array->capacity);
    }
  array->array.items[array->length++] = item != NULL ? item : sb_value_new_null ();
}

static gboolean
find_member (SbValue *object, const char *name, guint *position)
{
  if (object->object.index != NULL)
    {
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (object->object.index, name));

      *position = at - 1;
      return at > 0;
    }
  for (guint i = 0; i < object->length; i++)
    {
      const char *other = object->object.members[i].name;

      if (other[0] == name[0] && strcmp (other, name) == 0)
        {
          *position = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
index_members (SbValue *object)
{
  g_clear_pointer (&object->object.index, g_hash_table_unref);
  if (object->length <= LINEAR_MEMBERS)
    return;

  object->object.index = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < object->length; i++)
    g_hash_table_insert (object->object.index, object->object.members[i].name,
                         GUINT_TO_POINTER (i + 1));
}

static void
push_member (SbValue *object, char *name, SbValue *value)
{
  Member *member;

  if (object->length == object->capacity)
    {
      object->capacity = MAX (4, object->capacity * 2);
      object->object.members = g_renew (Member, object->object.members, object->capacity);
    }
  member = &object->object.members[object->length++];
  member->name = name;
  member->value = value;
  if (object->object.index != NULL)
    g_hash_table_insert (object->object.index, name, GUINT_TO_POINTER (object->length));
  else if (object->length > LINEAR_MEMBERS)
    index_members (object);
}

gboolean
sb_value_add_member (SbValue *object, const char *name, gsize length, SbValue *value)
{
  g_autofree char *copy = g_strndup (name, length);
  guint position;

  if (find_member (object, copy, &position))
    return FALSE;
  push_member (object, g_steal_pointer (&copy), value);
  return TRUE;
}

/**
 * sb_value_set:
 * @object: an object with one reference
 * @value: (transfer full) (nullable): NULL sets null
 *
 * Sets a member; one of that name that is there already keeps its place and gets the new value.
 */
void
sb_value_set (SbValue *object, const char *name, SbValue *value)
{
  guint position;

  g_return_if_fail (object != NULL && object->type == SB_VALUE_OBJECT && may_change (object));
  g_return_if_fail (name != NULL && object != value);

  if (value == NULL)
    value = sb_value_new_null ();
  if (find_member (object, name, &position))
    {
      sb_value_unref (object->object.members[position].value);
      object->object.members[position].value = value;
    }
  else
    push_member (object, g_strdup (name), value);
}

/**
 * sb_value_set_string:
 * @string: (nullable): NULL sets null
 */
void
sb_value_set_string (SbValue *object, const char *name, const char *string)
{
  sb_value_set (object, name, sb_value_new_string (string));
}

void
sb_value_set_int (SbValue *object, const char *name, gint64 number)
{
  sb_value_set (object, name, sb_value_new_int (number));
}

void
sb_value_set_boolean (SbValue *object, const char *name, gboolean boolean)
{
  sb_value_set (object, name, sb_value_new_boolean (boolean));
}

/**
 * sb_value_remove:
 *
 * Takes a member out; nothing happens where there is none of that name.
 */
void
sb_value_remove (SbValue *object, const char *name)
{
  guint position;

  g_return_if_fail (object != NULL && object->type == SB_VALUE_OBJECT && may_change (object));

  if (!find_member (object, name, &position))
    return;

  g_clear_pointer (&object->object.index, g_hash_table_unref);
  g_free (object->object.members[position].name);
  sb_value_unref (object->object.members[position].value);
  object->length--;
  memmove (object->object.members + position, object->object.members + position + 1,
           (object->length - position) * sizeof (Member));
  index_members (object);
}

/**
 * sb_value_get_type:
 * @self: (nullable): NULL is SB_VALUE_NULL
 */
SbValueType
sb_value_get_type (SbValue *self)
{
  return self != NULL ? self->type : SB_VALUE_NULL;
}

/**
 * sb_value_get_boolean:
 *
 * Returns: TRUE for true and FALSE for everything else
 */
gboolean
sb_value_get_boolean (SbValue *self)
{
  return self != NULL && self->type == SB_VALUE_BOOLEAN && self->boolean;
}

/**
 * sb_value_get_text:
 *
 * Returns: (nullable): the text of a string, or of a number digit for digit; NULL for other types
 */
const char *
sb_value_get_text (SbValue *self)
{
  if (self != NULL && (self->type == SB_VALUE_STRING || self->type == SB_VALUE_NUMBER))
    return text_of (self);
  return NULL;
}

/**
 * sb_value_wipe:
 * @self: (nullable): nobody else uses it any more
 *
 * Overwrites a text that is a secret; the value stays, with a text of the same length in zero
 * bytes.
 */
void
sb_value_wipe (SbValue *self)
{
  char *text = (char *)sb_value_get_text (self);

  if (text != NULL)
    explicit_bzero (text, strlen (text));
}

/**
 * sb_value_get_int:
 *
 * Returns: TRUE where @self is a number written without fraction or exponent that fits
 */
gboolean
sb_value_get_int (SbValue *self, gint64 *number)
{
  const char *text;
  char *end;
  gint64 parsed;

  if (self == NULL || self->type != SB_VALUE_NUMBER)
    return FALSE;

  text = text_of (self);
  errno = 0;
  parsed = g_ascii_strtoll (text, &end, 10);
  if (errno != 0 || end == text || *end != '\0')
    return FALSE;
  *number = parsed;
  return TRUE;
}

/**
 * sb_value_get_length:
 *
 * Returns: how many items an array or members an object has; 0 for other types
 */
guint
sb_value_get_length (SbValue *self)
{
  if (self != NULL && (self->type == SB_VALUE_ARRAY || self->type == SB_VALUE_OBJECT))
    return self->length;
  return 0;
}

/**
 * sb_value_get_item:
 *
 * Returns: (transfer none) (nullable): item @index of an array, or the value of member @index of an
 *   object; NULL beyond the end
 */
SbValue *
sb_value_get_item (SbValue *array, guint index)
{
  if (index >= sb_value_get_length (array))
    return NULL;
  return array->type == SB_VALUE_ARRAY ? array->array.items[index]
                                       : array->object.members[index].value;
}

const char *
sb_value_get_member_name (SbValue *object, guint index)
{
  if (object == NULL || object->type != SB_VALUE_OBJECT || index >= object->length)
    return NULL;
  return object->object.members[index].name;
}

/**
 * sb_value_get_member:
 *
 * Returns: (transfer none) (nullable): NULL where @object is no object or has no such member
 */
SbValue *
sb_value_get_member (SbValue *object, const char *name)
{
  guint position;

  g_return_val_if_fail (name != NULL, NULL);

  if (object == NULL || object->type != SB_VALUE_OBJECT)
    return NULL;
  return find_member (object, name, &position) ? object->object.members[position].value : NULL;
}

/**
 * sb_value_get_string:
 *
 * Returns: (nullable): the text of a member that is a string; NULL for anything else
 */
const char *
sb_value_get_string (SbValue *object, const char *name)
{
  SbValue *member = sb_value_get_member (object, name);

  return sb_value_get_type (member) == SB_VALUE_STRING ? text_of (member) : NULL;
}

gint64
sb_value_get_int_or (SbValue *object, const char *name, gint64 fallback)
{
  gint64 number = fallback;

  sb_value_get_int (sb_value_get_member (object, name), &number);
  return number;
}

gboolean
sb_value_get_boolean_or (SbValue *object, const char *name, gboolean fallback)
{
  SbValue *member = sb_value_get_member (object, name);

  return sb_value_get_type (member) == SB_VALUE_BOOLEAN ? member->boolean : fallback;
}
