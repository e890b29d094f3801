/* sb-connector-templates.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connector-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sb-template.h"

/* What the templates of one part of a file may refer to. */
typedef struct
{
  SbValue *settings;
  SbValue *fields;   /* (nullable): of the action */
  const char *roots; /* "fields settings secrets key version" */
  SbProblems *problems;
  const char *path; /* of the text being looked at */
} Check;

static SbValue *
find_key (SbValue *list, const char *key)
{
  for (guint i = 0; i < sb_value_get_length (list); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (list, i), "key"), key) == 0)
      return sb_value_get_item (list, i);
  return NULL;
}

static gboolean
is_root (const char *roots, const char *root)
{
  g_auto (GStrv) names = g_strsplit (roots, " ", -1);

  return g_strv_contains ((const char *const *)names, root);
}

static void
check_reference (const char *root, const char *path, gboolean may_be_missing, gpointer data)
{
  Check *check = data;
  const char *rest = g_str_has_prefix (path, root) ? path + strlen (root) : "";
  g_autofree char *name =
    rest[0] == '.' ? g_strndup (rest + 1, strcspn (rest + 1, ".[")) : g_strdup ("");
  SbValue *setting = find_key (check->settings, name);

  if (!is_root (check->roots, root))
    sb_problems_add (check->problems, check->path, NULL, NULL,
                     _ ("“{{%s}}” cannot be used here; there are %s"), path, check->roots);
  else if (g_str_equal (root, "fields") && find_key (check->fields, name) == NULL)
    sb_problems_add (check->problems, check->path, NULL, NULL,
                     _ ("“{{%s}}” names a field that the action does not have"), path);
  else if (g_str_equal (root, "settings") &&
           (setting == NULL || sb_value_get_boolean_or (setting, "secret", FALSE)))
    sb_problems_add (check->problems, check->path, NULL, NULL,
                     _ ("“{{%s}}” names a setting that is not there, or is secret"), path);
  else if (g_str_equal (root, "secrets") &&
           (setting == NULL || !sb_value_get_boolean_or (setting, "secret", FALSE)))
    sb_problems_add (check->problems, check->path, NULL, NULL,
                     _ ("“{{%s}}” names a secret setting that is not there"), path);
}

static void
check_text (Check *check, const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) template = NULL;

  if (strstr (text, "{{") == NULL)
    return;
  template = sb_template_new (text, &error);
  if (template == NULL)
    {
      sb_problems_add (check->problems, path, NULL, NULL, "%s", error->message);
      return;
    }
  check->path = path;
  sb_template_foreach_reference (template, check_reference, check);
}

static void
check_value (Check *check, const char *path, SbValue *value)
{
  if (sb_value_get_type (value) == SB_VALUE_STRING)
    check_text (check, path, sb_value_get_text (value));
  else if (sb_value_get_type (value) == SB_VALUE_ARRAY)
    for (guint i = 0; i < sb_value_get_length (value); i++)
      {
        g_autofree char *below = g_strdup_printf ("%s[%u]", path, i);

        check_value (check, below, sb_value_get_item (value, i));
      }
  else if (sb_value_get_type (value) == SB_VALUE_OBJECT)
    for (guint i = 0; i < sb_value_get_length (value); i++)
      {
        const char *name = sb_value_get_member_name (value, i);
        g_autofree char *below = g_strdup_printf ("%s.%s", path, name);

        if (g_str_equal (name, "$if"))
          {
            const char *key = sb_value_get_string (value, "$if");

            if (find_key (check->fields, key) == NULL)
              sb_problems_add (check->problems, below, NULL, NULL,
                               _ ("“%s” is not a field of the action"), key != NULL ? key : "");
          }
        else if (g_str_equal (name, "$each"))
          {
            const char *key = sb_value_get_string (value, "$each");
            SbValue *field = find_key (check->fields, key);

            if (g_strcmp0 (sb_value_get_string (field, "type"), "list") != 0)
              sb_problems_add (check->problems, below, NULL, NULL,
                               _ ("“%s” is not a field of type list"), key != NULL ? key : "");
          }
        else
          check_value (check, below, sb_value_get_member (value, name));
      }
}

static void
check_member (Check *check, const char *roots, const char *path, SbValue *object, const char *name)
{
  g_autofree char *below = g_strdup_printf ("%s.%s", path, name);

  check->roots = roots;
  if (sb_value_get_member (object, name) != NULL)
    check_value (check, below, sb_value_get_member (object, name));
}

static void
check_action_templates (Check *check, SbValue *action, const char *path)
{
  g_autofree char *request = g_strdup_printf ("%s.request", path);
  g_autofree char *answer = g_strdup_printf ("%s.answer", path);
  g_autofree char *idempotency = g_strdup_printf ("%s.idempotency", path);
  SbValue *part = sb_value_get_member (action, "request");

  check->fields = sb_value_get_member (action, "fields");
  check_member (check, "fields settings version", request, part, "path");
  check_member (check, "fields", request, part, "method");
  check_member (check, "fields", request, part, "encoding");
  check_member (check, "fields settings secrets key version", request, part, "query");
  check_member (check, "fields settings secrets key version", request, part, "headers");
  check_member (check, "fields settings secrets key version item", request, part, "body");
  check_member (check, "fields output", path, action, "done");
  check_member (check, "fields key", answer, sb_value_get_member (action, "answer"), "sample");
  check_member (check, "fields", answer, sb_value_get_member (action, "answer"), "errors");
  check_member (check, "fields key", idempotency, sb_value_get_member (action, "idempotency"),
                "lookup_fields");
}

static void
check_webhook_templates (Check *check, SbValue *webhook, const char *path)
{
  SbValue *handshakes = sb_value_get_member (webhook, "handshakes");
  SbValue *schemes = sb_value_get_member (webhook, "schemes");
  const char *name;

  check_member (check, "settings", path, webhook, "headers");
  check_member (check, "settings", path, webhook, "algorithm");
  check_member (check, "settings", path, webhook, "encoding");
  check_member (check, "settings", path, webhook, "prefix");
  for (guint i = 0; i < sb_value_get_length (handshakes); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s.handshakes[%u].reply", path, i);

      check_member (check, "body", below,
                    sb_value_get_member (sb_value_get_item (handshakes, i), "reply"), "body");
    }
  /* Asked by name: in a file with other problems this may be a list. */
  for (guint i = 0; (name = sb_value_get_member_name (schemes, i)) != NULL; i++)
    {
      g_autofree char *below = g_strdup_printf ("%s.schemes.%s", path, name);

      check_webhook_templates (check, sb_value_get_member (schemes, name), below);
    }
}

void
sb_connector_check_templates (SbValue *document,
                              SbValue *action,
                              const char *path,
                              SbProblems *problems)
{
  Check check = { sb_value_get_member (document, "settings"), NULL, "", problems };
  SbValue *triggers = sb_value_get_member (document, "triggers");

  if (action != NULL)
    {
      check_action_templates (&check, action, path);
      return;
    }
  check_member (&check, "settings version", path, document, "environments");
  check_member (&check, "settings secrets", path, document, "auth");
  check_member (&check, "settings version", path, document, "oauth");
  check_webhook_templates (&check, sb_value_get_member (document, "webhook"), "$.webhook");
  for (guint i = 0; i < sb_value_get_length (triggers); i++)
    {
      g_autofree char *below = g_strdup_printf ("$.triggers[%u]", i);

      check_member (&check, "trigger", below, sb_value_get_item (triggers, i), "record");
    }
}
