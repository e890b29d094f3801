/* test-sandbox.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-pilot.h"
#include "sb-practice.h"

/* A vendor whose sandbox is on this computer: a practice ground that the pilot knows nothing of. */
static const char acme[] =
  "{\"format\": 1, \"id\": \"acme\", \"name\": \"Acme\", \"kind\": \"other\", \"about\": \"A "
  "vendor for "
  "tests.\","
  " \"environments\": {\"production\": {\"base_url\": \"http://127.0.0.1:{{settings.port}}/acme\"},"
  "                  \"sandbox\": {\"base_url\": \"http://127.0.0.1:{{settings.port}}/acme\"}},"
  " \"settings\": [{\"key\": \"port\", \"label\": \"Port\", \"required\": true, \"sample\": \"1\", "
  "\"pattern\": \"^[0-9]+$\"},"
  "   {\"key\": \"token\", \"label\": \"Token\", \"secret\": true, \"required\": true, \"sample\": "
  "\"practice-token\"}],"
  " \"auth\": {\"scheme\": \"bearer\", \"value\": \"{{secrets.token}}\"},"
  " \"actions\": [{\"id\": \"note\", \"label\": \"take a note\", \"kind\": \"action\","
  "   \"fields\": [{\"key\": \"text\", \"label\": \"Text\", \"type\": \"text\", \"required\": "
  "true, "
  "\"sample\": \"hello\"}],"
  "   \"request\": {\"method\": \"POST\", \"path\": \"/notes\", \"encoding\": \"json\", \"body\": "
  "{\"text\": "
  "\"{{fields.text}}\"}},"
  "   \"idempotency\": {\"kind\": \"key\", \"in\": \"header\", \"name\": \"idempotency-key\"},"
  "   \"answer\": {\"sample\": {\"id\": \"100\", \"text\": \"{{fields.text}}\"}}}]}";

static const char flow_text[] =
  "{\"format\": 1, \"id\": \"notes\", \"name\": \"Notes\","
  " \"trigger\": {\"type\": \"webhook\", \"connector\": \"shopify\", \"trigger\": \"order-paid\"},"
  " \"steps\": [{\"id\": \"wait\", \"type\": \"delay\", \"duration\": \"3 h\"},"
  "  {\"id\": \"note\", \"type\": \"action\", \"connector\": \"acme\", \"action\": \"note\","
  "   \"connection\": \"acme-account\", \"fields\": {\"text\": \"{{trigger.name}}\"}}],"
  " \"criteria\": [{\"kind\": \"records\", \"at_least\": 3}, {\"kind\": \"sandbox-passed\"}]}";

typedef struct
{
  char *folder;
  SbEngine *home;
  SbPractice *vendor;
} Fixture;

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static void
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  SbEngineOptions options = {
    .mode = "live", .port = -1, .practice_port = -1, .in_memory_secrets = TRUE
  };
  g_autofree char *own = NULL, *file = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("sb-sandbox-XXXXXX", NULL);
  own = g_build_filename (fixture->folder, "connectors", NULL);
  g_assert_cmpint (g_mkdir (own, 0700), ==, 0);
  file = g_build_filename (own, "acme.json", NULL);
  g_assert_true (g_file_set_contents (file, acme, -1, NULL));
  options.folder = fixture->folder;
  fixture->home = sb_engine_new (&options, &error);
  g_assert_no_error (error);
  sb_engine_start (fixture->home, &error);
  g_assert_no_error (error);
  g_assert_nonnull (sb_connectors_find (sb_engine_get_connectors (fixture->home), "acme"));
  fixture->vendor = sb_practice_new (sb_engine_get_connectors (fixture->home));
  sb_practice_listen (fixture->vendor, 0, &error);
  g_assert_no_error (error);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sb_engine_stop (fixture->home, 0);
  g_object_unref (fixture->home);
  g_object_unref (fixture->vendor);
  remove_all (fixture->folder);
  g_free (fixture->folder);
}

static void
add_account (Fixture *fixture, const char *environment)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  g_autoptr (SbConnection) connection = NULL;
  g_autoptr (GAsyncResult) saved = NULL, kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *port = g_strdup_printf ("%d", sb_practice_get_port (fixture->vendor));
  SbStore *store = sb_engine_get_store (fixture->home);
  SbSecrets *secrets = sb_engine_get_secrets (fixture->home);

  sb_value_set_string (settings, "port", port);
  connection = sb_connection_new ("acme-account", "acme", "Acme account", environment, settings);
  sb_store_save_connection_async (store, connection, NULL, keep_result_cb, &saved);
  wait_for (&saved);
  id = sb_store_save_connection_finish (store, saved, &error);
  g_assert_no_error (error);
  sb_secrets_save_async (secrets, id, "token", "practice-token", NULL, keep_result_cb, &kept);
  wait_for (&kept);
  sb_secrets_save_finish (secrets, kept, &error);
  g_assert_no_error (error);
}

static SbValue *
run (Fixture *fixture, const char *mode, GError **error)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = sb_json_parse (flow_text, -1, NULL);
  g_autoptr (SbFlow) flow = sb_flow_parse (document, problems);
  g_autoptr (SbValue) records =
    sb_json_parse ("[{\"name\": \"#1\"}, {\"name\": \"#2\"}, {\"body\": {\"name\": \"#3\"}, "
                   "\"signature\": \"bad\","
                   " \"expect\": {\"outcome\": \"refused\"}}]",
                   -1, NULL);
  g_autoptr (SbPilot) pilot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_cmpuint (sb_problems_get_length (problems), ==, 0);
  pilot =
    sb_pilot_new (fixture->home, sb_engine_get_connectors (fixture->home), flow, records, mode);
  sb_pilot_run_async (pilot, NULL, keep_result_cb, &result);
  wait_for (&result);
  return sb_pilot_run_finish (pilot, result, error);
}

static guint
count_received (Fixture *fixture)
{
  g_autoptr (SbValue) received = sb_practice_get_received (fixture->vendor);

  return sb_value_get_length (received);
}

static void
test_sandbox (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) result = NULL;
  g_autofree char *text = NULL;

  add_account (fixture, "sandbox");
  result = run (fixture, "sandbox", &error);
  g_assert_no_error (error);
  text = sb_json_write (result);
  g_test_message ("%s", text);
  g_assert_true (sb_value_get_boolean_or (result, "passed", FALSE));
  g_assert_cmpuint (count_received (fixture), ==, 2);
  g_assert_null (strstr (text, "practice-token"));
}

/* The owner's accounts are asked for nothing in practice. */
static void
test_practice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) result = NULL;

  add_account (fixture, "production");
  result = run (fixture, "practice", &error);
  g_assert_no_error (error);
  g_assert_true (sb_value_get_boolean_or (result, "passed", FALSE));
  g_assert_cmpuint (count_received (fixture), ==, 0);
}

static void
test_production_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add_account (fixture, "production");
  g_assert_null (run (fixture, "sandbox", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "production"));
  g_assert_cmpuint (count_received (fixture), ==, 0);
}

static void
test_no_account (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (run (fixture, "sandbox", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
}

/* A flow that is started by hand has no bell to ring. */
static void
test_manual (Fixture *fixture, gconstpointer data)
{
  static const char manual[] =
    "{\"format\": 1, \"name\": \"By hand\", \"trigger\": {\"type\": \"manual\"},"
    " \"steps\": [{\"id\": \"note\", \"type\": \"action\", \"connector\": \"acme\", \"action\": "
    "\"note\","
    "   \"fields\": {\"text\": \"{{trigger.name}}\"}}]}";
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = sb_json_parse (manual, -1, NULL);
  g_autoptr (SbFlow) flow = sb_flow_parse (document, problems);
  g_autoptr (SbValue) records =
    sb_json_parse ("[{\"name\": \"a\"}, {\"name\": \"b\"}, {}]", -1, NULL);
  g_autoptr (SbPilot) pilot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) result = NULL;
  SbValue *list;

  pilot = sb_pilot_new (NULL, sb_engine_get_connectors (fixture->home), flow, records, "preview");
  sb_pilot_run_async (pilot, NULL, keep_result_cb, &done);
  wait_for (&done);
  result = sb_pilot_run_finish (pilot, done, &error);
  g_assert_no_error (error);
  g_clear_object (&pilot);
  g_clear_object (&done);
  g_clear_pointer (&result, sb_value_unref);

  pilot = sb_pilot_new (fixture->home, sb_engine_get_connectors (fixture->home), flow, records,
                        "practice");
  sb_pilot_run_async (pilot, NULL, keep_result_cb, &done);
  wait_for (&done);
  result = sb_pilot_run_finish (pilot, done, &error);
  g_assert_no_error (error);
  list = sb_value_get_member (result, "records");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_item (list, 0), "outcome"), ==, "done");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_item (list, 1), "verdict"), ==, "done");
  /* The third has no name: it stops and says so. */
  g_assert_cmpstr (sb_value_get_string (sb_value_get_item (list, 2), "outcome"), ==, "inbox");
  g_assert_cmpstr (sb_value_get_string (sb_value_get_item (list, 2), "verdict"), ==, "unexpected");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define add(path, function)                                                                        \
  g_test_add ("/sandbox/" path, Fixture, NULL, set_up, function, tear_down)
  add ("passes", test_sandbox);
  add ("practice-asks-no-account", test_practice);
  add ("production-refused", test_production_refused);
  add ("no-account", test_no_account);
  add ("manual", test_manual);
#undef add
  return g_test_run ();
}
