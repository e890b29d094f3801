/* sb-ctl-secret.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "sb-error.h"

static volatile sig_atomic_t interrupted;

static void
interrupt_cb (int number)
{
  interrupted = number;
}

/* Reads one line from a terminal (@whole FALSE) or all there is. */
static gboolean
read_all (char *buffer, gboolean whole, gsize *length)
{
  *length = 0;
  while (*length < SB_CTL_MAX_SECRET && !interrupted)
    {
      gssize count = read (STDIN_FILENO, buffer + *length, SB_CTL_MAX_SECRET - *length);

      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return FALSE;
      if (count == 0)
        break;
      *length += (gsize)count;
      if (!whole && buffer[*length - 1] == '\n')
        break;
    }
  return TRUE;
}

/* The terminal must echo again even if the person gives up with Ctrl+C. */
static gboolean
read_unseen (const char *key, char *buffer, gsize *length)
{
  struct sigaction action = { 0 };
  struct sigaction old_action = { 0 };
  struct termios before = { 0 };
  struct termios quiet = { 0 };
  gboolean done = FALSE;

  action.sa_handler = interrupt_cb;
  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, &old_action);
  tcgetattr (STDIN_FILENO, &before);
  quiet = before;
  quiet.c_lflag &= ~(tcflag_t)ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
  /* Only now: who types as soon as the question stands there must not be seen, nor lose what was
   * typed. */
  g_printerr (_ ("%s (is not shown): "), key);

  done = read_all (buffer, FALSE, length);

  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  g_printerr ("\n");
  sigaction (SIGINT, &old_action, NULL);
  if (interrupted)
    (void)raise (SIGINT);
  return done;
}

/**
 * sb_ctl_read_secret:
 * @key: its name, for the prompt
 * @buffer: (out caller-allocates): SB_CTL_MAX_SECRET bytes; the caller wipes them
 *
 * Reads a secret from standard input: from a terminal without echo, from a pipe to its end. One
 * newline at the end is not part of it.
 */
gboolean
sb_ctl_read_secret (const char *key, char *buffer, GError **error)
{
  gsize length = 0;
  gboolean done = FALSE;

  if (isatty (STDIN_FILENO))
    done = read_unseen (key, buffer, &length);
  else
    done = read_all (buffer, TRUE, &length);

  if (!done)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_FAILED,
                   _ ("The secret cannot be read from standard input: %s. Pipe it in or type it."),
                   g_strerror (errno));
      return FALSE;
    }
  if (length == SB_CTL_MAX_SECRET || !g_utf8_validate (buffer, (gssize)length, NULL))
    {
      g_set_error_literal (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("What came on standard input is no secret: it is too long or not text. Nothing "
           "was changed."));
      return FALSE;
    }
  if (length > 0 && buffer[length - 1] == '\n')
    length--;
  if (length > 0 && buffer[length - 1] == '\r')
    length--;
  buffer[length] = '\0';
  return TRUE;
}
