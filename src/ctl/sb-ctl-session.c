/* sb-ctl-session.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>

#include "sb-commands.h"
#include "sb-control-client.h"
#include "sb-engine.h"
#include "sb-error.h"
#include "sb-paths.h"

/* Another signalboxctl may hold the folder for a moment; so long is waited for it. */
#define BUSY_PATIENCE_US (8 * G_TIME_SPAN_SECOND)
#define BUSY_PAUSE_US    (20 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
} Waiting;

static void
ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;

  g_set_object (&waiting->result, result);
  g_main_loop_quit (waiting->loop);
}

static SbValue *
run_here (SbEngine *engine,
          const char *command,
          SbValue *arguments,
          SbControlProgress progress,
          gpointer data,
          GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Waiting waiting = { loop, NULL };
  SbValue *value = NULL;

  sb_commands_run_with_progress_async (engine, command, arguments, progress, data, NULL, ready_cb,
                                       &waiting);
  g_main_loop_run (loop);
  value = sb_commands_run_finish (waiting.result, error);
  g_object_unref (waiting.result);
  return value;
}

/* (transfer full): an engine on the folder that hears and sends nothing of its own accord. */
static SbEngine *
open_engine (SbCtl *self, GError **error)
{
  SbEngineOptions options = { 0 };

  options.folder = self->folder;
  options.credentials_dir = sb_ctl_get_option (self, "credentials");
  options.mode = "live";
  options.port = -1;
  options.practice_port = -1;
  return sb_engine_new (&options, error);
}

/**
 * sb_ctl_run:
 * @arguments: (nullable) (transfer none): a JSON object
 * @progress: (nullable) (scope call): told how far the command is
 *
 * Runs a command where the data folder is owned: by the window or server that has it open, else in
 * this process.
 *
 * Returns: (transfer full): what it gave, or NULL and an error
 */
SbValue *
sb_ctl_run (SbCtl *self,
            const char *command,
            SbValue *arguments,
            SbControlProgress progress,
            gpointer data,
            GError **error)
{
  gint64 patience_us = g_get_monotonic_time () + BUSY_PATIENCE_US;

  while (TRUE)
    {
      g_autoptr (SbControlClient) client = sb_control_client_open (self->folder, NULL);
      g_autoptr (SbEngine) engine = NULL;
      g_autoptr (GError) problem = NULL;
      SbValue *value = NULL;

      if (client != NULL)
        return sb_control_client_run (client, command, arguments, progress, data, error);

      engine = open_engine (self, &problem);
      if (engine != NULL)
        {
          value = run_here (engine, command, arguments, progress, data, error);
          sb_engine_stop (engine, 0);
          return value;
        }
      if (!g_error_matches (problem, SB_ERROR, SB_ERROR_BUSY) ||
          g_get_monotonic_time () > patience_us)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      g_usleep (BUSY_PAUSE_US);
    }
}

/**
 * sb_ctl_run_plain:
 * @arguments: (nullable) (transfer full): a JSON object
 * @subject: (nullable): what the command is about, for an error
 * @result: (out) (transfer full): what it gave; NULL where it failed or was printed already, as
 * JSON
 *
 * Runs a command that needs no progress; prints the error, or the result where JSON was asked for.
 *
 * Returns: the exit status
 */
int
sb_ctl_run_plain (
  SbCtl *self, const char *command, SbValue *arguments, const char *subject, SbValue **result)
{
  g_autoptr (SbValue) given = arguments;
  g_autoptr (SbValue) value = NULL;
  GError *error = NULL;

  *result = NULL;
  value = sb_ctl_run (self, command, given, NULL, NULL, &error);
  if (value == NULL)
    return sb_ctl_fail (self, subject, error);
  if (self->json)
    sb_ctl_print_json (self, value);
  else
    *result = g_steal_pointer (&value);
  return SB_CTL_DONE;
}

/**
 * sb_ctl_load_connectors:
 *
 * Loads the connectors that come with Signalbox and those of the data folder, for commands that
 * need no engine. Says on standard error which files are broken.
 *
 * Returns: (transfer full): the connectors
 */
SbConnectors *
sb_ctl_load_connectors (SbCtl *self)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data = sb_paths_get_data_dir ();
  SbConnectors *connectors = sb_connectors_new (data, self->folder, problems);

  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      sb_ctl_warn (self, "%s: %s", problem->path, problem->message);
    }
  return connectors;
}
