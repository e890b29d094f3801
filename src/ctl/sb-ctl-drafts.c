/* sb-ctl-drafts.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-json.h"

static int
list_templates (SbCtl *self)
{
  g_autoptr (SbTable) table = sb_table_new (_ ("TEMPLATE"), _ ("NAME"), _ ("WHAT IT DOES"), NULL);
  g_autoptr (SbValue) templates = NULL;
  int status = sb_ctl_run_plain (self, "flows.templates", NULL, NULL, &templates);

  for (guint i = 0; i < sb_value_get_length (templates); i++)
    {
      SbValue *template = sb_value_get_item (templates, i);

      sb_table_add (table, sb_value_get_string (template, "id"),
                    sb_value_get_string (template, "name"),
                    sb_value_get_string (template, "description"));
    }
  if (templates != NULL)
    sb_table_print (table, self);
  return status;
}

/* The draft was saved: its id, and what is still to be done. */
static void
print_saved (SbCtl *self, SbValue *saved, gboolean is_new)
{
  const char *id = sb_value_get_string (saved, "id");
  SbValue *problems = sb_value_get_member (saved, "problems");

  sb_ctl_print (self, "%s", id);
  for (guint i = 0; i < sb_value_get_length (problems); i++)
    {
      SbValue *problem = sb_value_get_item (problems, i);

      sb_ctl_warn (self, _ ("still to do: %s: %s"), sb_value_get_string (problem, "path"),
                   sb_value_get_string (problem, "message"));
    }
  if (!is_new)
    return;
  sb_ctl_hint (self,
               _ ("\nNext:\n"
                  "  signalboxctl connections add …            tell Signalbox about your accounts\n"
                  "  signalboxctl flows connect %s all CONNECTION\n"
                  "  signalboxctl pilot %s             try it on ten records\n"
                  "  signalboxctl flows publish %s     go live\n"
                  "  signalboxctl flows show %s        the address to give to the vendor"),
               id, id, id, id);
}

static int
new_flow (SbCtl *self)
{
  SbValue *arguments = sb_value_new_object ();
  const char *name = sb_ctl_get_option (self, "name");
  g_autoptr (SbValue) saved = NULL;
  int status = SB_CTL_DONE;

  sb_value_set_string (arguments, "template", sb_ctl_get_operand (self, 0));
  if (name != NULL)
    sb_value_set_string (arguments, "name", name);
  status = sb_ctl_run_plain (self, "flows.new", arguments, sb_ctl_get_operand (self, 0), &saved);
  if (saved != NULL)
    print_saved (self, saved, TRUE);
  return status;
}

static int
import_flow (SbCtl *self)
{
  const char *path = sb_ctl_get_operand (self, 0);
  const char *name = sb_ctl_get_option (self, "name");
  SbValue *arguments = NULL;
  SbValue *document = NULL;
  g_autoptr (SbValue) saved = NULL;
  GError *error = NULL;
  int status = SB_CTL_DONE;

  document = sb_json_load_file (path, &error);
  if (document == NULL)
    return sb_ctl_fail (self, path, error);

  arguments = sb_value_new_object ();
  sb_value_set (arguments, "document", document);
  sb_value_set_string (arguments, "file", path);
  sb_value_set_boolean (arguments, "replace", sb_ctl_get_option (self, "replace") != NULL);
  sb_value_set_boolean (arguments, "unfinished", sb_ctl_get_option (self, "unfinished") != NULL);
  if (name != NULL)
    sb_value_set_string (arguments, "name", name);
  status = sb_ctl_run_plain (self, "flows.import", arguments, path, &saved);
  if (saved != NULL)
    print_saved (self, saved, TRUE);
  return status;
}

/* Takes "STEP.FIELD=TEXT" or "STEP.FIELD:=JSON" apart into @arguments. */
static gboolean
take_assignment (SbCtl *self, const char *text, SbValue *arguments, int *status)
{
  const char *equals = strchr (text, '=');
  const char *dot = strchr (text, '.');
  gboolean is_json = equals != NULL && equals > text && equals[-1] == ':';
  const char *end = is_json ? equals - 1 : equals;
  g_autofree char *step = NULL;
  g_autofree char *field = NULL;
  GError *error = NULL;
  SbValue *value = NULL;

  if (equals == NULL || dot == NULL || dot > equals || dot == text || dot + 1 >= end)
    {
      *status = sb_ctl_usage (self, _ ("“%s” is not STEP.FIELD=TEXT"), text);
      return FALSE;
    }
  step = g_strndup (text, (gsize)(dot - text));
  field = g_strndup (dot + 1, (gsize)(end - dot - 1));
  value = is_json ? sb_json_parse (equals + 1, -1, &error) : sb_value_new_string (equals + 1);
  if (error != NULL)
    {
      *status = sb_ctl_usage (self, _ ("what follows := is not JSON: %s"), error->message);
      g_error_free (error);
      return FALSE;
    }
  sb_value_set_string (arguments, "step", step);
  sb_value_set_string (arguments, "field", field);
  sb_value_set (arguments, "value", value);
  return TRUE;
}

static int
set_field (SbCtl *self)
{
  g_autoptr (SbValue) saved = NULL;
  SbValue *arguments = sb_value_new_object ();
  int status = SB_CTL_DONE;

  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  if (!take_assignment (self, sb_ctl_get_operand (self, 1), arguments, &status))
    {
      sb_value_unref (arguments);
      return status;
    }
  status = sb_ctl_run_plain (self, "flows.set", arguments, sb_ctl_get_operand (self, 0), &saved);
  if (saved != NULL)
    print_saved (self, saved, FALSE);
  return status;
}

static int
connect_flow (SbCtl *self)
{
  g_autoptr (SbValue) saved = NULL;
  SbValue *arguments = sb_value_new_object ();
  int status = SB_CTL_DONE;

  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  sb_value_set_string (arguments, "step", sb_ctl_get_operand (self, 1));
  sb_value_set_string (arguments, "connection", sb_ctl_get_operand (self, 2));
  status =
    sb_ctl_run_plain (self, "flows.connect", arguments, sb_ctl_get_operand (self, 0), &saved);
  if (saved != NULL)
    print_saved (self, saved, FALSE);
  return status;
}

static const SbCtlOption new_options[] = {
  { "name", "NAME", NULL, N_ ("call it NAME") },
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption import_options[] = {
  { "name", "NAME", NULL, N_ ("call it NAME: a new flow, whatever the file's id") },
  { "replace", NULL, NULL, N_ ("replace the draft of the flow with the file's id") },
  { "unfinished", NULL, NULL, N_ ("take a draft in which something is still to be filled in") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_drafts_commands[] = {
  { "flows templates", "", 0, 0, N_ ("List the ready-made flows."), "flows templates", NULL,
    list_templates },
  { "flows new", "TEMPLATE", 1, 1,
    N_ ("Make a draft from a ready-made flow. Prints its id; accounts are chosen afterwards."),
    "flows new order-to-cash --name \"Web shop\"", new_options, new_flow },
  { "flows import", "FILE", 1, 1,
    N_ ("Make a draft from a flow document. Where the document is broken every problem is named "
        "and nothing "
        "is imported."),
    "flows import order-to-cash.json", import_options, import_flow },
  { "flows set", "ID STEP.FIELD=TEXT", 2, 2,
    N_ ("Set one field of the draft. TEXT may hold tokens; STEP.FIELD:=JSON sets a number, a list "
        "or an "
        "object."),
    "flows set order-to-cash invoice.DocNumber='{{trigger.name}}'", NULL, set_field },
  { "flows connect", "ID STEP|trigger|all CONNECTION", 3, 3,
    N_ ("Choose the account a step of the draft works with. “all” stands for every place at that "
        "vendor, the "
        "connection “none” for no choice."),
    "flows connect order-to-cash all harbour-goods", NULL, connect_flow },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
