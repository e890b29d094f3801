/* sb-practice-answer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <string.h>

#include "sb-clock.h"
#include "sb-json.h"
#include "sb-template.h"

SbReply *
sb_reply_new (guint status, char *text)
{
  SbReply *self = g_new0 (SbReply, 1);

  self->status = status;
  self->text = text;
  return self;
}

/* The practice ground's own words, not a vendor's. */
SbReply *
sb_reply_new_sentence (guint status, const char *sentence)
{
  g_autoptr (SbValue) body = sb_value_new_object ();

  sb_value_set_string (body, "error", sentence);
  return sb_reply_new (status, sb_json_write (body));
}

SbReply *
sb_reply_copy (const SbReply *self)
{
  SbReply *copy = g_new0 (SbReply, 1);

  copy->status = self->status;
  copy->text = g_strdup (self->text);
  copy->content_type = g_strdup (self->content_type);
  copy->retry_after = g_strdup (self->retry_after);
  copy->location = g_strdup (self->location);
  copy->version = g_strdup (self->version);
  copy->version_header = g_strdup (self->version_header);
  return copy;
}

void
sb_reply_free (SbReply *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->content_type);
  g_free (self->retry_after);
  g_free (self->location);
  g_free (self->version);
  g_free (self->version_header);
  g_free (self);
}

static SbReply *
reply_of (SbStandIn *self, guint status, SbValue *body)
{
  SbValue *version = sb_value_get_member (self->connector->document, "version");
  const char *echo = sb_value_get_string (version, "echo");
  SbReply *reply = sb_reply_new (status, body != NULL ? sb_json_write (body) : NULL);

  if (echo != NULL)
    {
      reply->version_header = g_strdup (echo);
      reply->version = g_strdup (sb_value_get_string (version, "value"));
    }
  return reply;
}

/* Puts @value at a path like "Fault.Error[0].Message", making what is on the way. */
static SbValue *
wrap_in_path (const char *path, SbValue *value)
{
  g_autofree char *plain = g_strdup (path);
  g_auto (GStrv) parts = NULL;

  g_strdelimit (plain, "[]", '.');
  parts = g_strsplit (plain, ".", -1);
  for (guint i = g_strv_length (parts); i > 0; i--)
    {
      const char *part = parts[i - 1];
      SbValue *outer;

      if (*part == '\0')
        continue;
      if (g_ascii_isdigit (*part))
        {
          outer = sb_value_new_array ();
          sb_value_append (outer, value);
        }
      else
        {
          outer = sb_value_new_object ();
          sb_value_set (outer, part, value);
        }
      value = outer;
    }
  return value;
}

/* @b laid over @a: objects are joined, arrays item by item, else @b wins. Takes both. */
static SbValue *
merge (SbValue *a, SbValue *b)
{
  SbValue *joined;

  if (a == NULL)
    return b;
  if (sb_value_get_type (a) != sb_value_get_type (b) ||
      (sb_value_get_type (a) != SB_VALUE_OBJECT && sb_value_get_type (a) != SB_VALUE_ARRAY))
    {
      sb_value_unref (a);
      return b;
    }

  if (sb_value_get_type (a) == SB_VALUE_ARRAY)
    {
      joined = sb_value_new_array ();
      for (guint i = 0; i < MAX (sb_value_get_length (a), sb_value_get_length (b)); i++)
        {
          SbValue *left = sb_value_get_item (a, i);
          SbValue *right = sb_value_get_item (b, i);

          if (left == NULL || right == NULL)
            sb_value_append (joined, sb_value_ref (left != NULL ? left : right));
          else
            sb_value_append (joined, merge (sb_value_ref (left), sb_value_ref (right)));
        }
    }
  else
    {
      joined = sb_value_copy (a);
      for (guint i = 0; i < sb_value_get_length (b); i++)
        {
          const char *name = sb_value_get_member_name (b, i);
          SbValue *left = sb_value_get_member (a, name);
          SbValue *right = sb_value_ref (sb_value_get_member (b, name));

          sb_value_set (joined, name, left != NULL ? merge (sb_value_ref (left), right) : right);
        }
    }
  sb_value_unref (a);
  sb_value_unref (b);
  return joined;
}

/* The first of what may be one path or several. */
static const char *
first_path (SbValue *paths)
{
  return sb_value_get_type (paths) == SB_VALUE_ARRAY
           ? sb_value_get_text (sb_value_get_item (paths, 0))
           : sb_value_get_text (paths);
}

SbReply *
sb_stand_in_refuse (SbStandIn *self, guint status, const char *code, const char *message)
{
  SbValue *answer = sb_value_get_member (self->action->document, "answer");
  SbValue *error_when = sb_value_get_item (sb_value_get_member (answer, "error_when"), 0);
  SbValue *paths[] = { sb_value_get_member (answer, "error_message"),
                       sb_value_get_member (answer, "error_code") };
  const char *message_path = paths[0] != NULL ? first_path (paths[0]) : NULL;
  const char *code_path = paths[1] != NULL ? first_path (paths[1]) : NULL;
  SbValue *body = NULL;
  SbReply *reply;

  if (error_when != NULL)
    {
      const char *path = sb_value_get_string (error_when, "path");
      SbValue *is = sb_value_get_member (error_when, "is");

      if (is != NULL)
        body = merge (body, wrap_in_path (path, sb_value_ref (is)));
      else if (message_path == NULL || !g_str_has_prefix (message_path, path))
        body = merge (body, wrap_in_path (path, sb_value_new_string (message)));
      /* Such a vendor says no in an answer that is otherwise fine; one that only has error lists
       * still turns a wrong sign-in away by its status. */
      if (status < 429 && status != 404 && (status != 401 || is != NULL))
        status = 200;
    }
  if (message_path != NULL)
    body = merge (body, wrap_in_path (message_path, sb_value_new_string (message)));
  if (code_path != NULL && (code != NULL || message_path == NULL))
    body =
      merge (body, wrap_in_path (code_path, sb_value_new_string (code != NULL ? code : message)));
  if (message_path == NULL && code_path == NULL)
    body = merge (body, wrap_in_path ("error", sb_value_new_string (message)));

  reply = reply_of (self, status, body);
  sb_value_unref (body);
  return reply;
}

/* Names under which vendors hand out numbers of their own. */
static gboolean
names_identity (const char *name)
{
  return name != NULL && (g_ascii_strcasecmp (name, "id") == 0 || g_str_has_suffix (name, "Id") ||
                          g_str_has_suffix (name, "_id") || g_str_equal (name, "ts") ||
                          g_ascii_strcasecmp (name, "trackingNumber") == 0 ||
                          g_ascii_strcasecmp (name, "tracking_number") == 0);
}

/* A sample's own number, made different for each thing that was done: "145" → "148",
 * "re_3MmlLrLkdIwHu7ix" → "re_3MmlLrLkdIwH0003". */
static SbValue *
number_identity (SbValue *sample, guint64 number)
{
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  const char *text = sb_value_get_text (sample);
  gsize length = text != NULL ? strlen (text) : 0;
  gsize start = length;
  g_autofree char *made = NULL;

  if (length == 0)
    return sb_value_ref (sample);
  while (start > 0 && length - start < 15 && g_ascii_isdigit (text[start - 1]))
    start--;
  if (length - start >= 2 || start == 0)
    {
      guint64 value = g_ascii_strtoull (text + start, NULL, 10) + number;

      made = g_strdup_printf ("%.*s%0*" G_GUINT64_FORMAT, (int)start, text, (int)(length - start),
                              value);
      if (sb_value_get_type (sample) == SB_VALUE_NUMBER)
        return sb_value_new_number (made, NULL);
      return sb_value_new_string (made);
    }
  if (length < 8 || sb_value_get_type (sample) != SB_VALUE_STRING || !g_str_is_ascii (text))
    return sb_value_ref (sample);
  made = g_strdup (text);
  for (guint i = 0; i < 5; i++, number /= 36)
    made[length - 1 - i] = digits[number % 36];
  return sb_value_new_string (made);
}

static SbValue *
render_sample (SbValue *sample, const char *name, SbScope *scope, guint64 number)
{
  SbValueType type = sb_value_get_type (sample);
  SbValue *made;

  if (type == SB_VALUE_STRING && strstr (sb_value_get_text (sample), "{{") != NULL)
    /* What was not sent is not in the answer either. */
    return sb_render_value (sample, scope, NULL);
  if (type == SB_VALUE_STRING || type == SB_VALUE_NUMBER)
    return number > 0 && names_identity (name) ? number_identity (sample, number)
                                               : sb_value_ref (sample);
  if (type != SB_VALUE_OBJECT && type != SB_VALUE_ARRAY)
    return sb_value_ref (sample);

  made = type == SB_VALUE_OBJECT ? sb_value_new_object () : sb_value_new_array ();
  for (guint i = 0; i < sb_value_get_length (sample); i++)
    {
      const char *member = type == SB_VALUE_OBJECT ? sb_value_get_member_name (sample, i) : NULL;
      SbValue *child =
        member != NULL ? sb_value_get_member (sample, member) : sb_value_get_item (sample, i);
      SbValue *rendered = render_sample (child, member != NULL ? member : name, scope, number);

      if (rendered == NULL)
        continue;
      if (member != NULL)
        sb_value_set (made, member, rendered);
      else
        sb_value_append (made, rendered);
    }
  return made;
}

static guint
ok_status (SbStandIn *self)
{
  SbValue *answer = sb_value_get_member (self->action->document, "answer");
  gint64 status = 200;

  sb_value_get_int (sb_value_get_item (sb_value_get_member (answer, "ok"), 0), &status);
  return (guint)sb_value_get_int_or (answer, "sample_status", status);
}

static SbValue *
sample_body (SbStandIn *self, SbCatch *found, const char *key, guint64 number)
{
  SbValue *answer = sb_value_get_member (self->action->document, "answer");
  SbValue *sample = sb_value_get_member (answer, "sample");
  g_autoptr (SbScope) scope = sb_scope_new ("UTC", sb_clock_now_us ());
  g_autoptr (SbValue) key_value = sb_value_new_string (key != NULL ? key : "");

  if (sample == NULL)
    return NULL;
  sb_scope_set (scope, "fields", found->fields);
  sb_scope_set (scope, "key", key_value);
  return render_sample (sample, NULL, scope, number);
}

SbReply *
sb_stand_in_answer (SbStandIn *self, SbCatch *found, const char *key, guint64 number)
{
  SbValue *answer = sb_value_get_member (self->action->document, "answer");
  const char *format = sb_value_get_string (answer, "format");
  guint status = ok_status (self);
  g_autoptr (SbValue) body = status == 204 ? NULL : sample_body (self, found, key, number);
  SbReply *reply;

  if (body != NULL && sb_value_get_type (body) == SB_VALUE_STRING &&
      g_strcmp0 (format, "text") == 0)
    {
      reply = reply_of (self, status, NULL);
      reply->text = g_strdup (sb_value_get_text (body));
      reply->content_type = g_strdup ("text/plain; charset=utf-8");
      return reply;
    }
  return reply_of (self, status, body);
}

/* @value without what stands at the path: an empty list where the path goes into one. */
static SbValue *
without_path (SbValue *value, GStrv parts)
{
  SbValue *copy;
  SbValue *child;

  if (parts[0] == NULL || sb_value_get_type (value) == SB_VALUE_ARRAY)
    return sb_value_get_type (value) == SB_VALUE_ARRAY ? sb_value_new_array ()
                                                       : sb_value_new_null ();
  child = sb_value_get_member (value, parts[0]);
  if (child == NULL)
    return sb_value_ref (value);
  copy = sb_value_copy (value);
  sb_value_set (copy, parts[0], without_path (child, parts + 1));
  return copy;
}

SbReply *
sb_stand_in_find_none (SbStandIn *self, SbCatch *found)
{
  SbValue *answer = sb_value_get_member (self->action->document, "answer");
  SbValue *not_found = sb_value_get_item (sb_value_get_member (answer, "not_found"), 0);
  const char *path = sb_value_get_string (answer, "found");
  gint64 status = 404;

  if (path != NULL)
    {
      g_autoptr (SbValue) body = sample_body (self, found, NULL, 0);
      g_autofree char *plain = g_strdup (path);
      g_auto (GStrv) parts = NULL;
      g_autoptr (SbValue) none = NULL;

      g_strdelimit (plain, "[]", '.');
      parts = g_strsplit (plain, ".", -1);
      none = body != NULL ? without_path (body, parts) : NULL;
      return reply_of (self, ok_status (self), none);
    }
  if (not_found != NULL)
    sb_value_get_int (not_found, &status);
  return sb_stand_in_refuse (self, (guint)status, NULL, "There is none of that");
}

void
sb_practice_sample (
  SbConnector *connector, SbAction *action, SbValue *fields, const char *key, SbAnswer *answer)
{
  /* Only what an answer is made of: nothing is matched here. */
  SbStandIn stand_in = { .connector = connector, .action = action };
  SbCatch found = { .fields = fields };
  g_autoptr (SbReply) reply = sb_stand_in_answer (&stand_in, &found, key, 0);

  *answer = (SbAnswer){ .status = reply->status, .sent = TRUE };
  answer->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (
    answer->headers, g_strdup ("content-type"),
    g_strdup (reply->content_type != NULL ? reply->content_type : "application/json"));
  if (reply->version_header != NULL)
    g_hash_table_insert (answer->headers, g_ascii_strdown (reply->version_header, -1),
                         g_strdup (reply->version));
  if (reply->text != NULL)
    answer->body = g_bytes_new (reply->text, strlen (reply->text));
}
