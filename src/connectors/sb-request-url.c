/* sb-request-url.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-pattern.h"

static gboolean
has_control (const char *text)
{
  for (const guchar *at = (const guchar *)text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f)
      return TRUE;
  return FALSE;
}

/* "." and ".." are the two parts that percent-encoding leaves as they are and that servers and
 * libraries take for steps in the path. */
static gboolean
is_dots (const char *segment)
{
  return g_str_equal (segment, ".") || g_str_equal (segment, "..");
}

static gboolean
append_part (GString *out, const char *label, const char *text, GError **error)
{
  g_autofree char *encoded = NULL;

  if (has_control (text) || is_dots (text))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” stands in the address and cannot be “%.*s”."), label,
                   SB_FIT (text, 60));
      return FALSE;
    }
  encoded = sb_request_percent (text);
  g_string_append (out, encoded);
  return TRUE;
}

/* What the owner typed as a path keeps its slashes; it may not climb. */
static gboolean
append_fixed_path (GString *out, const char *label, const char *text, GError **error)
{
  g_auto (GStrv) segments = g_strsplit (text, "/", -1);

  for (guint i = 0; segments[i] != NULL; i++)
    {
      g_autofree char *decoded = g_uri_unescape_string (segments[i], NULL);

      if (decoded == NULL || is_dots (decoded) || has_control (decoded) ||
          strpbrk (decoded, "/\\") != NULL || strpbrk (segments[i], "?#\\ ") != NULL)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                       _ ("“%s” stands in the address and cannot be “%.*s”."), label,
                       SB_FIT (text, 60));
          return FALSE;
        }
    }
  g_string_append (out, text);
  return TRUE;
}

static const char *
field_key (const char *path, char **key)
{
  if (!g_str_has_prefix (path, "fields."))
    return NULL;
  *key = g_strndup (path + 7, strcspn (path + 7, ".["));
  return *key;
}

char *
sb_request_build_path (SbAction *action, const char *path, SbScope *scope, GError **error)
{
  g_autoptr (SbTemplate) template = sb_template_new (path, error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (template == NULL)
    return NULL;
  for (guint i = 0; i < sb_template_get_n_segments (template); i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);
      g_autofree char *token = NULL;
      g_autofree char *text = NULL;
      g_autofree char *key = NULL;
      g_autoptr (GError) inner = NULL;
      SbField *field;

      if (segment->path == NULL)
        {
          g_string_append (out, segment->text);
          continue;
        }
      field = field_key (segment->path, &key) != NULL ? sb_action_find_field (action, key) : NULL;
      if (segment->filters != NULL)
        token = g_strdup_printf ("{{%s | %s}}", segment->path, segment->filters);
      else
        token = g_strdup_printf ("{{%s}}", segment->path);
      text = sb_render_text (token, scope, &inner);
      if (text == NULL && !g_error_matches (inner, SB_ERROR, SB_ERROR_MISSING_VALUE))
        {
          g_propagate_error (error, g_steal_pointer (&inner));
          return NULL;
        }
      if (text == NULL || text[0] == '\0')
        {
          /* An optional part that is empty goes with the slash before it. */
          if (field == NULL || field->required)
            {
              g_set_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE,
                           _ ("“%s” stands in the address and is empty."),
                           field != NULL ? field->label : segment->path);
              return NULL;
            }
          if (out->len > 0 && out->str[out->len - 1] == '/')
            g_string_truncate (out, out->len - 1);
        }
      else if (field != NULL && field->fixed)
        {
          if (!append_fixed_path (out, field->label, text, error))
            return NULL;
        }
      else if (!append_part (out, field != NULL ? field->label : segment->path, text, error))
        return NULL;
    }
  return g_strdup (out->str);
}

static gboolean
is_safe_base (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || host[0] == '\0' || g_uri_get_userinfo (uri) != NULL ||
      g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return FALSE;
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return TRUE;
  return g_str_equal (g_uri_get_scheme (uri), "http") &&
         (g_str_equal (host, "127.0.0.1") || g_str_equal (host, "localhost") ||
          g_str_equal (host, "::1"));
}

/**
 * sb_request_check_place:
 *
 * Whatever was put together: it goes where the connection says and nowhere else, and says nothing
 * before the host. The last look before a request with credentials leaves.
 */
gboolean
sb_request_check_place (const char *base, const char *url, SbConnection *connection, GError **error)
{
  g_autoptr (GUri) meant = g_uri_parse (base, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GUri) built = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  if (meant != NULL && built != NULL &&
      g_str_equal (g_uri_get_scheme (meant), g_uri_get_scheme (built)) &&
      g_strcmp0 (g_uri_get_host (meant), g_uri_get_host (built)) == 0 &&
      g_uri_get_port (meant) == g_uri_get_port (built) && g_uri_get_userinfo (built) == NULL)
    return TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("The address that was put together does not lead to the host of the connection "
                  "%s, so nothing is sent there."),
               connection->name);
  return FALSE;
}

/* The settings in a base URL must fit their patterns: they decide which host is called. */
static gboolean
check_settings (SbConnector *connector, SbConnection *connection, const char *base, GError **error)
{
  for (guint i = 0; i < connector->settings->len; i++)
    {
      SbField *setting = g_ptr_array_index (connector->settings, i);
      g_autofree char *token = g_strdup_printf ("{{settings.%s", setting->key);
      const char *value = sb_connector_get_setting (connector, connection->settings, setting->key);

      if (strstr (base, token) == NULL)
        continue;
      if (value == NULL || value[0] == '\0')
        {
          g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                       _ ("The connection %s has no “%s”; enter it."), connection->name,
                       setting->label);
          return FALSE;
        }
      if (setting->pattern != NULL && sb_pattern_fits (setting->pattern, value))
        continue;
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%s” of the connection %s does not look right; correct it."), setting->label,
                   connection->name);
      return FALSE;
    }
  return TRUE;
}

char *
sb_request_build_address (SbConnector *connector,
                          SbConnection *connection,
                          const char *base,
                          SbScope *scope,
                          GError **error)
{
  g_autofree char *url = NULL;

  if (!check_settings (connector, connection, base, error))
    return NULL;
  url = sb_render_text (base, scope, error);
  if (url == NULL)
    return NULL;
  if (!is_safe_base (url))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("The address of the connection %s is not one that may be called; it must "
                      "begin with https://."),
                   connection->name);
      return NULL;
    }
  while (g_str_has_suffix (url, "/"))
    url[strlen (url) - 1] = '\0';
  return g_steal_pointer (&url);
}

char *
sb_request_build_base (SbConnector *connector,
                       SbConnection *connection,
                       SbScope *scope,
                       GError **error)
{
  SbValue *environments = sb_value_get_member (connector->document, "environments");
  const char *environment =
    connection->environment != NULL ? connection->environment : "production";
  const char *base =
    sb_value_get_string (sb_value_get_member (environments, environment), "base_url");

  if (base == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("%s has no %s environment; take a production connection."), connector->name,
                   environment);
      return NULL;
    }
  return sb_request_build_address (connector, connection, base, scope, error);
}
