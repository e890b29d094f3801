/* sb-guide.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-guide.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *title;
  const char *text;
  guint minutes;
} stages[SB_GUIDE_N_STAGES] = {
  { N_ ("Map the flow"),
    N_ ("What starts it, what must follow, who owns it, and how you will know it works."), 15 },
  { N_ ("Connect and fill in"),
    N_ ("Connect each system, sandbox first, then give each field its value."), 45 },
  { N_ ("Try ten records"),
    N_ ("Successes, failures and odd ones. Nothing goes live until they come out as expected."),
    30 },
  { N_ ("Go live with a way back"),
    N_ ("The manual steps stay at hand for day one. Pause and Back are one click away."), 0 },
};

const char *
sb_guide_stage_title (SbGuideStage stage)
{
  return _ (stages[stage].title);
}

const char *
sb_guide_stage_text (SbGuideStage stage)
{
  return _ (stages[stage].text);
}

guint
sb_guide_stage_minutes (SbGuideStage stage)
{
  return stages[stage].minutes;
}

static void
task_free (gpointer data)
{
  SbGuideTask *task = data;

  g_free (task->text);
  g_free (task->target);
  g_free (task);
}

/* Takes @text. */
static void
add (GPtrArray *tasks,
     SbGuideStage stage,
     gboolean done,
     char *text,
     const char *button,
     const char *action,
     const char *target)
{
  SbGuideTask *task = g_new (SbGuideTask, 1);

  *task = (SbGuideTask){ stage, done, text, button, action, g_strdup (target) };
  g_ptr_array_add (tasks, task);
}

/* --- map --- */

static gboolean
does_something (SbFlow *flow)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);

  for (guint i = 0; i < steps->len; i++)
    if (((SbStep *)g_ptr_array_index (steps, i))->type == SB_STEP_ACTION)
      return TRUE;
  return FALSE;
}

static void
add_map (GPtrArray *tasks, const SbGuideFacts *facts)
{
  const char *owner = sb_value_get_string (facts->flow->plan, "owner");
  gboolean acts = does_something (facts->flow);
  gboolean owned = owner != NULL && *owner != '\0';
  gboolean judged = sb_value_get_length (facts->flow->criteria) > 0;

  add (tasks, SB_GUIDE_MAP, acts,
       g_strdup (acts ? _ ("The map says what is to be done")
                      : _ ("Add what is to be done: press + on the map")),
       _ ("Show the Map"), "win.show-view", "map");
  add (tasks, SB_GUIDE_MAP, owned,
       owned ? g_strdup_printf (_ ("Owned by %s"), owner) : g_strdup (_ ("Say who owns this flow")),
       _ ("Open the Plan"), "win.show-view", "plan");
  add (tasks, SB_GUIDE_MAP, judged,
       g_strdup (judged ? _ ("The plan says how you will know it works")
                        : _ ("Say how you will know it works")),
       _ ("Open the Plan"), "win.show-view", "plan");
}

/* --- connect --- */

static GPtrArray *
list_accounts (const SbGuideFacts *facts, const char *connector)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < facts->connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (facts->connections, i);

      if (g_str_equal (connection->connector, connector))
        g_ptr_array_add (found, connection);
    }
  return found;
}

/* A test tells nothing about a secret that was put in after it. */
static gboolean
is_tested (const SbGuideFacts *facts, SbConnector *connector, SbConnection *connection)
{
  const gint64 *tested_us =
    facts->tested != NULL ? g_hash_table_lookup (facts->tested, connection->id) : NULL;

  if (sb_value_get_string (connector->document, "test") == NULL)
    return TRUE;
  return tested_us != NULL && *tested_us >= connection->secret_changed_us;
}

/* One connection that a trigger or step names. */
static void
add_account (GPtrArray *tasks,
             const SbGuideFacts *facts,
             SbConnector *connector,
             SbConnection *connection)
{
  char *text;
  gboolean done = FALSE;

  if (connection->trouble != NULL)
    text = g_strdup_printf (_ ("%s: %s"), connection->name, connection->trouble);
  else if (!is_tested (facts, connector, connection))
    text = g_strdup_printf (_ ("Test the account “%s” at %s"), connection->name, connector->name);
  else
    {
      text = g_strdup_printf (_ ("%s answers to “%s”"), connector->name, connection->name);
      done = TRUE;
    }
  add (tasks, SB_GUIDE_CONNECT, done, text, _ ("Open Connections"), "win.show-page", "connections");
}

static void
add_connector (
  GPtrArray *tasks, const SbGuideFacts *facts, const char *id, const char *wanted, const char *step)
{
  SbConnector *connector = sb_connectors_find (facts->connectors, id);
  g_autoptr (GPtrArray) accounts = NULL;

  if (connector == NULL)
    return;
  accounts = list_accounts (facts, id);
  for (guint i = 0; i < accounts->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (accounts, i);

      if (wanted != NULL ? g_str_equal (connection->id, wanted) : accounts->len == 1)
        {
          add_account (tasks, facts, connector, connection);
          return;
        }
    }
  if (accounts->len == 0)
    add (tasks, SB_GUIDE_CONNECT, FALSE,
         g_strdup_printf (_ ("Add your account at %s"), connector->name), _ ("Add It…"),
         "win.add-connection", id);
  else
    add (tasks, SB_GUIDE_CONNECT, FALSE,
         g_strdup_printf (_ ("Choose which account at %s is used"), connector->name),
         _ ("Show the Card"), "win.show-step", step);
}

/* Each account once, in the order of the map. */
static void
add_connectors (GPtrArray *tasks, const SbGuideFacts *facts)
{
  SbFlow *flow = facts->flow;
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (flow->trigger_connector != NULL)
    {
      add_connector (tasks, facts, flow->trigger_connector, flow->trigger_connection, "trigger");
      g_hash_table_add (
        seen, g_strdup_printf ("%s %s", flow->trigger_connector,
                               flow->trigger_connection != NULL ? flow->trigger_connection : ""));
    }
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (step->connector != NULL &&
          g_hash_table_add (seen,
                            g_strdup_printf ("%s %s", step->connector,
                                             step->connection != NULL ? step->connection : "")))
        add_connector (tasks, facts, step->connector, step->connection, step->id);
    }
}

static void
add_fields (GPtrArray *tasks, const SbGuideFacts *facts)
{
  const SbProblem *first = NULL;
  guint n = facts->problems != NULL ? sb_problems_get_count (facts->problems) : 0;
  char *text;

  if (facts->problems == NULL || n == 0)
    {
      add (tasks, SB_GUIDE_CONNECT, facts->problems != NULL && does_something (facts->flow),
           g_strdup (_ ("Every field that is needed has its value")), _ ("Show the Map"),
           "win.show-view", "map");
      return;
    }
  first = sb_problems_get (facts->problems, 0);
  text = n == 1 ? g_strdup (first->message)
                : g_strdup_printf (
                    g_dngettext (GETTEXT_PACKAGE, "%s (and %u more)", "%s (and %u more)", n - 1),
                    first->message, n - 1);
  if (first->step != NULL)
    add (tasks, SB_GUIDE_CONNECT, FALSE, text, _ ("Show the Card"), "win.show-step", first->step);
  else
    add (tasks, SB_GUIDE_CONNECT, FALSE, text, _ ("Show the Map"), "win.show-view", "map");
}

/* --- try and launch --- */

static void
add_pilot (GPtrArray *tasks, const SbGuideFacts *facts)
{
  gboolean passed = facts->gate != NULL && sb_value_get_length (facts->gate) == 0;
  const char *why =
    facts->gate != NULL ? sb_value_get_text (sb_value_get_item (facts->gate, 0)) : NULL;

  if (passed)
    why = _ ("The ten records came out as expected");
  else if (why == NULL)
    why = _ ("See that ten records come out as expected");
  add (tasks, SB_GUIDE_TRY, passed, g_strdup (why), _ ("Go to the Pilot"), "win.show-view",
       "pilot");
}

static void
add_launch (GPtrArray *tasks, const SbGuideFacts *facts)
{
  gboolean fallback = sb_value_get_length (sb_value_get_member (facts->flow->plan, "fallback")) > 0;
  gboolean live = facts->live_version > 0 && !facts->draft_changed;

  add (tasks, SB_GUIDE_LAUNCH, fallback,
       g_strdup (fallback ? _ ("The plan says what people do by hand when it is paused")
                          : _ ("Write down what people do by hand when it is paused")),
       _ ("Open the Plan"), "win.show-view", "plan");
  add (tasks, SB_GUIDE_LAUNCH, live,
       live ? g_strdup_printf (_ ("Version %d is live"), facts->live_version)
            : g_strdup (_ ("Put it to work")),
       _ ("Go Live…"), "win.show-gate", NULL);
}

/**
 * sb_guide_list_tasks:
 *
 * Returns: (transfer full) (element-type SbGuideTask): every task, those done too
 */
GPtrArray *
sb_guide_list_tasks (const SbGuideFacts *facts)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (task_free);

  add_map (tasks, facts);
  if (facts->practice)
    add (tasks, SB_GUIDE_CONNECT, TRUE, g_strdup (_ ("Practice needs no accounts")),
         _ ("Open Connections"), "win.show-page", "connections");
  else
    add_connectors (tasks, facts);
  add_fields (tasks, facts);
  add_pilot (tasks, facts);
  add_launch (tasks, facts);
  return tasks;
}

SbGuideTask *
sb_guide_find_next (GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      SbGuideTask *task = g_ptr_array_index (tasks, i);

      if (!task->done)
        return task;
    }
  return NULL;
}

gboolean
sb_guide_is_done (GPtrArray *tasks, SbGuideStage stage)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      SbGuideTask *task = g_ptr_array_index (tasks, i);

      if (task->stage == stage && !task->done)
        return FALSE;
    }
  return TRUE;
}
