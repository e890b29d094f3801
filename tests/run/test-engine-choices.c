/* test-engine-choices.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What a vendor knows for a field is asked for, and offered in words. */

#include "config.h"

#include "engine-fixture.h"
#include "sb-error.h"

static SbField *
find_field (Fixture *self, const char *connector, const char *action, const char *key)
{
  SbConnector *found = sb_connectors_find (sb_engine_get_connectors (self->engine), connector);
  SbField *field = sb_action_find_field (sb_connector_find_action (found, action), key);

  g_assert_nonnull (field->choices);
  return field;
}

static SbValue *
list (Fixture *self, const char *connector, SbField *field, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_list_choices_async (self->engine, connector, NULL, field->choices, NULL, got_cb,
                                &result);
  return sb_engine_list_choices_finish (self->engine, await (&result), error);
}

static void
assert_first (Fixture *self,
              const char *connector,
              const char *action,
              const char *key,
              const char *value,
              const char *label)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) choices =
    list (self, connector, find_field (self, connector, action, key), &error);
  SbValue *first = sb_value_get_item (choices, 0);

  g_assert_no_error (error);
  g_assert_cmpstr (sb_value_get_string (first, "value"), ==, value);
  g_assert_cmpstr (sb_value_get_string (first, "label"), ==, label);
}

static void
test_practice (Fixture *self, gconstpointer data)
{
  self->options.mode = "practice";
  self->options.practice_port = 0;
  self->options.timeout_us = 20 * G_USEC_PER_SEC;
  fixture_start (self);
  assert_first (self, "square", "adjust-stock", "location_id", "YYQR03DGCTXA4", "Harbour Street");
  assert_first (self, "slack", "post-message", "channel", "C123ABC456", "packing");
  assert_first (self, "shipstation", "create-label", "carrier_id", "se-123890", "USPS");
}

/* A real vendor is asked through an account the owner chose, never through one that was guessed. */
static void
test_live (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) none = NULL;

  fixture_start (self);
  none = list (self, "square", find_field (self, "square", "restock", "location_id"), &error);
  g_assert_null (none);
  g_assert_error (error, SB_ERROR, SB_ERROR_NOT_FOUND);
  assert_says (error->message, "Choose a connection");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_BARE ("/choices/practice", test_practice);
  ADD_BARE ("/choices/live", test_live);
  return g_test_run ();
}
