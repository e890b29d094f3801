/* glib-edges.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What ThreadSanitizer cannot see of GLib.
 *
 * The system's GLib is not instrumented: its futexes, counters and tables are invisible. Handing
 * something over through a GMutex would be reported, and two threads in one GHashTable would not.
 * This file is linked into every program of the ThreadSanitizer build, and into no other. Its
 * functions stand before GLib's of the same names, do what those do by calling them, and tell the
 * sanitizer what they mean:
 *
 * - locks and waiting, once-initialisation, cancelling, the end of a main loop: for our own calls
 * only. What the libraries lock for themselves would make edges by chance, and those hide races;
 * - sources and object counts: for everybody's calls, because a GTask or a message of libsoup hands
 * our data over too;
 * - containers: what a call reads or writes, for our own calls;
 * - memory: what our own calls free, so that use after g_free () by another thread is seen.
 *
 * tests/tsan/test-edges.py proves each of them both ways: handed over properly it is silent, and
 * without it is reported.
 */

#include "config.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>
#include <stdlib.h>

#undef g_atomic_rc_box_new0
#undef g_atomic_rc_box_acquire
#undef g_atomic_ref_count_dec
#undef g_once_init_enter
#undef g_once_init_leave
#undef g_string_append_c

/* A program that asks for this name at linking gets this whole file. */
extern const char sb_tsan_glib_edges;
const char sb_tsan_glib_edges = 0;

extern const char __executable_start[];
extern const char etext[];

void __tsan_read8 (void *address);
void __tsan_read_range (void *address, unsigned long size);
void __tsan_write8 (void *address);
void __tsan_write_range (void *address, unsigned long size);

/* The function of this name that comes after ours: GLib's. */
#define NEXT(name)                                                                                 \
  ({                                                                                               \
    static gpointer next;                                                                          \
    gpointer found = __atomic_load_n (&next, __ATOMIC_RELAXED);                                    \
    if (found == NULL)                                                                             \
      {                                                                                            \
        found = dlsym (RTLD_NEXT, #name);                                                          \
        __atomic_store_n (&next, found, __ATOMIC_RELAXED);                                         \
      }                                                                                            \
    (__typeof__ (&name))found;                                                                     \
  })

/* Called from a program or test of ours, not from a library. */
#define OURS                                                                                       \
  ((const char *)__builtin_return_address (0) >= __executable_start &&                             \
   (const char *)__builtin_return_address (0) < etext)

/* -- Locks -- */

/* What this thread holds by calls of our own. A library that ends in an unlock jumps there, so that
 * it seems to be called from where the library was: only what was locked by us counts as unlocked
 * by us. */
static __thread GMutex *held[16];
static __thread guint n_held;

static void
held_add (GMutex *mutex)
{
  g_assert (n_held < G_N_ELEMENTS (held));
  held[n_held++] = mutex;
}

static gboolean
held_remove (GMutex *mutex)
{
  for (guint i = n_held; i > 0; i--)
    if (held[i - 1] == mutex)
      {
        held[i - 1] = held[--n_held];
        return TRUE;
      }
  return FALSE;
}

void
g_mutex_lock (GMutex *mutex)
{
  if (!OURS)
    {
      NEXT (g_mutex_lock) (mutex);
      return;
    }
  __tsan_mutex_pre_lock (mutex, 0);
  NEXT (g_mutex_lock) (mutex);
  __tsan_mutex_post_lock (mutex, 0, 0);
  held_add (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean got;

  if (!OURS)
    return NEXT (g_mutex_trylock) (mutex);
  __tsan_mutex_pre_lock (mutex, __tsan_mutex_try_lock);
  got = NEXT (g_mutex_trylock) (mutex);
  __tsan_mutex_post_lock (mutex, __tsan_mutex_try_lock | (got ? 0 : __tsan_mutex_try_lock_failed),
                          0);
  if (got)
    held_add (mutex);
  return got;
}

void
g_mutex_unlock (GMutex *mutex)
{
  if (!held_remove (mutex))
    {
      NEXT (g_mutex_unlock) (mutex);
      return;
    }
  __tsan_mutex_pre_unlock (mutex, 0);
  NEXT (g_mutex_unlock) (mutex);
  __tsan_mutex_post_unlock (mutex, 0);
}

void
g_mutex_clear (GMutex *mutex)
{
  if (OURS)
    __tsan_mutex_destroy (mutex, 0);
  NEXT (g_mutex_clear) (mutex);
}

/* The order in which waiting gives the lock up and takes it again is the lock's own. */
static void
give_up (GMutex *mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
}

static void
take_again (GMutex *mutex)
{
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  gboolean ours = OURS;

  if (ours)
    give_up (mutex);
  NEXT (g_cond_wait) (cond, mutex);
  if (ours)
    take_again (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean ours = OURS;
  gboolean woken;

  if (ours)
    give_up (mutex);
  woken = NEXT (g_cond_wait_until) (cond, mutex, end_time);
  if (ours)
    take_again (mutex);
  return woken;
}

/* -- Once, cancelling, main loops -- */

/* Everybody's: types are registered by macros in our files and asked for by libraries, or the other
 * way round. */
gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean first = NEXT (g_once_init_enter) (location);

  __tsan_acquire ((gpointer)location);
  return first;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  __tsan_release ((gpointer)location);
  NEXT (g_once_init_leave) (location, result);
}

void
g_cancellable_cancel (GCancellable *cancellable)
{
  if (OURS && cancellable != NULL)
    __tsan_release (cancellable);
  NEXT (g_cancellable_cancel) (cancellable);
}

gboolean
g_cancellable_is_cancelled (GCancellable *cancellable)
{
  gboolean cancelled = NEXT (g_cancellable_is_cancelled) (cancellable);

  if (cancelled && OURS)
    __tsan_acquire (cancellable);
  return cancelled;
}

gboolean
g_cancellable_set_error_if_cancelled (GCancellable *cancellable, GError **error)
{
  gboolean cancelled = NEXT (g_cancellable_set_error_if_cancelled) (cancellable, error);

  if (cancelled && OURS)
    __tsan_acquire (cancellable);
  return cancelled;
}

void
g_main_loop_quit (GMainLoop *loop)
{
  if (OURS)
    __tsan_release (loop);
  NEXT (g_main_loop_quit) (loop);
}

void
g_main_loop_run (GMainLoop *loop)
{
  gboolean ours = OURS;

  NEXT (g_main_loop_run) (loop);
  if (ours)
    __tsan_acquire (loop);
}

/* -- Sources -- */

/* A callback behind the indirect interface, whose get () is called on the thread that is about to
 * dispatch, and whose last unref () may be on any thread that destroys the source. Counting here,
 * where the sanitizer sees it, orders the notify after the last dispatch. */
typedef struct
{
  int refs;
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Callback;

static void
callback_ref (gpointer data)
{
  Callback *callback = data;

  __tsan_acquire (callback);
  __atomic_add_fetch (&callback->refs, 1, __ATOMIC_RELAXED);
}

static void
callback_unref (gpointer data)
{
  Callback *callback = data;

  __tsan_acquire (callback);
  if (__atomic_sub_fetch (&callback->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  if (callback->notify != NULL)
    callback->notify (callback->data);
  free (callback);
}

static void
callback_get (gpointer data, GSource *source, GSourceFunc *func, gpointer *user_data)
{
  Callback *callback = data;

  __tsan_acquire (source);
  *func = callback->func;
  *user_data = callback->data;
}

static GSourceCallbackFuncs callback_funcs = { callback_ref, callback_unref, callback_get };

void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Callback *callback = calloc (1, sizeof *callback);

  callback->refs = 1;
  callback->func = func;
  callback->data = data;
  callback->notify = notify;
  __tsan_release (callback);
  __tsan_release (source);
  NEXT (g_source_set_callback_indirect) (source, callback, &callback_funcs);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  __tsan_release (source);
  return NEXT (g_source_attach) (source, context);
}

void
g_source_set_ready_time (GSource *source, gint64 ready_time)
{
  __tsan_release (source);
  NEXT (g_source_set_ready_time) (source, ready_time);
}

/* -- Pools of threads, which run a GTask or a connection of a threaded service -- */

typedef struct
{
  GFunc func;
  gpointer data;
} Pool;

static void
pool_run (gpointer item, gpointer data)
{
  Pool *pool = data;

  /* The one who pushes need not be the one who made the pool: GTask's pool, say, is made by
   * whoever needs it first, and is found by the others through a lock inside GIO. */
  __tsan_acquire (pool);
  __tsan_acquire (item);
  pool->func (item, pool->data);
}

/* What is remembered of a pool is never freed: pools are few and mostly live as long as the
 * program. */
GThreadPool *
g_thread_pool_new (GFunc func, gpointer data, gint max_threads, gboolean exclusive, GError **error)
{
  Pool *pool = calloc (1, sizeof *pool);
  GThreadPool *made;

  pool->func = func;
  pool->data = data;
  __tsan_release (pool);
  made = NEXT (g_thread_pool_new) (pool_run, pool, max_threads, exclusive, error);
  return made;
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer item, GError **error)
{
  __tsan_release (item);
  return NEXT (g_thread_pool_push) (pool, item, error);
}

/* -- Counts -- */

/* All but the last reference are dropped here, atomically, as g_object_unref () does it. */
void
g_object_unref (gpointer object)
{
  const guint toggle_ref = 1;

  if (G_IS_OBJECT (object))
    {
      GObject *self = object;
      guint refs = __atomic_load_n (&self->ref_count, __ATOMIC_SEQ_CST);

      while (refs > 1 && !(g_datalist_get_flags (&self->qdata) & toggle_ref))
        if (__atomic_compare_exchange_n (&self->ref_count, &refs, refs - 1, FALSE, __ATOMIC_SEQ_CST,
                                         __ATOMIC_SEQ_CST))
          return;
    }
  NEXT (g_object_unref) (object);
}

#define COUNTED(function, Type)                                                                    \
  void function (Type *self)                                                                       \
  {                                                                                                \
    if (OURS)                                                                                      \
      {                                                                                            \
        __tsan_acquire (self);                                                                     \
        __tsan_release (self);                                                                     \
      }                                                                                            \
    NEXT (function) (self);                                                                        \
  }

COUNTED (g_hash_table_unref, GHashTable)
COUNTED (g_ptr_array_unref, GPtrArray)
COUNTED (g_bytes_unref, GBytes)
COUNTED (g_main_context_unref, GMainContext)

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  return __atomic_sub_fetch (count, 1, __ATOMIC_SEQ_CST) == 0;
}

/* Our own atomically counted boxes are made here altogether, so that their counting is seen. */
typedef struct
{
  int refs;
  gsize size;
} Box;

G_STATIC_ASSERT (sizeof (Box) == 16);

gpointer (g_atomic_rc_box_alloc0) (gsize size)
{
  Box *box;

  if (!OURS)
    return NEXT (g_atomic_rc_box_alloc0) (size);
  box = calloc (1, sizeof *box + size);
  box->refs = 1;
  box->size = size;
  return box + 1;
}

gpointer (g_atomic_rc_box_acquire) (gpointer memory)
{
  if (!OURS)
    return NEXT (g_atomic_rc_box_acquire) (memory);
  __atomic_add_fetch (&((Box *)memory - 1)->refs, 1, __ATOMIC_RELAXED);
  return memory;
}

void
g_atomic_rc_box_release_full (gpointer memory, GDestroyNotify clear)
{
  Box *box = (Box *)memory - 1;

  if (!OURS)
    {
      NEXT (g_atomic_rc_box_release_full) (memory, clear);
      return;
    }
  if (__atomic_sub_fetch (&box->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  clear (memory);
  free (box);
}

/* -- Containers -- */

#define TOUCHES(kind, result, name, parameters, arguments)                                         \
  result (name) parameters                                                                         \
  {                                                                                                \
    if (OURS)                                                                                      \
      kind;                                                                                        \
    return NEXT (name) arguments;                                                                  \
  }
#define READS      __tsan_read8 (self)
#define WRITES     __tsan_write8 (self)
#define WRITES_ALL __tsan_write_range (self, sizeof *self)

TOUCHES (READS, gpointer, g_hash_table_lookup, (GHashTable * self, gconstpointer key), (self, key))
TOUCHES (
  READS, gboolean, g_hash_table_contains, (GHashTable * self, gconstpointer key), (self, key))
TOUCHES (READS, guint, g_hash_table_size, (GHashTable * self), (self))
TOUCHES (READS, GList *, g_hash_table_get_keys, (GHashTable * self), (self))
TOUCHES (READS, GList *, g_hash_table_get_values, (GHashTable * self), (self))
TOUCHES (WRITES,
         gboolean,
         g_hash_table_insert,
         (GHashTable * self, gpointer key, gpointer value),
         (self, key, value))
TOUCHES (WRITES,
         gboolean,
         g_hash_table_replace,
         (GHashTable * self, gpointer key, gpointer value),
         (self, key, value))
TOUCHES (WRITES, gboolean, g_hash_table_add, (GHashTable * self, gpointer key), (self, key))
TOUCHES (WRITES, gboolean, g_hash_table_remove, (GHashTable * self, gconstpointer key), (self, key))
TOUCHES (WRITES, gboolean, g_hash_table_steal, (GHashTable * self, gconstpointer key), (self, key))

void
g_hash_table_remove_all (GHashTable *self)
{
  if (OURS)
    WRITES;
  NEXT (g_hash_table_remove_all) (self);
}

void
g_hash_table_iter_init (GHashTableIter *iter, GHashTable *self)
{
  if (OURS)
    READS;
  NEXT (g_hash_table_iter_init) (iter, self);
}

gboolean
g_hash_table_iter_next (GHashTableIter *iter, gpointer *key, gpointer *value)
{
  if (OURS)
    __tsan_read8 (g_hash_table_iter_get_hash_table (iter));
  return NEXT (g_hash_table_iter_next) (iter, key, value);
}

void
g_ptr_array_add (GPtrArray *self, gpointer data)
{
  if (OURS)
    WRITES_ALL;
  NEXT (g_ptr_array_add) (self, data);
}

TOUCHES (
  WRITES_ALL, gpointer, g_ptr_array_remove_index, (GPtrArray * self, guint index), (self, index))
TOUCHES (WRITES_ALL,
         gpointer,
         g_ptr_array_remove_index_fast,
         (GPtrArray * self, guint index),
         (self, index))
TOUCHES (WRITES_ALL, gboolean, g_ptr_array_remove, (GPtrArray * self, gpointer data), (self, data))
TOUCHES (WRITES_ALL, GString *, g_string_append, (GString * self, const char *text), (self, text))
TOUCHES (WRITES_ALL,
         GString *,
         g_string_append_len,
         (GString * self, const char *text, gssize len),
         (self, text, len))
TOUCHES (WRITES_ALL, GString *, g_string_truncate, (GString * self, gsize len), (self, len))
TOUCHES (WRITES_ALL, gpointer, g_queue_pop_head, (GQueue * self), (self))

void
g_queue_push_tail (GQueue *self, gpointer data)
{
  if (OURS)
    WRITES_ALL;
  NEXT (g_queue_push_tail) (self, data);
}

/* -- Memory -- */

void
g_free (gpointer memory)
{
  if (OURS)
    free (memory);
  else
    NEXT (g_free) (memory);
}
