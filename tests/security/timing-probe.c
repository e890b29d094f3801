/* timing-probe.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For test-timing.py, under callgrind: judges one request whose proof is wrong at one place only.
 * The instructions of measured () are counted. timing-probe CONNECTOR[:SCHEME] PLACE (per cent of
 * the proof's length) FOLDER (with connectors of its own)
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sb-connection.h"
#include "sb-paths.h"
#include "sb-signature-private.h"
#include "sb-signature.h"

#define NOW_US (G_GINT64_CONSTANT (1764000000) * G_USEC_PER_SEC)

typedef struct
{
  SbConnector *connector;
  SbTrigger *trigger;
  SbConnection *connection;
  GHashTable *secrets;
  GHashTable *headers;
  GBytes *body;
} Probe;

__attribute__ ((noinline)) static SbVerdict *
measured (Probe *probe)
{
  SbIncoming incoming = { "POST", "/in/token", probe->headers, probe->body };

  return sb_signature_judge (probe->connector, probe->trigger->id, probe->connection,
                             probe->secrets, &incoming, "https://a.example/in/token", NOW_US);
}

/* The longest header is the one with the proof; what is changed stays a character that may stand
 * there. */
static char *
find_proof (GHashTable *headers)
{
  static const char *const names[] = { "x-shopify-hmac-sha256", "stripe-signature",
                                       "intuit-signature",      "x-square-hmacsha256-signature",
                                       "x-slack-signature",     "webhook-signature",
                                       "x-signature",           "authorization" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_hash_table_lookup (headers, names[i]) != NULL)
      return g_hash_table_lookup (headers, names[i]);
  g_error ("there is no proof among the headers");
}

static void
spoil (char *proof, guint place)
{
  const char *start = strrchr (proof, '=');
  gsize skip = 0;
  gsize length;
  char *at;

  /* "t=…,v1=…", "v0=…", "sha256=…", "v1,…", "Basic …": the proof itself is what is behind. */
  while (start != NULL && start[1] == '\0')
    start = start > proof && start[-1] == '=' ? start - 1 : NULL;
  if (start != NULL)
    skip = (gsize)(start - proof) + 1;
  if (g_str_has_prefix (proof, "v1,") || g_str_has_prefix (proof, "Basic "))
    skip = strcspn (proof, ", ") + 1;
  length = strcspn (proof + skip, "=");
  at = proof + skip + (length - 1) * place / 100;
  *at = *at == 'a' ? 'b' : 'a';
}

int
main (int argc, char *argv[])
{
  g_autofree char *data_dir = sb_paths_get_data_dir ();
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnectors) connectors = sb_connectors_new (data_dir, argv[3], problems);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (argv[1], ":", 2);
  Probe probe = { 0 };

  g_assert_cmpint (argc, ==, 4);
  probe.connector = sb_connectors_find (connectors, words[0]);
  g_assert_nonnull (probe.connector);
  probe.trigger = g_ptr_array_index (probe.connector->triggers, 0);
  probe.connection = sb_connection_new_practice (probe.connector, &probe.secrets);
  if (words[1] != NULL)
    sb_value_set_string (probe.connection->settings, "scheme", words[1]);
  probe.body = g_bytes_new_static ("{\"id\": 1}", 9);
  probe.headers =
    sb_signature_sign (probe.connector, probe.trigger->id, probe.connection, probe.secrets,
                       "https://a.example/in/token", probe.body, "evt_1", NOW_US, &error);
  g_assert_no_error (error);
  spoil (find_proof (probe.headers), (guint)atoi (argv[2]));
  /* Twice: what the first one fills is there for the second. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SbVerdict) verdict = measured (&probe);

      g_assert_cmpint (verdict->kind, ==, SB_VERDICT_REFUSED);
    }
  g_hash_table_unref (probe.headers);
  g_hash_table_unref (probe.secrets);
  g_bytes_unref (probe.body);
  sb_connection_unref (probe.connection);
  return 0;
}
