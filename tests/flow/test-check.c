/* test-check.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-connector.h"
#include "sb-flow.h"
#include "sb-json.h"
#include "sb-paths.h"

static SbConnectors *
load_connectors (void)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbConnectors *connectors = sb_connectors_new (data_dir, NULL, problems);
  g_autofree char *text = sb_problems_to_text (problems);

  g_assert_cmpstr (text, ==, "");
  return connectors;
}

static SbFlow *
load_flow (void)
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autofree char *path = g_build_filename (data_dir, "flows", "order-to-cash.json", NULL);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbFlow *flow = sb_flow_load_file (path, problems);
  g_autofree char *text = sb_problems_to_text (problems);

  g_assert_cmpstr (text, ==, "");
  return flow;
}

/* Every ready-made flow asks only for what the connectors that come with it offer. */
static void
test_ready_made (void)
{
  g_autoptr (SbConnectors) connectors = load_connectors ();
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autofree char *folder = g_build_filename (data_dir, "flows", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (SbProblems) problems = sb_problems_new ();
      g_autoptr (SbFlow) flow = NULL;
      g_autofree char *text = NULL;

      if (!g_str_has_suffix (name, ".json") || g_str_has_suffix (name, ".records.json"))
        continue;
      flow = sb_flow_load_file (path, problems);
      if (flow != NULL)
        sb_flow_check (flow, connectors, problems);
      text = sb_problems_to_text (problems);
      g_test_message ("%s", name);
      g_assert_cmpstr (text, ==, "");
      n++;
    }
  g_assert_cmpuint (n, >, 0);
}

/* The flow Order to cash with one text in it changed to another. */
static void
assert_said (
  SbConnectors *connectors, const char *from, const char *to, const char *path, const char *says)
{
  g_autoptr (SbFlow) flow = load_flow ();
  g_autofree char *json = sb_json_write (flow->document);
  g_auto (GStrv) parts = g_strsplit (json, from, 2);
  g_autofree char *changed = NULL;
  g_autoptr (SbValue) document = NULL;
  g_autoptr (SbFlow) other = NULL;
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autofree char *text = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  changed = g_strjoinv (to, parts);
  document = sb_json_parse (changed, -1, NULL);
  other = sb_flow_parse (document, problems);
  g_assert_nonnull (other);
  sb_flow_check (other, connectors, problems);
  text = sb_problems_to_text (problems);
  g_test_message ("%s", text);
  g_assert_cmpuint (sb_problems_get_length (problems), >=, 1);
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    if (strcmp (sb_problems_get (problems, i)->path, path) == 0 &&
        strstr (sb_problems_get (problems, i)->message, says) != NULL)
      return;
  g_error ("nothing says “%s” at %s:\n%s", says, path, text);
}

static void
test_problems (void)
{
  g_autoptr (SbConnectors) connectors = load_connectors ();

  assert_said (connectors, "\"connector\":\"shopify\"", "\"connector\":\"shopfy\"",
               "$.trigger.connector", "Did you mean “shopify”?");
  assert_said (connectors, "\"trigger\":\"order-paid\"", "\"trigger\":\"order-payed\"",
               "$.trigger.trigger", "Did you mean “order-paid”?");
  assert_said (connectors, "\"action\":\"find-customer\"", "\"action\":\"find-custmer\"",
               "$.steps[1].action", "Did you mean “find-customer”?");
  assert_said (connectors, "\"action\":\"find-customer\"", "\"action\":\"create-customer\"",
               "$.steps[1].action", "a look-up only asks");
  assert_said (connectors, "\"channel\":\"#packing\"", "\"chanel\":\"#packing\"",
               "$.steps[6].fields.chanel", "Did you mean “channel”?");
  assert_said (connectors, "\"channel\":\"#packing\"", "\"channel\":\"\"",
               "$.steps[6].fields.channel", "is required and empty");
  assert_said (connectors, "\"orderStatus\":\"awaiting_shipment\"", "\"orderStatus\":\"waiting\"",
               "$.steps[5].fields.orderStatus", "one of these can: ");
  assert_said (connectors, "\"orderDate\":\"{{trigger.created_at}}\"", "\"orderDate\":\"soon\"",
               "$.steps[5].fields.orderDate", "“soon” does not fit");
}

/* What decides which system is called is typed by the owner, never filled in by an event. */
static void
test_fixed (void)
{
  static const char text[] =
    "{\"format\": 1, \"name\": \"F\", \"trigger\": {\"type\": \"webhook\", \"connector\": "
    "\"shopify\","
    " \"trigger\": \"order-paid\"}, \"steps\": [{\"id\": \"send\", \"type\": \"action\","
    " \"connector\": \"http\", \"action\": \"send-request\", \"fields\": {\"method\": \"POST\","
    " \"path\": \"/orders/{{trigger.name}}\", \"record\": \"{{trigger.name}}\"}}]}";
  g_autoptr (SbConnectors) connectors = load_connectors ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = sb_json_parse (text, -1, NULL);
  g_autoptr (SbFlow) flow = sb_flow_parse (document, problems);

  g_assert_nonnull (flow);
  sb_flow_check (flow, connectors, problems);
  g_assert_cmpuint (sb_problems_get_length (problems), ==, 1);
  g_assert_cmpstr (sb_problems_get (problems, 0)->field, ==, "path");
  g_assert_nonnull (strstr (sb_problems_get (problems, 0)->message, "no data of an event"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow-check/ready-made", test_ready_made);
  g_test_add_func ("/flow-check/problems", test_problems);
  g_test_add_func ("/flow-check/fixed", test_fixed);
  return g_test_run ();
}
