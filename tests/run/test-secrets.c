/* test-secrets.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sb-error.h"
#include "sb-secrets.h"

/* libsecret 0.20.5 leaks the entity tag of its file with every write, deep inside GIO.
 * LeakSanitizer asks this; the other tests run in a process of their own, which is looked through.
 */
int __lsan_is_turned_off (void);
static gboolean wrote_file;

int
__lsan_is_turned_off (void)
{
  return wrote_file;
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static GHashTable *
load (SbSecrets *secrets, const char *connection, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_secrets_load_async (secrets, connection, NULL, done_cb, &result);
  return sb_secrets_load_finish (secrets, wait_for (&result), error);
}

static gboolean
save (
  SbSecrets *secrets, const char *connection, const char *key, const char *secret, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_secrets_save_async (secrets, connection, key, secret, NULL, done_cb, &result);
  return sb_secrets_save_finish (secrets, wait_for (&result), error);
}

static void
assert_secret (SbSecrets *secrets, const char *connection, const char *key, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) table = load (secrets, connection, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (table, key), ==, wanted);
}

static void
check_backend (SbSecrets *secrets)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GError) error = NULL;

  assert_secret (secrets, "shop", "token", NULL);
  g_assert_true (save (secrets, "shop", "token", "one", &error));
  g_assert_true (save (secrets, "shop", "other", "two words ü", &error));
  g_assert_true (save (secrets, "till", "token", "three", &error));
  assert_secret (secrets, "shop", "token", "one");
  assert_secret (secrets, "shop", "other", "two words ü");

  /* Who holds a table keeps what it was given. */
  before = load (secrets, "shop", NULL);
  g_assert_true (save (secrets, "shop", "token", "four", &error));
  g_assert_cmpstr (g_hash_table_lookup (before, "token"), ==, "one");
  assert_secret (secrets, "shop", "token", "four");

  g_assert_true (save (secrets, "shop", "other", NULL, &error));
  assert_secret (secrets, "shop", "other", NULL);
  assert_secret (secrets, "shop", "token", "four");

  sb_secrets_remove_async (secrets, "shop", NULL, done_cb, &result);
  g_assert_true (sb_secrets_remove_finish (secrets, wait_for (&result), &error));
  assert_secret (secrets, "shop", "token", NULL);
  assert_secret (secrets, "till", "token", "three");

  g_assert_false (save (secrets, "../etc", "token", "x", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (load (secrets, "a/b", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
}

static void
test_memory (void)
{
  g_autoptr (SbSecrets) secrets = sb_secrets_new_in_memory ();

  check_backend (secrets);
}

static void
test_file_backend (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sb-secrets-XXXXXX", NULL);
  g_autofree char *other = g_dir_make_tmp ("sb-secrets-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "folder-id", NULL);
  g_autoptr (SbSecrets) secrets = sb_secrets_new (folder, NULL, &error);
  g_autoptr (SbSecrets) stranger = sb_secrets_new (other, NULL, &error);
  GStatBuf info;

  wrote_file = TRUE;
  g_assert_no_error (error);
  check_backend (secrets);

  /* Two data folders on one keyring do not see each other's; the same folder does. */
  assert_secret (stranger, "till", "token", NULL);
  g_clear_object (&secrets);
  secrets = sb_secrets_new (folder, NULL, &error);
  assert_secret (secrets, "till", "token", "three");

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
write_credential (const char *folder, const char *name, const char *text, int mode)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sb-credentials-XXXXXX", NULL);
  g_autoptr (SbSecrets) secrets = sb_secrets_new (folder, folder, &error);

  g_assert_no_error (error);
  write_credential (folder, "shop.token", "shpat_1\n", 0600);
  write_credential (folder, "shop.client_secret", "two\nlines\n", 0400);
  write_credential (folder, "shopping.token", "not this one", 0600);
  assert_secret (secrets, "shop", "token", "shpat_1");
  assert_secret (secrets, "shop", "client_secret", "two\nlines");
  assert_secret (secrets, "none", "token", NULL);

  g_assert_false (save (secrets, "shop", "token", "x", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "shop.token"));
  assert_secret (secrets, "shop", "token", "shpat_1");

  /* A new key counts from the next look on, without a restart. */
  write_credential (folder, "shop.token", "shpat_2\n", 0600);
  assert_secret (secrets, "shop", "token", "shpat_2");
}

static void
test_folder_open_to_others (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sb-credentials-XXXXXX", NULL);
  g_autoptr (SbSecrets) secrets = sb_secrets_new (folder, folder, &error);

  write_credential (folder, "shop.token", "shpat_1\n", GPOINTER_TO_INT (data));
  g_assert_null (load (secrets, "shop", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "chmod 600"));
  g_assert_null (strstr (error->message, "shpat_1"));

  /* Mended, it is read without a restart. */
  write_credential (folder, "shop.token", "shpat_1\n", 0600);
  assert_secret (secrets, "shop", "token", "shpat_1");
}

static void
test_folder_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sb_secrets_new ("/tmp", "/nowhere/credentials", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("sb-keyring-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "keyring", NULL);

  /* Before the first libsecret call, which chooses its backend once for the process. */
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "password", TRUE);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secrets/memory", test_memory);
  g_test_add_func ("/secrets/file-backend", test_file_backend);
  g_test_add_func ("/secrets/folder", test_folder);
  g_test_add_data_func ("/secrets/folder/others-read", GINT_TO_POINTER (0604),
                        test_folder_open_to_others);
  g_test_add_data_func ("/secrets/folder/group-writes", GINT_TO_POINTER (0620),
                        test_folder_open_to_others);
  g_test_add_func ("/secrets/folder/missing", test_folder_missing);
  return g_test_run ();
}
