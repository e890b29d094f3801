/* sb-practice.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice.h"

#include <string.h>

#include "sb-error.h"
#include "sb-json.h"
#include "sb-practice-private.h"

#define BACKLOG 1024

/* The server side: who is asked, faults, timing. What a vendor would say is in the other files. */
struct _SbPractice
{
  GObject parent_instance;

  SbConnectors *connectors;
  GHashTable *vendors; /* connector id → GPtrArray of SbStandIn */
  SoupServer *server;
  GSocketService *service;
  gint port;
  SbLedger *ledger;
  GPtrArray *faults;   /* of SbFault */
  GHashTable *waiting; /* set of Pending */
};

G_DEFINE_FINAL_TYPE (SbPractice, sb_practice, G_TYPE_OBJECT)

/* An answer that is held back. */
typedef struct
{
  SbPractice *practice; /* borrowed; it ends every one of these before it goes */
  SoupServerMessage *message;
  SbReply *reply; /* (nullable): NULL drops the connection */
  guint source;
  gulong finished;
} Pending;

static void
pending_free (Pending *pending)
{
  if (pending->source != 0)
    {
      GSource *source =
        g_main_context_find_source_by_id (g_main_context_get_thread_default (), pending->source);

      if (source != NULL)
        g_source_destroy (source);
    }
  g_signal_handler_disconnect (pending->message, pending->finished);
  sb_reply_free (pending->reply);
  g_object_unref (pending->message);
  g_free (pending);
}

static void
drop_connection (SoupServerMessage *message)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
}

static void
send_reply (SoupServerMessage *message, const SbReply *reply)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *type = reply->content_type != NULL ? reply->content_type : "application/json";

  if (reply->retry_after != NULL)
    soup_message_headers_replace (headers, "Retry-After", reply->retry_after);
  if (reply->location != NULL)
    soup_message_headers_replace (headers, "Location", reply->location);
  if (reply->version_header != NULL && reply->version != NULL)
    soup_message_headers_replace (headers, reply->version_header, reply->version);
  soup_server_message_set_status (message, reply->status, NULL);
  if (reply->text != NULL)
    soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, reply->text,
                                      strlen (reply->text));
}

static void
pending_finished_cb (SoupServerMessage *message, gpointer data)
{
  Pending *pending = data;

  g_hash_table_remove (pending->practice->waiting, pending);
}

static gboolean
pending_due_cb (gpointer data)
{
  Pending *pending = data;
  g_autoptr (SoupServerMessage) message = g_object_ref (pending->message);
  SbReply *reply = g_steal_pointer (&pending->reply);

  pending->source = 0;
  g_hash_table_remove (pending->practice->waiting, pending);
  if (reply != NULL)
    {
      send_reply (message, reply);
      soup_server_message_unpause (message);
    }
  else
    drop_connection (message);
  sb_reply_free (reply);
  return G_SOURCE_REMOVE;
}

/* Answers with @reply (transfer full; NULL: not at all) after @delay_ms. */
static void
reply_later (SbPractice *self, SoupServerMessage *message, SbReply *reply, gint64 delay_ms)
{
  Pending *pending = g_new0 (Pending, 1);
  g_autoptr (GSource) source = g_timeout_source_new ((guint)delay_ms);

  pending->practice = self;
  pending->message = g_object_ref (message);
  pending->reply = reply;
  pending->finished =
    g_signal_connect (message, "finished", G_CALLBACK (pending_finished_cb), pending);
  soup_server_message_pause (message);
  g_source_set_callback (source, pending_due_cb, pending, NULL);
  pending->source = g_source_attach (source, g_main_context_get_thread_default ());
  g_hash_table_add (self->waiting, pending);
}

/* --- what the practice ground says about itself -------------------------------------------------
 */

static SbReply *
add_faults (SbPractice *self, SbCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) list = NULL;
  gsize size = 0;
  const char *data = call->bytes != NULL ? g_bytes_get_data (call->bytes, &size) : NULL;
  g_autoptr (SbValue) body = sb_json_parse (data != NULL ? data : "", (gssize)size, &error);
  guint n;

  if (body == NULL)
    return sb_reply_new_sentence (400, error->message);
  if (sb_value_get_type (body) == SB_VALUE_ARRAY)
    list = sb_value_ref (body);
  else
    {
      list = sb_value_new_array ();
      sb_value_append (list, sb_value_ref (body));
    }
  n = sb_value_get_length (list);
  for (guint i = 0; i < n; i++)
    {
      SbFault *fault = sb_fault_new (sb_value_get_item (list, i), &error);

      if (fault == NULL)
        return sb_reply_new_sentence (400, error->message);
      sb_fault_free (fault);
    }
  /* All or none, so that a wrong list leaves nothing behind. */
  for (guint i = 0; i < n; i++)
    sb_practice_add_fault (self, sb_value_get_item (list, i), NULL);
  return sb_reply_new (200,
                       g_strdup_printf ("{\"added\": %u, \"waiting\": %u}", n, self->faults->len));
}

static SbReply *
own_reply (SbPractice *self, SbCall *call)
{
  const char *what = call->path[0] != NULL ? call->path[0] : "";
  gboolean get = g_str_equal (call->method, "GET") || g_str_equal (call->method, "HEAD");

  if (get && *what == '\0')
    return sb_practice_index (self->connectors, self->vendors, self->port,
                              sb_ledger_count (self->ledger), self->faults->len, call);
  if (g_str_equal (what, "received"))
    {
      if (get)
        {
          const char *all = sb_value_get_string (call->query, "all");
          g_autoptr (SbValue) list =
            sb_ledger_list (self->ledger, all != NULL && !g_str_equal (all, "0"));

          return sb_reply_new (200, sb_json_write (list));
        }
      if (g_str_equal (call->method, "DELETE"))
        {
          sb_ledger_clear (self->ledger);
          return sb_reply_new (204, NULL);
        }
    }
  if (g_str_equal (what, "faults"))
    {
      if (g_str_equal (call->method, "POST"))
        return add_faults (self, call);
      if (g_str_equal (call->method, "DELETE"))
        {
          g_ptr_array_set_size (self->faults, 0);
          return sb_reply_new (204, NULL);
        }
    }
  return sb_reply_new_sentence (
    404, "The practice ground has GET and DELETE /_practice/received, POST and "
         "DELETE /_practice/faults, and GET /_practice/");
}

/* --- standing in
 * ----------------------------------------------------------------------------------- */

static SbStandIn *
choose (GPtrArray *stand_ins, SbCall *call, SbCatch *found)
{
  SbStandIn *best = NULL;
  gint best_score = -1;

  for (guint i = 0; i < stand_ins->len; i++)
    {
      g_auto (SbCatch) attempt = { 0 };
      gint score;

      sb_catch_init (&attempt);
      score = sb_stand_in_fits (g_ptr_array_index (stand_ins, i), call, &attempt);
      if (score > best_score)
        {
          best = g_ptr_array_index (stand_ins, i);
          best_score = score;
          sb_catch_clear (found);
          *found = attempt;
          attempt = (SbCatch){ 0 };
        }
    }
  return best;
}

static char *
digest_of (SbCall *call)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *path = g_strjoinv ("/", call->path);
  g_autofree char *query = sb_json_write (call->query);
  gsize size = 0;
  const guchar *data = call->bytes != NULL ? g_bytes_get_data (call->bytes, &size) : NULL;

  g_checksum_update (checksum, (const guchar *)path, (gssize)strlen (path) + 1);
  g_checksum_update (checksum, (const guchar *)query, (gssize)strlen (query) + 1);
  if (size > 0)
    g_checksum_update (checksum, data, (gssize)size);
  return g_strdup (g_checksum_get_string (checksum));
}

/* What a second request of the same kind is known by; NULL where each is done anew. */
static char *
identify (SbStandIn *stand_in, SbCall *call, const char *key)
{
  g_autofree char *path = NULL;

  switch (stand_in->action->idempotency)
    {
    case SB_IDEMPOTENT_KEY:
      return g_strdup_printf ("%s %s %s", stand_in->connector->id, stand_in->action->id, key);
    case SB_IDEMPOTENT_PUT:
      /* A PUT names what it writes in its path; a POST that may be repeated does so by what it
       * says. */
      path = g_str_equal (call->method, "PUT") ? g_strjoinv ("/", call->path) : digest_of (call);
      return g_strdup_printf ("%s %s %s %s", stand_in->connector->id, stand_in->action->id, path,
                              key != NULL ? key : "");
    case SB_IDEMPOTENT_NONE:
    case SB_IDEMPOTENT_LOOKUP:
    default:
      return NULL;
    }
}

/* Whether @lookup is how another action is found again; then only what was done is found. */
static gboolean
tells_about (
  SbPractice *self, SbStandIn *lookup, SbCatch *found, gboolean *was_done, guint64 *number)
{
  GPtrArray *actions = lookup->connector->actions;
  gboolean tells = FALSE;

  *was_done = FALSE;
  for (guint i = 0; i < actions->len; i++)
    {
      SbAction *action = g_ptr_array_index (actions, i);
      SbValue *idempotency = sb_value_get_member (action->document, "idempotency");

      if (action->idempotency != SB_IDEMPOTENT_LOOKUP ||
          g_strcmp0 (sb_value_get_string (idempotency, "lookup"), lookup->action->id) != 0)
        continue;
      tells = TRUE;
      if (sb_ledger_did (self->ledger, lookup->connector, action, found->fields, number))
        {
          *was_done = TRUE;
          return TRUE;
        }
    }
  return tells;
}

/* Does what was asked, or says why not. */
static SbReply *
work (SbPractice *self, SbStandIn *stand_in, SbCall *call, SbCatch *found)
{
  SbDeed deed = { .stand_in = stand_in, .call = call, .fields = found->fields };
  SbReply *reply = sb_stand_in_check (stand_in, call, found);
  g_autofree char *key = sb_stand_in_key (stand_in, call, found);
  g_autofree char *identity = NULL;
  g_autofree char *digest = NULL;
  gboolean lookup = g_strcmp0 (stand_in->action->kind, "lookup") == 0;
  gboolean was_done = FALSE;
  SbKnown known = SB_KNOWN_NOT;

  deed.key = key;
  if (reply == NULL && lookup)
    {
      if (tells_about (self, stand_in, found, &was_done, &deed.number) && !was_done)
        return sb_stand_in_find_none (stand_in, found);
      return sb_stand_in_answer (stand_in, found, NULL, was_done ? deed.number : 0);
    }
  if (reply == NULL)
    {
      identity = identify (stand_in, call, key);
      digest = digest_of (call);
      known = sb_ledger_look_up (self->ledger, identity, digest, &reply, &deed.number);
      deed.identity = identity;
      deed.digest = digest;
    }
  if (known == SB_KNOWN_OTHER && stand_in->action->idempotency == SB_IDEMPOTENT_KEY)
    reply =
      sb_stand_in_refuse (stand_in, 409, NULL, "This idempotency key was used for another request");
  else if (known == SB_KNOWN_SAME)
    deed.repeated = TRUE;
  else if (reply == NULL)
    {
      if (known == SB_KNOWN_NOT)
        deed.number = sb_ledger_next (self->ledger);
      reply = sb_stand_in_answer (stand_in, found, key, deed.number);
      deed.done = TRUE;
    }
  deed.reply = reply;
  sb_ledger_add (self->ledger, &deed);
  return reply;
}

static SbReply *
status_reply (SbStandIn *stand_in, SbFault *fault)
{
  SbValue *answer = sb_value_get_member (stand_in->action->document, "answer");
  const char *code = fault->code;
  const char *message = fault->message;
  SbReply *reply;

  if (code == NULL && (fault->status == 429 || fault->status == 401))
    code = sb_value_get_text (sb_value_get_item (
      sb_value_get_member (answer, fault->status == 429 ? "retry_codes" : "trouble_codes"), 0));
  if (message == NULL)
    message = fault->status == 429   ? "Too many requests"
              : fault->status == 401 ? "The sign-in was not accepted"
              : fault->status >= 500 ? "Something went wrong at the vendor"
                                     : "The vendor refuses this request";
  reply = sb_stand_in_refuse (stand_in, fault->status, code, message);
  if (fault->retry_after >= 0)
    reply->retry_after = g_strdup_printf ("%" G_GINT64_FORMAT, fault->retry_after);
  return reply;
}

static SbFault *
take_fault (SbPractice *self, SbStandIn *stand_in, SbCall *call)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      SbFault *fault = g_ptr_array_index (self->faults, i);

      if (!sb_fault_applies (fault, stand_in, call))
        continue;
      fault->times--;
      return fault;
    }
  return NULL;
}

static void
note_refusal (
  SbPractice *self, SbStandIn *stand_in, SbCall *call, SbCatch *found, const SbReply *reply)
{
  g_autofree char *key = sb_stand_in_key (stand_in, call, found);
  SbDeed deed = {
    .stand_in = stand_in, .call = call, .fields = found->fields, .key = key, .reply = reply
  };

  sb_ledger_add (self->ledger, &deed);
}

static void
answer_with_fault (SbPractice *self,
                   SoupServerMessage *message,
                   SbStandIn *stand_in,
                   SbCall *call,
                   SbCatch *found,
                   SbFault *fault)
{
  g_autoptr (SbReply) reply = NULL;

  switch (fault->kind)
    {
    case SB_FAULT_STATUS:
      reply = status_reply (stand_in, fault);
      break;
    case SB_FAULT_GARBAGE:
      reply = sb_reply_new (200, g_strdup ("<html><p>A page where an answer should be {"));
      break;
    case SB_FAULT_NONE:
      reply = sb_stand_in_find_none (stand_in, found);
      break;
    case SB_FAULT_REDIRECT:
      reply = sb_reply_new (302, NULL);
      reply->location =
        g_strdup_printf ("http://localhost:%d/%s/elsewhere", self->port, stand_in->connector->id);
      break;
    case SB_FAULT_SLOW:
      reply_later (self, message, work (self, stand_in, call, found), fault->delay_ms);
      return;
    case SB_FAULT_DROP_AFTER_WORK:
      sb_reply_free (work (self, stand_in, call, found));
      drop_connection (message);
      return;
    case SB_FAULT_TIMEOUT:
    case SB_FAULT_DROP_BEFORE_WORK:
    default:
      reply = sb_reply_new (0, NULL);
      note_refusal (self, stand_in, call, found, reply);
      if (fault->kind == SB_FAULT_TIMEOUT)
        reply_later (self, message, NULL, fault->delay_ms);
      else
        drop_connection (message);
      return;
    }
  note_refusal (self, stand_in, call, found, reply);
  send_reply (message, reply);
}

static void
stand_in_for (SbPractice *self, SoupServerMessage *message, const char *vendor, SbCall *call)
{
  GPtrArray *stand_ins = g_hash_table_lookup (self->vendors, vendor);
  g_auto (SbCatch) found = { 0 };
  g_autoptr (SbReply) reply = NULL;
  SbStandIn *stand_in;
  SbFault *fault;

  if (stand_ins == NULL)
    {
      g_autofree char *sentence = g_strdup_printf ("The practice ground does not know “%s”; "
                                                   "GET /_practice/ lists whom it stands in for",
                                                   vendor);

      reply = sb_reply_new_sentence (404, sentence);
      send_reply (message, reply);
      return;
    }
  sb_catch_init (&found);
  stand_in = choose (stand_ins, call, &found);
  if (stand_in == NULL)
    {
      g_autofree char *path = g_strjoinv ("/", call->path);
      g_autofree char *sentence =
        g_strdup_printf ("No action of “%s” is sent as %s /%s; GET /_practice/ lists the actions",
                         vendor, call->method, path);

      reply = sb_reply_new_sentence (404, sentence);
      send_reply (message, reply);
      return;
    }

  fault = take_fault (self, stand_in, call);
  if (fault != NULL)
    {
      answer_with_fault (self, message, stand_in, call, &found, fault);
      if (fault->times < 1)
        g_ptr_array_remove (self->faults, fault);
      return;
    }
  reply = work (self, stand_in, call, &found);
  send_reply (message, reply);
}

/* --- the server
 * ------------------------------------------------------------------------------------ */

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  SbPractice *self = data;
  g_auto (SbCall) call = { 0 };
  g_autofree char *vendor = NULL;
  g_autoptr (SbReply) reply = NULL;

  if (g_object_get_data (G_OBJECT (message), "too-large") != NULL)
    reply = sb_reply_new_sentence (413, "The practice ground takes bodies of up to 1 MiB");
  else if (!sb_call_is_from_here (soup_server_message_get_request_headers (message)))
    reply = sb_reply_new_sentence (403, "The practice ground answers to this computer only, as "
                                        "127.0.0.1 or localhost, and to no page from elsewhere");
  else if (!sb_call_read (&call, message, query, &vendor))
    reply = sb_reply_new_sentence (400, "The address of the request cannot be read");
  else if (g_str_equal (vendor, "_practice"))
    reply = own_reply (self, &call);

  if (reply != NULL)
    send_reply (message, reply);
  else
    stand_in_for (self, message, vendor, &call);
}

static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  gsize before = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), "size"));
  gsize size = before + g_bytes_get_size (chunk);

  g_object_set_data (G_OBJECT (message), "size", GSIZE_TO_POINTER (size));
  if (size > SB_PRACTICE_BODY_MAX)
    {
      SoupMessageBody *body = soup_server_message_get_request_body (message);

      g_object_set_data (G_OBJECT (message), "too-large", message);
      soup_message_body_set_accumulate (body, FALSE);
      soup_message_body_truncate (body);
    }
}

static void
early_cb (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer data)
{
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), NULL);
}

/* --- the object
 * ------------------------------------------------------------------------------------ */

static void
sb_practice_dispose (GObject *object)
{
  SbPractice *self = SB_PRACTICE (object);

  sb_practice_stop (self);
  G_OBJECT_CLASS (sb_practice_parent_class)->dispose (object);
}

static void
sb_practice_finalize (GObject *object)
{
  SbPractice *self = SB_PRACTICE (object);

  g_hash_table_unref (self->waiting);
  g_hash_table_unref (self->vendors);
  g_ptr_array_unref (self->faults);
  sb_ledger_free (self->ledger);
  sb_connectors_unref (self->connectors);
  G_OBJECT_CLASS (sb_practice_parent_class)->finalize (object);
}

static void
sb_practice_class_init (SbPracticeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_practice_dispose;
  object_class->finalize = sb_practice_finalize;
}

static void
sb_practice_init (SbPractice *self)
{
  self->ledger = sb_ledger_new ();
  self->faults = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_fault_free);
  self->vendors =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
  self->waiting = g_hash_table_new_full (NULL, NULL, (GDestroyNotify)pending_free, NULL);
}

/**
 * sb_practice_new:
 *
 * Returns: (transfer full): a practice ground for every action of @connectors; it listens once
 *   sb_practice_listen() is called, on the thread-default context of that call
 */
SbPractice *
sb_practice_new (SbConnectors *connectors)
{
  SbPractice *self = g_object_new (SB_TYPE_PRACTICE, NULL);

  self->connectors = sb_connectors_ref (connectors);
  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);
      GPtrArray *stand_ins = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_stand_in_free);

      for (guint j = 0; j < connector->actions->len; j++)
        g_ptr_array_add (stand_ins,
                         sb_stand_in_new (connector, g_ptr_array_index (connector->actions, j)));
      g_hash_table_insert (self->vendors, connector->id, stand_ins);
    }
  return self;
}

static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  SbPractice *self = data;
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (self->server != NULL)
    soup_server_accept_iostream (self->server, G_IO_STREAM (connection), local, remote, NULL);
  return TRUE;
}

/**
 * sb_practice_listen:
 * @port: port on 127.0.0.1; 0: any free one
 *
 * Errors: SB_ERROR_UNAVAILABLE where the port is taken.
 */
gboolean
sb_practice_listen (SbPractice *self, gint port, GError **error)
{
  g_autoptr (SoupServer) server =
    soup_server_new ("server-header", "signalbox-practice ", "raw-paths", TRUE, NULL);
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address =
    g_inet_socket_address_new_from_string ("127.0.0.1", (guint)port);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self->server == NULL, FALSE);

  soup_server_add_early_handler (server, NULL, early_cb, self, NULL);
  soup_server_add_handler (server, NULL, request_cb, self, NULL);
  /* With GLib's ten waiting connections a burst is dropped and tried again a second later. */
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (service), BACKLOG);
  /* Not soup_server_listen (): libsoup 3.2 loses a socket object for each connection it accepts. */
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &effective, &local))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_UNAVAILABLE,
                   "The practice ground cannot listen on port %d of this computer: %s. Choose "
                   "another port, or end the program that has this one.",
                   port, local->message);
      return FALSE;
    }
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  self->server = g_steal_pointer (&server);
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), self);
  g_socket_service_start (service);
  self->service = g_steal_pointer (&service);
  return TRUE;
}

gint
sb_practice_get_port (SbPractice *self)
{
  return self->port;
}

/**
 * sb_practice_keep_in:
 * @path: a file of its own; made with mode 0600
 *
 * Remembers what was done across a restart or a kill of this process, as a vendor would. Call it
 * before sb_practice_listen().
 */
gboolean
sb_practice_keep_in (SbPractice *self, const char *path, GError **error)
{
  return sb_ledger_keep_in (self->ledger, path, error);
}

/**
 * sb_practice_stop:
 *
 * Stops listening and drops every connection, those too whose answer is held back.
 */
void
sb_practice_stop (SbPractice *self)
{
  if (self->server == NULL)
    return;
  g_hash_table_remove_all (self->waiting);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
}

SbValue *
sb_practice_get_received (SbPractice *self)
{
  return sb_ledger_list (self->ledger, FALSE);
}

gboolean
sb_practice_add_fault (SbPractice *self, SbValue *fault, GError **error)
{
  SbFault *read = sb_fault_new (fault, error);

  if (read == NULL)
    return FALSE;
  g_ptr_array_add (self->faults, read);
  return TRUE;
}
