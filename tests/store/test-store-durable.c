/* test-store-durable.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <stdio.h>
#include <unistd.h>

#include "sb-clock.h"
#include "store-fixture.h"

#define IN_FLIGHT 16

/* This very file, to be run again as another process. */
static char *program;

/* --- killed while writing
 * ------------------------------------------------------------------------- */

typedef struct
{
  SbStore *store;
  guint round;
  guint number;
} Writer;

typedef struct
{
  Writer *writer;
  char *id;
} Written;

static void write_next (Writer *writer);

/* What is printed was acknowledged; it goes out with one system call, so that nothing is left
 * behind. */
static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Written *written = data;
  g_autofree char *line = g_strconcat (written->id, "\n", NULL);
  g_autoptr (GError) error = NULL;

  if (!sb_store_accept_event_finish (SB_STORE (source), result, NULL, &error))
    g_error ("%s", error->message);
  if (write (STDOUT_FILENO, line, strlen (line)) < 0)
    _exit (1);
  write_next (written->writer);
  g_free (written->id);
  g_free (written);
}

static void
write_next (Writer *writer)
{
  Written *written = g_new (Written, 1);
  g_autoptr (SbEvent) event = NULL;

  written->writer = writer;
  written->id = g_strdup_printf ("round-%u-%u", writer->round, writer->number++);
  event = make_event ("orders", written->id, "{\"total\": 1}");
  sb_store_accept_event_async (writer->store, event, NULL, written_cb, written);
}

G_NORETURN static void
write_for_ever (const char *folder, guint round)
{
  Writer writer = { sb_store_open (folder, NULL), round, 0 };

  for (guint i = 0; i < IN_FLIGHT; i++)
    write_next (&writer);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* Lets a child write, kills it at some moment, and gives what it had been told was stored. */
static GPtrArray *
write_and_die (Fixture *fixture, guint round, guint lines)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *number = g_strdup_printf ("%u", round);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program,
                                                    "--write", fixture->folder, number, NULL);
  g_autoptr (GDataInputStream) out = NULL;
  char *line;

  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  while ((line = g_data_input_stream_read_line (out, NULL, NULL, NULL)) != NULL)
    {
      g_ptr_array_add (ids, line);
      if (ids->len == lines)
        g_subprocess_force_exit (child);
    }
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  g_assert_cmpuint (ids->len, >=, lines);
  return g_steal_pointer (&ids);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  make_live_flow (fixture->store, "orders");
  for (guint round = 0; round < 8; round++)
    {
      g_autoptr (GPtrArray) ids = NULL;
      g_autoptr (GHashTable) events = g_hash_table_new (g_int64_hash, g_int64_equal);
      g_autoptr (GPtrArray) runs = NULL;
      SbRunQuery query = { .limit = 1000 };

      sb_store_close (fixture->store);
      g_clear_object (&fixture->store);
      ids = write_and_die (fixture, round, g_test_rand_int_range (1, 700));

      fixture->store = sb_store_open (fixture->folder, NULL);
      g_assert_nonnull (fixture->store);
      runs = list_runs (fixture->store, &query);
      for (guint i = 0; i < runs->len; i++)
        g_hash_table_add (events, &((SbRun *)g_ptr_array_index (runs, i))->event);
      /* Every one is there, and its run was opened with it. */
      for (guint i = ids->len > 500 ? ids->len - 500 : 0; i < ids->len; i++)
        {
          SbAccepted accepted = take_in (fixture->store, "orders", g_ptr_array_index (ids, i));

          g_assert_true (accepted.repeated);
          g_assert_true (g_hash_table_contains (events, &accepted.event));
        }
    }
}

/* --- many threads
 * ------------------------------------------------------------------------------------ */

#define THREADS 8
#define ROUNDS  60

typedef struct
{
  SbStore *store;
  guint number;
  GThread *thread;
} Worker;

typedef struct
{
  GAsyncResult *result;
  GThread *thread;
} Answer;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->result = g_object_ref (result);
  answer->thread = g_thread_self ();
}

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < ROUNDS; i++)
    {
      /* Two threads send each event: one of them only may open a run. */
      g_autofree char *id = g_strdup_printf ("pair-%u-%u", worker->number / 2, i);
      g_autoptr (SbEvent) event = make_event ("orders", id, "{}");
      g_autoptr (SbEvent) loaded = NULL;
      g_autoptr (GAsyncResult) read = NULL;
      Answer answer = { NULL };
      SbAccepted accepted;

      sb_store_accept_event_async (worker->store, event, NULL, answered_cb, &answer);
      while (answer.result == NULL)
        g_main_context_iteration (context, TRUE);
      g_assert_true (answer.thread == g_thread_self ());
      g_assert_true (sb_store_accept_event_finish (worker->store, answer.result, &accepted, NULL));
      g_object_unref (answer.result);

      /* What was acknowledged is seen by the next read. */
      sb_store_load_event_async (worker->store, accepted.event, NULL, got_cb, &read);
      loaded = sb_store_load_event_finish (worker->store, await (&read), NULL);
      g_assert_cmpstr (loaded->event_id, ==, id);
      if (accepted.run != 0)
        {
          g_autoptr (SbClaim) run = NULL;

          move_run (worker->store, accepted.run, i % 2 == 0 ? "done" : "inbox");
          run = load_run (worker->store, accepted.run, NULL);
          g_assert_cmpstr (run->run->state, ==, i % 2 == 0 ? "done" : "inbox");
        }
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  Worker workers[THREADS];
  g_autoptr (SbValue) counts = NULL;
  SbValue *runs;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < THREADS; i++)
    {
      workers[i].store = fixture->store;
      workers[i].number = i;
      workers[i].thread = g_thread_new ("worker", work, &workers[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (workers[i].thread);

  counts = summary (fixture->store);
  runs = sb_value_get_member (counts, "runs");
  g_assert_cmpint (sb_value_get_int_or (runs, "done", 0), ==, THREADS / 2 * ROUNDS / 2);
  g_assert_cmpint (sb_value_get_int_or (runs, "inbox", 0), ==, THREADS / 2 * ROUNDS / 2);
}

/* Closing while others still ask: each gets an answer, stored or refused, and nothing hangs. */
static gpointer
ask_until_closed (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint stored = 0;

  g_main_context_push_thread_default (context);
  for (;; stored++)
    {
      g_autofree char *id = g_strdup_printf ("close-%u-%u", worker->number, stored);
      g_autoptr (SbEvent) event = make_event ("orders", id, "{}");

      if (!accept_event (worker->store, event, NULL, NULL))
        break;
    }
  g_main_context_pop_thread_default (context);
  return GUINT_TO_POINTER (stored);
}

static void
test_close_under_load (Fixture *fixture, gconstpointer data)
{
  Worker workers[4];
  guint stored = 0;
  g_autoptr (SbValue) counts = NULL;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      workers[i].store = fixture->store;
      workers[i].number = i;
      workers[i].thread = g_thread_new ("worker", ask_until_closed, &workers[i]);
    }
  take_in (fixture->store, "orders", "one");
  sb_store_close (fixture->store);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    stored += GPOINTER_TO_UINT (g_thread_join (workers[i].thread));

  g_object_unref (fixture->store);
  fixture->store = sb_store_open (fixture->folder, NULL);
  counts = summary (fixture->store);
  g_assert_cmpint (sb_value_get_int_or (counts, "events_today", 0), ==, stored + 1);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  program = g_file_read_link ("/proc/self/exe", NULL);
  if (argc == 4 && g_str_equal (argv[1], "--write"))
    write_for_ever (argv[2], g_ascii_strtoull (argv[3], NULL, 10));

  g_test_init (&argc, &argv, NULL);
  ADD ("/store/durable/killed", test_killed);
  ADD ("/store/durable/threads", test_threads);
  ADD ("/store/durable/close-under-load", test_close_under_load);
  return g_test_run ();
}
