/* signalboxctl-clocked.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-clock.h"
#include "sb-ctl.h"

static gint64 fixed_us;

static gint64
fixed_cb (gpointer data)
{
  return fixed_us;
}

/* signalboxctl with its clock stopped at $SIGNALBOX_TEST_NOW (Unix seconds): requests that were
 * signed long ago are judged as they were then. The shipped program has no such thing. */
int
main (int argc, char *argv[])
{
  const char *now = g_getenv ("SIGNALBOX_TEST_NOW");
  gint64 seconds = 0;

  if (now == NULL ||
      !g_ascii_string_to_signed (now, 10, 1, G_MAXINT64 / G_USEC_PER_SEC, &seconds, NULL))
    g_error ("SIGNALBOX_TEST_NOW is not set");
  fixed_us = seconds * G_USEC_PER_SEC;
  sb_clock_set_source (fixed_cb, NULL);
  return sb_ctl_main (argc, argv);
}
