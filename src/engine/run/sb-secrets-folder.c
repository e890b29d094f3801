/* sb-secrets-folder.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-secrets-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-error.h"

/* No vendor's key is near this; a larger file is not a secret but a mistake. */
#define MAX_SECRET_BYTES (64 * 1024)

typedef struct
{
  SbSecretsBackend parent;
  char *dir;
} SbSecretsFolder;

static gboolean
set_read_error (GError **error, const char *path, int saved_errno)
{
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("The credentials file %s cannot be read: %s. Give it to the user that runs "
                  "Signalbox"),
               path, g_strerror (saved_errno));
  return FALSE;
}

/* systemd's LoadCredential gives a file to a service by an ACL; the group bits then are the mask of
 * the ACL, and owner and group are root. */
static gboolean
others_can_read (const struct stat *info)
{
  if ((info->st_mode & 0027) != 0)
    return TRUE;
  return (info->st_mode & 0040) != 0 && !(info->st_uid == 0 && info->st_gid == 0);
}

static gboolean
read_file (const char *path, const char *key, GHashTable *table, GError **error)
{
  char buffer[MAX_SECRET_BYTES + 1];
  struct stat info;
  gsize length = 0;
  gssize got = 0;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    return set_read_error (error, path, errno);

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      close (fd);
      return set_read_error (error, path, EINVAL);
    }
  if (others_can_read (&info))
    {
      close (fd);
      g_set_error (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("The credentials file %s can be read by others (mode %04o). Signalbox does not "
           "use it: run “chmod 600” on it and replace the secret if somebody may have "
           "seen it"),
        path, (guint)(info.st_mode & 07777));
      return FALSE;
    }

  while (length < sizeof buffer && (got = read (fd, buffer + length, sizeof buffer - length)) > 0)
    length += got;
  close (fd);
  if (got < 0 || length > MAX_SECRET_BYTES)
    {
      explicit_bzero (buffer, sizeof buffer);
      return set_read_error (error, path, got < 0 ? errno : EFBIG);
    }

  if (length > 0 && buffer[length - 1] == '\n')
    length--;
  if (length > 0 && buffer[length - 1] == '\r')
    length--;
  sb_secrets_table_set (table, key, buffer, length);
  explicit_bzero (buffer, sizeof buffer);
  return TRUE;
}

static GHashTable *
load (SbSecretsFolder *self, const char *connection, GError **error)
{
  g_autoptr (GHashTable) table = sb_secrets_table_new ();
  g_autofree char *prefix = g_strconcat (connection, ".", NULL);
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) failure = NULL;
  const char *name = NULL;

  dir = g_dir_open (self->dir, 0, &failure);
  if (dir == NULL)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_UNAVAILABLE,
                   _ ("The credentials folder %s cannot be read: %s"), self->dir, failure->message);
      return NULL;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      const char *key = name + strlen (prefix);

      if (!g_str_has_prefix (name, prefix) || *key == '\0')
        continue;
      path = g_build_filename (self->dir, name, NULL);
      if (!read_file (path, key, table, error))
        return NULL;
    }
  return g_steal_pointer (&table);
}

static void
sb_secrets_folder_run (SbSecretsBackend *backend, SbSecretsOp *op)
{
  SbSecretsFolder *self = (SbSecretsFolder *)backend;
  GHashTable *table = NULL;
  GError *error = NULL;

  if (op->kind == SB_SECRETS_LOAD)
    table = load (self, op->connection, &error);
  else if (op->kind == SB_SECRETS_SAVE || op->kind == SB_SECRETS_REMOVE)
    error = g_error_new (SB_ERROR, SB_ERROR_REFUSED,
                         _ ("The secrets come from the folder %s, which Signalbox only reads. Put "
                            "the file %s.%s there yourself, with mode 0600"),
                         self->dir, op->connection, op->key != NULL ? op->key : "…");
  sb_secrets_op_done (op, table, error);
}

static void
sb_secrets_folder_free (SbSecretsBackend *backend)
{
  SbSecretsFolder *self = (SbSecretsFolder *)backend;

  g_free (self->dir);
  g_free (self);
}

SbSecretsBackend *
sb_secrets_folder_new (const char *dir, GError **error)
{
  SbSecretsFolder *self = NULL;

  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_NOT_FOUND,
        _ ("There is no credentials folder %s: make it, with files named CONNECTION.KEY of "
           "mode 0600"),
        dir);
      return NULL;
    }

  self = g_new0 (SbSecretsFolder, 1);
  self->parent.run = sb_secrets_folder_run;
  self->parent.free = sb_secrets_folder_free;
  self->parent.changes = TRUE;
  self->dir = g_strdup (dir);
  return &self->parent;
}
