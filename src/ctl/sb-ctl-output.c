/* sb-ctl-output.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-visible.h"

/**
 * sb_ctl_clean:
 *
 * Texts of vendors and of the command line may hold anything; a terminal must not act on them.
 *
 * Returns: (transfer full): @text as valid UTF-8 on one line, without control characters and
 * without those that turn the direction of what stands behind it
 */
char *
sb_ctl_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_sized_new (strlen (valid));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (character == '\n' || character == '\t' || character == '\r')
        g_string_append_c (clean, ' ');
      else if (!g_unichar_iscntrl (character) && !sb_visible_turns (character))
        g_string_append_unichar (clean, character);
    }
  return g_string_free (clean, FALSE);
}

/* As sb_ctl_clean(), but lines stay lines. */
static char *
clean_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *clean = sb_ctl_clean (lines[i]);

      g_free (lines[i]);
      lines[i] = clean;
    }
  return g_strjoinv ("\n", lines);
}

/**
 * sb_ctl_print:
 *
 * Prints a line of data.
 */
void
sb_ctl_print (SbCtl *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = clean_lines (text);
  g_print ("%s\n", clean);
}

/**
 * sb_ctl_hint:
 *
 * Prints a line for a person: not where standard output is a file or a pipe, or JSON was asked for.
 */
void
sb_ctl_hint (SbCtl *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  if (!self->terminal || self->json)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = clean_lines (text);
  g_print ("%s\n", clean);
}

/**
 * sb_ctl_warn:
 *
 * Prints a line on standard error that is no failure.
 */
void
sb_ctl_warn (SbCtl *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = clean_lines (text);
  g_printerr ("signalboxctl: %s: %s\n", self->command->name, clean);
}

/* JSON may hold what a terminal acts on as it is; an escape says the same to a program. */
static char *
escape_for_terminal (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if ((character >= 0x7f && character < 0xa0) || sb_visible_turns (character))
        g_string_append_printf (out, "\\u%04x", character);
      else
        g_string_append_unichar (out, character);
    }
  return g_string_free (out, FALSE);
}

/**
 * sb_ctl_print_json:
 *
 * Prints @value, one line to a pipe and indented to a terminal.
 */
void
sb_ctl_print_json (SbCtl *self, SbValue *value)
{
  g_autofree char *text = self->terminal ? sb_json_write_pretty (value) : sb_json_write (value);

  g_autofree char *escaped = escape_for_terminal (text);

  g_strchomp (escaped);
  g_print ("%s\n", escaped);
}

/**
 * sb_ctl_usage:
 *
 * Says on standard error what is wrong with the command line.
 *
 * Returns: the exit status for it
 */
int
sb_ctl_usage (SbCtl *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  const char *name = self->command != NULL ? self->command->name : "";
  const char *space = self->command != NULL ? " " : "";
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = sb_ctl_clean (text);
  g_printerr ("signalboxctl: %s%s%s: ", name, self->command != NULL ? ": " : "", clean);
  g_printerr (_ ("see “signalboxctl %s%s--help”\n"), name, space);
  return SB_CTL_USAGE;
}

/* Where an engine's sentence names no remedy of its own. */
static char *
get_remedy (SbCtl *self, const GError *error)
{
  g_auto (GStrv) words = g_strsplit (self->command->name, " ", 2);

  if (error->domain != SB_ERROR)
    return g_strdup (_ ("look at the file or folder named and try again"));
  switch ((SbErrorCode)error->code)
    {
    case SB_ERROR_NOT_FOUND:
      if (words[1] != NULL && !g_str_equal (words[1], "list"))
        return g_strdup_printf (_ ("see “signalboxctl %s list”"), words[0]);
      return g_strdup (_ ("check the name"));
    case SB_ERROR_BUSY:
      return g_strdup (_ ("close the other one, or name another folder with --data"));
    case SB_ERROR_LOCKED:
      return g_strdup (_ ("unlock the keyring and try again"));
    case SB_ERROR_FULL:
      return g_strdup (_ ("make room on the disk and try again"));
    case SB_ERROR_UNAVAILABLE:
      return g_strdup (_ ("try again later"));
    case SB_ERROR_FAILED:
    case SB_ERROR_INVALID:
    case SB_ERROR_MISSING_VALUE:
    case SB_ERROR_REFUSED:
    case SB_ERROR_TOO_NEW:
    case SB_ERROR_READ_ONLY:
    case SB_ERROR_TOO_LARGE:
    case SB_ERROR_UNAUTHORIZED:
    default:
      return g_strdup_printf (_ ("see “signalboxctl %s --help”"), self->command->name);
    }
}

/**
 * sb_ctl_fail:
 * @subject: (nullable): what the command was about: an id, a file
 * @error: (transfer full): why it failed
 *
 * Prints "signalboxctl: what: why: what to do" on standard error.
 *
 * Returns: the exit status for it
 */
int
sb_ctl_fail (SbCtl *self, const char *subject, GError *error)
{
  g_autofree char *message = clean_lines (error->message);
  g_autofree char *clean = subject != NULL ? sb_ctl_clean (subject) : NULL;
  g_autofree char *remedy = NULL;
  const char *space = clean != NULL ? " " : "";
  char *second = NULL;

  g_strchomp (message);
  second = strstr (message, ". ");
  if (strchr (message, '\n') != NULL)
    g_printerr ("signalboxctl: %s%s%s: %s\n", self->command->name, space,
                clean != NULL ? clean : "", message);
  else if (second != NULL)
    {
      *second = '\0';
      g_printerr ("signalboxctl: %s%s%s: %s: %s\n", self->command->name, space,
                  clean != NULL ? clean : "", message, second + 2);
    }
  else
    {
      if (g_str_has_suffix (message, "."))
        message[strlen (message) - 1] = '\0';
      remedy = get_remedy (self, error);
      g_printerr ("signalboxctl: %s%s%s: %s: %s\n", self->command->name, space,
                  clean != NULL ? clean : "", message, remedy);
    }
  g_error_free (error);
  return SB_CTL_FAILED;
}

/**
 * sb_ctl_local_time:
 * @name: member of @object that holds a UTC time
 *
 * Returns: (transfer full): the time as the computer's zone has it, to the minute; "–" for none
 */
char *
sb_ctl_local_time (SbValue *object, const char *name)
{
  const char *text = sb_value_get_string (object, name);
  g_autoptr (GDateTime) utc = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("–");
}
