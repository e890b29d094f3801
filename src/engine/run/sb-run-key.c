/* sb-run-key.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run.h"

char *
sb_run_make_key (const char *folder_id, gint64 run, const char *place)
{
  g_autofree char *text = g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%s", folder_id, run, place);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  /* RFC 9562, version 8: the bits mean what the application says. */
  return g_strdup_printf ("%.8s-%.4s-8%.3s-a%.3s-%.12s", hash, hash + 8, hash + 12, hash + 15,
                          hash + 18);
}
