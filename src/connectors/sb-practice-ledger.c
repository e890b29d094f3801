/* sb-practice-ledger.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-template.h"

/* What is older than this much is practised again from the start. */
#define KEPT_BYTES_MAX (64 * 1024 * 1024)

typedef struct
{
  const char *vendor; /* interned */
  const char *action; /* interned */
  char *key;
  GBytes *bytes;   /* the body as it came; read again only when somebody asks */
  SbValue *body;   /* instead of it, where it is no JSON */
  SbValue *fields; /* only of actions that a look-up can find */
  gint64 time_us;
  guint64 number;
  guint16 status;
  guint8 done;
  guint8 repeated;
} Entry;

typedef struct
{
  char *digest;
  SbReply *reply;
  guint64 number;
} Known;

struct _SbLedger
{
  GPtrArray *entries;
  GHashTable *known; /* identity → Known */
  guint64 next;
  int fd; /* -1: kept in memory only */
};

static void
entry_free (Entry *entry)
{
  g_free (entry->key);
  g_clear_pointer (&entry->bytes, g_bytes_unref);
  g_clear_pointer (&entry->body, sb_value_unref);
  g_clear_pointer (&entry->fields, sb_value_unref);
  g_free (entry);
}

static void
known_free (Known *known)
{
  g_free (known->digest);
  sb_reply_free (known->reply);
  g_free (known);
}

SbLedger *
sb_ledger_new (void)
{
  SbLedger *self = g_new0 (SbLedger, 1);

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify)entry_free);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)known_free);
  self->fd = -1;
  return self;
}

void
sb_ledger_free (SbLedger *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_hash_table_unref (self->known);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

guint64
sb_ledger_next (SbLedger *self)
{
  return ++self->next;
}

static SbValue *
entry_body (Entry *entry)
{
  gsize size = 0;
  const char *data;
  SbValue *body;

  if (entry->body != NULL)
    return sb_value_ref (entry->body);
  if (entry->bytes == NULL || g_bytes_get_size (entry->bytes) == 0)
    return sb_value_new_null ();
  data = g_bytes_get_data (entry->bytes, &size);
  body = sb_json_parse (data, (gssize)size, NULL);
  if (body == NULL)
    {
      g_autofree char *text = g_utf8_make_valid (data, (gssize)size);

      body = sb_value_new_string (text);
    }
  return body;
}

static SbValue *
entry_to_value (Entry *entry)
{
  SbValue *value = sb_value_new_object ();
  g_autofree char *time = sb_clock_format_utc (entry->time_us);

  sb_value_set_string (value, "vendor", entry->vendor);
  sb_value_set_string (value, "action", entry->action);
  sb_value_set (value, "key",
                entry->key != NULL ? sb_value_new_string (entry->key) : sb_value_new_null ());
  sb_value_set (value, "body", entry_body (entry));
  sb_value_set_string (value, "time", time);
  sb_value_set_boolean (value, "repeated", entry->repeated);
  sb_value_set_int (value, "status", entry->status);
  return value;
}

static void
write_line (SbLedger *self, Entry *entry, const char *identity, Known *known)
{
  g_autoptr (SbValue) line = entry_to_value (entry);
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;
  const char *rest;
  gsize left;

  sb_value_set_boolean (line, "done", entry->done);
  sb_value_set_int (line, "number", (gint64)entry->number);
  if (entry->fields != NULL)
    sb_value_set (line, "fields", sb_value_ref (entry->fields));
  if (known != NULL)
    {
      sb_value_set_string (line, "identity", identity);
      sb_value_set_string (line, "digest", known->digest);
      if (known->reply->text != NULL)
        sb_value_set_string (line, "answer", known->reply->text);
      if (known->reply->content_type != NULL)
        sb_value_set_string (line, "content_type", known->reply->content_type);
    }
  text = sb_json_write (line);
  whole = g_strconcat (text, "\n", NULL);
  rest = whole;
  left = strlen (whole);
  /* In the kernel's hands is enough: this outlasts a killed process, which is all it is for. */
  while (left > 0)
    {
      gssize written = write (self->fd, rest, left);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          g_warning ("The practice ground cannot write down what it did: %s", g_strerror (errno));
          return;
        }
      rest += written;
      left -= (gsize)written;
    }
}

static void
read_line (SbLedger *self, SbValue *line)
{
  Entry *entry = g_new0 (Entry, 1);
  const char *identity = sb_value_get_string (line, "identity");
  SbValue *fields = sb_value_get_member (line, "fields");
  SbValue *body = sb_value_get_member (line, "body");

  entry->vendor = g_intern_string (sb_value_get_string (line, "vendor"));
  entry->action = g_intern_string (sb_value_get_string (line, "action"));
  entry->key = g_strdup (sb_value_get_string (line, "key"));
  entry->body = body != NULL ? sb_value_ref (body) : sb_value_new_null ();
  entry->fields = fields != NULL ? sb_value_ref (fields) : NULL;
  entry->number = (guint64)sb_value_get_int_or (line, "number", 0);
  entry->status = (guint16)sb_value_get_int_or (line, "status", 0);
  entry->done = sb_value_get_boolean_or (line, "done", FALSE);
  entry->repeated = sb_value_get_boolean_or (line, "repeated", FALSE);
  if (sb_value_get_string (line, "time") != NULL)
    sb_clock_parse (sb_value_get_string (line, "time"), "UTC", &entry->time_us, NULL);
  self->next = MAX (self->next, entry->number);
  g_ptr_array_add (self->entries, entry);

  if (identity != NULL)
    {
      Known *known = g_new0 (Known, 1);

      known->digest = g_strdup (sb_value_get_string (line, "digest"));
      known->number = entry->number;
      known->reply = sb_reply_new (entry->status, g_strdup (sb_value_get_string (line, "answer")));
      known->reply->content_type = g_strdup (sb_value_get_string (line, "content_type"));
      g_hash_table_replace (self->known, g_strdup (identity), known);
    }
}

gboolean
sb_ledger_keep_in (SbLedger *self, const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  int fd = g_open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0 || (!g_file_get_contents (path, &contents, NULL, NULL)))
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_READ_ONLY,
        "The practice ground cannot keep what it did in %s: %s. Choose another folder or "
        "make this one writable.",
        path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  if (strlen (contents) > KEPT_BYTES_MAX && ftruncate (fd, 0) == 0)
    *contents = '\0';
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      /* A last line that was cut off by a kill is work that was never answered. */
      g_autoptr (SbValue) line = *lines[i] != '\0' ? sb_json_parse (lines[i], -1, NULL) : NULL;

      if (sb_value_get_string (line, "vendor") != NULL &&
          sb_value_get_string (line, "action") != NULL)
        read_line (self, line);
    }
  if (*contents != '\0' && !g_str_has_suffix (contents, "\n") && write (fd, "\n", 1) != 1)
    g_warning ("The practice ground cannot write to %s: %s", path, g_strerror (errno));
  if (self->fd >= 0)
    close (self->fd);
  self->fd = fd;
  return TRUE;
}

SbKnown
sb_ledger_look_up (
  SbLedger *self, const char *identity, const char *digest, SbReply **reply, guint64 *number)
{
  Known *known = identity != NULL ? g_hash_table_lookup (self->known, identity) : NULL;

  if (known == NULL)
    return SB_KNOWN_NOT;
  *number = known->number;
  if (g_strcmp0 (known->digest, digest) != 0)
    return SB_KNOWN_OTHER;
  *reply = sb_reply_copy (known->reply);
  return SB_KNOWN_SAME;
}

void
sb_ledger_add (SbLedger *self, const SbDeed *deed)
{
  Entry *entry = g_new0 (Entry, 1);
  Known *known = NULL;
  gboolean json = g_strcmp0 (deed->call->content_type, "application/json") == 0;

  entry->vendor = g_intern_string (deed->stand_in->connector->id);
  entry->action = g_intern_string (deed->stand_in->action->id);
  entry->key = g_strdup (deed->key);
  if (json || deed->call->body == NULL)
    entry->bytes = deed->call->bytes != NULL ? g_bytes_ref (deed->call->bytes) : NULL;
  else
    entry->body = sb_value_ref (deed->call->body);
  if (deed->done && deed->stand_in->action->idempotency == SB_IDEMPOTENT_LOOKUP)
    entry->fields = sb_value_ref (deed->fields);
  entry->time_us = sb_clock_now_us ();
  entry->number = deed->number;
  entry->status = (guint16)deed->reply->status;
  entry->done = deed->done;
  entry->repeated = deed->repeated;
  if (deed->done && deed->identity != NULL)
    {
      known = g_new0 (Known, 1);
      known->digest = g_strdup (deed->digest);
      known->reply = sb_reply_copy (deed->reply);
      known->number = deed->number;
      g_hash_table_replace (self->known, g_strdup (deed->identity), known);
    }
  if (self->fd >= 0)
    write_line (self, entry, deed->identity, known);
  if (self->entries->len >= SB_PRACTICE_KEPT_MAX)
    g_ptr_array_remove_range (self->entries, 0, SB_PRACTICE_KEPT_MAX / 10);
  g_ptr_array_add (self->entries, entry);
}

SbValue *
sb_ledger_list (SbLedger *self, gboolean refused_too)
{
  SbValue *list = sb_value_new_array ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->done || entry->repeated || refused_too)
        sb_value_append (list, entry_to_value (entry));
    }
  return list;
}

void
sb_ledger_clear (SbLedger *self)
{
  g_ptr_array_set_size (self->entries, 0);
  g_hash_table_remove_all (self->known);
  if (self->fd >= 0 && ftruncate (self->fd, 0) != 0)
    g_warning ("The practice ground cannot empty its file: %s", g_strerror (errno));
}

guint
sb_ledger_count (SbLedger *self)
{
  return self->entries->len;
}

/* Whether the look-up with @asked would find @entry: as "lookup_fields" derives its fields, or by
 * the fields that both have. */
static gboolean
finds (Entry *entry, SbValue *derived, SbValue *asked)
{
  g_autoptr (SbScope) scope = NULL;
  guint compared = 0;

  if (derived != NULL)
    {
      g_autoptr (SbValue) key = sb_value_new_string (entry->key != NULL ? entry->key : "");

      scope = sb_scope_new ("UTC", entry->time_us);
      sb_scope_set (scope, "fields", entry->fields);
      sb_scope_set (scope, "key", key);
    }
  for (guint i = 0; i < sb_value_get_length (asked); i++)
    {
      const char *name = sb_value_get_member_name (asked, i);
      SbValue *template = sb_value_get_member (derived, name);
      g_autoptr (SbValue) theirs = NULL;
      g_autofree char *a = NULL, *b = NULL;

      if (template != NULL)
        theirs = sb_render_value (template, scope, NULL);
      else if (derived == NULL && sb_value_get_member (entry->fields, name) != NULL)
        theirs = sb_value_ref (sb_value_get_member (entry->fields, name));
      if (theirs == NULL)
        continue;
      a = sb_value_to_text (theirs);
      b = sb_value_to_text (sb_value_get_member (asked, name));
      if (!g_str_equal (a, b))
        return FALSE;
      compared++;
    }
  return compared > 0;
}

gboolean
sb_ledger_did (
  SbLedger *self, SbConnector *connector, SbAction *action, SbValue *asked, guint64 *number)
{
  SbValue *idempotency = sb_value_get_member (action->document, "idempotency");
  SbValue *derived = sb_value_get_member (idempotency, "lookup_fields");

  for (guint i = self->entries->len; i > 0; i--)
    {
      Entry *entry = g_ptr_array_index (self->entries, i - 1);

      if (entry->done && entry->fields != NULL && g_str_equal (entry->vendor, connector->id) &&
          g_str_equal (entry->action, action->id) && finds (entry, derived, asked))
        {
          *number = entry->number;
          return TRUE;
        }
    }
  return FALSE;
}
