/* sb-fault.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-fault.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The linker makes these names.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern const char *const __start_sb_fault_points[] __attribute__ ((weak));
extern const char *const __stop_sb_fault_points[] __attribute__ ((weak));
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static char *crash_at;
static gint left;

static void
print_names (void)
{
  for (const char *const *name = __start_sb_fault_points; name < __stop_sb_fault_points; name++)
    puts (*name);
  (void)fflush (stdout);
}

/* Before main (), so that every thread finds it read. */
static void __attribute__ ((constructor)) read_environment (void)
{
  const char *text = g_getenv ("SIGNALBOX_CRASH_AT");
  const char *colon;

  if (text == NULL)
    return;
  if (g_str_equal (text, "list"))
    {
      print_names ();
      _exit (0);
    }
  colon = strchr (text, ':');
  crash_at = colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
  left = colon != NULL ? (gint)g_ascii_strtoll (colon + 1, NULL, 10) : 1;
  /* What this process starts is to live. */
  g_unsetenv ("SIGNALBOX_CRASH_AT");
}

/*
 * sb_fault_pass:
 * @name: the crash point that is being passed
 *
 * What SB_CRASH_POINT comes to in a build with crash points. Any thread. Says on standard error
 * where it ended before it ends, because SIGKILL alone would not tell a test which point it was.
 */
void
sb_fault_pass (const char *name)
{
  g_autofree char *line = NULL;

  if (crash_at == NULL || !g_str_equal (name, crash_at) || !g_atomic_int_dec_and_test (&left))
    return;
  line = g_strdup_printf ("crash point %s\n", name);
  if (write (STDERR_FILENO, line, strlen (line)) > 0)
    kill (getpid (), SIGKILL);
  (void)raise (SIGKILL);
  for (;;)
    pause ();
}
