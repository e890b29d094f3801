/* secrets-tool.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* One SbSecrets driven by lines on standard input, one answer each: test-keyring.py locks and kills
 * the keyring between them. */

#include "config.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "sb-error.h"
#include "sb-secrets.h"

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static void
print_error (GError *error)
{
  const char *code = "OTHER";

  if (g_error_matches (error, SB_ERROR, SB_ERROR_LOCKED))
    code = "LOCKED";
  else if (g_error_matches (error, SB_ERROR, SB_ERROR_UNAVAILABLE))
    code = "UNAVAILABLE";
  printf ("%s %s\n", code, error->message);
}

static void
print_table (GHashTable *table)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (table), (GCompareFunc)strcmp);

  printf ("OK");
  for (GList *l = keys; l != NULL; l = l->next)
    printf (" %s=%s", (char *)l->data, (char *)g_hash_table_lookup (table, l->data));
  printf ("\n");
}

static void
run_line (SbSecrets *secrets, char **words)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GHashTable) table = NULL;
  g_autoptr (GError) error = NULL;

  if (g_str_equal (words[0], "load"))
    sb_secrets_load_async (secrets, words[1], NULL, done_cb, &result);
  else if (g_str_equal (words[0], "save"))
    sb_secrets_save_async (secrets, words[1], words[2], words[3], NULL, done_cb, &result);
  else if (g_str_equal (words[0], "remove"))
    sb_secrets_remove_async (secrets, words[1], NULL, done_cb, &result);
  else
    {
      sb_secrets_forget (secrets, NULL);
      printf ("OK\n");
      return;
    }

  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  if (g_str_equal (words[0], "load"))
    table = sb_secrets_load_finish (secrets, result, &error);
  else if (g_str_equal (words[0], "save"))
    sb_secrets_save_finish (secrets, result, &error);
  else
    sb_secrets_remove_finish (secrets, result, &error);

  if (error != NULL)
    print_error (error);
  else if (table != NULL)
    print_table (table);
  else
    printf ("OK\n");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSecrets) secrets = sb_secrets_new (argv[1], NULL, &error);
  char line[4096];

  if (secrets == NULL)
    {
      print_error (error);
      return 1;
    }
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) words = g_strsplit (g_strchomp (line), " ", 4);

      run_line (secrets, words);
      fflush (stdout);
    }
  return 0;
}
