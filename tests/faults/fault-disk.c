/* fault-disk.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fault-disk.h"

#include <string.h>

/* What a disk writes whole or not at all. */
#define SECTOR 512

typedef enum
{
  TOLD_CREATE,
  TOLD_REMOVE,
  TOLD_WRITE,
  TOLD_TRUNCATE,
  TOLD_SYNC,
  TOLD_SYNC_FOLDER,
} ToldKind;

typedef struct
{
  ToldKind kind;
  char *name;
  gint64 offset; /* TRUNCATE: the new length */
  GBytes *data;  /* (nullable) */
} Told;

struct _FaultDisk
{
  GMutex mutex;
  char *folder;
  GHashTable *start; /* name → GBytes: what was there */
  GPtrArray *told;   /* of Told */
};

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->name);
  g_clear_pointer (&told->data, g_bytes_unref);
  g_free (told);
}

FaultDisk *
fault_disk_new (const char *folder)
{
  FaultDisk *self = g_new0 (FaultDisk, 1);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_mutex_init (&self->mutex);
  self->folder = g_strdup (folder);
  self->start =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  self->told = g_ptr_array_new_with_free_func (told_free);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      char *text = NULL;
      gsize length = 0;

      if (g_file_get_contents (path, &text, &length, NULL))
        g_hash_table_insert (self->start, g_strdup (name), g_bytes_new_take (text, length));
    }
  return self;
}

void
fault_disk_free (FaultDisk *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self->folder);
  g_hash_table_unref (self->start);
  g_ptr_array_unref (self->told);
  g_free (self);
}

const char *
fault_disk_get_folder (FaultDisk *self)
{
  return self->folder;
}

/* --- being told ---------------------------------------------------------------------------------
 */

static void
tell (FaultDisk *self, ToldKind kind, const char *name, gint64 offset, GBytes *data)
{
  Told *told = g_new0 (Told, 1);

  told->kind = kind;
  told->name = g_strdup (name);
  told->offset = offset;
  told->data = data;
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->told, told);
  g_mutex_unlock (&self->mutex);
}

void
fault_disk_create (FaultDisk *self, const char *name)
{
  tell (self, TOLD_CREATE, name, 0, NULL);
}

void
fault_disk_remove (FaultDisk *self, const char *name)
{
  tell (self, TOLD_REMOVE, name, 0, NULL);
}

void
fault_disk_write (
  FaultDisk *self, const char *name, gint64 offset, gconstpointer data, gsize length)
{
  tell (self, TOLD_WRITE, name, offset, g_bytes_new (data, length));
}

void
fault_disk_truncate (FaultDisk *self, const char *name, gint64 length)
{
  tell (self, TOLD_TRUNCATE, name, length, NULL);
}

void
fault_disk_sync (FaultDisk *self, const char *name)
{
  tell (self, TOLD_SYNC, name, 0, NULL);
}

void
fault_disk_sync_folder (FaultDisk *self)
{
  tell (self, TOLD_SYNC_FOLDER, NULL, 0, NULL);
}

guint
fault_disk_get_length (FaultDisk *self)
{
  guint length;

  g_mutex_lock (&self->mutex);
  length = self->told->len;
  g_mutex_unlock (&self->mutex);
  return length;
}

gboolean
fault_disk_is_sync (FaultDisk *self, guint moment)
{
  Told *told = g_ptr_array_index (self->told, moment);

  return told->kind == TOLD_SYNC || told->kind == TOLD_SYNC_FOLDER;
}

/* --- what is left -------------------------------------------------------------------------------
 */

/* A file apart from its name: one that was removed and made anew is another. */
typedef struct
{
  GByteArray *synced;
  GPtrArray *pending; /* of Told, borrowed */
} Inode;

/* A change of the folder that was not synced. */
typedef struct
{
  const char *name;
  Inode *inode; /* NULL: removed */
} Entry;

typedef struct
{
  GPtrArray *inodes;
  GHashTable *synced;  /* name → Inode */
  GHashTable *current; /* name → Inode */
  GArray *pending;     /* of Entry */
} Platter;

static void
inode_free (gpointer data)
{
  Inode *self = data;

  g_byte_array_unref (self->synced);
  g_ptr_array_unref (self->pending);
  g_free (self);
}

static Inode *
add_inode (Platter *self, GBytes *content)
{
  Inode *inode = g_new0 (Inode, 1);

  inode->synced = g_byte_array_new ();
  if (content != NULL)
    g_byte_array_append (inode->synced, g_bytes_get_data (content, NULL),
                         (guint)g_bytes_get_size (content));
  inode->pending = g_ptr_array_new ();
  g_ptr_array_add (self->inodes, inode);
  return inode;
}

static void
resize (GByteArray *content, gsize length)
{
  guint before = content->len;

  g_byte_array_set_size (content, (guint)length);
  if (length > before)
    memset (content->data + before, 0, length - before);
}

static void
put (GByteArray *content, gint64 offset, const guint8 *data, gsize length)
{
  if (content->len < offset + length)
    resize (content, offset + length);
  memcpy (content->data + offset, data, length);
}

static void
apply_whole (GByteArray *content, const Told *told)
{
  if (told->kind == TOLD_TRUNCATE)
    resize (content, told->offset);
  else
    put (content, told->offset, g_bytes_get_data (told->data, NULL), g_bytes_get_size (told->data));
}

/* Those sectors of a write that @keep says; a negative @first_lost leaves each to chance. */
static void
apply_sectors (GByteArray *content, const Told *told, gint first_lost, GRand *chance)
{
  gsize length = g_bytes_get_size (told->data);
  const guint8 *data = g_bytes_get_data (told->data, NULL);
  gsize at = 0;
  gint sector = 0;

  while (at < length)
    {
      gsize part = MIN (SECTOR - (told->offset + at) % SECTOR, length - at);

      if (first_lost < 0 ? g_rand_boolean (chance) : sector < first_lost)
        put (content, told->offset + at, data + at, part);
      at += part;
      sector++;
    }
}

static void
settle_inode (Inode *self)
{
  for (guint i = 0; i < self->pending->len; i++)
    apply_whole (self->synced, g_ptr_array_index (self->pending, i));
  g_ptr_array_set_size (self->pending, 0);
}

static void
settle_folder (Platter *self)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      Entry *entry = &g_array_index (self->pending, Entry, i);

      if (entry->inode != NULL)
        g_hash_table_insert (self->synced, (char *)entry->name, entry->inode);
      else
        g_hash_table_remove (self->synced, entry->name);
    }
  g_array_set_size (self->pending, 0);
}

static void
platter_take (Platter *self, const Told *told)
{
  Inode *inode = told->name != NULL ? g_hash_table_lookup (self->current, told->name) : NULL;
  Entry entry = { told->name, NULL };

  switch (told->kind)
    {
    case TOLD_CREATE:
      if (inode != NULL)
        break;
      entry.inode = add_inode (self, NULL);
      g_hash_table_insert (self->current, told->name, entry.inode);
      g_array_append_val (self->pending, entry);
      break;
    case TOLD_REMOVE:
      if (g_hash_table_remove (self->current, told->name))
        g_array_append_val (self->pending, entry);
      break;
    case TOLD_SYNC:
      if (inode != NULL)
        settle_inode (inode);
      break;
    case TOLD_SYNC_FOLDER:
      settle_folder (self);
      break;
    case TOLD_WRITE:
    case TOLD_TRUNCATE:
    default:
      g_assert_nonnull (inode);
      g_ptr_array_add (inode->pending, (gpointer)told);
      break;
    }
}

static void
lose_power (Platter *self, FaultKeep keep, const Told *last, GRand *chance)
{
  if (keep == FAULT_KEEP_NONE)
    return;

  for (guint i = 0; i < self->inodes->len; i++)
    {
      Inode *inode = g_ptr_array_index (self->inodes, i);

      for (guint k = 0; k < inode->pending->len; k++)
        {
          const Told *told = g_ptr_array_index (inode->pending, k);
          gint fate = keep == FAULT_KEEP_SOME ? g_rand_int_range (chance, 0, 3) : 0;

          if (told->kind == TOLD_WRITE && keep == FAULT_KEEP_TORN && told == last)
            apply_sectors (inode->synced, told,
                           g_rand_int_range (chance, 0, 1 + g_bytes_get_size (told->data) / SECTOR),
                           chance);
          else if (told->kind == TOLD_WRITE && fate == 1)
            apply_sectors (inode->synced, told, -1, chance);
          else if (fate == 0)
            apply_whole (inode->synced, told);
        }
    }

  for (guint i = self->pending->len; keep == FAULT_KEEP_SOME && i > 0; i--)
    if (g_rand_boolean (chance))
      g_array_remove_index (self->pending, i - 1);
  settle_folder (self);
}

static void
platter_write_out (Platter *self, const char *folder)
{
  GHashTableIter iter;
  gpointer name;
  gpointer inode;

  g_hash_table_iter_init (&iter, self->synced);
  while (g_hash_table_iter_next (&iter, &name, &inode))
    {
      GByteArray *content = ((Inode *)inode)->synced;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;

      g_file_set_contents_full (path, content->len > 0 ? (const char *)content->data : "",
                                content->len, G_FILE_SET_CONTENTS_NONE, 0600, &error);
      g_assert_no_error (error);
    }
}

void
fault_disk_cut (FaultDisk *self, guint moment, FaultKeep keep, GRand *chance, const char *folder)
{
  Platter platter = {
    .inodes = g_ptr_array_new_with_free_func (inode_free),
    .synced = g_hash_table_new (g_str_hash, g_str_equal),
    .current = g_hash_table_new (g_str_hash, g_str_equal),
    .pending = g_array_new (FALSE, FALSE, sizeof (Entry)),
  };
  GHashTableIter iter;
  gpointer name;
  gpointer content;

  g_hash_table_iter_init (&iter, self->start);
  while (g_hash_table_iter_next (&iter, &name, &content))
    {
      Inode *inode = add_inode (&platter, content);

      g_hash_table_insert (platter.synced, name, inode);
      g_hash_table_insert (platter.current, name, inode);
    }
  for (guint i = 0; i < moment; i++)
    platter_take (&platter, g_ptr_array_index (self->told, i));
  lose_power (&platter, keep, moment > 0 ? g_ptr_array_index (self->told, moment - 1) : NULL,
              chance);
  platter_write_out (&platter, folder);

  g_ptr_array_unref (platter.inodes);
  g_hash_table_unref (platter.synced);
  g_hash_table_unref (platter.current);
  g_array_unref (platter.pending);
}
