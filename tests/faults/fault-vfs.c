/* fault-vfs.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fault-vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real; /* behind this one, in the same memory */
  const char *path;   /* SQLite keeps it while the file is open; NULL: temporary */
  int error_number;   /* of the fault it met last; 0: ask the real one */
} File;

static sqlite3_vfs *real_vfs;

static GMutex mutex; /* of all that follows */
static struct
{
  FaultKind kind;
  guint calls;
  guint64 at;
  gboolean for_ever;
  guint64 made;
  guint64 hits;
  char *first;
} plan;
static gint64 room = -1;

/* What is written down is written down in the order in which it happens. */
static GRecMutex order;
static FaultDisk *disk;

/* --- what was ordered ---------------------------------------------------------------------------
 */

void
fault_vfs_arm (FaultKind kind, guint calls, guint64 at, gboolean for_ever)
{
  g_mutex_lock (&mutex);
  plan.kind = kind;
  plan.calls = calls;
  plan.at = at;
  plan.for_ever = for_ever;
  plan.made = 0;
  plan.hits = 0;
  g_clear_pointer (&plan.first, g_free);
  g_mutex_unlock (&mutex);
}

void
fault_vfs_disarm (void)
{
  fault_vfs_set_room (-1);
  g_mutex_lock (&mutex);
  plan.kind = FAULT_NONE;
  g_mutex_unlock (&mutex);
}

guint64
fault_vfs_get_made (void)
{
  guint64 made;

  g_mutex_lock (&mutex);
  made = plan.made;
  g_mutex_unlock (&mutex);
  return made;
}

guint64
fault_vfs_get_hits (void)
{
  guint64 hits;

  g_mutex_lock (&mutex);
  hits = plan.hits;
  g_mutex_unlock (&mutex);
  return hits;
}

char *
fault_vfs_describe (void)
{
  char *text;

  g_mutex_lock (&mutex);
  text = g_strdup (plan.first);
  g_mutex_unlock (&mutex);
  return text;
}

void
fault_vfs_set_room (gint64 bytes)
{
  g_mutex_lock (&mutex);
  room = bytes;
  g_mutex_unlock (&mutex);
}

void
fault_vfs_record (FaultDisk *what)
{
  g_rec_mutex_lock (&order);
  disk = what;
  g_rec_mutex_unlock (&order);
}

/* With the mutex held. */
static void
hit (const char *call, const char *path)
{
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : g_strdup ("a temporary file");

  plan.hits++;
  if (plan.first == NULL)
    plan.first = g_strdup_printf ("%s of %s, call %" G_GUINT64_FORMAT, call, name, plan.made);
}

/* Counts one call. Returns: what to do to it. */
static FaultKind
meet (FaultCalls kind, const char *call, const char *path)
{
  FaultKind fault = FAULT_NONE;

  g_mutex_lock (&mutex);
  if ((plan.calls & kind) != 0 || plan.calls == 0)
    plan.made++;
  if ((plan.calls & kind) != 0 && plan.kind != FAULT_NONE &&
      (plan.for_ever ? plan.made >= plan.at : plan.made == plan.at) &&
      (plan.kind == FAULT_ERROR || kind == FAULT_CALL_WRITE))
    {
      fault = plan.kind;
      hit (call, path);
    }
  g_mutex_unlock (&mutex);
  return fault;
}

/* FALSE: the disk has no room for @bytes more. */
static gboolean
take_room (gint64 bytes, const char *call, const char *path)
{
  gboolean taken = TRUE;

  g_mutex_lock (&mutex);
  if (room >= 0 && bytes > 0)
    {
      taken = room >= bytes;
      if (taken)
        room -= bytes;
      else
        hit (call, path);
    }
  g_mutex_unlock (&mutex);
  return taken;
}

static gboolean
fails (File *self, FaultCalls kind, const char *call)
{
  if (meet (kind, call, self->path) == FAULT_NONE)
    {
      self->error_number = 0;
      return FALSE;
    }
  self->error_number = EIO;
  return TRUE;
}

/* --- writing down -------------------------------------------------------------------------------
 */

/* Returns: (nullable) (transfer full): its name in the folder that is recorded */
static char *
recorded_name (const char *path)
{
  g_autofree char *folder = path != NULL && disk != NULL ? g_path_get_dirname (path) : NULL;

  if (folder == NULL || strcmp (folder, fault_disk_get_folder (disk)) != 0)
    return NULL;
  return g_path_get_basename (path);
}

/* SQLite opens the folder for nothing but to sync it. */
static int (*real_open_directory) (const char *path, int *fd);

static int
open_directory (const char *path, int *fd)
{
  g_autofree char *name = NULL;

  g_rec_mutex_lock (&order);
  name = recorded_name (path);
  if (name != NULL)
    fault_disk_sync_folder (disk);
  g_rec_mutex_unlock (&order);
  return real_open_directory (path, fd);
}

/* --- a file -------------------------------------------------------------------------------------
 */

static int
file_close (sqlite3_file *file)
{
  File *self = (File *)file;

  return self->real->pMethods != NULL ? self->real->pMethods->xClose (self->real) : SQLITE_OK;
}

static int
file_read (sqlite3_file *file, void *buffer, int length, sqlite3_int64 offset)
{
  File *self = (File *)file;

  if (fails (self, FAULT_CALL_READ, "xRead"))
    return SQLITE_IOERR_READ;
  return self->real->pMethods->xRead (self->real, buffer, length, offset);
}

static int
write_and_tell (File *self, const void *buffer, int length, sqlite3_int64 offset)
{
  g_autofree char *name = NULL;
  int code;

  g_rec_mutex_lock (&order);
  code = self->real->pMethods->xWrite (self->real, buffer, length, offset);
  name = recorded_name (self->path);
  if (code == SQLITE_OK && name != NULL)
    fault_disk_write (disk, name, offset, buffer, length);
  g_rec_mutex_unlock (&order);
  return code;
}

static int
file_write (sqlite3_file *file, const void *buffer, int length, sqlite3_int64 offset)
{
  File *self = (File *)file;
  FaultKind fault = meet (FAULT_CALL_WRITE, "xWrite", self->path);
  sqlite3_int64 size = 0;

  self->error_number = 0;
  if (fault == FAULT_SHORT)
    write_and_tell (self, buffer, length / 2, offset);
  if (fault == FAULT_ERROR || fault == FAULT_SHORT)
    {
      self->error_number = EIO;
      return SQLITE_IOERR_WRITE;
    }
  if (fault != FAULT_FULL)
    self->real->pMethods->xFileSize (self->real, &size);
  if (fault == FAULT_FULL || !take_room (offset + length - size, "xWrite", self->path))
    {
      self->error_number = ENOSPC;
      return SQLITE_FULL;
    }
  return write_and_tell (self, buffer, length, offset);
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  File *self = (File *)file;
  g_autofree char *name = NULL;
  int code;

  if (fails (self, FAULT_CALL_TRUNCATE, "xTruncate"))
    return SQLITE_IOERR_TRUNCATE;
  g_rec_mutex_lock (&order);
  code = self->real->pMethods->xTruncate (self->real, size);
  name = recorded_name (self->path);
  if (code == SQLITE_OK && name != NULL)
    fault_disk_truncate (disk, name, size);
  g_rec_mutex_unlock (&order);
  return code;
}

static int
file_sync (sqlite3_file *file, int flags)
{
  File *self = (File *)file;
  g_autofree char *name = NULL;
  int code;

  if (fails (self, FAULT_CALL_SYNC, "xSync"))
    return SQLITE_IOERR_FSYNC;
  g_rec_mutex_lock (&order);
  name = recorded_name (self->path);
  /* Before the real one, which syncs the folder next. */
  if (name != NULL)
    fault_disk_sync (disk, name);
  code = self->real->pMethods->xSync (self->real, flags);
  g_rec_mutex_unlock (&order);
  return code;
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  File *self = (File *)file;

  if (fails (self, FAULT_CALL_SIZE, "xFileSize"))
    return SQLITE_IOERR_FSTAT;
  return self->real->pMethods->xFileSize (self->real, size);
}

static int
file_lock (sqlite3_file *file, int level)
{
  File *self = (File *)file;

  if (fails (self, FAULT_CALL_LOCK, "xLock"))
    return SQLITE_IOERR_LOCK;
  return self->real->pMethods->xLock (self->real, level);
}

/* The lock goes in any case: the kernel's do. */
static int
file_unlock (sqlite3_file *file, int level)
{
  File *self = (File *)file;
  gboolean failing = fails (self, FAULT_CALL_LOCK, "xUnlock");
  int code = self->real->pMethods->xUnlock (self->real, level);

  return failing ? SQLITE_IOERR_UNLOCK : code;
}

static int
file_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  File *self = (File *)file;

  if (fails (self, FAULT_CALL_LOCK, "xCheckReservedLock"))
    return SQLITE_IOERR_CHECKRESERVEDLOCK;
  return self->real->pMethods->xCheckReservedLock (self->real, reserved);
}

static int
file_control (sqlite3_file *file, int operation, void *argument)
{
  File *self = (File *)file;

  if (operation == SQLITE_FCNTL_LAST_ERRNO && self->error_number != 0)
    {
      *(int *)argument = self->error_number;
      return SQLITE_OK;
    }
  return self->real->pMethods->xFileControl (self->real, operation, argument);
}

static int
file_sector_size (sqlite3_file *file)
{
  File *self = (File *)file;

  return self->real->pMethods->xSectorSize (self->real);
}

static int
file_characteristics (sqlite3_file *file)
{
  File *self = (File *)file;

  return self->real->pMethods->xDeviceCharacteristics (self->real);
}

static int
file_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
  File *self = (File *)file;

  if (fails (self, FAULT_CALL_SHM, "xShmMap"))
    return SQLITE_IOERR_SHMMAP;
  return self->real->pMethods->xShmMap (self->real, page, size, extend, memory);
}

static int
file_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  File *self = (File *)file;

  /* Giving a lock back cannot fail. */
  if ((flags & SQLITE_SHM_LOCK) != 0 && fails (self, FAULT_CALL_LOCK, "xShmLock"))
    return SQLITE_IOERR_SHMLOCK;
  return self->real->pMethods->xShmLock (self->real, offset, n, flags);
}

static void
file_shm_barrier (sqlite3_file *file)
{
  File *self = (File *)file;

  self->real->pMethods->xShmBarrier (self->real);
}

static int
file_shm_unmap (sqlite3_file *file, int remove)
{
  File *self = (File *)file;

  return self->real->pMethods->xShmUnmap (self->real, remove);
}

/* Version 2: no memory maps, past which nobody could look. */
static const sqlite3_io_methods file_methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_reserved_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_characteristics,
  .xShmMap = file_shm_map,
  .xShmLock = file_shm_lock,
  .xShmBarrier = file_shm_barrier,
  .xShmUnmap = file_shm_unmap,
};

/* --- the files of a folder ----------------------------------------------------------------------
 */

static int
vfs_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
  File *self = (File *)file;
  g_autofree char *name = NULL;
  int code;

  memset (self, 0, sizeof *self);
  self->real = (sqlite3_file *)(self + 1);
  self->path = path;
  if (meet (FAULT_CALL_OPEN, "xOpen", path) != FAULT_NONE)
    return SQLITE_CANTOPEN;

  g_rec_mutex_lock (&order);
  code = real_vfs->xOpen (real_vfs, path, self->real, flags, out_flags);
  name = recorded_name (path);
  /* The database file was made before SQLite sees it. */
  if (code == SQLITE_OK && name != NULL)
    fault_disk_create (disk, name);
  g_rec_mutex_unlock (&order);
  if (self->real->pMethods != NULL)
    self->base.pMethods = &file_methods;
  return code;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *path, int sync_folder)
{
  g_autofree char *name = NULL;
  int code;

  if (meet (FAULT_CALL_DELETE, "xDelete", path) != FAULT_NONE)
    return SQLITE_IOERR_DELETE;
  g_rec_mutex_lock (&order);
  name = recorded_name (path);
  if (name != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    fault_disk_remove (disk, name);
  code = real_vfs->xDelete (real_vfs, path, sync_folder);
  g_rec_mutex_unlock (&order);
  return code;
}

static int
vfs_access (sqlite3_vfs *vfs, const char *path, int flags, int *answer)
{
  if (meet (FAULT_CALL_ACCESS, "xAccess", path) != FAULT_NONE)
    return SQLITE_IOERR_ACCESS;
  return real_vfs->xAccess (real_vfs, path, flags, answer);
}

void
fault_vfs_install (void)
{
  static sqlite3_vfs vfs;

  g_assert_null (real_vfs);
  real_vfs = sqlite3_vfs_find (NULL);
  g_assert_nonnull (real_vfs);

  real_open_directory =
    (int (*) (const char *, int *))real_vfs->xGetSystemCall (real_vfs, "openDirectory");
  g_assert_nonnull (real_open_directory);
  real_vfs->xSetSystemCall (real_vfs, "openDirectory", (sqlite3_syscall_ptr)open_directory);

  /* What is not on the way to the disk is the real one's. */
  vfs = *real_vfs;
  vfs.zName = "fault";
  vfs.pNext = NULL;
  vfs.szOsFile = (int)sizeof (File) + real_vfs->szOsFile;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, TRUE), ==, SQLITE_OK);
}
