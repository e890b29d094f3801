/* fuzz-practice.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The practice ground on a loopback socket: the input is what one peer sends before it says that it
 * sends no more. A NUL byte ends a packet; two of them are one that is sent.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "fuzz-peer.h"
#include "sb-json.h"
#include "sb-practice.h"

/* Faults hold answers back for as long as they are told; nobody waits for them here. */
#define PATIENCE_US (200 * 1000)

static void
check_answers (GString *answers)
{
  const char *at = answers->str;

  fuzz_check (answers->len == 0 || g_str_has_prefix (at, "HTTP/1."));
  if (answers->len > strlen ("HTTP/1.1 200"))
    fuzz_check (g_ascii_isdigit (at[9]) && at[9] >= '1' && at[9] <= '5');
}

/* What was done is a list of objects that can be written and read again. */
static void
check_ledger (SbPractice *practice)
{
  g_autoptr (SbValue) received = sb_practice_get_received (practice);

  fuzz_check (sb_value_get_type (received) == SB_VALUE_ARRAY);
  fuzz_check_value (received);
  for (guint i = 0; i < sb_value_get_length (received); i++)
    fuzz_check (sb_value_get_type (sb_value_get_item (received, i)) == SB_VALUE_OBJECT);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (SbPractice) practice = sb_practice_new (fuzz_connectors ());
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  gint64 end_us;
  FuzzPeer *peer;

  if (!sb_practice_listen (practice, 0, &error))
    g_error ("%s", error->message);
  address = g_inet_socket_address_new (loopback, (guint16)sb_practice_get_port (practice));
  peer = fuzz_peer_new (address);
  fuzz_peer_say (peer, data, size);
  end_us = g_get_monotonic_time () + PATIENCE_US;
  while (!peer->closed && g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
  check_answers (peer->answers);
  check_ledger (practice);
  fuzz_peer_free (peer);
  sb_practice_stop (practice);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return 0;
}
