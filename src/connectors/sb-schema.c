/* sb-schema.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-schema.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-json.h"
#include "sb-nearest.h"
#include "sb-pattern.h"

struct _SbSchema
{
  SbValue *document;
  GHashTable *patterns; /* text → GRegex */
};

static void
check (SbSchema *self, SbValue *schema, SbValue *value, const char *path, SbProblems *problems);

/**
 * sb_schema_new:
 * @document: (transfer none): a schema
 *
 * Returns: (transfer full)
 */
SbSchema *
sb_schema_new (SbValue *document)
{
  SbSchema *self = g_new0 (SbSchema, 1);

  self->document = sb_value_ref (document);
  self->patterns =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_regex_unref);
  return self;
}

SbSchema *
sb_schema_load_file (const char *path, GError **error)
{
  g_autoptr (SbValue) document = sb_json_load_file (path, error);

  return document != NULL ? sb_schema_new (document) : NULL;
}

void
sb_schema_free (SbSchema *self)
{
  sb_value_unref (self->document);
  g_hash_table_unref (self->patterns);
  g_free (self);
}

static const char *
type_words (SbValue *value)
{
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_BOOLEAN:
      return _ ("true or false");
    case SB_VALUE_NUMBER:
      return _ ("a number");
    case SB_VALUE_STRING:
      return _ ("text");
    case SB_VALUE_ARRAY:
      return _ ("a list");
    case SB_VALUE_OBJECT:
      return _ ("an object");
    case SB_VALUE_NULL:
    default:
      return _ ("null");
    }
}

static gboolean
is_type (SbValue *value, const char *type)
{
  static const char *const names[] = {
    [SB_VALUE_NULL] = "null",     [SB_VALUE_BOOLEAN] = "boolean", [SB_VALUE_NUMBER] = "number",
    [SB_VALUE_STRING] = "string", [SB_VALUE_ARRAY] = "array",     [SB_VALUE_OBJECT] = "object",
  };
  SbValueType is = sb_value_get_type (value);

  if (g_strcmp0 (type, "integer") == 0)
    return is == SB_VALUE_NUMBER && strpbrk (sb_value_get_text (value), ".eE") == NULL;
  return g_strcmp0 (type, names[is]) == 0;
}

static const char *
type_name_words (const char *type)
{
  static const struct
  {
    const char *name;
    const char *words;
  } words[] = {
    { "string", N_ ("text") },
    { "number", N_ ("a number") },
    { "integer", N_ ("a whole number") },
    { "array", N_ ("a list") },
    { "object", N_ ("an object") },
    { "boolean", N_ ("true or false") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i].name, type) == 0)
      return _ (words[i].words);
  return type;
}

static const char *
nearest_member (SbValue *properties, const char *name)
{
  const char *best = NULL;
  guint best_distance = 1 + strlen (name) / 2;

  if (strlen (name) > 100)
    return NULL;
  for (guint i = 0; i < sb_value_get_length (properties); i++)
    {
      const char *known = sb_value_get_member_name (properties, i);
      guint d = sb_word_distance (name, known);

      if (d < best_distance)
        {
          best_distance = d;
          best = known;
        }
    }
  return best;
}

static char *
join_values (SbValue *values)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (values); i++)
    {
      g_autofree char *one = sb_value_to_text (sb_value_get_item (values, i));

      if (i > 0)
        g_string_append (text, ", ");
      g_string_append (text, one);
    }
  return g_string_free (text, FALSE);
}

static char *
shorten (SbValue *value)
{
  g_autofree char *text = sb_value_to_text (value);

  if (g_utf8_strlen (text, -1) > 60)
    {
      g_autofree char *start = g_utf8_substring (text, 0, 57);

      return g_strconcat (start, "…", NULL);
    }
  return g_steal_pointer (&text);
}

static gboolean
matches (SbSchema *self, SbValue *schema, SbValue *value)
{
  g_autoptr (SbProblems) scratch = sb_problems_new ();

  check (self, schema, value, "$", scratch);
  return sb_problems_get_length (scratch) == 0;
}

static gboolean
check_type (SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  SbValue *type = sb_value_get_member (schema, "type");
  g_autoptr (GString) wanted = g_string_new (NULL);

  if (type == NULL)
    return TRUE;
  if (sb_value_get_type (type) == SB_VALUE_STRING)
    {
      if (is_type (value, sb_value_get_text (type)))
        return TRUE;
      g_string_append (wanted, type_name_words (sb_value_get_text (type)));
    }
  else
    for (guint i = 0; i < sb_value_get_length (type); i++)
      {
        const char *one = sb_value_get_text (sb_value_get_item (type, i));

        if (is_type (value, one))
          return TRUE;
        g_string_append_printf (wanted, "%s%s", i > 0 ? _ (" or ") : "", type_name_words (one));
      }
  sb_problems_add (problems, path, NULL, NULL, _ ("must be %s, but is %s"), wanted->str,
                   type_words (value));
  return FALSE;
}

static gboolean
is_among (SbValue *choices, SbValue *value)
{
  for (guint i = 0; i < sb_value_get_length (choices); i++)
    if (sb_value_equal (sb_value_get_item (choices, i), value))
      return TRUE;
  return FALSE;
}

/* Words are only found for what is wrong: to write out each part of each file took a third of a
 * command's time. */
static void
check_choice (SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  SbValue *constant = sb_value_get_member (schema, "const");
  SbValue *choices = sb_value_get_member (schema, "enum");

  if (constant != NULL && !sb_value_equal (constant, value))
    {
      g_autofree char *is = shorten (value);
      g_autofree char *wanted = sb_value_to_text (constant);

      sb_problems_add (problems, path, NULL, NULL, _ ("is “%s”, but must be “%s”"), is, wanted);
    }
  if (choices != NULL && !is_among (choices, value))
    {
      g_autofree char *is = shorten (value);
      g_autofree char *all = join_values (choices);

      sb_problems_add (problems, path, NULL, NULL, _ ("is “%s”; use one of %s"), is, all);
    }
}

static void
check_text (SbSchema *self, SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  const char *pattern = sb_value_get_string (schema, "pattern");
  const char *text = sb_value_get_text (value);

  if (sb_value_get_int_or (schema, "minLength", 0) > g_utf8_strlen (text, -1))
    sb_problems_add (problems, path, NULL, NULL, _ ("is empty; write something there"));
  else if (pattern != NULL)
    {
      GRegex *regex = g_hash_table_lookup (self->patterns, pattern);

      if (regex == NULL)
        {
          regex = sb_pattern_new (pattern, NULL);
          if (regex == NULL)
            return;
          g_hash_table_insert (self->patterns, g_strdup (pattern), regex);
        }
      if (!g_regex_match (regex, text, 0, NULL))
        {
          g_autofree char *is = shorten (value);

          sb_problems_add (problems, path, NULL, NULL, _ ("is “%s”, which is not of the form %s"),
                           is, pattern);
        }
    }
  if (g_strcmp0 (sb_value_get_string (schema, "format"), "regex") == 0)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GRegex) regex = sb_pattern_new (text, &error);

      if (regex == NULL)
        sb_problems_add (problems, path, NULL, NULL, _ ("is not a regular expression: %s"),
                         error->message);
    }
}

static void
check_number (SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  SbValue *minimum = sb_value_get_member (schema, "minimum");
  SbValue *maximum = sb_value_get_member (schema, "maximum");
  double number = g_ascii_strtod (sb_value_get_text (value), NULL);

  if (minimum != NULL && number < g_ascii_strtod (sb_value_get_text (minimum), NULL))
    sb_problems_add (problems, path, NULL, NULL, _ ("is %s, but must be %s at least"),
                     sb_value_get_text (value), sb_value_get_text (minimum));
  if (maximum != NULL && number > g_ascii_strtod (sb_value_get_text (maximum), NULL))
    sb_problems_add (problems, path, NULL, NULL, _ ("is %s, but must be %s at most"),
                     sb_value_get_text (value), sb_value_get_text (maximum));
}

static void
check_array (
  SbSchema *self, SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  SbValue *items = sb_value_get_member (schema, "items");

  if (sb_value_get_int_or (schema, "minItems", 0) > (gint64)sb_value_get_length (value))
    sb_problems_add (problems, path, NULL, NULL,
                     _ ("has too few items; %" G_GINT64_FORMAT " are needed at least"),
                     sb_value_get_int_or (schema, "minItems", 0));
  for (guint i = 0; items != NULL && i < sb_value_get_length (value); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s[%u]", path, i);

      check (self, items, sb_value_get_item (value, i), below, problems);
    }
}

static void
check_object (
  SbSchema *self, SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  SbValue *properties = sb_value_get_member (schema, "properties");
  SbValue *others = sb_value_get_member (schema, "additionalProperties");
  SbValue *required = sb_value_get_member (schema, "required");

  for (guint i = 0; i < sb_value_get_length (required); i++)
    {
      const char *name = sb_value_get_text (sb_value_get_item (required, i));

      if (sb_value_get_member (value, name) == NULL)
        sb_problems_add (problems, path, NULL, NULL, _ ("has no member “%s”, which is required"),
                         name);
    }
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      SbValue *below_schema = sb_value_get_member (properties, name);
      g_autofree char *below = g_strdup_printf ("%s.%s", path, name);

      if (below_schema != NULL)
        check (self, below_schema, sb_value_get_member (value, name), below, problems);
      else if (sb_value_get_type (others) == SB_VALUE_OBJECT)
        check (self, others, sb_value_get_member (value, name), below, problems);
      else if (sb_value_get_type (others) == SB_VALUE_BOOLEAN && !sb_value_get_boolean (others))
        {
          const char *near = nearest_member (properties, name);

          if (near != NULL)
            sb_problems_add (problems, below, NULL, NULL,
                             _ ("is not known here; did you mean “%s”?"), near);
          else
            sb_problems_add (problems, below, NULL, NULL, _ ("is not known here; take it out"));
        }
    }
}

static void
check_combined (
  SbSchema *self, SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  SbValue *all = sb_value_get_member (schema, "allOf");
  SbValue *condition = sb_value_get_member (schema, "if");

  for (guint i = 0; i < sb_value_get_length (all); i++)
    check (self, sb_value_get_item (all, i), value, path, problems);
  if (condition != NULL)
    {
      SbValue *next =
        sb_value_get_member (schema, matches (self, condition, value) ? "then" : "else");

      if (next != NULL)
        check (self, next, value, path, problems);
    }
}

static void
check (SbSchema *self, SbValue *schema, SbValue *value, const char *path, SbProblems *problems)
{
  const char *ref = sb_value_get_string (schema, "$ref");

  if (ref != NULL && g_str_has_prefix (ref, "#/$defs/"))
    {
      SbValue *defs = sb_value_get_member (self->document, "$defs");
      SbValue *target = sb_value_get_member (defs, ref + strlen ("#/$defs/"));

      if (target != NULL)
        check (self, target, value, path, problems);
    }
  if (!check_type (schema, value, path, problems))
    return;
  check_choice (schema, value, path, problems);
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_STRING:
      check_text (self, schema, value, path, problems);
      break;
    case SB_VALUE_NUMBER:
      check_number (schema, value, path, problems);
      break;
    case SB_VALUE_ARRAY:
      check_array (self, schema, value, path, problems);
      break;
    case SB_VALUE_OBJECT:
      check_object (self, schema, value, path, problems);
      break;
    case SB_VALUE_NULL:
    case SB_VALUE_BOOLEAN:
    default:
      break;
    }
  check_combined (self, schema, value, path, problems);
}

/**
 * sb_schema_check:
 *
 * Adds every way in which @value does not fit, each with its JSON path.
 */
void
sb_schema_check (SbSchema *self, SbValue *value, SbProblems *problems)
{
  check (self, self->document, value, "$", problems);
}
