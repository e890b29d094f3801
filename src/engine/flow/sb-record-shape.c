/* sb-record-shape.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-records-private.h"

#include <string.h>

/* A list made by the index in a header, "line_items[7].sku", is no longer than this. */
#define MAX_INDEX 100
#define MAX_DEPTH 16

struct _SbRecordShape
{
  char *name;          /* (nullable): of a member; NULL for an item of a list */
  guint index;         /* of an item */
  gint column;         /* -1 where there is more below */
  GPtrArray *children; /* of SbRecordShape */
};

SbRecordShape *
sb_record_shape_new (void)
{
  SbRecordShape *self = g_new0 (SbRecordShape, 1);

  self->column = -1;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_record_shape_free);
  return self;
}

void
sb_record_shape_free (SbRecordShape *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_ptr_array_unref (self->children);
  g_free (self);
}

/* The child of that name, or with NULL of that index; made where it is not there yet. NULL where
 * names and indices would mix. */
static SbRecordShape *
ensure_child (SbRecordShape *self, const char *name, guint index)
{
  SbRecordShape *child;

  for (guint i = 0; i < self->children->len; i++)
    {
      child = g_ptr_array_index (self->children, i);
      if ((child->name == NULL) != (name == NULL))
        return NULL;
      if (g_strcmp0 (child->name, name) == 0 && child->index == index)
        return child;
    }
  child = sb_record_shape_new ();
  child->name = g_strdup (name);
  child->index = index;
  g_ptr_array_add (self->children, child);
  return child;
}

/* "customer.id" and "tags[0]" as ["customer", "id"] and ["tags", "[0"]. Returns NULL for what is
 * only a name, like "Nr." or "Price [EUR]". */
static GPtrArray *
split_path (const char *path)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char *at = path;

  while (*at != '\0')
    {
      gsize length;

      if (*at == '[')
        {
          length = 1 + strspn (at + 1, "0123456789");
          if (length == 1 || length > 4 || at[length] != ']' || parts->len == 0 ||
              g_ascii_strtoull (at + 1, NULL, 10) >= MAX_INDEX)
            return NULL;
          g_ptr_array_add (parts, g_strndup (at, length));
          at += length + 1;
          if (*at != '\0' && *at != '.' && *at != '[')
            return NULL;
          continue;
        }
      at += *at == '.' && parts->len > 0;
      length = strcspn (at, ".[");
      if (length == 0)
        return NULL;
      g_ptr_array_add (parts, g_strndup (at, length));
      at += length;
    }
  return parts->len <= MAX_DEPTH ? g_steal_pointer (&parts) : NULL;
}

gboolean
sb_record_shape_add (SbRecordShape *self, const char *path, guint column)
{
  g_autoptr (GPtrArray) parts = split_path (path);
  SbRecordShape *at = self;

  if (parts == NULL)
    at = ensure_child (self, path, 0);
  for (guint i = 0; parts != NULL && at != NULL && i < parts->len; i++)
    {
      const char *part = g_ptr_array_index (parts, i);

      if (at->column >= 0)
        return FALSE;
      if (part[0] == '[')
        at = ensure_child (at, NULL, (guint)g_ascii_strtoull (part + 1, NULL, 10));
      else
        at = ensure_child (at, part, 0);
    }
  if (at == NULL || at->column >= 0 || at->children->len > 0)
    return FALSE;
  at->column = (gint)column;
  return TRUE;
}

static SbValue *fill (SbRecordShape *self, GPtrArray *cells);

static SbValue *
fill_list (SbRecordShape *self, GPtrArray *cells)
{
  g_autoptr (SbValue) list = sb_value_new_array ();
  g_autoptr (GPtrArray) items = g_ptr_array_new_full (MAX_INDEX, (GDestroyNotify)sb_value_unref);

  g_ptr_array_set_size (items, MAX_INDEX);
  for (guint i = 0; i < self->children->len; i++)
    {
      SbRecordShape *child = g_ptr_array_index (self->children, i);

      g_ptr_array_index (items, child->index) = fill (child, cells);
    }
  while (items->len > 0 && g_ptr_array_index (items, items->len - 1) == NULL)
    g_ptr_array_set_size (items, (gint)items->len - 1);
  for (guint i = 0; i < items->len; i++)
    sb_value_append (list, g_steal_pointer (&g_ptr_array_index (items, i)));
  return sb_value_get_length (list) > 0 ? g_steal_pointer (&list) : NULL;
}

/* Returns: (transfer full) (nullable): NULL where every cell of it is empty */
static SbValue *
fill (SbRecordShape *self, GPtrArray *cells)
{
  g_autoptr (SbValue) object = NULL;

  if (self->column >= 0)
    {
      const char *cell =
        (guint)self->column < cells->len ? g_ptr_array_index (cells, self->column) : NULL;

      return cell != NULL ? sb_value_new_string (cell) : NULL;
    }
  if (self->children->len > 0 &&
      ((SbRecordShape *)g_ptr_array_index (self->children, 0))->name == NULL)
    return fill_list (self, cells);

  object = sb_value_new_object ();
  for (guint i = 0; i < self->children->len; i++)
    {
      SbRecordShape *child = g_ptr_array_index (self->children, i);
      SbValue *value = fill (child, cells);

      if (value != NULL)
        sb_value_set (object, child->name, value);
    }
  return sb_value_get_length (object) > 0 ? g_steal_pointer (&object) : NULL;
}

SbValue *
sb_record_shape_fill (SbRecordShape *self, GPtrArray *cells)
{
  SbValue *record = fill (self, cells);

  return record != NULL ? record : sb_value_new_object ();
}
