/* sb-condition.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-condition.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-filters.h"
#include "sb-flow-private.h"
#include "sb-nearest.h"

#define MAX_DEPTH 16

typedef enum
{
  EQUALS,
  NOT_EQUALS,
  CONTAINS,
  NOT_CONTAINS,
  STARTS_WITH,
  ENDS_WITH,
  GREATER,
  LESS,
  AT_LEAST,
  AT_MOST,
  EMPTY,
  NOT_EMPTY,
  ONE_OF,
  TRUE_,
  FALSE_,
  N_COMPARISONS,
} Comparison;

static const char *const names[N_COMPARISONS] = {
  "equals",    "not-equals", "contains", "not-contains", "starts-with",
  "ends-with", "greater",    "less",     "at-least",     "at-most",
  "empty",     "not-empty",  "one-of",   "true",         "false",
};

static const char *const words[N_COMPARISONS] = {
  N_ ("is"),          N_ ("is not"),     N_ ("contains"),     N_ ("does not contain"),
  N_ ("starts with"), N_ ("ends with"),  N_ ("is more than"), N_ ("is less than"),
  N_ ("is at least"), N_ ("is at most"), N_ ("is empty"),     N_ ("is not empty"),
  N_ ("is one of"),   N_ ("is yes"),     N_ ("is no"),
};

typedef enum
{
  ALL,
  ANY,
  NOT,
  COMPARE,
} Kind;

struct _SbCondition
{
  Kind kind;
  GPtrArray *parts; /* of SbCondition: ALL, ANY, NOT */
  Comparison comparison;
  SbValue *value; /* template */
  SbValue *to;    /* (nullable): template */
};

static gboolean
needs_to (Comparison comparison)
{
  return comparison != EMPTY && comparison != NOT_EMPTY && comparison != TRUE_ &&
         comparison != FALSE_;
}

void
sb_condition_free (SbCondition *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_pointer (&self->value, sb_value_unref);
  g_clear_pointer (&self->to, sb_value_unref);
  g_free (self);
}

typedef struct
{
  const char *step;
  SbProblems *problems;
} Parser;

static SbCondition *parse (Parser *parser, SbValue *document, const char *path, guint depth);

static gboolean
refuse (Parser *parser, const char *path, const char *message)
{
  sb_problems_add (parser->problems, path, parser->step, NULL, "%s", message);
  return FALSE;
}

static gboolean
check_members (Parser *parser, SbValue *document, const char *path, const char *const *allowed)
{
  return sb_flow_check_members (document, path, parser->step, allowed, parser->problems);
}

static gboolean
parse_part (Parser *parser, SbCondition *self, SbValue *document, const char *path, guint depth)
{
  SbCondition *part = parse (parser, document, path, depth + 1);

  if (part == NULL)
    return FALSE;
  g_ptr_array_add (self->parts, part);
  return TRUE;
}

static gboolean
parse_group (Parser *parser, SbCondition *self, SbValue *document, const char *path, guint depth)
{
  const char *name = self->kind == ALL ? "all" : self->kind == ANY ? "any" : "not";
  const char *const allowed[] = { name, NULL };
  SbValue *parts = sb_value_get_member (document, name);
  g_autofree char *parts_path = g_strconcat (path, ".", name, NULL);
  gboolean good = check_members (parser, document, path, allowed);

  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_condition_free);
  if (depth == MAX_DEPTH)
    return refuse (parser, parts_path, _ ("Conditions are nested too deep."));
  if (self->kind == NOT)
    return parse_part (parser, self, parts, parts_path, depth) && good;
  if (sb_value_get_type (parts) != SB_VALUE_ARRAY || sb_value_get_length (parts) == 0)
    return refuse (parser, parts_path, _ ("A list of at least one condition is expected here."));
  for (guint i = 0; i < sb_value_get_length (parts); i++)
    {
      g_autofree char *part_path = g_strdup_printf ("%s[%u]", parts_path, i);

      if (!parse_part (parser, self, sb_value_get_item (parts, i), part_path, depth))
        good = FALSE;
    }
  return good;
}

static gboolean
find_comparison (Parser *parser, SbValue *document, const char *path, Comparison *comparison)
{
  const char *is = sb_value_get_string (document, "is");
  g_autofree char *is_path = g_strconcat (path, ".is", NULL);

  if (is == NULL)
    return refuse (parser, is_path, _ ("It is not said how to compare; “equals” is one way."));
  for (guint i = 0; i < N_COMPARISONS; i++)
    if (strcmp (is, names[i]) == 0)
      {
        *comparison = (Comparison)i;
        return TRUE;
      }
  sb_problems_add (parser->problems, is_path, parser->step, NULL,
                   _ ("There is no comparison “%.*s”. Did you mean “%s”?"), SB_FIT (is, 40),
                   sb_nearest_word (is, names, N_COMPARISONS));
  return FALSE;
}

static gboolean
parse_comparison (Parser *parser, SbCondition *self, SbValue *document, const char *path)
{
  static const char *const allowed[] = { "value", "is", "to", NULL };
  SbValue *value = sb_value_get_member (document, "value");
  SbValue *to = sb_value_get_member (document, "to");
  g_autofree char *value_path = g_strconcat (path, ".value", NULL);
  g_autofree char *to_path = g_strconcat (path, ".to", NULL);
  gboolean good = check_members (parser, document, path, allowed);

  if (!find_comparison (parser, document, path, &self->comparison))
    return FALSE;
  if (value == NULL)
    good = refuse (parser, value_path, _ ("The field to look at is missing."));
  if (needs_to (self->comparison) && to == NULL)
    good = refuse (parser, to_path, _ ("What to compare with is missing."));
  if (!needs_to (self->comparison) && to != NULL)
    good = refuse (parser, to_path, _ ("This comparison takes no second value."));
  if (value != NULL)
    {
      self->value = sb_value_ref (value);
      good &= sb_flow_check_templates (value, value_path, parser->step, NULL, parser->problems);
    }
  if (to != NULL)
    {
      self->to = sb_value_ref (to);
      good &= sb_flow_check_templates (to, to_path, parser->step, NULL, parser->problems);
    }
  return good;
}

static SbCondition *
parse (Parser *parser, SbValue *document, const char *path, guint depth)
{
  g_autoptr (SbCondition) self = g_new0 (SbCondition, 1);

  if (sb_value_get_type (document) != SB_VALUE_OBJECT)
    {
      refuse (parser, path,
              _ ("A condition is expected here, like {\"value\": \"{{trigger.status}}\", \"is\": "
                 "\"equals\", \"to\": \"paid\"}."));
      return NULL;
    }
  self->kind = COMPARE;
  if (sb_value_get_member (document, "all") != NULL)
    self->kind = ALL;
  else if (sb_value_get_member (document, "any") != NULL)
    self->kind = ANY;
  else if (sb_value_get_member (document, "not") != NULL)
    self->kind = NOT;
  if (self->kind == COMPARE ? !parse_comparison (parser, self, document, path)
                            : !parse_group (parser, self, document, path, depth))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * sb_condition_parse:
 * @document: (nullable): as in data/flows/README.md
 * @path: JSON path of @document, for the problems
 * @step: (nullable): id of the step it belongs to
 *
 * Returns: (transfer full) (nullable): NULL where something was added to @problems
 */
SbCondition *
sb_condition_parse (SbValue *document, const char *path, const char *step, SbProblems *problems)
{
  Parser parser = { .step = step, .problems = problems };

  return parse (&parser, document, path, 0);
}

static gboolean
is_empty (SbValue *value)
{
  const char *text = sb_value_get_text (value);

  switch (sb_value_get_type (value))
    {
    case SB_VALUE_NULL:
      return TRUE;
    case SB_VALUE_STRING:
      return text[0] == '\0';
    case SB_VALUE_ARRAY:
    case SB_VALUE_OBJECT:
      return sb_value_get_length (value) == 0;
    case SB_VALUE_BOOLEAN:
    case SB_VALUE_NUMBER:
    default:
      return FALSE;
    }
}

static gboolean
list_has (SbValue *list, SbValue *value)
{
  for (guint i = 0; i < sb_value_get_length (list); i++)
    if (sb_values_match (sb_value_get_item (list, i), value))
      return TRUE;
  return FALSE;
}

static gboolean
contains (SbValue *value, SbValue *to)
{
  g_autofree char *text = NULL;
  g_autofree char *part = NULL;

  if (sb_value_get_type (value) == SB_VALUE_ARRAY)
    return list_has (value, to);
  text = sb_value_to_text (value);
  part = sb_value_to_text (to);
  return strstr (text, part) != NULL;
}

static gboolean
has_end (SbValue *value, SbValue *to, gboolean at_start)
{
  g_autofree char *text = sb_value_to_text (value);
  g_autofree char *part = sb_value_to_text (to);

  return at_start ? g_str_has_prefix (text, part) : g_str_has_suffix (text, part);
}

static gboolean
is_truth (SbValue *value, gboolean truth)
{
  const char *text = sb_value_get_text (value);

  if (sb_value_get_type (value) == SB_VALUE_BOOLEAN)
    return sb_value_get_boolean (value) == truth;
  return text != NULL && (g_ascii_strcasecmp (text, truth ? "true" : "false") == 0 ||
                          g_ascii_strcasecmp (text, truth ? "yes" : "no") == 0 ||
                          strcmp (text, truth ? "1" : "0") == 0);
}

static gboolean
is_ordered (Comparison comparison, SbValue *value, SbValue *to, gboolean *holds, GError **error)
{
  gboolean comparable;
  gint order = sb_values_compare (value, to, &comparable);

  if (!comparable)
    {
      g_autofree char *left = sb_value_to_text (value);
      g_autofree char *right = sb_value_to_text (to);

      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%.*s” and “%.*s” are neither two numbers nor two dates, so that it cannot "
                      "be said which is more."),
                   SB_FIT (left, 60), SB_FIT (right, 60));
      return FALSE;
    }
  *holds = comparison == GREATER    ? order > 0
           : comparison == LESS     ? order < 0
           : comparison == AT_LEAST ? order >= 0
                                    : order <= 0;
  return TRUE;
}

/* @value is there, and so is @to where it is needed. */
static gboolean
compare (Comparison comparison, SbValue *value, SbValue *to, gboolean *holds, GError **error)
{
  switch (comparison)
    {
    case EQUALS:
    case NOT_EQUALS:
      *holds = sb_values_match (value, to) == (comparison == EQUALS);
      return TRUE;
    case CONTAINS:
    case NOT_CONTAINS:
      *holds = contains (value, to) == (comparison == CONTAINS);
      return TRUE;
    case STARTS_WITH:
    case ENDS_WITH:
      *holds = has_end (value, to, comparison == STARTS_WITH);
      return TRUE;
    case EMPTY:
    case NOT_EMPTY:
      *holds = is_empty (value) == (comparison == EMPTY);
      return TRUE;
    case ONE_OF:
      *holds = sb_value_get_type (to) == SB_VALUE_ARRAY ? list_has (to, value)
                                                        : sb_values_match (value, to);
      return TRUE;
    case TRUE_:
    case FALSE_:
      *holds = is_truth (value, comparison == TRUE_);
      return TRUE;
    case GREATER:
    case LESS:
    case AT_LEAST:
    case AT_MOST:
    case N_COMPARISONS:
    default:
      return is_ordered (comparison, value, to, holds, error);
    }
}

/* @rendered stays NULL where a field is missing. */
static gboolean
render (SbValue *template, SbScope *scope, SbValue **rendered, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *rendered = sb_render_value (template, scope, &local_error);
  if (*rendered != NULL || g_error_matches (local_error, SB_ERROR, SB_ERROR_MISSING_VALUE))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
evaluate_comparison (SbCondition *self, SbScope *scope, gboolean *holds, GError **error)
{
  g_autoptr (SbValue) value = NULL;
  g_autoptr (SbValue) to = NULL;

  if (!render (self->value, scope, &value, error))
    return FALSE;
  if (value == NULL)
    {
      *holds = self->comparison == EMPTY;
      return TRUE;
    }
  if (self->to != NULL)
    {
      if (!render (self->to, scope, &to, error))
        return FALSE;
      if (to == NULL)
        {
          *holds = FALSE;
          return TRUE;
        }
    }
  return compare (self->comparison, value, to, holds, error);
}

/**
 * sb_condition_evaluate:
 *
 * Returns: FALSE with an error where a filter fails, or things are compared that have no order
 */
gboolean
sb_condition_evaluate (SbCondition *self, SbScope *scope, gboolean *holds, GError **error)
{
  gboolean part_holds = FALSE;

  if (self->kind == COMPARE)
    return evaluate_comparison (self, scope, holds, error);

  for (guint i = 0; i < self->parts->len; i++)
    {
      if (!sb_condition_evaluate (g_ptr_array_index (self->parts, i), scope, &part_holds, error))
        return FALSE;
      if (part_holds == (self->kind == ANY))
        break;
    }
  *holds = self->kind == NOT ? !part_holds : part_holds;
  return TRUE;
}

/* The last name of a token's path: what owners know a field by. */
static char *
describe_value (SbValue *value)
{
  g_autofree char *text = sb_value_to_text (value);
  g_autoptr (SbTemplate) template = sb_template_new (text, NULL);
  const SbSegment *segment = template != NULL && sb_template_get_n_segments (template) == 1
                               ? sb_template_get_segment (template, 0)
                               : NULL;
  const char *last;

  if (segment == NULL || segment->path == NULL)
    return g_steal_pointer (&text);
  last = strrchr (segment->path, '.');
  return g_strdup (last != NULL ? last + 1 : segment->path);
}

static char *
describe_to (SbValue *to)
{
  g_autoptr (GString) list = NULL;

  if (sb_value_get_type (to) != SB_VALUE_ARRAY)
    return describe_value (to);
  list = g_string_new (NULL);
  for (guint i = 0; i < sb_value_get_length (to); i++)
    {
      g_autofree char *item = describe_value (sb_value_get_item (to, i));

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", item);
    }
  return g_strdup (list->str);
}

char *
sb_condition_describe (SbCondition *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->kind == COMPARE)
    {
      g_autofree char *value = describe_value (self->value);
      g_autofree char *to = self->to != NULL ? describe_to (self->to) : NULL;

      g_string_append_printf (text, "%s %s", value, _ (words[self->comparison]));
      if (to != NULL)
        g_string_append_printf (text, " %s", to);
      return g_strdup (text->str);
    }
  for (guint i = 0; i < self->parts->len; i++)
    {
      SbCondition *part = g_ptr_array_index (self->parts, i);
      g_autofree char *words_of_part = sb_condition_describe (part);
      gboolean brackets = part->kind != COMPARE && self->parts->len > 1;

      if (i > 0)
        g_string_append (text, self->kind == ALL ? _ (" and ") : _ (" or "));
      g_string_append_printf (text, brackets ? "(%s)" : "%s", words_of_part);
    }
  if (self->kind == NOT)
    return g_strdup_printf (_ ("not (%s)"), text->str);
  return g_strdup (text->str);
}
