/* sb-commands-events.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-commands-private.h"

#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-json.h"

#define DEFAULT_LIMIT 50
#define MAX_LIMIT     1000

static SbValue *
write_event (SbEvent *event)
{
  SbValue *object = sb_value_new_object ();

  sb_value_set_int (object, "id", event->id);
  sb_call_set_text (object, "flow", event->flow_id);
  sb_call_set_text (object, "event_id", event->event_id);
  sb_call_set_text (object, "source", event->source);
  sb_call_set_text (object, "topic", event->topic);
  sb_call_set_text (object, "label", event->label);
  sb_call_set_time (object, "received", event->received_us);
  if (event->original != 0)
    sb_value_set_int (object, "original", event->original);
  return object;
}

static SbValue *
list_events (SbCall *call, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;
  SbEventQuery query = { 0 };
  SbValue *array = NULL;

  query.flow_id = (char *)sb_value_get_string (call->arguments, "flow");
  query.before_id = sb_value_get_int_or (call->arguments, "before", 0);
  query.limit =
    (guint)CLAMP (sb_value_get_int_or (call->arguments, "limit", DEFAULT_LIMIT), 1, MAX_LIMIT);
  sb_store_list_events_async (call->store, &query, call->cancellable, sb_call_ready_cb, call);
  events = sb_store_list_events_finish (call->store, sb_call_wait (call), error);
  if (events == NULL)
    return NULL;

  array = sb_value_new_array ();
  for (guint i = 0; i < events->len; i++)
    sb_value_append (array, write_event (g_ptr_array_index (events, i)));
  return array;
}

static SbValue *
show_event (SbCall *call, GError **error)
{
  gint64 id = sb_call_get_id (call, error);
  g_autoptr (SbEvent) event = NULL;
  SbValue *object = NULL;
  gsize length = 0;
  const char *text = NULL;

  if (id == 0)
    return NULL;
  sb_store_load_event_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  event = sb_store_load_event_finish (call->store, sb_call_wait (call), error);
  if (event == NULL)
    return NULL;

  object = write_event (event);
  sb_call_set_json (object, "headers", event->headers);
  if (event->body != NULL)
    text = g_bytes_get_data (event->body, &length);
  if (text != NULL)
    {
      SbValue *body = sb_json_parse (text, (gssize)length, NULL);
      g_autofree char *valid = NULL;

      /* A body that is no JSON (a form) is shown as text. */
      if (body == NULL)
        {
          valid = g_utf8_make_valid (text, (gssize)length);
          body = sb_value_new_string (valid);
        }
      sb_value_set (object, "body", body);
    }
  return object;
}

static SbValue *
replay_event (SbCall *call, GError **error)
{
  gint64 id = sb_call_get_id (call, error);
  gint64 run = 0;
  SbValue *object = NULL;

  if (id == 0)
    return NULL;
  sb_store_replay_event_async (call->store, id, call->cancellable, sb_call_ready_cb, call);
  run = sb_store_replay_event_finish (call->store, sb_call_wait (call), error);
  if (run <= 0)
    return NULL;

  object = sb_value_new_object ();
  sb_value_set_int (object, "event", id);
  sb_value_set_int (object, "run", run);
  if (!sb_call_reload (call, error))
    g_clear_pointer (&object, sb_value_unref);
  return object;
}

const SbCommandEntry sb_commands_events[] = {
  { "events.list", list_events },
  { "events.show", show_event },
  { "events.replay", replay_event },
  { NULL, NULL },
};
