/* test-flow-edit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-error.h"
#include "sb-flow-clip.h"
#include "sb-flow-edit.h"
#include "sb-json.h"

static SbValue *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  SbValue *value = sb_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return value;
}

static SbValue *
make_flow (void)
{
  return parse ("{\"name\": \"F\", \"trigger\": {\"type\": \"manual\"}, \"steps\": ["
                "{\"id\": \"a\", \"type\": \"delay\"},"
                "{\"id\": \"b\", \"type\": \"branch\", \"lanes\": ["
                "{\"name\": \"x\", \"steps\": [{\"id\": \"c\", \"type\": \"delay\"}]},"
                "{\"name\": \"y\", \"steps\": []}]}]}");
}

static SbValue *
make_step (const char *id)
{
  SbValue *step = sb_value_new_object ();

  sb_value_set_string (step, "id", id);
  return step;
}

static void
assert_json (SbValue *value, const char *path, const char *expected)
{
  g_autofree char *text = sb_json_write (sb_value_get_path (value, path));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_insert (void)
{
  g_autoptr (SbValue) flow = make_flow ();
  g_autofree char *before = sb_json_write (flow);
  g_autoptr (SbValue) first = sb_flow_edit_insert (flow, NULL, -1, 0, make_step ("n"));
  g_autoptr (SbValue) last = sb_flow_edit_insert (flow, NULL, -1, 99, make_step ("n"));
  g_autoptr (SbValue) lane = sb_flow_edit_insert (flow, "b", 1, 0, make_step ("n"));
  g_autoptr (SbValue) nowhere = sb_flow_edit_insert (flow, "gone", 0, 0, make_step ("n"));
  g_autofree char *after = sb_json_write (flow);

  assert_json (first, "steps[0].id", "\"n\"");
  assert_json (first, "steps[1].id", "\"a\"");
  assert_json (last, "steps[2].id", "\"n\"");
  assert_json (lane, "steps[1].lanes[1].steps[0].id", "\"n\"");
  assert_json (lane, "steps[1].lanes[0].steps[0].id", "\"c\"");
  g_assert_true (sb_value_equal (nowhere, flow));
  /* The old document is what undo goes back to. */
  g_assert_cmpstr (before, ==, after);
}

static void
test_remove (void)
{
  g_autoptr (SbValue) flow = make_flow ();
  g_autoptr (SbValue) without_c = sb_flow_edit_remove (flow, "c");
  g_autoptr (SbValue) without_b = sb_flow_edit_remove (flow, "b");

  assert_json (without_c, "steps[1].lanes[0].steps", "[]");
  g_assert_false (sb_flow_edit_has_step (without_b, "b"));
  g_assert_false (sb_flow_edit_has_step (without_b, "c"));
  g_assert_true (sb_flow_edit_has_step (without_b, "a"));
}

static void
test_set (void)
{
  g_autoptr (SbValue) flow = make_flow ();
  g_autoptr (SbValue) named = sb_flow_edit_set (flow, NULL, "name", sb_value_new_string ("G"));
  g_autoptr (SbValue) deep = sb_flow_edit_set (flow, "c", "duration", sb_value_new_string ("2 h"));
  g_autoptr (SbValue) lane =
    sb_flow_edit_set_lane (flow, "b", 0, "name", sb_value_new_string ("z"));
  g_autoptr (SbValue) trigger =
    sb_flow_edit_set (flow, "trigger", "connection", sb_value_new_string ("shop"));
  g_autoptr (SbValue) removed = sb_flow_edit_set (deep, "c", "duration", NULL);

  assert_json (named, "name", "\"G\"");
  assert_json (deep, "steps[1].lanes[0].steps[0].duration", "\"2 h\"");
  assert_json (lane, "steps[1].lanes[0].name", "\"z\"");
  assert_json (lane, "steps[1].lanes[1].name", "\"y\"");
  assert_json (trigger, "trigger.connection", "\"shop\"");
  g_assert_true (sb_value_equal (removed, flow));
}

static void
test_ids (void)
{
  g_autoptr (SbValue) flow = make_flow ();
  g_autofree char *fresh = sb_flow_edit_make_id (flow, "invoice");
  g_autofree char *second = sb_flow_edit_make_id (flow, "c");
  g_autofree char *root = sb_flow_edit_make_id (flow, "trigger");

  g_assert_cmpstr (fresh, ==, "invoice");
  g_assert_cmpstr (second, ==, "c-2");
  g_assert_cmpstr (root, ==, "trigger-2");
}

static void
test_duplicate (void)
{
  g_autoptr (SbValue) flow = make_flow ();
  g_autofree char *copy = NULL;
  g_autoptr (SbValue) twice = sb_flow_edit_duplicate (flow, "b", &copy);

  g_assert_cmpstr (copy, ==, "b-2");
  assert_json (twice, "steps[2].id", "\"b-2\"");
  assert_json (twice, "steps[2].lanes[0].steps[0].id", "\"c-2\"");
  assert_json (twice, "steps[1].lanes[0].steps[0].id", "\"c\"");
}

static void
test_lanes (void)
{
  g_autoptr (SbValue) flow = make_flow ();
  g_autoptr (SbValue) three =
    sb_flow_edit_insert_lane (flow, "b", 1, parse ("{\"name\": \"z\", \"steps\": []}"));
  g_autoptr (SbValue) swapped = sb_flow_edit_swap_lanes (three, "b", 0, 1);
  g_autoptr (SbValue) two = sb_flow_edit_remove_lane (three, "b", 1);

  assert_json (three, "steps[1].lanes[0].name", "\"x\"");
  assert_json (three, "steps[1].lanes[1].name", "\"z\"");
  assert_json (three, "steps[1].lanes[2].name", "\"y\"");
  assert_json (swapped, "steps[1].lanes[0].name", "\"z\"");
  assert_json (swapped, "steps[1].lanes[1].steps[0].id", "\"c\"");
  g_assert_true (sb_value_equal (two, flow));
}

/* What the clipboard carries may come from anywhere. */
static void
test_clip (void)
{
  static const char *const nothing[] = {
    "",
    "hello",
    "{}",
    "[1]",
    "{\"signalbox\": \"steps\", \"format\": 1, \"steps\": []}",
    "{\"signalbox\": \"steps\", \"format\": 2, \"steps\": [{\"id\": \"a\"}]}",
    "{\"signalbox\": \"steps\", \"format\": 1, \"steps\": {\"id\": \"a\"}}",
  };
  g_autoptr (SbValue) flow = make_flow ();
  g_autofree char *text = sb_flow_clip_copy (flow, "b");
  g_autoptr (SbValue) steps = sb_flow_clip_read (text, NULL);
  g_autoptr (SbValue) other = parse ("{\"steps\": [{\"id\": \"c\"}, {\"id\": \"c-2\"}]}");
  g_autofree char *first = NULL;
  g_autoptr (SbValue) pasted = sb_flow_clip_paste (other, steps, NULL, -1, 1, &first);

  g_assert_null (sb_flow_clip_copy (flow, "gone"));
  g_assert_cmpstr (first, ==, "b");
  assert_json (pasted, "steps[1].id", "\"b\"");
  assert_json (pasted, "steps[1].lanes[0].steps[0].id", "\"c-3\"");
  assert_json (pasted, "steps[2].id", "\"c-2\"");
  for (guint i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sb_flow_clip_read (nothing[i], &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
    }
}

/* Within what is pasted references follow the new ids; two copies never get one id between them. */
static void
test_references (void)
{
  g_autoptr (SbValue) flow =
    parse ("{\"steps\": [{\"id\": \"box\", \"type\": \"for-each\", \"list\": "
           "\"{{trigger.items}}\", \"steps\": [{\"id\": \"find\"}, {\"id\": \"find-2\"}, "
           "{\"id\": \"tell\", \"fields\": {\"id\": \"find\", \"text\": "
           "\"{{find.sku | default: find-2.find | append: 'find'}} find {{ find[0] }}"
           "{{trigger.find}}\"}}]}]}");
  g_autofree char *copy = NULL;
  g_autoptr (SbValue) twice = sb_flow_edit_duplicate (flow, "box", &copy);

  g_assert_cmpstr (copy, ==, "box-2");
  assert_json (twice, "steps[1].steps[0].id", "\"find-3\"");
  assert_json (twice, "steps[1].steps[1].id", "\"find-2-2\"");
  assert_json (twice, "steps[1].steps[2].fields.text",
               "\"{{find-3.sku | default: find-2-2.find | append: 'find'}} find {{ find-3[0] }}"
               "{{trigger.find}}\"");
  /* A field is not an id, whatever it is called. */
  assert_json (twice, "steps[1].steps[2].fields.id", "\"find\"");
  assert_json (twice, "steps[0].steps[2].fields.text",
               "\"{{find.sku | default: find-2.find | append: 'find'}} find {{ find[0] }}"
               "{{trigger.find}}\"");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow-edit/insert", test_insert);
  g_test_add_func ("/flow-edit/remove", test_remove);
  g_test_add_func ("/flow-edit/set", test_set);
  g_test_add_func ("/flow-edit/ids", test_ids);
  g_test_add_func ("/flow-edit/duplicate", test_duplicate);
  g_test_add_func ("/flow-edit/lanes", test_lanes);
  g_test_add_func ("/flow-edit/clip", test_clip);
  g_test_add_func ("/flow-edit/references", test_references);
  return g_test_run ();
}
