/* test-template.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-template.h"

static const char event[] =
  "{\"id\":820982911946154508,\"total\":\"199.00\",\"none\":null,\"empty\":\"\",\"list\":[3,1,2],"
  "\"paid\":true,\"customer\":{\"name\":\"Ada\",\"first name\":\"A\"},\"mixed\":[{\"n\":1},{}],"
  "\"spring\":\"2026-03-29T02:30:00\",\"autumn\":\"2026-10-25T02:30:00\",\"at\":1774746000}";

static SbScope *
make_scope (void)
{
  SbScope *scope = sb_scope_new ("Europe/Berlin", 1795425242000000);
  g_autoptr (SbValue) trigger = sb_json_parse (event, -1, NULL);
  g_autoptr (SbValue) step = sb_json_parse ("{\"Id\":\"145\"}", -1, NULL);
  g_autoptr (SbValue) table = sb_json_parse ("{\"Ada\":{\"code\":7}}", -1, NULL);

  sb_scope_set (scope, "trigger", trigger);
  sb_scope_set (scope, "invoice", step);
  sb_scope_set_label (scope, "Order #1004");
  sb_scope_set_table (scope, "people", table);
  return scope;
}

static void
test_renders (void)
{
  static const char *const cases[][2] = {
    { "", "\"\"" },
    { "plain }} text { {", "\"plain }} text { {\"" },
    { "{{trigger.id}}", "820982911946154508" },
    { "No. {{trigger.id}}", "\"No. 820982911946154508\"" },
    { "{{ trigger.total|number }}", "199.00" },
    { "{{trigger.list}}", "[3,1,2]" },
    { "a{{trigger.list}}b{{trigger.paid}}", "\"a[3,1,2]btrue\"" },
    { "{{trigger[\"customer\"][\"first name\"]}}", "\"A\"" },
    { "{{trigger.list[1]}}", "1" },
    { "{{invoice.Id}}", "\"145\"" },
    { "{{\"{{\"}}", "\"{{\"" },
    { "a {{\"{{\"}}b}} c", "\"a {{b}} c\"" },
    { "{{\"}}\"}}", "\"}}\"" },
    { "{{'a\"b'}}", "\"a\\\"b\"" },
    { "{{\"a\\\"b\\n\" | append: 'c'}}", "\"a\\\"b\\nc\"" },
    { "{{5 | plus: 2.50}}", "7.50" },
    { "{{true | if: 1, 2}}", "1" },
    { "{{trigger.none | default: null}}", "null" },
    { "{{trigger.none | default: false}}", "false" },
    { "{{trigger.none | upper | default: \"x\"}}", "\"x\"" },
    { "{{trigger.none | default: \"x\" | upper}}", "\"X\"" },
    { "[{{trigger.none | default: null}}]", "\"[]\"" },
    { "{{trigger.empty}}", "\"\"" },
    { "{{trigger.empty | default: trigger.total}}", "\"199.00\"" },
    { "{{trigger.list | where: \"x\", 1 | first | default: 0}}", "0" },
    { "{{trigger.customer.name | lookup: \"people\"}}", "{\"code\":7}" },
    { "{{trigger.none | default: label.Id | default: \"x\"}}", "\"x\"" },
    { "{{trigger.total | default: label.Id}}", "\"199.00\"" },
    { "{{trigger.paid | if: trigger.total, label.Id}}", "\"199.00\"" },
    { "{{now}}", "\"2026-11-23T09:14:02.000000Z\"" },
    { "{{now | date: \"%F %T\"}}", "\"2026-11-23 10:14:02\"" },
    { "{{trigger.at | iso}}", "\"2026-03-29T03:00:00+02:00\"" },
    /* the hour that is skipped, and the hour that is there twice */
    { "{{trigger.spring | iso}}", "\"2026-03-29T03:30:00+02:00\"" },
    { "{{trigger.autumn | iso}}", "\"2026-10-25T02:30:00+02:00\"" },
    { "{{trigger.autumn | add: \"1 h\"}}", "\"2026-10-25T02:30:00+01:00\"" },
    { "{{\"2026-03-28T02:30:00\" | add: \"1 d\"}}", "\"2026-03-29T03:30:00+02:00\"" },
    { "{{\"2026-03-28T02:30:00\" | add: \"24 h\"}}", "\"2026-03-29T03:30:00+02:00\"" },
    { "{{\"2026-03-28T12:00:00\" | add: \"24 h\"}}", "\"2026-03-29T13:00:00+02:00\"" },
    { "{{\"2026-03-28T12:00:00\" | add: \"1 d\"}}", "\"2026-03-29T12:00:00+02:00\"" },
    { "{{\"2026-10-24T12:00\" | add: \"24 h\"}}", "\"2026-10-25T11:00:00+01:00\"" },
    { "{{\"2026-10-26T12:00\" | add: \"-1 d\"}}", "\"2026-10-25T12:00:00+01:00\"" },
    { "{{\"2026-10-25T12:00\" | start_of_day}}", "\"2026-10-25T00:00:00+02:00\"" },
    { "{{\"2026-03-08T12:00:00Z\" | in_zone: \"America/New_York\" | add: \"-1 d\"}}",
      "\"2026-03-07T08:00:00-05:00\"" },
    { "{{\"2026-03-08T06:30:00Z\" | in_zone: \"America/New_York\" | date: \"%H:%M %Z\"}}",
      "\"01:30 EST\"" },
    { "{{\"2026-03-08T07:30:00Z\" | in_zone: \"America/New_York\" | date: \"%H:%M %z\"}}",
      "\"03:30 -0400\"" },
    { "{{\"2026-01-01\" | date: \"%G-W%V %j %a %y %u\"}}", "\"2026-W01 001 Thu 26 4\"" },
    { "{{\"2026-11-23T00:05:09.25\" | date: \"%I %p %f %e %b %% %s\"}}",
      "\"12 AM 250000 23 Nov % 1795388709\"" },
    { "{{\"2026-11-23T09:14:02.5Z\" | utc | date: \"%T\"}}", "\"09:14:02\"" },
    { "{{\"2026-11-23T09:14:02.5Z\" | utc}}", "\"2026-11-23T09:14:02.500000Z\"" },
    { "{{\"éàü\" | upper | truncate: 2}}", "\"É…\"" },
    { "{{\"o'neill mc\" | title}}", "\"O'neill Mc\"" },
    { "{{\"a b&c/ü\" | url}}", "\"a%20b%26c%2F%C3%BC\"" },
    { "{{\" +12.50 \" | number}}", "12.50" },
    { "{{\"1e400\" | number}}", "1e400" },
    { "{{\"199\" | minor_units: \"usd\"}}", "19900" },
    { "{{\"1.5e2\" | minor_units: \"EUR\"}}", "15000" },
    { "{{trigger.list | sort | join: \"\"}}", "\"123\"" },
    { "{{trigger.list | slice: 0, 99 | count}}", "3" },
    { "{{trigger.list | slice: -1}}", "[2]" },
    { "{{\"1e5\" | split: \",\" | where: \"\", \"100000\" | count}}", "0" },
    { "{{\"+1 (555) 010-9999\" | phone}}", "\"+15550109999\"" },
    { "{{\"0\" | money: \"USD\"}}", "\"$0.00\"" },
    { "{{\"999\" | money: \"JPY\"}}", "\"¥999\"" },
    { "{{\"1000\" | money: \"KWD\"}}", "\"KWD 1,000.000\"" },
  };
  g_autoptr (SbScope) scope = make_scope ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbTemplate) template = NULL;
      g_autoptr (SbValue) value = NULL;
      g_autofree char *json = NULL;

      g_test_message ("%s", cases[i][0]);
      template = sb_template_new (cases[i][0], &error);
      g_assert_no_error (error);
      value = sb_template_render (template, scope, &error);
      g_assert_no_error (error);
      json = sb_json_write (value);
      g_assert_cmpstr (json, ==, cases[i][1]);
    }
}

static void
test_missing (void)
{
  static const char *const cases[][2] = {
    { "{{trigger.customer.email}}", "Order #1004 has no customer.email" },
    { "Dear {{trigger.customer.email}}", "Order #1004 has no customer.email" },
    { "{{trigger.none}}", "Order #1004 has no none" },
    { "{{trigger.none | upper | trim}}", "Order #1004 has no none" },
    { "{{trigger.list[7]}}", "Order #1004 has no list[7]" },
    { "{{invoice.Number}}", "Step invoice gave no Number" },
    { "{{label.url}}", "Step label gave no url" },
    { "{{label}}", "Step label gave nothing" },
    { "{{trigger.none | default: label.Id}}", "Step label gave no Id" },
    { "{{false | if: trigger.total, label.Id}}", "Step label gave no Id" },
    { "{{item.sku}}", "The item of the list has no sku" },
    { "{{trigger.total | plus: trigger.tax}}", "Order #1004 has no tax" },
    { "{{trigger.mixed | map: \"n\"}}", "item 2 of the list has no n" },
    { "{{trigger.mixed | sum: \"n\"}}", "item 2 of the list has no n" },
    { "{{trigger.none | required: \"Ask first.\"}}", "Ask first." },
    { "{{trigger.total | lookup: \"people\"}}", "has no entry for “199.00”" },
    { "{{\"2026-02-30\" | split: \"x\" | where: \"a\", 1 | first}}", "the list is empty" },
  };
  g_autoptr (SbScope) scope = make_scope ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i][0]);
      g_assert_null (sb_render_text (cases[i][0], scope, &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_MISSING_VALUE);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

static void
test_fails (void)
{
  static const char *const cases[][2] = {
    { "{{trigger.customer.name | number}}", "“Ada” is not a number" },
    { "{{\"1,234.50\" | number}}", "not a number" },
    { "{{\"007\" | number}}", "not a number" },
    { "{{trigger.list | plus: 1}}", "not a number" },
    { "{{trigger.total | divided_by: 0, 2}}", "divided by 0" },
    { "{{\"1.999\" | minor_units}}", "more than 2 digits" },
    { "{{\"1.5\" | minor_units: \"JPY\"}}", "more than 0 digits" },
    { "{{trigger.total | money: trigger.total}}", "three-letter code" },
    { "{{trigger.total | date: \"%F\"}}", "not a date" },
    { "{{now | in_zone: trigger.total}}", "no time zone" },
    { "{{now | add: trigger.total}}", "not a length of time" },
    { "{{trigger.total | first}}", "not a list" },
    { "{{trigger.total | bool}}", "neither yes nor no" },
    { "{{trigger.total | lookup: \"nowhere\"}}", "no table “nowhere”" },
    { "{{trigger.total | phone}}", "no country code" },
    { "{{\"+1\" | phone}}", "not a telephone number" },
    { "{{\"1e999\" | times: 1}}", "is too long" },
  };
  g_autoptr (SbScope) scope = make_scope ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = sb_render_text (cases[i][0], scope, &error);

      g_test_message ("%s", cases[i][0]);
      g_assert_null (text);
      g_assert_true (error != NULL && error->domain == SB_ERROR &&
                     error->code != SB_ERROR_MISSING_VALUE);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

static void
test_refused (void)
{
  static const char *const cases[][2] = {
    { "{{", "a field was expected" },
    { "{{}}", "nothing between" },
    { "{{ }}", "nothing between" },
    { "{{trigger", "not closed by }}" },
    { "{{trigger}", "was expected after this" },
    { "{{trigger.}}", "name was expected after the point" },
    { "{{trigger..a}}", "name was expected after the point" },
    { "{{trigger[a]}}", "a number, or a name" },
    { "{{trigger[0}}", "a [ is not closed" },
    { "{{trigger[\"a\"}}", "a [ is not closed" },
    { "{{trigger a}}", "was expected after this" },
    { "{{trigger |}}", "name of a filter" },
    { "{{trigger | uper}}", "no filter “uper”. Did you mean “upper”?" },
    { "{{trigger | moneyy: \"EUR\"}}", "Did you mean “money”?" },
    { "{{trigger | upper: 1}}", "“upper” takes 0 values after its colon, not 1" },
    { "{{trigger | plus}}", "“plus” takes 1 value after its colon, not 0" },
    { "{{trigger | replace: \"a\"}}", "“replace” takes 2 values after its colon, not 1" },
    { "{{trigger | round: 1, 2, 3}}", "“round” takes 0 to 1 values after its colon, not 3" },
    { "{{trigger | if: 1, 2, 3}}", "“if” takes 2 values after its colon, not 3" },
    { "{{trigger | round: \"x\"}}", "not a whole number" },
    { "{{trigger | round: -1}}", "not a whole number" },
    { "{{trigger | plus: \"x\"}}", "not a number" },
    { "{{trigger | date: \"%Q\"}}", "“%Q” is not known in a date format" },
    { "{{trigger | date: \"%\"}}", "not known in a date format" },
    { "{{trigger | in_zone: \"Berlin\"}}", "no time zone “Berlin”" },
    { "{{trigger | add: \"soon\"}}", "not a length of time" },
    { "{{trigger | add: \"3 years\"}}", "not a length of time" },
    { "{{trigger | money: \"EURO\"}}", "three-letter code" },
    { "{{trigger | append: }}", "a field was expected" },
    { "{{trigger | append: \"a}}", "quotation mark is not closed" },
    { "{{trigger | append: \"a\\", "quotation mark is not closed" },
    { "{{1.}}", "not a number" },
    { "text {{trigger | uper}} text", "“{{trigger | uper}} text”: there is no filter" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i][0]);
      g_assert_null (sb_template_new (cases[i][0], &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

static void
test_segments (void)
{
  g_autoptr (SbTemplate) template =
    sb_template_new ("Hi {{ trigger.customer[\"first name\"] | upper | default: \"x\" }}!", NULL);
  const SbSegment *token = sb_template_get_segment (template, 1);

  g_assert_cmpuint (sb_template_get_n_segments (template), ==, 3);
  g_assert_cmpstr (sb_template_get_segment (template, 0)->text, ==, "Hi ");
  g_assert_null (token->text);
  g_assert_cmpstr (token->path, ==, "trigger.customer[\"first name\"]");
  g_assert_cmpstr (token->filters, ==, "upper | default: \"x\"");
  g_assert_cmpstr (sb_template_get_segment (template, 2)->text, ==, "!");
  g_assert_null (sb_template_get_segment (template, 3));
}

static void
note_reference (const char *root, const char *path, gboolean may_be_missing, gpointer data)
{
  g_string_append_printf (data, "%s:%s%s ", root, path, may_be_missing ? "?" : "");
}

static void
test_references (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (SbTemplate) template =
    sb_template_new ("{{a.b | plus: c[0].d}} {{\"lit\" | append: e | default: f}}{{\"{{\"}}", NULL);

  sb_template_foreach_reference (template, note_reference, seen);
  g_assert_cmpstr (seen->str, ==, "a:a.b c:c[0].d e:e? f:f? ");
}

static void
test_render_value (void)
{
  g_autoptr (SbScope) scope = make_scope ();
  g_autoptr (SbValue) fields = sb_json_parse (
    "{\"a\":\"{{trigger.id}}\",\"b\":[\"x{{invoice.Id}}\",1.50,null],\"{{k}}\":true}", -1, NULL);
  g_autoptr (SbValue) rendered = sb_render_value (fields, scope, NULL);
  g_autofree char *json = sb_json_write (rendered);

  g_assert_cmpstr (json, ==,
                   "{\"a\":820982911946154508,\"b\":[\"x145\",1.50,null],\"{{k}}\":true}");
}

/* A value that holds what looks like a token stays what it is. */
static void
test_no_injection (void)
{
  g_autoptr (SbScope) scope = sb_scope_new ("UTC", 0);
  g_autoptr (SbValue) trigger =
    sb_json_parse ("{\"evil\":\"{{secrets.key}} | upper\",\"o\":{\"a\":\"{{x}}\"}}", -1, NULL);
  g_autofree char *text = NULL;
  g_autofree char *object = NULL;

  sb_scope_set (scope, "trigger", trigger);
  text = sb_render_text ("<{{trigger.evil}}>", scope, NULL);
  g_assert_cmpstr (text, ==, "<{{secrets.key}} | upper>");
  object = sb_render_text ("{{trigger.o}}", scope, NULL);
  g_assert_cmpstr (object, ==, "{\"a\":\"{{x}}\"}");
}

/* Cut anywhere, a template is either read or refused in words. */
static void
test_truncated (void)
{
  static const char whole[] = "a {{trigger.customer[\"first name\"].x[12] | replace: \"a\\\"\", "
                              "'b' | date: \"%F\" | plus: 1.5}} b";

  for (gsize length = 0; length < sizeof whole; length++)
    {
      g_autofree char *cut = g_strndup (whole, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (SbTemplate) template = sb_template_new (cut, &error);

      g_assert_true ((template != NULL) == (error == NULL));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/template/renders", test_renders);
  g_test_add_func ("/template/missing", test_missing);
  g_test_add_func ("/template/fails", test_fails);
  g_test_add_func ("/template/refused", test_refused);
  g_test_add_func ("/template/segments", test_segments);
  g_test_add_func ("/template/references", test_references);
  g_test_add_func ("/template/render-value", test_render_value);
  g_test_add_func ("/template/no-injection", test_no_injection);
  g_test_add_func ("/template/truncated", test_truncated);
  return g_test_run ();
}
