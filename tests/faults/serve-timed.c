/* serve-timed.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sb-clock.h"
#include "sb-control.h"
#include "sb-engine.h"
#include "sb-json.h"

/* What the test moves while this runs: a file of two gint64. */
typedef struct
{
  volatile gint64 wall_us;    /* added to the wall clock */
  volatile gint64 elapsed_us; /* added to the elapsed time: as if the computer had slept */
} Offsets;

static const Offsets *offsets;

static gint64
wall_cb (gpointer data)
{
  return g_get_real_time () + offsets->wall_us;
}

static gint64
elapsed_cb (gpointer data)
{
  return g_get_monotonic_time () + offsets->elapsed_us;
}

static void
map_offsets (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  offsets = mmap (NULL, sizeof *offsets, PROT_READ, MAP_SHARED, fd, 0);
  g_assert_true (offsets != MAP_FAILED);
  close (fd);
  sb_clock_set_source (wall_cb, NULL);
  sb_clock_set_elapsed_source (elapsed_cb, NULL);
}

static gboolean
end_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static void
alert_cb (SbEngine *engine, const char *message, gpointer data)
{
  g_printerr ("alert: %s\n", message);
}

/* "signalboxctl serve" for a test in a hurry: pauses and the time-out as it says, and clocks that
 * it can move while this runs. Prints the same line, answers on the same socket. */
int
main (int argc, char *argv[])
{
  SbEngineOptions options = { .mode = "live", .port = 0, .practice_port = -1 };
  g_autofree char *clock_path = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *credentials = NULL;
  gint backoff_ms = 0, backoff_max_ms = 0, give_up_ms = 0, timeout_ms = 0;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &folder, NULL, NULL },
    { "credentials", 0, 0, G_OPTION_ARG_FILENAME, &credentials, NULL, NULL },
    { "clock", 0, 0, G_OPTION_ARG_FILENAME, &clock_path, NULL, NULL },
    { "backoff", 0, 0, G_OPTION_ARG_INT, &backoff_ms, NULL, NULL },
    { "backoff-max", 0, 0, G_OPTION_ARG_INT, &backoff_max_ms, NULL, NULL },
    { "give-up", 0, 0, G_OPTION_ARG_INT, &give_up_ms, NULL, NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_ms, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SbEngine) engine = NULL;
  g_autoptr (SbControl) control = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (clock_path != NULL)
    map_offsets (clock_path);

  options.folder = folder;
  options.credentials_dir = credentials;
  options.backoff_us = backoff_ms * (gint64)1000;
  options.backoff_max_us = backoff_max_ms * (gint64)1000;
  options.give_up_us = give_up_ms * (gint64)1000;
  options.timeout_us = timeout_ms * (gint64)1000;
  engine = sb_engine_new (&options, &error);
  if (engine == NULL)
    g_error ("%s", error->message);
  g_signal_connect (engine, "alert", G_CALLBACK (alert_cb), NULL);
  if (!sb_engine_start (engine, &error) || (control = sb_control_new (engine, &error)) == NULL)
    g_error ("%s", error->message);

  g_unix_signal_add (SIGTERM, end_cb, loop);
  g_print ("{\"listening\": \"http://127.0.0.1:%d\", \"pid\": %d}\n", sb_engine_get_port (engine),
           (int)getpid ());
  fflush (stdout);
  g_main_loop_run (loop);
  g_clear_pointer (&control, sb_control_free);
  sb_engine_stop (engine, 2 * G_USEC_PER_SEC);
  return 0;
}
