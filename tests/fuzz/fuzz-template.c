/* fuzz-template.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The template language: the whole input is a template.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-template.h"

static const char trigger_text[] =
  "{\"name\":\"#1004\",\"id\":820982911946154508,\"total\":\"199.00\",\"amount\":1999,\"tiny\":1e-"
  "300,"
  "\"big\":123456789012345678901234567890.123456789,\"paid\":true,\"none\":null,\"empty\":\"\","
  "\"text\":"
  "\" Größe “L” ☕ <b>&amp;</b> "
  "\",\"at\":\"2026-03-29T01:30:00+01:00\",\"day\":\"2026-02-28\",\"zip\":\"01067\","
  "\"customer\":{\"first_name\":\"Oona\",\"last "
  "name\":\"Salminen\",\"email\":\"oona@example.com\"},"
  "\"tags\":[\"a\",\"b\",\"\",\"ä\"],\"line_items\":[{\"sku\":\"MUG\",\"quantity\":2,\"price\":\"9."
  "90\"},"
  "{\"sku\":\"POT\",\"quantity\":1,\"price\":\"49.10\"},{\"sku\":null}],\"token\":\"{{trigger.name}"
  "}\","
  "\"empty_list\":[],\"empty_object\":{}}";

static SbScope *
get_scope (void)
{
  static SbScope *scope;

  if (scope == NULL)
    {
      g_autoptr (SbValue) trigger = sb_json_parse (trigger_text, -1, NULL);
      g_autoptr (SbValue) run = sb_json_parse (
        "{\"id\":\"r1\",\"started\":\"2026-11-23T09:14:02Z\",\"label\":\"Order\"}", -1, NULL);
      g_autoptr (SbValue) table = sb_json_parse ("{\"MUG\":\"42\",\"POT\":{\"a\":1}}", -1, NULL);

      scope = sb_scope_new ("Europe/Berlin", FUZZ_NOW_US);
      sb_scope_set (scope, "trigger", trigger);
      sb_scope_set (scope, "step", trigger);
      sb_scope_set (scope, "run", run);
      sb_scope_set (scope, "item",
                    sb_value_get_item (sb_value_get_member (trigger, "line_items"), 0));
      sb_scope_set_label (scope, "Order #1004");
      sb_scope_set_table (scope, "accounts", table);
    }
  return scope;
}

static void
count_cb (const char *root, const char *path, gboolean may_be_missing, gpointer data)
{
  fuzz_check (root != NULL && path != NULL && g_str_has_prefix (path, root));
  ++*(guint *)data;
}

/* A template put together again from what it says of itself is the same template. */
static void
check_segments (SbTemplate *template, SbValue *result)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (SbTemplate) again = NULL;
  g_autoptr (SbValue) same = NULL;
  g_autoptr (GError) error = NULL;
  guint tokens = 0, references = 0;
  gboolean after_text = FALSE;

  for (guint i = 0; i < sb_template_get_n_segments (template); i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);

      fuzz_check ((segment->text == NULL) != (segment->path == NULL));
      if (segment->text != NULL &&
          (after_text || segment->text[0] == '\0' || strstr (segment->text, "{{") != NULL))
        return; /* {{"text"}}, which is text like any other afterwards */
      after_text = segment->text != NULL;
      tokens += segment->path != NULL;
      if (segment->text != NULL)
        g_string_append (text, segment->text);
      else if (segment->filters != NULL)
        g_string_append_printf (text, "{{%s | %s}}", segment->path, segment->filters);
      else
        g_string_append_printf (text, "{{%s}}", segment->path);
    }
  again = sb_template_new (text->str, &error);
  fuzz_check_error (again != NULL, &error);
  fuzz_check (sb_template_get_n_segments (again) == sb_template_get_n_segments (template));
  same = sb_template_render (again, get_scope (), NULL);
  fuzz_check ((same == NULL) == (result == NULL));
  fuzz_check (same == NULL || sb_value_equal (same, result));

  sb_template_foreach_reference (template, count_cb, &references);
  fuzz_check (tokens > 0 || references == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) template = NULL;
  g_autoptr (SbValue) result = NULL;
  g_autoptr (SbValue) second = NULL;

  /* Templates stand in JSON, which is UTF-8. */
  if (!g_utf8_validate (text, -1, NULL))
    return 0;

  template = sb_template_new (text, &error);
  fuzz_check_error (template != NULL, &error);
  if (template == NULL)
    return 0;
  result = sb_template_render (template, get_scope (), &error);
  fuzz_check_error (result != NULL, &error);
  second = sb_template_render (template, get_scope (), NULL);
  fuzz_check ((result == NULL) == (second == NULL));
  check_segments (template, result);
  if (result == NULL)
    return 0;

  fuzz_check (sb_value_equal (result, second));
  fuzz_check_value (result);
  if (strstr (text, "{{") == NULL)
    fuzz_check (strcmp (sb_value_get_text (result), text) == 0);
  return 0;
}
