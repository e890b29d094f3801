/* sb-flow-clip.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-clip.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-flow-edit.h"
#include "sb-json.h"

/* --- references ---------------------------------------------------------------------------------
 */

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-';
}

/* Copies a text in quotes, the quotes included; gives what follows it. */
static const char *
copy_quoted (const char *at, GString *out)
{
  char quote = *at;

  g_string_append_c (out, *at++);
  while (*at != '\0')
    {
      char c = *at++;

      g_string_append_c (out, c);
      if (c == '\\' && *at != '\0')
        g_string_append_c (out, *at++);
      else if (c == quote)
        break;
    }
  return at;
}

/* One token from after its braces. A name is the first of a path where neither a point stands
 * before it, which makes it a member, nor a |, which makes it a filter. */
static const char *
rename_token (const char *at, GHashTable *names, GString *out)
{
  char before = '\0';

  while (*at != '\0' && !g_str_has_prefix (at, "}}"))
    {
      if (*at == '"' || *at == '\'')
        {
          at = copy_quoted (at, out);
          before = '"';
        }
      else if (is_name_char (*at))
        {
          const char *end = at;
          g_autofree char *name = NULL;
          const char *renamed = NULL;

          while (is_name_char (*end))
            end++;
          name = g_strndup (at, (gsize)(end - at));
          if (before != '.' && before != '|')
            renamed = g_hash_table_lookup (names, name);
          g_string_append (out, renamed != NULL ? renamed : name);
          before = 'a';
          at = end;
        }
      else
        {
          if (!g_ascii_isspace (*at))
            before = *at;
          g_string_append_c (out, *at++);
        }
    }
  return at;
}

char *
sb_flow_clip_rename (const char *text, GHashTable *names)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      if (g_str_has_prefix (text, "{{"))
        {
          g_string_append (out, "{{");
          text = rename_token (text + 2, names, out);
        }
      else
        g_string_append_c (out, *text++);
    }
  return g_string_free (out, FALSE);
}

/* --- ids ----------------------------------------------------------------------------------------
 */

static void
collect_names (SbValue *steps, SbValue *document, GHashTable *names, GHashTable *taken)
{
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      SbValue *step = sb_value_get_item (steps, i);
      SbValue *lanes = sb_value_get_member (step, "lanes");
      const char *id = sb_value_get_string (step, "id");
      g_autofree char *wanted = g_strdup (id != NULL ? id : "step");
      g_autofree char *renewed = sb_flow_edit_make_id (document, wanted);

      /* Neither may two of the new ones be called the same. */
      for (guint n = 2; g_hash_table_contains (taken, renewed); n++)
        {
          g_autofree char *next = g_strdup_printf ("%s-%u", wanted, n);

          g_free (renewed);
          renewed = sb_flow_edit_make_id (document, next);
        }
      g_hash_table_add (taken, g_strdup (renewed));
      if (id != NULL)
        g_hash_table_insert (names, g_strdup (id), g_steal_pointer (&renewed));
      collect_names (sb_value_get_member (step, "steps"), document, names, taken);
      for (guint j = 0; j < sb_value_get_length (lanes); j++)
        collect_names (sb_value_get_member (sb_value_get_item (lanes, j), "steps"), document, names,
                       taken);
    }
}

/* Ids stand in the member "id" of steps; references in any text. */
static SbValue *
renew_value (SbValue *value, GHashTable *names, gboolean is_step)
{
  SbValueType type = sb_value_get_type (value);
  SbValue *renewed;

  if (type == SB_VALUE_STRING)
    {
      g_autofree char *text = sb_flow_clip_rename (sb_value_get_text (value), names);

      return sb_value_new_string (text);
    }
  if (type != SB_VALUE_OBJECT && type != SB_VALUE_ARRAY)
    return sb_value_ref (value);

  renewed = type == SB_VALUE_OBJECT ? sb_value_new_object () : sb_value_new_array ();
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      SbValue *item = sb_value_get_item (value, i);
      const char *id = NULL;

      if (type == SB_VALUE_ARRAY)
        {
          sb_value_append (renewed, renew_value (item, names, is_step));
          continue;
        }
      if (is_step && strcmp (name, "id") == 0 && sb_value_get_type (item) == SB_VALUE_STRING)
        id = g_hash_table_lookup (names, sb_value_get_text (item));
      if (id != NULL)
        sb_value_set_string (renewed, name, id);
      else
        sb_value_set (renewed, name, renew_value (item, names, strcmp (name, "steps") == 0));
    }
  return renewed;
}

SbValue *
sb_flow_clip_renew (SbValue *document, SbValue *steps)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  collect_names (steps, document, names, taken);
  return renew_value (steps, names, TRUE);
}

/* --- the clipboard ------------------------------------------------------------------------------
 */

char *
sb_flow_clip_copy (SbValue *document, const char *step_id)
{
  SbValue *step = sb_flow_edit_find_step (document, step_id);
  g_autoptr (SbValue) clip = NULL;
  SbValue *steps;

  if (step == NULL)
    return NULL;
  clip = sb_value_new_object ();
  steps = sb_value_new_array ();
  sb_value_append (steps, sb_value_ref (step));
  sb_value_set_string (clip, "signalbox", "steps");
  sb_value_set_int (clip, "format", 1);
  sb_value_set (clip, "steps", steps);
  return sb_json_write_pretty (clip);
}

SbValue *
sb_flow_clip_read (const char *text, GError **error)
{
  g_autoptr (SbValue) clip = sb_json_parse (text, -1, NULL);
  SbValue *steps = sb_value_get_member (clip, "steps");

  if (g_strcmp0 (sb_value_get_string (clip, "signalbox"), "steps") != 0 ||
      sb_value_get_int_or (clip, "format", 0) != 1 || sb_value_get_type (steps) != SB_VALUE_ARRAY ||
      sb_value_get_length (steps) == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("There is no step on the clipboard. Copy a card first, with Ctrl+C."));
      return NULL;
    }
  return sb_value_ref (steps);
}

SbValue *
sb_flow_clip_paste (
  SbValue *document, SbValue *steps, const char *owner, int lane, guint index, char **first)
{
  g_autoptr (SbValue) renewed = sb_flow_clip_renew (document, steps);
  SbValue *pasted = sb_value_ref (document);

  for (guint i = 0; i < sb_value_get_length (renewed); i++)
    {
      SbValue *before = pasted;

      pasted = sb_flow_edit_insert (before, owner, lane, index + i,
                                    sb_value_ref (sb_value_get_item (renewed, i)));
      sb_value_unref (before);
    }
  if (first != NULL)
    *first = g_strdup (sb_value_get_string (sb_value_get_item (renewed, 0), "id"));
  return pasted;
}
