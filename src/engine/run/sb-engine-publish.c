/* sb-engine-publish.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-fault.h"
#include "sb-pilot-keep.h"

typedef struct
{
  char *flow_id;
  char *override; /* (nullable) */
  SbFlow *flow;
  GPtrArray *reasons; /* why the gate is closed */
  gint version;
} Publication;

static void
publication_free (Publication *publication)
{
  g_free (publication->flow_id);
  g_free (publication->override);
  g_clear_pointer (&publication->flow, sb_flow_unref);
  g_clear_pointer (&publication->reasons, g_ptr_array_unref);
  g_free (publication);
}

static void
refreshed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Publication *publication = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* It is published whatever comes of this; the next reload makes it good. */
  if (!sb_engine_reload_finish (SB_ENGINE (object), result, &error))
    g_warning ("The new version is not heard yet: %s", error->message);
  g_task_return_int (task, publication->version);
}

static void
published_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Publication *publication = g_task_get_task_data (task);
  GError *error = NULL;

  publication->version = sb_store_publish_finish (SB_STORE (object), result, &error);
  if (publication->version <= 0)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  SB_CRASH_POINT ("publish-committed");
  sb_engine_reload_async (self, NULL, refreshed_cb, task);
}

static void
audit_override (SbEngine *self, Publication *publication)
{
  g_autoptr (SbValue) detail = sb_value_new_object ();
  SbValue *reasons = sb_value_new_array ();

  for (guint i = 0; i < publication->reasons->len; i++)
    sb_value_append (reasons, sb_value_new_string (g_ptr_array_index (publication->reasons, i)));
  sb_value_set_string (detail, "reason", publication->override);
  sb_value_set (detail, "closed_because", reasons);
  sb_store_audit (self->store, "gate-overridden", publication->flow_id, detail);
}

static char *
join_reasons (GPtrArray *reasons)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < reasons->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            (const char *)g_ptr_array_index (reasons, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- connections
 * ---------------------------------------------------------------------------------- */

static SbConnection *
find_connection (GPtrArray *connections, const char *id)
{
  for (guint i = 0; i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      if (g_strcmp0 (connection->id, id) == 0)
        return connection;
    }
  return NULL;
}

static guint
count_production (GPtrArray *connections, const char *connector)
{
  guint count = 0;

  for (guint i = 0; i < connections->len; i++)
    {
      SbConnection *connection = g_ptr_array_index (connections, i);

      count += g_str_equal (connection->connector, connector) &&
               g_str_equal (connection->environment, "production");
    }
  return count;
}

/* @who: "The step “Invoice”" or "The trigger" */
static void
check_connection (SbEngine *self,
                  GPtrArray *connections,
                  GPtrArray *reasons,
                  const char *who,
                  const char *connector_id,
                  const char *wanted)
{
  SbConnector *connector = sb_connectors_find (self->connectors, connector_id);
  SbConnection *chosen = wanted != NULL ? find_connection (connections, wanted) : NULL;
  const char *vendor = connector != NULL ? connector->name : connector_id;
  guint count = count_production (connections, connector_id);
  char *reason = NULL;

  if (wanted != NULL && chosen == NULL)
    reason = g_strdup_printf (
      _ ("%s uses the connection “%s”, which is not there: choose another one"), who, wanted);
  else if (chosen != NULL && !g_str_equal (chosen->environment, "production"))
    reason = g_strdup_printf (_ ("%s uses “%s”, a sandbox connection: choose a production one"),
                              who, chosen->name);
  else if (chosen == NULL && count == 0)
    reason = g_strdup_printf (_ ("%s has no production connection to %s: add one"), who, vendor);
  else if (chosen == NULL && count > 1)
    reason =
      g_strdup_printf (_ ("%s may use %u connections to %s: choose one"), who, count, vendor);

  if (reason != NULL && !g_ptr_array_find_with_equal_func (reasons, reason, g_str_equal, NULL))
    g_ptr_array_add (reasons, reason);
  else
    g_free (reason);
}

/* Practice and sandbox engines have other accounts; only live needs the production ones. */
static void
check_connections (SbEngine *self, Publication *publication, GPtrArray *connections)
{
  SbFlow *flow = publication->flow;
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);

  if (!g_str_equal (self->mode, "live"))
    return;
  if (g_strcmp0 (flow->trigger_type, "webhook") == 0 && flow->trigger_connector != NULL)
    check_connection (self, connections, publication->reasons, _ ("The trigger"),
                      flow->trigger_connector, flow->trigger_connection);
  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);
      g_autofree char *who = NULL;

      if (step->type != SB_STEP_ACTION && step->type != SB_STEP_LOOKUP)
        continue;
      who = g_strdup_printf (_ ("The step “%s”"), step->name != NULL ? step->name : step->id);
      check_connection (self, connections, publication->reasons, who, step->connector,
                        step->connection);
    }
}

/* --- one after the other
 * --------------------------------------------------------------------------- */

static void
connections_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Publication *publication = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) connections =
    sb_store_list_connections_finish (SB_STORE (object), result, &error);
  g_autofree char *text = NULL;

  if (connections == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  check_connections (self, publication, connections);
  if (publication->reasons->len > 0 && publication->override == NULL)
    {
      text = join_reasons (publication->reasons);
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_REFUSED, _ ("“%s” cannot go live yet:\n%s"),
                               publication->flow->name, text);
      g_object_unref (task);
      return;
    }
  if (publication->reasons->len > 0)
    audit_override (self, publication);
  SB_CRASH_POINT ("publish-before-commit");
  sb_store_publish_async (self->store, publication->flow_id, publication->override, NULL,
                          published_cb, task);
}

static void
gate_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Publication *publication = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) closed = sb_gate_check_finish (SB_STORE (object), result, &error);

  if (closed == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  publication->reasons = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < closed->len; i++)
    g_ptr_array_add (publication->reasons, g_strdup (g_ptr_array_index (closed, i)));
  sb_store_list_connections_async (self->store, NULL, connections_cb, task);
}

static void
draft_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  Publication *publication = g_task_get_task_data (task);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  GError *error = NULL;
  g_autoptr (SbFlowRow) row = sb_store_load_flow_finish (SB_STORE (object), result, &error);

  if (row != NULL)
    {
      publication->flow = sb_flow_parse (row->draft, problems);
      if (publication->flow != NULL)
        sb_flow_check (publication->flow, self->connectors, problems);
      if (sb_problems_get_length (problems) > 0)
        sb_problems_to_error (problems, row->name, &error);
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  sb_gate_check_async (self->store, self->connectors, publication->flow_id, publication->flow, NULL,
                       gate_cb, task);
}

static void
publish (SbEngine *self, GTask *task)
{
  Publication *publication = g_task_get_task_data (task);

  sb_store_load_flow_async (self->store, publication->flow_id, NULL, draft_cb, g_object_ref (task));
}

void
sb_engine_publish_async (SbEngine *self,
                         const char *flow_id,
                         const char *override_reason,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Publication *publication = g_new0 (Publication, 1);

  publication->flow_id = g_strdup (flow_id);
  if (override_reason != NULL && override_reason[0] != '\0')
    publication->override = g_strdup (override_reason);
  g_task_set_source_tag (task, sb_engine_publish_async);
  g_task_set_task_data (task, publication, (GDestroyNotify)publication_free);
  sb_engine_invoke (self, publish, task);
}

gint
sb_engine_publish_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  gssize version = g_task_propagate_int (G_TASK (result), error);

  return MAX (version, 0);
}
