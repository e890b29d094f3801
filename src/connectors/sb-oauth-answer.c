/* sb-oauth-answer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-oauth.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"

/* A token longer than this is none. */
#define MAX_TOKEN 16384
/* No vendor's token lasts longer; a number beyond is nonsense. */
#define MAX_LIFE_S (10 * 366 * 24 * 3600LL)

/* Codes with which a vendor says "not now" (RFC 6749, section 5.2 and 4.1.2.1; Slack's inside 200).
 */
static const char *const not_now[] = {
  "temporarily_unavailable", "server_error", "slow_down",       "ratelimited", "internal_error",
  "service_unavailable",     "fatal_error",  "request_timeout", NULL,
};

static gboolean
is_token (const char *text)
{
  if (text == NULL || text[0] == '\0' || strlen (text) > MAX_TOKEN)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (*at < 0x21 || *at > 0x7e)
      return FALSE;
  return TRUE;
}

/* "expires_in" in seconds, as a number or a text; or "expires_at". */
static gint64
read_expiry (SbValue *body, gint64 now_us)
{
  SbValue *in = sb_value_get_member (body, "expires_in");
  const char *at = sb_value_get_string (body, "expires_at");
  gint64 seconds = 0;
  gint64 time_us = 0;

  if (in != NULL && !sb_value_get_int (in, &seconds) && sb_value_get_type (in) == SB_VALUE_STRING &&
      !g_ascii_string_to_signed (sb_value_get_text (in), 10, 0, MAX_LIFE_S, &seconds, NULL))
    seconds = 0;
  if (seconds > 0 && seconds <= MAX_LIFE_S)
    return now_us + seconds * G_USEC_PER_SEC;
  if (at != NULL && sb_clock_parse (at, "UTC", &time_us, NULL) && time_us > now_us)
    return time_us;
  return 0;
}

/* The vendor's own words, without what it was sent. */
static char *
describe (SbValue *body, const SbAnswer *answer, GHashTable *secrets)
{
  const char *code = sb_value_get_string (body, "error");
  const char *text = sb_value_get_string (body, "error_description");
  g_autofree char *words = NULL;

  if (text == NULL)
    text = sb_value_get_string (body, "message");
  if (text != NULL && code != NULL)
    words = g_strdup_printf ("%s (%s)", text, code);
  else if (text != NULL || code != NULL)
    words = g_strdup (text != NULL ? text : code);
  else if (answer->transport != NULL)
    words = g_strdup (answer->transport);
  else
    words = g_strdup_printf (_ ("it answered %u"), answer->status);
  if (strlen (words) > 300)
    *g_utf8_find_prev_char (words, words + 300) = '\0';
  return sb_redact (words, secrets);
}

static gboolean
may_work_later (SbValue *body, const SbAnswer *answer)
{
  const char *code = sb_value_get_string (body, "error");

  if (code != NULL && g_strv_contains (not_now, code))
    return TRUE;
  if (answer->status == 0 || answer->status == 408 || answer->status == 425 ||
      answer->status == 429 || answer->status >= 500)
    return TRUE;
  /* A page of some hotel's network is no word of the vendor. */
  return answer->status < 400 && code == NULL;
}

SbGrant *
sb_oauth_read_answer (SbConnector *connector,
                      const SbAnswer *answer,
                      SbGrant *before,
                      GHashTable *secrets,
                      gint64 now_us,
                      GError **error)
{
  g_autoptr (SbValue) body = NULL;
  g_autofree char *words = NULL;
  const char *access = NULL;
  const char *refresh = NULL;
  SbGrant *grant = NULL;

  if (answer->body != NULL && g_bytes_get_size (answer->body) > 0)
    body = sb_json_parse (g_bytes_get_data (answer->body, NULL),
                          (gssize)g_bytes_get_size (answer->body), NULL);
  if (sb_value_get_type (body) != SB_VALUE_OBJECT)
    g_clear_pointer (&body, sb_value_unref);
  access = sb_value_get_string (body, "access_token");
  refresh = sb_value_get_string (body, "refresh_token");

  if (answer->status / 100 == 2 && is_token (access) && (refresh == NULL || is_token (refresh)) &&
      sb_value_get_boolean_or (body, "ok", TRUE))
    {
      grant = g_new0 (SbGrant, 1);
      grant->access = g_strdup (access);
      grant->refresh = g_strdup (refresh != NULL || before == NULL ? refresh : before->refresh);
      grant->obtained_us = now_us;
      grant->expires_us = read_expiry (body, now_us);
      sb_value_wipe (sb_value_get_member (body, "access_token"));
      sb_value_wipe (sb_value_get_member (body, "refresh_token"));
      return grant;
    }

  words = describe (body, answer, secrets);
  if (may_work_later (body, answer))
    g_set_error (error, SB_ERROR, SB_ERROR_UNAVAILABLE, _ ("%s gives no sign-in now: %s"),
                 connector->name, words);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_UNAUTHORIZED, _ ("%s does not accept the sign-in: %s"),
                 connector->name, words);
  return NULL;
}

static char *
decode (const char *text)
{
  g_autofree char *spaced = g_strdup (text);

  g_strdelimit (spaced, "+", ' ');
  return g_uri_unescape_string (spaced, NULL);
}

GHashTable *
sb_oauth_read_query (const char *query)
{
  g_autoptr (GHashTable) table =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sb_oauth_wipe);
  g_auto (GStrv) parts = g_strsplit (query, "&", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *equals = strchr (parts[i], '=');
      g_autofree char *name = NULL;
      char *value = NULL;

      if (parts[i][0] == '\0')
        continue;
      if (equals != NULL)
        *equals = '\0';
      name = decode (parts[i]);
      value = decode (equals != NULL ? equals + 1 : "");
      if (name == NULL || value == NULL || g_hash_table_contains (table, name))
        {
          sb_oauth_wipe (value);
          return NULL;
        }
      g_hash_table_insert (table, g_steal_pointer (&name), value);
    }
  return g_steal_pointer (&table);
}
