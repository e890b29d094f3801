/* signalboxctl-faulty.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "fault-vfs.h"
#include "sb-ctl.h"

static void
obey (const char *order)
{
  g_auto (GStrv) words = g_strsplit (order, " ", -1);
  guint n = g_strv_length (words);

  if (n == 1 && strcmp (words[0], "mend") == 0)
    fault_vfs_disarm ();
  else if (n == 2 && strcmp (words[0], "room") == 0)
    fault_vfs_set_room (g_ascii_strtoll (words[1], NULL, 10));
  else if (n == 2 && strcmp (words[0], "fail") == 0)
    fault_vfs_arm (FAULT_ERROR, (guint)g_ascii_strtoull (words[1], NULL, 10), 1, TRUE);
  else
    g_error ("unknown order “%s”", order);
}

/* Each line of the fifo is an order; opened anew, because every writer closes it. */
static gpointer
listen_main (gpointer data)
{
  for (;;)
    {
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      if (!g_file_get_contents (data, &text, NULL, NULL))
        return NULL;
      lines = g_strsplit (text, "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        if (*lines[i] != '\0')
          obey (lines[i]);
    }
}

/* signalboxctl on a disk that fails when it is told to through the fifo $SIGNALBOX_TEST_FAULTS. The
 * shipped program has no such thing. */
int
main (int argc, char *argv[])
{
  const char *fifo = g_getenv ("SIGNALBOX_TEST_FAULTS");

  fault_vfs_install ();
  if (fifo != NULL)
    g_thread_unref (g_thread_new ("faults", listen_main, (gpointer)fifo));
  return sb_ctl_main (argc, argv);
}
