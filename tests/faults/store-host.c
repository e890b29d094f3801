/* store-host.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>

#include "sb-store.h"

/* Removes all that is finished from a data folder, as the engine does once a day. A process of its
 * own, so that a test can let it die in the middle. */

static void
retained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **got = data;

  *got = g_object_ref (result);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbStore) store = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  gint64 removed;

  if (argc != 2)
    return 2;
  store = sb_store_open (argv[1], &error);
  if (store == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  /* A microsecond old is too old. */
  sb_store_retain_async (store, 1, 0, NULL, retained_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  removed = sb_store_retain_finish (store, result, &error);
  if (removed < 0)
    g_printerr ("%s\n", error->message);
  else
    g_print ("%" G_GINT64_FORMAT "\n", removed);
  sb_store_close (store);
  return removed < 0;
}
