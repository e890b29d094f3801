/* sb-callback.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-callback.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-error.h"
#include "sb-head.h"
#include "sb-oauth.h"
#include "sb-signature-private.h"

#define MAX_HEAD  8192
#define MAX_PEERS 8
#define PEER_S    10

struct _SbCallback
{
  guint ref_count; /* the calls that will come back hold it too */
  GSocketListener *listener;
  GCancellable *listening;
  guint port;
  char *state;
  char *host;
  GPtrArray *peers;     /* of Peer, oldest first, borrowed: each is owned by what it waits for */
  GTask *task;          /* (nullable): waits for the browser */
  GSource *ending;      /* (nullable): of the patience */
  GSource *cancelled;   /* (nullable) */
  struct Peer *browser; /* (nullable): brought the answer, waits for a page */
  gboolean taken;
  gboolean freed;
};

/* One connection. */
typedef struct Peer
{
  SbCallback *callback;
  GSocketConnection *connection;
  GCancellable *cancellable;
  GSource *deadline;
  char head[MAX_HEAD];
  gsize length;
  gsize scanned;
  char *out;
} Peer;

static void accept_next (SbCallback *self);
static void peer_read (Peer *peer);

static SbCallback *
callback_ref (SbCallback *self)
{
  self->ref_count++;
  return self;
}

static void
callback_unref (SbCallback *self)
{
  if (--self->ref_count > 0)
    return;
  g_object_unref (self->listener);
  g_object_unref (self->listening);
  g_ptr_array_unref (self->peers);
  sb_oauth_wipe (self->state);
  g_free (self->host);
  g_free (self);
}

static void
peer_free (Peer *peer)
{
  SbCallback *self = peer->callback;

  g_source_destroy (peer->deadline);
  g_source_unref (peer->deadline);
  g_object_unref (peer->connection);
  g_object_unref (peer->cancellable);
  /* The code went through here. */
  explicit_bzero (peer->head, sizeof peer->head);
  g_free (peer->out);
  g_free (peer);
  g_ptr_array_remove (self->peers, peer);
  callback_unref (self);
}

static void
stop_listening (SbCallback *self)
{
  g_cancellable_cancel (self->listening);
  g_socket_listener_close (self->listener);
}

/* --- answering the browser
 * ------------------------------------------------------------------------------ */

static void
closed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_io_stream_close_finish (G_IO_STREAM (object), result, NULL);
  peer_free (data);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Peer *peer = data;

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, NULL);
  g_io_stream_close_async (G_IO_STREAM (peer->connection), G_PRIORITY_DEFAULT, NULL, closed_cb,
                           peer);
}

static const char *
reason_of (guint status)
{
  switch (status)
    {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    default:
      return "Bad Request";
    }
}

/* A page of our own: no script, nothing from elsewhere, and its address goes nowhere. */
static void
peer_answer (Peer *peer, guint status, const char *title, const char *words)
{
  g_autofree char *safe_title = g_markup_escape_text (title, -1);
  g_autofree char *safe_words = g_markup_escape_text (words, -1);
  g_autofree char *page = g_strdup_printf (
    "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>%s</title><style>"
    "body{font:18px sans-serif;max-width:32em;margin:15vh auto;padding:0 1em;text-align:center;"
    "color-scheme:light dark}</style></head><body><h1>%s</h1><p>%s</p></body></html>\n",
    safe_title, safe_title, safe_words);

  g_free (peer->out);
  peer->out = g_strdup_printf (
    "HTTP/1.1 %u %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %" G_GSIZE_FORMAT
    "\r\nConnection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n%s",
    status, reason_of (status), strlen (page), page);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (peer->connection)),
                                   peer->out, strlen (peer->out), G_PRIORITY_DEFAULT,
                                   peer->cancellable, written_cb, peer);
}

static void
peer_refuse (Peer *peer, guint status, const char *words)
{
  peer_answer (peer, status, _ ("This is not what Signalbox waits for"), words);
}

/* --- the end of the waiting
 * ----------------------------------------------------------------------------- */

/* (transfer full) (nullable): the task, which waits no more. */
static GTask *
take_task (SbCallback *self)
{
  if (self->ending != NULL)
    {
      g_source_destroy (self->ending);
      g_clear_pointer (&self->ending, g_source_unref);
    }
  if (self->cancelled != NULL)
    {
      g_source_destroy (self->cancelled);
      g_clear_pointer (&self->cancelled, g_source_unref);
    }
  return g_steal_pointer (&self->task);
}

/* @query: without its question mark. @peer (nullable): who brought it, and waits for a page until
 * it is known how the sign-in went. Returns: NULL when it was taken, else why not. */
static const char *
take_query (SbCallback *self, const char *query, Peer *peer)
{
  g_autoptr (GHashTable) brought = sb_oauth_read_query (query);
  g_autoptr (GTask) task = NULL;
  const char *state = brought != NULL ? g_hash_table_lookup (brought, "state") : NULL;

  if (state == NULL || !sb_constant_equal (state, self->state))
    return _ (
      "This answer does not belong to the sign-in that was begun. Begin again in Signalbox.");
  if (!g_hash_table_contains (brought, "code") && !g_hash_table_contains (brought, "error"))
    return _ ("This answer says neither yes nor no. Begin again in Signalbox.");
  if (self->taken || self->task == NULL)
    return _ ("This sign-in was answered already.");

  self->taken = TRUE;
  stop_listening (self);
  if (peer != NULL)
    g_source_destroy (peer->deadline);
  self->browser = peer;
  task = take_task (self);
  g_task_return_pointer (task, g_steal_pointer (&brought), (GDestroyNotify)g_hash_table_unref);
  return NULL;
}

/* --- reading a request
 * ---------------------------------------------------------------------------------- */

static gboolean
is_our_host (SbCallback *self, const char *host)
{
  g_autofree char *number = g_strdup_printf ("127.0.0.1:%u", self->port);
  g_autofree char *name = g_strdup_printf ("localhost:%u", self->port);

  return host != NULL && (g_str_equal (host, number) || g_ascii_strcasecmp (host, name) == 0 ||
                          (self->host != NULL && g_ascii_strcasecmp (host, self->host) == 0));
}

static void
peer_judge (Peer *peer, gsize length)
{
  SbCallback *self = peer->callback;
  g_autoptr (GHashTable) headers = NULL;
  g_autofree char *method = NULL;
  char *target = NULL;
  char *query = NULL;
  const char *problem = NULL;
  SbHead head = { 0 };

  if (sb_head_check (peer->head, length, &head) != 0 || head.length > 0 || head.chunked)
    {
      peer_refuse (peer, 400, _ ("The request cannot be read."));
      return;
    }
  headers = sb_head_read (peer->head, length, &method, &target);
  query = strchr (target, '?');
  if (query != NULL)
    *query++ = '\0';
  if (!is_our_host (self, g_hash_table_lookup (headers, "host")) ||
      !g_str_equal (target, SB_OAUTH_PATH))
    peer_refuse (peer, 404, _ ("There is nothing here."));
  else if (!g_str_equal (method, "GET"))
    peer_refuse (peer, 405, _ ("Only a browser that comes back is expected here."));
  else if ((problem = take_query (self, query != NULL ? query : "", peer)) != NULL)
    peer_refuse (peer, self->taken ? 409 : 400, problem);
  if (query != NULL)
    explicit_bzero (query, strlen (query));
  g_free (target);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Peer *peer = data;
  gssize got = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
  gsize end = 0;

  if (got <= 0 || peer->callback->freed)
    {
      peer_free (peer);
      return;
    }
  peer->length += (gsize)got;
  if (sb_head_find_end (peer->head, peer->length, &peer->scanned, &end))
    peer_judge (peer, end);
  else if (peer->length == sizeof peer->head)
    peer_refuse (peer, 400, _ ("The request is too long."));
  else
    peer_read (peer);
}

static void
peer_read (Peer *peer)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (peer->connection)),
                             peer->head + peer->length, sizeof peer->head - peer->length,
                             G_PRIORITY_DEFAULT, peer->cancellable, read_cb, peer);
}

static gboolean
late_cb (gpointer data)
{
  g_cancellable_cancel (((Peer *)data)->cancellable);
  return G_SOURCE_REMOVE;
}

static void
take_connection (SbCallback *self, GSocketConnection *connection)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->callback = callback_ref (self);
  peer->connection = g_object_ref (connection);
  peer->cancellable = g_cancellable_new ();
  peer->deadline = g_timeout_source_new_seconds (PEER_S);
  g_source_set_callback (peer->deadline, late_cb, peer, NULL);
  g_source_attach (peer->deadline, g_main_context_get_thread_default ());
  g_ptr_array_add (self->peers, peer);
  peer_read (peer);
}

static void
accepted_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbCallback *self = data;
  g_autoptr (GSocketConnection) connection =
    g_socket_listener_accept_finish (G_SOCKET_LISTENER (object), result, NULL, NULL);

  if (connection != NULL && !self->freed)
    {
      /* Whoever has been silent for the longest makes place for the browser. */
      if (self->peers->len >= MAX_PEERS)
        g_cancellable_cancel (((Peer *)g_ptr_array_index (self->peers, 0))->cancellable);
      if (self->peers->len < 2 * MAX_PEERS)
        take_connection (self, connection);
    }
  if (!g_cancellable_is_cancelled (self->listening))
    accept_next (self);
  callback_unref (self);
}

static void
accept_next (SbCallback *self)
{
  g_socket_listener_accept_async (self->listener, self->listening, accepted_cb,
                                  callback_ref (self));
}

/* --- calls
 * ---------------------------------------------------------------------------------------------- */

SbCallback *
sb_callback_new (guint port, const char *state, const char *host, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, (guint16)port);
  g_autoptr (GSocketAddress) got = NULL;
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) problem = NULL;
  SbCallback *self = NULL;

  if (!g_socket_listener_add_address (listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                      NULL, &got, &problem))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_BUSY,
                   _ ("The browser could not come back to port %u of this computer (%s). Another "
                      "sign-in may be waiting: finish or cancel that one first"),
                   port, problem->message);
      return NULL;
    }
  self = g_new0 (SbCallback, 1);
  self->ref_count = 1;
  self->listener = g_steal_pointer (&listener);
  self->listening = g_cancellable_new ();
  self->peers = g_ptr_array_new ();
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  self->state = g_strdup (state);
  self->host = g_strdup (host);
  return self;
}

guint
sb_callback_get_port (SbCallback *self)
{
  return self->port;
}

static gboolean
patience_cb (gpointer data)
{
  SbCallback *self = data;
  g_autoptr (GTask) task = take_task (self);

  stop_listening (self);
  g_task_return_new_error (
    task, SB_ERROR, SB_ERROR_UNAVAILABLE,
    _ ("Nobody finished the sign-in in the browser in time. Sign in again when "
       "you are ready"));
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  SbCallback *self = data;
  g_autoptr (GTask) task = take_task (self);

  stop_listening (self);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The sign-in was cancelled"));
  return G_SOURCE_REMOVE;
}

void
sb_callback_wait_async (SbCallback *self,
                        gint64 patience_us,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_return_if_fail (self->task == NULL);

  /* Its own cancelling must not come before what the browser brought. */
  self->task = g_task_new (NULL, NULL, callback, data);
  g_task_set_source_tag (self->task, sb_callback_wait_async);
  self->ending = g_timeout_source_new ((guint)MAX (patience_us / 1000, 1));
  g_source_set_callback (self->ending, patience_cb, self, NULL);
  g_source_attach (self->ending, g_main_context_get_thread_default ());
  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancelled, g_main_context_get_thread_default ());
    }
  accept_next (self);
}

GHashTable *
sb_callback_wait_finish (SbCallback *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
sb_callback_take_address (SbCallback *self, const char *address, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (address));
  char *query = strchr (stripped, '?');
  const char *problem = NULL;

  if (query == NULL)
    problem =
      _ ("There is no answer in this address. Copy all of the address the browser ended at");
  else
    {
      query++;
      query[strcspn (query, "#")] = '\0';
      problem = take_query (self, query, NULL);
    }
  explicit_bzero (stripped, strlen (stripped));
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID, problem);
  return FALSE;
}

void
sb_callback_answer (SbCallback *self, gboolean good, const char *words)
{
  Peer *peer = g_steal_pointer (&self->browser);

  if (peer == NULL)
    return;
  peer_answer (peer, good ? 200 : 400, good ? _ ("You are signed in") : _ ("The sign-in failed"),
               words);
}

void
sb_callback_free (SbCallback *self)
{
  g_autoptr (GTask) task = NULL;

  sb_callback_answer (self, FALSE, _ ("Signalbox does not wait for this sign-in any more."));
  self->freed = TRUE;
  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = g_ptr_array_index (self->peers, i);

      /* What is being told something may end. */
      if (peer->out == NULL)
        g_cancellable_cancel (peer->cancellable);
    }
  stop_listening (self);
  if (self->task != NULL)
    {
      task = take_task (self);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                               _ ("The sign-in was cancelled"));
    }
  callback_unref (self);
}
