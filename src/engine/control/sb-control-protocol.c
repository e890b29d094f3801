/* sb-control-protocol.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-control-protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "sb-error.h"

/* The codes as they are written, in the order of SbErrorCode. */
static const char *const codes[] = {
  "failed",    "invalid", "not-found", "missing-value", "refused",   "busy",         "too-new",
  "read-only", "full",    "locked",    "unavailable",   "too-large", "unauthorized",
};

/**
 * sb_control_address_new:
 * @folder_fd: (out): a descriptor of the folder, to be closed when the address is no longer used
 *
 * The address of the control socket. It goes through /proc/self/fd because a socket's path may have
 * 107 bytes only (unix(7)), and a data folder's name may be longer.
 *
 * Returns: (transfer full): the address, or NULL where the folder cannot be opened
 */
GSocketAddress *
sb_control_address_new (const char *folder, int *folder_fd, GError **error)
{
  g_autofree char *path = NULL;
  int fd = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    {
      int problem = errno;

      g_set_error (error, SB_ERROR, problem == ENOENT ? SB_ERROR_NOT_FOUND : SB_ERROR_FAILED,
                   _ ("The data folder %s cannot be opened: %s."), folder, g_strerror (problem));
      return NULL;
    }

  *folder_fd = fd;
  path = g_strdup_printf ("/proc/self/fd/%d/%s", fd, SB_CONTROL_SOCKET);
  return g_unix_socket_address_new (path);
}

/**
 * sb_control_write_line:
 * @value: (transfer none)
 *
 * Returns: (transfer full): {"name": value} as one line
 */
char *
sb_control_write_line (const char *name, SbValue *value)
{
  g_autoptr (SbValue) object = sb_value_new_object ();
  g_autofree char *text = NULL;

  sb_value_set (object, name, sb_value_ref (value));
  text = sb_json_write (object);
  return g_strconcat (text, "\n", NULL);
}

/**
 * sb_control_write_error:
 *
 * Returns: (transfer full): {"error": {"code", "message"}} as one line
 */
char *
sb_control_write_error (const GError *error)
{
  g_autoptr (SbValue) object = sb_value_new_object ();
  guint code = SB_ERROR_FAILED;

  if (error->domain == SB_ERROR && error->code >= 0 && (gsize)error->code < G_N_ELEMENTS (codes))
    code = (guint)error->code;
  sb_value_set_string (object, "code", codes[code]);
  sb_value_set_string (object, "message", error->message);
  return sb_control_write_line ("error", object);
}

/**
 * sb_control_read_error:
 * @object: what stood under "error"
 *
 * Sets @error to what sb_control_write_error() wrote at the other end.
 */
void
sb_control_read_error (SbValue *object, GError **error)
{
  const char *code = sb_value_get_string (object, "code");
  const char *message = sb_value_get_string (object, "message");
  int found = SB_ERROR_FAILED;

  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (codes); i++)
    {
      if (g_str_equal (codes[i], code))
        found = (int)i;
    }
  g_set_error_literal (error, SB_ERROR, found,
                       message != NULL ? message : _ ("The engine gave no reason."));
}
