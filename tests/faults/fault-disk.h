/* fault-disk.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a disk was told about the files of one folder, in order; and what may be left of it when the power
 * goes at any moment.
 *
 * The rules are those a disk and a file system may take: what was not synced since may be there or not,
 * in any order; a write may stop after any sector; a file's new length counts as a write; a file that was
 * made or removed is so for certain only once its folder was synced. What was synced is there. */

typedef struct _FaultDisk FaultDisk;

typedef enum
{
  FAULT_KEEP_NONE,   /* nothing that was not synced */
  FAULT_KEEP_ALL,    /* all of it: what a kill -9 leaves */
  FAULT_KEEP_TORN,   /* all, but the last write breaks off after some sectors */
  FAULT_KEEP_SOME,   /* any of it, each write whole or in any of its sectors */
} FaultKeep;

/* What @folder holds now counts as synced. */
FaultDisk *fault_disk_new        (const char   *folder);
void       fault_disk_free       (FaultDisk    *self);
const char *fault_disk_get_folder (FaultDisk   *self);

/* Each takes the name of the file in the folder. Any thread. */
void       fault_disk_create     (FaultDisk    *self,
                                  const char   *name);
void       fault_disk_remove     (FaultDisk    *self,
                                  const char   *name);
void       fault_disk_write      (FaultDisk    *self,
                                  const char   *name,
                                  gint64        offset,
                                  gconstpointer data,
                                  gsize         length);
void       fault_disk_truncate   (FaultDisk    *self,
                                  const char   *name,
                                  gint64        length);
void       fault_disk_sync       (FaultDisk    *self,
                                  const char   *name);
void       fault_disk_sync_folder (FaultDisk   *self);

/* How many things the disk was told: the moments at which the power can go are 0 to that. */
guint      fault_disk_get_length (FaultDisk    *self);
/* Whether the thing at @moment is a sync, so that the next moment is the first after it. */
gboolean   fault_disk_is_sync    (FaultDisk    *self,
                                  guint         moment);
/* Puts into @folder, which exists and is empty, what is left if the power goes before @moment. */
void       fault_disk_cut        (FaultDisk    *self,
                                  guint         moment,
                                  FaultKeep     keep,
                                  GRand        *chance,
                                  const char   *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultDisk, fault_disk_free)

G_END_DECLS
