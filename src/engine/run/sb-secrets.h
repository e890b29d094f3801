/* sb-secrets.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SbSecrets:
 *
 * Where the secrets of connections are: the system keyring (libsecret), or on a server a read-only
 * folder (--credentials DIR) with files "CONNECTION.KEY" of mode 0600. Secrets never reach the store,
 * exports, logs or argv. A locked keyring is SB_ERROR_LOCKED: the caller waits.
 */
#define SB_TYPE_SECRETS (sb_secrets_get_type ())
G_DECLARE_FINAL_TYPE (SbSecrets, sb_secrets, SB, SECRETS, GObject)

/* @credentials_dir (nullable): NULL means the keyring. @folder: data folder, part of the attributes, so
 * that two folders do not share secrets. */
SbSecrets  *sb_secrets_new           (const char           *folder,
                                      const char           *credentials_dir,
                                      GError              **error);
/* All secrets of a connection: key → text; empty where none is set. Kept in memory (locked, wiped)
 * until changed. Callback on the caller's thread-default context. */
void        sb_secrets_load_async    (SbSecrets *self, const char *connection_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
GHashTable *sb_secrets_load_finish   (SbSecrets *self, GAsyncResult *result, GError **error);
/* @secret NULL removes it. Errors: REFUSED in a credentials folder, LOCKED. */
void        sb_secrets_save_async    (SbSecrets *self, const char *connection_id, const char *key,
                                      const char *secret, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
gboolean    sb_secrets_save_finish   (SbSecrets *self, GAsyncResult *result, GError **error);
void        sb_secrets_remove_async  (SbSecrets *self, const char *connection_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
gboolean    sb_secrets_remove_finish (SbSecrets *self, GAsyncResult *result, GError **error);

G_END_DECLS
