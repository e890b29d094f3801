/* sb-ctl.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sb-ctl-private.h"
#include "sb-paths.h"

#define DEFAULT_WIDTH 80

static guint
get_terminal_width (void)
{
  struct winsize size = { 0 };
  const char *columns = g_getenv ("COLUMNS");
  gint64 given = 0;

  if (columns != NULL && g_ascii_string_to_signed (columns, 10, 20, 1000, &given, NULL))
    return (guint)given;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return DEFAULT_WIDTH;
}

static void
ctl_init (SbCtl *self)
{
  const char *term = g_getenv ("TERM");

  self->options = g_ptr_array_new_with_free_func (g_free);
  self->operands = g_ptr_array_new_with_free_func (g_free);
  self->terminal = isatty (STDOUT_FILENO);
  self->color = self->terminal && g_getenv ("NO_COLOR") == NULL && g_strcmp0 (term, "dumb") != 0;
  self->width = get_terminal_width ();
}

static void
ctl_clear (SbCtl *self)
{
  g_clear_pointer (&self->options, g_ptr_array_unref);
  g_clear_pointer (&self->operands, g_ptr_array_unref);
  g_clear_pointer (&self->folder, g_free);
}

static char *
find_folder (SbCtl *self)
{
  const char *given = sb_ctl_get_option (self, "data");

  if (given != NULL)
    return g_canonicalize_filename (given, NULL);
  return sb_paths_get_default_folder ();
}

/* g_print() would turn what the locale's character set lacks into question marks: a service runs in
 * the "C" locale, and its JSON must not suffer by that. */
static void
print_cb (const char *text)
{
  (void)fputs (text, stdout);
}

static void
print_error_cb (const char *text)
{
  (void)fputs (text, stderr);
}

/* A result that could not be written (disk full, closed pipe) must not look like one that was. */
static int
flush (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  g_printerr (
    _ ("signalboxctl: standard output: %s: make sure that it can be written and try again\n"),
    g_strerror (errno));
  return SB_CTL_FAILED;
}

/**
 * sb_ctl_main:
 *
 * Does what the command line says.
 *
 * Returns: the exit status
 */
int
sb_ctl_main (int argc, char **argv)
{
  SbCtl self = { 0 };
  int status = SB_CTL_DONE;

  /* By which the folder's lock names its owner. */
  g_set_prgname ("signalboxctl");
  (void)setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SB_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* Standard output is for what was asked for, also when G_MESSAGES_DEBUG is set. */
  g_log_writer_default_set_use_stderr (TRUE);
  g_set_print_handler (print_cb);
  g_set_printerr_handler (print_error_cb);

  ctl_init (&self);
  if (sb_ctl_parse (&self, argc, argv, &status))
    {
      self.json = sb_ctl_get_option (&self, "json") != NULL;
      if (g_strcmp0 (sb_ctl_get_option (&self, "data"), "") == 0)
        status = sb_ctl_usage (&self, _ ("--data needs the name of a folder"));
      else
        {
          self.folder = find_folder (&self);
          status = self.command->run (&self);
        }
    }
  ctl_clear (&self);
  return flush (status);
}
