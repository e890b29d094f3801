/* history.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "history.h"

#include <sqlite3.h>

#include "fixture.h"
#include "sb-clock.h"
#include "sb-json.h"
#include "world.h"

/* So many are on their way through the store at a time, so that they share commits. */
#define AT_ONCE           2000
#define INDEX_PATIENCE_US (20 * 60 * (gint64)G_USEC_PER_SEC)

typedef struct
{
  SbStore *store;
  gsize bytes;
  const char *state;
  guint next;
  guint end;
  guint under_way;
  GError *error;
} History;

/* One order on its way. */
typedef struct
{
  History *history;
  guint number;
  guint step;
  gint64 run;
} Order;

static void next_cb (GObject *object, GAsyncResult *result, gpointer data);

static SbAttempt *
make_attempt (Order *order, const char *place, const char *state)
{
  SbAttempt *attempt = sb_attempt_new ();
  gboolean ended = !g_str_equal (state, "sent");

  attempt->run = order->run;
  attempt->place = g_strdup (place);
  attempt->number = 1;
  attempt->key = g_strdup_printf ("sb-6a7d9f10c4b24e8b-%" G_GINT64_FORMAT "-%s", order->run, place);
  attempt->state = g_strdup (state);
  attempt->started_us = sb_clock_now_us ();
  attempt->request = g_strdup_printf (
    "{\"method\":\"POST\",\"url\":\"https://api.example.com/v3/orders\",\"headers\":{\"accept\":"
    "\"application/json\",\"content-type\":\"application/json\",\"idempotency-key\":\"%s\"},"
    "\"body\":{\"order\":\"#%u\",\"total\":\"%u.90\"}}",
    attempt->key, order->number, order->number % 300 + 10);
  if (!ended)
    return attempt;
  attempt->ended_us = attempt->started_us + 120000;
  attempt->status = g_str_equal (state, "done") ? 200 : 503;
  attempt->response = g_strdup_printf (
    "{\"headers\":{\"content-type\":\"application/json\",\"x-request-id\":\"req-%08x\"},"
    "\"body\":{\"ok\":true,\"id\":\"s%u\"}}",
    order->number * 2654435761u, order->number);
  if (attempt->status == 200)
    {
      attempt->output = sb_value_new_object ();
      sb_value_set_string (attempt->output, "id", "s1");
    }
  else
    {
      attempt->message = g_strdup ("Sink answered 503: it is down for maintenance");
    }
  return attempt;
}

/* What the last commit of an order in history says. */
static const char *
choose_end (guint number)
{
  if (number % 500 == 0)
    return "inbox";
  if (number % 250 == 1)
    return "dropped";
  return number % 50 == 7 ? "stopped" : "done";
}

static SbRunChange *
make_change (Order *order)
{
  SbRunChange *change = sb_run_change_new ();
  const char *end = choose_end (order->number);

  change->run = order->run;
  change->state = "running";
  change->step = g_strdup (order->step < 3 ? "first" : "second");
  if (order->step == 1)
    {
      change->begun = make_attempt (order, "first", "sent");
    }
  else if (g_str_equal (order->history->state, "waiting"))
    {
      change->finished = make_attempt (order, "first", "retry");
      change->state = "waiting";
      change->due_us = sb_clock_now_us ();
      change->problem = g_strdup ("Sink answered 503: it is down for maintenance");
    }
  else if (order->step == 2)
    {
      change->finished = make_attempt (order, "first", "done");
      change->begun = make_attempt (order, "second", "sent");
    }
  else
    {
      change->finished =
        make_attempt (order, "second", g_str_equal (end, "inbox") ? "failed" : "done");
      change->state = end;
      if (!g_str_equal (end, "done"))
        change->problem = g_strdup ("The customer’s country is not one we deliver to");
    }
  return change;
}

static void
start_one (History *self)
{
  Order *order = g_new0 (Order, 1);
  g_autoptr (SbEvent) event = sb_event_new ();

  order->history = self;
  order->number = ++self->next;
  self->under_way++;
  event->flow_id = g_strdup (order->number % 10 == 3 ? "returns" : "orders");
  event->event_id = g_strdup_printf ("b54557e4-bdd9-4b37-8a5f-%012u", order->number);
  event->source = g_strdup ("webhook");
  event->topic = g_strdup ("orders/paid");
  event->label = g_strdup_printf ("Order #%u", order->number);
  event->headers =
    g_strdup ("{\"content-type\":\"application/json\",\"x-shopify-topic\":\"orders/paid\","
              "\"x-shopify-shop-domain\":\"harbour-goods.myshopify.com\","
              "\"x-shopify-hmac-sha256\":\"•••\"}");
  event->body = g_string_free_to_bytes (world_make_body (order->number, self->bytes));
  event->received_us = sb_clock_now_us ();
  sb_store_accept_event_async (self->store, event, NULL, next_cb, order);
}

static gboolean
is_over (Order *order)
{
  return order->run == 0 || order->step == (g_str_equal (order->history->state, "waiting") ? 3 : 4);
}

static void
next_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Order *order = data;
  History *self = order->history;
  g_autoptr (SbRunChange) change = NULL;
  g_autoptr (GError) error = NULL;
  SbAccepted accepted = { 0 };

  if (order->step++ == 0)
    {
      sb_store_accept_event_finish (SB_STORE (object), result, &accepted, &error);
      order->run = accepted.run;
    }
  else
    {
      sb_store_apply_finish (SB_STORE (object), result, &error);
    }
  if (error != NULL || is_over (order))
    {
      if (self->error == NULL)
        self->error = g_steal_pointer (&error);
      g_free (order);
      self->under_way--;
      if (self->error == NULL && self->next < self->end)
        start_one (self);
      return;
    }
  change = make_change (order);
  sb_store_apply_async (self->store, change, NULL, next_cb, order);
}

static gboolean
make_flow (SbStore *store, const char *id, const char *name, GError **error)
{
  g_autoptr (SbValue) document = world_make_flow (error);
  g_autoptr (GAsyncResult) saved = NULL, published = NULL;
  g_autofree char *made = NULL;
  FixtureWait wait = { NULL };

  if (document == NULL)
    return FALSE;
  sb_store_save_draft_async (store, id, name, document, NULL, fixture_done_cb, &wait);
  saved = fixture_wait (&wait);
  made = sb_store_save_draft_finish (store, saved, error);
  if (made == NULL)
    return FALSE;
  sb_store_publish_async (store, made, NULL, NULL, fixture_done_cb, &wait);
  published = fixture_wait (&wait);
  return sb_store_publish_finish (store, published, error) > 0;
}

static gboolean
pause_flow (SbStore *store, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  FixtureWait wait = { NULL };

  sb_store_set_flow_state_async (store, id, "paused", NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  return sb_store_set_flow_state_finish (store, result, error);
}

static gint64
get_newest_run (SbStore *store)
{
  SbRunQuery query = { .limit = 1 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) found = NULL;
  FixtureWait wait = { NULL };

  sb_store_list_runs_async (store, &query, NULL, fixture_done_cb, &wait);
  result = fixture_wait (&wait);
  found = sb_store_list_runs_finish (store, result, NULL);
  return found != NULL && found->len > 0 ? ((SbRun *)g_ptr_array_index (found, 0))->id : 0;
}

gboolean
history_add (SbStore *store, guint runs, gsize bytes, const char *state, GError **error)
{
  History self = { .store = store, .bytes = bytes, .state = state, .end = runs };

  self.next = (guint)get_newest_run (store);
  if (self.next == 0 && (!make_flow (store, "orders", "Paid orders", error) ||
                         !make_flow (store, "returns", "Returns", error)))
    return FALSE;
  if (g_str_equal (state, "held") &&
      (!pause_flow (store, "orders", error) || !pause_flow (store, "returns", error)))
    return FALSE;

  sb_store_set_take_accepted (store, TRUE);
  while (self.next < self.end && self.under_way < AT_ONCE)
    start_one (&self);
  while (self.under_way > 0)
    g_main_context_iteration (NULL, TRUE);
  sb_store_set_take_accepted (store, FALSE);
  if (self.error != NULL)
    g_propagate_error (error, self.error);
  return self.error == NULL;
}

/* --- looking from outside
 * ------------------------------------------------------------------------- */

/* The first column of the first row; -1: there is none. */
gint64
history_look (const char *folder, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, "signalbox.db", NULL);
  sqlite3 *handle = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 number = -1;

  if (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);
  return number;
}

/* What is not in the index is read through by every search, so it is measured when all is. */
gboolean
history_wait_for_index (SbStore *store, GError **error)
{
  const char *folder = sb_store_get_folder (store);
  gint64 end_us = g_get_monotonic_time () + INDEX_PATIENCE_US;

  while (history_look (folder, "SELECT max (runs.id) - done FROM runs, search_state") > 0)
    {
      if (g_get_monotonic_time () > end_us)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The search index is never done");
          return FALSE;
        }
      g_usleep (20000);
    }
  return TRUE;
}
