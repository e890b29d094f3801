/* sb-plan-links.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-plan-links.h"

#include <string.h>

#define MAX_LINKS      12
#define MIN_DIGITS     6
#define MAX_DIGITS     15 /* ITU-T E.164 */
#define TRAILING_STOPS ".,;:!?)]”\"'"

static gboolean
is_mail (const char *word)
{
  const char *at = strchr (word, '@');

  if (at == NULL || at == word || strchr (at + 1, '@') != NULL || strchr (at + 1, '.') == NULL ||
      at[1] == '.' || g_str_has_suffix (word, "."))
    return FALSE;
  for (const char *c = word; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("@.-_+", *c) == NULL)
      return FALSE;
  return TRUE;
}

/* A number with a + or a 0 at its head; blanks, dashes, dots, slashes and brackets within. */
static char *
take_number (const char *text, const char **end)
{
  GString *digits = g_string_new (NULL);
  const char *c = text;

  if (*c == '+')
    g_string_append_c (digits, *c++);
  for (; *c != '\0'; c++)
    {
      if (g_ascii_isdigit (*c))
        {
          g_string_append_c (digits, *c);
          *end = c + 1;
        }
      else if (strchr (" -./()", *c) == NULL)
        break;
    }
  if (digits->len < MIN_DIGITS || digits->len > MAX_DIGITS + 1)
    return g_string_free (digits, TRUE);
  return g_string_free (digits, FALSE);
}

static char *
take_word (const char *text, gsize length)
{
  g_autofree char *word = g_strndup (text, length);

  if (g_str_has_prefix (word, "https://") && length > strlen ("https://"))
    return g_steal_pointer (&word);
  if (is_mail (word))
    return g_strconcat ("mailto:", word, NULL);
  return NULL;
}

GPtrArray *
sb_plan_find_links (const char *text)
{
  GPtrArray *links = g_ptr_array_new_with_free_func (g_free);
  const char *at = text != NULL ? text : "";

  while (*at != '\0' && links->len < MAX_LINKS)
    {
      gsize length = strcspn (at, " \t\n<>");
      gsize trimmed = length;
      const char *end = at + MAX (length, 1);
      char *link;

      if (*at == '+' || *at == '0')
        {
          g_autofree char *number = take_number (at, &end);

          if (number != NULL)
            {
              g_ptr_array_add (links, g_strconcat ("tel:", number, NULL));
              at = end;
              continue;
            }
          end = at + MAX (length, 1);
        }
      while (trimmed > 0 && strchr (TRAILING_STOPS, at[trimmed - 1]) != NULL)
        trimmed--;
      link = take_word (at, trimmed);
      if (link != NULL)
        g_ptr_array_add (links, link);
      at = end;
    }
  return links;
}
