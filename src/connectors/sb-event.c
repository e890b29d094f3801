/* sb-event.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-signature-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-json.h"

/* Enough for any form a vendor sends; a hostile one must not make thousands of members. */
#define MAX_FORM_MEMBERS 1000
#define MAX_ID_LENGTH    200

static gboolean
takes (SbValue *webhook, const char *kind)
{
  SbValue *bodies = sb_value_get_member (webhook, "bodies");

  if (bodies == NULL)
    return g_str_equal (kind, "json");
  for (guint i = 0; i < sb_value_get_length (bodies); i++)
    if (g_strcmp0 (sb_value_get_text (sb_value_get_item (bodies, i)), kind) == 0)
      return TRUE;
  return FALSE;
}

static void
add_form_member (SbValue *form, const char *name, const char *value)
{
  SbValue *known = sb_value_get_member (form, name);

  if (known == NULL)
    sb_value_set_string (form, name, value);
  else if (sb_value_get_type (known) == SB_VALUE_ARRAY)
    sb_value_append (known, sb_value_new_string (value));
  else
    {
      SbValue *list = sb_value_new_array ();

      sb_value_append (list, sb_value_copy (known));
      sb_value_append (list, sb_value_new_string (value));
      sb_value_set (form, name, list);
    }
}

static SbValue *
parse_form (const char *text, gsize length, GError **error)
{
  g_autoptr (SbValue) form = sb_value_new_object ();
  g_autoptr (GError) inner = NULL;
  GUriParamsIter iter;
  char *name;
  char *value;
  guint n = 0;

  if (memchr (text, '\0', length) != NULL || g_strstr_len (text, length, "%00") != NULL)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("The form holds a NUL character."));
      return NULL;
    }
  g_uri_params_iter_init (&iter, text, length, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &name, &value, &inner))
    {
      add_form_member (form, name, value);
      g_free (name);
      g_free (value);
      if (++n > MAX_FORM_MEMBERS)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                       _ ("The form has more than %d members."), MAX_FORM_MEMBERS);
          return NULL;
        }
    }
  if (inner != NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("The form cannot be read: %s."),
                   inner->message);
      return NULL;
    }
  return g_steal_pointer (&form);
}

static SbValue *
parse_text (const char *text, gsize length, GError **error)
{
  SbValue *value;

  if (!g_utf8_validate_len (text, length, NULL))
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, _ ("The text is not UTF-8."));
      return NULL;
    }
  value = sb_value_new_object ();
  sb_value_set (value, "text", sb_value_new_string_len (text, length));
  return value;
}

static gboolean
has_type (const char *content_type, const char *part)
{
  g_autofree char *lower = content_type != NULL ? g_ascii_strdown (content_type, -1) : NULL;

  return lower != NULL && strstr (lower, part) != NULL;
}

static gboolean
looks_like_form (const char *text, gsize length)
{
  return memchr (text, '=', length) != NULL && memchr (text, ' ', length) == NULL &&
         memchr (text, '\n', length) == NULL;
}

SbValue *
sb_event_parse_body (
  SbConnector *connector, SbValue *webhook, const char *content_type, GBytes *body, GError **error)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (body, &length);
  const char *wrap =
    sb_value_get_string (sb_value_get_member (connector->document, "event"), "wrap");
  g_autoptr (SbValue) value = NULL;
  gboolean json_like = length > 0 && (text[0] == '{' || text[0] == '[');

  if (length == 0)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, _ ("The body is empty."));
      return NULL;
    }
  if (takes (webhook, "form") &&
      (has_type (content_type, "x-www-form-urlencoded") ||
       (content_type == NULL && !json_like && looks_like_form (text, length))))
    return parse_form (text, length, error);
  if (takes (webhook, "text") && !json_like && !has_type (content_type, "json"))
    return parse_text (text, length, error);
  value = sb_json_parse (text, length, error);
  if (value == NULL)
    return NULL;
  if (sb_value_get_type (value) == SB_VALUE_OBJECT)
    return g_steal_pointer (&value);
  if (sb_value_get_type (value) == SB_VALUE_ARRAY)
    {
      SbValue *wrapped = sb_value_new_object ();

      sb_value_set (wrapped, wrap != NULL ? wrap : "items", g_steal_pointer (&value));
      return wrapped;
    }
  g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                       _ ("The body is a single JSON value; an object or a list was expected."));
  return NULL;
}

/* "events[].id": every item's. */
static void
collect (SbValue *value, const char *path, GPtrArray *found)
{
  const char *every = strstr (path, "[]");
  g_autofree char *before = NULL;
  SbValue *list;

  if (every == NULL)
    {
      SbValue *one = sb_value_get_path (value, path);

      if (one != NULL && sb_value_get_type (one) != SB_VALUE_NULL)
        {
          g_autofree char *text = sb_value_to_text (one);

          if (text[0] != '\0')
            g_ptr_array_add (found, g_steal_pointer (&text));
        }
      return;
    }
  before = g_strndup (path, every - path);
  list = before[0] != '\0' ? sb_value_get_path (value, before) : value;
  if (sb_value_get_type (list) != SB_VALUE_ARRAY)
    return;
  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      const char *rest = every + 2;

      collect (sb_value_get_item (list, i), rest[0] == '.' ? rest + 1 : rest, found);
    }
}

static void
zip (SbValue *source, SbValue *parsed, GPtrArray *found)
{
  SbValue *paths = sb_value_get_member (source, "zip");
  const char *with = sb_value_get_string (source, "with");
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  guint length = G_MAXUINT;

  for (guint i = 0; i < sb_value_get_length (paths); i++)
    {
      GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

      collect (parsed, sb_value_get_text (sb_value_get_item (paths, i)), list);
      g_ptr_array_add (lists, list);
      length = MIN (length, list->len);
    }
  for (guint i = 0; lists->len > 0 && i < length; i++)
    {
      GString *text = g_string_new (NULL);

      for (guint j = 0; j < lists->len; j++)
        g_string_append_printf (
          text, "%s%s", j > 0 && with != NULL ? with : "",
          (char *)g_ptr_array_index ((GPtrArray *)g_ptr_array_index (lists, j), i));
      g_ptr_array_add (found, g_string_free (text, FALSE));
    }
}

static void
checksum_part (GChecksum *checksum, const void *data, gsize length)
{
  g_autofree char *head = g_strdup_printf ("%" G_GSIZE_FORMAT ":", length);

  /* With its length before it, no part can pass for the end of another. */
  g_checksum_update (checksum, (const guchar *)head, -1);
  g_checksum_update (checksum, data, length);
}

static char *
hash_parts (SbValue *parts, GHashTable *headers, SbValue *parsed, GBytes *body)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < sb_value_get_length (parts); i++)
    {
      const char *part = sb_value_get_text (sb_value_get_item (parts, i));
      guint before = values->len;

      if (g_strcmp0 (part, "body") == 0)
        {
          gsize length = 0;
          const void *data = g_bytes_get_data (body, &length);

          checksum_part (checksum, data, length);
          continue;
        }
      if (g_str_has_prefix (part, "header:"))
        {
          const char *value =
            headers != NULL ? g_hash_table_lookup (headers, part + strlen ("header:")) : NULL;

          if (value != NULL)
            g_ptr_array_add (values, g_strdup (value));
        }
      else
        collect (parsed, part, values);
      if (values->len == before)
        return NULL;
    }
  for (guint i = 0; i < values->len; i++)
    checksum_part (checksum, g_ptr_array_index (values, i), strlen (g_ptr_array_index (values, i)));
  return g_strdup (g_checksum_get_string (checksum));
}

static void
find_in_source (
  SbValue *source, GHashTable *headers, SbValue *parsed, GBytes *body, GPtrArray *found)
{
  const char *header = sb_value_get_string (source, "header");
  const char *path = sb_value_get_string (source, "path");
  SbValue *hash = sb_value_get_member (source, "hash");

  if (header != NULL)
    {
      const char *value = headers != NULL ? g_hash_table_lookup (headers, header) : NULL;

      /* A header may hold any bytes (RFC 9110, 5.5), what is kept of it is text; escaped, two that
       * differ still do. */
      if (value != NULL && value[0] != '\0')
        g_ptr_array_add (found, g_utf8_validate (value, -1, NULL)
                                  ? g_strdup (value)
                                  : g_uri_escape_string (value, NULL, FALSE));
    }
  else if (path != NULL)
    collect (parsed, path, found);
  else if (hash != NULL)
    {
      char *text = hash_parts (hash, headers, parsed, body);

      if (text != NULL)
        g_ptr_array_add (found, text);
    }
  else
    zip (source, parsed, found);
}

GPtrArray *
sb_event_find (
  SbConnector *connector, const char *what, GHashTable *headers, SbValue *parsed, GBytes *body)
{
  SbValue *sources = sb_value_get_member (sb_value_get_member (connector->document, "event"), what);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < sb_value_get_length (sources) && found->len == 0; i++)
    find_in_source (sb_value_get_item (sources, i), headers, parsed, body, found);
  return found;
}

static char *
join (GPtrArray *values)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < values->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", (char *)g_ptr_array_index (values, i));
  return g_string_free (text, FALSE);
}

char *
sb_event_find_id (SbConnector *connector, GHashTable *headers, SbValue *parsed, GBytes *body)
{
  g_autoptr (GPtrArray) found = sb_event_find (connector, "id", headers, parsed, body);
  g_autofree char *text = NULL;

  if (found->len == 0)
    return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  text = join (found);
  if (strlen (text) > MAX_ID_LENGTH)
    return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_steal_pointer (&text);
}
