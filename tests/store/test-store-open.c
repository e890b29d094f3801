/* test-store-open.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sb-error.h"
#include "store-fixture.h"

#define NOBODY 65534

/* This very file, to be run again as another process. */
static char *program;

static char *
get_path (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static guint
get_mode (Fixture *fixture, const char *name)
{
  g_autofree char *path = get_path (fixture, name);
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_mode & 0777;
}

static void
assert_refused (const char *folder, SbErrorCode code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sb_store_open (folder, &error));
  g_assert_error (error, SB_ERROR, (int)code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
}

static void
close_store (Fixture *fixture)
{
  sb_store_close (fixture->store);
  g_clear_object (&fixture->store);
}

static void
open_store (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->store = sb_store_open (fixture->folder, &error);
  g_assert_no_error (error);
}

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *db;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (db);
}

/* --- modes and lock
 * ------------------------------------------------------------------------------- */

static void
test_modes (void)
{
  g_autofree char *parent = g_dir_make_tmp ("signalbox-store-XXXXXX", NULL);
  Fixture fixture = { 0 };
  mode_t before = umask (0);

  fixture.folder = g_build_filename (parent, "deep", "data", NULL);
  open_store (&fixture);
  make_live_flow (fixture.store, "orders");
  take_in (fixture.store, "orders", "one");
  g_assert_cmphex (get_mode (&fixture, ""), ==, 0700);
  g_assert_cmphex (get_mode (&fixture, "signalbox.db"), ==, 0600);
  g_assert_cmphex (get_mode (&fixture, "signalbox.db-wal"), ==, 0600);
  g_assert_cmphex (get_mode (&fixture, "signalbox.db-shm"), ==, 0600);
  g_assert_cmphex (get_mode (&fixture, "signalbox.lock"), ==, 0600);
  close_store (&fixture);

  /* What was opened to others meanwhile is closed again. */
  {
    g_autofree char *path = get_path (&fixture, "signalbox.db");

    g_chmod (path, 0666);
    g_chmod (fixture.folder, 0755);
  }
  open_store (&fixture);
  g_assert_cmphex (get_mode (&fixture, ""), ==, 0700);
  g_assert_cmphex (get_mode (&fixture, "signalbox.db"), ==, 0600);
  close_store (&fixture);
  umask (before);
  remove_folder (parent);
  g_free (fixture.folder);
}

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  g_autofree char *who = g_strdup_printf ("test-store-open (process %d)", (int)getpid ());

  assert_refused (fixture->folder, SB_ERROR_BUSY, who);
  assert_refused (fixture->folder, SB_ERROR_BUSY, fixture->folder);
  take_in ((make_live_flow (fixture->store, "orders"), fixture->store), "orders", "still-works");
  fixture_reopen (fixture);
}

/* Another process holds it and is killed: the lock goes with it, though its name is still there. */
static void
test_lock_of_the_dead (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GDataInputStream) out = NULL;

  make_live_flow (fixture->store, "orders");
  close_store (fixture);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--hold",
                            fixture->folder, NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  line = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  g_assert_cmpstr (line, ==, "holding");
  assert_refused (fixture->folder, SB_ERROR_BUSY, g_subprocess_get_identifier (child));

  g_subprocess_force_exit (child);
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  open_store (fixture);
  take_in (fixture->store, "orders", "after");
}

static int
hold (const char *folder)
{
  g_autoptr (SbStore) store = sb_store_open (folder, NULL);

  g_set_prgname ("holder");
  if (store == NULL)
    return 1;
  g_print ("holding\n");
  for (;;)
    pause ();
}

/* --- what cannot be opened
 * -------------------------------------------------------------------------- */

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = get_path (fixture, "signalbox.db");

  close_store (fixture);
  run_sql (path, "PRAGMA user_version = 99");
  assert_refused (fixture->folder, SB_ERROR_TOO_NEW, "99");
  run_sql (path, "PRAGMA user_version = 5");
  open_store (fixture);
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = get_path (fixture, "signalbox.db");

  close_store (fixture);
  g_remove (path);
  run_sql (path, "CREATE TABLE recipes (name TEXT)");
  assert_refused (fixture->folder, SB_ERROR_INVALID, "not a Signalbox database");
  g_assert_true (g_file_set_contents (path, "This is no database at all.", -1, NULL));
  assert_refused (fixture->folder, SB_ERROR_INVALID, "damaged");
  g_remove (path);
  open_store (fixture);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = get_path (fixture, "signalbox.db");
  g_autofree char *lock = get_path (fixture, "signalbox.lock");
  g_autofree char *whole = NULL;
  gsize size;

  make_live_flow (fixture->store, "orders");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *id = g_strdup_printf ("event-%u", i);

      take_in (fixture->store, "orders", id);
    }
  close_store (fixture);
  g_assert_true (g_file_get_contents (path, &whole, &size, NULL));
  for (gsize i = size / 2; i < size - 4096; i += 7)
    whole[i] ^= 0x5a;
  g_assert_true (
    g_file_set_contents_full (path, whole, size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  /* As after a crash: it is read through before it is used. */
  g_assert_true (g_file_set_contents (lock, "signalbox (process 1)\n", -1, NULL));
  assert_refused (fixture->folder, SB_ERROR_INVALID, "damaged");

  g_remove (path);
  open_store (fixture);
}

static void
test_migrate (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = get_path (fixture, "signalbox.db");
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "store", "schema-1.sql", NULL);
  g_autofree char *sql = NULL;
  g_autoptr (SbFlowRow) flow = NULL;
  g_autoptr (SbValue) counts = NULL;
  g_autoptr (GError) error = NULL;
  SbValue *runs;

  close_store (fixture);
  g_remove (path);
  g_file_get_contents (script, &sql, NULL, &error);
  g_assert_no_error (error);
  run_sql (path, sql);

  open_store (fixture);
  flow = load_flow (fixture->store, "orders", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flow->trigger_token, ==, "old-token");
  g_assert_cmpuint (flow->held, ==, 1);
  g_assert_cmpuint (flow->inbox, ==, 1);
  g_assert_cmpint (flow->last_event_us, ==, 1700000002000000);
  counts = summary (fixture->store);
  runs = sb_value_get_member (counts, "runs");
  g_assert_cmpint (sb_value_get_int_or (runs, "done", 0), ==, 1);
  g_assert_cmpint (sb_value_get_int_or (runs, "inbox", 0), ==, 1);

  /* And it goes on from there, once only. */
  set_flow_state (fixture->store, "orders", "live");
  g_assert_true (take_in (fixture->store, "orders", "a").repeated);
  fixture_reopen (fixture);
  g_clear_pointer (&counts, sb_value_unref);
  counts = summary (fixture->store);
  g_assert_cmpint (sb_value_get_int_or (sb_value_get_member (counts, "runs"), "ready", 0), ==, 1);
}

/* Every call of @test is made by a user whom the modes of files bind. */
static void
as_nobody (Fixture *fixture, void (*test) (Fixture *fixture))
{
  if (geteuid () != 0)
    {
      test (fixture);
      return;
    }
  g_assert_cmpint (chown (fixture->folder, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (seteuid (NOBODY), ==, 0);
  test (fixture);
  g_assert_cmpint (seteuid (0), ==, 0);
}

static void
open_read_only (Fixture *fixture)
{
  g_autofree char *inside = get_path (fixture, "inside");

  g_chmod (fixture->folder, 0555);
  assert_refused (fixture->folder, SB_ERROR_READ_ONLY, fixture->folder);
  assert_refused (inside, SB_ERROR_READ_ONLY, inside);
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = get_path (fixture, "signalbox.db");
  g_autofree char *lock = get_path (fixture, "signalbox.lock");

  close_store (fixture);
  g_remove (path);
  g_remove (lock);
  as_nobody (fixture, open_read_only);
  g_chmod (fixture->folder, 0700);
  open_store (fixture);
}

/* --- full disk
 * --------------------------------------------------------------------------------------- */

/* Fills until it is refused; the ids that were acknowledged. */
static GPtrArray *
fill (SbStore *store)
{
  g_autofree char *body = g_strnfill (30000, 'x');
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *id = g_strdup_printf ("fill-%u", i);
      g_autoptr (SbEvent) event = make_event ("orders", id, body);
      g_autoptr (GError) error = NULL;
      SbAccepted accepted;

      if (!accept_event (store, event, &accepted, &error))
        {
          g_assert_error (error, SB_ERROR, SB_ERROR_FULL);
          g_assert_nonnull (strstr (error->message, "Make room"));
          return g_steal_pointer (&ids);
        }
      g_ptr_array_add (ids, g_steal_pointer (&id));
    }
  g_assert_not_reached ();
}

/* What was refused is not there, what was acknowledged is, and it goes on when there is room. */
static void
check_full (Fixture *fixture, void (*make_room) (const char *folder))
{
  g_autoptr (GPtrArray) ids = NULL;
  g_autofree char *refused = NULL;
  g_autoptr (GAsyncResult) one = NULL;
  g_autoptr (GAsyncResult) two = NULL;
  g_autoptr (SbEvent) event = NULL;
  g_autofree char *body = g_strnfill (3000000, 'x');
  SbAccepted accepted;

  make_live_flow (fixture->store, "orders");
  ids = fill (fixture->store);
  g_assert_cmpuint (ids->len, >, 10);
  refused = g_strdup_printf ("fill-%u", ids->len);

  /* All who share the commit are told. */
  event = make_event ("orders", "huge", body);
  sb_store_accept_event_async (fixture->store, event, NULL, got_cb, &one);
  sb_store_accept_event_async (fixture->store, event, NULL, got_cb, &two);
  g_assert_false (sb_store_accept_event_finish (fixture->store, await (&one), &accepted, NULL));
  g_assert_false (sb_store_accept_event_finish (fixture->store, await (&two), &accepted, NULL));

  make_room (fixture->folder);
  g_assert_false (take_in (fixture->store, "orders", refused).repeated);
  fixture_reopen (fixture);
  for (guint i = 0; i < ids->len; i++)
    g_assert_true (take_in (fixture->store, "orders", g_ptr_array_index (ids, i)).repeated);
}

static void
grow_disk (const char *folder)
{
  g_assert_cmpint (mount ("tmpfs", folder, "tmpfs", MS_REMOUNT, "size=64m"), ==, 0);
}

static void
raise_limit (const char *folder)
{
  struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* On a disk of three megabytes, in a mount namespace of a process of its own. */
static int
fill_disk (const char *folder)
{
  Fixture fixture = { .folder = (char *)folder };

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("tmpfs", folder, "tmpfs", 0, "size=3m,mode=0700") != 0)
    return 77;
  open_store (&fixture);
  check_full (&fixture, grow_disk);
  close_store (&fixture);
  umount2 (folder, MNT_DETACH);
  return 0;
}

static void
test_full_disk (void)
{
  g_autofree char *folder = g_dir_make_tmp ("signalbox-store-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, program, "--fill", folder, NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (child));
  if (g_subprocess_get_exit_status (child) == 77)
    g_test_skip ("mounting a small disk takes a privilege this user has not");
  else
    g_assert_cmpint (g_subprocess_get_exit_status (child), ==, 0);
  remove_folder (folder);
}

/* The same refusal, where nobody may mount: no file may grow beyond three megabytes. */
static void
test_full_limit (Fixture *fixture, gconstpointer data)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 3 * 1024 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  check_full (fixture, raise_limit);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  program = g_file_read_link ("/proc/self/exe", NULL);
  if (argc == 3 && g_str_equal (argv[1], "--hold"))
    return hold (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--fill"))
    return fill_disk (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/open/modes", test_modes);
  ADD ("/store/open/lock", test_lock);
  ADD ("/store/open/lock-of-the-dead", test_lock_of_the_dead);
  ADD ("/store/open/newer", test_newer);
  ADD ("/store/open/foreign", test_foreign);
  ADD ("/store/open/damaged", test_damaged);
  ADD ("/store/open/migrate", test_migrate);
  ADD ("/store/open/read-only", test_read_only);
  g_test_add_func ("/store/open/full-disk", test_full_disk);
  ADD ("/store/open/full-limit", test_full_limit);
  return g_test_run ();
}
