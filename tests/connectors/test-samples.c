/* test-samples.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every connector that is shipped, with its own samples: each action builds a request, and its
 * sample answer is judged as done; each trigger's samples are signed and judged.
 */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-paths.h"
#include "sb-request.h"
#include "sb-signature.h"
#include "sb-template.h"

#define NOW G_GINT64_CONSTANT (1795162446000000)

typedef void (*ConnectorFunc) (SbConnector *connector,
                               SbConnection *connection,
                               GHashTable *secrets);

static void
for_each_connector (ConnectorFunc func)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbConnectors) connectors = sb_connectors_new (data_dir, NULL, problems);

  g_assert_cmpuint (sb_connectors_get_length (connectors), >=, 10);
  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);
      g_autoptr (GHashTable) secrets = NULL;
      g_autoptr (SbConnection) connection = sb_connection_new_practice (connector, &secrets);

      func (connector, connection, secrets);
    }
}

static SbValue *
sample_fields (SbAction *action, gboolean required_only)
{
  SbValue *fields = sb_value_new_object ();

  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);

      if (field->sample != NULL && (field->required || !required_only))
        sb_value_set (fields, field->key, sb_value_ref (field->sample));
    }
  return fields;
}

static void
check_answer (SbConnector *connector, SbAction *action, SbValue *fields)
{
  SbValue *declared = sb_value_get_member (action->document, "answer");
  g_autoptr (SbScope) scope = sb_scope_new ("UTC", NOW);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) key = sb_value_new_string ("key-1");
  g_autoptr (SbValue) body = NULL;
  g_autoptr (SbOutcome) outcome = NULL;
  char *text;
  SbAnswer answer = { .status = 200, .sent = TRUE };

  sb_scope_set (scope, "fields", fields);
  sb_scope_set (scope, "key", key);
  body = sb_render_value (sb_value_get_member (declared, "sample"), scope, &error);
  g_assert_no_error (error);
  text = sb_json_write (body);
  answer.body = g_bytes_new_take (text, strlen (text));
  outcome = sb_answer_judge (connector, action, &answer, NOW);
  if (outcome->kind != SB_OUTCOME_DONE)
    g_error ("%s: %s: %s", connector->id, action->id, outcome->message);
  g_assert_true (outcome->found);
  for (guint i = 0; i < action->outputs->len; i++)
    {
      SbField *output = g_ptr_array_index (action->outputs, i);

      if (sb_value_get_path (outcome->output, output->key) == NULL)
        g_error ("%s: %s: the sample answer has no %s", connector->id, action->id, output->key);
    }
  sb_answer_clear (&answer);
}

static void
check_build (SbConnector *connector,
             SbConnection *connection,
             GHashTable *secrets,
             SbAction *action,
             gboolean required_only)
{
  g_autoptr (SbValue) fields = sample_fields (action, required_only);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRequest) request =
    sb_request_build (connector, action, connection, secrets, fields, "run-1/step/1", NULL, &error);
  g_autoptr (SbRequest) practice = NULL;
  g_autoptr (GUri) uri = NULL;
  g_autoptr (SbValue) shown = NULL;
  GHashTableIter iter;
  gpointer secret;

  if (request == NULL)
    g_error ("%s: %s: %s", connector->id, action->id, error->message);
  g_assert_true (g_str_has_prefix (request->url, "https://"));
  uri = g_uri_parse (request->url, G_URI_FLAGS_NONE, &error);
  g_assert_no_error (error);
  shown = sb_json_parse (request->shown, -1, &error);
  g_assert_no_error (error);
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, NULL, &secret))
    g_assert_null (strstr (request->shown, secret));

  practice = sb_request_build (connector, action, connection, secrets, fields, "run-1/step/1",
                               "http://127.0.0.1:4711/x", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (practice->url, "http://127.0.0.1:4711/x"));
  g_assert_true (
    g_str_has_suffix (request->url, practice->url + strlen ("http://127.0.0.1:4711/x")));
  g_assert_true (request->body == practice->body || g_bytes_equal (request->body, practice->body));
  if (!required_only)
    check_answer (connector, action, fields);
}

static void
check_actions (SbConnector *connector, SbConnection *connection, GHashTable *secrets)
{
  for (guint i = 0; i < connector->actions->len; i++)
    {
      SbAction *action = g_ptr_array_index (connector->actions, i);

      check_build (connector, connection, secrets, action, FALSE);
      check_build (connector, connection, secrets, action, TRUE);
    }
}

static void
test_actions (void)
{
  for_each_connector (check_actions);
}

static SbVerdict *
judge (SbConnector *connector,
       SbTrigger *trigger,
       SbConnection *connection,
       GHashTable *secrets,
       GHashTable *headers,
       GBytes *body,
       gint64 now_us)
{
  SbIncoming incoming = { "POST", "/in/x", headers, body };

  return sb_signature_judge (connector, trigger->id, connection, secrets, &incoming, NULL, now_us);
}

/* A wrong secret, a changed byte and an old time stamp are refused. */
static void
check_refusals (SbConnector *connector,
                SbTrigger *trigger,
                SbConnection *connection,
                GHashTable *secrets,
                GHashTable *headers,
                GBytes *body)
{
  SbValue *webhook = sb_connector_get_webhook (connector, connection->settings);
  const char *secret = sb_value_get_string (webhook, "secret");
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (body, &length);
  g_autofree guint8 *flipped = g_memdup2 (data, length);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (SbVerdict) verdict = NULL;
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (SbVerdict) unsigned_verdict = NULL;

  flipped[length / 2] ^= 1;
  changed = g_bytes_new (flipped, length);
  verdict = judge (connector, trigger, connection, secrets, headers, changed, NOW);
  g_assert_cmpint (verdict->kind, ==, SB_VERDICT_REFUSED);
  g_assert_cmpuint (verdict->status, ==, 401);
  g_assert_null (verdict->body);
  unsigned_verdict = judge (connector, trigger, connection, secrets, none, body, NOW);
  g_assert_cmpint (unsigned_verdict->kind, ==, SB_VERDICT_REFUSED);
  if (sb_value_get_member (webhook, "timestamp") != NULL)
    {
      g_autoptr (SbVerdict) late = judge (connector, trigger, connection, secrets, headers, body,
                                          NOW + 302 * G_GINT64_CONSTANT (1000000));
      g_autoptr (SbVerdict) early = judge (connector, trigger, connection, secrets, headers, body,
                                           NOW - 302 * G_GINT64_CONSTANT (1000000));

      g_assert_cmpint (late->kind, ==, SB_VERDICT_REFUSED);
      g_assert_cmpint (early->kind, ==, SB_VERDICT_REFUSED);
    }
  if (secret != NULL)
    {
      g_autoptr (GHashTable) wrong = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (SbVerdict) other = NULL;
      g_autoptr (SbVerdict) missing = NULL;

      missing = judge (connector, trigger, connection, wrong, headers, body, NOW);
      g_assert_cmpint (missing->kind, ==, SB_VERDICT_REFUSED);
      g_hash_table_insert (wrong, (gpointer)secret, (gpointer) "whsec_bm90IHRoZSBrZXk=");
      other = judge (connector, trigger, connection, wrong, headers, body, NOW);
      g_assert_cmpint (other->kind, ==, SB_VERDICT_REFUSED);
    }
}

static void
check_sample (SbConnector *connector,
              SbTrigger *trigger,
              SbConnection *connection,
              GHashTable *secrets,
              SbValue *sample)
{
  SbValue *webhook = sb_connector_get_webhook (connector, connection->settings);
  char *text = sb_json_write (sample);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) headers = sb_signature_sign (connector, trigger->id, connection, secrets,
                                                      NULL, body, "event-1", NOW, &error);
  g_autoptr (SbVerdict) verdict = NULL;
  g_autoptr (SbScope) scope = sb_scope_new ("UTC", NOW);
  g_autofree char *record = NULL;

  g_assert_no_error (error);
  verdict = judge (connector, trigger, connection, secrets, headers, body, NOW);
  if (verdict->kind != SB_VERDICT_ACCEPTED)
    g_error ("%s: %s: %s", connector->id, trigger->id, verdict->reason);
  g_assert_nonnull (verdict->event_id);
  g_assert_cmpstr (verdict->event_id, !=, "");
  g_assert_true (sb_value_equal (verdict->body, sample));
  g_assert_null (verdict->version_note);
  sb_scope_set (scope, "trigger", verdict->body);
  record = sb_render_text (trigger->record, scope, &error);
  g_assert_no_error (error);
  if (g_strcmp0 (sb_value_get_string (webhook, "scheme"), "secret-path") != 0)
    check_refusals (connector, trigger, connection, secrets, headers, body);
}

static void
check_triggers (SbConnector *connector, SbConnection *connection, GHashTable *secrets)
{
  for (guint i = 0; i < connector->triggers->len; i++)
    {
      SbTrigger *trigger = g_ptr_array_index (connector->triggers, i);

      for (guint j = 0; j < sb_value_get_length (trigger->samples); j++)
        check_sample (connector, trigger, connection, secrets,
                      sb_value_get_item (trigger->samples, j));
    }
}

static void
test_triggers (void)
{
  for_each_connector (check_triggers);
}

static void
check_practice (SbConnector *connector, SbConnection *connection, GHashTable *secrets)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *text = NULL;

  sb_connection_check (connection, connector, secrets, problems);
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (text, ==, "");
}

/* The practice account passes the check that the owner's accounts go through. */
static void
test_practice (void)
{
  for_each_connector (check_practice);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samples/actions", test_actions);
  g_test_add_func ("/samples/triggers", test_triggers);
  g_test_add_func ("/samples/practice", test_practice);
  return g_test_run ();
}
