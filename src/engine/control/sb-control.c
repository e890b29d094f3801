/* sb-control.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-control.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-commands.h"
#include "sb-control-protocol.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-json.h"

#define READ_CHUNK      (64 * 1024)
#define MAX_CONNECTIONS 32
/* Pause after an accept that failed, and how long closing waits for peers to take their answers. */
#define ACCEPT_PAUSE_MS   200
#define CLOSE_PATIENCE_MS 2000

struct _SbControl
{
  SbEngine *engine;
  GMainContext *context;
  GSocketListener *listener;
  GCancellable *cancellable;
  GPtrArray
    *peers; /* of Peer, borrowed: each is owned by what it waits for, and freed before this */
  int folder_fd;
  gboolean accepting;
  gboolean closing;
};

/* One program that is connected. It is read all the time, so that its end is noticed and what it
 * asked for is given up; its requests are answered one after the other. */
typedef struct
{
  gatomicrefcount ref_count;
  SbControl *control;
  GSocketConnection *connection;
  GCancellable *reading;
  GCancellable *pilot; /* (nullable): gives up the pilot or the sign-in that is under way */
  GByteArray *input;
  GString *output;
  char chunk[READ_CHUNK];
  gboolean busy;    /* a command is under way */
  gboolean writing; /* output is being written */
  gboolean gone;    /* it reads no more */
} Peer;

static void peer_read (Peer *peer);
static void peer_next (Peer *peer);

static Peer *
peer_ref (Peer *peer)
{
  g_atomic_ref_count_inc (&peer->ref_count);
  return peer;
}

static void
peer_unref (Peer *peer)
{
  if (!g_atomic_ref_count_dec (&peer->ref_count))
    return;
  g_ptr_array_remove_fast (peer->control->peers, peer);
  g_main_context_wakeup (peer->control->context);
  g_object_unref (peer->connection);
  g_object_unref (peer->reading);
  g_clear_object (&peer->pilot);
  /* Secrets pass through here. */
  if (peer->input->len > 0)
    explicit_bzero (peer->input->data, peer->input->len);
  explicit_bzero (peer->chunk, sizeof peer->chunk);
  g_byte_array_unref (peer->input);
  g_string_free (peer->output, TRUE);
  g_free (peer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_unref)

/* It has gone away: nobody waits for its pilot or sign-in any more. What is shorter goes on to its
 * end, so that nothing is left half done. */
static void
peer_leave (Peer *peer)
{
  peer->gone = TRUE;
  g_cancellable_cancel (peer->reading);
  if (peer->pilot != NULL)
    g_cancellable_cancel (peer->pilot);
}

/* --- writing
 * -------------------------------------------------------------------------------------- */

static void peer_flush (Peer *peer);

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Peer) peer = data;
  gsize written = 0;

  peer->writing = FALSE;
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, NULL))
    {
      peer_leave (peer);
      return;
    }
  peer_flush (peer);
}

static void
peer_flush (Peer *peer)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (peer->connection));
  g_autofree char *text = NULL;
  gsize length = peer->output->len;

  if (peer->writing || length == 0 || peer->gone)
    return;

  peer->writing = TRUE;
  text = g_string_free (peer->output, FALSE);
  peer->output = g_string_new (NULL);
  g_object_set_data_full (G_OBJECT (stream), "sb-text", text, g_free);
  g_output_stream_write_all_async (stream, g_steal_pointer (&text), length, G_PRIORITY_DEFAULT,
                                   NULL, written_cb, peer_ref (peer));
}

/* Takes @line. */
static void
peer_say (Peer *peer, char *line)
{
  g_string_append (peer->output, line);
  g_free (line);
  peer_flush (peer);
}

/* --- commands
 * ------------------------------------------------------------------------------------- */

static void
progress_cb (SbValue *progress, gpointer data)
{
  peer_say (data, sb_control_write_line ("progress", progress));
}

static void
command_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Peer) peer = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = sb_commands_run_finish (result, &error);

  SB_CRASH_POINT ("command-done");
  peer->busy = FALSE;
  g_clear_object (&peer->pilot);
  if (value != NULL)
    peer_say (peer, sb_control_write_line ("result", value));
  else
    peer_say (peer, sb_control_write_error (error));
  peer_next (peer);
}

static void
peer_refuse (Peer *peer, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (SB_ERROR, SB_ERROR_INVALID, message);

  peer_say (peer, sb_control_write_error (error));
}

static void
peer_obey (Peer *peer, const char *line, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) request = sb_json_parse (line, (gssize)length, &error);
  const char *command = sb_value_get_string (request, "command");
  SbValue *arguments = sb_value_get_member (request, "arguments");

  if (command == NULL)
    {
      peer_refuse (peer,
                   error != NULL ? error->message : _ ("This is no request: it has no “command”."));
      return;
    }
  if (peer->control->closing)
    {
      peer_refuse (peer, _ ("Signalbox is closing. Try again in a moment."));
      return;
    }

  peer->busy = TRUE;
  if (g_str_has_prefix (command, "pilot.") || g_str_equal (command, "connections.sign-in"))
    peer->pilot = g_cancellable_new ();
  sb_commands_run_with_progress_async (peer->control->engine, command, arguments, progress_cb, peer,
                                       peer->pilot, command_cb, peer_ref (peer));
}

/* The next request that came in whole, if there is one. */
static void
peer_next (Peer *peer)
{
  while (!peer->busy)
    {
      guint8 *end = memchr (peer->input->data, '\n', peer->input->len);
      gsize length = 0;

      if (peer->input->len == 0 || end == NULL)
        return;
      length = (gsize)(end - peer->input->data);
      peer_obey (peer, (const char *)peer->input->data, length);
      explicit_bzero (peer->input->data, length);
      g_byte_array_remove_range (peer->input, 0, (guint)length + 1);
    }
}

/* --- reading
 * -------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Peer) peer = data;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (length == 0)
    {
      /* No more requests; what is under way is still answered, if anybody listens. A pilot is too
       * long to run for nobody. */
      if (peer->pilot != NULL)
        g_cancellable_cancel (peer->pilot);
      return;
    }
  if (length < 0)
    {
      if (!peer->control->closing)
        peer_leave (peer);
      return;
    }
  if (peer->input->len + (gsize)length > SB_CONTROL_MAX_LINE)
    {
      peer_refuse (peer, _ ("The request is too long."));
      return;
    }
  g_byte_array_append (peer->input, (const guint8 *)peer->chunk, (guint)length);
  explicit_bzero (peer->chunk, (gsize)length);
  peer_next (peer);
  peer_read (peer);
}

static void
peer_read (Peer *peer)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (peer->connection));

  g_input_stream_read_async (stream, peer->chunk, sizeof peer->chunk, G_PRIORITY_DEFAULT,
                             peer->reading, read_cb, peer_ref (peer));
}

/* --- connections
 * ---------------------------------------------------------------------------------- */

/* The folder is the owner's alone, but the socket could have been handed on. */
static gboolean
is_same_user (GSocketConnection *connection)
{
  g_autoptr (GCredentials) credentials = NULL;

  credentials = g_socket_get_credentials (g_socket_connection_get_socket (connection), NULL);
  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == geteuid ();
}

static void control_accept (SbControl *self);

static gboolean
accept_again_cb (gpointer data)
{
  SbControl *self = data;

  control_accept (self);
  return G_SOURCE_REMOVE;
}

/* Out of descriptors, most likely: trying again at once would only burn the processor. */
static void
accept_later (SbControl *self)
{
  g_autoptr (GSource) source = g_timeout_source_new (ACCEPT_PAUSE_MS);

  g_source_set_callback (source, accept_again_cb, self, NULL);
  g_source_attach (source, self->context);
}

static void
accept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SbControl *self = data;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Peer) peer = NULL;

  connection = g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, &error);
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      self->accepting = FALSE;
      return;
    }
  if (connection == NULL)
    {
      g_debug ("control: %s", error->message);
      accept_later (self);
      return;
    }
  if (is_same_user (connection) && self->peers->len < MAX_CONNECTIONS)
    {
      peer = g_new0 (Peer, 1);
      g_atomic_ref_count_init (&peer->ref_count);
      peer->control = self;
      peer->connection = g_steal_pointer (&connection);
      peer->reading = g_cancellable_new ();
      /* Room for most requests from the start: what grows leaves copies behind. */
      peer->input = g_byte_array_sized_new (READ_CHUNK);
      peer->output = g_string_new (NULL);
      g_ptr_array_add (self->peers, peer);
      peer_read (peer);
    }
  control_accept (self);
}

static void
control_accept (SbControl *self)
{
  self->accepting = !g_cancellable_is_cancelled (self->cancellable);
  if (self->accepting)
    g_socket_listener_accept_async (self->listener, self->cancellable, accept_cb, self);
}

static gboolean
control_listen (SbControl *self, GError **error)
{
  const char *folder = sb_store_get_folder (sb_engine_get_store (self->engine));
  g_autoptr (GSocketAddress) address = sb_control_address_new (folder, &self->folder_fd, error);
  g_autoptr (GError) problem = NULL;

  if (address == NULL)
    return FALSE;

  /* The engine holds the folder's lock, so a socket that is there was left behind by one that died.
   */
  if (unlinkat (self->folder_fd, SB_CONTROL_SOCKET, 0) != 0 && errno != ENOENT)
    g_debug ("control: the old socket could not be removed: %s", g_strerror (errno));
  if (!g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &problem) ||
      fchmodat (self->folder_fd, SB_CONTROL_SOCKET, 0600, 0) != 0)
    {
      g_set_error (
        error, SB_ERROR, SB_ERROR_FAILED,
        _ ("The control socket in %s could not be made: %s. Check that the folder is yours "
           "and on a local disk."),
        folder, problem != NULL ? problem->message : g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/**
 * sb_control_new:
 * @engine: an engine that owns its folder
 *
 * Makes the control socket in @engine's data folder and answers on the thread-default context.
 *
 * Returns: (transfer full): the server, or NULL and an error
 */
SbControl *
sb_control_new (SbEngine *engine, GError **error)
{
  g_autoptr (SbControl) self = g_new0 (SbControl, 1);

  self->engine = g_object_ref (engine);
  self->context = g_main_context_ref_thread_default ();
  self->listener = g_socket_listener_new ();
  self->cancellable = g_cancellable_new ();
  self->peers = g_ptr_array_new ();
  self->folder_fd = -1;
  if (!control_listen (self, error))
    return NULL;
  control_accept (self);
  return g_steal_pointer (&self);
}

static gboolean
close_peers_cb (gpointer data)
{
  SbControl *self = data;

  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = g_ptr_array_index (self->peers, i);

      g_socket_shutdown (g_socket_connection_get_socket (peer->connection), TRUE, TRUE, NULL);
    }
  return G_SOURCE_CONTINUE;
}

/**
 * sb_control_free:
 *
 * Stops listening, gives up the pilots that are under way, lets shorter commands end and answers
 * them, removes the socket. Runs the context it was made in meanwhile. Call it before
 * sb_engine_stop().
 */
void
sb_control_free (SbControl *self)
{
  g_autoptr (GSource) patience = g_timeout_source_new (CLOSE_PATIENCE_MS);

  self->closing = TRUE;
  g_cancellable_cancel (self->cancellable);
  if (self->folder_fd >= 0)
    unlinkat (self->folder_fd, SB_CONTROL_SOCKET, 0);
  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = g_ptr_array_index (self->peers, i);

      g_cancellable_cancel (peer->reading);
      if (peer->pilot != NULL)
        g_cancellable_cancel (peer->pilot);
    }

  /* A peer that does not take its answer must not keep the engine from closing. */
  g_source_set_callback (patience, close_peers_cb, self, NULL);
  g_source_attach (patience, self->context);
  while (self->peers->len > 0 || self->accepting)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (patience);

  g_socket_listener_close (self->listener);
  if (self->folder_fd >= 0)
    close (self->folder_fd);
  g_ptr_array_unref (self->peers);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_object_unref (self->engine);
  g_main_context_unref (self->context);
  g_free (self);
}
