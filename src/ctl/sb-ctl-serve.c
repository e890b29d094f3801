/* sb-ctl-serve.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "sb-control.h"
#include "sb-control-client.h"
#include "sb-engine.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-practice.h"

/* What is in flight when the end is asked for may take so long. */
#define GRACE_US (30 * G_TIME_SPAN_SECOND)

/* Waits for SIGTERM or SIGINT, from the moment it is made: one that comes while the program still
 * starts ends it as properly as a later one. A second one, after the wait, ends it at once. */
typedef struct
{
  GMainLoop *loop;
  guint sources[2];
  gboolean ended;
} Vigil;

static gboolean
end_cb (gpointer data)
{
  Vigil *vigil = data;

  vigil->ended = TRUE;
  g_main_loop_quit (vigil->loop);
  return G_SOURCE_CONTINUE;
}

static void
vigil_begin (Vigil *vigil)
{
  vigil->loop = g_main_loop_new (NULL, FALSE);
  vigil->sources[0] = g_unix_signal_add (SIGTERM, end_cb, vigil);
  vigil->sources[1] = g_unix_signal_add (SIGINT, end_cb, vigil);
  vigil->ended = FALSE;
}

static void
vigil_keep (Vigil *vigil)
{
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  if (!vigil->ended)
    g_main_loop_run (vigil->loop);
}

static void
vigil_end (Vigil *vigil)
{
  for (guint i = 0; i < G_N_ELEMENTS (vigil->sources); i++)
    g_source_remove (vigil->sources[i]);
  g_main_loop_unref (vigil->loop);
}

/* The one line a script waits for. */
static void
print_line (SbValue *line)
{
  g_autofree char *text = sb_json_write (line);

  g_print ("%s\n", text);
  (void)fflush (stdout);
}

static void
set_address (SbValue *line, const char *name, gint port)
{
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%d", port);

  if (port > 0)
    sb_value_set_string (line, name, address);
  else
    sb_value_set (line, name, sb_value_new_null ());
}

static void
alert_cb (SbEngine *engine, const char *message, gpointer data)
{
  sb_ctl_warn (data, "%s", message);
}

static gboolean
read_options (SbCtl *self, SbEngineOptions *options, int *status)
{
  const char *url = sb_ctl_get_option (self, "practice-url");
  gboolean practice = sb_ctl_get_option (self, "practice") != NULL;
  gint64 practice_port = 0;
  gint64 port = SB_PORT_FROM_SETTINGS;

  if (!sb_ctl_get_number (self, "port", 0, G_MAXUINT16, &port, status) ||
      !sb_ctl_get_number (self, "practice-port", 0, G_MAXUINT16, &practice_port, status))
    return FALSE;
  if (url != NULL && (practice || !g_str_has_prefix (url, "http://127.0.0.1:")))
    {
      *status = sb_ctl_usage (
        self, practice ? _ ("--practice and --practice-url exclude each other")
                       : _ ("--practice-url is the address of a practice ground on this "
                            "computer: http://127.0.0.1:PORT"));
      return FALSE;
    }
  if (!practice && sb_ctl_get_option (self, "practice-port") != NULL)
    {
      *status = sb_ctl_usage (self, _ ("--practice-port goes with --practice"));
      return FALSE;
    }

  options->folder = self->folder;
  options->credentials_dir = sb_ctl_get_option (self, "credentials");
  options->mode = practice || url != NULL ? "practice" : "live";
  options->port = (gint)port;
  options->practice_port = practice ? (gint)practice_port : -1;
  options->practice_url = url;
  return TRUE;
}

static int
serve (SbCtl *self)
{
  SbEngineOptions options = { 0 };
  g_autoptr (SbEngine) engine = NULL;
  SbControl *control = NULL;
  Vigil vigil;
  g_autoptr (SbValue) line = NULL;
  GError *error = NULL;
  int status = SB_CTL_DONE;

  if (!read_options (self, &options, &status))
    return status;
  vigil_begin (&vigil);
  engine = sb_control_open_engine (&options, &error);
  if (engine == NULL)
    {
      vigil_end (&vigil);
      return sb_ctl_fail (self, NULL, error);
    }
  g_signal_connect (engine, "alert", G_CALLBACK (alert_cb), self);
  if (sb_engine_start (engine, &error))
    control = sb_control_new (engine, &error);
  if (control == NULL)
    {
      sb_engine_stop (engine, 0);
      vigil_end (&vigil);
      return sb_ctl_fail (self, NULL, error);
    }

  line = sb_value_new_object ();
  set_address (line, "listening", sb_engine_get_port (engine));
  if (options.practice_url != NULL)
    sb_value_set_string (line, "practice", options.practice_url);
  else
    set_address (line, "practice", sb_engine_get_practice_port (engine));
  sb_value_set_string (line, "folder", self->folder);
  sb_value_set_int (line, "pid", getpid ());
  sb_value_set_string (line, "mode", options.mode);
  print_line (line);

  vigil_keep (&vigil);
  vigil_end (&vigil);
  sb_control_free (control);
  sb_engine_stop (engine, GRACE_US);
  return SB_CTL_DONE;
}

static int
practise (SbCtl *self)
{
  g_autoptr (SbConnectors) connectors = NULL;
  g_autoptr (SbPractice) practice = NULL;
  g_autoptr (SbValue) line = NULL;
  GError *error = NULL;
  Vigil vigil;
  gint64 port = 0;
  int status = SB_CTL_DONE;

  if (!sb_ctl_get_number (self, "port", 0, G_MAXUINT16, &port, &status))
    return status;
  connectors = sb_ctl_load_connectors (self);
  practice = sb_practice_new (connectors);
  vigil_begin (&vigil);
  if (!sb_practice_listen (practice, (gint)port, &error))
    {
      vigil_end (&vigil);
      return sb_ctl_fail (self, NULL, error);
    }

  line = sb_value_new_object ();
  set_address (line, "practice", sb_practice_get_port (practice));
  sb_value_set_int (line, "pid", getpid ());
  print_line (line);

  vigil_keep (&vigil);
  vigil_end (&vigil);
  sb_practice_stop (practice);
  return SB_CTL_DONE;
}

static const SbCtlOption serve_options[] = {
  { "port", "N", NULL,
    N_ ("listen on 127.0.0.1:N; else on the port of the settings, 8787; 0 is any free one") },
  { "practice", NULL, NULL,
    N_ ("send nothing to the vendors but to a practice ground, which is started too") },
  { "practice-port", "N", NULL, N_ ("where that listens; any free one where it is not given") },
  { "practice-url", "URL", NULL,
    N_ ("use a practice ground that runs already: http://127.0.0.1:PORT") },
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption practice_options[] = {
  { "port", "N", NULL, N_ ("listen on 127.0.0.1:N; any free one where it is not given") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_serve_commands[] = {
  { "serve", "", 0, 0,
    N_ ("Hear the vendors' webhooks and run the live flows. Prints one line of JSON when it is "
        "ready, goes on until "
        "SIGTERM or Ctrl+C, and then finishes what is in flight."),
    "serve --port 8787", serve_options, serve },
  { "practice", "", 0, 0,
    N_ ("Run the practice ground alone. It stands in for every vendor; GET /_practice/received "
        "tells what it was sent, "
        "POST /_practice/faults makes the next faults."),
    "practice --port 8788", practice_options, practise },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
