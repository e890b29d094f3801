/* sb-pilot-engine.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "sb-pilot-ground.h"
#include "sb-pilot-sandbox.h"

#define POLL_MS       15
#define BELLS_AT_ONCE 16
#define POLL_MANY_MS  40
#define MANY          100

/* So many that vendors of a pilot of thousands are not drowned, and that no answer is late for it.
 */
#define AT_ONCE 50

static gboolean
tick_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
rest (SbPilotWork *work)
{
  g_autoptr (GSource) source =
    g_timeout_source_new (work->records->len > MANY ? POLL_MANY_MS : POLL_MS);
  gboolean ticked = FALSE;

  g_source_set_callback (source, tick_cb, &ticked, NULL);
  g_source_attach (source, work->context);
  while (!ticked)
    g_main_context_iteration (work->context, TRUE);
}

/* The last time before the deadline: who did not end, and where it stands. */
static void
give_up (SbPilotGround *ground, SbPilotRecord *record)
{
  SbPilotWork *work = ground->work;
  const char *title = NULL;
  g_autofree char *problem = NULL;

  for (guint i = 0; i < work->columns->len && title == NULL; i++)
    if (record->cells[i].state == SB_CELL_OPEN)
      title = ((SbPilotColumn *)g_ptr_array_index (work->columns, i))->title;
  problem = g_strdup_printf (_ ("Record %u (%s) did not end in time; it stands at “%s”."),
                             record->index + 1, record->title, title != NULL ? title : "");
  g_ptr_array_add (work->problems, g_strdup (problem));
  record->problem = g_steal_pointer (&problem);
  sb_pilot_tell (work, record);
}

static gboolean
may_start (SbPilotWork *work, SbPilotRecord *record)
{
  SbPilotRecord *original =
    record->repeat_of >= 0 ? g_ptr_array_index (work->records, record->repeat_of) : NULL;

  return original == NULL || original->status != 0 || original->ended;
}

static guint
count_answered (SbPilotWork *work)
{
  guint answered = 0;

  for (guint i = 0; i < work->records->len; i++)
    answered += ((SbPilotRecord *)g_ptr_array_index (work->records, i))->status != 0;
  return answered;
}

static gboolean
run_records (SbPilotGround *ground, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autofree gboolean *started = g_new0 (gboolean, work->records->len);

  for (;;)
    {
      guint open = 0, under_way = 0, rung;

      if (g_cancellable_set_error_if_cancelled (work->cancellable, error))
        return FALSE;
      for (guint i = 0; i < work->records->len; i++)
        under_way += started[i] && !((SbPilotRecord *)g_ptr_array_index (work->records, i))->ended;
      rung = count_answered (work);
      sb_pilot_take_snapshot (ground);
      for (guint i = 0; i < work->records->len; i++)
        {
          SbPilotRecord *record = g_ptr_array_index (work->records, i);

          if (!started[i] && under_way < AT_ONCE && may_start (work, record))
            {
              started[i] = TRUE;
              under_way++;
              if (!sb_pilot_start_record (ground, record, error))
                {
                  g_prefix_error (error, _ ("Record %u: "), i + 1);
                  return FALSE;
                }
            }
          /* What was answered while the snapshot was taken may not be in it. */
          if (rung == count_answered (work))
            sb_pilot_look_at_record (ground, record);
          open += !record->ended;
        }
      if (open == 0)
        return TRUE;
      if (g_get_monotonic_time () > work->deadline_us)
        break;
      rest (work);
    }
  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);

      if (!record->ended)
        give_up (ground, record);
    }
  return TRUE;
}

/* What the practice ground did more often than there were steps to do it. */
static void
count_twice (SbPilotGround *ground)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (SbValue) received = NULL;
  GHashTableIter iter;
  gpointer name, times;

  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);

      if (record->runs > 1)
        work->twice += record->runs - 1;
    }
  if (ground->practice == NULL)
    return;
  received = sb_practice_get_received (ground->practice);
  for (guint i = 0; i < sb_value_get_length (received); i++)
    {
      SbValue *entry = sb_value_get_item (received, i);
      char *key = g_strdup_printf ("%s/%s", sb_value_get_string (entry, "vendor"),
                                   sb_value_get_string (entry, "action"));

      if (sb_value_get_boolean_or (entry, "repeated", FALSE))
        g_free (key);
      else
        {
          guint before = GPOINTER_TO_UINT (g_hash_table_lookup (done, key));

          g_hash_table_replace (done, key, GUINT_TO_POINTER (before + 1));
        }
    }
  g_hash_table_iter_init (&iter, done);
  while (g_hash_table_iter_next (&iter, &name, &times))
    {
      GHashTable *places = g_hash_table_lookup (ground->sent, name);
      guint wanted = places != NULL ? g_hash_table_size (places) : 0;

      if (GPOINTER_TO_UINT (times) > wanted && wanted > 0)
        work->twice += GPOINTER_TO_UINT (times) - wanted;
    }
}

/* Waits until no answer to a bell is on its way any more, so that none outlives @ground. */
static void
hang_up (SbPilotGround *ground)
{
  if (ground->session == NULL)
    return;
  soup_session_abort (ground->session);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (ground->work->context, FALSE);
}

/**
 * sb_pilot_run_engine:
 *
 * Practice and sandbox: every record is signed and posted to the endpoint of a private engine, and
 * followed until its run has ended.
 */
gboolean
sb_pilot_run_engine (SbPilotWork *work, GError **error)
{
  g_auto (SbPilotGround) ground = { .work = work };
  g_autoptr (SbValue) document = NULL;
  gboolean webhook =
    work->trigger_connector != NULL && g_strcmp0 (work->flow->trigger_type, "webhook") == 0;
  gboolean good;

  ground.sent =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  if (!sb_pilot_ground_start (&ground, error))
    return FALSE;
  if (g_str_equal (work->mode, "sandbox"))
    document = sb_pilot_lend_accounts (work, ground.engine, &ground.bell, &ground.secrets, error);
  else
    document = sb_value_ref (work->flow->document);
  if (document == NULL || !sb_pilot_ground_publish (&ground, document, error))
    return FALSE;
  if (!webhook)
    g_clear_pointer (&ground.bell, sb_connection_unref);
  else if (ground.bell == NULL)
    ground.bell = sb_connection_new_practice (work->trigger_connector, &ground.secrets);

  ground.session = soup_session_new_with_options ("max-conns", BELLS_AT_ONCE, "max-conns-per-host",
                                                  BELLS_AT_ONCE, NULL);
  soup_session_set_timeout (ground.session, 30);
  good = run_records (&ground, error);
  hang_up (&ground);
  if (good)
    count_twice (&ground);
  return good;
}
