/* test-engine-listen.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* An owner waits for a test at the bell of a flow, live or not yet. */

#include "config.h"

#include <string.h>

#include "engine-fixture.h"
#include "sb-error.h"

typedef struct
{
  guint times;
  gboolean good;
  char *words;
  char *label;
  SbValue *body;
} Heard;

static void
heard_cb (const SbHeard *heard, gpointer data)
{
  Heard *last = data;

  last->times++;
  last->good = heard->good;
  g_free (last->words);
  last->words = g_strdup (heard->words);
  g_free (last->label);
  last->label = g_strdup (heard->label);
  g_clear_pointer (&last->body, sb_value_unref);
  last->body = heard->body != NULL ? sb_value_ref (heard->body) : NULL;
}

static void
heard_clear (Heard *heard)
{
  g_free (heard->words);
  g_free (heard->label);
  g_clear_pointer (&heard->body, sb_value_unref);
}

typedef struct
{
  const char *url;
  const char *body;
} Post;

/* In a thread of its own, for it waits for the answer: the status. */
static gpointer
post_thread (gpointer data)
{
  Post *post = data;
  g_autoptr (GUri) uri = g_uri_parse (post->url, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *request =
    g_strdup_printf ("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                     "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                     g_uri_get_path (uri), strlen (post->body), post->body);
  char answer[16] = { 0 };

  g_socket_client_set_enable_proxy (client, FALSE);
  connection =
    g_socket_client_connect_to_host (client, "127.0.0.1", g_uri_get_port (uri), NULL, NULL);
  g_assert_nonnull (connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                             strlen (request), NULL, NULL, NULL);
  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer,
                       sizeof answer - 1, NULL, NULL);
  return GUINT_TO_POINTER (strlen (answer) > 9 ? atoi (answer + 9) : 0);
}

static guint
ring (const char *url, const char *body)
{
  Post post = { url, body };
  g_autoptr (GThread) thread = g_thread_new ("post", post_thread, &post);

  return GPOINTER_TO_UINT (g_thread_join (g_steal_pointer (&thread)));
}

static void
ring_until (const char *url, const char *body, guint status)
{
  gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (ring (url, body) != status)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      fixture_spin (10 * 1000);
    }
}

static void
spin_until (guint *times, guint wanted)
{
  gint64 deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (*times < wanted)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      fixture_spin (5 * 1000);
    }
}

static guint
count_events (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) events = NULL;
  SbEventQuery query = { .limit = 10 };

  sb_store_list_events_async (self->store, &query, NULL, got_cb, &result);
  events = sb_store_list_events_finish (self->store, await (&result), NULL);
  return events->len;
}

static SbFlowRow *
load_row (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_store_load_flow_async (self->store, "flow", NULL, got_cb, &result);
  return sb_store_load_flow_finish (self->store, await (&result), NULL);
}

static void
start (Fixture *self)
{
  self->options.port = 0;
  fixture_start (self);
  fixture_connect (self, "vendor", "production", "good");
}

#define DRAFT                                                                                      \
  "{'format': 1, 'id': 'flow', 'name': 'Flow', 'trigger': {'type': 'webhook', 'connector': "       \
  "'vendor', 'trigger': 'order', 'connection': 'vendor'}, 'steps': []}"

static void
test_draft (Fixture *self, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = fixture_parse (DRAFT);
  g_autoptr (SbFlow) flow = sb_flow_parse_draft (document, problems);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) ended = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbFlowRow) row = NULL;
  g_autofree char *id = NULL;
  g_autofree char *url = NULL;
  Heard heard = { 0 };

  start (self);
  sb_store_save_draft_async (self->store, "flow", "Flow", document, NULL, got_cb, &saved);
  id = sb_store_save_draft_finish (self->store, await (&saved), &error);
  g_assert_no_error (error);
  fixture_reload (self);
  row = load_row (self);
  url = sb_engine_get_trigger_url (self->engine, row);

  /* Nobody is at home. */
  g_assert_cmpuint (ring (url, RECORD), ==, 404);

  sb_engine_listen_async (self->engine, "flow", flow, heard_cb, &heard, cancellable, got_cb,
                          &ended);
  ring_until (url, "{\"id\": \"1\", \"name\": \"#1\"}", 200);
  spin_until (&heard.times, 1);
  g_assert_true (heard.good);
  g_assert_cmpstr (heard.label, ==, "Order #1");
  g_assert_cmpstr (sb_value_get_string (heard.body, "name"), ==, "#1");
  assert_says (heard.words, "not signed");

  /* What is refused is told as well. */
  g_assert_cmpuint (ring (url, "{broken"), ==, 400);
  spin_until (&heard.times, 2);
  g_assert_false (heard.good);
  g_assert_null (heard.body);
  assert_says (heard.words, "refused");
  g_assert_cmpuint (count_events (self), ==, 0);

  g_cancellable_cancel (cancellable);
  g_assert_false (sb_engine_listen_finish (self->engine, await (&ended), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ring_until (url, "{\"id\": \"2\"}", 404);
  fixture_spin (20 * 1000);
  g_assert_cmpuint (heard.times, ==, 2);
  heard_clear (&heard);
}

static void
test_live (Fixture *self, gconstpointer data)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbValue) document = fixture_parse (DRAFT);
  g_autoptr (SbFlow) flow = sb_flow_parse_draft (document, problems);
  g_autoptr (GAsyncResult) ended = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GPtrArray) refused = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbFlowRow) row = NULL;
  g_autofree char *url = NULL;
  Heard heard = { 0 };

  start (self);
  fixture_publish (self, "[" ACTION ("first", "keyed") "]");
  fixture_reload (self);
  row = load_row (self);
  url = sb_engine_get_trigger_url (self->engine, row);
  sb_engine_listen_async (self->engine, "flow", flow, heard_cb, &heard, NULL, got_cb, &ended);
  ring_until (url, "{\"id\": \"1\", \"name\": \"#1\", \"ref\": \"a\"}", 200);
  ring_until (url, "{\"id\": \"2\", \"name\": \"#2\", \"ref\": \"b\"}", 200);
  spin_until (&heard.times, 1);
  /* It goes on as always: what came is kept and done. */
  g_assert_cmpuint (count_events (self), ==, 2);
  sb_claim_unref (fixture_wait (self, 1, "done"));

  /* Why others were turned away is on record. */
  g_assert_cmpuint (ring (url, "{broken"), ==, 400);
  for (guint i = 0; i < 300 && (refused == NULL || refused->len == 0); i++)
    {
      g_clear_pointer (&refused, g_ptr_array_unref);
      g_clear_object (&listed);
      sb_store_list_refused_async (self->store, "flow", NULL, got_cb, &listed);
      refused = sb_store_list_refused_finish (self->store, await (&listed), &error);
      g_assert_no_error (error);
      fixture_spin (20 * 1000);
    }
  g_assert_cmpuint (refused->len, ==, 1);
  g_assert_cmpint (sb_value_get_int_or (g_ptr_array_index (refused, 0), "count", 0), ==, 1);
  g_assert_nonnull (sb_value_get_string (g_ptr_array_index (refused, 0), "reason"));

  /* Stopping waits for nobody. */
  sb_engine_stop (self->engine, G_USEC_PER_SEC);
  g_assert_false (sb_engine_listen_finish (self->engine, await (&ended), &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_UNAVAILABLE);
  heard_clear (&heard);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_BARE ("/listen/draft", test_draft);
  ADD_BARE ("/listen/live", test_live);
  return g_test_run ();
}
