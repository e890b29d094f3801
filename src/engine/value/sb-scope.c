/* sb-scope.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-template.h"

#include "sb-clock.h"
#include "sb-filters.h"
#include "sb-zone.h"

struct _SbScope
{
  GHashTable *names;  /* utf8 → SbValue */
  GHashTable *tables; /* (nullable) utf8 → SbValue */
  char *label;
  char *zone_name;
  GTimeZone *zone;
};

static void
put (GHashTable *table, const char *name, SbValue *value)
{
  if (value != NULL)
    g_hash_table_replace (table, g_strdup (name), sb_value_ref (value));
  else
    g_hash_table_remove (table, name);
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_value_unref);
}

/**
 * sb_scope_new:
 * @time_zone: (nullable): zone of the flow, "Europe/Berlin"; NULL is the computer's
 * @now_us: UTC µs; when the run was opened, so that walking again gives the same
 */
SbScope *
sb_scope_new (const char *time_zone, gint64 now_us)
{
  SbScope *self = g_new0 (SbScope, 1);
  g_autofree char *now = sb_clock_format_utc (now_us);
  g_autoptr (SbValue) value = sb_value_new_string (now);

  self->names = new_table ();
  self->zone_name = g_strdup (time_zone);
  put (self->names, "now", value);
  return self;
}

/**
 * sb_scope_copy:
 *
 * Returns: (transfer full): a scope of its own, with the same values
 */
SbScope *
sb_scope_copy (SbScope *self)
{
  SbScope *copy = g_new0 (SbScope, 1);
  GHashTableIter iter;
  gpointer name, value;

  copy->names = new_table ();
  copy->label = g_strdup (self->label);
  copy->zone_name = g_strdup (self->zone_name);
  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, &value))
    put (copy->names, name, value);
  if (self->tables != NULL)
    {
      g_hash_table_iter_init (&iter, self->tables);
      while (g_hash_table_iter_next (&iter, &name, &value))
        sb_scope_set_table (copy, name, value);
    }
  return copy;
}

void
sb_scope_free (SbScope *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->names);
  g_clear_pointer (&self->tables, g_hash_table_unref);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_free (self->label);
  g_free (self->zone_name);
  g_free (self);
}

/**
 * sb_scope_set:
 * @name: "trigger", "item", the id of a step
 * @value: (nullable) (transfer none): NULL takes @name out
 */
void
sb_scope_set (SbScope *self, const char *name, SbValue *value)
{
  put (self->names, name, value);
}

/**
 * sb_scope_get:
 *
 * Returns: (transfer none) (nullable)
 */
SbValue *
sb_scope_get (SbScope *self, const char *name)
{
  return g_hash_table_lookup (self->names, name);
}

/**
 * sb_scope_set_label:
 * @label: (nullable): what the event is called in sentences: "Order #1004"
 */
void
sb_scope_set_label (SbScope *self, const char *label)
{
  g_free (self->label);
  self->label = g_strdup (label);
}

const char *
sb_scope_get_label (SbScope *self)
{
  return self->label;
}

/**
 * sb_scope_set_table:
 * @table: (nullable) (transfer none): an object, for the "lookup" filter
 */
void
sb_scope_set_table (SbScope *self, const char *name, SbValue *table)
{
  if (self->tables == NULL)
    self->tables = new_table ();
  put (self->tables, name, table);
}

SbValue *
sb_scope_get_table (SbScope *self, const char *name)
{
  return self->tables != NULL ? g_hash_table_lookup (self->tables, name) : NULL;
}

/**
 * sb_scope_get_zone:
 *
 * Returns: (transfer none) (nullable): NULL with SB_ERROR_INVALID where there is no such zone
 */
GTimeZone *
sb_scope_get_zone (SbScope *self, GError **error)
{
  if (self->zone == NULL)
    self->zone = sb_zone_new (self->zone_name, error);
  return self->zone;
}
