/* sb-filters.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-duration.h"
#include "sb-error.h"
#include "sb-nearest.h"
#include "sb-value-private.h"
#include "sb-zone.h"

static const SbFilter *const lists[] = { sb_filters_text, sb_filters_number, sb_filters_date,
                                         sb_filters_list, sb_filters_choice };

const SbFilter *
sb_filter_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const SbFilter *filter = lists[i]; filter->name != NULL; filter++)
      if (strcmp (filter->name, name) == 0)
        return filter;
  return NULL;
}

/**
 * sb_filter_nearest:
 *
 * Returns: (transfer none): the filter whose name is nearest to @name, to be offered in an error
 */
const char *
sb_filter_nearest (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const SbFilter *filter = lists[i]; filter->name != NULL; filter++)
      g_ptr_array_add (names, (gpointer)filter->name);
  return sb_nearest_word (name, (const char *const *)names->pdata, names->len);
}

static guint
count_args (const SbFilter *self, guint *required)
{
  guint n = 0;

  *required = G_MAXUINT;
  for (const char *letter = self->args; *letter != '\0'; letter++)
    {
      if (*letter == '?')
        *required = n;
      else
        n++;
    }
  *required = MIN (*required, n);
  return n;
}

gboolean
sb_filter_check_count (const SbFilter *self, guint n_args, GError **error)
{
  guint required;
  guint allowed = count_args (self, &required);

  if (n_args >= required && n_args <= allowed)
    return TRUE;

  if (required == allowed)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 g_dngettext (GETTEXT_PACKAGE,
                              "The filter “%s” takes %u value after its colon, not %u.",
                              "The filter “%s” takes %u values after its colon, not %u.", required),
                 self->name, required, n_args);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 _ ("The filter “%s” takes %u to %u values after its colon, not %u."), self->name,
                 required, allowed, n_args);
  return FALSE;
}

static char
letter_at (const SbFilter *self, guint index)
{
  for (const char *letter = self->args; *letter != '\0'; letter++)
    if (*letter != '?' && index-- == 0)
      return *letter;
  return 'v';
}

static gboolean
check_kind (char letter, SbValue *value, const char *text, GError **error)
{
  g_autoptr (GTimeZone) zone = NULL;
  g_autoptr (SbDecimal) number = NULL;
  SbDuration duration;
  gint64 whole;

  switch (letter)
    {
    case 'i':
    case 'n':
      if (sb_value_get_int (value, &whole) && ABS (whole) <= 1000 && (letter == 'n' || whole >= 0))
        return TRUE;
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("“%.*s” is not a whole number up to 1000."), SB_FIT (text, 40));
      return FALSE;
    case 'd':
      number = sb_decimal_parse (text, error);
      return number != NULL;
    case 'z':
      zone = sb_zone_new (text, error);
      return zone != NULL;
    case 'u':
      return sb_duration_parse (text, &duration, error);
    case 'f':
      return sb_date_format_check (text, error);
    case 'c':
      return sb_currency_exponent (text, error) >= 0;
    default:
      return TRUE;
    }
}

/**
 * sb_filter_check_arg:
 *
 * Whether @value can be argument @index, as far as that can be told without the event.
 */
gboolean
sb_filter_check_arg (const SbFilter *self, guint index, SbValue *value, GError **error)
{
  g_autofree char *text = sb_value_to_text (value);

  if (check_kind (letter_at (self, index), value, text, error))
    return TRUE;
  g_prefix_error (error, _ ("Filter “%s”: "), self->name);
  return FALSE;
}

/**
 * sb_filter_number:
 *
 * @value, a number or a text that is one, as a decimal.
 *
 * Returns: (transfer full) (nullable): NULL with an error that names the filter
 */
SbDecimal *
sb_filter_number (SbFilterCall *call, SbValue *value, GError **error)
{
  g_autofree char *stripped = NULL;
  SbDecimal *number;

  if (sb_value_get_text (value) == NULL)
    {
      g_autofree char *text = sb_value_to_text (value);

      g_set_error (error, SB_ERROR, SB_ERROR_INVALID, _ ("Filter “%s”: “%.*s” is not a number."),
                   call->filter->name, SB_FIT (text, 60));
      return NULL;
    }
  stripped = g_strstrip (g_strdup (sb_value_get_text (value)));
  number = sb_decimal_parse (stripped, error);
  if (number == NULL)
    g_prefix_error (error, _ ("Filter “%s”: "), call->filter->name);
  return number;
}

SbValue *
sb_filter_from_decimal (SbDecimal *number, GError **error)
{
  g_autofree char *text = sb_decimal_to_text (number);

  return sb_value_new_number (text, error);
}

/**
 * sb_filter_truth:
 *
 * Yes or no from true and false, from 1 and 0, or from the usual words.
 */
gboolean
sb_filter_truth (SbFilterCall *call, SbValue *value, gboolean *truth, GError **error)
{
  static const char *const yes[] = { "true", "yes", "on", "1", "y", NULL };
  static const char *const no[] = { "false", "no", "off", "0", "n", NULL };
  g_autofree char *text = sb_value_to_text (value);
  g_autofree char *lower = g_strstrip (g_ascii_strdown (text, -1));

  if (!g_strv_contains (yes, lower) && !g_strv_contains (no, lower))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("Filter “%s”: “%.*s” is neither yes nor no."), call->filter->name,
                   SB_FIT (text, 60));
      return FALSE;
    }
  *truth = g_strv_contains (yes, lower);
  return TRUE;
}

char *
sb_filter_arg_text (SbFilterCall *call, guint index)
{
  return index < call->n_args ? sb_value_to_text (call->args[index]) : NULL;
}

gint64
sb_filter_arg_int (SbFilterCall *call, guint index, gint64 fallback)
{
  gint64 number = fallback;

  if (index < call->n_args)
    sb_value_get_int (call->args[index], &number);
  return number;
}

/**
 * sb_text_check_size:
 * @bytes: that a text is about to have
 *
 * Returns: FALSE with SB_ERROR_TOO_LARGE over SB_TEXT_MAX
 */
gboolean
sb_text_check_size (guint64 bytes, GError **error)
{
  if (bytes <= SB_TEXT_MAX)
    return TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
               _ ("The text becomes longer than %d MiB; shorten what goes into it."),
               SB_TEXT_MAX / (1024 * 1024));
  return FALSE;
}
