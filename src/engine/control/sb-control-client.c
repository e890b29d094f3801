/* sb-control-client.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-control-client.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "sb-control-protocol.h"
#include "sb-error.h"
#include "sb-json.h"

#define READ_CHUNK (64 * 1024)
/* A signalboxctl may hold the folder for a moment, and a server that ends finishes what is in
 * flight; so long is waited for them. */
#define BUSY_PATIENCE_US (8 * G_TIME_SPAN_SECOND)
#define BUSY_PAUSE_US    (20 * G_TIME_SPAN_MILLISECOND)

struct _SbControlClient
{
  GSocket *socket;
  GByteArray *input;
};

/**
 * sb_control_client_open:
 * @folder: a data folder
 *
 * Connects to the engine that owns @folder.
 *
 * Returns: (transfer full): the client, or NULL and %SB_ERROR_NOT_FOUND where no engine answers
 * there
 */
SbControlClient *
sb_control_client_open (const char *folder, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) problem = NULL;
  SbControlClient *self = NULL;
  gboolean connected = FALSE;
  int folder_fd = -1;

  address = sb_control_address_new (folder, &folder_fd, error);
  if (address == NULL)
    return NULL;
  socket =
    g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &problem);
  if (socket != NULL)
    connected = g_socket_connect (socket, address, NULL, &problem);
  close (folder_fd);
  if (!connected)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND,
                   _ ("No window and no server answers for %s: %s."), folder, problem->message);
      return NULL;
    }

  self = g_new0 (SbControlClient, 1);
  self->socket = g_steal_pointer (&socket);
  self->input = g_byte_array_new ();
  return self;
}

/**
 * sb_control_open_engine:
 *
 * Opens an engine that is to stay: as sb_engine_new (), but waits some seconds for a command that
 * holds the folder just now, or a server that is about to end. Blocks.
 *
 * Returns: (transfer full): the engine, or NULL and %SB_ERROR_BUSY at once where a window or server
 * answers there
 */
SbEngine *
sb_control_open_engine (const SbEngineOptions *options, GError **error)
{
  gint64 patience_us = g_get_monotonic_time () + BUSY_PATIENCE_US;

  while (TRUE)
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (SbControlClient) owner = NULL;
      SbEngine *engine = sb_engine_new (options, &problem);

      if (engine != NULL)
        return engine;
      if (g_error_matches (problem, SB_ERROR, SB_ERROR_BUSY))
        owner = sb_control_client_open (options->folder, NULL);
      if (!g_error_matches (problem, SB_ERROR, SB_ERROR_BUSY) || owner != NULL ||
          g_get_monotonic_time () > patience_us)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      g_usleep (BUSY_PAUSE_US);
    }
}

void
sb_control_client_free (SbControlClient *self)
{
  g_object_unref (self->socket);
  g_byte_array_unref (self->input);
  g_free (self);
}

static gboolean
send_line (SbControlClient *self, const char *line, GError **error)
{
  gsize length = strlen (line);
  gsize sent = 0;

  while (sent < length)
    {
      gssize count = g_socket_send (self->socket, line + sent, length - sent, NULL, error);

      if (count <= 0)
        return FALSE;
      sent += (gsize)count;
    }
  return TRUE;
}

/* (transfer full): the next line, as a value. */
static SbValue *
read_line (SbControlClient *self, GError **error)
{
  gsize searched = 0;

  while (TRUE)
    {
      guint8 *end = NULL;
      g_autofree char *chunk = NULL;
      gssize count = 0;

      if (self->input->len > searched)
        end = memchr (self->input->data + searched, '\n', self->input->len - searched);
      if (end != NULL)
        {
          gsize length = (gsize)(end - self->input->data);
          SbValue *value = sb_json_parse ((const char *)self->input->data, (gssize)length, error);

          g_byte_array_remove_range (self->input, 0, (guint)length + 1);
          return value;
        }
      searched = self->input->len;

      chunk = g_malloc (READ_CHUNK);
      count = g_socket_receive (self->socket, chunk, READ_CHUNK, NULL, error);
      if (count < 0)
        return NULL;
      if (count == 0)
        {
          g_set_error_literal (
            error, SB_ERROR, SB_ERROR_UNAVAILABLE,
            _ ("The window or server ended before it answered. Look whether it was "
               "done, then try again."));
          return NULL;
        }
      if (self->input->len + (gsize)count > 2 * SB_CONTROL_MAX_LINE)
        {
          g_set_error_literal (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                               _ ("The answer is too long. Ask for less at a time."));
          return NULL;
        }
      g_byte_array_append (self->input, (const guint8 *)chunk, (guint)count);
    }
}

/**
 * sb_control_client_run:
 * @arguments: (nullable) (transfer none): a JSON object
 * @progress: (nullable) (scope call): told how far the command is
 *
 * Has the engine run @command and waits for its answer.
 *
 * Returns: (transfer full): what the command gave, or NULL and the error it ended with
 */
SbValue *
sb_control_client_run (SbControlClient *self,
                       const char *command,
                       SbValue *arguments,
                       SbControlProgress progress,
                       gpointer data,
                       GError **error)
{
  g_autoptr (SbValue) request = sb_value_new_object ();
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  gboolean sent = FALSE;

  sb_value_set_string (request, "command", command);
  if (arguments != NULL)
    sb_value_set (request, "arguments", sb_value_ref (arguments));
  text = sb_json_write (request);
  line = g_strconcat (text, "\n", NULL);
  sent = send_line (self, line, error);
  /* It may have held a secret. */
  explicit_bzero (text, strlen (text));
  explicit_bzero (line, strlen (line));

  while (sent)
    {
      g_autoptr (SbValue) answer = read_line (self, error);
      SbValue *member = NULL;

      if (answer == NULL)
        return NULL;
      if ((member = sb_value_get_member (answer, "result")) != NULL)
        return sb_value_ref (member);
      if ((member = sb_value_get_member (answer, "error")) != NULL)
        {
          sb_control_read_error (member, error);
          return NULL;
        }
      member = sb_value_get_member (answer, "progress");
      if (member != NULL && progress != NULL)
        progress (member, data);
    }
  return NULL;
}
