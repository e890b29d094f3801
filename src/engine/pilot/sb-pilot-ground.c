/* sb-pilot-ground.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-ground.h"

#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define BACKOFF_US      (50 * G_TIME_SPAN_MILLISECOND)
#define BACKOFF_MAX_US  G_TIME_SPAN_SECOND
#define TIMEOUT_US      (1500 * G_TIME_SPAN_MILLISECOND)
#define GIVE_UP_US      (20 * G_TIME_SPAN_SECOND)
#define RETRY_AFTER_MAX 1
#define DELAY_MAX_MS    5000

static void
remove_tree (const char *path)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return;
  if (S_ISDIR (info.st_mode))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  (void)g_remove (path);
}

void
sb_pilot_ground_clear (SbPilotGround *ground)
{
  g_clear_object (&ground->session);
  if (ground->engine != NULL)
    sb_engine_stop (ground->engine, 200 * G_TIME_SPAN_MILLISECOND);
  g_clear_object (&ground->engine);
  if (ground->practice != NULL)
    sb_practice_stop (ground->practice);
  g_clear_object (&ground->practice);
  g_clear_pointer (&ground->bell, sb_connection_unref);
  g_clear_pointer (&ground->secrets, g_hash_table_unref);
  g_clear_pointer (&ground->sent, g_hash_table_unref);
  g_clear_pointer (&ground->events, g_ptr_array_unref);
  g_clear_pointer (&ground->runs, g_ptr_array_unref);
  if (ground->folder != NULL)
    remove_tree (ground->folder);
  g_free (ground->folder);
  g_free (ground->flow_id);
  g_free (ground->url);
}

void
sb_pilot_keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

GAsyncResult *
sb_pilot_wait_for (SbPilotWork *work, GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (work->context, TRUE);
  return *slot;
}

static gboolean
add_faults (SbPilotGround *ground, GError **error)
{
  for (guint i = 0; i < ground->work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (ground->work->records, i);

      for (guint j = 0; j < sb_value_get_length (record->faults); j++)
        {
          g_autoptr (SbValue) fault = sb_value_copy (sb_value_get_item (record->faults, j));

          /* A pilot does not sit out a vendor's minute; that the wait is kept is shown by a second.
           */
          if (sb_value_get_int_or (fault, "retry_after", 0) > RETRY_AFTER_MAX)
            sb_value_set_int (fault, "retry_after", RETRY_AFTER_MAX);
          if (sb_value_get_int_or (fault, "delay_ms", 0) > DELAY_MAX_MS)
            sb_value_set_int (fault, "delay_ms", DELAY_MAX_MS);
          if (!sb_practice_add_fault (ground->practice, fault, error))
            {
              g_prefix_error (error, _ ("Record %u: "), record->index + 1);
              return FALSE;
            }
        }
    }
  return TRUE;
}

/* The owner's own connector files count in the throw-away folder too. */
static void
lend_connectors (SbPilotGround *ground)
{
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;

  if (ground->work->home == NULL)
    return;
  theirs = g_build_filename (sb_store_get_folder (sb_engine_get_store (ground->work->home)),
                             "connectors", NULL);
  ours = g_build_filename (ground->folder, "connectors", NULL);
  if (g_file_test (theirs, G_FILE_TEST_IS_DIR) && symlink (theirs, ours) != 0)
    g_debug ("The pilot runs without the connector files of %s", theirs);
}

gboolean
sb_pilot_ground_start (SbPilotGround *ground, GError **error)
{
  SbPilotWork *work = ground->work;
  gboolean practice = g_str_equal (work->mode, "practice");
  g_autofree char *practice_url = NULL;
  SbEngineOptions options = {
    .mode = work->mode,
    .port = 0,
    .practice_port = -1,
    .shorten_delays = TRUE,
    .in_memory_secrets = TRUE,
    .give_up_us = GIVE_UP_US,
  };

  ground->folder = g_dir_make_tmp ("signalbox-pilot-XXXXXX", error);
  if (ground->folder == NULL)
    return FALSE;
  lend_connectors (ground);
  if (practice)
    {
      ground->practice = sb_practice_new (work->connectors);
      if (!sb_practice_listen (ground->practice, 0, error) || !add_faults (ground, error))
        return FALSE;
      practice_url =
        g_strdup_printf ("http://127.0.0.1:%d", sb_practice_get_port (ground->practice));
      options.practice_url = practice_url;
      options.backoff_us = BACKOFF_US;
      options.backoff_max_us = BACKOFF_MAX_US;
      options.timeout_us = TIMEOUT_US;
    }
  options.folder = ground->folder;
  ground->engine = sb_engine_new (&options, error);
  if (ground->engine == NULL || !sb_engine_start (ground->engine, error))
    return FALSE;
  ground->store = sb_engine_get_store (ground->engine);
  return TRUE;
}

gboolean
sb_pilot_ground_publish (SbPilotGround *ground, SbValue *document, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GAsyncResult) saved = NULL, published = NULL, reloaded = NULL, loaded = NULL;
  g_autoptr (SbFlowRow) row = NULL;

  sb_store_save_draft_async (ground->store, work->flow->id != NULL ? work->flow->id : "pilot",
                             work->flow->name, document, NULL, sb_pilot_keep_result_cb, &saved);
  ground->flow_id =
    sb_store_save_draft_finish (ground->store, sb_pilot_wait_for (work, &saved), error);
  if (ground->flow_id == NULL)
    return FALSE;
  /* Not through the gate: this is what opens it. */
  sb_store_publish_async (ground->store, ground->flow_id, NULL, NULL, sb_pilot_keep_result_cb,
                          &published);
  if (sb_store_publish_finish (ground->store, sb_pilot_wait_for (work, &published), error) < 1)
    return FALSE;
  sb_engine_reload_async (ground->engine, NULL, sb_pilot_keep_result_cb, &reloaded);
  if (!sb_engine_reload_finish (ground->engine, sb_pilot_wait_for (work, &reloaded), error))
    return FALSE;
  sb_store_load_flow_async (ground->store, ground->flow_id, NULL, sb_pilot_keep_result_cb, &loaded);
  row = sb_store_load_flow_finish (ground->store, sb_pilot_wait_for (work, &loaded), error);
  if (row == NULL)
    return FALSE;
  ground->url = sb_engine_get_trigger_url (ground->engine, row);
  return TRUE;
}
