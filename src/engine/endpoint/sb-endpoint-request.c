/* sb-endpoint-request.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-endpoint-private.h"

#include <string.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-json.h"

/* One request that waits for its event to be stored. */
typedef struct
{
  SbEndpoint *endpoint;
  SbPipe *pipe;
  SbEvent *event;
} Request;

static void
request_free (Request *request)
{
  sb_pipe_unref (request->pipe);
  sb_event_unref (request->event);
  g_object_unref (request->endpoint);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* --- headers
 * -------------------------------------------------------------------------------------------- */

/* Of all headers, those that let somebody in are not kept: the store is read by people. */
static gboolean
is_secret_header (const char *name)
{
  static const char *const parts[] = { "authorization", "cookie", "signature", "hmac",
                                       "secret",        "token",  "api-key",   "password" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (name, parts[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
append_json_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      /* A head holds no control characters but the tab: see sb_head_check (). */
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      if (*p == '\t')
        g_string_append (out, "\\t");
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
describe_header (GString *out, const char *name, const char *value)
{
  g_string_append_c (out, out->len > 0 ? ',' : '{');
  append_json_text (out, name);
  g_string_append_c (out, ':');
  if (is_secret_header (name))
    g_string_append (out, "\"(hidden)\"");
  else if (g_utf8_validate (value, -1, NULL))
    append_json_text (out, value);
  else
    {
      g_autofree char *valid = g_utf8_make_valid (value, -1);

      append_json_text (out, valid);
    }
}

/* A JSON object of @headers; what is secret shows only that it was there. Written straight out:
 * this is done for every event. */
static char *
describe_headers (GHashTable *headers)
{
  GString *out = g_string_sized_new (1024);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    describe_header (out, name, value);
  g_string_append (out, out->len > 0 ? "}" : "{}");
  return g_string_free (out, FALSE);
}

/* --- storing
 * -------------------------------------------------------------------------------------------- */

/* "Order #1004". A record without the field that names it is stored all the same. */
static char *
make_label (SbBellEntry *entry, SbValue *body, gint64 now_us)
{
  g_autoptr (SbScope) scope = NULL;
  g_autoptr (SbValue) label = NULL;

  if (entry->label == NULL || body == NULL)
    return NULL;

  scope = sb_scope_new (NULL, now_us);
  sb_scope_set (scope, "trigger", body);
  label = sb_template_render (entry->label, scope, NULL);
  return label != NULL ? sb_value_to_text (label) : NULL;
}

static SbReply
reply_to_error (const GError *error)
{
  /* The flow was removed while its bell was still in use: the address is unknown now. */
  if (g_error_matches (error, SB_ERROR, SB_ERROR_NOT_FOUND))
    return SB_REPLY_NOT_FOUND;
  return SB_REPLY_UNAVAILABLE;
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { 0 };
  SbReply reply = SB_REPLY_OK;

  SB_CRASH_POINT ("event-stored");
  if (sb_store_accept_event_finish (SB_STORE (source), result, &accepted, &error))
    sb_endpoint_emit_accepted (request->endpoint, request->event, &accepted);
  else
    {
      g_warning ("An event of flow %s could not be stored: %s", request->event->flow_id,
                 error->message);
      reply = reply_to_error (error);
    }

  SB_CRASH_POINT ("event-handed-on");
  /* The peer may have gone meanwhile; the event stays stored. */
  sb_endpoint_reply (request->pipe, reply);
  sb_endpoint_end (request->endpoint);
}

static void
store_event (SbEndpoint *self, SbPipe *pipe, SbBellEntry *entry, SbVerdict *verdict, gint64 now_us)
{
  SbEvent *event = sb_event_new ();
  Request *request = g_new0 (Request, 1);

  event->flow_id = g_strdup (entry->bell->flow_id);
  event->event_id = g_steal_pointer (&verdict->event_id);
  event->source = g_strdup ("webhook");
  event->topic = g_steal_pointer (&verdict->topic);
  event->label = make_label (entry, verdict->body, now_us);
  event->headers = describe_headers (pipe->headers);
  event->body = g_bytes_ref (pipe->body);
  event->received_us = now_us;
  event->parsed = g_steal_pointer (&verdict->body);

  request->endpoint = g_object_ref (self);
  request->pipe = sb_pipe_ref (pipe);
  request->event = event;
  sb_endpoint_store (self, event, stored_cb, request);
}

/* --- judging
 * -------------------------------------------------------------------------------------------- */

/* The reason is said only to a peer whose signature was right. */
static void
reply_broken (SbPipe *pipe, const char *reason)
{
  g_autoptr (SbValue) answer = sb_value_new_object ();
  g_autofree char *text = NULL;

  sb_value_set_string (answer, "status", "bad request");
  if (reason != NULL)
    sb_value_set_string (answer, "reason", reason);
  text = sb_json_write (answer);
  sb_pipe_answer (pipe, 400, NULL, "application/json", text);
}

/* The vendor asks whether somebody is at home. What is sent back may hold what it sent. */
static void
reply_handshake (SbPipe *pipe, SbVerdict *verdict)
{
  g_autofree char *extra = NULL;

  if (verdict->echo_name != NULL && verdict->echo_value != NULL &&
      strpbrk (verdict->echo_value, "\r\n") == NULL)
    extra = g_strdup_printf ("%s: %s\r\n", verdict->echo_name, verdict->echo_value);
  if (verdict->reply == NULL && verdict->status == 200)
    sb_pipe_answer (pipe, 200, extra, "application/json", "{\"status\":\"ok\"}\n");
  else
    sb_pipe_answer (pipe, verdict->status != 0 ? verdict->status : 200, extra,
                    verdict->content_type != NULL ? verdict->content_type : "text/plain",
                    verdict->reply);
}

void
sb_request_handle (SbEndpoint *self, SbPipe *pipe, SbBellEntry *entry)
{
  SbBell *bell = entry->bell;
  SbIncoming incoming = { .method = pipe->method,
                          .path_and_query = pipe->target,
                          .headers = pipe->headers,
                          .body = pipe->body };
  g_autoptr (SbVerdict) verdict = NULL;
  gint64 now_us = sb_clock_now_us ();

  if (bell->unready != NULL)
    {
      sb_endpoint_tell_heard (self, bell, NULL);
      sb_endpoint_reply (pipe, SB_REPLY_UNAVAILABLE);
      return;
    }

  verdict = sb_signature_judge (bell->connector, bell->trigger->id, bell->connection, bell->secrets,
                                &incoming, bell->public_address, now_us);
  sb_endpoint_tell_heard (self, bell, verdict);
  switch (verdict->kind)
    {
    case SB_VERDICT_ACCEPTED:
      if (bell->trial)
        sb_endpoint_reply (pipe, SB_REPLY_OK);
      else
        store_event (self, pipe, entry, verdict, now_us);
      break;
    case SB_VERDICT_HANDSHAKE:
      reply_handshake (pipe, verdict);
      break;
    case SB_VERDICT_BROKEN:
      sb_store_count_refused (sb_endpoint_get_store (self), bell->flow_id, verdict->reason);
      reply_broken (pipe, verdict->reason);
      break;
    case SB_VERDICT_REFUSED:
    default:
      sb_store_count_refused (sb_endpoint_get_store (self), bell->flow_id, verdict->reason);
      sb_endpoint_reply (pipe, SB_REPLY_REFUSED);
      break;
    }
}
