/* bench-sink.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* The sink as a process of its own, for programs that are measured as they are: prints its port,
 * and ends with its standard input. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "sink.h"

int
main (void)
{
  g_autoptr (GError) error = NULL;
  Sink *sink = sink_new (&error);

  if (sink == NULL)
    {
      fprintf (stderr, "bench-sink: %s\n", error->message);
      return EXIT_FAILURE;
    }
  printf ("%d\n", sink_get_port (sink));
  fflush (stdout);
  while (getchar () != EOF)
    ;
  sink_free (sink);
  return EXIT_SUCCESS;
}
