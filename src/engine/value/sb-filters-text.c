/* sb-filters-text.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"

static SbValue *
take_text (char *text)
{
  SbValue *value = sb_value_new_string (text);

  g_free (text);
  return value;
}

static SbValue *
filter_text (SbFilterCall *call, GError **error)
{
  return take_text (sb_value_to_text (call->input));
}

static SbValue *
filter_trim (SbFilterCall *call, GError **error)
{
  return take_text (g_strstrip (sb_value_to_text (call->input)));
}

static SbValue *
filter_upper (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);

  return take_text (g_utf8_strup (text, -1));
}

static SbValue *
filter_lower (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);

  return take_text (g_utf8_strdown (text, -1));
}

static SbValue *
filter_title (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  g_autofree char *lower = g_utf8_strdown (text, -1);
  GString *out = g_string_sized_new (strlen (lower));
  gboolean within = FALSE;

  for (const char *at = lower; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (out, within ? c : g_unichar_totitle (c));
      within = g_unichar_isalnum (c) || c == '\'' || c == 0x2019;
    }
  return take_text (g_string_free (out, FALSE));
}

static SbValue *
filter_replace (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  g_autofree char *find = sb_filter_arg_text (call, 0);
  g_autofree char *with = sb_filter_arg_text (call, 1);
  g_autoptr (GString) out = NULL;
  gsize find_length = strlen (find);
  const char *at = text;
  const char *hit;

  if (find[0] == '\0')
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("Filter “replace”: the text to look for is empty."));
      return NULL;
    }
  /* Not g_string_replace (), which moves all that follows at each place it replaces. */
  out = g_string_new (NULL);
  while ((hit = strstr (at, find)) != NULL)
    {
      g_string_append_len (out, at, hit - at);
      g_string_append (out, with);
      if (!sb_text_check_size (out->len, error))
        return NULL;
      at = hit + find_length;
    }
  g_string_append (out, at);
  return sb_value_new_string (out->str);
}

static SbValue *
filter_truncate (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  g_autofree char *given = sb_filter_arg_text (call, 1);
  const char *ending = given != NULL ? given : "…";
  glong limit = (glong)sb_filter_arg_int (call, 0, 0);
  glong keep = limit - g_utf8_strlen (ending, -1);
  g_autofree char *start = NULL;

  if (g_utf8_strlen (text, -1) <= limit)
    return sb_value_new_string (text);
  if (keep < 0)
    {
      start = g_utf8_substring (text, 0, limit);
      return sb_value_new_string (start);
    }
  start = g_utf8_substring (text, 0, keep);
  return take_text (g_strconcat (start, ending, NULL));
}

static SbValue *
filter_append (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  g_autofree char *more = sb_filter_arg_text (call, 0);

  return take_text (g_strconcat (text, more, NULL));
}

static SbValue *
filter_prepend (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  g_autofree char *more = sb_filter_arg_text (call, 0);

  return take_text (g_strconcat (more, text, NULL));
}

static SbValue *
filter_split (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);
  g_autofree char *separator = sb_filter_arg_text (call, 0);
  g_auto (GStrv) parts = NULL;
  SbValue *list;

  if (separator[0] == '\0')
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           _ ("Filter “split”: the text to split at is empty."));
      return NULL;
    }
  parts = g_strsplit (text, separator, -1);
  list = sb_value_new_array ();
  for (guint i = 0; parts[i] != NULL; i++)
    sb_value_append (list, sb_value_new_string (parts[i]));
  return list;
}

static SbValue *
filter_url (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);

  return take_text (g_uri_escape_string (text, NULL, FALSE));
}

static SbValue *
filter_json (SbFilterCall *call, GError **error)
{
  return take_text (sb_json_write (call->input));
}

static char *
only_digits (const char *text)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (g_ascii_isdigit (*text))
      g_string_append_c (out, *text);
  return g_string_free (out, FALSE);
}

static SbValue *
filter_digits (SbFilterCall *call, GError **error)
{
  g_autofree char *text = sb_value_to_text (call->input);

  return take_text (only_digits (text));
}

/* E.164: a plus and 7 to 15 digits. */
static SbValue *
filter_phone (SbFilterCall *call, GError **error)
{
  g_autofree char *text = g_strstrip (sb_value_to_text (call->input));
  g_autofree char *country = sb_filter_arg_text (call, 0);
  g_autofree char *country_digits = country != NULL ? only_digits (country) : NULL;
  g_autofree char *digits = only_digits (text);
  g_autofree char *number = NULL;

  if (text[0] == '+')
    number = g_strdup (digits);
  else if (g_str_has_prefix (digits, "00"))
    number = g_strdup (digits + 2);
  else if (country_digits != NULL && country_digits[0] != '\0')
    number = g_strconcat (country_digits, digits + (digits[0] == '0' ? 1 : 0), NULL);
  else
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("Filter “phone”: “%.*s” has no country code. Write phone: \"+49\" to give one."),
        SB_FIT (text, 40));
      return NULL;
    }
  if (strlen (number) < 7 || strlen (number) > 15)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("Filter “phone”: “%.*s” is not a telephone number."), SB_FIT (text, 40));
      return NULL;
    }
  return take_text (g_strconcat ("+", number, NULL));
}

const SbFilter sb_filters_text[] = {
  { "text", "", filter_text },
  { "trim", "", filter_trim },
  { "upper", "", filter_upper },
  { "lower", "", filter_lower },
  { "title", "", filter_title },
  { "replace", "tt", filter_replace },
  { "truncate", "i?t", filter_truncate },
  { "append", "t", filter_append },
  { "prepend", "t", filter_prepend },
  { "split", "t", filter_split },
  { "url", "", filter_url },
  { "json", "", filter_json },
  { "digits", "", filter_digits },
  { "phone", "?t", filter_phone },
  { NULL },
};
