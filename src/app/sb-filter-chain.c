/* sb-filter-chain.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filter-chain.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* One filter as the window knows it. */
typedef struct
{
  const char *name;
  const char *group; /* (nullable): of those that take each other's place */
  int rank;          /* where it stands among the others */
  const char *words; /* without an argument */
  const char *with;  /* (nullable): %s is the argument */
} Known;

static const Known known[] = {
  { "map", "each", 10, N_ ("of each"), N_ ("%s of each") },
  { "where", NULL, 10, N_ ("some of them"), N_ ("those with %s") },
  { "sort", "sort", 14, N_ ("in order"), N_ ("in order of %s") },
  { "unique", "unique", 16, N_ ("each once"), N_ ("each %s once") },
  { "split", "split", 12, N_ ("taken apart"), N_ ("taken apart at “%s”") },
  { "slice", NULL, 18, N_ ("a part"), N_ ("a part (%s)") },
  { "first", "list", 20, N_ ("the first"), NULL },
  { "last", "list", 20, N_ ("the last"), NULL },
  { "count", "list", 20, N_ ("counted"), NULL },
  { "sum", "list", 20, N_ ("added up"), N_ ("%s added up") },
  { "join", "list", 20, N_ ("joined"), N_ ("joined with “%s”") },
  { "lookup", "lookup", 22, N_ ("looked up"), N_ ("looked up in %s") },
  { "bool", "bool", 24, N_ ("as yes or no"), NULL },
  { "add", "shift", 28, N_ ("moved"), N_ ("moved by %s") },
  { "start_of_day", "shift-day", 29, N_ ("midnight before"), NULL },
  { "in_zone", "zone", 30, N_ ("in another time zone"), N_ ("in the time of %s") },
  { "utc", "zone", 30, N_ ("in UTC"), NULL },
  { "date", "date", 40, N_ ("as a date"), N_ ("as a date") },
  { "iso", "date", 40, N_ ("as an ISO date"), NULL },
  { "number", "number", 44, N_ ("as a number"), NULL },
  { "plus", NULL, 46, N_ ("plus"), N_ ("plus %s") },
  { "minus", NULL, 46, N_ ("minus"), N_ ("minus %s") },
  { "times", NULL, 46, N_ ("times"), N_ ("times %s") },
  { "divided_by", NULL, 46, N_ ("divided"), N_ ("divided by %s") },
  { "abs", "sign", 48, N_ ("without its sign"), NULL },
  { "negate", "sign", 48, N_ ("with the other sign"), NULL },
  { "round", "round", 50, N_ ("rounded"), N_ ("rounded to %s digits") },
  { "money", "money", 60, N_ ("as money"), N_ ("as money") },
  { "minor_units", "money", 60, N_ ("in cents"), N_ ("in the smallest unit") },
  { "major_units", "money", 58, N_ ("from cents"), N_ ("from the smallest unit") },
  { "if", "bool", 60, N_ ("one or the other"), N_ ("one of %s") },
  { "text", "text", 62, N_ ("as text"), NULL },
  { "trim", "trim", 64, N_ ("trimmed"), NULL },
  { "digits", "digits", 66, N_ ("digits only"), NULL },
  { "phone", "digits", 66, N_ ("as a telephone number"), N_ ("as a telephone number of %s") },
  { "replace", NULL, 68, N_ ("changed"), N_ ("with %s changed") },
  { "upper", "case", 70, N_ ("in capitals"), NULL },
  { "lower", "case", 70, N_ ("in small letters"), NULL },
  { "title", "case", 70, N_ ("with capital initials"), NULL },
  { "truncate", "cut", 80, N_ ("cut"), N_ ("at most %s letters") },
  { "append", NULL, 84, N_ ("with an ending"), N_ ("with “%s” after it") },
  { "prepend", NULL, 84, N_ ("with a beginning"), N_ ("with “%s” before it") },
  { "url", "url", 90, N_ ("for a web address"), NULL },
  { "json", "url", 90, N_ ("as JSON"), NULL },
  { "required", "default", 100, N_ ("required"), N_ ("required") },
  { "default", "default", 100, N_ ("or nothing"), N_ ("or %s") },
};

static char *
name_of (const char *filter)
{
  const char *colon = strchr (filter, ':');
  char *name = colon != NULL ? g_strndup (filter, (gsize)(colon - filter)) : g_strdup (filter);

  return g_strstrip (name);
}

static const Known *
find_known (const char *filter)
{
  g_autofree char *name = name_of (filter);

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].name, name) == 0)
      return &known[i];
  return NULL;
}

GPtrArray *
sb_filter_chain_split (const char *filters)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func (g_free);
  const char *start = filters;
  char quote = '\0';

  if (filters == NULL)
    return chain;
  for (const char *at = filters;; at++)
    {
      if (quote != '\0' && *at == '\\' && at[1] != '\0')
        at++;
      else if (quote != '\0' && *at == quote)
        quote = '\0';
      else if (quote == '\0' && (*at == '"' || *at == '\''))
        quote = *at;
      else if (*at == '\0' || (quote == '\0' && *at == '|'))
        {
          char *filter = g_strstrip (g_strndup (start, (gsize)(at - start)));

          if (*filter != '\0')
            g_ptr_array_add (chain, filter);
          else
            g_free (filter);
          start = at + 1;
        }
      if (*at == '\0')
        return chain;
    }
}

char *
sb_filter_chain_join (GPtrArray *chain)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < chain->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " | " : "",
                            (const char *)g_ptr_array_index (chain, i));
  return g_string_free (out, chain->len == 0);
}

gboolean
sb_filter_chain_has (GPtrArray *chain, const char *filter)
{
  for (guint i = 0; i < chain->len; i++)
    if (strcmp (g_ptr_array_index (chain, i), filter) == 0)
      return TRUE;
  return FALSE;
}

void
sb_filter_chain_put (GPtrArray *chain, const char *filter)
{
  const Known *new = find_known (filter);
  guint at = 0;

  for (guint i = 0; i < chain->len; i++)
    {
      const Known *old = find_known (g_ptr_array_index (chain, i));

      if (new != NULL && old != NULL &&new->group != NULL &&g_strcmp0 (new->group, old->group) == 0)
        {
          g_free (g_ptr_array_index (chain, i));
          g_ptr_array_index (chain, i) = g_strdup (filter);
          return;
        }
      if (old == NULL || new == NULL || old->rank <= new->rank)
        at = i + 1;
    }
  g_ptr_array_insert (chain, (int)at, g_strdup (filter));
}

/* What stands after the colon, without the quotes around each part. */
static char *
readable_argument (const char *filter)
{
  const char *colon = strchr (filter, ':');
  GString *out = g_string_new (NULL);
  char quote = '\0';

  for (const char *at = colon != NULL ? colon + 1 : ""; *at != '\0'; at++)
    {
      if (quote != '\0' && *at == '\\' && at[1] != '\0')
        g_string_append_c (out, *++at);
      else if (quote != '\0' ? *at == quote : *at == '"' || *at == '\'')
        quote = quote != '\0' ? '\0' : *at;
      else if (quote != '\0' || *at != ' ' || out->len > 0)
        g_string_append_c (out, *at);
    }
  return g_string_free (out, FALSE);
}

char *
sb_filter_words (const char *filter)
{
  const Known *found = find_known (filter);
  g_autofree char *argument = readable_argument (filter);
  GString *out;
  const char *with;
  const char *at;

  if (found == NULL)
    return g_strdup (filter);
  if (found->with == NULL || *argument == '\0' || strcmp (argument, "null") == 0)
    return g_strdup (g_dgettext (GETTEXT_PACKAGE, found->words));
  with = g_dgettext (GETTEXT_PACKAGE, found->with);
  at = strstr (with, "%s");
  if (at == NULL)
    return g_strdup (with);
  out = g_string_new_len (with, at - with);
  g_string_append (out, argument);
  g_string_append (out, at + 2);
  return g_string_free (out, FALSE);
}

char *
sb_filter_chain_words (const char *filters)
{
  g_autoptr (GPtrArray) chain = sb_filter_chain_split (filters);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < chain->len; i++)
    {
      g_autofree char *words = sb_filter_words (g_ptr_array_index (chain, i));

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", words);
    }
  return g_string_free (out, FALSE);
}

char *
sb_filter_quote (const char *text)
{
  GString *out = g_string_new ("\"");

  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_c (out, '\\');
      if (*at == '\n')
        g_string_append (out, "\\n");
      else
        g_string_append_c (out, *at);
    }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}
