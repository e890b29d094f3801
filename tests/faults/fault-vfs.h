/* fault-vfs.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "fault-disk.h"

G_BEGIN_DECLS

/* A SQLite VFS over the system's one, under everything that opens a database in this process. It counts
 * what is asked of the disk and refuses it as it is told. Every function may be called from any thread. */

/* What is asked of a disk, and can fail. */
typedef enum
{
  FAULT_CALL_OPEN     = 1 << 0,
  FAULT_CALL_READ     = 1 << 1,
  FAULT_CALL_WRITE    = 1 << 2,
  FAULT_CALL_TRUNCATE = 1 << 3,
  FAULT_CALL_SYNC     = 1 << 4,
  FAULT_CALL_SIZE     = 1 << 5,
  FAULT_CALL_LOCK     = 1 << 6, /* of the file and of the shared memory */
  FAULT_CALL_SHM      = 1 << 7,
  FAULT_CALL_DELETE   = 1 << 8,
  FAULT_CALL_ACCESS   = 1 << 9,
} FaultCalls;

#define FAULT_CALL_ANY 0x3ff

typedef enum
{
  FAULT_NONE,
  FAULT_ERROR, /* the call fails, with the error that fits it */
  FAULT_SHORT, /* a write leaves half of its bytes on the disk and fails; other calls go through */
  FAULT_FULL,  /* a write fails because the disk is full; other calls go through */
} FaultKind;

/* Registers it as the default; before the first database is opened. */
void     fault_vfs_install  (void);

/* Counts from nought, and fails the @at-th (1: the next) of @calls; with @for_ever all that follow, too. */
void     fault_vfs_arm      (FaultKind   kind,
                             guint       calls,
                             guint64     at,
                             gboolean    for_ever);
void     fault_vfs_disarm   (void);
/* How many of the armed @calls were made, and how many failed, since then. */
guint64  fault_vfs_get_made (void);
guint64  fault_vfs_get_hits (void);
/* The first that failed: "xSync of signalbox.db-wal"; (transfer full) (nullable) */
char    *fault_vfs_describe (void);

/* From now on files may grow by @bytes and then the disk is full; negative: without limit. */
void     fault_vfs_set_room (gint64      bytes);

/* Writes down in @disk (nullable: no more) what happens to the files of its folder. */
void     fault_vfs_record   (FaultDisk  *disk);

G_END_DECLS
