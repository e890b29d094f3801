/* corpus-main.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands in for libFuzzer where the tree is built without it: every input once.
 */

#include "config.h"

#include "fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char current[4096];

/* Only calls that are safe in a signal handler. */
static void
name_input (int number)
{
  static const char words[] = "The input that did it: ";

  if (write (STDERR_FILENO, words, sizeof words - 1) < 0 ||
      write (STDERR_FILENO, current, strlen (current)) < 0 || write (STDERR_FILENO, "\n", 1) < 0)
    _exit (99);
  signal (number, SIG_DFL);
  raise (number);
}

static gboolean
run_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &data, &length, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return FALSE;
    }
  g_strlcpy (current, path, sizeof current);
  /* A copy of exactly its size, so that a sanitizer sees a read past the end. */
  {
    g_autofree guint8 *exact = g_memdup2 (data, length);

    LLVMFuzzerTestOneInput (exact, length);
  }
  return TRUE;
}

static gint
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Each argument: a file, or a folder of files. */
int
main (int argc, char **argv)
{
  guint n = 0;

  signal (SIGABRT, name_input);
  signal (SIGSEGV, name_input);
  signal (SIGTERM, name_input);
  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GDir) dir = g_dir_open (argv[i], 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        g_ptr_array_add (paths, g_build_filename (argv[i], name, NULL));
      if (dir == NULL)
        g_ptr_array_add (paths, g_strdup (argv[i]));
      g_ptr_array_sort (paths, compare_text);
      for (guint j = 0; j < paths->len; j++, n++)
        if (!run_file (g_ptr_array_index (paths, j)))
          return EXIT_FAILURE;
    }
  printf ("%u inputs\n", n);
  return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
