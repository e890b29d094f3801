/* sb-head.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bounds of a request's head, in bytes and lines. */
#define SB_HEAD_MAX_BYTES   (32 * 1024)
#define SB_HEAD_MAX_TARGET  4096
#define SB_HEAD_MAX_HEADERS 100

/* What the head of a request says about the body that follows. */
typedef struct
{
  guint64  length;  /* of the body, bytes; 0 where none was announced */
  gboolean chunked; /* the length is not known beforehand */
} SbHead;

gboolean sb_head_find_end (const char *text,
                           gsize       length,
                           gsize      *scanned,
                           gsize      *end);
guint    sb_head_check    (const char *text,
                           gsize       length,
                           SbHead     *head);

G_END_DECLS
