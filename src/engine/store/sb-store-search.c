/* sb-store-search.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <string.h>

#include "sb-store-words.h"

/* A needle made ready: for each of its characters the lower and the upper form in UTF-8. Comparing
 * against both finds "É" for "é" without folding a megabyte of body first. */
typedef struct
{
  char *text;
  guint length;
  char (*lower)[7];
  char (*upper)[7];
  guint8 *lower_bytes;
  guint8 *upper_bytes;
} Needle;

static void
needle_free (gpointer data)
{
  Needle *self = data;

  g_free (self->text);
  g_free (self->lower);
  g_free (self->upper);
  g_free (self->lower_bytes);
  g_free (self->upper_bytes);
  g_free (self);
}

static Needle *
needle_new (const char *text)
{
  Needle *self = g_new0 (Needle, 1);
  guint i = 0;

  self->text = g_utf8_make_valid (text, -1);
  self->length = g_utf8_strlen (self->text, -1);
  self->lower = g_malloc0_n (self->length + 1, sizeof *self->lower);
  self->upper = g_malloc0_n (self->length + 1, sizeof *self->upper);
  self->lower_bytes = g_new0 (guint8, self->length + 1);
  self->upper_bytes = g_new0 (guint8, self->length + 1);
  for (const char *p = self->text; *p != '\0'; p = g_utf8_next_char (p), i++)
    {
      gunichar c = g_utf8_get_char (p);

      self->lower_bytes[i] = g_unichar_to_utf8 (g_unichar_tolower (c), self->lower[i]);
      self->upper_bytes[i] = g_unichar_to_utf8 (g_unichar_toupper (c), self->upper[i]);
    }
  return self;
}

static gboolean
matches_at (Needle *self, const char *place, const char *end)
{
  for (guint i = 0; i < self->length; i++)
    {
      gsize left = end - place;

      if (left >= self->lower_bytes[i] && memcmp (place, self->lower[i], self->lower_bytes[i]) == 0)
        place += self->lower_bytes[i];
      else if (left >= self->upper_bytes[i] &&
               memcmp (place, self->upper[i], self->upper_bytes[i]) == 0)
        place += self->upper_bytes[i];
      else
        return FALSE;
    }
  return TRUE;
}

static gboolean
contains (Needle *self, const char *text, gsize length)
{
  const char *end = text + length;
  char lower = self->lower[0][0];
  char upper = self->upper[0][0];

  for (const char *p = text; p < end; p++)
    if ((*p == lower || *p == upper) && matches_at (self, p, end))
      return TRUE;
  return FALSE;
}

/* sb_contains (needle, text…): 1 where one of the texts (or blobs) holds the needle, in either
 * case. */
static void
contains_cb (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  Needle *needle = sqlite3_get_auxdata (context, 0);
  gboolean fresh = needle == NULL;
  gboolean found = FALSE;

  if (fresh)
    {
      const char *text = (const char *)sqlite3_value_text (values[0]);

      needle = needle_new (text != NULL ? text : "");
    }
  for (int i = 1; i < n_values && !found; i++)
    {
      const char *text = sqlite3_value_blob (values[i]);

      found = text != NULL && contains (needle, text, sqlite3_value_bytes (values[i]));
    }
  sqlite3_result_int (context, needle->length == 0 || found);
  /* Last, because SQLite may free it at once. */
  if (fresh)
    sqlite3_set_auxdata (context, 0, needle, needle_free);
}

/* sb_words (flow, label, body): what the index keeps of a run. */
static void
words_cb (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  const char *body = sqlite3_value_blob (values[2]);
  char *words =
    sb_words_read (sqlite3_value_int64 (values[0]), (const char *)sqlite3_value_text (values[1]),
                   body, (gsize)sqlite3_value_bytes (values[2]));

  sqlite3_result_text (context, words, -1, g_free);
}

static void
question_free (gpointer data)
{
  sb_question_free (data);
}

/* sb_answers (question, within, flow, label, body): 1 where the index would find the run;
 * with "within" also where it stands within its words. */
static void
answers_cb (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  SbQuestion *question = sqlite3_get_auxdata (context, 0);
  gboolean fresh = question == NULL;
  const char *body = sqlite3_value_blob (values[4]);
  g_autofree char *words = NULL;

  if (fresh)
    {
      const char *text = (const char *)sqlite3_value_text (values[0]);

      question = sb_question_new (text != NULL ? text : "");
    }
  words =
    sb_words_read (sqlite3_value_int64 (values[2]), (const char *)sqlite3_value_text (values[3]),
                   body, (gsize)sqlite3_value_bytes (values[4]));
  sqlite3_result_int (context,
                      sb_question_matches (question, words, sqlite3_value_int (values[1])));
  /* Last, because SQLite may free it at once. */
  if (fresh)
    sqlite3_set_auxdata (context, 0, question, question_free);
}

gboolean
sb_db_add_search (SbDb *self, GError **error)
{
  static const struct
  {
    const char *name;
    int n_values;
    void (*func) (sqlite3_context *, int, sqlite3_value **);
  } functions[] = {
    { "sb_contains", -1, contains_cb },
    { "sb_words", 3, words_cb },
    { "sb_answers", 5, answers_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (sqlite3_create_function_v2 (self->handle, functions[i].name, functions[i].n_values,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                    functions[i].func, NULL, NULL, NULL) != SQLITE_OK)
      return sb_db_set_error (self, error);
  return TRUE;
}
