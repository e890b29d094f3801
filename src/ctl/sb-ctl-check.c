/* sb-ctl-check.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>

#include "sb-flow.h"
#include "sb-json.h"

typedef struct
{
  SbCtl *ctl;
  SbConnectors *connectors;
  SbValue *files; /* for --json */
  guint bad;
} Checking;

/* A connector has actions or triggers by the list, a flow one trigger and steps. */
static gboolean
is_connector (SbValue *document)
{
  return sb_value_get_member (document, "triggers") != NULL ||
         sb_value_get_member (document, "actions") != NULL ||
         sb_value_get_member (document, "environments") != NULL;
}

static gboolean
is_flow (SbValue *document)
{
  return sb_value_get_member (document, "steps") != NULL ||
         sb_value_get_member (document, "trigger") != NULL;
}

/* What it is, in one word for the result; its problems are added. */
static const char *
check_document (Checking *checking, SbValue *document, SbProblems *problems)
{
  if (sb_value_get_type (document) == SB_VALUE_ARRAY)
    return "records";
  if (is_connector (document))
    {
      sb_connector_check (document, problems);
      return "connector";
    }
  if (!is_flow (document))
    {
      sb_problems_add (
        problems, "$", NULL, NULL,
        _ ("This is neither a flow (trigger, steps) nor a connector (triggers, actions)."));
      return "unknown";
    }
  sb_flow_check_document (document, checking->connectors, problems);
  return "flow";
}

static void
tell (Checking *checking, const char *path, const char *kind, SbProblems *problems)
{
  guint count = sb_problems_get_length (problems);
  SbValue *file = sb_value_new_object ();
  SbValue *list = sb_value_new_array ();

  if (count > 0)
    checking->bad++;
  for (guint i = 0; i < count; i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);
      SbValue *item = sb_value_new_object ();

      sb_value_set_string (item, "path", problem->path);
      sb_value_set_string (item, "message", problem->message);
      sb_value_append (list, item);
      if (!checking->ctl->json)
        sb_ctl_print (checking->ctl, "%s: %s: %s", path, problem->path, problem->message);
    }
  if (count == 0)
    sb_ctl_hint (checking->ctl, _ ("%s: good"), path);
  sb_value_set_string (file, "file", path);
  sb_value_set_string (file, "kind", kind);
  sb_value_set (file, "problems", list);
  sb_value_append (checking->files, file);
}

static void
check_file (Checking *checking, const char *path)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_load_file (path, &error);
  const char *kind = "unknown";

  if (document == NULL)
    sb_problems_add (problems, "$", NULL, NULL, "%s", error->message);
  else
    kind = check_document (checking, document, problems);
  tell (checking, path, kind, problems);
}

static int
check (SbCtl *self)
{
  Checking checking = { self, NULL, NULL, 0 };
  guint count = self->operands->len;

  checking.connectors = sb_ctl_load_connectors (self);
  checking.files = sb_value_new_array ();
  for (guint i = 0; i < count; i++)
    check_file (&checking, sb_ctl_get_operand (self, i));
  if (self->json)
    sb_ctl_print_json (self, checking.files);
  if (checking.bad > 0)
    g_printerr (
      ngettext (
        "signalboxctl: check: %u of %u file has problems: mend what is named and check again\n",
        "signalboxctl: check: %u of %u files have problems: mend what is named and check again\n",
        count),
      checking.bad, count);
  sb_value_unref (checking.files);
  sb_connectors_unref (checking.connectors);
  return checking.bad > 0 ? SB_CTL_FAILED : SB_CTL_DONE;
}

const SbCtlCommand sb_ctl_check_commands[] = {
  { "check", "FILE…", 1, G_MAXUINT,
    N_ ("Check flow and connector files. Every problem is named as FILE: PATH: problem; nothing is "
        "imported."),
    "check my-flow.json my-connector.json", NULL, check },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
