/* store-fixture.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>

#include "sb-clock.h"
#include "sb-json.h"

void
fixture_set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("signalbox-store-XXXXXX", &error);
  g_assert_no_error (error);
  self->store = sb_store_open (self->folder, &error);
  g_assert_no_error (error);
}

void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_remove (path);
    }
  g_rmdir (folder);
}

void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  sb_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (self->store);
  remove_folder (self->folder);
  g_free (self->folder);
}

void
fixture_reopen (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  sb_store_close (self->store);
  g_object_unref (self->store);
  self->store = sb_store_open (self->folder, &error);
  g_assert_no_error (error);
}

void
got_cb (GObject *source, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

GAsyncResult *
await (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return *slot;
}

SbValue *
json (const char *text)
{
  g_autoptr (GError) error = NULL;
  SbValue *value = sb_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return value;
}

void
make_live_flow (SbStore *store, const char *id)
{
  g_autoptr (SbValue) document = json ("{\"format\": 1, \"steps\": []}");
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) published = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *made = NULL;

  sb_store_save_draft_async (store, id, "Orders", document, NULL, got_cb, &saved);
  made = sb_store_save_draft_finish (store, await (&saved), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (made, ==, id);
  sb_store_publish_async (store, id, "first", NULL, got_cb, &published);
  g_assert_cmpint (sb_store_publish_finish (store, await (&published), &error), >, 0);
  g_assert_no_error (error);
}

SbEvent *
make_event (const char *flow, const char *event_id, const char *body)
{
  SbEvent *event = sb_event_new ();

  event->flow_id = g_strdup (flow);
  event->event_id = g_strdup (event_id);
  event->source = g_strdup ("webhook");
  event->topic = g_strdup ("orders/paid");
  event->label = g_strdup_printf ("Order %s", event_id);
  event->headers = g_strdup ("{\"content-type\":\"application/json\"}");
  event->body = g_bytes_new (body, strlen (body));
  event->received_us = sb_clock_now_us ();
  return event;
}

gboolean
accept_event (SbStore *store, SbEvent *event, SbAccepted *accepted, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_accept_event_async (store, event, NULL, got_cb, &result);
  return sb_store_accept_event_finish (store, await (&result), accepted, error);
}

SbAccepted
take_in (SbStore *store, const char *flow, const char *event_id)
{
  g_autoptr (SbEvent) event = make_event (flow, event_id, "{\"total\": 10.00}");
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { 0 };

  accept_event (store, event, &accepted, &error);
  g_assert_no_error (error);
  return accepted;
}

void
set_flow_state (SbStore *store, const char *id, const char *state)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sb_store_set_flow_state_async (store, id, state, NULL, got_cb, &result);
  g_assert_true (sb_store_set_flow_state_finish (store, await (&result), &error));
  g_assert_no_error (error);
}

SbFlowRow *
load_flow (SbStore *store, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_load_flow_async (store, id, NULL, got_cb, &result);
  return sb_store_load_flow_finish (store, await (&result), error);
}

GPtrArray *
claim (SbStore *store, guint limit, gint64 now_us, gint64 *next_us)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *claims;

  sb_store_claim_runs_async (store, "tester", limit, now_us, NULL, got_cb, &result);
  claims = sb_store_claim_runs_finish (store, await (&result), next_us, &error);
  g_assert_no_error (error);
  return claims;
}

gboolean
apply (SbStore *store, SbRunChange *change, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_apply_async (store, change, NULL, got_cb, &result);
  return sb_store_apply_finish (store, await (&result), error);
}

void
move_run (SbStore *store, gint64 run, const char *state)
{
  g_autoptr (SbRunChange) change = sb_run_change_new ();
  g_autoptr (GError) error = NULL;

  change->run = run;
  change->state = state;
  apply (store, change, &error);
  g_assert_no_error (error);
}

SbClaim *
load_run (SbStore *store, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_load_run_async (store, id, NULL, got_cb, &result);
  return sb_store_load_run_finish (store, await (&result), error);
}

GPtrArray *
list_runs (SbStore *store, SbRunQuery *query)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *rows;

  sb_store_list_runs_async (store, query, NULL, got_cb, &result);
  rows = sb_store_list_runs_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return rows;
}

SbValue *
summary (SbStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbValue *value;

  sb_store_summary_async (store, NULL, got_cb, &result);
  value = sb_store_summary_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return value;
}

gint64
retain (SbStore *store, gint64 max_age_us, gint64 max_bytes)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 removed;

  sb_store_retain_async (store, max_age_us, max_bytes, NULL, got_cb, &result);
  removed = sb_store_retain_finish (store, await (&result), &error);
  g_assert_no_error (error);
  return removed;
}
