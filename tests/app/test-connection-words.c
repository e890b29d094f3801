/* test-connection-words.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* How old a key is, when it is worth a new one, and who has not signed in yet. */

#include "config.h"

#include <string.h>

#include "sb-connection-words.h"
#include "sb-json.h"

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define NOW_US (20000 * DAY_US)

static SbConnectors *connectors;

static SbKeyState
look (const char *connector, const char *settings, gint64 days, int signed_in, char **words)
{
  g_autoptr (SbValue) parsed = sb_json_parse (settings, -1, NULL);
  g_autoptr (SbConnection) connection =
    sb_connection_new ("id", connector, "Name", "production", parsed);

  connection->secret_changed_us = days >= 0 ? NOW_US - days * DAY_US : 0;
  return sb_connection_key_state (connection, sb_connectors_find (connectors, connector), signed_in,
                                  NOW_US, words);
}

static void
assert_state (const char *connector,
              const char *settings,
              gint64 days,
              int signed_in,
              SbKeyState state,
              const char *says)
{
  g_autofree char *words = NULL;

  g_assert_cmpint (look (connector, settings, days, signed_in, &words), ==, state);
  if (says == NULL)
    g_assert_null (words);
  else
    g_assert_nonnull (strstr (words, says));
}

static void
test_entered (void)
{
  assert_state ("slack", "{}", -1, -1, SB_KEY_MISSING, "No key");
  assert_state ("slack", "{}", 0, -1, SB_KEY_FINE, "today");
  assert_state ("slack", "{}", 1, -1, SB_KEY_FINE, "1 day old");
  assert_state ("slack", "{}", 364, -1, SB_KEY_FINE, "364 days old");
  assert_state ("slack", "{}", 365, -1, SB_KEY_OLD, "Slack");
  assert_state ("http", "{\"auth\": \"none\"}", -1, -1, SB_KEY_NONE, NULL);
}

static void
test_signed_in (void)
{
  const char *settings = "{\"sign_in\": \"browser\"}";

  assert_state ("slack", settings, 2, 0, SB_KEY_MISSING, "signed in");
  assert_state ("slack", settings, 400, 1, SB_KEY_FINE, "renewed by itself");
  /* The keyring is locked: nothing is claimed. */
  assert_state ("slack", settings, 2, -1, SB_KEY_FINE, NULL);
}

/* A clock that was set back makes no key older. */
static void
test_future (void)
{
  g_autofree char *words = NULL;
  g_autoptr (SbConnection) connection = sb_connection_new ("id", "slack", "Name", "sandbox", NULL);

  connection->secret_changed_us = NOW_US + 400 * DAY_US;
  g_assert_cmpint (sb_connection_key_state (connection, sb_connectors_find (connectors, "slack"),
                                            -1, NOW_US, &words),
                   ==, SB_KEY_FINE);
  g_assert_nonnull (strstr (words, "today"));
}

int
main (int argc, char **argv)
{
  g_autoptr (SbProblems) problems = sb_problems_new ();
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  connectors = sb_connectors_new (g_getenv ("SIGNALBOX_DATA_DIR"), NULL, problems);
  g_test_add_func ("/connection-words/entered", test_entered);
  g_test_add_func ("/connection-words/signed-in", test_signed_in);
  g_test_add_func ("/connection-words/future", test_future);
  status = g_test_run ();
  sb_connectors_unref (connectors);
  return status;
}
