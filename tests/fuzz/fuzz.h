/* fuzz.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connection.h"

G_BEGIN_DECLS

/* What libFuzzer, or corpus-main.c in its place, calls. */
int       LLVMFuzzerInitialize   (int           *argc,
                                  char        ***argv);
int       LLVMFuzzerTestOneInput (const guint8  *data,
                                  size_t         size);

/* The time at which every input is judged: that of tests/vectors, µs. */
#define FUZZ_NOW_US (G_GINT64_CONSTANT (1764000000) * G_USEC_PER_SEC)

/* Ends the process with the words of the promise that was broken. */
#define fuzz_check(promise)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    if (!(promise))                                                                                          \
      fuzz_fail (__FILE__, __LINE__, #promise);                                                              \
  }                                                                                                          \
  G_STMT_END

void      fuzz_fail              (const char    *file,
                                  int            line,
                                  const char    *promise) G_GNUC_NORETURN;
/* What people are shown is UTF-8. @text (nullable) */
void      fuzz_check_words       (const char    *text);
/* A call that failed says why, one that did not says nothing. Clears @error. */
void      fuzz_check_error       (gboolean       done,
                                  GError       **error);
/* Written and read again it is the same. */
void      fuzz_check_value       (SbValue       *value);

/* An input being taken apart. */
typedef struct
{
  const guint8 *data;
  gsize         size;
} FuzzInput;

/* The next line without its end, as text without NUL. (transfer full) */
char       *fuzz_take_line       (FuzzInput     *input);
/* Lines "name: value" up to an empty one, as the endpoint would hand them on. (transfer full) */
GHashTable *fuzz_take_headers    (FuzzInput     *input);
/* What is left. (transfer full) */
GBytes     *fuzz_take_bytes      (FuzzInput     *input);
/* The next word of @line, or "". Moves @line on and cuts it. */
const char *fuzz_next_word       (char         **line);

/* A shipped connector with a practice account. Borrowed; the same at every call. */
typedef struct
{
  SbConnector  *connector;
  SbConnection *connection;
  GHashTable   *secrets;
} FuzzVendor;

SbConnectors *fuzz_connectors    (void);
guint         fuzz_n_vendors     (void);
FuzzVendor   *fuzz_vendor        (guint          index);
/* By id; any other word leads to one of them too. */
FuzzVendor   *fuzz_find_vendor   (const char    *word);
SbAction     *fuzz_find_action   (SbConnector   *connector,
                                  const char    *word);
/* The "sample" of each field. (transfer full) */
SbValue      *fuzz_sample_fields (SbAction      *action);

G_END_DECLS
