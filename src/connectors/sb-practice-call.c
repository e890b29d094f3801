/* sb-practice-call.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <string.h>

#include "sb-json.h"

/* "metadata[order]" → {"metadata": {"order": …}}, as form-encoded APIs mean it. */
static SbValue *
form_to_value (const char *text)
{
  SbValue *form = sb_value_new_object ();
  g_auto (GStrv) pairs = g_strsplit (text, "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *equals = strchr (pairs[i], '=');
      g_autofree char *name = NULL, *value = NULL;
      g_auto (GStrv) parts = NULL;
      SbValue *object = form;
      guint last;

      if (equals == NULL)
        continue;
      *equals = '\0';
      g_strdelimit (pairs[i], "+", ' ');
      g_strdelimit (equals + 1, "+", ' ');
      name = g_uri_unescape_string (pairs[i], NULL);
      value = g_uri_unescape_string (equals + 1, NULL);
      if (name == NULL || value == NULL || !g_utf8_validate (name, -1, NULL) ||
          !g_utf8_validate (value, -1, NULL))
        continue;
      g_strdelimit (name, "]", '[');
      parts = g_strsplit (name, "[", 16);
      if (parts[0] == NULL)
        continue;
      last = 0;
      for (guint j = 0; parts[j] != NULL; j++)
        if (*parts[j] != '\0')
          last = j;
      for (guint j = 0; j < last; j++)
        {
          SbValue *next;

          if (*parts[j] == '\0')
            continue;
          next = sb_value_get_member (object, parts[j]);
          if (next == NULL || sb_value_get_type (next) != SB_VALUE_OBJECT)
            {
              next = sb_value_new_object ();
              sb_value_set (object, parts[j], next);
            }
          object = next;
        }
      if (*parts[last] != '\0')
        sb_value_set_string (object, parts[last], value);
    }
  return form;
}

static void
read_body (SbCall *call, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data;

  call->bytes = soup_message_body_flatten (body);
  data = g_bytes_get_data (call->bytes, &size);
  if (size == 0)
    {
      call->broken = g_strdup ("The body is empty");
      return;
    }
  if (!g_utf8_validate (data, (gssize)size, NULL))
    {
      call->broken = g_strdup ("The body is no UTF-8 text");
      return;
    }
  if (g_strcmp0 (call->content_type, "application/x-www-form-urlencoded") == 0)
    {
      g_autofree char *text = g_strndup (data, size);

      call->body = form_to_value (text);
      return;
    }
  call->body = sb_json_parse (data, (gssize)size, &error);
  if (call->body == NULL && g_strcmp0 (call->content_type, "application/json") == 0)
    call->broken = g_strdup (error->message);
  else if (call->body == NULL)
    call->body = sb_value_new_string_len (data, size);
}

void
sb_call_clear (SbCall *call)
{
  g_strfreev (call->path);
  g_clear_pointer (&call->query, sb_value_unref);
  g_free (call->content_type);
  g_clear_pointer (&call->bytes, g_bytes_unref);
  g_clear_pointer (&call->body, sb_value_unref);
  g_free (call->broken);
}

/* Splits the path before it is decoded, so that an encoded slash stays within its segment. */
static gboolean
read_path (SbCall *call, GUri *uri, char **vendor)
{
  g_auto (GStrv) parts = g_strsplit (g_uri_get_path (uri), "/", -1);
  GPtrArray *path;

  if (parts[0] == NULL || *parts[0] != '\0' || parts[1] == NULL)
    return FALSE;
  path = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 1; parts[i] != NULL; i++)
    {
      char *part = g_uri_unescape_string (parts[i], NULL);

      if (part == NULL || !g_utf8_validate (part, -1, NULL))
        {
          g_free (part);
          g_ptr_array_unref (path);
          return FALSE;
        }
      if (i == 1)
        *vendor = part;
      else
        g_ptr_array_add (path, part);
    }
  g_ptr_array_set_free_func (path, NULL);
  g_ptr_array_add (path, NULL);
  call->path = (GStrv)g_ptr_array_free (path, FALSE);
  return TRUE;
}

static gboolean
is_here (const char *host, gsize length)
{
  static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (length == strlen (names[i]) && g_ascii_strncasecmp (host, names[i], length) == 0)
      return TRUE;
  return FALSE;
}

/**
 * sb_call_is_from_here:
 *
 * A page in a browser on this computer can send to the practice ground too, and with a name of its
 * own that leads to 127.0.0.1 ("DNS rebinding") it could read what was received. Browsers tell
 * both: the name they were given is the Host, and where the page is from the Origin.
 *
 * Returns: whether the request was made to this computer by name, and by no page from elsewhere
 */
gboolean
sb_call_is_from_here (SoupMessageHeaders *headers)
{
  const char *host = soup_message_headers_get_one (headers, "Host");
  const char *origin = soup_message_headers_get_list (headers, "Origin");
  const char *rest = NULL;

  if (host == NULL ||
      !is_here (host, host[0] == '[' ? strcspn (host, "]") + 1 : strcspn (host, ":")))
    return FALSE;
  if (origin == NULL)
    return TRUE;
  rest = g_str_has_prefix (origin, "http://") ? origin + strlen ("http://") : "";
  return is_here (rest, rest[0] == '[' ? strcspn (rest, "]") + 1 : strcspn (rest, ":"));
}

/**
 * sb_call_read:
 * @vendor: (out) (transfer full): first segment of the path
 *
 * Returns: FALSE where the address cannot be read; a broken body is told in @call
 */
gboolean
sb_call_read (SbCall *call, SoupServerMessage *message, GHashTable *query, char **vendor)
{
  GHashTableIter iter;
  gpointer name, value;

  *call = (SbCall){ 0 };
  call->method = soup_server_message_get_method (message);
  call->headers = soup_server_message_get_request_headers (message);
  call->content_type = g_strdup (soup_message_headers_get_content_type (call->headers, NULL));
  call->query = sb_value_new_object ();
  if (query != NULL)
    {
      g_hash_table_iter_init (&iter, query);
      while (g_hash_table_iter_next (&iter, &name, &value))
        if (g_utf8_validate (name, -1, NULL) && g_utf8_validate (value, -1, NULL))
          sb_value_set_string (call->query, name, value);
    }
  if (!read_path (call, soup_server_message_get_uri (message), vendor))
    return FALSE;
  read_body (call, message);
  return TRUE;
}
