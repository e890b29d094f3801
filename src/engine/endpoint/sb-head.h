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

/* What the head of a request says about the body that follows, and about the connection. */
typedef struct
{
  guint64  length;  /* of the body, bytes; 0 where none was announced */
  gboolean chunked; /* the length is not known beforehand */
  gboolean expects; /* the peer waits for "100 Continue" before it sends the body */
  gboolean keep;    /* the peer may send another request afterwards */
  gboolean old;     /* HTTP/1.0 */
} SbHead;

gboolean sb_head_find_end (const char *text,
                           gsize       length,
                           gsize      *scanned,
                           gsize      *end);
guint    sb_head_check    (const char *text,
                           gsize       length,
                           SbHead     *head);
/* @text: a head that sb_head_check () found good. Name in lower case → value; repeated headers joined by
 * ", " (RFC 9110, section 5.2). @method, @target (out) (transfer full) */
GHashTable *
         sb_head_read     (const char *text,
                           gsize       length,
                           char      **method,
                           char      **target);

G_END_DECLS
