/* sb-chunks.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_CHUNKS_MORE,
  SB_CHUNKS_DONE,
  SB_CHUNKS_BROKEN,
  SB_CHUNKS_TOO_LARGE,
} SbChunksResult;

/* A body whose length is not known beforehand (RFC 9112, section 7.1). Starts zeroed. */
typedef struct
{
  guint64  left;     /* of the chunk's data */
  guint    lines;    /* of the trailer */
  gboolean inside;   /* the data and the line end after it are awaited, else a line */
  gboolean trailing; /* the last chunk was seen */
} SbChunks;

/* Takes what it can of @text and appends the data to @body. @used: (out): how much of @text that was. What
 * is in a trailer is not kept. @limit: of the body, bytes. Pure. */
SbChunksResult sb_chunks_take (SbChunks   *self,
                               const char *text,
                               gsize       length,
                               gsize       limit,
                               GByteArray *body,
                               gsize      *used);

G_END_DECLS
