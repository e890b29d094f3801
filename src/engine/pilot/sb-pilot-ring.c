/* sb-pilot-ring.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-ground.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-signature.h"

typedef struct
{
  SbPilotGround *ground;
  SbPilotRecord *record;
  char *event_id; /* as the store will know it */
  SoupMessage *message;
  gint64 started_us; /* monotonic */
} Ring;

static void
ring_free (Ring *ring)
{
  g_free (ring->event_id);
  g_clear_object (&ring->message);
  g_free (ring);
}

static void
take_bell_answer (Ring *ring, GError *error)
{
  SbPilotGround *ground = ring->ground;
  SbPilotRecord *record = ring->record;
  g_autofree char *words = NULL;

  record->cells[0].ms = (g_get_monotonic_time () - ring->started_us + 500) / 1000;
  if (error != NULL)
    {
      sb_pilot_set_received (record, SB_CELL_FAILED, _ ("no answer"), error->message);
      sb_pilot_end_record (ground, record, NULL, error->message);
      return;
    }
  record->status = soup_message_get_status (ring->message);
  if (record->status == 200)
    {
      words = sb_pilot_format_ms (record->cells[0].ms);
      sb_pilot_set_received (record, SB_CELL_DONE, words, NULL);
      sb_pilot_tell (ground->work, record);
      return;
    }
  words = g_strdup_printf (_ ("refused, %u"), record->status);
  sb_pilot_set_received (record, SB_CELL_FAILED, words,
                         record->status == 401
                           ? _ ("The signature was not right, so nothing was stored or done.")
                           : _ ("The bell was turned away, so nothing was stored or done."));
  sb_pilot_end_record (ground, record, "refused", NULL);
}

static void
rung_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Ring *ring = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (bytes != NULL || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    take_bell_answer (ring, error);
  ring_free (ring);
}

/* The id under which the store will keep the event. */
static char *
learn_event_id (SbPilotGround *ground, SbPilotRecord *record, GHashTable *headers)
{
  SbIncoming incoming = { "POST", "/in/pilot", headers, record->bytes };
  g_autoptr (SbVerdict) verdict =
    sb_signature_judge (ground->work->trigger_connector, ground->work->flow->trigger, ground->bell,
                        ground->secrets, &incoming, NULL, sb_clock_now_us ());

  return g_strdup (verdict->event_id != NULL ? verdict->event_id : record->event_id);
}

static gboolean
ring_bell (SbPilotGround *ground, SbPilotRecord *record, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GHashTable) headers = NULL;
  Ring *ring;
  GHashTableIter iter;
  gpointer name, value;
  const char *type = "application/json";
  g_autofree char *event_id = NULL;

  headers = sb_pilot_sign (work, record, ground->bell, ground->secrets, NULL, error);
  if (headers == NULL)
    return FALSE;
  event_id = learn_event_id (ground, record, headers);
  g_free (record->event_id);
  record->event_id = g_steal_pointer (&event_id);
  /* Two records of one event are one event and its repeat, whether or not the file says so. */
  for (guint i = 0; i < record->index && record->repeat_of < 0; i++)
    if (g_strcmp0 (((SbPilotRecord *)g_ptr_array_index (work->records, i))->event_id,
                   record->event_id) == 0)
      record->repeat_of = (gint)i;

  ring = g_new0 (Ring, 1);
  ring->ground = ground;
  ring->record = record;
  ring->started_us = g_get_monotonic_time ();
  ring->message = soup_message_new ("POST", ground->url);
  g_hash_table_iter_init (&iter, headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (g_str_equal (name, "content-type"))
      type = value;
    else
      soup_message_headers_append (soup_message_get_request_headers (ring->message), name, value);
  soup_message_set_request_body_from_bytes (ring->message, type, record->bytes);
  soup_session_send_and_read_async (ground->session, ring->message, G_PRIORITY_DEFAULT,
                                    work->cancellable, rung_cb, ring);
  return TRUE;
}

static gboolean
submit (SbPilotGround *ground, SbPilotRecord *record, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GAsyncResult) result = NULL;
  SbAccepted accepted = { 0 };

  sb_engine_submit_async (ground->engine, ground->flow_id, record->body, NULL,
                          sb_pilot_keep_result_cb, &result);
  if (!sb_engine_submit_finish (ground->engine, sb_pilot_wait_for (work, &result), &accepted,
                                error))
    return FALSE;
  record->status = 200;
  record->run = accepted.run;
  sb_pilot_set_received (record, SB_CELL_DONE, _ ("taken in"), NULL);
  sb_pilot_tell (work, record);
  return TRUE;
}

gboolean
sb_pilot_start_record (SbPilotGround *ground, SbPilotRecord *record, GError **error)
{
  if (ground->bell == NULL)
    return submit (ground, record, error);
  return ring_bell (ground, record, error);
}
