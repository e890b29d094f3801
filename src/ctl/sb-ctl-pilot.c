/* sb-ctl-pilot.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-pilot.h"
#include "sb-records.h"

/* --- progress
 * ------------------------------------------------------------------------------------- */

static void
progress_cb (SbValue *progress, gpointer data)
{
  SbCtl *self = data;
  const char *title = sb_value_get_string (progress, "title");
  const char *verdict = sb_value_get_string (progress, "verdict");
  g_autofree char *clean = sb_ctl_clean (title != NULL ? title : "");

  if (!isatty (STDERR_FILENO) || self->json)
    return;
  g_printerr (_ ("\r\033[K%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "  %s  %s"),
              sb_value_get_int_or (progress, "record", 0), sb_value_get_int_or (progress, "of", 0),
              clean, verdict != NULL ? verdict : "");
}

static void
clear_progress (SbCtl *self)
{
  if (isatty (STDERR_FILENO) && !self->json)
    g_printerr ("\r\033[K");
}

/* --- a flow in a file
 * ----------------------------------------------------------------------------- */

typedef struct
{
  SbCtl *ctl;
  GMainLoop *loop;
  GAsyncResult *result;
  guint of;
} Waiting;

static void
record_cb (SbPilot *pilot, guint record, SbValue *judged, gpointer data)
{
  Waiting *waiting = data;
  g_autoptr (SbValue) progress = sb_value_new_object ();
  const char *title = sb_value_get_string (judged, "title");
  const char *verdict = sb_value_get_string (judged, "verdict");

  sb_value_set_int (progress, "record", (gint64)record + 1);
  sb_value_set_int (progress, "of", waiting->of);
  sb_value_set_string (progress, "title", title != NULL ? title : "");
  sb_value_set_string (progress, "verdict", verdict != NULL ? verdict : "");
  progress_cb (progress, waiting->ctl);
}

static void
ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;

  g_set_object (&waiting->result, result);
  g_main_loop_quit (waiting->loop);
}

/* A document needs no data folder: nothing of it is kept but the report. */
static SbValue *
pilot_document (SbCtl *self,
                SbValue *document,
                SbValue *given,
                const char *mode,
                const char *path,
                GError **error)
{
  g_autoptr (SbConnectors) connectors = sb_ctl_load_connectors (self);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow = NULL;
  g_autoptr (SbValue) records = NULL;
  g_autoptr (SbPilot) pilot = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Waiting waiting = { self, loop, NULL, 0 };
  SbValue *result = NULL;

  sb_flow_check_document (document, connectors, problems);
  if (!sb_problems_to_error (problems, path, error))
    return NULL;
  flow = sb_flow_parse (document, problems);
  records = given != NULL ? sb_value_ref (given) : sb_pilot_find_records (connectors, flow);
  if (records == NULL)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_NOT_FOUND,
        _ ("There are no ready-made records for “%s”. Give a file of records with --records."),
        flow->name);
      return NULL;
    }

  waiting.of = sb_value_get_length (records);
  pilot = sb_pilot_new (NULL, connectors, flow, records, mode);
  g_signal_connect (pilot, "record", G_CALLBACK (record_cb), &waiting);
  sb_pilot_run_async (pilot, NULL, ready_cb, &waiting);
  g_main_loop_run (loop);
  result = sb_pilot_run_finish (pilot, waiting.result, error);
  g_object_unref (waiting.result);
  return result;
}

/* --- the report
 * ----------------------------------------------------------------------------------- */

static char *
make_report_path (SbCtl *self, SbValue *result, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *folder = g_build_filename (self->folder, "reports", NULL);
  g_autofree char *name = g_path_get_basename (sb_ctl_get_operand (self, 0));
  g_autofree char *file = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_FAILED,
                   _ ("The folder %s for reports cannot be made. Name a file with --report."),
                   folder);
      return NULL;
    }
  if (g_str_has_suffix (name, ".json"))
    name[strlen (name) - strlen (".json")] = '\0';
  file = g_strdup_printf ("%s-%s-%s.html", name, sb_value_get_string (result, "mode"), stamp);
  return g_build_filename (folder, file, NULL);
}

/* (transfer full): the report's path. */
static char *
write_report (SbCtl *self, SbValue *result, GError **error)
{
  const char *given = sb_ctl_get_option (self, "report");
  g_autofree char *path = given != NULL ? g_strdup (given) : make_report_path (self, result, error);
  g_autofree char *html = NULL;

  if (path == NULL)
    return NULL;
  html = sb_report_write_html (result);
  /* The records of a real shop are in it: for its owner alone. */
  if (!g_file_set_contents_full (path, html, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;
  return g_canonicalize_filename (path, NULL);
}

static int
print_result (SbCtl *self, SbValue *result)
{
  gboolean passed = sb_value_get_boolean_or (result, "passed", FALSE);
  GError *error = NULL;
  g_autofree char *path = write_report (self, result, &error);
  g_autofree char *text = NULL;

  if (self->json)
    {
      g_autoptr (SbValue) whole = sb_value_copy (result);

      if (path != NULL)
        sb_value_set_string (whole, "report", path);
      sb_ctl_print_json (self, whole);
    }
  else
    {
      text = sb_report_write_text (result, self->width, self->color);
      g_print ("%s\n", g_strchomp (text));
      if (path != NULL)
        sb_ctl_print (self, _ ("Report: %s"), path);
    }
  if (path == NULL)
    return sb_ctl_fail (self, sb_ctl_get_option (self, "report"), error);
  if (!passed)
    sb_ctl_warn (self, _ ("the success criteria are not met: look at the records above that are "
                          "marked, mend the flow "
                          "and run the pilot again"));
  return passed ? SB_CTL_DONE : SB_CTL_FAILED;
}

/* --- the command
 * ---------------------------------------------------------------------------------- */

/* A path, or something that is there: a flow's id has no slash and no ".json". */
static gboolean
is_file (const char *operand)
{
  return strchr (operand, '/') != NULL || g_str_has_suffix (operand, ".json");
}

static SbValue *
pilot_kept_flow (SbCtl *self, SbValue *document, SbValue *records, const char *mode, GError **error)
{
  g_autoptr (SbValue) arguments = sb_value_new_object ();

  if (document != NULL)
    sb_value_set (arguments, "document", sb_value_ref (document));
  else
    sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  if (records != NULL)
    sb_value_set (arguments, "records", sb_value_ref (records));
  sb_value_set_string (arguments, "mode", mode);
  return sb_ctl_run (self, "pilot.run", arguments, progress_cb, self, error);
}

/* (transfer full) (nullable): the file of the ready-made flow @name. */
static char *
find_template (const char *name)
{
  g_autofree char *data = sb_paths_get_data_dir ();
  g_autofree char *file = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_build_filename (data, "flows", file, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

/* A flow of the data folder; where there is none of the name, the ready-made one. */
static SbValue *
pilot_named (SbCtl *self, const char *name, SbValue *records, const char *mode, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *path = NULL;
  g_autoptr (SbValue) document = NULL;
  SbValue *result = pilot_kept_flow (self, NULL, records, mode, &problem);

  if (result != NULL)
    return result;
  if (g_error_matches (problem, SB_ERROR, SB_ERROR_NOT_FOUND) && !g_str_equal (mode, "sandbox"))
    path = find_template (name);
  if (path == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  sb_ctl_hint (
    self, _ ("There is no flow “%s” yet: this is the ready-made one, and nothing is kept."), name);
  document = sb_json_load_file (path, error);
  return document != NULL ? pilot_document (self, document, records, mode, path, error) : NULL;
}

static int
run_pilot (SbCtl *self)
{
  const char *operand = sb_ctl_get_operand (self, 0);
  const char *records_path = sb_ctl_get_option (self, "records");
  const char *mode = sb_ctl_get_option (self, "mode");
  g_autoptr (SbValue) document = NULL;
  g_autoptr (SbValue) records = NULL;
  g_autoptr (SbValue) result = NULL;
  GError *error = NULL;

  if (mode == NULL)
    mode = "practice";
  if (records_path != NULL)
    {
      records = sb_records_load_file (records_path, &error);
      if (records == NULL)
        return sb_ctl_fail (self, records_path, error);
    }
  if (is_file (operand))
    {
      document = sb_json_load_file (operand, &error);
      if (document == NULL)
        return sb_ctl_fail (self, operand, error);
    }

  if (document == NULL)
    result = pilot_named (self, operand, records, mode, &error);
  else if (g_str_equal (mode, "sandbox"))
    result = pilot_kept_flow (self, document, records, mode, &error);
  else
    result = pilot_document (self, document, records, mode, operand, &error);
  clear_progress (self);
  if (result == NULL)
    return sb_ctl_fail (self, operand, error);
  return print_result (self, result);
}

static const SbCtlOption pilot_options[] = {
  { "records", "FILE", NULL,
    N_ ("the records: a JSON array, JSON lines or CSV; else the ready-made ten") },
  { "mode", "MODE", "preview|practice|sandbox",
    N_ ("preview builds every request and sends none; practice, the default, sends to the practice "
        "ground; sandbox to "
        "your sandbox accounts") },
  { "report", "FILE", NULL, N_ ("write the report (HTML) to FILE, instead of to the data folder") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_pilot_commands[] = {
  { "pilot", "FLOW|FILE", 1, 1,
    N_ ("Try a flow on ten records and judge it against its success criteria. A flow's result is "
        "kept and opens the way "
        "to go live; a file's is not."),
    "pilot order-to-cash --report pilot.html", pilot_options, run_pilot },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
