/* sb-template.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-template.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-expression.h"

typedef struct
{
  SbSegment shown;
  SbExpression *expression; /* NULL for literal text */
} Segment;

struct _SbTemplate
{
  GArray *segments;
};

static void
segment_clear (Segment *segment)
{
  g_free (segment->shown.text);
  g_free (segment->shown.path);
  g_free (segment->shown.filters);
  sb_expression_free (segment->expression);
}

static void
add_text (SbTemplate *self, const char *text, gsize length)
{
  Segment segment = { .shown.text = g_strndup (text, length) };

  g_array_append_val (self->segments, segment);
}

static void
add_token (SbTemplate *self, SbExpression *expression)
{
  Segment segment = { 0 };

  if (sb_value_get_type (expression->head.literal) == SB_VALUE_STRING &&
      expression->calls->len == 0)
    {
      /* {{"{{"}}: how braces are written */
      segment.shown.text = g_strdup (sb_value_get_text (expression->head.literal));
      sb_expression_free (expression);
    }
  else
    {
      segment.shown.path = g_strdup (expression->written);
      segment.shown.filters = g_strdup (expression->filters);
      segment.expression = expression;
    }
  g_array_append_val (self->segments, segment);
}

/**
 * sb_template_new:
 *
 * Reads text with tokens in it. What can be checked without an event is checked: the syntax, the
 * names of the filters, how many values they take, and those values where they are written out.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_INVALID
 */
SbTemplate *
sb_template_new (const char *text, GError **error)
{
  g_autoptr (SbTemplate) self = NULL;
  const char *at = text;

  g_return_val_if_fail (text != NULL, NULL);

  self = g_new0 (SbTemplate, 1);
  self->segments = g_array_new (FALSE, TRUE, sizeof (Segment));
  g_array_set_clear_func (self->segments, (GDestroyNotify)segment_clear);
  while (*at != '\0')
    {
      const char *open = strstr (at, "{{");
      const char *inside;
      SbExpression *expression;

      if (open == NULL)
        {
          add_text (self, at, strlen (at));
          break;
        }
      if (open > at)
        add_text (self, at, (gsize)(open - at));
      inside = open + 2;
      expression = sb_expression_parse (&inside, error);
      if (expression == NULL)
        {
          g_prefix_error (error, _ ("“%.*s”: "), SB_FIT (open, 60));
          return NULL;
        }
      add_token (self, expression);
      at = inside;
    }
  return g_steal_pointer (&self);
}

void
sb_template_free (SbTemplate *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->segments);
  g_free (self);
}

guint
sb_template_get_n_segments (SbTemplate *self)
{
  return self->segments->len;
}

/**
 * sb_template_get_segment:
 *
 * Returns: (transfer none) (nullable): NULL beyond the end
 */
const SbSegment *
sb_template_get_segment (SbTemplate *self, guint index)
{
  if (index >= self->segments->len)
    return NULL;
  return &g_array_index (self->segments, Segment, index).shown;
}

/**
 * sb_template_render:
 *
 * One token alone gives the value with its type; anything else gives text.
 *
 * Returns: (transfer full) (nullable): NULL with SB_ERROR_MISSING_VALUE or SB_ERROR_INVALID
 */
SbValue *
sb_template_render (SbTemplate *self, SbScope *scope, GError **error)
{
  g_autoptr (GString) out = NULL;

  if (self->segments->len == 1)
    {
      Segment *only = &g_array_index (self->segments, Segment, 0);

      if (only->expression != NULL)
        return sb_expression_evaluate (only->expression, scope, error);
      return sb_value_new_string (only->shown.text);
    }

  out = g_string_new (NULL);
  for (guint i = 0; i < self->segments->len; i++)
    {
      Segment *segment = &g_array_index (self->segments, Segment, i);
      g_autoptr (SbValue) value = NULL;
      g_autofree char *text = NULL;

      if (segment->expression == NULL)
        {
          g_string_append (out, segment->shown.text);
          continue;
        }
      value = sb_expression_evaluate (segment->expression, scope, error);
      if (value == NULL)
        return NULL;
      text = sb_value_to_text (value);
      g_string_append (out, text);
      if (!sb_text_check_size (out->len, error))
        return NULL;
    }
  return sb_value_new_string_len (out->str, out->len);
}

void
sb_template_foreach_reference (SbTemplate *self, SbReferenceFunc func, gpointer data)
{
  for (guint i = 0; i < self->segments->len; i++)
    {
      SbExpression *expression = g_array_index (self->segments, Segment, i).expression;
      gboolean mends;

      if (expression == NULL)
        continue;
      mends = sb_expression_mends_missing (expression);
      if (expression->head.path != NULL)
        func (expression->head.root, expression->head.path, mends, data);
      for (guint j = 0; j < expression->calls->len; j++)
        {
          SbCall *call = &g_array_index (expression->calls, SbCall, j);

          for (guint k = 0; k < call->n_args; k++)
            if (call->args[k].path != NULL)
              func (call->args[k].root, call->args[k].path, mends, data);
        }
    }
}

void
sb_template_foreach_table (SbTemplate *self, SbTableFunc func, gpointer data)
{
  for (guint i = 0; i < self->segments->len; i++)
    {
      SbExpression *expression = g_array_index (self->segments, Segment, i).expression;

      for (guint j = 0; expression != NULL && j < expression->calls->len; j++)
        {
          SbCall *call = &g_array_index (expression->calls, SbCall, j);

          if (strcmp (call->filter->name, "lookup") == 0 &&
              sb_value_get_type (call->args[0].literal) == SB_VALUE_STRING)
            func (sb_value_get_text (call->args[0].literal), data);
        }
    }
}

static SbValue *
render_string (SbValue *string, SbScope *scope, GError **error)
{
  const char *text = sb_value_get_text (string);
  g_autoptr (SbTemplate) template = NULL;

  if (strstr (text, "{{") == NULL)
    return sb_value_ref (string);
  template = sb_template_new (text, error);
  return template != NULL ? sb_template_render (template, scope, error) : NULL;
}

/**
 * sb_render_value:
 *
 * Returns: (transfer full) (nullable): @fields with every template in it rendered; NULL with the
 *   first error
 */
SbValue *
sb_render_value (SbValue *fields, SbScope *scope, GError **error)
{
  SbValueType type = sb_value_get_type (fields);
  g_autoptr (SbValue) rendered = NULL;

  if (fields == NULL)
    return sb_value_new_null ();
  if (type == SB_VALUE_STRING)
    return render_string (fields, scope, error);
  if (type != SB_VALUE_ARRAY && type != SB_VALUE_OBJECT)
    return sb_value_ref (fields);

  rendered = type == SB_VALUE_ARRAY ? sb_value_new_array () : sb_value_new_object ();
  for (guint i = 0; i < sb_value_get_length (fields); i++)
    {
      SbValue *value = sb_render_value (sb_value_get_item (fields, i), scope, error);

      if (value == NULL)
        return NULL;
      if (type == SB_VALUE_ARRAY)
        sb_value_append (rendered, value);
      else
        sb_value_set (rendered, sb_value_get_member_name (fields, i), value);
    }
  return g_steal_pointer (&rendered);
}

/**
 * sb_render_text:
 *
 * Returns: (transfer full) (nullable): @text with its tokens as text; NULL with an error
 */
char *
sb_render_text (const char *text, SbScope *scope, GError **error)
{
  g_autoptr (SbTemplate) template = sb_template_new (text, error);
  g_autoptr (SbValue) value = NULL;

  if (template == NULL)
    return NULL;
  value = sb_template_render (template, scope, error);
  return value != NULL ? sb_value_to_text (value) : NULL;
}
