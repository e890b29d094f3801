/* sb-secrets-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-secrets.h"

G_BEGIN_DECLS

typedef enum
{
  SB_SECRETS_LOAD,
  SB_SECRETS_SAVE,
  SB_SECRETS_REMOVE,
  SB_SECRETS_UNLOCK,
} SbSecretsOpKind;

/* One thing asked of a backend. */
typedef struct
{
  SbSecretsOpKind  kind;
  char            *connection; /* (nullable): UNLOCK has none */
  char            *key;        /* SAVE */
  char            *secret;     /* (nullable): SAVE; NULL removes */
  GTask           *task;       /* private to sb-secrets.c */
} SbSecretsOp;

/**
 * SbSecretsBackend:
 *
 * One place secrets can be in. run () is called on the thread of SbSecrets, whose context is the
 * thread's default, with one op at a time; it ends, now or later on that thread, in exactly one
 * sb_secrets_op_done ().
 */
typedef struct _SbSecretsBackend SbSecretsBackend;

struct _SbSecretsBackend
{
  gboolean changes; /* behind our back: what was loaded is not kept */
  void (*run)  (SbSecretsBackend *self,
                SbSecretsOp      *op);
  void (*free) (SbSecretsBackend *self);
};

/* @table (transfer full) (nullable): what LOAD found. @error (transfer full) (nullable). */
void              sb_secrets_op_done            (SbSecretsOp  *op,
                                                 GHashTable   *table,
                                                 GError       *error);

SbSecretsBackend *sb_secrets_keyring_new        (const char   *folder_id);
SbSecretsBackend *sb_secrets_folder_new         (const char   *dir,
                                                 GError      **error);
SbSecretsBackend *sb_secrets_memory_new         (void);

G_END_DECLS
