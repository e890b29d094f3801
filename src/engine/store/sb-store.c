/* sb-store.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-clock.h"
#include "sb-error.h"

#define WRITE_BATCH 512
#define READ_BATCH  16
/* A database that was not closed is read through before it is used; a larger one meanwhile. */
#define CHECK_BYTES (64 * 1024 * 1024)
#define MAX_REASONS 256

struct _SbStore
{
  GObject parent_instance;

  char *folder;
  SbStoreLock *lock;
  SbStoreChanges *changes;
  SbStoreQueue *writer;
  SbStoreQueue *readers[3]; /* for reads, searches and, where it was not closed, the check */
  SbStoreCheckpoint checkpoint;
  GCancellable *closing; /* ends a check that takes long */
  SbStoreTroubles troubles;

  GMutex mutex; /* what follows is set from any thread */
  gboolean closed;
  gboolean take_accepted;
  const char *mode;        /* interned */
  GHashTable *refused;     /* "flow id\nreason" → count, not yet written */
  GHashTable *refused_now; /* the part of it that the writer is committing */
};

G_DEFINE_FINAL_TYPE (SbStore, sb_store, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sb_store_finalize (GObject *object)
{
  SbStore *self = SB_STORE (object);

  sb_store_close (self);
  g_object_unref (self->closing);
  g_free (self->folder);
  g_hash_table_unref (self->refused);
  g_clear_pointer (&self->refused_now, g_hash_table_unref);
  sb_store_troubles_clear (&self->troubles);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (sb_store_parent_class)->finalize (object);
}

static void
sb_store_class_init (SbStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_store_finalize;

  /* Nobody asks how much memory SQLite has, and counting takes a lock at each allocation. Once for
   * the process, before its first database; where another library was first, it stays as it is. */
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
sb_store_init (SbStore *self)
{
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->troubles.mutex);
  self->closing = g_cancellable_new ();
  self->mode = g_intern_static_string ("live");
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* SQLite gives its own files the mode of the database, so this one is made first, whatever the
 * umask. */
static gboolean
make_database_file (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int number = errno;

  if (fd >= 0 && fchmod (fd, 0600) == 0)
    {
      close (fd);
      return TRUE;
    }
  if (fd >= 0)
    {
      number = errno;
      close (fd);
    }
  g_set_error (
    error, SB_ERROR, number == ENOSPC ? SB_ERROR_FULL : SB_ERROR_READ_ONLY,
    _ ("The database %s cannot be opened for writing (%s). Make it writable for this user."), path,
    g_strerror (number));
  return FALSE;
}

/* Without it the check could not be cut short. */
static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_task_propagate_pointer (G_TASK (result), NULL);
}

/* Whoever opened the store has long gone on, so what is found is kept for all to see. A check that
 * was cut short is made again by the next owner. */
static gboolean
check (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbStore *self = request->input;
  g_autoptr (GError) own = NULL;

  if (sb_store_schema_check (db, &own))
    sb_store_set_doubtful (self, FALSE);
  else if (!g_error_matches (own, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sb_store_report (self, SB_TROUBLE_DAMAGE, own);
  return TRUE;
}

static gboolean
open_databases (SbStore *self, gboolean was_clean, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "signalbox.db", NULL);
  g_autoptr (SbDb) writer = NULL;
  g_autoptr (SbDb) reader = NULL;
  g_autoptr (SbDb) searcher = NULL;
  g_autoptr (SbDb) mover = NULL;
  g_autoptr (SbDb) checker = NULL;
  GStatBuf info;
  gboolean check_later;

  if (!make_database_file (path, error))
    return FALSE;
  writer = sb_db_open (path, TRUE, error);
  if (writer == NULL || !sb_store_schema_prepare (writer, error))
    return FALSE;
  check_later = !was_clean && g_stat (path, &info) == 0 && info.st_size > CHECK_BYTES;
  if (!was_clean && !check_later && !sb_store_schema_check (writer, error))
    return FALSE;

  reader = sb_db_open (path, FALSE, error);
  searcher = reader != NULL ? sb_db_open (path, FALSE, error) : NULL;
  mover = searcher != NULL ? sb_db_open (path, TRUE, error) : NULL;
  checker = mover != NULL && check_later ? sb_db_open (path, FALSE, error) : NULL;
  if (mover == NULL || (check_later && checker == NULL))
    return FALSE;

  sb_db_watch_log (writer);
  self->checkpoint.queue =
    sb_store_queue_new ("store-log", self, g_steal_pointer (&mover), 1, sb_store_checkpoint_work);

  self->writer = sb_store_queue_new ("store-writer", self, g_steal_pointer (&writer), WRITE_BATCH,
                                     sb_store_writer_work);
  /* The search index may have been left behind. */
  sb_store_queue_nudge (self->writer, SB_STORE_NUDGE_US);
  self->readers[0] = sb_store_queue_new ("store-reader", self, g_steal_pointer (&reader),
                                         READ_BATCH, sb_store_reader_work);
  self->readers[1] = sb_store_queue_new ("store-search", self, g_steal_pointer (&searcher),
                                         READ_BATCH, sb_store_reader_work);
  if (checker != NULL)
    {
      self->readers[2] = sb_store_queue_new ("store-check", self, g_steal_pointer (&checker), 1,
                                             sb_store_reader_work);
      sb_store_ask (self, SB_LANE_CHECK, open_databases, check, self, NULL, self->closing,
                    checked_cb, NULL);
    }
  else
    {
      sb_store_set_doubtful (self, FALSE);
    }
  return TRUE;
}

SbStore *
sb_store_open (const char *folder, GError **error)
{
  g_autoptr (SbStore) self = g_object_new (SB_TYPE_STORE, NULL);
  gboolean was_clean = TRUE;

  self->folder = g_canonicalize_filename (folder, NULL);
  self->lock = sb_store_lock_take (self->folder, &was_clean, error);
  if (self->lock == NULL)
    return NULL;
  /* Until it is open, and looked through where that is due. */
  sb_store_set_doubtful (self, !was_clean);
  self->changes = sb_store_changes_new (self);
  if (!open_databases (self, was_clean, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sb_store_close (SbStore *self)
{
  gboolean closed;

  g_mutex_lock (&self->mutex);
  closed = self->closed;
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);
  if (closed)
    return;

  g_cancellable_cancel (self->closing);
  for (guint i = 0; i < G_N_ELEMENTS (self->readers); i++)
    if (self->readers[i] != NULL)
      sb_store_queue_stop (self->readers[i]);
  if (self->writer != NULL)
    sb_store_queue_stop (self->writer);
  if (self->checkpoint.queue != NULL)
    sb_store_queue_stop (self->checkpoint.queue);
  g_clear_pointer (&self->changes, sb_store_changes_free);
  if (self->lock != NULL)
    sb_store_lock_release (g_steal_pointer (&self->lock), !self->troubles.doubtful);
}

const char *
sb_store_get_folder (SbStore *self)
{
  return self->folder;
}

SbStoreTroubles *
sb_store_get_troubles (SbStore *self)
{
  return &self->troubles;
}

void
sb_store_tell_trouble (SbStore *self)
{
  sb_store_changes_add (self->changes, "trouble", NULL);
}

SbStoreCheckpoint *
sb_store_get_checkpoint (SbStore *self)
{
  return &self->checkpoint;
}

/* The mode new runs are opened in: "live" (the default), "practice" or "sandbox". Any thread. */
void
sb_store_set_mode (SbStore *self, const char *mode)
{
  g_mutex_lock (&self->mutex);
  self->mode = g_intern_string (mode);
  g_mutex_unlock (&self->mutex);
}

void
sb_store_set_take_accepted (SbStore *self, gboolean take)
{
  g_mutex_lock (&self->mutex);
  self->take_accepted = take;
  g_mutex_unlock (&self->mutex);
}

/* The writer asks at the start of each transaction. */
void
sb_store_fill_db (SbStore *self, SbDb *db)
{
  g_mutex_lock (&self->mutex);
  db->take_accepted = self->take_accepted;
  db->mode = self->mode;
  g_mutex_unlock (&self->mutex);
}

void
sb_store_tell_notes (SbStore *self, SbDb *db)
{
  for (guint i = 0; i < db->notes->len; i++)
    {
      SbNote *note = &g_array_index (db->notes, SbNote, i);

      sb_store_changes_add (self->changes, note->what, note->id);
    }
}

/* --- asking -------------------------------------------------------------------------------------
 */

static void
push (SbStore *self, SbStoreQueue *queue, SbStoreRequest *request)
{
  gboolean taken;

  g_mutex_lock (&self->mutex);
  taken = !self->closed && sb_store_queue_push (queue, request);
  g_mutex_unlock (&self->mutex);
  if (taken)
    return;

  g_set_error_literal (&request->error, SB_ERROR, SB_ERROR_UNAVAILABLE,
                       _ ("The data folder is closed: Signalbox is shutting down."));
  sb_store_requests_deliver (request);
}

void
sb_store_ask (SbStore *self,
              SbStoreLane lane,
              gpointer tag,
              SbStoreWork work,
              gpointer input,
              GDestroyNotify free_input,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer data)
{
  SbStoreQueue *queue = lane == SB_LANE_WRITE ? self->writer : self->readers[lane - SB_LANE_READ];

  g_return_if_fail (SB_IS_STORE (self));

  push (self, queue,
        sb_store_request_new (self, tag, work, input, free_input, cancellable, callback, data));
}

void
sb_store_tell (SbStore *self, SbStoreWork work, gpointer input, GDestroyNotify free_input)
{
  sb_store_ask (self, SB_LANE_WRITE, NULL, work, input, free_input, NULL, NULL, NULL);
}

gint64
sb_store_take_int (SbStore *self, GAsyncResult *result, gint64 fallback, GError **error)
{
  g_autofree gint64 *number = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), fallback);

  number = g_task_propagate_pointer (G_TASK (result), error);
  return number != NULL ? *number : fallback;
}

/* --- requests that were turned away
 * --------------------------------------------------------------- A flood of forged requests must
 * not become a flood of commits: they are counted here and written along with the next transaction,
 * or half a second later. */

void
sb_store_count_refused (SbStore *self, const char *flow_id, const char *reason)
{
  g_autofree char *key = g_strconcat (flow_id, "\n", reason, NULL);
  gpointer count;

  g_mutex_lock (&self->mutex);
  count = g_hash_table_lookup (self->refused, key);
  if (!self->closed && (count != NULL || g_hash_table_size (self->refused) < MAX_REASONS))
    {
      g_hash_table_replace (self->refused, g_steal_pointer (&key),
                            GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
      sb_store_queue_nudge (self->writer, SB_STORE_NUDGE_US);
    }
  g_mutex_unlock (&self->mutex);
}

gboolean
sb_store_write_refused (SbStore *self, SbDb *db, GError **error)
{
  GHashTableIter iter;
  gpointer key;
  gpointer count;

  g_mutex_lock (&self->mutex);
  if (self->refused_now == NULL && g_hash_table_size (self->refused) > 0)
    {
      self->refused_now = g_steal_pointer (&self->refused);
      self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  g_mutex_unlock (&self->mutex);
  if (self->refused_now == NULL)
    return TRUE;

  g_hash_table_iter_init (&iter, self->refused_now);
  while (g_hash_table_iter_next (&iter, &key, &count))
    {
      g_auto (GStrv) parts = g_strsplit (key, "\n", 2);

      if (!sb_db_run (db, error,
                      "INSERT INTO refused SELECT key, ?2, ?3, ?4 FROM flows"
                      " WHERE id = ?1 AND removed_us = 0"
                      " ON CONFLICT DO UPDATE SET n = n + excluded.n, last_us = excluded.last_us",
                      "ttii", parts[0], parts[1], (gint64)GPOINTER_TO_UINT (count),
                      sb_clock_now_us ()))
        return FALSE;
      sb_db_note (db, "flows", parts[0]);
    }
  return TRUE;
}

/* They are committed; until then they are tried again with the next transaction. */
void
sb_store_forget_refused (SbStore *self)
{
  g_clear_pointer (&self->refused_now, g_hash_table_unref);
}
