/* sb-run-record.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-backoff.h"
#include "sb-clock.h"
#include "sb-error.h"
#include "sb-json.h"
#include "sb-replay.h"
#include "sb-signature.h"

/* Of an answer's body, so that an attempt stays under 64 KiB. */
#define MAX_KEPT_BODY       (48 * 1024)
#define DEFAULT_CONCURRENT  8
#define PRACTICE_CONCURRENT 32

/* --- places
 * --------------------------------------------------------------------------------------- */

static void
place_free (gpointer data)
{
  SbPlace *self = data;

  g_clear_pointer (&self->open, sb_attempt_unref);
  g_free (self->key);
  g_free (self);
}

SbPlace *
sb_places_find (GHashTable *places, const char *place)
{
  SbPlace *found = g_hash_table_lookup (places, place);

  if (found == NULL)
    {
      found = g_new0 (SbPlace, 1);
      g_hash_table_insert (places, g_strdup (place), found);
    }
  return found;
}

/* For how long it has been tried, without the nights the computer slept, and whatever the clock was
 * set to in between: nobody gives up because of time in which nothing could be tried. */
gint64
sb_place_get_tried_us (SbPlace *self, gint64 now_us)
{
  return self->tried_us + CLAMP (now_us - self->last_us, 0, SB_BACKOFF_MAX_US);
}

void
sb_place_count (SbPlace *self, SbAttempt *attempt)
{
  gboolean fresh = attempt->number > self->number;
  gboolean open = g_str_equal (attempt->state, "sent") || g_str_equal (attempt->state, "unknown");

  self->number = MAX (self->number, attempt->number);
  g_clear_pointer (&self->open, sb_attempt_unref);
  if (open)
    self->open = sb_attempt_ref (attempt);
  if (g_strcmp0 (self->key, attempt->key) != 0)
    {
      g_free (self->key);
      self->key = g_strdup (attempt->key);
      self->unsure = FALSE;
    }
  if (g_str_equal (attempt->state, "retry") || g_str_equal (attempt->state, "unknown"))
    self->unsure = TRUE;

  if (open || g_str_equal (attempt->state, "retry"))
    {
      if (self->failures == 0)
        {
          self->first_us = attempt->started_us;
          self->tried_us = 0;
        }
      else if (fresh)
        {
          self->tried_us = sb_place_get_tried_us (self, attempt->started_us);
        }
      self->last_us = attempt->started_us;
      if (fresh)
        self->failures++;
    }
  else
    {
      self->failures = 0;
    }
}

GHashTable *
sb_places_new (GPtrArray *attempts)
{
  GHashTable *places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, place_free);

  for (guint i = 0; attempts != NULL && i < attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (attempts, i);

      sb_place_count (sb_places_find (places, attempt->place), attempt);
    }
  return places;
}

/* --- attempts
 * ------------------------------------------------------------------------------------- */

static SbAttempt *
attempt_copy (SbAttempt *begun, const char *state)
{
  SbAttempt *attempt = sb_attempt_new ();

  attempt->run = begun->run;
  attempt->place = g_strdup (begun->place);
  attempt->number = begun->number;
  attempt->key = g_strdup (begun->key);
  attempt->request = g_strdup (begun->request);
  attempt->started_us = begun->started_us;
  attempt->ended_us = sb_clock_now_us ();
  attempt->state = g_strdup (state);
  return attempt;
}

/* Members of a JSON body stay readable as such; anything else is kept as text. */
static SbValue *
read_body (GBytes *bytes)
{
  gsize length = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  SbValue *value = NULL;
  g_autofree char *text = NULL;

  if (length == 0)
    return NULL;
  if (length <= MAX_KEPT_BODY && (data[0] == '{' || data[0] == '['))
    value = sb_json_parse (data, length, NULL);
  if (value != NULL)
    return value;
  text = g_utf8_make_valid (data, MIN (length, MAX_KEPT_BODY));
  return sb_value_new_string (text);
}

static char *
write_response (const SbAnswer *answer, GHashTable *secrets)
{
  g_autoptr (SbValue) response = sb_value_new_object ();
  g_autoptr (SbValue) safe = NULL;
  SbValue *body = read_body (answer->body);
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  if (answer->headers != NULL)
    {
      SbValue *headers = sb_value_new_object ();

      g_hash_table_iter_init (&iter, answer->headers);
      while (g_hash_table_iter_next (&iter, &name, &value))
        if (!g_str_equal (name, "set-cookie"))
          sb_value_set_string (headers, name, value);
      sb_value_set (response, "headers", headers);
    }
  if (body != NULL)
    sb_value_set (response, "body", body);
  safe = sb_redact_value (response, secrets);
  return sb_json_write (safe);
}

SbAttempt *
sb_attempt_finish (SbAttempt *begun,
                   const char *state,
                   const SbAnswer *answer,
                   const SbOutcome *outcome,
                   GHashTable *secrets)
{
  SbAttempt *attempt = attempt_copy (begun, state);

  attempt->status = answer->status;
  attempt->message = g_strdup (outcome->message);
  if (answer->status != 0)
    attempt->response = write_response (answer, secrets);
  if (outcome->output != NULL)
    attempt->output = sb_value_ref (outcome->output);
  return attempt;
}

SbAttempt *
sb_attempt_settle (SbAttempt *begun, const char *state, const char *message, SbValue *output)
{
  SbAttempt *attempt = attempt_copy (begun, state);

  attempt->status = begun->status;
  attempt->response = g_strdup (begun->response);
  attempt->message = g_strdup (message);
  if (output != NULL)
    attempt->output = sb_value_ref (output);
  return attempt;
}

/* --- words
 * ---------------------------------------------------------------------------------------- */

/* For a person, who thinks in the clock on the wall. */
static char *
format_local (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);

  return g_date_time_format (local, "%F %R");
}

char *
sb_run_describe_unknown (
  SbAccount *account, SbAction *action, const char *label, const char *message, gint64 started_us)
{
  const char *vendor = account->connector->name;
  g_autofree char *time = format_local (started_us);

  if (message == NULL)
    return g_strdup_printf (
      _ ("Signalbox asked %s to %s for %s (%s) and was stopped before it heard "
         "the answer. Look into %s whether it was done, then say so here"),
      vendor, action->label, label, time, vendor);
  return g_strdup_printf (
    _ ("Signalbox asked %s to %s for %s (%s) and does not know what came of it. "
       "%s. Look whether it was done, then say so here"),
    vendor, action->label, label, time, message);
}

char *
sb_run_describe_give_up (SbAccount *account, SbAction *action, guint tries, const char *message)
{
  const char *vendor = account->connector->name;

  if (tries == 1)
    return g_strdup_printf (_ ("Signalbox asked %s to %s and stopped trying. The answer: %s"),
                            vendor, action->label, message);
  return g_strdup_printf (
    _ ("Signalbox asked %s %u times to %s and stopped trying. The last answer: "
       "%s"),
    vendor, tries, action->label, message);
}

/* --- what may be sent, and how fast
 * ------------------------------------------------------------------ */

static gboolean
is_below (const char *url, const char *base)
{
  gsize length = strlen (base);

  return strncmp (url, base, length) == 0 && strchr ("/?", url[length]) != NULL;
}

gboolean
sb_run_may_send (SbCore *core, SbAccount *account, SbRequest *request, GError **error)
{
  const char *environment = account->connection->environment;
  gboolean may = FALSE;

  if (g_str_equal (core->mode, "practice"))
    may = core->practice_base != NULL && account->base != NULL &&
          is_below (account->base, core->practice_base) && is_below (request->url, account->base);
  else if (g_str_equal (core->mode, "sandbox"))
    may = account->base == NULL && g_str_equal (environment, "sandbox");
  else
    may = account->base == NULL && g_str_equal (environment, "production");

  if (!may)
    g_set_error (
      error, SB_ERROR, SB_ERROR_REFUSED,
      _ ("A request to %s was held back: it would have left the mode “%s”. This is a fault in "
         "Signalbox; please report it"),
      account->connector->name, core->mode);
  return may;
}

SbRate
sb_run_get_rate (SbCore *core, SbConnector *connector)
{
  SbValue *limit = sb_value_get_member (connector->document, "rate_limit");
  SbValue *per_second = limit != NULL ? sb_value_get_member (limit, "per_second") : NULL;
  SbRate rate = { 0.0, DEFAULT_CONCURRENT };

  /* The practice ground is on this computer and has no limit but the faults it is told to make. */
  if (g_str_equal (core->mode, "practice"))
    {
      rate.concurrent = PRACTICE_CONCURRENT;
      return rate;
    }
  if (per_second != NULL)
    rate.per_second = g_ascii_strtod (sb_value_get_text (per_second), NULL);
  if (limit != NULL)
    rate.concurrent = sb_value_get_int_or (limit, "concurrent", DEFAULT_CONCURRENT);
  return rate;
}

/* --- the event
 * ------------------------------------------------------------------------------------ */

SbValue *
sb_run_read_event (SbCore *core, SbFlow *flow, SbEvent *event, GError **error)
{
  g_autoptr (SbAccount) account = NULL;
  g_autofree char *words = NULL;

  if (flow->trigger_connector != NULL &&
      sb_connectors_find (core->connectors, flow->trigger_connector) != NULL)
    sb_accounts_find_trigger (core->accounts, flow->trigger_connector, flow->trigger_connection,
                              &account, &words);
  return sb_replay_body (core->connectors, flow, account != NULL ? account->connection : NULL,
                         event, error);
}
