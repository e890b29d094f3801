/* sb-expression-parse.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-expression.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"

/* What ends a name in a path; a name with one of these is written ["like this"]. */
#define NAME_ENDS " \t\r\n|:,.[]\"'{}()"

static void
operand_clear (SbOperand *operand)
{
  g_clear_pointer (&operand->literal, sb_value_unref);
  g_clear_pointer (&operand->path, g_free);
  g_clear_pointer (&operand->root, g_free);
  g_clear_pointer (&operand->rest, g_free);
}

static void
call_clear (SbCall *call)
{
  for (guint i = 0; i < call->n_args; i++)
    operand_clear (&call->args[i]);
}

void
sb_expression_free (SbExpression *self)
{
  if (self == NULL)
    return;
  operand_clear (&self->head);
  g_clear_pointer (&self->calls, g_array_unref);
  g_free (self->written);
  g_free (self->filters);
  g_free (self);
}

/* All failures end up in one kind of sentence; the template puts the token in front of it. */
static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, message);
  return FALSE;
}

static void
skip_space (const char **at)
{
  *at += strspn (*at, " \t\r\n");
}

static gboolean
parse_quoted (const char **at, SbValue **literal, GError **error)
{
  char quote = **at;
  g_autoptr (GString) text = g_string_new (NULL);

  for ((*at)++; **at != quote; (*at)++)
    {
      char c = **at;

      if (c == '\\')
        {
          c = *++*at;
          c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
      if (**at == '\0')
        return fail (error, _ ("a quotation mark is not closed."));
      g_string_append_c (text, c);
    }
  (*at)++;
  *literal = sb_value_new_string (text->str);
  return TRUE;
}

static gboolean
skip_bracket (const char **at, GError **error)
{
  g_autoptr (SbValue) name = NULL;

  (*at)++;
  if (**at == '"')
    {
      if (!parse_quoted (at, &name, error))
        return FALSE;
    }
  else
    {
      gsize digits = strspn (*at, "0123456789");

      if (digits == 0)
        return fail (error, _ ("between [ and ] stands a number, or a name in double quotes."));
      *at += digits;
    }
  if (**at != ']')
    return fail (error, _ ("a [ is not closed."));
  (*at)++;
  return TRUE;
}

static gboolean
parse_path (const char **at, SbOperand *operand, GError **error)
{
  const char *start = *at;
  gsize length = strcspn (start, NAME_ENDS);

  if (length == 0)
    return fail (error, _ ("a field was expected, like trigger.customer.id."));
  *at += length;
  operand->root = g_strndup (start, length);
  while (**at == '.' || **at == '[')
    {
      if (**at == '[')
        {
          if (!skip_bracket (at, error))
            return FALSE;
          continue;
        }
      (*at)++;
      length = strcspn (*at, NAME_ENDS);
      if (length == 0)
        return fail (error, _ ("a name was expected after the point."));
      *at += length;
    }
  operand->path = g_strndup (start, (gsize)(*at - start));
  operand->rest = g_strdup (operand->path + strlen (operand->root) +
                            (operand->path[strlen (operand->root)] == '.' ? 1 : 0));
  return TRUE;
}

static gboolean
parse_number (const char **at, SbOperand *operand, GError **error)
{
  gsize length = strspn (*at, "+-.0123456789eE");
  g_autofree char *text = g_strndup (*at, length);

  operand->literal = sb_value_new_number (text, error);
  *at += length;
  return operand->literal != NULL;
}

static gboolean
parse_operand (const char **at, SbOperand *operand, GError **error)
{
  if (**at == '"' || **at == '\'')
    return parse_quoted (at, &operand->literal, error);
  if (g_ascii_isdigit (**at) || **at == '-')
    return parse_number (at, operand, error);
  if (!parse_path (at, operand, error))
    return FALSE;

  if (strcmp (operand->path, "true") == 0 || strcmp (operand->path, "false") == 0)
    operand->literal = sb_value_new_boolean (operand->path[0] == 't');
  else if (strcmp (operand->path, "null") == 0)
    operand->literal = sb_value_new_null ();
  if (operand->literal != NULL)
    {
      g_clear_pointer (&operand->path, g_free);
      g_clear_pointer (&operand->root, g_free);
      g_clear_pointer (&operand->rest, g_free);
    }
  return TRUE;
}

static gboolean
parse_args (const char **at, SbCall *call, GError **error)
{
  guint n = 0;

  skip_space (at);
  if (**at != ':')
    return sb_filter_check_count (call->filter, 0, error);

  do
    {
      SbOperand spare = { 0 };
      SbOperand *arg = n < SB_FILTER_MAX_ARGS ? &call->args[n] : &spare;
      gboolean parsed;

      (*at)++;
      skip_space (at);
      parsed = parse_operand (at, arg, error);
      operand_clear (&spare);
      n++;
      call->n_args = MIN (n, SB_FILTER_MAX_ARGS);
      if (!parsed)
        return FALSE;
      if (n <= SB_FILTER_MAX_ARGS && arg->literal != NULL &&
          !sb_filter_check_arg (call->filter, n - 1, arg->literal, error))
        return FALSE;
      skip_space (at);
    }
  while (**at == ',');
  return sb_filter_check_count (call->filter, n, error);
}

static gboolean
parse_call (const char **at, SbExpression *self, GError **error)
{
  SbCall call = { 0 };
  g_autofree char *name = NULL;
  gsize length;
  gboolean parsed;

  (*at)++;
  skip_space (at);
  length = strcspn (*at, NAME_ENDS);
  if (length == 0)
    return fail (error, _ ("the name of a filter was expected after the |."));
  name = g_strndup (*at, length);
  *at += length;
  call.filter = sb_filter_find (name);
  if (call.filter == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("there is no filter “%.*s”. Did you mean “%s”?"), SB_FIT (name, 40),
                   sb_filter_nearest (name));
      return FALSE;
    }
  parsed = parse_args (at, &call, error);
  g_array_append_val (self->calls, call);
  return parsed;
}

SbExpression *
sb_expression_parse (const char **at, GError **error)
{
  g_autoptr (SbExpression) self = g_new0 (SbExpression, 1);
  const char *start;

  self->calls = g_array_new (FALSE, TRUE, sizeof (SbCall));
  g_array_set_clear_func (self->calls, (GDestroyNotify)call_clear);
  skip_space (at);
  start = *at;
  if (strncmp (start, "}}", 2) == 0)
    {
      fail (error, _ ("there is nothing between {{ and }}."));
      return NULL;
    }
  if (!parse_operand (at, &self->head, error))
    return NULL;
  self->written = g_strndup (start, (gsize)(*at - start));

  skip_space (at);
  start = *at;
  while (**at == '|')
    {
      if (!parse_call (at, self, error))
        return NULL;
      skip_space (at);
    }
  if (strncmp (*at, "}}", 2) != 0)
    {
      fail (error, **at == '\0' ? _ ("the {{ is not closed by }}.")
                                : _ ("a | with a filter, or }}, was expected after this."));
      return NULL;
    }
  if (*at != start)
    self->filters = g_strstrip (g_strndup (start + 1, (gsize)(*at - start - 1)));
  *at += 2;
  return g_steal_pointer (&self);
}
