/* sb-match.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-filters.h"

#include <string.h>

#include "sb-clock.h"

/* A text counts as a number when it is a plain one: "1e5" in a text is more likely an article
 * number. */
static SbDecimal *
number_of (SbValue *value)
{
  const char *text = sb_value_get_text (value);

  if (text == NULL)
    return NULL;
  if (sb_value_get_type (value) == SB_VALUE_STRING && strpbrk (text, "eE") != NULL)
    return NULL;
  return sb_decimal_parse (text, NULL);
}

static gboolean
time_of (SbValue *value, gint64 *time_us)
{
  const char *text = sb_value_get_text (value);

  return text != NULL && sb_clock_parse (text, "UTC", time_us, NULL);
}

/**
 * sb_values_compare:
 * @comparable: (out): FALSE where they are neither two numbers nor two times
 *
 * Returns: below, at or above 0
 */
gint
sb_values_compare (SbValue *a, SbValue *b, gboolean *comparable)
{
  g_autoptr (SbDecimal) left = number_of (a);
  g_autoptr (SbDecimal) right = number_of (b);
  gint64 left_us, right_us;

  *comparable = TRUE;
  if (left != NULL && right != NULL)
    return sb_decimal_compare (left, right);
  if (time_of (a, &left_us) && time_of (b, &right_us))
    return left_us < right_us ? -1 : left_us > right_us;
  *comparable = FALSE;
  return 0;
}

gboolean
sb_values_match (SbValue *a, SbValue *b)
{
  gboolean comparable;
  gint order;
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  if (sb_value_equal (a, b))
    return TRUE;
  order = sb_values_compare (a, b, &comparable);
  if (comparable)
    return order == 0;
  if (sb_value_get_length (a) > 0 || sb_value_get_length (b) > 0)
    return FALSE;
  left = sb_value_to_text (a);
  right = sb_value_to_text (b);
  return strcmp (left, right) == 0;
}
