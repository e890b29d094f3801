/* test-gate.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-paths.h"
#include "sb-pilot.h"

static const char flow_text[] =
  "{\"format\": 1, \"name\": \"Tell\", \"trigger\": {\"type\": \"webhook\", \"connector\": "
  "\"shopify\","
  " \"trigger\": \"order-paid\", \"connection\": \"shop\"},"
  " \"steps\": [{\"id\": \"tell\", \"name\": \"Tell them\", \"type\": \"action\", \"connector\": "
  "\"slack\","
  "  \"action\": \"post-message\", \"connection\": \"chat\","
  "  \"fields\": {\"channel\": \"#a\", \"text\": \"{{trigger.name}}\"}}],"
  " \"plan\": {\"owner\": \"Ann\"}, \"criteria\": []}";

static SbFlow *
parse (SbValue *document)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbFlow *flow = sb_flow_parse (document, problems);
  g_autofree char *text = sb_problems_to_text (problems);

  g_assert_cmpstr (text, ==, "");
  return flow;
}

static SbFlow *
make_flow (void)
{
  g_autoptr (SbValue) document = sb_json_parse (flow_text, -1, NULL);

  return parse (document);
}

static SbConnection *
make_connection (const char *id, const char *connector, const char *shop, gint64 changed_us)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();
  SbConnection *connection;

  sb_value_set_string (settings, "shop", shop);
  connection = sb_connection_new (id, connector, id, "production", settings);
  connection->secret_changed_us = changed_us;
  return connection;
}

static GPtrArray *
make_connections (const char *shop, gint64 changed_us)
{
  GPtrArray *connections = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_connection_unref);

  g_ptr_array_add (connections, make_connection ("shop", "shopify", shop, changed_us));
  g_ptr_array_add (connections, make_connection ("chat", "slack", "", 1));
  g_ptr_array_add (connections, make_connection ("other", "stripe", shop, changed_us));
  return connections;
}

static SbConnectors *
load_connectors (void)
{
  g_autofree char *data = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();

  return sb_connectors_new (data, NULL, problems);
}

static char *
print (SbFlow *flow, SbConnectors *connectors, const char *shop, gint64 changed_us)
{
  g_autoptr (GPtrArray) connections = make_connections (shop, changed_us);

  return sb_pilot_fingerprint (flow, connectors, connections);
}

static void
test_fingerprint (void)
{
  g_autoptr (SbConnectors) connectors = load_connectors ();
  g_autoptr (SbFlow) flow = make_flow ();
  g_autofree char *base = print (flow, connectors, "harbour", 5);
  g_autofree char *same = print (flow, connectors, "harbour", 5);
  g_autofree char *settings = print (flow, connectors, "other-shop", 5);
  g_autofree char *secret = print (flow, connectors, "harbour", 6);
  g_autoptr (SbValue) value = sb_value_new_string ("{{trigger.id}}");
  g_autoptr (SbValue) mapped = sb_flow_with_field (flow, "tell", "text", value);
  g_autoptr (SbFlow) mapped_flow = parse (mapped);
  g_autofree char *mapping = print (mapped_flow, connectors, "harbour", 5);
  g_autoptr (SbValue) rebound = sb_flow_with_connection (flow, "tell", "other");
  g_autoptr (SbFlow) rebound_flow = parse (rebound);
  g_autofree char *binding = print (rebound_flow, connectors, "harbour", 5);
  g_autoptr (SbValue) renamed = sb_value_copy (flow->document);
  g_autoptr (SbFlow) renamed_flow = NULL;
  g_autofree char *name = NULL, *version = NULL;
  SbConnector *shopify = sb_connectors_find (connectors, "shopify");
  SbValue *document = shopify->document;
  g_autoptr (SbValue) newer = sb_value_copy (document);

  g_assert_cmpstr (base, ==, same);
  g_assert_cmpstr (base, !=, settings);
  g_assert_cmpstr (base, !=, secret);
  g_assert_cmpstr (base, !=, mapping);
  g_assert_cmpstr (base, !=, binding);

  /* What is only for people does not close the gate. */
  sb_value_set_string (renamed, "name", "Tell them all");
  sb_value_set (renamed, "plan", sb_value_new_object ());
  renamed_flow = parse (renamed);
  name = print (renamed_flow, connectors, "harbour", 5);
  g_assert_cmpstr (base, ==, name);

  sb_value_set_string (sb_value_get_member (newer, "version"), "value", "2027-01");
  shopify->document = newer;
  version = print (flow, connectors, "harbour", 5);
  shopify->document = document;
  g_assert_cmpstr (base, !=, version);
}

static SbPilotRow *
make_row (const char *mode, const char *fingerprint, gint64 finished_us)
{
  SbPilotRow *row = sb_pilot_row_new ();

  row->mode = g_strdup (mode);
  row->fingerprint = g_strdup (fingerprint);
  row->passed = TRUE;
  row->finished_us = finished_us;
  return row;
}

static void
assert_reason (SbFlow *flow,
               const char *fingerprint,
               SbPilotRow *practice,
               SbPilotRow *sandbox,
               gint64 now_us,
               const char *words)
{
  g_autoptr (GPtrArray) reasons =
    sb_gate_list_reasons (flow, fingerprint, practice, sandbox, now_us);

  if (words == NULL)
    {
      g_assert_cmpuint (reasons->len, ==, 0);
      return;
    }
  g_assert_cmpuint (reasons->len, ==, 1);
  g_test_message ("%s", (const char *)g_ptr_array_index (reasons, 0));
  g_assert_nonnull (strstr (g_ptr_array_index (reasons, 0), words));
}

static void
test_gate (void)
{
  g_autoptr (SbConnectors) connectors = load_connectors ();
  g_autoptr (SbFlow) flow = make_flow ();
  g_autofree char *now = print (flow, connectors, "harbour", 5);
  g_autofree char *other_account = print (flow, connectors, "other-shop", 5);
  gint64 day = G_TIME_SPAN_DAY, time = 1000 * day;
  g_autoptr (SbPilotRow) fresh = make_row ("practice", now, time);
  g_autoptr (SbPilotRow) account = make_row ("practice", other_account, time);
  g_autoptr (SbPilotRow) broken = make_row ("practice", "nonsense", time);
  g_autoptr (SbPilotRow) failed = make_row ("practice", now, time);

  assert_reason (flow, now, fresh, NULL, time + day, NULL);
  assert_reason (flow, now, NULL, NULL, time, "Run the pilot");
  assert_reason (flow, now, fresh, NULL, time + 29 * day, NULL);
  assert_reason (flow, now, fresh, NULL, time + 30 * day, "30 days old");
  assert_reason (flow, now, account, NULL, time, "connection");
  assert_reason (flow, now, broken, NULL, time, "changed");

  failed->passed = FALSE;
  failed->result =
    sb_json_parse ("{\"records\": [{\"number\": 9, \"verdict\": \"unexpected\", \"cells\": "
                   "[{\"verdict\": \"unexpected\","
                   " \"message\": \"Slack has no channel #returns\"}]}], \"criteria\": []}",
                   -1, NULL);
  assert_reason (flow, now, failed, NULL, time,
                 "Record 9 did not go as expected: Slack has no channel");
}

/* Nothing went otherwise than expected, and still it may not go live. */
static void
test_criteria (void)
{
  g_autoptr (SbFlow) flow = make_flow ();
  g_autoptr (SbPilotRow) slow = make_row ("practice", "a.b.c", 1);
  g_autoptr (SbPilotRow) empty = make_row ("practice", "a.b.c", 1);
  g_autoptr (SbPilotRow) unsaid = make_row ("practice", "a.b.c", 1);

  slow->passed = FALSE;
  slow->result =
    sb_json_parse ("{\"records\": [], \"criteria\": ["
                   "{\"kind\": \"time\", \"text\": \"Told within 5 minutes\", \"detail\": "
                   "\"slowest 9 min\", \"met\": "
                   "false}, {\"kind\": \"x\", \"text\": \"No order twice\", \"met\": true},"
                   "{\"kind\": \"sandbox-passed\", \"text\": \"Sandbox\", \"met\": false}]}",
                   -1, NULL);
  assert_reason (flow, "a.b.c", slow, NULL, 2,
                 "A success criterion is not met: Told within 5 minutes (slowest 9 min).");

  empty->passed = FALSE;
  empty->result = sb_json_parse ("{\"records\": [], \"criteria\": []}", -1, NULL);
  assert_reason (flow, "a.b.c", empty, NULL, 2, "did not pass. Run it again.");

  unsaid->passed = FALSE;
  unsaid->result =
    sb_json_parse ("{\"records\": [{\"number\": 3, \"verdict\": \"unexpected\"}]}", -1, NULL);
  assert_reason (flow, "a.b.c", unsaid, NULL, 2,
                 "Record 3 did not go as expected: it did not end.");
}

/* What the pilot vouches for has three parts: steps, connections, versions of the vendors' APIs. */
static void
test_changed_since (void)
{
  g_autoptr (SbFlow) flow = make_flow ();
  g_autoptr (SbPilotRow) row = make_row ("practice", "a.b.c", 1);

  assert_reason (flow, "a.b.c", row, NULL, 2, NULL);
  assert_reason (flow, "x.b.c", row, NULL, 2, "The flow changed after the last");
  assert_reason (flow, "a.x.c", row, NULL, 2, "A connection of this flow changed");
  assert_reason (flow, "a.b.x", row, NULL, 2, "API version changed");
}

static void
test_changed_step (void)
{
  g_autoptr (SbConnectors) connectors = load_connectors ();
  g_autoptr (SbFlow) flow = make_flow ();
  g_autofree char *then = print (flow, connectors, "harbour", 5);
  g_autoptr (SbPilotRow) row = make_row ("practice", then, 1);
  g_autoptr (SbValue) value = sb_value_new_string ("{{trigger.id}}");
  g_autoptr (SbValue) mapped = sb_flow_with_field (flow, "tell", "text", value);
  g_autoptr (SbFlow) changed = parse (mapped);
  g_autofree char *now = print (changed, connectors, "harbour", 5);

  row->result = sb_json_parse ("{\"steps\": {\"tell\": \"0\"}}", -1, NULL);
  assert_reason (changed, now, row, NULL, 2, "“Tell them” changed");
}

static void
test_sandbox (void)
{
  g_autoptr (SbConnectors) connectors = load_connectors ();
  g_autoptr (SbValue) document = sb_json_parse (flow_text, -1, NULL);
  g_autoptr (SbFlow) flow = NULL;
  g_autofree char *now = NULL;
  g_autoptr (SbPilotRow) practice = NULL, sandbox = NULL;

  sb_value_set (document, "criteria", sb_json_parse ("[{\"kind\": \"sandbox-passed\"}]", -1, NULL));
  flow = parse (document);
  now = print (flow, connectors, "harbour", 5);
  practice = make_row ("practice", now, 1);
  sandbox = make_row ("sandbox", now, 1);
  assert_reason (flow, now, practice, NULL, 2, "Sandbox");
  assert_reason (flow, now, practice, sandbox, 2, NULL);
}

static const char nasty[] =
  "{\"flow\": \"<script>alert(1)</script>\", \"mode\": \"practice\", \"passed\": false,"
  " \"started\": \"2026-11-23T18:00:00.000000Z\", \"finished\": \"2026-11-23T18:00:01.500000Z\","
  " \"columns\": [{\"place\": \"trigger\", \"title\": \"Re<b>ceived\", \"system\": \"A&B\"},"
  "               {\"place\": \"x\", \"title\": \"Stock\", \"system\": \"S\"}],"
  " \"records\": [{\"number\": 1, \"title\": \"\\\"><img src=x onerror=alert(1)>\", \"note\": "
  "\"佐藤 \\u001b[31mred\\u202e\","
  "   \"verdict\": \"unexpected\", \"problem\": \"<script>alert(2)</script>\","
  "   \"cells\": [{\"place\": \"trigger\", \"verdict\": \"done\", \"detail\": \"9 ms\", \"tries\": "
  "0,"
  "                \"request\": \"{\\\"a\\\": \\\"</pre><script>alert(3)</script>\\\"}\", "
  "\"response\": \"<script>\"},"
  "               {\"place\": \"x\", \"verdict\": \"\\\" onclick=alert(4)\", \"detail\": \"d\", "
  "\"tries\": 1}]},"
  "  {\"number\": 2, \"title\": \"Order #2\", \"note\": \"\", \"verdict\": \"done\", \"cells\": ["
  "   {\"place\": \"trigger\", \"verdict\": \"held\", \"detail\": \"no second run\", \"tries\": 0},"
  "   {\"place\": \"x\", \"verdict\": \"expected-failure\", \"detail\": \"refused, 400\", "
  "\"message\": \"No.\", \"tries\": 1}]}],"
  " \"criteria\": [{\"kind\": \"k\", \"text\": \"<i>text\", \"met\": true, \"detail\": \"<u>\"}], "
  "\"problems\": [\"<p>\"]}";

static void
test_html (void)
{
  g_autoptr (SbValue) result = sb_json_parse (nasty, -1, NULL);
  g_autofree char *page = sb_report_write_html (result);
  static const char *const absent[] = { "<script", "<img",     "<b>ceived",
                                        "<i>text", "<u>",      "onclick=alert(4)\"",
                                        "http://", "https://", "src=\"",
                                        "@import" };
  static const char *const present[] = { "&lt;script&gt;alert(1)",
                                         "Order #2",
                                         "佐藤",
                                         "Expected failure",
                                         "Held back",
                                         "Unexpected",
                                         "A&amp;B" };

  g_assert_nonnull (result);
  for (guint i = 0; i < G_N_ELEMENTS (absent); i++)
    if (strstr (page, absent[i]) != NULL)
      g_error ("the page holds %s", absent[i]);
  for (guint i = 0; i < G_N_ELEMENTS (present); i++)
    if (strstr (page, present[i]) == NULL)
      g_error ("the page lacks %s", present[i]);
  g_assert_true (g_utf8_validate (page, -1, NULL));
}

static guint
columns_of (const char *line)
{
  guint width = 0;

  for (const char *at = line; *at != '\0'; at = g_utf8_next_char (at))
    if (!g_unichar_iszerowidth (g_utf8_get_char (at)))
      width += g_unichar_iswide (g_utf8_get_char (at)) ? 2 : 1;
  return width;
}

static void
test_text (void)
{
  static const guint widths[] = { 0, 40, 80, 120, 100000 };
  g_autoptr (SbValue) result = sb_json_parse (nasty, -1, NULL);
  g_autofree char *colored = sb_report_write_text (result, 80, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *text = sb_report_write_text (result, widths[i], FALSE);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      /* An event cannot steer the terminal, nor turn its text round. */
      g_assert_null (strchr (text, '\033'));
      g_assert_null (strstr (text, "\xe2\x80\xae"));
      g_assert_nonnull (strstr (text, "held"));
      g_assert_nonnull (strstr (text, "exp.fail"));
      g_assert_nonnull (strstr (text, "UNEXP."));
      g_assert_nonnull (strstr (text, "Order #2"));
      for (guint j = 0; lines[j] != NULL && (widths[i] == 80 || widths[i] == 120); j++)
        g_assert_cmpuint (columns_of (lines[j]), <=, widths[i]);
    }
  g_assert_nonnull (strstr (colored, "\033[33m"));
}

/* A result that is no result makes an empty page, not a crash. */
static void
test_odd_results (void)
{
  static const char *const results[] = {
    "{}", "[]", "null", "{\"records\": [1, {}, {\"cells\": [null]}]}",
    "{\"columns\": [{}], \"records\": [{\"cells\": [{}, {}, {}]}], \"criteria\": [{}]}"
  };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (SbValue) result = sb_json_parse (results[i], -1, NULL);
      g_autofree char *page = sb_report_write_html (result);
      g_autofree char *text = sb_report_write_text (result, 80, TRUE);

      g_assert_nonnull (strstr (page, "</html>"));
      g_assert_nonnull (text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/fingerprint", test_fingerprint);
  g_test_add_func ("/gate/reasons", test_gate);
  g_test_add_func ("/gate/criteria", test_criteria);
  g_test_add_func ("/gate/changed-since", test_changed_since);
  g_test_add_func ("/gate/changed-step", test_changed_step);
  g_test_add_func ("/gate/sandbox", test_sandbox);
  g_test_add_func ("/report/html", test_html);
  g_test_add_func ("/report/text", test_text);
  g_test_add_func ("/report/odd-results", test_odd_results);
  return g_test_run ();
}
