/* sb-connector-places.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connector-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-visible.h"

static void
check_text (SbValue *value, const char *path, SbProblems *problems)
{
  gunichar found = sb_visible_find (sb_value_get_text (value), TRUE);

  if (found != 0)
    sb_problems_add (
      problems, path, NULL, NULL,
      _ ("holds U+%04X, which is not seen and makes the text look like another; take "
         "it out"),
      found);
}

/* What a person reads, and what a file says about itself in other words. Samples are what vendors
 * send. */
static void
check_below (SbValue *value, const char *path, SbProblems *problems)
{
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);
      SbValue *item = sb_value_get_item (value, i);
      g_autofree char *below =
        name != NULL ? g_strconcat (path, ".", name, NULL) : g_strdup_printf ("%s[%u]", path, i);

      if (name != NULL && (g_str_equal (name, "samples") || g_str_equal (name, "sample")))
        continue;
      if (sb_value_get_type (item) == SB_VALUE_STRING)
        check_text (item, below, problems);
      check_below (item, below, problems);
    }
}

/**
 * sb_connector_check_visible:
 * @document: a connector file's document
 *
 * Adds a problem for every text in which something stands that a reader does not see.
 */
void
sb_connector_check_visible (SbValue *document, SbProblems *problems)
{
  check_below (document, "$", problems);
}

/* "https://{{settings.shop | lower}}.example" → "https://‹Shop›.example" */
static char *
describe_place (SbConnector *self, const char *url)
{
  GString *out = g_string_new (NULL);
  const char *at = url;

  while (*at != '\0')
    {
      const char *end = g_str_has_prefix (at, "{{") ? strstr (at, "}}") : NULL;
      g_autofree char *key = NULL;
      SbField *setting = NULL;

      if (end == NULL)
        {
          g_string_append_c (out, *at++);
          continue;
        }
      if (g_str_has_prefix (at, "{{settings."))
        key = g_strndup (at + strlen ("{{settings."), strcspn (at + strlen ("{{settings."), " |}"));
      setting = key != NULL ? sb_connector_find_setting (self, key) : NULL;
      if (setting != NULL)
        g_string_append_printf (out, "‹%s›", setting->label);
      else
        g_string_append (out, "…");
      at = end + 2;
    }
  return g_string_free (out, FALSE);
}

static void
add_place (SbConnector *self, const char *url, GString *out)
{
  g_autofree char *place = url != NULL ? describe_place (self, url) : NULL;

  if (place != NULL && strstr (out->str, place) == NULL)
    g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", place);
}

/* An address, or one for each environment. */
static void
add_places (SbConnector *self, SbValue *addresses, GString *out)
{
  add_place (self, sb_value_get_text (addresses), out);
  if (sb_value_get_type (addresses) == SB_VALUE_OBJECT)
    for (guint i = 0; i < sb_value_get_length (addresses); i++)
      add_place (self, sb_value_get_text (sb_value_get_item (addresses, i)), out);
}

/**
 * sb_connector_describe_places:
 *
 * Where everything goes that this connector sends, and with it the keys of a connection: the hosts
 * as the file says them, settings of the owner by their labels. Nothing else is ever called.
 *
 * Returns: (transfer full): "https://sandbox.example.com, https://‹Shop›.example.com"; "" where it
 *   sends nothing
 */
char *
sb_connector_describe_places (SbConnector *self)
{
  SbValue *environments = sb_value_get_member (self->document, "environments");
  SbValue *oauth = sb_value_get_member (self->document, "oauth");
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (environments); i++)
    add_place (self, sb_value_get_string (sb_value_get_item (environments, i), "base_url"), out);
  add_places (self, sb_value_get_member (oauth, "authorize_url"), out);
  add_places (self, sb_value_get_member (oauth, "token_url"), out);
  return g_string_free (out, FALSE);
}
