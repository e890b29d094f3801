/* fuzz-endpoint.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The endpoint, with its socket, libsoup and a store: the input is what one peer sends before it
 * says that it sends no more. A NUL byte ends a packet; two of them are one that is sent.
 */

#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "fuzz-peer.h"
#include "sb-endpoint-private.h"

typedef struct
{
  char *folder;
  Fixture fixture;
  SbEndpoint *endpoint;
  guint accepted;
} World;

static World world;

static void
accepted_cb (SbEndpoint *endpoint, gpointer event, gpointer accepted, gpointer data)
{
  world.accepted++;
}

static void
add_bell (GPtrArray *bells, const char *token, FuzzVendor *vendor, const char *scheme)
{
  SbBell *bell = sb_bell_new ();
  g_autoptr (SbValue) settings = sb_value_copy (vendor->connection->settings);

  if (scheme != NULL)
    sb_value_set_string (settings, "scheme", scheme);
  bell->token = g_strdup (token);
  bell->flow_id = g_strdup (world.fixture.flow_id);
  bell->connectors = sb_connectors_ref (fuzz_connectors ());
  bell->connector = vendor->connector;
  bell->trigger = g_ptr_array_index (vendor->connector->triggers, 0);
  bell->connection = sb_connection_new ("c", vendor->connector->id, "C", "sandbox", settings);
  bell->secrets = g_hash_table_ref (vendor->secrets);
  bell->public_address = g_strdup_printf ("https://practice.signalbox.invalid/in/%s", token);
  g_ptr_array_add (bells, bell);
}

static void
end_world (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", world.folder);

  sb_endpoint_stop (world.endpoint);
  g_clear_object (&world.endpoint);
  fixture_close (&world.fixture);
  if (system (command) != 0)
    g_warning ("%s is left behind", world.folder);
  g_free (world.folder);
}

/* One for each connector under its id, and one that anybody may ring: /in/open. */
static void
make_world (void)
{
  g_autoptr (GPtrArray) bells = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_bell_unref);
  g_autoptr (GError) error = NULL;
  SbTransportLimits limits;

  world.folder = g_dir_make_tmp ("sb-fuzz-XXXXXX", &error);
  if (world.folder == NULL || !fixture_open (&world.fixture, world.folder, &error))
    g_error ("The store cannot be made: %s", error->message);
  for (guint i = 0; i < fuzz_n_vendors (); i++)
    if (fuzz_vendor (i)->connector->triggers->len > 0)
      add_bell (bells, fuzz_vendor (i)->connector->id, fuzz_vendor (i), NULL);
  add_bell (bells, "open", fuzz_find_vendor ("webhook"), "path");

  world.endpoint = sb_endpoint_new (world.fixture.store, 8192);
  /* A connection that does not end is to be seen as such. */
  sb_endpoint_get_limits (world.endpoint, &limits);
  limits.idle_us = limits.head_us = limits.request_us = limits.write_us = limits.linger_us =
    G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
  sb_endpoint_set_limits (world.endpoint, &limits);
  sb_endpoint_set_bells (world.endpoint, bells);
  g_signal_connect (world.endpoint, "accepted", G_CALLBACK (accepted_cb), NULL);
  if (!sb_endpoint_listen (world.endpoint, 0, &error))
    g_error ("%s", error->message);
  atexit (end_world);
}

static GSocketAddress *
get_address (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return g_inet_socket_address_new (loopback, (guint16)sb_endpoint_get_port (world.endpoint));
}

/* Returns: how many of them say 200 */
static guint
check_answers (GString *answers)
{
  static const char *const allowed[] = { "100", "200", "400", "401", "404", "408", "413",
                                         "414", "417", "431", "501", "503", "505", NULL };
  const char *at = answers->str;
  guint good = 0;

  fuzz_check (answers->len == 0 || g_str_has_prefix (at, "HTTP/1."));
  while ((at = strstr (at, "HTTP/1.")) != NULL)
    {
      g_autofree char *status = NULL;

      at += strlen ("HTTP/1.");
      fuzz_check (at[0] != '\0' && at[1] == ' ');
      at += 2;
      status = g_strndup (at, 3);
      fuzz_check (g_strv_contains (allowed, status));
      good += strcmp (status, "200") == 0;
    }
  return good;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GSocketAddress) address = NULL;
  FuzzPeer *peer;
  guint before;

  if (world.endpoint == NULL)
    make_world ();

  before = world.accepted;
  address = get_address ();
  peer = fuzz_peer_new (address);
  fuzz_peer_say (peer, data, size);
  while (!peer->closed)
    g_main_context_iteration (NULL, TRUE);
  while (sb_endpoint_get_n_connections (world.endpoint) > 0 ||
         sb_endpoint_get_in_flight (world.endpoint) > 0)
    g_main_context_iteration (NULL, TRUE);

  /* What was stored was said to be, and what was not was not. */
  fuzz_check (world.accepted - before <= check_answers (peer->answers));
  fuzz_peer_free (peer);
  return 0;
}
