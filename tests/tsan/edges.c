/* edges.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Two threads and something handed from one to the other, in the way that the argument names: well
 * or badly. What ThreadSanitizer says to it is what test-edges.py looks at. Pauses only make the
 * order likely that a badly written program would mostly have too; the sanitizer judges by what
 * orders the threads, not by the clock. */

#include "config.h"

#include <gio/gio.h>
#include <string.h>

typedef struct
{
  int value;
  GHashTable *table;
  GPtrArray *array;
  gatomicrefcount count;
} Parcel;

static GMutex lock;
static GCond cond;
static Parcel *shared;
static GMainContext *context;
static GMainLoop *loop;
static gsize once;

static void
pause_shortly (void)
{
  g_usleep (30 * 1000);
}

static Parcel *
parcel_new (void)
{
  Parcel *self = g_new0 (Parcel, 1);

  self->table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  self->array = g_ptr_array_new ();
  return self;
}

/* -- Well -- */

static gpointer
mutex_thread (gpointer data)
{
  Parcel *parcel = data;

  g_mutex_lock (&lock);
  parcel->value++;
  g_hash_table_insert (parcel->table, (gpointer) "a", parcel);
  g_ptr_array_add (parcel->array, parcel);
  g_mutex_unlock (&lock);
  return NULL;
}

static void
well_mutex (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", mutex_thread, parcel);

  mutex_thread (parcel);
  g_thread_join (thread);
  g_assert_cmpint (parcel->value, ==, 2);
  g_assert_cmpuint (g_hash_table_size (parcel->table), ==, 1);
}

static gpointer
cond_thread (gpointer data)
{
  pause_shortly ();
  g_mutex_lock (&lock);
  shared = data;
  shared->value = 7;
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);
  return NULL;
}

static void
well_cond (void)
{
  GThread *thread = g_thread_new ("other", cond_thread, parcel_new ());

  g_mutex_lock (&lock);
  while (shared == NULL)
    g_cond_wait_until (&cond, &lock, g_get_monotonic_time () + G_TIME_SPAN_MINUTE);
  g_assert_cmpint (shared->value++, ==, 7);
  g_mutex_unlock (&lock);
  g_thread_join (thread);
}

static gboolean
take_cb (gpointer data)
{
  Parcel *parcel = data;

  parcel->value++;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
let_go (gpointer data)
{
  Parcel *parcel = data;

  parcel->value++;
}

static gpointer
loop_thread (gpointer data)
{
  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
hand_over (Parcel *parcel)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, take_cb, parcel, let_go);
  parcel->value++;
  g_source_attach (source, context);
}

static void
well_source (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", loop_thread, NULL);

  hand_over (parcel);
  g_thread_join (thread);
  g_assert_cmpint (parcel->value, ==, 3);
}

static void
finished_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Parcel *parcel = g_task_propagate_pointer (G_TASK (result), NULL);

  g_assert_cmpint (parcel->value++, ==, 5);
  g_main_loop_quit (loop);
}

static gpointer
task_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  Parcel *parcel = parcel_new ();

  pause_shortly ();
  parcel->value = 5;
  g_task_return_pointer (task, parcel, NULL);
  return NULL;
}

static void
well_task (void)
{
  g_autoptr (GTask) task = NULL;
  GThread *thread;

  g_main_context_push_thread_default (context);
  task = g_task_new (NULL, NULL, finished_cb, NULL);
  thread = g_thread_new ("other", task_thread, g_object_ref (task));
  g_main_loop_run (loop);
  g_thread_join (thread);
  g_main_context_pop_thread_default (context);
}

static gpointer
object_thread (gpointer data)
{
  Parcel *parcel = g_object_get_data (data, "parcel");

  parcel->value++;
  g_object_unref (data);
  return NULL;
}

static void
well_object (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GThread *thread;

  g_object_set_data_full (object, "parcel", parcel_new (), let_go);
  thread = g_thread_new ("other", object_thread, g_object_ref (object));
  pause_shortly ();
  g_object_unref (object);
  g_thread_join (thread);
}

static gpointer
count_thread (gpointer data)
{
  Parcel *parcel = data;
  int seen = parcel->value;

  if (g_atomic_ref_count_dec (&parcel->count))
    g_free (parcel);
  return GINT_TO_POINTER (seen);
}

static void
well_count (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread;

  g_atomic_ref_count_init (&parcel->count);
  g_atomic_ref_count_inc (&parcel->count);
  thread = g_thread_new ("other", count_thread, parcel);
  pause_shortly ();
  g_assert_cmpint (GPOINTER_TO_INT (count_thread (parcel)), ==, 0);
  g_thread_join (thread);
}

static gpointer
box_thread (gpointer data)
{
  Parcel *parcel = data;

  parcel->value++;
  g_atomic_rc_box_release_full (parcel, let_go);
  return NULL;
}

static void
well_box (void)
{
  Parcel *parcel = g_atomic_rc_box_new0 (Parcel);
  GThread *thread = g_thread_new ("other", box_thread, g_atomic_rc_box_acquire (parcel));

  pause_shortly ();
  g_atomic_rc_box_release_full (parcel, let_go);
  g_thread_join (thread);
}

static gpointer
once_thread (gpointer data)
{
  if (g_once_init_enter (&once))
    {
      shared = parcel_new ();
      shared->value = 1;
      g_once_init_leave (&once, 1);
    }
  return GINT_TO_POINTER (shared->value);
}

static void
well_once (void)
{
  GThread *thread = g_thread_new ("other", once_thread, NULL);

  g_assert_cmpint (GPOINTER_TO_INT (once_thread (NULL)), ==, 1);
  g_thread_join (thread);
}

static gpointer
cancel_thread (gpointer data)
{
  shared = parcel_new ();
  pause_shortly ();
  g_cancellable_cancel (data);
  return NULL;
}

static void
well_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("other", cancel_thread, cancellable);

  while (!g_cancellable_is_cancelled (cancellable))
    g_thread_yield ();
  shared->value++;
  g_thread_join (thread);
}

static gpointer
quit_thread (gpointer data)
{
  pause_shortly ();
  shared = parcel_new ();
  g_main_loop_quit (loop);
  return NULL;
}

static void
well_loop (void)
{
  GThread *thread = g_thread_new ("other", quit_thread, NULL);

  g_main_loop_run (loop);
  shared->value++;
  g_thread_join (thread);
}

/* -- Badly -- */

static gpointer
plain_thread (gpointer data)
{
  Parcel *parcel = data;

  parcel->value++;
  return NULL;
}

static void
badly_plain (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", plain_thread, parcel);

  pause_shortly ();
  parcel->value++;
  g_thread_join (thread);
}

static gpointer
published_thread (gpointer data)
{
  pause_shortly ();
  shared = parcel_new ();
  return NULL;
}

static void
badly_published (void)
{
  GThread *thread = g_thread_new ("other", published_thread, NULL);
  Parcel *parcel;

  while ((parcel = *(Parcel *volatile *)&shared) == NULL)
    g_thread_yield ();
  parcel->value++;
  g_thread_join (thread);
}

/* The lock is held by one of the two only. */
static void
badly_locked (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", mutex_thread, parcel);

  pause_shortly ();
  parcel->value++;
  g_thread_join (thread);
}

static gpointer
table_thread (gpointer data)
{
  Parcel *parcel = data;

  g_hash_table_insert (parcel->table, (gpointer) "b", parcel);
  return NULL;
}

static void
badly_table (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", table_thread, parcel);

  pause_shortly ();
  g_assert_null (g_hash_table_lookup (parcel->table, "a"));
  g_thread_join (thread);
}

static gpointer
array_thread (gpointer data)
{
  Parcel *parcel = data;

  g_ptr_array_add (parcel->array, parcel);
  return NULL;
}

static void
badly_array (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", array_thread, parcel);

  pause_shortly ();
  g_assert_cmpuint (parcel->array->len, <=, 1);
  g_thread_join (thread);
}

/* Touched after it was given away. */
static void
badly_source (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", loop_thread, NULL);

  hand_over (parcel);
  pause_shortly ();
  parcel->value++;
  g_thread_join (thread);
}

static gpointer
free_thread (gpointer data)
{
  pause_shortly ();
  g_free (data);
  return NULL;
}

static void
badly_freed (void)
{
  Parcel *parcel = parcel_new ();
  GThread *thread = g_thread_new ("other", free_thread, parcel);

  parcel->value++;
  g_thread_join (thread);
}

/* The other thread counts on a reference that it never took. */
static gpointer
borrowing_thread (gpointer data)
{
  Parcel *parcel = data;

  pause_shortly ();
  parcel->value++;
  return NULL;
}

static void
badly_counted (void)
{
  Parcel *parcel = g_atomic_rc_box_new0 (Parcel);
  Parcel *second = g_atomic_rc_box_acquire (parcel);
  GThread *thread = g_thread_new ("other", borrowing_thread, parcel);

  g_atomic_rc_box_release_full (second, let_go);
  parcel->value++;
  g_thread_join (thread);
  g_atomic_rc_box_release_full (parcel, let_go);
}

static const struct
{
  const char *name;
  void (*play) (void);
} plays[] = {
  { "well-mutex", well_mutex },     { "well-cond", well_cond },
  { "well-source", well_source },   { "well-task", well_task },
  { "well-object", well_object },   { "well-count", well_count },
  { "well-box", well_box },         { "well-once", well_once },
  { "well-cancel", well_cancel },   { "well-loop", well_loop },
  { "badly-plain", badly_plain },   { "badly-published", badly_published },
  { "badly-locked", badly_locked }, { "badly-table", badly_table },
  { "badly-array", badly_array },   { "badly-source", badly_source },
  { "badly-freed", badly_freed },   { "badly-counted", badly_counted },
};

/* Without an argument: the names of all plays. */
int
main (int argc, char **argv)
{
  context = g_main_context_new ();
  loop = g_main_loop_new (context, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (plays); i++)
    if (argc < 2)
      g_print ("%s\n", plays[i].name);
    else if (strcmp (plays[i].name, argv[1]) == 0)
      {
        plays[i].play ();
        return 0;
      }
  return argc < 2 ? 0 : 2;
}
