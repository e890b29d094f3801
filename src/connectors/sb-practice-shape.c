/* sb-practice-shape.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <string.h>

#include "sb-template.h"

typedef enum
{
  SHAPE_CONSTANT,
  SHAPE_TEXT,
  SHAPE_OBJECT,
  SHAPE_ARRAY,
  SHAPE_EACH,  /* {"$each": field, "as": …}: one copy for each item of a list */
  SHAPE_FIRST, /* {"$first": […]}: the first that is not left out */
  SHAPE_IF,    /* {"$if": field, "then": …}: there only where the field is */
} ShapeKind;

struct _SbShape
{
  ShapeKind kind;
  SbValue *constant;
  SbTemplate *text;
  GPtrArray *names;    /* of char*: members of objects; the field of SHAPE_EACH and SHAPE_IF */
  GPtrArray *children; /* of SbShape */
};

void
sb_catch_init (SbCatch *self)
{
  *self = (SbCatch){ 0 };
  self->fields = sb_value_new_object ();
}

void
sb_catch_clear (SbCatch *self)
{
  g_clear_pointer (&self->fields, sb_value_unref);
  g_clear_pointer (&self->key, sb_value_unref);
}

void
sb_shape_free (SbShape *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->constant, sb_value_unref);
  g_clear_pointer (&self->text, sb_template_free);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_free (self);
}

static SbShape *
shape_of_list (ShapeKind kind)
{
  SbShape *self = g_new0 (SbShape, 1);

  self->kind = kind;
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_shape_free);
  return self;
}

static SbShape *
shape_of_string (SbValue *value)
{
  const char *text = sb_value_get_text (value);
  SbShape *self = g_new0 (SbShape, 1);

  if (strstr (text, "{{") != NULL)
    self->text = sb_template_new (text, NULL);
  if (self->text != NULL)
    {
      self->kind = SHAPE_TEXT;
      return self;
    }
  self->kind = SHAPE_CONSTANT;
  self->constant = sb_value_ref (value);
  return self;
}

/**
 * sb_shape_new:
 * @template: (nullable): a JSON value whose strings may hold tokens
 *
 * Returns: (transfer full): the template, turned round; NULL for NULL
 */
SbShape *
sb_shape_new (SbValue *template)
{
  SbShape *self;
  SbValueType type;

  if (template == NULL)
    return NULL;
  type = sb_value_get_type (template);
  if (type == SB_VALUE_STRING)
    return shape_of_string (template);
  if (sb_value_get_string (template, "$each") != NULL)
    {
      self = shape_of_list (SHAPE_EACH);
      g_ptr_array_add (self->names, g_strdup (sb_value_get_string (template, "$each")));
      g_ptr_array_add (self->children, sb_shape_new (sb_value_get_member (template, "as")));
      return self;
    }
  if (sb_value_get_string (template, "$if") != NULL)
    {
      self = shape_of_list (SHAPE_IF);
      g_ptr_array_add (self->names, g_strdup (sb_value_get_string (template, "$if")));
      g_ptr_array_add (self->children, sb_shape_new (sb_value_get_member (template, "then")));
      return self;
    }
  if (type == SB_VALUE_OBJECT && sb_value_get_member (template, "$first") != NULL)
    {
      SbValue *ways = sb_value_get_member (template, "$first");

      self = shape_of_list (SHAPE_FIRST);
      for (guint i = 0; i < sb_value_get_length (ways); i++)
        g_ptr_array_add (self->children, sb_shape_new (sb_value_get_item (ways, i)));
      return self;
    }
  if (type != SB_VALUE_OBJECT && type != SB_VALUE_ARRAY)
    {
      self = g_new0 (SbShape, 1);
      self->kind = SHAPE_CONSTANT;
      self->constant = sb_value_ref (template);
      return self;
    }

  self = shape_of_list (type == SB_VALUE_OBJECT ? SHAPE_OBJECT : SHAPE_ARRAY);
  for (guint i = 0; i < sb_value_get_length (template); i++)
    {
      if (type == SB_VALUE_OBJECT)
        {
          const char *name = sb_value_get_member_name (template, i);

          g_ptr_array_add (self->names, g_strdup (name));
          g_ptr_array_add (self->children, sb_shape_new (sb_value_get_member (template, name)));
        }
      else
        g_ptr_array_add (self->children, sb_shape_new (sb_value_get_item (template, i)));
    }
  return self;
}

SbShape *
sb_shape_new_text (const char *template)
{
  g_autoptr (SbValue) value = sb_value_new_string (template);

  return sb_shape_new (value);
}

/* Puts @value under "a.b" of @object, where nothing stands there yet. */
static void
put_path (SbValue *object, const char *path, SbValue *value)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);
  guint last = g_strv_length (parts) - 1;

  for (guint i = 0; i < last; i++)
    {
      SbValue *next = sb_value_get_member (object, parts[i]);

      if (next == NULL)
        {
          next = sb_value_new_object ();
          sb_value_set (object, parts[i], next);
        }
      else if (sb_value_get_type (next) != SB_VALUE_OBJECT)
        return;
      object = next;
    }
  if (sb_value_get_member (object, parts[last]) == NULL)
    sb_value_set (object, parts[last], sb_value_ref (value));
}

static void
catch_token (SbCatch *found, const char *path, SbValue *value)
{
  if (g_str_has_prefix (path, "fields.") && path[strlen ("fields.")] != '\0')
    put_path (found->fields, path + strlen ("fields."), value);
  else if (found->item != NULL && g_str_has_prefix (path, "item.") &&
           path[strlen ("item.")] != '\0')
    put_path (found->item, path + strlen ("item."), value);
  else if (g_str_equal (path, "key") && found->key == NULL)
    found->key = sb_value_ref (value);
}

/* Text with tokens: the literal pieces must follow each other; a token takes what is between. */
static void
match_text (SbTemplate *template, SbValue *actual, SbCatch *found)
{
  guint n = sb_template_get_n_segments (template);
  g_autofree char *owned = NULL;
  const char *rest;

  if (n == 1 && sb_template_get_segment (template, 0)->path != NULL)
    {
      catch_token (found, sb_template_get_segment (template, 0)->path, actual);
      return;
    }
  if (sb_value_get_type (actual) == SB_VALUE_OBJECT || sb_value_get_type (actual) == SB_VALUE_ARRAY)
    {
      found->conflicts++;
      return;
    }

  owned = sb_value_to_text (actual);
  rest = owned;
  for (guint i = 0; i < n; i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);
      const SbSegment *next = i + 1 < n ? sb_template_get_segment (template, i + 1) : NULL;
      const char *end;

      if (segment->text != NULL)
        {
          if (!g_str_has_prefix (rest, segment->text))
            {
              found->conflicts++;
              return;
            }
          rest += strlen (segment->text);
          found->matched++;
          continue;
        }
      end = next == NULL ? rest + strlen (rest) : rest;
      if (next != NULL && next->text != NULL)
        end = strstr (rest, next->text);
      if (end == NULL)
        {
          found->conflicts++;
          return;
        }
      {
        g_autoptr (SbValue) piece = sb_value_new_string_len (rest, end - rest);

        catch_token (found, segment->path, piece);
      }
      rest = end;
    }
  if (*rest != '\0')
    found->conflicts++;
}

static gboolean
same_constant (SbValue *a, SbValue *b)
{
  g_autofree char *left = NULL, *right = NULL;

  if (sb_value_equal (a, b))
    return TRUE;
  if (sb_value_get_type (a) == SB_VALUE_OBJECT || sb_value_get_type (a) == SB_VALUE_ARRAY ||
      sb_value_get_type (b) == SB_VALUE_OBJECT || sb_value_get_type (b) == SB_VALUE_ARRAY)
    return FALSE;
  /* Forms and queries carry numbers and booleans as text. */
  left = sb_value_to_text (a);
  right = sb_value_to_text (b);
  return g_str_equal (left, right);
}

/* Items @from to before @to of a list, each a copy of what "$each" repeats. */
static void
match_each (SbShape *self, SbValue *actual, guint from, guint to, SbCatch *found)
{
  SbValue *outer = found->item;
  const char *field = g_ptr_array_index (self->names, 0);
  g_autoptr (SbValue) list = sb_value_new_array ();

  for (guint i = from; i < to; i++)
    {
      SbValue *item = sb_value_new_object ();

      found->item = item;
      sb_shape_match (g_ptr_array_index (self->children, 0), sb_value_get_item (actual, i), found);
      sb_value_append (list, item);
    }
  found->item = outer;
  put_path (found->fields, field, list);
}

/* How many constants fit and that none conflicts; 0: it is not that. */
static guint
fits (SbShape *self, SbValue *actual)
{
  g_auto (SbCatch) attempt = { 0 };

  sb_catch_init (&attempt);
  sb_shape_match (self, actual, &attempt);
  return attempt.conflicts == 0 ? attempt.matched : 0;
}

/* A list: what stands alone after a "$each" is looked for at the end, the rest is of the "$each".
 */
static void
match_list (SbShape *self, SbValue *actual, SbCatch *found)
{
  guint end = sb_value_get_length (actual);
  guint at = 0;

  for (guint i = self->children->len; i > 0; i--)
    {
      SbShape *child = g_ptr_array_index (self->children, i - 1);

      if (child->kind == SHAPE_EACH)
        break;
      if (child->kind != SHAPE_IF || end == 0 ||
          fits (child, sb_value_get_item (actual, end - 1)) == 0)
        continue;
      sb_shape_match (child, sb_value_get_item (actual, end - 1), found);
      end--;
    }
  for (guint i = 0; i < self->children->len; i++)
    {
      SbShape *child = g_ptr_array_index (self->children, i);

      if (child->kind == SHAPE_EACH)
        {
          match_each (child, actual, MIN (at, end), end, found);
          at = end;
        }
      else if (child->kind != SHAPE_IF)
        sb_shape_match (child, sb_value_get_item (actual, at++), found);
    }
}

/* The way with the fewest conflicts is the one that was taken. */
static void
match_first (SbShape *self, SbValue *actual, SbCatch *found)
{
  SbShape *best = NULL;
  guint fewest = G_MAXUINT;

  for (guint i = 0; i < self->children->len; i++)
    {
      g_auto (SbCatch) attempt = { 0 };

      sb_catch_init (&attempt);
      sb_shape_match (g_ptr_array_index (self->children, i), actual, &attempt);
      if (attempt.conflicts < fewest)
        {
          fewest = attempt.conflicts;
          best = g_ptr_array_index (self->children, i);
        }
    }
  sb_shape_match (best, actual, found);
}

/**
 * sb_shape_match:
 * @self: (nullable): the shape
 * @actual: (nullable): what came in
 * @found: (inout): fields, key and counts are added to it
 */
void
sb_shape_match (SbShape *self, SbValue *actual, SbCatch *found)
{
  if (self == NULL)
    return;

  switch (self->kind)
    {
    case SHAPE_CONSTANT:
      if (actual != NULL && same_constant (self->constant, actual))
        found->matched++;
      else
        found->conflicts++;
      break;

    case SHAPE_TEXT:
      if (actual != NULL && sb_value_get_type (actual) != SB_VALUE_NULL)
        match_text (self->text, actual, found);
      break;

    case SHAPE_EACH:
      if (actual != NULL)
        match_each (self, actual, 0, sb_value_get_length (actual), found);
      break;

    case SHAPE_IF:
      if (actual != NULL)
        sb_shape_match (g_ptr_array_index (self->children, 0), actual, found);
      break;

    case SHAPE_ARRAY:
      match_list (self, actual, found);
      break;

    case SHAPE_FIRST:
      if (actual != NULL)
        match_first (self, actual, found);
      break;

    case SHAPE_OBJECT:
      for (guint i = 0; i < self->children->len; i++)
        sb_shape_match (g_ptr_array_index (self->children, i),
                        sb_value_get_member (actual, g_ptr_array_index (self->names, i)), found);
      break;

    default:
      g_assert_not_reached ();
    }
}

gboolean
sb_shape_mentions (SbShape *self, const char *key)
{
  if (self == NULL)
    return FALSE;

  if (self->kind == SHAPE_EACH && g_str_equal (g_ptr_array_index (self->names, 0), key))
    return TRUE;
  if (self->kind == SHAPE_TEXT)
    for (guint i = 0; i < sb_template_get_n_segments (self->text); i++)
      {
        const char *path = sb_template_get_segment (self->text, i)->path;

        if (path != NULL && g_str_has_prefix (path, "fields.") &&
            g_str_equal (path + strlen ("fields."), key))
          return TRUE;
      }
  if (self->children != NULL)
    for (guint i = 0; i < self->children->len; i++)
      if (sb_shape_mentions (g_ptr_array_index (self->children, i), key))
        return TRUE;
  return FALSE;
}
