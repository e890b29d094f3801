/* sb-http.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-http.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "sb-error.h"
#include "sb-fault.h"

#define MAX_CONNECTIONS          512
#define MAX_CONNECTIONS_PER_HOST 64
/* Servers close idle connections after five seconds and more. A request that meets such a closing
 * is one whose outcome nobody knows, so ours are closed first. */
#define IDLE_TIMEOUT_S 4
/* What glibc keeps ready for each thread; most answers fit. */
#define FIRST_CHUNK 1000
/* libsoup reads on as long as there is something to read, without a look at anything else: an
 * endless row of "100 Continue" would hold up the thread. */
#define MAX_INFORMATIONAL 32

/* libsoup, encryption and all, lives on a thread of its own: a call costs as much as everything
 * else that a step does. Made for the first request. */
typedef struct
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupSession *session;  /* through the system's proxy, if it has one */
  SoupSession *loopback; /* never through a proxy */
} Line;

struct _SbHttp
{
  GObject parent_instance;

  Line *line; /* (nullable) */
  gint64 timeout_us;
};

G_DEFINE_FINAL_TYPE (SbHttp, sb_http, G_TYPE_OBJECT)

typedef struct
{
  Line *line;
  SoupMessage *message;
  gint64 timeout_us;
  GInputStream *stream;
  GByteArray *body;
  gsize length; /* of @body that was filled */
  GCancellable *cancellable;
  gulong cancelled; /* handler of the caller's cancellable */
  GSource *deadline;
  SbAnswer *answer; /* once there is one */
  gboolean sent;
  gboolean late;
  guint informational; /* answers before the answer */
} Exchange;

static void read_more (GTask *owned);

/* On the line's thread: what is libsoup's stays there. */
static void
exchange_release (Exchange *exchange, GCancellable *cancellable)
{
  if (exchange->deadline != NULL)
    {
      g_source_destroy (exchange->deadline);
      g_clear_pointer (&exchange->deadline, g_source_unref);
    }
  if (exchange->cancelled != 0)
    g_cancellable_disconnect (cancellable, exchange->cancelled);
  exchange->cancelled = 0;
  g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stream);
}

static void
answer_free (gpointer data)
{
  sb_answer_clear (data);
  g_free (data);
}

static void
exchange_free (Exchange *exchange)
{
  g_clear_pointer (&exchange->answer, answer_free);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_clear_object (&exchange->cancellable);
  g_free (exchange);
}

static SoupSession *
new_session (GProxyResolver *proxy)
{
  SoupSession *session = g_object_new (
    SOUP_TYPE_SESSION, "max-conns", MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS_PER_HOST,
    "idle-timeout", IDLE_TIMEOUT_S, "timeout", 0, "user-agent", "Signalbox/" PACKAGE_VERSION, NULL);

  /* Credentials come from the connection alone, never from a challenge. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_set_proxy_resolver (session, proxy);
  return session;
}

static gpointer
line_main (gpointer data)
{
  Line *line = data;

  g_main_context_push_thread_default (line->context);
  line->session = new_session (g_proxy_resolver_get_default ());
  line->loopback = new_session (NULL);
  g_main_loop_run (line->loop);
  g_clear_object (&line->session);
  g_clear_object (&line->loopback);
  /* What the sessions have left to close. */
  while (g_main_context_iteration (line->context, FALSE))
    ;
  g_main_context_pop_thread_default (line->context);
  g_main_loop_unref (line->loop);
  g_main_context_unref (line->context);
  g_free (line);
  return NULL;
}

static Line *
line_new (void)
{
  Line *line = g_new0 (Line, 1);

  line->context = g_main_context_new ();
  line->loop = g_main_loop_new (line->context, FALSE);
  line->thread = g_thread_new ("sb-http", line_main, line);
  return line;
}

static gboolean
hang_up_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
line_free (Line *line)
{
  GThread *thread = line->thread;
  g_autoptr (GSource) source = g_idle_source_new ();

  /* By a source, because the loop may not run yet. @line belongs to its thread from here on. */
  g_source_set_callback (source, hang_up_cb, g_main_loop_ref (line->loop),
                         (GDestroyNotify)g_main_loop_unref);
  g_source_attach (source, line->context);
  g_thread_join (thread);
}

static void
sb_http_finalize (GObject *object)
{
  SbHttp *self = SB_HTTP (object);

  g_clear_pointer (&self->line, line_free);

  G_OBJECT_CLASS (sb_http_parent_class)->finalize (object);
}

static void
sb_http_class_init (SbHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_http_finalize;
}

static void
sb_http_init (SbHttp *self)
{
}

/* @timeout_us: from the call to the last byte of the answer. */
SbHttp *
sb_http_new (gint64 timeout_us)
{
  SbHttp *self = g_object_new (SB_TYPE_HTTP, NULL);

  self->timeout_us = timeout_us;
  return self;
}

static char *
describe_failure (Exchange *exchange, const GError *error)
{
  GUri *uri = soup_message_get_uri (exchange->message);
  const char *host = g_uri_get_host (uri);

  if (exchange->late)
    {
      double seconds = (double)exchange->timeout_us / G_USEC_PER_SEC;

      return g_strdup_printf (_ ("no answer from %s within %.4g seconds"), host, seconds);
    }
  if (exchange->informational > MAX_INFORMATIONAL)
    return g_strdup_printf (
      _ ("%s sent one preliminary answer after the other and never the real one"), host);
  if (error->domain == G_RESOLVER_ERROR)
    return g_strdup_printf (_ ("the name %s was not found"), host);
  if (error->domain == G_TLS_ERROR)
    return g_strdup_printf (_ ("no safe connection to %s: %s"), host, error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_strdup_printf (_ ("%s refused the connection"), host);
  if (!exchange->sent)
    return g_strdup_printf (_ ("no connection to %s: %s"), host, error->message);
  return g_strdup_printf (_ ("the line to %s went dead: %s"), host, error->message);
}

static void
add_header_cb (const char *name, const char *value, gpointer data)
{
  GHashTable *headers = data;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  const char *before = g_hash_table_lookup (headers, lower);
  char *joined = before != NULL ? g_strconcat (before, ", ", value, NULL) : g_strdup (value);

  g_hash_table_replace (headers, g_steal_pointer (&lower), joined);
}

/* On the caller's thread. */
static gboolean
deliver_cb (gpointer data)
{
  Exchange *exchange = g_task_get_task_data (data);

  if (!g_task_return_error_if_cancelled (data))
    g_task_return_pointer (data, g_steal_pointer (&exchange->answer), answer_free);
  return G_SOURCE_REMOVE;
}

/* @owned (transfer full): goes to the caller's thread for good, because whoever lets go of the last
 * request may let go of the line as well, and waits for its thread.
 * @failure (transfer full) (nullable): why there is no answer, or no end of it. */
static void
finish (GTask *owned, GError *failure)
{
  Exchange *exchange = g_task_get_task_data (owned);
  GMainContext *context = g_task_get_context (owned);
  g_autoptr (GError) error = failure;
  g_autoptr (GSource) source = g_idle_source_new ();
  SbAnswer *answer = g_new0 (SbAnswer, 1);
  guint status = soup_message_get_status (exchange->message);

  answer->sent = exchange->sent;
  if (error != NULL)
    answer->transport = describe_failure (exchange, error);

  /* An answer that says yes and breaks off: it was done, but what came of it is not known. One that
   * says no is as good as whole. */
  if (exchange->stream != NULL && (error == NULL || status >= 300))
    {
      answer->status = status;
      answer->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      soup_message_headers_foreach (soup_message_get_response_headers (exchange->message),
                                    add_header_cb, answer->headers);
      if (exchange->length > SB_HTTP_MAX_ANSWER)
        {
          exchange->length = SB_HTTP_MAX_ANSWER;
          answer->transport = g_strdup (_ ("the answer is larger than 1 MiB; its beginning was "
                                           "kept"));
        }
      g_byte_array_set_size (exchange->body, exchange->length);
      answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
    }
  exchange->answer = answer;
  exchange_release (exchange, g_task_get_cancellable (owned));
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_cb, owned, g_object_unref);
  g_source_attach (source, context);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  gssize got = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);

  if (got > 0)
    exchange->length += got;
  if (got <= 0 || exchange->length > SB_HTTP_MAX_ANSWER)
    finish (g_steal_pointer (&task), error);
  else
    read_more (g_steal_pointer (&task));
}

/* @owned: (transfer full) */
static void
read_more (GTask *owned)
{
  Exchange *exchange = g_task_get_task_data (owned);
  GPollableInputStream *pollable = G_IS_POLLABLE_INPUT_STREAM (exchange->stream)
                                     ? G_POLLABLE_INPUT_STREAM (exchange->stream)
                                     : NULL;
  g_autoptr (GError) error = NULL;
  gssize got = 1;

  /* Mostly all of it is there already. */
  while (got > 0 && exchange->length <= SB_HTTP_MAX_ANSWER)
    {
      if (exchange->length + FIRST_CHUNK / 2 > exchange->body->len)
        g_byte_array_set_size (exchange->body, MAX (FIRST_CHUNK, exchange->body->len * 2));
      if (pollable == NULL || !g_pollable_input_stream_can_poll (pollable))
        break;
      got = g_pollable_input_stream_read_nonblocking (
        pollable, exchange->body->data + exchange->length, exchange->body->len - exchange->length,
        exchange->cancellable, &error);
      exchange->length += MAX (got, 0);
    }
  if (got == 0 || exchange->length > SB_HTTP_MAX_ANSWER ||
      (got < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
    {
      finish (owned, g_steal_pointer (&error));
      return;
    }
  g_input_stream_read_async (exchange->stream, exchange->body->data + exchange->length,
                             exchange->body->len - exchange->length, G_PRIORITY_DEFAULT,
                             exchange->cancellable, read_cb, owned);
}

static void
send_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  if (exchange->stream == NULL)
    {
      finish (g_steal_pointer (&task), error);
      return;
    }
  SB_CRASH_POINT ("answer-begun");
  exchange->body = g_byte_array_new ();
  read_more (g_steal_pointer (&task));
}

/* Emitted when there is a connection and the first byte is about to be written to it. */
static void
starting_cb (SoupMessage *message, gpointer data)
{
  ((Exchange *)data)->sent = TRUE;
  SB_CRASH_POINT ("request-starting");
}

static void
informational_cb (SoupMessage *message, gpointer data)
{
  Exchange *exchange = data;

  if (++exchange->informational > MAX_INFORMATIONAL)
    g_cancellable_cancel (exchange->cancellable);
}

static gboolean
deadline_cb (gpointer data)
{
  Exchange *exchange = data;

  exchange->late = TRUE;
  g_cancellable_cancel (exchange->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* On the caller's thread. */
static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  Exchange *exchange = g_task_get_task_data (data);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, cancel_cb, g_object_ref (exchange->cancellable), g_object_unref);
  g_source_attach (source, exchange->line->context);
}

static SoupMessage *
new_message (SbRequest *request)
{
  SoupMessage *message = soup_message_new (request->method, request->url);
  SoupMessageHeaders *headers = NULL;
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  if (message == NULL)
    return NULL;

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  /* On a kept connection that the vendor is just closing, libsoup sends again by itself. So only
   * what may be sent twice goes over one; a new connection for every other request is the price. */
  soup_message_add_flags (message, request->repeatable ? SOUP_MESSAGE_IDEMPOTENT
                                                       : SOUP_MESSAGE_NEW_CONNECTION);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message, request->content_type, request->body);

  headers = soup_message_get_request_headers (message);
  if (request->headers != NULL)
    {
      g_hash_table_iter_init (&iter, request->headers);
      while (g_hash_table_iter_next (&iter, &name, &value))
        soup_message_headers_replace (headers, name, value);
    }
  return message;
}

static gboolean
is_loopback (SoupMessage *message)
{
  const char *host = g_uri_get_host (soup_message_get_uri (message));
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_strcmp0 (host, "localhost") == 0 ||
         (address != NULL && g_inet_address_get_is_loopback (address));
}

/* The first thing that happens on the line's thread. */
static gboolean
begin_cb (gpointer data)
{
  GTask *task = data;
  Exchange *exchange = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  Line *line = exchange->line;

  exchange->deadline = g_timeout_source_new (MAX (exchange->timeout_us / 1000, 1));
  g_source_set_callback (exchange->deadline, deadline_cb, exchange, NULL);
  g_source_attach (exchange->deadline, line->context);
  if (cancellable != NULL)
    exchange->cancelled = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                 g_object_ref (task), g_object_unref);
  g_signal_connect (exchange->message, "starting", G_CALLBACK (starting_cb), exchange);
  g_signal_connect (exchange->message, "got-informational", G_CALLBACK (informational_cb),
                    exchange);
  SB_CRASH_ON_SIGNAL (exchange->message, "wrote-headers", "request-headers-out");
  SB_CRASH_ON_SIGNAL (exchange->message, "wrote-body", "request-out");

  soup_session_send_async (is_loopback (exchange->message) ? line->loopback : line->session,
                           exchange->message, G_PRIORITY_DEFAULT, exchange->cancellable, send_cb,
                           g_object_ref (task));
  return G_SOURCE_REMOVE;
}

void
sb_http_send_async (SbHttp *self,
                    SbRequest *request,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autoptr (GSource) source = g_idle_source_new ();
  Exchange *exchange = NULL;
  SoupMessage *message = NULL;

  g_return_if_fail (SB_IS_HTTP (self));
  g_return_if_fail (request != NULL);

  g_task_set_source_tag (task, sb_http_send_async);

  message = new_message (request);
  if (message == NULL)
    {
      SbAnswer *answer = g_new0 (SbAnswer, 1);

      answer->transport =
        g_strdup (_ ("the address is not one a request can be sent to; look at the "
                     "settings of the connection"));
      g_task_return_pointer (task, answer, answer_free);
      return;
    }

  if (self->line == NULL)
    self->line = line_new ();
  exchange = g_new0 (Exchange, 1);
  exchange->line = self->line;
  exchange->message = message;
  exchange->timeout_us = self->timeout_us;
  exchange->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, exchange, (GDestroyNotify)exchange_free);

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, begin_cb, g_object_ref (task), g_object_unref);
  g_source_attach (source, self->line->context);
}

gboolean
sb_http_send_finish (SbHttp *self, GAsyncResult *result, SbAnswer *answer, GError **error)
{
  SbAnswer *got = g_task_propagate_pointer (G_TASK (result), error);

  if (got == NULL)
    return FALSE;

  *answer = *got;
  g_free (got);
  return TRUE;
}
