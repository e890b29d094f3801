/* fuzz.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-paths.h"

/* --- promises
 * ----------------------------------------------------------------------------------------- */

void
fuzz_fail (const char *file, int line, const char *promise)
{
  fprintf (stderr, "%s:%d: broken promise: %s\n", file, line, promise);
  abort ();
}

void
fuzz_check_words (const char *text)
{
  fuzz_check (text == NULL || g_utf8_validate (text, -1, NULL));
}

void
fuzz_check_error (gboolean done, GError **error)
{
  fuzz_check (done == (*error == NULL));
  if (*error == NULL)
    return;
  fuzz_check ((*error)->domain == SB_ERROR);
  fuzz_check ((*error)->message != NULL && (*error)->message[0] != '\0');
  fuzz_check_words ((*error)->message);
  g_clear_error (error);
}

void
fuzz_check_value (SbValue *value)
{
  g_autofree char *text = sb_json_write (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) again = sb_json_parse (text, -1, &error);
  g_autofree char *text_again = NULL;

  fuzz_check_error (again != NULL, &error);
  fuzz_check (again != NULL);
  fuzz_check (sb_value_equal (value, again));
  text_again = sb_json_write (again);
  fuzz_check (strcmp (text, text_again) == 0);
}

/* --- inputs
 * ------------------------------------------------------------------------------------------- */

char *
fuzz_take_line (FuzzInput *input)
{
  const guint8 *end = input->size > 0 ? memchr (input->data, '\n', input->size) : NULL;
  gsize length = end != NULL ? (gsize)(end - input->data) : input->size;
  char *line = g_strndup ((const char *)input->data, length);

  input->size -= MIN (input->size, length + 1);
  input->data += length + (end != NULL ? 1 : 0);
  return line;
}

/* See sb_head_check (): only such headers reach anything. */
static gboolean
is_header (const char *name, const char *value)
{
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("!#$%&'*+-.^_`|~", *at) == NULL)
      return FALSE;
  for (const char *at = value; *at != '\0'; at++)
    if (((guchar)*at < 0x20 && *at != '\t') || *at == 0x7f)
      return FALSE;
  return name[0] != '\0';
}

GHashTable *
fuzz_take_headers (FuzzInput *input)
{
  GHashTable *headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  while (input->size > 0)
    {
      g_autofree char *line = fuzz_take_line (input);
      char *colon = strchr (line, ':');

      if (line[0] == '\0')
        break;
      if (colon == NULL)
        continue;
      *colon = '\0';
      if (is_header (line, g_strstrip (colon + 1)))
        g_hash_table_replace (headers, g_ascii_strdown (line, -1), g_strdup (colon + 1));
    }
  return headers;
}

GBytes *
fuzz_take_bytes (FuzzInput *input)
{
  GBytes *bytes = g_bytes_new (input->data, input->size);

  input->size = 0;
  return bytes;
}

const char *
fuzz_next_word (char **line)
{
  char *word = *line;
  gsize length = strcspn (word, " ");

  *line = word + length + (word[length] != '\0' ? 1 : 0);
  word[length] = '\0';
  return word;
}

/* --- vendors
 * ------------------------------------------------------------------------------------------ */

SbConnectors *
fuzz_connectors (void)
{
  static SbConnectors *connectors;

  if (connectors == NULL)
    {
      g_autofree char *data_dir = sb_paths_get_data_dir ();
      g_autoptr (SbProblems) problems = sb_problems_new ();
      g_autofree char *text = NULL;

      connectors = sb_connectors_new (data_dir, NULL, problems);
      text = sb_problems_to_text (problems);
      if (sb_problems_get_length (problems) > 0 || sb_connectors_get_length (connectors) == 0)
        g_error ("The connectors of %s cannot be loaded: %s", data_dir, text);
    }
  return connectors;
}

static GArray *
get_vendors (void)
{
  static GArray *vendors;

  if (vendors == NULL)
    {
      SbConnectors *connectors = fuzz_connectors ();

      vendors = g_array_new (FALSE, TRUE, sizeof (FuzzVendor));
      for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
        {
          FuzzVendor vendor = { .connector = sb_connectors_get (connectors, i) };

          vendor.connection = sb_connection_new_practice (vendor.connector, &vendor.secrets);
          g_array_append_val (vendors, vendor);
        }
    }
  return vendors;
}

guint
fuzz_n_vendors (void)
{
  return get_vendors ()->len;
}

FuzzVendor *
fuzz_vendor (guint index)
{
  return &g_array_index (get_vendors (), FuzzVendor, index);
}

FuzzVendor *
fuzz_find_vendor (const char *word)
{
  for (guint i = 0; i < fuzz_n_vendors (); i++)
    if (strcmp (fuzz_vendor (i)->connector->id, word) == 0)
      return fuzz_vendor (i);
  return fuzz_vendor (g_str_hash (word) % fuzz_n_vendors ());
}

SbAction *
fuzz_find_action (SbConnector *connector, const char *word)
{
  SbAction *action = sb_connector_find_action (connector, word);

  if (action != NULL || connector->actions->len == 0)
    return action;
  return g_ptr_array_index (connector->actions, g_str_hash (word) % connector->actions->len);
}

SbValue *
fuzz_sample_fields (SbAction *action)
{
  SbValue *fields = sb_value_new_object ();

  for (guint i = 0; i < action->fields->len; i++)
    {
      SbField *field = g_ptr_array_index (action->fields, i);

      if (field->sample != NULL)
        sb_value_set (fields, field->key, sb_value_ref (field->sample));
    }
  return fields;
}

/* --- surroundings
 * ------------------------------------------------------------------------------------- */

static gint64
fixed_clock (gpointer data)
{
  return FUZZ_NOW_US;
}

/* Warnings are part of the job; what GLib calls critical is a mistake of the caller's. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR))
    {
      g_log_writer_standard_streams (level, fields, n_fields, data);
      abort ();
    }
  return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  sb_clock_set_source (fixed_clock, NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
  return 0;
}
