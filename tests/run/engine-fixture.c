/* engine-fixture.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-json.h"

#define PATIENCE_US (30 * (gint64)G_USEC_PER_SEC)

void
got_cb (GObject *object, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

GAsyncResult *
await (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

SbValue *
fixture_parse (const char *json)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  g_autoptr (GError) error = NULL;
  SbValue *value = sb_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return value;
}

void
fixture_spin (gint64 time_us)
{
  gint64 until_us = g_get_monotonic_time () + time_us;

  while (g_get_monotonic_time () < until_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

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

static void
alert_cb (SbEngine *engine, const char *message, gpointer data)
{
  g_ptr_array_add (((Fixture *)data)->alerts, g_strdup (message));
}

void
fixture_start (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->engine = sb_engine_new (&self->options, &error);
  g_assert_no_error (error);
  self->store = sb_engine_get_store (self->engine);
  g_signal_connect (self->engine, "alert", G_CALLBACK (alert_cb), self);
  sb_engine_start (self->engine, &error);
  g_assert_no_error (error);
}

void
fixture_stop (Fixture *self, gint64 grace_us)
{
  sb_engine_stop (self->engine, grace_us);
  fixture_spin (1000);
  g_assert_finalize_object (self->engine);
  self->engine = NULL;
}

static void
add_connector (Fixture *self)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "run", "vendor.json", NULL);
  g_autofree char *dir = g_build_filename (self->folder, "connectors", NULL);
  g_autofree char *path = g_build_filename (dir, "vendor.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (source, &text, NULL, &error);
  g_assert_no_error (error);
  g_mkdir (dir, 0700);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

void
fixture_set_options (Fixture *self)
{
  self->alerts = g_ptr_array_new_with_free_func (g_free);
  self->options.folder = self->folder;
  self->options.mode = "live";
  self->options.port = -1;
  self->options.practice_port = -1;
  self->options.backoff_us = 50 * 1000;
  self->options.backoff_max_us = 200 * 1000;
  self->options.timeout_us = 500 * 1000;
  self->options.in_memory_secrets = TRUE;
}

void
fixture_set_up (Fixture *self, gconstpointer data)
{
  self->vendor = fake_vendor_new ();
  self->vendor_port = fake_vendor_get_port (self->vendor);
  self->folder = g_dir_make_tmp ("sb-engine-XXXXXX", NULL);
  fixture_set_options (self);
  add_connector (self);
  if (data == NULL)
    {
      fixture_start (self);
      fixture_connect (self, "vendor", "production", "good");
    }
}
void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  if (self->engine != NULL)
    fixture_stop (self, 0);
  fake_vendor_free (self->vendor);
  remove_folder (self->folder);
  g_ptr_array_unref (self->alerts);
  g_free (self->folder);
}

void
fixture_reload (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sb_engine_reload_async (self->engine, NULL, got_cb, &result);
  sb_engine_reload_finish (self->engine, await (&result), &error);
  g_assert_no_error (error);
}

static void
save_connection (Fixture *self, const char *id, const char *environment)
{
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", self->vendor_port);
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *got = NULL;

  sb_value_set_string (settings, "address", address);
  connection = sb_connection_new (id, "vendor", "My vendor", environment, settings);
  connection->secret_changed_us = sb_clock_now_us ();
  sb_store_save_connection_async (self->store, connection, NULL, got_cb, &result);
  got = sb_store_save_connection_finish (self->store, await (&result), &error);
  g_assert_no_error (error);
}

static void
save_secret (Fixture *self, const char *id, const char *token)
{
  SbSecrets *secrets = sb_engine_get_secrets (self->engine);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sb_secrets_save_async (secrets, id, "token", token, NULL, got_cb, &result);
  sb_secrets_save_finish (secrets, await (&result), &error);
  g_assert_no_error (error);
}

void
fixture_connect (Fixture *self, const char *id, const char *environment, const char *token)
{
  save_connection (self, id, environment);
  if (token != NULL)
    save_secret (self, id, token);
  fixture_reload (self);
}

void
fixture_set_secret (Fixture *self, const char *id, const char *token)
{
  save_secret (self, id, token);
  save_connection (self, id, "production");
  fixture_reload (self);
}

void
fixture_publish (Fixture *self, const char *steps)
{
  g_autofree char *json =
    g_strdup_printf ("{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', "
                     "'connector': 'vendor', 'trigger': 'order'}, 'steps': %s}",
                     steps);
  g_autoptr (SbValue) document = fixture_parse (json);
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) published = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  sb_store_save_draft_async (self->store, "flow", "Flow", document, NULL, got_cb, &saved);
  id = sb_store_save_draft_finish (self->store, await (&saved), &error);
  g_assert_no_error (error);
  sb_engine_publish_async (self->engine, "flow", "a test", NULL, got_cb, &published);
  sb_engine_publish_finish (self->engine, await (&published), &error);
  g_assert_no_error (error);
}

void
fixture_set_flow_state (Fixture *self, const char *state)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sb_store_set_flow_state_async (self->store, "flow", state, NULL, got_cb, &result);
  sb_store_set_flow_state_finish (self->store, await (&result), &error);
  g_assert_no_error (error);
  fixture_reload (self);
}

gint64
fixture_submit (Fixture *self, const char *record)
{
  g_autoptr (SbValue) value = fixture_parse (record);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { 0 };

  sb_engine_submit_async (self->engine, "flow", value, NULL, got_cb, &result);
  sb_engine_submit_finish (self->engine, await (&result), &accepted, &error);
  g_assert_no_error (error);
  return accepted.run;
}

SbClaim *
fixture_load (Fixture *self, gint64 run)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbClaim *claim = NULL;

  sb_store_load_run_async (self->store, run, NULL, got_cb, &result);
  claim = sb_store_load_run_finish (self->store, await (&result), &error);
  g_assert_no_error (error);
  return claim;
}

SbClaim *
fixture_wait (Fixture *self, gint64 run, const char *state)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  while (TRUE)
    {
      g_autoptr (SbClaim) claim = fixture_load (self, run);

      if (g_str_equal (claim->run->state, state))
        return g_steal_pointer (&claim);
      if (g_get_monotonic_time () > deadline_us)
        g_error ("run %" G_GINT64_FORMAT " is %s (%s), not %s", run, claim->run->state,
                 claim->run->problem, state);
      fixture_spin (5000);
    }
}

void
fixture_resolve (Fixture *self, gint64 run, const char *decision, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_resolve_async (self->engine, run, decision, NULL, got_cb, &result);
  sb_engine_resolve_finish (self->engine, await (&result), error);
}

void
assert_says (const char *text, const char *words)
{
  if (text == NULL || strstr (text, words) == NULL)
    g_error ("“%s” does not say “%s”", text, words);
}

SbAttempt *
nth_attempt (SbClaim *claim, guint index)
{
  g_assert_cmpuint (claim->attempts->len, >, index);
  return g_ptr_array_index (claim->attempts, index);
}
