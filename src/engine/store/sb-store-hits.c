/* sb-store-hits.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <string.h>

#include "sb-json.h"
#include "sb-request.h"
#include "sb-store-words.h"

/* Why a search found a run: the value in its event that holds what was typed. The index keeps words
 * and not where they stood, so the few events that are on the screen are read again. */

/* What fits into a row, and then some. */
#define MAX_SHOWN 160

typedef struct
{
  char *text;
  GArray *ids; /* of gint64 */
} HitsInput;

typedef struct
{
  GPtrArray *missing; /* of const char *: words the label does not have */
  gboolean within;
  GPtrArray *path; /* of const char *: names on the way */
  guint best;      /* how many words the best value has */
  char *hit;       /* (nullable) */
} Looking;

static guint
count_words (Looking *self, const char *text)
{
  g_autofree char *words = sb_words_read (0, text, NULL, 0);
  guint n = 0;

  for (guint i = 0; i < self->missing->len; i++)
    {
      const char *word = g_ptr_array_index (self->missing, i);

      n += strstr (words, self->within ? word + 1 : word) != NULL;
    }
  return n;
}

/* "customer last name": the vendor's names, readable. */
static char *
dup_name (Looking *self)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (guint i = 0; i < self->path->len; i++)
    g_string_append_printf (name, "%s%s", i > 0 ? " " : "",
                            (const char *)g_ptr_array_index (self->path, i));
  g_strdelimit (name->str, "_-", ' ');
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static void
look_at_text (Looking *self, const char *text)
{
  guint n = count_words (self, text);
  g_autofree char *name = NULL;
  g_autofree char *safe = NULL;
  g_autofree char *shown = NULL;

  if (n <= self->best)
    return;
  name = dup_name (self);
  safe = sb_redact (text, NULL);
  shown = g_utf8_substring (safe, 0, MIN (g_utf8_strlen (safe, -1), MAX_SHOWN));
  g_strdelimit (shown, "\r\n\t", ' ');
  self->best = n;
  g_free (self->hit);
  self->hit = g_strdup_printf ("%s: %s", name, shown);
}

static void
look_at (Looking *self, SbValue *value)
{
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_STRING:
    case SB_VALUE_NUMBER:
      look_at_text (self, sb_value_get_text (value));
      break;
    case SB_VALUE_ARRAY:
      for (guint i = 0; i < sb_value_get_length (value); i++)
        look_at (self, sb_value_get_item (value, i));
      break;
    case SB_VALUE_OBJECT:
      for (guint i = 0; i < sb_value_get_length (value); i++)
        {
          const char *name = sb_value_get_member_name (value, i);

          if (sb_words_is_secret (name))
            continue;
          g_ptr_array_add (self->path, (gpointer)name);
          look_at (self, sb_value_get_member (value, name));
          g_ptr_array_set_size (self->path, (int)self->path->len - 1);
        }
      break;
    case SB_VALUE_NULL:
    case SB_VALUE_BOOLEAN:
    default:
      break;
    }
}

/* (nullable): NULL where the label says it all, or nothing in the body does. */
static char *
find_hit (SbQuestion *question, const char *label, const char *body, gsize length)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  Looking self = { missing, question->partial, path, 0, NULL };
  g_autofree char *words = sb_words_read (0, label, NULL, 0);
  g_autoptr (SbValue) value = NULL;

  for (guint i = 0; i < question->words->len; i++)
    {
      char *word = g_ptr_array_index (question->words, i);

      if (strstr (words, question->partial ? word + 1 : word) == NULL)
        g_ptr_array_add (missing, word);
    }
  if (missing->len > 0 && body != NULL)
    value = sb_json_parse (body, (gssize)length, NULL);
  if (value != NULL)
    look_at (&self, value);
  return self.hit;
}

static gboolean
find_hits (SbDb *db, SbStoreRequest *request, GError **error)
{
  HitsInput *input = request->input;
  g_autoptr (SbQuestion) question = sb_question_new (input->text);
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < input->ids->len; i++)
    {
      g_autoptr (SbStatement) statement = NULL;
      char *hit = NULL;

      statement = sb_db_bind (db, error,
                              "SELECT runs.label, body FROM runs JOIN events ON events.id = event"
                              " WHERE runs.id = ?",
                              "i", g_array_index (input->ids, gint64, i));
      if (statement == NULL)
        return FALSE;
      switch (sb_db_step (db, statement, error))
        {
        case SB_STEP_ROW:
          {
            g_autofree char *label = sb_statement_get_text (statement, 0);
            g_autoptr (GBytes) body = sb_statement_get_bytes (statement, 1);

            if (body != NULL)
              hit =
                find_hit (question, label, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
          }
          break;
        case SB_STEP_DONE:
          break;
        case SB_STEP_ERROR:
        default:
          return FALSE;
        }
      g_ptr_array_add (hits, hit);
    }
  sb_store_request_return (request, g_steal_pointer (&hits), (GDestroyNotify)g_ptr_array_unref);
  return TRUE;
}

static void
hits_input_free (gpointer data)
{
  HitsInput *self = data;

  g_free (self->text);
  g_array_unref (self->ids);
  g_free (self);
}

void
sb_store_find_hits_async (SbStore *self,
                          const char *text,
                          GArray *ids,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  HitsInput *input = g_new0 (HitsInput, 1);

  input->text = g_strdup (text);
  input->ids = g_array_copy (ids);
  sb_store_ask (self, SB_LANE_READ, sb_store_find_hits_async, find_hits, input, hits_input_free,
                cancellable, callback, data);
}

GPtrArray *
sb_store_find_hits_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
