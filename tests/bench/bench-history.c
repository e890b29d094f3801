/* bench-history.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Makes a data folder with a long history, through the store's own calls: orders that came in, were
 * taken through two actions and are done, and one in fifty that ended otherwise. No figures. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "history.h"
#include "world.h"

static gint runs = 100000;
static gint bytes = 1000;
static gint sink;
static char *state;

static const GOptionEntry options[] = {
  { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "How many there are to be", "N" },
  { "bytes", 0, 0, G_OPTION_ARG_INT, &bytes, "Length of an order's body", "N" },
  { "state", 0, 0, G_OPTION_ARG_STRING, &state,
    "“mixed” (history), “waiting” (an outage: their time has come), “held” (a pause)", "STATE" },
  { "sink", 0, 0, G_OPTION_ARG_INT, &sink, "Port of the sink that the actions go to", "PORT" },
  { NULL }
};

/* Sends the actions to the sink, should they ever be done. */
static gboolean
add_sink (SbStore *store, GError **error)
{
  return sink == 0 || (world_write_connector (sb_store_get_folder (store), error) &&
                       world_save_connections (store, sink, error));
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER – a long history");
  g_autoptr (SbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      fprintf (stderr, "bench-history: %s\n", error != NULL ? error->message : "which folder?");
      return 2;
    }
  store = sb_store_open (argv[1], &error);
  done = store != NULL && add_sink (store, &error) &&
         history_add (store, (guint)runs, (gsize)bytes, state != NULL ? state : "mixed", &error) &&
         history_wait_for_index (store, &error);
  if (store != NULL)
    sb_store_close (store);
  if (!done)
    fprintf (stderr, "bench-history: %s\n", error->message);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
