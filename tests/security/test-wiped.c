/* test-wiped.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When secrets are no longer needed, they are no longer in the memory: it is searched for them.
 */

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sb-secrets.h"

#define LENGTH 40

/* Never as one text in this program: that would be found too. */
static void
write_secret (char secret[LENGTH + 1])
{
  for (guint i = 0; i < LENGTH; i++)
    secret[i] = (char)('A' + (i * 7 + 3) % 26);
  secret[LENGTH] = '\0';
}

/* Its second half: the first bytes of what was freed are the allocator's. */
static guint
count_in (const char *bytes, gsize length)
{
  guint found = 0;

  for (gsize i = 0; i + LENGTH <= length; i++)
    {
      guint j = LENGTH / 2;

      while (j < LENGTH && bytes[i + j] == (char)('A' + (j * 7 + 3) % 26))
        j++;
      found += j == LENGTH;
    }
  return found;
}

/* In every writable part of the memory but the stack, where this very search is. */
static guint
count_secrets (void)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  guint found = 0;
  int fd = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      guint64 from = 0, to = 0;
      char mode[8] = "";

      if (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %7s", &from, &to,
                  mode) == 3 &&
          mode[1] == 'w' && strstr (lines[i], "[stack]") == NULL && to - from < (64u << 20))
        {
          gsize size = (gsize)(to - from);
          char *copy = g_malloc (size);
          gssize got = pread (fd, copy, size, (off_t)from);

          if (got > 0)
            found += count_in (copy, (gsize)got);
          memset (copy, 0, size);
          g_free (copy);
        }
    }
  close (fd);
  return found;
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
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

static void
test_secrets (void)
{
  char secret[LENGTH + 1];
  SbSecrets *secrets = sb_secrets_new_in_memory ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *saved = NULL, *loaded = NULL;
  GHashTable *table = NULL;

  write_secret (secret);
  sb_secrets_save_async (secrets, "shop", "token", secret, NULL, done_cb, &saved);
  g_assert_true (sb_secrets_save_finish (secrets, wait_for (&saved), &error));
  sb_secrets_load_async (secrets, "shop", NULL, done_cb, &loaded);
  table = sb_secrets_load_finish (secrets, wait_for (&loaded), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (table, "token"), ==, secret);
  explicit_bzero (secret, sizeof secret);
  /* The search finds what there is. */
  g_assert_cmpuint (count_secrets (), >, 0);

  g_clear_object (&saved);
  g_clear_object (&loaded);
  g_hash_table_unref (table);
  g_object_unref (secrets);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (count_secrets (), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wiped/secrets", test_secrets);
  return g_test_run ();
}
