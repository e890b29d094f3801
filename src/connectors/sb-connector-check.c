/* sb-connector-check.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-connector-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

static SbValue *
find_by (SbValue *list, const char *name, const char *value)
{
  for (guint i = 0; i < sb_value_get_length (list); i++)
    if (g_strcmp0 (sb_value_get_string (sb_value_get_item (list, i), name), value) == 0)
      return sb_value_get_item (list, i);
  return NULL;
}

static void
check_unique (SbValue *list, const char *name, const char *path, SbProblems *problems)
{
  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      SbValue *item = sb_value_get_item (list, i);
      const char *value = sb_value_get_string (item, name);

      if (value != NULL && find_by (list, name, value) != item)
        {
          g_autofree char *where = g_strdup_printf ("%s[%u].%s", path, i, name);

          sb_problems_add (problems, where, NULL, NULL, _ ("“%s” is there already; choose another"),
                           value);
        }
    }
}

static void
check_choice (SbValue *fields, const char *path, SbProblems *problems)
{
  for (guint i = 0; i < sb_value_get_length (fields); i++)
    {
      SbValue *field = sb_value_get_item (fields, i);
      const char *fallback = sb_value_get_string (field, "fallback");
      SbValue *allowed = sb_value_get_member (field, "allowed");
      gboolean found = FALSE;

      for (guint j = 0; j < sb_value_get_length (allowed); j++)
        {
          SbValue *value = sb_value_get_member (sb_value_get_item (allowed, j), "value");
          g_autofree char *text = sb_value_to_text (value);

          found = found || g_strcmp0 (text, fallback) == 0;
        }
      if (allowed != NULL && fallback != NULL && strstr (fallback, "{{") == NULL && !found)
        {
          g_autofree char *where = g_strdup_printf ("%s[%u].fallback", path, i);

          sb_problems_add (problems, where, NULL, NULL, _ ("“%s” is not among the allowed values"),
                           fallback);
        }
    }
}

static gboolean
is_loopback (const char *host)
{
  return g_str_equal (host, "127.0.0.1") || g_str_equal (host, "localhost") ||
         g_str_equal (host, "[::1]");
}

/* A setting that stands in the host could else name any host ("evil.example/"). */
static void
check_host_tokens (SbValue *settings, const char *authority, const char *path, SbProblems *problems)
{
  for (const char *token = strstr (authority, "{{settings."); token != NULL;
       token = strstr (token + 2, "{{settings."))
    {
      const char *start = token + strlen ("{{settings.");
      g_autofree char *key = g_strndup (start, strcspn (start, " |}"));
      SbValue *setting = find_by (settings, "key", key);

      if (setting != NULL && sb_value_get_string (setting, "pattern") == NULL)
        sb_problems_add (
          problems, path, NULL, NULL,
          _ ("the setting “%s” stands in the host; give it a pattern that lets no other host in"),
          key);
    }
}

void
sb_connector_check_address (SbValue *document,
                            const char *url,
                            const char *path,
                            SbProblems *problems)
{
  SbValue *settings = sb_value_get_member (document, "settings");
  g_autofree char *host = NULL;
  const char *authority;

  if (url == NULL)
    return;
  if (g_str_has_prefix (url, "{{settings."))
    {
      g_autofree char *key = g_strndup (url + 11, strcspn (url + 11, " |}"));
      SbValue *setting = find_by (settings, "key", key);
      const char *pattern = sb_value_get_string (setting, "pattern");

      if (pattern == NULL ||
          !(g_str_has_prefix (pattern, "^https://") || g_str_has_prefix (pattern, "^(https://")))
        sb_problems_add (
          problems, path, NULL, NULL,
          _ ("the setting “%s” is the whole address; give it a pattern that begins with ^https://"),
          key);
      return;
    }
  if (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://"))
    {
      sb_problems_add (problems, path, NULL, NULL, _ ("is “%s”; begin it with https://"), url);
      return;
    }
  authority = strstr (url, "://") + 3;
  host = g_strndup (authority, strcspn (authority, "/:?#"));
  if (g_str_has_prefix (authority, "{{"))
    {
      g_free (host);
      host = g_strdup (authority);
    }
  if (g_str_has_prefix (url, "http://") && !is_loopback (host))
    sb_problems_add (
      problems, path, NULL, NULL,
      _ ("goes to %s without encryption; use https:// (http:// is for this computer only)"), host);
  if (strchr (host, '@') != NULL || host[0] == '\0')
    sb_problems_add (problems, path, NULL, NULL, _ ("has no proper host name"));
  else
    {
      g_autofree char *whole = g_strndup (authority, strcspn (authority, "/"));

      check_host_tokens (settings, whole, path, problems);
    }
}

static void
check_environment (SbValue *document, const char *name, SbProblems *problems)
{
  SbValue *environment = sb_value_get_member (sb_value_get_member (document, "environments"), name);
  g_autofree char *path = g_strdup_printf ("$.environments.%s.base_url", name);

  sb_connector_check_address (document, sb_value_get_string (environment, "base_url"), path,
                              problems);
}

static void
check_by (SbValue *document, const char *name, SbProblems *problems)
{
  SbValue *part = sb_value_get_member (document, name);
  SbValue *schemes = sb_value_get_member (part, "schemes");
  const char *by = sb_value_get_string (part, "by");
  SbValue *setting = find_by (sb_value_get_member (document, "settings"), "key", by);
  SbValue *allowed = sb_value_get_member (setting, "allowed");
  g_autofree char *path = g_strdup_printf ("$.%s.by", name);

  if (by == NULL)
    return;
  if (allowed == NULL)
    {
      sb_problems_add (problems, path, NULL, NULL, _ ("“%s” is not a setting with allowed values"),
                       by);
      return;
    }
  for (guint i = 0; i < sb_value_get_length (allowed); i++)
    {
      const char *value = sb_value_get_string (sb_value_get_item (allowed, i), "value");

      if (value != NULL && sb_value_get_member (schemes, value) == NULL)
        sb_problems_add (problems, path, NULL, NULL,
                         _ ("there is no scheme for the allowed value “%s” of “%s”"), value, by);
    }
}

static void
check_setting_name (SbValue *document,
                    SbValue *part,
                    const char *name,
                    gboolean secret,
                    const char *path,
                    SbProblems *problems)
{
  const char *key = sb_value_get_string (part, name);
  SbValue *setting = find_by (sb_value_get_member (document, "settings"), "key", key);

  if (key == NULL)
    return;
  if (setting == NULL)
    sb_problems_add (problems, path, NULL, NULL,
                     _ ("%s names the setting “%s”, which is not there"), name, key);
  else if (secret && !sb_value_get_boolean_or (setting, "secret", FALSE))
    sb_problems_add (
      problems, path, NULL, NULL,
      _ ("%s names the setting “%s”, which is not kept secret; add \"secret\": true"), name, key);
}

static void
check_webhook_part (SbValue *document, SbValue *webhook, const char *path, SbProblems *problems)
{
  SbValue *schemes = sb_value_get_member (webhook, "schemes");
  const char *name;

  check_setting_name (document, webhook, "secret", TRUE, path, problems);
  check_setting_name (document, webhook, "user", FALSE, path, problems);
  check_setting_name (document, webhook, "password", TRUE, path, problems);
  check_setting_name (document, webhook, "keys", FALSE, path, problems);
  /* Asked by name: in a file with other problems this may be a list. */
  for (guint i = 0; (name = sb_value_get_member_name (schemes, i)) != NULL; i++)
    {
      g_autofree char *below = g_strdup_printf ("%s.schemes.%s", path, name);

      check_webhook_part (document, sb_value_get_member (schemes, name), below, problems);
    }
}

/* The method and the encoding may be chosen by the owner, never by an event. */
static void
check_fixed_choice (SbValue *action, const char *name, const char *path, SbProblems *problems)
{
  const char *text = sb_value_get_string (sb_value_get_member (action, "request"), name);
  g_autofree char *key = NULL;
  SbValue *field;
  g_autofree char *where = g_strdup_printf ("%s.request.%s", path, name);

  if (text == NULL || !g_str_has_prefix (text, "{{fields."))
    return;
  key = g_strndup (text + 9, strcspn (text + 9, " |}"));
  field = find_by (sb_value_get_member (action, "fields"), "key", key);
  if (field == NULL || g_strcmp0 (sb_value_get_string (field, "type"), "choice") != 0 ||
      !sb_value_get_boolean_or (field, "fixed", FALSE))
    sb_problems_add (
      problems, where, NULL, NULL,
      _ (
        "“%s” must be a field of type choice with \"fixed\": true, so that no event can change it"),
      key);
}

static void
check_columns (SbValue *fields, const char *path, SbProblems *problems)
{
  for (guint i = 0; i < sb_value_get_length (fields); i++)
    {
      SbValue *field = sb_value_get_item (fields, i);
      SbValue *columns = sb_value_get_member (field, "columns");
      g_autofree char *where = g_strdup_printf ("%s.fields[%u].columns", path, i);

      if (columns != NULL && g_strcmp0 (sb_value_get_string (field, "type"), "list") != 0)
        sb_problems_add (problems, where, NULL, NULL, _ ("only a field of type list has columns"));
      check_unique (columns, "key", where, problems);
      for (guint j = 0; j < sb_value_get_length (columns); j++)
        {
          SbValue *product = sb_value_get_member (sb_value_get_item (columns, j), "product");

          for (guint k = 0; k < sb_value_get_length (product); k++)
            {
              const char *other = sb_value_get_text (sb_value_get_item (product, k));

              if (find_by (columns, "key", other) == NULL)
                sb_problems_add (problems, where, NULL, NULL,
                                 _ ("“%s” is multiplied, but there is no such column"), other);
            }
        }
    }
}

/* What is asked for choices must be harmless, and need nothing to be asked. */
static void
check_choices (SbValue *actions, SbValue *fields, const char *path, SbProblems *problems)
{
  for (guint i = 0; i < sb_value_get_length (fields); i++)
    {
      SbValue *choices = sb_value_get_member (sb_value_get_item (fields, i), "choices");
      const char *id = sb_value_get_string (choices, "action");
      SbValue *action = id != NULL ? find_by (actions, "id", id) : NULL;
      g_autofree char *where = g_strdup_printf ("%s[%u].choices", path, i);

      if (choices == NULL)
        continue;
      if (g_strcmp0 (sb_value_get_string (action, "kind"), "lookup") != 0)
        sb_problems_add (problems, where, NULL, NULL, _ ("“%s” is not a look-up of this connector"),
                         id != NULL ? id : "");
      else if (sb_value_get_length (sb_value_get_member (action, "fields")) > 0)
        sb_problems_add (problems, where, NULL, NULL,
                         _ ("“%s” has fields, and nobody could fill them in here"), id);
    }
}

/* The key must stand where "idempotency" says it does: the practice ground looks there too. */
static void
check_key_place (SbValue *action, const char *path, SbProblems *problems)
{
  SbValue *idempotency = sb_value_get_member (action, "idempotency");
  const char *name = sb_value_get_string (idempotency, "name");
  SbValue *body = sb_value_get_member (sb_value_get_member (action, "request"), "body");
  g_autofree char *where = g_strdup_printf ("%s.idempotency.name", path);

  if (g_strcmp0 (sb_value_get_string (idempotency, "kind"), "key") != 0 ||
      g_strcmp0 (sb_value_get_string (idempotency, "in"), "body") != 0 || name == NULL)
    return;
  if (g_strcmp0 (sb_value_get_text (sb_value_get_path (body, name)), "{{key}}") != 0)
    sb_problems_add (problems, where, NULL, NULL,
                     _ ("the body's member “%s” is not “{{key}}”; put the key there"), name);
}

static void
check_action (SbValue *document, SbValue *action, guint index, SbProblems *problems)
{
  SbValue *actions = sb_value_get_member (document, "actions");
  SbValue *fields = sb_value_get_member (action, "fields");
  SbValue *idempotency = sb_value_get_member (action, "idempotency");
  const char *lookup = sb_value_get_string (idempotency, "lookup");
  const char *kind = sb_value_get_string (idempotency, "kind");
  g_autofree char *path = g_strdup_printf ("$.actions[%u]", index);
  g_autofree char *at_fields = g_strdup_printf ("%s.fields", path);
  g_autofree char *at_idempotency = g_strdup_printf ("%s.idempotency", path);

  check_unique (fields, "key", at_fields, problems);
  check_choice (fields, at_fields, problems);
  check_columns (fields, path, problems);
  check_choices (actions, fields, at_fields, problems);
  check_fixed_choice (action, "method", path, problems);
  check_fixed_choice (action, "encoding", path, problems);
  check_key_place (action, path, problems);
  if (lookup != NULL)
    {
      SbValue *other = find_by (actions, "id", lookup);

      if (other == NULL || g_strcmp0 (sb_value_get_string (other, "kind"), "lookup") != 0)
        sb_problems_add (problems, at_idempotency, NULL, NULL,
                         _ ("“%s” is not a look-up of this connector"), lookup);
    }
  if (g_strcmp0 (sb_value_get_string (action, "kind"), "lookup") == 0 &&
      g_strcmp0 (kind, "put") != 0)
    sb_problems_add (problems, at_idempotency, NULL, NULL,
                     _ ("a look-up changes nothing, so its kind is “put”; else make it an action"));
  sb_connector_check_templates (document, action, path, problems);
}

void
sb_connector_check_meaning (SbValue *document, SbProblems *problems)
{
  SbValue *settings = sb_value_get_member (document, "settings");
  SbValue *triggers = sb_value_get_member (document, "triggers");
  SbValue *actions = sb_value_get_member (document, "actions");
  const char *test = sb_value_get_string (document, "test");

  check_unique (settings, "key", "$.settings", problems);
  check_choice (settings, "$.settings", problems);
  check_unique (triggers, "id", "$.triggers", problems);
  check_unique (actions, "id", "$.actions", problems);
  check_environment (document, "production", problems);
  check_environment (document, "sandbox", problems);
  check_by (document, "auth", problems);
  sb_connector_check_oauth (document, problems);
  check_by (document, "webhook", problems);
  check_webhook_part (document, sb_value_get_member (document, "webhook"), "$.webhook", problems);
  if (sb_value_get_length (triggers) > 0 && sb_value_get_member (document, "webhook") == NULL)
    sb_problems_add (problems, "$.triggers", NULL, NULL,
                     _ ("there are triggers, but “webhook” does not say how they are judged"));
  if (sb_value_get_length (triggers) > 0 && sb_value_get_member (document, "event") == NULL)
    sb_problems_add (problems, "$.triggers", NULL, NULL,
                     _ ("there are triggers, but “event” does not say where the event id is"));
  if (sb_value_get_length (actions) > 0 && sb_value_get_member (document, "environments") == NULL)
    sb_problems_add (problems, "$.actions", NULL, NULL,
                     _ ("there are actions, but “environments” does not say where to send them"));
  if (test != NULL &&
      g_strcmp0 (sb_value_get_string (find_by (actions, "id", test), "kind"), "lookup") != 0)
    sb_problems_add (problems, "$.test", NULL, NULL, _ ("“%s” is not a look-up of this connector"),
                     test);
  for (guint i = 0; i < sb_value_get_length (settings); i++)
    {
      SbValue *when = sb_value_get_member (sb_value_get_item (settings, i), "when");
      g_autofree char *path = g_strdup_printf ("$.settings[%u].when", i);

      check_setting_name (document, when, "setting", FALSE, path, problems);
    }
  for (guint i = 0; i < sb_value_get_length (actions); i++)
    check_action (document, sb_value_get_item (actions, i), i, problems);
  sb_connector_check_templates (document, NULL, "$", problems);
}
