/* fake-vendor.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-vendor.h"

#include <string.h>

typedef struct
{
  FaultKind kind;
  guint status;
  char *headers;
} Fault;

typedef struct
{
  GQueue faults; /* of Fault */
  guint requests;
  guint done;
  GString *bodies;
  GHashTable *seen;    /* set of keys */
  GHashTable *answers; /* key → what was answered to it when the work was done */
} Path;

struct _FakeVendor
{
  GSocketService *service;
  guint16 port;
  GMutex mutex;
  GHashTable *paths; /* path → Path */
  guint busy;
  guint busiest;
};

static void
fault_free (gpointer data)
{
  Fault *fault = data;

  g_free (fault->headers);
  g_free (fault);
}

static void
path_free (gpointer data)
{
  Path *path = data;

  g_queue_clear_full (&path->faults, fault_free);
  g_string_free (path->bodies, TRUE);
  g_hash_table_unref (path->seen);
  g_hash_table_unref (path->answers);
  g_free (path);
}

static Path *
find_path (FakeVendor *self, const char *name)
{
  Path *path = g_hash_table_lookup (self->paths, name);

  if (path == NULL)
    {
      path = g_new0 (Path, 1);
      g_queue_init (&path->faults);
      path->bodies = g_string_new (NULL);
      path->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      path->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (self->paths, g_strdup (name), path);
    }
  return path;
}

/* One request off @input, whose rest stays in @rest. */
static char *
read_request (GInputStream *input, GString *rest)
{
  char buffer[4096];
  gssize got = 0;

  while (TRUE)
    {
      const char *end = strstr (rest->str, "\r\n\r\n");

      if (end != NULL)
        {
          const char *field = strstr (rest->str, "Content-Length: ");
          gsize size = end + 4 - rest->str;
          char *request = NULL;

          if (field != NULL && field < end)
            size += strtoul (field + 16, NULL, 10);
          if (rest->len >= size)
            {
              request = g_strndup (rest->str, size);
              g_string_erase (rest, 0, size);
              return request;
            }
        }
      got = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL);
      if (got <= 0)
        return NULL;
      g_string_append_len (rest, buffer, got);
    }
}

static char *
find_header (const char *request, const char *name)
{
  const char *found = strcasestr (request, name);
  const char *value = found != NULL ? found + strlen (name) + 2 : NULL;

  return value != NULL ? g_strndup (value, strcspn (value, "\r\n")) : NULL;
}

/* The work, at most once for a key where keys are honoured. Called with the mutex held. */
static char *
do_work (Path *path, const char *name, const char *key, const char *body)
{
  const char *before = key != NULL ? g_hash_table_lookup (path->answers, key) : NULL;
  gboolean honoured = g_str_equal (name, "/keyed");
  char *answer = NULL;

  if (before != NULL && honoured)
    return g_strdup (before);

  path->done++;
  g_string_append_printf (path->bodies, "%s\n", body);
  answer = g_strdup_printf ("{\"id\": \"%u\", \"found\": true}", path->done);
  if (key != NULL)
    g_hash_table_replace (path->answers, g_strdup (key), g_strdup (answer));
  return answer;
}

/* Returns: FALSE: close without a word. */
static gboolean
answer_request (FakeVendor *self, const char *request, GOutputStream *output)
{
  const char *target = strchr (request, ' ') + 1;
  g_autofree char *name = g_strndup (target, strcspn (target, " ?"));
  g_autofree char *key = find_header (request, "\nIdempotency-Key");
  const char *body = strstr (request, "\r\n\r\n") + 4;
  g_autofree char *answer = NULL;
  g_autofree char *text = NULL;
  Fault *fault = NULL;
  Path *path = NULL;

  g_mutex_lock (&self->mutex);
  path = find_path (self, name);
  self->busy++;
  self->busiest = MAX (self->busiest, self->busy);
  path->requests++;
  if (key != NULL)
    g_hash_table_add (path->seen, g_strdup (key));
  fault = g_queue_pop_head (&path->faults);
  if (g_str_equal (name, "/find"))
    {
      Path *looked = find_path (self, "/looked");

      answer = g_strdup (looked->done > 0 ? "{\"items\": [{\"id\": \"1\"}]}" : "{\"items\": []}");
    }
  else if (fault == NULL || fault->kind != FAULT_STATUS)
    {
      answer = do_work (path, name, key, body);
    }
  g_mutex_unlock (&self->mutex);

  if (fault != NULL && fault->kind == FAULT_SLOW)
    g_usleep (fault->status * 1000);

  /* Before the answer is written, since the next request may come as soon as it is. */
  g_mutex_lock (&self->mutex);
  self->busy--;
  g_mutex_unlock (&self->mutex);
  if (fault != NULL && fault->kind == FAULT_DROP_AFTER)
    {
      fault_free (fault);
      return FALSE;
    }
  if (answer == NULL)
    answer = g_strdup ("{\"message\": \"the vendor says no\"}");
  text = g_strdup_printf ("HTTP/1.1 %u X\r\nContent-Type: application/json\r\n%sContent-Length: %zu"
                          "\r\n\r\n%s",
                          fault != NULL && fault->kind == FAULT_STATUS ? fault->status : 200,
                          fault != NULL && fault->headers != NULL ? fault->headers : "",
                          strlen (answer), answer);
  g_clear_pointer (&fault, fault_free);
  return g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL);
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer data)
{
  FakeVendor *self = data;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GString) rest = g_string_new (NULL);
  gboolean open = TRUE;

  while (open)
    {
      g_autofree char *request = read_request (input, rest);

      if (request == NULL)
        break;
      open = answer_request (self, request, output);
    }
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static gpointer
thread_main (gpointer data)
{
  g_main_context_push_thread_default (g_main_loop_get_context (data));
  g_main_loop_run (data);
  g_main_loop_unref (data);
  return NULL;
}

/* Its sockets are accepted on a thread of its own, so that a test may block. */
FakeVendor *
fake_vendor_new (void)
{
  FakeVendor *self = g_new0 (FakeVendor, 1);
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_mutex_init (&self->mutex);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, path_free);
  g_main_context_push_thread_default (context);
  self->service = g_threaded_socket_service_new (600);
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), 512);
  self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, NULL);
  g_assert_cmpint (self->port, >, 0);
  g_signal_connect (self->service, "run", G_CALLBACK (run_cb), self);
  g_socket_service_start (self->service);
  g_main_context_pop_thread_default (context);
  g_thread_unref (g_thread_new ("fake-vendor", thread_main, g_main_loop_new (context, FALSE)));
  return self;
}

/* Its threads may still hold a connection, so that only the port is given back. */
void
fake_vendor_free (FakeVendor *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
}

guint
fake_vendor_get_port (FakeVendor *self)
{
  return self->port;
}

void
fake_vendor_add_fault (FakeVendor *self,
                       const char *path,
                       FaultKind kind,
                       guint status,
                       const char *headers,
                       guint times)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < times; i++)
    {
      Fault *fault = g_new0 (Fault, 1);

      fault->kind = kind;
      fault->status = status;
      fault->headers = g_strdup (headers);
      g_queue_push_tail (&find_path (self, path)->faults, fault);
    }
  g_mutex_unlock (&self->mutex);
}

guint
fake_vendor_get_requests (FakeVendor *self, const char *path)
{
  guint count = 0;

  g_mutex_lock (&self->mutex);
  count = find_path (self, path)->requests;
  g_mutex_unlock (&self->mutex);
  return count;
}

guint
fake_vendor_get_done (FakeVendor *self, const char *path)
{
  guint count = 0;

  g_mutex_lock (&self->mutex);
  count = find_path (self, path)->done;
  g_mutex_unlock (&self->mutex);
  return count;
}

char *
fake_vendor_get_bodies (FakeVendor *self, const char *path)
{
  char *bodies = NULL;

  g_mutex_lock (&self->mutex);
  bodies = g_strdup (find_path (self, path)->bodies->str);
  g_mutex_unlock (&self->mutex);
  return bodies;
}

guint
fake_vendor_get_keys (FakeVendor *self, const char *path)
{
  guint count = 0;

  g_mutex_lock (&self->mutex);
  count = g_hash_table_size (find_path (self, path)->seen);
  g_mutex_unlock (&self->mutex);
  return count;
}

guint
fake_vendor_get_busiest (FakeVendor *self)
{
  guint busiest = 0;

  g_mutex_lock (&self->mutex);
  busiest = self->busiest;
  g_mutex_unlock (&self->mutex);
  return busiest;
}
