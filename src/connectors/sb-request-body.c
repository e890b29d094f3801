/* sb-request-body.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request-private.h"

#include <string.h>

#include "sb-error.h"

static gboolean render_into (SbValue *template, SbScope *scope, SbValue *list, GError **error);

static SbValue *
get_field (SbScope *scope, const char *key)
{
  return sb_value_get_member (sb_scope_get (scope, "fields"), key);
}

/* A text of which a part is missing is left out as a whole: half of it would be a wrong value. What
 * is required was looked for before. */
static SbValue *
render_text (SbValue *template, SbScope *scope, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (SbValue) value = sb_render_value (template, scope, &inner);

  if (value == NULL)
    {
      if (!g_error_matches (inner, SB_ERROR, SB_ERROR_MISSING_VALUE))
        g_propagate_error (error, g_steal_pointer (&inner));
      return NULL;
    }
  if (strstr (sb_value_get_text (template), "{{") != NULL &&
      (sb_value_get_type (value) == SB_VALUE_NULL ||
       (sb_value_get_type (value) == SB_VALUE_STRING && sb_value_get_text (value)[0] == '\0')))
    return NULL;
  return g_steal_pointer (&value);
}

static SbValue *
render_first (SbValue *ways, SbScope *scope, GError **error)
{
  for (guint i = 0; i < sb_value_get_length (ways); i++)
    {
      g_autoptr (GError) inner = NULL;
      SbValue *value = sb_request_render (sb_value_get_item (ways, i), scope, &inner);

      if (value != NULL)
        return value;
      if (inner != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&inner));
          return NULL;
        }
    }
  return NULL;
}

static gboolean
render_each (SbValue *template, SbScope *scope, SbValue *list, GError **error)
{
  SbValue *items = get_field (scope, sb_value_get_string (template, "$each"));
  SbValue *as = sb_value_get_member (template, "as");

  for (guint i = 0; i < sb_value_get_length (items); i++)
    {
      g_autoptr (SbScope) inner = sb_scope_copy (scope);

      sb_scope_set (inner, "item", sb_value_get_item (items, i));
      if (!render_into (as, inner, list, error))
        return FALSE;
    }
  return TRUE;
}

/* Appends what @template comes to, which may be nothing. FALSE with an error. */
static gboolean
render_into (SbValue *template, SbScope *scope, SbValue *list, GError **error)
{
  g_autoptr (GError) inner = NULL;
  SbValue *value;

  if (sb_value_get_string (template, "$each") != NULL)
    return render_each (template, scope, list, error);
  value = sb_request_render (template, scope, &inner);
  if (value != NULL)
    sb_value_append (list, value);
  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  return TRUE;
}

static SbValue *
render_object (SbValue *template, SbScope *scope, GError **error)
{
  g_autoptr (SbValue) object = sb_value_new_object ();

  for (guint i = 0; i < sb_value_get_length (template); i++)
    {
      g_autoptr (GError) inner = NULL;
      const char *name = sb_value_get_member_name (template, i);
      SbValue *value = sb_request_render (sb_value_get_item (template, i), scope, &inner);

      if (value != NULL)
        sb_value_set (object, name, value);
      if (inner != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&inner));
          return NULL;
        }
    }
  if (sb_value_get_length (object) == 0 && sb_value_get_length (template) > 0)
    return NULL;
  return g_steal_pointer (&object);
}

static SbValue *
render_array (SbValue *template, SbScope *scope, GError **error)
{
  g_autoptr (SbValue) list = sb_value_new_array ();

  for (guint i = 0; i < sb_value_get_length (template); i++)
    if (!render_into (sb_value_get_item (template, i), scope, list, error))
      return NULL;
  if (sb_value_get_length (list) == 0 && sb_value_get_length (template) > 0)
    return NULL;
  return g_steal_pointer (&list);
}

SbValue *
sb_request_render (SbValue *template, SbScope *scope, GError **error)
{
  const char *condition = sb_value_get_string (template, "$if");

  if (condition != NULL)
    return get_field (scope, condition) != NULL
             ? sb_request_render (sb_value_get_member (template, "then"), scope, error)
             : NULL;
  if (sb_value_get_member (template, "$first") != NULL)
    return render_first (sb_value_get_member (template, "$first"), scope, error);
  if (sb_value_get_string (template, "$each") != NULL)
    {
      g_autoptr (SbValue) list = sb_value_new_array ();

      if (!render_each (template, scope, list, error) || sb_value_get_length (list) == 0)
        return NULL;
      return g_steal_pointer (&list);
    }
  switch (sb_value_get_type (template))
    {
    case SB_VALUE_STRING:
      return render_text (template, scope, error);
    case SB_VALUE_OBJECT:
      return render_object (template, scope, error);
    case SB_VALUE_ARRAY:
      return render_array (template, scope, error);
    case SB_VALUE_NULL:
    case SB_VALUE_BOOLEAN:
    case SB_VALUE_NUMBER:
    default:
      return sb_value_ref (template);
    }
}

char *
sb_request_percent (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const guchar *at = (const guchar *)text; *at != '\0'; at++)
    {
      if (g_ascii_isalnum (*at) || strchr ("-._~", *at) != NULL)
        g_string_append_c (out, *at);
      else
        g_string_append_printf (out, "%%%02X", *at);
    }
  return g_string_free (out, FALSE);
}

static void
add_form (GString *out, const char *name, SbValue *value)
{
  SbValueType type = sb_value_get_type (value);

  if (type == SB_VALUE_ARRAY || type == SB_VALUE_OBJECT)
    {
      for (guint i = 0; i < sb_value_get_length (value); i++)
        {
          g_autofree char *below = NULL;

          if (type == SB_VALUE_OBJECT)
            {
              g_autofree char *member = sb_request_percent (sb_value_get_member_name (value, i));

              below =
                name != NULL ? g_strdup_printf ("%s[%s]", name, member) : g_steal_pointer (&member);
            }
          else
            below = g_strdup_printf ("%s[%u]", name != NULL ? name : "", i);
          add_form (out, below, sb_value_get_item (value, i));
        }
    }
  else
    {
      g_autofree char *text = sb_value_to_text (value);
      g_autofree char *encoded = sb_request_percent (text);

      g_string_append_printf (out, "%s%s=%s", out->len > 0 ? "&" : "", name != NULL ? name : "",
                              encoded);
    }
}

char *
sb_request_encode_form (SbValue *value)
{
  GString *out = g_string_new (NULL);

  add_form (out, NULL, value);
  return g_string_free (out, FALSE);
}
