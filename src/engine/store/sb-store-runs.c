/* sb-store-runs.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-json.h"

#define RELEASED_A_SLICE 1000

/* --- applying a change
 * ----------------------------------------------------------------------------- */

static gboolean
insert_attempt (SbDb *db, gint64 run, SbAttempt *attempt, GError **error)
{
  return sb_db_run (db, error,
                    "INSERT INTO attempts (run, place, number, key, state, status, started_us,"
                    " ended_us, message, request, response, output)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    "itittiiitttv", run, attempt->place, (gint64)attempt->number, attempt->key,
                    attempt->state, (gint64)attempt->status, attempt->started_us, attempt->ended_us,
                    attempt->message, attempt->request, attempt->response, attempt->output);
}

/* Whether the output is what the stored response ends with: an answer of many KiB is kept once.
 * What was masked or cut there is not the same. */
static gboolean
gives_whole_body (SbAttempt *attempt)
{
  g_autofree char *output = NULL;
  g_autofree char *end = NULL;

  if (attempt->output == NULL || attempt->response == NULL)
    return FALSE;
  output = sb_json_write (attempt->output);
  end = g_strconcat ("\"body\":", output, "}", NULL);
  return g_str_has_suffix (attempt->response, end);
}

/* The outcome goes to the attempt that was begun; one that never was sent (done by hand) is new. */
static gboolean
finish_attempt (SbDb *db, gint64 run, SbAttempt *attempt, GError **error)
{
  gboolean same = gives_whole_body (attempt);

  if (!sb_db_run (db, error,
                  "UPDATE attempts SET state = ?4, status = ?5, ended_us = ?6, message = ?7,"
                  " response = ?8, output = coalesce (?11, ?9), request = coalesce (?10, request)"
                  " WHERE run = ?1 AND place = ?2 AND number = ?3",
                  "ititiittvtt", run, attempt->place, (gint64)attempt->number, attempt->state,
                  (gint64)attempt->status, attempt->ended_us, attempt->message, attempt->response,
                  same ? NULL : attempt->output, attempt->request, same ? SB_OUTPUT_IS_BODY : NULL))
    return FALSE;
  return sqlite3_changes (db->handle) > 0 || insert_attempt (db, run, attempt, error);
}

static gboolean
is_final (const char *state)
{
  return strcmp (state, "done") == 0 || strcmp (state, "stopped") == 0 ||
         strcmp (state, "dropped") == 0;
}

/* From step to step of a run that goes on nothing changes that an index or a count is made of. */
static gboolean
update_running (SbDb *db, SbRunChange *change, gint64 actions, GError **error)
{
  return sb_db_run (db, error,
                    "UPDATE runs SET step = ?2, problem = ?3, unknown = ?4, changed_us = ?5,"
                    " actions = actions + ?6 WHERE id = ?1",
                    "ittiii", change->run, change->step, change->problem, (gint64)change->unknown,
                    sb_clock_now_us (), actions);
}

static gboolean
update_run (SbDb *db, SbRunChange *change, gboolean was_running, GError **error)
{
  gint64 now_us = sb_clock_now_us ();
  gint64 actions = change->finished != NULL && (g_str_equal (change->finished->state, "done") ||
                                                g_str_equal (change->finished->state, "by-hand"));

  if (was_running && g_str_equal (change->state, "running"))
    return update_running (db, change, actions, error);
  return sb_db_run (
    db, error,
    "UPDATE runs SET state = ?2, step = ?3, problem = ?4, unknown = ?5, due_us = ?6,"
    " connection = ?7, changed_us = ?8, finished_us = ?9, actions = actions + ?10,"
    " worker = iif (?9 = 0, worker, NULL)"
    " WHERE id = ?1",
    "itttiitiii", change->run, change->state, change->step, change->problem,
    (gint64)change->unknown, change->due_us, change->connection, now_us,
    is_final (change->state) ? now_us : (gint64)0, actions);
}

static gboolean
audit_decision (SbDb *db, SbRunChange *change, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("%" G_GINT64_FORMAT, change->run);

  return sb_db_audit (db, "run-resolved", subject, change->decision, error);
}

/* The run goes on with an event that a person put right; the one it had stays as it came. */
static gboolean
replace_event (SbDb *db, SbRunChange *change, GError **error)
{
  gboolean repeated = FALSE;
  gint64 flow = 0;

  if (sb_db_get_int (db, &flow, error, "SELECT flow FROM runs WHERE id = ?", "i", change->run) !=
        SB_STEP_ROW ||
      !sb_db_insert_event (db, change->edited, flow, FALSE, &repeated, error) ||
      !sb_db_unindex_run (db, change->run, error) ||
      !sb_db_run (db, error,
                  "UPDATE runs SET event = (SELECT id FROM events WHERE flow = ? AND event_id = ?),"
                  " label = ? WHERE id = ?",
                  "itti", flow, change->edited->event_id, change->edited->label, change->run) ||
      !sb_db_reindex_run (db, change->run, error))
    return FALSE;
  for (guint i = 0; change->outdated != NULL && i < change->outdated->len; i++)
    if (!sb_db_run (db, error,
                    "UPDATE attempts SET state = 'outdated'"
                    " WHERE run = ? AND place = ? AND state = 'done'",
                    "it", change->run, (const char *)g_ptr_array_index (change->outdated, i)))
      return FALSE;
  return TRUE;
}

static gboolean
apply (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbRunChange *change = request->input;
  g_autoptr (SbStatement) statement = NULL;
  g_autofree char *flow_id = NULL;
  SbStepResult result;
  gboolean was_inbox, was_running;

  statement = sb_db_bind (db, error,
                          "SELECT flows.id, runs.state, finished_us FROM runs CROSS JOIN flows"
                          " ON key = flow WHERE runs.id = ?",
                          "i", change->run);
  if (statement == NULL)
    return FALSE;
  result = sb_db_step (db, statement, error);
  if (result == SB_STEP_DONE)
    g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no run %" G_GINT64_FORMAT "."),
                 change->run);
  if (result != SB_STEP_ROW)
    return FALSE;
  flow_id = sb_statement_get_text (statement, 0);
  was_inbox = strcmp ((const char *)sqlite3_column_text (statement, 1), "inbox") == 0;
  was_running = strcmp ((const char *)sqlite3_column_text (statement, 1), "running") == 0;

  if (change->finished != NULL && !finish_attempt (db, change->run, change->finished, error))
    return FALSE;
  if (change->finished != NULL)
    SB_CRASH_POINT ("outcome-written");
  sb_db_note (db, "runs", flow_id);
  if (sb_statement_get_int (statement, 2) != 0 &&
      !(change->restored &&
        strcmp ((const char *)sqlite3_column_text (statement, 1), "dropped") == 0))
    {
      /* Dropped while its request was on the way: what came of that is kept, and it goes no
       * further. */
      g_set_error (&request->error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("Run %" G_GINT64_FORMAT " is finished (%s); it cannot go on."), change->run,
                   (const char *)sqlite3_column_text (statement, 1));
      return TRUE;
    }

  if (change->edited != NULL && !was_inbox)
    {
      g_set_error (
        &request->error, SB_ERROR, SB_ERROR_REFUSED,
        _ ("Run %" G_GINT64_FORMAT " is not in the inbox any more; nothing was changed."),
        change->run);
      return TRUE;
    }

  if ((change->restored && !sb_db_uncount_outcome (db, change->run, "dropped", error)) ||
      (change->edited != NULL && !replace_event (db, change, error)) ||
      (change->begun != NULL && !insert_attempt (db, change->run, change->begun, error)) ||
      (change->timer != NULL &&
       !sb_db_run (db, error, "INSERT OR REPLACE INTO timers VALUES (?, ?, ?)", "iti", change->run,
                   change->timer->place, change->timer->until_us)) ||
      (change->skipped != NULL &&
       !sb_db_run (db, error, "INSERT OR IGNORE INTO skipped VALUES (?, ?)", "it", change->run,
                   change->skipped)) ||
      (change->decision != NULL && !audit_decision (db, change, error)) ||
      !update_run (db, change, was_running, error))
    return FALSE;
  /* What comes back was counted when it came first. */
  if (!change->restored &&
      (is_final (change->state) || (!was_inbox && strcmp (change->state, "inbox") == 0)) &&
      !sb_db_count_outcome (db, change->run, change->state, sb_clock_now_us (), error))
    return FALSE;
  SB_CRASH_POINT ("change-written");
  if (was_inbox || strcmp (change->state, "inbox") == 0)
    {
      sb_db_note (db, "inbox", flow_id);
      sb_db_note (db, "flows", flow_id);
    }
  sb_store_request_return_int (request, TRUE);
  return TRUE;
}

void
sb_store_apply_async (SbStore *self,
                      SbRunChange *change,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data)
{
  g_return_if_fail (change->state != NULL);

  sb_store_ask (self, SB_LANE_WRITE, sb_store_apply_async, apply, sb_run_change_ref (change),
                (GDestroyNotify)sb_run_change_unref, cancellable, callback, data);
}

gboolean
sb_store_apply_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}

/* --- claiming
 * -------------------------------------------------------------------------------------- */

typedef struct
{
  char *worker;
  guint limit;
  gint64 now_us;
} ClaimInput;

typedef struct
{
  GPtrArray *claims;
  gint64 next_due_us;
} Claimed;

static void
claim_input_free (gpointer data)
{
  ClaimInput *self = data;

  g_free (self->worker);
  g_free (self);
}

static void
claimed_free (gpointer data)
{
  Claimed *self = data;

  g_clear_pointer (&self->claims, g_ptr_array_unref);
  g_free (self);
}

static gboolean
collect_ids (SbDb *db, SbStatement *owned, GArray *ids, GError **error)
{
  g_autoptr (SbStatement) statement = owned;
  SbStepResult result;

  if (statement == NULL)
    return FALSE;
  while ((result = sb_db_step (db, statement, error)) == SB_STEP_ROW)
    {
      gint64 id = sb_statement_get_int (statement, 0);

      g_array_append_val (ids, id);
    }
  return result == SB_STEP_DONE;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a;
  gint64 other = *(const gint64 *)b;

  return one < other ? -1 : one > other;
}

/* When to ask again: at once if more is ready than was taken, 0 if nothing waits. */
static gboolean
find_next_due (SbDb *db, ClaimInput *input, gboolean more, gint64 *next_us, GError **error)
{
  *next_us = more ? input->now_us : 0;
  return more || sb_db_get_int (db, next_us, error,
                                "SELECT due_us FROM runs INDEXED BY runs_waiting"
                                " WHERE state = 'waiting' AND due_us > ? ORDER BY due_us LIMIT 1",
                                "i", input->now_us) != SB_STEP_ERROR;
}

static gboolean
claim_runs (SbDb *db, SbStoreRequest *request, GError **error)
{
  ClaimInput *input = request->input;
  Claimed *claimed = g_new0 (Claimed, 1);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 limit = input->limit;

  claimed->claims = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_claim_unref);
  sb_store_request_return (request, claimed, claimed_free);

  if (!collect_ids (db,
                    sb_db_bind (db, error,
                                "SELECT id FROM runs INDEXED BY runs_ready WHERE state = 'ready'"
                                " ORDER BY id LIMIT ?",
                                "i", limit + 1),
                    ids, error) ||
      !collect_ids (db,
                    sb_db_bind (db, error,
                                "SELECT id FROM runs INDEXED BY runs_waiting"
                                " WHERE state = 'waiting' AND due_us <= ?"
                                " ORDER BY due_us, id LIMIT ?",
                                "ii", input->now_us, limit + 1),
                    ids, error))
    return FALSE;
  g_array_sort (ids, compare_ids);

  for (guint i = 0; i < MIN (ids->len, limit); i++)
    {
      gint64 id = g_array_index (ids, gint64, i);
      SbClaim *claim;

      if (!sb_db_run (db, error,
                      "UPDATE runs SET state = 'running', worker = ?2, due_us = 0, changed_us = ?3"
                      " WHERE id = ?1",
                      "iti", id, input->worker, sb_clock_now_us ()))
        return FALSE;
      claim = sb_db_load_claim (db, id, error);
      if (claim == NULL)
        return FALSE;
      g_ptr_array_add (claimed->claims, claim);
      sb_db_note (db, "runs", claim->run->flow_id);
    }
  SB_CRASH_POINT ("claim-written");
  return find_next_due (db, input, ids->len > limit, &claimed->next_due_us, error);
}

void
sb_store_claim_runs_async (SbStore *self,
                           const char *worker,
                           guint limit,
                           gint64 now_us,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  ClaimInput *input = g_new0 (ClaimInput, 1);

  input->worker = g_strdup (worker);
  input->limit = limit;
  input->now_us = now_us;
  sb_store_ask (self, SB_LANE_WRITE, sb_store_claim_runs_async, claim_runs, input, claim_input_free,
                cancellable, callback, data);
}

GPtrArray *
sb_store_claim_runs_finish (SbStore *self,
                            GAsyncResult *result,
                            gint64 *next_due_us,
                            GError **error)
{
  Claimed *claimed = g_task_propagate_pointer (G_TASK (result), error);
  GPtrArray *claims;

  if (claimed == NULL)
    return NULL;
  if (next_due_us != NULL)
    *next_due_us = claimed->next_due_us;
  claims = g_steal_pointer (&claimed->claims);
  claimed_free (claimed);
  return claims;
}

/* --- many at once
 * ---------------------------------------------------------------------------------- */

/* Where the engine was stopped while a flow went live again, some of its events are still held. */
static gboolean
recover_held (SbDb *db, gboolean *more, GError **error)
{
  g_autoptr (SbStatement) statement = NULL;
  g_autofree char *id = NULL;
  SbStepResult result;
  gint64 key;

  statement = sb_db_bind (db, error,
                          "SELECT key, id FROM flows JOIN counts ON flow = key AND what = 'held'"
                          " WHERE state = 'live' AND removed_us = 0 AND n > 0 LIMIT 1",
                          "");
  result = statement != NULL ? sb_db_step (db, statement, error) : SB_STEP_ERROR;
  *more = result == SB_STEP_ROW;
  if (!*more)
    return result == SB_STEP_DONE;
  key = sb_statement_get_int (statement, 0);
  id = sb_statement_get_text (statement, 1);
  g_clear_pointer (&statement, sb_statement_reset);
  if (!sb_db_open_held (db, key, id, more, error))
    return FALSE;
  /* Another flow may have some, too. */
  *more = TRUE;
  return TRUE;
}

static gboolean
recover (SbDb *db, SbStoreRequest *request, GError **error)
{
  gint *recovered = request->input;

  if (request->slices == 0)
    {
      if (!sb_db_run (db, error,
                      "UPDATE runs INDEXED BY runs_open SET state = 'ready', worker = NULL,"
                      " changed_us = ? WHERE finished_us = 0 AND state = 'running'",
                      "i", sb_clock_now_us ()))
        return FALSE;
      SB_CRASH_POINT ("recover-written");
      *recovered = sqlite3_changes (db->handle);
      if (*recovered > 0)
        sb_db_note (db, "runs", NULL);
    }
  sb_store_request_return_int (request, *recovered);
  return recover_held (db, &request->again, error);
}

void
sb_store_recover_async (SbStore *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_recover_async, recover, g_new0 (gint, 1), g_free,
                cancellable, callback, data);
}

gint
sb_store_recover_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, -1, error);
}

static gboolean
wake (SbDb *db, SbStoreRequest *request, GError **error)
{
  const gint64 *now_us = request->input;
  gint changes;

  if (!sb_db_run (db, error,
                  "UPDATE runs INDEXED BY runs_waiting SET due_us = ?1"
                  " WHERE state = 'waiting' AND due_us > ?1 AND changed_us > ?1",
                  "i", *now_us))
    return FALSE;
  changes = sqlite3_changes (db->handle);
  if (changes > 0)
    sb_db_note (db, "runs", NULL);
  sb_store_request_return_int (request, changes);
  return TRUE;
}

void
sb_store_wake_async (SbStore *self,
                     gint64 now_us,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_wake_async, wake, g_memdup2 (&now_us, sizeof now_us),
                g_free, cancellable, callback, data);
}

gint
sb_store_wake_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, -1, error);
}

typedef struct
{
  gint64 cursor; /* runs up to here were looked at */
  gint64 released;
} Progress;

typedef struct
{
  char *connection;
  Progress kept; /* what is committed */
  Progress next; /* what will be, with the transaction under way */
  guint slices;  /* commits that @kept stands for */
} Release;

static void
release_free (gpointer data)
{
  Release *self = data;

  g_free (self->connection);
  g_free (self);
}

/* In slices: after an outage there may be a hundred thousand, and events come in meanwhile. */
static gboolean
release (SbDb *db, SbStoreRequest *request, GError **error)
{
  Release *self = request->input;
  gint64 last = 0;

  if (request->slices > self->slices)
    {
      self->kept = self->next;
      self->slices = request->slices;
    }
  self->next = self->kept;

  if (sb_db_get_int (db, &last, error,
                     "SELECT max (id) FROM (SELECT id FROM runs INDEXED BY runs_blocked"
                     " WHERE state = 'blocked' AND connection = ? AND id > ? ORDER BY id LIMIT ?)",
                     "tii", self->connection, self->kept.cursor,
                     (gint64)RELEASED_A_SLICE) == SB_STEP_ERROR ||
      !sb_db_run (db, error,
                  "UPDATE runs INDEXED BY runs_blocked SET state = 'ready', problem = NULL,"
                  " connection = NULL, due_us = 0, changed_us = ?4"
                  " WHERE state = 'blocked' AND connection = ?1 AND id > ?2 AND id <= ?3",
                  "tiii", self->connection, self->kept.cursor, last, sb_clock_now_us ()))
    return FALSE;
  SB_CRASH_POINT ("release-written");
  request->again = last > 0;
  if (last > 0)
    {
      self->next.cursor = last;
      self->next.released += sqlite3_changes (db->handle);
      sb_db_note (db, "runs", NULL);
    }
  sb_store_request_return_int (request, self->next.released);
  return TRUE;
}

void
sb_store_release_async (SbStore *self,
                        const char *connection_id,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  Release *input = g_new0 (Release, 1);

  input->connection = g_strdup (connection_id);
  sb_store_ask (self, SB_LANE_WRITE, sb_store_release_async, release, input, release_free,
                cancellable, callback, data);
}

gint
sb_store_release_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, -1, error);
}
