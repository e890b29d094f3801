/* sb-store-changes.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#define INTERVAL_US (G_USEC_PER_SEC / 10)

typedef struct
{
  const char *what;
  char *id;
} Subject;

/* What changed since ::changed was last emitted. One timeout at a time, at least INTERVAL_US after
 * the last, tells all of it: a thousand runs a second make ten signals for each flow. Reference
 * counted, because the timeout may be under way in one thread while the store is closed in another.
 */
struct _SbStoreChanges
{
  GMutex mutex;
  GMainContext *context;
  GWeakRef store;
  GHashTable *subjects; /* set of Subject */
  GSource *source;
  gint64 last_us; /* monotonic */
};

static guint
subject_hash (gconstpointer data)
{
  const Subject *self = data;

  return g_str_hash (self->what) ^ (self->id != NULL ? g_str_hash (self->id) : 0);
}

static gboolean
subject_equal (gconstpointer a, gconstpointer b)
{
  const Subject *one = a;
  const Subject *other = b;

  return strcmp (one->what, other->what) == 0 && g_strcmp0 (one->id, other->id) == 0;
}

static void
subject_free (gpointer data)
{
  Subject *self = data;

  g_free (self->id);
  g_free (self);
}

static GHashTable *
new_subjects (void)
{
  return g_hash_table_new_full (subject_hash, subject_equal, subject_free, NULL);
}

/* The store that opened in the current thread-default context is told there. */
SbStoreChanges *
sb_store_changes_new (SbStore *store)
{
  SbStoreChanges *self = g_atomic_rc_box_new0 (SbStoreChanges);

  g_mutex_init (&self->mutex);
  self->context = g_main_context_ref_thread_default ();
  g_weak_ref_init (&self->store, store);
  self->subjects = new_subjects ();
  return self;
}

static void
clear (gpointer data)
{
  SbStoreChanges *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  g_weak_ref_clear (&self->store);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->subjects);
  g_mutex_clear (&self->mutex);
}

static void
release (gpointer data)
{
  g_atomic_rc_box_release_full (data, clear);
}

void
sb_store_changes_free (SbStoreChanges *self)
{
  g_autoptr (GSource) source = NULL;

  g_mutex_lock (&self->mutex);
  source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->mutex);
  if (source != NULL)
    g_source_destroy (source);
  release (self);
}

static gboolean
emit_cb (gpointer data)
{
  SbStoreChanges *self = data;
  g_autoptr (SbStore) store = g_weak_ref_get (&self->store);
  g_autoptr (GHashTable) subjects = NULL;
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&self->mutex);
  subjects = g_steal_pointer (&self->subjects);
  self->subjects = new_subjects ();
  g_clear_pointer (&self->source, g_source_unref);
  self->last_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);

  g_hash_table_iter_init (&iter, subjects);
  while (store != NULL && g_hash_table_iter_next (&iter, &key, NULL))
    {
      Subject *subject = key;

      g_signal_emit_by_name (store, "changed", subject->what, subject->id);
    }
  return G_SOURCE_REMOVE;
}

void
sb_store_changes_add (SbStoreChanges *self, const char *what, const char *id)
{
  Subject known = { what, (char *)id };
  Subject *subject;
  gint64 wait_us;

  g_mutex_lock (&self->mutex);
  if (!g_hash_table_contains (self->subjects, &known))
    {
      subject = g_new0 (Subject, 1);
      subject->what = g_intern_string (what);
      subject->id = g_strdup (id);
      g_hash_table_add (self->subjects, subject);
    }
  if (self->source == NULL)
    {
      wait_us = self->last_us + INTERVAL_US - g_get_monotonic_time ();
      self->source = g_timeout_source_new (wait_us > 0 ? wait_us / 1000 + 1 : 0);
      g_source_set_static_name (self->source, "[signalbox] store changes");
      g_source_set_callback (self->source, emit_cb, g_atomic_rc_box_acquire (self), release);
      g_source_attach (self->source, self->context);
    }
  g_mutex_unlock (&self->mutex);
}
