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
 *
 * Every _async function may be called from any thread; its callback comes on the caller's
 * thread-default context. The calls are carried out one after the other on a thread of its own, and
 * none is ever cancelled: a cancelled libsecret 0.20.5 call may leave its session unusable.
 */
#define SB_TYPE_SECRETS (sb_secrets_get_type ())
G_DECLARE_FINAL_TYPE (SbSecrets, sb_secrets, SB, SECRETS, GObject)

/* @credentials_dir (nullable): NULL means the keyring. @folder: data folder; its "folder-id" file is
 * part of the attributes, so that two folders do not share secrets and a folder that is moved keeps
 * its own. */
SbSecrets  *sb_secrets_new           (const char           *folder,
                                      const char           *credentials_dir,
                                      GError              **error);
/* Kept in this process only, for pilots and benches: no keyring is touched. */
SbSecrets  *sb_secrets_new_in_memory (void);
/* All secrets of a connection: key → text; empty where none is set. Kept in memory (locked, wiped)
 * until changed. Callback on the caller's thread-default context. The table is shared: do not change
 * it. Errors: LOCKED, UNAVAILABLE (no keyring to ask), INVALID (a credentials file others can read). */
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
/* Asks the owner to unlock the keyring (the desktop shows its own dialog). */
void        sb_secrets_unlock_async  (SbSecrets *self, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
gboolean    sb_secrets_unlock_finish (SbSecrets *self, GAsyncResult *result, GError **error);
/* Forgets what is kept in memory of a connection (NULL: of all): the next load asks again. */
void        sb_secrets_forget        (SbSecrets *self, const char *connection_id);

/* A table as sb_secrets_load_finish() gives: its values are kept out of swap and wiped when freed. */
GHashTable *sb_secrets_table_new     (void);
void        sb_secrets_table_set     (GHashTable *table, const char *key, const char *secret,
                                      gssize length);

G_END_DECLS
