/* sb-store-words.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-words.h"

#include <string.h>

#include "sb-json.h"
#include "sb-request.h"

/* Of one value and of all: a letter's worth of text is found by any of its words, a book is not
 * kept twice. */
#define MAX_VALUE 4096
#define MAX_WORDS (64 * 1024)
/* Longer than any name or number, and shorter than the keys and images that come in bodies. */
#define MAX_WORD 100
/* Half the orders have a word that begins with any two letters. */
#define MIN_PREFIX 3
/* Of Unicode's private use area, which no text is folded to: it stands before the flow's key. */
#define FLOW_SIGN "\xee\x80\x80"

typedef struct
{
  GString *out;
  GHashTable *seen; /* set of char * */
} Words;

/* --- folding ------------------------------------------------------------------------------------
 */

/* Letters that stand for themselves in Unicode, and for others to who cannot type them. */
static const struct
{
  gunichar letter;
  const char *plain;
} plain_letters[] = {
  { 0x00df, "ss" }, { 0x00e6, "ae" }, { 0x00f0, "d" }, { 0x00f8, "o" },  { 0x00fe, "th" },
  { 0x0111, "d" },  { 0x0131, "i" },  { 0x0142, "l" }, { 0x0153, "oe" },
};

static void
append_letter (GString *out, gunichar c)
{
  for (guint i = 0; c >= 0x80 && i < G_N_ELEMENTS (plain_letters); i++)
    if (plain_letters[i].letter == c)
      {
        g_string_append (out, plain_letters[i].plain);
        return;
      }
  g_string_append_unichar (out, c);
}

static void
fold_character (GString *out, gunichar c, gboolean *inside)
{
  if (g_unichar_ismark (c))
    return;
  if (!g_unichar_isalnum (c))
    {
      *inside = FALSE;
      return;
    }
  if (!*inside)
    g_string_append_c (out, ' ');
  *inside = TRUE;
  append_letter (out, g_unichar_tolower (c));
}

static void
fold (GString *out, const char *text, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  g_autofree char *apart = NULL;
  const char *p = valid;
  gboolean inside = FALSE;

  if (!g_str_is_ascii (valid))
    p = apart = g_utf8_normalize (valid, -1, G_NORMALIZE_NFKD);
  for (; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    fold_character (out, g_utf8_get_char (p), &inside);
}

/* --- what a body says ----------------------------------------------------------------------------
 */

gboolean
sb_words_is_secret (const char *name)
{
  static const char *const parts[] = { "token",     "secret",   "password",  "passwd",
                                       "signature", "authoriz", "api_key",   "apikey",
                                       "cvv",       "cvc",      "credential" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (lower, parts[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* "2026-11-20T09:14:02+01:00": nobody looks for the second, and every one is another word. */
static gboolean
is_time (const char *text)
{
  static const char form[] = "dddd-dd-ddTdd:dd";

  for (guint i = 0; i < sizeof form - 1; i++)
    if (form[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != form[i])
      return FALSE;
  return TRUE;
}

static gboolean
is_opaque (const char *text)
{
  gsize length = 0;

  for (const char *p = text; *p != '\0'; p++)
    {
      length = g_ascii_isspace (*p) ? 0 : length + 1;
      if (length > MAX_WORD && strstr (text, "://") == NULL)
        return TRUE;
    }
  return FALSE;
}

/* Card numbers and what follows Bearer; the look for them is dear, so it is taken only where there
 * can be one. */
static gboolean
may_be_secret (const char *text)
{
  guint digits = 0;

  for (const char *p = text; *p != '\0'; p++)
    digits += g_ascii_isdigit (*p);
  return digits >= 13 || strstr (text, "earer ") != NULL || strstr (text, "asic ") != NULL;
}

static void
add_text (Words *self, const char *text)
{
  gsize before = self->out->len;
  gsize length = is_time (text) ? 10 : MAX_VALUE;
  g_autofree char *safe = NULL;

  if (before > MAX_WORDS || is_opaque (text))
    return;
  if (may_be_secret (text))
    text = safe = sb_redact (text, NULL);
  fold (self->out, text, (gssize)MIN (length, strlen (text)));
  if (self->out->len > before && !g_hash_table_add (self->seen, g_strdup (self->out->str + before)))
    g_string_truncate (self->out, before);
}

static void
add_value (Words *self, SbValue *value)
{
  switch (sb_value_get_type (value))
    {
    case SB_VALUE_STRING:
    case SB_VALUE_NUMBER:
      add_text (self, sb_value_get_text (value));
      break;
    case SB_VALUE_ARRAY:
      for (guint i = 0; i < sb_value_get_length (value); i++)
        add_value (self, sb_value_get_item (value, i));
      break;
    case SB_VALUE_OBJECT:
      for (guint i = 0; i < sb_value_get_length (value); i++)
        {
          const char *name = sb_value_get_member_name (value, i);

          if (!sb_words_is_secret (name))
            add_value (self, sb_value_get_member (value, name));
        }
      break;
    case SB_VALUE_NULL:
    case SB_VALUE_BOOLEAN:
    default:
      break;
    }
}

/* "customer=Anna+Keller&total=66.90", as some vendors send. */
static void
add_form (Words *self, const char *body)
{
  g_auto (GStrv) pairs = g_strsplit (body, "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *text = strchr (pairs[i], '=');
      g_autofree char *name = NULL;
      g_autofree char *plain = NULL;

      if (text == NULL)
        continue;
      name = g_strndup (pairs[i], text - pairs[i]);
      g_strdelimit (text, "+", ' ');
      plain = g_uri_unescape_string (text + 1, NULL);
      if (!sb_words_is_secret (name))
        add_text (self, plain != NULL ? plain : text + 1);
    }
}

static void
add_body (Words *self, const char *body, gsize length)
{
  g_autoptr (SbValue) value = NULL;
  g_autofree char *text = NULL;
  const char *end = body + MIN (length, 200);

  while (body < end && g_ascii_isspace (*body))
    {
      body++;
      length--;
    }
  if (length == 0)
    return;
  if (*body == '{' || *body == '[')
    value = sb_json_parse (body, (gssize)length, NULL);
  if (value != NULL)
    {
      add_value (self, value);
      return;
    }
  text = g_strndup (body, MIN (length, MAX_WORDS));
  if (strchr (text, '=') != NULL && strpbrk (text, " \n<{") == NULL)
    add_form (self, text);
  else
    add_text (self, text);
}

char *
sb_words_read (gint64 flow, const char *label, const char *body, gsize length)
{
  Words self = { g_string_new (NULL),
                 g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  g_string_printf (self.out, " " FLOW_SIGN "%" G_GINT64_FORMAT, flow);
  if (label != NULL)
    add_text (&self, label);
  if (body != NULL)
    add_body (&self, body, length);
  g_hash_table_unref (self.seen);
  return g_string_free (self.out, FALSE);
}

/* --- questions
 * ------------------------------------------------------------------------------------
 */

SbQuestion *
sb_question_new (const char *text)
{
  SbQuestion *self = g_new0 (SbQuestion, 1);
  g_auto (GStrv) parts = NULL;

  self->text = g_utf8_make_valid (text, -1);
  self->words = g_ptr_array_new_with_free_func (g_free);
  parts = g_strsplit_set (self->text, " \t\r\n", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      GString *word = g_string_new (NULL);

      fold (word, parts[i], -1);
      if (word->len > 0)
        {
          self->partial |= strlen (strrchr (word->str, ' ') + 1) < MIN_PREFIX;
          g_ptr_array_add (self->words, g_string_free (word, FALSE));
        }
      else
        {
          g_string_free (word, TRUE);
        }
    }
  return self;
}

void
sb_question_free (SbQuestion *self)
{
  g_free (self->text);
  g_ptr_array_unref (self->words);
  g_free (self);
}

char *
sb_question_to_match (SbQuestion *self, gint64 flow)
{
  g_autoptr (GString) match = g_string_new (NULL);

  for (guint i = 0; i < self->words->len; i++)
    {
      const char *word = g_ptr_array_index (self->words, i);
      const char *last = strrchr (word, ' ');

      if (strlen (last + 1) >= MIN_PREFIX)
        g_string_append_printf (match, "%s\"%s\" *", match->len > 0 ? " AND " : "", word);
      else if (last > word)
        g_string_append_printf (match, "%s\"%.*s\"", match->len > 0 ? " AND " : "",
                                (int)(last - word), word);
    }
  if (match->len == 0)
    return NULL;
  if (flow != 0)
    g_string_append_printf (match, " AND \"" FLOW_SIGN "%" G_GINT64_FORMAT "\"", flow);
  return g_string_free (g_steal_pointer (&match), FALSE);
}

gboolean
sb_question_matches (SbQuestion *self, const char *words, gboolean within)
{
  for (guint i = 0; i < self->words->len; i++)
    {
      const char *word = g_ptr_array_index (self->words, i);

      if (strstr (words, within ? word + 1 : word) == NULL)
        return FALSE;
    }
  return self->words->len > 0;
}
