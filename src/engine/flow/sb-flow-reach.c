/* sb-flow-reach.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-nearest.h"
#include "sb-template.h"

/* Names that mean something in tokens of flows and connector files. */
static const char *const reserved[] = { "trigger",  "item",    "run",   "now",     "fields",
                                        "settings", "secrets", "key",   "version", "output",
                                        "body",     "true",    "false", "null",    NULL };

gboolean
sb_flow_is_reserved (const char *id)
{
  return g_strv_contains (reserved, id);
}

static void
collect_ids (SbReach *self, SbValue *steps, guint depth)
{
  if (depth > SB_FLOW_MAX_DEPTH)
    return;
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      const char *id = sb_value_get_string (step, "id");
      const char *type = sb_value_get_string (step, "type");
      SbValue *lanes = sb_value_get_member (step, "lanes");
      gboolean gives = g_strcmp0 (type, "filter") != 0 && g_strcmp0 (type, "branch") != 0 &&
                       g_strcmp0 (type, "delay") != 0;

      if (id != NULL)
        g_hash_table_add (gives ? self->ids : self->silent, (gpointer)id);
      for (guint j = 0; j < sb_value_get_length (lanes); j++)
        collect_ids (self, sb_value_get_member (sb_value_get_item (lanes, j), "steps"), depth + 1);
      collect_ids (self, sb_value_get_member (step, "steps"), depth + 1);
    }
}

void
sb_reach_init (SbReach *self, SbValue *document, SbProblems *problems)
{
  *self = (SbReach){ .problems = problems, .tables = sb_value_get_member (document, "tables") };
  self->ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->silent = g_hash_table_new (g_str_hash, g_str_equal);
  self->visible = g_ptr_array_new ();
  collect_ids (self, sb_value_get_member (document, "steps"), 0);
}

void
sb_reach_clear (SbReach *self)
{
  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->silent);
  g_ptr_array_unref (self->visible);
}

/* Where the text with a token stands. */
typedef struct
{
  SbReach *reach;
  const char *path;
  const char *step;
  const char *field;
} Place;

static void
report (Place *place, const char *message)
{
  sb_problems_add (place->reach->problems, place->path, place->step, place->field, "%s", message);
}

static char *
explain (SbReach *self, const char *step, const char *root)
{
  g_autoptr (GPtrArray) known = NULL;

  if (strcmp (root, "item") == 0)
    return g_strdup (_ ("“item” stands for something only within a for-each."));
  if (g_strcmp0 (root, step) == 0)
    return g_strdup_printf (_ ("Step “%s” refers to itself."), root);
  if (g_hash_table_contains (self->silent, root))
    return g_strdup_printf (_ ("Step “%s” gives nothing that could be referred to."), root);
  if (g_hash_table_contains (self->ids, root))
    return g_strdup_printf (_ ("Step “%s” is not passed on the way to this place, so that it gives "
                               "nothing here. Move it before this one."),
                            root);

  known = g_ptr_array_new ();
  g_ptr_array_add (known, (gpointer) "trigger");
  g_ptr_array_add (known, (gpointer) "run");
  g_ptr_array_add (known, (gpointer) "now");
  if (self->loops > 0)
    g_ptr_array_add (known, (gpointer) "item");
  g_ptr_array_extend (known, self->visible, NULL, NULL);
  return g_strdup_printf (_ ("There is no step “%.*s”. Did you mean “%s”?"), SB_FIT (root, 64),
                          sb_nearest_word (root, (const char *const *)known->pdata, known->len));
}

static void
check_reference (const char *root, const char *path, gboolean may_be_missing, gpointer data)
{
  Place *place = data;
  SbReach *self = place->reach;
  g_autofree char *message = NULL;

  if (strcmp (root, "trigger") == 0 || strcmp (root, "run") == 0 || strcmp (root, "now") == 0)
    return;
  if (strcmp (root, "item") == 0 && self->loops > 0)
    return;
  if (g_ptr_array_find_with_equal_func (self->visible, root, g_str_equal, NULL))
    return;
  /* What is only counted needs no words, and to find the nearest of 500 names takes its time. */
  message =
    sb_problems_is_full (self->problems) ? g_strdup ("") : explain (self, place->step, root);
  report (place, message);
}

static void
check_table (const char *name, gpointer data)
{
  Place *place = data;
  g_autofree char *message = NULL;

  if (sb_value_get_member (place->reach->tables, name) != NULL)
    return;
  message = g_strdup_printf (_ ("The flow has no table “%.*s”."), SB_FIT (name, 60));
  report (place, message);
}

static void
check_text (Place *place, const char *text)
{
  g_autoptr (SbTemplate) template = NULL;

  if (strstr (text, "{{") == NULL)
    return;
  template = sb_template_new (text, NULL);
  if (template == NULL)
    return;
  sb_template_foreach_reference (template, check_reference, place);
  sb_template_foreach_table (template, check_table, place);
}

void
sb_reach_check (
  SbReach *self, SbValue *value, const char *path, const char *step, const char *field)
{
  Place place = { .reach = self, .path = path, .step = step, .field = field };

  if (sb_value_get_type (value) == SB_VALUE_STRING)
    check_text (&place, sb_value_get_text (value));
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      g_autofree char *below =
        name != NULL ? sb_flow_member_path (path, name) : g_strdup_printf ("%s[%u]", path, i);

      sb_reach_check (self, sb_value_get_item (value, i), below, step, field);
    }
}

char *
sb_flow_member_path (const char *path, const char *name)
{
  gboolean plain = name[0] != '\0' && !g_ascii_isdigit (name[0]);

  for (const char *at = name; *at != '\0'; at++)
    plain &= g_ascii_isalnum (*at) || *at == '_' || *at == '-';
  return plain ? g_strconcat (path, ".", name, NULL) : g_strconcat (path, "[\"", name, "\"]", NULL);
}

gboolean
sb_flow_check_members (SbValue *object,
                       const char *path,
                       const char *step,
                       const char *const *allowed,
                       SbProblems *problems)
{
  gboolean good = TRUE;

  for (guint i = 0; i < sb_value_get_length (object); i++)
    {
      const char *name = sb_value_get_member_name (object, i);
      g_autofree char *member_path = NULL;

      if (name == NULL || g_strv_contains (allowed, name))
        continue;
      good = FALSE;
      member_path = sb_flow_member_path (path, name);
      sb_problems_add (problems, member_path, step, NULL,
                       _ ("“%.*s” is not known here. Did you mean “%s”?"), SB_FIT (name, 60),
                       sb_problems_is_full (problems)
                         ? ""
                         : sb_nearest_word (name, allowed, g_strv_length ((GStrv)allowed)));
    }
  return good;
}

gboolean
sb_flow_check_templates (
  SbValue *value, const char *path, const char *step, const char *field, SbProblems *problems)
{
  gboolean good = TRUE;

  if (sb_value_get_type (value) == SB_VALUE_STRING)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbTemplate) template = sb_template_new (sb_value_get_text (value), &error);

      if (template == NULL)
        sb_problems_add (problems, path, step, field, "%s", error->message);
      return template != NULL;
    }
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      g_autofree char *below =
        name != NULL ? sb_flow_member_path (path, name) : g_strdup_printf ("%s[%u]", path, i);

      good &= sb_flow_check_templates (sb_value_get_item (value, i), below, step, field, problems);
    }
  return good;
}
