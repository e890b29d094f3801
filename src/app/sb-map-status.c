/* sb-map-status.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-map-status.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-story.h"

struct _SbMapStatus
{
  char *what;        /* "Latest run, Order #1004" */
  GHashTable *steps; /* step id → SbStepStatus */
};

static SbMapStatus *
status_new (char *what)
{
  SbMapStatus *self = g_new0 (SbMapStatus, 1);

  self->what = what;
  self->steps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sb_map_status_free (SbMapStatus *self)
{
  if (self == NULL)
    return;
  g_free (self->what);
  g_hash_table_unref (self->steps);
  g_free (self);
}

/* "each-item[3]/restock" is a time of the step "restock". */
static SbStepStatus *
step_of_place (SbMapStatus *self, const char *place)
{
  const char *slash = strrchr (place, '/');
  g_autofree char *id = g_strdup (slash != NULL ? slash + 1 : place);
  char *bracket = strchr (id, '[');
  SbStepStatus *step;

  if (bracket != NULL)
    *bracket = '\0';
  step = g_hash_table_lookup (self->steps, id);
  if (step == NULL)
    {
      step = g_new0 (SbStepStatus, 1);
      g_hash_table_insert (self->steps, g_steal_pointer (&id), step);
    }
  return step;
}

static void
count_chapter (SbMapStatus *self, const SbChapter *chapter)
{
  SbStepStatus *step;

  if (chapter->place == NULL)
    return;
  step = step_of_place (self, chapter->place);
  switch (chapter->kind)
    {
    case SB_CHAPTER_PASSED:
    case SB_CHAPTER_DONE:
      step->done += 1;
      break;
    case SB_CHAPTER_WAITING:
      step->waiting += 1;
      break;
    case SB_CHAPTER_FAILED:
    case SB_CHAPTER_UNKNOWN:
      step->failed += 1;
      break;
    case SB_CHAPTER_SKIPPED:
    case SB_CHAPTER_STOPPED:
    case SB_CHAPTER_DROPPED:
    default:
      step->skipped += 1;
    }
}

SbMapStatus *
sb_map_status_new_run (SbClaim *claim, SbConnectors *connectors)
{
  const char *label = claim->run->label;
  SbMapStatus *self = status_new (label != NULL ? g_strdup_printf (_ ("Latest run, %s"), label)
                                                : g_strdup (_ ("Latest run")));
  g_autoptr (GPtrArray) chapters = sb_story_tell (claim, connectors);

  for (guint i = 0; chapters != NULL && i < chapters->len; i++)
    count_chapter (self, g_ptr_array_index (chapters, i));
  return self;
}

SbMapStatus *
sb_map_status_new_pilot (SbValue *result)
{
  SbValue *records = sb_value_get_member (result, "records");
  SbMapStatus *self = status_new (g_strdup (_ ("Latest pilot")));

  for (guint i = 0; i < sb_value_get_length (records); i++)
    {
      SbValue *cells = sb_value_get_member (sb_value_get_item (records, i), "cells");

      for (guint j = 0; j < sb_value_get_length (cells); j++)
        {
          SbValue *cell = sb_value_get_item (cells, j);
          const char *place = sb_value_get_string (cell, "place");
          const char *verdict = sb_value_get_string (cell, "verdict");
          SbStepStatus *step;

          if (place == NULL || verdict == NULL)
            continue;
          step = step_of_place (self, place);
          if (strcmp (verdict, "done") == 0)
            step->done += 1;
          else if (strcmp (verdict, "held") == 0)
            step->waiting += 1;
          else if (strcmp (verdict, "skipped") == 0)
            step->skipped += 1;
          else
            step->failed += 1;
        }
    }
  return self;
}

const SbStepStatus *
sb_map_status_get (SbMapStatus *self, const char *step_id)
{
  return self != NULL && step_id != NULL ? g_hash_table_lookup (self->steps, step_id) : NULL;
}

static void
append_words (GString *out, char *words)
{
  g_string_append (out, out->len > 0 ? ", " : "");
  g_string_append (out, words);
  g_free (words);
}

char *
sb_map_status_describe (SbMapStatus *self, const char *step_id)
{
  const SbStepStatus *step = sb_map_status_get (self, step_id);
  g_autoptr (GString) words = g_string_new (NULL);

  if (self == NULL)
    return g_strdup ("");
  if (step != NULL)
    {
      if (step->done > 0)
        append_words (words, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "done once",
                                                           "done %u times", step->done),
                                              step->done));
      if (step->failed > 0)
        append_words (words, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "failed once",
                                                           "failed %u times", step->failed),
                                              step->failed));
      if (step->waiting > 0)
        append_words (words, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "waiting once",
                                                           "waiting %u times", step->waiting),
                                              step->waiting));
      if (step->skipped > 0)
        append_words (words, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "left out once",
                                                           "left out %u times", step->skipped),
                                              step->skipped));
    }
  if (words->len == 0)
    g_string_append (words, _ ("not taken"));
  return g_strdup_printf ("%s: %s", self->what, words->str);
}

/* --- loading ------------------------------------------------------------------------------------
 */

typedef struct
{
  SbConnectors *connectors;
  char *flow_id;
  SbPilotRow *pilot; /* (nullable) */
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  sb_connectors_unref (load->connectors);
  g_free (load->flow_id);
  g_clear_pointer (&load->pilot, sb_pilot_row_unref);
  g_free (load);
}

static void
run_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (SbClaim) claim = sb_store_load_run_finish (SB_STORE (source), result, NULL);

  if (claim != NULL)
    g_task_return_pointer (task, sb_map_status_new_run (claim, load->connectors),
                           (GDestroyNotify)sb_map_status_free);
  else
    g_task_return_pointer (task, NULL, NULL);
}

static void
runs_listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GPtrArray) runs = sb_store_list_runs_finish (SB_STORE (source), result, NULL);
  SbRun *run = runs != NULL && runs->len > 0 ? g_ptr_array_index (runs, 0) : NULL;

  if (load->pilot != NULL && (run == NULL || load->pilot->finished_us > run->changed_us))
    g_task_return_pointer (task, sb_map_status_new_pilot (load->pilot->result),
                           (GDestroyNotify)sb_map_status_free);
  else if (run != NULL)
    sb_store_load_run_async (SB_STORE (source), run->id, g_task_get_cancellable (task),
                             run_loaded_cb, g_object_ref (task));
  else
    g_task_return_pointer (task, NULL, NULL);
}

static void
pilot_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Load *load = g_task_get_task_data (task);
  SbRunQuery query = { .flow_id = load->flow_id, .limit = 1 };

  load->pilot = sb_store_load_pilot_finish (SB_STORE (source), result, NULL);
  sb_store_list_runs_async (SB_STORE (source), &query, g_task_get_cancellable (task),
                            runs_listed_cb, g_object_ref (task));
}

void
sb_map_status_load_async (SbStore *store,
                          SbConnectors *connectors,
                          const char *flow_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  GTask *task = g_task_new (store, cancellable, callback, data);
  Load *load = g_new0 (Load, 1);

  g_task_set_source_tag (task, sb_map_status_load_async);
  load->connectors = sb_connectors_ref (connectors);
  load->flow_id = g_strdup (flow_id);
  g_task_set_task_data (task, load, load_free);
  sb_store_load_pilot_async (store, flow_id, NULL, cancellable, pilot_loaded_cb, task);
}

SbMapStatus *
sb_map_status_load_finish (SbStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
