/* fuzz-control.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The control socket, with an engine behind it: the input is what one program writes to it before
 * it says that it writes no more. A NUL byte ends a packet; two of them are one that is sent.
 */

#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz-peer.h"
#include "sb-control-protocol.h"
#include "sb-control.h"

/* What one engine is told in a row: then it gets a new folder, so that no input depends on
 * thousands. */
#define MOST_INPUTS 200

typedef struct
{
  char *folder;
  SbEngine *engine;
  SbControl *control;
  guint inputs;
} World;

static World world;

static void
end_world (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", world.folder);

  sb_control_free (world.control);
  sb_engine_stop (world.engine, 0);
  g_object_unref (world.engine);
  if (system (command) != 0)
    g_warning ("%s is left behind", world.folder);
  g_free (world.folder);
  memset (&world, 0, sizeof world);
}

static void
end_last_world (void)
{
  if (world.engine != NULL)
    end_world ();
}

static void
make_world (void)
{
  static gboolean registered;
  SbEngineOptions options = { .mode = "practice", .port = -1, .practice_port = 0 };
  g_autoptr (GError) error = NULL;

  world.folder = g_dir_make_tmp ("sb-fuzz-XXXXXX", &error);
  options.folder = world.folder;
  options.in_memory_secrets = TRUE;
  world.engine = world.folder != NULL ? sb_engine_new (&options, &error) : NULL;
  if (world.engine == NULL || !sb_engine_start (world.engine, &error))
    g_error ("The engine cannot be made: %s", error->message);
  world.control = sb_control_new (world.engine, &error);
  if (world.control == NULL)
    g_error ("The socket cannot be made: %s", error->message);
  if (!registered)
    atexit (end_last_world);
  registered = TRUE;
}

/* Every line is an object with one of three members. Returns: how many requests were answered */
static guint
check_answers (const char *answers)
{
  g_auto (GStrv) lines = g_strsplit (answers, "\n", -1);
  guint answered = 0;

  fuzz_check (g_utf8_validate (answers, -1, NULL));
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (SbValue) line = sb_json_parse (lines[i], -1, NULL);
      SbValue *error = sb_value_get_member (line, "error");

      fuzz_check (sb_value_get_length (line) == 1);
      if (error != NULL)
        {
          fuzz_check (sb_value_get_string (error, "code") != NULL);
          fuzz_check (sb_value_get_string (error, "message") != NULL);
        }
      else if (sb_value_get_member (line, "progress") != NULL)
        continue;
      else
        fuzz_check (sb_value_get_member (line, "result") != NULL);
      answered++;
    }
  return answered;
}

/* Pilots have an engine of their own and take seconds. */
static gboolean
is_too_slow (const guint8 *data, size_t size)
{
  return memmem (data, size, "pilot", 5) != NULL || memmem (data, size, "\\u", 2) != NULL;
}

static guint
count_requests (const guint8 *data, size_t size)
{
  guint n = 1;

  for (size_t i = 0; i < size; i++)
    n += data[i] == '\n';
  return n;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  FuzzPeer *peer;
  int folder_fd = -1;

  if (is_too_slow (data, size))
    return -1;
  if (world.engine != NULL && ++world.inputs > MOST_INPUTS)
    end_world ();
  if (world.engine == NULL)
    make_world ();

  address = sb_control_address_new (world.folder, &folder_fd, &error);
  fuzz_check_error (address != NULL, &error);
  peer = fuzz_peer_new (address);
  close (folder_fd);
  fuzz_peer_say (peer, data, size);
  while (!peer->closed)
    g_main_context_iteration (NULL, TRUE);
  fuzz_check (check_answers (peer->answers->str) <= count_requests (data, size));
  fuzz_peer_free (peer);
  return 0;
}
