/* test-condition.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-condition.h"
#include "sb-error.h"
#include "sb-json.h"

static const char event[] =
  "{\"status\":\"paid\",\"total\":\"199.00\",\"n\":2,\"yes\":true,\"no\":false,\"word\":\"Yes\","
  "\"none\":"
  "null,\"empty\":\"\",\"list\":[\"a\",2],\"nothing\":[],\"sku\":\"1e5\",\"at\":\"2026-03-29T10:00:"
  "00Z\","
  "\"later\":\"2026-03-29T12:30:00+02:00\",\"zero\":0,\"zip\":\"007\",\"object\":{}}";

static SbScope *
make_scope (void)
{
  SbScope *scope = sb_scope_new ("UTC", 0);
  g_autoptr (SbValue) trigger = sb_json_parse (event, -1, NULL);

  sb_scope_set (scope, "trigger", trigger);
  return scope;
}

static SbCondition *
parse (const char *json)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_parse (json, -1, &error);
  SbCondition *condition;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  condition = sb_condition_parse (document, "$", NULL, problems);
  text = sb_problems_to_text (problems);
  g_assert_cmpstr (text, ==, "");
  return condition;
}

#define IS(path, is, to) "{\"value\":\"{{trigger." path "}}\",\"is\":\"" is "\",\"to\":" to "}"
#define IT(path, is)     "{\"value\":\"{{trigger." path "}}\",\"is\":\"" is "\"}"

static void
test_holds (void)
{
  static const struct
  {
    const char *json;
    gboolean holds;
  } cases[] = {
    { IS ("status", "equals", "\"paid\""), TRUE },
    { IS ("status", "equals", "\"Paid\""), FALSE },
    { IS ("status", "not-equals", "\"open\""), TRUE },
    { IS ("status", "not-equals", "\"paid\""), FALSE },
    { IS ("total", "equals", "199"), TRUE },
    { IS ("total", "equals", "\"199.0\""), TRUE },
    { IS ("total", "greater", "\"99.99\""), TRUE },
    { IS ("total", "greater", "199.00"), FALSE },
    { IS ("total", "at-least", "199"), TRUE },
    { IS ("total", "less", "1000"), TRUE },
    { IS ("total", "at-most", "198.999999999999999999999999"), FALSE },
    { IS ("n", "less", "10"), TRUE },
    { IS ("n", "equals", "\"2\""), TRUE },
    { IS ("sku", "equals", "100000"), FALSE },
    { IS ("sku", "equals", "\"1e5\""), TRUE },
    { IS ("zip", "equals", "7"), FALSE },
    { IS ("zip", "equals", "\"007\""), TRUE },
    { IS ("at", "less", "\"{{trigger.later}}\""), TRUE },
    { IS ("at", "equals", "\"2026-03-29T12:00:00+02:00\""), TRUE },
    { IS ("at", "greater", "\"2026-03-28\""), TRUE },
    { IS ("status", "contains", "\"ai\""), TRUE },
    { IS ("status", "not-contains", "\"ai\""), FALSE },
    { IS ("list", "contains", "\"2\""), TRUE },
    { IS ("list", "contains", "\"b\""), FALSE },
    { IS ("list", "not-contains", "\"b\""), TRUE },
    { IS ("status", "starts-with", "\"pa\""), TRUE },
    { IS ("status", "ends-with", "\"pa\""), FALSE },
    { IS ("status", "one-of", "[\"open\",\"paid\"]"), TRUE },
    { IS ("status", "one-of", "[\"open\"]"), FALSE },
    { IS ("n", "one-of", "\"{{trigger.list}}\""), TRUE },
    { IS ("status", "one-of", "\"paid\""), TRUE },
    { IT ("yes", "true"), TRUE },
    { IT ("word", "true"), TRUE },
    { IT ("no", "false"), TRUE },
    { IT ("zero", "false"), TRUE },
    { IT ("status", "true"), FALSE },
    { IT ("status", "false"), FALSE },
    { IT ("empty", "empty"), TRUE },
    { IT ("none", "empty"), TRUE },
    { IT ("nothing", "empty"), TRUE },
    { IT ("object", "empty"), TRUE },
    { IT ("missing.at.all", "empty"), TRUE },
    { IT ("zero", "empty"), FALSE },
    { IT ("no", "empty"), FALSE },
    { IT ("status", "not-empty"), TRUE },
    { IT ("empty", "not-empty"), FALSE },
    /* a missing field makes every comparison but "empty" false */
    { IT ("missing", "not-empty"), FALSE },
    { IT ("missing", "false"), FALSE },
    { IS ("missing", "equals", "\"x\""), FALSE },
    { IS ("missing", "not-equals", "\"x\""), FALSE },
    { IS ("none", "not-contains", "\"x\""), FALSE },
    { IS ("missing", "less", "5"), FALSE },
    { IS ("status", "equals", "\"{{trigger.missing}}\""), FALSE },
    { IS ("status", "not-equals", "\"{{trigger.missing}}\""), FALSE },
    { IS ("missing | default: 3", "greater", "2"), TRUE },
    { "{\"all\":[" IT ("yes", "true") "," IT ("no", "false") "]}", TRUE },
    { "{\"all\":[" IT ("yes", "true") "," IT ("no", "true") "]}", FALSE },
    { "{\"any\":[" IT ("no", "true") "," IT ("yes", "true") "]}", TRUE },
    { "{\"any\":[" IT ("no", "true") "," IT ("yes", "false") "]}", FALSE },
    { "{\"not\":" IT ("no", "true") "}", TRUE },
    { "{\"not\":{\"any\":[" IT ("no", "true") ",{\"all\":[" IT ("yes", "true") "]}]}}", FALSE },
  };
  g_autoptr (SbScope) scope = make_scope ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      SbCondition *condition = parse (cases[i].json);
      gboolean holds = !cases[i].holds;

      g_test_message ("%s", cases[i].json);
      g_assert_true (sb_condition_evaluate (condition, scope, &holds, &error));
      g_assert_no_error (error);
      g_assert_cmpint (holds, ==, cases[i].holds);
      sb_condition_free (condition);
    }
}

static void
test_fails (void)
{
  static const char *const cases[][2] = {
    { IS ("status", "greater", "5"), "neither two numbers nor two dates" },
    { IS ("at", "less", "5"), "neither two numbers nor two dates" },
    { IS ("status | number", "equals", "5"), "is not a number" },
  };
  g_autoptr (SbScope) scope = make_scope ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      SbCondition *condition = parse (cases[i][0]);
      gboolean holds = TRUE;

      g_assert_false (sb_condition_evaluate (condition, scope, &holds, &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
      g_assert_true (holds);
      sb_condition_free (condition);
    }
}

static void
test_describe (void)
{
  static const char *const cases[][2] = {
    { IS ("order.condition", "equals", "\"sellable\""), "condition is sellable" },
    { IS ("n", "at-least", "3"), "n is at least 3" },
    { IT ("note | trim", "empty"), "note is empty" },
    { IS ("status", "one-of", "[\"a\",\"b\"]"), "status is one of a, b" },
    { IS ("a", "less", "\"{{trigger.max.total}}\""), "a is less than total" },
    { "{\"all\":[" IT ("a", "true") ",{\"any\":[" IT ("b", "false") "," IT ("c", "empty") "]}]}",
      "a is yes and (b is no or c is empty)" },
    { "{\"not\":" IT ("a", "true") "}", "not (a is yes)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbCondition *condition = parse (cases[i][0]);
      g_autofree char *text = sb_condition_describe (condition);

      g_assert_cmpstr (text, ==, cases[i][1]);
      sb_condition_free (condition);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/condition/holds", test_holds);
  g_test_add_func ("/condition/fails", test_fails);
  g_test_add_func ("/condition/describe", test_describe);
  return g_test_run ();
}
