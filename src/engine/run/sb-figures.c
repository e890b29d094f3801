/* sb-figures.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-figures.h"

#include <glib/gi18n-lib.h>

#define SECOND_MS 1000
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)

gint64
sb_figures_get (SbValue *figures, const char *name)
{
  return sb_value_get_int_or (figures, name, 0);
}

char *
sb_figures_count (SbValue *figures, const char *name)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, sb_figures_get (figures, name));
}

char *
sb_figures_took (SbValue *figures, const char *name)
{
  gint64 ms = sb_value_get_int_or (figures, name, -1);

  if (ms < 0)
    return g_strdup ("–");
  if (ms < 10 * SECOND_MS)
    return g_strdup_printf (_ ("%.1f s"), MAX ((double)ms / SECOND_MS, 0.1));
  if (ms < 100 * SECOND_MS)
    return g_strdup_printf (_ ("%.0f s"), (double)ms / SECOND_MS);
  if (ms < 90 * MINUTE_MS)
    return g_strdup_printf (_ ("%.0f min"), (double)ms / MINUTE_MS);
  return g_strdup_printf (_ ("%.0f h"), (double)ms / HOUR_MS);
}

char *
sb_figures_saved (SbValue *figures)
{
  gint64 minutes = sb_figures_get (figures, "saved_minutes");

  return minutes < 120 ? g_strdup_printf (_ ("%d min"), (int)minutes)
                       : g_strdup_printf (_ ("%.0f h"), (double)minutes / 60);
}

/* A run that was sent to the inbox and ended later is one of both. */
double
sb_figures_rate (SbValue *figures)
{
  gint64 inbox = sb_figures_get (figures, "to_inbox");
  gint64 all = MAX (sb_figures_get (figures, "runs"), inbox);

  return all > 0 ? (double)inbox / (double)all : -1;
}

char *
sb_figures_rate_words (SbValue *figures)
{
  double rate = sb_figures_rate (figures);

  if (rate < 0)
    return g_strdup ("–");
  if (rate == 0)
    return g_strdup (_ ("0 %"));
  if (rate > 0 && rate < 0.001)
    return g_strdup (_ ("under 0.1 %"));
  return g_strdup_printf (_ ("%.1f %%"), 100 * rate);
}

char *
sb_figures_day (SbValue *figures, const char *format)
{
  g_autoptr (GDateTime) time =
    g_date_time_new_from_unix_local (sb_figures_get (figures, "from_us") / G_USEC_PER_SEC);

  return g_date_time_format (time, format);
}
