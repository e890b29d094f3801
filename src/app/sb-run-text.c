/* sb-run-text.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-text.h"

#include <glib/gi18n-lib.h>

#include "sb-chapter-row.h"
#include "sb-json.h"

/* No dialog is as long as the longest flow. */
#define MAX_NAMED 6

static const char *
get_mode_words (const char *mode)
{
  if (g_strcmp0 (mode, "practice") == 0)
    return _ ("Practice");
  if (g_strcmp0 (mode, "sandbox") == 0)
    return _ ("Sandbox");

  return _ ("Live");
}

char *
sb_run_text_subtitle (SbRun *run)
{
  g_autoptr (GDateTime) started =
    g_date_time_new_from_unix_local (run->started_us / G_USEC_PER_SEC);
  /* Translators: a day, like "Monday 23 November 2026". */
  g_autofree char *day = g_date_time_format (started, _ ("%A %-d %B %Y"));

  return g_strdup_printf (_ ("%s, version %d · %s · %s"),
                          run->flow_name != NULL ? run->flow_name : run->flow_id, run->version,
                          get_mode_words (run->mode), day);
}

static void
write_attempt (GString *text, SbAttempt *attempt)
{
  g_autofree char *outcome = sb_chapter_row_dup_outcome (attempt);

  g_string_append (text, "          ");
  g_string_append_printf (text, _ ("Attempt %d"), attempt->number);
  g_string_append_printf (text, ": %s", outcome);
  if (attempt->ended_us > 0)
    {
      double seconds = (double)(attempt->ended_us - attempt->started_us) / G_USEC_PER_SEC;

      g_string_append (text, ", ");
      g_string_append_printf (text, _ ("%.1f s"), seconds);
    }
  g_string_append_c (text, '\n');
}

static void
write_chapter (GString *text, const SbChapter *chapter)
{
  gboolean plain = chapter->kind == SB_CHAPTER_DONE && chapter->attempts->len == 1;
  g_autofree char *time = NULL;

  if (chapter->time_us > 0)
    {
      g_autoptr (GDateTime) then =
        g_date_time_new_from_unix_local (chapter->time_us / G_USEC_PER_SEC);

      time = g_date_time_format (then, "%H:%M:%S");
    }
  g_string_append_printf (text, "%-8s  %s", time != NULL ? time : "", chapter->title);
  if (chapter->detail != NULL)
    g_string_append_printf (text, ": %s", chapter->detail);
  g_string_append_c (text, '\n');
  for (guint i = 0; !plain && i < chapter->attempts->len; i++)
    write_attempt (text, g_ptr_array_index (chapter->attempts, i));
}

char *
sb_run_text_write (SbClaim *claim, GPtrArray *chapters)
{
  SbRun *run = claim->run;
  g_autofree char *subtitle = sb_run_text_subtitle (run);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n%s\n",
                          run->label != NULL ? run->label : _ ("A run without a name"), subtitle);
  g_string_append_printf (text, _ ("Run %" G_GINT64_FORMAT ", event %s"), run->id,
                          claim->event->event_id != NULL ? claim->event->event_id : "–");
  g_string_append (text, "\n\n");
  for (guint i = 0; i < chapters->len; i++)
    write_chapter (text, g_ptr_array_index (chapters, i));

  return g_string_free (text, FALSE);
}

/* A GET changes nothing at a vendor. */
static gboolean
is_look_up (const SbChapter *chapter)
{
  SbAttempt *attempt = g_ptr_array_index (chapter->attempts, chapter->attempts->len - 1);
  g_autoptr (SbValue) request =
    attempt->request != NULL ? sb_json_parse (attempt->request, -1, NULL) : NULL;

  return request != NULL && g_strcmp0 (sb_value_get_string (request, "method"), "GET") == 0;
}

/* Titles of the steps that did something, each once, one a line. */
static guint
list_done (GPtrArray *chapters, GString *names)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < chapters->len; i++)
    {
      const SbChapter *chapter = g_ptr_array_index (chapters, i);
      guint n;

      if (chapter->attempts->len == 0 ||
          (chapter->kind != SB_CHAPTER_DONE && chapter->kind != SB_CHAPTER_UNKNOWN) ||
          is_look_up (chapter) || !g_hash_table_add (seen, chapter->title))
        continue;
      n = g_hash_table_size (seen);
      if (n <= MAX_NAMED)
        g_string_append_printf (names, "\n• %s", chapter->title);
      else if (n == MAX_NAMED + 1)
        g_string_append_printf (names, "\n• %s", _ ("and so on"));
    }
  return g_hash_table_size (seen);
}

char *
sb_run_text_before_replay (SbClaim *claim, GPtrArray *chapters)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n_done = list_done (chapters, names);
  const char *where = g_strcmp0 (claim->run->mode, "live") == 0
                        ? _ ("It is a new run, by the version that is live now.")
                        : _ ("It is a new run, by the version that is live now; it is for practice "
                             "and reaches no vendor.");

  if (n_done == 0)
    return g_strdup_printf ("%s %s", where,
                            _ ("The first run sent nothing that a second one would repeat."));
  return g_strdup_printf (
    "%s %s%s", where,
    _ ("What the first run did is not undone. These steps are taken again, with new keys, so that "
       "a vendor does them a second time:"),
    names->str);
}

char *
sb_run_text_until (gint64 time_us, gint64 now_us)
{
  gint64 seconds = (time_us - now_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;

  if (seconds <= 0)
    return g_strdup (_ ("now"));
  if (seconds < 100)
    return g_strdup_printf (_ ("in %d s"), (int)seconds);
  if (seconds < 100 * 60)
    return g_strdup_printf (_ ("in %d min"), (int)((seconds + 59) / 60));
  if (seconds < 48 * 3600)
    return g_strdup_printf (_ ("in %d h"), (int)((seconds + 1800) / 3600));
  return g_strdup_printf (_ ("in %d days"), (int)((seconds + 43200) / 86400));
}
