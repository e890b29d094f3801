/* sb-answer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-request.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-template.h"

/* A vendor that asks for more than a day is taken for one that does not know what it says. */
#define MAX_RETRY_AFTER_US (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)
#define MAX_MESSAGE_CHARS  300

/* An answer being judged. */
typedef struct
{
  SbConnector *connector;
  SbAction *action;
  const SbAnswer *answer;
  SbValue *declared; /* "answer" of the action */
  SbValue *parsed;   /* (nullable) */
  gint64 now_us;
} Judging;

void
sb_answer_clear (SbAnswer *self)
{
  g_clear_pointer (&self->headers, g_hash_table_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->transport, g_free);
  g_clear_pointer (&self->fields, sb_value_unref);
  self->status = 0;
  self->sent = FALSE;
}

void
sb_outcome_free (SbOutcome *self)
{
  if (self == NULL)
    return;
  g_free (self->message);
  g_clear_pointer (&self->output, sb_value_unref);
  g_free (self->version_note);
  g_free (self);
}

static SbOutcome *
outcome_new (SbOutcomeKind kind, char *message)
{
  SbOutcome *outcome = g_new0 (SbOutcome, 1);

  outcome->kind = kind;
  outcome->message = message;
  return outcome;
}

/* Whether sending it once more cannot do it twice. An action with a look-up is not among them: the
 * look-up comes first, so its outcome is unknown until then. */
static gboolean
is_repeatable (SbAction *action)
{
  return action->idempotency == SB_IDEMPOTENT_KEY || action->idempotency == SB_IDEMPOTENT_PUT ||
         g_strcmp0 (action->kind, "lookup") == 0;
}

static const char *
get_header (Judging *self, const char *name)
{
  return self->answer->headers != NULL && name != NULL
           ? g_hash_table_lookup (self->answer->headers, name)
           : NULL;
}

/* Retry-After (RFC 9110, 10.2.3): seconds, or a date. */
static gint64
retry_after (Judging *self)
{
  const char *text = get_header (self, "retry-after");
  gint64 us = 0;

  if (text == NULL || text[0] == '\0')
    return 0;
  if (strspn (text, "0123456789") == strlen (text))
    us = strlen (text) > 9 ? MAX_RETRY_AFTER_US : g_ascii_strtoll (text, NULL, 10) * G_USEC_PER_SEC;
  else
    {
      g_autoptr (GDateTime) date = soup_date_time_new_from_http_string (text);

      if (date != NULL)
        us = g_date_time_to_unix (date) * G_USEC_PER_SEC - self->now_us;
    }
  return CLAMP (us, 0, MAX_RETRY_AFTER_US);
}

/* The first of the declared paths that holds text or a number. */
static char *
find_text (Judging *self, const char *name)
{
  SbValue *paths = sb_value_get_member (self->declared, name);
  gboolean single = sb_value_get_type (paths) == SB_VALUE_STRING;

  for (guint i = 0; paths != NULL && i < (single ? 1 : sb_value_get_length (paths)); i++)
    {
      SbValue *path = single ? paths : sb_value_get_item (paths, i);
      SbValue *value = sb_value_get_path (self->parsed, sb_value_get_text (path));
      SbValueType type = sb_value_get_type (value);

      if ((type == SB_VALUE_STRING || type == SB_VALUE_NUMBER) &&
          sb_value_get_text (value)[0] != '\0')
        return g_strdup (sb_value_get_text (value));
    }
  return NULL;
}

static gboolean
has_code (Judging *self, const char *list, const char *code)
{
  SbValue *codes = sb_value_get_member (self->declared, list);

  for (guint i = 0; code != NULL && i < sb_value_get_length (codes); i++)
    if (g_strcmp0 (sb_value_get_text (sb_value_get_item (codes, i)), code) == 0)
      return TRUE;
  return FALSE;
}

/* A sentence without the tokens that nothing is known for. */
static char *
without_tokens (const char *sentence)
{
  GString *out = g_string_new (NULL);
  const char *at = sentence;
  const char *open;

  while ((open = strstr (at, "{{")) != NULL)
    {
      const char *close = strstr (open, "}}");

      g_string_append_len (out, at, open - at);
      while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      if (close == NULL)
        return g_string_free (out, FALSE);
      at = close + 2;
    }
  g_string_append (out, at);
  return g_string_free (out, FALSE);
}

static char *
tidy (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *safe = sb_redact (valid, NULL);

  g_strdelimit (safe, "\r\n\t", ' ');
  g_strstrip (safe);
  if (g_utf8_strlen (safe, -1) > MAX_MESSAGE_CHARS)
    {
      g_autofree char *start = g_utf8_substring (safe, 0, MAX_MESSAGE_CHARS);

      return g_strconcat (start, "…", NULL);
    }
  return g_steal_pointer (&safe);
}

static char *
sentence_for (Judging *self, const char *code)
{
  const char *sentence =
    code != NULL ? sb_value_get_string (sb_value_get_member (self->declared, "errors"), code)
                 : NULL;
  g_autoptr (SbScope) scope = NULL;
  g_autofree char *rendered = NULL;

  if (sentence == NULL)
    return NULL;
  scope = sb_scope_new ("UTC", self->now_us);
  if (self->answer->fields != NULL)
    sb_scope_set (scope, "fields", self->answer->fields);
  rendered = sb_render_text (sentence, scope, NULL);
  if (rendered == NULL)
    rendered = without_tokens (sentence);
  return tidy (rendered);
}

/* What was done, as the action says it: "Invoice 1001 created". (transfer full) (nullable) */
static char *
sentence_of_success (Judging *self, SbValue *output)
{
  const char *sentence = sb_value_get_string (self->action->document, "done");
  g_autoptr (SbScope) scope = NULL;
  g_autofree char *rendered = NULL;

  if (sentence == NULL)
    return NULL;
  scope = sb_scope_new ("UTC", self->now_us);
  sb_scope_set (scope, "output", output);
  if (self->answer->fields != NULL)
    sb_scope_set (scope, "fields", self->answer->fields);
  rendered = sb_render_text (sentence, scope, NULL);
  return rendered != NULL ? tidy (rendered) : NULL;
}

/* What went wrong, in our words where the code is known, else in the vendor's. */
static char *
explain (Judging *self, const char *code)
{
  char *sentence = sentence_for (self, code);
  g_autofree char *words = NULL;
  g_autofree char *tidied = NULL;
  guint status = self->answer->status;

  if (sentence != NULL)
    return sentence;
  words = find_text (self, "error_message");
  if (words != NULL)
    {
      tidied = tidy (words);
      return g_strdup_printf (_ ("%s says: %s"), self->connector->name, tidied);
    }
  if (status >= 300 && status < 400 && get_header (self, "location") != NULL)
    {
      tidied = tidy (get_header (self, "location"));
      return g_strdup_printf (
        _ ("%s wants this sent to another address (%s), which Signalbox does not "
           "do: an address is changed in the connection"),
        self->connector->name, tidied);
    }
  if (status == 401)
    return g_strdup_printf (_ ("%s does not accept the sign-in of this connection"),
                            self->connector->name);
  if (status == 403)
    return g_strdup_printf (_ ("%s does not allow this connection to %s"), self->connector->name,
                            self->action->label);
  if (status == 404)
    return g_strdup_printf (_ ("%s does not have what was asked for (404)"), self->connector->name);
  if (status == 429)
    return g_strdup_printf (_ ("%s asks to go slower"), self->connector->name);
  if (status >= 500)
    return g_strdup_printf (_ ("%s has a fault of its own (%u)"), self->connector->name, status);
  return g_strdup_printf (_ ("%s refused it (%u)"), self->connector->name, status);
}

static SbOutcome *
unknown (Judging *self, const char *what)
{
  return outcome_new (SB_OUTCOME_UNKNOWN,
                      g_strdup_printf (_ ("%s; it may have been done all the same: look into %s"),
                                       what, self->connector->name));
}

static SbOutcome *
retry (Judging *self, char *message)
{
  SbOutcome *outcome = outcome_new (SB_OUTCOME_RETRY, message);

  outcome->retry_after_us = retry_after (self);
  return outcome;
}

static SbOutcome *
judge_silence (Judging *self)
{
  const char *transport =
    self->answer->transport != NULL ? self->answer->transport : _ ("no answer came");
  g_autofree char *what = g_strdup_printf (_ ("%s: %s"), self->connector->name, transport);

  if (!self->answer->sent || is_repeatable (self->action))
    return retry (self, g_steal_pointer (&what));
  return unknown (self, what);
}

static gboolean
is_ok (Judging *self)
{
  SbValue *ok = sb_value_get_member (self->declared, "ok");

  if (ok == NULL)
    return self->answer->status >= 200 && self->answer->status <= 299;
  for (guint i = 0; i < sb_value_get_length (ok); i++)
    {
      gint64 status = 0;

      if (sb_value_get_int (sb_value_get_item (ok, i), &status) && status == self->answer->status)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_status_in (Judging *self, const char *list)
{
  SbValue *statuses = sb_value_get_member (self->declared, list);

  for (guint i = 0; i < sb_value_get_length (statuses); i++)
    {
      gint64 status = 0;

      if (sb_value_get_int (sb_value_get_item (statuses, i), &status) &&
          status == self->answer->status)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_nothing (SbValue *value)
{
  SbValueType type = sb_value_get_type (value);

  return type == SB_VALUE_NULL ||
         ((type == SB_VALUE_ARRAY || type == SB_VALUE_OBJECT) &&
          sb_value_get_length (value) == 0) ||
         (type == SB_VALUE_STRING && sb_value_get_text (value)[0] == '\0');
}

static gboolean
is_error (Judging *self)
{
  SbValue *conditions = sb_value_get_member (self->declared, "error_when");

  for (guint i = 0; i < sb_value_get_length (conditions); i++)
    {
      SbValue *condition = sb_value_get_item (conditions, i);
      SbValue *value = sb_value_get_path (self->parsed, sb_value_get_string (condition, "path"));
      SbValue *is = sb_value_get_member (condition, "is");

      if (is != NULL && value != NULL && sb_value_equal (is, value))
        return TRUE;
      if (is == NULL && !is_nothing (value))
        return TRUE;
    }
  return FALSE;
}

/* (transfer full) (nullable): the outcome that a code of the vendor's decides */
static SbOutcome *
judge_code (Judging *self, const char *code)
{
  if (has_code (self, "retry_codes", code))
    return retry (self, explain (self, code));
  if (has_code (self, "trouble_codes", code))
    return outcome_new (SB_OUTCOME_TROUBLE, explain (self, code));
  if (has_code (self, "unknown_codes", code))
    {
      g_autofree char *what = explain (self, code);

      return is_repeatable (self->action) ? retry (self, g_steal_pointer (&what))
                                          : unknown (self, what);
    }
  return NULL;
}

static SbOutcome *
judge_done (Judging *self)
{
  const char *found = sb_value_get_string (self->declared, "found");
  const char *output = sb_value_get_string (self->declared, "output");
  SbOutcome *outcome = outcome_new (SB_OUTCOME_DONE, NULL);
  SbValue *value;

  outcome->found = found == NULL || !is_nothing (sb_value_get_path (self->parsed, found));
  value = output != NULL ? sb_value_get_path (self->parsed, output) : self->parsed;
  if (value != NULL && outcome->found)
    outcome->output = sb_value_ref (value);
  else
    outcome->output = sb_value_new_object ();
  if (outcome->found)
    outcome->message = sentence_of_success (self, outcome->output);
  return outcome;
}

static SbOutcome *
judge_ok (Judging *self, const char *format)
{
  if (self->parsed == NULL && g_str_equal (format, "json") && self->answer->status != 204)
    {
      const char *cut = self->answer->transport;
      g_autofree char *what =
        cut != NULL
          ? g_strdup_printf (_ ("%s said OK (%u), but %s"), self->connector->name,
                             self->answer->status, cut)
          : g_strdup_printf (_ ("%s said OK (%u), but with an answer that cannot be read"),
                             self->connector->name, self->answer->status);

      return is_repeatable (self->action) ? retry (self, g_steal_pointer (&what))
                                          : unknown (self, what);
    }
  if (is_error (self))
    {
      g_autofree char *code = find_text (self, "error_code");
      SbOutcome *outcome = judge_code (self, code);

      return outcome != NULL ? outcome : outcome_new (SB_OUTCOME_FAILED, explain (self, code));
    }
  return judge_done (self);
}

static SbOutcome *
judge_refusal (Judging *self)
{
  guint status = self->answer->status;
  SbValue *limits = sb_value_get_member (self->connector->document, "rate_limit");
  const char *should_retry = get_header (
    self, sb_value_get_string (sb_value_get_member (limits, "headers"), "should_retry"));
  g_autofree char *code = find_text (self, "error_code");
  SbOutcome *outcome = judge_code (self, code);
  g_autofree char *what = NULL;

  if (outcome != NULL)
    return outcome;
  if (is_status_in (self, "not_found"))
    {
      outcome = judge_done (self);
      outcome->found = FALSE;
      g_clear_pointer (&outcome->output, sb_value_unref);
      outcome->output = sb_value_new_object ();
      return outcome;
    }
  what = explain (self, code);
  /* The server turned it away before any work: 408 it did not get all of it, 425 and 429 too early,
   * 503 it is not taking requests now (RFC 9110, 15.5.9 and 15.6.4; RFC 6585, 4). */
  if (status == 408 || status == 425 || status == 429 || status == 503)
    return retry (self, g_steal_pointer (&what));
  /* The others of 5xx may come from a gateway that lost sight of a server that did the work, or
   * from one that failed after it: only what cannot be done twice goes out again by itself. */
  if (status >= 500 && status != 501)
    {
      if (is_repeatable (self->action) && g_strcmp0 (should_retry, "false") != 0)
        return retry (self, g_steal_pointer (&what));
      return unknown (self, what);
    }
  if (status == 401 || status == 403)
    return outcome_new (SB_OUTCOME_TROUBLE, g_steal_pointer (&what));
  if (g_strcmp0 (should_retry, "true") == 0 && is_repeatable (self->action))
    return retry (self, g_steal_pointer (&what));
  return outcome_new (SB_OUTCOME_FAILED, g_steal_pointer (&what));
}

static char *
note_version (Judging *self)
{
  SbValue *version = sb_value_get_member (self->connector->document, "version");
  const char *expected = sb_value_get_string (version, "value");
  const char *echo = get_header (self, sb_value_get_string (version, "echo"));

  g_autofree char *safe = NULL;

  if (expected == NULL || echo == NULL || g_str_has_prefix (echo, expected))
    return NULL;
  safe = tidy (echo);
  return g_strdup_printf (_ ("%s answered in API version %.*s; Signalbox asked for %s"),
                          self->connector->name, SB_FIT (safe, 40), expected);
}

static SbValue *
parse (const SbAnswer *answer, const char *format)
{
  gsize length = 0;
  const char *data = answer->body != NULL ? g_bytes_get_data (answer->body, &length) : NULL;
  SbValue *value = NULL;

  if (length == 0)
    return NULL;
  if (!g_str_equal (format, "text"))
    value = sb_json_parse (data, length, NULL);
  if (value == NULL && !g_str_equal (format, "json") && g_utf8_validate_len (data, length, NULL))
    {
      value = sb_value_new_object ();
      sb_value_set (value, "text", sb_value_new_string_len (data, length));
    }
  return value;
}

/**
 * sb_answer_judge:
 * @now_us: UTC µs, for a Retry-After that is a date
 *
 * Any thread. An action whose idempotency is a look-up counts as one that may not be repeated
 * blindly: where its outcome is SB_OUTCOME_UNKNOWN, the engine asks the look-up.
 *
 * Returns: (transfer full): never NULL; SB_OUTCOME_DONE always has an output
 */
SbOutcome *
sb_answer_judge (SbConnector *connector, SbAction *action, const SbAnswer *answer, gint64 now_us)
{
  SbValue *declared = sb_value_get_member (action->document, "answer");
  const char *format = sb_value_get_string (declared, "format");
  g_autoptr (SbValue) parsed = NULL;
  Judging judging = {
    .connector = connector,
    .action = action,
    .answer = answer,
    .declared = declared,
    .now_us = now_us,
  };
  SbOutcome *outcome;

  if (format == NULL)
    format = "json";
  if (answer->status == 0)
    return judge_silence (&judging);
  parsed = parse (answer, format);
  judging.parsed = parsed;
  outcome = is_ok (&judging) ? judge_ok (&judging, format) : judge_refusal (&judging);
  outcome->version_note = note_version (&judging);
  return outcome;
}
